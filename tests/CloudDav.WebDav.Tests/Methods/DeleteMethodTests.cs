using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class DeleteMethodTests : DavTest
{
    [Fact]
    public async Task Delete_removes_files_and_trees_and_answers_204()
    {
        await MkcolAsync("/f");
        await PutAsync("/f/a");
        Assert.Equal(204, (await SendAsync("DELETE", "/f/a")).Status);
        Assert.Equal(404, (await SendAsync("DELETE", "/f/a")).Status);
        Assert.Equal(204, (await SendAsync("DELETE", "/f")).Status);
        Assert.Empty(Tree.Root.Children);
    }

    [Fact]
    public async Task A_folder_is_not_deleted_in_part_and_the_root_never()
    {
        await MkcolAsync("/f");
        Assert.Equal(400, (await SendAsync("DELETE", "/f", null, "Depth: 0")).Status);
        Assert.Equal(204, (await SendAsync("DELETE", "/f", null, "Depth: infinity")).Status);
        Assert.Equal(403, (await SendAsync("DELETE", "/")).Status);
    }

    [Fact]
    public async Task A_member_locked_by_somebody_else_refuses_the_whole()
    {
        await MkcolAsync("/f");
        await PutAsync("/f/a");
        await PutAsync("/f/b");
        await LockAsync("/f/b", "X-User: bob");
        var answer = await SendAsync("DELETE", "/f");
        AssertRefused(answer, 423, "lock-token-submitted");
        Assert.Equal(
            "/f/b",
            answer.Xml.Element(D + "lock-token-submitted")!.Element(D + "href")!.Value
        );
        Assert.Equal(2, Tree.Root.Children["f"].Children.Count);
    }

    [Fact]
    public async Task A_fragment_in_the_target_deletes_nothing()
    {
        await PutAsync("/a");
        var answer = await Server.SendRawAsync("DELETE /a#b HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(400, answer.Status);
        Assert.True(Tree.Root.Children.ContainsKey("a"));
    }
}
