using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class PatchMethodTests : DavTest
{
    private const string Form = "Content-Type: application/x-sabredav-partialupdate";

    [Theory]
    [InlineData("append", "XY", 204, "abcdXY")]
    [InlineData("bytes=1-2", "XY", 204, "aXYd")]
    [InlineData("bytes=2-", "XYZ", 204, "abXYZ")]
    [InlineData("bytes=1-9", "XY", 416, "abcd")]
    [InlineData("bytes=9-10", "XY", 416, "abcd")]
    [InlineData("bytes=x", "XY", 400, "abcd")]
    [InlineData("", "XY", 400, "abcd")]
    public async Task Patch_updates_a_range_or_appends(
        string range,
        string body,
        int status,
        string after
    )
    {
        await PutAsync("/a", "abcd");
        var answer = await SendAsync("PATCH", "/a", body, Form, "X-Update-Range: " + range);
        Assert.Equal(status, answer.Status);
        Assert.Equal(after, (await SendAsync("GET", "/a")).Text);
    }

    [Fact]
    public async Task Patch_needs_its_form_a_length_and_a_file()
    {
        await PutAsync("/a", "abcd");
        await MkcolAsync("/f");
        var form = await SendAsync("PATCH", "/a", "x", "X-Update-Range: append");
        Assert.Equal(415, form.Status);
        Assert.Equal("application/x-sabredav-partialupdate", form.Header("Accept-Patch"));
        Assert.Equal(
            404,
            (await SendAsync("PATCH", "/b", "x", Form, "X-Update-Range: append")).Status
        );
        Assert.Equal(
            405,
            (await SendAsync("PATCH", "/f", "x", Form, "X-Update-Range: append")).Status
        );
        Assert.Equal(
            412,
            (
                await SendAsync(
                    "PATCH",
                    "/a",
                    "x",
                    Form,
                    "X-Update-Range: append",
                    "If-Match: \"old\""
                )
            ).Status
        );
        var chunked = await Server.SendRawAsync(
            $"PATCH /a HTTP/1.1\r\nHost: x\r\n{Form}\r\nX-Update-Range: append\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
        );
        Assert.Equal(411, chunked.Status);
    }
}
