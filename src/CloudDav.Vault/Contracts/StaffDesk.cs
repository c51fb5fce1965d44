namespace CloudDav.Vault;

/// <summary>A running grant, and what its holder acts as.</summary>
/// <param name="Grant">The grant.</param>
/// <param name="Actor">The actor for a session through <see cref="Door.Staff"/>.</param>
public sealed record StaffAccess(Entry<StaffGrant> Grant, Actor Actor);

/// <summary>
/// The operator's staff and customers' content. Nobody has standing access: one person asks, another approves, and only then, for a bounded time, can
/// the first one read. Everything of it stands in the account's chain, where the customer sees it unless a law seals it.
/// </summary>
/// <param name="commands">Carries commands out.</param>
/// <param name="store">Where the facts are.</param>
/// <param name="time">The clock.</param>
/// <param name="longest">The longest time a grant may be asked for.</param>
public sealed class StaffDesk(
    CommandDesk commands,
    IContractStore store,
    TimeProvider time,
    TimeSpan longest
)
{
    // Grants of one account that nobody closed are few.
    private const int MostGrants = 1_000;

    /// <summary>Asks for access to an account's content, for whoever commands.</summary>
    /// <param name="instruction">Who commands it, and as what; its author is who will read.</param>
    /// <param name="account">Whose content.</param>
    /// <param name="purpose">Why.</param>
    /// <param name="reference">The case or order it belongs to.</param>
    /// <param name="minutes">For how long, from its approval.</param>
    /// <param name="sealedBy">The number of the legal order that forbids to tell the customer; null when they are told.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<Entry<StaffGrant>>> RequestAsync(
        Instruction instruction,
        AccountId account,
        GrantPurpose purpose,
        string reference,
        int minutes,
        long? sealedBy,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<Entry<StaffGrant>>(
            instruction,
            async run =>
            {
                if (string.IsNullOrWhiteSpace(reference))
                    return Wrong("reference");
                if (minutes < 1 || minutes > longest.TotalMinutes)
                    return Wrong("minutes") with { Limit = (long)longest.TotalMinutes };
                if (await run.Facts.FindAccountAsync(account) is null)
                    return new Refusal(RefusalRule.NotFound) { Field = "account" };
                if (!await HasUndertakenAsync(run.Facts, run.Instruction.Author, run.Now))
                    return new Refusal(RefusalRule.UndertakingRequired);
                if (sealedBy is { } order)
                {
                    // Only a law seals, and the order that says so is on record for this very account.
                    var found = await Registers.LegalOrders.FindAsync(run.Facts, order);
                    if (
                        purpose != GrantPurpose.LegalObligation
                        || found?.Account != account
                        || found?.Body.SealedUntil(run.Now) is null
                    )
                        return Wrong("sealedBy");
                }
                var saved = await Registers.StaffGrants.SaveAsync(
                    run.Facts,
                    new Entry<StaffGrant>
                    {
                        Account = account,
                        Key = run.Instruction.Author,
                        Since = run.Now,
                        Body = new StaffGrant
                        {
                            Person = run.Instruction.Author,
                            Purpose = purpose,
                            Reference = reference,
                            Minutes = minutes,
                            SealedBy = sealedBy,
                        },
                    }
                );
                await RecordAsync(run, saved, "staff-grant.requested");
                return saved;
            },
            cancellationToken
        );

    /// <summary>Approves a request; from now on it runs. Never by the person who asked.</summary>
    public ValueTask<VaultResult<Entry<StaffGrant>>> ApproveAsync(
        Instruction instruction,
        long id,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            id,
            "staff-grant.approved",
            async (run, grant) =>
            {
                if (grant.Body.ApprovedBy is not null)
                    return new Refusal(RefusalRule.AlreadyEnded);
                if (grant.Body.Person == run.Instruction.Author)
                    return new Refusal(RefusalRule.OtherApproverRequired);
                if (!await HasUndertakenAsync(run.Facts, grant.Body.Person, run.Now))
                    return new Refusal(RefusalRule.UndertakingRequired);
                return grant with
                {
                    Since = run.Now,
                    Until = run.Now + TimeSpan.FromMinutes(grant.Body.Minutes),
                    Body = grant.Body with { ApprovedBy = run.Instruction.Author },
                };
            },
            cancellationToken
        );

    /// <summary>Refuses a request, or ends a grant before its time.</summary>
    public ValueTask<VaultResult<Entry<StaffGrant>>> EndAsync(
        Instruction instruction,
        long id,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            id,
            "staff-grant.ended",
            (run, grant) =>
                new(
                    grant with
                    {
                        Closed = run.Now,
                        Body = grant.Body with { EndedBy = run.Instruction.Author },
                    }
                ),
            cancellationToken
        );

    /// <summary>
    /// Lets a person read, if they hold a grant that was approved and runs, and records the access before anything is shown: in the account's chain with
    /// what is read, in the operator's without.
    /// </summary>
    /// <param name="person">The identity in the operator's token.</param>
    /// <param name="account">Whose content.</param>
    /// <param name="act">What is done, as a code.</param>
    /// <param name="path">What is read.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<StaffAccess>> EnterAsync(
        string person,
        AccountId account,
        string act,
        IReadOnlyList<string> path,
        CancellationToken cancellationToken
    ) =>
        store.WriteAsync<StaffAccess>(
            async transaction =>
            {
                var now = time.GetUtcNow();
                if (await transaction.FindAccountAsync(account) is not { } found)
                    return new Refusal(RefusalRule.NotFound) { Field = "account" };
                var grants = await Registers.StaffGrants.ListAsync(
                    transaction,
                    account,
                    0,
                    MostGrants
                );
                var grant = grants.LastOrDefault(entry =>
                    entry.Body.Person == person
                    && entry.Body.ApprovedBy is not null
                    && entry.Holds(now)
                );
                if (grant is null)
                    return new Refusal(RefusalRule.StaffGrantRequired);
                if (!await HasUndertakenAsync(transaction, person, now))
                    return new Refusal(RefusalRule.UndertakingRequired);
                var name = RegisterDesk.NameOf(Registers.StaffGrants, grant.Id);
                var seal = await SealOfAsync(transaction, grant, now);
                var entry = new AuditEntry
                {
                    Chain = AuditChainId.Of(account),
                    At = now,
                    Actor = $"{AuditActors.Operator}:{person}",
                    Act = act,
                    Subject = name,
                    Instruction = seal?.Instruction ?? name,
                    SealedUntil = seal?.Until,
                    Body = CommandWords.ToJson(
                        new
                        {
                            Path = "/" + string.Join('/', path),
                            grant.Body.Purpose,
                            grant.Body.Reference,
                        }
                    ),
                };
                await transaction.RecordAsync(entry);
                await transaction.RecordAsync(
                    entry with
                    {
                        Chain = AuditChainId.Operator,
                        Subject = CommandRun.SubjectOf(account),
                        Instruction = name,
                        SealedUntil = null,
                        Body = "{}",
                    }
                );
                return new StaffAccess(
                    grant,
                    new Actor(account, "staff", found.Vault, Device: null, CredentialVersion: null)
                );
            },
            cancellationToken
        );

    /// <summary>Whether a grant that somebody reads under still runs.</summary>
    public ValueTask<bool> RunsAsync(
        Entry<StaffGrant> grant,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync(
            async snapshot =>
            {
                var now = time.GetUtcNow();
                return await Registers.StaffGrants.FindAsync(snapshot, grant.Id) is { } current
                    && current.Holds(now)
                    && await HasUndertakenAsync(snapshot, current.Body.Person, now);
            },
            cancellationToken
        );

    private ValueTask<VaultResult<Entry<StaffGrant>>> ChangeAsync(
        Instruction instruction,
        long id,
        string act,
        Func<CommandRun, Entry<StaffGrant>, ValueTask<VaultResult<Entry<StaffGrant>>>> change,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<Entry<StaffGrant>>(
            instruction,
            async run =>
            {
                if (await Registers.StaffGrants.FindAsync(run.Facts, id) is not { } grant)
                    return new Refusal(RefusalRule.NotFound);
                if (run.CheckVersion(grant.Version) is { } conflict)
                    return conflict;
                if (grant.Closed is not null || grant.Until <= run.Now)
                    return new Refusal(RefusalRule.AlreadyEnded);
                var changed = await change(run, grant);
                if (changed.Refusal is { } refusal)
                    return refusal;
                var saved = await Registers.StaffGrants.SaveAsync(run.Facts, changed.Value);
                await RecordAsync(run, saved, act);
                return saved;
            },
            cancellationToken
        );

    private static async ValueTask<bool> HasUndertakenAsync(
        IContractSnapshot snapshot,
        string person,
        DateTimeOffset now
    ) => (await Registers.Undertakings.ListAsync(snapshot, person)).Any(entry => entry.Holds(now));

    internal static async ValueTask<Seal?> SealOfAsync(
        IContractSnapshot snapshot,
        Entry<StaffGrant> grant,
        DateTimeOffset now
    ) =>
        grant.Body.SealedBy is { } id
        && await Registers.LegalOrders.FindAsync(snapshot, id) is { } order
            ? Seal.Of(order, now)
            : null;

    private static async ValueTask RecordAsync(
        CommandRun run,
        Entry<StaffGrant> grant,
        string act
    ) =>
        await run.RecordAsync(
            act,
            grant.Account,
            new
            {
                Entry = RegisterDesk.NameOf(Registers.StaffGrants, grant.Id),
                grant.Body.Purpose,
                grant.Body.Reference,
                grant.Body.Person,
                grant.Until,
            },
            await SealOfAsync(run.Facts, grant, run.Now)
        );

    private static Refusal Wrong(string field) => new(RefusalRule.InvalidInput) { Field = field };
}
