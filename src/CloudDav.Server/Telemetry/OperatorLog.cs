namespace CloudDav.Server.Telemetry;

/// <summary>Every message of the operator's door: ids and counts, never tokens or names.</summary>
internal static partial class OperatorLog
{
    [LoggerMessage(
        1301,
        LogLevel.Warning,
        "The operator's authority cannot be reached; its tokens are answered 503."
    )]
    public static partial void OperatorAuthorityAway(this ILogger log, Exception failure);

    [LoggerMessage(
        1302,
        LogLevel.Error,
        "A {Method} of the operator failed and was answered 500 ({RequestId})."
    )]
    public static partial void OperatorRequestFailed(
        this ILogger log,
        Exception failure,
        string method,
        string requestId
    );
}
