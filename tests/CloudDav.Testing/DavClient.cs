using System.Net;
using System.Text;
using System.Xml.Linq;

namespace CloudDav.Testing;

/// <summary>
/// A WebDAV client for tests. Paths are absolute, escaped as they are to be sent, and sent exactly so: <c>/dav/a%20b</c>. Redirects are not followed, and every
/// status is an answer.
/// </summary>
public sealed class DavClient : IDisposable
{
    private static readonly XNamespace s_dav = "DAV:";

    private readonly HttpClient _http;
    private readonly Uri _address;

    /// <summary>A client of the server at an address.</summary>
    /// <param name="address">The server.</param>
    /// <param name="user">The name; null for no credentials.</param>
    /// <param name="password">The password.</param>
    /// <param name="userAgent">The User-Agent; null for none.</param>
    public DavClient(Uri address, string? user, string? password, string? userAgent = null)
    {
        _address = address;
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                AutomaticDecompression = DecompressionMethods.None,
                Expect100ContinueTimeout = TimeSpan.FromSeconds(30),
                RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
                ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            }
        )
        {
            Timeout = TimeSpan.FromMinutes(5),
        };
        if (user is not null)
            Authorization = BasicOf(user, password ?? "");
        UserAgent = userAgent;
    }

    /// <summary>What is sent as Authorization; null for nothing.</summary>
    public string? Authorization { get; set; }

    /// <summary>What is sent as User-Agent; null for nothing.</summary>
    public string? UserAgent { get; set; }

    /// <summary>The value of Authorization for a name and a password.</summary>
    public static string BasicOf(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    /// <summary>An escaped path below <c>/dav/</c> from decoded segments.</summary>
    public static string PathOf(params string[] segments) =>
        "/dav/" + string.Join('/', segments.Select(Uri.EscapeDataString));

    /// <summary>Sends any request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The target, as sent.</param>
    /// <param name="content">The body; null for none.</param>
    /// <param name="headers">Further headers, not validated. <c>Content-Type</c> goes to the body.</param>
    public async Task<DavAnswer> SendAsync(
        string method,
        string path,
        HttpContent? content = null,
        params (string Name, string Value)[] headers
    )
    {
        using var response = await OpenAsync(method, path, content, headers);
        var body = await response.Content.ReadAsByteArrayAsync();
        return new DavAnswer(
            (int)response.StatusCode,
            response.ReasonPhrase ?? "",
            HeadersOf(response),
            body
        );
    }

    /// <summary>Sends any request and returns when the answer's head is there; the caller reads and disposes it.</summary>
    public async Task<HttpResponseMessage> OpenAsync(
        string method,
        string path,
        HttpContent? content = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), TargetOf(path));
        request.Content = content;
        if (Authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", Authorization);
        if (UserAgent is not null)
            request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        foreach (var (name, value) in headers)
        {
            if (name.Equals("Expect", StringComparison.OrdinalIgnoreCase))
                request.Headers.ExpectContinue = true;
            else if (!request.Headers.TryAddWithoutValidation(name, value) || IsContentHeader(name))
                AddContentHeader(request, name, value);
        }
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>GET.</summary>
    public Task<DavAnswer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync("GET", path, null, headers);

    /// <summary>HEAD.</summary>
    public Task<DavAnswer> HeadAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync("HEAD", path, null, headers);

    /// <summary>OPTIONS.</summary>
    public Task<DavAnswer> OptionsAsync(
        string path,
        params (string Name, string Value)[] headers
    ) => SendAsync("OPTIONS", path, null, headers);

    /// <summary>PUT of bytes, with a Content-Length.</summary>
    public Task<DavAnswer> PutAsync(
        string path,
        byte[] body,
        params (string Name, string Value)[] headers
    ) => SendAsync("PUT", path, new ByteArrayContent(body), headers);

    /// <summary>PUT of a text in UTF-8, with a Content-Length.</summary>
    public Task<DavAnswer> PutAsync(
        string path,
        string body,
        params (string Name, string Value)[] headers
    ) => PutAsync(path, Encoding.UTF8.GetBytes(body), headers);

    /// <summary>PUT of a stream in chunks, without a Content-Length.</summary>
    public Task<DavAnswer> PutChunkedAsync(
        string path,
        Stream body,
        params (string Name, string Value)[] headers
    ) =>
        SendAsync(
            "PUT",
            path,
            new StreamContent(body),
            [("Transfer-Encoding", "chunked"), .. headers]
        );

    /// <summary>DELETE.</summary>
    public Task<DavAnswer> DeleteAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync("DELETE", path, null, headers);

    /// <summary>MKCOL.</summary>
    public Task<DavAnswer> MkcolAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync("MKCOL", path, null, headers);

    /// <summary>MOVE; the destination is a path or an absolute URL, as sent.</summary>
    public Task<DavAnswer> MoveAsync(
        string path,
        string destination,
        params (string Name, string Value)[] headers
    ) => SendAsync("MOVE", path, null, [("Destination", destination), .. headers]);

    /// <summary>COPY; the destination is a path or an absolute URL, as sent.</summary>
    public Task<DavAnswer> CopyAsync(
        string path,
        string destination,
        params (string Name, string Value)[] headers
    ) => SendAsync("COPY", path, null, [("Destination", destination), .. headers]);

    /// <summary>PROPFIND; without a body it asks for allprop.</summary>
    public Task<DavAnswer> PropfindAsync(
        string path,
        string depth = "0",
        string? body = null,
        params (string Name, string Value)[] headers
    ) => SendAsync("PROPFIND", path, XmlOf(body), [("Depth", depth), .. headers]);

    /// <summary>PROPFIND of named properties, which must answer 207.</summary>
    public async Task<MultiStatus> PropertiesAsync(
        string path,
        string depth,
        params XName[] properties
    )
    {
        var body = new XElement(
            s_dav + "propfind",
            new XElement(s_dav + "prop", properties.Select(name => new XElement(name)))
        );
        var answer = await PropfindAsync(path, depth, body.ToString(SaveOptions.DisableFormatting));
        return answer.MultiStatus();
    }

    /// <summary>The names below a collection, decoded, in the order of the answer.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string path)
    {
        var listing = await PropertiesAsync(path, "1", s_dav + "resourcetype");
        return
        [
            .. listing
                .Responses.Skip(1)
                .Select(response =>
                    Uri.UnescapeDataString(response.Href.TrimEnd('/').Split('/')[^1])
                ),
        ];
    }

    /// <summary>PROPPATCH with a body.</summary>
    public Task<DavAnswer> ProppatchAsync(
        string path,
        string body,
        params (string Name, string Value)[] headers
    ) => SendAsync("PROPPATCH", path, XmlOf(body), headers);

    /// <summary>PROPPATCH that sets properties to texts.</summary>
    public Task<DavAnswer> SetPropertiesAsync(
        string path,
        params (XName Name, string Value)[] properties
    ) =>
        ProppatchAsync(
            path,
            new XElement(
                s_dav + "propertyupdate",
                new XElement(
                    s_dav + "set",
                    new XElement(
                        s_dav + "prop",
                        properties.Select(property => new XElement(property.Name, property.Value))
                    )
                )
            ).ToString(SaveOptions.DisableFormatting)
        );

    /// <summary>LOCK: an exclusive write lock unless shared.</summary>
    public Task<DavAnswer> LockAsync(
        string path,
        bool isShared = false,
        string? depth = null,
        string timeout = "Second-600",
        string owner = "<d:href>mailto:test@example.net</d:href>",
        params (string Name, string Value)[] headers
    )
    {
        var body =
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><d:lockinfo xmlns:d=\"DAV:\"><d:lockscope>"
            + (isShared ? "<d:shared/>" : "<d:exclusive/>")
            + $"</d:lockscope><d:locktype><d:write/></d:locktype><d:owner>{owner}</d:owner></d:lockinfo>";
        (string, string)[] own = depth is null
            ? [("Timeout", timeout)]
            : [("Timeout", timeout), ("Depth", depth)];
        return SendAsync("LOCK", path, XmlOf(body), [.. own, .. headers]);
    }

    /// <summary>LOCK without a body: gives a lock a new timeout.</summary>
    public Task<DavAnswer> RefreshAsync(string path, string token, string timeout = "Second-600") =>
        SendAsync("LOCK", path, null, ("If", $"(<{token}>)"), ("Timeout", timeout));

    /// <summary>UNLOCK.</summary>
    public Task<DavAnswer> UnlockAsync(
        string path,
        string token,
        params (string Name, string Value)[] headers
    ) => SendAsync("UNLOCK", path, null, [("Lock-Token", $"<{token}>"), .. headers]);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static StringContent? XmlOf(string? body) =>
        body is null ? null : new StringContent(body, Encoding.UTF8, "application/xml");

    // Sent as written: Uri would else take dot segments out and escape in its own way.
    private Uri TargetOf(string path) =>
        new(
            _address.GetLeftPart(UriPartial.Authority) + path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );

    private static bool IsContentHeader(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase);

    private static void AddContentHeader(HttpRequestMessage request, string name, string value)
    {
        request.Content ??= new ByteArrayContent([]);
        request.Content.Headers.Remove(name);
        request.Content.Headers.TryAddWithoutValidation(name, value);
    }

    private static Dictionary<string, IReadOnlyList<string>> HeadersOf(
        HttpResponseMessage response
    ) =>
        response
            .Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(
                header => header.Key,
                header => (IReadOnlyList<string>)[.. header.Value],
                StringComparer.OrdinalIgnoreCase
            );
}

