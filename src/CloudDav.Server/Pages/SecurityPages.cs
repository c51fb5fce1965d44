using System.Text;
using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>
/// How somebody signs in, in a browser: where they are signed in, their own password, and its second factor. What changes it takes who has just shown that it is them
/// (<see cref="SessionDesk.RefusesStale"/>), and asks for that where it is not so.
/// </summary>
internal static class SecurityPages
{
    /// <summary>Where it is.</summary>
    public const string Root = "/security";

    /// <summary>Where somebody shows once more that it is them.</summary>
    public const string AgainPath = Root + "/again";

    private const string FactorPath = Root + "/second-factor";
    private const string Act = "act";
    private const string Which = "session";
    private const string Password = "password";
    private const string Code = "code";
    private const string To = "to";

    private static readonly (string Mark, string Name)[] s_browsers =
    [
        ("Firefox/", "Firefox"),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] s_systems =
    [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];

    /// <summary>Where somebody shows once more that it is them, and goes on from there.</summary>
    public static string AgainTo(string to) => $"{AgainPath}?{To}={Uri.EscapeDataString(to)}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(
            Root,
            ["GET", "HEAD"],
            context => Visit.OpenAsync(context, Root, ShowAsync)
        );
        routes.MapForm(Root, Root, ChangeAsync);
        routes.MapMethods(
            FactorPath,
            ["GET", "HEAD"],
            context => Visit.OpenAsync(context, FactorPath, ShowFactorAsync)
        );
        routes.MapForm(FactorPath, Root, ChangeFactorAsync);
        routes.MapMethods(
            AgainPath,
            ["GET", "HEAD"],
            context =>
                Visit.OpenAsync(
                    context,
                    AgainPath,
                    (visit, session) =>
                        AskAgainAsync(
                            visit,
                            session,
                            SignInPages.LocalPath(context.Request.Query[To], Root)
                        )
                )
        );
        routes.MapPost(
            AgainPath,
            context =>
                Visit.TakeAsync(
                    context,
                    Root,
                    AgainPath,
                    (visit, session, form) => TakeProofAsync(context, visit, session, form)
                )
        );
    }

    /// <summary>Asks somebody who is signed in to show once more that it is them, and leads on then.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="session">Who is signed in.</param>
    /// <param name="to">Where to go on.</param>
    /// <param name="problem">What went wrong; null when nothing has.</param>
    /// <param name="status">The answer's status.</param>
    public static async Task AskAgainAsync(
        Visit visit,
        BrowserSession session,
        string to,
        string? problem = null,
        int status = StatusCodes.Status200OK
    )
    {
        var found = await visit.Get<SecondFactorDesk>().FindAsync(session, visit.Stop);
        if (found.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, AccountPages.Root);
            return;
        }
        var words = SignInWords.In(visit.Language);
        var own = found.Value;
        await visit.ShowAsync(
            status,
            words.Again,
            Html.Of(
                $"""
                <p>{words.AgainWhy}</p>
                {Problem(problem)}
                {ProviderPages.WayIn(visit, to, isAgain: true) ?? Html.None}
                {(
                    own.HasPassword
                        ? Html.Of(
                            $"""
                            {visit.FormTo(AgainPath)}
                            <input type="hidden" name="{To}" value="{to}">
                            <input type="hidden" name="username" value="{session.Actor.Name}">
                            <label for="{Password}">{visit.Words.Password}</label>
                            <input id="{Password}" name="{Password}" type="password" autocomplete="current-password" required>
                            {(own.HasSecondFactor ? CodeField(words) : Html.None)}
                            <button>{words.GoOn}</button>
                            </form>
                            """
                        )
                        : Html.None
                )}
                <p><a href="{AccountPages.Root}">{visit.Words.Back}</a></p>
                """
            )
        );
    }

    /// <summary>A field for a code of the second factor.</summary>
    public static Html CodeField(SignInWords words) =>
        Html.Of(
            $"""
            <label for="{Code}">{words.Code}</label>
            <input id="{Code}" name="{Code}" inputmode="text" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="32" required aria-describedby="{Code}-hint">
            <p class="quiet" id="{Code}-hint">{words.CodeHint}</p>
            """
        );

    /// <summary>What is wrong with what was given, in words for the person; null when it is a refusal that no field is wrong for.</summary>
    public static string? ProblemOf(Visit visit, Refusal refusal) =>
        refusal.Rule switch
        {
            RefusalRule.SignedOut => visit.Words.WrongPassword,
            RefusalRule.InvalidInput => SignInWords.In(visit.Language).CodeWrong,
            RefusalRule.TooManyTries => visit.Words.TooManyTries(
                (long)
                    Math.Ceiling(
                        (visit.Tell(refusal).Row.RetryAfter ?? TimeSpan.FromMinutes(1)).TotalMinutes
                    )
            ),
            RefusalRule.SignInBusy => visit.Tell(refusal).Text,
            _ => null,
        };

    private static async Task ShowAsync(Visit visit, BrowserSession session)
    {
        var sessions = await visit.Get<SessionDesk>().ListAsync(session.Actor, visit.Stop);
        var own = await visit.Get<SecondFactorDesk>().FindAsync(session, visit.Stop);
        if ((sessions.Refusal ?? own.Refusal) is { } refusal)
        {
            await visit.ShowAsync(refusal, AccountPages.Root);
            return;
        }
        var words = SignInWords.In(visit.Language);
        await AccountPages.ShowAsync(
            visit,
            Root,
            words.Security,
            Html.Of(
                $"""
                <h2>{words.Sessions}</h2>
                <ul class="list">
                {Html.Each(sessions.Value, one => Row(visit, one, one.Id == session.Id))}
                </ul>
                {(
                    sessions.Value.Length > 1
                        ? Button(visit, "others", session.Id, words.EndOthers, words.EndOthers)
                        : Html.None
                )}
                <p class="quiet">{words.SessionsHint} <a href="{DevicePages.Root}#stolen">{words.SignOutAll}</a></p>
                {(own.Value.HasPassword ? OwnPassword(visit, own.Value) : Html.Of(
                    $"""
                    <h2>{visit.Words.Password}</h2>
                    <p>{words.ProviderKeeps}</p>
                    """
                ))}
                """
            )
        );
    }

    private static Html Row(Visit visit, BrowserSession session, bool isThis)
    {
        var (words, reader) = (SignInWords.In(visit.Language), visit.Reader);
        var name = BrowserOf(session.Agent) ?? words.UnknownBrowser;
        return Html.Of(
            $"""
            <li><span><b>{name}</b>{(isThis ? Html.Of($" <b class=\"quiet\">{words.ThisOne}</b>") : Html.None)} <span class="quiet">{session.Address}, {words.Since(
                reader.MomentOf(session.Created)
            )}, {visit.Words.LastUsed(reader.MomentOf(session.LastUsed))}</span></span>
            {(
                isThis
                    ? Html.None
                    : Button(visit, "end", session.Id, visit.Words.SignOut, words.EndOf(name))
            )}</li>
            """
        );
    }

    // By what they are known; each says that it is several of the others, and itself first in this order.
    private static string? BrowserOf(string agent)
    {
        var name = s_browsers.FirstOrDefault(one => Says(one.Mark)).Name;
        var system = s_systems.FirstOrDefault(one => Says(one.Mark)).Name;
        return name is null ? (agent.Length > 0 ? agent : null)
            : system is null ? name
            : $"{name}, {system}";

        bool Says(string mark) => agent.Contains(mark, StringComparison.Ordinal);
    }

    private static Html Button(
        Visit visit,
        string act,
        SessionId which,
        string text,
        string label
    ) =>
        Html.Of(
            $"""
            {visit.FormTo(Root)}
            <input type="hidden" name="{Act}" value="{act}">
            <input type="hidden" name="{Which}" value="{which.Value}">
            <button class="second" aria-label="{label}">{text}</button>
            </form>
            """
        );

    private static Html OwnPassword(Visit visit, OwnSignIn own)
    {
        var words = SignInWords.In(visit.Language);
        return Html.Of(
            $"""
            <h2>{words.SecondFactor}</h2>
            <p>{(own.HasSecondFactor ? words.FactorOn(own.RecoveryCodes) : words.FactorOff)}</p>
            <p><a class="button" href="{FactorPath}">{(
                own.HasSecondFactor ? words.FactorChange : words.FactorSetUp
            )}</a></p>
            <h2>{words.ChangePassword}</h2>
            <p>{words.ChangePasswordHint}</p>
            {visit.FormTo(Root)}
            <input type="hidden" name="{Act}" value="{Password}">
            <label for="{Password}">{visit.Words.NewPassword}</label>
            <input id="{Password}" name="{Password}" type="password" autocomplete="new-password" minlength="{Vault.OwnPassword.MinLength}" required>
            <button>{words.ChangePassword}</button>
            </form>
            """
        );
    }

    private static async Task ShowFactorAsync(Visit visit, BrowserSession session)
    {
        // Its key may be on it.
        if (visit.Get<SessionDesk>().RefusesStale(session) is not null)
            await AskAgainAsync(visit, session, FactorPath);
        else
            await ShowFactorAsync(visit, session, problem: null);
    }

    private static async Task ShowFactorAsync(Visit visit, BrowserSession session, string? problem)
    {
        var found = await visit.Get<SecondFactorDesk>().FindAsync(session, visit.Stop);
        if (found.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, AccountPages.Root);
            return;
        }
        var (words, own) = (SignInWords.In(visit.Language), found.Value);
        await visit.ShowAsync(
            problem is null ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden,
            words.SecondFactor,
            Html.Of(
                $"""
                {Problem(problem)}
                {(
                    !own.HasPassword ? Html.Of($"<p>{words.ProviderKeeps}</p>")
                    : own.HasSecondFactor ? Change(visit, own)
                    : own.Key is { } key ? Confirm(visit, session.Actor.Name, key)
                    : Prepare(visit)
                )}
                <p><a href="{Root}">{visit.Words.Back}</a></p>
                """
            )
        );
    }

    private static Html Prepare(Visit visit)
    {
        var words = SignInWords.In(visit.Language);
        return Html.Of(
            $"""
            <p>{words.FactorWhat}</p>
            <p>{words.FactorPrograms}</p>
            {FormOf(visit, "prepare")}
            <button>{words.GoOn}</button>
            </form>
            """
        );
    }

    private static Html Confirm(Visit visit, string name, string key)
    {
        var words = SignInWords.In(visit.Language);
        var service = visit.Get<IOptions<PagesOptions>>().Value.ServiceName;
        var address =
            $"otpauth://totp/{Uri.EscapeDataString(service)}:{Uri.EscapeDataString(name)}?secret={key}&issuer={Uri.EscapeDataString(service)}";
        return Html.Of(
            $"""
            <p>{words.ScanThis}</p>
            {QrCode.Of(address, words.QrLabel)}
            <dl>
            <dt>{words.KeyAsText}</dt><dd><code>{Spaced(key)}</code></dd>
            <dt>{visit.Words.Account}</dt><dd>{name}</dd>
            </dl>
            <p><a href="{address}">{words.OpenInApp}</a></p>
            {FormOf(visit, "confirm")}
            <label for="{Code}">{words.FirstCode}</label>
            <input id="{Code}" name="{Code}" inputmode="numeric" autocomplete="one-time-code" maxlength="16" required>
            <button>{words.TurnOn}</button>
            </form>
            """
        );
    }

    private static Html Change(Visit visit, OwnSignIn own)
    {
        var words = SignInWords.In(visit.Language);
        return Html.Of(
            $"""
            <p>{words.FactorOn(own.RecoveryCodes)}</p>
            <p>{words.ChangeWithCode}</p>
            {FormOf(visit, null)}
            {CodeField(words)}
            <button name="{Act}" value="renew">{words.RenewCodes}</button>
            <button name="{Act}" value="remove" class="second">{words.TurnOff}</button>
            </form>
            """
        );
    }

    private static Html FormOf(Visit visit, string? act) =>
        act is null
            ? visit.FormTo(FactorPath)
            : Html.Of(
                $"""
                {visit.FormTo(FactorPath)}
                <input type="hidden" name="{Act}" value="{act}">
                """
            );

    // In groups of four, as people read it out.
    private static string Spaced(string key) =>
        string.Join(' ', key.Chunk(4).Select(group => new string(group)));

    private static Html Problem(string? problem) =>
        problem is null
            ? Html.None
            : Html.Of($"""<p class="alert" role="alert" id="problem">{problem}</p>""");

    private static async Task ChangeAsync(
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var desk = visit.Get<SessionDesk>();
        Refusal? refused = null;
        switch (form.One(Act))
        {
            case "end" when form.Number(Which) is { } ended:
                refused = (await desk.EndAsync(session, new SessionId(ended), visit.Stop)).Refusal;
                break;
            case "others":
                refused = (await desk.EndAsync(session, ended: null, visit.Stop)).Refusal;
                break;
            case Password:
                refused = await ChangePasswordAsync(visit, session, form.One(Password) ?? "");
                break;
        }
        if (refused is { Rule: RefusalRule.FreshSignInRequired })
            await AskAgainAsync(visit, session, Root);
        else if (refused is not null)
            await visit.ShowAsync(refused, AccountPages.Root);
        else
            visit.GoTo(Root);
    }

    private static async ValueTask<Refusal?> ChangePasswordAsync(
        Visit visit,
        BrowserSession session,
        string chosen
    )
    {
        var desk = visit.Get<SessionDesk>();
        // Before the slow hash.
        if (desk.RefusesStale(session) is { } stale)
            return stale;
        if (!Vault.OwnPassword.IsAllowed(chosen))
            return new Refusal(RefusalRule.InvalidInput) { Field = Password };
        if (await visit.Get<SignInDesk>().HashAsync(chosen, visit.Stop) is not { } hash)
            return new Refusal(RefusalRule.SignInBusy);
        var changed = await desk.ChangePasswordAsync(
            session,
            hash,
            visit.Place,
            CancellationToken.None
        );
        if (changed.IsSuccess)
            await visit.SignInAsync(changed.Value);
        return changed.Refusal;
    }

    private static async Task ChangeFactorAsync(
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var desk = visit.Get<SecondFactorDesk>();
        var words = SignInWords.In(visit.Language);
        Refusal? refused = null;
        switch (form.One(Act))
        {
            case "prepare":
                refused = (await desk.PrepareAsync(session, visit.Stop)).Refusal;
                break;
            case "confirm":
                var confirmed = await desk.ConfirmAsync(
                    session,
                    form.One(Code),
                    visit.Place,
                    visit.Stop
                );
                refused = confirmed.Refusal;
                if (refused is null)
                {
                    await visit.SignInAsync(confirmed.Value.Session);
                    await ShowCodesAsync(visit, words.TurnedOn, confirmed.Value.RecoveryCodes);
                    return;
                }
                break;
            case "renew":
                var renewed = await desk.RenewCodesAsync(
                    session,
                    form.One(Code),
                    visit.Place,
                    visit.Stop
                );
                refused = renewed.Refusal;
                if (refused is null)
                {
                    await ShowCodesAsync(visit, words.NewCodes, renewed.Value);
                    return;
                }
                break;
            case "remove":
                var removed = await desk.RemoveAsync(
                    session,
                    form.One(Code),
                    visit.Place,
                    visit.Stop
                );
                refused = removed.Refusal;
                if (refused is null)
                {
                    await visit.SignInAsync(removed.Value);
                    visit.GoTo(Root);
                    return;
                }
                break;
        }
        if (refused is null)
            visit.GoTo(FactorPath);
        else if (refused.Rule == RefusalRule.FreshSignInRequired)
            await AskAgainAsync(visit, session, FactorPath);
        else if (ProblemOf(visit, refused) is { } problem)
            await ShowFactorAsync(visit, session, problem);
        else
            await visit.ShowAsync(refused, AccountPages.Root);
    }

    // The only time that they are seen.
    private static Task ShowCodesAsync(Visit visit, string title, IReadOnlyList<string> codes)
    {
        var words = SignInWords.In(visit.Language);
        return visit.ShowAsync(
            StatusCodes.Status200OK,
            title,
            Html.Of(
                $"""
                <p>{words.CodesWhat}</p>
                <ul class="codes">
                {Html.Each(codes, code => Html.Of($"<li><code>{code}</code></li>"))}
                </ul>
                <p class="alert">{words.CodesOnce}</p>
                <p><a class="button" href="{Root}">{words.CodesKept}</a></p>
                """
            )
        );
    }

    private static async Task TakeProofAsync(
        HttpContext context,
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var to = SignInPages.LocalPath(form.One(To), Root);
        var refused = await ProveAsync(context, visit, session, form);
        if (refused is null)
            visit.GoTo(to);
        else if (ProblemOf(visit, refused) is { } problem)
            await AskAgainAsync(visit, session, to, problem, StatusCodes.Status403Forbidden);
        else
            await visit.ShowAsync(refused, AccountPages.Root);
    }

    private static async ValueTask<Refusal?> ProveAsync(
        HttpContext context,
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var found = await visit
            .Get<SignIn>()
            .FindPersonAsync(
                context,
                new Credentials.Basic(
                    Encoding.UTF8.GetBytes(session.Actor.Name),
                    Encoding.UTF8.GetBytes(form.One(Password) ?? "")
                )
            );
        if (found.Refusal is { } wrong)
            return wrong;
        // An app password is no proof.
        if (found.Value.Actor != session.Actor)
            return new Refusal(RefusalRule.SignedOut);
        return found.Value.TakesCode
            ? (
                await visit
                    .Get<SecondFactorDesk>()
                    .ProveAsync(session, form.One(Code), visit.Place, visit.Stop)
            ).Refusal
            : (await visit.Get<SessionDesk>().ProveAsync(session, visit.Stop)).Refusal;
    }
}
