using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>
/// What is kept of the names of a destroyed account: keyed hashes, good for nothing but recognising its own devices and passwords when they come again. The key is
/// in the key store, so that the database alone tells no name, not even a guessed one.
/// </summary>
/// <param name="key">The key, 32 bytes.</param>
public sealed class ClosedNames(byte[] key)
{
    /// <summary>What the key is derived for.</summary>
    public const string Purpose = "CloudDav closed names";

    /// <summary>The hash of a device's name and secret.</summary>
    public byte[] OfDevice(string nameKey, string selector, ReadOnlySpan<byte> secretHash) =>
        Mac($"device\n{nameKey}\n{selector}\n{Convert.ToHexString(secretHash)}");

    /// <summary>The hash of a TV set's secret: it comes without a name.</summary>
    public byte[] OfTv(ReadOnlySpan<byte> secretHash) =>
        Mac($"tv\n{Convert.ToHexString(secretHash)}");

    /// <summary>The hash of a sign-in name.</summary>
    public byte[] OfName(string nameKey) => Mac($"name\n{nameKey}");

    /// <summary>The hash of an identity provider's subject.</summary>
    public byte[] OfSubject(string subject) => Mac($"subject\n{subject}");

    /// <summary>A password's hash, keyed: it can be compared with as before, and by nobody else.</summary>
    public string OfPassword(string passwordHash) => PasswordHash.Keyed(passwordHash, MacOf);

    /// <summary>Whether the bytes are the password. Takes as long as its iterations ask.</summary>
    public bool Matches(string keyed, ReadOnlySpan<byte> password) =>
        PasswordHash.Verify(keyed, password, MacOf);

    private byte[] Mac(string text) => MacOf(Encoding.UTF8.GetBytes(text));

    private byte[] MacOf(byte[] bytes) => HMACSHA256.HashData(key, bytes);
}
