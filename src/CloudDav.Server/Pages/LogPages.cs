using System.Globalization;
using System.Text.Json;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What happened to the account, newest first and page by page; and of it, apart, what the operator's staff had to do with the content.</summary>
internal static class LogPages
{
    /// <summary>Where everything is.</summary>
    public const string Path = AccountPages.Root + "/access";

    /// <summary>Where what staff did is.</summary>
    public const string StaffPath = AccountPages.Root + "/staff";

    private const int PageEntries = 50;
    private const string Before = "before";

    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(Path, acts: null);
        Map(StaffPath, StaffActs.All);

        void Map(string path, string? acts) =>
            routes.MapPage(
                path,
                (context, visit, session) =>
                    ShowAsync(
                        visit,
                        session,
                        path,
                        acts,
                        FilePages.NumberOf(context, Before) ?? long.MaxValue
                    )
            );
    }

    private static async Task ShowAsync(
        Visit visit,
        BrowserSession session,
        string path,
        string? acts,
        long before
    )
    {
        var (words, desk) = (AccountWords.In(visit.Language), visit.Get<CustomerDesk>());
        var found = await desk.ReadAccessLogAsync(
            session.Actor,
            acts,
            before,
            PageEntries,
            visit.Stop
        );
        var devices = await desk.ListDevicesAsync(session.Actor, visit.Stop);
        if ((found.Refusal ?? devices.Refusal) is { } refusal)
        {
            await visit.ShowAsync(refusal, AccountPages.Root);
            return;
        }
        var page = new Page(
            found.Value.Names,
            devices.Value.ToDictionary(device => device.Id, device => device.Name)
        );
        var entries = found.Value.Entries;
        await AccountPages.ShowAsync(
            visit,
            path,
            acts is null ? words.Log : words.Staff,
            Html.Of(
                $"""
                <p>{(acts is null ? words.LogHint : words.StaffHint)}</p>
                {(
                    acts is null
                        ? Html.Of($"""<p><a href="{DevicePages.Root}#stolen">{words.SignOutAll}</a></p>""")
                        : Html.None
                )}
                {(
                    entries.Count == 0
                        ? Html.Of($"""<p class="quiet">{words.NoStaff}</p>""")
                        : Html.Of(
                            $"""
                            <table class="log">
                            <thead><tr><th scope="col">{words.What}</th><th scope="col">{words.Who}</th><th scope="col">{words.When}</th></tr></thead>
                            <tbody>
                            {Html.Each(entries, entry => Row(visit, page, entry.Entry))}
                            </tbody>
                            </table>
                            """
                        )
                )}
                {Pages(visit, path, before, entries)}
                """
            )
        );
    }

    private static Html Row(Visit visit, Page page, AuditEntry entry)
    {
        var detail = page.DetailOf(entry, AccountWords.In(visit.Language));
        return Html.Of(
            $"""
            <tr><td>{LogWords.Act(entry.Act, visit.Language)}{(
                detail.Length == 0 ? Html.None : Html.Of($"""<br><span class="quiet">{detail}</span>""")
            )}</td><td>{page.ActorOf(entry, visit.Language)}</td><td>{visit.Reader.MomentOf(
                entry.At
            )}</td></tr>
            """
        );
    }

    private static Html Pages(
        Visit visit,
        string path,
        long before,
        IReadOnlyList<VisibleEntry> entries
    )
    {
        var words = AccountWords.In(visit.Language);
        var older =
            entries is [.., { Number: > 1 } last] && entries.Count == PageEntries
                ? last.Number
                : (long?)null;
        return before == long.MaxValue && older is null
            ? Html.None
            : Html.Of(
                $"""
                <nav aria-label="{visit.Words.Pages}" class="pages">
                {(
                    before == long.MaxValue
                        ? Html.None
                        : Html.Of($"""<a href="{path}">{words.Newest}</a>""")
                )}
                {(
                    older is { } number
                        ? Html.Of($"""<a href="{path}?{Before}={number}" rel="next">{words.Older}</a>""")
                        : Html.None
                )}
                </nav>
                """
            );
    }

    /// <summary>What a page of the log knows beside its entries.</summary>
    private sealed record Page(
        IReadOnlyDictionary<AccountId, string> People,
        IReadOnlyDictionary<DeviceId, string> Devices
    )
    {
        /// <summary>Who did it: by name where the account knows one. Which of the operator's people it was is known to the operator.</summary>
        public string ActorOf(AuditEntry entry, Language language)
        {
            var words = LogWords.Actor(entry.Actor, language);
            var name =
                IdAfter(entry.Actor, AuditActors.Device) is { } device
                    ? Devices.GetValueOrDefault(new(device))
                : IdAfter(entry.Actor, AuditActors.Member) is { } person
                    ? People.GetValueOrDefault(new(person))
                : null;
            return name is null ? words : $"{words}: {name}";
        }

        /// <summary>What else there is to say: names, reasons and paths, never codes alone.</summary>
        public string DetailOf(AuditEntry entry, AccountWords words)
        {
            using var body = JsonDocument.Parse(entry.Body);
            var parts = new List<string?>
            {
                Text("name") ?? DeviceOf(entry),
                Text("path"),
                Text("purpose") switch
                {
                    "serviceDelivery" => words.ForService,
                    "legalObligation" => words.ForLaw,
                    _ => null,
                },
                Text("reference") is { } reference ? $"{words.Reference}: {reference}" : null,
                entry.Act == AuditActs.StandingChanged ? StandingOf(Text("to"), words) : null,
                entry.Act == AuditActs.TermsAccepted ? After(entry.Subject, "terms") : null,
            };
            var actor = IdAfter(entry.Actor, AuditActors.Member);
            parts.AddRange(
                entry
                    .People()
                    .Where(person => person.Value != actor)
                    .Select(person => People.GetValueOrDefault(person))
            );
            return string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));

            string? Text(string name) =>
                body.RootElement.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String
                    ? value.GetString()
                    : null;
        }

        private string? DeviceOf(AuditEntry entry) =>
            IdAfter(entry.Subject, AuditActors.Device) is { } device
                ? Devices.GetValueOrDefault(new(device))
                : null;

        private static string? StandingOf(string? code, AccountWords words) =>
            Enum.TryParse<Standing>(code, ignoreCase: true, out var standing)
                ? standing switch
                {
                    Standing.Active => words.Active,
                    Standing.OverCapacity => words.OverCapacity,
                    Standing.TakeBack => words.TakeBack,
                    Standing.Closed => null,
                }
                : null;

        private static long? IdAfter(string? text, string kind) =>
            long.TryParse(
                After(text, kind),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var id
            )
                ? id
                : null;

        private static string? After(string? text, string kind) =>
            text?.StartsWith(kind + ":", StringComparison.Ordinal) == true
                ? text[(kind.Length + 1)..]
                : null;
    }
}
