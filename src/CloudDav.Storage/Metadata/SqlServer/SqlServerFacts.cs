using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Reads the facts that decide what an account may do, each kind in one round trip, with the versions under which they are remembered.</summary>
internal static class SqlServerFacts
{
    /// <summary>What is known about an account's contract, with the account's version and the platform's.</summary>
    public static async Task<(
        ContractFacts Facts,
        long Version,
        long PlatformVersion
    )> LoadAccountAsync(SqlServerSession session, AccountId account)
    {
        await using var sets = await session.ReadSetsAsync(
            (
                session.HasBegun ? FactsStatements.LoadAccountWithin : FactsStatements.LoadAccount
            ).With(account.Value)
        );
        var person = await sets.ReadFirstAsync<VersionedPersonRow>();
        var facts = new ContractFactRows
        {
            IsBeingDestroyed = person.IsBeingDestroyed != 0,
            Person = person,
            Member = await sets.ReadFirstOrDefaultAsync<MemberRow>(),
            Customer = await sets.ReadFirstOrDefaultAsync<CustomerRow>(),
            Option = await sets.ReadFirstOrDefaultAsync<OptionRow>(),
            Measures = [.. await sets.ReadAsync<MeasureRow>()],
            OptionMeasures = [.. await sets.ReadAsync<MeasureRow>()],
            OwnerMeasures = [.. await sets.ReadAsync<MeasureRow>()],
            AcceptedTerms = await sets.ReadFirstOrDefaultAsync<string?>(),
        }.ToFacts();
        return (facts, person.FactsVersion, person.PlatformVersion);
    }

    /// <summary>What holds for everyone, with its version.</summary>
    public static async Task<(PlatformFacts Facts, long Version)> LoadPlatformAsync(
        SqlServerSession session
    )
    {
        await using var sets = await session.ReadSetsAsync(
            (
                session.HasBegun ? FactsStatements.LoadPlatformWithin : FactsStatements.LoadPlatform
            ).With()
        );
        var platform = await sets.ReadFirstAsync<VersionedPlatformRow>();
        var general = await sets.ReadAsync<MeasureRow>();
        var terms = await sets.ReadAsync<TermsRow>();
        return (
            platform.ToFacts(general, [.. terms.Select(row => row.ToTerms())]),
            platform.Version
        );
    }

    private sealed class VersionedPersonRow : PersonRow
    {
        public long FactsVersion { get; init; }
        public long PlatformVersion { get; init; }
        public int IsBeingDestroyed { get; init; }
    }

    private sealed class VersionedPlatformRow : PlatformRow
    {
        public long Version { get; init; }
    }
}
