using System.Buffers;
using System.Globalization;
using System.Text;

namespace CloudDav.Vault;

/// <summary>
/// What a node is called in an archive: its own name wherever every system can take it. What some system would take for a separator, a drive, a device or
/// nothing at all is written as in a URL, <c>a:b</c> as <c>a%3Ab</c>. That is reversible and puts no two names on one, so that what an entry is called
/// depends on its own name alone; a per cent sign that could be mistaken for one of these is written the same way. No look-alike stands in for a forbidden
/// character: old programs on Windows turn full-width separators back into real ones.
/// </summary>
internal static class EntryName
{
    private const string HexDigits = "0123456789ABCDEF";

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\"*:<>?\\|/");

    // https://learn.microsoft.com/windows/win32/fileio/naming-a-file; the console's names are taken as well.
    private static readonly HashSet<string> Devices = new(
        [
            "CON",
            "PRN",
            "AUX",
            "NUL",
            "CONIN$",
            "CONOUT$",
            "CLOCK$",
            .. "0123456789¹²³".SelectMany(digit => (string[])[$"COM{digit}", $"LPT{digit}"]),
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>The name of a node's entry, without the folders it is in.</summary>
    public static string Of(string name, NodeId id)
    {
        var safe = Escape(name);
        return safe.Length == name.Length || Encoding.UTF8.GetByteCount(safe) <= NodeName.MaxBytes
            ? safe
            : WithId(safe, id);
    }

    /// <summary>A name that no other node has, for one that would be too long or that a sibling has already: the node's id goes before the extension.</summary>
    public static string WithId(string safe, NodeId id)
    {
        var mark = "%~" + id.Value.ToString("x", CultureInfo.InvariantCulture);
        var dot = safe.LastIndexOf('.');
        var extension =
            dot > 0 && Encoding.UTF8.GetByteCount(safe.AsSpan(dot)) <= 32 ? safe[dot..] : "";
        var room = NodeName.MaxBytes - mark.Length - Encoding.UTF8.GetByteCount(extension);
        var stem = safe.AsSpan(0, safe.Length - extension.Length);
        var kept = 0;
        foreach (var rune in stem.EnumerateRunes())
        {
            if ((room -= rune.Utf8SequenceLength) < 0)
                break;
            kept += rune.Utf16SequenceLength;
        }
        return string.Concat(stem[..kept], mark, extension);
    }

    /// <summary>Whether an entry's name is another than its node's.</summary>
    /// <param name="entryName">The entry's name.</param>
    /// <param name="original">The node's name; null when the entry's does not tell it, since the node's id stands for part of it.</param>
    public static bool IsChanged(ReadOnlySpan<char> entryName, out string? original)
    {
        original = null;
        var isChanged = false;
        var isWhole = true;
        var bytes = new ArrayBufferWriter<byte>(entryName.Length);
        for (var i = 0; i < entryName.Length; i++)
        {
            var rest = entryName[(i + 1)..];
            if (entryName[i] == '%' && LooksEscaped(rest))
            {
                isChanged = true;
                if (rest[0] == '~')
                {
                    isWhole = false;
                    break;
                }
                bytes.Write([byte.Parse(rest[..2], NumberStyles.HexNumber, null)]);
                i += 2;
                continue;
            }
            var end = i + 1;
            while (end < entryName.Length && entryName[end] != '%')
                end++;
            Encoding.UTF8.GetBytes(entryName[i..end], bytes);
            i = end - 1;
        }
        if (isChanged && isWhole)
            original = Encoding.UTF8.GetString(bytes.WrittenSpan);
        return isChanged;
    }

    private static string Escape(string name)
    {
        var isDevice = IsDevice(name);
        StringBuilder? escaped = null;
        Span<byte> bytes = stackalloc byte[3];
        for (var i = 0; i < name.Length; i++)
        {
            var character = name[i];
            var mustEscape =
                Forbidden.Contains(character)
                || char.IsControl(character)
                || (character == '%' && LooksEscaped(name.AsSpan(i + 1)))
                || (character is '.' or ' ' && i == name.Length - 1)
                || (isDevice && i == 0);
            if (!mustEscape)
            {
                escaped?.Append(character);
                continue;
            }
            escaped ??= new StringBuilder(name, 0, i, name.Length + 16);
            foreach (var value in bytes[..Encoding.UTF8.GetBytes([character], bytes)])
                escaped.Append('%').Append(HexDigits[value >> 4]).Append(HexDigits[value & 15]);
        }
        return escaped?.ToString() ?? name;
    }

    private static bool LooksEscaped(ReadOnlySpan<char> rest) =>
        rest is ['~', ..]
        || (rest.Length >= 2 && char.IsAsciiHexDigit(rest[0]) && char.IsAsciiHexDigit(rest[1]));

    // With whatever extension, and with spaces before it.
    private static bool IsDevice(string name)
    {
        var dot = name.IndexOf('.');
        var stem = (dot < 0 ? name.AsSpan() : name.AsSpan(0, dot)).TrimEnd(' ');
        return stem.Length is >= 3 and <= 7
            && Devices.GetAlternateLookup<ReadOnlySpan<char>>().Contains(stem);
    }
}
