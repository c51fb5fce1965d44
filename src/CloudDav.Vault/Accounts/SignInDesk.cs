using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using static System.FormattableString;

namespace CloudDav.Vault;

/// <summary>
/// Says who is behind a name and a password. A right one is remembered for minutes under a keyed MAC, because mounts send it with every request; a
/// wrong one is slowed and, after a number of them for one account from one address, refused unseen. App passwords are never counted and never
/// refused unseen: they cannot be guessed, and Windows repeats an old saved one for ever, which must not lock out anybody else in the house.
/// </summary>
/// <remarks>
/// What is remembered here saves the slow hash and nothing more: whether the device or the password is still good is asked again by every request's
/// first query (<see cref="Actor"/>). Tries are counted in the database, each before its slow hash (<see cref="CountedTry"/>), so that several processes count together.
/// </remarks>
public sealed class SignInDesk : IDisposable
{
    private const int MaxRemembered = 20_000;
    private static readonly TimeSpan s_touchEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_quietAfterSignIn = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(20);
    private static readonly Encoding s_strictUtf8 = new UTF8Encoding(
        false,
        throwOnInvalidBytes: true
    );
    private static readonly Encoding s_windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(
        1252
    )!;

    private readonly IAccountStore _accounts;
    private readonly ClosedNames _closed;
    private readonly TimeProvider _time;
    private readonly SignInLimits _limits;
    private readonly byte[] _macKey = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<Mac, Remembered> _remembered = new();
    private readonly ConcurrentDictionary<Mac, Lazy<Task<SignInAnswer>>> _running = new();
    private readonly ConcurrentDictionary<AccountId, DateTimeOffset> _noted = new();

    // One slow hash per core at a time would let a flood of guesses take every core from the mounts: one is left free.
    private readonly SemaphoreSlim _slowHashes = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly string _nobodysHash;
    private long _slowHashCount;

    /// <summary>Opens the desk.</summary>
    public SignInDesk(
        IAccountStore accounts,
        ClosedNames closed,
        TimeProvider time,
        SignInLimits limits
    )
    {
        _accounts = accounts;
        _closed = closed;
        _time = time;
        _limits = limits;
        _nobodysHash = PasswordHash.Unmatchable(limits.PasswordIterations);
    }

    /// <summary>How many slow hashes were computed since the start.</summary>
    public long SlowHashCount => Interlocked.Read(ref _slowHashCount);

    /// <summary>Verifies a name and a password as they came, in bytes.</summary>
    /// <param name="name">The name's bytes: UTF-8, or Windows-1252 from old clients.</param>
    /// <param name="password">The password's bytes, likewise.</param>
    /// <param name="address">Where the request came from; wrong sign-ins are counted per account and address.</param>
    /// <param name="cancellationToken">Stops the waiting, not a verification that others wait for too.</param>
    public async ValueTask<SignInAnswer> SignInAsync(
        ReadOnlyMemory<byte> name,
        ReadOnlyMemory<byte> password,
        string address,
        CancellationToken cancellationToken
    )
    {
        var mac = MacOf(name.Span, password.Span);
        if (FindRemembered(mac) is { } remembered)
            return remembered;
        var (nameBytes, passwordBytes) = (name.ToArray(), password.ToArray());
        return await VerifyOnceAsync(
            mac,
            () => VerifyAsync(nameBytes, passwordBytes, address, CancellationToken.None),
            cancellationToken
        );
    }

