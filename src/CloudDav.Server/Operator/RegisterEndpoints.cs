using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>The operator's registers: sub-processors and objections to them, breach notices, legal orders.</summary>
internal static class RegisterEndpoints
{
    public static void Map(OperatorRoutes routes)
    {
        List(
            routes,
            "/sub-processors",
            OperatorScope.Legal,
            "listSubProcessors",
            "List the sub-processors, former ones too",
            Registers.SubProcessors,
            SubProcessorAnswer.Of
        );
        routes
            .Command<SubProcessorRequest, SubProcessorAnswer>(
                "/sub-processors",
                OperatorScope.Legal,
                "addSubProcessor",
                "Record a sub-processor",
                static (call, request) =>
                    call.Desk<RegisterDesk>()
                        .AddSubProcessorAsync(
                            call.Instruction,
                            request.ToSubProcessor(),
                            request.Since,
                            call.Stop
                        )
                        .As(SubProcessorAnswer.Of)
            )
            .Describes(
                "Customers read it at once, and may object as long as is said. Outside the European Economic Area a basis of the transfer is needed."
            )
            .Creates();
        routes
            .Command(
                "/sub-processors/{entry:long}/end",
                OperatorScope.Legal,
                "endSubProcessor",
                "Record that a sub-processor processes data no longer",
                static call =>
                    call.Desk<RegisterDesk>()
                        .EndSubProcessorAsync(call.Instruction, call.Number("entry"), call.Stop)
                        .As(SubProcessorAnswer.Of)
            )
            .Refuses(RefusalRule.NotFound, RefusalRule.AlreadyEnded);

        List(
            routes,
            "/objections",
            OperatorScope.Legal,
            "listObjections",
            "List customers' objections to sub-processors",
            Registers.Objections,
            ObjectionAnswer.Of
        );
        routes
            .Command<ObjectionReply, ObjectionAnswer>(
                "/objections/{entry:long}/answer",
                OperatorScope.Legal,
                "answerObjection",
                "Record what was answered to an objection",
                static (call, request) =>
                    call.Desk<RegisterDesk>()
                        .AnswerObjectionAsync(
                            call.Instruction,
                            call.Number("entry"),
                            request.Answer,
                            call.Stop
                        )
                        .As(ObjectionAnswer.Of)
            )
            .Refuses(RefusalRule.NotFound, RefusalRule.AlreadyEnded);

        List(
            routes,
            "/breach-notices",
            OperatorScope.Legal,
            "listBreachNotices",
            "List breach notices",
            Registers.Breaches,
            BreachAnswer.Of
        );
        routes
            .Command<BreachRequest, BreachAnswer>(
                "/breach-notices",
                OperatorScope.Legal,
                "addBreachNotice",
                "Give notice of a breach, to one account or to everybody",
                static (call, request) =>
                    call.Desk<RegisterDesk>()
                        .AddBreachAsync(
                            call.Instruction,
                            request.Account is { } account ? new(account) : null,
                            request.ToNotice(),
                            call.Stop
                        )
                        .As(BreachAnswer.Of)
            )
            .Creates()
            .Refuses(RefusalRule.NotFound);

        List(
            routes,
            "/legal-orders",
            OperatorScope.Legal,
            "listLegalOrders",
            "List legal orders",
            Registers.LegalOrders,
            OrderAnswer.Of
        );
        routes
            .Command<LegalOrderRequest, OrderAnswer>(
                "/legal-orders",
                OperatorScope.Legal,
                "addLegalOrder",
                "Record a legal order",
                static (call, request) =>
                    call.Desk<RegisterDesk>()
                        .AddOrderAsync(
                            call.Instruction,
                            request.Account is { } account ? new(account) : null,
                            request.ToOrder(),
                            call.Stop
                        )
                        .As(OrderAnswer.Of)
            )
            .Describes(
                "One that forbids to tell the customer seals what is done under it in their log, until it ends or is unsealed."
            )
            .Creates()
            .Refuses(RefusalRule.NotFound);
        routes
            .Command<OrderProgress, OrderAnswer>(
                "/legal-orders/{entry:long}/progress",
                OperatorScope.Legal,
                "changeLegalOrder",
                "Record when the customer was told, and when it was carried out",
                static (call, request) =>
                    call.Desk<RegisterDesk>()
                        .ChangeOrderAsync(
                            call.Instruction,
                            call.Number("entry"),
                            request.CustomerNotifiedAt,
                            request.CarriedOutAt,
                            call.Stop
                        )
                        .As(OrderAnswer.Of)
            )
            .Refuses(RefusalRule.NotFound);
        routes
            .Command(
                "/legal-orders/{entry:long}/unsealing",
                OperatorScope.Legal,
                "unsealLegalOrder",
                "Let the customer know of an order",
                static call =>
                    call.Desk<RegisterDesk>()
                        .UnsealOrderAsync(call.Instruction, call.Number("entry"), call.Stop)
                        .As(OrderAnswer.Of)
            )
            .Describes("What was done under it shows in the customer's log from now on.")
            .Refuses(RefusalRule.NotFound, RefusalRule.AlreadyEnded);
    }

