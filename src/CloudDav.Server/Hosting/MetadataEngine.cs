using System.Diagnostics.Metrics;
using CloudDav.Server.Options;
using CloudDav.Storage;
using CloudDav.Vault;

namespace CloudDav.Server.Hosting;

/// <summary>The engine that the settings choose for the metadata.</summary>
internal abstract class MetadataEngine
{
    /// <summary>The one of these settings.</summary>
    public static MetadataEngine Of(StorageOptions options) =>
        options.SqlServer.IsUsed
            ? new SqlServerEngine(options.SqlServer)
            : new SqliteEngine(options.MetadataFolder);

    /// <summary>Creates the metadata or brings its schema up to date.</summary>
    /// <returns>The migrations that ran.</returns>
    /// <exception cref="StartProblem">It cannot be had.</exception>
    public abstract IReadOnlyList<string> Migrate();

    /// <summary>Refuses to go on when there is no metadata: looking at it must not make it.</summary>
    /// <exception cref="StartProblem">There is none.</exception>
    public abstract void RequireData();

    /// <summary>As <see cref="RequireData"/>, of metadata that was restored, whose schema may be an older one.</summary>
    /// <exception cref="StartProblem">There is none.</exception>
    public virtual void RequireRestored() => RequireData();

    /// <summary>Opens it; what is missing of it is made where that is allowed.</summary>
    /// <param name="time">The process's clock.</param>
    /// <param name="meter">Measures it; null for nobody.</param>
    /// <param name="clock">Stands in for the clock of a database server; null for its own.</param>
    /// <exception cref="StartProblem">It cannot be had.</exception>
    public abstract MetadataPorts Open(TimeProvider time, Meter? meter, DatabaseClock? clock);
}

/// <summary>A clock in the place of a database server's, for tests that turn it.</summary>
/// <param name="Time">The clock.</param>
internal sealed record DatabaseClock(TimeProvider Time);

/// <summary>A file in a folder.</summary>
/// <param name="folder">The folder, as the settings name it.</param>
internal sealed class SqliteEngine(string folder) : MetadataEngine
{
    /// <summary>The database file.</summary>
    public string File { get; } = Path.Combine(Path.GetFullPath(folder), "clouddav.db");

    public override IReadOnlyList<string> Migrate()
    {
        DataFolder.Require("Storage:MetadataFolder", folder);
        return SqliteDatabase.Migrate(File);
    }

    public override void RequireData()
    {
        if (!System.IO.File.Exists(File))
            throw new StartProblem(
                $"There is no metadata in {Path.GetFullPath(folder)} (Storage:MetadataFolder)."
            );
    }

    public override MetadataPorts Open(TimeProvider time, Meter? meter, DatabaseClock? clock)
    {
        Migrate();
        return new MetadataPorts(new SqliteDatabase(File, meter), time);
    }
}

/// <summary>A database of SQL Server or Azure SQL. The rights to change its schema may be somebody's who runs <c>migrate</c>, and not the server's.</summary>
internal sealed class SqlServerEngine : MetadataEngine
{
    private readonly bool _migratesAtStart;
    private readonly SqlServerConnection _where;

    public SqlServerEngine(SqlServerOptions options)
    {
        _migratesAtStart = options.MigratesAtStart;
        _where = options.ToConnection();
    }

    public override IReadOnlyList<string> Migrate() =>
        Ask("brought up to date", () => SqlServerDatabase.Migrate(_where));

    public override void RequireData()
    {
        var missing = Ask("used", () => SqlServerDatabase.FindMissing(_where));
        if (missing.Count > 0)
            throw new StartProblem(
                $"The metadata database {_where} (Storage:SqlServer) is not up to date, it lacks {missing.Count} migrations of this version: run migrate first, or let every start do it (Storage:SqlServer:MigratesAtStart)."
            );
    }

    public override void RequireRestored()
    {
        var missing = Ask("used", () => SqlServerDatabase.FindMissing(_where));
        if (missing.Count == SqlServerDatabase.MigrationCount)
            throw new StartProblem($"There is no metadata in {_where} (Storage:SqlServer).");
    }

    public override MetadataPorts Open(TimeProvider time, Meter? meter, DatabaseClock? clock)
    {
        if (_migratesAtStart)
            Migrate();
        else
            RequireData();
        return new MetadataPorts(new SqlServerDatabase(_where, time), clock?.Time);
    }

    private T Ask<T>(string what, Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception failure)
            when (failure
                    is StorageUnavailableException
                        or InvalidOperationException
                        or TimeoutException
            )
        {
            throw new StartProblem(
                $"The metadata database {_where} (Storage:SqlServer) cannot be {what}: {failure.Message}",
                failure
            );
        }
    }
}
