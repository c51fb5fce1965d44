namespace CloudDav.Vault;

/// <summary>All vaults of this server: opens sessions on them. One for the whole process.</summary>
/// <param name="metadata">Where trees are.</param>
/// <param name="keys">Where vault keys are.</param>
/// <param name="writer">Makes content.</param>
/// <param name="reader">Reads content.</param>
/// <param name="policy">Decides what accounts may do.</param>
/// <param name="limits">The limits that hold.</param>
/// <param name="time">The clock.</param>
public sealed class Vaults(
    IMetadataStore metadata,
    IKeyStore keys,
    ContentWriter writer,
    ContentReader reader,
    AccountPolicy policy,
    VaultLimits limits,
    TimeProvider time
)
{
    internal IMetadataStore Metadata => metadata;

    internal IKeyStore Keys => keys;

    internal ContentWriter Writer => writer;

    internal ContentReader Reader => reader;

    /// <summary>Decides what accounts may do.</summary>
    public AccountPolicy Policy => policy;

    internal RunningDownloads Downloads { get; } = new(metadata, policy, time);

    internal RunningArchives Archives { get; } = new(limits);

    internal VaultLimits Limits => limits;

    internal TimeProvider Time => time;

    /// <summary>Lets an actor act on the actor's own vault. Nothing is looked up yet.</summary>
    public VaultSession Open(Actor actor, SessionOptions options) => new(this, actor, options);
}