    /// <summary>Declares the list of a register, which can be narrowed to one account.</summary>
    public static void List<T, TAnswer>(
        OperatorRoutes routes,
        string path,
        OperatorScope scope,
        string operationId,
        string summary,
        Register<T> register,
        Func<Entry<T>, TAnswer> of
    )
        where T : class
        where TAnswer : EntryAnswer =>
        routes
            .List(
                path,
                scope,
                operationId,
                summary,
                async (call, page) =>
                {
                    AccountId? account = null;
                    if (call.Query("account") is { } asked)
                    {
                        if (
                            !long.TryParse(
                                asked,
                                System.Globalization.NumberStyles.None,
                                System.Globalization.CultureInfo.InvariantCulture,
                                out var number
                            )
                        )
                            return (VaultResult<Page<TAnswer>>)
                                new Refusal(RefusalRule.InvalidInput) { Field = "account" };
                        account = new(number);
                    }
                    return Page<TAnswer>.Of(
                        [
                            .. (
                                await call.Desk<RegisterDesk>()
                                    .ListAsync(register, account, page.After, page.Limit, call.Stop)
                            ).Select(of),
                        ],
                        page,
                        entry => entry.Entry
                    );
                }
            )
            .Takes("account", "The number of an account, to list only what is about it.");
}

/// <summary>An entry of a register.</summary>
internal abstract record EntryAnswer : IVersioned
{
    /// <summary>Its number in the register.</summary>
    public required long Entry { get; init; }

    /// <summary>Counts changes.</summary>
    public required long Version { get; init; }

    /// <summary>The account it is about; null when it is about none in particular.</summary>
    public required long? Account { get; init; }

    /// <summary>From when it holds.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Until when it holds; null for no end.</summary>
    public required DateTimeOffset? Until { get; init; }

    /// <summary>When it was ended or answered; null while it was not.</summary>
    public required DateTimeOffset? ClosedAt { get; init; }
}

/// <summary>A sub-processor to be recorded.</summary>
internal sealed record SubProcessorRequest
{
    /// <summary>Its name.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required TextsBody Task { get; init; }

    /// <summary>Where, as a country code of two letters (ISO 3166-1).</summary>
    [RegularExpression("^[A-Z]{2}$", ErrorMessage = "Takes two capital letters.")]
    public required string Country { get; init; }

    /// <summary>What allows the transfer of personal data there; needed outside the European Economic Area.</summary>
    [StringLength(500, MinimumLength = 1)]
    public string? TransferBasis { get; init; }

    /// <summary>From when it processes data.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Until when customers may object.</summary>
    public DateTimeOffset? ObjectionsUntil { get; init; }

    public SubProcessor ToSubProcessor() =>
        new()
        {
            Name = Name,
            Task = Task.ToTexts(),
            Country = Country,
            TransferBasis = TransferBasis,
            ObjectionsUntil = ObjectionsUntil,
        };
}

