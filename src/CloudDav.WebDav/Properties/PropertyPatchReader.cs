using System.Xml.Linq;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Properties;

/// <summary>Reads PROPPATCH (RFC 4918 §14.19) and extended MKCOL (RFC 5689 §5.1) bodies into a patch, in document order.</summary>
internal static class PropertyPatchReader
{
    private const int MaxChanges = 1000;

    /// <summary>A PROPPATCH body. Windows sets its attributes on the root too, where they mean nothing and must not fail.</summary>
    public static DavResult<PropertyPatch> Parse(
        ReadOnlyMemory<byte> body,
        string? contentType,
        bool isRoot
    ) =>
        body.IsEmpty
            ? new DavProblem(400, "PROPPATCH needs a body.")
            : DavXmlReader.Parse(
                body,
                contentType,
                reader =>
                    reader.Name == DavNames.PropertyUpdate
                        ? Read(reader, isRoot, ReadSet)
                        : new DavProblem(400, "The body is not a propertyupdate element.")
            );

    /// <summary>An extended MKCOL body; 415 when it is XML of another kind.</summary>
    public static DavResult<PropertyPatch> ParseMkcol(
        ReadOnlyMemory<byte> body,
        string? contentType
    ) =>
        DavXmlReader.Parse(
            body,
            contentType,
            reader =>
                reader.Name == DavNames.MkCol
                    ? Read(reader, isRoot: false, ReadMkcolSet)
                    : new DavProblem(415, "MKCOL takes no body but a mkcol element.")
        );

    private static DavResult<PropertyPatch> Read(
        DavXmlReader reader,
        bool isRoot,
        Func<DavXmlReader, PropertyChange> readSet
    )
    {
        var changes = new List<PropertyChange>();
        reader.Children(() =>
        {
            var isSet = reader.Name == DavNames.Set;
            if (!isSet && reader.Name != DavNames.Remove)
                return;
            reader.Children(() =>
            {
                if (reader.Name != DavNames.Prop)
                    return;
                reader.Children(() =>
                {
                    if (changes.Count > MaxChanges)
                        return;
                    var change = isSet ? readSet(reader) : ReadRemove(reader.Name);
                    changes.Add(
                        isRoot && LiveProperties.IsWin32(change.Name)
                            ? new PropertyChange.Ignore(change.Name)
                            : change
                    );
                });
            });
        });
        return changes.Count is 0 or > MaxChanges
            ? new DavProblem(400, "The body changes no property, or too many.")
            : new PropertyPatch(changes);
    }

    private static PropertyChange ReadSet(DavXmlReader reader)
    {
        var name = reader.Name;
        if (!LiveProperties.IsLive(name))
            return new PropertyChange.SetDead(name, reader.ReadOuterXml());
        return LiveProperties.ReadSet(name, reader.ReadText());
    }

    /// <summary>RFC 5689 §3: <c>resourcetype</c> may be set, once, to what this server makes.</summary>
    private static PropertyChange ReadMkcolSet(DavXmlReader reader)
    {
        var name = reader.Name;
        if (name != DavNames.ResourceType)
            return ReadSet(reader);
        var types = new List<XName>();
        reader.Children(() => types.Add(reader.Name));
        return types is [var only] && only == DavNames.Collection
            ? new PropertyChange.Ignore(name)
            : new PropertyChange.Refuse(name, 403, DavNames.ValidResourceType);
    }

    private static PropertyChange ReadRemove(XName name) =>
        LiveProperties.IsLive(name)
            ? LiveProperties.ReadRemove(name)
            : new PropertyChange.Remove(name);
}
