using System.Text.Json;
using System.Text.Json.Serialization;
using CloudDav.Server.Pages;
using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>Who was in the account, throwing out who should not be, and getting back in.</summary>
internal static class SecurityEndpoints
{
    private const string Before = "before";
    private const string Limit = "limit";
    private const int DefaultLimit = 50;
    private const int MostLimit = 200;

    public static void Map(CustomerRoutes routes)
    {
        routes
            .Add(
                "GET",
                "/access-log",
                "readAccessLog",
                "What happened to the account, newest first",
                ReadLogAsync
            )
            .Takes(
                Before,
                "Where the page begins: `next` of the page before. Left out for the first."
            )
            .Takes(Limit, "How many there are on the page, 1 to 200; 50 when it is left out.")
            .Describes(
                "What a law seals shows when the seal ends; until then nothing tells that it is there."
            );
        routes
            .Add<Report, ReportBody>(
                "POST",
                "/report-unauthorised-use",
                "reportUnauthorisedUse",
                "Sign everything out of the account at once",
                ReportAsync
            )
            .Describes(
                "Every device is revoked, every sign-in ends and their locks are released, on the next request; content is not touched. The own password stops as well: a call that comes with it can bring a new one. A new one that comes from a device, with a token, or for an account without own password is left, and all else is done; the answer says what became of it, and what to do next. Without one, the operator's sign-in or a one-time link leads back in."
            )
            .NeedsNoBody()
            .Refuses(RefusalRule.SignInBusy);
        routes
            .Add<NewPassword, Nothing>(
                "POST",
                "/take-back/{token}",
                "takeBack",
                "Set the own password with a one-time link",
                (call, chosen) =>
                    Nothing.OfAsync(
                        call.Get<TakeBackDesk>()
                            .SetPasswordAsync(
                                call.Text("token"),
                                chosen.Password,
                                call.Address,
                                call.Stop
                            )
                    )
            )
            .Describes(
                "The operator sends the link. It works once, for 24 hours. Wrong ones are counted and slowed as wrong passwords are."
            )
            .NeedsNoSignIn()
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.LinkNotValid, RefusalRule.TooManyTries, RefusalRule.SignInBusy);
    }

    private static async ValueTask<VaultResult<AccessLog>> ReadLogAsync(CustomerCall call)
    {
        var limit = call.Asked(Limit) ?? DefaultLimit;
        if (limit is < 1 or > MostLimit)
            return new Refusal(RefusalRule.InvalidInput) { Field = Limit };
        var found = await call.Desk.ReadAccessLogAsync(
            call.Actor,
            acts: null,
            call.Asked(Before) ?? long.MaxValue,
            (int)limit,
            call.Stop
        );
        if (found.Refusal is { } refusal)
            return refusal;
        return new AccessLog
        {
            Items =
            [
                .. found.Value.Entries.Select(entry =>
                    AccessLogEntry.Of(entry.Entry, found.Value.Names)
                ),
            ],
            Next =
                found.Value.Entries is [.., { Number: > 1 } last]
                && found.Value.Entries.Count == limit
                    ? last.Number
                    : null,
        };
    }

    private static async ValueTask<VaultResult<ReportBody>> ReportAsync(
        CustomerCall call,
        Report report
    )
    {
        // Asked before: afterwards nobody is signed in.
        var language = await call.Desk.FindLanguageAsync(call.Actor, call.Stop);
        var done = await ReportAsync(
            call.Desk,
            call.Get<SignInDesk>(),
            call.Actor,
            report.NewPassword,
            call.GivesOwnPassword,
            call.Stop
        );
        return done.Refusal is { } refusal
            ? refusal
            : new ReportBody
            {
                DevicesRevoked = done.Value.Devices,
                LinksEnded = done.Value.Links,
                Password = done.Value.Password,
                Next = PageWords.In(call.LanguageOf(language)).StolenDone(done.Value.Password),
            };
    }

    /// <summary>Signs everything out of an account.</summary>
    /// <param name="desk">Does it.</param>
    /// <param name="signIn">Hashes the new password.</param>
    /// <param name="actor">Who reports.</param>
    /// <param name="newPassword">A new own password; null to have none for now.</param>
    /// <param name="isProved">Whether they have just given what only they know or have. Without that the new password is left, and all else is done.</param>
    /// <param name="stop">Stops it before it begins.</param>
    internal static async ValueTask<VaultResult<SignedOutEverywhere>> ReportAsync(
        CustomerDesk desk,
        SignInDesk signIn,
        Actor actor,
        string? newPassword,
        bool isProved,
        CancellationToken stop
    )
    {
        string? hash = null;
        if (isProved && newPassword is { } chosen)
        {
            if (!OwnPassword.IsAllowed(chosen))
                return new Refusal(RefusalRule.InvalidInput) { Field = "newPassword" };
            hash = await signIn.HashAsync(chosen, stop);
            if (hash is null)
                return new Refusal(RefusalRule.SignInBusy);
        }
        // From here on the wish of whoever waits no longer counts: half a report is none.
        return await desk.ReportUnauthorisedUseAsync(actor, hash, CancellationToken.None);
    }
}

