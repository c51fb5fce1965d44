using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>Counts what comes from one place and that nobody knows, where wrong passwords are counted, so that all nodes count together.</summary>
internal static class UnknownTries
{
    /// <summary>What something of one place is counted under: a hash, so that no address is kept.</summary>
    public static byte[] KeyOf(string what, string whose) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{what}\n{whose}"));

    /// <summary>Counts one more. Refuses, without counting, what comes after so many in a window.</summary>
    public static async ValueTask<Refusal?> CountAsync(
        IAccountStore accounts,
        byte[] key,
        int most,
        TimeSpan window,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var tries = await accounts.FindTriesAsync(key, now, cancellationToken);
        var isCounted = tries.Failures < most;
        if (isCounted)
            tries = await accounts.CountFailureAsync(
                key,
                now,
                window,
                account: null,
                burst: int.MaxValue,
                cancellationToken
            );
        return isCounted && tries.Failures <= most
            ? null
            : new Refusal(RefusalRule.TooManyTries) { Until = tries.WindowEnds };
    }
}
