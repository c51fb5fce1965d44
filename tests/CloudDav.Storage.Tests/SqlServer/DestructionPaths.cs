using System.Data;
using CloudDav.Vault;

namespace CloudDav.Storage.Tests.SqlServer;

/// <summary>Issues every statement of the care log and of destruction.</summary>
internal static class DestructionPaths
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static async Task IssueAsync(
        SqlServerDatabase database,
        Recorder recorder,
        CancellationToken stop
    )
    {
        await CareAsync(new SqlServerCareLog(database), recorder, stop);
        await DestroyAsync(new SqlServerDestructionStore(database), recorder, stop);
    }

    private static async Task CareAsync(
        SqlServerCareLog care,
        Recorder recorder,
        CancellationToken stop
    )
    {
        var place = new LedgerPlace(new(3), new(5));
        var pass = new ScrubPass(Now, place, 7, 8, 9);
        var started = Now.ToUnixTimeMilliseconds();
        recorder.Answer(
            CareStatements.Load,
            Recorder.Row(started, 3L, 5L, 7L, 8L, 9L, started, null, started)
        );
        recorder.Answer(CareStatements.Mark, Recorder.Row(2));
        var blob = Guid.NewGuid();
        recorder.Answer(
            CareStatements.ListDamages,
            Recorder.Row(5L, 3L, 7L, blob, started, started, "why")
        );
        recorder.Answer(CareStatements.CountDamages, Recorder.Row(4L));
        Assert.Equal(new CareState(pass, Now, null, Now), await care.LoadAsync(stop));
        await care.SavePassAsync(pass, stop);
        await care.FinishPassAsync(pass, Now, stop);
        Assert.Equal(MarkOutcome.Known, await care.MarkAsync(place, "why", Now, stop));
        await care.ClearAsync(place, stop);
        Assert.Equal(
            new Damage(place.Content, place.Vault, new(7), new BlobId(blob), Now, Now, "why"),
            Assert.Single(await care.ListDamagesAsync(default, 5, stop))
        );
        await care.RecordRestoreTestAsync(Entry(), stop);
        Assert.Equal(4, await care.CountDamagesAsync(stop));
    }

    private static async Task DestroyAsync(
        SqlServerDestructionStore store,
        Recorder recorder,
        CancellationToken stop
    )
    {
        var now = Now.ToUnixTimeMilliseconds();
        var account = new AccountId(7);
        recorder.Answer(DestructionStatements.ReadClock, Recorder.Row(now));
        recorder.Answer(DestructionStatements.LoadState, Recorder.Row(now, null, now));
        recorder.Answer(DestructionStatements.CountAccounts, Recorder.Row(4L));
        recorder.Answer(DestructionStatements.ListClosed, Recorder.Row(7L));
        recorder.Answer(DestructionStatements.ListVaults, Recorder.Row(7L, 3L));
        recorder.Answer(
            DestructionStatements.Find,
            Recorder.Row(
                7L,
                3L,
                (byte)2,
                (byte)3,
                now,
                now,
                null,
                1L,
                2L,
                3L,
                new byte[32],
                9L,
                new byte[32],
                null,
                null
            )
        );
        recorder.Answer(
            DestructionStatements.ListContents,
            Recorder.Row(new byte[32]),
            Recorder.Row(5L, 10L, new byte[32])
        );
        recorder.Answer(
            DestructionStatements.FindNames,
            Recorder.Row("ann", "subject", PasswordHash.Create("secret", 1)),
            Recorder.Row("selector", new byte[32])
        );
        recorder.Answer(DestructionStatements.Finish, Recorder.Row(1));
        recorder.Answer(DestructionStatements.ListTold, Recorder.Row(7L));
        Assert.Equal(Now, await store.ReadClockAsync(stop));
        Assert.Equal(new DestructionState(Now, null, Now), await store.LoadStateAsync(stop));
        await store.SaveClockAsync(Now, hasJumped: true, stop);
        await store.AllowAsync(Now, Entry(), stop);
        Assert.Equal(4, await store.CountAccountsAsync(stop));
        Assert.Equal([account], await store.ListClosedAsync(default, 5, stop));
        Assert.Equal([(account, new(3))], await store.ListVaultsAsync(default, 5, stop));
        await store.ListRunningAsync(stop);
        var record = (await store.FindAsync(account, stop))!;
        Assert.Equal(
            (account, DestructionStep.Tree, 9L),
            (record.Account, record.Step, record.AuditHead!.Seq)
        );
        await store.MarkKeyDestroyedAsync(account, Now, stop);
        Assert.Equal(1, (await store.RemoveContentsAsync(record, 5, Now, stop)).Rows);
        recorder.Answer(
            DestructionStatements.ListContents,
            Recorder.Row(new byte[32]),
            new DataTable()
        );
        Assert.Equal(0, (await store.RemoveContentsAsync(record, 5, Now, stop)).Rows);
        await store.ListCondemnedAsync(new(3), 5, stop);
        await store.MarkContentsGoneAsync(account, stop);
        await store.RemoveTreeAsync(record, 5, stop);
        await store.RemoveAccountAsync(account, new ClosedNames(new byte[32]), Now, stop);
        await store.RemoveAuditAsync(account, 5, stop);
        Assert.True(await store.ScrubAsync(0, stop));
        await store.FinishAsync(
            record with
            {
                Finished = Now,
            },
            new ServiceEvent
            {
                Account = account,
                Type = "t",
                OccurredAt = Now,
            },
            Entry(),
            stop
        );
        await store.RemoveExpiredAsync(Now, Now, 5, stop);
    }

    private static AuditEntry Entry() =>
        new()
        {
            Chain = AuditChainId.Operator,
            At = Now,
            Actor = "a",
            Act = "b",
        };
}
