using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>The rules of names: what is allowed, what makes two names the same, and which names are short-lived by-products.</summary>
public static class NodeName
{
    /// <summary>The longest name, in bytes of UTF-8, composed and decomposed: Finder stores the decomposed form in 255 bytes.</summary>
    public const int MaxBytes = 255;

    /// <summary>What is compared when names are compared without regard to case: each character folded by itself, without a culture, so that every engine agrees.</summary>
    public static string Fold(string name)
    {
        if (!NeedsFolding(name))
            return name;
        var folded = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
            // Upper first: it joins letters that lower case alone keeps apart (ς and σ).
            folded.Append(Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).ToString());
        return folded.ToString();
    }

    /// <summary>Why a new name is refused; null when it is allowed.</summary>
    public static RefusalRule? Problem(string name)
    {
        if (name.Length == 0 || name is "." or "..")
            return RefusalRule.NameNotAllowed;
        var isAscii = true;
        foreach (var character in name)
        {
            if (character is '/' || char.IsControl(character))
                return RefusalRule.NameNotAllowed;
            isAscii &= char.IsAscii(character);
        }
        if (isAscii)
            return name.Length > MaxBytes ? RefusalRule.NameTooLong : null;
        // One UTF-16 unit is at most three bytes, and decomposition no more than sextuples them: short names need no second form.
        if (name.Length * 18 <= MaxBytes)
            return null;
        return
            Encoding.UTF8.GetByteCount(name) > MaxBytes
            || Encoding.UTF8.GetByteCount(name.Normalize(NormalizationForm.FormD)) > MaxBytes
            ? RefusalRule.NameTooLong
            : null;
    }

    /// <summary>
    /// By-products of programs that nobody wants to keep: stored and counted, but without versions and without trash
    /// (<c>._name</c>, <c>.DS_Store</c>, <c>~$name</c>, <c>.~lock.name#</c>, <c>Thumbs.db</c>, <c>desktop.ini</c>, <c>name.sb-xxxxxxxx-yyyyyy</c>).
    /// </summary>
    public static bool IsTransient(string name)
    {
        if (name.Length < 2)
            return false;
        switch (name[0])
        {
            case '.':
                if (
                    name[1] == '_'
                    || name == ".DS_Store"
                    || (name.StartsWith(".~lock.", StringComparison.Ordinal) && name.EndsWith('#'))
                )
                    return true;
                break;
            case '~':
                if (name[1] == '$')
                    return true;
                break;
            case 'T' or 't':
                if (name.Equals("thumbs.db", StringComparison.OrdinalIgnoreCase))
                    return true;
                break;
            case 'D' or 'd':
                if (name.Equals("desktop.ini", StringComparison.OrdinalIgnoreCase))
                    return true;
                break;
            default:
                break;
        }
        // TextEdit and its kin save through such a folder.
        var mark = name.Length - ".sb-xxxxxxxx-yyyyyy".Length;
        return mark > 0
            && name.AsSpan(mark).StartsWith(".sb-", StringComparison.Ordinal)
            && name[^7] == '-';
    }

    /// <summary>
    /// Names that programs give to what they put aside, or have not finished yet: by-products, <c>name.tmp</c>, <c>name.bak</c>, and what begins or ends
    /// with <c>~</c>.
    /// </summary>
    public static bool IsTemporary(string name) =>
        name.StartsWith('~')
        || name.EndsWith('~')
        || name.EndsWith(".tmp", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".bak", StringComparison.OrdinalIgnoreCase)
        || IsTransient(name);

    /// <summary>Another name for what cannot have this one: with some random characters before its extension, and shortened where it would be too long.</summary>
    public static string Beside(string name) =>
        With(name, $" ({RandomNumberGenerator.GetHexString(6, lowercase: true)})");

    /// <summary>The name of what came back while something else has its name: <c>name (restored).ext</c>, <c>name (restored 2).ext</c> and so on.</summary>
    public static string Restored(string name, int turn) =>
        With(
            name,
            turn == 1
                ? " (restored)"
                : string.Create(CultureInfo.InvariantCulture, $" (restored {turn})")
        );

    private static string With(string name, string addition)
    {
        var dot = name.LastIndexOf('.');
        var extension = dot > 0 && name.Length - dot <= 16 ? name[dot..] : "";
        var stem = name[..^extension.Length];
        while (Problem(stem + addition + extension) == RefusalRule.NameTooLong)
            stem = stem[..^(char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        return stem + addition + extension;
    }

    private static bool NeedsFolding(string name)
    {
        foreach (var character in name)
            if (!char.IsAscii(character) || char.IsAsciiLetterUpper(character))
                return true;
        return false;
    }
}
