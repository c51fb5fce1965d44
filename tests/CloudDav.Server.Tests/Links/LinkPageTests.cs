using System.Text.Json;
using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.Pages;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Links;

/// <summary>What a friend sees who opens a link in a browser, without script, over real sockets.</summary>
public sealed class LinkPageTests : IAsyncLifetime
{
    private const string Shares = "/api/v1/shares";

    private ApiHost _api = null!;
    private Browser _friend = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync(("SignIn:FailuresPerWindow", "3"));
        foreach (var folder in (string[])["/dav/Holidays", "/dav/Holidays/Day%20%26%20night"])
            (await _api.Alice.MkcolAsync(folder)).Expect(201);
        (await _api.Alice.PutAsync("/dav/Holidays/one.txt", "one")).Expect(201);
        (await _api.Alice.PutAsync("/dav/Holidays/Day%20%26%20night/%3Cb%3E.txt", "deep")).Expect(
            201
        );
        (await _api.Alice.PutAsync("/dav/private.txt", "private")).Expect(201);
        _friend = BrowserOf();
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_shared_folder_is_looked_through_and_its_files_are_downloaded()
    {
        var link = await ShareAsync(new { path = "/Holidays", rights = "download" });

        var page = (await _friend.OpenAsync(link)).Expect(200);
        Assert.Contains("<h1>Holidays</h1>", page.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{link}/one.txt\"", page.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{link}?archive\"", page.Text, StringComparison.Ordinal);
        Assert.Equal("no-store", page.Header("Cache-Control"));
        Assert.Equal("noindex, nofollow", page.Header("X-Robots-Tag"));
        Assert.StartsWith(
            "default-src 'none'",
            page.Header("Content-Security-Policy"),
            StringComparison.Ordinal
        );
        var below = (await _friend.OpenAsync(link + "/Day%20%26%20night")).Expect(200);
        Assert.Contains(
            $"href=\"{link}/Day%20%26%20night/%3Cb%3E.txt\"",
            below.Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"href=\"{link}/Day%20%26%20night?archive\"",
            below.Text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("<b>", below.Text, StringComparison.Ordinal);
        foreach (var secret in (string[])["alice", "private", "/dav", "/files"])
            Assert.DoesNotContain(secret, page.Text + below.Text, StringComparison.Ordinal);

        var file = (await _friend.OpenAsync(link + "/one.txt")).Expect(200);
        Assert.Equal("one", file.Text);
        Assert.StartsWith(
            "attachment",
            file.Header("Content-Disposition"),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "sandbox",
            file.Header("Content-Security-Policy"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "nothing at this address",
            (await _friend.OpenAsync(link + "/private.txt")).Expect(404).Text,
            StringComparison.Ordinal
        );

        // Who may only view is not offered everything at once.
        var viewed = await ShareAsync(new { path = "/Holidays", rights = "view" });
        Assert.DoesNotContain(
            "archive",
            (await _friend.OpenAsync(viewed)).Expect(200).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_shared_file_has_a_page_that_it_is_downloaded_from()
    {
        var link = await ShareAsync(new { path = "/Holidays/one.txt", rights = "view" });

        var page = (await _friend.OpenAsync(link)).Expect(200);
        Assert.Contains("<h1>one.txt</h1>", page.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{link}/one.txt\"", page.Text, StringComparison.Ordinal);
        Assert.Equal("one", (await _friend.OpenAsync(link + "/one.txt")).Expect(200).Text);
        (await _friend.OpenAsync(link + "/two.txt")).Expect(404);
    }

    [Fact]
    public async Task Pictures_are_shown_as_such_unless_downloads_are_counted()
    {
        (await _api.Alice.PutAsync("/dav/Holidays/beach.jpg", "no picture")).Expect(201);
        var link = await ShareAsync(new { path = "/Holidays", rights = "view" });

        var page = (await _friend.OpenAsync(link)).Expect(200).Text;

        Assert.Contains(
            $"<img src=\"{link}/beach.jpg?preview=320&amp;v=",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains($"href=\"{link}/one.txt\"", page, StringComparison.Ordinal);
        // None is made of it yet, or ever; and only in the sizes that there are.
        Assert.Equal(202, (await _friend.OpenAsync(link + "/beach.jpg?preview=320")).Status);
        foreach (
            var path in (string[])
                [
                    "/beach.jpg?preview=321",
                    "/beach.jpg?preview=x",
                    "/none.jpg?preview=320",
                    "/../private.txt?preview=320",
                ]
        )
            (await _friend.OpenAsync(link + path)).Expect(404);
        var list = (await _friend.OpenAsync(link + "?list")).Expect(200).Text;
        Assert.DoesNotContain("<img", list, StringComparison.Ordinal);

        var counted = await ShareAsync(
            new
            {
                path = "/Holidays",
                rights = "download",
                maxDownloads = 2,
            }
        );
        Assert.DoesNotContain(
            "<img",
            (await _friend.OpenAsync(counted)).Expect(200).Text,
            StringComparison.Ordinal
        );
        (await _friend.OpenAsync(counted + "/beach.jpg?preview=320")).Expect(404);
        var single = await ShareAsync(new { path = "/Holidays/beach.jpg", rights = "view" });
        Assert.Equal(202, (await _friend.OpenAsync(single + "?preview=320")).Status);
    }

    [Fact]
    public async Task A_large_folder_comes_in_pages()
    {
        for (var i = 0; i < 503; i++)
            (await _api.Alice.PutAsync($"/dav/Holidays/f{i:000}", "")).Expect(201);
        var link = await ShareAsync(new { path = "/Holidays", rights = "view" });

        Assert.Contains(
            $"href=\"{link}?page=2\"",
            (await _friend.OpenAsync(link)).Expect(200).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Page 2 of 2",
            (await _friend.OpenAsync(link + "?page=2")).Expect(200).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_password_is_asked_for_on_a_page_and_remembered_for_this_link_alone()
    {
        var made = await MakeAsync(
            new
            {
                path = "/Holidays",
                rights = "download",
                password = "sésame",
            }
        );
        var (link, id) = (PathOf(made), made.GetProperty("id").GetInt64());
        var other = await ShareAsync(
            new
            {
                path = "/Holidays",
                rights = "download",
                password = "sésame",
            }
        );

        // The owner's own sign-in is no key to it.
        await _friend.SignInAsync("alice", "demo");
        var deep = link + "/Day%20%26%20night";
        var asked = (await _friend.OpenAsync(deep)).Expect(200);
        Assert.Contains("type=\"password\"", asked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Day", asked.Text.Replace("Day%20", "", StringComparison.Ordinal));
        Assert.Null(asked.Header("WWW-Authenticate"));
        var wrong = await _friend.SubmitAsync(deep, ("password", "sesame"));
        Assert.Contains("This is not the password", wrong.Expect(403).Text);
        var right = await _friend.SubmitAsync(deep, ("password", "sésame"));
        Assert.Equal((303, deep), (right.Status, right.Header("Location")));
        var cookie = Assert.Single(Browser.CookiesOf(right));
        Assert.Contains($"path={link};", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);

        Assert.Contains("&lt;b&gt;.txt", (await _friend.OpenAsync(deep)).Expect(200).Text);
        Assert.Equal("one", (await _friend.OpenAsync(link + "/one.txt")).Expect(200).Text);
        (await _friend.OpenAsync(link + "?archive")).Expect(200);
        Assert.Contains("type=\"password\"", (await _friend.OpenAsync(other)).Expect(200).Text);
        Assert.Equal(401, (await _friend.SendAsync("PROPFIND", link, form: null)).Status);

        (
            await _api.Alice.SendJsonAsync("PATCH", $"{Shares}/{id}", new { password = "other" })
        ).Expect(200);
        Assert.Contains("type=\"password\"", (await _friend.OpenAsync(link)).Expect(200).Text);
        for (var i = 0; i < 3; i++)
            (await _friend.SubmitAsync(link, ("password", "sésame"))).Expect(403);
        var limited = (await _friend.SubmitAsync(link, ("password", "other"))).Expect(429);
        Assert.NotNull(limited.Header("Retry-After"));
        Assert.Contains("role=\"alert\"", limited.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_browser_was_given_for_a_password_ends_by_itself_and_cannot_be_made_up()
    {
        var link = await ShareAsync(
            new
            {
                path = "/Holidays",
                rights = "view",
                password = "open",
            }
        );
        await _friend.OpenAsync(link);
        (await _friend.SubmitAsync(link, ("password", "open"))).Expect(303);
        Assert.Contains("one.txt", (await _friend.OpenAsync(link)).Expect(200).Text);
        var (end, proof) = _friend.Cookies["clouddav-link"].Split('.') switch
        {
            [var one, var two] => (one, two),
            _ => throw new InvalidOperationException(),
        };
        foreach (var made in (string[])["", ".", end + ".", "9" + end + "." + proof, "x." + proof])
        {
            var forger = BrowserOf();
            forger.Headers.Add(("Cookie", "clouddav-link=" + made));
            Assert.Contains("type=\"password\"", (await forger.OpenAsync(link)).Expect(200).Text);
        }
        _api.Time.Advance(TimeSpan.FromHours(12));
        Assert.Contains("type=\"password\"", (await _friend.OpenAsync(link)).Expect(200).Text);
    }

    [Fact]
    public async Task What_stands_in_the_way_is_said_in_the_language_of_the_browser_and_nothing_of_the_owner()
    {
        var end = _api.Time.GetUtcNow().AddHours(2);
        var made = await MakeAsync(
            new
            {
                path = "/Holidays",
                rights = "download",
                expires = end,
            }
        );
        var (link, id) = (PathOf(made), made.GetProperty("id").GetInt64());
        var counted = await ShareAsync(
            new
            {
                path = "/Holidays",
                rights = "download",
                maxDownloads = 1,
            }
        );
        _friend.Headers.Add(("Accept-Language", "nl-BE"));
        Assert.Contains("U kunt dit openen tot", (await _friend.OpenAsync(link)).Text);

        await RefusedAsync("/s/AAAAAAAAAAAAAAAAAAAAAAAA", 404, "Achter deze link is niets");
        var suspension = await _api.Contracts.SetAsync(
            "alice",
            MeasureKind.Suspension,
            Switches.ShareWithFriends,
            new Texts { Nl = "De rekening van alice staat open." }
        );
        await RefusedAsync(link, 403, "kan nu niet worden geopend");
        await _api.ChangeAsync(async transaction =>
            _ = await transaction.LiftMeasureAsync(suspension, "test", _api.Time.GetUtcNow())
        );
        await _api.Contracts.EndAsync("alice", _api.Time.GetUtcNow());
        await RefusedAsync(link, 403, "kan nu niet worden geopend");
        await _api.Contracts.EndAsync("alice", null);
        await _api.Contracts.SetAsync(new PlatformFacts { Mode = PlatformMode.Off });
        await RefusedAsync(link, 503, "in onderhoud");
        await _api.Contracts.SetAsync(PlatformFacts.Normal);
        (await _friend.OpenAsync(link)).Expect(200);

        (await _friend.OpenAsync(counted + "/one.txt")).Expect(200);
        _api.Time.Advance(TimeSpan.FromHours(1));
        await RefusedAsync(counted, 410, "een aantal downloads");
        _api.Time.Advance(TimeSpan.FromHours(1));
        await RefusedAsync(link, 410, "wordt niet meer gedeeld");
        (await _api.Alice.DeleteAsync($"{Shares}/{id}")).Expect(204);
        await RefusedAsync(link, 404, "Achter deze link is niets");

        async Task RefusedAsync(string address, int status, string sentence)
        {
            var page = (await _friend.OpenAsync(address)).Expect(status);
            Assert.Contains("<html lang=\"nl\">", page.Text, StringComparison.Ordinal);
            Assert.Contains(sentence, page.Text, StringComparison.Ordinal);
            foreach (var secret in (string[])["alice", "rekening", "Holidays"])
                Assert.DoesNotContain(secret, page.Text, StringComparison.Ordinal);
            Assert.Equal("no-store", page.Header("Cache-Control"));
        }
    }

    [Fact]
    public async Task Files_are_handed_in_and_not_shown_again()
    {
        var link = await ShareAsync(new { path = "/Holidays", rights = "drop" });
        var page = (await _friend.OpenAsync(link)).Expect(200);
        Assert.DoesNotContain("Holidays", page.Text, StringComparison.Ordinal);
        var guard = _friend.HiddenOf(link).Single().Value;

        var sent = await _friend.UploadAsync(
            link,
            guard,
            ("one.txt", "mine"),
            ("C:\\me\\photo.jpg", "photo"),
            ("", "")
        );
        Assert.Equal((303, link + "?arrived=2"), (sent.Status, sent.Header("Location")));
        var after = (await _friend.OpenAsync(sent.Header("Location")!)).Expect(200);
        Assert.Contains("2 files have arrived.", after.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("photo.jpg", after.Text, StringComparison.Ordinal);
        (await _friend.OpenAsync(link + "/photo.jpg")).Expect(403);
        Assert.Equal("one", (await _api.Alice.GetAsync("/dav/Holidays/one.txt")).Text);
        Assert.Equal("photo", (await _api.Alice.GetAsync("/dav/Holidays/photo.jpg")).Text);
        Assert.Equal(4, (await _api.Alice.ListAsync("/dav/Holidays/")).Count);

        // A form of another site, and what does not fit.
        var foreign = (await _friend.UploadAsync(link, "x", ("two.txt", "x"))).Expect(403);
        Assert.Contains("role=\"alert\"", foreign.Text, StringComparison.Ordinal);
        var full = await _friend.UploadAsync(
            link,
            guard,
            ("three.txt", "3"),
            ("large.bin", new string('x', 3 << 20))
        );
        Assert.Contains("1 file has arrived.", full.Expect(507).Text, StringComparison.Ordinal);
        Assert.Contains("There is no room for it", full.Text, StringComparison.Ordinal);
        Assert.Equal(5, (await _api.Alice.ListAsync("/dav/Holidays/")).Count);

        // Nowhere else is anything taken by a form.
        var shown = await ShareAsync(new { path = "/Holidays", rights = "download" });
        Assert.Equal(303, (await _friend.UploadAsync(shown, guard, ("four.txt", "4"))).Status);
        Assert.Equal(5, (await _api.Alice.ListAsync("/dav/Holidays/")).Count);
    }

    private Browser BrowserOf()
    {
        var browser = new Browser(_api.Host);
        browser.Headers.Add(("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));
        return browser;
    }

    private async Task<string> ShareAsync(object wanted) => PathOf(await MakeAsync(wanted));

    private async Task<JsonElement> MakeAsync(object wanted)
    {
        var json = JsonSerializer.SerializeToNode(wanted)!.AsObject();
        json["rightsAttested"] = true;
        json["rightsStatement"] = "2026-01";
        return (await _api.Alice.SendJsonAsync("POST", Shares, json.ToJsonString()))
            .Expect(201)
            .Json();
    }

    private static string PathOf(JsonElement share) =>
        new Uri(share.GetProperty("url").GetString()!).AbsolutePath;
}
