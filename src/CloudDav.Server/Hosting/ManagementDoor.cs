using CloudDav.Server.Options;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Hosting;

/// <summary>
/// Everything that comes in by the management port: health, and with <see cref="TelemetryOptions.Prometheus"/> the measurements. Nothing else is there, and by no other
/// port does anybody come to it.
/// </summary>
internal sealed class ManagementDoor
{
    private const string Measurements = "/metrics";

    private readonly RequestDelegate _answer;

    public ManagementDoor(
        IServiceProvider services,
        HealthDoor health,
        IOptions<TelemetryOptions> telemetry
    )
    {
        var app = new ApplicationBuilder(services);
        app.Use(health.InvokeAsync);
        if (telemetry.Value.Prometheus)
            app.UseOpenTelemetryPrometheusScrapingEndpoint(context =>
                context.Request.Path == Measurements && HttpMethods.IsGet(context.Request.Method)
            );
        app.Run(context =>
            PlainText.WriteAsync(context, StatusCodes.Status404NotFound, "There is nothing here.")
        );
        _answer = app.Build();
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.Features.Get<ManagementConnection>() is null ? next(context) : _answer(context);
}

/// <summary>Marks the connections that came in by the management port.</summary>
internal sealed class ManagementConnection
{
    public static readonly ManagementConnection Mark = new();
}
