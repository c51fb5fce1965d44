using System.Net;
using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>A browser without script, for what has to be done on the pages by the way: it keeps cookies, secure ones too, and sends the first form of a page with what is hidden in it.</summary>
/// <param name="client">Sends the requests; it keeps no cookies and follows no redirects itself.</param>
internal sealed partial class PageVisitor(HttpClient client)
{
    private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);
    private string _page = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Opens a page, which is there.</summary>
    public async Task OpenAsync(string address)
    {
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, address));
        _page = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Stop);
    }

    /// <summary>Sends the first form of the page that is open, wherever it then leads.</summary>
    public async Task SubmitAsync(string address, params (string Name, string Value)[] fields)
    {
        var hidden = Hidden()
            .Matches(_page[.._page.IndexOf("</form>", StringComparison.Ordinal)])
            .Select(field => (field.Groups["name"].Value, field.Groups["value"].Value));
        using var answer = await SendAsync(
            new HttpRequestMessage(HttpMethod.Post, address)
            {
                Content = new FormUrlEncodedContent(
                    hidden
                        .Concat(fields)
                        .Select(field => KeyValuePair.Create(field.Item1, field.Item2))
                ),
            }
        );
        Assert.True(
            answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.SeeOther,
            $"{address}: {answer.StatusCode}"
        );
    }

    /// <summary>Sends a request with the cookies.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            if (_cookies.Count > 0)
                request.Headers.Add(
                    "Cookie",
                    string.Join("; ", _cookies.Select(one => $"{one.Key}={one.Value}"))
                );
            var answer = await client.SendAsync(request, Stop);
            if (answer.Headers.TryGetValues("Set-Cookie", out var set))
                foreach (var cookie in set)
                    if (cookie.Split(';')[0].Split('=', 2) is [var name, var value])
                        _cookies[name] = value;
            return answer;
        }
    }

    [GeneratedRegex(
        "<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Hidden();
}
