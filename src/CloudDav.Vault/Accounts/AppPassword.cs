using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>
/// A device's password: 30 characters in six groups, <c>abcde-fghjk-…</c>, without letters that are easily confused. The first four are the
/// <see cref="Selector"/>, by which the device's row is found; the other 26 are 130 random bits.
/// </summary>
/// <remarks>Random bits need no slow hash: a guess has no better chance than 2^-130, and one SHA-256 keeps the stored form useless to a thief.</remarks>
public readonly record struct AppPassword
{
    // Crockford's base 32: no i, l, o, u.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int SelectorLength = 4;
    private const int TotalLength = 30;
    private const int GroupLength = 5;

    private readonly string _characters;

    private AppPassword(string characters) => _characters = characters;

    /// <summary>The part that finds the device among its account's; not secret.</summary>
    public string Selector => _characters[..SelectorLength];

    /// <summary>SHA-256 of the secret part: all that is stored.</summary>
    public byte[] SecretHash =>
        SHA256.HashData(Encoding.ASCII.GetBytes(_characters[SelectorLength..]));

    /// <summary>A fresh one.</summary>
    public static AppPassword New() => new(RandomNumberGenerator.GetString(Alphabet, TotalLength));

    /// <summary>Reads one as a person may type it: any case, groups apart or together, o for 0 and i or l for 1. False when it has not the shape.</summary>
    public static bool TryParse(string typed, out AppPassword password)
    {
        password = default;
        if (typed.Length is < TotalLength or > TotalLength * 2)
            return false;
        Span<char> characters = stackalloc char[TotalLength];
        var count = 0;
        foreach (var typedCharacter in typed)
        {
            if (typedCharacter is '-' or ' ')
                continue;
            var character = char.ToLowerInvariant(typedCharacter) switch
            {
                'o' => '0',
                'i' or 'l' => '1',
                var other => other,
            };
            if (count == TotalLength || !Alphabet.Contains(character, StringComparison.Ordinal))
                return false;
            characters[count++] = character;
        }
        if (count != TotalLength)
            return false;
        password = new(new string(characters));
        return true;
    }

    /// <summary>The password as it is shown to the person, once. Do not log.</summary>
    public string Reveal() =>
        string.Join('-', _characters.Chunk(GroupLength).Select(group => new string(group)));

    /// <summary>Never shows the secret.</summary>
    public override string ToString() => $"app password {Selector}-…";
}
