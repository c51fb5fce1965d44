using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>How a collector is spoken to.</summary>
internal enum OtlpProtocol
{
    /// <summary>gRPC over HTTP/2.</summary>
    Grpc = 0,

    /// <summary>Protobuf over HTTP/1.1.</summary>
    Http = 1,
}

/// <summary>Section <c>Telemetry</c>: where measurements, spans and log lines go. By default nowhere.</summary>
internal sealed class TelemetryOptions : IValidatableObject
{
    public const string Section = "Telemetry";

    /// <summary>The OpenTelemetry collector that everything is sent to; null for none.</summary>
    public string? OtlpAddress { get; init; }

    /// <summary>How it is spoken to.</summary>
    public OtlpProtocol OtlpProtocol { get; init; } = OtlpProtocol.Grpc;

    /// <summary>A file with headers to send along, one a line, as <c>name: value</c>; null for none.</summary>
    public string? OtlpHeadersFile { get; init; }

    /// <summary>Whether measurements are sent.</summary>
    public bool OtlpMetrics { get; init; } = true;

    /// <summary>Whether log lines are sent.</summary>
    public bool OtlpLogs { get; init; } = true;

    /// <summary>How often measurements are sent, in seconds.</summary>
    [AllowedRange(1, 3_600)]
    public int OtlpSeconds { get; init; } = 60;

    /// <summary>Of how many in a thousand requests spans are sent.</summary>
    [AllowedRange(0, 1_000)]
    public int SpansPerThousand { get; init; } = 10;

    /// <summary>Whether measurements can be fetched at <c>/metrics</c> of the management port.</summary>
    public bool Prometheus { get; init; }

    /// <summary>What this installation is called in all of it.</summary>
    [Required]
    public string ServiceName { get; init; } = "clouddav";

    /// <summary>What this node is called in all of it; null for the machine's name.</summary>
    public string? InstanceName { get; init; }

    /// <summary>Whether anything goes anywhere.</summary>
    internal bool IsOn => Prometheus || OtlpAddress is not null;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (OtlpAddress is not null)
        {
            if (!OutwardAddress.IsAllowed(OtlpAddress))
                yield return new(
                    $"Telemetry:OtlpAddress '{OutwardAddress.Show(OtlpAddress)}' must be an https address, or one of this machine."
                );
            if (OtlpAddress.Contains('?', StringComparison.Ordinal))
                yield return new(
                    $"Telemetry:OtlpAddress '{OutwardAddress.Show(OtlpAddress)}' must have no query."
                );
        }
        if (OtlpHeadersFile is null)
            yield break;
        if (!File.Exists(OtlpHeadersFile))
            yield return new($"Telemetry:OtlpHeadersFile '{OtlpHeadersFile}' is not there.");
        else if (ReadHeaders() is null)
            yield return new(
                $"Telemetry:OtlpHeadersFile '{OtlpHeadersFile}' must have lines of the form 'name: value', without commas."
            );
    }

    /// <summary>The headers of the file; null when it cannot be read as such.</summary>
    internal IReadOnlyList<(string Name, string Value)>? ReadHeaders()
    {
        var headers = new List<(string, string)>();
        foreach (var line in File.ReadLines(OtlpHeadersFile!))
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            // The exporter takes all of them as one list with commas between them.
            if (colon < 1 || line[..colon].Any(char.IsWhiteSpace) || line.Contains(','))
                return null;
            headers.Add((line[..colon], line[(colon + 1)..].Trim()));
        }
        return headers;
    }
}

[OptionsValidator]
internal sealed partial class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>;
