using System.Globalization;
using System.Text;
using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>A browser's request for a page: who is signed in, in which language they read, and what they are shown.</summary>
internal sealed class Visit
{
    private const string SessionCookie = "clouddav-session";
    private const string FormCookie = "clouddav-form";

    private readonly HttpContext _context;
    private string? _sessionToken;
    private string? _formToken;

    private Visit(HttpContext context)
    {
        _context = context;
        Language = Reader.LanguageOf(context.Request.Headers.AcceptLanguage, account: null);
        Words = PageWords.In(Language);
        Reader = Get<RefusalDesk>().ReaderOf(context);
        _formToken = context.Request.Cookies[CookieOf(FormCookie)];
    }

    /// <summary>The language of the page.</summary>
    public Language Language { get; }

    /// <summary>Its words.</summary>
    public PageWords Words { get; }

    /// <summary>Whom the page is shown to.</summary>
    public Reader Reader { get; }

    /// <summary>Who is signed in; null when nobody is.</summary>
    public BrowserSession? Session { get; private set; }

    /// <summary>Stops what nobody waits for any more.</summary>
    public CancellationToken Stop => _context.RequestAborted;

    /// <summary>Where the browser is, as it is shown.</summary>
    public string ShownAddress => SignIn.ShownAddressOf(_context.Connection.RemoteIpAddress);

    /// <summary>The browser, for who signs in with it.</summary>
    public BrowserPlace Place =>
        new(Agent, ShownAddress, SignIn.AddressOf(_context.Connection.RemoteIpAddress));

    /// <summary>What the browser calls itself.</summary>
    public string Agent => _context.Request.Headers.UserAgent.ToString();

    /// <summary>The path that was asked for.</summary>
    public string Path => _context.Request.Path.Value!;

    /// <summary>Finds out who comes.</summary>
    public static async ValueTask<Visit> OpenAsync(HttpContext context)
    {
        var visit = new Visit(context);
        if (context.Request.Cookies[visit.CookieOf(SessionCookie)] is { Length: > 0 } token)
        {
            visit.Session = await visit.Get<SessionDesk>().FindAsync(token, visit.Stop);
            if (visit.Session is not null)
                visit._sessionToken = token;
        }
        return visit;
    }

    /// <summary>Opens a page for who is signed in, or asks who it is and leads there then.</summary>
    /// <param name="context">The request.</param>
    /// <param name="to">The page's address.</param>
    /// <param name="show">Shows it.</param>
    public static async Task OpenAsync(
        HttpContext context,
        string to,
        Func<Visit, BrowserSession, Task> show
    )
    {
        var visit = await OpenAsync(context);
        if (visit.Session is { } session)
            await show(visit, session);
        else if (visit.IsScript)
            await visit.ShowAsync(new Refusal(RefusalRule.SignedOut));
        else
            await SignInPages.AskAsync(visit, to);
    }

    /// <summary>
    /// Takes a form from who is signed in. Whoever is no longer, is asked who it is and comes to the page then; a form of a page that stood open for too long, or that is none of ours, is refused.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="area">The address of the area the page belongs to.</param>
    /// <param name="page">The page's address.</param>
    /// <param name="take">Does what it asks for.</param>
    /// <param name="mostFields">How many fields it may have.</param>
    public static async Task TakeAsync(
        HttpContext context,
        string area,
        string page,
        Func<Visit, BrowserSession, IReadOnlyDictionary<string, StringValues>, Task> take,
        int mostFields = SmallForm.MostFields
    )
    {
        var visit = await OpenAsync(context);
        if (visit.Session is not { } session)
            await visit.AskAgainAsync(page);
        else if (await visit.ReadFormAsync(mostFields) is { } form)
            await take(visit, session, form);
        else
            await visit.ShowAsync(new Refusal(RefusalRule.PageTooOld), area, page);
    }

