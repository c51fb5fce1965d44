using System.Net;
using System.Text;
using System.Text.Json;

namespace CloudDav.Clients.Tests;

/// <summary>Friends without an account open links with the programs they have: curl, cadaver and rclone.</summary>
public sealed class LinkTests(DemoServer server) : IClassFixture<DemoServer>, IDisposable
{
    private readonly TempFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Cadaver_mounts_a_link_with_a_password_and_is_refused_every_change()
    {
        using var alice = server.Connect();
        await PutAsync(alice, "mounted", "one.txt", "one");
        var link = await ShareAsync(alice, "/mounted", "download", password: "open sesame");
        await File.WriteAllTextAsync(
            Path.Combine(_home.Path, ".netrc"),
            "machine 127.0.0.1 login friend password \"open sesame\"\n"
        );

        var run = await Command.RunAsync(
            "cadaver",
            [link + "/"],
            _home.Path,
            "ls\nget one.txt got.txt\nput got.txt new.txt\ndelete one.txt\nmkcol folder\nquit\n"
        );

        Assert.Contains("one.txt", run.Output, StringComparison.Ordinal);
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(_home.Path, "got.txt")));
        Assert.Equal(3, run.Output.Split("403").Length - 1);
        using var there = await alice.GetAsync("mounted/new.txt");
        Assert.Equal(HttpStatusCode.NotFound, there.StatusCode);
    }

    [Fact]
    public async Task Rclone_copies_what_a_link_shares()
    {
        using var alice = server.Connect();
        var tree = Tree.Difficult();
        var up = _home.Folder("up");
        tree.WriteTo(up);
        await RcloneAsync(
            "config",
            "create",
            "own",
            "webdav",
            "vendor=owncloud",
            $"url={server.Url}",
            $"user={server.User}",
            $"pass={server.Password}"
        );
        await RcloneAsync("copy", "--create-empty-src-dirs", "up", "own:linked");
        var link = await ShareAsync(alice, "/linked", "download");
        await RcloneAsync("config", "create", "link", "webdav", "vendor=other", $"url={link}/");

        await RcloneAsync("copy", "--create-empty-src-dirs", "link:", "down");

        Tree.AssertSame(tree, Tree.OfFolder(Path.Combine(_home.Path, "down")), times: false);
    }

    [Fact]
    public async Task Curl_resumes_a_shared_file_and_drops_files_where_nothing_is_shown()
    {
        using var alice = server.Connect();
        var bytes = new byte[300_000];
        new Random(5).NextBytes(bytes);
        await PutAsync(alice, "curled", "large.bin", Encoding.Latin1.GetString(bytes));
        var link = await ShareAsync(alice, "/curled/large.bin", "view");
        var got = Path.Combine(_home.Path, "large.bin");

        await CurlAsync("-r", "0-99999", "-o", got, link);
        await CurlAsync("-C", "-", "-o", got, link);
        Assert.Equal(
            await File.ReadAllBytesAsync(got),
            await alice.GetByteArrayAsync("curled/large.bin")
        );

        var drop = await ShareAsync(alice, "/curled", "drop");
        await CurlAsync("-T", got, drop + "/large.bin");
        var refused = await Command.RunAsync(
            "curl",
            ["-sS", "-o", "/dev/null", "-w", "%{http_code}", drop + "/"],
            _home.Path
        );
        Assert.Equal("403", refused.Output.Trim());
        using var request = new HttpRequestMessage(new HttpMethod("PROPFIND"), "curled/");
        request.Headers.Add("Depth", "1");
        using var listed = await alice.SendAsync(request);
        Assert.Equal(
            3,
            (await listed.Content.ReadAsStringAsync()).Split("<d:response>").Length - 1
        );
    }

    private static async Task PutAsync(HttpClient alice, string folder, string name, string text)
    {
        using var made = await alice.SendAsync(
            new HttpRequestMessage(new HttpMethod("MKCOL"), folder)
        );
        made.EnsureSuccessStatusCode();
        using var put = await alice.PutAsync($"{folder}/{name}", new StringContent(text));
        put.EnsureSuccessStatusCode();
    }

    internal static async Task<string> ShareAsync(
        HttpClient alice,
        string path,
        string rights,
        string? password = null
    ) => (await MakeAsync(alice, path, rights, password)).GetProperty("url").GetString()!;

    internal static async Task<JsonElement> MakeAsync(
        HttpClient alice,
        string path,
        string rights,
        string? password = null
    )
    {
        using var made = await alice.PostAsync(
            new Uri(alice.BaseAddress!, "/api/v1/shares"),
            new StringContent(
                JsonSerializer.Serialize(
                    new
                    {
                        path,
                        rights,
                        password,
                        rightsAttested = true,
                        rightsStatement = "1",
                    }
                ),
                Encoding.UTF8,
                "application/json"
            )
        );
        made.EnsureSuccessStatusCode();
        return JsonElement.Parse(await made.Content.ReadAsStringAsync());
    }

    private async Task RcloneAsync(params string[] arguments) =>
        (
            await Command.RunAsync(
                "rclone",
                ["--config", Path.Combine(_home.Path, "rclone.conf"), .. arguments],
                _home.Path
            )
        ).MustSucceed();

    private async Task CurlAsync(params string[] arguments) =>
        (await Command.RunAsync("curl", ["-sSf", .. arguments], _home.Path)).MustSucceed();
}
