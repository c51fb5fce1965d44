using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace CloudDav.Server.Tests.Previews;

/// <summary>Pictures, real ones and such as are made to break what looks into them. None of them is kept in the repository.</summary>
internal static class TestMedia
{
    private static readonly byte[] s_signature = [0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n'];

    /// <summary>A photo as cameras write it, to be turned by a quarter: EXIF says when and where it was taken.</summary>
    public static byte[] Photo(
        int width = 400,
        int height = 300,
        string taken = "2021:07:08 09:10:11",
        string offset = "+05:30"
    )
    {
        var scene = Scene(width, height);
        var exif = Exif(taken, offset);
        var segment = new byte[4];
        (segment[0], segment[1]) = (0xff, 0xe1);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(exif.Length + 2));
        return [.. scene[..2], .. segment, .. exif, .. scene[2..]];
    }

    /// <summary>A picture as phones write it, by HEVC.</summary>
    public static byte[] Heic() =>
        Make(
            "heic",
            file =>
            {
                var scene = file + ".jpg";
                File.WriteAllBytes(scene, Scene(640, 480));
                Run("vips", "copy", scene, file + "[Q=50,compression=hevc]");
                File.Delete(scene);
            }
        );

    /// <summary>A video of two seconds, as cameras write it: what is where in it stands at its end.</summary>
    public static byte[] Video() =>
        Make(
            "mp4",
            file =>
                Run(
                    "ffmpeg",
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
                    file
                )
        );

    /// <summary>Width and height of a JPEG, as its frame says.</summary>
    public static (int Width, int Height) SizeOf(ReadOnlySpan<byte> jpeg)
    {
        for (var at = 2; ; at += 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]))
            if (jpeg[at + 1] is 0xc0 or 0xc1 or 0xc2)
                return (
                    BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 7)..]),
                    BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 5)..])
                );
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

    // Programs of their own make them: a library in this process would share its fate.
    private static byte[] Scene(int width, int height) =>
        Make(
            "jpg",
            file =>
                Run(
                    "ffmpeg",
                    "-v",
                    "error",
                    "-f",
                    "lavfi",
                    "-i",
                    $"testsrc2=size={width}x{height}",
                    "-frames:v",
                    "1",
                    file
                )
        );

    // To be turned to the right.
    private static byte[] Exif(string taken, string offset)
    {
        var exif = new MemoryStream();
        using (var writer = new BinaryWriter(exif, Encoding.ASCII, leaveOpen: true))
        {
            const ushort text = 2;
            const ushort number = 3;
            const ushort place = 4;
            writer.Write("Exif\0\0II*\0"u8);
            writer.Write(8);
            writer.Write((ushort)3);
            Entry(0x010f, text, 11, 80);
            Entry(0x0112, number, 1, 6);
            Entry(0x8769, place, 1, 50);
            writer.Write(0);
            writer.Write((ushort)2);
            Entry(0x9003, text, 20, 92);
            Entry(0x9011, text, 7, 112);
            writer.Write(0);
            writer.Write("Zwartberg7\0\0"u8);
            writer.Write(Encoding.ASCII.GetBytes(taken + "\0"));
            writer.Write(Encoding.ASCII.GetBytes(offset + "\0"));

            void Entry(ushort tag, ushort kind, int count, int value)
            {
                writer.Write(tag);
                writer.Write(kind);
                writer.Write(count);
                writer.Write(value);
            }
        }
        return exif.ToArray();
    }

    private static byte[] Make(string extension, Action<string> make)
    {
        var file = Path.Combine(Path.GetTempPath(), $"clouddav-{Guid.NewGuid():N}.{extension}");
        try
        {
            make(file);
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

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
