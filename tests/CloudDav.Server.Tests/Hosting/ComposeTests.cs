using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>The Compose file fits the server, the Dockerfile and nginx's settings. No engine runs it here.</summary>
public sealed class ComposeTests
{
    private static readonly string s_folder = Path.Combine(ArchitectureTests.Root, "config");

    private readonly Dictionary<object, object> _file = Read();

    public static TheoryData<string> Nodes => ["migrate", "node1", "node2", "node3"];

    [Theory]
    [MemberData(nameof(Nodes))]
    public void Every_setting_of_a_node_is_one_and_they_go_together(string name)
    {
        var settings = Settings(name);
        // Validated, and nothing opened: there is neither a database nor a container.
        Assert.Throws<OperationCanceledException>(() =>
            ServerHost.Build(
                new ServerStart
                {
                    Settings = new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
                    Replace = services =>
                    {
                        using var provider = services.BuildServiceProvider();
                        provider.GetRequiredService<IStartupValidator>().Validate();
                        throw new OperationCanceledException();
                    },
                }
            )
        );

        Assert.Contains("Storage:SqlServer:ConnectionString", settings.Keys);
        Assert.Contains("Storage:Azure:ConnectionString", settings.Keys);
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_node_is_confined_as_the_Dockerfile_says_and_keeps_the_keys(string name)
    {
        var node = Service(name);
        Assert.Equal("true", node["read_only"]);
        Assert.Equal(["/tmp"], (List<object>)node["tmpfs"]);
        Assert.Equal(["ALL"], (List<object>)node["cap_drop"]);
        var docker = File.ReadAllText(Path.Combine(ArchitectureTests.Root, "Dockerfile"));
        foreach (var volume in ((List<object>)node["volumes"]).Cast<string>())
            Assert.Contains($"\"{volume.Split(':')[1]}\"", docker, StringComparison.Ordinal);
        Assert.Contains("keys:/keys", (List<object>)node["volumes"]);
    }

    [Fact]
    public void Nodes_trust_the_network_they_are_in_and_may_end_what_they_have_begun()
    {
        var settings = Settings("node1");
        var ipam =
            (Dictionary<object, object>)
                ((Dictionary<object, object>)Map("networks")["default"])["ipam"];
        var subnet = ((Dictionary<object, object>)((List<object>)ipam["config"])[0])["subnet"];
        Assert.Equal(subnet, settings["Listen:TrustedProxies:0"]);
        var grace = ((string)Service("node1")["stop_grace_period"]).TrimEnd('s');
        Assert.True(
            int.Parse(grace, null)
                > int.Parse(settings["Listen:DrainSeconds"]!, null)
                    + int.Parse(settings["Listen:ShutdownSeconds"]!, null)
        );
    }

    [Fact]
    public void Nginx_sends_to_every_node()
    {
        var command = (string)((List<object>)Service("nginx")["command"])[2];
        const string Upstream = "server 127.0.0.1:8080;";
        Assert.Contains(
            Upstream,
            File.ReadAllText(Path.Combine(s_folder, "nginx.conf")),
            StringComparison.Ordinal
        );
        Assert.Contains(Upstream, command, StringComparison.Ordinal);
        foreach (var node in Nodes.Select(row => row.Data).Where(name => name != "migrate"))
            Assert.Contains(
                $"server {node}:{Settings(node)["Listen:HttpPort"]};",
                command,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void What_is_mounted_and_waited_for_is_there()
    {
        var (services, volumes) = (Map("services"), Map("volumes"));
        foreach (var (name, _) in services)
        {
            var service = Service((string)name);
            foreach (
                var mount in service.TryGetValue("volumes", out var mounts)
                    ? ((List<object>)mounts).Cast<string>()
                    : []
            )
            {
                var source = mount.Split(':')[0];
                // Certificates are whoever's runs it.
                if (source.StartsWith("./", StringComparison.Ordinal) && source != "./tls")
                    Assert.True(File.Exists(Path.Combine(s_folder, source)), mount);
                else if (source[0] != '.')
                    Assert.Contains(source, volumes.Keys);
            }
            if (service.TryGetValue("depends_on", out var others))
                Assert.All(
                    ((Dictionary<object, object>)others).Keys,
                    other => Assert.Contains(other, services.Keys)
                );
        }
    }

    private static Dictionary<object, object> Read()
    {
        using var text = File.OpenText(Path.Combine(s_folder, "compose.yaml"));
        return new DeserializerBuilder()
            .Build()
            .Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(text)));
    }

    private Dictionary<object, object> Map(string name) => (Dictionary<object, object>)_file[name];

    private Dictionary<object, object> Service(string name) =>
        (Dictionary<object, object>)Map("services")[name];

    // As the server reads them, with something in the place of each secret.
    private Dictionary<string, string?> Settings(string name) =>
        ((Dictionary<object, object>)Service(name)["environment"]).ToDictionary(
            pair =>
                ((string)pair.Key)["CLOUDDAV_".Length..]
                    .Replace("__", ":", StringComparison.Ordinal),
            pair =>
                (string?)
                    ((string)pair.Value)
                        .Replace("${SQL_PASSWORD:?}", "secret", StringComparison.Ordinal)
                        .Replace("${AZURITE_KEY:?}", "c2VjcmV0", StringComparison.Ordinal)
        );
}