/// <summary>A sub-processor.</summary>
internal sealed record SubProcessorAnswer : EntryAnswer
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required TextsBody Task { get; init; }

    /// <summary>Where, as a country code of two letters.</summary>
    public required string Country { get; init; }

    /// <summary>What allows the transfer of personal data there; null inside the European Economic Area.</summary>
    public required string? TransferBasis { get; init; }

    /// <summary>Until when customers may object; null when nobody may.</summary>
    public required DateTimeOffset? ObjectionsUntil { get; init; }

    public static SubProcessorAnswer Of(Entry<SubProcessor> entry) =>
        new()
        {
            Entry = entry.Id,
            Version = entry.Version,
            Account = entry.Account?.Value,
            Since = entry.Since,
            Until = entry.Until,
            ClosedAt = entry.Closed,
            Name = entry.Body.Name,
            Task = TextsBody.Of(entry.Body.Task),
            Country = entry.Body.Country,
            TransferBasis = entry.Body.TransferBasis,
            ObjectionsUntil = entry.Body.ObjectionsUntil,
        };
}

/// <summary>What the operator answered.</summary>
internal sealed record ObjectionReply
{
    /// <summary>The answer.</summary>
    [StringLength(2000, MinimumLength = 1)]
    public required string Answer { get; init; }
}

/// <summary>A customer's objection to a sub-processor.</summary>
internal sealed record ObjectionAnswer : EntryAnswer
{
    /// <summary>The number of the sub-processor.</summary>
    public required long SubProcessor { get; init; }

    /// <summary>Why; null when nothing was said.</summary>
    public required string? Reason { get; init; }

    /// <summary>What was answered; null while it is open.</summary>
    public required string? Answer { get; init; }

    public static ObjectionAnswer Of(Entry<Objection> entry) =>
        new()
        {
            Entry = entry.Id,
            Version = entry.Version,
            Account = entry.Account?.Value,
            Since = entry.Since,
            Until = entry.Until,
            ClosedAt = entry.Closed,
            SubProcessor = entry.Body.SubProcessor,
            Reason = entry.Body.Reason,
            Answer = entry.Body.Answer,
        };
}

/// <summary>A breach notice to be given.</summary>
internal sealed record BreachRequest
{
    /// <summary>The account it is for; left out for everybody.</summary>
    public long? Account { get; init; }

    /// <summary>When it happened, as far as known.</summary>
    public DateTimeOffset? HappenedAt { get; init; }

    /// <summary>When the operator became aware of it.</summary>
    public required DateTimeOffset DiscoveredAt { get; init; }

    /// <summary>What happened, to which data, and what it may lead to.</summary>
    public required TextsBody Nature { get; init; }

    /// <summary>What was and is done about it.</summary>
    public TextsBody? Measures { get; init; }

    /// <summary>Whom to ask.</summary>
    [StringLength(500, MinimumLength = 1)]
    public string? Contact { get; init; }

    public BreachNotice ToNotice() =>
        new()
        {
            Happened = HappenedAt,
            Discovered = DiscoveredAt,
            Nature = Nature.ToTexts(),
            Measures = Measures?.ToTexts(),
            Contact = Contact,
        };
}

/// <summary>A breach notice.</summary>
internal sealed record BreachAnswer : EntryAnswer
{
    /// <summary>When it happened; null when that is not known.</summary>
    public required DateTimeOffset? HappenedAt { get; init; }

    /// <summary>When the operator became aware of it.</summary>
    public required DateTimeOffset DiscoveredAt { get; init; }

    /// <summary>What happened, to which data, and what it may lead to.</summary>
    public required TextsBody Nature { get; init; }

    /// <summary>What was and is done about it; null when nothing was said.</summary>
    public required TextsBody? Measures { get; init; }

    /// <summary>Whom to ask; null when nobody was named.</summary>
    public required string? Contact { get; init; }

