using System.Globalization;
using System.Text.Json;

namespace CloudDav.Vault;

/// <summary>When destruction may run, and what it leaves for how long.</summary>
public sealed record DestructionOptions
{
    /// <summary>How long a customer has at the very least, in full days of the database's clock from the moment the end was known and had come.</summary>
    public static readonly TimeSpan LeastWindow = TimeSpan.FromDays(30);

    /// <summary>The share of all accounts of which more are never destroyed in one run without an operator's word.</summary>
    public double MassShare { get; init; } = 0.005;

    /// <summary>As many as this may always be destroyed in one run, however few accounts there are.</summary>
    public int MassMinimum { get; init; } = 10;

    /// <summary>By how much the database's clock may differ from time as it passed.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>After a longer silence of all nodes, time that passed cannot be told from a clock that jumped.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromHours(72);

    /// <summary>A database of up to so many bytes is rewritten after a round, so that no removed byte is left in the gaps of its pages either.</summary>
    public long RewritesUpTo { get; init; } = 128 * 1024 * 1024;

    /// <summary>How long backups are kept, in which names may still be.</summary>
    public TimeSpan BackupsKept { get; init; } = TimeSpan.FromDays(35);

    /// <summary>How long the record and what the law obliges are kept.</summary>
    public TimeSpan RecordsKept { get; init; } = TimeSpan.FromDays(3_650);

    /// <summary>How long the answers to commands are kept, which may hold names: for as long a command that is repeated has no further effect.</summary>
    public TimeSpan CommandsKept { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long devices of a destroyed account learn that it is closed.</summary>
    public TimeSpan NamesKept { get; init; } = TimeSpan.FromDays(365);
}

/// <summary>Why an account whose window has closed is not destroyed yet.</summary>
public enum HeldReason
{
    /// <summary>Its facts say otherwise by now.</summary>
    NotClosed,

    /// <summary>30 full days have not passed.</summary>
    TooEarly,

    /// <summary>A law or a court holds it, or an item of it.</summary>
    LegalHold,

    /// <summary>An item of it is blocked, and what is blocked is not destroyed.</summary>
    BlockedItem,

    /// <summary>The first reminder was neither delivered nor tried while the window was open. Once it is, the window opens anew.</summary>
    NotReminded,

    /// <summary>Somebody of the household is still to be destroyed.</summary>
    Household,
}

/// <summary>What stopped a round.</summary>
public enum DestructionAlarm
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The clock jumped.</summary>
    ClockJumped,

    /// <summary>More accounts are due than may be destroyed in one run.</summary>
    TooMany,
}

/// <summary>What a round has done.</summary>
/// <param name="Destroyed">Vaults whose destruction was finished.</param>
/// <param name="Due">Accounts that were due at its beginning.</param>
/// <param name="Held">How many closed accounts were held back, by reason.</param>
/// <param name="Alarm">What stopped it.</param>
public sealed record DestructionRound(
    int Destroyed,
    int Due,
    IReadOnlyDictionary<HeldReason, int> Held,
    DestructionAlarm Alarm
);

