using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class PutMethodTests : DavTest
{
    [Fact]
    public async Task Put_answers_201_for_a_new_file_and_204_for_a_replaced_one()
    {
        var first = await SendAsync("PUT", "/a.txt", "one");
        Assert.Equal(201, first.Status);
        Assert.Empty(first.Bytes);
        Assert.StartsWith("\"", first.Header("ETag"), StringComparison.Ordinal);
        Assert.NotNull(first.Header("Last-Modified"));
        var second = await SendAsync("PUT", "/a.txt", "two");
        Assert.Equal(204, second.Status);
        Assert.NotEqual(first.Header("ETag"), second.Header("ETag"), StringComparer.Ordinal);
        Assert.Equal("two", (await SendAsync("GET", "/a.txt")).Text);
    }

    [Fact]
    public async Task Put_into_a_missing_parent_answers_409() =>
        Assert.Equal(409, (await SendAsync("PUT", "/no/a.txt", "x")).Status);

    [Fact]
    public async Task Put_on_a_folder_answers_405_with_or_without_its_slash()
    {
        await MkcolAsync("/f");
        foreach (var path in (string[])["/", "/f", "/f/"])
        {
            var answer = await SendAsync("PUT", path, "x");
            Assert.Equal(405, answer.Status);
            Assert.DoesNotContain("PUT", answer.Header("Allow"), StringComparison.Ordinal);
        }
        Assert.Equal(409, (await SendAsync("PUT", "/new/", "x")).Status);
    }

    [Fact]
    public async Task X_OC_Mtime_sets_the_modification_time_and_is_accepted()
    {
        var answer = await PutAsync("/a", "x", "X-OC-Mtime: 1700000000", "X-OC-CTime: 1600000000");
        Assert.Equal("accepted", answer.Header("X-OC-Mtime"));
        Assert.Equal("Tue, 14 Nov 2023 22:13:20 GMT", answer.Header("Last-Modified"));
        Assert.Equal(
            "2020-09-13T12:26:40Z",
            (await PropfindAsync("/a", "<D:creationdate/>")).Property(D + "creationdate")!.Value
        );
        var odd = await PutAsync("/a", "x", "X-OC-Mtime: soon");
        Assert.Null(odd.Header("X-OC-Mtime"));
    }

    [Theory]
    [InlineData("SHA1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", 201)]
    [InlineData("MD5:5d41402abc4b2a76b9719d911017c592", 201)]
    [InlineData("ADLER32:62c0215", 201)]
    [InlineData("SHA1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434e", 400)]
    [InlineData("SHA1:zz", 400)]
    [InlineData("CRC99:1234", 201)]
    public async Task OC_Checksum_is_verified(string checksum, int status)
    {
        var answer = await SendAsync("PUT", "/a", "hello", "OC-Checksum: " + checksum);
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 201, Tree.Root.Children.ContainsKey("a"));
    }

    [Theory]
    [InlineData("Content-MD5: XUFAKrxLKna5cZ2REBfFkg==")]
    [InlineData("Digest: SHA-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=")]
    [InlineData("Repr-Digest: sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:")]
    public async Task Standard_digests_are_verified(string header)
    {
        Assert.Equal(201, (await SendAsync("PUT", "/a", "hello", header)).Status);
        Assert.Equal(400, (await SendAsync("PUT", "/a", "HELLO", header)).Status);
        Assert.Equal("hello", (await SendAsync("GET", "/a")).Text);
    }

    [Fact]
    public async Task A_compressed_upload_answers_415() =>
        Assert.Equal(415, (await SendAsync("PUT", "/a", "x", "Content-Encoding: gzip")).Status);

    [Fact]
    public async Task Conditions_are_checked_before_and_nothing_is_looked_up_without_any()
    {
        var put = await PutAsync("/a", "one");
        Assert.Equal(0, Tree.Finds);
        Assert.Equal(412, (await SendAsync("PUT", "/a", "x", "If-None-Match: *")).Status);
        Assert.Equal(412, (await SendAsync("PUT", "/a", "x", "Overwrite: F")).Status);
        Assert.Equal(412, (await SendAsync("PUT", "/a", "x", "If-Match: \"old\"")).Status);
        Assert.Equal(412, (await SendAsync("PUT", "/b", "x", "If-Match: *")).Status);
        Assert.Equal(
            412,
            (
                await SendAsync(
                    "PUT",
                    "/a",
                    "x",
                    "If-Unmodified-Since: Wed, 01 May 2024 12:34:55 GMT"
                )
            ).Status
        );
        Assert.Equal("one", (await SendAsync("GET", "/a")).Text);
        Assert.Equal(
            204,
            (await SendAsync("PUT", "/a", "two", "If-Match: " + put.Header("ETag"))).Status
        );
    }

    [Theory]
    [InlineData("bytes 2-3/4", "XY", 204, "abXY")]
    [InlineData("bytes 4-5/6", "XY", 204, "abcdXY")]
    [InlineData("bytes 1-2/*", "XY", 204, "aXYd")]
    [InlineData("bytes 0-1/2", "XY", 204, "XY")]
    [InlineData("bytes 9-10/11", "XY", 400, "abcd")]
    [InlineData("bytes 0-4/5", "XY", 400, "abcd")]
    [InlineData("bytes 2-1/5", "XY", 400, "abcd")]
    [InlineData("bytes */5", "XY", 400, "abcd")]
    [InlineData("nonsense", "XY", 400, "abcd")]
    public async Task Content_Range_is_spliced_exactly_or_refused(
        string range,
        string body,
        int status,
        string after
    )
    {
        await PutAsync("/a", "abcd");
        Assert.Equal(
            status,
            (await SendAsync("PUT", "/a", body, "Content-Range: " + range)).Status
        );
        Assert.Equal(after, (await SendAsync("GET", "/a")).Text);
    }

    [Fact]
    public async Task A_chunked_body_must_be_as_long_as_X_Expected_Entity_Length_says()
    {
        async Task<RawAnswer> Put(string name, int expected, string chunks) =>
            await Server.SendRawAsync(
                $"PUT /{name} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nX-Expected-Entity-Length: {expected}\r\n\r\n{chunks}"
            );
        Assert.Equal(201, (await Put("a", 5, "5\r\nhello\r\n0\r\n\r\n")).Status);
        Assert.Equal(400, (await Put("a", 6, "5\r\nhello\r\n0\r\n\r\n")).Status);
        Assert.Equal(400, (await Put("a", 5, "0\r\n\r\n")).Status);
        Assert.Equal(400, (await Put("b", 0, "5\r\nhello\r\n0\r\n\r\n")).Status);
        Assert.Equal("hello", (await SendAsync("GET", "/a")).Text);
        Assert.False(Tree.Root.Children.ContainsKey("b"));
    }

    [Fact]
    public async Task A_cut_body_leaves_the_old_content()
    {
        await PutAsync("/a", "old");
        using (var connection = await Server.ConnectAsync())
        {
            await connection.SendAsync(
                "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"
            );
            connection.Reset();
        }
        using (var connection = await Server.ConnectAsync())
        {
            await connection.SendAsync(
                "PUT /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
            );
            connection.FinishSending();
            await connection.IsClosedAsync();
        }
        Assert.Equal("old", (await SendAsync("GET", "/a")).Text);
        Assert.Equal(404, (await SendAsync("GET", "/b")).Status);
    }
}
