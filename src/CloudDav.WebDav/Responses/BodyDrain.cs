using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Responses;

/// <summary>
/// After an early refusal, reads what the client is still sending and throws it away, within bounds. A connection closed at once would
/// reset, and most clients would then report a broken connection instead of the reason.
/// </summary>
internal static class BodyDrain
{
    /// <summary>Prepares an answer that is given before the body was read; call before it starts.</summary>
    public static void Announce(HttpContext context, DavEndpointOptions options)
    {
        // Whoever waits for 100 Continue sends nothing more; whoever sends too much is cut off. Either way the connection ends here.
        if (
            HttpProtocol.IsHttp11(context.Request.Protocol)
            && HasBody(context.Request)
            && (Awaits100(context) || context.Request.ContentLength > options.DrainBytes)
        )
            context.Response.Headers.Connection = "close";
    }

    /// <summary>Reads and drops up to the bounds; never fails.</summary>
    public static async Task RunAsync(HttpContext context, DavEndpointOptions options)
    {
        if (!HasBody(context.Request) || Awaits100(context))
            return;
        using var deadline = new CancellationTokenSource(options.DrainTime, options.Clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token,
            context.RequestAborted
        );
        try
        {
            await context.Response.CompleteAsync();
            long dropped = 0;
            while (dropped < options.DrainBytes)
            {
                var result = await context.Request.BodyReader.ReadAsync(stop.Token);
                dropped += result.Buffer.Length;
                context.Request.BodyReader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                    return;
            }
        }
        catch (Exception e)
            when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Out of time, gone, or already read: the answer has been given in any case.
        }
    }

    private static bool HasBody(HttpRequest request) =>
        request.ContentLength > 0
        || (request.ContentLength is null && request.Headers.TransferEncoding.Count > 0);

    /// <summary>Whether the client still waits for 100 Continue, which goes out when the body is first read.</summary>
    private static bool Awaits100(HttpContext context) =>
        context.Request.Headers.Expect.Count > 0
        && context.Features.Get<UploadBody>() is not { IsBegun: true };
}
