using System.Globalization;
using System.Text.Json;

namespace CloudDav.Vault;

/// <summary>
/// Tells of what time alone, or a change of facts, does to accounts: standings that change, measures whose time is over, a take-back window that opens and soon closes. Each once,
/// because what was told is written in the transaction that tells it. It looks only at accounts that are due.
/// </summary>
/// <param name="contracts">The facts.</param>
/// <param name="policy">Decides where an account stands.</param>
/// <param name="time">The clock.</param>
/// <param name="seal">Encrypts a secret to the operator's systems, null when no key is shared with them; null to send no secrets.</param>
public sealed class StandingWatch(
    IContractStore contracts,
    AccountPolicy policy,
    TimeProvider time,
    Func<string, string?>? seal = null
)
{
    // So many that a transaction holds the writer for about 20 ms.
    private const int Batch = 25;
    private const int SweepPage = 500;

    private static readonly TimeSpan s_tryAgain = TimeSpan.FromMinutes(10);

    /// <summary>Looks at everything that is due now.</summary>
    /// <returns>How many accounts were looked at and measures ended.</returns>
    public async ValueTask<int> RunAsync(CancellationToken cancellationToken)
    {
        await SweepAsync(cancellationToken);
        var done = 0;
        foreach (
            var step in (Func<IContractTransaction, ValueTask<VaultResult<int>>>[])
                [EndMeasuresAsync, LookAsync]
        )
        {
            int looked;
            do
            {
                looked = (await contracts.WriteAsync(step, cancellationToken)).Value;
                done += looked;
            } while (looked == Batch);
        }
        return done;
    }

    /// <summary>Looks at one account, within a transaction that has changed its facts, so that what is told of them is in it.</summary>
    public async ValueTask LookAsync(
        IContractTransaction transaction,
        AccountId account,
        DateTimeOffset now
    )
    {
        if (await transaction.FindUsageAsync(account) is not { } usage)
            return;
        var decision = await DecideAsync();
        var row =
            await transaction.FindLifecycleAsync(account)
            ?? new AccountLifecycle { Account = account };
        if (await HasPassedUntoldAsync(transaction, row, decision))
        {
            await ReopenAsync(transaction, account, decision, now);
            decision = await DecideAsync();
        }
        // That a new account is active is no news.
        if (row.Announced is null && decision.Standing == Standing.Active)
            row = row with { Announced = Standing.Active };
        if (row.Announced != decision.Standing)
        {
            await transaction.EmitAsync(
                StandingNews.Event(
                    account,
                    row.Announced,
                    decision.Standing,
                    decision.ClosesAt,
                    now
                )
            );
            await transaction.RecordAsync(
                StandingNews.Entry(
                    account,
                    row.Announced,
                    decision.Standing,
                    decision.ClosesAt,
                    now
                )
            );
            row = row with { Announced = decision.Standing };
        }
        if (decision.Standing == Standing.TakeBack)
            row = await RemindAsync(transaction, row, decision, now);
        if (
            row is { FirstReminder: { } first, Reminded: null }
            && await transaction.WasTriedAsync(new EventKey(account, first))
        )
            row = row with { Reminded = now };
        row = row with
        {
            Closed =
                decision.Standing == Standing.Closed && !decision.Facts.IsBeingDestroyed
                    ? decision.ClosesAt
                    : null,
        };
        await transaction.SaveLifecycleAsync(row with { Due = NextLook(row, decision, now) });

        async ValueTask<Decision> DecideAsync() =>
            policy.Decide(
                await transaction.LoadPlatformAsync(),
                await transaction.LoadFactsAsync(account),
                usage.UsedBytes,
                usage.CapacityBytes,
                Door.App,
                now
            );
    }

    // Nobody looked while the window was open, or the first reminder left only when it was over. One that has not left yet is waited for: nothing would reach the
    // customer in another window either.
    private static async ValueTask<bool> HasPassedUntoldAsync(
        IContractTransaction transaction,
        AccountLifecycle row,
        Decision decision
    )
    {
        if (
            decision
            is not { Standing: Standing.Closed, Facts.IsBeingDestroyed: false, End: { } end }
        )
            return false;
        if (row.Opened != end.Opens || row.FirstReminder is not { } first)
            return true;
        return row.Reminded is null
            && await transaction.WasTriedAsync(new EventKey(row.Account, first));
    }

    // What comes next is what comes with every window that opens.
    private static async ValueTask ReopenAsync(
        IContractTransaction transaction,
        AccountId account,
        Decision passed,
        DateTimeOffset now
    )
    {
        await transaction.ReopenWindowAsync(account, now);
        await transaction.RecordAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(account),
                At = now,
                Actor = AuditActors.System,
                Act = AuditActs.TakeBackReopened,
                Body = JsonSerializer.Serialize(
                    new { opened = passed.End!.Opens, closedAt = passed.ClosesAt }
                ),
            }
        );
    }

    // The end of the whole service is about everybody, and everybody is looked at once when it is set, moved or withdrawn.
    private async ValueTask SweepAsync(CancellationToken cancellationToken)
    {
        var (end, swept) = await contracts.ReadAsync(
            async snapshot =>
                (
                    (await snapshot.LoadPlatformAsync()).ServiceEnd is { } known
                        ? string.Create(
                            CultureInfo.InvariantCulture,
                            $"{known.At:O} {known.Recorded:O} {known.ClosesNotBefore:O}"
                        )
                        : null,
                    await snapshot.FindSweptAsync()
                ),
            cancellationToken
        );
        if (end == swept)
            return;
        AccountId? last = default(AccountId);
        while (last is { } after)
        {
            last = (
                await contracts.WriteAsync<AccountId?>(
                    async transaction => await transaction.MarkDueAsync(after, SweepPage),
                    cancellationToken
                )
            ).Value;
        }
        await contracts.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.MarkSweptAsync(end);
                return true;
            },
            cancellationToken
        );
    }

    private async ValueTask<VaultResult<int>> LookAsync(IContractTransaction transaction)
    {
        var now = time.GetUtcNow();
        var due = await transaction.ListDueAsync(now, Batch);
        foreach (var account in due)
            await LookAsync(transaction, account, now);
        return due.Count;
    }

    private async ValueTask<VaultResult<int>> EndMeasuresAsync(IContractTransaction transaction)
    {
        var now = time.GetUtcNow();
        var ended = await transaction.ListEndedMeasuresAsync(now, Batch);
        foreach (var measure in ended)
        {
            await transaction.LiftMeasureAsync(
                measure.Id,
                AuditActors.System,
                measure.Until!.Value
            );
            var body = JsonSerializer.Serialize(
                new { measure = measure.Id, kind = measure.Kind.ToString() }
            );
            // What a law holds is no news for the customer, and neither is its end.
            var isForCustomer =
                measure.Account is not null && measure.Kind != MeasureKind.LegalHold;
            await transaction.RecordAsync(
                new AuditEntry
                {
                    Chain = isForCustomer
                        ? AuditChainId.Of(measure.Account!.Value)
                        : AuditChainId.Operator,
                    At = now,
                    Actor = AuditActors.System,
                    Act = AuditActs.MeasureEnded,
                    Subject = measure.Account is { } account
                        ? string.Create(CultureInfo.InvariantCulture, $"account:{account.Value}")
                        : null,
                    Body = body,
                }
            );
            if (measure is { Account: { } suspended, Kind: MeasureKind.Suspension })
                await transaction.EmitAsync(
                    new ServiceEvent
                    {
                        Account = suspended,
                        Type = EventTypes.Resumed,
                        OccurredAt = now,
                        Data = body,
                    }
                );
        }
        return ended.Count;
    }

    // Late ones are told as long as they are of use: when the opening is told late it says when the window closes, and what lies behind needs no telling any more.
    private async ValueTask<AccountLifecycle> RemindAsync(
        IContractTransaction transaction,
        AccountLifecycle row,
        Decision decision,
        DateTimeOffset now
    )
    {
        var (opened, closes) = (decision.End!.Opens, decision.ClosesAt!.Value);
        if (row.Opened != opened)
            row = row with
            {
                Opened = opened,
                Reminders = Reminders.None,
                FirstReminder = null,
                Reminded = null,
            };
        var passed = Reminders.None;
        if (now >= closes.AddDays(-7))
            passed |= Reminders.SevenDays;
        if (now >= closes.AddDays(-1))
            passed |= Reminders.OneDay;
        if (!row.Reminders.HasFlag(Reminders.Started))
        {
            var key = await TellAsync(EventTypes.TakeBackStarted);
            await SendCredentialAsync(transaction, row.Account, now);
            return row with { Reminders = Reminders.Started | passed, FirstReminder = key.Number };
        }
        if (passed.HasFlag(Reminders.OneDay) && !row.Reminders.HasFlag(Reminders.OneDay))
            await TellAsync(EventTypes.TakeBackOneDay);
        else if (passed.HasFlag(Reminders.SevenDays) && !row.Reminders.HasFlag(Reminders.SevenDays))
            await TellAsync(EventTypes.TakeBackSevenDays);
        return row with { Reminders = row.Reminders | passed };

        async ValueTask<EventKey> TellAsync(string type)
        {
            var data = JsonSerializer.Serialize(new { opened, closesAt = closes });
            await transaction.RecordAsync(
                new AuditEntry
                {
                    Chain = AuditChainId.Of(row.Account),
                    At = now,
                    Actor = AuditActors.System,
                    Act = AuditActs.TakeBackReminded,
                    Subject = type,
                    Body = data,
                }
            );
            return await transaction.EmitAsync(
                new ServiceEvent
                {
                    Account = row.Account,
                    Type = type,
                    OccurredAt = now,
                    Data = data,
                }
            );
        }
    }

    // An event of its own: a secret is given up after a day, and the reminder must not go with it.
    private async ValueTask SendCredentialAsync(
        IContractTransaction transaction,
        AccountId account,
        DateTimeOffset now
    )
    {
        if (seal is null)
            return;
        var credential = await TakeBackCredential.IssueAsync(
            transaction,
            account,
            AuditActors.System,
            instruction: null,
            now
        );
        if (seal(credential.Reveal()) is { } secret)
            await transaction.EmitAsync(
                new ServiceEvent
                {
                    Account = account,
                    Type = EventTypes.TakeBackCredential,
                    OccurredAt = now,
                    SealedSecret = secret,
                }
            );
        else
            await transaction.DropTakeBackCredentialsAsync(account);
    }

    private static DateTimeOffset? NextLook(
        AccountLifecycle row,
        Decision decision,
        DateTimeOffset now
    )
    {
        if (decision.Facts.IsBeingDestroyed || decision.End is not { } end)
            return null;
        DateTimeOffset? next = end.Opens > now ? end.Opens : null;
        if (decision is { Standing: Standing.TakeBack, ClosesAt: { } closes })
        {
            Consider(closes);
            if (!row.Reminders.HasFlag(Reminders.SevenDays))
                Consider(closes.AddDays(-7));
            if (!row.Reminders.HasFlag(Reminders.OneDay))
                Consider(closes.AddDays(-1));
        }
        // Events are kept for a while only: that the first one was tried must be seen in time.
        if (row is { FirstReminder: not null, Reminded: null })
            Consider(now + s_tryAgain);
        return next;

        void Consider(DateTimeOffset moment)
        {
            if (next is null || moment < next)
                next = moment;
        }
    }
}

/// <summary>How a change of standing is told.</summary>
internal static class StandingNews
{
    public static ServiceEvent Event(
        AccountId account,
        Standing? from,
        Standing to,
        DateTimeOffset? closesAt,
        DateTimeOffset now
    ) =>
        new()
        {
            Account = account,
            Type = EventTypes.StandingChanged,
            OccurredAt = now,
            Data = Data(from, to, closesAt),
        };

    public static AuditEntry Entry(
        AccountId account,
        Standing? from,
        Standing to,
        DateTimeOffset? closesAt,
        DateTimeOffset now
    ) =>
        new()
        {
            Chain = AuditChainId.Of(account),
            At = now,
            Actor = AuditActors.System,
            Act = AuditActs.StandingChanged,
            Body = Data(from, to, closesAt),
        };

    private static string Data(Standing? from, Standing to, DateTimeOffset? closesAt) =>
        CommandWords.ToJson(
            new
            {
                from,
                to,
                closesAt,
            }
        );
}
