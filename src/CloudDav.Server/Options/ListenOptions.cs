using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Listen</c>: the addresses the server answers on, and what it puts up with there.</summary>
internal sealed class ListenOptions : IValidatableObject
{
    public const string Section = "Listen";

    /// <summary>The IP address to listen on; <c>*</c> for all of them.</summary>
    [Required]
    public string Address { get; init; } = "*";

    /// <summary>The port for https; null for none.</summary>
    [AllowedRange(0, 65_535)]
    public int? HttpsPort { get; init; }

    /// <summary>The port for plain http, which only a trusted proxy and health probes may use; null for none.</summary>
    [AllowedRange(0, 65_535)]
    public int? HttpPort { get; init; } = 8080;

    /// <summary>The certificate: a PEM file with the chain, or a PKCS #12 file. Read again when it changes.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The certificate's PEM key file; null when the certificate file holds it.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>The password of the key or of the PKCS #12 file; null for none.</summary>
    public string? CertificatePassword { get; init; }

    /// <summary>Addresses and networks (<c>10.0.0.0/8</c>) of proxies whose forwarded headers are believed.</summary>
    public string[] TrustedProxies { get; init; } = [];

    /// <summary>How long an idle connection is kept, in seconds.</summary>
    [AllowedRange(10, 3_600)]
    public int KeepAliveSeconds { get; init; } = 180;

    /// <summary>How many requests of one device are worked on at once; further ones wait. All doors count together; uploads, and who waits for changes, do not count.</summary>
    [AllowedRange(1, 1_000)]
    public int RequestsPerDevice { get; init; } = 8;

    /// <summary>How long a waiting request waits at most, in seconds, before it is answered 503.</summary>
    [AllowedRange(1, 25)]
    public int QueueSeconds { get; init; } = 20;

    /// <summary>How many connections may wait for changes at once, of all devices.</summary>
    [AllowedRange(0, 1_000_000)]
    public int Listeners { get; init; } = 10_000;

    /// <summary>How many connections of one device may wait for changes at once.</summary>
    [AllowedRange(0, 1_000)]
    public int ListenersPerDevice { get; init; } = 4;

    /// <summary>How long requests are still taken when the server is asked to stop, in seconds, while it says that it is not ready any more.</summary>
    [AllowedRange(0, 600)]
    public int DrainSeconds { get; init; }

    /// <summary>How long running requests may take to end after that, in seconds.</summary>
    [AllowedRange(0, 3_600)]
    public int ShutdownSeconds { get; init; } = 30;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address != "*" && !IPAddress.TryParse(Address, out _))
            yield return new($"Listen:Address '{Address}' must be an IP address or *.");
        if (HttpsPort is null && HttpPort is null)
            yield return new("Listen:HttpsPort or Listen:HttpPort must be set.");
        if (HttpsPort is not null && CertificateFile is null)
            yield return new("Listen:CertificateFile must be set when Listen:HttpsPort is.");
        foreach (var proxy in TrustedProxies)
        {
            if (!IPNetwork.TryParse(proxy, out _) && !IPAddress.TryParse(proxy, out _))
                yield return new(
                    $"Listen:TrustedProxies has '{proxy}', which must be an IP address or a network such as 10.0.0.0/8."
                );
        }
    }
}

[OptionsValidator]
internal sealed partial class ListenOptionsValidator : IValidateOptions<ListenOptions>;
