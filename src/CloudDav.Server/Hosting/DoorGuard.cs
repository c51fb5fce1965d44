using CloudDav.Server.Refusals;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Hosting;

/// <summary>What the server's own doors do about what breaks behind them.</summary>
internal static class DoorGuard
{
    // What an answer said of itself that is not given.
    private static readonly string[] s_ofTheAnswer =
    [
        "Content-Type",
        "Content-Length",
        "Content-Range",
        "Content-Disposition",
        "Content-Location",
        "Location",
        "ETag",
        "Last-Modified",
        "Accept-Ranges",
    ];

    /// <summary>
    /// Lets a door answer. An outage is told as the refusal it is; any other failure is one log line and one 500, or a closed connection when the answer has begun, so that a broken answer never looks
    /// whole. A client that went away is no error.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="answer">Answers it.</param>
    /// <param name="log">Logs a failure, with the request's method and id.</param>
    /// <param name="tell">Tells a refusal as the door does; null for a problem (RFC 9457).</param>
    public static async Task RunAsync(
        HttpContext context,
        RequestDelegate answer,
        Action<Exception, string, string> log,
        Func<Refusal, Task>? tell = null
    )
    {
        Refusal told;
        try
        {
            await answer(context);
            return;
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; whatever broke, broke because of that.
            return;
        }
        catch (Exception broken)
            when (BrokenBody.StatusOf(broken) is { } status && !HasBegun(context.Response))
        {
            context.Response.StatusCode = status;
            return;
        }
        catch (StorageUnavailableException outage)
        {
            told = context.RequestServices.GetRequiredService<OutageDesk>().Tell(outage);
        }
        catch (Exception failure)
        {
            log(failure, context.Request.Method, context.TraceIdentifier);
            told = new Refusal(RefusalRule.Failed);
        }
        if (HasBegun(context.Response))
        {
            context.Abort();
            return;
        }
        foreach (var header in s_ofTheAnswer)
            context.Response.Headers.Remove(header);
        await (tell?.Invoke(told) ?? new ProblemResult(told).ExecuteAsync(context));
    }

    // What was written and not yet sent cannot be taken back either.
    private static bool HasBegun(HttpResponse response) =>
        response.HasStarted
        || (response.BodyWriter.CanGetUnflushedBytes && response.BodyWriter.UnflushedBytes > 0);
}
