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

    /// <summary>What is known about an account's contract; null when it is not remembered, or not by these versions.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="version">The account's version, from the transaction that asks.</param>
    /// <param name="platformVersion">The platform's, which moves with options and the measures on them.</param>
    public ContractFacts? FindContract(AccountId account, long version, long platformVersion) =>
        _accounts.TryGetValue(account, out var remembered)
        && remembered.Version == version
        && remembered.PlatformVersion == platformVersion
            ? remembered.Facts
            : null;

    /// <summary>Remembers facts that were read together with their versions, in a transaction that changes none.</summary>
    public void Remember(AccountId account, long version, long platformVersion, ContractFacts facts)
    {
        // Crude, and enough: whoever is still there is remembered again with the next request.
        if (_accounts.Count >= MaxAccounts)
            _accounts.Clear();
        _accounts[account] = new Remembered(version, platformVersion, facts);
    }

    /// <summary>What holds for everyone; null when it is not remembered, or not by this version.</summary>
    public PlatformFacts? FindPlatform(long version) =>
        _platform is { } remembered && remembered.Version == version ? remembered.Facts : null;

    /// <summary>Remembers what holds for everyone, read as for an account.</summary>
    public void Remember(long version, PlatformFacts facts) =>
        _platform = new RememberedPlatform(version, facts);

    private sealed record Remembered(long Version, long PlatformVersion, ContractFacts Facts);

    private sealed record RememberedPlatform(long Version, PlatformFacts Facts);
}
