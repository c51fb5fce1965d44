using System.ComponentModel.DataAnnotations;
using CloudDav.Server.Links;
using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>Suspensions, restrictions, blocks, marks and legal holds.</summary>
internal static class MeasureEndpoints
{
    public static void Map(OperatorRoutes routes)
    {
        routes
            .Command<SuspensionRequest, MeasureAnswer>(
                "/accounts/{account:long}/suspensions",
                OperatorScope.Suspend,
                "suspend",
                "Suspend an account, as a whole or in part",
                static (call, request) => SetAsync(call, request.ToMeasure(call.Number("account")))
            )
            .Describes(
                "Holds on the next request, for downloads under way within 5 seconds, and for uploads under way when they would be stored. A suspension of a customer is one of the whole household."
            )
            .Creates()
            .Refuses(RefusalRule.NotFound);

        routes
            .Command<RestrictionRequest, MeasureAnswer>(
                "/restrictions",
                OperatorScope.Suspend,
                "restrict",
                "Restrict a function for everyone, an option's customers, an account or an item",
                static (call, request) => SetAsync(call, request.ToMeasure())
            )
            .Describes("For everyone when neither account nor option is given.")
            .Creates()
            .Refuses(RefusalRule.NotFound);

        routes
            .Command<BlockRequest, MeasureAnswer>(
                "/accounts/{account:long}/blocks",
                OperatorScope.ContentBlock,
                "block",
                "Block a file or a folder",
                static (call, request) => SetAsync(call, request.ToMeasure(call.Number("account")))
            )
            .Describes(
                "The owner still sees that it is there and why it is blocked, and can delete it. It stays blocked wherever it is moved. Give either its path or its number."
            )
            .Creates()
            .Refuses(RefusalRule.NotFound);

        routes
            .Command<ShareBlockRequest, MeasureAnswer>(
                "/share-blocks",
                OperatorScope.ContentBlock,
                "blockShare",
                "Block one link to a file or a folder",
                static (call, request) => SetAsync(call, request.ToMeasure())
            )
            .Describes(
                "Visitors are told that it is blocked and not why; downloads under way stop within 5 seconds. The owner sees why, can end it and cannot change it. Lifted, it is again what it was. Give either the link itself, or the account and the number."
            )
            .Creates()
            .Refuses(RefusalRule.NotFound);

        routes
            .Command<ProtectionRequest, MeasureAnswer>(
                "/accounts/{account:long}/protections",
                OperatorScope.ContentBlock,
                "protect",
                "Mark a file or a folder, on notice, as holding others' intellectual property",
                static (call, request) => SetAsync(call, request.ToMeasure(call.Number("account")))
            )
            .Describes(
                "Links to it and to what is below it pause at once, and none is made. The owner sees the mark and why it was set, and cannot take it away. It goes with what it is on and with every copy. Takes words for the customer. Give either its path or its number."
            )
            .Creates()
            .Refuses(RefusalRule.NotFound);

        routes
            .Command<HoldRequest, MeasureAnswer>(
                "/accounts/{account:long}/legal-holds",
                OperatorScope.Legal,
                "setLegalHold",
                "Keep an account or an item from being destroyed",
                static (call, request) => SetAsync(call, request.ToMeasure(call.Number("account")))
            )
            .Creates()
            .Refuses(RefusalRule.NotFound);

        Lift(
            routes,
            "/suspensions",
            MeasureKind.Suspension,
            OperatorScope.Suspend,
            "resume",
            "Resume what was suspended"
        );
        Lift(
            routes,
            "/restrictions",
            MeasureKind.Restriction,
            OperatorScope.Suspend,
            "liftRestriction",
            "Lift a restriction"
        );
        Lift(
            routes,
            "/blocks",
            MeasureKind.Block,
            OperatorScope.ContentBlock,
            "unblock",
            "Unblock an item"
        );
        Lift(
            routes,
            "/share-blocks",
            MeasureKind.ShareBlock,
            OperatorScope.ContentBlock,
            "unblockShare",
            "Unblock a link"
        );
        Lift(
            routes,
            "/protections",
            MeasureKind.Protection,
            OperatorScope.ContentBlock,
            "unprotect",
            "Take a mark away from an item and its copies"
        );
        Lift(
            routes,
            "/legal-holds",
            MeasureKind.LegalHold,
            OperatorScope.Legal,
            "releaseLegalHold",
            "Release a legal hold"
        );

        List(
            routes,
            "/accounts/{account:long}/suspensions",
            MeasureKind.Suspension,
            OperatorScope.Suspend,
            "listSuspensions",
            "List an account's suspensions, ended ones too"
        );
        List(
            routes,
            "/accounts/{account:long}/restrictions",
            MeasureKind.Restriction,
            OperatorScope.Suspend,
            "listAccountRestrictions",
            "List the restrictions on an account, ended ones too"
        );
        List(
            routes,
            "/restrictions",
            MeasureKind.Restriction,
            OperatorScope.Suspend,
            "listRestrictions",
            "List the restrictions on everyone and on options, ended ones too"
        );
        List(
            routes,
            "/accounts/{account:long}/blocks",
            MeasureKind.Block,
            OperatorScope.ContentBlock,
            "listBlocks",
            "List an account's blocked items, ended blocks too"
        );
        List(
            routes,
            "/accounts/{account:long}/share-blocks",
            MeasureKind.ShareBlock,
            OperatorScope.ContentBlock,
            "listShareBlocks",
            "List an account's blocked links, ended blocks too"
        );
        List(
            routes,
            "/accounts/{account:long}/protections",
            MeasureKind.Protection,
            OperatorScope.ContentBlock,
            "listProtections",
            "List the marks on an account's items, ended ones too"
        );
        List(
            routes,
            "/accounts/{account:long}/legal-holds",
            MeasureKind.LegalHold,
            OperatorScope.Legal,
            "listLegalHolds",
            "List an account's legal holds, released ones too"
        );
    }

