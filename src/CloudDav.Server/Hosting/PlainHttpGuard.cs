namespace CloudDav.Server.Hosting;

/// <summary>
/// Refuses plain http before any password is looked at. The answer has no challenge: a client that was not asked sends nothing, and what it sent
/// unasked is not told to be right or wrong.
/// </summary>
internal sealed class PlainHttpGuard(bool isPlainAllowed)
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        isPlainAllowed || context.Request.IsHttps
            ? next(context)
            : PlainText.WriteAsync(
                context,
                StatusCodes.Status403Forbidden,
                "This server is reached by https only. Put https:// in front of its address."
            );
}
