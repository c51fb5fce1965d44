namespace CloudDav.WebDav.Headers;

/// <summary>An entity tag as a client sent it (RFC 9110 §8.8.3).</summary>
/// <param name="Value">The opaque part with its quotes.</param>
/// <param name="IsWeak">Whether it had <c>W/</c> before it.</param>
internal readonly record struct EntityTag(string Value, bool IsWeak)
{
    /// <summary>Strong comparison with one of ours, which are always strong.</summary>
    public bool StronglyEquals(string ours) => !IsWeak && Value == ours;

    /// <summary>Weak comparison with one of ours.</summary>
    public bool WeaklyEquals(string ours) => Value == ours;
}

/// <summary>The value of If-Match and If-None-Match (RFC 9110 §13.1.1, §13.1.2).</summary>
/// <param name="IsAny">Whether it is <c>*</c>.</param>
/// <param name="Tags">The tags; empty for <c>*</c>.</param>
internal sealed record EntityTags(bool IsAny, IReadOnlyList<EntityTag> Tags)
{
    private static readonly EntityTags Any = new(true, []);

    /// <summary>Null when the header is absent. A tag without quotes is taken as if it had them: some tools strip them.</summary>
    public static DavResult<EntityTags?> Parse(string? value)
    {
        var rest = value.AsSpan().Trim();
        if (rest.IsEmpty)
            return (EntityTags?)null;
        if (rest is "*")
            return (EntityTags?)Any;
        var tags = new List<EntityTag>();
        while (!rest.IsEmpty)
        {
            if (rest[0] is ',' or ' ' or '\t')
            {
                rest = rest[1..];
                continue;
            }
            if (!TryTake(ref rest, out var tag))
                return new DavProblem(400, "The list of entity tags is malformed.");
            tags.Add(tag);
        }
        return tags.Count == 0 ? (EntityTags?)null : new EntityTags(false, tags);
    }

    /// <summary>Takes one tag off the front.</summary>
    public static bool TryTake(ref ReadOnlySpan<char> rest, out EntityTag tag)
    {
        tag = default;
        var weak = rest.StartsWith("W/", StringComparison.OrdinalIgnoreCase);
        var body = weak ? rest[2..] : rest;
        if (body.IsEmpty)
            return false;
        if (body[0] == '"')
        {
            var end = body[1..].IndexOf('"');
            if (end < 0)
                return false;
            tag = new EntityTag(body[..(end + 2)].ToString(), weak);
            rest = body[(end + 2)..];
            return true;
        }
        var stop = body.IndexOfAny(", \t]");
        var bare = stop < 0 ? body : body[..stop];
        if (bare.IsEmpty || bare.Contains('"'))
            return false;
        tag = new EntityTag($"\"{bare}\"", weak);
        rest = stop < 0 ? [] : body[stop..];
        return true;
    }
}
