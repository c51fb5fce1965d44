using System.Buffers.Binary;
using System.Security.Cryptography;
using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

public abstract partial class MetadataStoreContract
{
    protected abstract ICareLog Care { get; }

    protected abstract IDestructionStore Destructions { get; }

    /// <summary>The number that a statement which every engine understands answers.</summary>
    protected abstract ValueTask<long> CountAsync(string sql);

    [Fact]
    public async Task A_damaged_content_is_marked_once_and_cleared()
    {
        var (ann, ben) = (await AddActorAsync("a", null), await AddActorAsync("b", null));
        await AddFileAsync(ann, [], "one", 5);
        await AddFileAsync(ann, [], "two", 6);
        await AddFileAsync(ben, [], "three", 7);
        var places = (await ContentsAsync()).Select(content => content.Place).ToList();
        var missing = places[0] with { Content = new(4711_000) };
        var elsewhere = places[0] with { Vault = ben.Vault };
        var later = Now.AddDays(1);

        Assert.Equal(MarkOutcome.Gone, await Care.MarkAsync(missing, "gone", Now, Stop));
        Assert.Equal(MarkOutcome.Gone, await Care.MarkAsync(elsewhere, "gone", Now, Stop));
        foreach (var place in places)
            Assert.Equal(MarkOutcome.New, await Care.MarkAsync(place, "first", Now, Stop));
        Assert.Equal(MarkOutcome.Known, await Care.MarkAsync(places[1], "Ärger 🙂", later, Stop));

        Assert.Equal(3, await Care.CountDamagesAsync(Stop));
        var page = await Care.ListDamagesAsync(default, 2, Stop);
        Assert.Equal(places[..2], page.Select(damage => damage.Place));
        Assert.Equal(
            new Damage(
                places[1].Content,
                ann.Vault,
                ann.Account,
                Blob: null,
                Found: Now,
                Seen: later,
                "Ärger 🙂"
            ),
            page[1]
        );
        page = await Care.ListDamagesAsync(page[^1].Place, 2, Stop);
        Assert.Equal(ben.Account, Assert.Single(page).Account);
        Assert.Empty(await Care.ListDamagesAsync(page[^1].Place, 2, Stop));

        await Care.ClearAsync(places[1], Stop);
        Assert.Equal(2, await Care.CountDamagesAsync(Stop));
        Assert.Equal(MarkOutcome.New, await Care.MarkAsync(places[1], "again", later, Stop));
    }

    [Fact]
    public async Task How_far_a_pass_has_come_is_remembered_until_it_is_over()
    {
        var actor = await AddActorAsync("a", null);
        await AddFileAsync(actor, [], "f", 5);
        var place = Assert.Single(await ContentsAsync()).Place;
        await Care.MarkAsync(place, "fault", Now, Stop);
        var pass = new ScrubPass(Now, place, 1, 5, 1);

        await Care.SavePassAsync(pass, Stop);
        Assert.Equal(pass, (await Care.LoadAsync(Stop)).Pass);
        // Somebody else has begun a newer one meanwhile, which goes on.
        await Care.SavePassAsync(pass with { Started = Now.AddHours(1) }, Stop);
        await Care.FinishPassAsync(pass, Now.AddHours(2), Stop);
        var state = await Care.LoadAsync(Stop);
        Assert.Equal(Now.AddHours(1), state.Pass!.Started);
        // It could not read everything.
        Assert.Equal((Now, null), (state.LastStarted, state.LastScrub));
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM damages"));

        await ExecuteAsync("DELETE FROM contents");
        Assert.Equal(0, await Care.CountDamagesAsync(Stop));
        await Care.FinishPassAsync(
            pass with
            {
                Started = Now.AddHours(1),
                Unread = 0,
            },
            Now.AddHours(3),
            Stop
        );
        state = await Care.LoadAsync(Stop);
        Assert.Equal(
            (null, Now.AddHours(1), Now.AddHours(3)),
            (state.Pass, state.LastStarted!.Value, state.LastScrub!.Value)
        );
        Assert.Equal(0, await CountAsync("SELECT COUNT(*) FROM damages"));

        await Care.RecordRestoreTestAsync(
            Entry(AuditChainId.Operator, AuditActs.BackupRestored),
            Stop
        );
        Assert.Equal(Now, (await Care.LoadAsync(Stop)).LastRestoreTest);
        Assert.Equal(
            AuditActs.BackupRestored,
            (await Audit.ListAsync(AuditChainId.Operator, long.MaxValue, 1, Stop))[0].Entry.Act
        );
    }

