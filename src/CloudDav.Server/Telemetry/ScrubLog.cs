namespace CloudDav.Server.Telemetry;

/// <summary>What is said of stored contents: ids and faults, never names.</summary>
internal static partial class ScrubLog
{
    [LoggerMessage(1060, LogLevel.Error, "The scrub failed and will go on where it was.")]
    public static partial void ScrubFailed(this ILogger log, Exception failure);

    [LoggerMessage(
        1061,
        LogLevel.Error,
        "Content {Content} (blob {Blob}, vault {Vault}) is damaged: {Fault} It is marked and left as it is."
    )]
    public static partial void ContentDamaged(
        this ILogger log,
        long? content,
        Guid? blob,
        long? vault,
        string fault
    );

    [LoggerMessage(
        1062,
        LogLevel.Warning,
        "Content {Content} (vault {Vault}) was marked as damaged and is what was written again."
    )]
    public static partial void ContentGoodAgain(this ILogger log, long? content, long? vault);

    [LoggerMessage(1063, LogLevel.Error, "Contents of vault {Vault} cannot be judged: {Fault}")]
    public static partial void VaultUnread(this ILogger log, long? vault, string fault);

    [LoggerMessage(1064, LogLevel.Warning, "Blob {Blob} belongs to nothing: {Fault}")]
    public static partial void StrayFound(this ILogger log, Guid? blob, string fault);

    [LoggerMessage(
        1065,
        LogLevel.Error,
        "The scrub found {More} things more. The verb 'scrub --known' lists what is damaged."
    )]
    public static partial void MoreFound(this ILogger log, int more);

    [LoggerMessage(
        1066,
        LogLevel.Information,
        "A scrub came to its end: {Contents} contents, {Bytes} bytes; {Unread} could not be judged, {Strays} blobs belong to nothing."
    )]
    public static partial void ScrubDone(
        this ILogger log,
        long contents,
        long bytes,
        long unread,
        int strays
    );
}
