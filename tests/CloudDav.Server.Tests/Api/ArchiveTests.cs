using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Api;

/// <summary>Everything in one download, over real sockets.</summary>
public sealed class ArchiveTests
{
    private const string Archive = "/api/v1/archive";

    [Fact]
    public async Task It_is_a_ZIP_file_whose_length_and_tag_are_known_beforehand()
    {
        await using var host = await CloudDavHost.StartAsync();
        var alice = await FilledAsync(host);

        var answer = await alice.GetAsync(Archive);
        var head = await alice.HeadAsync(Archive);

        Assert.Equal(200, answer.Status);
        Assert.Equal("application/zip", answer.Header("Content-Type"));
        Assert.Equal(Text(answer.Body.Length), answer.Header("Content-Length"));
        Assert.Equal("bytes", answer.Header("Accept-Ranges"));
        Assert.Equal(
            "attachment; filename=alice.zip; filename*=UTF-8''alice.zip",
            answer.Header("Content-Disposition")
        );
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("sandbox; default-src 'none'", answer.Header("Content-Security-Policy"));
        Assert.Equal("private, no-cache", answer.Header("Cache-Control"));
        Assert.Matches("^\"[^\"]+\"$", answer.ETag);
        foreach (var name in (string[])["Content-Length", "ETag", "Content-Type", "Accept-Ranges"])
            Assert.Equal(answer.Header(name), head.Header(name));
        Assert.Empty(head.Body);
        await using var zip = new ZipArchive(new MemoryStream(answer.Body));
        Assert.Equal(
            ["folder/", "folder/deep.txt", "large.bin", "top.txt"],
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=5-", 5, -1)]
    [InlineData("bytes=-7", -7, 7)]
    [InlineData("bytes=1000-200999", 1000, 200_000)]
    [InlineData("bytes=10-99999999999", 10, -1)]
    public async Task A_range_is_answered_with_that_part(string range, int from, int count)
    {
        await using var host = await CloudDavHost.StartAsync();
        var alice = await FilledAsync(host);
        var whole = (await alice.GetAsync(Archive)).Body;
        from = from < 0 ? whole.Length + from : from;
        count = count < 0 ? whole.Length - from : count;

        var answer = await alice.GetAsync(Archive, ("Range", range));

        Assert.Equal(206, answer.Status);
        Assert.Equal(whole.AsSpan(from, count).ToArray(), answer.Body);
        Assert.Equal(Text(count), answer.Header("Content-Length"));
        Assert.Equal(
            $"bytes {Text(from)}-{Text(from + count - 1)}/{Text(whole.Length)}",
            answer.Header("Content-Range")
        );
    }

    [Theory]
    [InlineData("bytes=0-1,5-6")]
    [InlineData("lines=0-1")]
    [InlineData("bytes=5-2")]
    [InlineData("nonsense")]
    public async Task What_is_not_one_range_of_bytes_is_answered_with_the_whole(string range)
    {
        await using var host = await CloudDavHost.StartAsync();
        var alice = await FilledAsync(host);

        var answer = await alice.GetAsync(Archive, ("Range", range));

        Assert.Equal(200, answer.Status);
        Assert.Null(answer.Header("Content-Range"));
        Assert.Equal((await alice.GetAsync(Archive)).Body, answer.Body);
    }

    [Theory]
    [InlineData("bytes=9999999-")]
    [InlineData("bytes=-0")]
    public async Task A_range_past_the_end_is_416(string range)
    {
        await using var host = await CloudDavHost.StartAsync();
        var alice = await FilledAsync(host);
        var length = (await alice.HeadAsync(Archive)).Header("Content-Length");

        var answer = await alice.GetAsync(Archive, ("Range", range));

        Assert.Equal(416, answer.Status);
        Assert.Equal($"bytes */{length}", answer.Header("Content-Range"));
        AssertProblem(answer);
    }

    [Fact]
    public async Task After_a_change_If_Range_begins_anew()
    {
        await using var host = await CloudDavHost.StartAsync();
        var alice = await FilledAsync(host);
        var first = await alice.GetAsync(Archive);

        var resumed = await alice.GetAsync(
            Archive,
            ("Range", "bytes=100-"),
            ("If-Range", first.ETag!)
        );
        await alice.PutAsync("/dav/new.txt", "new");
        var anew = await alice.GetAsync(
            Archive,
            ("Range", "bytes=100-"),
            ("If-Range", first.ETag!)
        );

        Assert.Equal(206, resumed.Status);
        Assert.Equal(first.Body[100..], resumed.Body);
        Assert.Equal(200, anew.Status);
        Assert.NotEqual(first.ETag, anew.ETag);
        Assert.Equal((await alice.GetAsync(Archive)).Body, anew.Body);
        foreach (
            var other in (string[])["W/" + anew.ETag, "Wed, 25 Nov 2026 02:00:00 GMT", "nonsense"]
        )
            Assert.Equal(
                200,
                (await alice.GetAsync(Archive, ("Range", "bytes=100-"), ("If-Range", other))).Status
            );
    }

    [Fact]
    public async Task Conditions_are_decided_by_the_tag()
    {
        await using var host = await CloudDavHost.StartAsync();
        var alice = await FilledAsync(host);
        var tag = (await alice.HeadAsync(Archive)).ETag!;

        var same = await alice.GetAsync(Archive, ("If-None-Match", $"\"x\", W/{tag}"));
        var failed = await alice.GetAsync(Archive, ("If-Match", "\"x\""));

        Assert.Equal(304, same.Status);
        Assert.Equal(tag, same.ETag);
        Assert.Empty(same.Body);
        Assert.Equal(412, failed.Status);
        AssertProblem(failed);
        Assert.Equal(200, (await alice.GetAsync(Archive, ("If-None-Match", "\"x\""))).Status);
        Assert.Equal(200, (await alice.GetAsync(Archive, ("If-Match", tag))).Status);
        Assert.Equal(304, (await alice.HeadAsync(Archive, ("If-None-Match", "*"))).Status);
        var root = await alice.GetAsync("/dav/");
        Assert.NotEqual(root.ETag, tag);
    }

    [Fact]
    public async Task Only_the_one_who_signs_in_gets_their_own()
    {
        await using var host = await CloudDavHost.StartAsync();
        await FilledAsync(host);
        var device = await host.AddDeviceAsync();

        var nobody = await host.Anonymous().GetAsync(Archive);
        var wrong = await host.Client("alice", "wrong").GetAsync(Archive);
        var carol = await host.Client("carol").GetAsync(Archive);

        foreach (var refused in (DavAnswer[])[nobody, wrong])
        {
            Assert.Equal(401, refused.Status);
            Assert.Equal(
                "Basic realm=\"CloudDav\", charset=\"UTF-8\"",
                refused.Header("WWW-Authenticate")
            );
        }
        await using var zip = new ZipArchive(new MemoryStream(carol.Body));
        Assert.DoesNotContain(zip.Entries, entry => entry.FullName == "top.txt");
        Assert.Equal(200, (await device.Client.HeadAsync(Archive)).Status);
        await host.RevokeDeviceAsync(device);
        Assert.Equal(401, (await device.Client.GetAsync(Archive)).Status);
    }

    [Fact]
    public async Task What_is_not_there_is_refused_in_JSON_and_the_tree_keeps_its_own_names()
    {
        await using var host = await CloudDavHost.StartAsync(
            new CloudDavHostOptions
            {
                Settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                {
                    ["Dav:RootHosts:0"] = "127.0.0.1",
                },
            }
        );
        await using var api = await CloudDavHost.StartAsync();

        var missing = await api.Client().GetAsync("/api/v1/nothing");
        var post = await api.Client().SendAsync("POST", Archive);

        Assert.Equal(404, missing.Status);
        AssertProblem(missing);
        Assert.Equal(405, post.Status);
        Assert.Equal("GET, HEAD", post.Header("Allow"));
        AssertProblem(post);
        // Where the tree is at the root, this is a place in it.
        var tree = host.Client();
        Assert.Equal(201, (await tree.MkcolAsync("/api")).Status);
        Assert.Equal(201, (await tree.MkcolAsync("/api/v1")).Status);
        Assert.Equal(201, (await tree.PutAsync(Archive, "mine")).Status);
        Assert.Equal("mine", (await tree.GetAsync(Archive)).Text);
    }

    [Theory]
    [InlineData(false, 200, null)]
    [InlineData(true, 403, "suspended")]
    public async Task It_follows_what_the_account_may_do(bool isSuspended, int status, string? code)
    {
        await using var host = await CloudDavHost.StartAsync();
        var alice = await FilledAsync(host);
        var contracts = new ContractSetup(host);
        await contracts.BeginAsync("alice");
        // In the take-back window everything can be taken back.
        await contracts.EndAsync("alice", TimeProvider.System.GetUtcNow());
        if (isSuspended)
            await contracts.SetAsync(
                "alice",
                MeasureKind.Suspension,
                Switches.Download,
                new Texts { En = "Pay first.", Nl = "Betaal eerst." }
            );

        var answer = await alice.GetAsync(Archive, ("Accept-Language", "nl"));

        Assert.Equal(status, answer.Status);
        if (code is null)
            return;
        AssertProblem(answer);
        using var problem = JsonDocument.Parse(answer.Body);
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
        Assert.Equal("Betaal eerst.", problem.RootElement.GetProperty("reason").GetString());
        Assert.Equal("nl", answer.Header("Content-Language"));
        Assert.Null(answer.Header("Content-Disposition"));
    }

    [Fact]
    public async Task A_download_under_way_ends_within_seconds_of_a_suspension()
    {
        await using var host = await CloudDavHost.StartAsync();
        var alice = await FilledAsync(host);
        await alice.PutAsync("/dav/one", new byte[20 << 20]);
        using var answer = await alice.OpenAsync("GET", Archive);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[100_000]);

        await new ContractSetup(host).SetAsync("alice", MeasureKind.Suspension, Switches.Whole);
        await Task.Delay(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Content_that_cannot_be_read_cuts_the_connection_before_any_wrong_byte()
    {
        await using var host = await CloudDavHost.StartAsync();
        var alice = await FilledAsync(host);
        var before = Blobs();
        await alice.PutAsync("/dav/more.bin", new byte[100_000]);
        var whole = (await alice.GetAsync(Archive)).Body;
        foreach (var blob in Blobs().Except(before, StringComparer.Ordinal))
            File.Delete(blob);

        using var body = new MemoryStream();
        var failure = await Record.ExceptionAsync(async () =>
        {
            using var answer = await alice.OpenAsync("GET", Archive);
            Assert.Equal(whole.Length, answer.Content.Headers.ContentLength);
            await (await answer.Content.ReadAsStreamAsync()).CopyToAsync(body);
        });

        // A reset may overtake what was sent before it.
        Assert.True(failure is IOException or HttpRequestException, $"{failure}");
        Assert.InRange(body.Length, 0, whole.Length - 100_000);
        Assert.Equal(whole[..(int)body.Length], body.ToArray());

        string[] Blobs() =>
            Directory.GetFiles(
                Path.Combine(host.Folder, "content"),
                "*",
                SearchOption.AllDirectories
            );
    }

    private static async Task<DavClient> FilledAsync(CloudDavHost host)
    {
        var alice = host.Client();
        foreach (var name in await alice.ListAsync("/dav/"))
            await alice.SendAsync("DELETE", DavClient.PathOf(name));
        var large = new byte[300_000];
        new Random(1).NextBytes(large);
        await alice.MkcolAsync("/dav/folder");
        await alice.PutAsync("/dav/folder/deep.txt", "deep");
        await alice.PutAsync("/dav/top.txt", "top");
        Assert.Equal(201, (await alice.PutAsync("/dav/large.bin", large)).Status);
        return alice;
    }

    private static void AssertProblem(DavAnswer answer)
    {
        Assert.StartsWith(
            "application/problem+json",
            answer.Header("Content-Type"),
            StringComparison.Ordinal
        );
        using var problem = JsonDocument.Parse(answer.Body);
        Assert.Equal(answer.Status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.RootElement.GetProperty("detail").GetString()!);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
