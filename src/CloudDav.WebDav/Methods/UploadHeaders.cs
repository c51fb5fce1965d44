using System.Globalization;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Responses;

namespace CloudDav.WebDav.Methods;

/// <summary>What the headers of PUT and PATCH say of the body.</summary>
internal static class UploadHeaders
{
    /// <summary>The body, unread.</summary>
    public static UploadBody BodyOf(DavRequest request)
    {
        var body = new UploadBody(request.Http.Request.BodyReader);
        request.Http.Features.Set(body);
        return body;
    }

    /// <summary>415 for any content coding: we would store the coded bytes and serve them as if they were the file.</summary>
    public static DavProblem? RefuseCoding(DavRequest request)
    {
        var coding = request.Header("Content-Encoding")?.Trim();
        return
            string.IsNullOrEmpty(coding)
            || coding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? null
            : new DavProblem(415, "Uploads must not be compressed.");
    }

    /// <summary>The number of bytes the body must have: Content-Length, or X-Expected-Entity-Length beside chunks; null when unsaid.</summary>
    public static DavResult<long?> LengthOf(DavRequest request)
    {
        var length = request.Http.Request.ContentLength;
        if (request.Header("X-Expected-Entity-Length") is not { } text)
            return length;
        if (TryNumber(text) is not { } expected)
            return new DavProblem(400, "X-Expected-Entity-Length is not a length.");
        return length is not null && length != expected
            ? new DavProblem(400, "The body is not as long as X-Expected-Entity-Length says.")
            : expected;
    }

    /// <summary>A length that is only a hint.</summary>
    public static long? HintOf(DavRequest request) =>
        TryNumber(request.Header("OC-Total-Length")) ?? TryNumber(request.Header("X-File-Size"));

    /// <summary>The checksums to hold the body against.</summary>
    public static DavResult<IReadOnlyList<ExpectedChecksum>> ChecksumsOf(DavRequest request) =>
        UploadChecksums.Parse(
            request.Header("OC-Checksum"),
            request.Header("Content-MD5"),
            request.Header("Digest"),
            request.Header("Repr-Digest")
        );

    private static long? TryNumber(string? text) =>
        long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
