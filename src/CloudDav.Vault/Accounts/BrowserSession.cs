using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>Somebody's being signed in on the pages.</summary>
public readonly record struct SessionId(long Value);

/// <summary>A person who is signed in on the pages, as a look-up for their cookie finds them.</summary>
/// <param name="Id">The session.</param>
/// <param name="Actor">Who it is, by the credential version that they signed in with.</param>
/// <param name="Created">When they gave their password.</param>
/// <param name="LastUsed">When they were last there, to within a few minutes.</param>
/// <param name="Expires">When they have to give it again, however busy they are.</param>
public sealed record BrowserSession(
    SessionId Id,
    Actor Actor,
    DateTimeOffset Created,
    DateTimeOffset LastUsed,
    DateTimeOffset Expires
);

/// <summary>A session to be begun.</summary>
public sealed record NewSession
{
    /// <summary>Who signed in; a person and no device.</summary>
    public required Actor Actor { get; init; }

    /// <summary>SHA-256 of the cookie's token.</summary>
    public required ReadOnlyMemory<byte> TokenHash { get; init; }

    /// <summary>What the browser calls itself, at most 200 characters.</summary>
    public required string Agent { get; init; }

    /// <summary>Where it is; at most 64 ASCII characters.</summary>
    public required string Address { get; init; }

    /// <summary>When it ends at the latest.</summary>
    public required DateTimeOffset Expires { get; init; }
}

/// <summary>A secret that is given to somebody once and of which only the hash is stored: 256 random bits.</summary>
public readonly record struct SecretToken
{
    private readonly string _token;

    private SecretToken(string token) => _token = token;

    /// <summary>A fresh one.</summary>
    public static SecretToken New() =>
        new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    /// <summary>SHA-256 of a token: all that is stored.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Its own hash.</summary>
    public byte[] Hash => HashOf(_token);

    /// <summary>The token as it is given away. Do not log.</summary>
    public string Reveal() => _token;

    /// <summary>Never shows the token.</summary>
    public override string ToString() => "secret token";
}
