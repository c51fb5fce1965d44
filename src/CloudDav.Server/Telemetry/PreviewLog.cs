namespace CloudDav.Server.Telemetry;

/// <summary>What is said of previews: ids, never names.</summary>
internal static partial class PreviewLog
{
    [LoggerMessage(
        1090,
        LogLevel.Warning,
        "There is no libvips on this machine, so pictures and videos have no previews (Debian: apt install libvips42)."
    )]
    public static partial void NoPreviews(this ILogger log);

    [LoggerMessage(
        1091,
        LogLevel.Information,
        "Previews are made by libvips {Version}, {Video} ffmpeg for videos, {Landlock} Landlock around it."
    )]
    public static partial void PreviewsMade(
        this ILogger log,
        string version,
        string video,
        string landlock
    );

    [LoggerMessage(
        1092,
        LogLevel.Warning,
        "Content {Content} (vault {Vault}) could not be looked into, and will be again later."
    )]
    public static partial void MediumFailed(
        this ILogger log,
        Exception failure,
        long content,
        long vault
    );

    [LoggerMessage(1093, LogLevel.Error, "Looking into media failed and will go on where it was.")]
    public static partial void PreviewsFailed(this ILogger log, Exception failure);
}
