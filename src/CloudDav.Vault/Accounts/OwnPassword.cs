using System.Text;

namespace CloudDav.Vault;

/// <summary>What a person may choose as their own password.</summary>
public static class OwnPassword
{
    /// <summary>The fewest characters.</summary>
    public const int MinLength = 8;

    /// <summary>Whether it can be taken. Not one that looks like an app password, because it would be looked up as one.</summary>
    public static bool IsAllowed(string? password) =>
        password is { Length: >= MinLength }
        && Encoding.UTF8.GetByteCount(password) <= PasswordHash.MaxBytes
        && !password
            .EnumerateRunes()
            .Any(static rune => Rune.IsControl(rune) || rune == Rune.ReplacementChar)
        && !AppPassword.TryParse(password, out _);
}
