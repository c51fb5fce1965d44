using System.Buffers;
using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>Reads a range of a content piece by piece, in flat memory.</summary>
internal static class ContentPipe
{
    private static readonly PipeOptions Options = new(
        pauseWriterThreshold: 512 * 1024,
        resumeWriterThreshold: 256 * 1024,
        minimumSegmentSize: 64 * 1024,
        useSynchronizationContext: false
    );

    /// <summary>Gives the range to <paramref name="take"/>, which may keep nothing of what it is given.</summary>
    /// <exception cref="ContentDamagedException">The content is damaged.</exception>
    public static async ValueTask ReadAsync(
        IContentSource source,
        long offset,
        long count,
        Func<ReadOnlySequence<byte>, CancellationToken, ValueTask> take,
        CancellationToken cancellationToken
    )
    {
        var pipe = new Pipe(Options);
        var copying = CopyAsync(source, offset, count, pipe.Writer, cancellationToken);
        try
        {
            while (true)
            {
                var read = await pipe.Reader.ReadAsync(cancellationToken);
                await take(read.Buffer, cancellationToken);
                count -= read.Buffer.Length;
                pipe.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await copying;
        }
        if (count != 0)
            throw new ContentDamagedException($"{count} bytes of the content are missing.");
    }

    private static async Task CopyAsync(
        IContentSource source,
        long offset,
        long count,
        PipeWriter writer,
        CancellationToken cancellationToken
    )
    {
        Exception? failure = null;
        try
        {
            await source.CopyToAsync(writer, offset, count, cancellationToken);
        }
        catch (Exception e)
        {
            failure = e;
        }
        // The reader throws the failure, after it has read what came before it.
        await writer.CompleteAsync(failure);
    }
}