/// <summary>An answer, whole.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Reason">The reason phrase.</param>
/// <param name="Headers">All headers.</param>
/// <param name="Body">The body's bytes.</param>
public sealed record DavAnswer(
    int Status,
    string Reason,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Headers,
    byte[] Body
)
{
    /// <summary>The body as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The ETag as sent; null when there is none.</summary>
    public string? ETag => Header("ETag");

    /// <summary>The token in the Lock-Token header, without brackets; null when there is none.</summary>
    public string? LockToken => Header("Lock-Token")?.Trim('<', '>');

    /// <summary>A header's values joined by commas; null when it is absent.</summary>
    public string? Header(string name) =>
        Headers.TryGetValue(name, out var values) ? string.Join(", ", values) : null;

    /// <summary>Itself, when it has this status; throws with its text otherwise.</summary>
    public DavAnswer Expect(int status) =>
        Status == status
            ? this
            : throw new InvalidOperationException($"{Status} instead of {status}: {Text}");

    /// <summary>The body as XML.</summary>
    public XDocument Xml() => XDocument.Parse(Text, LoadOptions.PreserveWhitespace);

    /// <summary>The body as a multistatus; throws with the answer's text unless the status is 207.</summary>
    public MultiStatus MultiStatus() =>
        Status == 207
            ? Testing.MultiStatus.Parse(Xml())
            : throw new InvalidOperationException(
                $"The answer is {Status} {Reason}, not 207: {Text}"
            );

    /// <summary>The status and the body, for messages of failed assertions.</summary>
    public override string ToString() => $"{Status} {Reason}\n{Text}";
}

