using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Previews</c>: what looking into pictures and videos may take.</summary>
internal sealed class PreviewOptions
{
    public const string Section = "Previews";

    /// <summary>How many pictures and videos are looked into at once; 0 for none ever.</summary>
    [AllowedRange(0, 64)]
    public int Workers { get; init; } = 2;

    /// <summary>How many seconds of processor time one of them may take.</summary>
    [AllowedRange(1, 600)]
    public int Seconds { get; init; } = 20;

    /// <summary>How much memory one of them may take, in mebibytes.</summary>
    [AllowedRange(64, 65_536)]
    public int MemoryMebibytes { get; init; } = 1_024;

    /// <summary>How large a picture is that is still looked into, in millions of pixels.</summary>
    [AllowedRange(1, 2_000)]
    public int Megapixels { get; init; } = 250;

    /// <summary>How large a picture is that is still looked into, in mebibytes. Of a larger video the beginning and the end are.</summary>
    [AllowedRange(1, 1_024)]
    public int Mebibytes { get; init; } = 128;
}

[OptionsValidator]
internal sealed partial class PreviewOptionsValidator : IValidateOptions<PreviewOptions>;
