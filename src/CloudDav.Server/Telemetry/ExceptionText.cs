using System.Data.Common;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Vault;

namespace CloudDav.Server.Telemetry;

/// <summary>
/// An exception as the log may have it: its type, where it was thrown, and its message only when that is known to say nothing of what customers sent. .NET puts
/// values into the others: the text that was no number, the key that was there twice.
/// </summary>
internal static class ExceptionText
{
    /// <summary>The exception with those inside it, over several lines.</summary>
    public static string Of(Exception exception)
    {
        var text = new StringBuilder();
        Append(text, exception);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Exception exception)
    {
        text.Append(exception.GetType().FullName);
        if (IsHarmless(exception))
            text.Append(": ").Append(exception.Message);
        // Where we were when the network failed is of no use to anybody, and an outage has many of them.
        if (exception is StorageUnavailableException)
            return;
        if (exception.StackTrace is { } stack)
            text.Append('\n').Append(stack.ReplaceLineEndings("\n"));
        IEnumerable<Exception> inside =
            exception is AggregateException many ? many.InnerExceptions
            : exception.InnerException is { } only ? [only]
            : [];
        foreach (var inner in inside)
        {
            text.Append("\n ---> ");
            Append(text, inner);
        }
    }

    // Of disks, networks, databases and ourselves: paths are those of blobs, which are numbers, and host names those of the settings.
    private static bool IsHarmless(Exception exception) =>
        exception
            is DbException
                or SocketException
                or HttpRequestException
                or UnauthorizedAccessException
                or CryptographicException
                or OperationCanceledException
                or TimeoutException
                or ObjectDisposedException
                or ContentDamagedException
                or KeyStoreException
                or StartProblem
                or (IOException and not BadHttpRequestException);
}
