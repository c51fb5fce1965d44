using System.Globalization;
using System.Xml.Linq;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Dav;

/// <summary>Vault facts as the protocol's live properties take them, and the protocol's changes as the vault takes them.</summary>
internal static class VaultProperties
{
    private const uint Hidden = 2;
    private const uint Archive = 32;

    private static readonly XNamespace s_win32 = "urn:schemas-microsoft-com:";

    /// <summary>Fills a resource, which a listing reuses.</summary>
    public static void Fill(
        DavResource resource,
        Actor actor,
        VaultState vault,
        NodeRow node,
        DavFacts facts
    )
    {
        var visitor = vault.Decision!.Visitor;
        var isRoot = node.Id == vault.Root;
        // What is shared has the name that its recipient gave it.
        resource.Name = isRoot && visitor is not { IsFamily: true } ? vault.Name : node.Name;
        resource.IsCollection = node.IsFolder;
        var isVisit = visitor is { IsFamily: false };
        // How much is in a folder, and how full a cloud is, is its owner's to know.
        resource.Length =
            !node.IsFolder ? node.Size
            : isVisit ? 0
            : node.SubtreeBytes;
        resource.ETag = EntityTag.Of(vault, node);
        resource.Modified = Time(node.ModifiedMs);
        resource.Created = Time(node.CreatedMs);
        resource.MediaType = node.MediaType;
        resource.FileId = node.Id.Value;
        resource.Privileges = PrivilegesOf(vault.Decision.Lasting & ~node.Taken);
        resource.Rights = PrivilegesOf(vault.Decision.Rights & ~node.Taken);
        if (visitor is null && vault.Decision.Lasting.HasFlag(Capability.Share))
            resource.Rights |= DavPrivileges.Share;
        if (visitor is { IsFamily: true } && node.Id == visitor.Share!.Node)
        {
            // The mount is the recipient's own: to be renamed, moved and removed.
            resource.Privileges |= DavPrivileges.Move | DavPrivileges.Delete;
            resource.Rights |= DavPrivileges.Move | DavPrivileges.Delete;
        }
        else if (isRoot)
        {
            resource.Privileges &= ~(DavPrivileges.Move | DavPrivileges.Delete);
            resource.Rights &= ~(DavPrivileges.Move | DavPrivileges.Delete);
        }
        resource.IsReceived = visitor is { IsFamily: true };
        // Whoever comes by a link does not hear whose it is.
        resource.OwnerName = isVisit ? null : visitor?.Share?.OwnerName ?? actor.Name;
        // Desktops look for restored backups only where they have seen something before one, so it is always there.
        resource.Fingerprint =
            isRoot && visitor is null
                ? vault.Epoch.ToString("x16", CultureInfo.InvariantCulture)
                : null;
        resource.Win32Attributes = NodeName.IsTransient(node.Name)
            ? (node.Win32Attributes ?? Archive) | Hidden
            : node.Win32Attributes;
        resource.Win32LastAccess = node.LastAccessMs is { } access ? Time(access) : null;
        resource.DeadProperties =
            node.Properties.Count == 0
                ? []
                :
                [
                    .. node.Properties.Select(property => new DeadProperty(
                        XName.Get(property.Name),
                        property.Xml
                    )),
                ];
        resource.Quota =
            node.IsFolder && !isVisit && facts.HasFlag(DavFacts.Quota)
                ? new DavQuota(vault.UsedBytes, vault.AvailableBytes)
                : null;
        resource.Checksums = node.Checksums;
        resource.IsFavorite = node.IsFavorite;
    }

    public static DavResource Of(Actor actor, VaultState vault, NodeRow node, DavFacts facts)
    {
        var resource = new DavResource { Name = "", ETag = "" };
        Fill(resource, actor, vault, node, facts);
        return resource;
    }

    public static DavLock Of(LockRow held, Actor actor, DateTimeOffset now) =>
        new()
        {
            // Somebody else's token is nobody's business.
            Token = held.Account == actor.Account ? held.Token : null,
            HiddenToken = held.Account == actor.Account ? null : held.Token,
            Root = new DavPath([.. held.Path]),
            IsShared = held.IsShared,
            Depth = held.IsInfinite ? Depth.Infinity : Depth.Zero,
            OwnerXml = held.OwnerXml,
            HolderName = held.HolderName,
            IsHeldBySameDevice =
                held.Account == actor.Account
                && held.Device is not null
                && held.Device == actor.Device,
            Timeout = held.Expires > now ? held.Expires - now : TimeSpan.Zero,
        };

    public static NodeDetails DetailsOf(DavFacts facts)
    {
        var details = NodeDetails.None;
        if (facts.HasFlag(DavFacts.DeadProperties))
            details |= NodeDetails.Properties;
        if (facts.HasFlag(DavFacts.Locks))
            details |= NodeDetails.Locks;
        if (facts.HasFlag(DavFacts.Checksums))
            details |= NodeDetails.Checksums;
        if (facts.HasFlag(DavFacts.Favorite))
            details |= NodeDetails.Favorite;
        return details;
    }

