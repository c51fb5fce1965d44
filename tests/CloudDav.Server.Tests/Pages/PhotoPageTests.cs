using System.Globalization;
using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.Previews;
using CloudDav.Server.Tests.Sharing;
using CloudDav.Server.Tests.Television;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Pages;

/// <summary>Pictures by when they were taken, their previews and originals, in a browser without script.</summary>
public sealed class PhotoPageTests : IAsyncLifetime
{
    private ApiHost _api = null!;
    private Browser _browser = null!;

    private DavClient Alice => _api.Alice;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        _browser = new Browser(_api.Host);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Photos_are_shown_page_by_page_and_each_leads_to_the_ones_beside_it()
    {
        await _browser.SignInAsync("alice", "demo");
        var empty = (await _browser.OpenAsync("/photos")).Expect(200);
        Assert.Contains("no photos or videos", empty.Text, StringComparison.Ordinal);
        (await Alice.MkcolAsync("/dav/a%20b")).Expect(201);
        for (var i = 0; i < 98; i++)
            (
                await Alice.PutAsync(
                    $"/dav/a%20b/{i:00}.jpg",
                    "x",
                    ("X-OC-Mtime", (1_600_000_000 + i).ToString(CultureInfo.InvariantCulture))
                )
            ).Expect(201);
        (await Alice.PutAsync("/dav/no.txt", "x")).Expect(201);

        var first = (await _browser.OpenAsync("/photos")).Expect(200);
        Assert.Equal(96, first.Text.Split("<li>").Length - 1);
        Assert.DoesNotContain("no.txt", first.Text, StringComparison.Ordinal);
        var next = Between(first.Text, "href=\"", "\" rel=\"next\"");
        var second = (await _browser.OpenAsync(next)).Expect(200);
        Assert.Equal(2, second.Text.Split("<li>").Length - 1);
        // The page before is the first again, and both lead on over their border.
        Assert.Equal("/photos", Between(second.Text, "href=\"", "\" rel=\"prev\""));
        var border = (
            await _browser.OpenAsync("/photos/view/a%20b/01.jpg" + next["/photos".Length..])
        ).Expect(200);
        var back = Between(border.Text, "href=\"", "\" rel=\"prev\"");
        Assert.Equal("/photos/view/a%20b/02.jpg", back);
        Assert.Equal(
            "/photos/view/a%20b/01.jpg" + next["/photos".Length..],
            Between((await _browser.OpenAsync(back)).Text, "href=\"", "\" rel=\"next\"")
        );
        var seen = (await _browser.OpenAsync("/photos/folder/a%20b?page=2")).Expect(200);
        Assert.Equal(2, seen.Text.Split("<li>").Length - 1);

        var view = (await _browser.OpenAsync("/photos/view/a%20b/10.jpg?folder")).Expect(200);
        Assert.Contains(
            "/photos/view/a%20b/09.jpg?folder\" rel=\"prev\"",
            view.Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "/photos/view/a%20b/11.jpg?folder\" rel=\"next\"",
            view.Text,
            StringComparison.Ordinal
        );
        Assert.Equal(404, (await _browser.OpenAsync("/photos/view/a%20b/none.jpg")).Status);
        Assert.Equal(303, (await _browser.OpenAsync("/photos/view/no.txt")).Status);
        foreach (var odd in (string[])["?from=x", "?from=1_-2", "?month=2020-13", "?month=9999-12"])
            (await _browser.OpenAsync("/photos" + odd)).Expect(200);
    }

    [Fact]
    public async Task A_preview_that_is_not_there_yet_is_a_tile_and_nobody_s_without_a_session()
    {
        (await Alice.PutAsync("/dav/a.jpg", TestMedia.Photo())).Expect(201);
        await _browser.SignInAsync("alice", "demo");
        await _browser.OpenAsync("/photos");

        var tile = (await _browser.OpenAsync("/photos/preview/320/a.jpg")).Expect(202);

        Assert.Equal(
            ("image/svg+xml", "3"),
            (tile.Header("Content-Type"), tile.Header("Retry-After"))
        );
        Assert.Equal("sandbox; default-src 'none'", tile.Header("Content-Security-Policy"));
        Assert.Equal(404, (await _browser.OpenAsync("/photos/preview/333/a.jpg")).Status);
        Assert.Equal(404, (await _browser.OpenAsync("/photos/preview/320/b.jpg")).Status);
        var stranger = new Browser(_api.Host);
        Assert.Equal(401, (await stranger.OpenAsync("/photos/preview/320/a.jpg")).Status);
        Assert.Equal(401, (await stranger.OpenAsync("/photos/original/a.jpg")).Status);
    }

