using System.Text;
using System.Xml.Linq;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Properties;

/// <summary>
/// What a PROPFIND answers for each resource, worked out once for the request: which live properties, which dead ones, which tags.
/// One plan serves one request.
/// </summary>
internal sealed class PropertyPlan
{
    private readonly PropertyContext _context;
    private readonly PropfindKind _kind;
    private readonly Step[] _steps;
    private readonly Step[] _missing;
    private readonly bool _writesMissing;
    private readonly bool _addsDead;
    private readonly int _includedFrom;
    private int _missingCount;

    /// <summary>A property to answer: a live one, or the name of a dead one.</summary>
    private readonly record struct Step(LiveProperty? Live, XName Name, byte[] Empty);

    public PropertyPlan(PropfindBody body, PropertyContext context, bool minimal)
    {
        _context = context;
        _kind = body.Kind;
        _writesMissing = body.Kind == PropfindKind.Named && !minimal;
        _addsDead = body.Kind != PropfindKind.Named;

        var spaces = new List<(string Prefix, XNamespace Namespace)>();
        var steps = new List<Step>();
        if (body.Kind == PropfindKind.AllProp)
        {
            foreach (var live in LiveProperties.All)
            {
                if (live.InAllProp?.Invoke(context) == true)
                    steps.Add(ToStep(live, spaces));
            }
        }
        else if (body.Kind == PropfindKind.PropName)
        {
            foreach (var live in LiveProperties.All)
                steps.Add(ToStep(live, spaces));
        }
        _includedFrom = steps.Count;
        foreach (var name in body.Names)
        {
            if (steps.Exists(step => step.Name == name))
                continue;
            if (LiveProperties.Find(name) is { } live)
                steps.Add(ToStep(live, spaces));
            else if (!_addsDead)
                steps.Add(new Step(null, name, EmptyElement(name, spaces)));
        }
        _steps = [.. steps];
        _missing = new Step[_steps.Length];
        Namespaces = spaces;

        if (_addsDead || steps.Exists(step => step.Live is null))
            Facts |= DavFacts.DeadProperties;
        foreach (var step in _steps)
            Facts |= step.Live?.Facts ?? DavFacts.None;
    }

    /// <summary>What the store is asked for.</summary>
    public DavFacts Facts { get; }

    /// <summary>Namespaces without a fixed prefix, to be declared on the root.</summary>
    public IReadOnlyList<(string Prefix, XNamespace Namespace)> Namespaces { get; }

    /// <summary>Writes the propstats of one resource.</summary>
    public void Write(ref Utf8Writer writer, DavResource resource)
    {
        var any = false;
        _missingCount = 0;
        var namesOnly = _kind == PropfindKind.PropName;
        var steps = _steps;
        for (var i = 0; i < steps.Length; i++)
        {
            ref readonly var step = ref steps[i];
            if (step.Live is { } live)
            {
                var has =
                    (live.Has is null || live.Has(_context, resource))
                    && (
                        _kind != PropfindKind.AllProp
                        || live.IsSet is null
                        || i >= _includedFrom
                        || live.IsSet(resource)
                    );
                if (!has)
                {
                    _missing[_missingCount++] = step;
                    continue;
                }
                if (!any)
                    Begin(ref writer, ref any);
                if (namesOnly || live.IsEmpty?.Invoke(resource) == true)
                {
                    writer.Raw(live.Empty);
                    continue;
                }
                writer.Raw(live.Open);
                live.Write(ref writer, _context, resource);
                writer.Raw(live.Close);
            }
            else if (FindDead(resource, step.Name) is { } dead)
            {
                if (!any)
                    Begin(ref writer, ref any);
                writer.RawText(dead.Xml);
            }
            else
            {
                _missing[_missingCount++] = step;
            }
        }
        if (_addsDead)
        {
            foreach (var dead in resource.DeadProperties)
            {
                if (!any)
                    Begin(ref writer, ref any);
                if (namesOnly)
                    WriteEmpty(ref writer, dead.Name);
                else
                    writer.RawText(dead.Xml);
            }
        }
        if (!any && (_missingCount == 0 || !_writesMissing))
            Begin(ref writer, ref any);
        if (any)
            writer.Raw("</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"u8);
        if (_missingCount == 0 || !_writesMissing)
            return;
        writer.Raw("<d:propstat><d:prop>"u8);
        foreach (var step in _missing.AsSpan(0, _missingCount))
            writer.Raw(step.Empty);
        writer.Raw("</d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>"u8);
    }

    private static void Begin(ref Utf8Writer writer, ref bool any)
    {
        writer.Raw("<d:propstat><d:prop>"u8);
        any = true;
    }

    private static DeadProperty? FindDead(DavResource resource, XName name)
    {
        foreach (var dead in resource.DeadProperties)
        {
            if (dead.Name == name)
                return dead;
        }
        return null;
    }

    private static Step ToStep(LiveProperty live, List<(string, XNamespace)> spaces)
    {
        // Live properties of the rare namespaces are written with the one spare prefix.
        if (
            DavNames.PrefixOf(live.Name.Namespace) is null
            && !spaces.Contains(("o", live.Name.Namespace))
        )
            spaces.Add(("o", live.Name.Namespace));
        return new Step(live, live.Name, live.Empty);
    }

    /// <summary>An empty element under a prefix declared on the root; Explorer and Finder know no other place.</summary>
    internal static byte[] EmptyElement(
        XName name,
        List<(string Prefix, XNamespace Namespace)> spaces
    )
    {
        if (name.Namespace == XNamespace.None)
            return Encoding.UTF8.GetBytes($"<{name.LocalName}/>");
        var prefix = DavNames.PrefixOf(name.Namespace);
        if (prefix is null)
        {
            var known = spaces.FindIndex(space => space.Namespace == name.Namespace);
            if (known < 0)
            {
                known = spaces.Count;
                spaces.Add(($"x{known}", name.Namespace));
            }
            prefix = spaces[known].Prefix;
        }
        return Encoding.UTF8.GetBytes($"<{prefix}:{name.LocalName}/>");
    }

    private static void WriteEmpty(ref Utf8Writer writer, XName name)
    {
        var prefix = DavNames.PrefixOf(name.Namespace);
        writer.Raw("<"u8);
        if (prefix is not null)
        {
            writer.RawText(prefix);
            writer.Raw(":"u8);
        }
        else if (name.Namespace != XNamespace.None)
        {
            writer.Raw("x:"u8);
        }
        writer.RawText(name.LocalName);
        if (prefix is null && name.Namespace != XNamespace.None)
        {
            writer.Raw(" xmlns:x=\""u8);
            writer.Attribute(name.NamespaceName);
            writer.Raw("\""u8);
        }
        writer.Raw("/>"u8);
    }
}
