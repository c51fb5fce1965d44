using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Vault;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CloudDav.Server.Telemetry;

/// <summary>
/// Sends what is measured, traced and logged to whoever the settings name. Without them nothing of it is made, and every measurement ends at an instrument that
/// nobody listens to.
/// </summary>
internal static class TelemetryExport
{
    // Of the framework's own: only what has neither paths nor addresses in it, and these without their tags.
    private static readonly string[] s_connections =
    [
        "kestrel.active_connections",
        "kestrel.queued_connections",
        "kestrel.rejected_connections",
        "kestrel.active_tls_handshakes",
    ];

    public static void Register(IServiceCollection services, TelemetryOptions options)
    {
        if (!options.IsOn)
            return;
        services.AddHostedService<BacklogJob>();
        var telemetry = services
            .AddOpenTelemetry()
            .ConfigureResource(name => Describe(name, options));
        if (options.Prometheus || options.OtlpMetrics)
            telemetry.WithMetrics(metrics => AddMetrics(metrics, options));
        if (options.OtlpAddress is null)
            return;
        if (options.SpansPerThousand > 0)
            telemetry.WithTracing(spans =>
                spans
                    .AddSource(Instrumentation.Name)
                    .SetSampler(
                        new ParentBasedSampler(
                            new TraceIdRatioBasedSampler(options.SpansPerThousand / 1_000.0)
                        )
                    )
                    .AddOtlpExporter(exporter => Address(exporter, options, "v1/traces"))
            );
        if (options.OtlpLogs)
            telemetry.WithLogging(
                logs =>
                    logs.AddProcessor(new ExceptionProcessor())
                        .AddOtlpExporter(exporter => Address(exporter, options, "v1/logs")),
                lines =>
                {
                    // The framework's scope has the path of the request in it.
                    lines.IncludeScopes = false;
                    lines.IncludeFormattedMessage = true;
                }
            );
    }

    private static void Describe(ResourceBuilder resource, TelemetryOptions options) =>
        resource
            .Clear()
            .AddService(
                options.ServiceName,
                serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version!.ToString(3),
                autoGenerateServiceInstanceId: false,
                serviceInstanceId: options.InstanceName ?? Environment.MachineName
            );

    private static void AddMetrics(MeterProviderBuilder metrics, TelemetryOptions options)
    {
        metrics
            .AddMeter(Instrumentation.Name, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
            .AddView(instrument =>
                instrument.Meter.Name != "Microsoft.AspNetCore.Server.Kestrel" ? null
                : s_connections.Contains(instrument.Name)
                    ? new MetricStreamConfiguration { TagKeys = [] }
                : MetricStreamConfiguration.Drop
            );
        if (options.Prometheus)
            metrics.AddPrometheusExporter();
        if (options is { OtlpAddress: not null, OtlpMetrics: true })
            metrics.AddOtlpExporter(
                (exporter, reader) =>
                {
                    Address(exporter, options, "v1/metrics");
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds =
                        options.OtlpSeconds * 1_000;
                }
            );
    }

    private static void Address(OtlpExporterOptions exporter, TelemetryOptions options, string path)
    {
        var address = options.OtlpAddress!;
        exporter.Protocol =
            options.OtlpProtocol == OtlpProtocol.Grpc
                ? OtlpExportProtocol.Grpc
                : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint =
            options.OtlpProtocol == OtlpProtocol.Grpc
                ? new Uri(address)
                : new Uri(new Uri(address.TrimEnd('/') + "/"), path);
        if (options.OtlpHeadersFile is not null)
            exporter.Headers = string.Join(
                ',',
                options
                    .ReadHeaders()!
                    .Select(header => $"{header.Name}={Uri.EscapeDataString(header.Value)}")
            );
    }

    /// <summary>Sends of an exception what the console has of it.</summary>
    private sealed class ExceptionProcessor : BaseProcessor<LogRecord>
    {
        public override void OnEnd(LogRecord data)
        {
            if (data.Exception is not { } exception)
                return;
            data.Exception = null;
            data.Attributes =
            [
                .. data.Attributes ?? [],
                new("exception.type", exception.GetType().FullName),
                new("exception.stacktrace", ExceptionText.Of(exception)),
            ];
        }
    }
}
