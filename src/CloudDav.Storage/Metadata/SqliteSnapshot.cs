using System.Collections.Frozen;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>One transaction's view, with prepared statements.</summary>
internal partial class SqliteSnapshot(SqliteSession session, FactsMemory memory) : IMetadataSnapshot
{
    protected SqliteSession Session => session;

    public ValueTask<Facts> LoadAsync(FactsRequest request) => new(Gather(request));

    public ValueTask ListAsync(
        VaultId vault,
        NodeId folder,
        bool isDeep,
        NodeDetails details,
        Action<NodeRow> visit
    )
    {
        var statement = session[isDeep ? TreeSql.ListBelow : TreeSql.ListMembers];
        statement.Bind(1, vault.Value).Bind(2, folder.Value);
        var row = new NodeRow();
        try
        {
            while (statement.Step())
            {
                ReadListed(statement, row);
                AddDetails(vault.Value, row, details);
                visit(row);
            }
        }
        finally
        {
            statement.Reset();
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<LockRow>> ListLocksAsync(VaultId vault, DateTimeOffset now)
    {
        var locks = new List<LockRow>();
        ReadLocks(
            session[TreeSql.ListLocks].Bind(1, vault.Value).Bind(2, now.ToUnixTimeMilliseconds()),
            null,
            locks
        );
        return new(locks);
    }

    public ValueTask<IReadOnlyList<PlacedShare>> ListSharesAsync(VaultId vault, ShareId? share)
    {
        var shares = new List<Share>();
        var statement = share is { } id
            ? session[ShareSql.FindShare].Bind(1, id.Value).Bind(2, vault.Value)
            : session[ShareSql.ListShares].Bind(1, vault.Value);
        while (statement.Step())
            shares.Add(ShareRows.Read(statement));
        statement.Reset();
        if (shares.Count == 0)
            return new([]);
        var root = Find(vault.Value, 0, "root")!.Id;
        return new([.. shares.Select(found => Place(root, found)).OfType<PlacedShare>()]);
    }

    public ValueTask<IReadOnlyList<ReceivedShare>> ListReceivedAsync(
        AccountId account,
        VaultId vault,
        DateTimeOffset now
    )
    {
        var shares = new Dictionary<long, Share>();
        var statement = session[ShareSql.ListReceived]
            .Bind(1, account.Value)
            .Bind(2, vault.Value)
            .Bind(3, now.ToUnixTimeMilliseconds());
        while (statement.Step())
        {
            var share = ShareRows.Read(statement);
            shares.Add(share.Id.Value, share);
        }
        statement.Reset();
        var mounts = new Dictionary<long, long?>();
        statement = session[ShareSql.ListMounts].Bind(1, vault.Value);
        while (statement.Step())
            mounts.Add(statement.Int64(0), statement.NullableInt64(1));
        statement.Reset();
        var blocked = shares
            .Values.Select(share => share.Owner)
            .Distinct()
            .ToDictionary(owner => owner, owner => BlockedOf(owner, now));
        return new([
            .. shares
                .Keys.Union(mounts.Keys)
                .Order()
                .Select(id => Receive(id, shares.GetValueOrDefault(id), vault, mounts, blocked)),
        ]);
    }

    public ValueTask<IReadOnlyList<HouseholdPerson>> ListHouseholdAsync(
        AccountId account,
        DateTimeOffset now
    )
    {
        var people = new List<HouseholdPerson>();
        var statement = session[ShareSql.ListHousehold]
            .Bind(1, account.Value)
            .Bind(3, now.ToUnixTimeMilliseconds());
        while (statement.Step())
            people.Add(new(new(statement.Int64(0)), statement.Text(1)));
        statement.Reset();
        return new(people);
    }

    public ValueTask<IReadOnlyList<IReadOnlyList<NodeRow>>> ListMarkedAsync(VaultId vault)
    {
        var root = Find(vault.Value, 0, "root")!.Id;
        return new([
            .. ReadMarks(vault)
                .Select(mark => mark.Node)
                .Distinct()
                .Select(node => ChainOf(vault.Value, node.Value))
                .Where(chain => chain.Count > 0 && chain[0].Id == root),
        ]);
    }

    public ValueTask<IReadOnlySet<NodeId>> ListFavoritesAsync(
        VaultId vault,
        AccountId account,
        NodeId? node
    )
    {
        var favorites = new HashSet<NodeId>();
        var statement = node is { } id
            ? session[SearchSql.FindFavorite].Bind(3, id.Value)
            : session[SearchSql.ListFavorites];
        statement.Bind(1, vault.Value).Bind(2, account.Value);
        while (statement.Step())
            favorites.Add(new(statement.Int64(0)));
        return new(favorites);
    }

    public ValueTask<IReadOnlyList<NodeRow>> ListNodesAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    )
    {
        var rows = new List<NodeRow>(nodes.Count);
        foreach (var node in nodes)
            rows.AddRange(
                ReadRows(session[TreeSql.FindNode].Bind(1, vault.Value).Bind(2, node.Value))
            );
        return new(rows);
    }

    public ValueTask<IReadOnlyList<NodeRow>> ListFoldersAboveAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    )
    {
        var rows = new Dictionary<long, NodeRow>();
        foreach (var node in nodes)
        {
            var id = node.Value;
            while (id != 0 && !rows.ContainsKey(id))
            {
                var found = ReadRows(session[TreeSql.FindNode].Bind(1, vault.Value).Bind(2, id));
                if (found is not [{ IsFolder: true } folder])
                    break;
                rows.Add(id, folder);
                id = folder.Parent.Value;
            }
        }
        return new([.. rows.Values]);
    }

