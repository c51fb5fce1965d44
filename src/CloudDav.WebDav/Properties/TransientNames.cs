namespace CloudDav.WebDav.Properties;

/// <summary>Names that operating systems and editors leave behind and nobody wants to see.</summary>
internal static class TransientNames
{
    /// <summary>Whether Windows is told that it is hidden.</summary>
    public static bool IsHidden(string name)
    {
        if (name.Length == 0)
            return false;
        return name[0] switch
        {
            '.' => name.StartsWith("._", StringComparison.Ordinal)
                || name is ".DS_Store"
                || (name.StartsWith(".~lock.", StringComparison.Ordinal) && name.EndsWith('#')),
            '~' => name.StartsWith("~$", StringComparison.Ordinal),
            'T' or 't' => name.Equals("Thumbs.db", StringComparison.OrdinalIgnoreCase),
            'D' or 'd' => name.Equals("desktop.ini", StringComparison.OrdinalIgnoreCase),
            _ => IsSafeSaveFolder(name),
        };
    }

    /// <summary><c>name.sb-xxxxxxxx-yyyyyy</c>, into which macOS editors write before they swap.</summary>
    private static bool IsSafeSaveFolder(string name) =>
        name.Length > 19
        && name[^7] == '-'
        && name.AsSpan(name.Length - 19, 4) is ".sb-"
        && name.AsSpan(name.Length - 15, 8).IndexOfAnyExcept(Alphanumeric) < 0;

    private static readonly System.Buffers.SearchValues<char> Alphanumeric =
        System.Buffers.SearchValues.Create(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        );
}
