using CloudDav.Server.Hosting;
using CloudDav.WebDav;

namespace CloudDav.Server.Auth;

/// <summary>How a missing or wrong credential is answered: one Basic challenge and nothing beside it, because a second scheme breaks Windows.</summary>
internal static class Challenge
{
    private const string Basic = "Basic realm=\"CloudDav\", charset=\"UTF-8\"";

    /// <summary>Adds the challenge, unless a script asked: a browser would show its password box over the page.</summary>
    public static void Add(HttpContext context)
    {
        DavDiscovery.SetHeaders(context.Response);
        if (context.Request.Headers.XRequestedWith != "XMLHttpRequest")
            context.Response.Headers.WWWAuthenticate = Basic;
    }

    public static Task AnswerAsync(HttpContext context)
    {
        Add(context);
        return PlainText.WriteAsync(
            context,
            StatusCodes.Status401Unauthorized,
            "Sign in with your name and an app password or your password."
        );
    }

    /// <summary>Answers a bearer token that is not accepted (RFC 6750 §3).</summary>
    public static Task AnswerBearerAsync(HttpContext context, string description)
    {
        DavDiscovery.SetHeaders(context.Response);
        context.Response.Headers.WWWAuthenticate =
            $"Bearer realm=\"CloudDav\", error=\"invalid_token\", error_description=\"{description}\"";
        return PlainText.WriteAsync(context, StatusCodes.Status401Unauthorized, description);
    }
}
