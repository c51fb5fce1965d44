using System.Text.Json;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;

namespace CloudDav.Server.Verbs;

/// <summary>What a restore of the metadata by the database's own means still needs: for good, or of a copy beside a server that works, to see whether it could be.</summary>
internal static class AfterRestoreVerb
{
    // What the server wrote just before is in the listing that was taken, whatever the store's clock says.
    private static readonly TimeSpan s_clocks = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan s_rounding = TimeSpan.FromMinutes(1);

    /// <param name="settings">Where the restored metadata, the contents and the keys are.</param>
    /// <param name="taken">The moment that the metadata was restored to.</param>
    /// <param name="isQuick">Whether contents are looked at, and not read.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task<int> RunAsync(
        IConfiguration settings,
        DateTimeOffset taken,
        bool isQuick,
        CancellationToken stop
    )
    {
        var folders = Settings.Folders(settings).ToRestored(copy: null, connectionFile: null);
        VaultParts.RequireRestored(folders);
        // Before anything is written: new keys must not come into being in the place of lost ones.
        _ = await VaultParts.OpenKeysAsync(folders, mayBegin: false, TimeProvider.System, stop);
        using var parts = VaultParts.Open(folders);
        var isWhole = await FinishAsync(
            settings,
            folders,
            parts,
            taken,
            isQuick,
            DateTimeOffset.MaxValue,
            stop
        );
        RestoreVerb.TellLost(taken);
        return isWhole ? 0 : 1;
    }

    /// <summary>Does the same to a copy of the metadata, changes nothing of contents and keys, and records in the metadata of the settings that this was done.</summary>
    /// <param name="settings">Those of the server that works.</param>
    /// <param name="copy">The copy: a database, or a folder where the metadata is in one.</param>
    /// <param name="connection">The connection string of another server that has the database; null for the same server.</param>
    /// <param name="taken">The moment that it was restored to.</param>
    /// <param name="isQuick">Whether contents are looked at, and not read. It is recorded only when they were read.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task<int> TestAsync(
        IConfiguration settings,
        string copy,
        FileInfo? connection,
        DateTimeOffset taken,
        bool isQuick,
        CancellationToken stop
    )
    {
        var live = Settings.Folders(settings);
        RequireApart(live, copy, connection);
        VaultParts.RequireData(live);
        var folders = live.ToRestored(copy, connection?.FullName);
        VaultParts.RequireRestored(folders);
        var begun = TimeProvider.System.GetUtcNow();
        using (var parts = VaultParts.OpenMetadata(folders))
        {
            if (
                !await FinishAsync(settings, folders, parts, taken, isQuick, begun - s_clocks, stop)
            )
            {
                Console.WriteLine("The restored copy did not pass; nothing is recorded.");
                return 1;
            }
        }
        if (isQuick)
        {
            Console.WriteLine(
                $"The metadata of {VerbText.Time(taken)} can be restored. No content was read, so that this is not recorded."
            );
            return 0;
        }
        using var recorder = VaultParts.OpenMetadata(live);
        await recorder.Care.RecordRestoreTestAsync(Entry(taken, AuditActs.RestoreTested), stop);
        Console.WriteLine(
            $"What was there on {VerbText.Time(taken)} can be restored. This is recorded."
        );
        return 0;
    }

    private static async Task<bool> FinishAsync(
        IConfiguration settings,
        StorageOptions folders,
        VaultParts parts,
        DateTimeOffset taken,
        bool isQuick,
        DateTimeOffset straysBefore,
        CancellationToken stop
    )
    {
        await RequireRestoredAsync(parts, taken, stop);
        await parts.VerifyKeysAsync(stop);
        await parts.BeginAnewAsync(Entry(taken, AuditActs.BackupRestored), stop);
        await parts.OpenSweeper(folders.ToSweeper()).CondemnUnknownAsync(stop);
        await RestoreVerb.RepeatAsync(settings, parts, stop);
        var isWhole = await CheckVerb.RunAsync(parts, isDeep: false, straysBefore, stop) == 0;
        if (!isQuick)
            isWhole &= await ScrubVerb.RunAsync(parts, stop) == 0;
        var kept = TimeSpan.FromDays(folders.KeepRemovedDays);
        if (!isWhole && TimeProvider.System.GetUtcNow() - taken > kept)
            Console.WriteLine(
                $"Contents may be missing because they were removed since {VerbText.Time(taken)}: they are kept for {VerbText.Count(folders.KeepRemovedDays, "day")} (Storage:KeepRemovedDays)."
            );
        return isWhole;
    }

    // Nothing tells a restored database from another one but what is in it, and that it knows of nothing later.
    private static async ValueTask RequireRestoredAsync(
        VaultParts parts,
        DateTimeOffset taken,
        CancellationToken stop
    )
    {
        if (taken > TimeProvider.System.GetUtcNow())
            throw new StartProblem($"{VerbText.Time(taken)} (--taken) is yet to come.");
        if ((await parts.Metadata.ListVaultsAsync(stop)).Count == 0)
            throw new StartProblem(
                "There is no vault in this metadata: it is not what a server had."
            );
        if (
            await parts.Destructions.LoadStateAsync(stop) is { Clock: { } clock }
            && clock > taken + s_rounding
        )
            throw new StartProblem(
                $"A server was at work on this metadata on {VerbText.Time(clock)}, which is after {VerbText.Time(taken)} (--taken): it was not restored to that moment."
            );
    }

    private static void RequireApart(StorageOptions live, string copy, FileInfo? connection)
    {
        if (!live.SqlServer.IsUsed)
        {
            if (connection is not null)
                throw new StartProblem(
                    "--connection is for metadata in SQL Server, and these are in a folder."
                );
            if (Path.GetFullPath(copy) == Path.GetFullPath(live.MetadataFolder))
                throw new StartProblem(
                    $"{copy} is the metadata of the settings (Storage:MetadataFolder), and no copy of it."
                );
        }
        // By its name alone: one server may be reached by several.
        else if (
            string.Equals(
                copy,
                live.SqlServer.ToConnection().Database,
                StringComparison.OrdinalIgnoreCase
            )
        )
            throw new StartProblem(
                $"{copy} is the database of the settings (Storage:SqlServer), and no copy of it. Restore the copy under another name."
            );
    }

    private static AuditEntry Entry(DateTimeOffset taken, string act) =>
        new()
        {
            Chain = AuditChainId.Operator,
            At = TimeProvider.System.GetUtcNow(),
            Actor = AuditActors.Console,
            Act = act,
            Body = JsonSerializer.Serialize(new { taken }),
        };
}
