using CloudDav.Server.Dav;
using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Server.SyncClients;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server;

/// <summary>Opens the tree of a request's actor.</summary>
/// <param name="parts">The storage behind the vaults.</param>
/// <param name="refusals">Tells the actor what the vault refuses.</param>
/// <param name="wrap">Put around every tree, by tests; null for nothing.</param>
internal sealed class VaultStores(
    VaultParts parts,
    RefusalDesk refusals,
    Func<IDavStore, DavResult<IDavStore>>? wrap = null
)
{
    /// <summary>The actor's own tree. Nothing is looked up yet.</summary>
    public DavResult<IDavStore> OpenTree(HttpContext context, string treeHref)
    {
        var client = DavClient.Of(context.Request.Headers.UserAgent);
        var session = parts.Vaults.OpenTree(
            context.Features.Get<Actor>()!,
            new Vault.SessionOptions { FoldsNames = client.FoldsCase }
        );
        var store = new VaultDavStore(
            session,
            treeHref,
            refusal => refusals.Answer(context, refusal, session.Language).ToProblem()
        );
        return wrap is null ? store : wrap(store);
    }

    /// <summary>A tree of what was in the actor's own vault. Nothing is looked up yet.</summary>
    public DavResult<IDavStore> OpenHistory(
        SyncTree tree,
        Func<VaultSession, string, Func<Refusal, DavProblem>, HistoryStore> open
    )
    {
        var session = parts.Vaults.Open(tree.Actor, new Vault.SessionOptions());
        return open(
            session,
            tree.Address + "/",
            refusal => refusals.Answer(tree.Http, refusal, session.Language).ToProblem()
        );
    }

    /// <summary>The actor's own vault as it was. Nothing is looked up yet.</summary>
    public DavResult<IDavStore> OpenRewind(HttpContext context, string treeHref)
    {
        var session = parts.Vaults.Open(context.Features.Get<Actor>()!, new Vault.SessionOptions());
        return new RewindStore(
            session,
            treeHref,
            refusal => refusals.Answer(context, refusal, session.Language).ToProblem(),
            refusals.Zone
        );
    }

    /// <summary>The folders above the tree. They are the same for everybody, so whether the actor is still signed in is asked of the tree.</summary>
    public async ValueTask<DavResult<IDavStore>> OpenAncestorsAsync(
        HttpContext context,
        string prefix
    )
    {
        var tree = OpenTree(context, prefix + "/").Value;
        var problem = HttpMethods.IsOptions(context.Request.Method)
            ? (await tree.FindPrivilegesAsync(context.RequestAborted)).Problem
            : (await tree.FindAsync(DavPath.Root, DavFacts.None, context.RequestAborted)).Problem;
        return problem is not null ? problem : new DavAncestorStore(tree.Principal, prefix);
    }
}
