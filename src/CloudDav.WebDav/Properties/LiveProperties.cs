using System.Collections.Frozen;
using System.Globalization;
using System.Xml.Linq;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Properties;

/// <summary>The table of live properties. A new one is one row.</summary>
internal static class LiveProperties
{
    private const uint ReadOnlyBit = 1;
    private const uint HiddenBit = 2;
    private const uint DirectoryBit = 0x10;
    private const uint ArchiveBit = 0x20;

    private static readonly Func<PropertyContext, bool> Always = static _ => true;

    /// <summary>What Explorer does not read stays out of its listings: it fails on folders of more than a megabyte.</summary>
    private static readonly Func<PropertyContext, bool> UnlessSmall = static context =>
        !context.SmallEntries;

    private static readonly Func<PropertyContext, DavResource, bool> OnFiles = static (
        _,
        resource
    ) => !resource.IsCollection;

    // Before the table, which is made of it.
    private static readonly XName Favorite = DavNames.Owncloud + "favorite";

    /// <summary>All of them, in the order of allprop.</summary>
    public static IReadOnlyList<LiveProperty> All { get; } =
    [
        // RFC 4918 §15
        new(
            DavNames.Dav + "creationdate",
            DavFacts.None,
            static (ref writer, context, resource) => writer.Raw(context.IsoDate(resource.Created))
        )
        {
            InAllProp = Always,
            Read = static (name, text) =>
                HttpDates.ParseAny(text) is { } date
                    ? new PropertyChange.SetCreated(name, date)
                    : null,
        },
        new(
            DavNames.Dav + "displayname",
            DavFacts.None,
            static (ref writer, context, resource) => writer.Text(context.NameOf(resource.Name))
        )
        {
            Has = static (_, resource) => resource.Name.Length > 0,
            InAllProp = Always,
            // Stored nowhere: clients show it as the file's name, so it must always be that.
            Read = static (name, _) => new PropertyChange.Ignore(name),
        },
        new(
            DavNames.Dav + "getcontentlength",
            DavFacts.None,
            static (ref writer, _, resource) => writer.Number(resource.Length)
        )
        {
            Has = OnFiles,
            InAllProp = Always,
        },
        new(
            DavNames.Dav + "getcontenttype",
            DavFacts.None,
            static (ref writer, _, resource) => writer.Text(MediaTypes.Of(resource))
        )
        {
            InAllProp = UnlessSmall,
        },
        new(
            DavNames.Dav + "getetag",
            DavFacts.None,
            static (ref writer, _, resource) => writer.Text(resource.ETag)
        )
        {
            Has = static (_, resource) => resource.ETag.Length > 0,
            InAllProp = UnlessSmall,
        },
        new(
            DavNames.Dav + "getlastmodified",
            DavFacts.None,
            static (ref writer, context, resource) =>
                writer.Raw(context.HttpDate(resource.Modified))
        )
        {
            InAllProp = Always,
            Read = ReadModified,
        },
        new(
            DavNames.Dav + "resourcetype",
            DavFacts.None,
            static (ref writer, _, _) => writer.Raw("<d:collection/>"u8)
        )
        {
            IsEmpty = static resource => !resource.IsCollection,
            InAllProp = Always,
        },
        new(
            DavNames.Dav + "supportedlock",
            DavFacts.None,
            static (ref writer, _, _) =>
            {
                writer.Raw(
                    "<d:lockentry><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockentry>"u8
                );
                writer.Raw(
                    "<d:lockentry><d:lockscope><d:shared/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockentry>"u8
                );
            }
        )
        {
            // LibreOffice shows an error when an advertised lock is refused.
            IsEmpty = static resource => !resource.Privileges.HasFlag(DavPrivileges.WriteContent),
            InAllProp = UnlessSmall,
        },
        new(
            DavNames.Dav + "lockdiscovery",
            DavFacts.Locks,
            static (ref writer, context, resource) => context.WriteLocks(ref writer, resource.Locks)
        )
        {
            IsEmpty = static resource => resource.Locks.Count == 0,
            InAllProp = UnlessSmall,
        },
        // Windows
        new(
            DavNames.Win32 + "Win32FileAttributes",
            DavFacts.None,
            static (ref writer, _, resource) => writer.Hex8(Win32Attributes(resource))
        )
        {
            InAllProp = Always,
            IsSet = static resource =>
                resource.Win32Attributes is not null
                || (Win32Attributes(resource) & (ReadOnlyBit | HiddenBit)) != 0,
            Read = static (name, text) =>
                uint.TryParse(
                    text.Trim(),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var bits
                )
                    ? new PropertyChange.SetWin32Attributes(name, bits)
                    : null,
        },
        new(
            DavNames.Win32 + "Win32CreationTime",
            DavFacts.None,
            static (ref writer, context, resource) => WriteDate(ref writer, resource.Created)
        )
        {
            Read = static (name, text) =>
                HttpDates.ParseAny(text) is { } date
                    ? new PropertyChange.SetCreated(name, date)
                    : null,
        },
        new(
            DavNames.Win32 + "Win32LastModifiedTime",
            DavFacts.None,
            static (ref writer, context, resource) =>
                writer.Raw(context.HttpDate(resource.Modified))
        )
        {
            Read = ReadModified,
        },
        new(
            DavNames.Win32 + "Win32LastAccessTime",
            DavFacts.None,
            static (ref writer, _, resource) =>
                WriteDate(ref writer, resource.Win32LastAccess!.Value)
        )
        {
            Has = static (_, resource) => resource.Win32LastAccess is not null,
            InAllProp = UnlessSmall,
            Read = static (name, text) =>
                HttpDates.ParseAny(text) is { } date
                    ? new PropertyChange.SetLastAccess(name, date)
                    : null,
        },
        // RFC 4331
        new(
            DavNames.Dav + "quota-available-bytes",
            DavFacts.Quota,
            static (ref writer, _, resource) =>
                writer.Number(Math.Max(0, resource.Quota!.Value.Available!.Value))
        )
        {
            Has = static (context, resource) =>
                context.ShowsQuota && resource is { IsCollection: true, Quota.Available: not null },
        },
        new(
            DavNames.Dav + "quota-used-bytes",
            DavFacts.Quota,
            static (ref writer, _, resource) =>
                writer.Number(Math.Max(0, resource.Quota!.Value.Used))
        )
        {
            Has = static (context, resource) =>
                context.ShowsQuota && resource is { IsCollection: true, Quota: not null },
        },
        // RFC 5397, RFC 3744 (read side), RFC 3253
        new(
            DavNames.Dav + "current-user-principal",
            DavFacts.None,
            static (ref writer, context, _) =>
            {
                writer.Raw("<d:href>"u8);
                writer.Text(context.Principal.Href);
                writer.Raw("</d:href>"u8);
            }
        ),
        new(
            DavNames.Dav + "current-user-privilege-set",
            DavFacts.None,
            static (ref writer, _, resource) =>
                PrivilegeSets.WriteCurrent(ref writer, resource.Privileges)
        )
        {
            // An empty value would read as "unknown" to some: a principal that may do nothing never gets here.
            Has = static (_, resource) => resource.Privileges != DavPrivileges.None,
        },
        new(
            DavNames.Dav + "supported-privilege-set",
            DavFacts.None,
            static (ref writer, _, _) => writer.Raw(PrivilegeSets.Supported)
        ),
        new(
            DavNames.Dav + "supported-report-set",
            DavFacts.SyncToken | DavFacts.Favorite,
            static (ref writer, _, resource) =>
            {
                if (resource.SyncToken is not null)
                    writer.Raw(
                        "<d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report>"u8
                    );
                if (resource is { IsCollection: true, IsFavorite: not null })
                    writer.Raw(
                        "<d:supported-report><d:report><oc:filter-files/></d:report></d:supported-report>"u8
                    );
            }
        )
        {
            // RFC 3253 §3.1.5
            IsEmpty = static resource =>
                resource.SyncToken is null
                && !(resource is { IsCollection: true, IsFavorite: not null }),
        },
        // RFC 5323 §3.3
        new(
            DavNames.Dav + "supported-query-grammar-set",
            DavFacts.None,
            static (ref writer, _, _) =>
                writer.Raw(
                    "<d:supported-query-grammar><d:grammar><d:basicsearch/></d:grammar></d:supported-query-grammar>"u8
                )
        ),
        // RFC 6578 §4
        new(
            DavNames.SyncToken,
            DavFacts.SyncToken,
            static (ref writer, _, resource) => writer.Text(resource.SyncToken)
        )
        {
            Has = static (_, resource) => resource.SyncToken is not null,
        },
        // ownCloud's, as rclone and the sync clients read them
        new(
            DavNames.Owncloud + "id",
            DavFacts.None,
            static (ref writer, context, resource) =>
            {
                Span<char> digits = stackalloc char[20];
                resource.FileId.TryFormat(
                    digits,
                    out var count,
                    DavEndpointOptions.FileIdDigits,
                    CultureInfo.InvariantCulture
                );
                writer.RawText(digits[..count]);
                writer.RawText(context.InstanceId);
            }
        ),
        new(
            DavNames.Owncloud + "fileid",
            DavFacts.None,
            static (ref writer, _, resource) => writer.Number(resource.FileId)
        ),
        new(
            DavNames.Owncloud + "permissions",
            DavFacts.None,
            static (ref writer, context, resource) =>
                PrivilegeSets.WriteLetters(ref writer, resource, context.LettersOf(resource))
        )
        {
            Has = static (context, resource) => context.LettersOf(resource) != DavPrivileges.None,
        },
        new(
            DavNames.Owncloud + "size",
            DavFacts.None,
            static (ref writer, _, resource) => writer.Number(resource.Length)
        ),
        new(
            DavNames.Owncloud + "checksums",
            DavFacts.Checksums,
            static (ref writer, _, resource) =>
            {
                writer.Raw("<oc:checksum>"u8);
                writer.Text(resource.Checksums);
                writer.Raw("</oc:checksum>"u8);
            }
        )
        {
            Has = static (_, resource) => !string.IsNullOrEmpty(resource.Checksums),
        },
        new(
            Favorite,
            DavFacts.Favorite,
            static (ref writer, _, resource) =>
                writer.Raw(resource.IsFavorite!.Value ? "1"u8 : "0"u8)
        )
        {
            Has = static (_, resource) => resource.IsFavorite is not null,
            Read = static (name, text) =>
                text.Trim() switch
                {
                    "1" or "true" => new PropertyChange.SetFavorite(name, true),
                    "0" or "false" => new PropertyChange.SetFavorite(name, false),
                    _ => null,
                },
        },
        new(
            DavNames.Owncloud + "owner-id",
            DavFacts.None,
            static (ref writer, _, resource) => writer.Text(resource.OwnerName)
        )
        {
            Has = static (_, resource) => !string.IsNullOrEmpty(resource.OwnerName),
        },
        new(
            DavNames.Owncloud + "owner-display-name",
            DavFacts.None,
            static (ref writer, _, resource) => writer.Text(resource.OwnerName)
        )
        {
            Has = static (_, resource) => !string.IsNullOrEmpty(resource.OwnerName),
        },
        new(
            DavNames.Owncloud + "share-types",
            DavFacts.Shares,
            static (ref writer, _, resource) =>
            {
                foreach (var type in resource.ShareTypes)
                {
                    writer.Raw("<oc:share-type>"u8);
                    writer.Number(type);
                    writer.Raw("</oc:share-type>"u8);
                }
            }
        )
        {
            Has = static (_, resource) => resource.ShareTypes.Count > 0,
        },
        new(
            DavNames.Owncloud + "data-fingerprint",
            DavFacts.None,
            static (ref writer, _, resource) => writer.Text(resource.Fingerprint)
        )
        {
            Has = static (_, resource) => resource.Fingerprint is not null,
        },
        new(
            DavNames.Nextcloud + "has-preview",
            DavFacts.None,
            static (ref writer, _, _) => writer.Raw("false"u8)
        ),
        // Our own
        new(
            DavNames.CloudDav + "blocked",
            DavFacts.None,
            static (ref writer, _, resource) => WriteBlocked(ref writer, resource.Blocked!)
        )
        {
            Has = static (_, resource) => resource.Blocked is not null,
        },
        // LibreOffice
        new(
            DavNames.OpenOffice + "IsReadOnly",
            DavFacts.None,
            static (ref writer, _, resource) =>
                writer.Raw(
                    resource.Privileges.HasFlag(DavPrivileges.WriteContent) ? "false"u8 : "true"u8
                )
        ),
    ];

