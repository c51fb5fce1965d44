using System.Xml.Linq;

namespace CloudDav.WebDav.Xml;

/// <summary>The namespaces and names the protocol knows.</summary>
internal static class DavNames
{
    public static readonly XNamespace Dav = "DAV:";
    public static readonly XNamespace Owncloud = "http://owncloud.org/ns";
    public static readonly XNamespace Nextcloud = "http://nextcloud.org/ns";
    public static readonly XNamespace Sabre = "http://sabredav.org/ns";
    public static readonly XNamespace Win32 = "urn:schemas-microsoft-com:";
    public static readonly XNamespace CloudDav = "http://clouddav.org/ns";
    public static readonly XNamespace OpenOffice = "http://ucb.openoffice.org/dav/props/";

    public static readonly XName Propfind = Dav + "propfind";
    public static readonly XName AllProp = Dav + "allprop";
    public static readonly XName PropName = Dav + "propname";
    public static readonly XName Include = Dav + "include";
    public static readonly XName Prop = Dav + "prop";
    public static readonly XName PropertyUpdate = Dav + "propertyupdate";
    public static readonly XName Set = Dav + "set";
    public static readonly XName Remove = Dav + "remove";
    public static readonly XName MkCol = Dav + "mkcol";
    public static readonly XName LockInfo = Dav + "lockinfo";
    public static readonly XName LockScope = Dav + "lockscope";
    public static readonly XName LockType = Dav + "locktype";
    public static readonly XName Owner = Dav + "owner";
    public static readonly XName Write = Dav + "write";
    public static readonly XName Exclusive = Dav + "exclusive";
    public static readonly XName Shared = Dav + "shared";
    public static readonly XName Collection = Dav + "collection";
    public static readonly XName ResourceType = Dav + "resourcetype";
    public static readonly XName SyncCollection = Dav + "sync-collection";
    public static readonly XName SyncToken = Dav + "sync-token";
    public static readonly XName SyncLevel = Dav + "sync-level";
    public static readonly XName SearchRequest = Dav + "searchrequest";
    public static readonly XName BasicSearch = Dav + "basicsearch";
    public static readonly XName FilterFiles = Owncloud + "filter-files";
    public static readonly XName Limit = Dav + "limit";
    public static readonly XName Results = Dav + "nresults";
    public static readonly XName WithinLimits = Dav + "number-of-matches-within-limits";
    public static readonly XName CannotModifyProtected = Dav + "cannot-modify-protected-property";
    public static readonly XName ValidResourceType = Dav + "valid-resourcetype";

    /// <summary>
    /// The prefixes that stand on every root element, whatever is in it: some phone clients match them literally, and Windows fails on
    /// a default namespace.
    /// </summary>
    public static readonly IReadOnlyList<(string Prefix, XNamespace Namespace)> Prefixes =
    [
        ("d", Dav),
        ("oc", Owncloud),
        ("nc", Nextcloud),
        ("s", Sabre),
        ("z", Win32),
        ("c", CloudDav),
    ];

    /// <summary>The fixed prefix of a namespace; null when it has none.</summary>
    public static string? PrefixOf(XNamespace space)
    {
        foreach (var (prefix, known) in Prefixes)
        {
            if (known == space)
                return prefix;
        }
        return null;
    }
}
