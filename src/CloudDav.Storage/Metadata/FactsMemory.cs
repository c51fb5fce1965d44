using System.Collections.Concurrent;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// Remembers the facts that decide what an account may do, because every request needs them and they seldom change. What is remembered counts only with
/// the versions that the asking transaction reads beside the tree: every change of a fact moves one of them, in whatever process it was made.
/// Nothing is remembered out of a transaction that has itself changed facts: were it undone, its versions would come again with other facts.
/// </summary>
internal sealed class FactsMemory
{
    private const int MaxAccounts = 50_000;

    private readonly ConcurrentDictionary<AccountId, Remembered> _accounts = new();
    private volatile RememberedPlatform? _platform;

    /// <summary>What is known about an account's contract.</summary>
    /// <param name="session">The transaction that asks.</param>
    /// <param name="account">Whose.</param>
    /// <param name="version">The account's version, from the same transaction.</param>
    /// <param name="platformVersion">The platform's, which moves with options and the measures on them.</param>
    public ContractFacts ContractOf(
        SqliteSession session,
        AccountId account,
        long version,
        long platformVersion
    )
    {
        if (
            _accounts.TryGetValue(account, out var remembered)
            && remembered.Version == version
            && remembered.PlatformVersion == platformVersion
        )
            return remembered.Facts;
        var facts = new SqliteContracts(session).FactsOf(account);
        if (session.HasChangedFacts)
            return facts;
        // Crude, and enough: whoever is still there is remembered again with the next request.
        if (_accounts.Count >= MaxAccounts)
            _accounts.Clear();
        _accounts[account] = new Remembered(version, platformVersion, facts);
        return facts;
    }

    /// <summary>What holds for everyone.</summary>
    public PlatformFacts Platform(SqliteSession session, long version)
    {
        if (_platform is { } remembered && remembered.Version == version)
            return remembered.Facts;
        var facts = new SqliteContracts(session).Platform();
        if (!session.HasChangedFacts)
            _platform = new RememberedPlatform(version, facts);
        return facts;
    }

    private sealed record Remembered(long Version, long PlatformVersion, ContractFacts Facts);

    private sealed record RememberedPlatform(long Version, PlatformFacts Facts);
}
