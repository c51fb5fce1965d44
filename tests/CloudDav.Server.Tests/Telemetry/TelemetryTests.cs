using System.Text.RegularExpressions;
using CloudDav.Server.Telemetry;
using CloudDav.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CloudDav.Server.Tests.Telemetry;

/// <summary>What goes out to whoever watches, seen from there.</summary>
public sealed partial class TelemetryTests
{
    private const string Marker = "zanzibar";

    [Fact]
    public async Task Without_settings_nothing_is_sent_and_nothing_is_there_to_fetch()
    {
        await using var host = await CloudDavHost.StartAsync();

        Assert.Null(host.Services.GetService<MeterProvider>());
        Assert.Null(host.Services.GetService<TracerProvider>());
        Assert.Null(host.Services.GetService<LoggerProvider>());
        Assert.NotEqual(200, (await host.Anonymous().GetAsync("/metrics")).Status);
        Assert.NotEqual(200, (await host.Client().GetAsync("/metrics")).Status);
    }

    [Fact]
    public async Task The_management_port_has_health_and_measurements_and_the_public_one_has_neither()
    {
        await using var host = await CloudDavHost.StartAsync(
            new() { AllowsPlainHttp = false, Settings = Watched() }
        );
        using var management = new DavClient(ManagementOf(host), null, null, null);

        Assert.Equal(200, (await management.GetAsync("/health/live")).Status);
        Assert.Equal(200, (await management.GetAsync("/health/ready")).Status);
        Assert.Equal(200, (await management.GetAsync("/metrics")).Status);
        Assert.Equal(404, (await management.PropfindAsync("/dav/")).Status);
        Assert.Equal(404, (await management.PutAsync("/metrics", "x")).Status);
        Assert.Equal(404, (await management.GetAsync("/")).Status);
        foreach (var path in (string[])["/health/live", "/health/ready", "/metrics"])
            Assert.Equal(403, (await host.Anonymous().GetAsync(path)).Status);
    }

