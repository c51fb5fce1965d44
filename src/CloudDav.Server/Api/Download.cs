using System.Globalization;
using CloudDav.Vault;
using Microsoft.Net.Http.Headers;

namespace CloudDav.Server.Api;

/// <summary>
/// Content that is sent to be saved: browsers open none of it. A download that was cut goes on where it stopped (RFC 9110 §14); conditions are evaluated in the order of §13.2.2, and of several
/// ranges the whole is sent.
/// </summary>
/// <param name="Name">What it is to be called.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="ETag">Its strong tag.</param>
/// <param name="Content">Its bytes. Who made this disposes them.</param>
internal sealed record Download(string Name, string MediaType, string ETag, IContentSource Content)
{
    /// <summary>Whether browsers may show it where they are, and not only save it: of media types in which nothing runs.</summary>
    public bool IsShown { get; init; }

    /// <summary>How long it may be kept.</summary>
    public string CacheControl { get; init; } = Kept;

    // Not no-store: what a browser may not keep, it cannot resume.
    private const string Kept = "private, no-cache";

    /// <summary>Answers with a file that was opened, or with why it was not.</summary>
    /// <param name="context">The request.</param>
    /// <param name="opened">The file. It is disposed.</param>
    /// <param name="refuse">Answers a refusal.</param>
    /// <param name="shown">The media type by which browsers may show a file; null for one that is to be saved, and where all are.</param>
    public static async Task AnswerAsync(
        HttpContext context,
        VaultResult<Opened> opened,
        Func<Refusal, Task> refuse,
        Func<NodeRow, string?>? shown = null
    )
    {
        if (opened.Refusal is { } refusal)
        {
            await refuse(refusal);
            return;
        }
        var (vault, node, content) = opened.Value;
        if (content is null)
        {
            await refuse(new Refusal(RefusalRule.IsFolder));
            return;
        }
        await using (content)
        {
            var tag = EntityTag.Of(vault, node);
            if (!await EndsHereAsync(context, tag, refuse))
                await new Download(
                    node.Name,
                    shown?.Invoke(node) ?? node.MediaType ?? "application/octet-stream",
                    tag,
                    content
                )
                {
                    IsShown = shown?.Invoke(node) is not null,
                }.SendAsync(context, refuse, opened.Value.Begin);
        }
    }

    /// <summary>Sends it, or what of it is asked for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="refuse">Answers a refusal.</param>
    /// <param name="begin">Asked before the first byte of an answer that has any; null when nobody is.</param>
    public async Task SendAsync(
        HttpContext context,
        Func<Refusal, Task> refuse,
        Func<CancellationToken, ValueTask<Refusal?>>? begin
    )
    {
        var (request, response) = (context.Request, context.Response);
        var (from, length) = (0L, Content.Length);
        // HEAD has no partial form (§14.2).
        var range = HttpMethods.IsHead(request.Method) ? null : SingleRange(request);
        if (range is not null)
        {
            if (Resolve(range, Content.Length) is not var (first, count))
            {
                SetValidators(response, ETag, CacheControl);
                response.Headers.AcceptRanges = "bytes";
                response.Headers.ContentRange = $"bytes */{Number(Content.Length)}";
                await refuse(
                    new Refusal(RefusalRule.RangeNotSatisfiable) { Limit = Content.Length }
                );
                return;
            }
            (from, length) = (first, count);
        }
        if (
            !HttpMethods.IsHead(request.Method)
            && begin is not null
            && await begin(context.RequestAborted) is { } late
        )
        {
            await refuse(late);
            return;
        }
        SetValidators(response, ETag, CacheControl);
        var headers = response.Headers;
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.AcceptRanges = "bytes";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        var disposition = new ContentDispositionHeaderValue(IsShown ? "inline" : "attachment");
        disposition.SetHttpFileName(Name);
        headers.ContentDisposition = disposition.ToString();

        if (range is not null)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            headers.ContentRange =
                $"bytes {Number(from)}-{Number(from + length - 1)}/{Number(Content.Length)}";
        }
        response.ContentType = MediaType;
        response.ContentLength = length;
        if (HttpMethods.IsHead(request.Method))
            return;
        try
        {
            await Content.CopyToAsync(response.BodyWriter, from, length, context.RequestAborted);
        }
        catch (Exception ended) when (ended is ArchiveEndedException or OperationCanceledException)
        {
            // Nothing broke: whoever downloads may not any more. An answer that is cut off is the only way left to say so.
            context.Abort();
        }
    }

    /// <summary>Whether If-Match or If-None-Match have the request end here (§13.1.1, §13.1.2).</summary>
    public static async ValueTask<bool> EndsHereAsync(
        HttpContext context,
        string tag,
        Func<Refusal, Task> refuse,
        string cacheControl = Kept
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
        SetValidators(context.Response, tag, cacheControl);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    private static bool Matches(
        IList<EntityTagHeaderValue> tags,
        EntityTagHeaderValue ours,
        bool strongly
    ) => tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(ours, strongly));

    /// <summary>The one range that is asked for and, by If-Range (§13.1.5), of this very content; null for the whole.</summary>
    private RangeItemHeaderValue? SingleRange(HttpRequest request)
    {
        var headers = request.GetTypedHeaders();
        if (
            request.Headers.IfRange.Count > 0
            && headers.IfRange?.EntityTag?.Compare(
                new EntityTagHeaderValue(ETag),
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

    private static void SetValidators(HttpResponse response, string tag, string cacheControl)
    {
        response.Headers.ETag = tag;
        response.Headers.CacheControl = cacheControl;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
