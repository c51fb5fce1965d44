using System.Text;
using System.Xml.Linq;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Xml;
using Microsoft.AspNetCore.WebUtilities;

namespace CloudDav.WebDav.Responses;

/// <summary>A multistatus of resources as it is built: one response for each, with the properties that the plan says (RFC 4918 §13).</summary>
internal sealed class MultiStatus
{
    private readonly DavRequest _request;
    private readonly PropertyPlan _plan;
    private readonly AnswerSpool _spool;
    private readonly byte[] _root;
    private readonly PropertyContext _properties;

    /// <summary>Begins the answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="plan">Which properties.</param>
    /// <param name="spool">Where to.</param>
    /// <param name="root">The address that everything is below, without a slash at its end; null for the requested resource's.</param>
    public MultiStatus(
        DavRequest request,
        PropertyPlan plan,
        AnswerSpool spool,
        byte[]? root = null
    )
    {
        (_request, _plan, _spool) = (request, plan, spool);
        (_root, _properties) = (root ?? request.Target.Href, request.Properties);
        var writer = new Utf8Writer(spool);
        MultiStatusWriter.Begin(ref writer, "d:multistatus"u8, plan.Namespaces);
        writer.Complete();
    }

    /// <summary>Writes a resource with its properties, or why they cannot be shown.</summary>
    /// <param name="below">The segments from the requested resource down to it; empty for itself.</param>
    /// <param name="resource">The resource.</param>
    public void Write(ReadOnlySpan<string> below, DavResource resource)
    {
        if (below.IsEmpty && _root == _request.Target.Href)
            Locate(resource);
        var writer = new Utf8Writer(_spool);
        WriteHref(ref writer, below, resource.IsCollection);
        // Instead of properties: left out, or shown as empty, it would be taken for deleted.
        if (resource.Withheld is { } problem)
        {
            WriteStatus(ref writer, problem.Status);
            writer.Raw("<d:responsedescription>"u8);
            writer.Text(problem.Message);
            writer.Raw("</d:responsedescription>"u8);
        }
        else
        {
            _plan.Write(ref writer, resource);
        }
        writer.Raw("</d:response>"u8);
        writer.Complete();
    }

    /// <summary>Asked without its slash, a folder answers as it is, never with a redirect, and says its proper name.</summary>
    public void Locate(DavResource requested)
    {
        if (requested.IsCollection && !_request.Target.HasTrailingSlash)
            _request.Response.Headers.ContentLocation = Encoding.ASCII.GetString(
                _request.HrefOf(isCollection: true)
            );
    }

    /// <summary>Writes a status in place of a resource.</summary>
    /// <param name="below">The segments down to where it is or was.</param>
    /// <param name="isCollection">Whether it is or was a collection.</param>
    /// <param name="status">The status.</param>
    /// <param name="condition">The condition that failed; null for none.</param>
    public void WriteStatus(
        ReadOnlySpan<string> below,
        bool isCollection,
        int status,
        XName? condition = null
    )
    {
        var writer = new Utf8Writer(_spool);
        WriteHref(ref writer, below, isCollection);
        WriteStatus(ref writer, status);
        if (condition is not null)
        {
            writer.Raw("<d:error>"u8);
            writer.Raw(PropertyPlan.EmptyElement(condition, []));
            writer.Raw("</d:error>"u8);
        }
        writer.Raw("</d:response>"u8);
        writer.Complete();
    }

    /// <summary>Ends the answer.</summary>
    /// <param name="syncToken">What a sync report ends with (RFC 6578 §6.4); null for nothing.</param>
    public void End(string? syncToken = null)
    {
        var writer = new Utf8Writer(_spool);
        if (syncToken is not null)
        {
            writer.Raw("<d:sync-token>"u8);
            writer.Text(syncToken);
            writer.Raw("</d:sync-token>"u8);
        }
        writer.Raw("</d:multistatus>"u8);
        writer.Complete();
    }

    private void WriteHref(
        ref Utf8Writer writer,
        scoped ReadOnlySpan<string> below,
        bool isCollection
    )
    {
        writer.Raw("<d:response><d:href>"u8);
        writer.Raw(_root);
        foreach (var segment in below)
        {
            writer.Raw("/"u8);
            writer.Segment(_properties.MapsNames ? _properties.NameOf(segment) : segment);
        }
        if (isCollection)
            writer.Raw("/"u8);
        writer.Raw("</d:href>"u8);
    }

    private static void WriteStatus(ref Utf8Writer writer, int status)
    {
        writer.Raw("<d:status>HTTP/1.1 "u8);
        writer.Number(status);
        writer.Raw(" "u8);
        writer.RawText(ReasonPhrases.GetReasonPhrase(status));
        writer.Raw("</d:status>"u8);
    }
}
