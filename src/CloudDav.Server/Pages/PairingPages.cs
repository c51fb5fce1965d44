using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>
/// Where a person types in the code that their TV shows, reads which set it is, and lets it in or does not (RFC 8628). Nothing is looked up before they have signed in, and nothing is granted but by a form of
/// the page.
/// </summary>
internal static class PairingPages
{
    public const string Path = "/pair";

    private const string Code = "code";
    private const string Answer = "answer";
    private const string Yes = "grant";
    private const int MostCode = 32;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Path, ["GET", "HEAD"], AskCodeAsync);
        routes.MapMethods(Path + "/{code}", ["GET", "HEAD"], ShowAsync);
        routes.MapPost(Path + "/{code}", AnswerAsync);
    }

    private static async Task AskCodeAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        var typed = context.Request.Query[Code].ToString().Trim();
        if (typed.Length is > 0 and <= MostCode)
            visit.GoTo($"{Path}/{Uri.EscapeDataString(typed)}");
        else if (visit.Session is null)
            await SignInPages.AskAsync(visit, Path, why: visit.Words.TvSignInFirst);
        else
            await AskCodeAsync(visit);
    }

    private static async Task ShowAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is not { } session)
        {
            await SignInPages.AskAsync(
                visit,
                Path + "/" + Uri.EscapeDataString(CodeOf(context)),
                why: visit.Words.TvSignInFirst
            );
            return;
        }
        var found = await Desk(context)
            .FindAsync(session.Actor, CodeOf(context), AddressOf(context), visit.Stop);
        if (found.IsSuccess)
            await AskAsync(visit, found.Value, session.Actor, CodeOf(context));
        else
            await RefuseAsync(visit, found.Refusal!);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is not { } session || await visit.ReadFormAsync() is not { } form)
        {
            // Signed out meanwhile, or not from our page: it is asked again, and nothing was granted.
            await ShowAsync(context);
            return;
        }
        var (actor, code, address) = (session.Actor, CodeOf(context), AddressOf(context));
        var isGranted = form.One(Answer) == Yes;
        var answered = isGranted
            ? await Desk(context).GrantAsync(actor, code, address, visit.Stop)
            : await Desk(context).RefuseAsync(actor, code, address, visit.Stop);
        if (answered.Refusal is { } refusal)
            await RefuseAsync(visit, refusal);
        else
            await visit.ShowAsync(
                StatusCodes.Status200OK,
                isGranted ? visit.Words.TvConnected : visit.Words.NotConnected,
                Html.Of(
                    $"<p>{(isGranted ? visit.Words.TvConnectedText : visit.Words.TvNotConnectedText)}</p>"
                )
            );
    }

    private static Task AskCodeAsync(
        Visit visit,
        string? problem = null,
        int status = StatusCodes.Status200OK
    ) =>
        visit.ShowAsync(
            status,
            visit.Words.TvConnect,
            Html.Of(
                $"""
                {(
                    problem is null
                        ? Html.None
                        : Html.Of($"""<p class="alert" role="alert" id="problem">{problem}</p>""")
                )}
                <form method="get" action="{Path}">
                <label for="{Code}">{visit.Words.TvCode}</label>
                <input id="{Code}" name="{Code}" maxlength="{MostCode}" autocomplete="off" autocapitalize="characters" spellcheck="false" required>
                <button>{visit.Words.TvGoOn}</button>
                </form>
                """
            )
        );

    private static Task AskAsync(Visit visit, TvPairing pairing, Actor actor, string code)
    {
        var words = visit.Words;
        var path = Path + "/" + Uri.EscapeDataString(code);
        _ = TvUserCode.TryParse(code, out var shown);
        return visit.ShowAsync(
            StatusCodes.Status200OK,
            words.TvConnect,
            Html.Of(
                $"""
                <p>{words.TvQuestion}</p>
                <dl>
                <dt>{words.Tv}</dt><dd>{pairing.Name}</dd>
                <dt>{words.TvCode}</dt><dd>{shown.Reveal()}</dd>
                <dt>{words.Address}</dt><dd>{pairing.Address}</dd>
                <dt>{words.Time}</dt><dd>{visit.Reader.MomentOf(pairing.Created)}</dd>
                <dt>{words.Account}</dt><dd>{actor.Name}</dd>
                </dl>
                <p class="quiet">{words.TvWarning}</p>
                {visit.FormTo(path)}
                <button name="{Answer}" value="{Yes}">{words.Grant}</button>
                <button name="{Answer}" value="refuse" class="second">{words.Refuse}</button>
                </form>
                {SignInPages.SignOutForm(visit, words.NotYou, path)}
                """
            )
        );
    }

    private static Task RefuseAsync(Visit visit, Refusal refusal) =>
        refusal.Rule == RefusalRule.LinkNotValid
            ? AskCodeAsync(visit, visit.Words.TvCodeWrong, StatusCodes.Status403Forbidden)
            : visit.ShowAsync(refusal);

    private static TvDesk Desk(HttpContext context) =>
        context.RequestServices.GetRequiredService<TvDesk>();

    private static string AddressOf(HttpContext context) =>
        SignIn.AddressOf(context.Connection.RemoteIpAddress);

    private static string CodeOf(HttpContext context) => (string)context.Request.RouteValues[Code]!;
}