    /// <summary>Verifies the password of a link, as it came in bytes. Wrong ones are counted per link and address, and slowed, as people's own are.</summary>
    /// <param name="share">The link.</param>
    /// <param name="password">The password's bytes.</param>
    /// <param name="address">Where the request came from.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<SignInAnswer> SignInAsync(
        Share share,
        ReadOnlyMemory<byte> password,
        string address,
        CancellationToken cancellationToken
    )
    {
        if (share.Password is not { } hash)
            return SignInAnswer.SignedIn(Actor.Behind(share));
        if (password.Length > PasswordHash.MaxBytes)
            return SignInAnswer.Wrong;
        // No sign-in name has a line end.
        var name = Encoding.UTF8.GetBytes(Invariant($"\n{share.Id.Value}\n{share.Version}"));
        var mac = MacOf(name, password.Span);
        if (FindRemembered(mac) is { } remembered)
            return remembered;
        var passwordBytes = password.ToArray();
        return await VerifyOnceAsync(
            mac,
            () => VerifyLinkAsync(share, hash, passwordBytes, address, CancellationToken.None),
            cancellationToken
        );
    }

    /// <summary>Hashes a new password, in the queue of all slow hashes; null when it is too long.</summary>
    public async ValueTask<string?> HashAsync(string password, CancellationToken cancellationToken)
    {
        if (!await _slowHashes.WaitAsync(s_longestWait, cancellationToken))
            return null;
        try
        {
            Interlocked.Increment(ref _slowHashCount);
            return PasswordHash.Create(password, _limits.PasswordIterations);
        }
        finally
        {
            _slowHashes.Release();
        }
    }

    /// <summary>Has the account's log tell that somebody signed in with what the operator's identity provider says.</summary>
    /// <param name="account">The account.</param>
    /// <param name="way">How they came: with a token, or to the pages.</param>
    public void NoteSignIn(AccountId account, string way)
    {
        var now = _time.GetUtcNow();
        if (_noted.TryGetValue(account, out var last) && now - last < s_quietAfterSignIn)
            return;
        if (_noted.Count >= MaxRemembered)
            _noted.Clear();
        _noted[account] = now;
        _ = NoteAsync(account, way, now);
    }

    /// <summary>Forgets what was remembered of an actor whose credential turned out to be revoked.</summary>
    public void Forget(Actor actor)
    {
        foreach (var (mac, remembered) in _remembered)
        {
            if (remembered.Actor == actor)
                _remembered.TryRemove(mac, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slowHashes.Dispose();

    private SignInAnswer? FindRemembered(Mac mac)
    {
        if (!_remembered.TryGetValue(mac, out var remembered))
            return null;
        var now = _time.GetUtcNow();
        if (now < remembered.Expires)
        {
            TouchWhenDue(remembered, now);
            return SignInAnswer.SignedIn(remembered.Actor);
        }
        _remembered.TryRemove(mac, out _);
        return null;
    }

    // Fifty requests with one new password arrive together when a mount starts: they share one verification.
    private Task<SignInAnswer> VerifyOnceAsync(
        Mac mac,
        Func<Task<SignInAnswer>> verify,
        CancellationToken cancellationToken
    ) =>
        _running
            .GetOrAdd(mac, _ => new Lazy<Task<SignInAnswer>>(() => RememberAsync(mac, verify)))
            .Value.WaitAsync(cancellationToken);

    private async Task<SignInAnswer> RememberAsync(Mac mac, Func<Task<SignInAnswer>> verify)
    {
        // Whoever comes second waits for the task and not for the thread that makes it.
        await Task.Yield();
        try
        {
            var answer = await verify();
            // One that takes a code besides signs nobody in, and is looked at anew each time.
            if (answer is { Outcome: SignInOutcome.SignedIn, Actor: { } actor })
                Remember(mac, actor);
            return answer;
        }
        finally
        {
            _running.TryRemove(mac, out _);
        }
    }

    private async Task<SignInAnswer> VerifyAsync(
        byte[] nameBytes,
        byte[] passwordBytes,
        string address,
        CancellationToken cancellationToken
    )
    {
        var nameKey = SignInName.Key(Readings(nameBytes)[0]);
        if (passwordBytes.Length > PasswordHash.MaxBytes)
            return SignInAnswer.Wrong;
        var passwords = Readings(passwordBytes);
        return AppPassword.TryParse(passwords[0], out var appPassword)
            ? await VerifyDeviceAsync(nameKey, appPassword, cancellationToken)
            : await VerifyPersonAsync(nameKey, passwords, address, cancellationToken);
    }

    private async Task<SignInAnswer> VerifyDeviceAsync(
        string nameKey,
        AppPassword password,
        CancellationToken cancellationToken
    )
    {
        var found = await _accounts.FindDeviceAsync(nameKey, password.Selector, cancellationToken);
        var expected = found?.SecretHash ?? new byte[SHA256.HashSizeInBytes];
        var isRight = CryptographicOperations.FixedTimeEquals(password.SecretHash, expected.Span);
        if (!isRight || found is null)
            return await WasDeviceOfClosedAsync(nameKey, password, cancellationToken)
                ? SignInAnswer.Closed
                : SignInAnswer.Wrong;
        if (found.IsRevoked)
            return SignInAnswer.Wrong;
        if (found.Account.IsDisabled)
            return SignInAnswer.Disabled;
        return SignInAnswer.SignedIn(
            new Actor(found.Account.Id, found.Account.Name, found.Account.Vault, found.Device, null)
        );
    }

    private async Task<SignInAnswer> VerifyPersonAsync(
        string nameKey,
        IReadOnlyList<string> passwords,
        string address,
        CancellationToken cancellationToken
    )
    {
        var limit = LimitOf(nameKey, address);
        if (await RefusesAsync(limit, cancellationToken) is { } tooMany)
            return TooMany(tooMany);

        // Nobody's name costs the same look-up and the same hash as somebody's.
        var account = await _accounts.FindAccountAsync(nameKey, cancellationToken);
        var closed = await _accounts.FindClosedAsync(
            _closed.OfName(nameKey),
            _time.GetUtcNow(),
            cancellationToken
        );
        var refused = await CheckSlowlyAsync(
            limit,
            account?.Id,
            () =>
                account is null && closed?.Password is { } keyed
                    ? Matches(keyed, passwords, isKeyed: true)
                    : Matches(account?.PasswordHash ?? _nobodysHash, passwords),
            cancellationToken
        );
        if (refused is { } answer)
            return answer;
        if (account is null)
            return SignInAnswer.Closed;
        if (account.IsDisabled)
            return SignInAnswer.Disabled;
        var actor = new Actor(
            account.Id,
            account.Name,
            account.Vault,
            null,
            account.CredentialVersion
        );
        if (account.HasSecondFactor)
            return SignInAnswer.SecondFactor(actor);
        _ = NoteAsync(account.Id, "password", _time.GetUtcNow());
        return SignInAnswer.SignedIn(actor);
    }

    private async Task<SignInAnswer> VerifyLinkAsync(
        Share share,
        string hash,
        byte[] password,
        string address,
        CancellationToken cancellationToken
    )
    {
        var limit = LimitOf(Invariant($"\n{share.Id.Value}"), address);
        if (await RefusesAsync(limit, cancellationToken) is { } tooMany)
            return TooMany(tooMany);
        return await CheckSlowlyAsync(
                limit,
                account: null,
                () => Matches(hash, Readings(password)),
                cancellationToken
            ) ?? SignInAnswer.SignedIn(Actor.Behind(share));
    }

    // In the queue of all slow hashes; null when the password is right.
    private async Task<SignInAnswer?> CheckSlowlyAsync(
        TryLimit limit,
        AccountId? account,
        Func<bool> matches,
        CancellationToken cancellationToken
    )
    {
        if (!await _slowHashes.WaitAsync(s_longestWait, cancellationToken))
            return SignInAnswer.Busy;
        CountedTry? counted;
        bool isRight;
        try
        {
            // Counted here: others from the same address may have failed while this one waited.
            var begun = await CountAsync(limit, cancellationToken);
            if (begun.Refusal is { } tooMany)
                return TooMany(tooMany);
            counted = begun.Value;
            isRight = matches();
        }
        finally
        {
            _slowHashes.Release();
        }
        if (isRight)
        {
            if (counted is not null)
                await counted.RightAsync();
            return null;
        }
        if (counted is not null && account is { } tried)
            await counted.WrongAsync(tried, _time.GetUtcNow(), cancellationToken);
        await Task.Delay(
            _limits.DelayAfter(counted?.Failures ?? _limits.FailuresPerWindow),
            cancellationToken
        );
        return SignInAnswer.Wrong;
    }

    // Null when it could not be counted.
    private async ValueTask<VaultResult<CountedTry?>> CountAsync(
        TryLimit limit,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var begun = await CountedTry.BeginAsync(
                _accounts,
                [limit],
                _limits.Window,
                _time.GetUtcNow(),
                cancellationToken
            );
            return begun.Refusal is { } tooMany ? tooMany : begun.Value;
        }
        catch (StorageFullException)
        {
            // With a full disk people must be able to sign in, to delete something.
            return (CountedTry?)null;
        }
    }

    private TryLimit LimitOf(string what, string address) =>
        new(CountedTry.KeyOf(what, address), _limits.FailuresPerWindow);

    private ValueTask<Refusal?> RefusesAsync(TryLimit limit, CancellationToken cancellationToken) =>
        CountedTry.RefusesAsync(_accounts, [limit], _time.GetUtcNow(), cancellationToken);

    private async ValueTask<bool> WasDeviceOfClosedAsync(
        string nameKey,
        AppPassword password,
        CancellationToken cancellationToken
    ) =>
        await _accounts.FindClosedAsync(
            _closed.OfDevice(nameKey, password.Selector, password.SecretHash),
            _time.GetUtcNow(),
            cancellationToken
        )
            is not null;

    private bool Matches(string hash, IReadOnlyList<string> passwords, bool isKeyed = false)
    {
        foreach (var password in passwords)
        {
            Interlocked.Increment(ref _slowHashCount);
            var normal = Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC));
            if (isKeyed ? _closed.Matches(hash, normal) : PasswordHash.Verify(hash, normal))
                return true;
        }
        return false;
    }

    private SignInAnswer TooMany(Refusal refusal) =>
        SignInAnswer.TooMany(
            TimeSpan.FromSeconds(
                Math.Max(1, Math.Ceiling((refusal.Until!.Value - _time.GetUtcNow()).TotalSeconds))
            )
        );

    /// <summary>What the bytes may stand for, likeliest first: UTF-8, then the code page of old Windows clients.</summary>
    private static IReadOnlyList<string> Readings(byte[] bytes)
    {
        if (Ascii.IsValid(bytes))
            return [Encoding.ASCII.GetString(bytes)];
        var windows = s_windows1252.GetString(bytes);
        try
        {
            return [s_strictUtf8.GetString(bytes), windows];
        }
        catch (DecoderFallbackException)
        {
            return [windows];
        }
    }

    private Mac MacOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> password)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BitConverter.TryWriteBytes(length, name.Length);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _macKey);
        hmac.AppendData(length);
        hmac.AppendData(name);
        hmac.AppendData(password);
        Span<byte> mac = stackalloc byte[SHA256.HashSizeInBytes];
        hmac.GetHashAndReset(mac);
        return new Mac(
            BitConverter.ToUInt64(mac),
            BitConverter.ToUInt64(mac[8..]),
            BitConverter.ToUInt64(mac[16..]),
            BitConverter.ToUInt64(mac[24..])
        );
    }

    private void Remember(Mac mac, Actor actor)
    {
        var now = _time.GetUtcNow();
        if (_remembered.Count >= MaxRemembered)
        {
            foreach (var (old, remembered) in _remembered)
            {
                if (remembered.Expires <= now)
                    _remembered.TryRemove(old, out _);
            }
            if (_remembered.Count >= MaxRemembered)
                _remembered.Clear();
        }
        var fresh = new Remembered(actor, now + _limits.RememberFor);
        _remembered[mac] = fresh;
        TouchWhenDue(fresh, now);
    }

    private void TouchWhenDue(Remembered remembered, DateTimeOffset now)
    {
        if (remembered.Actor.Device is { } device && remembered.IsTouchDue(now, s_touchEvery))
            _ = TouchAsync(device, now);
    }

    private async Task TouchAsync(DeviceId device, DateTimeOffset now)
    {
        try
        {
            await _accounts.TouchDeviceAsync(device, now, CancellationToken.None);
        }
        catch (Exception)
        {
            // A courtesy to the person who looks at the list of devices; no request waits for it or fails because of it.
        }
    }

    private async Task NoteAsync(AccountId account, string way, DateTimeOffset now)
    {
        try
        {
            await _accounts.NoteSignInAsync(
                account,
                way,
                now,
                s_quietAfterSignIn,
                CancellationToken.None
            );
        }
        catch (Exception)
        {
            // With a full disk people must be able to sign in, to delete something.
        }
    }

    private readonly record struct Mac(ulong A, ulong B, ulong C, ulong D);

    private sealed class Remembered(Actor actor, DateTimeOffset expires)
    {
        private long _touchedTicks;

        public Actor Actor { get; } = actor;

        public DateTimeOffset Expires { get; } = expires;

        public bool IsTouchDue(DateTimeOffset now, TimeSpan every)
        {
            var touched = Interlocked.Read(ref _touchedTicks);
            return now.Ticks - touched >= every.Ticks
                && Interlocked.CompareExchange(ref _touchedTicks, now.Ticks, touched) == touched;
        }
    }
}

