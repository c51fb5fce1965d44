using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudDav.Server.Options;

namespace CloudDav.Server.Jobs;

/// <summary>
/// What the secret shared with the receiver of events is for: it signs each message, and encrypts secrets to the receiver before they are written anywhere.
/// <c>Jobs/README.md</c> says how a receiver checks and decrypts.
/// </summary>
internal sealed class EventKeys
{
    // SHA-256 takes no strength from anything shorter.
    private const int ShortestSecret = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly string _keyId;
    private readonly byte[]? _secret;
    private readonly byte[]? _sealing;

    /// <exception cref="StartProblem">The secret cannot be read, or is too short.</exception>
    public EventKeys(EventsOptions options)
    {
        _keyId = options.KeyId;
        if (Read(options) is not { } secret)
            return;
        _secret = Encoding.UTF8.GetBytes(secret);
        if (_secret.Length < ShortestSecret)
            throw new StartProblem(
                $"The secret of Events:Secret or Events:SecretFile has {_secret.Length} bytes; it takes {ShortestSecret} or more."
            );
        _sealing = HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            _secret,
            32,
            info: "CloudDav event secret"u8.ToArray()
        );
    }

    /// <summary>The value of the header <c>CloudDav-Signature</c>: HMAC-SHA-256 over the time, a dot and the body.</summary>
    public string Sign(DateTimeOffset now, ReadOnlySpan<byte> body)
    {
        var stamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Secret);
        hmac.AppendData(Encoding.ASCII.GetBytes(stamp + "."));
        hmac.AppendData(body);
        return $"t={stamp}, kid={_keyId}, v1={Convert.ToHexStringLower(hmac.GetHashAndReset())}";
    }

    /// <summary>Whether a secret is shared with anybody, so that others can be sealed to them.</summary>
    public bool CanSeal => _sealing is not null;

    /// <summary>A secret that the receiver alone can read, as a compact JWE (RFC 7516; <c>dir</c>, <c>A256GCM</c>); null when no secret is shared with anybody.</summary>
    public string? Seal(string secret)
    {
        if (_sealing is null)
            return null;
        var header = Base64Url.EncodeToString(
            JsonSerializer.SerializeToUtf8Bytes(
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["alg"] = "dir",
                    ["enc"] = "A256GCM",
                    ["kid"] = _keyId,
                }
            )
        );
        var plain = Encoding.UTF8.GetBytes(secret);
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var cipher = new byte[plain.Length];
        var tag = new byte[TagBytes];
        using var aes = new AesGcm(_sealing, TagBytes);
        aes.Encrypt(nonce, plain, cipher, tag, Encoding.ASCII.GetBytes(header));
        // The second part is the encrypted key, which there is none of.
        return $"{header}..{Base64Url.EncodeToString(nonce)}.{Base64Url.EncodeToString(cipher)}.{Base64Url.EncodeToString(tag)}";
    }

    private byte[] Secret =>
        _secret ?? throw new InvalidOperationException("There is no secret to sign events with.");

    private static string? Read(EventsOptions options)
    {
        if (options.SecretFile is not { } file)
            return options.Secret;
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartProblem(
                $"The file {Path.GetFullPath(file)} (Events:SecretFile) cannot be read: {failure.Message}",
                failure
            );
        }
    }
}
