using System.Buffers;
using System.Text;
using System.Xml.Linq;
using CloudDav.WebDav.Properties;
using Microsoft.AspNetCore.WebUtilities;

namespace CloudDav.WebDav.Xml;

/// <summary>
/// Writes a multistatus (RFC 4918 §13) in the one form every client reads: prefixes on the root, no default namespace, no white space
/// between elements, no byte order mark, and <c>HTTP/1.1</c> in every status line whatever the connection speaks.
/// </summary>
internal static class MultiStatusWriter
{
    private static readonly byte[] Prefixes = Encoding.UTF8.GetBytes(
        string.Concat(
            DavNames.Prefixes.Select(entry => $" xmlns:{entry.Prefix}=\"{entry.Namespace}\"")
        )
    );

    /// <summary>Writes the XML declaration and a root element's start tag.</summary>
    public static void Begin(
        ref Utf8Writer writer,
        ReadOnlySpan<byte> root,
        IEnumerable<(string Prefix, XNamespace Namespace)> namespaces
    )
    {
        writer.Raw("<?xml version=\"1.0\" encoding=\"utf-8\"?><"u8);
        writer.Raw(root);
        writer.Raw(Prefixes);
        foreach (var (prefix, space) in namespaces)
        {
            writer.Raw(" xmlns:"u8);
            writer.RawText(prefix);
            writer.Raw("=\""u8);
            writer.Attribute(space.NamespaceName);
            writer.Raw("\""u8);
        }
        writer.Raw(">"u8);
    }

    /// <summary>Writes a whole PROPPATCH or MKCOL answer: one propstat for each outcome, properties as empty elements.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="root">The root element's name with its prefix.</param>
    /// <param name="href">The resource; null for a root that holds propstats itself (RFC 5689 §5.2).</param>
    /// <param name="statuses">One for each property.</param>
    public static void WritePropertyStatuses(
        IBufferWriter<byte> output,
        string root,
        byte[]? href,
        IReadOnlyList<PropertyStatus> statuses
    )
    {
        var spaces = new List<(string Prefix, XNamespace Namespace)>();
        var groups = statuses
            .GroupBy(status => (status.Status, status.Condition))
            .Select(group =>
                (
                    group.Key,
                    Elements: group
                        .Select(status => status.Name)
                        .Distinct()
                        .Select(name => PropertyPlan.EmptyElement(name, spaces))
                        .ToList()
                )
            )
            .ToList();
        var conditions = groups.ToDictionary(
            group => group.Key,
            group =>
                group.Key.Condition is { } name ? PropertyPlan.EmptyElement(name, spaces) : null
        );

        var writer = new Utf8Writer(output);
        Begin(ref writer, Encoding.ASCII.GetBytes(root), spaces);
        if (href is not null)
        {
            writer.Raw("<d:response><d:href>"u8);
            writer.Raw(href);
            writer.Raw("</d:href>"u8);
        }
        foreach (var (key, elements) in groups)
        {
            writer.Raw("<d:propstat><d:prop>"u8);
            foreach (var element in elements)
                writer.Raw(element);
            writer.Raw("</d:prop><d:status>HTTP/1.1 "u8);
            writer.Number(key.Status);
            writer.Raw(" "u8);
            writer.RawText(ReasonPhrases.GetReasonPhrase(key.Status));
            writer.Raw("</d:status>"u8);
            if (conditions[key] is { } condition)
            {
                writer.Raw("<d:error>"u8);
                writer.Raw(condition);
                writer.Raw("</d:error>"u8);
            }
            writer.Raw("</d:propstat>"u8);
        }
        if (href is not null)
            writer.Raw("</d:response>"u8);
        writer.Raw("</"u8);
        writer.RawText(root);
        writer.Raw(">"u8);
        writer.Complete();
    }
}
