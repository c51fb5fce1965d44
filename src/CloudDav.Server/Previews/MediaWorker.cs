using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text.Json;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Previews;

/// <summary>
/// Has each picture and video looked into by a process of its own (<see cref="PreviewWorker"/>), which gets the bytes and nothing else, and is ended when it takes too long or says too much. What breaks it is that one
/// medium's: it is no failure here.
/// </summary>
internal sealed class MediaWorker(IOptions<PreviewOptions> options, ILogger<MediaWorker> log)
    : IMediaWorker,
        IDisposable
{
    private const int MostSaid = 64 * 1024;
    private const int Unit = 1024 * 1024;

    // Of one side.
    private const int MostPixels = 1_000_000;

    // A hundred days, in milliseconds: whatever says more is not believed.
    private const long MostDuration = 100L * 24 * 60 * 60 * 1000;

    // A machine that is busy makes it slow, and no picture can: it has its bytes, and its processor time is counted.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _places = new(Math.Max(1, options.Value.Workers));
    private readonly SemaphoreSlim _asking = new(1);
    private WorkerAnswer? _abilities;

    /// <inheritdoc/>
    public int Version => PreviewWorker.Version;

    /// <inheritdoc/>
    public bool Takes(MediaClass kind) =>
        _abilities is { Library: not null } can
        && (kind == MediaClass.Image || (kind == MediaClass.Video && can.PlaysVideo));

    /// <summary>Whether what it looks into is kept from everything else; known when it was opened.</summary>
    public bool IsConfined => _abilities?.IsConfined == true;

    /// <summary>Finds out what can be looked into on this machine, and says once when that is less than it could be.</summary>
    /// <returns>Whether there is anything.</returns>
    public async ValueTask<bool> OpenAsync(CancellationToken stop)
    {
        if (options.Value.Workers == 0)
            return false;
        if (_abilities is null)
        {
            await _asking.WaitAsync(stop);
            try
            {
                _abilities ??= await AskAsync(stop);
            }
            finally
            {
                _asking.Release();
            }
        }
        return _abilities.Library is not null;
    }

    /// <inheritdoc/>
    public async ValueTask<MediaLook> LookAsync(
        MediaClass kind,
        IContentSource content,
        CancellationToken cancellationToken
    )
    {
        var (head, tail) = (content.Length, 0L);
        var most = (long)options.Value.Mebibytes * Unit;
        if (content.Length > most)
        {
            if (kind != MediaClass.Video)
                return MediaLook.Nothing;
            // Its index is at either end.
            (head, tail) = (most / 2, most / 4);
        }
        await _places.WaitAsync(cancellationToken);
        try
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            ends.CancelAfter(s_longest);
            var said = await RunAsync(
                [],
                async (input, stop) =>
                {
                    var header = new byte[PreviewWorker.HeaderBytes];
                    BinaryPrimitives.WriteInt64LittleEndian(header, content.Length);
                    BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), head);
                    BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), tail);
                    await input.WriteAsync(header, stop);
                    await content.CopyToAsync(input, 0, head, stop);
                    if (tail > 0)
                        await content.CopyToAsync(input, content.Length - tail, tail, stop);
                },
                ends.Token
            );
            return Read(said) is var (answer, previews)
                ? ToLook(answer, previews)
                : MediaLook.Nothing;
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose()
    {
        _places.Dispose();
        _asking.Dispose();
    }

    private async ValueTask<WorkerAnswer> AskAsync(CancellationToken stop)
    {
        var said = await RunAsync([PreviewWorker.Check], static (_, _) => Task.CompletedTask, stop);
        var can = Read(said)?.Answer ?? new WorkerAnswer();
        if (can.Library is null)
            log.NoPreviews();
        else
            log.PreviewsMade(
                can.Library,
                can.PlaysVideo ? "with" : "without",
                can.IsConfined ? "with" : "without"
            );
        return can;
    }

    // Everything that it says; nothing when it says too much.
    private async Task<ReadOnlyMemory<byte>> RunAsync(
        string[] arguments,
        Func<PipeWriter, CancellationToken, Task> write,
        CancellationToken stop
    )
    {
        var start = new ProcessStartInfo(
            Runtime(),
            [
                typeof(MediaWorker).Assembly.Location,
                PreviewWorker.Verb,
                options.Value.Seconds.ToString(CultureInfo.InvariantCulture),
                (options.Value.Megapixels * 1_000_000L).ToString(CultureInfo.InvariantCulture),
                ((long)options.Value.MemoryMebibytes * Unit).ToString(CultureInfo.InvariantCulture),
                .. arguments,
            ]
        )
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        // Settings, and with them secrets, may be among the server's own.
        start.Environment.Clear();
        foreach (var (name, value) in s_environment)
            start.Environment.Add(name, value);
        using var process = Process.Start(start)!;
        try
        {
            using var written = CancellationTokenSource.CreateLinkedTokenSource(stop);
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var reading = ReadAllAsync(process.StandardOutput.BaseStream, stop);
            var writing = WriteAsync(process.StandardInput.BaseStream, write, written.Token);
            // One that ends before it has all its bytes wants no more of them.
            await Task.WhenAny(reading, writing);
            if (!writing.IsCompleted)
                await written.CancelAsync();
            await writing;
            return await reading;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task WriteAsync(
        Stream stream,
        Func<PipeWriter, CancellationToken, Task> write,
        CancellationToken stop
    )
    {
        var input = PipeWriter.Create(stream);
        try
        {
            await write(input, stop);
            await input.FlushAsync(stop);
        }
        catch (Exception broken)
            when (broken is IOException and not StorageUnavailableException
                || (broken is OperationCanceledException && stop.IsCancellationRequested)
            )
        {
            // It is gone, and what it has said counts.
        }
        finally
        {
            try
            {
                await stream.DisposeAsync();
            }
            catch (IOException)
            {
                // It is gone.
            }
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAllAsync(
        Stream output,
        CancellationToken stop
    )
    {
        using var said = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await output.ReadAsync(buffer, stop)) > 0)
        {
            if (said.Length + read > PreviewWorker.MostOutput + MostSaid)
                return default;
            await said.WriteAsync(buffer.AsMemory(0, read), stop);
        }
        return said.ToArray();
    }

    private static (WorkerAnswer Answer, IReadOnlyList<(int, ReadOnlyMemory<byte>)> Previews)? Read(
        ReadOnlyMemory<byte> said
    )
    {
        if (said.Length < sizeof(int))
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(said.Span);
        if (length is < 2 or > MostSaid || length > said.Length - sizeof(int))
            return null;
        WorkerAnswer? answer;
        try
        {
            answer = JsonSerializer.Deserialize(
                said.Span.Slice(sizeof(int), length),
                WorkerAnswerJson.Default.WorkerAnswer
            );
        }
        catch (JsonException)
        {
            return null;
        }
        if (answer is null || answer.Sizes.Count != answer.Lengths.Count)
            return null;
        var previews = new List<(int, ReadOnlyMemory<byte>)>();
        var (rest, last) = (said[(sizeof(int) + length)..], 0);
        foreach (var (size, bytes) in answer.Sizes.Zip(answer.Lengths))
        {
            if (
                size <= last
                || !PreviewDesk.Sizes.Contains(size)
                || bytes < 4
                || bytes > rest.Length
                || !rest.Span.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff])
            )
                return null;
            previews.Add((size, rest[..bytes]));
            (rest, last) = (rest[bytes..], size);
        }
        return rest.IsEmpty ? (answer, previews) : null;
    }

    internal static MediaLook ToLook(
        WorkerAnswer answer,
        IReadOnlyList<(int, ReadOnlyMemory<byte>)> previews
    ) =>
        new()
        {
            Taken = answer.Taken,
            TakenOffset = answer.TakenOffset is >= -14 * 60 and <= 14 * 60
                ? answer.TakenOffset
                : null,
            Width = answer.Width is > 0 and <= MostPixels ? answer.Width : null,
            Height = answer.Height is > 0 and <= MostPixels ? answer.Height : null,
            Orientation = answer.Orientation is >= 1 and <= 8 ? answer.Orientation : null,
            DurationMs = answer.DurationMs is > 0 and <= MostDuration ? answer.DurationMs : null,
            Previews = previews,
        };

    // The one that runs this, or, where a program of its own does, the one beside the runtime.
    private static string Runtime() =>
        Environment.ProcessPath is { } program
        && Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? program
            : Path.GetFullPath(
                Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet")
            );

    // A small runtime that starts fast, knows no cultures, and lets nobody look into it.
    private static readonly KeyValuePair<string, string>[] s_environment =
    [
        new("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"),
        new("DOTNET_EnableDiagnostics", "0"),
        new("DOTNET_EnableWriteXorExecute", "0"),
        new("DOTNET_TieredPGO", "0"),
        new("DOTNET_gcServer", "0"),
        new("DOTNET_GCHeapHardLimit", "0x8000000"),
        new("VIPS_BLOCK_UNTRUSTED", "1"),
        new("VIPS_CONCURRENCY", "1"),
        new("VIPS_DISC_THRESHOLD", "8g"),
        new("LC_ALL", "C.UTF-8"),
    ];
}
