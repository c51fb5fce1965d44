using System.IO.Pipelines;

namespace CloudDav.Vault.Tests;

/// <summary>What a search shows of a vault and of what hangs in its tree: what a listing of everything would, and nothing more.</summary>
public sealed class SearchTests : IAsyncDisposable
{
    private static readonly NodeSearch s_images = new()
    {
        Classes = [MediaClass.Image],
        OnlyFiles = true,
        NewestFirst = true,
    };

    private readonly TestVault _cloud = new(isInMemory: true);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task Every_way_to_look_shows_what_is_there_and_below_the_folder()
    {
        var anna = await _cloud.AddActorAsync("anna");
        var session = _cloud.Session(anna);
        await session.MakeFolderAsync("/a");
        await session.MakeFolderAsync("/a/b");
        await session.PutAsync("/a/b/one.jpg", "1");
        await session.PutAsync("/a/two.jpg", "1");
        await session.PutAsync("/three.jpg", "1");
        await session.PutAsync("/a/gone.jpg", "1");
        await session.DeleteAsync("/a/gone.jpg");
        var one = (await session.FindAsync("/a/b/one.jpg")).Value.Node.Id;
        var three = (await session.FindAsync("/three.jpg")).Value.Node.Id;
        foreach (var path in (string[])["/a/b/one.jpg", "/three.jpg"])
            await session.PatchAsync(path, new NodePatch { IsFavorite = true });
        var tree = _cloud.Tree(anna);

        Assert.Equal(["b/one.jpg", "two.jpg"], await FindAsync(tree, "/a", s_images));
        Assert.Equal(
            ["a/b/one.jpg", "a/two.jpg", "three.jpg"],
            await FindAsync(tree, "/", s_images)
        );
        Assert.Equal(
            ["b/one.jpg"],
            await FindAsync(tree, "/a", new NodeSearch { Nodes = [one, three, new(4711)] })
        );
        Assert.Equal(
            ["b/one.jpg"],
            await FindAsync(tree, "/a", new NodeSearch { OnlyFavorites = true })
        );
        Assert.Equal(["two.jpg"], await FindAsync(tree, "/a", new NodeSearch { NamePart = "TWO" }));
        Assert.Equal(
            ["b/one.jpg", "two.jpg"],
            await FindAsync(
                tree,
                "/a",
                new NodeSearch
                {
                    OnlyFiles = true,
                    NewestFirst = true,
                    FromMs = 0,
                }
            )
        );
        Assert.Equal(["b", "b/one.jpg", "two.jpg"], await FindAsync(tree, "/a", new NodeSearch()));
        Assert.Empty(await FindAsync(tree, "/three.jpg", new NodeSearch()));
        Assert.Equal(
            RefusalRule.NotFound,
            (
                await tree.SearchAsync(
                    ["missing"],
                    s_images,
                    NodeDetails.None,
                    (_, _, _) => SearchNext.More,
                    Stop
                )
            )
                .Refusal
                ?.Rule
        );
    }

    [Fact]
    public async Task The_newest_come_first_over_many_pages_and_end_where_nothing_older_is_wanted()
    {
        var anna = await _cloud.AddActorAsync("anna");
        var session = _cloud.Session(anna);
        var now = _cloud.Time.GetUtcNow();
        await Task.WhenAll(
            Enumerable
                .Range(0, 603)
                .Select(async i =>
                {
                    var minutes = i * 7919 % 603;
                    await session.WriteAsync(
                        [$"{minutes}.jpg"],
                        new Upload
                        {
                            Body = PipeReader.Create(Stream.Null),
                            Modified = now.AddMinutes(-minutes),
                        },
                        ChangeGuard.None,
                        Stop
                    );
                })
        );
        var seen = new List<string>();
        await _cloud
            .Tree(anna)
            .SearchAsync(
                [],
                s_images,
                NodeDetails.None,
                (below, _, _) =>
                {
                    seen.Add(below[^1]);
                    return SearchNext.More;
                },
                Stop
            );
        Assert.Equal(Enumerable.Range(0, 603).Select(i => $"{i}.jpg"), seen);

        seen.Clear();
        var searched = await _cloud
            .Tree(anna)
            .SearchAsync(
                [],
                s_images with
                {
                    UntilMs = now.AddMinutes(-100).ToUnixTimeMilliseconds(),
                },
                NodeDetails.None,
                (below, _, node) =>
                {
                    seen.Add(below[^1]);
                    return seen.Count < 3 ? SearchNext.More : SearchNext.NothingOlder;
                },
                Stop
            );
        Assert.True(searched.Value);
        // The rest of the page was there already.
        Assert.Equal("100.jpg", seen[0]);
        Assert.Equal(500, seen.Count);
    }

