using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Security.Cryptography;
using CloudDav.Vault;
using Dapper;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Data.SqlClient;

namespace CloudDav.Storage;

/// <summary>
/// The metadata on SQL Server or Azure SQL, for any number of nodes. A command is a transaction of its own that is run again as a whole after a deadlock, a
/// conflict or a lost connection; what it marks as applied tells whether it was, when nobody answered. Nothing that decides a request is remembered here.
/// </summary>
public sealed class SqlServerDatabase : IDisposable
{
    private const int IdRange = 1024;
    private const int MostAttempts = 8;

    // How long a server that does not answer is tried again: mounts give up after half a minute.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // Longer than any command may take with all its attempts.
    private static readonly TimeSpan s_memory = TimeSpan.FromHours(1);

    private readonly Func<DbConnection> _connect;
    private readonly Func<DbConnection> _connectForSnapshots;
    private readonly Func<DbConnection> _connectForIds;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _allocating = new(1, 1);
    private readonly Lock _range = new();
    private long _nextId;
    private long _idsEnd;
    private volatile bool _isReady;

    /// <summary>Opens a database that <see cref="Migrate"/> has brought up to date. Connects with the first use.</summary>
    /// <param name="where">Where it is.</param>
    /// <param name="time">The clock.</param>
    public SqlServerDatabase(SqlServerConnection where, TimeProvider time)
        : this(
            where.Pool("CloudDav"),
            // A level stays with a connection after its transaction, also in the pool, and who writes must not find itself in a snapshot.
            where.Pool("CloudDav snapshots"),
            // A pool of its own: whoever holds a connection of the other one may wait for ids.
            where.PoolForIds("CloudDav ids"),
            time
        ) { }

    internal SqlServerDatabase(
        Func<DbConnection> connect,
        Func<DbConnection> connectForSnapshots,
        Func<DbConnection> connectForIds,
        TimeProvider time
    )
    {
        _connect = connect;
        _connectForSnapshots = connectForSnapshots;
        _connectForIds = connectForIds;
        _time = time;
    }

    internal FactsMemory Facts { get; } = new();

    /// <summary>Brings the schema of an existing database up to date, and its reading of versions on. Safe to call from several processes at once.</summary>
    /// <param name="where">Where it is; who signs in there needs the rights to change the schema.</param>
    /// <returns>The names of the migrations that ran; empty when there was nothing to do.</returns>
    /// <exception cref="StorageUnavailableException">The server cannot be reached, or refuses the user.</exception>
    /// <exception cref="InvalidOperationException">A migration failed, for want of a right perhaps.</exception>
    public static IReadOnlyList<string> Migrate(SqlServerConnection where) =>
        // Whoever turns the reading of versions on cuts the connections of those who wait for their turn.
        Ask(() => MigrateAsync(where));

    /// <summary>The names of the migrations that the database has not had; all of them when there is nothing in it.</summary>
    /// <param name="where">Where it is.</param>
    /// <exception cref="StorageUnavailableException">The server cannot be reached, or refuses the user.</exception>
    public static IReadOnlyList<string> FindMissing(SqlServerConnection where) =>
        Ask(async () =>
        {
            // What cannot be reached is told by its own words here, and by others there.
            await using (var connection = where.Pool("CloudDav migration")())
                await ConnectAsync(connection, CancellationToken.None);
            return [.. Upgrades(where).GetScriptsToExecute().Select(script => script.Name)];
        });

    private static async Task<IReadOnlyList<string>> MigrateAsync(SqlServerConnection where)
    {
        // From no pool, in which it would go on holding the turn.
        await using var turn = where.Unpooled("CloudDav migration");
        await ConnectAsync(turn, CancellationToken.None);
        await LockAsync(turn);
        foreach (var setting in MigrationStatements.Settings)
            await turn.ExecuteAsync(setting.Text);
        var result = Upgrades(where).PerformUpgrade();
        if (!result.Successful)
            throw new InvalidOperationException(
                $"Migration {result.ErrorScript?.Name} failed: {result.Error.Message}",
                result.Error
            );
        await BeginAuditAsync(turn);
        return [.. result.Scripts.Select(script => script.Name)];
    }

    private static UpgradeEngine Upgrades(SqlServerConnection where) =>
        DeployChanges
            .To.SqlDatabase(where.Text)
            .WithScriptsEmbeddedInAssembly(typeof(SqlServerDatabase).Assembly, IsMigration)
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build();

