using System.Globalization;
using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.Net.Http.Headers;

namespace CloudDav.Server.Api;

/// <summary>
/// <c>GET /api/v1/archive</c>: everything in the actor's tree as one ZIP file. Its length is known before the first byte, and a download that was cut goes on where
/// it stopped (RFC 9110 §14): the tag changes with every change in the tree, so that <c>If-Range</c> begins anew rather than join two archives. Conditions
/// are evaluated in the order of §13.2.2, and once more on what was laid out; of several ranges the whole is sent.
/// </summary>
internal static class ArchiveEndpoint
{
    public static async Task HandleAsync(HttpContext context)
    {
        var session = context
            .RequestServices.GetRequiredService<VaultParts>()
            .Vaults.Open(
                context.Features.Get<Actor>()!,
                new Vault.SessionOptions { Door = Door.Browser }
            );
        await HandleAsync(
            context,
            session,
            refusal => new ProblemResult(refusal, session.Language).ExecuteAsync(context),
            _ => new(true)
        );
    }

    /// <summary>As <see cref="HandleAsync(HttpContext)"/>, of what a session sees.</summary>
    /// <param name="context">The request.</param>
    /// <param name="session">Whose archive it is.</param>
    /// <param name="refuse">Answers a refusal.</param>
    /// <param name="begin">Asked before the first byte of an answer that has any.</param>
    public static async Task HandleAsync(
        HttpContext context,
        VaultSession session,
        Func<Refusal, Task> refuse,
        Func<CancellationToken, ValueTask<VaultResult<bool>>> begin
    )
    {
        var tag = await session.FindArchiveTagAsync(context.RequestAborted);
        if (tag.Refusal is { } refusal)
        {
            await refuse(refusal);
            return;
        }
        if (await EndsHereAsync(context, tag.Value, refuse))
            return;

        var laidOut = await session.OpenArchiveAsync(context.RequestAborted);
        if (laidOut.Refusal is { } late)
        {
            await refuse(late);
            return;
        }
        var archive = laidOut.Value;
        await using var content = archive.Content;
        if (archive.ETag != tag.Value && await EndsHereAsync(context, archive.ETag, refuse))
            return;
        await SendAsync(context, archive, refuse, begin);
    }

    private static async Task SendAsync(
        HttpContext context,
        VaultArchive archive,
        Func<Refusal, Task> refuse,
        Func<CancellationToken, ValueTask<VaultResult<bool>>> begin
    )
    {
        var (request, response) = (context.Request, context.Response);
        var (from, length) = (0L, archive.Content.Length);
        // HEAD has no partial form (§14.2).
        var range = HttpMethods.IsHead(request.Method) ? null : SingleRange(request, archive);
        if (range is not null)
        {
            if (Resolve(range, archive.Content.Length) is not var (first, count))
            {
                SetValidators(response, archive.ETag);
                response.Headers.AcceptRanges = "bytes";
                response.Headers.ContentRange = $"bytes */{Number(archive.Content.Length)}";
                await refuse(
                    new Refusal(RefusalRule.RangeNotSatisfiable) { Limit = archive.Content.Length }
                );
                return;
            }
            (from, length) = (first, count);
        }
        if (
            !HttpMethods.IsHead(request.Method)
            && (await begin(context.RequestAborted)).Refusal is { } late
        )
        {
            await refuse(late);
            return;
        }
        SetValidators(response, archive.ETag);
        var headers = response.Headers;
        headers.AcceptRanges = "bytes";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(archive.Name + ".zip");
        headers.ContentDisposition = disposition.ToString();

        if (range is not null)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            headers.ContentRange =
                $"bytes {Number(from)}-{Number(from + length - 1)}/{Number(archive.Content.Length)}";
        }
        response.ContentType = "application/zip";
        response.ContentLength = length;
        if (HttpMethods.IsHead(request.Method))
            return;
        try
        {
            await archive.Content.CopyToAsync(
                response.BodyWriter,
                from,
                length,
                context.RequestAborted
            );
        }
        catch (Exception ended) when (ended is ArchiveEndedException or OperationCanceledException)
        {
            // Nothing broke: whoever downloads may not any more. An answer that is cut off is the only way left to say so.
            context.Abort();
        }
    }

    /// <summary>Whether If-Match or If-None-Match have the request end here (§13.1.1, §13.1.2).</summary>
    private static async ValueTask<bool> EndsHereAsync(
        HttpContext context,
        string tag,
        Func<Refusal, Task> refuse
    )
    {
        var conditions = context.Request.GetTypedHeaders();
        var ours = new EntityTagHeaderValue(tag);
        if (
            context.Request.Headers.IfMatch.Count > 0
            && !Matches(conditions.IfMatch, ours, strongly: true)
        )
        {
            await refuse(new Refusal(RefusalRule.ConditionFailed));
            return true;
        }
        if (!Matches(conditions.IfNoneMatch, ours, strongly: false))
            return false;
        SetValidators(context.Response, tag);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    private static bool Matches(
        IList<EntityTagHeaderValue> tags,
        EntityTagHeaderValue ours,
        bool strongly
    ) => tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(ours, strongly));

    /// <summary>The one range that is asked for and, by If-Range (§13.1.5), of this very archive; null for the whole.</summary>
    private static RangeItemHeaderValue? SingleRange(HttpRequest request, VaultArchive archive)
    {
        var headers = request.GetTypedHeaders();
        if (
            request.Headers.IfRange.Count > 0
            && headers.IfRange?.EntityTag?.Compare(
                new EntityTagHeaderValue(archive.ETag),
                useStrongComparison: true
            ) != true
        )
            return null;
        return
            headers.Range is { Ranges.Count: 1 } range
            && range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase)
            ? range.Ranges.First()
            : null;
    }

    private static (long First, long Count)? Resolve(RangeItemHeaderValue range, long length)
    {
        if (range.From is not { } from)
        {
            var count = Math.Min(range.To!.Value, length);
            return count > 0 ? (length - count, count) : null;
        }
        return from < length
            ? (from, Math.Min(range.To ?? long.MaxValue, length - 1) - from + 1)
            : null;
    }

    private static void SetValidators(HttpResponse response, string tag)
    {
        response.Headers.ETag = tag;
        // Not no-store: what a browser may not keep, it cannot resume.
        response.Headers.CacheControl = "private, no-cache";
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
