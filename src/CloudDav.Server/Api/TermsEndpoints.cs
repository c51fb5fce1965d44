using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>The terms and their acceptance.</summary>
internal static class TermsEndpoints
{
    public static void Map(CustomerRoutes routes)
    {
        routes.Add(
            "GET",
            "/terms",
            "getTerms",
            "The versions of the terms, and which were accepted",
            async ValueTask<VaultResult<TermsBody>> (call) =>
            {
                var found = await call.Desk.FindTermsAsync(call.Actor, call.Stop);
                return found.Refusal is { } refusal
                    ? refusal
                    : TermsBody.Of(
                        found.Value,
                        call.LanguageOf(found.Value.Decision.Facts.Language)
                    );
            }
        );
        routes
            .Add<Acceptance, AcceptanceBody>(
                "POST",
                "/terms/{version}/acceptance",
                "acceptTerms",
                "Accept the current version of the terms",
                async (call, acceptance) =>
                {
                    var language =
                        (Language?)acceptance.Language
                        ?? call.LanguageOf(
                            await call.Desk.FindLanguageAsync(call.Actor, call.Stop)
                        );
                    var accepted = await call.Desk.AcceptTermsAsync(
                        call.Actor,
                        call.Text("version"),
                        language,
                        call.Stop
                    );
                    return accepted.Refusal is { } refusal
                        ? refusal
                        : new AcceptanceBody
                        {
                            Version = accepted.Value.Version,
                            Language = (LanguageTag)accepted.Value.Language,
                            Door = accepted.Value.Door,
                            Accepted = accepted.Value.Accepted,
                        };
                }
            )
            .Describes(
                "For the whole household, by its customer. Once more has no further effect and is answered as the first time."
            )
            .NeedsNoBody()
            .Refuses(RefusalRule.NotFound, RefusalRule.OwnerOnly);
    }
}

/// <summary>The terms.</summary>
internal sealed record TermsBody
{
    /// <summary>The current version; null while there are none.</summary>
    public required string? Current { get; init; }

    /// <summary>Whether the current version is yet to be accepted. Until then no device is added.</summary>
    public required bool IsToBeAccepted { get; init; }

    /// <summary>From when on, without acceptance, files are only read and deleted; null while no such day is set.</summary>
    public required DateTimeOffset? RequiredFrom { get; init; }

    /// <summary>The versions, newest first.</summary>
    public required IReadOnlyList<TermsVersionBody> Versions { get; init; }

    public static TermsBody Of(TermsOverview terms, Language language) =>
        new()
        {
            Current = terms.Versions.Count > 0 ? terms.Versions[0].Version : null,
            IsToBeAccepted = terms.Decision.OpenTerms is not null,
            RequiredFrom = terms.Decision.OpenTerms?.RequiredFrom,
            Versions =
            [
                .. terms.Versions.Select(version =>
                {
                    var accepted = terms.Acceptances.FirstOrDefault(one =>
                        one.Version == version.Version
                    );
                    return new TermsVersionBody
                    {
                        Version = version.Version,
                        Published = version.Published,
                        Text = version.Texts.In(language),
                        AcceptedAt = accepted?.Accepted,
                        AcceptedIn = (LanguageTag?)accepted?.Language,
                    };
                }),
            ],
        };
}

/// <summary>A version of the terms.</summary>
internal sealed record TermsVersionBody
{
    /// <summary>Its name.</summary>
    public required string Version { get; init; }

    /// <summary>When it became the current one.</summary>
    public required DateTimeOffset Published { get; init; }

    /// <summary>What it says, or where it can be read.</summary>
    public required string? Text { get; init; }

    /// <summary>When the customer accepted it; null when never.</summary>
    public required DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>In which language.</summary>
    public required LanguageTag? AcceptedIn { get; init; }
}

/// <summary>What is said with an acceptance.</summary>
internal sealed record Acceptance
{
    /// <summary>The language in which the terms were read; left out for the one they are given in.</summary>
    public LanguageTag? Language { get; init; }
}

/// <summary>An acceptance.</summary>
internal sealed record AcceptanceBody
{
    /// <summary>The version.</summary>
    public required string Version { get; init; }

    /// <summary>The language it was read in.</summary>
    public required LanguageTag Language { get; init; }

    /// <summary>Through what it was accepted.</summary>
    public required Door Door { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Accepted { get; init; }
}
