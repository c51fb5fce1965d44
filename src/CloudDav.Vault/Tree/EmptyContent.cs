using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>The content of an empty file, which is kept nowhere.</summary>
internal sealed class EmptyContent : IContentSource
{
    public static EmptyContent Instance { get; } = new();

    public long Length => 0;

    public ValueTask CopyToAsync(
        PipeWriter destination,
        long offset,
        long count,
        CancellationToken cancellationToken
    ) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
