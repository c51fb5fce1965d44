using System.Text;
using System.Xml.Linq;
using CloudDav.WebDav.Responses;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Tests.Responses;

public sealed class ProblemWriterTests
{
    private static readonly XNamespace D = "DAV:";
    private static readonly XNamespace S = "http://sabredav.org/ns";

    [Fact]
    public async Task The_condition_comes_first_then_details_then_the_sentence()
    {
        var (xml, _) = await WriteAsync(
            new DavProblem(423, "Locked & closed.")
            {
                Condition = D + "lock-token-submitted",
                Paths = [DavPath.Root.Append("a b")],
                Details = [new XElement(XNamespace.Get("urn:x") + "rule", "why")],
            }
        );
        var children = xml.Elements().ToList();
        Assert.Equal(D + "lock-token-submitted", children[0].Name);
        Assert.Equal("/dav/a%20b", children[0].Element(D + "href")!.Value);
        Assert.Equal("why", children[1].Value);
        Assert.Equal("Locked", xml.Element(S + "exception")!.Value);
        Assert.Equal("Locked & closed.", xml.Element(S + "message")!.Value);
    }

    [Fact]
    public async Task A_condition_of_another_namespace_is_declared()
    {
        var (xml, _) = await WriteAsync(
            new DavProblem(403, "No.") { Condition = XName.Get("rule", "urn:x") }
        );
        Assert.NotNull(xml.Element("{urn:x}rule"));
    }

    [Fact]
    public async Task Headers_of_the_answer_that_could_not_be_given_are_gone()
    {
        var context = new DefaultHttpContext();
        context.Response.Headers.ETag = "\"x\"";
        context.Response.Headers.ContentDisposition = "attachment";
        await ProblemWriter.WriteAsync(context, new DavProblem(405, "No."));
        Assert.Equal(0, context.Response.Headers.ETag.Count);
        Assert.Equal(0, context.Response.Headers.ContentDisposition.Count);
        Assert.NotEqual(0, context.Response.Headers.Allow.Count);
        Assert.StartsWith(
            "1, 2, 3",
            context.Response.Headers["DAV"].ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Details_are_written_with_the_prefixes_of_the_root()
    {
        XNamespace c = "http://clouddav.org/ns";
        var text = await TextOfAsync(
            new DavProblem(403, "No.")
            {
                Details =
                [
                    new XElement(
                        c + "rule",
                        new XElement(c + "limit", 12),
                        new XElement(XNamespace.Get("urn:x") + "why", "<&>")
                    ),
                ],
                Paths = [DavPath.Root.Append("a")],
            }
        );
        Assert.Contains(
            "<c:rule><d:href>/dav/a</d:href><c:limit>12</c:limit><x0:why>&lt;&amp;&gt;</x0:why></c:rule>",
            text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("xmlns=\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_language_of_the_sentence_is_told_and_that_it_was_chosen()
    {
        var context = new DefaultHttpContext();
        await ProblemWriter.WriteAsync(context, new DavProblem(403, "Nee.") { Language = "nl" });
        Assert.Equal("nl", context.Response.Headers.ContentLanguage);
        Assert.Equal("Accept-Language", context.Response.Headers.Vary);
    }

    [Theory]
    [InlineData("GET", Firefox, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
    [InlineData("GET", Firefox, "text/html")]
    [InlineData("GET", Firefox, "application/xml;q=0.5, TEXT/HTML;q=0.6")]
    public async Task A_browser_that_wants_a_page_gets_one(
        string method,
        string agent,
        string accept
    )
    {
        var (text, response) = await AskAsync(method, agent, accept);
        Assert.Equal("text/html; charset=utf-8", response.ContentType);
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"nl\">", text, StringComparison.Ordinal);
        Assert.Contains("<h1>Niet &lt;hier&gt;</h1>", text, StringComparison.Ordinal);
        Assert.Contains("<p>Weg &amp; &quot;af&quot;.</p>", text, StringComparison.Ordinal);
        Assert.Contains(
            "default-src 'none'",
            response.Headers.ContentSecurityPolicy.ToString(),
            StringComparison.Ordinal
        );
        Assert.Equal(403, response.StatusCode);
    }

    [Theory]
    [InlineData("PROPFIND", Firefox, "text/html")]
    [InlineData("PUT", Firefox, "text/html")]
    [InlineData("GET", Firefox, "*/*")]
    [InlineData("GET", Firefox, null)]
    [InlineData("GET", Firefox, "image/avif,image/webp,*/*;q=0.8")]
    [InlineData("GET", Firefox, "application/json, text/html;q=0.5")]
    [InlineData("GET", Firefox, "text/html;q=0")]
    [InlineData("GET", Firefox, ";;")]
    [InlineData("GET", "Microsoft-WebDAV-MiniRedir/10.0.19045", "text/html")]
    [InlineData("GET", "WebDAVFS/3.0.0 (03008000) Darwin/23.6.0 (arm64)", "text/html")]
    [InlineData("GET", "Mozilla/5.0 (X11; Linux) KIO/5.116 Dolphin", "text/html, */*;q=0.9")]
    [InlineData("GET", "gvfs/1.54", "text/html")]
    [InlineData("GET", "curl/8.5", "text/html")]
    [InlineData("GET", null, "text/html")]
    public async Task Everybody_else_gets_xml(string method, string? agent, string? accept)
    {
        var (text, response) = await AskAsync(method, agent, accept);
        Assert.Equal("application/xml; charset=utf-8", response.ContentType);
        Assert.Equal(D + "error", XElement.Parse(text).Name);
    }

    [Fact]
    public async Task Pages_can_be_switched_off()
    {
        var (_, response) = await AskAsync(
            "GET",
            Firefox,
            "text/html",
            new DavClientOptions { BrowserPages = DavSwitch.Off }
        );
        Assert.Equal("application/xml; charset=utf-8", response.ContentType);
    }

    private const string Firefox =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0";

    private static async Task<(string Text, HttpResponse Response)> AskAsync(
        string method,
        string? agent,
        string? accept,
        DavClientOptions? clients = null
    )
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Headers.UserAgent = agent;
        context.Request.Headers.Accept = accept;
        using var body = new MemoryStream();
        context.Response.Body = body;
        await ProblemWriter.WriteAsync(
            context,
            new DavProblem(403, "Weg & \"af\".") { Title = "Niet <hier>", Language = "nl" },
            new DavEndpointOptions { Clients = clients ?? new DavClientOptions() }
        );
        return (Encoding.UTF8.GetString(body.ToArray()), context.Response);
    }

    private static async Task<string> TextOfAsync(DavProblem problem)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        await ProblemWriter.WriteAsync(context, problem, prefix: "/dav");
        return Encoding.UTF8.GetString(body.ToArray());
    }

    private static async Task<(XElement Xml, HttpResponse Response)> WriteAsync(DavProblem problem)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        await ProblemWriter.WriteAsync(context, problem, prefix: "/dav");
        Assert.Equal(problem.Status, context.Response.StatusCode);
        return (XElement.Parse(Encoding.UTF8.GetString(body.ToArray())), context.Response);
    }
}