/// <summary>A part of the access log.</summary>
internal sealed record AccessLog
{
    /// <summary>What happened, newest first.</summary>
    public required IReadOnlyList<AccessLogEntry> Items { get; init; }

    /// <summary>Where the next page begins; null when this is the last.</summary>
    public required long? Next { get; init; }
}

/// <summary>Something that happened.</summary>
internal sealed record AccessLogEntry
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// Who did it: <c>owner</c>, a device with its number, <c>member</c> with the number of the household's person who came through a share, <c>link</c> with the number of the
    /// share that somebody came by, <c>operator</c>, <c>one-time-link</c>, <c>console</c> or <c>system</c>.
    /// </summary>
    public required string Actor { get; init; }

    /// <summary>What, as a code such as <c>device.revoked</c>.</summary>
    public required string Act { get; init; }

    /// <summary>To what, such as <c>device:7</c>; null when the act says it all.</summary>
    public required string? Subject { get; init; }

    /// <summary>What else is known. The numbers of a share's <c>owner</c> and <c>members</c> are those of people.</summary>
    public required JsonElement Details { get; init; }

    /// <summary>The household's people, beside the account's own, whose numbers are in it.</summary>
    public required IReadOnlyList<NamedPerson> People { get; init; }

    // Which of the operator's people it was is known to the operator.
    public static AccessLogEntry Of(
        AuditEntry entry,
        IReadOnlyDictionary<AccountId, string> names
    ) =>
        new()
        {
            At = entry.At,
            Actor = entry.Actor.StartsWith(AuditActors.Operator + ":", StringComparison.Ordinal)
                ? AuditActors.Operator
                : entry.Actor,
            Act = entry.Act,
            Subject = entry.Subject,
            Details = JsonElement.Parse(entry.Body),
            People =
            [
                .. entry
                    .People()
                    .Where(names.ContainsKey)
                    .Select(person => new NamedPerson { Id = person.Value, Name = names[person] }),
            ],
        };
}

/// <summary>A person of the household.</summary>
internal sealed record NamedPerson
{
    /// <summary>Their number.</summary>
    public required long Id { get; init; }

    /// <summary>Their sign-in name.</summary>
    public required string Name { get; init; }
}

/// <summary>A report of unauthorised use.</summary>
internal sealed record Report
{
    /// <summary>A new own password; null to have none for now. It is taken when the call comes with the present one.</summary>
    public string? NewPassword { get; init; }
}

/// <summary>What a report has done.</summary>
internal sealed record ReportBody
{
    /// <summary>How many devices were revoked.</summary>
    public required int DevicesRevoked { get; init; }

    /// <summary>How many links to items were ended.</summary>
    public required int LinksEnded { get; init; }

    /// <summary>What became of the own password.</summary>
    public required PasswordFate Password { get; init; }

    /// <summary>What to do next, in words for the person.</summary>
    public required string Next { get; init; }
}

/// <summary>A password that a person chose.</summary>
internal sealed record NewPassword
{
    /// <summary>8 characters or more.</summary>
    [JsonPropertyName("newPassword")]
    public required string Password { get; init; }
}