    [Fact]
    public async Task A_destroyed_vault_leaves_a_record_and_nothing_else()
    {
        var (ann, ben) = (await AddActorAsync("a", null), await AddActorAsync("b", null));
        await AddTreeAsync(ben);
        await AddPiecesAsync(ann);
        var contents = (await ContentsAsync())
            .Where(content => content.Vault == ann.Vault)
            .ToList();
        var head = await BeginDestructionAsync(ann);

        // What is marked from now on would outlive it.
        Assert.Equal(MarkOutcome.Gone, await Care.MarkAsync(contents[0].Place, "x", Now, Stop));
        await Destructions.MarkKeyDestroyedAsync(ann.Account, Now, Stop);
        var record = Assert.Single(await Destructions.ListRunningAsync(Stop));
        Assert.Equal((DestructionStep.Contents, Now), (record.Step, record.KeyDestroyed!.Value));
        var slices = await SlicesAsync(() =>
            Destructions.RemoveContentsAsync(record, 2, Now, Stop)
        );
        Assert.Equal([2, 2, 0], slices);
        var condemned = await Destructions.ListCondemnedAsync(ann.Vault, 10, Stop);
        // The one of a file, and that of an upload which broke off.
        Assert.Equal(2, condemned.Count);
        await Ledger.MarkGoneAsync(condemned, Stop);
        Assert.Empty(await Destructions.ListCondemnedAsync(ann.Vault, 10, Stop));
        await Destructions.MarkContentsGoneAsync(ann.Account, Stop);
        slices = await SlicesAsync(() => Destructions.RemoveTreeAsync(record, 3, Stop));
        Assert.All(slices[..^1], rows => Assert.InRange(rows, 1, 3));
        var closed = new ClosedNames(new byte[32]);
        await Destructions.RemoveAccountAsync(ann.Account, closed, Now.AddDays(30), Stop);
        await Destructions.RemoveAccountAsync(ann.Account, closed, Now.AddDays(30), Stop);
        slices = await SlicesAsync(() => Destructions.RemoveAuditAsync(ann.Account, 2, Stop));
        Assert.Equal((int)head.Seq, slices.Sum());
        Assert.True(await Destructions.ScrubAsync(0, Stop));

        record = (await Destructions.FindAsync(ann.Account, Stop))!;
        Assert.Equal(
            (DestructionStep.Scrub, 4L, 4L, contents.Sum(content => content.Size)),
            (record.Step, record.Items, record.Contents, record.Bytes)
        );
        Assert.Equal(HashOf(head.Hash, contents), record.ListHash);
        Assert.Equal(head.Seq, record.AuditHead!.Seq);
        Assert.Equal(head.Hash.ToArray(), record.AuditHead.Hash.ToArray());
        foreach (
            var table in (string[])
                [
                    "vaults",
                    "nodes",
                    "dirs",
                    "node_history",
                    "node_properties",
                    "locks",
                    "contents",
                    "content_refs",
                    "blobs",
                    "holds",
                    "damages",
                ]
        )
            Assert.Equal(
                0,
                await CountAsync($"SELECT COUNT(*) FROM {table} WHERE vault_id = {ann.Vault.Value}")
            );
        foreach (
            var table in (string[])
                ["accounts", "devices", "contracts", "measures", "lifecycles", "terms_acceptances"]
        )
            Assert.Equal(
                0,
                await CountAsync(
                    $"SELECT COUNT(*) FROM {table} WHERE account_id = {ann.Account.Value}"
                )
            );
        Assert.Empty(await Audit.ListAsync(AuditChainId.Of(ann.Account), long.MaxValue, 9, Stop));
        // The device that was not revoked, and the name with its password.
        Assert.Equal(2, await CountAsync("SELECT COUNT(*) FROM closed_names"));
        Assert.Equal(
            1,
            await CountAsync("SELECT COUNT(*) FROM closed_names WHERE password IS NOT NULL")
        );
        Assert.Equal(
            1,
            await CountAsync(
                $"SELECT COUNT(*) FROM retained_contracts WHERE account_id = {ann.Account.Value} AND customer_ref = 'K1'"
            )
        );
        Assert.Empty(await Store.InspectAsync(ben.Vault, Now, Stop));
        Assert.Single(await ContentsAsync());
    }

