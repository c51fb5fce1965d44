using System.IO.Pipelines;

namespace CloudDav.WebDav.Responses;

/// <summary>An upload on its way in, which knows whether anybody has begun to read it: that is what sends <c>100 Continue</c>.</summary>
internal sealed class UploadBody(PipeReader inner) : PipeReader
{
    /// <summary>Whether reading has begun.</summary>
    public bool IsBegun { get; private set; }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        IsBegun = true;
        return inner.ReadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        IsBegun = true;
        return inner.TryRead(out result);
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        inner.AdvanceTo(consumed, examined);

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