    private static void Lift(
        OperatorRoutes routes,
        string path,
        MeasureKind kind,
        OperatorScope scope,
        string operationId,
        string summary
    ) =>
        routes
            .Command(
                path + "/{measure:long}/end",
                scope,
                operationId,
                summary,
                call =>
                    call.Desk<MeasureDesk>()
                        .LiftAsync(call.Instruction, kind, call.Number("measure"), call.Stop)
                        .As(MeasureAnswer.Of)
            )
            .Refuses(RefusalRule.NotFound, RefusalRule.AlreadyEnded);

    private static void List(
        OperatorRoutes routes,
        string path,
        MeasureKind kind,
        OperatorScope scope,
        string operationId,
        string summary
    ) =>
        routes.List(
            path,
            scope,
            operationId,
            summary,
            async (call, page) =>
                (VaultResult<Page<MeasureAnswer>>)
                    Page<MeasureAnswer>.Of(
                        [
                            .. (
                                await call.Desk<MeasureDesk>()
                                    .ListAsync(
                                        path.StartsWith("/accounts", StringComparison.Ordinal)
                                            ? new AccountId(call.Number("account"))
                                            : null,
                                        kind,
                                        page.After,
                                        page.Limit,
                                        call.Stop
                                    )
                            ).Select(MeasureAnswer.Of),
                        ],
                        page,
                        measure => measure.Measure
                    )
        );

    private static ValueTask<VaultResult<MeasureAnswer>> SetAsync(
        OperatorCall call,
        NewMeasure measure
    ) =>
        call.Desk<MeasureDesk>()
            .SetAsync(call.Instruction, measure, call.Stop)
            .As(MeasureAnswer.Of);
}

/// <summary>A part of the service that can be switched off.</summary>
internal enum ServicePart
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>Adding content.</summary>
    Upload,

    /// <summary>Reading content.</summary>
    Download,

    /// <summary>Sharing, with whomever.</summary>
    Share,

    /// <summary>Sharing with people outside the household.</summary>
    ShareWithFriends,

    /// <summary>Looking at media on the TV.</summary>
    Tv,
}

/// <summary>Parts of the service as the vault has them.</summary>
internal static class ServiceParts
{
    public static Switches ToSwitches(this IReadOnlyList<ServicePart> parts) =>
        parts.Aggregate(
            Switches.None,
            (switches, part) => switches | Enum.Parse<Switches>(part.ToString())
        );

    public static IReadOnlyList<ServicePart> Of(Switches switches) =>
        [
            .. Enum.GetValues<ServicePart>()
                .Where(part => switches.HasFlag(Enum.Parse<Switches>(part.ToString()))),
        ];
}

