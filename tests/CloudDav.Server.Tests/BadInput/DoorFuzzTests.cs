using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.Pages;
using CloudDav.Server.Tests.Previews;
using CloudDav.Server.Tests.Television;
using CloudDav.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.BadInput;

/// <summary>
/// The same for every door that is no tree: the pages and their forms, pairing and tokens, the television and its addresses, links, and the API. What is asked is taken from the routes of the
/// server and from the forms that a person can come to, and then bent.
/// </summary>
public sealed partial class DoorFuzzTests
{
    private static readonly string[] s_words =
    [
        "",
        "0",
        "1",
        "-1",
        "2",
        "99999999999999999999",
        "9223372036854775807",
        "1_1",
        "a",
        "a b",
        "a.txt",
        "photo.jpg",
        "folder",
        "folder/b",
        "/folder",
        "..",
        "../..",
        "/",
        "//",
        "\\",
        "\0",
        "%",
        "é",
        "e\u0301",
        "\ud83d\udcf7",
        "<b>",
        "\"'&",
        "\r\nX: y",
        "true",
        "null",
        "2026-02-30",
        "2026-03-02",
        "2026-03-02T10:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "9999-12-31T23:59:59Z",
        "-0001-01-01",
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "urn:ietf:params:oauth:grant-type:device_code",
        "box",
        "BCDF-GHJK",
        "alice",
        "bob",
        "NaN",
        "1e400",
        new string('x', 3_000),
    ];

