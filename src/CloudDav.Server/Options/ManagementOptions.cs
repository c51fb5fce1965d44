using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Management</c>: a listener of its own for whoever watches over the server, in plain http. It is never to be open to the public.</summary>
internal sealed class ManagementOptions : IValidatableObject
{
    public const string Section = "Management";

    /// <summary>The IP address to listen on; <c>*</c> for all of them.</summary>
    [Required]
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port; null for none: health probes are then answered where everything else is.</summary>
    [AllowedRange(0, 65_535)]
    public int? Port { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address != "*" && !IPAddress.TryParse(Address, out _))
            yield return new($"Management:Address '{Address}' must be an IP address or *.");
    }
}

[OptionsValidator]
internal sealed partial class ManagementOptionsValidator : IValidateOptions<ManagementOptions>;
