using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using CloudDav.WebDav.Xml;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Responses;

/// <summary>A folder as a small page for people with a browser: no scripts, nothing loaded.</summary>
internal static class FolderPage
{
    public static async ValueTask<DavProblem?> SendAsync(DavRequest request, DavResource folder)
    {
        var response = request.Response;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy =
            "sandbox allow-downloads; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'";
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (!request.Target.HasTrailingSlash)
            response.Headers.ContentLocation = Encoding.ASCII.GetString(
                request.HrefOf(isCollection: true)
            );
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/html; charset=utf-8";
        // The length of the page would cost a listing, and nobody reads it of a HEAD.
        if (HttpMethods.IsHead(request.Http.Request.Method))
            return null;

        using var spool = new AnswerSpool(request.Budget);
        var here = request.HrefOf(request.Path, isCollection: true);
        Begin(
            spool,
            folder.Name,
            request.Path.Parent is { } parent ? request.HrefOf(parent, isCollection: true) : null
        );
        var listed = await request.Store.ListAsync(
            request.Path,
            Depth.One,
            DavFacts.None,
            (below, resource) =>
            {
                if (below.Length == 1)
                    WriteRow(spool, here, below[0], resource);
            },
            request.Aborted
        );
        if (listed.Problem is not null)
            return listed.Problem;
        var writer = new Utf8Writer(spool);
        writer.Raw("</table></body></html>"u8);
        writer.Complete();
        await request.SendAsync(spool, StatusCodes.Status200OK, "text/html; charset=utf-8");
        return null;
    }

    private static void Begin(AnswerSpool spool, string title, string? parent)
    {
        var safe = HtmlEncoder.Default.Encode(title);
        var writer = new Utf8Writer(spool);
        writer.Raw(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>"u8
        );
        writer.RawText(safe);
        writer.Raw(
            "</title><style>body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}table{border-collapse:collapse;width:100%}td{padding:.2rem .6rem;border-bottom:1px solid #8884}td+td{text-align:right;white-space:nowrap}</style></head><body><h1>"u8
        );
        writer.RawText(safe);
        writer.Raw("</h1><table>"u8);
        if (parent is not null)
        {
            writer.Raw("<tr><td><a href=\""u8);
            writer.RawText(parent);
            writer.Raw("\">..</a></td><td></td><td></td></tr>"u8);
        }
        writer.Complete();
    }

    private static void WriteRow(AnswerSpool spool, string here, string name, DavResource resource)
    {
        var writer = new Utf8Writer(spool);
        writer.Raw("<tr><td><a href=\""u8);
        writer.RawText(here);
        writer.Segment(name);
        if (resource.IsCollection)
            writer.Raw("/"u8);
        writer.Raw("\">"u8);
        writer.RawText(HtmlEncoder.Default.Encode(name));
        if (resource.IsCollection)
            writer.Raw("/"u8);
        writer.Raw("</a></td><td>"u8);
        if (!resource.IsCollection)
            writer.Number(resource.Length);
        writer.Raw("</td><td>"u8);
        writer.RawText(
            resource.Modified.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
        );
        writer.Raw("</td></tr>"u8);
        writer.Complete();
    }
}
