using System.Buffers.Text;
using System.Security.Cryptography;

namespace CloudDav.Vault;

/// <summary>A TV set that asks a person, in their browser, to be let in (RFC 8628).</summary>
public sealed record TvPairing
{
    /// <summary>How long its codes are good.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>How long a set waits between two questions at first, and how much longer after each one that came too early.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>The longest that a set is made to wait.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>What it is known by: the keyed hash of the code that the set asks with.</summary>
    public required ReadOnlyMemory<byte> DeviceHash { get; init; }

    /// <summary>What kind of set it says it is; 1 to 64 visible ASCII characters.</summary>
    public required string Client { get; init; }

    /// <summary>What the set is called.</summary>
    public required string Name { get; init; }

    /// <summary>Where the set is.</summary>
    public required string Address { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>How long the set is to wait between two questions.</summary>
    public TimeSpan Pause { get; init; } = FirstPause;

    /// <summary>Before when it must not ask again.</summary>
    public DateTimeOffset NextPoll { get; init; }

    /// <summary>How often a person was shown it.</summary>
    public int Looks { get; init; }

    /// <summary>Whether somebody has refused it.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether somebody has granted it.</summary>
    public bool IsGranted { get; init; }

    /// <summary>Who has; null as long as nobody has, and when their account is gone.</summary>
    public Actor? GrantedBy { get; init; }
}

/// <summary>
/// What a person reads from the screen and types in: eight consonants, shown as <c>BCDF-GHJK</c>, 34 bits. No vowels, so that no words come out, and none that is easily taken for another.
/// </summary>
public readonly record struct TvUserCode
{
    private const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ";
    private const int Length = 8;
    private const int MostTyped = 32;

    private readonly string _letters;

    private TvUserCode(string letters) => _letters = letters;

    internal string Letters => _letters;

    /// <summary>A fresh one.</summary>
    public static TvUserCode New() => new(RandomNumberGenerator.GetString(Alphabet, Length));

    /// <summary>Reads one as a person may type it: any case, with or without the hyphen. False when it has not the shape.</summary>
    public static bool TryParse(string? typed, out TvUserCode code)
    {
        code = default;
        if (typed is null || typed.Length > MostTyped)
            return false;
        var letters = string.Concat(
            typed.Where(letter => letter is not ('-' or ' ')).Select(char.ToUpperInvariant)
        );
        if (letters.Length != Length || letters.Any(letter => !Alphabet.Contains(letter)))
            return false;
        code = new(letters);
        return true;
    }

    /// <summary>The code as it is shown. Do not log.</summary>
    public string Reveal() => $"{_letters[..4]}-{_letters[4..]}";

    /// <summary>Never shows the code.</summary>
    public override string ToString() => "user code";
}

/// <summary>What a TV set signs in with from now on: 256 random bits, of which only the hash is stored. It opens the television's door and nothing else.</summary>
public readonly record struct TvToken
{
    // A hyphen is in no app password's selector: by none is a set ever found.
    private const string SelectorPrefix = "tv-";

    private TvToken(string text, byte[] hash)
    {
        Text = text;
        Hash = hash;
    }

    private string Text { get; }

    /// <summary>SHA-256 of it: all that is stored.</summary>
    public byte[] Hash { get; }

    /// <summary>What tells the account's sets apart; not secret.</summary>
    public string Selector => SelectorPrefix + Convert.ToHexStringLower(Hash.AsSpan(0, 8));

    /// <summary>A fresh one.</summary>
    public static TvToken New() => Of(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    /// <summary>The one that a set sent.</summary>
    public static TvToken Of(string sent) => new(sent, SecretToken.HashOf(sent));

    /// <summary>Whether a device's selector is that of a TV set.</summary>
    public static bool IsSelector(string selector) =>
        selector.StartsWith(SelectorPrefix, StringComparison.Ordinal);

    /// <summary>The token as it is given away. Do not log.</summary>
    public string Reveal() => Text;

    /// <summary>Never shows the token.</summary>
    public override string ToString() => "TV token";
}

/// <summary>The codes of a pairing that has begun.</summary>
/// <param name="Device">With which the set asks whether it was let in, and fetches its token.</param>
/// <param name="User">Which the person types in.</param>
public sealed record TvCodes(SecretToken Device, TvUserCode User);

/// <summary>What a set is told that asks whether it was let in.</summary>
public enum TvPollOutcome
{
    /// <summary>It was: here is its token.</summary>
    Granted,

    /// <summary>Nobody has answered yet.</summary>
    Pending,

    /// <summary>Nobody has answered yet, and it asks too often.</summary>
    TooFast,

    /// <summary>It was refused.</summary>
    Denied,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>There is no such pairing, or its token was fetched.</summary>
    Unknown,
}

/// <summary>The answer to a set that asks whether it was let in.</summary>
/// <param name="Outcome">What it is.</param>
/// <param name="Token">The token, given once.</param>
/// <param name="Why">Why it is denied when that is not the person's doing.</param>
public sealed record TvPoll(TvPollOutcome Outcome, TvToken? Token = null, Refusal? Why = null);
