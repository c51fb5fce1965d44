using System.Text;
using System.Xml.Linq;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Properties;

/// <summary>Writes the value of a property, without its element.</summary>
internal delegate void WriteValue(
    ref Utf8Writer writer,
    PropertyContext context,
    DavResource resource
);

/// <summary>Turns the text that a PROPPATCH sets into a change; null when the text is no value of this property.</summary>
internal delegate PropertyChange? ReadValue(XName name, string text);

/// <summary>A property whose value the server knows (RFC 4918 §4).</summary>
internal sealed class LiveProperty
{
    public LiveProperty(XName name, DavFacts facts, WriteValue write)
    {
        var tag = $"{DavNames.PrefixOf(name.Namespace) ?? "o"}:{name.LocalName}";
        Name = name;
        Facts = facts;
        Write = write;
        Open = Encoding.UTF8.GetBytes($"<{tag}>");
        Close = Encoding.UTF8.GetBytes($"</{tag}>");
        Empty = Encoding.UTF8.GetBytes($"<{tag}/>");
    }

    /// <summary>Its name.</summary>
    public XName Name { get; }

    /// <summary>What the store must be asked for.</summary>
    public DavFacts Facts { get; }

    /// <summary>Writes the value.</summary>
    public WriteValue Write { get; }

    /// <summary>Whether the resource has it; null when every resource does.</summary>
    public Func<PropertyContext, DavResource, bool>? Has { get; init; }

    /// <summary>Whether the value says by being empty that there is nothing; null when it is never empty.</summary>
    public Func<DavResource, bool>? IsEmpty { get; init; }

    /// <summary>Whether allprop includes it; null when it never does.</summary>
    public Func<PropertyContext, bool>? InAllProp { get; init; }

    /// <summary>Narrows allprop to resources where the value says something; null for all that have it.</summary>
    public Func<DavResource, bool>? IsSet { get; init; }

    /// <summary>What setting it means; null when it is protected.</summary>
    public ReadValue? Read { get; init; }

    /// <summary>The start tag.</summary>
    public byte[] Open { get; }

    /// <summary>The end tag.</summary>
    public byte[] Close { get; }

    /// <summary>The empty element.</summary>
    public byte[] Empty { get; }
}
