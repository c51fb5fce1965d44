using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>The terms: what each version says, which was accepted, and accepting the current one. Whoever was refused because of them comes here, and goes on from here to where they were.</summary>
internal static class TermsPages
{
    /// <summary>Where they are.</summary>
    public const string Path = AccountPages.Root + "/terms";

    private const string To = "to";
    private const string Version = "version";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPage(
            Path,
            (context, visit, session) => ShowAsync(visit, session, context.Request.Query[To])
        );
        routes.MapForm(Path, AccountPages.Root, AcceptAsync);
    }

    /// <summary>The way to the terms for whoever is refused something until they are accepted.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="to">Where to go on then.</param>
    public static Html WayTo(Visit visit, string to) =>
        Html.Of(
            $"""<p><a class="button" href="{Path}?{To}={Uri.EscapeDataString(to)}">{AccountWords.In(visit.Language).ReadTerms}</a></p>"""
        );

    private static async Task ShowAsync(Visit visit, BrowserSession session, string? to)
    {
        var (words, desk) = (AccountWords.In(visit.Language), visit.Get<CustomerDesk>());
        var found = await desk.FindTermsAsync(session.Actor, visit.Stop);
        var account = await desk.FindOverviewAsync(session.Actor, visit.Stop);
        if ((found.Refusal ?? account.Refusal) is { } refusal)
        {
            await visit.ShowAsync(refusal, AccountPages.Root);
            return;
        }
        var open = found.Value.Decision.OpenTerms;
        await AccountPages.ShowAsync(
            visit,
            Path,
            words.Terms,
            found.Value.Versions.Count == 0
                ? Html.Of($"""<p class="quiet">{words.NoTerms}</p>""")
                : Html.Of(
                    $"""
                    {(
                        open is null
                            ? account.Value.AcceptedTerms is null
                                ? Html.None
                                : Html.Of($"""<p class="done" role="status">{words.NowAccepted}</p>""")
                            : Html.Of(
                                $"""<p class="alert">{AccountStanding.SentenceOf(open, found.Value.Decision, visit.Reader)}</p>"""
                            )
                    )}
                    {Html.Each(
                        found.Value.Versions,
                        version => Show(visit, found.Value, version, account.Value.HouseholdOwner, to)
                    )}
                    """
                )
        );
    }

    private static Html Show(
        Visit visit,
        TermsOverview terms,
        TermsVersion version,
        string? owner,
        string? to
    )
    {
        var (words, reader) = (AccountWords.In(visit.Language), visit.Reader);
        var accepted = terms.Acceptances.FirstOrDefault(one => one.Version == version.Version);
        return Html.Of(
            $"""
            <section>
            <h2>{words.TermsVersion(version.Version)}</h2>
            <p class="quiet">{words.Published(reader.DayOf(version.Published))}, {(
                accepted is null
                    ? words.NeverAccepted
                    : words.AcceptedAt(reader.MomentOf(accepted.Accepted))
            )}</p>
            {Text(version.Texts.In(visit.Language) ?? "")}
            {(
                version != terms.Decision.OpenTerms?.Current ? Html.None
                : owner is not null ? Html.Of($"<p>{words.OwnerAccepts(owner)}</p>")
                : Html.Of(
                    $"""
                    {visit.FormTo(Path)}
                    <input type="hidden" name="{Version}" value="{version.Version}">
                    <input type="hidden" name="{To}" value="{to}">
                    <button>{words.Accept}</button>
                    </form>
                    """
                )
            )}
            </section>
            """
        );
    }

    // What they say, in paragraphs, or where that can be read.
    private static Html Text(string text) =>
        text.StartsWith("https://", StringComparison.Ordinal)
        && Uri.IsWellFormedUriString(text, UriKind.Absolute)
            ? Html.Of($"""<p><a href="{text}" rel="noreferrer">{text}</a></p>""")
            : Html.Of(
                $"""<blockquote>{Html.Each(
                    text.Split('\n', StringSplitOptions.RemoveEmptyEntries),
                    paragraph => Html.Of($"<p>{paragraph}</p>")
                )}</blockquote>"""
            );

    private static async Task AcceptAsync(
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var accepted = await visit
            .Get<CustomerDesk>()
            .AcceptTermsAsync(session.Actor, form.One(Version) ?? "", visit.Language, visit.Stop);
        if (accepted.Refusal is { } refusal)
            await visit.ShowAsync(refusal, AccountPages.Root);
        else
            visit.GoTo(SignInPages.LocalPath(form.One(To), otherwise: Path));
    }
}
