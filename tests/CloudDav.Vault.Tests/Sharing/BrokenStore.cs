namespace CloudDav.Vault.Tests.Sharing;

/// <summary>What is broken in a <see cref="BrokenStore"/>.</summary>
public enum PlantedBug
{
    ForgetsMarks,
    ForgetsWhereItBegins,
    ForgetsCapacity,
    ForgetsWhomItIsFor,
    ForgetsRights,
    ForgetsThatSomebodyLeft,
    ForgetsTheOwnersStanding,
    ForgetsTheRecipientsStanding,
    ForgetsBlocks,
    ForgetsLocks,
}

/// <summary>A metadata store with a bug in what it answers.</summary>
internal sealed class BrokenStore(IMetadataStore store, PlantedBug bug) : IMetadataStore
{
    public ValueTask<T> ReadAsync<T>(
        Func<IMetadataSnapshot, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) => store.ReadAsync(snapshot => body(new Snapshot(snapshot, bug, Break)), cancellationToken);

    public async ValueTask<Facts> LoadAsync(
        FactsRequest request,
        CancellationToken cancellationToken
    ) => Break(await store.LoadAsync(request, cancellationToken), request);

    public ValueTask<VaultResult<T>> WriteAsync<T>(
        Func<IMetadataTransaction, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    ) =>
        store.WriteAsync(
            transaction => body(new Transaction(transaction, bug, Break)),
            cancellationToken
        );