/// <summary>How sign-in treats wrong passwords and remembers right ones.</summary>
public sealed record SignInLimits
{
    /// <summary>How long a verified credential is remembered.</summary>
    public TimeSpan RememberFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many wrong passwords of one account from one address are answered at once, before the delays begin.</summary>
    public int FailuresBeforeDelay { get; init; } = 3;

    /// <summary>The first delay; each further failure adds as much.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest delay.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After this many in one window, passwords of that account from that address are refused unseen until the window ends.</summary>
    public int FailuresPerWindow { get; init; } = 10;

    /// <summary>The length of a window, from its first failure.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The iterations of new password hashes, and of the one that nobody's name is compared with.</summary>
    public int PasswordIterations { get; init; } = PasswordHash.DefaultIterations;

    /// <summary>How long the answer to a wrong one waits, after so many failures in a window.</summary>
    public TimeSpan DelayAfter(int failures)
    {
        var beyond = failures - FailuresBeforeDelay;
        if (beyond <= 0)
            return TimeSpan.Zero;
        var delay = FirstDelay * beyond;
        return delay < LongestDelay ? delay : LongestDelay;
    }
}

/// <summary>How a sign-in ended.</summary>
public enum SignInOutcome
{
    /// <summary>The credential is right.</summary>
    SignedIn,