    private static readonly FrozenDictionary<XName, LiveProperty> ByName = All.ToFrozenDictionary(
        property => property.Name
    );

    /// <summary>
    /// What PROPPATCH sets without there being such a property to read: rclone's and cadaver's name for the modification time.
    /// </summary>
    private static readonly XName LastModified = DavNames.Dav + "lastmodified";

    private static readonly XName DisplayName = DavNames.Dav + "displayname";

    /// <summary>The property of that name; null when it is not a live one.</summary>
    public static LiveProperty? Find(XName name) => ByName.GetValueOrDefault(name);

    /// <summary>Whether the name is one of the four that Windows sets on everything it touches.</summary>
    public static bool IsWin32(XName name) =>
        name.Namespace == DavNames.Win32 && ByName.ContainsKey(name);

    /// <summary>Whether PROPPATCH of the name is about something the server knows, rather than a dead property.</summary>
    public static bool IsLive(XName name) => name == LastModified || ByName.ContainsKey(name);

    /// <summary>What setting a live property to the text means.</summary>
    public static PropertyChange ReadSet(XName name, string text)
    {
        ReadValue? read = name == LastModified ? ReadModified : ByName[name].Read;
        return read is null
            ? new PropertyChange.Refuse(name, 403, DavNames.CannotModifyProtected)
            : read(name, text) ?? new PropertyChange.Refuse(name, 409, null);
    }

