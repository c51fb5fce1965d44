using Microsoft.Extensions.Logging;

namespace CloudDav.WebDav;

/// <summary>All that the protocol logs. No paths: names of files are the customers' own.</summary>
internal static partial class DavLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} failed (trace {TraceId})")]
    public static partial void RequestFailed(
        ILogger logger,
        Exception exception,
        string method,
        string traceId
    );

    [LoggerMessage(
        2,
        LogLevel.Error,
        "Content broke off in the middle of an answer to {Method} (trace {TraceId}); the connection is closed"
    )]
    public static partial void ContentBroken(
        ILogger logger,
        Exception exception,
        string method,
        string traceId
    );
}
