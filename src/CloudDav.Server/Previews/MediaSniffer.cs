namespace CloudDav.Server.Previews;

/// <summary>What bytes are.</summary>
internal enum SniffedKind
{
    /// <summary>Nothing that is looked into.</summary>
    Other,

    /// <summary>A picture.</summary>
    Picture,

    /// <summary>A video.</summary>
    Video,
}

/// <summary>Says what bytes are by how they begin, whatever they are called: which program they are given to must not be for a name to say.</summary>
internal static class MediaSniffer
{
    /// <summary>How many bytes it looks at.</summary>
    public const int HeadBytes = 512;

    /// <summary>The loaders of libvips for what it calls pictures, each with all its kinds of sources.</summary>
    public static readonly string[] Loaders =
    [
        "VipsForeignLoadJpeg",
        "VipsForeignLoadPng",
        "VipsForeignLoadWebp",
        "VipsForeignLoadNsgif",
        "VipsForeignLoadHeif",
        "VipsForeignLoadTiff",
    ];

    public static SniffedKind Of(ReadOnlySpan<byte> head)
    {
        if (
            head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff])
            || head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])
            || head.StartsWith("GIF8"u8)
            || head.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0])
            || head.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 42])
        )
            return SniffedKind.Picture;
        if (head.StartsWith("RIFF"u8) && head.Length >= 12)
            return head[8..12].SequenceEqual("WEBP"u8) ? SniffedKind.Picture
                : head[8..12].SequenceEqual("AVI "u8) ? SniffedKind.Video
                : SniffedKind.Other;
        if (head.Length >= 12 && head[4..8].SequenceEqual("ftyp"u8))
            return IsStill(head[8..12]) ? SniffedKind.Picture : SniffedKind.Video;
        if (
            head.StartsWith((ReadOnlySpan<byte>)[0x1a, 0x45, 0xdf, 0xa3])
            || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xba])
            || head.StartsWith((ReadOnlySpan<byte>)[0x30, 0x26, 0xb2, 0x75])
            || head.StartsWith("FLV"u8)
            || head.StartsWith("OggS"u8)
            || IsTransport(head, 0)
            || IsTransport(head, 4)
            || head.Length >= 8
                && (
                    head[4..8].SequenceEqual("moov"u8)
                    || head[4..8].SequenceEqual("mdat"u8)
                    || head[4..8].SequenceEqual("wide"u8)
                )
        )
            return SniffedKind.Video;
        return SniffedKind.Other;
    }

    private static bool IsStill(ReadOnlySpan<byte> brand) =>
        brand.SequenceEqual("heic"u8)
        || brand.SequenceEqual("heix"u8)
        || brand.SequenceEqual("heim"u8)
        || brand.SequenceEqual("heis"u8)
        || brand.SequenceEqual("hevc"u8)
        || brand.SequenceEqual("hevx"u8)
        || brand.SequenceEqual("mif1"u8)
        || brand.SequenceEqual("msf1"u8)
        || brand.SequenceEqual("avif"u8)
        || brand.SequenceEqual("avis"u8);

    // Packets of 188 bytes, those of Blu-ray discs with four before them.
    private static bool IsTransport(ReadOnlySpan<byte> head, int offset) =>
        head.Length > offset + 188 + offset
        && head[offset] == 0x47
        && head[offset + 188 + offset] == 0x47;
}
