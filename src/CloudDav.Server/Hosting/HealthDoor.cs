using CloudDav.Vault;

namespace CloudDav.Server.Hosting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can read its metadata.</summary>
internal sealed class HealthDoor(IAccountStore accounts)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (
            !HttpMethods.IsGet(context.Request.Method)
            && !HttpMethods.IsHead(context.Request.Method)
        )
        {
            await next(context);
            return;
        }
        switch (context.Request.Path.Value)
        {
            case "/health/live":
                await PlainText.WriteAsync(context, StatusCodes.Status200OK, "live");
                break;
            case "/health/ready":
                await AnswerReadyAsync(context);
                break;
            default:
                await next(context);
                break;
        }
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
