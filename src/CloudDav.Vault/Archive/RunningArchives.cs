using System.Diagnostics.CodeAnalysis;

namespace CloudDav.Vault;

/// <summary>
/// Bounds what archives take of this process: of one vault only some are under way at once, since each may keep a list on disk, and only some are laid
/// out at the same time, since each keeps a reader of the metadata busy for about three seconds a million entries.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "A semaphore without a wait handle holds nothing to give back, and this lives as long as the process."
)]
internal sealed class RunningArchives(VaultLimits limits)
{
    private readonly Dictionary<VaultId, int> _underWay = [];
    private readonly SemaphoreSlim _layingOut = new(limits.ArchiveLayouts);

    /// <summary>Takes a place among a vault's archives; null when all are taken.</summary>
    public IDisposable? TryEnter(VaultId vault)
    {
        lock (_underWay)
        {
            var count = _underWay.GetValueOrDefault(vault);
            if (count >= limits.ArchivesPerVault)
                return null;
            _underWay[vault] = count + 1;
        }
        return new Place(this, vault);
    }

    /// <summary>Waits for a turn to lay one out.</summary>
    public async ValueTask<T> LayOutAsync<T>(
        Func<ValueTask<T>> body,
        CancellationToken cancellationToken
    )
    {
        await _layingOut.WaitAsync(cancellationToken);
        try
        {
            return await body();
        }
        finally
        {
            _layingOut.Release();
        }
    }

    private void Leave(VaultId vault)
    {
        lock (_underWay)
        {
            if (--_underWay[vault] == 0)
                _underWay.Remove(vault);
        }
    }

    private sealed class Place(RunningArchives archives, VaultId vault) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                archives.Leave(vault);
        }
    }
}
