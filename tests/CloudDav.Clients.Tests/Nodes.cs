using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace CloudDav.Clients.Tests;

/// <summary>Three server processes over one folder, and a proxy before them that gives each request to the next one that is ready.</summary>
public class Nodes : IAsyncLifetime
{
    private const int Count = 3;

    private readonly TempFolder _settings = new();
    private readonly List<DemoServer> _nodes = [];
    private readonly int[] _managementPorts =
    [
        .. Enumerable.Range(0, Count).Select(_ => DemoServer.FreePort()),
    ];
    private WebApplication? _proxy;
    private OperatorSystem? _operator;

    /// <summary>How long a node that is to stop still takes requests. The proxy looks every second whether it should send any, as balancers do.</summary>
    public static TimeSpan DrainTime { get; } = TimeSpan.FromSeconds(4);

    /// <summary>How many answers each who works with them has at least to get, for it to be called a load.</summary>
    public virtual int LeastLoad => 100;

    /// <summary>The tree behind the proxy, ending with a slash.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Who may command the nodes.</summary>
    internal OperatorSystem Operator => _operator!;

    /// <summary>The nodes. The first owns the folder, and outlives the others.</summary>
    public IReadOnlyList<DemoServer> All => _nodes;

    public virtual async ValueTask InitializeAsync()
    {
        _operator = await OperatorSystem.StartAsync();
        _nodes.Add(new DemoServer { Config = await SettingsAsync(0) });
        await _nodes[0].StartAsync();
        for (var i = 1; i < Count; i++)
            _nodes.Add(await _nodes[0].StartBesideAsync(await SettingsAsync(i)));
        await StartProxyAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        foreach (var node in All.Reverse())
            await node.DisposeAsync();
        if (_operator is not null)
            await _operator.DisposeAsync();
        _settings.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A connection pool of its own to the proxy, with the person's credentials on every request.</summary>
    public HttpClient Connect() => _nodes[0].Connect(Url);

    /// <summary>Returns when the proxy sends requests to a node, or when it no longer does.</summary>
    public async Task UntilChosenAsync(DemoServer node, bool isChosen)
    {
        var states = _proxy!.Services.GetRequiredService<IProxyStateLookup>();
        Assert.True(states.TryGetCluster("nodes", out var cluster));
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (
            cluster.DestinationsState.AvailableDestinations.Any(destination =>
                destination.DestinationId == $"{node.Port}"
            ) != isChosen
        )
            await Task.Delay(20, late.Token);
    }

    /// <summary>The section Storage of their settings, as JSON.</summary>
    protected virtual string Storage => "{}";

    private async Task<string> SettingsAsync(int node)
    {
        var file = Path.Combine(_settings.Path, $"node{node}.json");
        await File.WriteAllTextAsync(
            file,
            $$"""
            {
              "Listen": { "DrainSeconds": {{DrainTime.TotalSeconds}}, "ShutdownSeconds": 60 },
              "Management": { "Port": {{_managementPorts[node]}} },
              "Operator": {{Operator.Settings}},
              "Storage": {{Storage}}
            }
            """
        );
        return file;
    }

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
                                Interval = TimeSpan.FromSeconds(1),
                                Timeout = TimeSpan.FromSeconds(10),
                                Policy = "ConsecutiveFailures",
                                Path = "/health/ready",
                            },
                        },
                        Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            ["ConsecutiveFailuresHealthPolicy.Threshold"] = "1",
                        },
                        Destinations = All.Zip(_managementPorts)
                            .ToDictionary(
                                node => $"{node.First.Port}",
                                node => new DestinationConfig
                                {
                                    Address = $"http://127.0.0.1:{node.First.Port}/",
                                    Health = $"http://127.0.0.1:{node.Second}/",
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
