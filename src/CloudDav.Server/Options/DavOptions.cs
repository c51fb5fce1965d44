using System.ComponentModel.DataAnnotations;
using CloudDav.WebDav;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Dav</c>: host names, browsers and single clients' habits.</summary>
internal sealed class DavOptions : IValidatableObject
{
    public const string Section = "Dav";

    /// <summary>Host names on which the tree is at <c>/</c> instead of <c>/dav/</c>.</summary>
    public string[] RootHosts { get; init; } = [];

    /// <summary>Further host names by which clients may name this server in Destination and If.</summary>
    public string[] AliasHosts { get; init; } = [];

    /// <summary>Origins (<c>https://app.example.net</c>) whose pages may use DAV from a browser.</summary>
    public string[] AllowedOrigins { get; init; } = [];

    /// <summary>The most entries a listing of infinite depth may have; a larger one is refused whole.</summary>
    [AllowedRange(0, 1_000_000)]
    public int InfiniteDepthLimit { get; init; } = 20_000;

    /// <summary>The most addresses of one sync report; what is more comes with the next. More than a path may have segments.</summary>
    [AllowedRange(200, 100_000)]
    public int SyncReportLimit { get; init; } = 5_000;

    /// <summary>What differs from client to client: each is Auto, On or Off.</summary>
    public DavClientOptions Clients { get; init; } = new();

    /// <summary>What is the same at every door where the protocol is spoken.</summary>
    public DavEndpointOptions AtEveryDoor() => new() { HostNames = AliasHosts, Clients = Clients };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var host in RootHosts.Concat(AliasHosts))
        {
            if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
                yield return new(
                    $"Dav:RootHosts and Dav:AliasHosts take host names without scheme and port, not '{host}'."
                );
        }
        foreach (var origin in AllowedOrigins)
        {
            if (
                !Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                || uri.GetLeftPart(UriPartial.Authority) != origin
            )
                yield return new(
                    $"Dav:AllowedOrigins takes origins such as https://app.example.net, not '{origin}'."
                );
        }
    }
}

[OptionsValidator]
internal sealed partial class DavOptionsValidator : IValidateOptions<DavOptions>;