    /// <summary>What removing a live property means: what only clients set goes back to what the server keeps anyway, and a favourite is none any more.</summary>
    public static PropertyChange ReadRemove(XName name) =>
        name == Favorite ? new PropertyChange.SetFavorite(name, false)
        : IsWin32(name) || name == DisplayName ? new PropertyChange.Ignore(name)
        : new PropertyChange.Refuse(name, 403, DavNames.CannotModifyProtected);

    private static PropertyChange? ReadModified(XName name, string text) =>
        HttpDates.ParseAny(text) is { } date ? new PropertyChange.SetModified(name, date) : null;

    /// <summary>The second date of an entry does not share the cache of the first, or both would miss.</summary>
    private static void WriteDate(ref Utf8Writer writer, DateTimeOffset value)
    {
        Span<byte> text = stackalloc byte[29];
        System.Buffers.Text.Utf8Formatter.TryFormat(value.ToUniversalTime(), text, out _, 'R');
        writer.Raw(text);
    }

    /// <summary>The sentence that a refusal of the content says, and its facts beside it.</summary>
    private static void WriteBlocked(ref Utf8Writer writer, DavProblem problem)
    {
        writer.Raw("<c:message>"u8);
        writer.Text(problem.Message);
        writer.Raw("</c:message>"u8);
        foreach (var fact in problem.Details.SelectMany(detail => detail.Elements()))
        {
            writer.RawText($"<c:{fact.Name.LocalName}>");
            writer.Text(fact.Value);
            writer.RawText($"</c:{fact.Name.LocalName}>");
        }
    }

    private static uint Win32Attributes(DavResource resource)
    {
        var bits = resource.Win32Attributes ?? (resource.IsCollection ? 0 : ArchiveBit);
        if (resource.IsCollection)
            bits |= DirectoryBit;
        if (TransientNames.IsHidden(resource.Name))
            bits |= HiddenBit;
        // Explorer deletes nothing that is marked read-only, so the bit says that not even that can be done.
        if ((resource.Privileges & DavPrivileges.AnyWrite) == DavPrivileges.None)
            bits |= ReadOnlyBit;
        return bits;
    }
}
