using CloudDav.Vault;

namespace CloudDav.Server.Hosting;

/// <summary>
/// Whether this node can do its work: it writes a row, and has the content store look at itself, and waits for either no longer than <see cref="Longest"/>. However many ask, one
/// look is under way at a time, and what it found is good for some seconds, a problem for one: a probe that anybody may send must cost next to nothing, and a disk that hangs must not gather them.
/// </summary>
internal sealed class Readiness(VaultParts parts, TimeProvider time)
{
    /// <summary>How long a look may take.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    // One lease that nobody holds: taken for no time, it is a row that is written.
    private const string Lease = "readiness";

    private const string Metadata = "metadata";
    private const string ContentStore = "content store";

    private static readonly TimeSpan s_readyFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_problemFor = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<string?>? _look;
    private long _begun;
    private volatile string _asked = Metadata;
    private volatile bool _isStopping;

    /// <summary>Whether the server is about to stop and wants no new clients.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>From now on the node is not ready, whatever else it is.</summary>
    public void Stop() => _isStopping = true;

    /// <summary>What is in the way, in a few words; null when nothing is.</summary>
    public async ValueTask<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        if (_isStopping)
            return "the server is stopping";
        try
        {
            return await Look().WaitAsync(Longest, cancellationToken);
        }
        catch (TimeoutException)
        {
            return $"the {_asked} does not answer";
        }
    }

    private Task<string?> Look()
    {
        lock (_lock)
        {
            if (_look is null || (_look.IsCompleted && IsOld(_look)))
            {
                _begun = time.GetTimestamp();
                // On a thread of its own: what hangs in a system call hangs there.
                _look = Task.Run(LookAsync);
            }
            return _look;
        }
    }

    private bool IsOld(Task<string?> look) =>
        time.GetElapsedTime(_begun)
        >= (look is { IsCompletedSuccessfully: true, Result: null } ? s_readyFor : s_problemFor);

    private async Task<string?> LookAsync()
    {
        _asked = Metadata;
        if (!await SucceedsAsync(WriteRowAsync))
            return $"the {Metadata} cannot be written";
        _asked = ContentStore;
        return await SucceedsAsync(CheckBlobsAsync) ? null : $"the {ContentStore} cannot be used";
    }

    private static async Task<bool> SucceedsAsync(Func<Task> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (StorageFullException)
        {
            // People must be able to come in and delete something; a full disk is told by a measurement.
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private async Task WriteRowAsync() =>
        await parts.Leases.TryTakeAsync(
            Lease,
            Guid.NewGuid().ToString("N"),
            time.GetUtcNow(),
            TimeSpan.Zero,
            CancellationToken.None
        );

    private async Task CheckBlobsAsync() => await parts.Blobs.CheckAsync(CancellationToken.None);
}