    public ValueTask<IReadOnlyList<NodeRow>> ListMediaAsync(
        VaultId vault,
        MediaClass kind,
        long fromMs,
        long untilMs,
        NodeRow? after,
        int limit
    ) =>
        new(
            ReadRows(
                session[SearchSql.ListMedia]
                    .Bind(1, vault.Value)
                    .Bind(2, (long)kind)
                    .Bind(3, fromMs)
                    .Bind(4, after?.ModifiedMs ?? untilMs)
                    .Bind(5, after?.Parent.Value ?? long.MaxValue)
                    .Bind(6, after?.NameKey ?? "")
                    .Bind(7, limit)
            )
        );

    // Behind those of a whole row.
    private const int MediaColumn = 22;

    public ValueTask<IReadOnlyList<NodeRow>> ListTakenAsync(
        VaultId vault,
        long fromMs,
        long untilMs,
        NodeRow? after,
        bool isOldestFirst,
        int limit
    )
    {
        var rows = new List<NodeRow>();
        var begin = isOldestFirst ? long.MinValue : long.MaxValue;
        var statement = session[isOldestFirst ? MediaSql.ListTakenOldestFirst : MediaSql.ListTaken]
            .Bind(1, vault.Value)
            .Bind(2, isOldestFirst ? after?.Media!.TakenMs ?? fromMs : fromMs)
            .Bind(3, isOldestFirst ? untilMs : after?.Media!.TakenMs ?? untilMs)
            .Bind(4, after?.Content!.Value.Value ?? begin)
            .Bind(5, after?.Id.Value ?? begin)
            .Bind(6, limit);
        while (statement.Step())
        {
            var row = ReadWhole(statement);
            row.Media = MediaRows.Read(statement, MediaColumn);
            rows.Add(row);
        }
        return new(rows);
    }

    public ValueTask<IReadOnlyDictionary<long, long>> ListFirstTakenAsync(
        VaultId vault,
        IReadOnlyList<long> moments
    )
    {
        var found = new Dictionary<long, long>();
        foreach (var moment in moments)
        {
            var statement = session[MediaSql.FindFirst].Bind(1, vault.Value).Bind(2, moment);
            if (statement.Step())
                found.Add(moment, statement.Int64(0));
            statement.Reset();
        }
        return new(found);
    }

    public ValueTask<IReadOnlyDictionary<ContentId, MediaFacts>> DescribeMediaAsync(
        VaultId vault,
        IReadOnlyList<ContentId> contents
    )
    {
        var found = new Dictionary<ContentId, MediaFacts>();
        foreach (var content in contents)
        {
            var statement = session[MediaSql.FindFacts].Bind(1, content.Value).Bind(2, vault.Value);
            if (statement.Step())
                found[content] = MediaRows.Read(statement, 0);
            statement.Reset();
        }
        return new(found);
    }

    public ValueTask<bool> MayHaveNewMediaAsync(VaultId vault)
    {
        var seen = session.List(MediaStatements.FindSeen, MediaRows.ReadSeen, vault.Value);
        return new(
            seen is [var (media, last)]
                && (
                    last - media > MediaRows.MostUnseen
                    || media < last
                        && session.Scalar<long>(MediaStatements.HasNew, vault.Value, media) != 0
                )
        );
    }

    public ValueTask<IReadOnlyList<Preview>> ListPreviewsAsync(VaultId vault, ContentId content) =>
        new(
            session.List(
                MediaStatements.ListPreviews,
                MediaRows.ReadPreview,
                vault.Value,
                content.Value
            )
        );

    public ValueTask<IReadOnlyList<NodeRow>> ListLatestAsync(
        VaultId vault,
        NodeRow? after,
        int limit
    ) =>
        new(
            ReadRows(
                session[SearchSql.ListLatest]
                    .Bind(1, vault.Value)
                    .Bind(2, after?.ChangedSeq ?? long.MaxValue)
                    .Bind(3, after?.Parent.Value ?? long.MaxValue)
                    .Bind(4, after?.NameKey ?? "")
                    .Bind(5, limit)
            )
        );

