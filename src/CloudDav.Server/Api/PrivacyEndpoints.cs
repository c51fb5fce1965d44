using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>Who processes the customer's data, and what went wrong with it.</summary>
internal static class PrivacyEndpoints
{
    public static void Map(CustomerRoutes routes)
    {
        routes.Add(
            "GET",
            "/sub-processors",
            "listSubProcessors",
            "Who else processes customers' data, and the own objections",
            async ValueTask<VaultResult<SubProcessorList>> (call) =>
            {
                var found = await call.Desk.ListSubProcessorsAsync(call.Actor, call.Stop);
                return found.Refusal is { } refusal
                    ? refusal
                    : SubProcessorList.Of(
                        found.Value,
                        call.LanguageOf(found.Value.Decision.Facts.Language)
                    );
            }
        );
        routes
            .Add<ObjectionReason, ObjectionBody>(
                "POST",
                "/sub-processors/{subProcessor:long}/objection",
                "objectToSubProcessor",
                "Object to a sub-processor",
                async (call, reason) =>
                {
                    var raised = await call.Desk.ObjectAsync(
                        call.Actor,
                        call.Number("subProcessor"),
                        reason.Reason,
                        call.Stop
                    );
                    return raised.Refusal is { } refusal ? refusal : ObjectionBody.Of(raised.Value);
                }
            )
            .Describes(
                "By the customer, while there is time for it. Once more has no further effect and is answered as the first time."
            )
            .NeedsNoBody()
            .Refuses(RefusalRule.NotFound, RefusalRule.OwnerOnly, RefusalRule.AlreadyEnded);
        routes.Add(
            "GET",
            "/breach-notices",
            "listBreachNotices",
            "Breaches of personal data that concern the account, newest first",
            async ValueTask<VaultResult<BreachNoticeList>> (call) =>
            {
                var found = await call.Desk.ListBreachesAsync(call.Actor, call.Stop);
                if (found.Refusal is { } refusal)
                    return refusal;
                var language = call.LanguageOf(found.Value.Decision.Facts.Language);
                return new BreachNoticeList
                {
                    Items =
                    [
                        .. found.Value.Notices.Select(notice =>
                            BreachNoticeBody.Of(notice, language)
                        ),
                    ],
                };
            }
        );
    }
}

/// <summary>Sub-processors.</summary>
internal sealed record SubProcessorList
{
    /// <summary>Those who process data now, or will.</summary>
    public required IReadOnlyList<SubProcessorBody> Items { get; init; }

    public static SubProcessorList Of(SubProcessorOverview seen, Language language) =>
        new()
        {
            Items =
            [
                .. seen.SubProcessors.Select(entry => new SubProcessorBody
                {
                    Id = entry.Id,
                    Name = entry.Body.Name,
                    Task = entry.Body.Task.In(language),
                    Country = entry.Body.Country,
                    TransferBasis = entry.Body.TransferBasis,
                    Since = entry.Since,
                    ObjectionsUntil = entry.Body.ObjectionsUntil,
                    Objection = seen.Objections.FirstOrDefault(objection =>
                        objection.Body.SubProcessor == entry.Id
                    )
                        is { } own
                        ? ObjectionBody.Of(own)
                        : null,
                }),
            ],
        };
}

/// <summary>Somebody who processes customers' data for the operator.</summary>
internal sealed record SubProcessorBody
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required string? Task { get; init; }

    /// <summary>Where, as a country code of two letters.</summary>
    public required string Country { get; init; }

    /// <summary>What allows the transfer of personal data there; null within the European Economic Area.</summary>
    public required string? TransferBasis { get; init; }

    /// <summary>From when on it processes data.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Until when it can be objected to; null when it cannot.</summary>
    public required DateTimeOffset? ObjectionsUntil { get; init; }

    /// <summary>The own objection; null for none.</summary>
    public required ObjectionBody? Objection { get; init; }
}

/// <summary>Why somebody objects.</summary>
internal sealed record ObjectionReason
{
    /// <summary>The reason; left out for none given.</summary>
    [StringLength(2000, MinimumLength = 1)]
    public string? Reason { get; init; }
}

/// <summary>An objection to a sub-processor.</summary>
internal sealed record ObjectionBody
{
    /// <summary>When it was raised.</summary>
    public required DateTimeOffset Raised { get; init; }

    /// <summary>Why.</summary>
    public required string? Reason { get; init; }

    /// <summary>What the operator answered; null while it is open.</summary>
    public required string? Answer { get; init; }

    /// <summary>When the operator answered.</summary>
    public required DateTimeOffset? Answered { get; init; }

    public static ObjectionBody Of(Entry<Objection> entry) =>
        new()
        {
            Raised = entry.Since,
            Reason = entry.Body.Reason,
            Answer = entry.Body.Answer,
            Answered = entry.Closed,
        };
}

/// <summary>Breach notices.</summary>
internal sealed record BreachNoticeList
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<BreachNoticeBody> Items { get; init; }
}

/// <summary>A breach of personal data.</summary>
internal sealed record BreachNoticeBody
{
    /// <summary>When the notice was given.</summary>
    public required DateTimeOffset Notified { get; init; }

    /// <summary>When it happened; null when that is not known.</summary>
    public required DateTimeOffset? Happened { get; init; }

    /// <summary>When the operator became aware of it.</summary>
    public required DateTimeOffset Discovered { get; init; }

    /// <summary>What happened, to which data, and what it may lead to.</summary>
    public required string? Nature { get; init; }

    /// <summary>What was and is done about it.</summary>
    public required string? Measures { get; init; }

    /// <summary>Whom to ask.</summary>
    public required string? Contact { get; init; }

    /// <summary>Whether it concerns everybody and not this account alone.</summary>
    public required bool ConcernsEverybody { get; init; }

    public static BreachNoticeBody Of(Entry<BreachNotice> entry, Language language) =>
        new()
        {
            Notified = entry.Since,
            Happened = entry.Body.Happened,
            Discovered = entry.Body.Discovered,
            Nature = entry.Body.Nature.In(language),
            Measures = entry.Body.Measures?.In(language),
            Contact = entry.Body.Contact,
            ConcernsEverybody = entry.Account is null,
        };
}