    [Fact]
    public async Task A_finished_destruction_is_told_and_goes_when_its_time_is_over()
    {
        var ann = await AddActorAsync("a", null);
        await BeginDestructionAsync(ann);
        var record = (await Destructions.FindAsync(ann.Account, Stop))! with
        {
            Finished = Now,
            BackupsExpire = Now.AddDays(90),
            KeepUntil = Now.AddDays(365),
        };
        var told = new ServiceEvent
        {
            Account = ann.Account,
            Type = EventTypes.Destroyed,
            OccurredAt = Now,
        };
        var entry = Entry(AuditChainId.Operator, AuditActs.DestructionFinished);

        await Destructions.FinishAsync(record, told, entry, Stop);
        await Destructions.FinishAsync(record, told, entry, Stop);

        var found = (await Destructions.FindAsync(ann.Account, Stop))!;
        Assert.Equal(
            (DestructionStep.Done, record.Finished, record.BackupsExpire, record.KeepUntil),
            (found.Step, found.Finished, found.BackupsExpire, found.KeepUntil)
        );
        Assert.Empty(await Destructions.ListRunningAsync(Stop));
        var waiting = Assert.Single(await Outbox.ListDueAsync(Now, 10, Stop));
        Assert.Equal(1, await CountEntriesAsync(AuditActs.DestructionFinished));

        // As long as it waits, the event stays.
        Assert.Equal(0, await Destructions.RemoveExpiredAsync(Now, Now, 10, Stop));
        await Outbox.MarkDeliveredAsync(waiting.Key, Now, Stop);
        // The event and its queue.
        Assert.Equal(2, await Destructions.RemoveExpiredAsync(Now, Now, 10, Stop));
        Assert.Empty(await Outbox.ListAsync(ann.Account, 0, 10, Stop));
        await Destructions.RemoveAccountAsync(
            ann.Account,
            new ClosedNames(new byte[32]),
            Now.AddDays(30),
            Stop
        );
        await ExecuteAsync(
            $"INSERT INTO commands (command_id, request_hash, answer, done) SELECT 'c', hash, '', 5 FROM audit_heads WHERE chain = 0"
        );
        await ExecuteAsync(
            $"INSERT INTO closed_names (mac, until) SELECT hash, 5 FROM audit_heads WHERE chain = 0"
        );
        Assert.Equal(1, await Destructions.RemoveExpiredAsync(Now, Now, 1, Stop));
        Assert.Equal(1, await Destructions.RemoveExpiredAsync(Now, Now, 5, Stop));
        Assert.NotNull(await Destructions.FindAsync(ann.Account, Stop));
        Assert.Equal(
            1,
            await Destructions.RemoveExpiredAsync(record.KeepUntil!.Value, Now, 5, Stop)
        );
        Assert.Null(await Destructions.FindAsync(ann.Account, Stop));
        Assert.Equal(
            0,
            await CountAsync($"SELECT COUNT(*) FROM audit_heads WHERE chain = {ann.Account.Value}")
        );
    }

    [Fact]
    public async Task The_rounds_of_destruction_remember_their_clock_together()
    {
        Assert.InRange(
            await Destructions.ReadClockAsync(Stop) - TimeProvider.System.GetUtcNow(),
            TimeSpan.FromMinutes(-5),
            TimeSpan.FromMinutes(5)
        );
        await Destructions.AllowAsync(
            Now.AddDays(1),
            Entry(AuditChainId.Operator, AuditActs.DestructionAllowed),
            Stop
        );
        await Destructions.SaveClockAsync(Now, hasJumped: false, Stop);
        Assert.Equal(
            new DestructionState(Now, null, Now.AddDays(1)),
            await Destructions.LoadStateAsync(Stop)
        );
        await Destructions.SaveClockAsync(Now.AddHours(1), hasJumped: true, Stop);
        await Destructions.SaveClockAsync(Now.AddHours(2), hasJumped: true, Stop);
        Assert.Equal(
            new DestructionState(Now.AddHours(2), Now.AddHours(1), Now.AddDays(1)),
            await Destructions.LoadStateAsync(Stop)
        );
        Assert.Equal(1, await CountEntriesAsync(AuditActs.DestructionAllowed));
    }

    [Fact]
    public async Task Those_whose_window_has_closed_and_those_that_are_left_come_in_pages()
    {
        var actors = new[]
        {
            await AddActorAsync("a", null),
            await AddActorAsync("b", null),
            await AddActorAsync("c", null),
        };
        await ExecuteAsync(
            "INSERT INTO lifecycles (account_id, reminders, closed) SELECT account_id, 0, 5 FROM accounts"
        );
        await ExecuteAsync(
            $"UPDATE lifecycles SET closed = NULL WHERE account_id = {actors[1].Account.Value}"
        );
        await BeginDestructionAsync(actors[2]);

        Assert.Equal(3, await Destructions.CountAccountsAsync(Stop));
        Assert.Equal([actors[0].Account], await Destructions.ListClosedAsync(default, 1, Stop));
        Assert.Equal(
            [actors[2].Account],
            await Destructions.ListClosedAsync(actors[0].Account, 5, Stop)
        );
        Assert.Equal(
            [(actors[0].Account, actors[0].Vault)],
            await Destructions.ListVaultsAsync(default, 1, Stop)
        );
        Assert.Equal(
            [(actors[1].Account, actors[1].Vault)],
            await Destructions.ListVaultsAsync(actors[0].Account, 5, Stop)
        );
    }

