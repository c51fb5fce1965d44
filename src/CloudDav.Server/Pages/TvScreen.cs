using System.Globalization;
using System.Text;
using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>
/// A request of the browser in a TV set for one of its pages. Its token is in a cookie that no script reads and that opens nothing but these pages; the engine may be many years old, so a page is plain markup,
/// and its script is none that such an engine would not know.
/// </summary>
internal sealed class TvScreen
{
    private const string TokenCookie = "clouddav-tv";
    private const string WaitCookie = "clouddav-tv-wait";

    // Sets stay where they are: as long as browsers keep anything.
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(400);

    private readonly HttpContext _context;

    public TvScreen(HttpContext context)
    {
        _context = context;
        Language = Reader.LanguageOf(context.Request.Headers.AcceptLanguage, account: null);
        Words = TvWords.In(Language);
        Reader = Get<RefusalDesk>().ReaderOf(context);
    }

    /// <summary>The language of the page.</summary>
    public Language Language { get; }

    /// <summary>Its words.</summary>
    public TvWords Words { get; }

    /// <summary>Whom the page is shown to.</summary>
    public Reader Reader { get; }

    /// <summary>Stops what nobody waits for any more.</summary>
    public CancellationToken Stop => _context.RequestAborted;

    /// <summary>The set's token; null when it has none.</summary>
    public string? Token => Cookie(TokenCookie);

    /// <summary>What the set waits for: its device code and the code that it shows, with a dot between them; null when it waits for nothing.</summary>
    public (string Device, string User)? Waits =>
        Cookie(WaitCookie)?.Split('.') is [{ Length: > 0 } device, { Length: > 0 } user]
            ? (device, user)
            : null;

    /// <summary>A service of the server's.</summary>
    public T Get<T>()
        where T : notnull => _context.RequestServices.GetRequiredService<T>();

    /// <summary>Lets the set wait for an answer.</summary>
    public void WaitFor(string device, string user) =>
        Set(WaitCookie, $"{device}.{user}", TvPairing.Life);

    /// <summary>It waits no longer.</summary>
    public void WaitNoMore() => Set(WaitCookie, value: null, TimeSpan.Zero);

    /// <summary>Keeps a token; null forgets it.</summary>
    public void Keep(string? token) => Set(TokenCookie, token, s_kept);

    /// <summary>Opens a form; it is of ours, when it comes back, by what it carries.</summary>
    public Html FormTo(string action, string token) =>
        Html.Of(
            $"""
            <form method="post" action="{action}">
            <input type="hidden" name="{FormGuard.Field}" value="{Get<FormGuard>()
                .ProofFor(token)}">
            """
        );

    /// <summary>Whether a form came from a page of this set.</summary>
    public async ValueTask<bool> IsOfOursAsync(string token) =>
        await SmallForm.ReadAsync(_context.Request) is { } form
        && Get<FormGuard>().Proves(form.One(FormGuard.Field), token);

    /// <summary>Sends the set on.</summary>
    public void GoTo(string path)
    {
        Visit.Secure(_context.Response);
        _context.Response.StatusCode = StatusCodes.Status303SeeOther;
        _context.Response.Headers.Location = path;
    }

    /// <summary>Shows what is refused, in words for who sits before the set.</summary>
    public Task ShowAsync(Refusal refusal, Html below)
    {
        var answer = Get<RefusalDesk>().Answer(_context, refusal);
        return ShowAsync(
            answer.Title,
            Html.Of(
                $"""
                <p class="text" role="alert">{answer.Text}</p>
                {below}
                """
            ),
            status: answer.Row.Status
        );
    }

    /// <summary>Shows a page.</summary>
    /// <param name="title">What it is.</param>
    /// <param name="content">What is on it.</param>
    /// <param name="head">What stands in its head besides.</param>
    /// <param name="kind">What kind of page its style is for.</param>
    /// <param name="status">The answer's status.</param>
    public async Task ShowAsync(
        string title,
        Html content,
        Html head = default,
        string kind = "plain",
        int status = StatusCodes.Status200OK
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
                    <title>{title} · {brand.ServiceName}</title>
                    {Assets.Style("tv.css")}
                    {head}
                    </head>
                    <body class="{kind}">
                    <main>
                    <h1>{title}</h1>
                    {content}
                    </main>
                    <script src="{Assets.AddressOf("tv.js")}"></script>
                    </body>
                    </html>

                    """
                )
                .ToString()
        );
        var response = _context.Response;
        Visit.Secure(response);
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = page.Length;
        response.Headers.ContentLanguage = Reader.TagOf(Language);
        if (!HttpMethods.IsHead(_context.Request.Method))
            await response.Body.WriteAsync(page, Stop);
    }

    /// <summary>Says how long the set is to wait before it asks again.</summary>
    public void Wait(int seconds)
    {
        Visit.Secure(_context.Response);
        _context.Response.StatusCode = StatusCodes.Status204NoContent;
        _context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }

    private string? Cookie(string name) =>
        _context.Request.Cookies[NameOf(name)] is { Length: > 0 and <= 200 } value ? value : null;

    private void Set(string name, string? value, TimeSpan kept)
    {
        var options = new CookieOptions
        {
            Path = "/",
            HttpOnly = true,
            IsEssential = true,
            Secure = _context.Request.IsHttps,
            SameSite = SameSiteMode.Lax,
            MaxAge = kept,
        };
        if (value is not null)
            _context.Response.Cookies.Append(NameOf(name), value, options);
        else if (Cookie(name) is not null)
            _context.Response.Cookies.Delete(NameOf(name), options);
    }

    private string NameOf(string name) => _context.Request.IsHttps ? "__Host-" + name : name;
}
