using System.Globalization;
using System.Text.RegularExpressions;
using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.Pages;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Television;

/// <summary>The television's own pages, as a set without script asks for them.</summary>
public sealed partial class TvPageTests : IAsyncLifetime
{
    private ApiHost _api = null!;
    private Browser _set = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        _set = new Browser(_api.Host);
        _set.Headers.Add(("User-Agent", "Mozilla/5.0 (Web0S; Linux/SmartTV)"));
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_set_shows_one_code_until_it_is_let_in_and_its_token_opens_these_pages_alone()
    {
        var first = (await _set.OpenAsync("/tv")).Expect(200);
        var code = CodeOn(first);
        Assert.Equal(code, CodeOn((await _set.OpenAsync("/tv/albums/1")).Expect(200)));
        Assert.Contains(
            "<noscript><meta http-equiv=\"refresh\"",
            first.Text,
            StringComparison.Ordinal
        );
        Assert.All(
            Browser.CookiesOf(first),
            cookie => Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase)
        );
        Assert.Equal((303, "/tv"), Led(await _set.OpenAsync("/tv/pairing")));
        _set.Headers.Add(("X-Requested-With", "tv.js"));
        var asked = await _set.OpenAsync("/tv/pairing");
        Assert.Equal(204, asked.Status);
        Assert.NotNull(asked.Header("Retry-After"));

        var page = await AnswerAsync(code, "grant");
        Assert.Contains("LG TV", page, StringComparison.Ordinal);
        Assert.Equal((303, "/tv"), Led(await _set.OpenAsync("/tv/pairing")));