    /// <summary>Says that nobody is signed in any more, whose form it is, and asks who it is; leads to its page then.</summary>
    /// <param name="page">The page's address.</param>
    public Task AskAgainAsync(string page)
    {
        var refusal = new Refusal(RefusalRule.SignedOut);
        return IsScript
            ? ShowAsync(refusal)
            : SignInPages.AskAsync(
                this,
                page,
                why: Tell(refusal).Text,
                status: StatusCodes.Status403Forbidden
            );
    }

    /// <summary>Opens a page for whoever comes: who is signed in in the browser is of no account there, and is not looked at.</summary>
    public static Visit OfAnybody(HttpContext context) => new(context);

    /// <summary>The own vault of who is signed in.</summary>
    public VaultSession Own(BrowserSession session) =>
        Get<VaultParts>()
            .Vaults.Open(session.Actor, new Vault.SessionOptions { Door = Door.Browser });

    /// <summary>The tree of who is signed in: the own vault, and what others share hanging in it.</summary>
    public VaultTree TreeOf(BrowserSession session) =>
        Get<VaultParts>()
            .Vaults.OpenTree(session.Actor, new Vault.SessionOptions { Door = Door.Browser });

    /// <summary>A service of the server's.</summary>
    public T Get<T>()
        where T : notnull => _context.RequestServices.GetRequiredService<T>();

    /// <summary>A service that is there when the settings ask for it; null when they do not.</summary>
    public T? Find<T>()
        where T : class => _context.RequestServices.GetService<T>();

    /// <summary>An address of this server, as the browser knows it.</summary>
    public string FullAddressOf(string path) =>
        $"{_context.Request.Scheme}://{_context.Request.Host}{path}";

    /// <summary>What this browser alone has: the cookie of its session, or of the visit where nobody has signed in. Null when it has neither.</summary>
    public string? Secret => _sessionToken ?? _formToken;

    /// <summary>The same; one is given to a browser that has neither.</summary>
    public string GiveSecret() => Cookie();

    /// <summary>Opens a form that is posted to an address here; a form of the page ends with <c>&lt;/form&gt;</c>.</summary>
    public Html FormTo(string action) =>
        Html.Of(
            $"""
            <form method="post" action="{action}">
            {Guard()}
            """
        );

    /// <summary>The field by which a form is known as one of ours.</summary>
    public Html Guard() =>
        Html.Of(
            $"""<input type="hidden" name="{FormGuard.Field}" value="{Get<FormGuard>().ProofFor(Cookie())}">"""
        );

    /// <summary>Opens a form for files, which are sent to an address here.</summary>
    public Html UploadTo(string action) =>
        Html.Of(
            $"""
            <form method="post" enctype="multipart/form-data" action="{action}">
            {Guard()}
            """
        );

    /// <summary>
    /// Whether a module of ours asks in the name of a page, and says so in its <c>Accept</c>: it is told what became of a form by 204 with the address that would be shown next, and what is refused as a problem
    /// (RFC 9457).
    /// </summary>
    public bool IsScript => _context.Request.Headers.Accept == "application/json";

    /// <summary>Whether a form came from a page of ours, by what its guard says.</summary>
    public bool IsOfOurs(string? guard) =>
        !SameOrigin.IsForged(_context.Request)
        && Secret is { } cookie
        && Get<FormGuard>().Proves(guard, cookie);

    /// <summary>The fields of a form that was filled in on a page of ours; null when it was not, or too long ago.</summary>
    /// <param name="mostFields">How many fields it may have.</param>
    public async ValueTask<IReadOnlyDictionary<string, StringValues>?> ReadFormAsync(
        int mostFields = SmallForm.MostFields
    ) =>
        await SmallForm.ReadAsync(_context.Request, mostFields) is { } form
        && IsOfOurs(form.One(FormGuard.Field))
            ? form
            : null;

    /// <summary>Begins a session for who has given their own password just now. Refuses when it was changed meanwhile.</summary>
    public ValueTask<VaultResult<SecretToken>> BeginAsync(Actor actor) =>
        Get<SessionDesk>()
            .BeginAsync(actor, SignInWay.Password, Get<TimeProvider>().GetUtcNow(), Place, Stop);

