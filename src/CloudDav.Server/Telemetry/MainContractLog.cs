namespace CloudDav.Server.Telemetry;

/// <summary>Every message about main contracts and the product inventory.</summary>
internal static partial class MainContractLog
{
    [LoggerMessage(
        1201,
        LogLevel.Debug,
        "The product inventory gave no answer for main contract {Reference}: {Reason}."
    )]
    public static partial void NoMainContractAnswer(
        this ILogger log,
        Exception? failure,
        string reference,
        string reason
    );
}
