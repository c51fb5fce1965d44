using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Server.Tests.Wire;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Checks;

/// <summary>Bytes up and down: whole, resumable, conditional, refused early, never half.</summary>
public class TransferChecks(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    public async Task C08_A_chunked_PUT_that_is_not_as_long_as_announced_changes_nothing()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/there", "before")).Expect(201);
        foreach (
            var (body, announced) in new[] { ("12345", 6), ("12345", 4), ("", 5), ("12345", 0) }
        )
        foreach (var path in new[] { "/there", "/absent" })
            (
                await ChunkedPutAsync(
                    tree,
                    path,
                    [Encoding.ASCII.GetBytes(body)],
                    ("X-Expected-Entity-Length", announced.ToString(CultureInfo.InvariantCulture))
                )
            ).Expect(400);
        Assert.Equal("before", (await tree.GetAsync("/there")).Expect(200).Text);
        (await tree.GetAsync("/absent")).Expect(404);
        Assert.Equal(6, (await QuotaAsync(tree)).Used);
        (
            await ChunkedPutAsync(
                tree,
                "/absent",
                ["12345"u8.ToArray(), "6"u8.ToArray()],
                ("X-Expected-Entity-Length", "6")
            )
        ).Expect(201);
        Assert.Equal("123456", (await tree.GetAsync("/absent")).Text);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(300_000)]
    [InlineData(5_000_000)]
    public async Task C09_A_PUT_cut_in_the_middle_leaves_everything_as_it_was(int length)
    {
        await using var tree = await NewTreeAsync();
        var old = RandomNumberGenerator.GetBytes(20_000);
        var etag = (await tree.PutAsync("/there", old)).Expect(201).ETag;
        foreach (var path in new[] { "/there", "/absent" })
        foreach (var chunked in new[] { false, true })
        foreach (var reset in new[] { false, true })
        foreach (var part in new[] { 0, 1, length / 2, length - 1 })
        {
            await using var connection = await WireConnection.OpenAsync(tree.Port);
            await connection.SendAsync(
                chunked
                    ? tree.Compose("PUT", path, null, ("Transfer-Encoding", "chunked"))
                    : tree.Compose("PUT", path, length)
            );
            if (chunked)
                await connection.SendAsync($"{length:X}\r\n");
            await connection.SendAsync(new byte[part]);
            if (reset)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
                connection.Reset();
            }
            else
            {
                connection.FinishSending();
                await connection.ClosesWithinAsync(TimeSpan.FromSeconds(5));
            }
        }
        await EventuallyAsync(async () => (await QuotaAsync(tree)).Used == old.Length);
        var there = (await tree.GetAsync("/there")).Expect(200);
        Assert.Equal(old, there.Body);
        Assert.Equal(etag, there.ETag);
        (await tree.GetAsync("/absent")).Expect(404);
        Assert.Equal(["there"], await tree.NamesAsync("/"));
    }

    [Fact]
    public async Task C10_One_ETag_everywhere_strong_and_quoted()
    {
        await using var tree = await NewTreeAsync();
        foreach (var size in new[] { 0, 100, 300_000 })
        {
            var path = $"/file{size}";
            var etag = (await tree.PutAsync(path, new byte[size])).Expect(201).ETag;
            Assert.Matches("^\"[^\"]+\"$", etag);
            Assert.Equal(etag, (await tree.GetAsync(path)).Expect(200).ETag);
            Assert.Equal(etag, (await tree.HeadAsync(path)).Expect(200).ETag);
            Assert.Equal(etag, (await tree.PropertyAsync(path, DavWords.Name("getetag")))!.Value);
            Assert.Equal(
                etag,
                (await tree.PropfindAsync("/", "1")).Multistatus[path].Value("getetag")
            );
            var notModified = (await tree.GetAsync(path, ("If-None-Match", etag))).Expect(304);
            Assert.Equal(etag, notModified.ETag);
            Assert.NotNull(notModified["Last-Modified"]);
            (await tree.PutAsync(path, "new", ("If-Match", "\"other\""))).Expect(412);
            (await tree.PutAsync(path, new byte[size], ("If-Match", etag))).Expect(204);
            (await tree.PutAsync(path, new byte[size], ("If-Match", etag))).Expect(412);
            (await tree.PutAsync(path, "x", ("If-None-Match", "*"))).Expect(412);
        }
    }

    [Fact]
    public async Task C15_What_will_not_fit_is_refused_before_100_Continue()
    {
        await using var tree = await NewTreeAsync(1000);
        await using var connection = await WireConnection.OpenAsync(tree.Port);
        await connection.SendAsync(
            tree.Compose("PUT", "/big", 5_000_000, ("Expect", "100-continue"))
        );
        var answer = (await connection.ReadAsync("PUT")).Expect(507);
        Assert.Contains("quota-not-exceeded", answer.Text, StringComparison.Ordinal);
        Assert.Equal("Not enough storage in your cloud", answer.Reason);
        (await tree.GetAsync("/big")).Expect(404);
        // Everything else that can be known is refused before 100 as well.
        (await tree.PutAsync("/there", "x")).Expect(201);
        foreach (
            var (path, header, status) in new[]
            {
                ("/there", ("If-None-Match", "*"), 412),
                ("/missing/file", ("X-Nothing", "1"), 409),
                ("/", ("X-Nothing", "1"), 405),
                ("/a%2Fb", ("X-Nothing", "1"), 400),
                ("/there", ("If", "(<opaquelocktoken:00000000-0000-0000-0000-000000000000>)"), 412),
                ("/there", ("Authorization", "Basic eDp4"), 401),
            }
        )
        {
            await using var other = await WireConnection.OpenAsync(tree.Port);
            await other.SendAsync(
                tree.Compose("PUT", path, 10, ("Expect", "100-continue"), header)
            );
            (await other.ReadAsync("PUT")).Expect(status);
        }
        // And what fits is asked for.
        await using var good = await WireConnection.OpenAsync(tree.Port);
        await good.SendAsync(tree.Compose("PUT", "/fits", 3, ("Expect", "100-continue")));
        (await good.ReadAsync("PUT")).Expect(100);
        await good.SendAsync("abc");
        (await good.ReadAsync("PUT")).Expect(201);
        await using var strange = await WireConnection.OpenAsync(tree.Port);
        await strange.SendAsync(tree.Compose("PUT", "/odd", 3, ("Expect", "200-maybe")));
        (await strange.ReadAsync("PUT")).Expect(417);
    }

    [Fact]
    public async Task C16_What_will_not_fit_is_refused_with_a_readable_answer_without_Expect()
    {
        await using var tree = await NewTreeAsync(1000);
        foreach (var length in new[] { 5_000, 1_000_000, 12_000_000 })
        {
            var answer = (await tree.PutAsync("/big", new byte[length])).Expect(507);
            Assert.Contains("quota-not-exceeded", answer.Text, StringComparison.Ordinal);
            (await tree.GetAsync("/big")).Expect(404);
        }
        Assert.Equal(0, (await QuotaAsync(tree)).Used);
    }

    [Fact]
    public async Task C17_A_chunked_PUT_that_passes_the_quota_on_the_way_stores_nothing()
    {
        await using var tree = await NewTreeAsync(10_000_000);
        (await tree.PutAsync("/there", "before")).Expect(201);
        var chunks = Enumerable.Repeat(new byte[500_000], 24).ToList();
        foreach (var path in new[] { "/there", "/absent" })
        {
            var answer = (await ChunkedPutAsync(tree, path, chunks)).Expect(507);
            Assert.Contains("quota-not-exceeded", answer.Text, StringComparison.Ordinal);
        }
        Assert.Equal("before", (await tree.GetAsync("/there")).Text);
        (await tree.GetAsync("/absent")).Expect(404);
        Assert.Equal(6, (await QuotaAsync(tree)).Used);
        Assert.Equal(10_000_000 - 6, (await QuotaAsync(tree)).Available);
    }

    [Fact]
    public async Task C18_A_full_vault_takes_no_empty_files_but_lets_things_be_deleted()
    {
        await using var tree = await NewTreeAsync(1000);
        (await tree.PutAsync("/file", new byte[1000])).Expect(201);
        foreach (
            var refused in new[]
            {
                await tree.PutAsync("/empty", ""),
                await tree.LockAsync("/locked"),
                await tree.CopyAsync("/file", "/copy"),
            }
        )
            Assert.Contains(
                "quota-not-exceeded",
                refused.Expect(507).Text,
                StringComparison.Ordinal
            );
        Assert.Equal(["file"], await tree.NamesAsync("/"));
        Assert.Equal(0, (await QuotaAsync(tree)).Available);
        (await tree.MkcolAsync("/folder")).Expect(201);
        (await tree.DeleteAsync("/file")).Expect(204);
        Assert.Equal(0, (await QuotaAsync(tree)).Used);
        (await tree.PutAsync("/file", new byte[1000])).Expect(201);
        // Replacing what is there with no more than it has still fits.
        (await tree.PutAsync("/file", new byte[1000])).Expect(204);
        (await tree.PutAsync("/file", new byte[1001])).Expect(507);
        (await tree.PutAsync("/file", new byte[10])).Expect(204);
        Assert.Equal(10, (await QuotaAsync(tree)).Used);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(16 * 1024)]
    [InlineData(300_000)]
    public async Task C30_Ranges_are_206_beyond_the_end_416_and_nonsense_200(int size)
    {
        await using var tree = await NewTreeAsync();
        var body = RandomNumberGenerator.GetBytes(size);
        (await tree.PutAsync("/file.bin", body)).Expect(201);
        foreach (
            var (range, from, to) in new[]
            {
                ("bytes=0-", 0, size - 1),
                ("bytes=5-9", 5, 9),
                ("bytes=-3", size - 3, size - 1),
                ("bytes=0-0", 0, 0),
                ($"bytes={size - 1}-", size - 1, size - 1),
                ($"bytes=5-{size * 10L}", 5, size - 1),
                ($"bytes=-{size * 10L}", 0, size - 1),
                ($"bytes=100-{size - 100}", 100, size - 100),
            }
        )
        {
            var answer = (await tree.GetAsync("/file.bin", ("Range", range))).Expect(206);
            Assert.Equal($"bytes {from}-{to}/{size}", answer["Content-Range"]);
            Assert.Equal(body[from..(to + 1)], answer.Body);
            Assert.Equal(
                (to - from + 1).ToString(CultureInfo.InvariantCulture),
                answer["Content-Length"]
            );
        }
        foreach (
            var range in new[] { $"bytes={size}-", $"bytes={size + 5}-{size + 9}", "bytes=-0" }
        )
            Assert.Equal(
                $"bytes */{size}",
                (await tree.GetAsync("/file.bin", ("Range", range))).Expect(416)["Content-Range"]
            );
        foreach (
            var range in new[]
            {
                "bytes=",
                "bytes=9-5",
                "bytes=a-b",
                "lines=1-2",
                "5-9",
                "bytes=--5",
            }
        )
            Assert.Equal(
                body,
                (await tree.GetAsync("/file.bin", ("Range", range))).Expect(200).Body
            );
        (await tree.PutAsync("/empty", "")).Expect(201);
        (await tree.GetAsync("/empty", ("Range", "bytes=0-"))).Expect(200);
        (await tree.HeadAsync("/file.bin", ("Range", "bytes=5-9"))).Expect(200);
        (
            await tree.GetAsync("/file.bin", ("Range", "bytes=5-9"), ("If-Match", "\"other\""))
        ).Expect(412);
    }

    [Fact]
    public async Task C31_If_Range_resumes_only_the_same_content()
    {
        await using var tree = await NewTreeAsync();
        var old = (await tree.PutAsync("/film", "old content", ("X-OC-Mtime", "1600000000"))).ETag;
        var current = (
            await tree.PutAsync("/film", "new content", ("X-OC-Mtime", "1700000000"))
        ).ETag;
        var modified = (await tree.HeadAsync("/film"))["Last-Modified"]!;
        foreach (
            var (condition, status) in new[]
            {
                (current, 206),
                (modified, 206),
                (old, 200),
                ("W/" + current, 200),
                ("Sun, 13 Sep 2020 12:26:40 GMT", 200),
                ("Tue, 14 Nov 2023 22:13:21 GMT", 200),
            }
        )
        {
            var answer = (
                await tree.GetAsync("/film", ("Range", "bytes=4-"), ("If-Range", condition))
            ).Expect(status);
            Assert.Equal(status == 206 ? "content" : "new content", answer.Text);
        }
    }

    [Fact]
    public async Task C32_File_bodies_are_never_compressed()
    {
        await using var tree = await NewTreeAsync();
        var text = string.Concat(Enumerable.Repeat("compressible ", 10_000));
        (await tree.PutAsync("/file.txt", text)).Expect(201);
        var answer = (
            await tree.GetAsync("/file.txt", ("Accept-Encoding", "gzip, deflate, br, zstd"))
        ).Expect(200);
        Assert.Null(answer["Content-Encoding"]);
        Assert.Equal(text.Length.ToString(CultureInfo.InvariantCulture), answer["Content-Length"]);
        Assert.Equal(text, answer.Text);
        (await tree.PutAsync("/coded", "x", ("Content-Encoding", "gzip"))).Expect(415);
        (await tree.PutAsync("/identity", "x", ("Content-Encoding", "identity"))).Expect(201);
    }

    [Fact]
    public async Task C33_HEAD_is_GET_without_its_body()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/file.txt", "content")).Expect(201);
        (await tree.MkcolAsync("/folder")).Expect(201);
        foreach (var path in new[] { "/file.txt", "/folder", "/folder/", "/" })
        {
            var get = (await tree.GetAsync(path)).Expect(200);
            var head = (await tree.HeadAsync(path)).Expect(200);
            Assert.Empty(head.Body);
            // An index's length is only known once it is written (RFC 9110 §9.3.2).
            var left = path == "/file.txt" ? "Date" : "Content-Length";
            foreach (
                var name in get
                    .Headers.Select(h => h.Name)
                    .Except(["Date", "Transfer-Encoding", left])
            )
                Assert.Equal(get[name], head[name]);
        }
        Assert.Equal("7", (await tree.HeadAsync("/file.txt"))["Content-Length"]);
        (await tree.HeadAsync("/missing")).Expect(404);
    }

    [Fact]
    [Trait("Size", "Large")]
    public async Task C34_A_slow_or_paused_reader_is_waited_for()
    {
        // The stated pause is ten minutes; Kestrel's own limit, were it on, bites after five seconds.
        var pause = Sizes.Pick(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));
        await using var tree = await NewTreeAsync();
        var body = RandomNumberGenerator.GetBytes(16_000_000);
        (await tree.PutAsync("/film.mkv", body)).Expect(201);
        async Task Paused()
        {
            await using var connection = await WireConnection.OpenAsync(tree.Port, 16 * 1024);
            await connection.SendAsync(tree.Compose("GET", "/film.mkv", null));
            var head = (await connection.ReadHeadAsync()).Expect(200);
            Assert.Equal("16000000", head["Content-Length"]);
            Assert.Equal(body[..1000], await connection.ReadExactlyAsync(1000));
            await Task.Delay(pause, TestContext.Current.CancellationToken);
            Assert.Equal(body[1000..], await connection.ReadExactlyAsync(body.Length - 1000));
        }
        async Task OneByteASecond()
        {
            await using var connection = await WireConnection.OpenAsync(tree.Port, 4 * 1024);
            await connection.SendAsync(tree.Compose("GET", "/film.mkv", null));
            (await connection.ReadHeadAsync()).Expect(200);
            var time = Stopwatch.StartNew();
            for (var i = 0; time.Elapsed < pause; i++)
            {
                Assert.Equal(body[i], (await connection.ReadExactlyAsync(1))[0]);
                await Task.Delay(1000, TestContext.Current.CancellationToken);
            }
            Assert.False(await connection.ClosesWithinAsync(TimeSpan.FromMilliseconds(50)));
        }
        await Task.WhenAll(Paused(), OneByteASecond());
    }

    [Fact]
    public async Task C67_Of_two_writers_with_one_If_Match_exactly_one_wins()
    {
        await using var tree = await NewTreeAsync();
        foreach (var size in new[] { 100, 200_000 })
        {
            var path = $"/file{size}";
            var etag = (await tree.PutAsync(path, new byte[size])).Expect(201).ETag;
            for (var round = 0; round < 20; round++)
            {
                var bodies = Enumerable
                    .Range(0, 2)
                    .Select(_ => RandomNumberGenerator.GetBytes(size))
                    .ToList();
                var answers = await Task.WhenAll(
                    bodies.Select(async body =>
                    {
                        await using var client = tree.As(null);
                        return await client.PutAsync(path, body, ("If-Match", etag));
                    })
                );
                Assert.Equal([204, 412], answers.Select(a => a.Status).Order());
                var winner = Array.FindIndex(answers, a => a.Status == 204);
                etag = answers[winner].ETag;
                var now = (await tree.GetAsync(path)).Expect(200);
                Assert.Equal(etag, now.ETag);
                Assert.Equal(bodies[winner], now.Body);
            }
        }
    }

    [Fact]
    public async Task C67_Of_many_that_create_one_name_with_If_None_Match_exactly_one_wins()
    {
        await using var tree = await NewTreeAsync();
        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(async i =>
                    {
                        await using var client = tree.As(null);
                        return await client.PutAsync(
                            $"/new{round}",
                            $"writer {i}",
                            i % 2 == 0 ? ("If-None-Match", "*") : ("Overwrite", "F")
                        );
                    })
            );
            Assert.Equal([201, 412, 412, 412], answers.Select(a => a.Status).Order());
            Assert.Equal(
                $"writer {Array.FindIndex(answers, a => a.Status == 201)}",
                (await tree.GetAsync($"/new{round}")).Text
            );
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(200_000)]
    public async Task C68_Partial_updates_splice_exactly_or_are_refused(int size)
    {
        await using var tree = await NewTreeAsync();
        var expected = RandomNumberGenerator.GetBytes(size);
        var etag = (await tree.PutAsync("/file", expected)).Expect(201).ETag;
        async Task Check(byte[] now)
        {
            expected = now;
            var got = (await tree.GetAsync("/file")).Expect(200);
            Assert.Equal(expected, got.Body);
            Assert.Equal(got.ETag, (await tree.HeadAsync("/file")).ETag);
            Assert.Equal(expected.Length, (await QuotaAsync(tree)).Used);
        }
        const string type = "application/x-sabredav-partialupdate";
        Task<WireResponse> Patch(string range, byte[] body, params (string, string)[] more) =>
            tree.SendAsync(
                "PATCH",
                "/file",
                body,
                [("Content-Type", type), ("X-Update-Range", range), .. more]
            );

        (await Patch("bytes=10-14", "ABCDE"u8.ToArray())).Expect(204);
        await Check([.. expected[..10], .. "ABCDE"u8, .. expected[15..]]);
        Assert.NotEqual(etag, (await tree.HeadAsync("/file")).ETag);
        (await Patch("append", "tail"u8.ToArray())).Expect(204);
        await Check([.. expected, .. "tail"u8]);
        (await Patch($"bytes={expected.Length - 2}-", "longer"u8.ToArray())).Expect(204);
        await Check([.. expected[..^2], .. "longer"u8]);
        (
            await Patch($"bytes={expected.Length + 1}-{expected.Length + 2}", "xx"u8.ToArray())
        ).Expect(416);
        (await Patch("bytes=10-20", "short"u8.ToArray())).Expect(400, 416);
        (await Patch("nonsense", "x"u8.ToArray())).Expect(400, 416);
        (await Patch("append", "x"u8.ToArray(), ("If-Match", "\"other\""))).Expect(412);
        (await tree.SendAsync("PATCH", "/file", "x", ("X-Update-Range", "append"))).Expect(415);
        (
            await tree.SendAsync(
                "PATCH",
                "/missing",
                "x",
                ("Content-Type", type),
                ("X-Update-Range", "append")
            )
        ).Expect(404);
        (
            await ChunkedAsync(
                tree,
                "PATCH",
                "/file",
                ["x"u8.ToArray()],
                ("Content-Type", type),
                ("X-Update-Range", "bytes=0-0")
            )
        ).Expect(411);
        await Check(expected);

        // Content-Range on PUT: a splice or a refusal, never a silent replacement of the whole.
        var total = expected.Length;
        var put = await tree.PutAsync("/file", "12345", ("Content-Range", $"bytes 5-9/{total}"));
        if (put.Status is 400)
            await Check(expected);
        else
        {
            put.Expect(204);
            await Check([.. expected[..5], .. "12345"u8, .. expected[10..]]);
        }
        foreach (
            var bad in new[]
            {
                $"bytes 5-9/{total + 100}",
                "bytes 9-5/10",
                "bytes 0-100/*",
                "nonsense",
                $"bytes {total + 5}-{total + 9}/*",
                "bytes */5",
            }
        )
            (await tree.PutAsync("/file", "12345", ("Content-Range", bad))).Expect(400, 416);
        await Check(expected);
        var options = await tree.SendAsync("OPTIONS", "/file");
        Assert.Contains("sabredav-partialupdate", options["DAV"], StringComparison.Ordinal);
        Assert.Contains(type, options["Accept-Patch"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task C82_Several_ranges_come_as_multipart_byteranges()
    {
        await using var tree = await NewTreeAsync();
        var body = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i:D4}"))
        );
        (await tree.PutAsync("/file.bin", body)).Expect(201);
        var answer = (await tree.GetAsync("/file.bin", ("Range", "bytes=0-3,100-103,-4"))).Expect(
            206
        );
        var type = answer["Content-Type"]!;
        Assert.StartsWith("multipart/byteranges; boundary=", type, StringComparison.Ordinal);
        var boundary = type["multipart/byteranges; boundary=".Length..].Trim('"');
        var parts = Encoding.ASCII.GetString(answer.Body).Split("--" + boundary);
        Assert.Equal(5, parts.Length);
        Assert.Equal("--", parts[4].Trim());
        foreach (
            var (part, range, content) in new[]
            {
                (parts[1], "bytes 0-3/4000", "0000"),
                (parts[2], "bytes 100-103/4000", "0025"),
                (parts[3], "bytes 3996-3999/4000", "0999"),
            }
        )
        {
            Assert.Contains(
                $"Content-Range: {range}\r\n",
                part,
                StringComparison.OrdinalIgnoreCase
            );
            Assert.Contains("Content-Type: ", part, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(
                content,
                part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].TrimEnd('\r', '\n')
            );
        }
        Assert.Equal(
            answer.Body.Length.ToString(CultureInfo.InvariantCulture),
            answer["Content-Length"]
        );
        var seventeen =
            "bytes=" + string.Join(',', Enumerable.Range(0, 17).Select(i => $"{i * 10}-{i * 10}"));
        Assert.Equal(
            body,
            (await tree.GetAsync("/file.bin", ("Range", seventeen))).Expect(200).Body
        );
        // Overlapping ones are merged first.
        var overlapping = "bytes=" + string.Join(',', Enumerable.Repeat("0-9", 100));
        (await tree.GetAsync("/file.bin", ("Range", overlapping))).Expect(200, 206);
    }

    [Fact]
    public async Task C84_A_checksum_given_with_an_upload_is_verified_and_kept()
    {
        await using var tree = await NewTreeAsync();
        foreach (var size in new[] { 0, 1000, 300_000 })
        {
            var body = RandomNumberGenerator.GetBytes(size);
#pragma warning disable CA5350, CA5351 // The algorithms are the clients' choice.
            var sha1 = Convert.ToHexStringLower(SHA1.HashData(body));
            var md5 = Convert.ToHexStringLower(MD5.HashData(body));
#pragma warning restore CA5350, CA5351
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(body));
            var path = $"/file{size}";
            foreach (
                var checksum in new[]
                {
                    "SHA1:" + sha1,
                    "sha1:" + sha1.ToUpperInvariant(),
                    "MD5:" + md5,
                    "SHA256:" + sha256,
                    "ADLER32:" + Adler32(body).ToString("x8", CultureInfo.InvariantCulture),
                }
            )
                (await tree.PutAsync(path, body, ("OC-Checksum", checksum))).Expect(201, 204);
            (await tree.PutAsync(path, body, ("OC-Checksum", "SHA1:" + sha1))).Expect(204);
            Assert.Contains(
                "SHA1:" + sha1,
                (await tree.PropertyAsync(path, DavWords.OwnCloud + "checksums"))!.Value,
                StringComparison.OrdinalIgnoreCase
            );
            var etag = (await tree.HeadAsync(path)).ETag;
            foreach (
                var checksum in new[]
                {
                    "SHA1:" + new string('0', 40),
                    "MD5:" + new string('0', 32),
                    "SHA256:" + new string('0', 64),
                    "ADLER32:ffffffff",
                }
            )
            foreach (var target in new[] { path, "/absent" })
                (await tree.PutAsync(target, body, ("OC-Checksum", checksum))).Expect(400);
            Assert.Equal(etag, (await tree.HeadAsync(path)).ETag);
            (await tree.HeadAsync("/absent")).Expect(404);
        }
    }

    private static uint Adler32(byte[] bytes)
    {
        uint a = 1;
        uint b = 0;
        foreach (var value in bytes)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }
        return (b << 16) | a;
    }
}
