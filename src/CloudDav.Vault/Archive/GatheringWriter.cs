using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>Hands many small pieces on together: a flush counts only once there is something worth sending.</summary>
internal sealed class GatheringWriter(PipeWriter inner) : PipeWriter
{
    private const int WorthSending = 64 * 1024;

    private int _gathered;

    /// <summary>Whether whoever reads has gone.</summary>
    public bool IsAbandoned { get; private set; }

    public override void Advance(int bytes)
    {
        inner.Advance(bytes);
        _gathered += bytes;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(
        CancellationToken cancellationToken = default
    ) =>
        _gathered < WorthSending
            ? new(new FlushResult(isCanceled: false, isCompleted: IsAbandoned))
            : SendAsync(cancellationToken);

    /// <summary>Hands on what there is.</summary>
    public async ValueTask<FlushResult> SendAsync(CancellationToken cancellationToken)
    {
        _gathered = 0;
        var result = await inner.FlushAsync(cancellationToken);
        IsAbandoned |= result.IsCompleted;
        return result;
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
