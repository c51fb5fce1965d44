using System.IO.Pipelines;

namespace CloudDav.WebDav.Responses;

/// <summary>An upload on its way in, which knows whether anybody has begun to read it: that is what sends <c>100 Continue</c>.</summary>
/// <remarks>
/// A server that is asked to stop cancels the read that every connection is waiting in, so that idle ones end; a body that is still coming must not end with them. So a cancelled
/// read that nobody here asked for is told as one that brought nothing new, and its reader reads on.
/// </remarks>
internal sealed class UploadBody(PipeReader inner) : PipeReader
{
    private volatile bool _isCancelled;

    /// <summary>Whether reading has begun.</summary>
    public bool IsBegun { get; private set; }

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadAsync(
        CancellationToken cancellationToken = default
    )
    {
        IsBegun = true;
        return Told(await inner.ReadAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        IsBegun = true;
        if (!inner.TryRead(out result))
            return false;
        result = Told(result);
        return true;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        inner.AdvanceTo(consumed, examined);

    /// <inheritdoc/>
    public override void CancelPendingRead()
    {
        _isCancelled = true;
        inner.CancelPendingRead();
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Told(ReadResult read)
    {
        if (!read.IsCanceled)
            return read;
        var isOurs = _isCancelled;
        _isCancelled = false;
        return new ReadResult(read.Buffer, isOurs, read.IsCompleted);
    }
}