    [Fact]
    public async Task Requests_refusals_and_sign_ins_are_counted_by_what_they_are()
    {
        await using var host = await CloudDavHost.StartAsync(new() { Settings = Watched() });
        var alice = host.Client();
        Assert.Equal(201, (await alice.PutAsync("/dav/a.bin", new byte[100_000])).Status);
        Assert.Equal(200, (await alice.GetAsync("/dav/a.bin")).Status);
        Assert.Equal(404, (await alice.GetAsync("/dav/none")).Status);
        Assert.Equal(501, (await alice.SendAsync("FROBNICATE", "/dav/", null)).Status);
        Assert.Equal(401, (await host.Client("alice", "wrong").PropfindAsync("/dav/")).Status);

        Assert.Equal(200, (await host.Anonymous().GetAsync("/status.php")).Status);

        var seen = await MeasurementsAsync(host);

        foreach (
            var series in (string[])
                [
                    """clouddav_request_duration_seconds_count{door="dav",method="PUT",status="201"}""",
                    """clouddav_request_duration_seconds_count{door="sync",method="GET",status="200"}""",
                    """clouddav_request_duration_seconds_count{door="dav",method="other",status="501"}""",
                    """clouddav_request_duration_seconds_count{door="dav",method="PROPFIND",status="401"}""",
                    """clouddav_refusals_total{rule="not-found"}""",
                    """clouddav_sign_in_failures_total{reason="wrong"}""",
                    """clouddav_content_written_bytes_total""",
                    """clouddav_content_read_bytes_total""",
                    """clouddav_metadata_commit_duration_seconds_count{outcome="done"}""",
                    """clouddav_metadata_commit_size_count""",
                    """clouddav_metadata_queue""",
                    """clouddav_job_round_duration_seconds_count{job="housekeeping",outcome="done"}""",
                    """clouddav_storage_free_bytes{folder="content"}""",
                    """clouddav_events_lag_seconds""",
                    """clouddav_blobs_unreferenced{state="condemned"}""",
                    """dotnet_process_memory_working_set_bytes""",
                    """kestrel_active_connections""",
                ]
        )
            Assert.True(
                seen.ContainsKey(series),
                $"{series} is not in:\n{string.Join('\n', seen.Keys)}"
            );
        Assert.True(seen["clouddav_content_written_bytes_total"] >= 100_000);
        Assert.True(seen["clouddav_content_read_bytes_total"] >= 100_000);
        Assert.DoesNotContain(
            seen.Keys,
            series => series.Contains("FROBNICATE", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Every_method_of_the_protocol_is_counted_by_its_own_name()
    {
        await using var host = await CloudDavHost.StartAsync();

        var allowed = (await host.Client().OptionsAsync("/dav/")).Header("Allow")!.Split(", ");

        Assert.Contains("PROPFIND", allowed);
        Assert.All(allowed, method => Assert.Equal(method, RequestMeter.NameOf(method)));
        Assert.Equal(RequestMeter.OtherMethod, RequestMeter.NameOf("propfind"));
    }

    [Theory]
    [InlineData("Http")]
    [InlineData("Grpc")]
    public async Task Nothing_that_is_exported_names_a_file_a_person_an_address_or_a_secret(
        string protocol
    )
    {
        await using var collector = await Collector.StartAsync(isGrpc: protocol == "Grpc");
        var headers = Path.GetTempFileName();
        CapturedLines? lines = null;
        var settings = Watched();
        settings["Telemetry:OtlpAddress"] = collector.Address;
        settings["Telemetry:OtlpProtocol"] = protocol;
        settings["Telemetry:OtlpHeadersFile"] = headers;
        settings["Telemetry:SpansPerThousand"] = "1000";
        settings["Logging:LogLevel:Default"] = "Trace";
        settings["Logging:Format"] = "Json";
        string measurements;
        try
        {
            await File.WriteAllTextAsync(headers, "Authorization: Bearer 50%=the collector\n");
            await using var host = await CloudDavHost.StartAsync(
                new()
                {
                    Settings = settings,
                    Replace = services =>
                        services.AddSingleton<ILoggerProvider>(provider =>
                            lines = new CapturedLines(
                                (LogLines)provider.GetRequiredService<ConsoleFormatter>()
                            )
                        ),
                }
            );
            await LiveAsync(host);
            measurements = (await FetchAsync(host)).Text;
            await host.StopAsync();
        }
        finally
        {
            File.Delete(headers);
        }

        // It did say something, of every kind.
        var (metrics, spans, logs) = (
            collector.Received("metrics"),
            collector.Received("trace"),
            collector.Received("logs")
        );
        Assert.Contains(RequestMeter.DurationName, metrics, StringComparison.Ordinal);
        Assert.Contains(DoorMetrics.SignInFailuresName, metrics, StringComparison.Ordinal);
        foreach (var span in (string[])["PROPFIND", "MOVE", "metadata write", "content write"])
            Assert.Contains(span, spans, StringComparison.Ordinal);
        Assert.Contains("not-found", spans, StringComparison.Ordinal);
        Assert.Contains("System.FormatException", logs, StringComparison.Ordinal);
        Assert.Contains("System.FormatException", lines!.Text, StringComparison.Ordinal);
        Assert.Equal("Bearer 50%=the collector", collector.Authorization);

        foreach (var exported in (string[])[metrics, spans, logs, lines.Text, measurements])
        {
            Assert.DoesNotContain(Marker, exported, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("127.0.0.1", exported, StringComparison.Ordinal);
        }
    }

    /// <summary>Says the marker in every place a client can say something in, where it succeeds and where it fails.</summary>
    private static async Task LiveAsync(CloudDavHost host)
    {
        const string File = $"/dav/{Marker}/{Marker}.txt";
        _ = await host.AddPersonAsync($"{Marker}@example.net", 1 << 20, $"{Marker}-password");
        var person = host.Client($"{Marker}@example.net", $"{Marker}-password", $"{Marker}/1.0");
        (string, string)[] said =
        [
            ("Referer", $"https://{Marker}.example.net/"),
            ("X-Said", Marker),
        ];

        Assert.Equal(201, (await person.MkcolAsync($"/dav/{Marker}", said)).Status);
        Assert.Equal(201, (await person.PutAsync(File, Marker, said)).Status);
        Assert.Equal(
            201,
            (await person.PutAsync($"/dav/{Marker}/{Marker}.bin", new byte[200_000])).Status
        );
        Assert.Equal(207, (await person.PropfindAsync($"/dav/{Marker}?{Marker}", "1")).Status);
        Assert.Equal(
            207,
            (await person.SetPropertiesAsync(File, ($"{{{Marker}:}}{Marker}", Marker))).Status
        );
        Assert.Equal(200, (await person.GetAsync(File)).Status);
        Assert.Equal(
            200,
            (
                await person.LockAsync(File, owner: $"<d:href>mailto:{Marker}@example.net</d:href>")
            ).Status
        );
        Assert.Equal(423, (await person.PutAsync(File, Marker)).Status);
        Assert.Equal(
            201,
            (await person.MoveAsync($"/dav/{Marker}/{Marker}.bin", $"/dav/{Marker}-moved")).Status
        );
        Assert.Equal(404, (await person.GetAsync($"/dav/{Marker}-none")).Status);
        Assert.Equal(409, (await person.PutAsync($"/dav/none/{Marker}", "x")).Status);
        Assert.Equal(
            507,
            (await person.PutAsync($"/dav/{Marker}-large", new byte[2 << 20])).Status
        );
        Assert.Equal(400, (await person.PropfindAsync("/dav/", "0", $"<{Marker}")).Status);
        Assert.Equal(501, (await person.SendAsync(Marker, File, null)).Status);
        Assert.Equal(
            401,
            (await host.Client($"{Marker}@example.net", Marker).PropfindAsync("/dav/")).Status
        );
        Assert.Equal(401, (await host.Client(Marker, Marker).GetAsync(File)).Status);
        Assert.Equal(
            401,
            (await host.Anonymous().GetAsync(File, ("Authorization", $"Bearer {Marker}"))).Status
        );
        Assert.Equal(200, (await person.GetAsync("/api/v1/account")).Status);
        Assert.Equal(404, (await person.GetAsync($"/api/v1/{Marker}")).Status);
        Assert.Equal(403, (await person.GetAsync($"/m/{Marker}/{Marker}.mp4")).Status);
        Assert.Equal(
            401,
            (
                await host.Anonymous()
                    .GetAsync($"/tv/v1?{Marker}", ("Authorization", $"Bearer {Marker}"))
            ).Status
        );
        using (var raw = await host.ConnectAsync())
        {
            await raw.SendAsync($"GET /dav/{Marker} HTTP/1.1\r\n{Marker}\r\n\r\n");
            Assert.Equal(400, (await raw.ReadHeadAsync())!.Status);
        }
        using (var cut = await host.ConnectAsync())
        {
            await cut.SendAsync(
                $"PUT {File} HTTP/1.1\r\nHost: {Marker}\r\n{RawHttp.Basic()}Content-Length: 10\r\n\r\n{Marker[..3]}"
            );
            cut.Cut();
        }
        // A bug, with what .NET says of it.
        host.Services.GetRequiredService<ILoggerFactory>()
            .CreateLogger("CloudDav.Test")
            .HousekeepingFailed(new FormatException($"The input string '{Marker}' was not right."));
    }

    private static Dictionary<string, string?> Watched() =>
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["Management:Port"] = "0",
            ["Telemetry:Prometheus"] = "true",
            ["Telemetry:InstanceName"] = "node",
        };

    private static Uri ManagementOf(CloudDavHost host) =>
        new(
            host.Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.Last()
        );

    private static async Task<DavAnswer> FetchAsync(CloudDavHost host)
    {
        using var client = new DavClient(ManagementOf(host), null, null, null);
        return (await client.GetAsync("/metrics")).Expect(200);
    }

    /// <summary>All series that can be fetched, with their values; those that jobs record come with their first rounds.</summary>
    private static async Task<Dictionary<string, double>> MeasurementsAsync(CloudDavHost host)
    {
        while (true)
        {
            var text = (await FetchAsync(host)).Text;
            var series = Series()
                .Matches(text)
                .GroupBy(line => Bare(line.Groups["name"].Value + line.Groups["tags"].Value))
                .ToDictionary(
                    line => line.Key,
                    line =>
                        double.Parse(
                            line.First().Groups["value"].Value,
                            System.Globalization.CultureInfo.InvariantCulture
                        ),
                    StringComparer.Ordinal
                );
            if (
                series.Keys.Any(key =>
                    key.StartsWith("clouddav_storage_free", StringComparison.Ordinal)
                )
            )
                return series;
            await Task.Delay(50);
        }
    }

    // The exporter adds the name of the meter to every series.
    private static string Bare(string series) =>
        Scope()
            .Replace(series, "")
            .Replace("{,", "{", StringComparison.Ordinal)
            .Replace(",}", "}", StringComparison.Ordinal)
            .Replace("{}", "", StringComparison.Ordinal);

    [GeneratedRegex(
        @"^(?<name>[a-z_0-9]+)(?<tags>\{[^\n]*\})? (?<value>[^ \n]+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Series();

    [GeneratedRegex(",?otel_scope_[a-z_]+=\"[^\"]*\"", RegexOptions.None, 1000)]
    private static partial Regex Scope();
}