        var home = (await _set.OpenAsync("/tv")).Expect(200);
        Assert.Contains("no photos or videos", home.Text, StringComparison.Ordinal);
        foreach (
            var (path, status) in (ValueTuple<string, int>[])
                [("/tv/v1", 401), ("/dav/", 401), ("/api/v1/account", 401)]
        )
            Assert.Equal(status, (await _set.OpenAsync(path)).Status);
        Assert.Contains(
            "password",
            (await _set.OpenAsync("/files")).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_set_that_is_not_let_in_says_so_and_can_try_again()
    {
        var code = CodeOn(await _set.OpenAsync("/tv"));
        await AnswerAsync(code, "refuse");
        // The script learns that there is an answer, and the set then reads it.
        _set.Headers.Add(("X-Requested-With", "tv.js"));
        Assert.Equal(200, (await _set.OpenAsync("/tv/pairing")).Status);
        _set.Headers.RemoveAt(1);

        var told = (await _set.OpenAsync("/tv/pairing")).Expect(200);

        Assert.Contains("was not let in", told.Text, StringComparison.Ordinal);
        Assert.NotEqual(code, CodeOn(await _set.OpenAsync("/tv")));
    }

    [Fact]
    public async Task Every_picture_of_the_timeline_leads_to_the_next_and_back_over_all_its_pages()
    {
        (await _api.Alice.MkcolAsync("/dav/Pictures")).Expect(201);
        // Most of them are older than the clock of computers.
        for (var i = 1; i <= 50; i++)
            (
                await _api.Alice.PutAsync(
                    $"/dav/Pictures/{i}.jpg",
                    "jpeg",
                    ("X-OC-Mtime", (i - 40).ToString(CultureInfo.InvariantCulture))
                )
            ).Expect(201);
        await PairAsync();
        var timeline = (await _set.OpenAsync("/tv/timeline")).Expect(200).Text;
        Assert.Equal(24, Tiles().Count(timeline));
        var first = AddressOf(Tiles(), timeline)!;
        var (forth, last) = await WalkAsync(first, Nexts());
        Assert.Equal(Enumerable.Range(1, 50).Reverse().Select(i => $"{i}.jpg"), forth);
        var (back, begin) = await WalkAsync(last, Previouses());
        Assert.Equal(forth.AsEnumerable().Reverse(), back);
        Assert.Equal(first, begin);

        var albums = (await _set.OpenAsync("/tv")).Expect(200).Text;
        var album = AddressOf(Tiles(), albums)!;
        var whole = (await _set.OpenAsync(album)).Expect(200).Text;
        Assert.Equal(24, Tiles().Count(whole));
        var rest = (await _set.OpenAsync(album + "?from=48")).Expect(200).Text;
        Assert.Equal(2, Tiles().Count(rest));
        // The last of them leads back to the page on which it is, and the picture is there to be seen.
        var lone = (await _set.OpenAsync(Tiles().Matches(rest)[1].Groups["address"].Value))
            .Expect(200)
            .Text;
        Assert.Equal(album + "?from=48", AddressOf(Ups(), lone));
        Assert.Null(AddressOf(Nexts(), lone));
        Assert.Equal(
            "jpeg",
            (await _set.OpenAsync(Pictures().Match(lone).Groups["address"].Value)).Expect(200).Text
        );
        // A slideshow goes on by itself, and stays one.
        var slide = (await _set.OpenAsync(AddressOf(Tiles(), whole) + "?slides")).Expect(200).Text;
        Assert.Matches(
            "<noscript><meta http-equiv=\"refresh\" content=\"8; url=/tv/albums/[0-9]+/[0-9]+\\?slides\"></noscript>",
            slide
        );
        // What is gone since the page was shown leads to the page.
        Assert.Equal((303, album), Led(await _set.OpenAsync(album + "/4711")));
        (await _set.OpenAsync("/tv/albums/4711")).Expect(404);
        foreach (var far in (string[])["2147483647", "99999999999"])
            Assert.DoesNotContain(
                "from=-",
                (await _set.OpenAsync("/tv?from=" + far)).Expect(200).Text,
                StringComparison.Ordinal
            );
    }

    // The names of the pictures along a way, and the address where it ends.
    private async Task<(List<string> Names, string End)> WalkAsync(string way, Regex step)
    {
        var names = new List<string>();
        while (true)
        {
            var shown = (await _set.OpenAsync(way)).Expect(200).Text;
            names.Add(Pictures().Match(shown).Groups["name"].Value);
            if (AddressOf(step, shown) is not { } further || names.Count > 100)
                return (names, way);
            way = further;
        }
    }

    [Fact]
    public async Task What_the_contract_does_not_have_is_said_and_a_revoked_set_shows_a_code_again()
    {
        await PairAsync();
        await SetTvAsync(hasTv: false);
        var told = (await _set.OpenAsync("/tv")).Expect(403);
        Assert.Contains("role=\"alert\"", told.Text, StringComparison.Ordinal);
        Assert.Contains("Try again", told.Text, StringComparison.Ordinal);
        await SetTvAsync(hasTv: true);
        Assert.Contains("no photos", (await _set.OpenAsync("/tv")).Text, StringComparison.Ordinal);

        // Somebody else's form disconnects nothing.
        var other = _set.On(_api.Host);
        Assert.Equal(
            (303, "/tv"),
            Led(await other.SendAsync("POST", "/tv/leave", [("guard", "x")]))
        );
        Assert.Contains("no photos", (await _set.OpenAsync("/tv")).Text, StringComparison.Ordinal);
        await _set.OpenAsync("/tv/leave");
        Assert.Equal((303, "/tv"), Led(await _set.SubmitAsync("/tv/leave")));
        Assert.NotEmpty(CodeOn((await _set.OpenAsync("/tv")).Expect(200)));
        Assert.NotEmpty(CodeOn((await other.OpenAsync("/tv")).Expect(200)));
    }

    private async Task PairAsync()
    {
        await AnswerAsync(CodeOn(await _set.OpenAsync("/tv")), "grant");
        Assert.Equal((303, "/tv"), Led(await _set.OpenAsync("/tv/pairing")));
    }

    private async Task<string> AnswerAsync(string code, string answer)
    {
        var browser = new Browser(_api.Host);
        await browser.SignInAsync("alice", "demo");
        var page = (await browser.OpenAsync("/pair/" + code)).Expect(200);
        (await browser.SubmitAsync("/pair/" + code, ("answer", answer))).Expect(200);
        return page.Text;
    }

    private Task SetTvAsync(bool hasTv) =>
        _api.ChangeAsync(async transaction =>
        {
            var account = (await transaction.FindCustomerAsync("customer-alice"))!;
            await transaction.SaveCustomerAsync(account with { HasTvContract = hasTv });
        });

    private static (int, string?) Led(DavAnswer answer) =>
        (answer.Status, answer.Header("Location"));

    private static string CodeOn(DavAnswer page) => Codes().Match(page.Text).Groups["code"].Value;

    private static string? AddressOf(Regex link, string page) =>
        link.Match(page) is { Success: true } found
            ? System.Net.WebUtility.HtmlDecode(found.Groups["address"].Value)
            : null;

    [GeneratedRegex(
        "<p class=\"code\">(?<code>[A-Z-]+)</p>",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Codes();

    [GeneratedRegex(
        "<a class=\"tile\" href=\"(?<address>[^\"]+)\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Tiles();

    [GeneratedRegex(
        "href=\"(?<address>[^\"]+)\" rel=\"next\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Nexts();

    [GeneratedRegex("href=\"(?<address>[^\"]+)\" rel=\"prev\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Previouses();

    [GeneratedRegex(
        "href=\"(?<address>[^\"]+)\" rel=\"up\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Ups();

    [GeneratedRegex(
        "<img class=\"full\" src=\"(?<address>[^\"]+)\" alt=\"(?<name>[^\"]+)\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Pictures();
}
