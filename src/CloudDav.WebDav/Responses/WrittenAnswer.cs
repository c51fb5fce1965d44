using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Responses;

/// <summary>The answer to an operation that made or replaced a resource: 201 or 204 with its new validators.</summary>
internal static class WrittenAnswer
{
    public static void Send(DavRequest request, DavWritten written)
    {
        var resource = written.Resource;
        var headers = request.Response.Headers;
        if (resource.ETag.Length > 0)
        {
            headers.ETag = resource.ETag;
            headers["OC-ETag"] = resource.ETag;
        }
        headers.LastModified = resource.Modified.ToString("r", CultureInfo.InvariantCulture);
        if (resource.FileId > 0)
            headers["OC-FileId"] = request.Options.FileIdOf(resource.FileId);
        // Both are accepted exactly when they parsed: the store takes every time that RFC 1123 can write.
        if (written.ModifiedAccepted)
            headers["X-OC-MTime"] = "accepted";
        if (request.OcCreated is not null)
            headers["X-OC-CTime"] = "accepted";
        request.Answer(
            written.Created ? StatusCodes.Status201Created : StatusCodes.Status204NoContent
        );
    }
}
