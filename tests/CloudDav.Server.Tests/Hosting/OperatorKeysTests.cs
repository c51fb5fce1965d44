using System.Globalization;
using System.Text;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Server.Verbs;
using CloudDav.Storage;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>The server with its keys as operators of many nodes keep them: in a container, wrapped by a file that is mounted or by a secret of Azure Key Vault.</summary>
public sealed class OperatorKeysTests : IAsyncLifetime
{
    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-operator-keys-")
        .FullName;
    private Azurite _azurite = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string WrappingKeyFile => Path.Combine(_folder, "wrapping.key");

    public async ValueTask InitializeAsync() => _azurite = await Azurite.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
            await _azurite.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Wrapping_keys_are_rotated_under_load_on_two_nodes_and_nobody_notices()
    {
        var folders = Folders(Path.Combine(_folder, "unused"));
        Assert.Equal(0, KeysVerb.Add(folders));
        await using var host = await StartAsync();
        await using var another = await host.StartAnotherAsync();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var load = Enumerable
            .Range(0, 3)
            .Select(i => LoadAsync(i % 2 == 0 ? host : another, i, ends.Token))
            .ToArray();

        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(0, KeysVerb.Add(folders));
            Assert.Equal(0, await KeysVerb.RewrapAsync(folders, Stop));
            // New vaults get their keys meanwhile, on either node.
            foreach (var node in (CloudDavHost[])[host, another])
            {
                var person = await node.AddPersonAsync($"p{round}-{node.Port}", 1 << 20);
                Assert.Equal(201, (await person.PutAsync("/dav/first", "first")).Status);
            }
            await Task.Delay(500, Stop);
        }
        await ends.CancelAsync();

