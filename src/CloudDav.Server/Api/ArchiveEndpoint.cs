using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>
/// <c>GET /api/v1/archive</c>: everything in the actor's tree as one ZIP file. Its length is known before the first byte, and a download that was cut goes on where
/// it stopped: the tag changes with every change in the tree, so that <c>If-Range</c> begins anew rather than join two archives. Conditions are evaluated once more on
/// what was laid out.
/// </summary>
internal static class ArchiveEndpoint
{
    public static async Task HandleAsync(HttpContext context)
    {
        var tree = new VaultTree(
            context
                .RequestServices.GetRequiredService<VaultParts>()
                .Vaults.Open(
                    context.Features.Get<Actor>()!,
                    new Vault.SessionOptions { Door = Door.Browser }
                )
        );
        await HandleAsync(
            context,
            tree,
            ArchiveScope.Whole,
            refusal => new ProblemResult(refusal, tree.Language).ExecuteAsync(context)
        );
    }

    /// <summary>As <see cref="HandleAsync(HttpContext)"/>, of any folder or part of one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tree">Where the folder is.</param>
    /// <param name="scope">What is wanted.</param>
    /// <param name="refuse">Answers a refusal.</param>
    /// <param name="begin">Asked before the first byte of an answer that has any; null when nobody is but who counts in the tree.</param>
    public static async Task HandleAsync(
        HttpContext context,
        VaultTree tree,
        ArchiveScope scope,
        Func<Refusal, Task> refuse,
        Func<CancellationToken, ValueTask<Refusal?>>? begin = null
    )
    {
        var tag = await tree.FindArchiveTagAsync(scope, context.RequestAborted);
        if (tag.Refusal is { } refusal)
        {
            await refuse(refusal);
            return;
        }
        if (await Download.EndsHereAsync(context, tag.Value, refuse))
            return;

        var laidOut = await tree.OpenArchiveAsync(scope, context.RequestAborted);
        if (laidOut.Refusal is { } late)
        {
            await refuse(late);
            return;
        }
        var archive = laidOut.Value;
        await using var content = archive.Content;
        if (
            archive.ETag != tag.Value
            && await Download.EndsHereAsync(context, archive.ETag, refuse)
        )
            return;
        await new Download(
            archive.Name + ".zip",
            "application/zip",
            archive.ETag,
            content
        ).SendAsync(context, refuse, begin ?? archive.Begin);
    }
}
