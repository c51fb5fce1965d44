using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class CopyMoveMethodTests : DavTest
{
    private protected override DavEndpointOptions Options =>
        new() { HostNames = ["cloud.example.org"] };

    [Theory]
    [InlineData("COPY")]
    [InlineData("MOVE")]
    public async Task Copy_and_move_answer_as_the_RFC_says(string method)
    {
        await MkcolAsync("/f");
        await PutAsync("/f/in", "inner");
        await PutAsync("/a", "one");
        await PutAsync("/b", "two");
        Task<DavAnswer> To(string from, string to, params string[] headers) =>
            SendAsync(method, from, null, ["Destination: " + to, .. headers]);

        Assert.Equal(404, (await To("/missing", "/x")).Status);
        Assert.Equal(409, (await To("/a", "/no/x")).Status);
        Assert.Equal(403, (await To("/a", "/a")).Status);
        Assert.Equal(409, (await To("/f", "/f/in/x")).Status);
        Assert.Equal(412, (await To("/a", "/b", "Overwrite: F")).Status);
        Assert.Equal(400, (await To("/a", "/b", "Overwrite: X")).Status);
        Assert.Equal(400, (await To("/f", "/x", "Depth: 1")).Status);
        Assert.Equal(403, (await To("/a", "/")).Status);
        Assert.Equal(204, (await To("/a", "/b")).Status);
        Assert.Equal("one", (await SendAsync("GET", "/b")).Text);
        Assert.Equal(201, (await To("/f/", "/g/")).Status);
        Assert.Equal("inner", (await SendAsync("GET", "/g/in")).Text);
        Assert.Equal(method == "COPY", Tree.Root.Children.ContainsKey("f"));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/b", 201)]
    [InlineData("https://127.0.0.1/b", 201)]
    [InlineData("https://CLOUD.example.org:8443/b", 201)]
    [InlineData("/b", 201)]
    [InlineData("/%62", 201)]
    [InlineData("https://elsewhere.example.org/b", 502)]
    [InlineData("https://user@127.0.0.1/b", 400)]
    [InlineData("/b#c", 400)]
    [InlineData("/b/../c", 400)]
    [InlineData("b", 400)]
    [InlineData("", 400)]
    public async Task The_destination_may_take_many_forms(string destination, int status)
    {
        await PutAsync("/a");
        Assert.Equal(
            status,
            (await SendAsync("MOVE", "/a", null, "Destination: " + destination)).Status
        );
        Assert.Equal(status == 201, Tree.Root.Children.ContainsKey("b"));
    }

    [Fact]
    public async Task A_name_that_is_too_long_answers_403_in_the_destination_and_414_in_the_target()
    {
        await PutAsync("/a");
        var name = new string('x', 256);
        Assert.Equal(403, (await SendAsync("MOVE", "/a", null, "Destination: /" + name)).Status);
        Assert.Equal(414, (await SendAsync("PUT", "/" + name, "x")).Status);
    }

    [Fact]
    public async Task Copy_with_depth_0_copies_the_folder_alone_and_move_in_part_is_refused()
    {
        await MkcolAsync("/f");
        await PutAsync("/f/a");
        Assert.Equal(
            400,
            (await SendAsync("MOVE", "/f", null, "Destination: /g", "Depth: 0")).Status
        );
        Assert.Equal(
            201,
            (await SendAsync("COPY", "/f", null, "Destination: /g", "Depth: 0")).Status
        );
        Assert.Empty(Tree.Root.Children["g"].Children);
    }

    [Theory]
    [InlineData("COPY")]
    [InlineData("MOVE")]
    public async Task The_result_takes_a_modification_time_or_keeps_its_own(string method)
    {
        await PutAsync("/a", "x", "X-OC-Mtime: 1700000000");
        await PutAsync("/b", "x");
        var kept = await SendAsync(method, "/a", null, "Destination: /c");
        Assert.Equal("Tue, 14 Nov 2023 22:13:20 GMT", kept.Header("Last-Modified"));
        Assert.Null(kept.Header("X-OC-Mtime"));
        var set = await SendAsync(method, "/b", null, "Destination: /d", "X-OC-Mtime: 1700000000");
        Assert.Equal("accepted", set.Header("X-OC-Mtime"));
        Assert.Equal("Tue, 14 Nov 2023 22:13:20 GMT", set.Header("Last-Modified"));
    }

    [Fact]
    public async Task The_names_letter_case_alone_can_be_changed()
    {
        await PutAsync("/readme.txt");
        Assert.Equal(
            201,
            (await SendAsync("MOVE", "/readme.txt", null, "Destination: /README.txt")).Status
        );
        Assert.Equal("README.txt", Assert.Single(Tree.Root.Children.Keys));
    }

    [Theory]
    [InlineData("WebDAVFS/3.0 (03008000) Darwin/24.4.0 (arm64)", "laptop", 201)]
    [InlineData("WebDAVFS/3.0 (03008000) Darwin/24.4.0 (arm64)", "phone", 423)]
    [InlineData("curl/8", "laptop", 423)]
    public async Task Macs_may_keep_one_token_of_two_for_their_own_locks(
        string client,
        string device,
        int status
    )
    {
        await PutAsync("/a");
        var kept = await LockAsync("/a", "X-Device: laptop");
        await MkcolAsync("/f");
        await LockAsync("/f/b", "X-Device: laptop");
        var answer = await SendAsync(
            "MOVE",
            "/a",
            null,
            "Destination: /f/b",
            "User-Agent: " + client,
            "X-Device: " + device,
            $"If: (<{kept}>)"
        );
        Assert.Equal(status == 201 ? 204 : status, answer.Status);
    }
}
