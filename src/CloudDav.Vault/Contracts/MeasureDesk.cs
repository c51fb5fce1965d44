namespace CloudDav.Vault;

/// <summary>A measure that the operator sets.</summary>
public sealed record NewMeasure
{
    /// <summary>What it is.</summary>
    public required MeasureKind Kind { get; init; }

    /// <summary>What a suspension or a restriction switches off.</summary>
    public Switches Switches { get; init; }

    /// <summary>The account it is on; null for a restriction on everyone or on an option.</summary>
    public AccountId? Account { get; init; }

    /// <summary>The code of the option whose customers a restriction is on.</summary>
    public string? Option { get; init; }

    /// <summary>The item of the account's vault it is on, by its number.</summary>
    public NodeId? Node { get; init; }

    /// <summary>The item by where it is now; it stays on the item wherever that is moved.</summary>
    public IReadOnlyList<string>? Path { get; init; }

    /// <summary>The share of the account that it is on, by its number.</summary>
    public ShareId? Share { get; init; }

    /// <summary>The share by its link's token, whosever it is.</summary>
    public string? Link { get; init; }

    /// <summary>Whether a law or a court demands it.</summary>
    public bool IsLegalOrder { get; init; }

    /// <summary>The operator's code for the reason.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>The reason in words for the customer.</summary>
    public Texts? Words { get; init; }

    /// <summary>What the operator's systems call the notice it is set on; null for none.</summary>
    public string? Reference { get; init; }

    /// <summary>From when it holds; null for at once.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Until when it holds; null for until it is lifted.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The number of the legal order it is set under; null for none. When that forbids to tell the customer, their own log does not.</summary>
    public long? Order { get; init; }
}