    public ValueTask<IReadOnlyList<NodeRow>> ScanAsync(
        VaultId vault,
        NodeId folder,
        NodeScan scan
    ) =>
        new(
            ReadRows(
                session[SearchSql.Scan]
                    .Bind(1, vault.Value)
                    .Bind(2, folder.Value)
                    .Bind(3, LikeText.Containing(scan.KeyPart))
                    .Bind(4, scan.FromMs)
                    .Bind(5, scan.UntilMs)
                    .Bind(6, scan.OnlyFiles)
                    .Bind(7, scan.Examined)
                    .Bind(8, scan.Limit)
            )
        );

    public ValueTask AddDetailsAsync(
        VaultId vault,
        IReadOnlyList<NodeRow> rows,
        NodeDetails details
    )
    {
        foreach (var row in rows)
            AddDetails(vault.Value, row, details);
        return ValueTask.CompletedTask;
    }

    public ValueTask<StoredContent> FindContentAsync(VaultId vault, ContentId content) =>
        new(ReadContent(vault, content) ?? throw IsMissing(vault.Value, content));

    public ValueTask<IReadOnlyList<StoredContent?>> FindContentsAsync(
        VaultId vault,
        IReadOnlyList<ContentId?> contents
    )
    {
        var found = new StoredContent?[contents.Count];
        for (var i = 0; i < found.Length; i++)
            found[i] = contents[i] is { } content ? ReadContent(vault, content) : null;
        return new(found);
    }

    public ValueTask<IReadOnlyList<ContentKey>> ListContentKeysAsync(
        VaultId vault,
        IReadOnlyList<ContentId> contents
    )
    {
        var keys = new List<ContentKey>(contents.Count);
        foreach (var content in contents)
        {
            var statement = session[TreeSql.FindContentKey]
                .Bind(1, content.Value)
                .Bind(2, vault.Value);
            if (!statement.Step())
                continue;
            var key = new ContentKey(
                content,
                statement.IsNull(0) ? null : new BlobId(new Guid(statement.Bytes(0))),
                statement.NullableBytes(1)
            );
            statement.Reset();
            if (key.Blob is null)
                key = key with { Parts = AddPartKeys(keys, vault, content) };
            keys.Add(key);
        }
        return new(keys);
    }

    private ContentId[] AddPartKeys(List<ContentKey> keys, VaultId vault, ContentId content)
    {
        var first = keys.Count;
        var statement = session[TreeSql.ListPartKeys].Bind(1, content.Value).Bind(2, vault.Value);
        while (statement.Step())
            keys.Add(
                new ContentKey(
                    new(statement.Int64(0)),
                    statement.IsNull(1) ? null : new BlobId(new Guid(statement.Bytes(1))),
                    statement.NullableBytes(2)
                )
            );
        return [.. keys.Skip(first).Select(key => key.Content)];
    }

    public ValueTask<UploadSession?> FindUploadAsync(
        VaultId vault,
        AccountId account,
        UploadName name
    ) =>
        new(
            session.List(
                UploadStatements.Find,
                UploadRows.Read,
                vault.Value,
                account.Value,
                (byte)name.Kind,
                name.Text
            )
                is [var upload]
                ? upload
                : null
        );

    public ValueTask<IReadOnlyList<UploadSession>> ListUploadsAsync(
        VaultId vault,
        AccountId account,
        DateTimeOffset now
    ) =>
        new(
            session.List(
                UploadStatements.List,
                UploadRows.Read,
                vault.Value,
                account.Value,
                now.ToUnixTimeMilliseconds()
            )
        );

    public ValueTask<IReadOnlyList<UploadPart>> ListUploadPartsAsync(
        VaultId vault,
        UploadId upload,
        long from,
        int limit
    ) =>
        new(
            session.List(
                UploadStatements.ListParts,
                UploadRows.ReadPart,
                vault.Value,
                upload.Value,
                from,
                limit
            )
        );

    public ValueTask<SetAside?> FindSetAsideAsync(
        VaultState vault,
        NodeId folder,
        string name,
        DateTimeOffset since,
        NodeId? newcomer
    )
    {
        var statement = session[TreeSql.ListSetAside]
            .Bind(1, vault.Id.Value)
            .Bind(2, folder.Value)
            .Bind(3, since.ToUnixTimeMilliseconds());
        SetAside? found = null;
        long node = 0;
        while (found is null && statement.Step())
        {
            if (vault.KeyOf(statement.Text(1)) != vault.KeyOf(name))
                continue;
            node = statement.Int64(0);
            found = new SetAside
            {
                Chain = [],
                Revision = new Guid(statement.Bytes(2)),
                Account = new(statement.Int64(4)),
                Device = statement.NullableInt64(5) is { } device ? new DeviceId(device) : null,
            };
        }
        statement.Reset();
        if (found is null || ChainOf(vault.Id.Value, node) is not { Count: > 0 } chain)
            return new((SetAside?)null);
        AddDetails(vault.Id.Value, chain[^1], NodeDetails.Properties);
        return new(
            found with
            {
                Chain = chain,
                Newcomer = newcomer is { } id ? FindNewcomer(vault.Id.Value, id.Value) : null,
            }
        );
    }