/// <summary>Why a measure is set, and for how long.</summary>
internal abstract record MeasureRequest
{
    /// <summary>The operator's code for the reason.</summary>
    [RegularExpression(Patterns.Code, ErrorMessage = Patterns.CodeMessage)]
    public required string ReasonCode { get; init; }

    /// <summary>The reason in words for the customer.</summary>
    public TextsBody? Words { get; init; }

    /// <summary>From when it holds; at once when left out.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Until when it holds; until it is lifted when left out.</summary>
    public DateTimeOffset? Until { get; init; }

    protected NewMeasure ToMeasure(MeasureKind kind) =>
        new()
        {
            Kind = kind,
            ReasonCode = ReasonCode,
            Words = Words?.ToTexts(),
            Since = Since,
            Until = Until,
        };

    /// <summary>The segments of a path such as <c>/photos/2026</c>.</summary>
    protected static IReadOnlyList<string>? SegmentsOf(string? path) =>
        path?.Normalize().Split('/', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A suspension to be set.</summary>
internal sealed record SuspensionRequest : MeasureRequest
{
    /// <summary>What is suspended.</summary>
    [Length(1, 6)]
    public required IReadOnlyList<ServicePart> Switches { get; init; }

    public NewMeasure ToMeasure(long account) =>
        ToMeasure(MeasureKind.Suspension) with
        {
            Switches = Switches.ToSwitches(),
            Account = new(account),
        };
}

/// <summary>A restriction to be set.</summary>
internal sealed record RestrictionRequest : MeasureRequest
{
    /// <summary>What is restricted.</summary>
    [Length(1, 6)]
    public required IReadOnlyList<ServicePart> Switches { get; init; }

    /// <summary>The account it is on.</summary>
    public long? Account { get; init; }

    /// <summary>The code of the option whose customers it is on.</summary>
    [StringLength(64, MinimumLength = 1)]
    public string? Option { get; init; }

    /// <summary>The item of the account it is on, by its path.</summary>
    [StringLength(32_768, MinimumLength = 1)]
    public string? Path { get; init; }

    /// <summary>The item of the account it is on, by its number.</summary>
    public long? Node { get; init; }

    public NewMeasure ToMeasure() =>
        ToMeasure(MeasureKind.Restriction) with
        {
            Switches = Switches.ToSwitches(),
            Account = Account is { } account ? new(account) : null,
            Option = Option,
            Path = SegmentsOf(Path),
            Node = Node is { } node ? new(node) : null,
        };
}

/// <summary>A block to be set.</summary>
internal sealed record BlockRequest : MeasureRequest
{
    /// <summary>The item, by its path.</summary>
    [StringLength(32_768, MinimumLength = 1)]
    public string? Path { get; init; }

    /// <summary>The item, by its number.</summary>
    public long? Node { get; init; }

    /// <summary>Whether a law or a court demands it.</summary>
    public bool IsLegalOrder { get; init; }

    /// <summary>The number of the legal order on record that it is set under.</summary>
    public long? Order { get; init; }

    public NewMeasure ToMeasure(long account) =>
        ToMeasure(MeasureKind.Block) with
        {
            Account = new(account),
            Path = SegmentsOf(Path),
            Node = Node is { } node ? new(node) : null,
            IsLegalOrder = IsLegalOrder || Order is not null,
            Order = Order,
        };
}

/// <summary>A block of a link to be set.</summary>
internal sealed record ShareBlockRequest : MeasureRequest
{
    /// <summary>The link, as somebody was given it, or its token alone.</summary>
    [StringLength(2_048, MinimumLength = 1)]
    public string? Link { get; init; }

    /// <summary>The account whose link it is.</summary>
    public long? Account { get; init; }

    /// <summary>The number of the link.</summary>
    public long? Share { get; init; }

    /// <summary>What the operator's systems call the notice.</summary>
    [RegularExpression(Patterns.Reference, ErrorMessage = Patterns.ReferenceMessage)]
    public string? Reference { get; init; }

    /// <summary>Whether a law or a court demands it.</summary>
    public bool IsLegalOrder { get; init; }

    /// <summary>The number of the legal order on record that it is set under.</summary>
    public long? Order { get; init; }

    public NewMeasure ToMeasure() =>
        ToMeasure(MeasureKind.ShareBlock) with
        {
            Account = Account is { } account ? new(account) : null,
            Share = Share is { } share ? new(share) : null,
            Link = Link is null ? null : LinkDoor.TokenIn(Link),
            Reference = Reference,
            IsLegalOrder = IsLegalOrder || Order is not null,
            Order = Order,
        };
}

/// <summary>A mark to be set.</summary>
internal sealed record ProtectionRequest : MeasureRequest
{
    /// <summary>The item, by its path.</summary>
    [StringLength(32_768, MinimumLength = 1)]
    public string? Path { get; init; }

    /// <summary>The item, by its number.</summary>
    public long? Node { get; init; }

    /// <summary>What the operator's systems call the notice.</summary>
    [RegularExpression(Patterns.Reference, ErrorMessage = Patterns.ReferenceMessage)]
    public required string Reference { get; init; }

    public NewMeasure ToMeasure(long account) =>
        ToMeasure(MeasureKind.Protection) with
        {
            Account = new(account),
            Path = SegmentsOf(Path),
            Node = Node is { } node ? new(node) : null,
            Reference = Reference,
        };
}

/// <summary>A legal hold to be set.</summary>
internal sealed record HoldRequest : MeasureRequest
{
    /// <summary>The item, by its path; the whole vault when neither it nor the number is given.</summary>
    [StringLength(32_768, MinimumLength = 1)]
    public string? Path { get; init; }

    /// <summary>The item, by its number.</summary>
    public long? Node { get; init; }

    /// <summary>The number of the legal order on record that it is set under. When it forbids to tell the customer, their log does not.</summary>
    public long? Order { get; init; }

    public NewMeasure ToMeasure(long account) =>
        ToMeasure(MeasureKind.LegalHold) with
        {
            Account = new(account),
            Path = SegmentsOf(Path),
            Node = Node is { } node ? new(node) : null,
            IsLegalOrder = Order is not null,
            Order = Order,
        };
}

/// <summary>A measure.</summary>
internal sealed record MeasureAnswer
{
    /// <summary>Its number.</summary>
    public required long Measure { get; init; }

    /// <summary>What it is.</summary>
    public required MeasureKind Kind { get; init; }

    /// <summary>What it switches off; empty for blocks, marks and legal holds.</summary>
    public required IReadOnlyList<ServicePart> Switches { get; init; }

    /// <summary>The account it is on; null when it is on more than one.</summary>
    public required long? Account { get; init; }

    /// <summary>The code of the option whose customers it is on; null for none.</summary>
    public required string? Option { get; init; }

    /// <summary>The number of the item it is on; null when it is not on an item.</summary>
    public required long? Node { get; init; }

    /// <summary>The number of the link it is on; null when it is not on a link.</summary>
    public required long? Share { get; init; }

    /// <summary>What the operator's systems call the notice it was set on; null for none.</summary>
    public required string? Reference { get; init; }

    /// <summary>Whether a law or a court demands it.</summary>
    public required bool IsLegalOrder { get; init; }

    /// <summary>The code of its reason.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>The reason in words for the customer; null when there are none.</summary>
    public required TextsBody? Words { get; init; }

    /// <summary>Who set it.</summary>
    public required string SetBy { get; init; }

    /// <summary>From when it holds.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Until when it holds; null for until it is lifted.</summary>
    public required DateTimeOffset? Until { get; init; }

    /// <summary>When it was lifted; null while it was not.</summary>
    public required DateTimeOffset? Lifted { get; init; }

    public static MeasureAnswer Of(Measure measure) => Of((measure, null));

    public static MeasureAnswer Of((Measure Measure, DateTimeOffset? Lifted) found)
    {
        var measure = found.Measure;
        return new()
        {
            Measure = measure.Id,
            Kind = measure.Kind,
            Switches = ServiceParts.Of(measure.Switches),
            Account = measure.Account?.Value,
            Option = measure.Option,
            Node = measure.Node?.Value,
            Share = measure.Share?.Value,
            Reference = measure.Reference,
            IsLegalOrder = measure.IsLegalOrder,
            ReasonCode = measure.ReasonCode,
            Words = measure.Words is { } words ? TextsBody.Of(words) : null,
            SetBy = measure.SetBy,
            Since = measure.Since,
            Until = measure.Until,
            Lifted = found.Lifted,
        };
    }
}
