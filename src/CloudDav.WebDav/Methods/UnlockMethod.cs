using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Headers;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// UNLOCK (RFC 4918 §9.11): removes the lock named by Lock-Token; 204. 400 without a token, 409 when the token is not of a lock that
/// covers this resource (§9.11.1).
/// </summary>
internal static class UnlockMethod
{
    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        var token = LockTokenHeader.Parse(request.Header("Lock-Token"));
        if (token.Problem is not null)
            return token.Problem;
        var guard = await Guards.EvaluateAsync(request);
        if (guard.Problem is not null)
            return guard.Problem;
        var unlocked = await request.Store.UnlockAsync(request.Path, token.Value, request.Aborted);
        // A lock that has expired is gone, which is what Explorer wants; told otherwise it keeps the file busy in its cache.
        var isLenient =
            unlocked.Problem is { Status: 409 }
            && request.IsOn(request.Options.Clients.LenientUnlock, DavClientKind.MiniRedir);
        if (unlocked.Problem is not null && !isLenient)
            return unlocked.Problem;
        request.Answer(StatusCodes.Status204NoContent);
        return null;
    }
}
