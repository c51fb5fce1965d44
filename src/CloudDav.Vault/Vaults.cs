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

    /// <summary>Tells of a vault in which something was just committed by this process; called on the thread that committed, and must not block.</summary>
    public Action<VaultId>? Committed { get; set; }

    /// <summary>The tokens of links.</summary>
    public ShareTokens Tokens { get; } = new(keys);

    internal SyncTokens SyncTokens { get; } = new(keys);

    internal RunningDownloads Downloads { get; } = new(time);

    internal RunningArchives Archives { get; } = new(limits);

    internal VaultLimits Limits => limits;

    internal TimeProvider Time => time;

    internal void TellOf(VaultId vault) => Committed?.Invoke(vault);

    /// <summary>Lets an actor act on the actor's own vault. Nothing is looked up yet.</summary>
    public VaultSession Open(Actor actor, SessionOptions options) => new(this, actor, options);

    /// <summary>Lets an actor act on the actor's own vault and, in the same tree, on what others of the household share with the actor.</summary>
    public VaultTree OpenTree(Actor actor, SessionOptions options) =>
        new(new VaultSession(this, actor, options, hasMounts: true));

    /// <summary>The share that a link's token opens; null when there is none. Whether it can be opened now, the session finds out.</summary>
    public ValueTask<Share?> FindLinkAsync(string token, CancellationToken cancellationToken) =>
        metadata.FindLinkAsync(ShareTokens.HashOf(token), cancellationToken);

    /// <summary>Lets somebody act who came by a link: on its item and what is below it, within its rights.</summary>
    /// <param name="share">The share.</param>
    /// <param name="address">Where the request came from.</param>
    /// <param name="options">What the door asks for.</param>
    public VaultSession Open(Share share, string address, SessionOptions options) =>
        new(
            this,
            Actor.Behind(share),
            options with
            {
                Door = Door.Link,
                Visit = Tokens.VisitOf(share, address),
            }
        );
}
