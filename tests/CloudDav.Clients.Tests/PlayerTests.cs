using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>FFmpeg's library, which Kodi and most players read with, mpv and VLC: from the tree, from a signed address and from the playlists of a paired TV set.</summary>
public sealed partial class PlayerTests(DemoServer server) : IClassFixture<DemoServer>
{
    private const string Name = "Été à la mer.mp4";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_video_plays_from_the_tree_from_its_address_and_from_the_playlist_and_is_sought_by_ranges()
    {
        using var home = new TempFolder();
        var clip = Path.Combine(home.Path, "clip.mp4");
        // What tells where everything is comes at the end of the file: it cannot be played before that was sought.
        (
            await Command.RunAsync(
                "ffmpeg",
                [
                    "-v",
                    "error",
                    "-f",
                    "lavfi",
                    "-i",
                    "testsrc2=size=320x240:rate=10:duration=20",
                    "-c:v",
                    "mpeg4",
                    "-b:v",
                    "2M",
                    "-g",
                    "10",
                    clip,
                ],
                home.Path
            )
        ).MustSucceed();
        using var client = server.Connect();
        (
            await client.SendAsync(
                new HttpRequestMessage(new HttpMethod("MKCOL"), server.Url + "Films/"),
                Stop
            )
        ).EnsureSuccessStatusCode();
        var path = "Films/" + Uri.EscapeDataString(Name);
        await using (var content = File.OpenRead(clip))
            (
                await client.PutAsync(server.Url + path, new StreamContent(content), Stop)
            ).EnsureSuccessStatusCode();

        var album = await PairedAlbumAsync();
        var (m3u, xspf) = (
            album.GetProperty("m3u").GetString()!,
            album.GetProperty("xspf").GetString()!
        );
        var address = m3u[..(m3u.LastIndexOf('/') + 1)] + Uri.EscapeDataString(Name);
        using var player = new HttpClient();
        var listed = (await player.GetStringAsync(m3u, Stop)).Split('\n');
        Assert.Contains(address, listed);
        Assert.Contains(address, await player.GetStringAsync(xspf, Stop), StringComparison.Ordinal);

        var inTree =
            server
                .UrlWithUser("http")
                .Replace(
                    server.User + "@",
                    $"{server.User}:{server.Password}@",
                    StringComparison.Ordinal
                ) + path;
        foreach (
            var source in (string[])
                [
                    inTree,
                    address,
                    listed.Single(line => line.StartsWith("http", StringComparison.Ordinal)),
                ]
        )
        {
            var probed = (
                await Command.RunAsync(
                    "ffprobe",
                    [
                        "-v",
                        "error",
                        "-show_entries",
                        "stream=codec_name,width,height:format=duration",
                        "-of",
                        "json",
                        source,
                    ],
                    home.Path
                )
            ).MustSucceed();
            var found = JsonElement.Parse(probed.Output);
            var stream = found.GetProperty("streams")[0];
            Assert.Equal(
                ("mpeg4", 320, 240, "20.000000"),
                (
                    stream.GetProperty("codec_name").GetString(),
                    stream.GetProperty("width").GetInt32(),
                    stream.GetProperty("height").GetInt32(),
                    found.GetProperty("format").GetProperty("duration").GetString()
                )
            );
        }

        var sought = (
            await Command.RunAsync(
                "ffmpeg",
                ["-v", "debug", "-ss", "15", "-i", address, "-frames:v", "1", "-f", "null", "-"],
                home.Path
            )
        ).MustSucceed();
        Assert.Matches(RangeFromWithin(), sought.Output);

        // mpv goes to the tenth second and plays from there, from the tree, the address and the playlist.
        foreach (var source in (string[])[inTree, address, m3u])
        {
            var played = (
                await Command.RunAsync(
                    "mpv",
                    [
                        "--no-config",
                        "--vo=null",
                        "--ao=null",
                        "--start=10",
                        "--frames=5",
                        "--term-status-msg=at ${time-pos}",
                        source,
                    ],
                    home.Path
                )
            ).MustSucceed();
            Assert.Matches("Video .*mpeg4", played.Output);
            Assert.Contains("at 00:00:10", played.Output, StringComparison.Ordinal);
        }

        foreach (var source in (string[])[inTree, address, m3u, xspf])
            await PlayWithVlcAsync(source);
    }

    // From the tenth second and ten times as fast, with every fifth picture kept. VLC does not run as root.
    private static async Task PlayWithVlcAsync(string source)
    {
        using var home = new TempFolder();
        File.SetUnixFileMode(home.Path, (UnixFileMode)0b111_111_111);
        string[] command =
        [
            "vlc",
            "--intf=dummy",
            "--no-audio",
            "--vout=dummy",
            "--play-and-exit",
            "--start-time=10",
            "--rate=10",
            "--video-filter=scene",
            "--scene-format=png",
            "--scene-ratio=5",
            "--scene-path=" + home.Path,
            "-vv",
            source,
        ];
        if (Environment.IsPrivilegedProcess)
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. command];
        var played = (await Command.RunAsync(command[0], command[1..], home.Path)).MustSucceed();
        Assert.Matches(RangeFromWithin(), played.Output);
        Assert.True(
            Directory.EnumerateFiles(home.Path, "*.png").Any(),
            $"VLC showed nothing of {source}:\n{played.Output}"
        );
    }

    // As a person with a phone does it, and a set that then asks for its albums.
    private async Task<JsonElement> PairedAlbumAsync()
    {
        var root = new Uri(server.Url).GetLeftPart(UriPartial.Authority);
        using var browser = new HttpClient(
            new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }
        );
        var phone = new PageVisitor(browser);
        using var set = new HttpClient();
        var begun = await PostAsync(
            set,
            root + "/oauth/device_authorization",
            ("client_id", "box"),
            ("device_name", "Box")
        );
        var page = begun.GetProperty("verification_uri_complete").GetString()!;
        await phone.OpenAsync(root + "/sign-in");
        await phone.SubmitAsync(
            root + "/sign-in",
            ("name", server.User),
            ("password", server.Password)
        );
        await phone.OpenAsync(page);
        await phone.SubmitAsync(page, ("answer", "grant"));
        var given = await PostAsync(
            set,
            root + "/oauth/token",
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", "box"),
            ("device_code", begun.GetProperty("device_code").GetString()!)
        );
        set.DefaultRequestHeaders.Authorization = new(
            "Bearer",
            given.GetProperty("access_token").GetString()
        );
        var albums = await set.GetFromJsonAsync<JsonElement>(root + "/tv/v1/albums", Stop);
        return albums
            .GetProperty("items")
            .EnumerateArray()
            .Single(album => album.GetProperty("title").GetString() == "Films");
    }

    private static async Task<JsonElement> PostAsync(
        HttpClient client,
        string address,
        params (string Name, string Value)[] fields
    )
    {
        using var form = new FormUrlEncodedContent(
            fields.Select(field => KeyValuePair.Create(field.Name, field.Value))
        );
        using var answer = (await client.PostAsync(address, form, Stop)).EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    [GeneratedRegex("Range: bytes=[1-9][0-9]*-", RegexOptions.None, 1000)]
    private static partial Regex RangeFromWithin();
}
