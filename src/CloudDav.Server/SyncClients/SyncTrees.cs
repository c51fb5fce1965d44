using System.Collections.Frozen;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.SyncClients;

/// <summary>Opens one person's tree of a kind. Nothing is looked up yet.</summary>
internal delegate DavResult<IDavStore> OpenSyncTree(SyncTree tree);

/// <summary>A person's tree that a request is about.</summary>
/// <param name="Http">The request.</param>
/// <param name="Actor">Who asks, and whose tree it is.</param>
/// <param name="Address">Where the tree is, without a slash at its end.</param>
/// <param name="FindNamedFile">What the request's Destination names in the person's tree of files; null when it has none.</param>
internal sealed record SyncTree(
    HttpContext Http,
    Actor Actor,
    string Address,
    Func<DavResult<DavPath>?> FindNamedFile
)
{
    /// <summary>A part of the server.</summary>
    public T Part<T>()
        where T : notnull => Http.RequestServices.GetRequiredService<T>();
}

/// <summary>The trees below <c>/remote.php/dav/</c>: each has one line, and is at its name and the name of the person who signed in.</summary>
internal static class SyncTrees
{
    /// <summary>The tree of files.</summary>
    public const string Files = "files";

    /// <summary>The tree of uploads in chunks.</summary>
    public const string Uploads = "uploads";

    /// <summary>All of them, by their names.</summary>
    public static FrozenDictionary<string, OpenSyncTree> All { get; } =
        new Dictionary<string, OpenSyncTree>(StringComparer.Ordinal)
        {
            [Files] = static tree =>
                tree.Part<VaultStores>().OpenTree(tree.Http, tree.Address + "/"),
            [TrashStore.TreeName] = static tree =>
                tree.Part<VaultStores>()
                    .OpenHistory(tree, static (own, href, tell) => new TrashStore(own, href, tell)),
            [VersionsStore.TreeName] = static tree =>
                tree.Part<VaultStores>()
                    .OpenHistory(
                        tree,
                        static (own, href, tell) => new VersionsStore(own, href, tell)
                    ),
            [Uploads] = UploadTreeStore.Open,
        }.ToFrozenDictionary(StringComparer.Ordinal);
}
