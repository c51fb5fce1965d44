using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using Microsoft.Extensions.Options;

namespace CloudDav.Server;

/// <summary>The doors to the trees.</summary>
internal sealed class DavDoors(SignIn signIn, IOptions<ListenOptions> listen)
{
    private readonly DeviceQueue _queue = new(
        listen.Value.RequestsPerDevice,
        TimeSpan.FromSeconds(listen.Value.QueueSeconds)
    );

    public async Task InvokeAsync(HttpContext context)
    {
        if (await signIn.EstablishAsync(context, Credentials.Of(context.Request)) is not { } actor)
            return;
        using var place = await _queue.EnterAsync(actor, context);
        await PlainText.WriteAsync(
            context,
            StatusCodes.Status404NotFound,
            "There is nothing here."
        );
    }
}