/// <summary>
/// Destroys vaults whose take-back window has closed: the key first, then the content, the rows, the account and its chain, and in the end there is a record. Every
/// guard is looked at again in the transaction that begins it; from there on each step can be done again, so that a job killed anywhere goes on.
/// </summary>
/// <param name="contracts">The facts.</param>
/// <param name="store">The rows.</param>
/// <param name="keys">The vaults' keys.</param>
/// <param name="blobs">The contents.</param>
/// <param name="ledger">What may be removed from them.</param>
/// <param name="closed">What is kept of names.</param>
/// <param name="policy">Decides where an account stands.</param>
/// <param name="time">Time as it passes in this process.</param>
/// <param name="options">When it may run.</param>
public sealed class Destruction(
    IContractStore contracts,
    IDestructionStore store,
    IKeyStore keys,
    IBlobStore blobs,
    IBlobLedger ledger,
    ClosedNames closed,
    AccountPolicy policy,
    TimeProvider time,
    DestructionOptions options
)
{
    /// <summary>How long an operator's word holds.</summary>
    public static readonly TimeSpan Allowance = TimeSpan.FromDays(1);

    private const int Page = 100;

    private readonly WriterSlices _slices = new();
    private (DateTimeOffset Clock, long Timestamp)? _last;

    /// <summary>Goes on with what was begun, and destroys what is due. One node at a time.</summary>
    public async ValueTask<DestructionRound> RunAsync(CancellationToken cancellationToken)
    {
        var (clock, state) = await CheckClockAsync(cancellationToken);
        foreach (var record in await store.ListRunningAsync(cancellationToken))
        {
            // Before the key is gone nothing is lost yet.
            if (record.Step != DestructionStep.Key || state.Stopped is null)
                await CarryOutAsync(record, cancellationToken);
        }
        var destroyed = await FinishAsync(cancellationToken);
        if (state.Stopped is not null)
            return new(
                destroyed,
                0,
                new Dictionary<HeldReason, int>(),
                DestructionAlarm.ClockJumped
            );

        var (due, held) = await FindDueAsync(clock, cancellationToken);
        if (
            due.Count > await MostAtOnceAsync(cancellationToken)
            && !(state.AllowedUntil > clock)
            && !await HasServiceEndedAsync(clock, cancellationToken)
        )
            return new(destroyed, due.Count, held, DestructionAlarm.TooMany);
        foreach (var account in due)
        {
            if (await BeginAsync(account, clock, cancellationToken) is { } record)
                await CarryOutAsync(record, cancellationToken);
        }
        destroyed += await FinishAsync(cancellationToken);
        while (
            await store.RemoveExpiredAsync(
                clock,
                clock - options.CommandsKept,
                WriterSlices.First,
                cancellationToken
            ) >= WriterSlices.First
        ) { }
        return new(destroyed, due.Count, held, DestructionAlarm.None);
    }

    /// <summary>
    /// Destroys again what a restored backup brought back: every vault whose key was destroyed since that backup was taken. There is nothing to decide and nothing left to lose:
    /// without the key no content of it can be read.
    /// </summary>
    /// <returns>How many vaults.</returns>
    public async ValueTask<int> RepeatAsync(CancellationToken cancellationToken)
    {
        var last = default(AccountId);
        while (await store.ListVaultsAsync(last, Page, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var (account, vault) in page)
            {
                if (await keys.IsDestroyedAsync(vault, cancellationToken))
                    await BeginAgainAsync(account, vault, cancellationToken);
            }
            last = page[^1].Account;
        }
        foreach (var record in await store.ListRunningAsync(cancellationToken))
        {
            // One that had only begun, and whose key is still there, is the next round's to judge.
            if (
                record.Step != DestructionStep.Key
                || await keys.IsDestroyedAsync(record.Vault, cancellationToken)
            )
                await CarryOutAsync(record, cancellationToken);
        }
        return await FinishAsync(cancellationToken);
    }

    /// <summary>Lets destruction run for a day although the clock jumped or many are due, on an operator's word.</summary>
    public async ValueTask AllowAsync(string by, CancellationToken cancellationToken)
    {
        var clock = await store.ReadClockAsync(cancellationToken);
        await store.AllowAsync(
            clock + Allowance,
            new AuditEntry
            {
                Chain = AuditChainId.Operator,
                At = clock,
                Actor = by,
                Act = AuditActs.DestructionAllowed,
            },
            cancellationToken
        );
    }

    // Both clocks at one moment: whatever pauses this process between the two would look like a jump.
    private async ValueTask<(DateTimeOffset Clock, long Timestamp)> ReadClocksAsync(
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var timestamp = time.GetTimestamp();
            var clock = await store.ReadClockAsync(cancellationToken);
            if (time.GetElapsedTime(timestamp) < options.ClockTolerance / 2)
                return (clock, timestamp);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // Two clocks that should agree: the database's, and time as it passed here. Without an own round before this one only the last round of all is there to compare.
    private async ValueTask<(DateTimeOffset Clock, DestructionState State)> CheckClockAsync(
        CancellationToken cancellationToken
    )
    {
        // In this order: a node that was paused must not take what another has noted meanwhile for a clock that was set back.
        var state = await store.LoadStateAsync(cancellationToken);
        var (clock, timestamp) = await ReadClocksAsync(cancellationToken);
        var hasJumped = clock < state.Clock - options.ClockTolerance;
        if (_last is { } last)
        {
            var difference = clock - last.Clock - time.GetElapsedTime(last.Timestamp, timestamp);
            hasJumped |= difference.Duration() > options.ClockTolerance;
        }
        else if (state.Clock is { } former)
        {
            hasJumped |= clock - former > options.LongestSilence;
        }
        _last = (clock, timestamp);
        await store.SaveClockAsync(clock, hasJumped, cancellationToken);
        return (clock, hasJumped && state.Stopped is null ? state with { Stopped = clock } : state);
    }

    private async ValueTask<(
        IReadOnlyList<AccountId> Due,
        IReadOnlyDictionary<HeldReason, int> Held
    )> FindDueAsync(DateTimeOffset clock, CancellationToken cancellationToken)
    {
        var due = new List<AccountId>();
        var held = new Dictionary<HeldReason, int>();
        var last = default(AccountId);
        while (await store.ListClosedAsync(last, Page, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var account in page)
            {
                var judged = await contracts.ReadAsync(
                    snapshot => JudgeAsync(snapshot, account, clock),
                    cancellationToken
                );
                if (judged.Record is not null)
                    due.Add(account);
                else
                    held[judged.Held] = held.GetValueOrDefault(judged.Held) + 1;
            }
            last = page[^1];
        }
        return (due, held);
    }

    private async ValueTask<long> MostAtOnceAsync(CancellationToken cancellationToken) =>
        Math.Max(
            options.MassMinimum,
            (long)(await store.CountAccountsAsync(cancellationToken) * options.MassShare)
        );

    private async ValueTask<bool> HasServiceEndedAsync(
        DateTimeOffset clock,
        CancellationToken cancellationToken
    ) =>
        await contracts.ReadAsync(
            async snapshot => (await snapshot.LoadPlatformAsync()).ServiceEnd?.Opens <= clock,
            cancellationToken
        );

    // Every guard, from one snapshot.
    private async ValueTask<(HeldReason Held, DestructionRecord? Record)> JudgeAsync(
        IContractSnapshot snapshot,
        AccountId account,
        DateTimeOffset clock
    )
    {
        if (await snapshot.FindUsageAsync(account) is not { } usage)
            return (HeldReason.NotClosed, null);
        var facts = await snapshot.LoadFactsAsync(account);
        var platform = await snapshot.LoadPlatformAsync();
        var decision = policy.Decide(
            platform,
            facts,
            usage.UsedBytes,
            usage.CapacityBytes,
            Door.App,
            clock
        );
        if (
            decision is not { Standing: Standing.Closed, End: { } end, ClosesAt: { } closes }
            || clock < closes
            || facts.IsBeingDestroyed
        )
            return (HeldReason.NotClosed, null);
        if (clock - end.Opens < DestructionOptions.LeastWindow)
            return (HeldReason.TooEarly, null);
        // One that is to begin later is an order all the same.
        var standing = facts
            .Measures.Concat(platform.Restrictions)
            .Where(measure => !(measure.Until <= clock))
            .ToList();
        if (standing.Exists(measure => measure.Kind == MeasureKind.LegalHold))
            return (HeldReason.LegalHold, null);
        if (standing.Exists(measure => measure.Kind == MeasureKind.Block))
            return (HeldReason.BlockedItem, null);
        if (
            await snapshot.FindLifecycleAsync(account) is not { Reminded: not null } told
            || told.Opened != end.Opens
        )
            return (HeldReason.NotReminded, null);
        // Members' facts are the owner's: without that row their own vaults would be no customer's.
        if ((await snapshot.ListMembersAsync(account)).Count > 0)
            return (HeldReason.Household, null);
        return (
            default,
            new DestructionRecord
            {
                Account = account,
                Vault = usage.Vault,
                Cause = end.Cause,
                Started = clock,
            }
        );
    }

    private async ValueTask<DestructionRecord?> BeginAsync(
        AccountId account,
        DateTimeOffset clock,
        CancellationToken cancellationToken
    )
    {
        var begun = await contracts.WriteAsync<DestructionRecord>(
            async ValueTask<VaultResult<DestructionRecord>> (transaction) =>
            {
                var (_, record) = await JudgeAsync(transaction, account, clock);
                if (record is null)
                    return new Refusal(RefusalRule.ConditionFailed);
                await BeginAsync(transaction, record);
                return record;
            },
            cancellationToken
        );
        return begun.IsSuccess ? begun.Value : null;
    }

    private async ValueTask BeginAgainAsync(
        AccountId account,
        VaultId vault,
        CancellationToken cancellationToken
    )
    {
        var clock = await store.ReadClockAsync(cancellationToken);
        await contracts.WriteAsync<DestructionRecord>(
            async ValueTask<VaultResult<DestructionRecord>> (transaction) =>
            {
                var facts = await transaction.LoadFactsAsync(account);
                var record = new DestructionRecord
                {
                    Account = account,
                    Vault = vault,
                    // The end itself may be younger than the backup.
                    Cause = facts.Ends is [var end, ..] ? end.Cause : EndCause.CloudContract,
                    Started = clock,
                };
                await BeginAsync(transaction, record);
                return record;
            },
            cancellationToken
        );
    }

    private static async ValueTask BeginAsync(
        IContractTransaction transaction,
        DestructionRecord record
    )
    {
        var (account, clock) = (record.Account, record.Started);
        if (await transaction.FindMemberAsync(account) is { } member)
            await transaction.SaveMemberAsync(member with { DestructionStarted = clock });
        else if (await transaction.FindCustomerAsync(account) is { } customer)
            await transaction.SaveCustomerAsync(customer with { DestructionStarted = clock });
        await transaction.BeginDestructionAsync(record);
        await transaction.RecordAsync(
            Entry(record, AuditActs.DestructionBegan, clock) with
            {
                Body = JsonSerializer.Serialize(
                    new { vault = record.Vault.Value, cause = record.Cause.ToString() }
                ),
            }
        );
    }

    // Up to the last steps, which are taken for all of a round together.
    private async ValueTask CarryOutAsync(
        DestructionRecord? record,
        CancellationToken cancellationToken
    )
    {
        while (record is not null && record.Step < DestructionStep.Scrub)
        {
            var account = record.Account;
            switch (record.Step)
            {
                case DestructionStep.Key:
                    await keys.DestroyAsync(record.Vault, cancellationToken);
                    await store.MarkKeyDestroyedAsync(
                        account,
                        await store.ReadClockAsync(cancellationToken),
                        cancellationToken
                    );
                    break;
                case DestructionStep.Contents:
                    await RemoveContentsAsync(record, cancellationToken);
                    break;
                case DestructionStep.Tree:
                    await _slices.RunAsync(slice =>
                        store.RemoveTreeAsync(record, slice, cancellationToken)
                    );
                    break;
                case DestructionStep.Account:
                    await store.RemoveAccountAsync(
                        account,
                        closed,
                        await store.ReadClockAsync(cancellationToken) + options.NamesKept,
                        cancellationToken
                    );
                    break;
                case DestructionStep.Audit:
                    await _slices.RunAsync(slice =>
                        store.RemoveAuditAsync(account, slice, cancellationToken)
                    );
                    break;
                case DestructionStep.Scrub:
                case DestructionStep.Done:
                    break;
            }
            record = await store.FindAsync(account, cancellationToken);
        }
    }

    private async ValueTask<int> FinishAsync(CancellationToken cancellationToken)
    {
        var ready = (await store.ListRunningAsync(cancellationToken))
            .Where(record => record.Step == DestructionStep.Scrub)
            .ToList();
        // When somebody is in the way, the next round does it.
        if (ready.Count == 0 || !await store.ScrubAsync(options.RewritesUpTo, cancellationToken))
            return 0;
        foreach (var record in ready)
            await FinishAsync(record, cancellationToken);
        return ready.Count;
    }

    private async ValueTask RemoveContentsAsync(
        DestructionRecord record,
        CancellationToken cancellationToken
    )
    {
        var now = await store.ReadClockAsync(cancellationToken);
        await _slices.RunAsync(slice =>
            store.RemoveContentsAsync(record, slice, now, cancellationToken)
        );
        // Nobody can read them any more, so that nothing has to wait for the sweeper's grace.
        while (
            await store.ListCondemnedAsync(record.Vault, Page, cancellationToken)
                is { Count: > 0 } condemned
        )
        {
            foreach (var blob in condemned)
                await blobs.DeleteAsync(blob, cancellationToken);
            await ledger.MarkGoneAsync(condemned, cancellationToken);
        }
        await store.MarkContentsGoneAsync(record.Account, cancellationToken);
    }

    private async ValueTask FinishAsync(
        DestructionRecord record,
        CancellationToken cancellationToken
    )
    {
        var now = await store.ReadClockAsync(cancellationToken);
        var finished = record with
        {
            Finished = now,
            BackupsExpire = now + options.BackupsKept,
            KeepUntil = now + options.RecordsKept,
        };
        await store.FinishAsync(
            finished,
            new ServiceEvent
            {
                Account = record.Account,
                Type = EventTypes.Destroyed,
                OccurredAt = now,
                Data = JsonSerializer.Serialize(
                    new
                    {
                        keyDestroyed = record.KeyDestroyed,
                        items = record.Items,
                        contents = record.Contents,
                        bytes = record.Bytes,
                        backupsExpire = finished.BackupsExpire,
                    }
                ),
            },
            Entry(record, AuditActs.DestructionFinished, now) with
            {
                Body = JsonSerializer.Serialize(
                    new
                    {
                        vault = record.Vault.Value,
                        items = record.Items,
                        contents = record.Contents,
                        bytes = record.Bytes,
                        listHash = Convert.ToHexStringLower(record.ListHash.Span),
                        auditHead = Convert.ToHexStringLower(record.AuditHead!.Hash.Span),
                    }
                ),
            },
            cancellationToken
        );
    }

    private static AuditEntry Entry(DestructionRecord record, string act, DateTimeOffset at) =>
        new()
        {
            Chain = AuditChainId.Operator,
            At = at,
            Actor = AuditActors.System,
            Act = act,
            Subject = string.Create(
                CultureInfo.InvariantCulture,
                $"account:{record.Account.Value}"
            ),
        };
}