    /// <summary>Signs the browser in with a session that has begun; whatever it had ends.</summary>
    public async ValueTask SignInAsync(SecretToken token)
    {
        await EndSessionAsync();
        SetCookie(SessionCookie, token.Reveal());
    }

    /// <summary>Signs the browser out.</summary>
    public async ValueTask SignOutAsync()
    {
        await EndSessionAsync();
        SetCookie(SessionCookie, value: null);
    }

    /// <summary>Sends the browser on.</summary>
    public void GoTo(string path)
    {
        Secure(_context.Response);
        _context.Response.StatusCode = IsScript
            ? StatusCodes.Status204NoContent
            : StatusCodes.Status303SeeOther;
        _context.Response.Headers.Location = path;
    }

    /// <summary>Sends the browser on to another site once it has shown the page that is to come: the policy of the pages lets no form lead there.</summary>
    public void GoOnTo(string address) =>
        _context.Response.Headers["Refresh"] = $"0; url={address}";

    /// <summary>How a refusal is told here.</summary>
    public RefusalAnswer Tell(Refusal refusal) => Get<RefusalDesk>().Answer(_context, refusal);

    /// <summary>What is said of a form of a page that stood open for too long.</summary>
    public string TooOld => Tell(new Refusal(RefusalRule.PageTooOld)).Text;

    /// <summary>Shows what is refused, and nothing else.</summary>
    public Task ShowAsync(Refusal refusal)
    {
        if (IsScript)
            return ShowToScriptAsync(refusal);
        var answer = Tell(refusal);
        var content = Html.Of(
            $"""<p class="alert" role="alert">{answer.Text}</p>{Remedy(refusal)}"""
        );
        return ShowAsync(answer.Row.Status, answer.Title, content, answer.Row.RetryAfter);
    }

    /// <summary>Shows a page of the cloud of who is signed in, with the ways to the others.</summary>
    /// <param name="title">What the page is.</param>
    /// <param name="content">What is on it below its title.</param>
    /// <param name="area">The address of the area it belongs to.</param>
    public Task ShowAsync(string title, Html content, string area) =>
        ShowAsync(StatusCodes.Status200OK, title, content, area, retryAfter: null);

    /// <summary>The same, with something on it that was not taken.</summary>
    public async Task ShowAsync(
        int status,
        string title,
        Html content,
        string area,
        TimeSpan? retryAfter
    ) => await ShowAsync(status, title, content, retryAfter, await NavigationToAsync(area));

    /// <summary>The same, of what is refused there.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="area">The address of the area it belongs to.</param>
    /// <param name="back">Where its way back leads; null for the area.</param>
    public async Task ShowAsync(Refusal refusal, string area, string? back = null)
    {
        if (IsScript)
        {
            await ShowToScriptAsync(refusal);
            return;
        }
        var answer = Tell(refusal);
        await ShowAsync(
            answer.Row.Status,
            answer.Title,
            Html.Of(
                $"""
                <p class="alert" role="alert">{answer.Text}</p>
                {Remedy(refusal)}
                <p><a href="{back ?? area}">{Words.Back}</a></p>
                """
            ),
            answer.Row.RetryAfter,
            await NavigationToAsync(area)
        );
    }