    [Fact]
    public async Task What_is_mounted_is_searched_within_what_is_shared_alone()
    {
        var anna = await _cloud.AddActorAsync("anna");
        var ben = await _cloud.AddActorAsync("ben", householdOwner: anna.Account);
        var own = _cloud.Session(anna);
        await own.MakeFolderAsync("/album");
        await own.MakeFolderAsync("/album/trip");
        await own.PutAsync("/album/trip/in.jpg", "1");
        await own.PutAsync("/out.jpg", "1");
        await own.PutAsync("/single.jpg", "1");
        await _cloud.Session(ben).PutAsync("/mine.jpg", "1");
        await ShareAsync(own, "album");
        await ShareAsync(own, "single.jpg");
        var tree = _cloud.Tree(ben);
        await tree.ListAsync([], 1, NodeDetails.None, (_, _, _, _) => { }, Stop);

        Assert.Equal(
            ["album", "album/trip/in.jpg", "mine.jpg", "single.jpg"],
            await FindAsync(tree, "/", s_images)
        );
        Assert.Equal(["trip/in.jpg"], await FindAsync(tree, "/album", s_images));
        Assert.Equal(["in.jpg"], await FindAsync(tree, "/album/trip", s_images));
        await own.DeleteAsync("/album/trip");
        Assert.Empty(await FindAsync(tree, "/album", s_images));
    }

    [Fact]
    public async Task Behind_a_link_nothing_is_found_that_is_protected_or_a_program_s_own()
    {
        var anna = await _cloud.AddActorAsync("anna");
        var own = _cloud.Session(anna);
        await own.MakeFolderAsync("/album");
        await own.MakeFolderAsync("/album/secret");
        await own.PutAsync("/album/secret/hidden.jpg", "1");
        await own.PutAsync("/album/._shown.jpg", "1");
        await own.PutAsync("/album/shown.jpg", "1");
        await own.ProtectAsync(["album", "secret"], true, Stop);
        var made = await own.CreateShareAsync(
            new NewShare
            {
                Path = ["album"],
                Rights = ShareRights.View,
                RightsStatement = "1",
            },
            _ => null,
            Stop
        );
        var share = made.Value.Placed.Share;
        var visitor = new VaultTree(_cloud.Vaults.Open(share, "192.0.2.1", new SessionOptions()));

        foreach (var search in (NodeSearch[])[s_images, new NodeSearch { NamePart = "jpg" }])
            Assert.Equal(["shown.jpg"], await FindAsync(visitor, "/", search));
        Assert.Empty(await FindAsync(visitor, "/", new NodeSearch { OnlyFavorites = true }));
    }

    [Fact]
    public async Task A_bound_ends_a_search_and_is_told()
    {
        await using var cloud = new TestVault(
            new VaultLimits { SearchedItems = 3, SearchMatches = 2 },
            isInMemory: true
        );
        var anna = await cloud.AddActorAsync("anna");
        var session = cloud.Session(anna);
        foreach (var name in (string[])["a.jpg", "b.jpg", "c.jpg", "d.txt"])
            await session.PutAsync($"/{name}", "1");
        var tree = cloud.Tree(anna);

        Assert.Equal((false, 0), await CountAsync(tree, new NodeSearch { NamePart = "nothing" }));
        Assert.Equal((false, 2), await CountAsync(tree, new NodeSearch { NamePart = "jpg" }));
        await session.DeleteAsync("/d.txt");
        Assert.Equal((true, 0), await CountAsync(tree, new NodeSearch { NamePart = "nothing" }));
        Assert.Equal((true, 3), await CountAsync(tree, s_images));
    }

    private static async Task<(bool IsComplete, int Count)> CountAsync(
        VaultTree tree,
        NodeSearch search
    )
    {
        var count = 0;
        var searched = await tree.SearchAsync(
            [],
            search,
            NodeDetails.None,
            (_, _, _) =>
            {
                count++;
                return SearchNext.More;
            },
            Stop
        );
        return (searched.Value, count);
    }

    private static async Task<List<string>> FindAsync(
        VaultTree tree,
        string path,
        NodeSearch search
    )
    {
        var found = new List<string>();
        var searched = await tree.SearchAsync(
            TestSteps.Segments(path),
            search,
            NodeDetails.Properties | NodeDetails.Checksums,
            (below, _, _) =>
            {
                found.Add(string.Join('/', below.ToArray()));
                return SearchNext.More;
            },
            Stop
        );
        Assert.True(searched.Value);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static async Task ShareAsync(VaultSession session, string item) =>
        Assert.True(
            (
                await session.CreateShareAsync(
                    new NewShare
                    {
                        Path = [item],
                        Rights = ShareRights.View,
                        Audience = ShareAudience.Household,
                    },
                    _ => null,
                    Stop
                )
            ).IsSuccess
        );
}