    public static BreachAnswer Of(Entry<BreachNotice> entry) =>
        new()
        {
            Entry = entry.Id,
            Version = entry.Version,
            Account = entry.Account?.Value,
            Since = entry.Since,
            Until = entry.Until,
            ClosedAt = entry.Closed,
            HappenedAt = entry.Body.Happened,
            DiscoveredAt = entry.Body.Discovered,
            Nature = TextsBody.Of(entry.Body.Nature),
            Measures = entry.Body.Measures is { } measures ? TextsBody.Of(measures) : null,
            Contact = entry.Body.Contact,
        };
}

/// <summary>A legal order to be recorded.</summary>
internal sealed record LegalOrderRequest
{
    /// <summary>The account it is about; left out when it is about none in particular.</summary>
    public long? Account { get; init; }

    /// <summary>Who ordered it.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string Authority { get; init; }

    /// <summary>Its number there.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string Reference { get; init; }

    /// <summary>The law it rests on.</summary>
    [StringLength(1000, MinimumLength = 1)]
    public required string Basis { get; init; }

    /// <summary>What it covers.</summary>
    [StringLength(2000, MinimumLength = 1)]
    public required string Scope { get; init; }

    /// <summary>When it arrived.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Whether the law forbids to tell the customer.</summary>
    public bool IsGagged { get; init; }

    /// <summary>Until when it is forbidden; left out for until it is unsealed.</summary>
    public DateTimeOffset? GaggedUntil { get; init; }

    /// <summary>When the customer was told.</summary>
    public DateTimeOffset? CustomerNotifiedAt { get; init; }

    public LegalOrder ToOrder() =>
        new()
        {
            Authority = Authority,
            Reference = Reference,
            Basis = Basis,
            Scope = Scope,
            Received = ReceivedAt,
            IsGagged = IsGagged,
            GaggedUntil = GaggedUntil,
            CustomerNotified = CustomerNotifiedAt,
        };
}

/// <summary>How far an order has come; what is left out stays as it is.</summary>
internal sealed record OrderProgress
{
    /// <summary>When the customer was told.</summary>
    public DateTimeOffset? CustomerNotifiedAt { get; init; }

    /// <summary>When it was carried out.</summary>
    public DateTimeOffset? CarriedOutAt { get; init; }
}

/// <summary>A legal order.</summary>
internal sealed record OrderAnswer : EntryAnswer
{
    /// <summary>Who ordered it.</summary>
    public required string Authority { get; init; }

    /// <summary>Its number there.</summary>
    public required string Reference { get; init; }

    /// <summary>The law it rests on.</summary>
    public required string Basis { get; init; }

    /// <summary>What it covers.</summary>
    public required string Scope { get; init; }

    /// <summary>When it arrived.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Whether the law forbids to tell the customer.</summary>
    public required bool IsGagged { get; init; }

    /// <summary>Until when; null for until it is unsealed.</summary>
    public required DateTimeOffset? GaggedUntil { get; init; }

    /// <summary>When the customer was told; null when that was not done.</summary>
    public required DateTimeOffset? CustomerNotifiedAt { get; init; }

    /// <summary>When it was carried out; null while it is not.</summary>
    public required DateTimeOffset? CarriedOutAt { get; init; }

    public static OrderAnswer Of(Entry<LegalOrder> entry) =>
        new()
        {
            Entry = entry.Id,
            Version = entry.Version,
            Account = entry.Account?.Value,
            Since = entry.Since,
            Until = entry.Until,
            ClosedAt = entry.Closed,
            Authority = entry.Body.Authority,
            Reference = entry.Body.Reference,
            Basis = entry.Body.Basis,
            Scope = entry.Body.Scope,
            ReceivedAt = entry.Body.Received,
            IsGagged = entry.Body.IsGagged,
            GaggedUntil = entry.Body.GaggedUntil,
            CustomerNotifiedAt = entry.Body.CustomerNotified,
            CarriedOutAt = entry.Body.CarriedOut,
        };
}
