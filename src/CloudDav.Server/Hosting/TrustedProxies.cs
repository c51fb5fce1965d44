using System.Buffers;
using System.Net;

namespace CloudDav.Server.Hosting;

/// <summary>
/// Believes forwarded headers from configured proxies, and from nobody else: a request's scheme, host and address then become those the outermost
/// trusted proxy saw. Both <c>Forwarded</c> (RFC 7239) and the X-Forwarded family are read.
/// </summary>
internal sealed class TrustedProxies
{
    private static readonly SearchValues<char> s_notInHost = SearchValues.Create(" /\\@?#");

    private readonly IPNetwork[] _networks;

    public TrustedProxies(IEnumerable<string> addresses) =>
        _networks = [
            .. addresses.Select(address =>
                IPNetwork.TryParse(address, out var network)
                    ? network
                    : new IPNetwork(
                        Plain(IPAddress.Parse(address)),
                        Plain(IPAddress.Parse(address)).GetAddressBytes().Length * 8
                    )
            ),
        ];

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (
            _networks.Length > 0
            && context.Connection.RemoteIpAddress is { } peer
            && IsTrusted(peer)
        )
            Apply(context);
        return next(context);
    }

    private void Apply(HttpContext context)
    {
        // Nearest hop last, as each proxy appends. Walk outward while the hop that spoke is trusted.
        var hops = Hops(context.Request.Headers);
        for (var i = hops.Count - 1; i >= 0; i--)
        {
            var hop = hops[i];
            if (hop.Scheme is { } scheme)
                context.Request.Scheme = scheme;
            if (hop.Host is { } host)
                context.Request.Host = new HostString(host);
            if (hop.Client is not { } client)
                break;
            context.Connection.RemoteIpAddress = client;
            if (!IsTrusted(client))
                break;
        }
    }

    private static List<Hop> Hops(IHeaderDictionary headers)
    {
        if (headers.TryGetValue("Forwarded", out var forwarded))
            return [.. Items(forwarded).Select(ForwardedHop)];
        var clients = Items(headers["X-Forwarded-For"]);
        var schemes = Items(headers["X-Forwarded-Proto"]);
        var hosts = Items(headers["X-Forwarded-Host"]);
        var count = Math.Max(clients.Length, Math.Max(schemes.Length, hosts.Length));
        var hops = new List<Hop>(count);
        for (var i = 0; i < count; i++)
        {
            // Lists of unequal length are aligned at the nearest hop, the only end that a trusted proxy wrote for certain.
            hops.Add(
                new Hop(
                    AddressOf(FromEnd(clients, count - i)),
                    SchemeOf(FromEnd(schemes, count - i)),
                    HostOf(FromEnd(hosts, count - i))
                )
            );
        }
        return hops;
    }

    private static Hop ForwardedHop(string element)
    {
        string? client = null;
        string? scheme = null;
        string? host = null;
        foreach (var pair in element.Split(';', StringSplitOptions.TrimEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at < 0)
                continue;
            var value = pair[(at + 1)..].Trim('"');
            switch (pair[..at].ToLowerInvariant())
            {
                case "for":
                    client = value;
                    break;
                case "proto":
                    scheme = value;
                    break;
                case "host":
                    host = value;
                    break;
            }
        }
        return new Hop(AddressOf(client), SchemeOf(scheme), HostOf(host));
    }

    private static string[] Items(Microsoft.Extensions.Primitives.StringValues values) =>
        string.Join(',', values.ToArray())
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string? FromEnd(string[] items, int position) =>
        position <= items.Length ? items[^position] : null;

    private static IPAddress? AddressOf(string? text) =>
        text is not null && IPEndPoint.TryParse(text, out var endpoint) ? endpoint.Address : null;

    private static string? SchemeOf(string? text) =>
        text?.ToLowerInvariant() is "http" or "https" ? text.ToLowerInvariant() : null;

    private static string? HostOf(string? text) =>
        text is not null && text.Length <= 255 && !text.AsSpan().ContainsAny(s_notInHost)
            ? text
            : null;

    private bool IsTrusted(IPAddress address)
    {
        var plain = Plain(address);
        foreach (var network in _networks)
        {
            if (network.Contains(plain))
                return true;
        }
        return false;
    }

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private sealed record Hop(IPAddress? Client, string? Scheme, string? Host);
}
