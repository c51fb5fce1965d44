#pragma warning disable CA1822
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server;

/// <summary>Opens the tree of a request's actor.</summary>
internal sealed class VaultStores
{
    public DavResult<IDavStore> OpenTree(HttpContext context) => Ancestors(context, "/");

    public ValueTask<DavResult<IDavStore>> OpenAncestorsAsync(HttpContext context, string prefix) =>
        new(Ancestors(context, prefix));

    private static DavResult<IDavStore> Ancestors(HttpContext context, string prefix)
    {
        var actor = context.Features.Get<Actor>()!;
        return new DavAncestorStore(new DavPrincipal(actor.Name, "/"), prefix);
    }
}
