using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class GetMethodTests : DavTest
{
    [Fact]
    public async Task Get_answers_the_bytes_with_validators_and_inert_headers()
    {
        var put = await PutAsync("/a.html", "<b>hello</b>");
        var answer = await SendAsync("GET", "/a.html");
        Assert.Equal(200, answer.Status);
        Assert.Equal("<b>hello</b>", answer.Text);
        Assert.Equal(put.Header("ETag"), answer.Header("ETag"));
        Assert.Equal("Wed, 01 May 2024 12:34:56 GMT", answer.Header("Last-Modified"));
        Assert.Equal("bytes", answer.Header("Accept-Ranges"));
        Assert.Equal("text/html", answer.Header("Content-Type"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("sandbox; default-src 'none'", answer.Header("Content-Security-Policy"));
        Assert.Equal("no-cache, private", answer.Header("Cache-Control"));
        Assert.Null(answer.Header("Content-Disposition"));
    }

    [Fact]
    public async Task Browsers_save_what_is_no_image_audio_or_video()
    {
        await PutAsync("/gr\u00fcn \"x\".html", "<script>");
        await PutAsync("/a.png");
        await PutAsync("/a.svg");
        const string Browser = "User-Agent: Mozilla/5.0 (X11) Firefox/130";
        var page = await SendAsync("GET", "/gr%C3%BCn%20%22x%22.html", null, Browser);
        Assert.Equal(
            "attachment; filename=\"gr_n _x_.html\"; filename*=UTF-8''gr%C3%BCn%20%22x%22.html",
            page.Header("Content-Disposition")
        );
        Assert.Null(
            (await SendAsync("GET", "/a.png", null, Browser)).Header("Content-Disposition")
        );
        Assert.NotNull(
            (await SendAsync("GET", "/a.svg", null, Browser)).Header("Content-Disposition")
        );
    }

    [Fact]
    public async Task Head_answers_as_Get_without_a_body_on_files_and_folders()
    {
        await PutAsync("/a.txt", "hello");
        var get = await SendAsync("GET", "/a.txt");
        var head = await SendAsync("HEAD", "/a.txt");
        Assert.Equal(200, head.Status);
        Assert.Empty(head.Bytes);
        Assert.Equal("5", head.Header("Content-Length"));
        foreach (
            var name in (string[])
                ["ETag", "Last-Modified", "Content-Type", "Accept-Ranges", "Cache-Control"]
        )
            Assert.Equal(get.Header(name), head.Header(name));
        Assert.Equal(200, (await SendAsync("HEAD", "/")).Status);
        Assert.Equal(404, (await SendAsync("HEAD", "/missing")).Status);
    }

    [Fact]
    public async Task A_folder_answers_a_page_without_scripts_and_with_escaped_names()
    {
        await PutAsync("/%3Cscript%3E.txt");
        var answer = await SendAsync("GET", "/");
        Assert.Equal(200, answer.Status);
        Assert.StartsWith("text/html", answer.Header("Content-Type"), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", answer.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;.txt", answer.Text, StringComparison.Ordinal);
        Assert.Contains(
            "default-src 'none'",
            answer.Header("Content-Security-Policy"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_folder_asked_without_its_slash_says_its_proper_name_and_never_redirects()
    {
        await MkcolAsync("/a");
        await MkcolAsync("/a/b");
        var page = await SendAsync("GET", "/a/b");
        Assert.Equal(200, page.Status);
        Assert.Equal("/a/b/", page.Header("Content-Location"));
        Assert.Contains("href=\"/a/\"", page.Text, StringComparison.Ordinal);
        var listing = await SendAsync("PROPFIND", "/a/b", null, "Depth: 0");
        Assert.Equal("/a/b/", listing.Header("Content-Location"));
        Assert.Null((await SendAsync("GET", "/a/b/")).Header("Content-Location"));
    }

    [Theory]
    [InlineData("bytes=0-", 206, "bytes 0-9/10", "0123456789")]
    [InlineData("bytes=5-9", 206, "bytes 5-9/10", "56789")]
    [InlineData("bytes=5-99", 206, "bytes 5-9/10", "56789")]
    [InlineData("bytes=-3", 206, "bytes 7-9/10", "789")]
    [InlineData("bytes=2-3,3-4", 206, "bytes 2-4/10", "234")]
    [InlineData("bytes=10-", 416, "bytes */10", null)]
    [InlineData("bytes=x", 200, null, "0123456789")]
    [InlineData("lines=1-2", 200, null, "0123456789")]
    public async Task Ranges_are_served_refused_or_ignored(
        string range,
        int status,
        string? contentRange,
        string? body
    )
    {
        await PutAsync("/a.bin", "0123456789");
        var answer = await SendAsync("GET", "/a.bin", null, "Range: " + range);
        Assert.Equal(status, answer.Status);
        Assert.Equal(contentRange, answer.Header("Content-Range"));
        if (body is not null)
            Assert.Equal(body, answer.Text);
    }

    [Fact]
    public async Task A_range_of_an_empty_file_is_the_whole()
    {
        await PutAsync("/empty", "");
        Assert.Equal(200, (await SendAsync("GET", "/empty", null, "Range: bytes=0-")).Status);
    }

    [Fact]
    public async Task Several_ranges_come_as_parts_and_too_many_as_the_whole()
    {
        await PutAsync("/a.txt", "0123456789");
        var answer = await SendAsync("GET", "/a.txt", null, "Range: bytes=0-1,5-6,-1");
        Assert.Equal(206, answer.Status);
        var boundary = answer.Header("Content-Type")!.Split("boundary=")[1];
        var expected = "";
        foreach (
            var (range, text) in ((string, string)[])[("0-1", "01"), ("5-6", "56"), ("9-9", "9")]
        )
            expected += (
                $"\r\n--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes {range}/10\r\n\r\n{text}"
            );
        Assert.Equal(expected + $"\r\n--{boundary}--\r\n", answer.Text);

        await PutAsync("/long", new string('x', 100));
        var many = string.Join(',', Enumerable.Range(0, 17).Select(i => $"{i * 3}-{i * 3}"));
        Assert.Equal(200, (await SendAsync("GET", "/long", null, "Range: bytes=" + many)).Status);
    }

    [Fact]
    public async Task If_Range_takes_the_current_tag_or_the_exact_date()
    {
        var put = await PutAsync("/a", "0123456789");
        async Task<int> StatusOf(string validator) =>
            (
                await SendAsync("GET", "/a", null, "Range: bytes=1-2", "If-Range: " + validator)
            ).Status;
        Assert.Equal(206, await StatusOf(put.Header("ETag")!));
        Assert.Equal(206, await StatusOf("Wed, 01 May 2024 12:34:56 GMT"));
        Assert.Equal(200, await StatusOf("\"old\""));
        Assert.Equal(200, await StatusOf("W/" + put.Header("ETag")));
        Assert.Equal(200, await StatusOf("Wed, 01 May 2024 12:34:57 GMT"));
    }

    [Fact]
    public async Task A_matching_tag_or_date_answers_304_with_the_validators()
    {
        var put = await PutAsync("/a");
        var answer = await SendAsync("GET", "/a", null, "If-None-Match: " + put.Header("ETag"));
        Assert.Equal(304, answer.Status);
        Assert.Empty(answer.Bytes);
        Assert.Equal(put.Header("ETag"), answer.Header("ETag"));
        Assert.Equal("Wed, 01 May 2024 12:34:56 GMT", answer.Header("Last-Modified"));
        var dated = await SendAsync(
            "GET",
            "/a",
            null,
            "If-Modified-Since: Wed, 01 May 2024 12:34:56 GMT"
        );
        Assert.Equal(304, dated.Status);
        var lost = await SendAsync("GET", "/a", null, "If-Match: \"old\"", "Range: bytes=0-1");
        Assert.Equal(412, lost.Status);
    }

    [Fact]
    public async Task No_content_coding_is_applied()
    {
        await PutAsync("/a.txt", new string('a', 10_000));
        var answer = await SendAsync("GET", "/a.txt", null, "Accept-Encoding: gzip, br");
        Assert.Null(answer.Header("Content-Encoding"));
        Assert.Equal("10000", answer.Header("Content-Length"));
    }

    [Fact]
    public async Task Content_that_breaks_in_the_middle_closes_the_connection()
    {
        await PutAsync("/a.bin", new string('a', 300_000));
        Tree.BreakContentAt = 128 * 1024;
        using var connection = await Server.ConnectAsync();
        await connection.SendAsync("GET /a.bin HTTP/1.1\r\nHost: x\r\n\r\n");
        await Assert.ThrowsAnyAsync<Exception>(() => connection.ReadAnswerAsync());
    }

    [Fact]
    public async Task Content_that_breaks_at_once_is_a_clean_500()
    {
        await PutAsync("/a.bin", "bytes");
        Tree.BreakContentAt = 0;
        var answer = await SendAsync("GET", "/a.bin");
        Assert.Equal(500, answer.Status);
        Assert.Null(answer.Header("ETag"));
    }
}
