using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using CloudDav.Server.Telemetry;
using CloudDav.Server.Tests.Hosting;
using CloudDav.Storage;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Telemetry;

/// <summary>What is measured, what the documents say is measured, and what the dashboard asks for.</summary>
public sealed partial class MeasurementsTests : IDisposable
{
    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-measurements-")
        .FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_measurement_is_documented_with_its_unit_and_nothing_else_is()
    {
        var documented = Row()
            .Matches(File.ReadAllText(Config("README.md")))
            .Select(row => (row.Groups["name"].Value, row.Groups["unit"].Value))
            .Order();

        Assert.Equal(
            Instruments()
                .Select(instrument => (instrument.Name, instrument.Unit!.Trim('{', '}')))
                .Order(),
            documented
        );
    }

    [Fact]
    public void The_dashboard_and_the_alarms_ask_for_what_is_measured()
    {
        var series = Instruments().SelectMany(SeriesOf).ToHashSet(StringComparer.Ordinal);
        var dashboard = JsonDocument.Parse(File.ReadAllText(Config("grafana-dashboard.json")));
        var asked = dashboard
            .RootElement.GetProperty("panels")
            .EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)
            .Concat(
                Expression()
                    .Matches(File.ReadAllText(Config("prometheus-alarms.yml")))
                    .Select(line => line.Groups["expr"].Value)
            )
            .SelectMany(expression => Name().Matches(expression))
            .Select(name => name.Value)
            .ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(series));
        // And nobody has to look for a measurement of ours elsewhere.
        Assert.Empty(
            Instruments()
                .Where(instrument => !SeriesOf(instrument).Any(asked.Contains))
                .Select(instrument => instrument.Name)
        );
    }

    // As the Prometheus exporter names them.
    private static IEnumerable<string> SeriesOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_');
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        var kind = instrument.GetType().Name.Split('`')[0];
        return kind switch
        {
            "Counter" => [name + unit + "_total"],
            "Histogram" => [name + unit + "_bucket", name + unit + "_count", name + unit + "_sum"],
            _ => [name + unit],
        };
    }

    private List<Instrument> Instruments()
    {
        using var meters = new Meters();
        foreach (
            var type in typeof(RequestMeter)
                .Assembly.GetTypes()
                .Where(type => type.Namespace == typeof(RequestMeter).Namespace)
                .Where(type => type.GetConstructor([typeof(IMeterFactory)]) is not null)
        )
            Activator.CreateInstance(type, meters);
        _ = new ContentMeter(meters.Meter);
        var file = Path.Combine(_folder, "clouddav.db");
        SqliteDatabase.Migrate(file);
        using var database = new SqliteDatabase(file, meters.Meter);

        var found = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter, meters.Meter))
                found.Add(instrument);
        };
        listener.Start();
        Assert.NotEmpty(found);
        return found;
    }

    private static string Config(string name) =>
        Path.Combine(ArchitectureTests.Root, "config", name);

    private sealed class Meters : IMeterFactory
    {
        public Meter Meter { get; } = new(Instrumentation.Name);

        public Meter Create(MeterOptions options) => Meter;

        public void Dispose() => Meter.Dispose();
    }

    [GeneratedRegex(
        @"^\| `(?<name>clouddav\.[a-z._]+)` \| (?<unit>\w+) \|",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Row();

    [GeneratedRegex(@"\bclouddav_[a-z_]+", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(
        @"^\s+expr: (?<expr>.+)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Expression();
}