    public ValueTask<IReadOnlyList<TrashedRow>> ListTrashAsync(
        VaultId vault,
        TrashRange range,
        int limit
    )
    {
        var rows = new List<TrashedRow>();
        var statement = session[TrashSql.List]
            .Bind(1, vault.Value)
            .Bind(2, range.From)
            .Bind(3, range.Before)
            .Bind(4, limit);
        while (statement.Step())
            rows.Add(ReadTrashed(statement));
        return new(rows);
    }

    public ValueTask<IReadOnlyList<TrashedRow>> FindTrashedAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    )
    {
        var rows = new List<TrashedRow>();
        foreach (var node in nodes)
        {
            var statement = session[TrashSql.Find].Bind(1, vault.Value).Bind(2, node.Value);
            if (!statement.Step())
                continue;
            rows.Add(ReadTrashed(statement));
            statement.Reset();
        }
        return new(rows);
    }

    public ValueTask<NodeRow?> FindMemberAsync(VaultId vault, NodeId folder, string key) =>
        new(Find(vault.Value, folder.Value, key));

    public ValueTask<IReadOnlyDictionary<NodeId, IReadOnlyList<NodeRow>>> ListChainsAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    )
    {
        var chains = new Dictionary<NodeId, IReadOnlyList<NodeRow>>();
        foreach (var node in nodes)
            if (ChainOf(vault.Value, node.Value) is { Count: > 0 } chain)
                chains[node] = chain;
        return new(chains);
    }

    public ValueTask<IReadOnlyList<DeletedRow>> ListDeletionsAsync(
        VaultId vault,
        AccountId account,
        DeviceId? device,
        long from,
        bool isBackwards,
        int limit
    )
    {
        var rows = new List<DeletedRow>();
        var statement = session[
            isBackwards ? TrashSql.ListDeletionsBefore : TrashSql.ListDeletionsAfter
        ]
            .Bind(1, vault.Value)
            .Bind(2, account.Value)
            .Bind(3, device?.Value)
            .Bind(4, from)
            .Bind(5, limit);
        while (statement.Step())
            rows.Add(ReadDeleted(statement));
        return new(rows);
    }

    public ValueTask<DeletedRow?> FindDeletionAsync(VaultId vault, long seq)
    {
        var statement = session[TrashSql.FindDeletion].Bind(1, vault.Value).Bind(2, seq);
        if (!statement.Step())
            return new((DeletedRow?)null);
        var row = ReadDeleted(statement);
        statement.Reset();
        return new(row);
    }

    public ValueTask<IReadOnlyList<FileVersion>> ListVersionsAsync(
        VaultId vault,
        NodeId file,
        long before,
        int limit
    )
    {
        var versions = new List<FileVersion>();
        var statement = session[TrashSql.ListVersions]
            .Bind(1, vault.Value)
            .Bind(2, file.Value)
            .Bind(3, before)
            .Bind(4, limit);
        while (statement.Step())
            versions.Add(
                new FileVersion
                {
                    Number = statement.Int64(0),
                    ReplacedAt = Milliseconds.Time(statement.Int64(1)),
                    Modified = Milliseconds.Time(statement.Int64(2)),
                    Size = statement.Int64(3),
                    Revision = new Guid(statement.Bytes(4)),
                    Content = new(statement.Int64(5)),
                    MediaType = statement.NullableText(6),
                }
            );
        return new(versions);
    }

    public ValueTask<bool> IsVersionAsync(VaultId vault, long until, ContentId content) =>
        new(
            session[TreeSql.IsVersion]
                .Bind(1, vault.Value)
                .Bind(2, until)
                .Bind(3, content.Value)
                .RunForInt64() != 0
        );

    public ValueTask<bool> IsBelowAsync(VaultId vault, NodeId node, NodeId folder) =>
        new(
            session[TreeSql.IsBelow]
                .Bind(1, vault.Value)
                .Bind(2, node.Value)
                .Bind(3, folder.Value)
                .RunForInt64() != 0
        );

    public ValueTask<int> MeasureHeightAsync(VaultId vault, NodeId folder) =>
        new(
            (int)
                session[TreeSql.MeasureHeight]
                    .Bind(1, vault.Value)
                    .Bind(2, folder.Value)
                    .RunForInt64()
        );

    private static TrashedRow ReadTrashed(Statement statement) =>
        new(
            ReadWhole(statement),
            statement.IsNull(22)
                ? null
                : new Deletion(
                    new(statement.Int64(22)),
                    Milliseconds.Time(statement.Int64(23)),
                    statement.NullableInt64(24) is { } account ? new AccountId(account) : null,
                    statement.NullableInt64(25) is { } device ? new DeviceId(device) : null,
                    statement.NullableText(26),
                    statement.NullableText(27)
                )
        );

    private static DeletedRow ReadDeleted(Statement statement) =>
        new(
            statement.Int64(0),
            new(statement.Int64(1)),
            Milliseconds.Time(statement.Int64(2)),
            new(statement.Int64(3)),
            statement.NullableInt64(4) is { } device ? new DeviceId(device) : null
        );

    private static List<NodeRow> ReadRows(Statement statement)
    {
        var rows = new List<NodeRow>();
        while (statement.Step())
            rows.Add(ReadWhole(statement));
        return rows;
    }

    private Newcomer FindNewcomer(long vault, long node)
    {
        var statement = session[TreeSql.FindNewcomer].Bind(1, vault).Bind(2, node);
        statement.Step();
        var (since, isShared) = (statement.NullableInt64(0), statement.Boolean(1));
        statement.Reset();
        return new(Milliseconds.Time(since), isShared, ReadProperties(vault, node));
    }

    private StoredContent? ReadContent(VaultId vault, ContentId content)
    {
        var statement = session[TreeSql.FindContent].Bind(1, content.Value).Bind(2, vault.Value);
        if (!statement.Step())
            return null;
        var found = ReadContent(statement);
        statement.Reset();
        if (found.Blob is not null || found.Inline is not null)
            return found;
        var parts = new List<StoredContent>();
        statement = session[TreeSql.ListParts].Bind(1, content.Value).Bind(2, vault.Value);
        while (statement.Step())
            parts.Add(ReadContent(statement));
        return found with { Parts = parts };
    }

    private static StoredContent ReadContent(Statement statement) =>
        new(
            statement.Int64(0),
            statement.IsNull(1) ? null : new BlobId(new Guid(statement.Bytes(1))),
            statement.NullableBytes(2),
            statement.NullableBytes(3)
        );

    private Facts Gather(FactsRequest request)
    {
        var actor = request.Actor;
        var now = request.Now.ToUnixTimeMilliseconds();
        var statement = session[TreeSql.FindVault]
            .Bind(1, actor.Vault.Value)
            .Bind(2, actor.Account.Value)
            .Bind(3, actor.Device?.Value)
            .Bind(4, now);
        if (request.OwnHold is { } own)
            statement.Bind(5, own.Value);
        else
            statement.BindNull(5);
        if (!statement.Step())
            return new Facts
            {
                IsSignedOut = true,
                Vault = null!,
                Contract = ContractFacts.WithoutContract,
                Platform = PlatformFacts.Normal,
                Paths = [],
            };
        var vault = new VaultState
        {
            Id = actor.Vault,
            Name = statement.Text(0),
            Epoch = statement.Int64(1),
            ChangeSeq = statement.Int64(2),
            UsedBytes = statement.Int64(3),
            Items = statement.Int64(4),
            CapacityBytes = statement.NullableInt64(5),
            Root = new(statement.Int64(6)),
            Trash = new(statement.Int64(7)),
            IsCaseInsensitive = statement.Boolean(8),
            HeldBytes = statement.Int64(9),
            HasLocks = statement.Boolean(10),
            HistoryFloor = statement.Int64(23),
        };
        var isSignedOut =
            statement.NullableInt64(11) != 0
            || actor.CredentialVersion is { } version && version != statement.Int64(12)
            || actor.Device is not null && statement.NullableInt64(13) != 1;
        var factsVersion = isSignedOut ? 0 : statement.Int64(14);
        var platformVersion = statement.Int64(15);
        var hasProtected = statement.Boolean(16);
        vault = vault with { HasReceived = statement.NullableInt64(17) == 1 };
        if (statement.NullableInt64(18) is { } aside)
            vault = vault with { LastSetAside = DateTimeOffset.FromUnixTimeMilliseconds(aside) };
        if (statement.NullableInt64(19) is { } since)
            vault = vault with
            {
                Losses = new(Milliseconds.Time(since), statement.Int64(20), statement.Int64(21)),
                GuardedUntil = Milliseconds.Time(statement.NullableInt64(22)),
            };
        statement.Reset();
        if (isSignedOut)
            return new Facts
            {
                IsSignedOut = true,
                Vault = vault,
                Contract = ContractFacts.WithoutContract,
                Platform = PlatformFacts.Normal,
                Paths = [],
            };
        var contract = ContractOf(actor.Account, factsVersion, platformVersion);
        if (hasProtected)
            vault = vault with
            {
                Marks = ProtectionMark.Holding(ReadMarks(vault.Id), contract.Measures, request.Now),
            };
        var facts = new Facts
        {
            IsSignedOut = false,
            Vault = vault,
            Contract = contract,
            Platform = PlatformOf(platformVersion),
            Paths = [],
        };
        List<NodeRow> top;
        if (request.Visit is { } visit)
        {
            if (FindPlaced(vault, visit, now) is not { } placed)
                return facts;
            facts = facts with { Visited = Visited(placed.Share, visit, request.Now) };
            top = [.. placed.Chain];
        }
        else
        {
            top =
            [
                Find(vault.Id.Value, 0, "root")
                    ?? throw new InvalidDataException($"Vault {vault.Id.Value} has no root."),
            ];
        }
        var paths = new PathState[request.Paths.Count];
        for (var i = 0; i < paths.Length; i++)
            paths[i] = LoadPath(vault, top, request.Paths[i], request.FoldsNames, now);
        return facts with { Paths = paths };
    }

    private ContractFacts ContractOf(AccountId account, long version, long platformVersion)
    {
        if (memory.FindContract(account, version, platformVersion) is { } remembered)
            return remembered;
        var facts = SqliteFacts.LoadAccount(session, account);
        if (!session.HasChangedFacts)
            memory.Remember(account, version, platformVersion, facts);
        return facts;
    }

    private PlatformFacts PlatformOf(long version)
    {
        if (memory.FindPlatform(version) is { } remembered)
            return remembered;
        var facts = SqliteFacts.LoadPlatform(session);
        if (!session.HasChangedFacts)
            memory.Remember(version, facts);
        return facts;
    }

    // The rows from the vault's root down to the item of a share; null when it or its item is gone, or in the trash, or it is not for whoever comes.
    private PlacedShare? FindPlaced(VaultState vault, ShareVisit visit, long now)
    {
        var statement = session[ShareSql.FindShare]
            .Bind(1, visit.Share.Value)
            .Bind(2, vault.Id.Value);
        if (!statement.Step())
            return null;
        var share = ShareRows.Read(statement);
        statement.Reset();
        var isForVisitor = visit.Recipient is { } recipient
            ? session[ShareSql.IsRecipient]
                .Bind(1, recipient.Value)
                .Bind(2, visit.Share.Value)
                .Bind(3, now)
                .RunForInt64() != 0
            : !share.IsFamily;
        return isForVisitor ? Place(vault.Root, share) : null;
    }

    private PlacedShare? Place(NodeId root, Share share) =>
        ChainOf(share.Vault.Value, share.Node.Value) is { Count: > 0 } chain && chain[0].Id == root
            ? new PlacedShare(WithMembers(share), chain)
            : null;

    private Share WithMembers(Share share)
    {
        if (share.Audience != ShareAudience.Members)
            return share;
        var members = new List<AccountId>();
        var statement = session[ShareSql.ListMembers]
            .Bind(1, share.Vault.Value)
            .Bind(2, share.Id.Value);
        while (statement.Step())
            members.Add(new(statement.Int64(0)));
        statement.Reset();
        return share with { Members = members };
    }

    private FrozenSet<NodeId> BlockedOf(AccountId owner, DateTimeOffset now)
    {
        var blocked = new List<NodeId>();
        var statement = session[ShareSql.ListBlocked]
            .Bind(1, owner.Value)
            .Bind(2, now.ToUnixTimeMilliseconds());
        while (statement.Step())
            blocked.Add(new(statement.Int64(0)));
        statement.Reset();
        return [.. blocked];
    }

    private ReceivedShare Receive(
        long id,
        Share? share,
        VaultId vault,
        Dictionary<long, long?> mounts,
        Dictionary<AccountId, FrozenSet<NodeId>> blocked
    )
    {
        var hadMount = mounts.TryGetValue(id, out var node);
        var chain = node is { } mount ? ChainOf(vault.Value, mount) : [];
        return new ReceivedShare(
            new(id),
            share is null ? null : Place(Find(share.Vault.Value, 0, "root")!.Id, share),
            chain,
            // Also a mount that went with its folder for good was removed.
            IsRemoved: hadMount && chain.Count == 0
        )
        {
            Blocked = share is null ? [] : blocked[share.Owner],
        };
    }

    // From the top of what it lies in down to the node; empty when it is gone.
    private List<NodeRow> ChainOf(long vault, long node)
    {
        var chain = new List<NodeRow>();
        for (var id = node; id != 0; id = chain[^1].Parent.Value)
        {
            var statement = session[TreeSql.FindNode].Bind(1, vault).Bind(2, id);
            if (!statement.Step())
                return [];
            chain.Add(ReadWhole(statement));
            statement.Reset();
        }
        chain.Reverse();
        return chain;
    }

    private VisitedShare Visited(Share share, ShareVisit visit, DateTimeOffset now)
    {
        var statement = session[ShareSql.ListUses]
            .Bind(1, share.Vault.Value)
            .Bind(2, visit.Share.Value)
            .Bind(3, visit.Client.ToArray())
            .Bind(4, (now - ShareVisit.CountedFor).ToUnixTimeMilliseconds());
        var uses = new HashSet<ShareUse>();
        while (statement.Step())
            uses.Add((ShareUse)statement.Int64(0));
        return new(share, uses.Contains(ShareUse.Opened), uses.Contains(ShareUse.Downloaded));
    }

    private List<ProtectionMark> ReadMarks(VaultId vault)
    {
        var marks = new List<ProtectionMark>();
        var statement = session[ShareSql.ListProtected].Bind(1, vault.Value);
        while (statement.Step())
            marks.Add(ShareRows.MarkOf(statement.Int64(0), statement.Int64(1)));
        return marks;
    }

    private PathState LoadPath(
        VaultState vault,
        List<NodeRow> top,
        PathRequest request,
        bool foldsNames,
        long now
    )
    {
        var chain = new List<NodeRow>(top.Count + request.Path.Count);
        chain.AddRange(top);
        NodeRow? caseSibling = null;
        for (var i = 0; i < request.Path.Count && chain[^1].IsFolder; i++)
        {
            var name = request.Path[i];
            var folder = chain[^1].Id.Value;
            var row = Find(vault.Id.Value, folder, vault.KeyOf(name));
            if (row is null && foldsNames && !vault.IsCaseInsensitive)
                row = FindFolded(vault.Id.Value, folder, NodeName.Fold(name));
            if (row is not null && !foldsNames && row.Name != name)
            {
                if (i == request.Path.Count - 1)
                    caseSibling = row;
                row = null;
            }
            if (row is null)
                break;
            chain.Add(row);
        }
        var state = new PathState
        {
            Path = request.Path,
            Chain = chain,
            Above = top.Count - 1,
            CaseSibling = caseSibling,
        };
        if (state.Node is { } node)
            AddDetails(vault.Id.Value, node, request.Details);
        if (!vault.HasLocks)
            return state;
        if (request.Details.HasFlag(NodeDetails.Locks))
            state = state with { Locks = LoadChainLocks(vault.Id.Value, state, now) };
        if (request.Details.HasFlag(NodeDetails.LocksBelow) && state.Node is { IsFolder: true })
            state = state with { LocksBelow = LoadLocksBelow(vault.Id.Value, state, now) };
        return state;
    }

    private NodeRow? Find(long vault, long parent, string key)
    {
        var statement = session[TreeSql.FindMember].Bind(1, vault).Bind(2, parent).Bind(3, key);
        if (!statement.Step())
            return null;
        var row = ReadWhole(statement);
        statement.Reset();
        return row;
    }

    // Only in case-sensitive vaults, where no index helps: exactly one sibling must match.
    private NodeRow? FindFolded(long vault, long parent, string folded)
    {
        NodeRow? found = null;
        var count = 0;
        var statement = session[TreeSql.ListMembersWhole].Bind(1, vault).Bind(2, parent);
        while (statement.Step())
        {
            if (NodeName.Fold(statement.Text(2)) != folded)
                continue;
            count++;
            found ??= ReadWhole(statement);
        }
        return count == 1 ? found : null;
    }

    private List<LockRow> LoadChainLocks(long vault, PathState state, long now)
    {
        var locks = new List<LockRow>();
        var path = state.StoredPath;
        for (var i = 0; i < state.Chain.Count; i++)
        {
            ReadLocks(
                session[TreeSql.ListNodeLocks]
                    .Bind(1, vault)
                    .Bind(2, state.Chain[i].Id.Value)
                    .Bind(3, now),
                [.. path.Take(i - state.Above)],
                locks
            );
            // From above where the path begins, only what reaches down to it.
            if (i < state.Above)
                locks.RemoveAll(held => !held.IsInfinite);
        }
        return locks;
    }

    // From the few locks upward, never from the tree downward.
    private List<LockRow> LoadLocksBelow(long vault, PathState state, long now)
    {
        var all = new List<LockRow>();
        ReadLocks(session[TreeSql.ListLocks].Bind(1, vault).Bind(2, now), null, all);
        var below = new List<LockRow>();
        var top = state.Node!.Id.Value;
        foreach (var held in all)
        {
            var names = new List<string>();
            var id = held.Node.Value;
            while (id != top && id != 0)
            {
                var statement = session[TreeSql.FindParent].Bind(1, vault).Bind(2, id);
                if (!statement.Step())
                    break;
                id = statement.Int64(0);
                names.Add(statement.Text(1));
                statement.Reset();
            }
            if (id != top || names.Count == 0)
                continue;
            names.Reverse();
            below.Add(held with { Path = [.. state.StoredPath, .. names] });
        }
        return below;
    }

    private static void ReadLocks(
        Statement statement,
        IReadOnlyList<string>? path,
        List<LockRow> locks
    )
    {
        while (statement.Step())
            locks.Add(
                new LockRow
                {
                    Token = statement.Text(0),
                    Node = new(statement.Int64(1)),
                    Account = new(statement.Int64(2)),
                    Device = statement.NullableInt64(3) is { } device ? new DeviceId(device) : null,
                    IsShared = statement.Boolean(4),
                    IsInfinite = statement.Boolean(5),
                    OwnerXml = statement.NullableText(6),
                    HolderName = statement.Text(7),
                    Expires = DateTimeOffset.FromUnixTimeMilliseconds(statement.Int64(8)),
                    Path = path ?? [],
                }
            );
    }

    private void AddDetails(long vault, NodeRow row, NodeDetails details)
    {
        if (details == NodeDetails.None)
            return;
        row.Properties =
            details.HasFlag(NodeDetails.Properties) && row.PropertyBytes > 0
                ? ReadProperties(vault, row.Id.Value)
                : [];
        row.Checksums =
            details.HasFlag(NodeDetails.Checksums) && !row.IsFolder
                ? ReadChecksums(vault, row.Content)
                : null;
        row.Crc32 =
            details.HasFlag(NodeDetails.Crc32) && row.Content is { } content
                ? ReadCrc32(vault, content)
                : 0;
    }

    private List<NodeProperty> ReadProperties(long vault, long node)
    {
        var properties = new List<NodeProperty>();
        var statement = session[TreeSql.ListProperties].Bind(1, vault).Bind(2, node);
        while (statement.Step())
            properties.Add(new NodeProperty(statement.Text(0), statement.Text(1)));
        return properties;
    }

    private string ReadChecksums(long vault, ContentId? content)
    {
        if (content is not { } id)
            return ChecksumText.OfNothing;
        var statement = session[TreeSql.FindChecksums].Bind(1, id.Value).Bind(2, vault);
        if (!statement.Step())
            throw IsMissing(vault, id);
        var text = ChecksumText.Of(
            statement.Bytes(0),
            statement.Bytes(1),
            statement.Bytes(2),
            statement.Bytes(3),
            (uint?)statement.NullableInt64(4)
        );
        statement.Reset();
        return text;
    }

    private uint ReadCrc32(long vault, ContentId content)
    {
        var statement = session[TreeSql.FindCrc32].Bind(1, content.Value).Bind(2, vault);
        if (!statement.Step())
            throw IsMissing(vault, content);
        var crc32 = (uint)statement.Int64(0);
        statement.Reset();
        return crc32;
    }

    private static InvalidDataException IsMissing(long vault, ContentId content) =>
        new($"Content {content.Value} of vault {vault} is missing.");

    protected static NodeRow ReadWhole(Statement statement)
    {
        var row = new NodeRow();
        ReadListed(statement, row);
        if (row.IsFolder)
        {
            row.SubtreePropertyBytes = statement.Int64(17);
            row.Height = (int)statement.Int64(18);
        }
        row.ChangedSeq = statement.Int64(19);
        row.ChangedMs = statement.Int64(20);
        row.NameKey = statement.Text(21);
        return row;
    }

    // The columns a listing shows, into a row that may be used again.
    private static void ReadListed(Statement statement, NodeRow row)
    {
        row.Id = new(statement.Int64(0));
        row.Parent = new(statement.Int64(1));
        row.Name = statement.Text(2);
        row.Kind = (NodeKind)statement.Int64(3);
        row.CreatedMs = statement.Int64(7);
        row.Win32Attributes = (uint?)statement.NullableInt64(9);
        row.LastAccessMs = statement.NullableInt64(10);
        row.PropertyBytes = statement.Int64(11);
        if (row.IsFolder)
        {
            row.Size = 0;
            row.Revision = Guid.Empty;
            row.MediaType = null;
            row.Content = null;
            row.SubtreeVersion = statement.Int64(13);
            row.SubtreeBytes = statement.Int64(14);
            row.SubtreeItems = statement.Int64(15);
            row.ModifiedMs = statement.Int64(16);
            return;
        }
        row.Size = statement.Int64(4);
        row.Revision = new Guid(statement.Bytes(5));
        row.MediaType = statement.NullableText(6);
        row.ModifiedMs = statement.Int64(8);
        row.Content = statement.NullableInt64(12) is { } content ? new ContentId(content) : null;
        row.SubtreeVersion = row.SubtreeBytes = row.SubtreeItems = 0;
    }
}