/// <summary>A parsed multistatus.</summary>
/// <param name="Responses">In the order of the document.</param>
public sealed record MultiStatus(IReadOnlyList<MultiStatusResponse> Responses)
{
    private static readonly XNamespace s_dav = "DAV:";

    /// <summary>The only response of a Depth 0 answer.</summary>
    public MultiStatusResponse Only => Responses.Single();

    /// <summary>The response with this href, exactly as in the document.</summary>
    public MultiStatusResponse this[string href] =>
        Responses.Single(response => response.Href == href);

    /// <summary>Reads one.</summary>
    public static MultiStatus Parse(XDocument document) =>
        new([.. document.Root!.Elements(s_dav + "response").Select(ParseResponse)]);

    private static MultiStatusResponse ParseResponse(XElement response) =>
        new(
            response.Element(s_dav + "href")!.Value,
            StatusOf(response.Element(s_dav + "status")),
            [
                .. response
                    .Elements(s_dav + "propstat")
                    .SelectMany(propstat =>
                        propstat
                            .Element(s_dav + "prop")!
                            .Elements()
                            .Select(property => new PropertyResult(
                                property.Name,
                                StatusOf(propstat.Element(s_dav + "status"))!.Value,
                                property
                            ))
                    ),
            ]
        );

    private static int? StatusOf(XElement? status) =>
        status is null
            ? null
            : int.Parse(
                status.Value.Split(' ')[1],
                System.Globalization.CultureInfo.InvariantCulture
            );
}

/// <summary>One response of a multistatus.</summary>
/// <param name="Href">As in the document.</param>
/// <param name="Status">The response's own status; null when it has propstats.</param>
/// <param name="Properties">Every property with its propstat's status.</param>
public sealed record MultiStatusResponse(
    string Href,
    int? Status,
    IReadOnlyList<PropertyResult> Properties
)
{
    /// <summary>The text of a property that is there with 200; null when it is not.</summary>
    public string? Text(XName name) => Element(name)?.Value;

    /// <summary>A property's element, when it is there with 200; null when it is not.</summary>
    public XElement? Element(XName name) =>
        Properties
            .FirstOrDefault(property => property.Name == name && property.Status == 200)
            ?.Element;

    /// <summary>The status of a property; null when it is not named at all.</summary>
    public int? StatusOf(XName name) =>
        Properties.FirstOrDefault(property => property.Name == name)?.Status;
}

/// <summary>One property of a response.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its propstat's status.</param>
/// <param name="Element">The whole element.</param>
public sealed record PropertyResult(XName Name, int Status, XElement Element);
