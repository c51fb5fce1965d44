namespace CloudDav.Storage;

/// <summary>Texts as patterns of LIKE, with a backslash before what would mean something else.</summary>
internal static class LikeText
{
    /// <summary>The pattern of what contains a text; null for none.</summary>
    public static string? Containing(string? text) =>
        text is null
            ? null
            : $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal)}%";
}
