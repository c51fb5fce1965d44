namespace CloudDav.Vault;

/// <summary>
/// Looks into pictures and videos, which may be made to break whatever does: at a bounded cost, and where nothing else can be reached. One that nothing comes of has no previews, which is an answer and
/// no failure.
/// </summary>
public interface IMediaWorker
{
    /// <summary>Its version, from 1: what one had no previews for, a newer one may have. Never lower than it was.</summary>
    int Version { get; }

    /// <summary>Whether it looks into media of a kind now.</summary>
    bool Takes(MediaClass kind);

    /// <summary>Looks into a content.</summary>
    /// <param name="kind">What it is by its name; what it really is, it says itself.</param>
    /// <param name="content">The content; it stays the caller's.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ContentDamagedException">The content is.</exception>
    ValueTask<MediaLook> LookAsync(
        MediaClass kind,
        IContentSource content,
        CancellationToken cancellationToken
    );
}

/// <summary>What was seen in a picture or a video. Nothing of it can be trusted but its form.</summary>
public sealed record MediaLook
{
    /// <summary>Nothing that can be shown.</summary>
    public static MediaLook Nothing { get; } = new();

    /// <summary>When it was taken, by the clock at that place; null when it does not say.</summary>
    public DateTime? Taken { get; init; }

    /// <summary>By how many minutes that clock was ahead of UTC; null when it does not say.</summary>
    public int? TakenOffset { get; init; }

    /// <summary>Its width as it is shown, in pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Its height as it is shown, in pixels.</summary>
    public int? Height { get; init; }

    /// <summary>How it has to be turned to be shown, 1 to 8 as in EXIF.</summary>
    public int? Orientation { get; init; }

    /// <summary>How long it plays, in milliseconds.</summary>
    public long? DurationMs { get; init; }

    /// <summary>Previews as JPEG, each with the most pixels of its longer side, the smallest first; empty when it has none.</summary>
    public IReadOnlyList<(int Size, ReadOnlyMemory<byte> Jpeg)> Previews { get; init; } = [];
}
