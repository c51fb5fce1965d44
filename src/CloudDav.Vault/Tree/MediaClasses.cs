using System.Collections.Frozen;

namespace CloudDav.Vault;

/// <summary>What kind of media a file is: what galleries ask for, newest first.</summary>
public enum MediaClass
{
    /// <summary>A picture.</summary>
    Image = 1,

    /// <summary>A video.</summary>
    Video = 2,

    /// <summary>Music, or another sound.</summary>
    Audio = 3,
}

/// <summary>
/// Tells the kind of a file by its name's extension and, where that says nothing, by the type a client gave. It is kept with each file, so that a phone's gallery is one range of an index; the columns
/// that were made before there was a kind, and SQL Server's, go by the same extensions.
/// </summary>
public static class MediaClasses
{
    private static readonly FrozenDictionary<string, MediaClass> ByExtension = Table(
        (
            MediaClass.Image,
            """
            jpg jpeg jpe jfif png webp heic heif avif gif bmp dib tif tiff ico svg svgz jxl psd dng cr2 cr3 nef arw djvu
            djv dwg dxf
            """
        ),
        (
            MediaClass.Video,
            """
            mkv mk3d mp4 m4v mp4v ts m2ts mts m2t mov qt avi divx webm mpg mpeg mpe vob m2v wmv asf flv ogv 3gp 3gpp
            """
        ),
        (
            MediaClass.Audio,
            """
            mka mp3 mp2 mpga m4a m4b aac flac ogg oga opus spx wav wma aif aiff mid midi ac3 amr m3u pls
            """
        )
    );

    private static readonly FrozenDictionary<string, MediaClass>.AlternateLookup<
        ReadOnlySpan<char>
    > Lookup = ByExtension.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The extensions that say it, without their dots, and which kind they say.</summary>
    public static IReadOnlyDictionary<string, MediaClass> Extensions => ByExtension;

    /// <summary>The kind of a file; null for a folder, and for a file of no such kind.</summary>
    public static MediaClass? Of(NodeRow node) =>
        node.Kind == NodeKind.File ? Of(node.Name, node.MediaType) : null;

    /// <summary>The kind that a name and the type a client gave say.</summary>
    public static MediaClass? Of(string name, string? mediaType)
    {
        var dot = name.LastIndexOf('.');
        if (dot >= 0 && Lookup.TryGetValue(name.AsSpan(dot + 1), out var known))
            return known;
        if (mediaType is null)
            return null;
        return mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? MediaClass.Image
            : mediaType.StartsWith("video/", StringComparison.OrdinalIgnoreCase) ? MediaClass.Video
            : mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? MediaClass.Audio
            : null;
    }

    private static FrozenDictionary<string, MediaClass> Table(
        params ReadOnlySpan<(MediaClass Class, string Extensions)> rows
    )
    {
        var table = new Dictionary<string, MediaClass>(StringComparer.OrdinalIgnoreCase);
        foreach (var (kind, extensions) in rows)
        foreach (
            var extension in extensions.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
        )
            table.Add(extension, kind);
        return table.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
