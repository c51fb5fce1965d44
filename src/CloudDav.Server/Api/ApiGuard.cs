using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>What the server's own doors do about what breaks behind them.</summary>
internal static class ApiGuard
{
    /// <summary>
    /// Lets a door's endpoints answer. An outage is told as the refusal it is; any other failure is one log line and one 500, or a closed connection when the answer has begun, so that a broken answer never looks
    /// whole. A client that went away is no error.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="log">Logs a failure, with the request's method and id.</param>
    /// <param name="apology">What the 500 says to the reader; null for nothing.</param>
    public static async Task RunAsync(
        HttpContext context,
        RequestDelegate endpoints,
        Action<Exception, string, string> log,
        string? apology
    )
    {
        try
        {
            await endpoints(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; whatever broke, broke because of that.
        }
        catch (BadHttpRequestException broken) when (!HasBegun(context.Response))
        {
            // The body could not be read as it was sent.
            context.Response.StatusCode = broken.StatusCode;
        }
        catch (StorageUnavailableException failure)
        {
            var outage = context.RequestServices.GetRequiredService<OutageDesk>().Tell(failure);
            if (HasBegun(context.Response))
            {
                context.Abort();
                return;
            }
            context.Response.Clear();
            await new ProblemResult(outage).ExecuteAsync(context);
        }
        catch (Exception failure)
        {
            log(failure, context.Request.Method, context.TraceIdentifier);
            if (HasBegun(context.Response))
            {
                context.Abort();
                return;
            }
            context.Response.Clear();
            await TypedResults
                .Problem(apology, statusCode: StatusCodes.Status500InternalServerError)
                .ExecuteAsync(context);
        }
    }

    // What was written and not yet sent cannot be taken back either.
    private static bool HasBegun(HttpResponse response) =>
        response.HasStarted
        || (response.BodyWriter.CanGetUnflushedBytes && response.BodyWriter.UnflushedBytes > 0);
}
