using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.MainContracts;

/// <summary>What one server counts on the meter <c>CloudDav</c>.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);

    public Measurements(IServiceProvider services)
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (
                instrument.Meter.Name == "CloudDav"
                && ReferenceEquals(instrument.Meter.Scope, meters)
            )
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
            {
                lock (_sums)
                {
                    Add(instrument.Name);
                    foreach (var tag in tags)
                        Add($"{instrument.Name} {tag.Value}");
                }

                void Add(string name) => _sums[name] = _sums.GetValueOrDefault(name) + value;
            }
        );
        _listener.Start();
    }

    /// <summary>The sum of a counter, of one tag's value or of all.</summary>
    public long Of(string counter, string? tag = null)
    {
        lock (_sums)
            return _sums.GetValueOrDefault(tag is null ? counter : $"{counter} {tag}");
    }

    public void Dispose() => _listener.Dispose();
}
