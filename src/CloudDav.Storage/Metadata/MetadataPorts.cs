using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Everything that the vault asks of the metadata, over one engine.</summary>
public sealed class MetadataPorts : IDisposable
{
    private readonly IDisposable _engine;
    private readonly Func<
        Func<IFactsSession, ValueTask<bool>>,
        CancellationToken,
        Task<bool>
    > _write;

    /// <summary>Over a SQLite database.</summary>
    /// <param name="database">The engine, which is disposed with the ports.</param>
    /// <param name="time">Its clock: it runs in the process.</param>
    public MetadataPorts(SqliteDatabase database, TimeProvider time)
    {
        _engine = database;
        _write = (body, stop) =>
            database.WriteAsync(
                session =>
                    SqliteMetadataStore.Finished(body(new SqliteFactsSession(database, session))),
                stop
            );
        Sqlite = database;
        Accounts = new SqliteAccountStore(database);
        Contracts = new SqliteContractStore(database);
        Metadata = new SqliteMetadataStore(database);
        Ledger = new SqliteBlobLedger(database);
        Audit = new SqliteAuditLog(database);
        Outbox = new SqliteOutbox(database);
        Leases = new SqliteJobLeases(database);
        Destructions = new SqliteDestructionStore(database, time);
        Care = new SqliteCareLog(database);
    }

    /// <summary>Over a SQL Server database, whose clock is its server's.</summary>
    /// <param name="database">The engine, which is disposed with the ports.</param>
    /// <param name="clock">Stands in for the server's clock, in tests that turn it; null for the server's.</param>
    public MetadataPorts(SqlServerDatabase database, TimeProvider? clock = null)
    {
        _engine = database;
        _write = (body, stop) =>
            database.WriteAsync(
                async session => await body(new SqlServerFactsSession(database, session)),
                stop
            );
        Accounts = new SqlServerAccountStore(database);
        Contracts = new SqlServerContractStore(database);
        Metadata = new SqlServerMetadataStore(database);
        Ledger = new SqlServerBlobLedger(database);
        Audit = new SqlServerAuditLog(database);
        Outbox = new SqlServerOutbox(database);
        Leases = new SqlServerJobLeases(database);
        Destructions = new SqlServerDestructionStore(database, clock);
        Care = new SqlServerCareLog(database);
    }

    /// <summary>The SQLite database, for its backups; null for another engine.</summary>
    public SqliteDatabase? Sqlite { get; }

    /// <summary>Who may sign in.</summary>
    public IAccountStore Accounts { get; }

    /// <summary>Contracts and what was set on them.</summary>
    public IContractStore Contracts { get; }

    /// <summary>The trees.</summary>
    public IMetadataStore Metadata { get; }

    /// <summary>Which blobs may exist.</summary>
    public IBlobLedger Ledger { get; }

    /// <summary>What was done to whom.</summary>
    public IAuditLog Audit { get; }

    /// <summary>Events on their way.</summary>
    public IOutbox Outbox { get; }

    /// <summary>Who runs which job.</summary>
    public IJobLeases Leases { get; }

    /// <summary>The removal of vaults.</summary>
    public IDestructionStore Destructions { get; }

    /// <summary>How well contents are.</summary>
    public ICareLog Care { get; }

    /// <summary>
    /// Makes metadata that was restored, and that nobody is at work on, the beginning of another future than the one that was lost. What that one gave out is never given
    /// out again.
    /// </summary>
    /// <param name="entry">What the operator's chain says of it.</param>
    /// <param name="cancellationToken">Stops it before it starts.</param>
    public async ValueTask BeginAnewAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        await _write(session => RestoredMetadata.BeginAnewAsync(session, entry), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();
}
