using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Dapper;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CloudDav.Storage;

/// <summary>
/// The metadata on SQLite: one writer thread with group commit, and a bounded pool of readers that the writer never blocks. Several
/// processes may have the same file open; nothing that decides a request is remembered here.
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    private const int IdRange = 1024;
    private static readonly int MaxReaders = Math.Clamp(2 * Environment.ProcessorCount, 4, 16);

    private static readonly Lazy<bool> Provider = new(InitializeProvider);

    internal static bool IsMultithreadConfigured => Provider.Value;

    private readonly string _path;
    private readonly SqliteWriter _writer;
    private readonly SemaphoreSlim _readers;
    private readonly ConcurrentStack<SqliteSession> _idleReaders = new();
    private long _nextId;
    private long _idsEnd;
    private bool _disposed;

    internal FactsMemory Facts { get; } = new();

    /// <summary>Opens a database that <see cref="Migrate"/> has brought up to date.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="meter">Measures the writer; null for nobody.</param>
    public SqliteDatabase(string path, Meter? meter = null)
    {
        _path = path;
        _readers = new SemaphoreSlim(MaxReaders, MaxReaders);
        _writer = new SqliteWriter(OpenWriter(path), EnsureIds, ForgetIds, meter);
    }

    /// <summary>Creates the database when it is missing and brings its schema up to date. Safe to call from several processes at once.</summary>
    /// <param name="path">The database file; its folder must exist.</param>
    /// <returns>The names of the migrations that ran; empty when there was nothing to do.</returns>
    public static IReadOnlyList<string> Migrate(string path)
    {
        using var turn = WaitForTurn(path + ".migrate-lock");
        using var connection = Open(path, SqliteOpenMode.ReadWriteCreate);
        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        if (IsCurrent(connection))
        {
            BeginAudit(path, connection);
            return [];
        }
        var result = DeployChanges
            .To.SqliteDatabase(ConnectionString(path, SqliteOpenMode.ReadWriteCreate))
            .WithScriptsEmbeddedInAssembly(typeof(SqliteDatabase).Assembly, IsMigration)
            .WithTransaction()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw new InvalidOperationException(
                $"Migration {result.ErrorScript?.Name} failed: {result.Error.Message}",
                result.Error
            );
        BeginAudit(path, connection);
        return [.. result.Scripts.Select(script => script.Name)];
    }

    // After the scripts, because no script can compute a hash. A crash in between is made good by the next start.
    private static void BeginAudit(string path, SqliteConnection connection)
    {
        if (!connection.ExecuteScalar<bool>(AuditSql.HasBegun))
            Change(path, session => SqliteJournal.Begin(session, TimeProvider.System.GetUtcNow()));
    }

    private static void Change(string path, Action<SqliteSession> change)
    {
        using var session = OpenWriter(path);
        session[SqliteSql.BeginWrite].Run();
        change(session);
        session[SqliteSql.Commit].Run();
    }

    /// <summary>The names of all migrations.</summary>
    internal static IEnumerable<string> Migrations =>
        typeof(SqliteDatabase).Assembly.GetManifestResourceNames().Where(IsMigration);

    private static bool IsMigration(string resource) =>
        resource.Contains(".Migrations.Sqlite.", StringComparison.Ordinal)
        && resource.EndsWith(".sql", StringComparison.Ordinal);

    // DbUp takes longer to find this out than all the rest of a start.
    private static bool IsCurrent(SqliteConnection connection)
    {
        var hasJournal = connection.ExecuteScalar<bool>(
            "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'SchemaVersions')"
        );
        if (!hasJournal)
            return false;
        var applied = connection
            .Query<string>("SELECT ScriptName FROM SchemaVersions")
            .ToHashSet(StringComparer.Ordinal);
        return Migrations.All(applied.Contains);
    }

    /// <summary>Reads in one transaction, on the caller's thread. The body must not wait for anything outside.</summary>
    internal async ValueTask<T> ReadAsync<T>(
        Func<SqliteSession, T> body,
        CancellationToken cancellationToken
    )
    {
        await _readers.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_idleReaders.TryPop(out var session))
                session = OpenReader(_path);
            try
            {
                session[SqliteSql.BeginRead].Run();
                try
                {
                    return body(session);
                }
                finally
                {
                    session[SqliteSql.Commit].Run();
                }
            }
            finally
            {
                _idleReaders.Push(session);
            }
        }
        finally
        {
            _readers.Release();
        }
    }

    /// <summary>Runs a command on the writer thread and answers once it is on stable storage. Cancellation counts only until it starts.</summary>
    internal Task<T> WriteAsync<T>(
        Func<SqliteSession, T> body,
        CancellationToken cancellationToken
    ) => _writer.EnqueueAsync(new WriteCommand<T>(body, static _ => true, cancellationToken));

    /// <summary>As <see cref="WriteAsync{T}(Func{SqliteSession, T}, CancellationToken)"/>, for a command that may refuse: what it did is undone unless its result is kept.</summary>
    internal Task<T> WriteAsync<T>(
        Func<SqliteSession, T> body,
        Func<T, bool> keeps,
        CancellationToken cancellationToken
    ) => _writer.EnqueueAsync(new WriteCommand<T>(body, keeps, cancellationToken));

    /// <summary>
    /// Leaves nothing of what was removed: rewrites the file when it is small enough, then folds the write-ahead log into it and empties that. Overwriting what is removed does not reach
    /// copies that were left in the gaps of pages when these were split. False when somebody was in the way: nothing is lost, and it can be tried again.
    /// </summary>
    internal Task<bool> ScrubAsync(long rewritesUpTo, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var connection = Open(_path, SqliteOpenMode.ReadWrite);
                // The copy that is made on the way may be larger than memory.
                connection.Execute("PRAGMA synchronous = FULL; PRAGMA temp_store = FILE;");
                try
                {
                    if (new FileInfo(_path).Length <= rewritesUpTo)
                        connection.Execute("VACUUM");
                    return connection.ExecuteScalar<long>("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
                }
                catch (SqliteException busy) when (busy.SqliteErrorCode == raw.SQLITE_BUSY)
                {
                    return false;
                }
            },
            cancellationToken
        );

    /// <summary>Copies the database as it is at one moment into a new file, while others write. Nothing of what was removed goes with it. The file is not flushed.</summary>
    internal Task CopyAsync(string path, CancellationToken cancellationToken) =>
        Task.Run(() => WriteCopy(path, cancellationToken), cancellationToken);

    private void WriteCopy(string path, CancellationToken cancellationToken)
    {
        using var connection = Open(_path, SqliteOpenMode.ReadWrite);
        using var interrupt = cancellationToken.Register(() =>
            raw.sqlite3_interrupt(connection.Handle!)
        );
        try
        {
            connection.Execute("VACUUM INTO @path", new { path });
        }
        catch (SqliteException interrupted)
            when (interrupted.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            throw new OperationCanceledException(
                interrupted.Message,
                interrupted,
                cancellationToken
            );
        }
    }

    /// <summary>Opens a database that nobody changes, without leaving anything beside it.</summary>
    internal static SqliteConnection OpenPicture(string path)
    {
        _ = Provider.Value;
        var connection = new SqliteConnection(
            ConnectionString(
                new Uri(Path.GetFullPath(path)).AbsoluteUri + "?immutable=1",
                SqliteOpenMode.ReadOnly
            )
        );
        connection.Open();
        return connection;
    }

    /// <summary>Takes the first of a run of fresh ids. Only within a write command.</summary>
    internal long AllocateIds(SqliteSession session, long count)
    {
        if (_idsEnd - _nextId >= count)
        {
            var first = _nextId;
            _nextId += count;
            return first;
        }
        // Within the command's own savepoint: undone with it, and then nobody has used them.
        return session[SqliteSql.AllocateIds].Bind(1, count).RunForInt64() - count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        for (var i = 0; i < MaxReaders; i++)
            _readers.Wait();
        foreach (var session in _idleReaders)
            session.Dispose();
        // Last, because the last connection to close folds the write-ahead log into the file.
        _writer.Dispose();
        _readers.Dispose();
    }

    // A range belongs to this process only once the row that gives it away is committed: it is taken in the group's own transaction,
    // outside every savepoint, and forgotten when that transaction fails.
    private void EnsureIds(SqliteSession session)
    {
        if (_idsEnd - _nextId >= IdRange / 2)
            return;
        _idsEnd = session[SqliteSql.AllocateIds].Bind(1, IdRange).RunForInt64();
        _nextId = _idsEnd - IdRange;
    }

    private void ForgetIds() => _nextId = _idsEnd = 0;

    // No memory map: it lists no faster here, slows the writer, and counts as resident memory once for every reader.
    private static SqliteSession OpenWriter(string path)
    {
        var connection = Open(path, SqliteOpenMode.ReadWrite);
        connection.Execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA secure_delete = ON;
            PRAGMA cache_size = -32768;
            """
        );
        connection.Execute(CopySql.CreateMap);
        return new SqliteSession(connection);
    }

    private static SqliteSession OpenReader(string path)
    {
        var connection = Open(path, SqliteOpenMode.ReadWrite);
        connection.Execute(
            """
            PRAGMA query_only = 1;
            PRAGMA cache_size = -16384;
            """
        );
        return new SqliteSession(connection);
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        _ = Provider.Value;
        var connection = new SqliteConnection(ConnectionString(path, mode));
        connection.Open();
        connection.Execute("PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY;");
        return connection;
    }

    private static string ConnectionString(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Cache = SqliteCacheMode.Private,
            Pooling = false,
        }.ToString();

    // SQLite without its own mutexes lists 30 % faster. That is safe because a session is used by one thread at a time.
    private static bool InitializeProvider()
    {
        Batteries_V2.Init();
        if (raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD) == raw.SQLITE_OK)
            return true;
        raw.sqlite3_shutdown();
        var configured = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD) == raw.SQLITE_OK;
        raw.sqlite3_initialize();
        return configured;
    }

    // Only one process at a time may migrate; the others then find nothing left to do.
    private static FileStream WaitForTurn(string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(
                    path,
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None
                );
            }
            catch (IOException) when (attempt < 600)
            {
                Thread.Sleep(50);
            }
        }
    }
}