    /// <summary>The name or the password is wrong; which of them is not told.</summary>
    Wrong,

    /// <summary>Too many wrong passwords from this address: this one was not looked at.</summary>
    TooMany,

    /// <summary>The credential is right, and the account may not sign in.</summary>
    Disabled,

    /// <summary>The credential was right once, and the account is destroyed.</summary>
    Closed,

    /// <summary>Too many passwords wait to be verified.</summary>
    Busy,

    /// <summary>The password is right, and takes a code as well, which is given on the pages alone (<see cref="SecondFactorDesk"/>).</summary>
    SecondFactor,
}

/// <summary>The desk's answer.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Actor">Who it is; null unless signed in, or a code is to be given as well.</param>
/// <param name="RetryAfter">When to try again; null unless there were too many.</param>
public readonly record struct SignInAnswer(
    SignInOutcome Outcome,
    Actor? Actor,
    TimeSpan? RetryAfter
)
{
    internal static SignInAnswer Wrong => new(SignInOutcome.Wrong, null, null);

    internal static SignInAnswer Disabled => new(SignInOutcome.Disabled, null, null);

    internal static SignInAnswer Closed => new(SignInOutcome.Closed, null, null);

    internal static SignInAnswer Busy => new(SignInOutcome.Busy, null, TimeSpan.FromSeconds(5));

    internal static SignInAnswer SignedIn(Actor actor) => new(SignInOutcome.SignedIn, actor, null);

    internal static SignInAnswer SecondFactor(Actor actor) =>
        new(SignInOutcome.SecondFactor, actor, null);

    internal static SignInAnswer TooMany(TimeSpan retryAfter) =>
        new(SignInOutcome.TooMany, null, retryAfter);
}
