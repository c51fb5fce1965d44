using System.Collections.Immutable;

namespace CloudDav.WebDav;

/// <summary>A decoded path within one tree: NFC segments, none of them empty, dot or dot-dot. The root has no segments.</summary>
public sealed class DavPath : IEquatable<DavPath>
{
    /// <summary>The root.</summary>
    public static DavPath Root { get; } = new([]);

    /// <summary>Takes segments that are already decoded, checked and NFC.</summary>
    public DavPath(ImmutableArray<string> segments) => Segments = segments;

    /// <summary>The segments from the root down.</summary>
    public ImmutableArray<string> Segments { get; }

    /// <summary>True for the root.</summary>
    public bool IsRoot => Segments.IsEmpty;

    /// <summary>The last segment; empty for the root.</summary>
    public string Name => IsRoot ? "" : Segments[^1];

    /// <summary>The path one up; null for the root.</summary>
    public DavPath? Parent => IsRoot ? null : new(Segments[..^1]);

    /// <summary>The path of a member.</summary>
    public DavPath Append(string segment) => new(Segments.Add(segment));

    /// <inheritdoc/>
    public bool Equals(DavPath? other) =>
        other is not null && Segments.AsSpan().SequenceEqual(other.Segments.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DavPath);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var segment in Segments)
            hash.Add(segment, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    /// <summary>The segments joined by slashes, for messages; not an href.</summary>
    public override string ToString() => "/" + string.Join('/', Segments);
}
