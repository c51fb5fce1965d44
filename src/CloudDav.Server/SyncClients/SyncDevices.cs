using System.Globalization;
using System.Text.Json.Nodes;
using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.SyncClients;

/// <summary>What clients do about their own app password: have one made, give it back, and ask, when it is good no longer, whether they are to delete what they hold.</summary>
internal static class SyncDevices
{
    /// <summary>An app password in place of the person's own, for a client that was given that one.</summary>
    public static async ValueTask<OcsAnswer> AddAsync(OcsCall call)
    {
        // It changes something although it is a GET, which a page of another site can have a browser send, but not with this.
        if (!call.HasApiHeader)
            return OcsAnswer.NoApiHeader;
        var added = await call.Part<CustomerDesk>()
            .AddDeviceAsync(
                call.Actor,
                Devices.NameOf(call.Http.Request.Headers.UserAgent.ToString()),
                call.Stop
            );
        return added.Refusal is { } refusal
            ? call.Refuse(refusal)
            : OcsAnswer.Of(new JsonObject { ["apppassword"] = added.Value.Password.Reveal() });
    }

    /// <summary>Revokes the app password that the call was made with.</summary>
    public static async ValueTask<OcsAnswer> RevokeAsync(OcsCall call)
    {
        if (call.Actor.Device is not { } device)
            return new OcsAnswer(403, "This is no app password.");
        var revoked = await call.Part<CustomerDesk>()
            .RevokeDeviceAsync(call.Actor, device, call.Stop);
        return revoked.Refusal is { } refusal
            ? call.Refuse(refusal)
            : OcsAnswer.Of(new JsonArray());
    }

    /// <summary>Whether a device, which comes with nothing but its app password, is to delete what it holds. Never said of any other: it would cost somebody their files.</summary>
    public static async Task CheckWipeAsync(HttpContext context) =>
        await AnswerAsync(
            context,
            (desk, password, address) =>
                desk.IsToBeWipedAsync(password, address, context.RequestAborted),
            """{"wipe":true}"""
        );

    /// <summary>The device has done so.</summary>
    public static async Task ConfirmWipeAsync(HttpContext context) =>
        await AnswerAsync(
            context,
            (desk, password, address) =>
                desk.ConfirmWipeAsync(password, address, context.RequestAborted),
            "[]"
        );

    private static async Task AnswerAsync(
        HttpContext context,
        Func<LoginFlowDesk, string, string, ValueTask<VaultResult<bool>>> ask,
        string yes
    )
    {
        var response = context.Response;
        if ((await SmallForm.ReadAsync(context.Request))?.One("token") is not { } password)
        {
            response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        var services = context.RequestServices;
        var asked = await ask(
            services.GetRequiredService<LoginFlowDesk>(),
            password,
            SignIn.AddressOf(context.Connection.RemoteIpAddress)
        );
        response.Headers.CacheControl = "no-store";
        if (asked.Refusal is { } refusal)
        {
            var row = services.GetRequiredService<RefusalDesk>().Answer(context, refusal).Row;
            response.StatusCode = row.Status;
            response.Headers.RetryAfter = row.RetryAfter?.TotalSeconds.ToString(
                "0",
                CultureInfo.InvariantCulture
            );
            return;
        }
        response.StatusCode = asked.Value ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        response.ContentType = "application/json";
        await response.WriteAsync(asked.Value ? yes : "[]", context.RequestAborted);
    }
}
