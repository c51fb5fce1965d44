using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace CloudDav.Clients.Tests;

/// <summary>Three server processes over one folder, and a proxy before them that gives each request to the next one that is ready.</summary>
public sealed class Nodes : IAsyncLifetime
{
    private readonly DemoServer _first = new();
    private readonly List<DemoServer> _beside = [];
    private WebApplication? _proxy;

    /// <summary>The tree behind the proxy, ending with a slash.</summary>
    public string Url { get; private set; } = "";

    /// <summary>The nodes. The first owns the folder, and outlives the others.</summary>
    public IReadOnlyList<DemoServer> All => [_first, .. _beside];

    public async ValueTask InitializeAsync()
    {
        await _first.StartAsync();
        for (var i = 0; i < 2; i++)
            _beside.Add(await _first.StartBesideAsync());
        await StartProxyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        foreach (var node in All.Reverse())
            await node.DisposeAsync();
    }

    /// <summary>A connection pool of its own to the proxy, with the person's credentials on every request.</summary>
    public HttpClient Connect() => _first.Connect(Url);

    private async Task StartProxyAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder
            .Services.AddReverseProxy()
            .LoadFromMemory(
                [
                    new RouteConfig
                    {
                        RouteId = "all",
                        ClusterId = "nodes",
                        Match = new RouteMatch { Path = "{**path}" },
                        // Destination names the host that the client sees.
                        Transforms =
                        [
                            new Dictionary<string, string>(StringComparer.Ordinal)
                            {
                                ["RequestHeaderOriginalHost"] = "true",
                            },
                        ],
                    },
                ],
                [
                    new ClusterConfig
                    {
                        ClusterId = "nodes",
                        LoadBalancingPolicy = "RoundRobin",
                        HttpRequest = new ForwarderRequestConfig
                        {
                            ActivityTimeout = TimeSpan.FromMinutes(10),
                        },
                        HealthCheck = new HealthCheckConfig
                        {
                            Active = new ActiveHealthCheckConfig
                            {
                                Enabled = true,
                                Interval = TimeSpan.FromMilliseconds(200),
                                Timeout = TimeSpan.FromSeconds(10),
                                Policy = "ConsecutiveFailures",
                                Path = "/health/ready",
                            },
                        },
                        Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            ["ConsecutiveFailuresHealthPolicy.Threshold"] = "1",
                        },
                        Destinations = All.ToDictionary(
                            node => $"{node.Port}",
                            node => new DestinationConfig
                            {
                                Address = $"http://127.0.0.1:{node.Port}/",
                            },
                            StringComparer.Ordinal
                        ),
                    },
                ]
            );
        _proxy = builder.Build();
        _proxy.MapReverseProxy();
        await _proxy.StartAsync();
        var address = _proxy
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.Single();
        Url = address + "/dav/";
    }
}
