using System.Diagnostics.CodeAnalysis;

namespace CloudDav.Storage;

/// <summary>
/// A wrapped key as it is kept, the same in a folder and in a container: one line of its format, the generation of the wrapping key, and the wrapped key in base64.
/// <c>Content/README.md</c> of the vault describes it.
/// </summary>
/// <param name="Format">What kind of key it is.</param>
/// <param name="Generation">Which generation of the wrapping key opens it.</param>
/// <param name="Wrapped">The wrapped key.</param>
internal sealed record KeyEnvelope(string Format, string Generation, byte[] Wrapped)
{
    /// <summary>The format of a vault's key.</summary>
    public const string VaultFormat = "clouddav-vault-key-v1";

    /// <summary>The format of the server's key.</summary>
    public const string ServerFormat = "clouddav-server-key-v1";

    /// <summary>As it is kept.</summary>
    public string ToText() => $"{Format} {Generation} {Convert.ToBase64String(Wrapped)}\n";

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <returns>False when it is something else.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out KeyEnvelope? envelope)
    {
        envelope = null;
        if (text.TrimEnd('\n').Split(' ') is not [var format, { Length: > 0 } generation, var key])
            return false;
        var wrapped = new byte[key.Length];
        if (!Convert.TryFromBase64String(key, wrapped, out var count))
            return false;
        envelope = new KeyEnvelope(format, generation, wrapped[..count]);
        return true;
    }
}