/// <summary>Sets and lifts what the operator may set on everyone, on an option, on an account, on an item or on a share. What runs out needs nobody: whoever asks the policy looks at the time.</summary>
/// <param name="commands">Carries commands out.</param>
public sealed class MeasureDesk(CommandDesk commands)
{
    /// <summary>Sets a measure.</summary>
    public ValueTask<VaultResult<Measure>> SetAsync(
        Instruction instruction,
        NewMeasure wish,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<Measure>(
            instruction,
            async run =>
            {
                if (CheckShape(wish, run.Now) is { } wrong)
                    return Wrong(wrong);
                if (wish.Option is { } option && await run.Facts.FindOptionAsync(option) is null)
                    return Missing("option");
                if (wish.Link is { } link)
                {
                    if (await run.Facts.FindShareAsync(ShareTokens.HashOf(link)) is not { } shared)
                        return Missing("link");
                    wish = wish with { Account = shared.Owner, Share = shared.Share };
                }
                var node = wish.Node;
                if (wish.Account is { } account)
                {
                    if (await run.Facts.FindAccountAsync(account) is not { } found)
                        return Missing("account");
                    if (wish.Path is { } path)
                        node = await run.Facts.FindNodeAsync(found.Vault, path);
                    else if (node is { } id && !await run.Facts.HasNodeAsync(found.Vault, id))
                        node = null;
                    if (node is null && (wish.Path is not null || wish.Node is not null))
                        return Missing(wish.Path is null ? "node" : "path");
                    if (
                        wish.Share is { } share
                        && !await run.Facts.HasShareAsync(found.Vault, share)
                    )
                        return Missing("share");
                }
                Seal? seal = null;
                if (wish.Order is { } number)
                {
                    if (
                        wish.Account is null
                        || await Registers.LegalOrders.FindAsync(run.Facts, number) is not { } order
                        || order.Account != wish.Account
                    )
                        return Missing("order");
                    seal = Seal.Of(order, run.Now);
                }
                var measure = await run.Facts.AddMeasureAsync(
                    new Measure
                    {
                        Id = 0,
                        Kind = wish.Kind,
                        Switches = wish.Switches,
                        Account = wish.Account,
                        Option = wish.Option,
                        Node = node,
                        Share = wish.Share,
                        IsLegalOrder = wish.IsLegalOrder,
                        ReasonCode = wish.ReasonCode,
                        Words = wish.Words,
                        Reference = wish.Reference,
                        SetBy = run.Actor,
                        Since = wish.Since ?? run.Now,
                        Until = wish.Until,
                    }
                );
                await run.RecordAsync(
                    $"{ActOf(measure.Kind)}.set",
                    measure.Account,
                    Told(measure),
                    seal
                );
                if (measure is { Kind: MeasureKind.Suspension, Account: { } suspended })
                    await run.EmitAsync(suspended, EventTypes.Suspended, Told(measure));
                if (measure is { Kind: MeasureKind.ShareBlock, Account: { } owner })
                    await run.EmitAsync(owner, EventTypes.ShareBlocked, Told(measure));
                return measure;
            },
            cancellationToken
        );

    /// <summary>Ends a measure before its time.</summary>
    /// <param name="instruction">Who commands it, and as what.</param>
    /// <param name="kind">What the measure must be.</param>
    /// <param name="id">Its number.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<Measure>> LiftAsync(
        Instruction instruction,
        MeasureKind kind,
        long id,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<Measure>(
            instruction,
            async run =>
            {
                if (
                    await run.Facts.FindMeasureAsync(id) is not { } found
                    || found.Measure.Kind != kind
                )
                    return new Refusal(RefusalRule.NotFound);
                if (
                    found.Lifted is not null
                    || found.Measure.Until <= run.Now
                    || !await run.Facts.LiftMeasureAsync(id, run.Actor, run.Now)
                )
                    return new Refusal(RefusalRule.AlreadyEnded);
                await run.RecordAsync(
                    $"{ActOf(kind)}.lifted",
                    found.Measure.Account,
                    Told(found.Measure)
                );
                if (found.Measure is { Kind: MeasureKind.Suspension, Account: { } account })
                    await run.EmitAsync(account, EventTypes.Resumed, Told(found.Measure));
                return found.Measure;
            },
            cancellationToken
        );

    /// <summary>Measures of one kind on an account, or on everyone and on options when null, in the order of their numbers, lifted ones too.</summary>
    public ValueTask<IReadOnlyList<(Measure Measure, DateTimeOffset? Lifted)>> ListAsync(
        AccountId? account,
        MeasureKind kind,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        commands.ReadAsync<IReadOnlyList<(Measure Measure, DateTimeOffset? Lifted)>>(
            async sight =>
                [
                    .. (await sight.Snapshot.ListMeasuresAsync(account, withLifted: true))
                        .Where(found => found.Measure.Kind == kind && found.Measure.Id > after)
                        .OrderBy(found => found.Measure.Id)
                        .Take(limit),
                ],
            cancellationToken
        );

    // The name of the field that is wrong; null when none is.
    private static string? CheckShape(NewMeasure wish, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(wish.ReasonCode))
            return "reasonCode";
        if (wish.Until is { } until && until <= (wish.Since ?? now))
            return "until";
        var isOnItem = wish.Node is not null || wish.Path is not null;
        var isOnShare = wish.Share is not null || wish.Link is not null;
        if (isOnShare && wish.Kind != MeasureKind.ShareBlock)
            return wish.Link is null ? "share" : "link";
        if (wish is { Link: not null, Account: not null } or { Link: not null, Share: not null })
            // A link says whose share it is.
            return "link";
        if (wish.Path is { Count: 0 })
            // The whole vault is suspended, restricted or held by its account.
            return "path";
        if (wish is { Node: not null, Path: not null })
            return "node";
        if (wish.Kind == MeasureKind.Protection && wish.Reference is null)
            return "reference";
        if (wish.Kind == MeasureKind.Protection && wish.Words is null)
            // Whoever cannot take it away is told why it is there.
            return "words";
        var switches = wish.Kind is MeasureKind.Suspension or MeasureKind.Restriction;
        if (switches != (wish.Switches != Switches.None))
            return "switches";
        return wish.Kind switch
        {
            MeasureKind.Suspension => wish.Account is null || isOnItem || wish.Option is not null
                ? "account"
                : null,
            MeasureKind.Restriction => (wish.Account is not null && wish.Option is not null)
            || (isOnItem && wish.Account is null)
                ? "account"
                : null,
            MeasureKind.ShareBlock => wish is { Account: null, Link: null } ? "account"
            : !isOnShare ? "share"
            : null,
            MeasureKind.Block or MeasureKind.Protection => wish.Account is null ? "account"
            : !isOnItem ? "path"
            : null,
            MeasureKind.LegalHold => wish.Account is null ? "account" : null,
        };
    }

    private static string ActOf(MeasureKind kind) =>
        kind switch
        {
            MeasureKind.Suspension => "suspension",
            MeasureKind.Restriction => "restriction",
            MeasureKind.Block => "block",
            MeasureKind.LegalHold => "legal-hold",
            MeasureKind.Protection => "protection",
            MeasureKind.ShareBlock => "share-block",
        };

    // What the operator's systems and the logs are told: numbers and codes, no names of content.
    private static object Told(Measure measure) =>
        new
        {
            Measure = measure.Id,
            measure.Switches,
            measure.Option,
            Node = measure.Node?.Value,
            Share = measure.Share?.Value,
            measure.Reference,
            measure.ReasonCode,
            measure.IsLegalOrder,
            measure.Since,
            measure.Until,
        };

    private static Refusal Wrong(string field) => new(RefusalRule.InvalidInput) { Field = field };

    private static Refusal Missing(string field) => new(RefusalRule.NotFound) { Field = field };
}
