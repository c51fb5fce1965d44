using CloudDav.Vault;

namespace CloudDav.Server.Hosting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can read its metadata.</summary>
internal sealed class HealthDoor(IAccountStore accounts)
{
    private const string Live = "/health/live";
    private const string Ready = "/health/ready";

    /// <summary>Whether a request is a probe.</summary>
    public static bool Answers(HttpRequest request) =>
        (request.Path == Live || request.Path == Ready)
        && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!Answers(context.Request))
            await next(context);
        else if (context.Request.Path == Live)
            await PlainText.WriteAsync(context, StatusCodes.Status200OK, "live");
        else
            await AnswerReadyAsync(context);
    }

    private async Task AnswerReadyAsync(HttpContext context)
    {
        try
        {
            await accounts.FindAccountAsync("", context.RequestAborted);
            await PlainText.WriteAsync(context, StatusCodes.Status200OK, "ready");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            await PlainText.WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                "not ready: the metadata cannot be read"
            );
        }
    }
}
