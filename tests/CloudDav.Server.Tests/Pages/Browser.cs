using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Pages;

/// <summary>A browser without script: it keeps cookies, shows a page and sends the forms that are on it.</summary>
internal sealed partial class Browser(CloudDavHost host)
{
    private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);
    private string _page = "";

    /// <summary>What is sent with every request beside the cookies.</summary>
    public List<(string Name, string Value)> Headers { get; } = [];

    public IReadOnlyDictionary<string, string> Cookies => _cookies;

    /// <summary>The cookies that are sent, as a header has them.</summary>
    public string CookieHeader =>
        string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

    /// <summary>Opens another node with the same cookies.</summary>
    public Browser On(CloudDavHost node)
    {
        var other = new Browser(node);
        foreach (var (name, value) in _cookies)
            other._cookies.Add(name, value);
        return other;
    }

    public Task<DavAnswer> OpenAsync(string path) => SendAsync("GET", path, form: null);

    /// <summary>The cookies that an answer sets.</summary>
    public static IReadOnlyList<string> CookiesOf(DavAnswer answer) =>
        answer.Headers.TryGetValue("Set-Cookie", out var cookies) ? cookies : [];

    /// <summary>Fills in a form that is on the page, with everything hidden that is in it, and sends it.</summary>
    public Task<DavAnswer> SubmitAsync(
        string action,
        params (string Name, string Value)[] fields
    ) => SendAsync("POST", action, [.. HiddenOf(action), .. fields]);

    /// <summary>Signs in on the sign-in page.</summary>
    public async Task<DavAnswer> SignInAsync(string name, string password)
    {
        (await OpenAsync("/sign-in")).Expect(200);
        return await SubmitAsync("/sign-in", ("name", name), ("password", password));
    }

    /// <summary>The hidden fields of a form on the page.</summary>
    public (string Name, string Value)[] HiddenOf(string action)
    {
        var form = Forms().Matches(_page).Single(form => form.Groups["action"].Value == action);
        return
        [
            .. Hidden()
                .Matches(form.Value)
                .Select(field =>
                    (field.Groups["name"].Value, WebUtility.HtmlDecode(field.Groups["value"].Value))
                ),
        ];
    }

    /// <summary>Sends files as a form does.</summary>
    public Task<DavAnswer> UploadAsync(
        string action,
        string guard,
        params (string Name, string Text)[] files
    ) => SendFilesAsync(action, FormOf(guard, files));

    /// <summary>A form with files.</summary>
    public static string FormOf(string guard, params (string Name, string Text)[] files)
    {
        // As browsers write it: names as they are, with quotes escaped.
        var body = new StringBuilder(
            $"--limit\r\nContent-Disposition: form-data; name=\"guard\"\r\n\r\n{guard}\r\n"
        );
        foreach (var (name, text) in files)
            body.Append(
                CultureInfo.InvariantCulture,
                $"--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name.Replace("\"", "%22", StringComparison.Ordinal)}\"\r\nContent-Type: application/octet-stream\r\n\r\n{text}\r\n"
            );
        return body.Append("--limit--\r\n").ToString();
    }

    /// <summary>Sends one, or as much of it as there is.</summary>
    public Task<DavAnswer> SendFilesAsync(string action, string form)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(form));
        content.Headers.TryAddWithoutValidation(
            "Content-Type",
            "multipart/form-data; boundary=limit"
        );
        return SendAsync("POST", action, content);
    }

    public Task<DavAnswer> SendAsync(
        string method,
        string path,
        (string Name, string Value)[]? form
    ) =>
        SendAsync(
            method,
            path,
            form is null
                ? null
                : new FormUrlEncodedContent(
                    form.Select(field => KeyValuePair.Create(field.Name, field.Value))
                )
        );

    private async Task<DavAnswer> SendAsync(string method, string path, HttpContent? content)
    {
        var headers = Headers.ToList();
        if (_cookies.Count > 0)
            headers.Add(("Cookie", CookieHeader));
        var answer = await host.Anonymous("Mozilla/5.0 (test)")
            .SendAsync(method, path, content, [.. headers]);
        foreach (var set in CookiesOf(answer))
        {
            var (name, value) = (
                set[..set.IndexOf('=', StringComparison.Ordinal)],
                set[(set.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(';')[0]
            );
            if (value.Length == 0)
                _cookies.Remove(name);
            else
                _cookies[name] = value;
        }
        _page = answer.Text;
        return answer;
    }

    [GeneratedRegex(
        "<form method=\"post\"( enctype=\"[^\"]*\")? action=\"(?<action>[^\"]*)\">.*?</form>",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Forms();

    [GeneratedRegex(
        "<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Hidden();
}
