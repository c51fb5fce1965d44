using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

/// <summary>Favourites, and what a search goes by.</summary>
public abstract partial class MetadataStoreContract
{
    [Fact]
    public async Task A_favourite_is_its_account_s_and_goes_with_the_node()
    {
        var (ann, ben) = (await AddActorAsync("a", null), await AddActorAsync("b", null));
        var file = await AddFileAsync(ann, [], "f", 3);
        var other = await AddFileAsync(ann, [], "g", 3);
        await ApplyAsync(ann, new Change.SetFavorite(file, ann.Account, IsFavorite: true));
        await ApplyAsync(ann, new Change.SetFavorite(file, ann.Account, IsFavorite: true));
        await ApplyAsync(ann, new Change.SetFavorite(other, ann.Account, IsFavorite: true));
        await ApplyAsync(ann, new Change.SetFavorite(file, ben.Account, IsFavorite: true));
        await ApplyAsync(ann, new Change.SetFavorite(other, ann.Account, IsFavorite: false));
        await ApplyAsync(ann, new Change.SetFavorite(other, ben.Account, IsFavorite: false));

        Assert.Equal([file], await FavoritesAsync(ann, ann));
        Assert.Equal([file], await FavoritesAsync(ann, ben));
        Assert.Equal([file], await FavoritesAsync(ann, ben, file));
        Assert.Empty(await FavoritesAsync(ann, ben, other));
        Assert.Empty(await FavoritesAsync(ben, ben));
        Assert.Equal(1, await CountFavoritesAsync(ben));

        await TrashAsync(ann, ["f"]);
        Assert.Equal([file], await FavoritesAsync(ann, ben));
        while ((await PurgeTrashAsync(ann, 10)).Value > 0) { }
        Assert.Empty(await FavoritesAsync(ann, ben));
        Assert.Empty(await Store.InspectAsync(ann.Vault, Now, Stop));
    }

    private async Task<long> CountFavoritesAsync(Actor actor) =>
        (
            await Store.WriteAsync(
                async ValueTask<VaultResult<long>> (transaction) =>
                {
                    await transaction.LoadAsync(
                        new FactsRequest
                        {
                            Actor = actor,
                            Now = Now,
                            Paths = [],
                        }
                    );
                    return await transaction.CountFavoritesAsync(actor.Account);
                },
                Stop
            )
        ).Value;

    private async Task<IReadOnlySet<NodeId>> FavoritesAsync(
        Actor owner,
        Actor marker,
        NodeId? node = null
    ) =>
        await Store.ReadAsync(
            snapshot => snapshot.ListFavoritesAsync(owner.Vault, marker.Account, node),
            Stop
        );
}
