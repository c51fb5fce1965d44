using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Journal;

/// <summary>What is told of chains, events and leases whatever the engine. An engine's tests are subclasses that open it.</summary>
public abstract class JournalContract(JournalEngine engine) : IDisposable
{
    private protected static DateTimeOffset Now { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected JournalEngine Engine => engine;

    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static AuditEntry Entry(AuditChainId chain, string act) =>
        new()
        {
            Chain = chain,
            At = Now,
            Actor = AuditActors.Owner,
            Act = act,
        };
}
