using System.Globalization;
using System.Text;
using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Responses;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// GET and HEAD (RFC 9110 §9.3.1, §9.3.2; RFC 4918 §9.4): HEAD answers as GET without its body. Conditions are evaluated in the order
/// of RFC 9110 §13.2.2, then ranges (§14). No content coding is ever applied: lengths, ranges and entity tags are of the stored bytes.
/// A collection answers a small page for people.
/// </summary>
internal static class GetMethod
{
    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        var conditions = Preconditions.Read(request);
        if (conditions.Problem is not null)
            return conditions.Problem;
        if (await EvaluateIfAsync(request) is { } refused)
            return refused;

        if (request.Method.Name == "HEAD")
        {
            var found = await request.Store.FindAsync(
                request.Path,
                request.Options.ServesSyncClients ? DavFacts.Checksums : DavFacts.None,
                request.Aborted
            );
            return found.Problem
                ?? await AnswerAsync(request, new DavReadable(found.Value, null), conditions.Value);
        }
        var opened = await request.Store.OpenAsync(request.Path, request.Aborted);
        if (opened.Problem is not null)
            return opened.Problem;
        await using var content = opened.Value.Content;
        if (request.Options.ServesSyncClients && content is not null)
            await AddChecksumsAsync(request, opened.Value.Resource);
        return await AnswerAsync(request, opened.Value, conditions.Value);
    }

    private static async ValueTask<DavProblem?> EvaluateIfAsync(DavRequest request)
    {
        var header = IfHeader.Parse(request.Header("If"));
        if (header.Problem is not null || header.Value is null)
            return header.Problem;
        var holds = await new IfEvaluator(request).EvaluateAsync(header.Value);
        return holds.Problem ?? (holds.Value ? null : Guards.Failed());
    }

    // Looked up by itself: only those of the very content that is sent are of use.
    private static async ValueTask AddChecksumsAsync(DavRequest request, DavResource resource)
    {
        var found = await request.Store.FindAsync(
            request.Path,
            DavFacts.Checksums,
            request.Aborted
        );
        if (found.IsSuccess && found.Value.ETag == resource.ETag)
            resource.Checksums = found.Value.Checksums;
    }

    private static async ValueTask<DavProblem?> AnswerAsync(
        DavRequest request,
        DavReadable readable,
        Preconditions conditions
    )
    {
        var (resource, content) = readable;
        var response = request.Response;
        var type = MediaTypes.Of(resource);
        switch (conditions.Evaluate(resource, isRead: true))
        {
            case PreconditionOutcome.Failed:
                return Guards.Failed();
            case PreconditionOutcome.NotModified:
                SetValidators(request, resource);
                response.StatusCode = StatusCodes.Status304NotModified;
                return null;
        }
        if (resource.IsCollection)
        {
            SetValidators(request, resource);
            return await FolderPage.SendAsync(request, resource);
        }
        if (DlnaHeaders.Answer(request, type) is { } unsuited)
            return unsuited;
        SetValidators(request, resource);
        UserContent.SetHeaders(request, resource.Name, type);
        response.Headers.AcceptRanges = "bytes";

        // HEAD has no partial form (RFC 9110 §14.2).
        if (content is null)
        {
            response.ContentType = type;
            response.ContentLength = resource.Length;
            return null;
        }
        var ranges = RangeApplies(request, resource)
            ? ByteRanges.Parse(request.Header("Range"), content.Length)
            : null;
        if (ranges is not [] && readable.Begin is { } begin)
        {
            if (await begin(request.Aborted) is { } refused)
                return refused;
        }
        switch (ranges)
        {
            case null:
                response.ContentType = type;
                response.ContentLength = content.Length;
                await content.CopyToAsync(response.BodyWriter, 0, content.Length, request.Aborted);
                return null;
            case []:
                response.Headers.ContentRange =
                    $"bytes */{content.Length.ToString(CultureInfo.InvariantCulture)}";
                return new DavProblem(416, "The range is past the end of the file.");
            case [var range]:
                response.StatusCode = StatusCodes.Status206PartialContent;
                response.ContentType = type;
                response.ContentLength = range.Length;
                response.Headers.ContentRange = ContentRange(range, content.Length);
                await content.CopyToAsync(
                    response.BodyWriter,
                    range.Offset,
                    range.Length,
                    request.Aborted
                );
                return null;
            default:
                await SendPartsAsync(request, content, type, ranges);
                return null;
        }
    }

    /// <summary>If-Range (RFC 9110 §13.1.5): a strong tag, or exactly our Last-Modified; anything else means the whole.</summary>
    private static bool RangeApplies(DavRequest request, DavResource resource)
    {
        if (request.Header("If-Range") is not { } value)
            return true;
        value = value.Trim();
        if (value.Contains('"', StringComparison.Ordinal))
        {
            ReadOnlySpan<char> rest = value;
            return EntityTags.TryTake(ref rest, out var tag) && tag.StronglyEquals(resource.ETag);
        }
        return HttpDates.Parse(value) == Preconditions.ToSeconds(resource.Modified);
    }

    private static async ValueTask SendPartsAsync(
        DavRequest request,
        IDavContent content,
        string type,
        IReadOnlyList<ByteRange> ranges
    )
    {
        var boundary = Guid.NewGuid().ToString("N");
        var heads = new byte[ranges.Count][];
        var tail = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        long length = tail.Length;
        for (var i = 0; i < heads.Length; i++)
        {
            heads[i] = Encoding.ASCII.GetBytes(
                $"\r\n--{boundary}\r\nContent-Type: {type}\r\nContent-Range: {ContentRange(ranges[i], content.Length)}\r\n\r\n"
            );
            length += heads[i].Length + ranges[i].Length;
        }
        var response = request.Response;
        response.StatusCode = StatusCodes.Status206PartialContent;
        response.ContentType = $"multipart/byteranges; boundary={boundary}";
        response.ContentLength = length;
        for (var i = 0; i < heads.Length; i++)
        {
            await response.BodyWriter.WriteAsync(heads[i], request.Aborted);
            await content.CopyToAsync(
                response.BodyWriter,
                ranges[i].Offset,
                ranges[i].Length,
                request.Aborted
            );
        }
        await response.BodyWriter.WriteAsync(tail, request.Aborted);
    }

    private static void SetValidators(DavRequest request, DavResource resource)
    {
        var headers = request.Response.Headers;
        headers.ETag = resource.ETag;
        headers.LastModified = resource.Modified.ToString("r", CultureInfo.InvariantCulture);
        // Not no-store: Office and media players need a copy of their own.
        headers.CacheControl = resource.CacheControl ?? "private, no-cache";
        if (request.Options.ServesSyncClients)
            SetSyncHeaders(request, resource);
    }

    private static void SetSyncHeaders(DavRequest request, DavResource resource)
    {
        var headers = request.Response.Headers;
        headers["OC-ETag"] = resource.ETag;
        headers["OC-FileId"] = request.Options.FileIdOf(resource.FileId);
        // One of a kind that they do not know would make them throw the file away.
        var known = resource
            .Checksums?.Split(' ')
            .FirstOrDefault(checksum =>
                checksum.StartsWith("SHA1:", StringComparison.Ordinal)
                || checksum.StartsWith("MD5:", StringComparison.Ordinal)
                || checksum.StartsWith("ADLER32:", StringComparison.Ordinal)
            );
        if (known is not null)
            headers["OC-Checksum"] = known;
    }

    private static string ContentRange(ByteRange range, long length) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"bytes {range.Offset}-{range.End - 1}/{length}"
        );
}
