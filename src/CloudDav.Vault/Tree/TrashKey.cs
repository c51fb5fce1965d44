using System.Globalization;

namespace CloudDav.Vault;

/// <summary>
/// Name keys below the trash: names need not be unique there, and the oldest come first. Those that were removed from the trash, and are hidden until they go for
/// good, come after all others, those hidden first before those hidden later.
/// </summary>
public static class TrashKey
{
    /// <summary>Above the keys of what nobody will want back, and not above any other.</summary>
    public const string Wanted = "000000000000001";

    /// <summary>Above the keys of what is shown, and below those of what is hidden.</summary>
    public const string Hidden = "h";

    /// <summary>Above every key.</summary>
    public const string End = "i";

    /// <summary>The key of a node put there at a time.</summary>
    public static string Of(NodeId node, long trashedMs) =>
        string.Create(CultureInfo.InvariantCulture, $"{trashedMs:D15}-{node.Value}");

    /// <summary>The key of a node nobody will want back: the first to be purged.</summary>
    public static string OfUnwanted(NodeId node) => Of(node, 0);

    /// <summary>A key below which everything was put there earlier than a moment.</summary>
    public static string Before(DateTimeOffset moment) =>
        string.Create(CultureInfo.InvariantCulture, $"{moment.ToUnixTimeMilliseconds():D15}");

    /// <summary>What the key of a node hidden at a moment begins with; its id follows.</summary>
    public static string HiddenAt(DateTimeOffset moment) => $"{Hidden}{Before(moment)}-";

    /// <summary>A key below which everything hidden was hidden earlier than a moment.</summary>
    public static string HiddenBefore(DateTimeOffset moment) => Hidden + Before(moment);

    /// <summary>Since when a node with this key is hidden; null when it is not.</summary>
    public static DateTimeOffset? HiddenSince(string key) =>
        key.StartsWith(Hidden, StringComparison.Ordinal)
            ? DateTimeOffset.FromUnixTimeMilliseconds(
                long.Parse(key.AsSpan(1, 15), NumberStyles.None, CultureInfo.InvariantCulture)
            )
            : null;

    /// <summary>Above a key, and not above any other key that is: keys have nothing below this mark in them.</summary>
    public static string After(string key) => key + "!";

    /// <summary>Whether somebody may want back what has this key.</summary>
    public static bool IsWanted(string key) => string.CompareOrdinal(key, Wanted) >= 0;
}

/// <summary>Some of what lies in the trash, by its keys.</summary>
/// <param name="From">The first key that is meant.</param>
/// <param name="Before">The first one after it that is not.</param>
public readonly record struct TrashRange(string From, string Before)
{
    /// <summary>What people are shown.</summary>
    public static TrashRange Shown { get; } = new(TrashKey.Wanted, TrashKey.Hidden);

    /// <summary>All that somebody may want back.</summary>
    public static TrashRange Any { get; } = new(TrashKey.Wanted, TrashKey.End);

    /// <summary>What was put there before a moment and is not hidden, and what nobody wants.</summary>
    public static TrashRange PutBefore(DateTimeOffset moment) => new("", TrashKey.Before(moment));

    /// <summary>What was hidden before a moment.</summary>
    public static TrashRange HiddenBefore(DateTimeOffset moment) =>
        new(TrashKey.Hidden, TrashKey.HiddenBefore(moment));

    /// <summary>Whether something with a key is meant.</summary>
    public bool Has(string key) =>
        string.CompareOrdinal(key, From) >= 0 && string.CompareOrdinal(key, Before) < 0;

    /// <summary>One item.</summary>
    public static TrashRange Of(NodeRow item) => new(item.NameKey, TrashKey.After(item.NameKey));
}
