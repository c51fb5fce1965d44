using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>A content open for reading. Several ranges may be read one after the other, not at once.</summary>
public interface IContentSource : IAsyncDisposable
{
    /// <summary>Length of the plaintext in bytes.</summary>
    long Length { get; }

    /// <summary>Writes a range of the plaintext to the pipe and flushes it, without completing the pipe.</summary>
    /// <param name="destination">Where to; when its reader has gone, copying stops quietly.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="count">How many bytes; the range must lie within <see cref="Length"/>.</param>
    /// <param name="cancellationToken">Stops copying.</param>
    /// <exception cref="ContentDamagedException">What is stored is not what was written. No wrong byte has been handed on.</exception>
    ValueTask CopyToAsync(
        PipeWriter destination,
        long offset,
        long count,
        CancellationToken cancellationToken
    );
}

/// <summary>Stored content is missing, is not as long as it must be, or does not authenticate.</summary>
public sealed class ContentDamagedException(string message, Exception? inner = null)
    : IOException(message, inner);