    [Fact]
    public async Task A_photo_is_of_the_day_that_the_camera_says_for_everybody_who_sees_it()
    {
        await using var household = await Household.StartAsync(("Previews:Workers", "1"));
        var photo = TestMedia.Photo(taken: "2020:01:01 00:30:00", offset: "+09:00");
        (await household.Api.Alice.PutAsync("/dav/a.jpg", photo)).Expect(201);
        (await household.Api.Alice.PutAsync("/dav/new.jpg", "x")).Expect(201);
        await household.ShareAsync(path: "/a.jpg");
        foreach (var person in (string[])["alice", "bob"])
        {
            var browser = new Browser(household.Api.Host);
            await browser.SignInAsync(person, "demo");
            await browser.OpenAsync("/photos");
            while ((await browser.OpenAsync("/photos/preview/320/a.jpg")).Status == 202)
                await Task.Delay(50, TestContext.Current.CancellationToken);
            var timeline = (await browser.OpenAsync("/photos")).Expect(200);
            Assert.Contains(">January 2020</h2>", timeline.Text, StringComparison.Ordinal);
            Assert.Contains("a.jpg, 1 January 2020", timeline.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("December 2019</h2>", timeline.Text, StringComparison.Ordinal);
            var view = (await browser.OpenAsync("/photos/view/a.jpg")).Expect(200);
            Assert.Contains("1 January 2020 at 00:30", view.Text, StringComparison.Ordinal);
            Assert.Contains("a.jpg, 1 January 2020", view.Text, StringComparison.Ordinal);
            // Of an earlier time there is nothing, which is not nothing at all.
            var earlier = (await browser.OpenAsync("/photos?month=2019-11")).Expect(200);
            Assert.Contains("There is nothing from that time", earlier.Text);
            Assert.Contains("href=\"/photos\"", earlier.Text, StringComparison.Ordinal);
        }
        // As a set of bob's says it.
        var set = await TvSet.PairAsync(household.Api.Host, "bob");
        var item = (await set.GetAsync("/timeline"))
            .Expect(200)
            .Json()
            .GetProperty("items")
            .EnumerateArray()
            .Single(item => item.GetProperty("title").GetString() == "a");
        Assert.Equal("2020-01-01T00:30:00+09:00", item.GetProperty("time").GetString());
        Assert.Equal(300, item.GetProperty("width").GetInt32());
    }

    [Fact]
    public async Task What_is_shared_twice_is_shown_once()
    {
        await using var household = await Household.StartAsync();
        (await household.Api.Alice.MkcolAsync("/dav/Trip")).Expect(201);
        (await household.Api.Alice.PutAsync("/dav/Trip/a.jpg", "x")).Expect(201);
        (await household.Api.Alice.PutAsync("/dav/Trip/b.jpg", "x")).Expect(201);
        await household.ShareAsync(path: "/Trip");
        await household.ShareAsync(path: "/Trip/a.jpg");
        var browser = new Browser(household.Api.Host);
        await browser.SignInAsync("bob", "demo");
        var timeline = (await browser.OpenAsync("/photos")).Expect(200).Text;
        Assert.Equal(2, timeline.Split("<li>").Length - 1);
    }

    [Fact]
    public async Task What_browsers_play_is_sent_in_ranges_to_be_shown_and_everything_else_to_be_saved()
    {
        (await Alice.PutAsync("/dav/a.mp4", "0123456789")).Expect(201);
        (await Alice.PutAsync("/dav/a.svg", "<svg/>")).Expect(201);
        (await Alice.PutAsync("/dav/a.html", "<p>")).Expect(201);
        await _browser.SignInAsync("alice", "demo");
        _browser.Headers.Add(("Range", "bytes=2-4"));

        var part = (await _browser.OpenAsync("/photos/original/a.mp4")).Expect(206);

        Assert.Equal(("video/mp4", "234"), (part.Header("Content-Type"), part.Text));
        Assert.StartsWith("inline", part.Header("Content-Disposition"), StringComparison.Ordinal);
        _browser.Headers.Clear();
        foreach (var name in (string[])["a.svg", "a.html"])
        {
            var saved = (await _browser.OpenAsync($"/photos/original/{name}")).Expect(200);
            Assert.StartsWith(
                "attachment",
                saved.Header("Content-Disposition"),
                StringComparison.Ordinal
            );
            Assert.Equal(
                ("nosniff", "sandbox; default-src 'none'"),
                (saved.Header("X-Content-Type-Options"), saved.Header("Content-Security-Policy"))
            );
        }
    }

    private static string Between(string text, string from, string to)
    {
        var end = text.IndexOf(to, StringComparison.Ordinal);
        var begin = text.LastIndexOf(from, end, StringComparison.Ordinal) + from.Length;
        return text[begin..end];
    }
}