    public ValueTask<VaultId> CreateVaultAsync(
        string name,
        long? capacityBytes,
        bool caseInsensitive,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => store.CreateVaultAsync(name, capacityBytes, caseInsensitive, now, cancellationToken);

    public ValueTask<IReadOnlyList<VaultId>> ListVaultsAsync(CancellationToken cancellationToken) =>
        store.ListVaultsAsync(cancellationToken);

    public ValueTask<IReadOnlyList<VaultId>> ListEncryptedVaultsAsync(
        CancellationToken cancellationToken
    ) => store.ListEncryptedVaultsAsync(cancellationToken);

    public ValueTask<IReadOnlyList<ExpiringVault>> ListExpiringVaultsAsync(
        ExpiryTimes times,
        CancellationToken cancellationToken
    ) => store.ListExpiringVaultsAsync(times, cancellationToken);

    public ValueTask<IReadOnlyList<VaultId>> ListVaultsWithNewMediaAsync(
        VaultId after,
        int limit,
        CancellationToken cancellationToken
    ) => store.ListVaultsWithNewMediaAsync(after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<PendingMedium>> ListPendingMediaAsync(
        MediaClass kind,
        int looked,
        ContentId after,
        int limit,
        CancellationToken cancellationToken
    ) => store.ListPendingMediaAsync(kind, looked, after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<UploadSession>> ListExpiredUploadsAsync(
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken
    ) => store.ListExpiredUploadsAsync(now, limit, cancellationToken);

    public ValueTask<Share?> FindLinkAsync(
        ReadOnlyMemory<byte> tokenHash,
        CancellationToken cancellationToken
    ) => store.FindLinkAsync(tokenHash, cancellationToken);

    public ValueTask<IReadOnlyList<VaultPulse>> ListPulsesAsync(
        IReadOnlyList<VaultId> vaults,
        CancellationToken cancellationToken
    ) => store.ListPulsesAsync(vaults, cancellationToken);

    public ValueTask<IReadOnlyList<string>> InspectAsync(
        VaultId vault,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => store.InspectAsync(vault, now, cancellationToken);

    private Facts Break(Facts facts, FactsRequest request) =>
        facts.IsSignedOut
            ? facts
            : bug switch
            {
                PlantedBug.ForgetsMarks => facts with { Vault = facts.Vault with { Marks = [] } },
                PlantedBug.ForgetsWhereItBegins => facts with
                {
                    Paths =
                    [
                        .. facts.Paths.Select(path =>
                            path.Path.Count == 0 && path.Above > 0
                                ? path with
                                {
                                    Chain = [path.Chain[0]],
                                    Above = 0,
                                }
                                : path
                        ),
                    ],
                },
                PlantedBug.ForgetsCapacity => facts with
                {
                    Vault = facts.Vault with { CapacityBytes = null },
                },
                PlantedBug.ForgetsRights when facts.Visited is { } visited => facts with
                {
                    Visited = visited with
                    {
                        Share = visited.Share with { Rights = ShareRights.Edit },
                    },
                },
                PlantedBug.ForgetsTheOwnersStanding when request.Visit is not null => facts with
                {
                    Contract = ContractFacts.WithoutContract,
                },
                // Without a path it is asked where a recipient comes from.
                PlantedBug.ForgetsTheRecipientsStanding
                    when request is { Visit: null, Paths.Count: 0 } => facts with
                {
                    Contract = ContractFacts.WithoutContract,
                },
                PlantedBug.ForgetsBlocks when request.Visit is not null => facts with
                {
                    Contract = facts.Contract with
                    {
                        Measures =
                        [
                            .. facts.Contract.Measures.Where(measure => measure.Node is null),
                        ],
                    },
                },
                PlantedBug.ForgetsLocks when request.Visit is not null => facts with
                {
                    Paths = [.. facts.Paths.Select(path => path with { Locks = [] })],
                },
                _ => facts,
            };

    private class Snapshot(
        IMetadataSnapshot snapshot,
        PlantedBug bug,
        Func<Facts, FactsRequest, Facts> change
    ) : IMetadataSnapshot
    {
        public async ValueTask<Facts> LoadAsync(FactsRequest request) =>
            change(await snapshot.LoadAsync(request), request);

        public ValueTask ListAsync(
            VaultId vault,
            NodeId folder,
            bool isDeep,
            NodeDetails details,
            Action<NodeRow> visit
        ) => snapshot.ListAsync(vault, folder, isDeep, details, visit);

        public ValueTask<IReadOnlyList<NodeRow>> ListTakenAsync(
            VaultId vault,
            long fromMs,
            long untilMs,
            NodeRow? after,
            bool isOldestFirst,
            int limit
        ) => snapshot.ListTakenAsync(vault, fromMs, untilMs, after, isOldestFirst, limit);

        public ValueTask<IReadOnlyDictionary<long, long>> ListFirstTakenAsync(
            VaultId vault,
            IReadOnlyList<long> moments
        ) => snapshot.ListFirstTakenAsync(vault, moments);

        public ValueTask<IReadOnlyDictionary<ContentId, MediaFacts>> DescribeMediaAsync(
            VaultId vault,
            IReadOnlyList<ContentId> contents
        ) => snapshot.DescribeMediaAsync(vault, contents);

        public ValueTask<bool> MayHaveNewMediaAsync(VaultId vault) =>
            snapshot.MayHaveNewMediaAsync(vault);

        public ValueTask<IReadOnlyList<Preview>> ListPreviewsAsync(
            VaultId vault,
            ContentId content
        ) => snapshot.ListPreviewsAsync(vault, content);

        public ValueTask<IReadOnlyList<LockRow>> ListLocksAsync(
            VaultId vault,
            DateTimeOffset now
        ) => snapshot.ListLocksAsync(vault, now);

        public ValueTask<IReadOnlyList<PlacedShare>> ListSharesAsync(
            VaultId vault,
            ShareId? share
        ) => snapshot.ListSharesAsync(vault, share);

        public async ValueTask<IReadOnlyList<ReceivedShare>> ListReceivedAsync(
            AccountId account,
            VaultId vault,
            DateTimeOffset now
        )
        {
            if (bug == PlantedBug.ForgetsThatSomebodyLeft)
                now = DateTimeOffset.UnixEpoch;
            var received = await snapshot.ListReceivedAsync(account, vault, now);
            if (bug != PlantedBug.ForgetsWhomItIsFor)
                return received;
            var all = received.ToList();
            foreach (var person in await snapshot.ListHouseholdAsync(account, now))
                all.AddRange(await snapshot.ListReceivedAsync(person.Account, vault, now));
            return
            [
                .. all.Where(share => share.Placed?.Share.Owner != account)
                    .OrderBy(share => share.Placed is null)
                    .DistinctBy(share => share.Id)
                    .OrderBy(share => share.Id.Value),
            ];
        }

        public ValueTask<IReadOnlyList<HouseholdPerson>> ListHouseholdAsync(
            AccountId account,
            DateTimeOffset now
        ) => snapshot.ListHouseholdAsync(account, now);

        public ValueTask<IReadOnlyList<IReadOnlyList<NodeRow>>> ListMarkedAsync(VaultId vault) =>
            snapshot.ListMarkedAsync(vault);

        public ValueTask<IReadOnlySet<NodeId>> ListFavoritesAsync(
            VaultId vault,
            AccountId account,
            NodeId? node
        ) => snapshot.ListFavoritesAsync(vault, account, node);

        public ValueTask<IReadOnlyList<NodeRow>> ListNodesAsync(
            VaultId vault,
            IReadOnlyList<NodeId> nodes
        ) => snapshot.ListNodesAsync(vault, nodes);

        public ValueTask<IReadOnlyList<NodeRow>> ListFoldersAboveAsync(
            VaultId vault,
            IReadOnlyList<NodeId> nodes
        ) => snapshot.ListFoldersAboveAsync(vault, nodes);

        public ValueTask<IReadOnlyList<NodeRow>> ListMediaAsync(
            VaultId vault,
            MediaClass kind,
            long fromMs,
            long untilMs,
            NodeRow? after,
            int limit
        ) => snapshot.ListMediaAsync(vault, kind, fromMs, untilMs, after, limit);

        public ValueTask<IReadOnlyList<NodeRow>> ListLatestAsync(
            VaultId vault,
            NodeRow? after,
            int limit
        ) => snapshot.ListLatestAsync(vault, after, limit);

        public ValueTask<IReadOnlyList<NodeRow>> ScanAsync(
            VaultId vault,
            NodeId folder,
            NodeScan scan
        ) => snapshot.ScanAsync(vault, folder, scan);

        public ValueTask AddDetailsAsync(
            VaultId vault,
            IReadOnlyList<NodeRow> rows,
            NodeDetails details
        ) => snapshot.AddDetailsAsync(vault, rows, details);

        public ValueTask<StoredContent> FindContentAsync(VaultId vault, ContentId content) =>
            snapshot.FindContentAsync(vault, content);

        public ValueTask<IReadOnlyList<StoredContent?>> FindContentsAsync(
            VaultId vault,
            IReadOnlyList<ContentId?> contents
        ) => snapshot.FindContentsAsync(vault, contents);

        public ValueTask<IReadOnlyList<ContentKey>> ListContentKeysAsync(
            VaultId vault,
            IReadOnlyList<ContentId> contents
        ) => snapshot.ListContentKeysAsync(vault, contents);

        public ValueTask<SetAside?> FindSetAsideAsync(
            VaultState vault,
            NodeId folder,
            string name,
            DateTimeOffset since,
            NodeId? newcomer
        ) => snapshot.FindSetAsideAsync(vault, folder, name, since, newcomer);

        public ValueTask<IReadOnlyList<TrashedRow>> ListTrashAsync(
            VaultId vault,
            TrashRange range,
            int limit
        ) => snapshot.ListTrashAsync(vault, range, limit);

        public ValueTask<IReadOnlyList<TrashedRow>> FindTrashedAsync(
            VaultId vault,
            IReadOnlyList<NodeId> nodes
        ) => snapshot.FindTrashedAsync(vault, nodes);

        public ValueTask<NodeRow?> FindMemberAsync(VaultId vault, NodeId folder, string key) =>
            snapshot.FindMemberAsync(vault, folder, key);

        public ValueTask<IReadOnlyDictionary<NodeId, IReadOnlyList<NodeRow>>> ListChainsAsync(
            VaultId vault,
            IReadOnlyList<NodeId> nodes
        ) => snapshot.ListChainsAsync(vault, nodes);

        public ValueTask<IReadOnlyList<DeletedRow>> ListDeletionsAsync(
            VaultId vault,
            AccountId account,
            DeviceId? device,
            long from,
            bool isBackwards,
            int limit
        ) => snapshot.ListDeletionsAsync(vault, account, device, from, isBackwards, limit);

        public ValueTask<DeletedRow?> FindDeletionAsync(VaultId vault, long seq) =>
            snapshot.FindDeletionAsync(vault, seq);

        public ValueTask<IReadOnlyList<FileVersion>> ListVersionsAsync(
            VaultId vault,
            NodeId file,
            long before,
            int limit
        ) => snapshot.ListVersionsAsync(vault, file, before, limit);

        public ValueTask<bool> IsVersionAsync(VaultId vault, long until, ContentId content) =>
            snapshot.IsVersionAsync(vault, until, content);

        public ValueTask<UploadSession?> FindUploadAsync(
            VaultId vault,
            AccountId account,
            UploadName name
        ) => snapshot.FindUploadAsync(vault, account, name);

        public ValueTask<IReadOnlyList<UploadSession>> ListUploadsAsync(
            VaultId vault,
            AccountId account,
            DateTimeOffset now
        ) => snapshot.ListUploadsAsync(vault, account, now);

        public ValueTask<IReadOnlyList<UploadPart>> ListUploadPartsAsync(
            VaultId vault,
            UploadId upload,
            long from,
            int limit
        ) => snapshot.ListUploadPartsAsync(vault, upload, from, limit);

        public ValueTask<IReadOnlyList<ChangedNode>> ListChangedAsync(
            VaultId vault,
            ChangePoint after,
            int limit
        ) => snapshot.ListChangedAsync(vault, after, limit);

        public ValueTask<IReadOnlyList<LeftPlace>> ListLeftAsync(
            VaultId vault,
            long after,
            long asOf,
            int limit
        ) => snapshot.ListLeftAsync(vault, after, asOf, limit);

        public ValueTask<IReadOnlyList<NodePlace>> FindPlacesAsync(
            VaultId vault,
            IReadOnlyList<NodeId> nodes,
            long asOf
        ) => snapshot.FindPlacesAsync(vault, nodes, asOf);

        public ValueTask<ChangeTime?> FindChangeAsync(VaultId vault, long from) =>
            snapshot.FindChangeAsync(vault, from);

        public ValueTask<long> FindLastBeginningAsync(VaultId vault, long after, long atMs) =>
            snapshot.FindLastBeginningAsync(vault, after, atMs);

        public ValueTask<IReadOnlyList<FormerRow>> ListFormerAsync(
            VaultId vault,
            IReadOnlyList<NodeId> nodes,
            long asOf
        ) => snapshot.ListFormerAsync(vault, nodes, asOf);

        public ValueTask<FormerRow?> FindFormerMemberAsync(
            VaultId vault,
            NodeId folder,
            string name,
            string key,
            long asOf
        ) => snapshot.FindFormerMemberAsync(vault, folder, name, key, asOf);

        public ValueTask ListFormerMembersAsync(
            VaultId vault,
            NodeId folder,
            long asOf,
            Action<FormerRow> visit
        ) => snapshot.ListFormerMembersAsync(vault, folder, asOf, visit);

        public ValueTask<IReadOnlyList<ChangedNode>?> ListBelowAsync(
            VaultId vault,
            NodeId top,
            bool isDeep,
            NodeId parent,
            string key,
            int limit
        ) => snapshot.ListBelowAsync(vault, top, isDeep, parent, key, limit);

        public ValueTask<bool> IsBelowAsync(VaultId vault, NodeId node, NodeId folder) =>
            snapshot.IsBelowAsync(vault, node, folder);

        public ValueTask<int> MeasureHeightAsync(VaultId vault, NodeId folder) =>
            snapshot.MeasureHeightAsync(vault, folder);
    }

    private sealed class Transaction(
        IMetadataTransaction transaction,
        PlantedBug bug,
        Func<Facts, FactsRequest, Facts> change
    ) : Snapshot(transaction, bug, change), IMetadataTransaction
    {
        public ValueTask TakeTurnsAsync(IReadOnlyList<VaultId> vaults) =>
            transaction.TakeTurnsAsync(vaults);

        public ValueTask<long> CountFavoritesAsync(AccountId account) =>
            transaction.CountFavoritesAsync(account);

        public ValueTask<long> NextIdAsync() => transaction.NextIdAsync();

        public ValueTask ApplyAsync(ChangeSet changes) => transaction.ApplyAsync(changes);

        public ValueTask<int> PurgeTrashAsync(
            VaultId vault,
            TrashRange range,
            long? keptBytes,
            int limit,
            DateTimeOffset now
        ) => transaction.PurgeTrashAsync(vault, range, keptBytes, limit, now);

        public ValueTask<int> HideTrashAsync(
            VaultId vault,
            TrashRange range,
            int limit,
            DateTimeOffset now
        ) => transaction.HideTrashAsync(vault, range, limit, now);

        public ValueTask<int> ReleaseVersionsAsync(
            VaultId vault,
            VersionPick pick,
            int limit,
            DateTimeOffset now
        ) => transaction.ReleaseVersionsAsync(vault, pick, limit, now);

        public ValueTask<bool> HideVersionAsync(
            VaultId vault,
            NodeId file,
            long version,
            DateTimeOffset now
        ) => transaction.HideVersionAsync(vault, file, version, now);

        public ValueTask<int> PurgeHistoryAsync(
            VaultId vault,
            DateTimeOffset before,
            int limit,
            DateTimeOffset now
        ) => transaction.PurgeHistoryAsync(vault, before, limit, now);

        public ValueTask<int> PurgeUploadAsync(
            VaultId vault,
            UploadId upload,
            int limit,
            DateTimeOffset now
        ) => transaction.PurgeUploadAsync(vault, upload, limit, now);

        public ValueTask<bool> NoteMediaAsync(VaultId vault, int limit) =>
            transaction.NoteMediaAsync(vault, limit);
    }
}
