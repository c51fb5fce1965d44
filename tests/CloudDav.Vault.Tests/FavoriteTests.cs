using CloudDav.Vault.Tests.Lifecycle;

namespace CloudDav.Vault.Tests;

/// <summary>Favourites are the marks of whoever made them.</summary>
public sealed class FavoriteTests : IAsyncDisposable
{
    private readonly TestVault _cloud = new(new VaultLimits { Favorites = 2 });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task A_mark_stays_with_the_item_and_changes_no_tag()
    {
        var session = _cloud.Session(await _cloud.AddActorAsync("anna"));
        await session.MakeFolderAsync("/a");
        await session.MakeFolderAsync("/b");
        await session.PutAsync("/a/f", "1");
        var tags = (await session.ETagAsync("/a/f"), await session.ETagAsync("/"));

        Assert.True((await session.PatchAsync("/a/f", Marked(true))).IsSuccess);

        Assert.Equal(tags, (await session.ETagAsync("/a/f"), await session.ETagAsync("/")));
        Assert.True(await IsMarkedAsync(session, "/a/f"));
        Assert.False(await IsMarkedAsync(session, "/a"));
        await session.MoveAsync("/a/f", "/b/g");
        await session.PutAsync("/b/g", "2");
        Assert.True(await IsMarkedAsync(session, "/b/g"));
        await session.CopyAsync("/b", "/c");
        Assert.False(await IsMarkedAsync(session, "/c/g"));
        var listed = new Dictionary<string, bool?>();
        await session.ListAsync(
            [],
            null,
            NodeDetails.Favorite,
            (below, _, node, _) => listed[string.Join('/', below.ToArray())] = node.IsFavorite,
            Stop
        );
        Assert.Equal(["b/g"], listed.Where(entry => entry.Value == true).Select(e => e.Key));
        Assert.True((await session.PatchAsync("/b/g", Marked(false))).IsSuccess);
        Assert.False(await IsMarkedAsync(session, "/b/g"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task An_account_has_no_more_than_the_limit_wherever_they_are()
    {
        var anna = await _cloud.AddActorAsync("anna");
        var ben = await _cloud.AddActorAsync("ben", householdOwner: anna.Account);
        var (own, tree) = (_cloud.Session(anna), _cloud.Tree(ben));
        await own.MakeFolderAsync("/shared");
        await own.PutAsync("/shared/f", "1");
        await ShareAsync(own, "shared");
        foreach (var name in (string[])["x", "y"])
            await _cloud.Session(ben).PutAsync($"/{name}", "1");

        Assert.True((await MarkAsync(tree, "/shared/f")).IsSuccess);
        Assert.True((await MarkAsync(tree, "/x")).IsSuccess);
        // What is one already takes no room.
        Assert.True((await MarkAsync(tree, "/x")).IsSuccess);
        var refusal = (await MarkAsync(tree, "/y")).Refusal!;

        Assert.Equal(
            (RefusalRule.TooManyFavorites, 2L, 2L),
            (refusal.Rule, refusal.Limit!.Value, refusal.Used!.Value)
        );
    }

    [Fact]
    public async Task Who_may_only_view_a_share_marks_what_is_in_it_for_nobody_else()
    {
        var anna = await _cloud.AddActorAsync("anna");
        var ben = await _cloud.AddActorAsync("ben", householdOwner: anna.Account);
        var cara = await _cloud.AddActorAsync("cara", householdOwner: anna.Account);
        var own = _cloud.Session(anna);
        await own.MakeFolderAsync("/shared");
        await own.PutAsync("/shared/f", "1");
        await ShareAsync(own, "shared");

        Assert.True((await MarkAsync(_cloud.Tree(ben), "/shared/f")).IsSuccess);
        Assert.True((await MarkAsync(_cloud.Tree(ben), "/shared")).IsSuccess);

        foreach (var actor in (Actor[])[anna, ben, cara])
        foreach (var path in (string[])["/shared", "/shared/f"])
            Assert.Equal(actor == ben, await IsMarkedAsync(_cloud.Tree(actor), path));
        var other = (
            await _cloud
                .Tree(ben)
                .PatchAsync(
                    ["shared", "f"],
                    new NodePatch { IsFavorite = true, Modified = _cloud.Time.GetUtcNow() },
                    ChangeGuard.None,
                    Stop
                )
        ).Refusal;
        Assert.Equal(RefusalRule.ShareRightMissing, other?.Rule);
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task Marks_go_with_the_account_in_its_own_vault_and_in_others()
    {
        await using var life = new LifeOfCustomers();
        var anna = await life.AddCustomerAsync("anna");
        var gone = await life.AddCustomerAsync("gone");
        foreach (var actor in (Actor[])[anna, gone])
        {
            var session = life.Cloud.Session(actor);
            await session.PutAsync("/f", "1");
            await session.PatchAsync("/f", Marked(true));
        }
        // As if the one had marked something of the other's.
        foreach (var (marker, vault) in ((Actor, Actor)[])[(gone, anna), (anna, gone)])
            await life.Cloud.ExecuteAsync(
                $"INSERT INTO favorites SELECT {vault.Vault.Value}, {marker.Account.Value}, node_id FROM nodes WHERE vault_id = {vault.Vault.Value} AND kind = 1"
            );
        Assert.Equal(4, await life.Cloud.CountAsync("favorites"));

        await life.EndAsync(gone);
        await life.PassAsync(40);
        Assert.Equal(1, (await life.Destruction.RunAsync(Stop)).Destroyed);

        Assert.Equal(1, await life.Cloud.CountAsync("favorites"));
    }

    private static NodePatch Marked(bool isFavorite) => new() { IsFavorite = isFavorite };

    private static async Task ShareAsync(VaultSession session, string folder) =>
        Assert.True(
            (
                await session.CreateShareAsync(
                    new NewShare
                    {
                        Path = [folder],
                        Rights = ShareRights.View,
                        Audience = ShareAudience.Household,
                    },
                    _ => null,
                    Stop
                )
            ).IsSuccess
        );

    private static ValueTask<VaultResult<Changed>> MarkAsync(VaultTree tree, string path) =>
        tree.PatchAsync(TestSteps.Segments(path), Marked(true), ChangeGuard.None, Stop);

    private static async Task<bool?> IsMarkedAsync(VaultSession session, string path) =>
        (await session.FindAsync(TestSteps.Segments(path), NodeDetails.Favorite, Stop))
            .Value
            .Node
            .IsFavorite;

    private static async Task<bool?> IsMarkedAsync(VaultTree tree, string path) =>
        (await tree.FindAsync(TestSteps.Segments(path), NodeDetails.Favorite, Stop))
            .Value
            .Node
            .IsFavorite;
}