    private static IReadOnlyList<string> Ask(Func<Task<IReadOnlyList<string>>> ask)
    {
        try
        {
            return RetryAsync(_ => ask(), CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (SqlException exception)
        {
            throw new InvalidOperationException(SqlServerErrors.Sentence(exception), exception);
        }
    }

    // After the scripts, because no script can compute a hash. A crash in between is made good by the next start.
    internal static async Task BeginAuditAsync(DbConnection connection)
    {
        if (await connection.ExecuteScalarAsync<int>(MigrationStatements.HasBegun.Text) > 0)
            return;
        var session = new SqlServerSession(connection, CancellationToken.None);
        await session.BeginAsync(IsolationLevel.ReadCommitted);
        await SqlServerJournal.AppendAsync(
            session,
            new AuditEntry
            {
                Chain = AuditChainId.Operator,
                At = TimeProvider.System.GetUtcNow(),
                Actor = AuditActors.System,
                Act = AuditActs.AuditBegan,
            }
        );
        await session.CommitAsync();
    }

    internal static bool IsMigration(string resource) =>
        resource.Contains(".Migrations.SqlServer.", StringComparison.Ordinal)
        && resource.EndsWith(".sql", StringComparison.Ordinal);

    /// <summary>How many migrations there are.</summary>
    public static int MigrationCount =>
        typeof(SqlServerDatabase).Assembly.GetManifestResourceNames().Count(IsMigration);

    /// <inheritdoc/>
    public void Dispose() => _allocating.Dispose();

    /// <summary>An open connection.</summary>
    internal ValueTask<SqlServerSession> OpenAsync(CancellationToken cancellationToken) =>
        OpenAsync(_connect(), level: null, cancellationToken);

    /// <summary>Reads from one state of the database, in a transaction that writes nothing. Only its beginning is tried again: what is read may be on its way already.</summary>
    internal async Task<T> ReadAsync<T>(
        Func<SqlServerSession, Task<T>> body,
        CancellationToken cancellationToken
    )
    {
        await using var session = await RetryAsync(
            async _ =>
                await OpenAsync(_connectForSnapshots(), IsolationLevel.Snapshot, cancellationToken),
            cancellationToken
        );
        try
        {
            var result = await body(session);
            await session.CommitAsync();
            return result;
        }
        catch (Exception exception)
            when (!cancellationToken.IsCancellationRequested
                && SqlServerErrors.Meaning(exception) is not null
            )
        {
            throw SqlServerErrors.Meaning(exception)!;
        }
    }

    /// <summary>Runs single statements that may be run twice, each its own transaction.</summary>
    internal Task<T> RunAsync<T>(
        Func<SqlServerSession, Task<T>> body,
        CancellationToken cancellationToken
    ) =>
        RetryAsync(
            async _ =>
            {
                await using var session = await OpenAsync(cancellationToken);
                return await body(session);
            },
            cancellationToken
        );

    /// <summary>
    /// Runs a command that belongs to no vault in one transaction: applied once, however often it has to be tried. Cancellation counts only until it starts.
    /// </summary>
    internal Task<T> WriteAsync<T>(
        Func<SqlServerSession, Task<T>> body,
        CancellationToken cancellationToken
    ) => WriteAsync(body, static _ => true, cancellationToken);

    /// <summary>As <see cref="WriteAsync{T}(Func{SqlServerSession, Task{T}}, CancellationToken)"/>, for a command that may refuse: what it did is undone unless its result is kept.</summary>
    internal async Task<T> WriteAsync<T>(
        Func<SqlServerSession, Task<T>> body,
        Func<T, bool> keeps,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var command = NewCommand();
        var sent = false;
        var result = default(T)!;
        return await RetryAsync(
            async _ =>
            {
                await using var session = await OpenAsync(CancellationToken.None);
                if (
                    sent
                    && await session.ScalarAsync<int>(
                        EngineStatements.FindApplied.With(0L, command)
                    ) > 0
                )
                    return result;
                await session.BeginAsync(IsolationLevel.ReadCommitted);
                var decided = await body(session);
                if (!keeps(decided))
                    return decided;
                await session.ExecuteAsync(EngineStatements.MarkApplied.With(0L, command));
                // From here on nobody knows, unless it is answered.
                (sent, result) = (true, decided);
                await session.CommitAsync();
                return decided;
            },
            CancellationToken.None
        );
    }

    /// <summary>Tries as often as it helps, with growing and random pauses. What is tried must be undone as a whole when it fails.</summary>
    /// <param name="attempt">Told whether it is tried again.</param>
    /// <param name="cancellationToken">Ends the pauses.</param>
    internal static async Task<T> RetryAsync<T>(
        Func<bool, Task<T>> attempt,
        CancellationToken cancellationToken
    )
    {
        var begun = Stopwatch.GetTimestamp();
        for (var failed = 0; ; failed++)
        {
            try
            {
                return await attempt(failed > 0);
            }
            catch (Exception exception)
                when (failed + 1 < MostAttempts
                    && SqlServerErrors.IsTransient(exception)
                    && !(
                        SqlServerErrors.IsLost(exception)
                        && Stopwatch.GetElapsedTime(begun) > s_patience
                    )
                )
            {
                // The next attempt waits for its turn by itself.
                if (failed > 0 || !SqlServerErrors.IsConflict(exception))
                    await Task.Delay(Pause(failed), cancellationToken);
            }
            catch (Exception exception)
                when (!cancellationToken.IsCancellationRequested
                    && SqlServerErrors.Meaning(exception) is not null
                )
            {
                throw SqlServerErrors.Meaning(exception)!;
            }
        }
    }

    /// <summary>A fresh id of a command; later ones come later, so that old ones are a range.</summary>
    internal byte[] NewCommand() =>
        Guid.CreateVersion7(_time.GetUtcNow()).ToByteArray(bigEndian: true);

    /// <summary>What is smaller than every id of a command that may still be tried.</summary>
    internal byte[] ForgottenCommands()
    {
        var bound = Guid.CreateVersion7(_time.GetUtcNow() - s_memory).ToByteArray(bigEndian: true);
        bound.AsSpan(6).Clear();
        return bound;
    }

    /// <summary>Takes a fresh id for a node or a content; nearly always without asking the database.</summary>
    internal ValueTask<long> NextIdAsync()
    {
        lock (_range)
            if (_nextId < _idsEnd)
                return new(_nextId++);
        return new(AllocateIdsAsync(1));
    }

    /// <summary>Takes the first of a run of fresh ids.</summary>
    internal async Task<long> AllocateIdsAsync(long count)
    {
        await _allocating.WaitAsync();
        try
        {
            lock (_range)
            {
                if (_idsEnd - _nextId >= count)
                {
                    var first = _nextId;
                    _nextId += count;
                    return first;
                }
            }
            var taken = Math.Max(count, IdRange);
            var end = await TakeAsync("ids", taken);
            lock (_range)
            {
                // A run larger than a range leaves what is left of the range alone.
                if (count < taken)
                    (_nextId, _idsEnd) = (end - taken + count, end);
                return end - taken;
            }
        }
        finally
        {
            _allocating.Release();
        }
    }

    /// <summary>Takes the next number of a sequence, in a transaction of its own: what is lost is a few numbers.</summary>
    internal async Task<long> AllocateAsync(string sequence) => await TakeAsync(sequence, 1) - 1;

    private Task<long> TakeAsync(string sequence, long count) =>
        RetryAsync(
            async _ =>
            {
                await using var session = new SqlServerSession(
                    _connectForIds(),
                    CancellationToken.None
                );
                await ConnectAsync(session.Connection, CancellationToken.None);
                return await session.ScalarAsync<long>(
                    EngineStatements.AllocateIds.With(sequence, count)
                );
            },
            CancellationToken.None
        );

    private async ValueTask<SqlServerSession> OpenAsync(
        DbConnection connection,
        IsolationLevel? level,
        CancellationToken cancellationToken
    )
    {
        var session = new SqlServerSession(connection, cancellationToken);
        try
        {
            await ConnectAsync(connection, cancellationToken);
            // The first one of a process looks whether the database reads versions: without, readers would wait for writers.
            if (!_isReady)
                await RequireVersionsAsync(session);
            if (level is { } wanted)
                await session.BeginAsync(wanted);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    // No connection of the pool came free in time, or nobody vouches for the identity that signs in: neither is the driver's error of a server.
    private static async Task ConnectAsync(
        DbConnection connection,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await connection.OpenAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not (SqlException or OperationCanceledException))
        {
            throw new StorageUnavailableException(
                $"SQL Server cannot be asked: {failure.Message}",
                failure
            );
        }
    }

    private async Task RequireVersionsAsync(SqlServerSession session)
    {
        await using var reader = await session.ReadAsync(EngineStatements.ReadVersioning.With());
        if (!await reader.ReadAsync() || !reader.GetBoolean(0) || reader.GetByte(1) == 0)
            throw new InvalidOperationException(
                "The database has READ_COMMITTED_SNAPSHOT or ALLOW_SNAPSHOT_ISOLATION off: readers would wait for writers. Migrating turns both on."
            );
        _isReady = true;
    }

    private static TimeSpan Pause(int failed) =>
        TimeSpan.FromMilliseconds(
            Math.Min(2_000, 10 << failed) * (0.5 + RandomNumberGenerator.GetInt32(1_000) / 1_000.0)
        );

    // Only one process at a time may migrate; the others then find nothing left to do. The lock is the connection's and ends with it.
    private static async Task LockAsync(DbConnection connection)
    {
        var result = await connection.QuerySingleAsync<int>(
            MigrationStatements.TakeTurn.Text,
            commandTimeout: 330
        );
        if (result < 0)
            throw new TimeoutException(
                "Another process has been migrating the database for five minutes."
            );
    }
}
