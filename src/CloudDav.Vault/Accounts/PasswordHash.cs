using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>People's own passwords, as PBKDF2-HMAC-SHA256 with a salt of their own: <c>pbkdf2-sha256$iterations$salt$hash</c>.</summary>
public static class PasswordHash
{
    /// <summary>The iterations of a new hash; an older one keeps those it was made with.</summary>
    public const int DefaultIterations = 600_000;

    /// <summary>The longest password, in UTF-8 bytes.</summary>
    public const int MaxBytes = 1024;

    private const string Scheme = "pbkdf2-sha256";
    private const int SaltLength = 16;
    private const int HashLength = 32;

    /// <summary>Hashes a password for storing. The text is taken in NFC.</summary>
    public static string Create(string password, int iterations = DefaultIterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        var hash = Derive(
            Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC)),
            salt,
            iterations
        );
        return Format(iterations, salt, hash);
    }

    /// <summary>A hash that no password has, and that takes as long to compare with as a real one.</summary>
    public static string Unmatchable(int iterations) =>
        Format(
            iterations,
            RandomNumberGenerator.GetBytes(SaltLength),
            RandomNumberGenerator.GetBytes(HashLength)
        );

    /// <summary>Whether the bytes are the password. Takes as long as the hash's iterations ask, whatever the answer.</summary>
    /// <exception cref="FormatException">The stored hash is not one.</exception>
    public static bool Verify(string stored, ReadOnlySpan<byte> password) =>
        Verify(stored, password, keyed: null);

    /// <summary>The stored hash with its last part under a key, for <see cref="Verify(string, ReadOnlySpan{byte}, Func{byte[], byte[]})"/>.</summary>
    internal static string Keyed(string stored, Func<byte[], byte[]> mac)
    {
        var hash = stored.LastIndexOf('$') + 1;
        return stored[..hash]
            + Convert.ToBase64String(mac(Convert.FromBase64String(stored[hash..])));
    }

    /// <summary>As <see cref="Verify(string, ReadOnlySpan{byte})"/>, for a hash that <see cref="Keyed"/> made when a key is given.</summary>
    internal static bool Verify(
        string stored,
        ReadOnlySpan<byte> password,
        Func<byte[], byte[]>? keyed
    )
    {
        var parts = stored.Split('$');
        if (
            parts.Length != 4
            || parts[0] != Scheme
            || !int.TryParse(
                parts[1],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var iterations
            )
        )
            throw new FormatException("The stored password hash is not one this program writes.");
        var expected = Convert.FromBase64String(parts[3]);
        var actual = Derive(password, Convert.FromBase64String(parts[2]), iterations);
        return CryptographicOperations.FixedTimeEquals(keyed?.Invoke(actual) ?? actual, expected);
    }

    private static string Format(int iterations, byte[] salt, byte[] hash) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Scheme}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}"
        );

    private static byte[] Derive(ReadOnlySpan<byte> password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, HashLength);
}
