namespace CloudDav.Server.Hosting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can write, and is not about to stop.</summary>
internal sealed class HealthDoor(Readiness readiness)
{
    private const string Live = "/health/live";
    private const string Ready = "/health/ready";

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (
            (request.Path != Live && request.Path != Ready)
            || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        )
            await next(context);
        else if (request.Path == Live)
            await PlainText.WriteAsync(context, StatusCodes.Status200OK, "live");
        else if (await readiness.FindProblemAsync(context.RequestAborted) is { } problem)
            await PlainText.WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                "not ready: " + problem
            );
        else
            await PlainText.WriteAsync(context, StatusCodes.Status200OK, "ready");
    }
}
