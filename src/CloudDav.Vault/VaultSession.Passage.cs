namespace CloudDav.Vault;

/// <summary>Contents go from one vault into another, copied by the stores, as they are encrypted, with their keys wrapped anew.</summary>
public sealed partial class VaultSession
{
    /// <summary>Contents of one vault on their way into another.</summary>
    private sealed class ContentPassage(VaultSession source, VaultSession target)
    {
        private readonly Dictionary<ContentId, byte[]?> _keys = [];
        private readonly Dictionary<ContentId, BlobId> _blobs = [];
        private bool _isStaged;

        /// <summary>What goes, each content after its parts.</summary>
        public List<ContentKey> Contents { get; } = [];

        /// <summary>What the contents are in the vault they go to.</summary>
        public Dictionary<ContentId, ContentId> Taken { get; } = [];

        private Vaults Vaults => source._vaults;

        /// <summary>Each content gets another key's wrapping, and each blob another name and its bytes there.</summary>
        public async ValueTask<Refusal?> BeginAsync(CancellationToken cancellationToken)
        {
            var isWrapped = Contents.Any(content => content.WrappedKey is not null);
            var former = isWrapped
                ? await Vaults.Keys.FindAsync(source._owner.Vault, cancellationToken)
                : null;
            var next = isWrapped
                ? await Vaults.Keys.FindAsync(target._owner.Vault, cancellationToken)
                    ?? await Vaults.Keys.CreateAsync(target._owner.Vault, cancellationToken)
                : null;
            foreach (var content in Contents)
            {
                _keys[content.Content] = content.WrappedKey is { } wrapped
                    ? KeyWrap.Rewrap(former, next!, wrapped)
                    : null;
                if (content.Blob is not null)
                    _blobs[content.Content] = BlobId.New();
            }
            return _blobs.Count > 0 ? await StageAsync(cancellationToken) : null;
        }

        /// <summary>Gives each content its id in the vault it goes to.</summary>
        public async ValueTask NumberAsync(IMetadataTransaction transaction)
        {
            foreach (var content in Contents)
                Taken[content.Content] = new ContentId(await transaction.NextIdAsync());
        }

        /// <summary>Lets the contents arrive.</summary>
        public void AddTo(ChangeSet changes)
        {
            foreach (var content in Contents)
                changes.Add(
                    new Change.TakeContent(
                        Taken[content.Content],
                        source._owner.Vault,
                        content.Content,
                        _keys[content.Content],
                        _blobs.TryGetValue(content.Content, out var blob) ? blob : null,
                        [.. content.Parts.Select(part => Taken[part])]
                    )
                );
        }

        /// <summary>Gives up what was copied.</summary>
        public async ValueTask AbandonAsync()
        {
            if (!_isStaged)
                return;
            try
            {
                await target.RenewAsync(
                    () => _blobs.Values.Select(blob => new Change.AbandonBlob(blob)),
                    checksRoom: null,
                    CancellationToken.None
                );
            }
            catch (Exception)
            {
                // The leases end by themselves, and the sweeper does the rest: what failed first is what the caller must hear.
            }
        }

        // The rows of the ledger first, then the bytes.
        private async ValueTask<Refusal?> StageAsync(CancellationToken cancellationToken)
        {
            var limits = Vaults.Limits;
            var staged = await target.RenewAsync(
                () =>
                    _blobs.Values.Select(blob => new Change.StageBlob(
                        blob,
                        0,
                        target.Now + limits.UploadLease
                    )),
                checksRoom: null,
                cancellationToken
            );
            if (staged.Refusal is { } refusal)
                return refusal;
            _isStaged = true;
            var renewed = target.Now;
            foreach (var content in Contents)
            {
                if (content.Blob is not { } blob)
                    continue;
                if (target.Now - renewed > limits.UploadLease / 3)
                {
                    renewed = target.Now;
                    await target.RenewAsync(
                        () =>
                            _blobs.Values.Select(next => new Change.GrowHold(
                                next,
                                0,
                                renewed + limits.UploadLease
                            )),
                        checksRoom: null,
                        cancellationToken
                    );
                }
                await Vaults.Writer.CopyAsync(blob, _blobs[content.Content], cancellationToken);
            }
            return null;
        }
    }
}
