using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudDav.Server.Previews;

/// <summary>What the worker says.</summary>
internal sealed record WorkerAnswer
{
    /// <summary>The version of libvips; null when it is not installed. Asked for with the check alone.</summary>
    public string? Library { get; init; }

    /// <summary>Whether ffmpeg is installed.</summary>
    public bool PlaysVideo { get; init; }

    /// <summary>Whether it sees no files.</summary>
    public bool IsConfined { get; init; }

    /// <summary>When it was taken, by the clock there.</summary>
    public DateTime? Taken { get; init; }

    /// <summary>By how many minutes that clock was ahead of UTC.</summary>
    public int? TakenOffset { get; init; }

    /// <summary>Its width as it is shown.</summary>
    public int? Width { get; init; }

    /// <summary>Its height as it is shown.</summary>
    public int? Height { get; init; }

    /// <summary>How it has to be turned.</summary>
    public int? Orientation { get; init; }

    /// <summary>How long it plays.</summary>
    public long? DurationMs { get; init; }

    /// <summary>The sizes of its previews, the smallest first.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [];

    /// <summary>The lengths of the previews, whose bytes follow in that order.</summary>
    public IReadOnlyList<int> Lengths { get; init; } = [];
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WorkerAnswer))]
internal sealed partial class WorkerAnswerJson : JsonSerializerContext;

/// <summary>Times as EXIF has them; libvips puts how it read them behind.</summary>
internal static class ExifText
{
    public static DateTime? ClockOf(string? text) =>
        text is { Length: >= 19 }
        && DateTime.TryParseExact(
            text.AsSpan(0, 19),
            "yyyy:MM:dd HH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var clock
        )
            ? clock
            : null;

    public static int? OffsetOf(string? text)
    {
        if (text is not { Length: >= 6 } || text[0] is not ('+' or '-') || text[3] != ':')
            return null;
        return
            int.TryParse(
                text.AsSpan(1, 2),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var hours
            )
            && int.TryParse(
                text.AsSpan(4, 2),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var minutes
            )
            && hours <= 14
            && minutes < 60
            ? (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes)
            : null;
    }
}

/// <summary>What ffprobe says of a video.</summary>
internal static class ProbeText
{
    public static WorkerAnswer Read(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
            return new();
        using var document = JsonDocument.Parse(json);
        var seen = new WorkerAnswer();
        if (!document.RootElement.TryGetProperty("streams", out var streams))
            return seen;
        foreach (var stream in streams.EnumerateArray())
        {
            if (
                Text(stream, "codec_type") != "video"
                || !stream.TryGetProperty("width", out var width)
                || !stream.TryGetProperty("height", out var height)
                || IsCover(stream)
            )
                continue;
            var isTurned = Math.Abs(RotationOf(stream)) % 180 == 90;
            seen = seen with
            {
                Width = isTurned ? height.GetInt32() : width.GetInt32(),
                Height = isTurned ? width.GetInt32() : height.GetInt32(),
            };
            break;
        }
        if (!document.RootElement.TryGetProperty("format", out var format))
            return seen;
        if (
            double.TryParse(
                Text(format, "duration"),
                NumberStyles.Float,
                CultureInfo.InvariantCulture,
                out var seconds
            ) && seconds is > 0 and < 1e8
        )
            seen = seen with { DurationMs = (long)(seconds * 1000) };
        if (!format.TryGetProperty("tags", out var tags))
            return seen;
        // Apple says the zone; everybody else writes UTC, and a camera whose clock was never set 1904.
        var said = Text(tags, "com.apple.quicktime.creationdate") ?? Text(tags, "creation_time");
        return
            DateTimeOffset.TryParse(
                said,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var taken
            )
            && taken.Year >= 1970
            ? seen with
            {
                Taken = taken.DateTime,
                TakenOffset = (int)taken.Offset.TotalMinutes,
            }
            : seen;
    }

    private static bool IsCover(JsonElement stream) =>
        stream.TryGetProperty("disposition", out var disposition)
        && disposition.TryGetProperty("attached_pic", out var cover)
        && cover.GetInt32() == 1;

    private static int RotationOf(JsonElement stream)
    {
        if (stream.TryGetProperty("side_data_list", out var list))
            foreach (var side in list.EnumerateArray())
                if (side.TryGetProperty("rotation", out var rotation))
                    return (int)rotation.GetDouble();
        return
            stream.TryGetProperty("tags", out var tags)
            && int.TryParse(
                Text(tags, "rotate"),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var turned
            )
            ? turned
            : 0;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
