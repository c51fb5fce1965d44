using System.Collections.Frozen;
using System.Data;
using System.Data.Common;
using CloudDav.Vault;
using Microsoft.Data.SqlClient.Server;

namespace CloudDav.Storage;

/// <summary>What is asked of the tree on one connection; each call is one round trip.</summary>
/// <param name="database">The engine.</param>
/// <param name="session">The connection; null when it is opened by the first call.</param>
internal partial class SqlServerSnapshot(SqlServerDatabase database, SqlServerSession? session)
    : IMetadataSnapshot
{
    // Where the rows are of a chain: behind the number of their path.
    private const int NodeStart = 1;
    private const int DetailsStart = 17;

    private static readonly SqlMetaData[] s_stepColumns =
    [
        new("path_no", SqlDbType.Int),
        new("level", SqlDbType.Int),
        new("details", SqlDbType.Int),
        new("name", SqlDbType.NVarChar, NodeName.MaxBytes),
        new("folded", SqlDbType.NVarChar, NodeName.MaxBytes),
    ];

    private static readonly SqlMetaData[] s_idColumns = [new("id", SqlDbType.BigInt)];

    protected SqlServerDatabase Database => database;

    public async ValueTask<Facts> LoadAsync(FactsRequest request)
    {
        var ready = await PrepareAsync(request.Actor.Vault);
        var statement = LoadStatement(ready);
        var facts = await LoadAsync(ready, statement, request);
        if (!request.FoldsNames || facts.IsSignedOut || facts.Vault.IsCaseInsensitive)
            return facts;
        // Only in case-sensitive vaults, where no index finds a folded name: the names are looked for first, folder by folder.
        var paths = new List<PathRequest>();
        for (var i = 0; i < request.Paths.Count; i++)
            paths.Add(request.Paths[i] with { Path = await FindNamesAsync(ready, facts, i) });
        if (paths.SequenceEqual(request.Paths))
            return facts;
        var found = await LoadAsync(
            ready,
            LoadStatement(ready),
            request with
            {
                FoldsNames = false,
                Paths = paths,
            }
        );
        return found with
        {
            Paths =
            [
                .. found.Paths.Select((path, i) => path with { Path = request.Paths[i].Path }),
            ],
        };
    }

    public async ValueTask ListAsync(
        VaultId vault,
        NodeId folder,
        bool isDeep,
        NodeDetails details,
        Action<NodeRow> visit
    )
    {
        var ready = await PrepareAsync(vault);
        var wanted = details & (NodeDetails.Properties | NodeDetails.Checksums | NodeDetails.Crc32);
        await using var reader = await ready.ReadAsync(
            wanted == NodeDetails.None
                ? (isDeep ? TreeStatements.ListBelow : TreeStatements.ListMembers).With(
                    vault.Value,
                    folder.Value
                )
                : (
                    isDeep ? TreeStatements.ListBelowDetailed : TreeStatements.ListMembersDetailed
                ).With(vault.Value, folder.Value, (int)wanted)
        );
        var row = new NodeRow();
        if (wanted == NodeDetails.None)
        {
            while (await reader.ReadAsync())
            {
                ReadListed(reader, 0, row);
                visit(row);
            }
            return;
        }
        await VisitDetailedAsync(reader, vault, wanted, row, visit);
    }

    public async ValueTask<IReadOnlyList<LockRow>> ListLocksAsync(VaultId vault, DateTimeOffset now)
    {
        var ready = await PrepareAsync(vault);
        await using var reader = await ready.ReadAsync(
            TreeStatements.ListLocks.With(vault.Value, now.ToUnixTimeMilliseconds())
        );
        var locks = new List<LockRow>();
        while (await reader.ReadAsync())
            locks.Add(ReadLock(reader, 0));
        return locks;
    }

    public async ValueTask<IReadOnlyList<PlacedShare>> ListSharesAsync(
        VaultId vault,
        ShareId? share
    )
    {
        var ready = await PrepareAsync(vault);
        await using var reader = await ready.ReadAsync(
            ShareStatements.ListShares.With(vault.Value, share?.Value)
        );
        var shares = new List<Share>();
        while (await reader.ReadAsync())
            shares.Add(ShareRows.Read(new ReaderRow(reader)));
        await reader.NextResultAsync();
        var members = new List<(long Share, AccountId Account)>();
        while (await reader.ReadAsync())
            members.Add((reader.GetInt64(0), new(reader.GetInt64(1))));
        await reader.NextResultAsync();
        var chains = await ReadChainsAsync(reader);
        return
        [
            .. shares
                .Where(found => chains[found.Id.Value].FirstOrDefault() is { Name: "root" })
                .Select(found => new PlacedShare(
                    found with
                    {
                        Members =
                        [
                            .. members
                                .Where(member => member.Share == found.Id.Value)
                                .Select(member => member.Account),
                        ],
                    },
                    [.. chains[found.Id.Value]]
                )),
        ];
    }

    public async ValueTask<IReadOnlyList<IReadOnlyList<NodeRow>>> ListMarkedAsync(VaultId vault)
    {
        var ready = await PrepareAsync(vault);
        await using var reader = await ready.ReadAsync(
            ShareStatements.ListMarked.With(vault.Value)
        );
        var chains = await ReadChainsAsync(reader);
        return
        [
            .. chains
                .Where(chain => chain.First() is { Name: "root" })
                .Select(chain => chain.ToArray()),
        ];
    }

    public async ValueTask<IReadOnlyList<ReceivedShare>> ListReceivedAsync(
        AccountId account,
        VaultId vault,
        DateTimeOffset now
    )
    {
        var ready = await PrepareAsync(vault);
        await using var reader = await ready.ReadAsync(
            ShareStatements.ListReceived.With(
                account.Value,
                vault.Value,
                now.ToUnixTimeMilliseconds()
            )
        );
        var shares = new Dictionary<long, Share>();
        while (await reader.ReadAsync())
        {
            var share = ShareRows.Read(new ReaderRow(reader));
            shares.Add(share.Id.Value, share);
        }
        await reader.NextResultAsync();
        var mounts = new HashSet<long>();
        while (await reader.ReadAsync())
            mounts.Add(reader.GetInt64(0));
        await reader.NextResultAsync();
        var blocks = new List<(AccountId Owner, NodeId Node)>();
        while (await reader.ReadAsync())
            blocks.Add((new(reader.GetInt64(0)), new(reader.GetInt64(1))));
        var blocked = blocks.ToLookup(block => block.Owner, block => block.Node);
        await reader.NextResultAsync();
        var places = await ReadChainsAsync(reader);
        await reader.NextResultAsync();
        var items = await ReadChainsAsync(reader);
        return
        [
            .. shares
                .Keys.Union(mounts)
                .Order()
                .Select(id => new ReceivedShare(
                    new(id),
                    shares.TryGetValue(id, out var share)
                    && items[id].FirstOrDefault() is { Name: "root" }
                        ? new PlacedShare(share, [.. items[id]])
                        : null,
                    [.. places[id]],
                    // Also a mount that went with its folder for good was removed.
                    IsRemoved: mounts.Contains(id) && !places[id].Any()
                )
                {
                    Blocked = shares.TryGetValue(id, out share)
                        ? blocked[share.Owner].ToFrozenSet()
                        : [],
                }),
        ];
    }

    public async ValueTask<IReadOnlyList<HouseholdPerson>> ListHouseholdAsync(
        AccountId account,
        DateTimeOffset now
    )
    {
        // Within a transaction it is asked for in the vault whose turn it is.
        var ready = await PrepareAsync(default);
        return await ready.ListAsync(
            ShareStatements.ListHousehold.With(account.Value, now.ToUnixTimeMilliseconds()),
            row => new HouseholdPerson(new(row.Int64(0)), row.Text(1)),
            CancellationToken.None
        );
    }

    public async ValueTask<IReadOnlySet<NodeId>> ListFavoritesAsync(
        VaultId vault,
        AccountId account,
        NodeId? node
    )
    {
        var ready = await PrepareAsync(vault);
        var favorites = await ready.ListAsync<long>(
            SearchStatements.ListFavorites.With(vault.Value, account.Value, node?.Value)
        );
        return favorites.Select(id => new NodeId(id)).ToHashSet();
    }

    public ValueTask<IReadOnlyList<NodeRow>> ListNodesAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    ) =>
        ReadRowsAsync(
            vault,
            SearchStatements.ListNodes.With(vault.Value, Ids(nodes.Select(node => node.Value)))
        );

    public ValueTask<IReadOnlyList<NodeRow>> ListFoldersAboveAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    ) =>
        ReadRowsAsync(
            vault,
            SearchStatements.ListFoldersAbove.With(
                vault.Value,
                Ids(nodes.Select(node => node.Value))
            )
        );

    public ValueTask<IReadOnlyList<NodeRow>> ListMediaAsync(
        VaultId vault,
        MediaClass kind,
        long fromMs,
        long untilMs,
        NodeRow? after,
        int limit
    ) =>
        ReadRowsAsync(
            vault,
            SearchStatements.ListMedia.With(
                vault.Value,
                (byte)kind,
                fromMs,
                after?.ModifiedMs ?? untilMs,
                after?.Parent.Value ?? long.MaxValue,
                after?.NameKey ?? "",
                limit
            )
        );

    // Behind those of a whole row.
    private const int MediaColumn = 22;

    public async ValueTask<IReadOnlyList<NodeRow>> ListTakenAsync(
        VaultId vault,
        long fromMs,
        long untilMs,
        NodeRow? after,
        bool isOldestFirst,
        int limit
    )
    {
        var ready = await PrepareAsync(vault);
        var begin = isOldestFirst ? long.MinValue : long.MaxValue;
        await using var reader = await ready.ReadAsync(
            (isOldestFirst ? MediaStatements.ListTakenOldestFirst : MediaStatements.ListTaken).With(
                vault.Value,
                isOldestFirst ? after?.Media!.TakenMs ?? fromMs : fromMs,
                isOldestFirst ? untilMs : after?.Media!.TakenMs ?? untilMs,
                after?.Content!.Value.Value ?? begin,
                after?.Id.Value ?? begin,
                limit
            )
        );
        var rows = new List<NodeRow>();
        var facts = new ReaderRow(reader);
        while (await reader.ReadAsync())
        {
            var row = ReadWhole(reader, 0);
            row.Media = MediaRows.Read(facts, MediaColumn);
            rows.Add(row);
        }
        return rows;
    }

    public async ValueTask<IReadOnlyDictionary<long, long>> ListFirstTakenAsync(
        VaultId vault,
        IReadOnlyList<long> moments
    )
    {
        var ready = await PrepareAsync(vault);
        var found = await ready.ListAsync(
            MediaStatements.ListFirst.With(vault.Value, Ids(moments)),
            row => (row.Int64(0), row.Int64(1)),
            CancellationToken.None
        );
        return found.ToDictionary();
    }

    public async ValueTask<IReadOnlyDictionary<ContentId, MediaFacts>> DescribeMediaAsync(
        VaultId vault,
        IReadOnlyList<ContentId> contents
    )
    {
        var ready = await PrepareAsync(vault);
        var found = await ready.ListAsync(
            MediaStatements.ListFacts.With(
                vault.Value,
                Ids(contents.Select(content => content.Value).Distinct())
            ),
            row => (new ContentId(row.Int64(0)), MediaRows.Read(row, 1)),
            CancellationToken.None
        );
        return found.ToDictionary();
    }

    public async ValueTask<bool> MayHaveNewMediaAsync(VaultId vault)
    {
        var ready = await PrepareAsync(vault);
        var seen = await ready.ListAsync(
            MediaStatements.FindSeen.Server.With(vault.Value),
            MediaRows.ReadSeen,
            CancellationToken.None
        );
        return seen is [var (media, last)]
            && (
                last - media > MediaRows.MostUnseen
                || media < last
                    && await ready.ScalarAsync<int>(
                        MediaStatements.HasNew.Server.With(vault.Value, media)
                    ) != 0
            );
    }

    public async ValueTask<IReadOnlyList<Preview>> ListPreviewsAsync(
        VaultId vault,
        ContentId content
    )
    {
        var ready = await PrepareAsync(vault);
        return await ready.ListAsync(
            MediaStatements.ListPreviews.Server.With(vault.Value, content.Value),
            MediaRows.ReadPreview,
            CancellationToken.None
        );
    }

    public ValueTask<IReadOnlyList<NodeRow>> ListLatestAsync(
        VaultId vault,
        NodeRow? after,
        int limit
    ) =>
        ReadRowsAsync(
            vault,
            SearchStatements.ListLatest.With(
                vault.Value,
                after?.ChangedSeq ?? long.MaxValue,
                after?.Parent.Value ?? long.MaxValue,
                after?.NameKey ?? "",
                limit
            )
        );

    public ValueTask<IReadOnlyList<NodeRow>> ScanAsync(
        VaultId vault,
        NodeId folder,
        NodeScan scan
    ) =>
        ReadRowsAsync(
            vault,
            SearchStatements.Scan.With(
                vault.Value,
                folder.Value,
                LikeText.Containing(scan.KeyPart),
                scan.FromMs,
                scan.UntilMs,
                scan.OnlyFiles,
                scan.Examined,
                scan.Limit
            )
        );

    public async ValueTask AddDetailsAsync(
        VaultId vault,
        IReadOnlyList<NodeRow> rows,
        NodeDetails details
    )
    {
        var wantsDigests =
            (details & (NodeDetails.Checksums | NodeDetails.Crc32)) != NodeDetails.None;
        var wantsProperties = details.HasFlag(NodeDetails.Properties);
        var ready = await PrepareAsync(vault);
        await using var reader = await ready.ReadAsync(
            SearchStatements.ListDetails.With(
                vault.Value,
                Ids(
                    rows.Where(row => wantsDigests && row.Content is not null)
                        .Select(row => row.Content!.Value.Value)
                        .Distinct()
                ),
                Ids(
                    rows.Where(row => wantsProperties && row.PropertyBytes > 0)
                        .Select(row => row.Id.Value)
                )
            )
        );
        var owners = rows.Where(row => row.Content is not null)
            .ToLookup(row => row.Content!.Value.Value);
        foreach (var row in rows)
            if (row is { IsFolder: false, Content: null })
                AddDigestsOfNothing(row, details);
        while (await reader.ReadAsync())
            foreach (var row in owners[reader.GetInt64(0)])
                AddDigests(reader, 1, row, details);
        await reader.NextResultAsync();
        var properties = new Dictionary<long, List<NodeProperty>>();
        while (await reader.ReadAsync())
        {
            if (!properties.TryGetValue(reader.GetInt64(0), out var list))
                properties.Add(reader.GetInt64(0), list = []);
            list.Add(new NodeProperty(reader.GetString(1), reader.GetString(2)));
        }
        foreach (var row in rows)
            if (properties.TryGetValue(row.Id.Value, out var list))
                row.Properties = list;
    }

    private async ValueTask<IReadOnlyList<NodeRow>> ReadRowsAsync(VaultId vault, SqlServerCall call)
    {
        var ready = await PrepareAsync(vault);
        await using var reader = await ready.ReadAsync(call);
        var rows = new List<NodeRow>();
        while (await reader.ReadAsync())
            rows.Add(ReadWhole(reader, 0));
        return rows;
    }

    // A number in the first column, and from the top down the rows that belong to it.
    private static async Task<ILookup<long, NodeRow>> ReadChainsAsync(DbDataReader reader)
    {
        var rows = new List<(long Id, NodeRow Row)>();
        while (await reader.ReadAsync())
            rows.Add((reader.GetInt64(0), ReadWhole(reader, 1)));
        return rows.ToLookup(row => row.Id, row => row.Row);
    }

    public async ValueTask<StoredContent> FindContentAsync(VaultId vault, ContentId content)
    {
        var ready = await PrepareAsync(vault);
        StoredContent found;
        await using (
            var reader = await ready.ReadAsync(
                TreeStatements.FindContent.With(vault.Value, content.Value)
            )
        )
            found = await reader.ReadAsync()
                ? ReadContent(reader)
                : throw new InvalidDataException(
                    $"Content {content.Value} of vault {vault.Value} is missing."
                );
        return HasBytes(found)
            ? found
            : (await WithPartsAsync(ready, vault, new() { [content.Value] = found }))[
                content.Value
            ];
    }

    private static bool HasBytes(StoredContent content) =>
        content.Blob is not null || content.Inline is not null;

    private static async Task<Dictionary<long, StoredContent>> WithPartsAsync(
        SqlServerSession ready,
        VaultId vault,
        Dictionary<long, StoredContent> contents
    )
    {
        var parted = contents.Where(content => !HasBytes(content.Value)).ToList();
        if (parted.Count == 0)
            return contents;
        var parts = new List<(long Content, StoredContent Part)>();
        await using var reader = await ready.ReadAsync(
            TreeStatements.ListParts.With(vault.Value, Ids(parted.Select(content => content.Key)))
        );
        while (await reader.ReadAsync())
            parts.Add((reader.GetInt64(0), ReadContent(reader)));
        foreach (var content in parts.GroupBy(part => part.Content, part => part.Part))
            contents[content.Key] = contents[content.Key] with { Parts = [.. content] };
        return contents;
    }

    public async ValueTask<IReadOnlyList<StoredContent?>> FindContentsAsync(
        VaultId vault,
        IReadOnlyList<ContentId?> contents
    )
    {
        var ready = await PrepareAsync(vault);
        var found = new Dictionary<long, StoredContent>();
        await using (
            var reader = await ready.ReadAsync(
                TreeStatements.FindContents.With(
                    vault.Value,
                    Ids(contents.Where(id => id is not null).Select(id => id!.Value.Value))
                )
            )
        )
            while (await reader.ReadAsync())
                found[reader.GetInt64(0)] = ReadContent(reader);
        found = await WithPartsAsync(ready, vault, found);
        return
        [
            .. contents.Select(id =>
                id is { } content ? found.GetValueOrDefault(content.Value) : null
            ),
        ];
    }

    public async ValueTask<IReadOnlyList<ContentKey>> ListContentKeysAsync(
        VaultId vault,
        IReadOnlyList<ContentId> contents
    )
    {
        var ready = await PrepareAsync(vault);
        var keys = await ready.ListAsync(
            TreeStatements.ListContentKeys.With(
                vault.Value,
                Ids(contents.Select(content => content.Value))
            ),
            row => KeyOf(row, 0),
            CancellationToken.None
        );
        var without = keys.Where(key => key.Blob is null).Select(key => key.Content.Value).ToList();
        if (without.Count == 0)
            return keys;
        var parts = (
            await ready.ListAsync(
                TreeStatements.ListPartKeys.With(vault.Value, Ids(without)),
                row => (Content: new ContentId(row.Int64(0)), Part: KeyOf(row, 1)),
                CancellationToken.None
            )
        ).ToLookup(part => part.Content, part => part.Part);
        return
        [
            .. keys.SelectMany(key =>
                parts[key.Content]
                    .Append(
                        key with
                        {
                            Parts = [.. parts[key.Content].Select(part => part.Content)],
                        }
                    )
            ),
        ];
    }

    private static ContentKey KeyOf(IRow row, int start) =>
        new(
            new(row.Int64(start)),
            row.IsNull(start + 1) ? null : new BlobId(new Guid(row.Bytes(start + 1))),
            row.BytesOrNull(start + 2)
        );

    public async ValueTask<UploadSession?> FindUploadAsync(
        VaultId vault,
        AccountId account,
        UploadName name
    )
    {
        var ready = await PrepareAsync(vault);
        return await ready.FirstAsync(
            UploadStatements.Find.Server.With(
                vault.Value,
                account.Value,
                (byte)name.Kind,
                name.Text
            ),
            UploadRows.Read,
            CancellationToken.None
        );
    }

    public async ValueTask<IReadOnlyList<UploadSession>> ListUploadsAsync(
        VaultId vault,
        AccountId account,
        DateTimeOffset now
    )
    {
        var ready = await PrepareAsync(vault);
        return await ready.ListAsync(
            UploadStatements.List.Server.With(
                vault.Value,
                account.Value,
                now.ToUnixTimeMilliseconds()
            ),
            UploadRows.Read,
            CancellationToken.None
        );
    }

    public async ValueTask<IReadOnlyList<UploadPart>> ListUploadPartsAsync(
        VaultId vault,
        UploadId upload,
        long from,
        int limit
    )
    {
        var ready = await PrepareAsync(vault);
        return await ready.ListAsync(
            UploadStatements.ListParts.Server.With(vault.Value, upload.Value, from, limit),
            UploadRows.ReadPart,
            CancellationToken.None
        );
    }

    public async ValueTask<SetAside?> FindSetAsideAsync(
        VaultState vault,
        NodeId folder,
        string name,
        DateTimeOffset since,
        NodeId? newcomer
    )
    {
        var ready = await PrepareAsync(vault.Id);
        await using var reader = await ready.ReadAsync(
            TreeStatements.FindSetAside.With(
                vault.Id.Value,
                folder.Value,
                since.ToUnixTimeMilliseconds(),
                newcomer?.Value
            )
        );
        SetAside? found = null;
        long node = 0;
        while (await reader.ReadAsync())
        {
            if (found is not null || vault.KeyOf(reader.GetString(1)) != vault.KeyOf(name))
                continue;
            node = reader.GetInt64(0);
            found = new SetAside
            {
                Chain = [],
                Revision = reader.GetGuid(2),
                Account = new(reader.GetInt64(3)),
                Device = reader.Int64OrNull(4) is { } device ? new DeviceId(device) : null,
            };
        }
        await reader.NextResultAsync();
        var chain = (await ReadChainsAsync(reader))[node].ToList();
        if (found is null || chain.Count == 0)
            return null;
        await reader.NextResultAsync();
        var properties = new List<NodeProperty>();
        while (await reader.ReadAsync())
            if (reader.GetInt64(0) == node)
                properties.Add(new NodeProperty(reader.GetString(1), reader.GetString(2)));
        chain[^1].Properties = properties;
        await reader.NextResultAsync();
        await reader.ReadAsync();
        var (first, isShared) = (Milliseconds.Time(reader.Int64OrNull(0)), reader.GetInt32(1) != 0);
        await reader.NextResultAsync();
        var own = new List<NodeProperty>();
        while (await reader.ReadAsync())
            own.Add(new NodeProperty(reader.GetString(0), reader.GetString(1)));
        return found with
        {
            Chain = chain,
            Newcomer = newcomer is null ? null : new(first, isShared, own),
        };
    }

    public async ValueTask<IReadOnlyList<TrashedRow>> ListTrashAsync(
        VaultId vault,
        TrashRange range,
        int limit
    ) =>
        await ReadTrashedAsync(
            vault,
            TrashStatements.List.With(vault.Value, range.From, range.Before, limit)
        );

    public async ValueTask<IReadOnlyList<TrashedRow>> FindTrashedAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    ) =>
        await ReadTrashedAsync(
            vault,
            TrashStatements.Find.With(vault.Value, Ids(nodes.Select(node => node.Value)))
        );

    public async ValueTask<NodeRow?> FindMemberAsync(VaultId vault, NodeId folder, string key)
    {
        if (key.Length > NodeName.MaxBytes)
            return null;
        var ready = await PrepareAsync(vault);
        await using var reader = await ready.ReadAsync(
            TrashStatements.FindMember.With(vault.Value, folder.Value, key)
        );
        return await reader.ReadAsync() ? ReadWhole(reader, 0) : null;
    }

    public async ValueTask<IReadOnlyDictionary<NodeId, IReadOnlyList<NodeRow>>> ListChainsAsync(
        VaultId vault,
        IReadOnlyList<NodeId> nodes
    )
    {
        var ready = await PrepareAsync(vault);
        await using var reader = await ready.ReadAsync(
            TrashStatements.ListChains.With(vault.Value, Ids(nodes.Select(node => node.Value)))
        );
        return (await ReadChainsAsync(reader)).ToDictionary(
            chain => new NodeId(chain.Key),
            chain => (IReadOnlyList<NodeRow>)[.. chain]
        );
    }

    public async ValueTask<IReadOnlyList<DeletedRow>> ListDeletionsAsync(
        VaultId vault,
        AccountId account,
        DeviceId? device,
        long from,
        bool isBackwards,
        int limit
    )
    {
        var ready = await PrepareAsync(vault);
        return await ready.ListAsync(
            (
                isBackwards
                    ? TrashStatements.ListDeletionsBefore
                    : TrashStatements.ListDeletionsAfter
            ).With(vault.Value, account.Value, device?.Value, from, limit),
            ReadDeleted,
            CancellationToken.None
        );
    }

    public async ValueTask<DeletedRow?> FindDeletionAsync(VaultId vault, long seq)
    {
        var ready = await PrepareAsync(vault);
        return await ready.FirstAsync(
            TrashStatements.FindDeletion.With(vault.Value, seq),
            ReadDeleted,
            CancellationToken.None
        );
    }

    public async ValueTask<IReadOnlyList<FileVersion>> ListVersionsAsync(
        VaultId vault,
        NodeId file,
        long before,
        int limit
    )
    {
        var ready = await PrepareAsync(vault);
        var versions = new List<FileVersion>();
        await using var reader = await ready.ReadAsync(
            TrashStatements.ListVersions.With(vault.Value, file.Value, before, limit)
        );
        while (await reader.ReadAsync())
            versions.Add(
                new FileVersion
                {
                    Number = reader.GetInt64(0),
                    ReplacedAt = Milliseconds.Time(reader.GetInt64(1)),
                    Modified = Milliseconds.Time(reader.GetInt64(2)),
                    Size = reader.GetInt64(3),
                    Revision = reader.GetGuid(4),
                    Content = new(reader.GetInt64(5)),
                    MediaType = reader.TextOrNull(6),
                }
            );
        return versions;
    }

    public async ValueTask<bool> IsVersionAsync(VaultId vault, long until, ContentId content)
    {
        var ready = await PrepareAsync(vault);
        return await ready.ScalarAsync<int>(
                TreeStatements.IsVersion.With(vault.Value, until, content.Value)
            ) > 0;
    }

    public async ValueTask<bool> IsBelowAsync(VaultId vault, NodeId node, NodeId folder)
    {
        var ready = await PrepareAsync(vault);
        return await ready.ScalarAsync<int>(
                TreeStatements.IsBelow.With(vault.Value, node.Value, folder.Value)
            ) > 0;
    }

    public async ValueTask<int> MeasureHeightAsync(VaultId vault, NodeId folder)
    {
        var ready = await PrepareAsync(vault);
        return await ready.ScalarAsync<int>(
            TreeStatements.MeasureHeight.With(vault.Value, folder.Value)
        );
    }

    /// <summary>The connection that the next call is made on.</summary>
    /// <param name="vault">Whose rows it reads.</param>
    protected virtual ValueTask<SqlServerSession> PrepareAsync(VaultId vault) => new(session!);

    /// <summary>How facts are loaded on it.</summary>
    protected virtual SqlServerStatement LoadStatement(SqlServerSession ready) =>
        ready.HasBegun ? TreeStatements.LoadWithin : TreeStatements.Load;

    /// <summary>Told what was written last into a vault when its facts were loaded.</summary>
    protected virtual void Saw(VaultId vault, long writeSeq) { }

    internal static SqlServerRows Ids(IEnumerable<long> ids)
    {
        var rows = new SqlServerRows(s_idColumns);
        foreach (var id in ids.Distinct())
            rows.Add(id);
        return rows;
    }

    private async Task<List<TrashedRow>> ReadTrashedAsync(VaultId vault, SqlServerCall call)
    {
        var ready = await PrepareAsync(vault);
        var rows = new List<TrashedRow>();
        await using var reader = await ready.ReadAsync(call);
        while (await reader.ReadAsync())
            rows.Add(
                new TrashedRow(
                    ReadWhole(reader, 0),
                    reader.IsNull(22)
                        ? null
                        : new Deletion(
                            new(reader.GetInt64(22)),
                            Milliseconds.Time(reader.GetInt64(23)),
                            reader.Int64OrNull(24) is { } account ? new AccountId(account) : null,
                            reader.Int64OrNull(25) is { } device ? new DeviceId(device) : null,
                            reader.TextOrNull(26),
                            reader.TextOrNull(27)
                        )
                )
            );
        return rows;
    }

    private static DeletedRow ReadDeleted(IRow row) =>
        new(
            row.Int64(0),
            new(row.Int64(1)),
            Milliseconds.Time(row.Int64(2)),
            new(row.Int64(3)),
            row.Int64OrNull(4) is { } device ? new DeviceId(device) : null
        );

    private async Task<Facts> LoadAsync(
        SqlServerSession ready,
        SqlServerStatement statement,
        FactsRequest request
    )
    {
        var actor = request.Actor;
        var details = request.Paths.Aggregate(NodeDetails.None, (all, path) => all | path.Details);
        VaultState vault;
        PathState[] paths;
        bool isSignedOut;
        long factsVersion;
        long platformVersion;
        VisitedShare? visited = null;
        var marks = new List<ProtectionMark>();
        await using (
            var reader = await ready.ReadAsync(
                statement.With(
                    actor.Vault.Value,
                    actor.Account.Value,
                    actor.Device?.Value,
                    request.Now.ToUnixTimeMilliseconds(),
                    request.OwnHold?.Value,
                    (int)details,
                    Steps(request),
                    request.Visit?.Share.Value,
                    request.Visit?.Client.ToArray(),
                    (request.Now - ShareVisit.CountedFor).ToUnixTimeMilliseconds(),
                    request.Visit?.Recipient?.Value
                )
            )
        )
        {
            if (!await reader.ReadAsync())
                return SignedOut(null!);
            vault = ReadVault(reader, actor.Vault);
            isSignedOut =
                reader.IsNull(11)
                || reader.GetBoolean(11)
                || actor.CredentialVersion is { } version && version != reader.GetInt64(12)
                || actor.Device is not null && reader.GetInt32(13) == 0;
            factsVersion = isSignedOut ? 0 : reader.GetInt64(14);
            platformVersion = reader.GetInt64(15);
            Saw(actor.Vault, reader.GetInt64(16));
            if (isSignedOut)
                return SignedOut(vault);
            await reader.NextResultAsync();
            while (await reader.ReadAsync())
                marks.Add(ShareRows.MarkOf(reader.GetInt64(0), reader.GetInt64(1)));
            var top = request.Visit is null ? null : await ReadTopAsync(reader, vault);
            visited = top?.Visited;
            paths =
                request.Visit is not null && top is null
                    ? []
                    : await ReadPathsAsync(reader, vault, request, details, top);
        }
        var contract = await ContractOfAsync(ready, actor.Account, factsVersion, platformVersion);
        return new Facts
        {
            IsSignedOut = false,
            Vault =
                marks.Count == 0
                    ? vault
                    : vault with
                    {
                        Marks = ProtectionMark.Holding(marks, contract.Measures, request.Now),
                    },
            Contract = contract,
            Platform = await PlatformOfAsync(ready, platformVersion),
            Visited = visited,
            Paths = paths,
        };
    }

    private static Facts SignedOut(VaultState vault) =>
        new()
        {
            IsSignedOut = true,
            Vault = vault,
            Contract = ContractFacts.WithoutContract,
            Platform = PlatformFacts.Normal,
            Paths = [],
        };

    // A name longer than any there is ends its path: what lies behind it is not there.
    private static SqlServerRows Steps(FactsRequest request)
    {
        var rows = new SqlServerRows(s_stepColumns);
        for (var i = 0; i < request.Paths.Count; i++)
        {
            var (path, details) = request.Paths[i];
            rows.Add(i, 0, path.Count == 0 ? (int)details : 0, "root", "root");
            for (var level = 1; level <= path.Count; level++)
            {
                var name = path[level - 1];
                var folded = NodeName.Fold(name);
                if (name.Length > NodeName.MaxBytes || folded.Length > NodeName.MaxBytes)
                    break;
                rows.Add(i, level, level == path.Count ? (int)details : 0, name, folded);
            }
        }
        return rows;
    }

    private static VaultState ReadVault(DbDataReader reader, VaultId id) =>
        new()
        {
            Id = id,
            Name = reader.GetString(0),
            Epoch = reader.GetInt64(1),
            ChangeSeq = reader.GetInt64(2),
            UsedBytes = reader.GetInt64(3),
            Items = reader.GetInt64(4),
            CapacityBytes = reader.Int64OrNull(5),
            Root = new(reader.GetInt64(6)),
            Trash = new(reader.GetInt64(7)),
            IsCaseInsensitive = reader.GetBoolean(8),
            HeldBytes = reader.GetInt64(9),
            HasLocks = reader.GetInt32(10) != 0,
            HasReceived = reader.GetInt32(17) != 0,
            LastSetAside = Milliseconds.Time(reader.Int64OrNull(18)),
            Losses = reader.Int64OrNull(19) is { } since
                ? new(Milliseconds.Time(since), reader.GetInt64(20), reader.GetInt64(21))
                : null,
            GuardedUntil = Milliseconds.Time(reader.Int64OrNull(22)),
            HistoryFloor = reader.GetInt64(23),
        };

    // A share, how it was used, and what is above its item; null when it or its item is gone, or in the trash.
    private static async Task<ShareTop?> ReadTopAsync(DbDataReader reader, VaultState vault)
    {
        await reader.NextResultAsync();
        var share = await reader.ReadAsync() ? ShareRows.Read(new ReaderRow(reader)) : null;
        await reader.NextResultAsync();
        var uses = new List<ShareUse>();
        while (await reader.ReadAsync())
            uses.Add((ShareUse)reader.GetByte(0));
        await reader.NextResultAsync();
        var above = new List<NodeRow>();
        while (await reader.ReadAsync())
            above.Add(ReadWhole(reader, 0));
        await reader.NextResultAsync();
        var locks = new List<LockRow>();
        while (await reader.ReadAsync())
            locks.Add(ReadLock(reader, 0));
        return share is null || (above.Count > 0 ? above[0].Id : share.Node) != vault.Root
            ? null
            : new(
                new(share, uses.Contains(ShareUse.Opened), uses.Contains(ShareUse.Downloaded)),
                above,
                locks
            );
    }

    private sealed record ShareTop(
        VisitedShare Visited,
        IReadOnlyList<NodeRow> Above,
        IReadOnlyList<LockRow> Locks
    );

    private static async Task<PathState[]> ReadPathsAsync(
        DbDataReader reader,
        VaultState vault,
        FactsRequest request,
        NodeDetails details,
        ShareTop? top
    )
    {
        await reader.NextResultAsync();
        var rows = request.Paths.Select(_ => new List<NodeRow>()).ToArray();
        while (await reader.ReadAsync())
            rows[reader.GetInt32(0)].Add(ReadWhole(reader, NodeStart));
        var paths = new PathState[rows.Length];
        for (var i = 0; i < paths.Length; i++)
            paths[i] =
                rows[i].Count > 0
                    ? Follow(request.Paths[i].Path, rows[i], request.FoldsNames)
                    : throw new InvalidDataException($"Vault {vault.Id.Value} has no root.");
        if (top is not null)
            for (var i = 0; i < paths.Length; i++)
                paths[i] = paths[i] with
                {
                    Chain = [.. top.Above, .. paths[i].Chain],
                    Above = top.Above.Count,
                };
        if (details.HasFlag(NodeDetails.Locks))
            await ReadChainLocksAsync(reader, paths, request, top?.Locks ?? []);
        if (details.HasFlag(NodeDetails.LocksBelow))
            await ReadLocksBelowAsync(reader, paths, request);
        if (details.HasFlag(NodeDetails.Properties))
            await ReadPropertiesAsync(reader, paths, request);
        if ((details & (NodeDetails.Checksums | NodeDetails.Crc32)) != NodeDetails.None)
            await ReadDigestsAsync(reader, paths, request);
        return paths;
    }

    // The rows are found by their keys; what only differs in case counts for those who fold names.
    private static PathState Follow(IReadOnlyList<string> path, List<NodeRow> rows, bool foldsNames)
    {
        for (var i = 1; i < rows.Count; i++)
        {
            if (foldsNames || rows[i].Name == path[i - 1])
                continue;
            return new PathState
            {
                Path = path,
                Chain = rows[..i],
                CaseSibling = i == path.Count ? rows[i] : null,
            };
        }
        return new PathState { Path = path, Chain = rows };
    }

    private static async Task ReadChainLocksAsync(
        DbDataReader reader,
        PathState[] paths,
        FactsRequest request,
        IReadOnlyList<LockRow> above
    )
    {
        await reader.NextResultAsync();
        var locks = paths.Select(_ => new List<LockRow>(above)).ToArray();
        while (await reader.ReadAsync())
        {
            var (i, level) = (reader.GetInt32(0), reader.GetInt32(1));
            if (level < paths[i].Chain.Count - paths[i].Above)
                locks[i]
                    .Add(ReadLock(reader, 2) with { Path = [.. paths[i].StoredPath.Take(level)] });
        }
        for (var i = 0; i < paths.Length; i++)
            if (request.Paths[i].Details.HasFlag(NodeDetails.Locks))
                paths[i] = paths[i] with { Locks = locks[i] };
    }

    // From the few locks upward, never from the tree downward.
    private static async Task ReadLocksBelowAsync(
        DbDataReader reader,
        PathState[] paths,
        FactsRequest request
    )
    {
        await reader.NextResultAsync();
        var all = new List<LockRow>();
        while (await reader.ReadAsync())
            all.Add(ReadLock(reader, 0));
        await reader.NextResultAsync();
        var upward = new Dictionary<string, List<(long Node, string Name)>>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            var token = reader.GetString(0);
            if (!upward.TryGetValue(token, out var steps))
                upward.Add(token, steps = []);
            steps.Add((reader.GetInt64(1), reader.GetString(2)));
        }
        for (var i = 0; i < paths.Length; i++)
        {
            if (
                !request.Paths[i].Details.HasFlag(NodeDetails.LocksBelow)
                || paths[i].Node is not { IsFolder: true } top
            )
                continue;
            var below = new List<LockRow>();
            foreach (var held in all)
            {
                var steps = upward.GetValueOrDefault(held.Token) ?? [];
                var depth = steps.FindIndex(step => step.Node == top.Id.Value);
                if (depth > 0)
                    below.Add(
                        held with
                        {
                            Path =
                            [
                                .. paths[i].StoredPath,
                                .. steps.Take(depth).Reverse().Select(step => step.Name),
                            ],
                        }
                    );
            }
            paths[i] = paths[i] with { LocksBelow = below };
        }
    }

    private static async Task ReadPropertiesAsync(
        DbDataReader reader,
        PathState[] paths,
        FactsRequest request
    )
    {
        await reader.NextResultAsync();
        var properties = paths.Select(_ => new List<NodeProperty>()).ToArray();
        while (await reader.ReadAsync())
            properties[reader.GetInt32(0)]
                .Add(new NodeProperty(reader.GetString(1), reader.GetString(2)));
        for (var i = 0; i < paths.Length; i++)
            if (
                request.Paths[i].Details.HasFlag(NodeDetails.Properties)
                && paths[i].Node is { } node
            )
                node.Properties = properties[i];
    }

    private static async Task ReadDigestsAsync(
        DbDataReader reader,
        PathState[] paths,
        FactsRequest request
    )
    {
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            var i = reader.GetInt32(0);
            if (paths[i].Node is { } node)
                AddDigests(reader, 1, node, request.Paths[i].Details);
        }
        for (var i = 0; i < paths.Length; i++)
            if (paths[i].Node is { IsFolder: false, Content: null } empty)
                AddDigestsOfNothing(empty, request.Paths[i].Details);
    }

    private static void AddDigests(
        DbDataReader reader,
        int start,
        NodeRow node,
        NodeDetails details
    )
    {
        if (details.HasFlag(NodeDetails.Crc32))
            node.Crc32 = (uint)reader.GetInt64(start);
        if (details.HasFlag(NodeDetails.Checksums))
            node.Checksums = ChecksumText.Of(
                reader.BytesOrNull(start + 1),
                reader.BytesOrNull(start + 2),
                reader.BytesOrNull(start + 3),
                reader.BytesOrNull(start + 4),
                (uint?)reader.Int64OrNull(start + 5)
            );
    }

    private static void AddDigestsOfNothing(NodeRow node, NodeDetails details)
    {
        if (details.HasFlag(NodeDetails.Checksums))
            node.Checksums = ChecksumText.OfNothing;
    }

    // A node comes once for each of its properties, and once when it has none.
    private static async Task VisitDetailedAsync(
        DbDataReader reader,
        VaultId vault,
        NodeDetails details,
        NodeRow row,
        Action<NodeRow> visit
    )
    {
        var properties = new List<NodeProperty>();
        var hasRow = false;
        while (await reader.ReadAsync())
        {
            if (!hasRow || reader.GetInt64(0) != row.Id.Value)
            {
                if (hasRow)
                    visit(row);
                hasRow = true;
                properties = [];
                ReadListed(reader, 0, row);
                row.Properties = properties;
                row.Checksums = null;
                row.Crc32 = 0;
                if (row.Content is null)
                {
                    if (!row.IsFolder)
                        AddDigestsOfNothing(row, details);
                }
                else if (
                    (details & (NodeDetails.Checksums | NodeDetails.Crc32)) != NodeDetails.None
                )
                {
                    if (reader.IsNull(DetailsStart))
                        throw new InvalidDataException(
                            $"Content {row.Content.Value.Value} of vault {vault.Value} is missing."
                        );
                    AddDigests(reader, DetailsStart, row, details);
                }
            }
            if (!reader.IsNull(DetailsStart + 6))
                properties.Add(
                    new NodeProperty(
                        reader.GetString(DetailsStart + 6),
                        reader.GetString(DetailsStart + 7)
                    )
                );
        }
        if (hasRow)
            visit(row);
    }

    private static async Task<IReadOnlyList<string>> FindNamesAsync(
        SqlServerSession ready,
        Facts facts,
        int index
    )
    {
        var state = facts.Paths[index];
        var names = state.Path.ToArray();
        var folder = state.Chain[^1];
        for (var i = state.Chain.Count - 1; i < names.Length && folder.IsFolder; i++)
        {
            NodeRow? exact = null;
            var folded = new List<NodeRow>();
            await using (
                var reader = await ready.ReadAsync(
                    TreeStatements.ListMembersWhole.With(facts.Vault.Id.Value, folder.Id.Value)
                )
            )
                while (await reader.ReadAsync())
                {
                    var name = reader.GetString(2);
                    if (name == names[i])
                        exact = ReadWhole(reader, 0);
                    else if (NodeName.Fold(name) == NodeName.Fold(names[i]))
                        folded.Add(ReadWhole(reader, 0));
                }
            // Exactly one must match.
            if ((exact ?? (folded.Count == 1 ? folded[0] : null)) is not { } found)
                break;
            names[i] = found.Name;
            folder = found;
        }
        return names.SequenceEqual(state.Path, StringComparer.Ordinal) ? state.Path : names;
    }

    private async Task<ContractFacts> ContractOfAsync(
        SqlServerSession ready,
        AccountId account,
        long version,
        long platformVersion
    )
    {
        if (database.Facts.FindContract(account, version, platformVersion) is { } remembered)
            return remembered;
        var (facts, newest, newestOfPlatform) = await SqlServerFacts.LoadAccountAsync(
            ready,
            account
        );
        // By the versions that came first, which may be newer than those of the tree: what came after them is never older than they are.
        database.Facts.Remember(account, newest, newestOfPlatform, facts);
        return facts;
    }

    private async Task<PlatformFacts> PlatformOfAsync(SqlServerSession ready, long version)
    {
        if (database.Facts.FindPlatform(version) is { } remembered)
            return remembered;
        var (facts, newest) = await SqlServerFacts.LoadPlatformAsync(ready);
        database.Facts.Remember(newest, facts);
        return facts;
    }

    private static StoredContent ReadContent(DbDataReader reader) =>
        new(
            reader.GetInt64(1),
            reader.IsNull(2) ? null : new BlobId(reader.GetGuid(2)),
            reader.BytesOrNull(3),
            reader.BytesOrNull(4)
        );

    private static LockRow ReadLock(DbDataReader reader, int start) =>
        new()
        {
            Token = reader.GetString(start),
            Node = new(reader.GetInt64(start + 1)),
            Account = new(reader.GetInt64(start + 2)),
            Device = reader.Int64OrNull(start + 3) is { } device ? new DeviceId(device) : null,
            IsShared = reader.GetBoolean(start + 4),
            IsInfinite = reader.GetBoolean(start + 5),
            OwnerXml = reader.TextOrNull(start + 6),
            HolderName = reader.GetString(start + 7),
            Expires = Milliseconds.Time(reader.GetInt64(start + 8)),
        };

    private static NodeRow ReadWhole(DbDataReader reader, int start)
    {
        var row = new NodeRow();
        ReadListed(reader, start, row);
        if (row.IsFolder)
        {
            row.SubtreePropertyBytes = reader.GetInt64(start + 17);
            row.Height = reader.GetInt32(start + 18);
        }
        row.ChangedSeq = reader.GetInt64(start + 19);
        row.ChangedMs = reader.GetInt64(start + 20);
        row.NameKey = reader.GetString(start + 21);
        return row;
    }

    // The columns a listing shows, into a row that may be used again.
    private static void ReadListed(DbDataReader reader, int start, NodeRow row)
    {
        row.Id = new(reader.GetInt64(start));
        row.Parent = new(reader.GetInt64(start + 1));
        row.Name = reader.GetString(start + 2);
        row.Kind = (NodeKind)reader.GetByte(start + 3);
        row.CreatedMs = reader.GetInt64(start + 7);
        row.Win32Attributes = (uint?)reader.Int64OrNull(start + 9);
        row.LastAccessMs = reader.Int64OrNull(start + 10);
        row.PropertyBytes = reader.GetInt64(start + 11);
        if (row.IsFolder)
        {
            row.Size = 0;
            row.Revision = Guid.Empty;
            row.MediaType = null;
            row.Content = null;
            row.SubtreeVersion = reader.GetInt64(start + 13);
            row.SubtreeBytes = reader.GetInt64(start + 14);
            row.SubtreeItems = reader.GetInt64(start + 15);
            row.ModifiedMs = reader.GetInt64(start + 16);
            return;
        }
        row.Size = reader.GetInt64(start + 4);
        row.Revision = reader.GetGuid(start + 5);
        row.MediaType = reader.TextOrNull(start + 6);
        row.ModifiedMs = reader.GetInt64(start + 8);
        row.Content = reader.Int64OrNull(start + 12) is { } content ? new ContentId(content) : null;
        row.SubtreeVersion = row.SubtreeBytes = row.SubtreeItems = 0;
    }
}
