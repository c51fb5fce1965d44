using System.Security.Cryptography;
using System.Xml.Linq;

namespace CloudDav.WebDav.Tests.Support;

/// <summary>A tree in memory with real locks, guards and quota, shared by the stores of all principals.</summary>
internal sealed class MemoryTree(TimeProvider clock)
{
    private long _lastId;

    public Lock Gate { get; } = new();

    public TimeProvider Clock { get; } = clock;

    public MemoryNode Root { get; } = new("Files", true) { Id = 1, ETag = "\"root\"" };

    public List<MemoryLock> Locks { get; } = [];

    /// <summary>Bytes that fit; null for no limit.</summary>
    public long? Capacity { get; set; }

    /// <summary>Entries an infinite listing may have.</summary>
    public int InfiniteLimit { get; set; } = 20_000;

    /// <summary>What was below a collection when a sync token was given: for each path its ETag, by the number of the token.</summary>
    public List<SortedDictionary<string, (string ETag, bool IsCollection)>> Synced { get; } = [];

    /// <summary>How often something was looked up, for tests that count.</summary>
    /// <summary>What was searched for.</summary>
    public List<DavSearch> Searches { get; } = [];

    /// <summary>Whether searches end before they have looked at everything.</summary>
    public bool BreaksSearches { get; set; }

    public int Finds { get; set; }

    /// <summary>Throws when a listing reaches this many entries; null for never.</summary>
    public int? BreakListingAt { get; set; }

    /// <summary>Throws when a content has given this many bytes; null for never.</summary>
    public long? BreakContentAt { get; set; }

    public long Used => BytesOf(Root);

    public MemoryNode Make(string name, bool isCollection)
    {
        var now = Clock.GetUtcNow();
        return new MemoryNode(name, isCollection)
        {
            Id = ++_lastId + 1000,
            Created = now,
            Modified = now,
            ETag = NewETag(),
        };
    }

    public static string NewETag() =>
        $"\"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}\"";

    public MemoryNode? Find(DavPath path, bool foldsCase = false)
    {
        var node = Root;
        foreach (var segment in path.Segments)
        {
            if (!node.IsCollection)
                return null;
            if (node.Children.TryGetValue(segment, out var child))
            {
                node = child;
                continue;
            }
            if (!foldsCase)
                return null;
            var folded = node
                .Children.Values.Where(candidate =>
                    candidate.Name.Equals(segment, StringComparison.OrdinalIgnoreCase)
                )
                .ToList();
            if (folded is not [var only])
                return null;
            node = only;
        }
        return node;
    }

    public static long BytesOf(MemoryNode node) =>
        node.IsCollection ? node.Children.Values.Sum(BytesOf) : node.Content.Length;

    public static int CountBelow(MemoryNode node) =>
        node.Children.Values.Sum(child => 1 + CountBelow(child));

    public List<MemoryLock> ActiveLocks()
    {
        var now = Clock.GetUtcNow();
        Locks.RemoveAll(entry => entry.Expires <= now);
        return Locks;
    }

    /// <summary>The locks whose scope the path is in.</summary>
    public IEnumerable<MemoryLock> Covering(DavPath path) =>
        ActiveLocks()
            .Where(entry =>
                entry.Root.Equals(path)
                || (entry.Depth == Depth.Infinity && IsBelow(path, entry.Root))
            );

    public static bool IsBelow(DavPath path, DavPath root) =>
        path.Segments.Length > root.Segments.Length
        && path.Segments.AsSpan(0, root.Segments.Length).SequenceEqual(root.Segments.AsSpan());
}

internal sealed class MemoryNode(string name, bool isCollection)
{
    public string Name { get; set; } = name;

    public bool IsCollection { get; } = isCollection;

    public long Id { get; init; }

    public string ETag { get; set; } = "";

    public DateTimeOffset Created { get; set; }

    public DateTimeOffset Modified { get; set; }

    public DateTimeOffset? LastAccess { get; set; }

    public uint? Win32Attributes { get; set; }

    public bool IsFavorite { get; set; }

    public string? MediaType { get; set; }

    public byte[] Content { get; set; } = [];

    public string? Sha1 { get; set; }

    public SortedDictionary<string, MemoryNode> Children { get; } = new(StringComparer.Ordinal);

    public Dictionary<XName, string> Dead { get; init; } = [];
}

internal sealed record MemoryLock(
    string Token,
    DavPath Root,
    bool IsShared,
    Depth Depth,
    string? OwnerXml,
    string Holder,
    string Device,
    DateTimeOffset Expires
);