    /// <summary>Shows a page.</summary>
    /// <param name="status">The answer's status.</param>
    /// <param name="title">What the page is.</param>
    /// <param name="content">What is on it below its title.</param>
    /// <param name="retryAfter">When to try again; null when that is of no use.</param>
    /// <param name="navigation">The ways to other pages; none on a page that stands alone.</param>
    public async Task ShowAsync(
        int status,
        string title,
        Html content,
        TimeSpan? retryAfter = null,
        Html navigation = default
    )
    {
        var brand = Get<Brand>();
        var page = Encoding.UTF8.GetBytes(
            Html.Of(
                    $"""
                    <!doctype html>
                    <html lang="{Reader.TagOf(Language)}">
                    <head>
                    <meta charset="utf-8">
                    <meta name="viewport" content="width=device-width, initial-scale=1">
                    <title>{title} · {brand.ServiceName}</title>
                    {brand.Icon}
                    {Assets.Style("style.css")}
                    {brand.Style}
                    </head>
                    <body{(navigation == Html.None ? Html.None : Html.Of($""" class="wide" """))}>
                    {(
                        navigation == Html.None && brand.Logo != Html.None
                            ? Html.Of($"<header>{brand.Logo}</header>")
                            : navigation
                    )}
                    <main>
                    <h1>{title}</h1>
                    {content}
                    </main>
                    </body>
                    </html>

                    """
                )
                .ToString()
        );
        Secure(_context.Response);
        var response = _context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = page.Length;
        response.Headers.ContentLanguage = Reader.TagOf(Language);
        if (retryAfter is { } delay)
            response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds)
                .ToString(CultureInfo.InvariantCulture);
        if (!HttpMethods.IsHead(_context.Request.Method))
            await response.Body.WriteAsync(page, Stop);
    }

    private Task ShowToScriptAsync(Refusal refusal) =>
        new ProblemResult(refusal).ExecuteAsync(_context);

    // Where what is refused can be put right, and back to where it was refused.
    private Html Remedy(Refusal refusal) =>
        refusal.Rule == RefusalRule.TermsNotAccepted && Session is not null
            ? TermsPages.WayTo(this, _context.Request.Path.ToUriComponent())
            : Html.None;

    // Above every page but the one that says it at length.
    private async ValueTask<Html> StandingAsync()
    {
        if (
            Session is not { } session
            || Path == AccountPages.Root
            || (await Get<CustomerDesk>().FindDecisionAsync(session.Actor, Stop))
                is not { IsSuccess: true, Value: var decision }
            || AccountStanding.SentenceOf(decision, Reader) is not { } sentence
        )
            return Html.None;
        var words = AccountWords.In(Language);
        return Html.Of(
            $"""<aside class="standing" aria-label="{words.Notice}"><p>{sentence} <a href="{AccountPages.Root}">{words.More}</a></p></aside>"""
        );
    }

    private async ValueTask<Html> NavigationToAsync(string area)
    {
        var standing = await StandingAsync();
        return Html.Of(
            $"""
            <header>
            {Get<Brand>().Logo}
            <nav aria-label="{Words.Areas}">
            {Html.Each(
                Words.Ways,
                way =>
                    way.Address == area
                        ? Html.Of($"""<a href="{way.Address}" aria-current="page">{way.Name}</a> """)
                        : Html.Of($"""<a href="{way.Address}">{way.Name}</a> """)
            )}
            </nav>
            {SignInPages.SignOutForm(this, Words.SignOut, SignInPages.SignInPath)}
            </header>
            {standing}
            """
        );
    }

    /// <summary>What every page says of itself to browsers. A referrer within the site, because without any browsers hide the origin that forms are checked by.</summary>
    internal static void Secure(HttpResponse response)
    {
        var headers = response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    }

    private async ValueTask EndSessionAsync()
    {
        if (_sessionToken is { } token)
            await Get<SessionDesk>().EndAsync(token, Stop);
        _sessionToken = null;
    }

    // The browser's: of the session, or one that is given to it now.
    private string Cookie()
    {
        if (_sessionToken is { } token)
            return token;
        if (string.IsNullOrEmpty(_formToken))
        {
            _formToken = SecretToken.New().Reveal();
            SetCookie(FormCookie, _formToken);
        }
        return _formToken;
    }

    // Gone when the browser is closed: what is longer than that is for the person to choose.
    private void SetCookie(string name, string? value)
    {
        var options = new CookieOptions
        {
            Path = "/",
            HttpOnly = true,
            IsEssential = true,
            Secure = _context.Request.IsHttps,
            SameSite = SameSiteMode.Lax,
        };
        if (value is null)
            _context.Response.Cookies.Delete(CookieOf(name), options);
        else
            _context.Response.Cookies.Append(CookieOf(name), value, options);
    }

    // Plain http is the demo's alone, on this machine; a browser takes no such name there.
    private string CookieOf(string name) => _context.Request.IsHttps ? "__Host-" + name : name;
}
