using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using NetVips;
using Vips = NetVips.NetVips;

namespace CloudDav.Server.Previews;

/// <summary>
/// The process that looks into one picture or video and ends. It gets the bytes through its standard input and knows nothing else: no settings, no keys, no database, and, where the kernel can do that, no file
/// and no network (<see cref="Confinement"/>). What it says goes through its standard output, and is believed by nobody.
/// </summary>
internal static partial class PreviewWorker
{
    /// <summary>The argument that makes the program this.</summary>
    public const string Verb = "preview-worker";

    /// <summary>Grows with what it can do.</summary>
    public const int Version = 1;

    /// <summary>The most bytes of previews that it gives.</summary>
    public const int MostOutput = 8 * 1024 * 1024;

    private const string Confined = "confined";

    /// <summary>How many bytes come before those of the medium: its length, and how many of its beginning and of its end come.</summary>
    public const int HeaderBytes = 3 * sizeof(long);

    /// <summary>The argument that has it say what it can, and nothing else.</summary>
    public const string Check = "check";

    private const int MemfdFlags = 1;
    private const int Quality = 80;
    private static readonly TimeSpan s_ffmpegTime = TimeSpan.FromSeconds(20);

    /// <summary>Does its work.</summary>
    /// <param name="arguments">Those after the verb: seconds of processor time, the most pixels, bytes of memory, and what it has done to itself.</param>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        try
        {
            var seconds = int.Parse(arguments[0], CultureInfo.InvariantCulture);
            var pixels = long.Parse(arguments[1], CultureInfo.InvariantCulture);
            var memory = long.Parse(arguments[2], CultureInfo.InvariantCulture);
            var isCheck = arguments.Contains(Check);
            var isConfined = arguments.Contains(Confined);
            if (!isConfined)
            {
                Confinement.LimitTime(seconds);
                _ = Confinement.BeginAnew([
                    typeof(PreviewWorker).Assembly.Location,
                    Verb,
                    .. arguments,
                    Confined,
                ]);
            }
            Confinement.Hide();
            using var output = Console.OpenStandardOutput();
            if (isCheck)
            {
                WriteAnswer(output, WhatItCan(), []);
                return 0;
            }
            var length = ReadInput();
            Prepare();
            Confinement.LimitMemory(memory);
            var (seen, previews) = Look(length, pixels, memory);
            WriteAnswer(output, seen, previews);
            return 0;
        }
        catch (Exception failure)
        {
            // For whoever runs it by hand; the server reads none of it.
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }

    // Nobody's code but that of the loaders that are wanted.
    private static void Prepare()
    {
        Cache.Max = 0;
        Vips.Concurrency = 1;
        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in MediaSniffer.Loaders)
            Operation.Block(loader, false);
    }

    private static WorkerAnswer WhatItCan()
    {
        string? library = null;
        try
        {
            if (ModuleInitializer.VipsInitialized)
                library = string.Join(
                    '.',
                    Enumerable.Range(0, 3).Select(part => Vips.Version(part))
                );
        }
        catch (Exception failure)
            when (failure is DllNotFoundException or TypeInitializationException)
        {
            // It is not installed.
        }
        return new WorkerAnswer
        {
            Library = library,
            PlaysVideo = library is not null && HasPlayers,
            IsConfined = !SeesFiles(),
        };
    }

    private static bool HasPlayers => ((string[])[Ffmpeg, Ffprobe, Prlimit]).All(File.Exists);

    // Of every system's files one that anybody may read.
    private static bool SeesFiles()
    {
        try
        {
            using var file = File.OpenRead("/etc/passwd");
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Into memory that is a file, which can be read at any place: the length, how much of the beginning and of the end comes, and both. What is between them is never there.
    private static long ReadInput()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> header = stackalloc byte[HeaderBytes];
        input.ReadExactly(header);
        var length = BinaryPrimitives.ReadInt64LittleEndian(header);
        var head = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
        var tail = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        var file = CreateMemory("medium", MemfdFlags);
        if (file < 0)
            throw new InvalidOperationException("There is no memory.");
        using (
            var memory = new FileStream(
                new Microsoft.Win32.SafeHandles.SafeFileHandle(file, ownsHandle: false),
                FileAccess.Write
            )
        )
        {
            memory.SetLength(length);
            Copy(input, memory, head);
            memory.Position = length - tail;
            Copy(input, memory, tail);
        }
        if (Duplicate(file, 0) < 0 || Seek(0, 0, 0) < 0)
            throw new InvalidOperationException("There is no input.");
        return length;
    }

    private static void Copy(Stream input, Stream memory, long count)
    {
        var buffer = new byte[128 * 1024];
        while (count > 0)
        {
            var read = input.Read(buffer, 0, (int)Math.Min(buffer.Length, count));
            if (read == 0)
                throw new EndOfStreamException();
            memory.Write(buffer, 0, read);
            count -= read;
        }
    }

    private static (WorkerAnswer Seen, List<byte[]> Previews) Look(
        long length,
        long pixels,
        long memory
    )
    {
        var head = new byte[Math.Min(length, MediaSniffer.HeadBytes)];
        if (ReadAt(0, head, (nuint)head.Length, 0) != head.Length)
            throw new EndOfStreamException();
        return MediaSniffer.Of(head) switch
        {
            SniffedKind.Picture => LookAtPicture(pixels),
            SniffedKind.Video => LookAtVideo(pixels, memory),
            _ => (new WorkerAnswer(), []),
        };
    }

    private static (WorkerAnswer, List<byte[]>) LookAtPicture(long pixels)
    {
        WorkerAnswer seen;
        using (var source = Source.NewFromDescriptor(0))
        using (var header = Image.NewFromSource(source, access: Enums.Access.Sequential))
        {
            if ((long)header.Width * header.Height > pixels)
                return (new WorkerAnswer(), []);
            var orientation = NumberOf(header, "orientation");
            var isTurned = orientation is >= 5 and <= 8;
            seen = new WorkerAnswer
            {
                Width = isTurned ? header.Height : header.Width,
                Height = isTurned ? header.Width : header.Height,
                Orientation = orientation is >= 1 and <= 8 ? orientation : null,
                Taken = ExifText.ClockOf(TextOf(header, "exif-ifd2-DateTimeOriginal")),
                TakenOffset = ExifText.OffsetOf(TextOf(header, "exif-ifd2-OffsetTimeOriginal")),
            };
        }
        _ = Seek(0, 0, 0);
        using var large = Source.NewFromDescriptor(0);
        using var shown = Image.ThumbnailSource(
            large,
            Vault.PreviewDesk.Sizes[^1],
            height: Vault.PreviewDesk.Sizes[^1],
            size: Enums.Size.Down,
            failOn: Enums.FailOn.Error
        );
        return PreviewsOf(seen, shown);
    }

    private static (WorkerAnswer, List<byte[]>) LookAtVideo(long pixels, long memory)
    {
        if (!HasPlayers)
            return (new WorkerAnswer(), []);
        var probed = Call(
            Ffprobe,
            [
                .. s_bounds,
                "-print_format",
                "json",
                "-show_entries",
                "format=duration:format_tags=creation_time,com.apple.quicktime.creationdate:stream=codec_type,width,height:stream_disposition=attached_pic:stream_side_data=rotation:stream_tags=rotate",
                "-i",
                "/dev/stdin",
            ],
            memory,
            mostBytes: 256 * 1024
        );
        var seen = ProbeText.Read(probed);
        if (seen.Width is not { } width || (long)width * seen.Height > pixels)
            return (seen, []);
        var at = seen.DurationMs is > 3_000 ? "1" : "0";
        var frame = Call(
            Ffmpeg,
            [
                "-nostdin",
                .. s_bounds,
                "-threads",
                "1",
                "-ss",
                at,
                "-i",
                "/dev/stdin",
                "-map",
                "0:v:0",
                "-an",
                "-sn",
                "-dn",
                "-frames:v",
                "1",
                "-vf",
                "scale='min(1920,iw)':'min(1920,ih)':force_original_aspect_ratio=decrease",
                "-f",
                "image2pipe",
                "-c:v",
                "png",
                "pipe:1",
            ],
            memory,
            mostBytes: 32 * 1024 * 1024
        );
        if (frame.Length == 0)
            return (seen, []);
        using var shown = Image.NewFromBuffer(frame, access: Enums.Access.Sequential);
        using var copy = shown.CopyMemory();
        return PreviewsOf(seen, copy);
    }

    // The largest first, of which the smaller ones are made; what is not larger than a size has none that is.
    private static (WorkerAnswer, List<byte[]>) PreviewsOf(WorkerAnswer seen, Image shown)
    {
        using var whole = Flat(shown).CopyMemory();
        var sizes = new List<int>();
        var previews = new List<byte[]>();
        var longer = Math.Max(whole.Width, whole.Height);
        foreach (var size in Vault.PreviewDesk.Sizes)
        {
            if (size == Vault.PreviewDesk.Sizes[^1] || longer <= size)
            {
                previews.Add(Save(whole));
                sizes.Add(size);
                break;
            }
            using var smaller = whole.ThumbnailImage(size, height: size, size: Enums.Size.Down);
            previews.Add(Save(smaller));
            sizes.Add(size);
        }
        return (
            seen with
            {
                Sizes = sizes,
                Lengths = [.. previews.Select(preview => preview.Length)],
            },
            previews
        );
    }

    private static Image Flat(Image image)
    {
        var colours = image.Interpretation is Enums.Interpretation.Srgb or Enums.Interpretation.Bw
            ? image
            : image.Colourspace(Enums.Interpretation.Srgb);
        return (colours.HasAlpha() ? colours.Flatten(background: [255, 255, 255]) : colours).Cast(
            Enums.BandFormat.Uchar
        );
    }

    // Nothing of what a camera wrote into it.
    private static byte[] Save(Image image) =>
        (byte[])
            Operation.Call(
                "jpegsave_buffer",
                new VOption
                {
                    { "Q", Quality },
                    { "strip", true },
                    { "optimize_coding", true },
                    { "interlace", false },
                },
                image
            );

    private static int? NumberOf(Image image, string name) =>
        image.Contains(name) && image.Get(name) is int number ? number : null;

    private static string? TextOf(Image image, string name) =>
        image.Contains(name) ? image.Get(name) as string : null;

    private static void WriteAnswer(
        Stream output,
        WorkerAnswer answer,
        IReadOnlyList<byte[]> previews
    )
    {
        var said = JsonSerializer.SerializeToUtf8Bytes(
            answer,
            WorkerAnswerJson.Default.WorkerAnswer
        );
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, said.Length);
        output.Write(length);
        output.Write(said);
        foreach (var preview in previews)
            output.Write(preview);
        output.Flush();
    }

    private const string Ffmpeg = "/usr/bin/ffmpeg";
    private const string Ffprobe = "/usr/bin/ffprobe";
    private const string Prlimit = "/usr/bin/prlimit";

    // Containers that are one file, and nothing that names another.
    private static readonly string[] s_bounds =
    [
        "-v",
        "error",
        "-protocol_whitelist",
        "file,pipe",
        "-format_whitelist",
        "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,asf,flv,ogg,image2pipe",
        "-max_alloc",
        "536870912",
    ];

    private static byte[] Call(string program, string[] arguments, long memory, int mostBytes)
    {
        var start = new ProcessStartInfo(Prlimit, [$"--as={memory}", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var ends = new Timer(
            _ => process.Kill(),
            null,
            s_ffmpegTime,
            Timeout.InfiniteTimeSpan
        );
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var output = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = process.StandardOutput.BaseStream.Read(buffer)) > 0)
        {
            if (output.Length + read > mostBytes)
            {
                process.Kill();
                return [];
            }
            output.Write(buffer, 0, read);
        }
        process.WaitForExit();
        return process.ExitCode == 0 ? output.ToArray() : [];
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemory(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int file, int to);

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long Seek(int file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "pread")]
    private static partial nint ReadAt(int file, byte[] buffer, nuint count, long offset);
}
