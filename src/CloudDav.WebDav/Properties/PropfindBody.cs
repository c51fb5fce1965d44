using System.Xml.Linq;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Properties;

/// <summary>What a PROPFIND asks for (RFC 4918 §14.20).</summary>
internal enum PropfindKind
{
    /// <summary>All that is cheap, and what <c>include</c> names.</summary>
    AllProp,

    /// <summary>The names of all there are.</summary>
    PropName,

    /// <summary>The named ones.</summary>
    Named,
}

/// <summary>A parsed PROPFIND body.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Names">The named or included properties, each once, in the order they came.</param>
internal sealed record PropfindBody(PropfindKind Kind, IReadOnlyList<XName> Names)
{
    /// <summary>More names than any client asks for.</summary>
    private const int MaxNames = 1000;

    private static readonly PropfindBody All = new(PropfindKind.AllProp, []);

    /// <summary>Whether these are more names than are answered.</summary>
    public static bool HasTooMany(IReadOnlyCollection<XName> names) => names.Count > MaxNames;

    /// <summary>Parses a body; an empty one means allprop (RFC 4918 §9.1).</summary>
    public static DavResult<PropfindBody> Parse(ReadOnlyMemory<byte> body, string? contentType) =>
        body.IsEmpty ? All : DavXmlReader.Parse(body, contentType, Read);

    private static DavResult<PropfindBody> Read(DavXmlReader reader)
    {
        var problem = new DavProblem(400, "The body is not a propfind element.");
        if (reader.Name != DavNames.Propfind)
            return problem;
        var kinds = new List<PropfindKind>();
        var names = new List<XName>();
        void AddNames() => reader.Children(() => names.Add(reader.Name));
        reader.Children(() =>
        {
            if (reader.Name == DavNames.AllProp)
                kinds.Add(PropfindKind.AllProp);
            else if (reader.Name == DavNames.PropName)
                kinds.Add(PropfindKind.PropName);
            else if (reader.Name == DavNames.Prop)
            {
                kinds.Add(PropfindKind.Named);
                AddNames();
            }
            else if (reader.Name == DavNames.Include)
                AddNames();
        });
        if (kinds.Count != 1 || HasTooMany(names))
            return problem;
        return new PropfindBody(kinds[0], [.. names.Distinct()]);
    }
}
