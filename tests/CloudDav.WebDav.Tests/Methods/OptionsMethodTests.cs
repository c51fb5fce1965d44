using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class OptionsMethodTests : DavTest
{
    [Theory]
    [InlineData("/")]
    [InlineData("/missing/file.txt")]
    public async Task Options_answers_200_with_classes_on_existing_and_missing_paths(string path)
    {
        var answer = await SendAsync("OPTIONS", path);
        Assert.Equal(200, answer.Status);
        Assert.StartsWith("1, 2, 3", answer.Header("DAV"), StringComparison.Ordinal);
        Assert.Equal("DAV", answer.Header("MS-Author-Via"));
        Assert.Equal("bytes", answer.Header("Accept-Ranges"));
        Assert.Equal("0", answer.Header("Content-Length"));
        Assert.Equal(answer.Header("Allow"), answer.Header("Public"));
        Assert.Equal(0, Tree.Finds);
    }

    [Fact]
    public async Task Options_of_the_whole_server_answers_200()
    {
        var answer = await Server.SendRawAsync(
            "OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        );
        Assert.Equal(200, answer.Status);
        Assert.Contains("DAV: 1, 2, 3", answer.Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_says_classes_1_and_3_to_who_can_only_read()
    {
        var answer = await SendAsync("OPTIONS", "/", null, "X-User: reader");
        Assert.StartsWith("1, 3", answer.Header("DAV"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allow_names_every_method_that_has_a_handler_and_no_other()
    {
        var answer = await SendAsync("OPTIONS", "/");
        var expected = DavMethods.All.Where(method => method.Handle is not null);
        Assert.Equal(
            string.Join(", ", expected.Select(method => method.Name)),
            answer.Header("Allow")
        );
    }

    [Fact]
    public async Task An_unknown_method_answers_501_and_a_known_one_not_allowed_405_with_Allow()
    {
        Assert.Equal(501, (await SendAsync("FROBNICATE", "/")).Status);
        var post = await SendAsync("POST", "/", "x");
        Assert.Equal(405, post.Status);
        Assert.Contains("PROPFIND", post.Header("Allow"), StringComparison.Ordinal);
    }
}
