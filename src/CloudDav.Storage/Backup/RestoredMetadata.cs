using System.Security.Cryptography;
using CloudDav.Vault;
using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>
/// Makes restored metadata the beginning of another future than the one that was lost: new epochs, so that no ETag or sync token of that one is taken for a present
/// one; ids and event numbers far above those that it can have given out; no leases, no uploads under way, and nothing that was proved of another store.
/// </summary>
internal static class RestoredMetadata
{
    private const long LostIds = 1L << 32;
    private const long LostOthers = 1_000_000;

    /// <summary>Within one transaction; nobody else may be at work on it.</summary>
    /// <param name="session">The metadata.</param>
    /// <param name="entry">What the operator's chain says of it.</param>
    public static async ValueTask<bool> BeginAnewAsync(IFactsSession session, AuditEntry entry)
    {
        var epochs = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
        await session.ExecuteAsync(RestoreStatements.NewEpochs, epochs);
        await session.ExecuteAsync(RestoreStatements.SkipIds, LostIds, LostOthers);
        await session.ExecuteAsync(RestoreStatements.SkipEvents, LostOthers);
        await session.ExecuteAsync(RestoreStatements.ForgetLeases);
        // Who was signed in on the pages then may have been signed out since.
        await session.ExecuteAsync(RestoreStatements.ForgetSessions);
        await session.ExecuteAsync(RestoreStatements.ForgetScrubs);
        await session.ExecuteAsync(RestoreStatements.ForgetHolds);
        await session.ExecuteAsync(RestoreStatements.EndUploads, entry.At.ToUnixTimeMilliseconds());
        await session.ExecuteAsync(
            RestoreStatements.CondemnUploads,
            entry.At.ToUnixTimeMilliseconds()
        );
        await session.RecordAsync(entry);
        return true;
    }
}

/// <summary>Statements over restored metadata. They go through whole tables that no server is at work on.</summary>
internal static class RestoreStatements
{
    /// <summary>Both engines have "or" and "and", and not both "exclusive or", which this is: other epochs for all, and two that differ still do.</summary>
    public static readonly SharedStatement NewEpochs = new(
        "UPDATE dbo.vaults SET epoch = (epoch | @epochs) - (epoch & @epochs);",
        BigInt("@epochs")
    );

    public static readonly SharedStatement SkipIds = new(
        "UPDATE dbo.sequences SET next = sequences.next + CASE name WHEN 'ids' THEN @ids ELSE @others END;",
        BigInt("@ids"),
        BigInt("@others")
    );

    public static readonly SharedStatement SkipEvents = new(
        "UPDATE dbo.event_queues SET last_number = last_number + @events;",
        BigInt("@events")
    );

    public static readonly SharedStatement ForgetLeases = new("DELETE FROM dbo.job_leases;");

    public static readonly SharedStatement ForgetSessions = new(
        """
        DELETE FROM dbo.sessions;
        DELETE FROM dbo.login_flows;
        DELETE FROM dbo.tv_pairings;
        DELETE FROM dbo.media_addresses;
        """
    );

    public static readonly SharedStatement ForgetScrubs = new(
        """
        UPDATE dbo.care_state SET pass_started = NULL, pass_vault = 0, pass_after = 0, pass_contents = 0, pass_bytes = 0, pass_unread = 0,
          last_started = NULL, last_scrub = NULL WHERE state_id = 1;
        """
    );

    public static readonly SharedStatement ForgetHolds = new("DELETE FROM dbo.holds;");

    public static readonly SharedStatement EndUploads = new(
        "UPDATE dbo.uploads SET held = 0, expires = @now WHERE expires > @now;",
        BigInt("@now")
    );

    public static readonly SharedStatement CondemnUploads = new(
        "UPDATE dbo.blobs SET state = 2, due = @now WHERE state = 0 AND state <> 1;",
        BigInt("@now")
    );
}
