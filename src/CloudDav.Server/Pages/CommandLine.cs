namespace CloudDav.Server.Pages;

/// <summary>Commands that people copy into a terminal.</summary>
internal static class CommandLine
{
    /// <summary>A command on a page, under what it is for.</summary>
    public static Html Show(string label, string command) =>
        Html.Of(
            $"""
            <div class="command"><p class="quiet">{label}</p>
            <pre tabindex="0" role="region" aria-label="{label}"><code>{command}</code></pre></div>
            """
        );

    /// <summary>A word as shells of Unix read it.</summary>
    public static string Unix(string word) =>
        IsPlain(word) ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>A word as programs on Windows read it.</summary>
    public static string Windows(string word) =>
        IsPlain(word) ? word : $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static bool IsPlain(string word) =>
        word.All(character =>
            char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '@' or '-'
        );
}