        Assert.All(await Task.WhenAll(load), done => Assert.True(done > 0));
        Assert.Equal(0, await KeysVerb.RewrapAsync(folders, Stop));
        var keys = await VaultParts.OpenKeysAsync(
            folders,
            mayBegin: false,
            TimeProvider.System,
            Stop
        );
        Assert.True(Assert.Single(await keys.CountAsync(Stop)).IsNewest);
        Assert.Equal(0, await KeysVerb.ShowAsync(folders, Stop));
        // What wrapped them before may go.
        var lines = await File.ReadAllLinesAsync(WrappingKeyFile, Stop);
        await File.WriteAllTextAsync(WrappingKeyFile, lines[^1] + "\n", Stop);
        await host.RestartAsync();
        Assert.Equal(200, (await host.Client().GetAsync("/dav/load-0")).Status);
        Assert.False(Directory.Exists(Path.Combine(host.Folder, "keys")));
    }

    [Fact]
    public async Task A_vault_that_was_destroyed_after_a_backup_is_not_opened_by_what_is_restored_of_it()
    {
        KeysVerb.Add(Folders(Path.Combine(_folder, "unused")));
        await using var host = await StartAsync();
        using var alice = host.Client();
        using var carol = host.Client("carol");
        var secret = new byte[100_000];
        Assert.Equal(201, (await alice.PutAsync("/dav/large", secret)).Status);
        Assert.Equal(201, (await alice.PutAsync("/dav/small", "secret")).Status);
        Assert.Equal(201, (await carol.PutAsync("/dav/large", secret)).Status);
        var parts = host.Services.GetRequiredService<VaultParts>();
        var gone = (await parts.Accounts.FindAccountAsync("alice", Stop))!;
        var kept = (await parts.Accounts.FindAccountAsync("carol", Stop))!;
        var backup = Path.Combine(_folder, "backup");
        await BackupRun.WriteAsync(parts, backup, Stop);
        await parts.Keys.DestroyAsync(gone.Vault, Stop);
        // Whoever wraps keys anew later does not bring it back either.
        KeysVerb.Add(Folders(Path.Combine(_folder, "unused")));
        Assert.Equal(0, await KeysVerb.RewrapAsync(Folders(Path.Combine(_folder, "unused")), Stop));

        var folders = Folders(Path.Combine(_folder, "restored"));
        await VaultParts.RestoreAsync(
            folders,
            await EmbeddedBackup.OpenAsync(backup, Stop),
            mayLink: true,
            new AuditEntry
            {
                Chain = AuditChainId.Operator,
                At = TimeProvider.System.GetUtcNow(),
                Actor = AuditActors.Console,
                Act = AuditActs.BackupRestored,
            },
            Assert.Fail,
            Stop
        );

        using var restored = VaultParts.Open(folders);
        foreach (var name in (string[])["large", "small"])
            await Assert.ThrowsAsync<ContentDamagedException>(async () =>
                await OpenAsync(restored, gone, name)
            );
        var opened = await OpenAsync(restored, kept, "large");
        await opened.Value.Content!.DisposeAsync();
        Assert.Equal(secret.Length, opened.Value.Content.Length);
        await Assert.ThrowsAsync<KeyStoreException>(async () =>
            await restored.Keys.CreateAsync(gone.Vault, Stop)
        );
    }

    [Fact]
    public async Task With_Key_Vault_a_server_starts_serves_while_it_is_down_and_rotates()
    {
        using var certificate = LoopbackCertificate.Create(_folder);
        await using var keyVault = await KeyVaultStandIn.StartAsync(certificate);
        keyVault.AddVersion();
        using var identity = WireMockServer.Start();
        identity
            .Given(
                Request.Create().WithPath("/token").WithParam("resource", "https://vault.azure.net")
            )
            .RespondWith(Response.Create().WithBodyAsJson(Token()));
        (string, string)[] environment =
        [
            ("CLOUDDAV_Storage__Keys__Azure__ConnectionString", _azurite.ConnectionString),
            ("CLOUDDAV_Storage__Keys__KeyVault__Address", keyVault.Address.ToString()),
            ("CLOUDDAV_Storage__Keys__KeyVault__Retries", "0"),
            ("CLOUDDAV_Listen__HttpPort", "0"),
            ("CLOUDDAV_Listen__Address", "127.0.0.1"),
            ("IDENTITY_ENDPOINT", identity.Url + "/token"),
            ("IDENTITY_HEADER", "known to the machine alone"),
            ("SSL_CERT_FILE", certificate.File),
        ];
        var keyless = keyVault.Asked;
        await using (await RunningServer.StartAsync(_folder, ["serve"], environment))
        {
            Assert.True(keyVault.Asked > keyless);
            keyVault.AddVersion();
            Assert.Contains(
                "wrapped anew by",
                await RunAsync(environment, "keys", "rewrap"),
                StringComparison.Ordinal
            );
            Assert.Contains(
                "every older one may be withdrawn",
                await RunAsync(environment, "keys", "status"),
                StringComparison.Ordinal
            );
        }

        keyVault.IsDown = true;
        Assert.Contains(
            "The vaults' keys cannot be had: Azure Key Vault failed: it answered 503",
            await RunAsync(environment, "serve"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("Storage:Keys:Azure:ConnectionString", "AccountName=a;x", "what wraps them apart")]
    [InlineData(
        "Storage:Keys:KeyVault:Address",
        "http://a.example.net",
        "must be an https address"
    )]
    [InlineData("Storage:Keys:KeyVault:Secret", "no spaces", "letters, digits and hyphens")]
    [InlineData("Storage:Keys:KeyVault:IdentityClientId", "x", "which is not set")]
    [InlineData("Storage:Keys:Azure:Container", "Keys", null)]
    public void A_wrong_setting_is_one_sentence(string name, string value, string? sentence)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build();

        if (sentence is null)
            // Not used, so it may be anything.
            Assert.NotNull(Settings.Folders(settings));
        else
            Assert.Contains(
                sentence,
                Assert.Throws<StartProblem>(() => Settings.Folders(settings)).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void Keys_and_contents_in_one_storage_account_are_refused()
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([
                new("Storage:Country", "BE"),
                new("Storage:Azure:Address", "https://one.blob.core.windows.net"),
                new("Storage:Keys:Azure:Address", "https://one.blob.core.windows.net"),
                new("Storage:Keys:WrappingKeyFile", "wrapping.key"),
            ])
            .Build();

        var problem = Assert.Throws<StartProblem>(() => Settings.Folders(settings));

        Assert.Contains("another storage account", problem.Message, StringComparison.Ordinal);
    }

    private Task<CloudDavHost> StartAsync() =>
        CloudDavHost.StartAsync(
            new CloudDavHostOptions
            {
                Settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                {
                    ["Storage:Keys:Azure:ConnectionString"] = _azurite.ConnectionString,
                    ["Storage:Keys:WrappingKeyFile"] = WrappingKeyFile,
                    ["Storage:InlineBytes"] = "1000",
                },
            }
        );

    private StorageOptions Folders(string data) =>
        new()
        {
            MetadataFolder = Path.Combine(data, "metadata"),
            ContentFolder = Path.Combine(data, "content"),
            Keys = new KeysOptions
            {
                WrappingKeyFile = WrappingKeyFile,
                Azure = new KeyContainerOptions { ConnectionString = _azurite.ConnectionString },
            },
        };

    // Puts a file and gets it back, again and again; how often it did.
    private static async Task<int> LoadAsync(CloudDavHost node, int number, CancellationToken stop)
    {
        using var client = node.Client();
        for (var times = 0; ; times++)
        {
            var content = new byte[20_000 + times];
            Array.Fill(content, (byte)times);
            Assert.InRange(
                (await client.PutAsync($"/dav/load-{number}", content)).Status,
                201,
                204
            );
            var answer = await client.GetAsync($"/dav/load-{number}");
            Assert.Equal(200, answer.Status);
            Assert.True(content.AsSpan().SequenceEqual(answer.Body));
            if (stop.IsCancellationRequested)
                return times;
        }
    }

    private static ValueTask<VaultResult<Opened>> OpenAsync(
        VaultParts parts,
        Account account,
        string name
    ) =>
        parts
            .Vaults.Open(
                new Actor(account.Id, account.Name, account.Vault, null, null),
                new SessionOptions()
            )
            .OpenAsync([name], Stop);

    private async Task<string> RunAsync(
        IReadOnlyList<(string, string)> environment,
        params string[] arguments
    )
    {
        using var process = RunningServer.Run(_folder, arguments, environment);
        var error = process.StandardError.ReadToEndAsync(Stop);
        var output = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return output + await error;
    }

    private static object Token() =>
        new
        {
            access_token = Convert.ToBase64String(Encoding.ASCII.GetBytes("token")),
            expires_on = TimeProvider
                .System.GetUtcNow()
                .AddHours(1)
                .ToUnixTimeSeconds()
                .ToString(CultureInfo.InvariantCulture),
            resource = "https://vault.azure.net",
            token_type = "Bearer",
        };
}
