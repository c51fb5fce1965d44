using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using NetVips;

namespace CloudDav.Server.Tests.Previews;

/// <summary>Pictures, real ones and such as are made to break what looks into them. None of them is kept in the repository.</summary>
internal static class TestMedia
{
    private static readonly byte[] s_signature = [0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n'];

    /// <summary>A photo as cameras write it, to be turned by a quarter: EXIF says when and where it was taken.</summary>
    public static byte[] Photo(int width = 400, int height = 300)
    {
        using var image = Scene(width, height)
            .Mutate(changed =>
            {
                changed.Set(GValue.GIntType, "orientation", 6);
                Say(changed, "exif-ifd2-DateTimeOriginal", "2021:07:08 09:10:11");
                Say(changed, "exif-ifd2-OffsetTimeOriginal", "+05:30");
                Say(changed, "exif-ifd0-Make", "Zwartberg7");
            });
        return image.JpegsaveBuffer(q: 80);
    }

    /// <summary>A picture as phones write it, by HEVC.</summary>
    public static byte[] Heic()
    {
        using var image = Scene(640, 480);
        return image.HeifsaveBuffer(q: 50, compression: Enums.ForeignHeifCompression.Hevc);
    }

    /// <summary>A video of two seconds, as cameras write it: what is where in it stands at its end.</summary>
    public static byte[] Video()
    {
        var file = Path.Combine(Path.GetTempPath(), $"clouddav-{Guid.NewGuid():N}.mp4");
        try
        {
            using var ffmpeg = Process.Start(
                "ffmpeg",
                [
                    "-v",
                    "error",
                    "-f",
                    "lavfi",
                    "-i",
                    "testsrc2=size=1280x720:rate=25",
                    "-t",
                    "2",
                    "-metadata",
                    "creation_time=2021-05-06T07:08:09Z",
                    "-c:v",
                    "mpeg4",
                    "-qscale:v",
                    "1",
                    file,
                ]
            );
            ffmpeg.WaitForExit();
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A PNG of nothing, which is small whatever it says of its size: how many it has of 1 byte, and whether it has them.</summary>
    public static byte[] Png(
        int width,
        int height,
        int bits,
        int type,
        bool isInterlaced,
        long zeros
    )
    {
        using var file = new MemoryStream();
        file.Write(s_signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (
            (byte)bits,
            (byte)type,
            isInterlaced ? (byte)1 : (byte)0
        );
        Write(file, "IHDR", header);
        using var data = new MemoryStream();
        using (var packed = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            var nothing = new byte[1 << 20];
            for (; zeros > 0; zeros -= nothing.Length)
                packed.Write(nothing, 0, (int)Math.Min(zeros, nothing.Length));
        }
        Write(file, "IDAT", data.ToArray());
        Write(file, "IEND", []);
        return file.ToArray();
    }

    private static Image Scene(int width, int height) =>
        Image
            .Xyz(width, height)
            .Cast(Enums.BandFormat.Uchar)
            .Bandjoin(Image.Black(width, height) + 90)
            .Copy(interpretation: Enums.Interpretation.Srgb)
            .Cast(Enums.BandFormat.Uchar);

    private static void Say(MutableImage image, string field, string text) =>
        image.Set(
            GValue.GStrType,
            field,
            $"{text} ({text}, ASCII, {text.Length + 1} components, {text.Length + 1} bytes)"
        );

    private static void Write(Stream file, string name, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. data];
        file.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(named));
        file.Write(number);
    }
}