    public static NodeSearch SearchOf(DavSearch search) =>
        new()
        {
            Nodes = search.FileIds is { } ids ? [.. ids.Select(id => new NodeId(id))] : null,
            OnlyFavorites = search.OnlyFavorites,
            Classes =
            [
                .. new (DavMediaKinds Kind, MediaClass Class)[]
                {
                    (DavMediaKinds.Image, MediaClass.Image),
                    (DavMediaKinds.Video, MediaClass.Video),
                    (DavMediaKinds.Audio, MediaClass.Audio),
                }
                    .Where(pair => search.Kinds.HasFlag(pair.Kind))
                    .Select(pair => pair.Class),
            ],
            OnlyFiles = search.OnlyFiles,
            FromMs = search.ModifiedFrom?.ToUnixTimeMilliseconds(),
            UntilMs = search.ModifiedUntil?.ToUnixTimeMilliseconds(),
            NamePart = search.NamePart,
            NewestFirst = search.NewestFirst,
        };

    /// <summary>In document order: of several changes of one property the last one counts.</summary>
    public static NodePatch PatchOf(PropertyPatch patch)
    {
        var result = new NodePatch();
        var dead = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var change in patch.Changes)
        {
            switch (change)
            {
                case PropertyChange.SetDead set:
                    dead[set.Name.ToString()] = set.Xml;
                    break;
                case PropertyChange.Remove remove:
                    dead[remove.Name.ToString()] = null;
                    break;
                case PropertyChange.SetModified modified:
                    result = result with { Modified = modified.Value };
                    break;
                case PropertyChange.SetCreated created:
                    result = result with { Created = created.Value };
                    break;
                case PropertyChange.SetLastAccess access:
                    result = result with { LastAccess = access.Value };
                    break;
                case PropertyChange.SetWin32Attributes attributes:
                    result = result with { Win32Attributes = attributes.Value };
                    break;
                case PropertyChange.SetFavorite favorite:
                    result = result with { IsFavorite = favorite.Value };
                    break;
                default:
                    // Ignored ones change nothing; refused ones never come here.
                    break;
            }
        }
        return result with
        {
            Properties = [.. dead.Select(entry => (entry.Key, entry.Value))],
            IsHabit =
                dead.Count == 0 && patch.Changes.All(change => change.Name.Namespace == s_win32),
        };
    }

    /// <summary>One status for each property named: that of a change that cannot be, or 424 beside one; 200 when there is none.</summary>
    public static List<PropertyStatus> StatusesOf(PropertyPatch patch)
    {
        var fails = patch.Changes.Any(change => change is PropertyChange.Refuse);
        return
        [
            .. patch
                .Changes.GroupBy(change => change.Name)
                .Select(changes =>
                    changes.OfType<PropertyChange.Refuse>().FirstOrDefault() is { } refused
                        ? new PropertyStatus(changes.Key, refused.Status, refused.Condition)
                        : new PropertyStatus(changes.Key, fails ? 424 : 200)
                ),
        ];
    }

    /// <summary>When the properties themselves are too much: 507 on those that add something, 424 on the rest.</summary>
    public static List<PropertyStatus> StatusesOf(PropertyPatch patch, DavProblem problem) =>
        [
            .. patch
                .Changes.GroupBy(change => change.Name)
                .Select(changes =>
                    changes.Any(change =>
                        change is PropertyChange.SetDead or PropertyChange.SetFavorite
                    )
                        ? new PropertyStatus(
                            changes.Key,
                            problem.Status,
                            problem.Condition ?? problem.Details[0].Name
                        )
                        : new PropertyStatus(changes.Key, 424)
                ),
        ];

    /// <summary>Capabilities as the protocol's privileges.</summary>
    public static DavPrivileges PrivilegesOf(Capability allowed)
    {
        var privileges = DavPrivileges.None;
        if (allowed.HasFlag(Capability.List) && allowed.HasFlag(Capability.Download))
            privileges |= DavPrivileges.Read;
        if (allowed.HasFlag(Capability.AddContent))
            privileges |= DavPrivileges.WriteContent | DavPrivileges.Bind;
        if (allowed.HasFlag(Capability.CreateFolder))
            privileges |= DavPrivileges.BindCollection;
        if (allowed.HasFlag(Capability.Reorganise))
            privileges |= DavPrivileges.WriteProperties | DavPrivileges.Move;
        if (allowed.HasFlag(Capability.TakeBack))
            privileges |= DavPrivileges.Unbind | DavPrivileges.Delete;
        return privileges;
    }

    private static DateTimeOffset Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