    // Two files inline, one of them overwritten, one in a blob; a folder; and one of whatever else hangs on a vault and its account.
    private async Task AddPiecesAsync(Actor actor)
    {
        await AddFolderAsync(actor, [], "x");
        var file = await AddFileAsync(actor, ["x"], "f", 5);
        await AddFileAsync(actor, [], "over", 6);
        await ReplaceAsync(actor, "over", 7, keepsContent: true);
        var (blob, lost) = (BlobId.New(), BlobId.New());
        await ApplyAsync(actor, new Change.StageBlob(blob, 9, Now.AddMinutes(1)));
        await ApplyAsync(actor, new Change.StageBlob(lost, 9, Now.AddMinutes(1)));
        await Store.WriteAsync<NodeId>(
            async transaction =>
                await InsertAsync(transaction, actor, [], "large", NodeKind.File, 9, blob),
            Stop
        );
        await ApplyAsync(actor, new Change.AddLock(LockOn(actor, file, "opaquelocktoken:1")));
        await PatchAsync(
            actor,
            ["x", "f"],
            new Change.SetProperty(file, new NodeProperty("{u}p", "<p/>"))
        );
        await Care.MarkAsync(
            (await ContentsAsync()).First(content => content.Vault == actor.Vault).Place,
            "fault",
            Now,
            Stop
        );
        var account = actor.Account.Value;
        await ExecuteAsync(
            $"UPDATE accounts SET password_hash = '{PasswordHash.Create("secret", 1)}' WHERE account_id = {account}"
        );
        foreach (var revoked in (string[])["NULL", "5"])
            await ExecuteAsync(
                $"INSERT INTO devices (account_id, selector, secret_hash, name, created, revoked) SELECT chain, 's{revoked}', hash, 'n', 0, {revoked} FROM audit_heads WHERE chain = {account}"
            );
        await ExecuteAsync(
            $"INSERT INTO terms_acceptances (account_id, version, language, door, accepted) VALUES ({account}, 'v', 0, 0, 0)"
        );
        await ExecuteAsync(
            $"""
            INSERT INTO measures (kind, switches, account_id, is_legal_order, reason_code, set_by, since)
            VALUES (0, 0, {account}, 0, 'r', 's', 0)
            """
        );
        await ExecuteAsync(
            $"""
            INSERT INTO contracts (account_id, customer_ref, main_ref, main_status, main_known, has_tv, option_code, option_version, started, row_version)
            VALUES ({account}, 'K1', 'M1', 0, 0, 0, 'o', 1, 5, 1)
            """
        );
        await ExecuteAsync(
            $"INSERT INTO lifecycles (account_id, reminders, closed) VALUES ({account}, 0, 5)"
        );
    }

    // The list's hash begins with something that every engine can be told: the head of the chain.
    private async Task<AuditHead> BeginDestructionAsync(Actor actor)
    {
        await ExecuteAsync(
            $"""
            INSERT INTO destructions (account_id, vault_id, cause, step, started, items, contents, bytes, list_hash, events_gone)
            SELECT chain, {actor.Vault.Value}, 0, 1, 5, 0, 0, 0, hash, 0 FROM audit_heads WHERE chain = {actor.Account.Value}
            """
        );
        return (await Audit.ReadAsync(AuditChainId.Of(actor.Account), 0, 1, Stop)).Head!;
    }

    private async Task<int> CountEntriesAsync(string act) =>
        (await Audit.ListAsync(AuditChainId.Operator, long.MaxValue, 10, Stop)).Count(record =>
            record.Entry.Act == act
        );

    private static byte[] HashOf(ReadOnlyMemory<byte> first, IEnumerable<LedgerContent> contents)
    {
        var hash = first.ToArray();
        var numbers = new byte[16];
        foreach (var content in contents.OrderBy(content => content.Content.Value))
        {
            BinaryPrimitives.WriteInt64BigEndian(numbers, content.Content.Value);
            BinaryPrimitives.WriteInt64BigEndian(numbers.AsSpan(8), content.Size);
            hash = SHA256.HashData([.. hash, .. numbers, .. content.Sha256]);
        }
        return hash;
    }

    private static async Task<List<int>> SlicesAsync(Func<ValueTask<Slice>> remove)
    {
        var rows = new List<int>();
        do rows.Add((await remove()).Rows);
        while (rows[^1] > 0);
        return rows;
    }

    private static AuditEntry Entry(AuditChainId chain, string act) =>
        new()
        {
            Chain = chain,
            At = Now,
            Actor = AuditActors.Console,
            Act = act,
        };
}
