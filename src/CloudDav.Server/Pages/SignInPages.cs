using System.Text;
using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>Signing in with name and own password, and out again.</summary>
internal static class SignInPages
{
    public const string SignInPath = "/sign-in";
    public const string SignOutPath = "/sign-out";

    private const string CodePath = SignInPath + "/code";
    private const string Code = "code";
    private const string Ticket = "ticket";
    private const string Name = "name";
    private const string Password = "password";
    private const string To = "to";
    private const int MostShownName = 255;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(SignInPath, ["GET", "HEAD"], ShowAsync);
        routes.MapPost(SignInPath, SignInAsync);
        routes.MapPost(CodePath, GiveCodeAsync);
        routes.MapPost(SignOutPath, SignOutAsync);
    }

    /// <summary>Asks who it is.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="to">Where to go on then.</param>
    /// <param name="name">The name that is filled in already; null for none.</param>
    /// <param name="why">A sentence that says what it is for; null for none.</param>
    /// <param name="problem">What went wrong; null when nothing has.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="retryAfter">When to try again; null when that is of no use.</param>
    public static Task AskAsync(
        Visit visit,
        string to,
        string? name = null,
        string? why = null,
        string? problem = null,
        int status = StatusCodes.Status200OK,
        TimeSpan? retryAfter = null
    )
    {
        var words = visit.Words;
        var form = FormOf(visit, to, name, problem);
        return visit.ShowAsync(
            status,
            words.SignIn,
            Html.Of(
                $"""
                {(why is null ? Html.None : Html.Of($"<p>{why}</p>"))}
                {(
                    problem is null
                        ? Html.None
                        : Html.Of($"""<p class="alert" role="alert" id="problem">{problem}</p>""")
                )}
                {(ProviderPages.WayIn(visit, to) is { } provider
                    ? Html.Of(
                        $"""
                        {provider}
                        <details{(name is null && problem is null ? Html.None : Html.Of($" open"))}>
                        <summary>{SignInWords.In(visit.Language).OwnPassword}</summary>
                        {form}
                        </details>
                        """
                    )
                    : form)}
                """
            ),
            retryAfter
        );
    }

    /// <summary>The way out, as a form of its own.</summary>
    public static Html SignOutForm(Visit visit, string label, string to) =>
        Html.Of(
            $"""
            {visit.FormTo(SignOutPath)}
            <input type="hidden" name="{To}" value="{to}">
            <button class="second">{label}</button>
            </form>
            """
        );

    private static Html FormOf(Visit visit, string to, string? name, string? problem)
    {
        var words = visit.Words;
        return Html.Of(
            $"""
            {visit.FormTo(SignInPath)}
            <input type="hidden" name="{To}" value="{to}">
            <label for="{Name}">{words.Name}</label>
            <input id="{Name}" name="{Name}" value="{Shown(
                name
            )}" autocomplete="username" autocapitalize="none" spellcheck="false" required{Described(
                problem
            )}>
            <label for="{Password}">{words.Password}</label>
            <input id="{Password}" name="{Password}" type="password" autocomplete="current-password" required{Described(
                problem
            )}>
            <button>{words.SignIn}</button>
            </form>
            """
        );
    }

    private static async Task ShowAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is { } session)
            await visit.ShowAsync(
                StatusCodes.Status200OK,
                "CloudDav",
                Html.Of(
                    $"""
                    <p>{visit.Words.SignedInAs(session.Actor.Name)}</p>
                    <p><a class="button" href="{FilePages.Root}">{visit.Words.Files}</a></p>
                    {SignOutForm(visit, visit.Words.SignOut, SignInPath)}
                    """
                )
            );
        else
            await AskAsync(visit, FilePages.Root);
    }

    private static async Task SignInAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (await visit.ReadFormAsync() is not { } form)
        {
            await AskAsync(
                visit,
                SignInPath,
                problem: visit.TooOld,
                status: StatusCodes.Status403Forbidden
            );
            return;
        }
        var to = LocalPath(form.One(To));
        var name = form.One(Name) ?? "";
        var found = await visit
            .Get<SignIn>()
            .FindPersonAsync(
                context,
                new Credentials.Basic(
                    Encoding.UTF8.GetBytes(name),
                    Encoding.UTF8.GetBytes(form.One(Password) ?? "")
                )
            );
        if (found is { IsSuccess: true, Value: { TakesCode: true, Actor: var person } })
        {
            var ticket = visit.Get<SecondFactorDesk>().TicketFor(person, visit.GiveSecret());
            await AskCodeAsync(visit, ticket, to, problem: null);
            return;
        }
        var begun = found.Refusal is { } wrong ? wrong : await BeginAsync(visit, found.Value.Actor);
        if (begun.Refusal is not { } refusal)
        {
            await visit.SignInAsync(begun.Value);
            visit.GoTo(to);
            return;
        }
        var told = visit.Tell(refusal);
        switch (refusal.Rule)
        {
            case RefusalRule.SignedOut:
                await AskAgainAsync(visit.Words.WrongPassword, StatusCodes.Status403Forbidden);
                break;
            case RefusalRule.OwnSignInRequired:
                await AskAgainAsync(visit.Words.AppPasswordNotHere, told.Row.Status);
                break;
            case RefusalRule.TooManyTries:
                var wait = told.Row.RetryAfter!.Value;
                await AskAgainAsync(
                    visit.Words.TooManyTries((long)Math.Ceiling(wait.TotalMinutes)),
                    told.Row.Status,
                    wait
                );
                break;
            case RefusalRule.SignInBusy:
                await AskAgainAsync(told.Text, told.Row.Status, told.Row.RetryAfter);
                break;
            default:
                await visit.ShowAsync(refusal);
                break;
        }

        Task AskAgainAsync(string problem, int status, TimeSpan? retryAfter = null) =>
            AskAsync(visit, to, name, problem: problem, status: status, retryAfter: retryAfter);
    }

    private static async Task GiveCodeAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        var form = await visit.ReadFormAsync();
        var to = LocalPath(form?.One(To));
        if (form is null)
        {
            await AskAsync(
                visit,
                to,
                problem: visit.TooOld,
                status: StatusCodes.Status403Forbidden
            );
            return;
        }
        var ticket = form.One(Ticket) ?? "";
        var begun = await visit
            .Get<SecondFactorDesk>()
            .SignInAsync(ticket, visit.Secret, form.One(Code), visit.Place, visit.Stop);
        if (begun.Refusal is not { } refusal)
        {
            await visit.SignInAsync(begun.Value);
            visit.GoTo(to);
        }
        else if (refusal.Rule == RefusalRule.SignedOut)
            await AskAsync(
                visit,
                to,
                problem: visit.TooOld,
                status: StatusCodes.Status403Forbidden
            );
        else if (SecurityPages.ProblemOf(visit, refusal) is { } problem)
            await AskCodeAsync(visit, ticket, to, problem, visit.Tell(refusal).Row);
        else
            await visit.ShowAsync(refusal);
    }

    private static Task AskCodeAsync(
        Visit visit,
        string ticket,
        string to,
        string? problem,
        Refusals.RefusalRow? row = null
    )
    {
        var words = SignInWords.In(visit.Language);
        return visit.ShowAsync(
            problem is null ? StatusCodes.Status200OK
                : row?.RetryAfter is null ? StatusCodes.Status403Forbidden
                : row.Status,
            words.SecondFactor,
            Html.Of(
                $"""
                {(
                    problem is null
                        ? Html.None
                        : Html.Of($"""<p class="alert" role="alert" id="problem">{problem}</p>""")
                )}
                {visit.FormTo(CodePath)}
                <input type="hidden" name="{To}" value="{to}">
                <input type="hidden" name="{Ticket}" value="{ticket}">
                {SecurityPages.CodeField(words)}
                <button>{visit.Words.SignIn}</button>
                </form>
                <p><a href="{SignInPath}">{visit.Words.Back}</a></p>
                """
            ),
            row?.RetryAfter
        );
    }

    private static async Task SignOutAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is not null && await visit.ReadFormAsync() is { } form)
        {
            var to = LocalPath(form.One(To));
            await visit.SignOutAsync();
            if (
                visit.Session.Way != SignInWay.Provider
                || !await ProviderPages.LeaveAsync(visit, to)
            )
                visit.GoTo(to);
            return;
        }
        // Nothing to be done, or a form of long ago: the page shows how it stands.
        visit.GoTo(SignInPath);
    }

    // What is remembered of a password may be older than a change of it, which is found out here.
    private static async ValueTask<VaultResult<SecretToken>> BeginAsync(Visit visit, Actor actor)
    {
        var begun = await visit.BeginAsync(actor);
        if (begun.Refusal is { Rule: RefusalRule.SignedOut })
            visit.Get<SignInDesk>().Forget(actor);
        return begun;
    }

    /// <summary>An address within this site and nowhere else: what follows a second slash would be another host.</summary>
    public static string LocalPath(string? to, string otherwise = FilePages.Root) =>
        to is ['/', not ('/' or '\\'), ..]
        && to.Length <= 512
        && to.All(character => character is > ' ' and <= '~' and not '\\')
            ? to
            : otherwise;

    private static Html Described(string? problem) =>
        problem is null
            ? Html.None
            : Html.Of($""" aria-describedby="problem" aria-invalid="true" """);

    private static string Shown(string? name) =>
        name is null ? ""
        : name.Length <= MostShownName ? name
        : name[..MostShownName];
}
