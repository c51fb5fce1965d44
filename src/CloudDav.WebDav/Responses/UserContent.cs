using System.Text;
using CloudDav.WebDav.Properties;

namespace CloudDav.WebDav.Responses;

/// <summary>The headers under which bytes of users go out: inert in every browser.</summary>
internal static class UserContent
{
    /// <summary>What a page of user content may do: nothing.</summary>
    public const string Policy = "sandbox; default-src 'none'";

    /// <summary>
    /// Sets them. Browsers save everything but raster images, audio and video; other programs are left alone, because a disposition
    /// makes some players refuse.
    /// </summary>
    public static void SetHeaders(DavRequest request, string name, string type)
    {
        var headers = request.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        if (IsBrowser(request) && !MediaTypes.IsSafeInline(type))
            headers.ContentDisposition = AttachmentOf(name);
    }

    /// <summary>A browser says so by its name or by the metadata that only browsers send.</summary>
    private static bool IsBrowser(DavRequest request) =>
        request.Client.Kind == DavClientKind.Browser
        || request.Http.Request.Headers.ContainsKey("Sec-Fetch-Mode");

    private static string AttachmentOf(string name)
    {
        var ascii = new StringBuilder("attachment; filename=\"");
        foreach (var c in name)
            ascii.Append(c is >= ' ' and < '\x7F' and not ('"' or '\\' or '%') ? c : '_');
        return ascii
            .Append("\"; filename*=UTF-8''")
            .Append(
                Paths
                    .Href.Escape(name)
                    .Replace("(", "%28", StringComparison.Ordinal)
                    .Replace(")", "%29", StringComparison.Ordinal)
            )
            .ToString();
    }
}
