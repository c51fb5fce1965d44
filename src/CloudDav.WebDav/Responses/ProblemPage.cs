using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace CloudDav.WebDav.Responses;

/// <summary>A refusal as a small page for people with a browser: no scripts, nothing loaded.</summary>
internal static class ProblemPage
{
    private const string Html = "text/html";

    /// <summary>Whether a person is to read the answer: a page is wanted by name, and nothing is wanted more. Scripts and pictures ask otherwise.</summary>
    public static bool IsAskedFor(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            return false;
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
            return false;
        double html = 0;
        double other = 0;
        foreach (var type in accepted)
        {
            var quality = type.Quality ?? 1;
            if (type.MediaType.Equals(Html, StringComparison.OrdinalIgnoreCase))
                html = Math.Max(html, quality);
            else
                other = Math.Max(other, quality);
        }
        return html > 0 && html >= other;
    }

    /// <summary>The page; sets its media type and what it may do.</summary>
    public static byte[] Of(DavProblem problem, HttpResponse response)
    {
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy =
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.Append("Vary", "Accept");
        var language = HtmlEncoder.Default.Encode(problem.Language ?? "en");
        var title = HtmlEncoder.Default.Encode(
            problem.Title ?? ReasonPhrases.GetReasonPhrase(problem.Status)
        );
        var message = HtmlEncoder.Default.Encode(problem.Message);
        return Encoding.UTF8.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                <!DOCTYPE html>
                <html lang="{{language}}">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>{{title}}</title>
                <style>body{font:1rem/1.5 system-ui,sans-serif;margin:3rem auto;max-width:40rem;padding:0 1rem}</style>
                </head>
                <body>
                <h1>{{title}}</h1>
                <p>{{message}}</p>
                </body>
                </html>

                """
            )
        );
    }
}