    private static readonly string[] s_bodies =
    [
        "",
        "{}",
        "[]",
        "null",
        "{\"path\":\"/folder\",\"rights\":\"view\",\"rightsAttested\":true,\"rightsStatement\":\"1\"}",
        "{\"path\":[],\"rights\":7,\"rightsAttested\":\"x\"}",
        "{\"name\":\"x\",\"path\":\"/a.txt\",\"versions\":[1,-1],\"ids\":[0]}",
        "{\"language\":\"nl\",\"version\":\"1\",\"accepted\":true}",
        "{\"a\":" + "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "{\"path\":\"\\ud800\"}",
    ];

    private static readonly string[] s_types =
    [
        "application/x-www-form-urlencoded",
        "application/json",
        "multipart/form-data; boundary=limit",
        "multipart/form-data",
        "text/plain",
        "application/x-www-form-urlencoded; charset=utf-7",
        ";;",
    ];

    // These end what the test is done with: the session, the set's token, the link, the whole account.
    private static readonly Regex s_ends = Ends();

    [Fact]
    [Trait("Size", "Large")]
    public async Task Almost_right_requests_at_every_door_are_answered_and_never_with_the_servers_own_fault()
    {
        await using var host = await CloudDavHost.StartAsync();
        var (alice, bob) = (
            (await host.AddDeviceAsync("alice")).Client,
            (await host.AddDeviceAsync("bob")).Client
        );
        (await bob.PutAsync("/dav/a.txt", "his")).Expect(201);
        (await alice.MkcolAsync("/dav/folder")).Expect(201);
        (await alice.PutAsync("/dav/folder/b", "member")).Expect(201);
        (await alice.PutAsync("/dav/a.txt", "former")).Expect(201);
        (await alice.PutAsync("/dav/a.txt", "content")).Expect(204);
        (await alice.PutAsync("/dav/photo.jpg", TestMedia.Photo())).Expect(201);
        (await alice.PutAsync("/dav/gone.txt", "x")).Expect(201);
        (await alice.DeleteAsync("/dav/gone.txt")).Expect(204);
        var shared = (
            await alice.SendJsonAsync(
                "POST",
                "/api/v1/shares",
                new
                {
                    path = "/folder",
                    rights = "view",
                    rightsAttested = true,
                    rightsStatement = "1",
                }
            )
        ).Expect(201);
        var person = new Browser(host);
        await person.SignInAsync("alice", "demo");
        var set = await TvSet.PairAsync(host, "alice");
        var stream = (await set.GetAsync("/albums"))
            .Expect(200)
            .Json()
            .GetProperty("items")[0]
            .GetProperty("m3u")
            .GetString()!;
        var link = LinkOf(shared.Text);
        var known = new Known(
            PlacesOf(host),
            await FormsFromAsync(person, "/files", link),
            person.CookieHeader,
            set.Token,
            alice.Authorization!,
            [.. s_words, link["/s/".Length..], new Uri(stream).PathAndQuery.Split('/')[2]]
        );
        Assert.True(known.Forms.Count > 30, $"{known.Forms.Count} forms");

        await Fuzzing.RunAsync(
            host.Port,
            Sizes.Pick(4_000, 60_000),
            random => Request(random, host, known)
        );

        // Whoever asked is still let in: the requests came as far as they should.
        Assert.Contains(
            "action=\"/sign-out\"",
            (await person.OpenAsync("/account")).Expect(200).Text,
            StringComparison.Ordinal
        );
        (await set.GetAsync("/albums")).Expect(200);
        (await alice.PropfindAsync("/dav/")).Expect(207);
        Assert.Equal("his", (await bob.GetAsync("/dav/a.txt")).Expect(200).Text);
    }

    private sealed record Form(string Action, (string Name, string Value)[] Fields);

    private sealed record Known(
        IReadOnlyList<(RoutePattern Pattern, string[] Methods)> Places,
        IReadOnlyList<Form> Forms,
        string Cookies,
        string Token,
        string Authorization,
        IReadOnlyList<string> Words
    )
    {
        public IReadOnlyList<string> Names { get; } =
        [.. Forms.SelectMany(form => form.Fields).Select(field => field.Name).Distinct()];
    }

    private static List<(RoutePattern, string[])> PlacesOf(CloudDavHost host) =>
        [
            .. host
                .Services.GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(place => !s_ends.IsMatch(place.RoutePattern.RawText ?? ""))
                .Select(place =>
                    (
                        place.RoutePattern,
                        place.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.ToArray()
                            ?? ["GET", "POST"]
                    )
                ),
        ];

    // Everything that can be come to by links from somewhere, and the forms that are there.
    private static async Task<List<Form>> FormsFromAsync(Browser browser, params string[] begins)
    {
        var (seen, ahead) = (begins.ToHashSet(StringComparer.Ordinal), new Queue<string>(begins));
        var forms = new Dictionary<string, Form>(StringComparer.Ordinal);
        while (ahead.TryDequeue(out var address) && seen.Count < 400)
        {
            var page = await browser.OpenAsync(address);
            Assert.True(page.Status < 500, $"{address}: {page.Status}\n{page.Text}");
            if (
                page.Status != 200
                || page.Header("Content-Type")?.StartsWith("text/html", StringComparison.Ordinal)
                    is not true
            )
                continue;
            foreach (Match way in Ways().Matches(page.Text))
                if (
                    WebUtility.HtmlDecode(way.Groups["address"].Value) is var next
                    && !s_ends.IsMatch(next)
                    && seen.Add(next)
                )
                    ahead.Enqueue(next);
            foreach (Match form in Forms().Matches(page.Text))
            {
                var action = WebUtility.HtmlDecode(form.Groups["action"].Value);
                (string Name, string Value)[] fields =
                [
                    .. Fields()
                        .Matches(form.Value)
                        .Select(field =>
                            (
                                field.Groups["name"].Value,
                                WebUtility.HtmlDecode(field.Groups["value"].Value)
                            )
                        ),
                ];
                if (!s_ends.IsMatch(action) && !fields.Any(field => s_ends.IsMatch(field.Value)))
                    forms.TryAdd(
                        action + "?" + string.Join('&', fields.Select(field => field.Name)),
                        new(action, fields)
                    );
            }
        }
        return [.. forms.Values];
    }

    private static string LinkOf(string answer)
    {
        var address = Links().Match(answer).Value;
        Assert.NotEmpty(address);
        return address;
    }

#pragma warning disable CA5394 // Reproducible, not secret.
    private static (string Method, byte[] Message) Request(
        Random random,
        CloudDavHost host,
        Known known
    )
    {
        T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
        bool OneIn(int many) => random.Next(many) == 0;
        // Without these a form is not even read.
        static bool IsOfForm(string field) => field is "guard" or "act";
        string Segment() =>
            OneIn(6)
                ? Pick(["%zz", "%2e%2e", "%2F", "%00", "~", ""])
                : Uri.EscapeDataString(Pick(known.Words));
        string PathOf(RoutePattern pattern) =>
            string.Concat(
                pattern.PathSegments.Select(segment =>
                    "/"
                    + string.Concat(
                        segment.Parts.Select(part =>
                            part switch
                            {
                                RoutePatternLiteralPart literal => literal.Content,
                                RoutePatternSeparatorPart separator => separator.Content,
                                RoutePatternParameterPart { IsCatchAll: true } => string.Join(
                                    '/',
                                    Enumerable.Range(0, random.Next(3)).Select(_ => Segment())
                                ),
                                _ => Segment(),
                            }
                        )
                    )
                )
            );
        // What went away comes again, so that there is something to ask for.
        if (OneIn(25))
        {
            var again = OneIn(2) ? "MKCOL /dav/folder" : "PUT /dav/" + Pick(["a.txt", "folder/b"]);
            return (
                again.Split(' ')[0],
                Encoding.ASCII.GetBytes(
                    $"{again} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nAuthorization: {known.Authorization}\r\nContent-Length: 0\r\n\r\n"
                )
            );
        }
        var (method, path, fields) = ("GET", "", Array.Empty<(string Name, string Value)>());
        if (OneIn(2))
        {
            var form = Pick(known.Forms);
            (method, path) = (OneIn(6) ? "GET" : "POST", form.Action);
            fields =
            [
                .. form
                    .Fields.Where(field => !OneIn(IsOfForm(field.Name) ? 30 : 8))
                    .SelectMany(field => Enumerable.Repeat(field, OneIn(15) ? 2 : 1))
                    .Select(field =>
                        (
                            OneIn(40) ? Pick(known.Words) : field.Name,
                            OneIn(IsOfForm(field.Name) ? 30 : 3) ? Pick(known.Words) : field.Value
                        )
                    ),
            ];
        }
        else
        {
            var (pattern, methods) = Pick(known.Places);
            (method, path) = (Pick(methods), PathOf(pattern));
            fields =
            [
                .. Enumerable
                    .Range(0, random.Next(4))
                    .Select(_ => (Pick(known.Names), Pick(known.Words))),
            ];
        }
        var coded = string.Join(
            '&',
            fields.Select(field =>
                Uri.EscapeDataString(field.Name) + "=" + Uri.EscapeDataString(field.Value)
            )
        );
        var type = OneIn(12) ? Pick(s_types) : s_types[0];
        var body = Encoding.UTF8.GetBytes(
            method is "GET" or "HEAD" ? ""
            : OneIn(10) ? Pick(s_bodies)
            : type.StartsWith("multipart", StringComparison.Ordinal)
                ? string.Concat(
                    fields.Select(field =>
                        $"--limit\r\nContent-Disposition: form-data; name=\"{field.Name}\"{(OneIn(3) ? "; filename=\"x\"" : "")}\r\n\r\n{field.Value}\r\n"
                    )
                ) + "--limit--\r\n"
            : coded
        );
        if (method is "GET" or "HEAD" && coded.Length > 0)
            path += (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + coded;
        if (OneIn(8))
            Fuzzing.Bend(random, ref body);
        var headers = new List<string> { $"Host: {host.Address.Authority}" };
        if (!OneIn(10))
            headers.Add("Cookie: " + known.Cookies);
        if (path.StartsWith("/tv/v1", StringComparison.Ordinal) || OneIn(12))
            headers.Add("Authorization: Bearer " + known.Token);
        else if (path.StartsWith("/api", StringComparison.Ordinal) || OneIn(12))
            headers.Add("Authorization: " + known.Authorization);
        void Maybe(string name, params string[] values)
        {
            if (OneIn(8))
                headers.Add($"{name}: {Pick(values)}");
        }
        Maybe("Accept-Language", "nl", "fr;q=0.1,xx", "de-BE, *;q=x", ",,,", ";q=");
        Maybe("Accept", "application/json", "text/html", "*/*;q=0", "x");
        Maybe("Origin", "null", "https://elsewhere.example", host.Address.ToString());
        Maybe("Sec-Fetch-Site", "same-origin", "cross-site", "none", "x");
        Maybe("Range", "bytes=0-", "bytes=-1", "bytes=9-1", "bytes=0-0,2-3", "x=1");
        Maybe("If-None-Match", "*", "\"x\"", "W/\"x\",", "x");
        Maybe("If-Match", "*", "\"x\"", "x");
        Maybe("Idempotency-Key", "k", new string('k', 300));
        Maybe("Cookie", "a=b", "=", "clouddav-zone=Nowhere/Nothing; zone=x");
        if (body.Length > 0)
            headers.Add("Content-Type: " + type);
        headers.Add($"Content-Length: {body.Length}");
        var head = Encoding.Latin1.GetBytes(
            $"{method} {(path.Length == 0 ? "/" : path)} HTTP/1.1\r\n{string.Join("\r\n", headers)}\r\n\r\n"
        );
        if (OneIn(15))
            Fuzzing.Bend(random, ref head);
        return (method, [.. head, .. body]);
    }
#pragma warning restore CA5394

    [GeneratedRegex(
        "sign-out|leave|revoke|wipe|report|devices/|apppassword|stream|^(?:end|others|password)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Ends();

    [GeneratedRegex("<a [^>]*href=\"(?<address>/[^\"#]*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ways();

    [GeneratedRegex(
        "<form [^>]*action=\"(?<action>[^\"]*)\".*?</form>",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Forms();

    [GeneratedRegex(
        "<(input|select|button|textarea) [^>]*?name=\"(?<name>[^\"]*)\"([^>]*?value=\"(?<value>[^\"]*)\")?",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Fields();

    [GeneratedRegex("/s/[A-Za-z0-9_-]+", RegexOptions.None, 1000)]
    private static partial Regex Links();
}
