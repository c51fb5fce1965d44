using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>Somebody's being signed in on the pages.</summary>
public readonly record struct SessionId(long Value);

/// <summary>A person who is signed in on the pages, as a look-up for their cookie finds them.</summary>
/// <param name="Id">The session.</param>
/// <param name="Actor">Who it is, by the credential version that they signed in with.</param>
/// <param name="Created">When they signed in.</param>
/// <param name="LastUsed">When they were last there, to within a few minutes.</param>
/// <param name="Expires">When they have to sign in again, however busy they are.</param>
public sealed record BrowserSession(
    SessionId Id,
    Actor Actor,
    DateTimeOffset Created,
    DateTimeOffset LastUsed,
    DateTimeOffset Expires
)
{
    /// <summary>With what it began.</summary>
    public required SignInWay Way { get; init; }

    /// <summary>When they last gave what only they know or have; null when that was not seen here, as when the operator's provider still knew them.</summary>
    public required DateTimeOffset? Proved { get; init; }

    /// <summary>What the browser calls itself; empty when it does not say.</summary>
    public required string Agent { get; init; }

    /// <summary>Where it was when they signed in.</summary>
    public required string Address { get; init; }
}

/// <summary>With what somebody signs in on the pages. The numbers are stored.</summary>
public enum SignInWay
{
    /// <summary>The account's own password, and its second factor where it has one.</summary>
    Password = 0,

    /// <summary>The operator's OpenID provider.</summary>
    Provider = 1,
}

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

    /// <summary>With what it begins.</summary>
    public required SignInWay Way { get; init; }

    /// <summary>When the person last gave what only they know or have; null when that was not seen here.</summary>
    public required DateTimeOffset? Proved { get; init; }
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
