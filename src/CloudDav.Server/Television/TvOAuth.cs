using System.Globalization;
using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Pages;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Television;

/// <summary>
/// The device grant of OAuth (RFC 8628): a set asks for a code that a person types in on <see cref="PairingPages"/>, and asks again and again until the person has answered. Errors are as RFC 6749 5.2 has
/// them, with a <c>message</c> beside them that the set can show, in the language of Accept-Language.
/// </summary>
internal static class TvOAuth
{
    public const string AuthorizationPath = "/oauth/device_authorization";
    public const string TokenPath = "/oauth/token";

    private const string Grant = "urn:ietf:params:oauth:grant-type:device_code";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(AuthorizationPath, BeginAsync);
        routes.MapPost(TokenPath, PollAsync);
    }

    private static async Task BeginAsync(HttpContext context)
    {
        if (await ReadAsync(context, "client_id", "scope", "device_name") is not { } form)
            return;
        var begun = await Desk(context)
            .BeginAsync(
                form.One("client_id"),
                form.One("device_name"),
                SignIn.AddressOf(context.Connection.RemoteIpAddress),
                SignIn.ShownAddressOf(context.Connection.RemoteIpAddress),
                context.RequestAborted
            );
        if (begun.Refusal is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }
        var page = $"{context.Request.Scheme}://{context.Request.Host}{PairingPages.Path}";
        var code = begun.Value.User.Reveal();
        await WriteAsync(
            context,
            StatusCodes.Status200OK,
            new
            {
                device_code = begun.Value.Device.Reveal(),
                user_code = code,
                verification_uri = page,
                verification_uri_complete = $"{page}/{code}",
                expires_in = (int)TvPairing.Life.TotalSeconds,
                interval = (int)TvPairing.FirstPause.TotalSeconds,
            }
        );
    }

    private static async Task PollAsync(HttpContext context)
    {
        if (await ReadAsync(context, "grant_type", "client_id", "device_code") is not { } form)
            return;
        if (form.One("grant_type") is not { } grant)
        {
            await FailAsync(context, "invalid_request", "grant_type is missing.");
            return;
        }
        if (grant != Grant)
        {
            await FailAsync(context, "unsupported_grant_type", "Only TV sets get tokens here.");
            return;
        }
        if (form.One("device_code") is not { Length: > 0 } code || form.One("client_id") is null)
        {
            await FailAsync(context, "invalid_request", "device_code or client_id is missing.");
            return;
        }
        var polled = await Desk(context)
            .PollAsync(
                form.One("client_id"),
                code,
                SignIn.AddressOf(context.Connection.RemoteIpAddress),
                context.RequestAborted
            );
        if (polled.Refusal is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }
        var words = PageWords.In(
            Reader.LanguageOf(context.Request.Headers.AcceptLanguage, account: null)
        );
        switch (polled.Value.Outcome)
        {
            case TvPollOutcome.Granted:
                await WriteAsync(
                    context,
                    StatusCodes.Status200OK,
                    new
                    {
                        access_token = polled.Value.Token!.Value.Reveal(),
                        token_type = "Bearer",
                        scope = "media",
                    }
                );
                break;
            case TvPollOutcome.Pending:
                await FailAsync(context, "authorization_pending", "Nobody has answered yet.");
                break;
            case TvPollOutcome.TooFast:
                await FailAsync(context, "slow_down", "Wait five seconds longer from now on.");
                break;
            case TvPollOutcome.Denied:
                await FailAsync(
                    context,
                    "access_denied",
                    "The TV was not let in.",
                    polled.Value.Why is { } why
                        ? context
                            .RequestServices.GetRequiredService<RefusalDesk>()
                            .Answer(context, why)
                            .Text
                        : words.TvNotConnectedText
                );
                break;
            case TvPollOutcome.Expired:
                await FailAsync(
                    context,
                    "expired_token",
                    "The code is over.",
                    words.TvCodeOverText
                );
                break;
            case TvPollOutcome.Unknown:
                await FailAsync(
                    context,
                    "invalid_grant",
                    "There is no such code.",
                    words.TvCodeOverText
                );
                break;
        }
    }

    // Null when the request was answered. A parameter that is there twice is an error of its own (RFC 6749 3.1).
    private static async ValueTask<IReadOnlyDictionary<string, StringValues>?> ReadAsync(
        HttpContext context,
        params string[] names
    )
    {
        var form = await SmallForm.ReadAsync(context.Request);
        if (form is null || names.Any(name => form.TryGetValue(name, out var v) && v.Count > 1))
        {
            await FailAsync(context, "invalid_request", "The form cannot be read.");
            return null;
        }
        return form;
    }

    private static async Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        if (refusal.Rule == RefusalRule.InvalidInput)
        {
            await FailAsync(context, "invalid_request", $"{refusal.Field} is missing or wrong.");
            return;
        }
        var answer = context
            .RequestServices.GetRequiredService<RefusalDesk>()
            .Answer(context, refusal);
        if (answer.Row.RetryAfter is { } delay)
            context.Response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds)
                .ToString(CultureInfo.InvariantCulture);
        await WriteAsync(
            context,
            answer.Row.Status,
            new
            {
                error = answer.Row.Status == StatusCodes.Status429TooManyRequests
                    ? "slow_down"
                    : "access_denied",
                error_description = answer.Row.Code,
                message = answer.Text,
            }
        );
    }

    private static Task FailAsync(
        HttpContext context,
        string error,
        string description,
        string? message = null
    ) =>
        message is null
            ? WriteAsync(
                context,
                StatusCodes.Status400BadRequest,
                new { error, error_description = description }
            )
            : WriteAsync(
                context,
                StatusCodes.Status400BadRequest,
                new
                {
                    error,
                    error_description = description,
                    message,
                }
            );

    private static Task WriteAsync<T>(HttpContext context, int status, T answer)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.Pragma = "no-cache";
        headers.XContentTypeOptions = "nosniff";
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(answer, s_asWritten, context.RequestAborted);
    }

    // The RFC's names, not ours.
    private static readonly System.Text.Json.JsonSerializerOptions s_asWritten = new();

    private static TvDesk Desk(HttpContext context) =>
        context.RequestServices.GetRequiredService<TvDesk>();
}
