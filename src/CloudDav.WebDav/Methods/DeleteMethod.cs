using CloudDav.WebDav.Conditions;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// DELETE (RFC 4918 §9.6): removes a resource and all below it, or nothing. The RFC would allow 207 for a part that could not go, but
/// no file manager can show one, so a lock anywhere below refuses the whole with 423. A collection is always deleted to its depths
/// (§9.6.1). A body is ignored.
/// </summary>
internal static class DeleteMethod
{
    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        var depth = request.Depth;
        if (depth.Problem is not null)
            return depth.Problem;
        if (depth.Value.Depth is Depth.Zero or Depth.One)
        {
            var found = await request.Store.FindAsync(request.Path, DavFacts.None, request.Aborted);
            if (found.Problem is not null)
                return found.Problem;
            if (found.Value.IsCollection)
                return new DavProblem(400, "A folder is deleted with Depth: infinity only.");
        }
        if (request.Path.IsRoot)
            return new DavProblem(403, "The top folder cannot be deleted.");
        var guard = await Guards.EvaluateAsync(request);
        if (guard.Problem is not null)
            return guard.Problem;
        var deleted = await request.Store.DeleteAsync(request.Path, guard.Value, request.Aborted);
        if (deleted.Problem is not null)
            return deleted.Problem;
        request.Answer(StatusCodes.Status204NoContent);
        return null;
    }
}
