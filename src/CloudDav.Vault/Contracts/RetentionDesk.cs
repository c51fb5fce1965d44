namespace CloudDav.Vault;

/// <summary>What is kept of accounts that were destroyed, and the operator's word that destruction may go on.</summary>
/// <param name="commands">Carries commands out.</param>
/// <param name="destructions">Has the clock that destruction goes by.</param>
public sealed class RetentionDesk(CommandDesk commands, IDestructionStore destructions)
{
    /// <summary>Destruction records, of those under way too, in the order of accounts, after one.</summary>
    public ValueTask<IReadOnlyList<DestructionRecord>> ListDestructionsAsync(
        AccountId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        commands.ReadAsync(
            sight => sight.Snapshot.ListDestructionsAsync(after, limit),
            cancellationToken
        );

    /// <summary>What is kept of contracts, in the order of accounts, after one.</summary>
    public ValueTask<IReadOnlyList<RetainedContract>> ListRetainedAsync(
        AccountId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        commands.ReadAsync(
            sight => sight.Snapshot.ListRetainedAsync(after, limit),
            cancellationToken
        );

    /// <summary>Lets destruction run for a day although the clock jumped or many are due.</summary>
    /// <returns>Until when.</returns>
    public async ValueTask<VaultResult<DateTimeOffset>> AllowAsync(
        Instruction instruction,
        CancellationToken cancellationToken
    )
    {
        var until = (await destructions.ReadClockAsync(cancellationToken)) + Destruction.Allowance;
        return await commands.RunAsync<DateTimeOffset>(
            instruction,
            async run =>
            {
                await run.Facts.AllowDestructionAsync(until);
                await run.RecordAsync(AuditActs.DestructionAllowed, account: null, new { until });
                return until;
            },
            cancellationToken
        );
    }
}
