using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>
/// A try of what could be guessed. It is counted before it is looked at, so that as many are looked at of those that come at once as of those that come one after another; where the counts are, so that all
/// nodes count together.
/// </summary>
/// <remarks>It stays counted unless it is said to be right, or no guess.</remarks>
internal sealed class CountedTry
{
    private readonly IAccountStore _accounts;
    private readonly IReadOnlyList<TryLimit> _limits;
    private readonly IReadOnlyList<SignInTries> _tries;

    private CountedTry(
        IAccountStore accounts,
        IReadOnlyList<TryLimit> limits,
        IReadOnlyList<SignInTries> tries
    )
    {
        _accounts = accounts;
        _limits = limits;
        _tries = tries;
    }

    /// <summary>How many there are in the window, this one included, under the key that has most.</summary>
    public int Failures => _tries.Max(tries => tries.Failures);

    /// <summary>What something is counted under: a hash, so that no address is kept.</summary>
    /// <param name="what">What is tried.</param>
    /// <param name="whose">Whose it is, or where it comes from.</param>
    public static byte[] KeyOf(string what, string whose) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{what}\n{whose}"));

    /// <summary>Counts a try. Refuses what comes after as many as are looked at, without counting it.</summary>
    public static async ValueTask<VaultResult<CountedTry>> BeginAsync(
        IAccountStore accounts,
        IReadOnlyList<TryLimit> limits,
        TimeSpan window,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        // Asked first, so that a flood of them writes nothing.
        if (await RefusesAsync(accounts, limits, now, cancellationToken) is { } refusal)
            return refusal;
        var tries = await accounts.CountTryAsync(limits, now, window, cancellationToken);
        foreach (var (limit, counted) in limits.Zip(tries))
        {
            if (counted.Failures > limit.Most)
                return TooMany(counted);
        }
        return new CountedTry(accounts, limits, tries);
    }

    /// <summary>Counts what stays counted, whatever comes of it. Refuses what comes after as many as may be.</summary>
    public static async ValueTask<Refusal?> CountAsync(
        IAccountStore accounts,
        TryLimit limit,
        TimeSpan window,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => (await BeginAsync(accounts, [limit], window, now, cancellationToken)).Refusal;

    /// <summary>Refuses what would come after as many as are looked at.</summary>
    public static async ValueTask<Refusal?> RefusesAsync(
        IAccountStore accounts,
        IReadOnlyList<TryLimit> limits,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        foreach (var limit in limits)
        {
            var tries = await accounts.FindTriesAsync(limit.Key, now, cancellationToken);
            if (tries.Failures >= limit.Most)
                return TooMany(tries);
        }
        return null;
    }

    /// <summary>It was wrong. The last one that is looked at is told in the log of the account.</summary>
    public async ValueTask WrongAsync(
        AccountId account,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (_limits.Zip(_tries).Any(one => one.Second.Failures == one.First.Most))
            await _accounts.NoteWrongPasswordsAsync(account, now, cancellationToken);
    }

    /// <summary>It was right: forgets what was wrong before it under the first key, and counts no more under the others.</summary>
    public async ValueTask RightAsync()
    {
        await _accounts.ForgetTriesAsync(_limits[0].Key, CancellationToken.None);
        await TakeBackAsync(_limits.Zip(_tries).Skip(1));
    }

    /// <summary>It was no guess, and counts no more.</summary>
    public ValueTask TakeBackAsync() => TakeBackAsync(_limits.Zip(_tries));

    private async ValueTask TakeBackAsync(IEnumerable<(TryLimit Limit, SignInTries Tries)> counted)
    {
        foreach (var (limit, tries) in counted)
            await _accounts.TakeBackTryAsync(limit.Key, tries.WindowEnds, CancellationToken.None);
    }

    private static Refusal TooMany(SignInTries tries) =>
        new(RefusalRule.TooManyTries) { Until = tries.WindowEnds };
}
