using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Journal;

/// <summary>A database of an engine without accounts, and a second handle on it as another process would have it.</summary>
public abstract class JournalEngine : IDisposable
{
    public abstract IAuditLog Log { get; }

    /// <summary>The same log as another process has it.</summary>
    public abstract IAuditLog OtherLog { get; }

    public abstract IOutbox Outbox { get; }

    public abstract IJobLeases Leases { get; }

    /// <summary>The same leases as another process has them.</summary>
    public abstract IJobLeases OtherLeases { get; }

    /// <summary>An account with a vault and with a chain that has one entry.</summary>
    public abstract ValueTask<AccountId> AddAccountAsync();

    /// <summary>Appends entries, all of them or none.</summary>
    public abstract ValueTask AppendAsync(IReadOnlyList<AuditEntry> entries);

    /// <summary>Brings the schema up to date once more.</summary>
    public abstract void Migrate();

    /// <summary>Runs statements that every engine understands.</summary>
    public abstract ValueTask ExecuteAsync(string sql);

    /// <summary>A number that a query of every engine's gives.</summary>
    public abstract ValueTask<long> CountAsync(string sql);

    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool isDisposing);
}
