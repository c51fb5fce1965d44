namespace CloudDav.Vault;

/// <summary>What is known of a picture or a video: of its content, wherever that hangs.</summary>
public sealed record MediaFacts
{
    /// <summary>What it is, by its name.</summary>
    public required MediaClass Kind { get; init; }

    /// <summary>When it was taken, in milliseconds since 1970 UTC; when it does not say, when the file was changed.</summary>
    public required long TakenMs { get; init; }

    /// <summary>Whether it says itself when it was taken.</summary>
    public bool IsDated { get; init; }

    /// <summary>By how many minutes the clock that it was taken by was ahead of UTC; null when that is not known.</summary>
    public int? TakenOffset { get; init; }

    /// <summary>Its width as it is shown, in pixels; null when it is not known.</summary>
    public int? Width { get; init; }

    /// <summary>Its height as it is shown, in pixels; null when it is not known.</summary>
    public int? Height { get; init; }

    /// <summary>How it has to be turned to be shown, 1 to 8 as in EXIF; null when it is not known.</summary>
    public int? Orientation { get; init; }

    /// <summary>How long it plays, in milliseconds; null for a picture, and when it is not known.</summary>
    public long? DurationMs { get; init; }

    /// <summary>The version of the worker that looked into it last; 0 when none has.</summary>
    public int Looked { get; init; }

    /// <summary>Whether it has previews.</summary>
    public bool HasPreviews { get; init; }
}

/// <summary>A preview of a content.</summary>
/// <param name="Size">The most pixels of its longer side.</param>
/// <param name="Content">The content that it is.</param>
public readonly record struct Preview(int Size, ContentId Content);

/// <summary>A picture or a video that nobody has looked into yet.</summary>
/// <param name="Vault">Whose it is.</param>
/// <param name="Content">The content.</param>
public readonly record struct PendingMedium(VaultId Vault, ContentId Content);
