using System.Collections.Immutable;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Paths;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Responses;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav;

/// <summary>One request, decoded: where it points, who asks, and typed access to its headers.</summary>
internal sealed class DavRequest
{
    private PropertyContext? _properties;

    /// <summary>The HTTP side.</summary>
    public required HttpContext Http { get; init; }

    /// <summary>The table's row for the method.</summary>
    public required DavMethod Method { get; init; }

    /// <summary>What the target decodes to.</summary>
    public required DavTarget Target { get; init; }

    /// <summary>Which client speaks.</summary>
    public required DavClient Client { get; init; }

    /// <summary>The tree.</summary>
    public required IDavStore Store { get; init; }

    /// <summary>What answers it.</summary>
    public required DavEndpoint Endpoint { get; init; }

    /// <summary>The host's decisions.</summary>
    public required DavEndpointOptions Options { get; init; }

    /// <summary>The segments the tree is mounted at.</summary>
    public required ImmutableArray<string> Mount { get; init; }

    /// <summary>Memory for answers.</summary>
    public required SpoolBudget Budget { get; init; }

    /// <summary>The canonical path.</summary>
    public DavPath Path => Target.Path;

    /// <summary>Ends when the client goes away.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The response.</summary>
    public HttpResponse Response => Http.Response;

    /// <summary>The client's name in reason phrases, locks and properties.</summary>
    public PropertyContext Properties =>
        _properties ??= new PropertyContext(Options, Mount, Client, Store.Principal);

    /// <summary>Whether any form of the client's switch is on.</summary>
    public bool IsOn(DavSwitch value, params ReadOnlySpan<DavClientKind> auto) =>
        DavClientOptions.IsOn(value, auto.Contains(Client.Kind));

    /// <summary>A header's value, lines joined by commas; null when absent.</summary>
    public string? Header(string name) =>
        Http.Request.Headers[name] is { Count: > 0 } value ? value.ToString() : null;

    /// <summary>The Depth header.</summary>
    public DavResult<DepthHeader> Depth => DepthHeader.Parse(Header("Depth"));

    /// <summary>A Destination header or an If tag, decoded by the rules of the request's own target.</summary>
    public DavResult<DavTarget> Resolve(string? url) => Endpoint.Resolve(Http, url);

    /// <summary>The modification time to store (<c>X-OC-Mtime</c>); null when absent, not a number, or out of range.</summary>
    public DateTimeOffset? OcModified => HttpDates.ParseUnix(Header("X-OC-Mtime"));

    /// <summary>The creation time to store (<c>X-OC-CTime</c>).</summary>
    public DateTimeOffset? OcCreated => HttpDates.ParseUnix(Header("X-OC-CTime"));

    /// <summary>
    /// The href of the resource the request is about: as the client spelled it, with a slash at its end when it is a collection.
    /// </summary>
    public byte[] HrefOf(bool isCollection)
    {
        if (!isCollection)
            return Target.Href;
        return [.. Target.Href, (byte)'/'];
    }

    /// <summary>The href of any resource in the tree.</summary>
    public string HrefOf(DavPath path, bool isCollection) => Href.Of(Mount, path, isCollection);

    /// <summary>Reads a body that must fit in memory; 413 when it does not.</summary>
    public async ValueTask<DavResult<ReadOnlyMemory<byte>>> ReadBodyAsync(int limit)
    {
        var tooLarge = new DavProblem(413, "The request's body is too large.");
        if (Http.Request.ContentLength > limit)
            return tooLarge;
        if (Http.Request.ContentLength == 0)
            return ReadOnlyMemory<byte>.Empty;
        var reader = Http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(Aborted);
            var buffer = result.Buffer;
            if (buffer.Length > limit)
            {
                reader.AdvanceTo(buffer.End);
                return tooLarge;
            }
            if (result.IsCompleted)
            {
                var body = new byte[buffer.Length];
                System.Buffers.BuffersExtensions.CopyTo(buffer, body);
                reader.AdvanceTo(buffer.End);
                return (ReadOnlyMemory<byte>)body;
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Sends an answer that was built whole.</summary>
    public async ValueTask SendAsync(AnswerSpool spool, int status, string contentType)
    {
        Response.StatusCode = status;
        Response.ContentType = contentType;
        await spool.SendAsync(Response, Aborted);
    }

    /// <summary>Answers with a status and no body.</summary>
    public void Answer(int status)
    {
        Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
            Response.ContentLength = 0;
    }
}
