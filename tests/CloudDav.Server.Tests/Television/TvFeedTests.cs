using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using CloudDav.Server.Telemetry;
using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.Previews;
using CloudDav.Server.Tests.Sharing;
using CloudDav.Server.Tests.Telemetry;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace CloudDav.Server.Tests.Television;

/// <summary>What a paired TV set is shown, and what plays from the addresses it is given, over real sockets.</summary>
public sealed class TvFeedTests : IAsyncLifetime
{
    private const string FilmName = "Été 1 — c’est l’été.mkv";

    private ApiHost _api = null!;
    private TvSet _set = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        await PutAsync("/dav/Films", FilmName, "0123456789");
        await PutAsync("/dav/Films", "Été 1 — c’est l’été.en.srt", "1\n");
        await PutAsync("/dav/Films", "Film 10.mp4", "ten");
        await PutAsync("/dav/Films", "Film 2.mp4", "two");
        await PutAsync("/dav/Films", "Film 2.srt", "1\n");
        await PutAsync("/dav/Films", "secret.txt", "secret");
        await PutAsync("/dav/Films", "._Film 2.mp4", "junk");
        await PutAsync("/dav/Films/Below", "inside.mp4", "inside");
        await PutAsync("/dav", "top.jpg", "jpeg");
        _set = await TvSet.PairAsync(_api.Host, "alice");
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Albums_are_the_folders_with_media_and_their_items_come_in_the_order_of_numbers()
    {
        var albums = (await _set.GetAsync("/albums")).Expect(200).Json();
        Assert.True(albums.GetProperty("isComplete").GetBoolean());
        Assert.Equal(
            [("", "/", 1L), ("Below", "/Films/Below", 1), ("Films", "/Films", 3)],
            albums
                .GetProperty("items")
                .EnumerateArray()
                .Select(album =>
                    (
                        album.GetProperty("title").GetString()!,
                        album.GetProperty("path").GetString()!,
                        album.GetProperty("items").GetInt64()
                    )
                )
                .Order()
        );
        var page = (await _set.GetAsync("/albums?limit=2")).Expect(200).Json();
        Assert.Equal(
            (2, 2L),
            (page.GetProperty("items").GetArrayLength(), page.GetProperty("next").GetInt64())
        );
        page = (await _set.GetAsync("/albums?limit=2&from=2")).Expect(200).Json();
        Assert.Equal(1, page.GetProperty("items").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);

        var album = await AlbumAsync("Films");
        var items = (await _set.GetAsync($"/albums/{IdOf(album)}")).Expect(200).Json();
        Assert.Equal(
            ["Été 1 — c’est l’été", "Film 2", "Film 10"],
            items
                .GetProperty("items")
                .EnumerateArray()
                .Select(item => item.GetProperty("title").GetString()!)
        );
        var film = items
            .GetProperty("items")
            .EnumerateArray()
            .Single(item => item.GetProperty("title").GetString() == "Film 2");
        Assert.Equal(
            ("video", "video/mp4", 3L, "2026-03-02T09:00:00+00:00"),
            (
                film.GetProperty("kind").GetString(),
                film.GetProperty("contentType").GetString(),
                film.GetProperty("size").GetInt64(),
                film.GetProperty("time")
                    .GetDateTimeOffset()
                    .ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)
            )
        );
        var subtitle = Assert.Single(film.GetProperty("subtitles").EnumerateArray());
        Assert.Equal("application/x-subrip", subtitle.GetProperty("contentType").GetString());
        Assert.Equal("1\n", (await _set.PlayAsync(AddressOf(subtitle))).Expect(200).Text);
        // What is not known, and nobody has looked into here, is null; what may have previews has addresses of them.
        foreach (var name in (string[])["duration", "width", "height", "orientation"])
            Assert.Equal(JsonValueKind.Null, film.GetProperty(name).ValueKind);
        var previews = film.GetProperty("previews").EnumerateArray().ToList();
        Assert.Equal(
            PreviewDesk.Sizes,
            previews.Select(preview => preview.GetProperty("size").GetInt32())
        );
        // There is none yet: quickly, and with when to ask again.
        var none = (await _set.PlayAsync(AddressOf(previews[0]))).Expect(404);
        Assert.Equal(
            ("3", "text/plain; charset=utf-8", null),
            (none.Header("Retry-After"), none.Header("Content-Type"), none.Header("DAV"))
        );
        Assert.Equal(
            404,
            (
                await _set.PlayAsync(
                    AddressOf(previews[0]).Replace("/320/", "/321/", StringComparison.Ordinal)
                )
            ).Status
        );
        Assert.Equal("404 not-found", (await _set.GetAsync("/albums/4711")).Problem());
        foreach (
            var wrong in (string[])["?limit=0", "?limit=201", "?from=-1", "?limit=x", "?other=1"]
        )
            Assert.Equal("400 invalid-input", (await _set.GetAsync("/albums" + wrong)).Problem());
        Assert.Equal("400 invalid-input", (await _set.GetAsync("/timeline?time=1")).Problem());
    }

    [Fact]
    public async Task The_timeline_has_pictures_and_videos_newest_first_each_once_over_its_pages()
    {
        for (var i = 0; i < 7; i++)
        {
            // Some at the same moment, so that a page ends between them.
            if (i % 3 == 0)
                _api.Time.Advance(TimeSpan.FromMinutes(1));
            await PutAsync("/dav/Photos", $"{i}.jpg", "jpeg");
        }
        await PutAsync("/dav/Photos", "song.mp3", "sound");
        var seen = new List<(DateTimeOffset Time, string Title)>();
        for (var next = "?limit=3"; next is not null; )
        {
            var page = (await _set.GetAsync("/timeline" + next)).Expect(200).Json();
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                seen.Add(
                    (
                        item.GetProperty("time").GetDateTimeOffset(),
                        item.GetProperty("title").GetString()!
                    )
                );
                (await _set.PlayAsync(AddressOf(item))).Expect(200);
            }
            next =
                page.GetProperty("next").ValueKind == JsonValueKind.Null
                    ? null
                    : $"?limit=3&time={page.GetProperty("nextTime").GetInt64()}&id={page.GetProperty("next").GetInt64()}";
        }
        Assert.Equal(
            seen.OrderByDescending(item => item.Time).Select(item => item.Time),
            seen.Select(item => item.Time)
        );
        Assert.Equal(12, seen.Select(item => item.Title).Distinct().Count());
        Assert.Equal(12, seen.Count);
        Assert.Equal("6", seen[0].Title);
    }

    [Fact]
    public async Task C77_Renderers_are_told_of_their_features_and_ranges_are_still_ranges()
    {
        var address = AddressOf(await ItemAsync("Film 10"));
        var answer = await _set.PlayAsync(
            address,
            "GET",
            ("getcontentFeatures.dlna.org", "1"),
            ("transferMode.dlna.org", "Streaming"),
            ("Range", "bytes=0-")
        );
        Assert.Equal((206, "ten"), (answer.Status, answer.Text));
        Assert.Equal("Streaming", answer.Header("transferMode.dlna.org"));
        Assert.StartsWith(
            "DLNA.ORG_OP=01",
            answer.Header("contentFeatures.dlna.org"),
            StringComparison.Ordinal
        );
        Assert.Equal(
            400,
            (await _set.PlayAsync(address, "GET", ("getcontentFeatures.dlna.org", "2"))).Status
        );
        answer = await _set.PlayAsync(
            AddressOf(await ItemAsync("Film 2")),
            "HEAD",
            ("getCaptionInfo.sec", "1")
        );
        var captions = answer.Expect(200).Header("CaptionInfo.sec")!;
        Assert.Equal("1\n", (await _set.PlayAsync(captions)).Expect(200).Text);
    }

    [Fact]
    public async Task C78_A_signed_address_needs_no_header_covers_its_folder_s_media_alone_and_ends_with_its_set()
    {
        var item = await ItemAsync("Été 1 — c’est l’été");
        var address = AddressOf(item);
        Assert.True(address.All(char.IsAscii));
        Assert.EndsWith(".mkv", address, StringComparison.Ordinal);
        var head = (await _set.PlayAsync(address, "HEAD")).Expect(200);
        Assert.Equal(
            ("10", "bytes", "video/x-matroska", ""),
            (
                head.Header("Content-Length"),
                head.Header("Accept-Ranges"),
                head.Header("Content-Type"),
                head.Text
            )
        );
        Assert.Equal("0123456789", (await _set.PlayAsync(address)).Expect(200).Text);
        var range = await _set.PlayAsync(address, "GET", ("Range", "bytes=-3"));
        Assert.Equal(
            (206, "789", "bytes 7-9/10"),
            (range.Status, range.Text, range.Header("Content-Range"))
        );
        Assert.Equal("no-referrer", range.Header("Referrer-Policy"));
        Assert.Contains("noindex", range.Header("X-Robots-Tag"), StringComparison.Ordinal);
        Assert.Null(range.Header("Content-Disposition"));

        // Subtitles beside it, and of the folder nothing else.
        var folder = address[..(address.LastIndexOf('/') + 1)];
        Assert.Equal(
            "1\n",
            (await _set.PlayAsync(folder + Uri.EscapeDataString("Été 1 — c’est l’été.en.srt"))).Text
        );
        foreach (
            var other in (string[])
                [
                    "",
                    "secret.txt",
                    "._Film%202.mp4",
                    "Below/inside.mp4",
                    "Below",
                    "../top.jpg",
                    "%2e%2e/top.jpg",
                    "..%2ftop.jpg",
                ]
        )
            Assert.InRange((await _set.PlayAsync(folder + other)).Status, 400, 404);
        foreach (var method in (string[])["PUT", "DELETE", "PROPFIND", "OPTIONS", "POST"])
            Assert.Equal(405, (await _set.PlayAsync(address, method)).Status);

        // It slides while it is in use, and is over a day after that.
        _api.Time.Advance(TimeSpan.FromHours(23));
        (await _set.PlayAsync(address)).Expect(200);
        _api.Time.Advance(TimeSpan.FromHours(23));
        (await _set.PlayAsync(address)).Expect(200);
        _api.Time.Advance(TimeSpan.FromHours(24));
        await OverAsync(address);
        var fresh = AddressOf(await ItemAsync("Été 1 — c’est l’été"));
        Assert.NotEqual(address, fresh);
        (await _set.PlayAsync(fresh)).Expect(200);
        await OverAsync(address);
        await OverAsync(Forged(fresh));

        // What the set may not see any more, its addresses do not show either.
        await SetTvAsync(hasTv: false);
        Assert.Equal(403, (await _set.PlayAsync(fresh)).Status);
        await SetTvAsync(hasTv: true);
        (await _set.PlayAsync(fresh)).Expect(200);
        var devices = (await _api.Alice.GetAsync("/api/v1/devices")).Json();
        (
            await _api.Alice.SendAsync(
                "DELETE",
                "/api/v1/devices/" + devices.GetProperty("items")[0].GetProperty("id").GetInt64()
            )
        ).Expect(204);
        await OverAsync(fresh);
    }

    [Fact]
    public async Task C78_A_report_and_a_suspension_close_every_address()
    {
        var address = AddressOf(await ItemAsync("Film 2"));
        await _api.Contracts.SetAsync("alice", MeasureKind.Suspension, Switches.Tv);
        var suspended = await _set.PlayAsync(address);
        Assert.Equal(403, suspended.Status);
        Assert.Equal("403 suspended", (await _set.GetAsync("/timeline")).Problem());
        (await _api.Alice.SendAsync("POST", "/api/v1/report-unauthorised-use")).Expect(200);
        await OverAsync(address);
    }

    [Fact]
    public async Task C78_Neither_token_nor_code_is_in_any_log()
    {
        CapturedLines? lines = null;
        await using var host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                {
                    ["Logging:LogLevel:Default"] = "Trace",
                    ["Logging:Format"] = "Json",
                },
                Replace = services =>
                    services.AddSingleton<ILoggerProvider>(provider =>
                        lines = new CapturedLines(
                            (LogLines)provider.GetRequiredService<ConsoleFormatter>()
                        )
                    ),
            }
        );
        (await host.Client("alice", "demo").PutAsync("/dav/clip.mp4", "film")).Expect(201);
        var set = await TvSet.PairAsync(host, "alice");
        var timeline = (await set.GetAsync("/timeline")).Expect(200).Json();
        var address = AddressOf(
            timeline
                .GetProperty("items")
                .EnumerateArray()
                .Single(item => item.GetProperty("title").GetString() == "clip")
        );
        Assert.Equal("film", (await set.PlayAsync(address)).Expect(200).Text);
        await set.PlayAsync(Forged(address));
        await set.PlayAsync(address + "/nothing");
        Assert.NotEmpty(lines!.Text);
        foreach (var secret in (string[])[set.Token, address.Split('/')[4]])
            Assert.DoesNotContain(secret, lines.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C79_A_playlist_has_absolute_ASCII_addresses_that_play_without_credentials()
    {
        var album = await AlbumAsync("Films");
        var m3u = await _set.PlayAsync(album.GetProperty("m3u").GetString()!);
        Assert.Equal("audio/x-mpegurl", m3u.Expect(200).Header("Content-Type"));
        var m3u8 = await _set.PlayAsync(album.GetProperty("m3u").GetString()! + "8");
        Assert.Equal(
            ("audio/x-mpegurl", m3u.Text),
            (m3u8.Expect(200).Header("Content-Type"), m3u8.Text)
        );
        Assert.DoesNotContain("\r", m3u.Text, StringComparison.Ordinal);
        var lines = m3u.Text.TrimEnd('\n').Split('\n');
        Assert.Equal("#EXTM3U", lines[0]);
        Assert.Contains("#EXTINF:-1,Été 1 — c’est l’été", lines);
        Assert.True(
            Array.IndexOf(lines, "#EXTINF:-1,Film 2") < Array.IndexOf(lines, "#EXTINF:-1,Film 10")
        );
        var addresses = lines.Where(line => !line.StartsWith('#')).ToList();

        var xspf = await _set.PlayAsync(album.GetProperty("xspf").GetString()!);
        Assert.Equal("application/xspf+xml", xspf.Expect(200).Header("Content-Type"));
        XNamespace ns = "http://xspf.org/ns/0/";
        Assert.Equal(
            addresses,
            xspf.Xml().Descendants(ns + "location").Select(place => place.Value)
        );
        Assert.Equal(3, addresses.Count);
        foreach (var address in addresses)
        {
            Assert.True(
                address.All(char.IsAscii)
                    && !address.Contains(' ', StringComparison.Ordinal)
                    && Uri.TryCreate(address, UriKind.Absolute, out _)
            );
            Assert.Matches(@"\.(mkv|mp4)$", address);
            (await _set.PlayAsync(address)).Expect(200);
        }
    }

    [Theory]
    [InlineData(
        "mkv mka mp4 m4v ts m2ts mts mov avi webm mpg vob wmv flv mp3 m4a flac ogg opus wav srt vtt ass ssa sub idx m3u8 m3u xspf pls m4s nfo strm jpg png webp heic"
    )]
    public async Task C80_Every_kind_of_file_has_the_same_type_in_the_tree_and_at_its_address(
        string extensions
    )
    {
        foreach (var extension in extensions.Split(' '))
            await PutAsync("/dav/All", "x." + extension, "x");
        var folder = (await AlbumAsync("All")).GetProperty("m3u").GetString()!;
        folder = folder[..(folder.LastIndexOf('/') + 1)];
        XNamespace dav = "DAV:";
        foreach (var extension in extensions.Split(' '))
        {
            var type = (
                await _api.Alice.PropertiesAsync(
                    $"/dav/All/x.{extension}",
                    "0",
                    dav + "getcontenttype"
                )
            ).Only.Text(dav + "getcontenttype");
            Assert.Equal(
                type,
                (await _set.PlayAsync(folder + "x." + extension)).Expect(200).Header("Content-Type")
            );
        }
    }

    [Fact]
    public async Task What_is_made_of_a_folder_gives_way_to_a_file_of_that_name()
    {
        await PutAsync("/dav/Live", "film.mp4", "film");
        var m3u = (await AlbumAsync("Live")).GetProperty("m3u").GetString()!;
        var folder = m3u[..(m3u.LastIndexOf('/') + 1)];
        Assert.Contains("film.mp4", (await _set.PlayAsync(m3u + "8")).Expect(200).Text);
        // A stream in pieces, whose list names them beside it.
        const string list = "#EXTM3U\n#EXTINF:4,\npiece0.ts\n";
        await PutAsync("/dav/Live", "playlist.m3u8", list);
        await PutAsync("/dav/Live", "piece0.ts", "piece");
        var own = (await _set.PlayAsync(m3u + "8")).Expect(200);
        Assert.Equal(
            (list, "application/vnd.apple.mpegurl"),
            (own.Text, own.Header("Content-Type"))
        );
        Assert.Equal("piece", (await _set.PlayAsync(folder + "piece0.ts")).Expect(200).Text);
        // A list of sounds is none itself.
        await PutAsync("/dav/Live", "songs.pls", "[playlist]");
        Assert.DoesNotContain("songs", (await _set.PlayAsync(m3u)).Expect(200).Text);
        // As renderers ask, and as players come back.
        var again = await _set.PlayAsync(
            m3u,
            "GET",
            ("getcontentFeatures.dlna.org", "1"),
            ("transferMode.dlna.org", "Interactive"),
            ("Range", "bytes=0-6")
        );
        Assert.Equal(("#EXTM3U", 206), (again.Text, again.Status));
        Assert.NotNull(again.Header("contentFeatures.dlna.org"));
        Assert.Equal(
            304,
            (await _set.PlayAsync(m3u, "GET", ("If-None-Match", again.Header("ETag")!))).Status
        );
        foreach (
            var (address, header, value) in (ValueTuple<string, string, string>[])
                [
                    (m3u, "getcontentFeatures.dlna.org", "2"),
                    (folder + "film.mp4", "getcontentFeatures.dlna.org", "2"),
                    (folder + "film.mp4", "Range", "bytes=99-"),
                    (folder + "missing.mp4", "Accept", "*/*"),
                ]
        )
        {
            var refused = await _set.PlayAsync(address, "GET", (header, value));
            Assert.InRange(refused.Status, 400, 416);
            Assert.Equal("text/plain; charset=utf-8", refused.Header("Content-Type"));
            Assert.Null(refused.Header("DAV"));
        }
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("windows-1252")]
    [InlineData("utf-16")]
    public async Task Subtitles_are_given_to_browsers_as_they_take_them(string encoding)
    {
        await PutAsync("/dav/Talk", "film.mp4", "film");
        var text =
            CodePagesEncodingProvider.Instance.GetEncoding(encoding)
            ?? Encoding.GetEncoding(encoding);
        byte[] lines =
        [
            .. encoding == "utf-16" ? text.GetPreamble() : [],
            .. text.GetBytes("1\r\n00:00:01,500 --> 00:00:02,000\r\nL’été, à 9,5 €\r\n"),
        ];
        (await _api.Alice.PutAsync("/dav/Talk/film.srt", lines)).Expect(201);
        var folder = (await AlbumAsync("Talk")).GetProperty("m3u").GetString()!;
        folder = folder[..(folder.LastIndexOf('/') + 1)];

        var made = (await _set.PlayAsync(folder + "film.srt.vtt")).Expect(200);

        Assert.Equal("text/vtt", made.Header("Content-Type")!.Split(';')[0]);
        Assert.Equal(
            "WEBVTT\n\n1\n00:00:01.500 --> 00:00:02.000\nL’été, à 9,5 €\n\n",
            Encoding.UTF8.GetString(made.Body)
        );
        (await _set.PlayAsync(folder + "film.mp4.vtt")).Expect(404);
        (await _set.PlayAsync(folder + "other.srt.vtt")).Expect(404);
    }

    [Fact]
    public async Task A_preview_is_kept_for_good_and_has_another_address_when_the_picture_is_another()
    {
        await using var household = await Household.StartAsync(("Previews:Workers", "1"));
        (await household.Bob.PutAsync("/dav/a.jpg", TestMedia.Photo())).Expect(201);
        (await household.Bob.PutAsync("/dav/empty.jpg", "")).Expect(201);
        var set = await TvSet.PairAsync(household.Api.Host, "bob");
        var (old, first) = await SeeAsync();
        Assert.Equal(
            ("image/jpeg", "private, max-age=31536000, immutable", "cross-origin"),
            (
                first.Header("Content-Type"),
                first.Header("Cache-Control"),
                // Apps of another origin show it.
                first.Header("Cross-Origin-Resource-Policy")
            )
        );
        var same = await set.PlayAsync(old, "GET", ("If-None-Match", first.Header("ETag")!));
        Assert.Equal(
            (304, first.Header("Cache-Control")),
            (same.Status, same.Header("Cache-Control"))
        );
        var asked = await set.PlayAsync(old, "HEAD", ("getcontentFeatures.dlna.org", "1"));
        Assert.EndsWith(
            "FLAGS=00D00000000000000000000000000000",
            asked.Header("contentFeatures.dlna.org"),
            StringComparison.Ordinal
        );

        (await household.Bob.PutAsync("/dav/a.jpg", TestMedia.Photo(500, 400))).Expect(204);
        var (address, second) = await SeeAsync();
        Assert.NotEqual(old, address);
        Assert.NotEqual(first.Body, second.Body);
        // Where the former one was, nothing is kept.
        var moved = (await set.PlayAsync(old)).Expect(200);
        Assert.Equal(
            (second.Header("ETag"), "private, no-cache"),
            (moved.Header("ETag"), moved.Header("Cache-Control"))
        );

        // An empty file has none, and will have none.
        var album = (await set.GetAsync("/albums")).Expect(200).Json().GetProperty("items")[0];
        Assert.Equal(3, album.GetProperty("previews").GetArrayLength());
        var empty = await ItemAsync("/albums/" + IdOf(album), "empty");
        Assert.Equal(0, empty.GetProperty("previews").GetArrayLength());
        var none = await set.PlayAsync(
            address.Replace("/a.jpg", "/empty.jpg", StringComparison.Ordinal)
        );
        Assert.Equal((404, null), (none.Status, none.Header("Retry-After")));

        async Task<(string, DavAnswer)> SeeAsync()
        {
            while (true)
            {
                var at = AddressOf((await ItemAsync("/timeline", "a")).GetProperty("previews")[0]);
                var seen = await set.PlayAsync(at);
                if (seen.Status != 404)
                    return (at, seen.Expect(200));
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
        async Task<JsonElement> ItemAsync(string list, string title) =>
            (await set.GetAsync(list))
                .Expect(200)
                .Json()
                .GetProperty("items")
                .EnumerateArray()
                .Single(item => item.GetProperty("title").GetString() == title);
    }

    [Fact]
    public async Task What_others_of_the_household_share_is_shown_while_the_account_is_in_order_and_to_nobody_else()
    {
        await using var household = await Household.StartAsync();
        var api = household.Api;
        (await api.Alice.MkcolAsync("/dav/Trip")).Expect(201);
        (await api.Alice.PutAsync("/dav/Trip/beach.jpg", "sand")).Expect(201);
        (await api.Alice.PutAsync("/dav/Trip/notes.txt", "text")).Expect(201);
        (await api.Alice.PutAsync("/dav/alone.mp4", "alone")).Expect(201);
        await household.ShareAsync(path: "/Trip");
        await household.ShareAsync(path: "/alone.mp4");
        var set = await TvSet.PairAsync(api.Host, "bob");
        var albums = (await set.GetAsync("/albums")).Expect(200).Json();
        var album = Assert.Single(
            albums.GetProperty("items").EnumerateArray(),
            album => album.GetProperty("title").GetString() == "Trip"
        );
        Assert.True(album.GetProperty("isReceived").GetBoolean());
        var timeline = (await set.GetAsync("/timeline")).Expect(200).Json();
        var played = new List<string>();
        foreach (var item in timeline.GetProperty("items").EnumerateArray())
            played.Add((await set.PlayAsync(AddressOf(item))).Expect(200).Text);
        Assert.Contains("sand", played);
        Assert.Contains("alone", played);

        // Over the own capacity there is the own content alone, and it comes back.
        (await household.Bob.PutAsync("/dav/mine.jpg", "mine")).Expect(201);
        var bob = await api.AccountAsync("bob");
        await api.ChangeAsync(transaction => transaction.SetCapacityAsync(bob, 1));
        Assert.Equal(
            ["mine"],
            (await set.GetAsync("/timeline"))
                .Expect(200)
                .Json()
                .GetProperty("items")
                .EnumerateArray()
                .Select(item => item.GetProperty("title").GetString()!)
        );
        await api.ChangeAsync(transaction => transaction.SetCapacityAsync(bob, 20_000));

        // The owner's account is over its capacity: what she shares is paused.
        var beach = timeline
            .GetProperty("items")
            .EnumerateArray()
            .Single(item => item.GetProperty("title").GetString() == "beach");
        await api.Contracts.ChangeCapacityAsync("alice", 1);
        Assert.InRange((await set.PlayAsync(AddressOf(beach))).Status, 403, 404);
        Assert.DoesNotContain(
            (await set.GetAsync("/timeline"))
                .Expect(200)
                .Json()
                .GetProperty("items")
                .EnumerateArray(),
            item => item.GetProperty("title").GetString() == "beach"
        );
    }

    [Fact]
    public async Task The_document_says_everything_about_every_endpoint()
    {
        var document = (await _api.Host.Anonymous().GetAsync("/tv/v1/openapi.json"))
            .Expect(200)
            .Json();
        Assert.Equal("3.1", document.GetProperty("openapi").GetString()![..3]);
        var paths = document.GetProperty("paths").EnumerateObject().ToList();
        Assert.Equal(
            ["/tv/v1", "/tv/v1/albums", "/tv/v1/albums/{album}", "/tv/v1/timeline"],
            paths.Select(path => path.Name).Order(StringComparer.Ordinal)
        );
        foreach (var path in paths)
        {
            var operation = path.Value.GetProperty("get");
            Assert.False(string.IsNullOrWhiteSpace(operation.GetProperty("summary").GetString()));
            var responses = operation.GetProperty("responses");
            Assert.True(
                responses
                    .GetProperty("200")
                    .GetProperty("content")
                    .GetProperty("application/json")
                    .TryGetProperty("schema", out _)
            );
            foreach (var status in (string[])["400", "401", "403", "410", "503"])
                Assert.True(responses.TryGetProperty(status, out _));
        }
    }

    private static string IdOf(JsonElement entry) =>
        entry.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture);

    private static string AddressOf(JsonElement entry) => entry.GetProperty("address").GetString()!;

    // One letter of the token is another.
    private static string Forged(string address)
    {
        var at = address.IndexOf("/m/", StringComparison.Ordinal) + 20;
        return address[..at] + (address[at] == 'A' ? 'B' : 'A') + address[(at + 1)..];
    }

    private async Task OverAsync(string address)
    {
        var over = await _set.PlayAsync(address);
        Assert.Equal(403, over.Status);
        Assert.Null(over.Header("WWW-Authenticate"));
        Assert.Contains("does not work any more", over.Text, StringComparison.Ordinal);
    }

    private async Task<JsonElement> AlbumAsync(string title) =>
        (await _set.GetAsync("/albums"))
            .Expect(200)
            .Json()
            .GetProperty("items")
            .EnumerateArray()
            .Single(album => album.GetProperty("title").GetString() == title);

    private async Task<JsonElement> ItemAsync(string title) =>
        (await _set.GetAsync($"/albums/{IdOf(await AlbumAsync("Films"))}"))
            .Expect(200)
            .Json()
            .GetProperty("items")
            .EnumerateArray()
            .Single(item => item.GetProperty("title").GetString() == title);

    private Task SetTvAsync(bool hasTv) =>
        _api.ChangeAsync(async transaction =>
            await transaction.SaveCustomerAsync(
                (await transaction.FindCustomerAsync("customer-alice"))! with
                {
                    HasTvContract = hasTv,
                }
            )
        );

    private async Task PutAsync(string folder, string name, string content)
    {
        await _api.Alice.MkcolAsync(folder);
        (await _api.Alice.PutAsync($"{folder}/{Uri.EscapeDataString(name)}", content)).Expect(201);
    }
}
