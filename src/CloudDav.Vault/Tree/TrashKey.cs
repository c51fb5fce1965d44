using System.Globalization;

namespace CloudDav.Vault;

/// <summary>Name keys below the trash: names need not be unique there, and the oldest come first.</summary>
public static class TrashKey
{
    /// <summary>The key of a node put there at a time.</summary>
    public static string Of(NodeId node, long trashedMs) =>
        string.Create(CultureInfo.InvariantCulture, $"{trashedMs:D15}-{node.Value}");

    /// <summary>The key of a node nobody will want back: the first to be purged.</summary>
    public static string OfUnwanted(NodeId node) => Of(node, 0);

    /// <summary>A key below which everything was put there earlier than a moment.</summary>
    public static string Before(DateTimeOffset moment) =>
        string.Create(CultureInfo.InvariantCulture, $"{moment.ToUnixTimeMilliseconds():D15}");
}
