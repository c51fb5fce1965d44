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
