using System.Data;
using System.Reflection;
using CloudDav.Vault;
using Microsoft.Data.SqlClient;

namespace CloudDav.Storage.Tests.SqlServer;

/// <summary>
/// The code of the SQL Server engine, run without a server: every statement that it really issues is one of the catalogues, with the parameters that are
/// declared there and values of their types; how often it asks; and what it does when nobody answers.
/// </summary>
public sealed class SqlServerPathTests(SqlServerStatementTests.Model fixture)
    : IClassFixture<SqlServerStatementTests.Model>
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly Actor s_actor = new(new AccountId(7), "a", new VaultId(3), null, null);

    private readonly Recorder _recorder = new();
    private readonly Recorder _ids = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_path_is_resolved_in_one_round_trip()
    {
        var store = Open();
        await LoadAsync(store);
        _recorder.RoundTrips.Clear();
        var facts = await LoadAsync(store);
        Assert.Equal("f", facts.Paths[0].Node!.Name);
        Assert.Equal([TreeStatements.Load.Text], _recorder.RoundTrips);
        CheckIssued();
    }

    [Fact]
    public async Task A_small_write_is_two_round_trips()
    {
        var store = Open();
        await LoadAsync(store);
        await WriteAsync(store);
        _recorder.RoundTrips.Clear();
        Assert.True((await WriteAsync(store)).IsSuccess);
        Assert.Equal(
            [TreeStatements.Load.Text, TreeChangeStatements.ApplyAlone.Text],
            _recorder.RoundTrips
        );
        Assert.Single(_ids.RoundTrips);
        CheckIssued();
    }

    [Fact]
    public async Task A_conflict_is_decided_again_when_it_is_the_commands_turn()
    {
        var store = Open();
        await WriteAsync(store);
        _recorder.RoundTrips.Clear();
        _recorder.Fail(TreeChangeStatements.ApplyAlone, Error(SqlServerErrors.Conflict));
        Assert.True((await WriteAsync(store)).IsSuccess);
        Assert.Equal(
            [
                TreeStatements.Load.Text,
                TreeChangeStatements.ApplyAlone.Text,
                "BEGIN ReadCommitted",
                TreeStatements.Lock.Text,
                TreeStatements.LoadWithin.Text,
                TreeChangeStatements.ApplyWithin.Text,
                "COMMIT",
            ],
            _recorder.RoundTrips
        );
        CheckIssued();
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(10054)]
    [InlineData(1205)]
    public async Task What_was_applied_though_nobody_answered_is_not_applied_again(int number)
    {
        var store = Open();
        await WriteAsync(store);
        _recorder.RoundTrips.Clear();
        _recorder.Fail(TreeChangeStatements.ApplyAlone, Error(number));
        _recorder.Answer(TreeStatements.Lock, Recorder.Row(6L, 1));
        Assert.True((await WriteAsync(store)).IsSuccess);
        Assert.Equal(
            [
                TreeStatements.Load.Text,
                TreeChangeStatements.ApplyAlone.Text,
                "BEGIN ReadCommitted",
                TreeStatements.Lock.Text,
                "ROLLBACK",
            ],
            _recorder.RoundTrips
        );
        // Both asked about the same command.
        Assert.Equal(
            (byte[])
                _recorder
                    .Commands[^2]
                    .Parameters.Single(one => one.ParameterName == "@command")
                    .Value,
            (byte[])
                _recorder
                    .Commands[^1]
                    .Parameters.Single(one => one.ParameterName == "@command")
                    .Value
        );
        CheckIssued();
    }

    [Fact]
    public async Task What_means_nothing_transient_is_not_tried_again()
    {
        var store = Open();
        await WriteAsync(store);
        _recorder.Fail(TreeChangeStatements.ApplyAlone, Error(SqlServerErrors.Missing));
        await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync(store));
        _recorder.Fail(TreeChangeStatements.ApplyAlone, Error(9002));
        await Assert.ThrowsAsync<StorageFullException>(() => WriteAsync(store));
        _recorder.Fail(TreeChangeStatements.ApplyAlone, Error(8152));
        await Assert.ThrowsAsync<SqlException>(() => WriteAsync(store));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_or_lets_nobody_in_is_told_as_such()
    {
        var store = Open();
        await LoadAsync(store);
        _recorder.Fail(TreeStatements.Load, Error(18456));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => LoadAsync(store));
        _recorder.RoundTrips.Clear();
        for (var i = 0; i < 8; i++)
            _recorder.Fail(TreeStatements.Load, Error(10054));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => LoadAsync(store));
        Assert.Equal(8, _recorder.RoundTrips.Count);
        Assert.Equal("f", (await LoadAsync(store)).Paths[0].Node!.Name);
    }

    [Fact]
    public async Task A_refusal_writes_nothing()
    {
        var store = Open();
        await LoadAsync(store);
        _recorder.RoundTrips.Clear();
        await store.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(Request());
                await transaction.ApplyAsync(new ChangeSet(facts.Vault, Now));
                return new Refusal(RefusalRule.ConditionFailed);
            },
            Stop
        );
        Assert.Equal([TreeStatements.Load.Text], _recorder.RoundTrips);
    }

    [Fact]
    public async Task Every_kind_of_change_is_sent_as_the_types_declare_it()
    {
        var store = Open();
        _recorder.Answer(
            JournalStatements.FindHeads,
            Recorder.Nothing(),
            Recorder.Row(7L, 1L, new byte[32])
        );
        await store.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(Request());
                var changes = new ChangeSet(facts.Vault, Now);
                foreach (var change in EveryChange(facts))
                    changes.Add(change);
                changes.Count(facts.Paths[0].Ancestors, 1, 1, 1, 1, changesMembers: true);
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );
        Assert.Equal(
            typeof(Change).GetNestedTypes().Length,
            EveryChange(await LoadAsync(store))
                .Select(change => change.GetType())
                .Distinct()
                .Count()
        );
        CheckIssued();
    }

    [Fact]
    public async Task Every_question_and_every_job_issues_what_the_catalogues_say()
    {
        var store = Open();
        var database = new SqlServerDatabase(Connect, Connect, ConnectForIds, TimeProvider.System);
        _recorder.AnswerOnce(PurgeStatements.ListTrashed, Trashed());
        _recorder.Answer(PurgeStatements.ListHeld, Recorder.Row(99L), Recorder.Row(2L));
        _recorder.Answer(PurgeStatements.FindFolders, Folders());
        _recorder.Answer(PurgeStatements.ListOldHistory, Recorder.Row(1L, 11L, 0L));
        _recorder.Answer(LedgerStatements.Measure, Recorder.Row(3L, 0L, null));
        _recorder.Answer(OutboxStatements.Measure, Recorder.Row(3L, 1_000L, 2L));
        _recorder.Answer(LeaseStatements.IsHeld, Recorder.Row(1));
        _recorder.Answer(JournalStatements.ListVisible, Recorder.Row(0L), Recorder.Nothing());
        foreach (var details in (NodeDetails[])[NodeDetails.None, NodeDetails.Properties])
        foreach (var isDeep in (bool[])[false, true])
            await store.ReadAsync(
                async snapshot =>
                {
                    await snapshot.ListAsync(s_actor.Vault, new(1), isDeep, details, _ => { });
                    return true;
                },
                Stop
            );
        await store.ReadAsync(
            async snapshot =>
            {
                await snapshot.LoadAsync(Request());
                await snapshot.ListLocksAsync(s_actor.Vault, Now);
                await snapshot.FindContentsAsync(s_actor.Vault, [new ContentId(5)]);
                await Assert.ThrowsAsync<InvalidDataException>(async () =>
                    await snapshot.FindContentAsync(s_actor.Vault, new ContentId(5))
                );
                await snapshot.IsBelowAsync(s_actor.Vault, new(1), new(2));
                await snapshot.IsVersionAsync(s_actor.Vault, 5, new ContentId(5));
                await AskTrashAsync(snapshot);
                await FindSetAsideAsync(snapshot);
                await snapshot.ListChangedAsync(s_actor.Vault, ChangePoint.After(1), 10);
                await snapshot.ListLeftAsync(s_actor.Vault, 1, 1, 10);
                await snapshot.FindPlacesAsync(s_actor.Vault, [new(1)], 1);
                Assert.Null(await snapshot.FindChangeAsync(s_actor.Vault, 1));
                await snapshot.FindLastBeginningAsync(s_actor.Vault, 1, 1);
                Assert.Empty(await snapshot.ListFormerAsync(s_actor.Vault, [new(1)], 1));
                Assert.Null(
                    await snapshot.FindFormerMemberAsync(s_actor.Vault, new(1), "n", "n", 1)
                );
                await snapshot.ListFormerMembersAsync(s_actor.Vault, new(1), 1, _ => { });
                foreach (var isDeep in (bool[])[false, true])
                    await snapshot.ListBelowAsync(s_actor.Vault, new(1), isDeep, new(2), "k", 10);
                Assert.Empty(await snapshot.ListSharesAsync(s_actor.Vault, new ShareId(31)));
                Assert.Empty(await snapshot.ListMarkedAsync(s_actor.Vault));
                Assert.Empty(
                    await snapshot.ListFavoritesAsync(s_actor.Vault, s_actor.Account, null)
                );
                Assert.Empty(await snapshot.ListNodesAsync(s_actor.Vault, [new(5)]));
                Assert.Empty(await snapshot.ListFoldersAboveAsync(s_actor.Vault, [new(5)]));
                Assert.Empty(
                    await snapshot.ListMediaAsync(s_actor.Vault, MediaClass.Image, 0, 9, null, 5)
                );
                Assert.Empty(await snapshot.ListLatestAsync(s_actor.Vault, null, 5));
                Assert.Empty(
                    await snapshot.ScanAsync(
                        s_actor.Vault,
                        new(1),
                        new NodeScan("x", 1, null, OnlyFiles: true, 100, 10)
                    )
                );
                await snapshot.AddDetailsAsync(
                    s_actor.Vault,
                    [
                        new NodeRow
                        {
                            Kind = NodeKind.File,
                            Content = new(5),
                            PropertyBytes = 1,
                        },
                    ],
                    NodeDetails.Checksums | NodeDetails.Properties
                );
                Assert.Empty(await snapshot.ListReceivedAsync(s_actor.Account, s_actor.Vault, Now));
                Assert.Empty(await snapshot.ListHouseholdAsync(s_actor.Account, Now));
                Assert.Empty(
                    await snapshot.ListContentKeysAsync(s_actor.Vault, [new ContentId(5)])
                );
                await snapshot.MeasureHeightAsync(s_actor.Vault, new(1));
                var name = new UploadName(UploadKind.Chunks, "n");
                Assert.Null(await snapshot.FindUploadAsync(s_actor.Vault, s_actor.Account, name));
                Assert.Empty(await snapshot.ListUploadsAsync(s_actor.Vault, s_actor.Account, Now));
                Assert.Empty(
                    await snapshot.ListUploadPartsAsync(s_actor.Vault, UploadId.New(), 0, 10)
                );
                _recorder.Answer(
                    TreeStatements.FindContents,
                    Recorder.Row(5L, 9L, null, null, null)
                );
                _recorder.Answer(TreeStatements.ListContentKeys, Recorder.Row(5L, null, null));
                Assert.NotNull(
                    (await snapshot.FindContentsAsync(s_actor.Vault, [new ContentId(5)]))[0]
                );
                Assert.Single(
                    await snapshot.ListContentKeysAsync(s_actor.Vault, [new ContentId(5)])
                );
                return true;
            },
            Stop
        );
        await store.ListExpiredUploadsAsync(Now, 10, Stop);
        await IssueMediaAsync(store);
        await store.WriteAsync<int>(
            async transaction =>
                await transaction.PurgeUploadAsync(s_actor.Vault, UploadId.New(), 10, Now),
            Stop
        );
        await store.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(Request());
                var changes = new ChangeSet(facts.Vault, Now, isRecorded: false);
                foreach (var change in UploadChanges().Concat(MediaChanges()))
                    changes.Add(change);
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );
        Assert.Empty(await store.ListPulsesAsync([s_actor.Vault], Stop));
        await store.WriteAsync<int>(
            async transaction =>
                await transaction.PurgeTrashAsync(
                    s_actor.Vault,
                    TrashRange.PutBefore(Now),
                    5,
                    10,
                    Now
                ),
            Stop
        );
        await IssueTrashAsync(store);
        await store.WriteAsync<int>(
            async transaction => await transaction.PurgeHistoryAsync(s_actor.Vault, Now, 10, Now),
            Stop
        );
        await store.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.CountFavoritesAsync(s_actor.Account);
                await WriteAsync(transaction);
                await WriteAsync(transaction);
                return true;
            },
            Stop
        );
        await store.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(Request());
                var changes = new ChangeSet(facts.Vault, Now, isRecorded: false);
                foreach (var change in ShareChanges())
                    changes.Add(change);
                changes.Add(new Change.SetAside(new(21), new(7), Device: null));
                await transaction.ApplyAsync(changes);
                return true;
            },
            Stop
        );
        await store.InspectAsync(s_actor.Vault, Now, Stop);
        Assert.Null(await store.FindLinkAsync(new byte[32], Stop));
        await store.CreateVaultAsync("v", 5, true, Now, Stop);
        await store.ListVaultsAsync(Stop);
        await store.ListEncryptedVaultsAsync(Stop);
        await store.ListExpiringVaultsAsync(new(Now, Now, Now, Now, Now, Now, 50, 50), Stop);
        var ledger = new SqlServerBlobLedger(database);
        await ledger.CondemnExpiredAsync(Now, Stop);
        await ledger.ListCondemnedAsync(Now, 10, Stop);
        await ledger.MarkGoneAsync([BlobId.New()], Stop);
        await ledger.FindKnownAsync([BlobId.New()], Stop);
        await ledger.CondemnUnknownAsync([BlobId.New()], Now, Stop);
        await ledger.ListContentsAsync(default, 10, Stop);
        Assert.Equal(new LedgerBacklog(3, 0, null), await ledger.MeasureAsync(Stop));
        var leases = new SqlServerJobLeases(database);
        await leases.TryTakeAsync("job", "holder", Now, TimeSpan.FromMinutes(1), Stop);
        await leases.RenewAsync("job", "holder", Now, TimeSpan.FromMinutes(1), Stop);
        Assert.True(await leases.IsHeldAsync("job", Now, Stop));
        await leases.ReleaseAsync("job", "holder", Now, Stop);
        await new MetadataPorts(database).BeginAnewAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Operator,
                At = Now,
                Actor = "a",
                Act = "b",
            },
            Stop
        );
        var (log, chain) = (new SqlServerAuditLog(database), new AuditChainId(7));
        await log.AppendAsync(
            new AuditEntry
            {
                Chain = chain,
                At = Now,
                Actor = "a",
                Act = "b",
            },
            Stop
        );
        await log.ReadAsync(chain, 0, 10, Stop);
        await log.ListAsync(chain, 5, 10, Stop);
        await log.ListVisibleAsync(new(7), Now, null, 5, 10, Stop);
        await log.FindNextChainAsync(chain, Stop);
        await log.FindDestroyedAsync(chain, Stop);
        var outbox = new SqlServerOutbox(database);
        var key = new EventKey(new(7), 1);
        await outbox.AddAsync(
            new ServiceEvent
            {
                Account = new(7),
                Type = "t",
                OccurredAt = Now,
            },
            Stop
        );
        await outbox.ListDueAsync(Now, 10, Stop);
        await outbox.MarkDeliveredAsync(key, Now, Stop);
        await outbox.MarkDeadAsync(key, "why", Now, Stop);
        await outbox.MarkFailedAsync(key, "why", Now, Now, Stop);
        await outbox.ListAsync(new(7), 0, 10, Stop);
        await outbox.ListDeadAsync(key, 10, Stop);
        await outbox.ReviveAsync(key, Now, Stop);
        Assert.Equal(
            new OutboxBacklog(3, DateTimeOffset.FromUnixTimeSeconds(1), 2),
            await outbox.MeasureAsync(Stop)
        );
        await outbox.CleanAsync(Now, 10, Now, Stop);
        await DestructionPaths.IssueAsync(database, _recorder, Stop);
        _recorder.Answer(LifecycleStatements.ListAccounts.Server, Recorder.Row(9L));
        await ContractPaths.IssueAsync(database, _recorder, Stop);
        CheckIssued();
        var issued = _recorder
            .Commands.Concat(_ids.Commands)
            .Select(command => command.Text)
            .ToHashSet(StringComparer.Ordinal);
        // Nothing stands in a catalogue that no code uses, but for these, which other tests or a migration run.
        Assert.Equal(
            [
                "EngineStatements.FindApplied",
                "JournalStatements.FindHeads",
                "MigrationStatements.HasBegun",
                "MigrationStatements.Settings[0]",
                "MigrationStatements.Settings[1]",
                "MigrationStatements.TakeTurn",
                "TreeStatements.ListMembersWhole",
            ],
            SqlServerModel
                .Catalogue()
                .Where(statement => !issued.Contains(statement.Statement.Text))
                .Select(statement => statement.Name)
                .Except([
                    "TreeStatements.Load",
                    "TreeStatements.LoadLocked",
                    "TreeChangeStatements.ApplyAlone",
                    "FactsStatements.LoadAccount",
                    "FactsStatements.LoadPlatform",
                ])
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_command_about_contracts_takes_its_turn_before_it_asks()
    {
        await LoadAsync(Open());
        _recorder.RoundTrips.Clear();
        var store = new SqlServerContractStore(
            new SqlServerDatabase(Connect, Connect, ConnectForIds, TimeProvider.System)
        );
        _recorder.Fail(TurnStatements.Take, Error(SqlServerErrors.Conflict));
        foreach (var refuses in (bool[])[false, true])
            await store.WriteAsync<bool>(
                async transaction =>
                {
                    await transaction.HasNodeAsync(new(3), new(1));
                    return refuses ? new Refusal(RefusalRule.ConditionFailed) : true;
                },
                Stop
            );
        string[] asks =
        [
            "BEGIN ReadCommitted",
            TurnStatements.Take.Text,
            ContractStatements.HasNode.Server.Text,
        ];
        Assert.Equal(
            [
                "BEGIN ReadCommitted",
                TurnStatements.Take.Text,
                "ROLLBACK",
                .. asks,
                EngineStatements.MarkApplied.Text,
                "COMMIT",
                .. asks,
                "ROLLBACK",
            ],
            _recorder.RoundTrips.Where(one => one != EngineStatements.ReadVersioning.Text)
        );
        CheckIssued();
    }

    [Fact]
    public async Task A_database_that_makes_readers_wait_is_refused()
    {
        var store = Open();
        _recorder.Answer(EngineStatements.ReadVersioning, Recorder.Row(false, (byte)1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => LoadAsync(store));
    }

    private SqlServerMetadataStore Open()
    {
        _recorder.Answer(EngineStatements.ReadVersioning, Recorder.Row(true, (byte)1));
        _ids.Answer(EngineStatements.AllocateIds, Recorder.Row(100_000L));
        foreach (
            var load in (SqlServerStatement[])
                [TreeStatements.Load, TreeStatements.LoadWithin, TreeStatements.LoadLocked]
        )
            _recorder.Answer(
                load,
                Recorder.Row(
                    "a",
                    1L,
                    5L,
                    10L,
                    2L,
                    1_000L,
                    1L,
                    2L,
                    true,
                    0L,
                    1,
                    false,
                    1L,
                    0,
                    4L,
                    6L,
                    8L,
                    0,
                    9L,
                    10L,
                    11L,
                    12L,
                    13L,
                    0L
                ),
                Recorder.Nothing(),
                Chain(),
                Recorder.Nothing(),
                Recorder.Nothing(),
                Recorder.Nothing()
            );
        _recorder.Answer(TreeStatements.Lock, Recorder.Row(8L, 0));
        foreach (
            var load in (SqlServerStatement[])
                [FactsStatements.LoadAccount, FactsStatements.LoadAccountWithin]
        )
            _recorder.Answer(
                load,
                [
                    Named(("FactsVersion", 4L), ("PlatformVersion", 6L), ("IsBeingDestroyed", 0)),
                    .. Enumerable.Range(0, 7).Select(_ => Named()),
                ]
            );
        foreach (
            var load in (SqlServerStatement[])
                [FactsStatements.LoadPlatform, FactsStatements.LoadPlatformWithin]
        )
            _recorder.Answer(
                load,
                Named(("Version", 6L), ("Mode", 0L), ("Doors", "{}")),
                Named(),
                Named()
            );
        return new SqlServerMetadataStore(
            new SqlServerDatabase(Connect, Connect, ConnectForIds, TimeProvider.System)
        );
    }

    private RecordingConnection Connect() => new(_recorder);

    private RecordingConnection ConnectForIds() => new(_ids);

    private static DataTable Named(params (string Name, object Value)[] values)
    {
        var table = new DataTable();
        foreach (var (name, value) in values)
            table.Columns.Add(name, value.GetType());
        if (values.Length > 0)
            table.Rows.Add([.. values.Select(value => value.Value)]);
        else
            table.Columns.Add("Nothing", typeof(long));
        return table;
    }

    // The root and a file in it, as the columns of the statement are.
    private static DataTable Chain()
    {
        var table = new DataTable();
        Type[] types =
        [
            typeof(int),
            typeof(long),
            typeof(long),
            typeof(string),
            typeof(byte),
            typeof(long),
            typeof(Guid),
            typeof(string),
            typeof(long),
            typeof(long),
            typeof(long),
            typeof(long),
            typeof(long),
            typeof(long),
            typeof(long),
            typeof(long),
            typeof(long),
            typeof(long),
            typeof(long),
            typeof(int),
            typeof(long),
            typeof(long),
            typeof(string),
        ];
        foreach (var type in types)
            table.Columns.Add(null, type);
        table.Rows.Add(
            0,
            1L,
            0L,
            "root",
            (byte)0,
            0L,
            null,
            null,
            0L,
            0L,
            null,
            null,
            0L,
            null,
            5L,
            10L,
            1L,
            0L,
            0L,
            1,
            1L,
            0L,
            "root"
        );
        table.Rows.Add(
            0,
            11L,
            1L,
            "f",
            (byte)1,
            10L,
            Guid.NewGuid(),
            null,
            0L,
            0L,
            null,
            null,
            0L,
            12L,
            null,
            null,
            null,
            null,
            null,
            null,
            1L,
            0L,
            "f"
        );
        return table;
    }

    private static async Task AskTrashAsync(IMetadataSnapshot snapshot)
    {
        var (vault, account) = (s_actor.Vault, s_actor.Account);
        Assert.Empty(await snapshot.ListTrashAsync(vault, TrashRange.Any, 10));
        Assert.Empty(await snapshot.FindTrashedAsync(vault, [new(11)]));
        Assert.Empty(await snapshot.ListChainsAsync(vault, [new(11)]));
        Assert.Null(await snapshot.FindMemberAsync(vault, new(1), "f"));
        Assert.Null(await snapshot.FindDeletionAsync(vault, 5));
        foreach (var isBackwards in (bool[])[false, true])
            Assert.Empty(
                await snapshot.ListDeletionsAsync(vault, account, new(9), 5, isBackwards, 10)
            );
        Assert.Empty(await snapshot.ListVersionsAsync(vault, new(11), 5, 10));
    }

    private async Task IssueTrashAsync(SqlServerMetadataStore store)
    {
        _recorder.Answer(TrashStatements.FindThinned, Recorder.Row(1L, 2L, 100L));
        _recorder.Answer(TrashStatements.ListUnthinned, Recorder.Row(3L, 11L, 12L, 10L, 0L, 1L));
        _recorder.Answer(TrashStatements.ListOldest, Recorder.Row(3L, 11L, 12L, 10L, 0L));
        foreach (
            var pick in (VersionPick[])
                [
                    new VersionPick.Thinned(IsWeekly: false, Now),
                    new VersionPick.Oldest(5, Now),
                    new VersionPick.Hidden(Now),
                    new VersionPick.One(new(11), 3),
                ]
        )
            await store.WriteAsync<int>(
                async transaction =>
                    await transaction.ReleaseVersionsAsync(s_actor.Vault, pick, 10, Now),
                Stop
            );
        await store.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.HideTrashAsync(s_actor.Vault, TrashRange.Shown, 10, Now);
                await transaction.HideVersionAsync(s_actor.Vault, new(11), 3, Now);
                return true;
            },
            Stop
        );
    }

    private async Task FindSetAsideAsync(IMetadataSnapshot snapshot)
    {
        var (vault, revision) = ((await snapshot.LoadAsync(Request())).Vault, Guid.NewGuid());
        Assert.Null(await snapshot.FindSetAsideAsync(vault, new(1), "f", Now, newcomer: null));
        var chain = new DataTable();
        foreach (DataColumn column in Chain().Columns)
            chain.Columns.Add(null, column.Ordinal == 0 ? typeof(long) : column.DataType);
        foreach (DataRow row in Chain().Rows)
            chain.Rows.Add([11L, .. row.ItemArray.Skip(1)]);
        _recorder.Answer(
            TreeStatements.FindSetAside,
            Recorder.Row(11L, "F", revision, 7L, 9L),
            chain,
            Recorder.Row(11L, "{a}b", "<b/>"),
            Recorder.Row(5L, 1),
            Recorder.Row("{a}c", "<c/>")
        );
        var found = (
            await snapshot.FindSetAsideAsync(vault, new(1), "f", Now, newcomer: new NodeId(12))
        )!;
        Assert.Equal(
            (revision, new AccountId(7), new DeviceId(9)),
            (found.Revision, found.Account, found.Device!.Value)
        );
        Assert.Equal(["root", "f"], found.Chain.Select(row => row.Name));
        Assert.Equal("{a}b", found.Chain[^1].Properties.Single().Name);
        Assert.Equal(
            (DateTimeOffset.FromUnixTimeMilliseconds(5), true, "{a}c"),
            (
                found.Newcomer!.Since,
                found.Newcomer.IsShared,
                found.Newcomer.Properties.Single().Name
            )
        );
    }

    private static DataTable Trashed()
    {
        var table = new DataTable();
        table.Columns.Add(null, typeof(long));
        table.Columns.Add(null, typeof(string));
        table.Columns.Add(null, typeof(byte));
        table.Columns.Add(null, typeof(long));
        table.Columns.Add(null, typeof(long));
        table.Rows.Add(11L, "1", (byte)1, 10L, 100L);
        table.Rows.Add(12L, "2", (byte)0, 10L, 100L);
        return table;
    }

    private static DataTable Folders()
    {
        var table = new DataTable();
        for (var i = 0; i < 4; i++)
            table.Columns.Add(null, typeof(long));
        foreach (var id in (long[])[99, 11, 12])
            table.Rows.Add(id, 0L, null, null);
        return table;
    }

    private static FactsRequest Request() =>
        new()
        {
            Actor = s_actor,
            Now = Now,
            Paths = [new PathRequest(["f"], NodeDetails.Locks)],
        };

    private static Task<Facts> LoadAsync(SqlServerMetadataStore store) =>
        store.LoadAsync(Request(), Stop).AsTask();

    private static Task<VaultResult<bool>> WriteAsync(SqlServerMetadataStore store) =>
        store
            .WriteAsync<bool>(
                async transaction =>
                {
                    await WriteAsync(transaction);
                    return true;
                },
                Stop
            )
            .AsTask();

    // The overwriting of a small file.
    private static async Task WriteAsync(IMetadataTransaction transaction)
    {
        var facts = await transaction.LoadAsync(Request());
        var former = facts.Paths[0].Node!;
        var row = former.Copy();
        row.Content = new ContentId(await transaction.NextIdAsync());
        var changes = new ChangeSet(facts.Vault, Now);
        changes.Add(new Change.AddContent(row.Content.Value, Content(), null));
        changes.Add(new Change.ReplaceNode(former, row, HistoryReason.Written, true, true));
        changes.Count(facts.Paths[0].Ancestors, 1, 0, 0, 0, changesMembers: false);
        await transaction.ApplyAsync(changes);
    }

    private static InlineContent Content() =>
        new()
        {
            Size = 10,
            Sha256 = new byte[32],
            Crc32 = 5,
            Md5 = new byte[16],
            Sha1 = new byte[20],
            Sha512 = new byte[64],
            Adler32 = 7,
            WrappedKey = new byte[61],
            Bytes = new byte[10],
        };

    private static IEnumerable<Change> ShareChanges()
    {
        var share = new Share
        {
            Id = new(31),
            Vault = s_actor.Vault,
            Owner = s_actor.Account,
            OwnerName = "a",
            Node = new(21),
            Rights = ShareRights.View,
            Label = "label",
            Address = "b@example.org",
            TokenHash = new byte[32],
            SealedToken = new byte[52],
            Password = "hash",
            Expires = Now,
            MaxDownloads = 5,
            RightsStatement = "1",
            Created = Now,
            Version = 1,
        };
        yield return new Change.AddShare(share);
        yield return new Change.ReplaceShare(share with { Version = 2 });
        yield return new Change.CountShareUse(share.Id, new byte[16], ShareUse.Opened, Now);
        yield return new Change.RemoveShare(share.Id);
        yield return new Change.AddMount(
            new NodeRow
            {
                Id = new(41),
                Parent = new(1),
                Name = "m",
                NameKey = "m",
                Kind = NodeKind.Mount,
            },
            share.Id
        );
        yield return new Change.RemoveMount(
            new NodeRow
            {
                Id = new(42),
                Parent = new(1),
                Name = "n",
                NameKey = "n",
                Kind = NodeKind.Mount,
            },
            new ShareId(32),
            IsWish: true
        );
        yield return new Change.RemoveMount(
            new NodeRow
            {
                Id = new(43),
                Parent = new(1),
                Name = "o",
                NameKey = "o",
                Kind = NodeKind.Mount,
            },
            new ShareId(33),
            IsWish: false
        );
        yield return new Change.TakeContent(
            new(51),
            new(99),
            new(52),
            new byte[61],
            BlobId.New(),
            []
        );
        yield return new Change.TakeContent(new(53), new(99), new(54), null, null, []);
        yield return new Change.TakeProperties(new(99), new(55), new(56));
        yield return new Change.Protect(new(21), IsProtected: true, Measure: null);
        yield return new Change.Protect(new(22), IsProtected: false, Measure: 7);
        yield return new Change.SetFavorite(new(21), new(7), IsFavorite: true);
        yield return new Change.SetFavorite(new(22), new(8), IsFavorite: false);
    }

    private async Task IssueMediaAsync(SqlServerMetadataStore store)
    {
        Assert.Empty(await store.ListVaultsWithNewMediaAsync(default, 10, Stop));
        Assert.Empty(await store.ListPendingMediaAsync(MediaClass.Image, 0, default, 10, Stop));
        await store.ReadAsync(
            async snapshot =>
            {
                foreach (var isOldestFirst in (bool[])[false, true])
                    Assert.Empty(
                        await snapshot.ListTakenAsync(s_actor.Vault, 0, 9, null, isOldestFirst, 10)
                    );
                Assert.Empty(await snapshot.ListFirstTakenAsync(s_actor.Vault, [1, 2]));
                Assert.Empty(await snapshot.DescribeMediaAsync(s_actor.Vault, [new(5)]));
                Assert.Empty(await snapshot.ListPreviewsAsync(s_actor.Vault, new(5)));
                _recorder.Answer(MediaStatements.FindSeen.Server, Recorder.Row(1L, 5L));
                Assert.False(await snapshot.MayHaveNewMediaAsync(s_actor.Vault));
                return true;
            },
            Stop
        );
        _recorder.Answer(MediaStatements.FindSeen.Server, Recorder.Row(1L, 5L));
        Assert.True(
            (
                await store.WriteAsync<bool>(
                    async transaction => await transaction.NoteMediaAsync(s_actor.Vault, 10),
                    Stop
                )
            ).Value
        );
    }

    private static IEnumerable<Change> MediaChanges()
    {
        yield return new Change.DescribeMedium(
            new(5),
            new MediaFacts
            {
                Kind = MediaClass.Image,
                TakenMs = 1,
                TakenOffset = 60,
                Width = 4,
                Height = 3,
                Orientation = 6,
                DurationMs = 7,
            }
        );
        yield return new Change.AddPreview(new(5), new(320, new(6)));
    }

    private static IEnumerable<Change> UploadChanges()
    {
        var upload = new UploadSession
        {
            Id = UploadId.New(),
            Vault = s_actor.Vault,
            Account = s_actor.Account,
            Device = new(9),
            Name = new(UploadKind.Tus, "n"),
            Total = 5,
            Credit = 1,
            IsOutward = true,
            Goal = new(["f"], "a/b", Now, "note"),
            Created = Now,
            Expires = Now,
            Held = 5,
        };
        yield return new Change.AddUpload(upload);
        yield return new Change.ChangeUpload(upload);
        yield return new Change.ChangeUpload(
            upload with
            {
                Held = 0,
                Finished = new(new(5), Guid.NewGuid()),
            }
        );
        yield return new Change.PutUploadPart(upload.Id, new UploadPart(3, "3", 5, new(7), Now));
        yield return new Change.RemoveUploadPart(upload.Id, 3);
        yield return new Change.AssembleContent(
            new(71),
            new PartedContent
            {
                Size = 5,
                Sha256 = new byte[32],
                Crc32 = 5,
            },
            upload.Id
        );
    }

    private static IEnumerable<Change> EveryChange(Facts facts)
    {
        var file = facts.Paths[0].Node!;
        var folder = new NodeRow
        {
            Id = new(21),
            Parent = new(1),
            Name = "n",
            NameKey = "n",
        };
        var moved = folder.Copy();
        moved.Id = new(23);
        var to = moved.Copy();
        to.Parent = new(21);
        yield return new Change.AddContent(new(31), Content(), new BlobId(Guid.NewGuid()));
        yield return new Change.ShareContent(new(12), new(22));
        yield return new Change.ReleaseContent(new(12), new(11));
        yield return new Change.InsertNode(folder);
        yield return new Change.ReplaceNode(moved, to, HistoryReason.Moved, false, true);
        yield return new Change.SetAside(moved.Id, new(7), new(9));
        yield return new Change.RemoveFile(file);
        yield return new Change.SetFolderModified(new(21), 5);
        yield return new Change.SetHeight(new(1), 3);
        yield return new Change.CopyMembers(new NodeRow { Id = new(1), SubtreeItems = 4 }, folder);
        yield return new Change.CopyProperties(new(11), new(21));
        yield return new Change.SetProperty(new(21), new NodeProperty("n", "x"));
        yield return new Change.RemoveProperty(new(21), "m");
        yield return new Change.AddLock(
            new LockRow
            {
                Token = "opaquelocktoken:1",
                Node = new(21),
                Account = new(7),
                Device = new(9),
                IsShared = true,
                IsInfinite = true,
                OwnerXml = "x",
                HolderName = "a",
                Expires = Now,
            }
        );
        yield return new Change.ExtendLock("opaquelocktoken:2", Now);
        yield return new Change.RemoveLock("opaquelocktoken:3");
        yield return new Change.MoveLocks(new(11), new(21));
        yield return new Change.StageBlob(BlobId.New(), 5, Now);
        yield return new Change.GrowHold(BlobId.New(), 5, Now);
        yield return new Change.AbandonBlob(BlobId.New());
        yield return new Change.NoteStanding(new(7), Standing.Active);
        foreach (var change in ShareChanges())
            yield return change;
        foreach (var change in UploadChanges())
            yield return change;
        foreach (var change in MediaChanges())
            yield return change;
        yield return new Change.AddAudit(
            new AuditEntry
            {
                Chain = new(7),
                At = Now,
                Actor = "a",
                Act = "b",
                Subject = "s",
                Instruction = "i",
                SealedUntil = Now,
                Unseals = 1,
            }
        );
        yield return new Change.AddEvent(
            new ServiceEvent
            {
                Account = new(7),
                Type = "t",
                OccurredAt = Now,
                SealedSecret = "s",
            }
        );
    }

    private void CheckIssued()
    {
        var catalogue = SqlServerModel
            .Catalogue()
            .ToLookup(one => one.Statement.Text, one => one.Statement, StringComparer.Ordinal);
        foreach (var (text, parameters) in _recorder.Commands.Concat(_ids.Commands))
        {
            var statement = catalogue[text].FirstOrDefault();
            Assert.True(statement is not null, $"In no catalogue: {text}");
            Assert.Equal(
                statement.Parameters.Select(one => one.Name),
                parameters.Select(one => one.ParameterName)
            );
            foreach (var (declared, issued) in statement.Parameters.Zip(parameters))
            {
                Assert.Equal(
                    (declared.Type, declared.TableType ?? ""),
                    (issued.SqlDbType, issued.TypeName)
                );
                CheckValue(
                    $"{declared.Name} of {text}",
                    declared.Type,
                    declared.Size,
                    declared.TableType,
                    issued.Value
                );
            }
        }
    }

    private void CheckValue(string where, SqlDbType type, long size, string? table, object? value)
    {
        if (table is not null)
        {
            var declared = fixture.Bound.Schema.Tables[table.Split('.')[1]];
            if (value is DataTable empty)
            {
                Assert.Equal(
                    declared.Select(column => column.Name),
                    empty.Columns.Cast<DataColumn>().Select(column => column.ColumnName)
                );
                Assert.Empty(empty.Rows);
                return;
            }
            var rows = Assert.IsType<SqlServerRows>(value);
            Assert.Equal(
                declared.Select(column => (column.Name, column.Type)),
                rows.Columns.Select(column =>
                    (column.Name, column.SqlDbType.ToString().ToLowerInvariant())
                )
            );
            foreach (var row in rows)
                for (var i = 0; i < declared.Count; i++)
                {
                    Assert.True(
                        declared[i].IsNullable || !row.IsDBNull(i),
                        $"{declared[i].Name} in {where} must have a value."
                    );
                    CheckValue(
                        $"{declared[i].Name} in {where}",
                        rows.Columns[i].SqlDbType,
                        rows.Columns[i].MaxLength,
                        null,
                        row.IsDBNull(i) ? null : row.GetValue(i)
                    );
                }
            return;
        }
        if (value is null or DBNull)
            return;
        var expected = type switch
        {
            SqlDbType.BigInt => typeof(long),
            SqlDbType.Int => typeof(int),
            SqlDbType.TinyInt => typeof(byte),
            SqlDbType.Bit => typeof(bool),
            SqlDbType.UniqueIdentifier => typeof(Guid),
            SqlDbType.NVarChar or SqlDbType.VarChar => typeof(string),
            SqlDbType.Binary or SqlDbType.VarBinary => typeof(byte[]),
            _ => throw new NotSupportedException(type.ToString()),
        };
        Assert.True(expected == value.GetType(), $"{where} is {value.GetType().Name}.");
        var length = value switch
        {
            string text => text.Length,
            byte[] bytes => bytes.Length,
            _ => 0,
        };
        Assert.True(size < 0 || length <= size || size == 0, $"{where} has {length} of {size}.");
        Assert.True(type != SqlDbType.Binary || length == size, $"{where} has {length} of {size}.");
    }

    // The driver makes its errors itself.
    private static SqlException Error(int number)
    {
        const BindingFlags Hidden =
            BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        var constructor = typeof(SqlError)
            .GetConstructors(Hidden)
            .OrderBy(one => one.GetParameters().Length)
            .First(one => one.GetParameters()[0].ParameterType == typeof(int));
        var error = constructor.Invoke([
            .. constructor
                .GetParameters()
                .Select(parameter =>
                    parameter.Position == 0 ? number
                    : parameter.ParameterType == typeof(string) ? "planted"
                    : parameter.ParameterType.IsValueType
                        ? Activator.CreateInstance(parameter.ParameterType)
                    : null
                ),
        ]);
        var errors = (SqlErrorCollection)
            Activator.CreateInstance(typeof(SqlErrorCollection), nonPublic: true)!;
        typeof(SqlErrorCollection).GetMethod("Add", Hidden)!.Invoke(errors, [error]);
        var create = typeof(SqlException)
            .GetMethods(Hidden)
            .First(one =>
                one.Name == "CreateException"
                && one.GetParameters()[0].ParameterType == typeof(SqlErrorCollection)
                && one.GetParameters().Length == 2
            );
        return (SqlException)create.Invoke(null, [errors, "16.0"])!;
    }
}
