using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using CloudDav.Storage.Tests.Blobs;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Storage.Tests.Keys;

/// <summary>Keys in a container, for which Azurite stands, wrapped by the versions of a secret of Azure Key Vault, for which a server of our own stands.</summary>
public sealed class AzureKeyStoreTests
    : KeyStoreContract,
        IClassFixture<AzuriteFixture>,
        IAsyncLifetime
{
    private readonly Azurite _azurite;
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-azure-keys-")
        .FullName;
    private LoopbackCertificate _certificate = null!;
    private KeyVaultStandIn _keyVault = null!;
    private FaultProxy _proxy = null!;
    private HttpClient _http = null!;
    private KeyStoreOptions _options = null!;
    private BlobContainerClient _container = null!;
    private string _first = "";

    public AzureKeyStoreTests(AzuriteFixture fixture) => _azurite = fixture.Azurite;

    public async ValueTask InitializeAsync()
    {
        _certificate = LoopbackCertificate.Create(_folder);
        _keyVault = await KeyVaultStandIn.StartAsync(_certificate);
        _first = _keyVault.AddVersion();
        _proxy = new FaultProxy(_azurite.Address);
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                SslOptions =
                {
                    CertificateChainPolicy = new X509ChainPolicy
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        CustomTrustStore = { _certificate.Certificate },
                        RevocationMode = X509RevocationMode.NoCheck,
                    },
                },
            }
        );
        _options = new KeyStoreOptions
        {
            Folder = "",
            Container = new AzureBlobStoreOptions
            {
                ConnectionString = _azurite.ConnectionStringAt(_proxy.Address),
                Container = AzuriteFixture.NewContainer(),
                Retries = 2,
                RetryDelay = TimeSpan.FromMilliseconds(10),
            },
            KeyVault = new AzureKeyVaultOptions
            {
                Address = _keyVault.Address,
                Secret = KeyVaultStandIn.Secret,
                Retries = 1,
                RetryDelay = TimeSpan.FromMilliseconds(10),
                Credential = new AnyToken(),
                Transport = new HttpClientTransport(_http),
            },
        };
        _container = new BlobContainerClient(
            _azurite.ConnectionString,
            _options.Container.Container
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _keyVault.DisposeAsync();
        _http.Dispose();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    protected override string Beside => _folder;

    protected override ValueTask<KeyStore> OpenAsync() => KeyStore.OpenAsync(_options, _time, Stop);

    protected override string AddGeneration() => _keyVault.AddVersion();

    protected override void Withdraw(string generation) =>
        _keyVault.SetEnabled(generation, isEnabled: false);

    protected override Task LoseAsync(string name) =>
        _container.GetBlobClient(name).DeleteAsync(cancellationToken: Stop);

    protected override async Task<string> ReadAsync(string name)
    {
        BlobDownloadResult found = await _container.GetBlobClient(name).DownloadContentAsync(Stop);
        return found.Content.ToString();
    }

    protected override Task WriteAsync(string name, string text) =>
        _container
            .GetBlobClient(name)
            .UploadAsync(BinaryData.FromString(text), overwrite: true, Stop);

    [Fact]
    public async Task Destruction_overwrites_what_was_there_and_counts_elsewhere_within_a_minute()
    {
        var store = await OpenAsync();
        var elsewhere = await OpenAsync();
        var key = await store.CreateAsync(Vault, Stop);
        AssertSame(key, await elsewhere.FindAsync(Vault, Stop));

        await store.DestroyAsync(Vault, Stop);

        Assert.Equal("clouddav-destroyed-v1\n", await ReadAsync("vault-7"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await elsewhere.FindAsync(Vault, Stop));
    }

    [Fact]
    public async Task A_key_in_memory_is_looked_for_once_a_minute_and_not_read_again()
    {
        var store = await OpenAsync();
        await store.CreateAsync(Vault, Stop);
        var before = Reads();
        for (var i = 0; i < 50; i++)
            Assert.NotNull(await store.FindAsync(Vault, Stop));
        Assert.Equal(before, Reads());

        _time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 50; i++)
            Assert.NotNull(await store.FindAsync(Vault, Stop));
        Assert.Equal(before + 1, Reads());

        int Reads() =>
            _proxy.Requests.Count(request =>
                request.Method == "GET"
                && request.Target.Contains("vault-7", StringComparison.Ordinal)
            );
    }

    [Fact]
    public async Task While_the_container_is_away_keys_in_memory_go_on_for_an_hour_and_others_are_refused()
    {
        var store = await OpenAsync();
        var key = await store.CreateAsync(Vault, Stop);
        await (await OpenAsync()).CreateAsync(Other, Stop);
        _time.Advance(TimeSpan.FromMinutes(2));
        _proxy.Rule = static _ => new Fault(FaultKind.Busy);

        AssertSame(key, await store.FindAsync(Vault, Stop));
        var asked = _proxy.Requests.Count;
        for (var i = 0; i < 50; i++)
            AssertSame(key, await store.FindAsync(Vault, Stop));
        // It is left alone for a while, so that not every request waits for it.
        Assert.Equal(asked, _proxy.Requests.Count);
        await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await store.FindAsync(Other, Stop)
        );

        _time.Advance(TimeSpan.FromMinutes(57));
        AssertSame(key, await store.FindAsync(Vault, Stop));
        _time.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await store.FindAsync(Vault, Stop)
        );

        _proxy.Rule = static _ => default;
        AssertSame(key, await store.FindAsync(Vault, Stop));
        Assert.NotNull(await store.FindAsync(Other, Stop));
    }

    [Fact]
    public async Task Key_Vault_is_needed_at_the_start_and_not_while_serving()
    {
        var store = await OpenAsync();
        var key = await store.CreateAsync(Vault, Stop);
        _keyVault.IsDown = true;

        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await OpenAsync()
        );
        Assert.StartsWith("Azure Key Vault failed", failure.Message, StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromHours(3));
        AssertSame(key, await store.FindAsync(Vault, Stop));
        await store.CreateAsync(Other, Stop);
        await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await store.RewrapAsync(Stop)
        );
        _keyVault.IsDown = false;
        AssertSame(key, await (await OpenAsync()).FindAsync(Vault, Stop));
    }

    [Theory]
    [InlineData("not base64")]
    [InlineData("AAAA")]
    public async Task A_secret_that_is_no_wrapping_key_is_explained(string value)
    {
        _keyVault.AddVersion(value);

        var failure = await Assert.ThrowsAsync<KeyStoreException>(async () => await OpenAsync());

        Assert.Contains("32 random bytes in base64", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_secret_is_explained()
    {
        _keyVault.SetEnabled(_first, isEnabled: false);

        var failure = await Assert.ThrowsAsync<KeyStoreException>(async () => await OpenAsync());

        Assert.Contains(KeyVaultStandIn.Secret, failure.Message, StringComparison.Ordinal);
        Assert.Contains("disabled", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "x-ms-version-id: 2026-01-01T00:00:00.0000000Z", "versioning")]
    [InlineData("DELETE", "x-ms-delete-type-permanent: false", "soft delete")]
    public async Task An_account_that_keeps_what_is_destroyed_is_refused(
        string method,
        string header,
        string what
    )
    {
        await OpenAsync();
        _proxy.SetsHeader = request => request.Method == method ? header : null;

        var failure = await Assert.ThrowsAsync<KeyStoreException>(async () => await OpenAsync());

        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_whose_answers_are_lost_are_done_once()
    {
        _proxy.Rule = static request =>
            request is { Method: "PUT", Try: 1 } ? new Fault(FaultKind.AnswerLost) : default;
        var store = await OpenAsync();
        var key = await store.CreateAsync(Vault, Stop);
        AddGeneration();
        await store.RewrapAsync(Stop);

        Assert.Equal(2, Assert.Single(await store.CountAsync(Stop)).Keys);
        AssertSame(key, await (await OpenAsync()).FindAsync(Vault, Stop));
        await store.DestroyAsync(Vault, Stop);
        Assert.True(await store.IsDestroyedAsync(Vault, Stop));
    }

    [Fact]
    public async Task A_copy_in_a_folder_is_opened_by_the_same_wrapping_key()
    {
        var store = await OpenAsync();
        var key = await store.CreateAsync(Vault, Stop);
        var copy = Path.Join(Beside, "copy");
        await store.MirrorAsync(copy, Stop);

        Assert.False(File.Exists(Path.Join(copy, "master.key")));
        var opened = await KeyStore.OpenAsync(
            _options with
            {
                Container = null,
                Folder = copy,
            },
            _time,
            Stop
        );
        AssertSame(key, await opened.FindAsync(Vault, Stop));
        Assert.Equal(store.Derive("a"), opened.Derive("a"));
    }

    [Fact]
    public async Task The_wrapping_key_may_be_in_a_file_that_an_operator_mounts()
    {
        var file = Path.Join(Beside, "wrapping.key");
        var options = _options with { KeyVault = null, WrappingKeyFile = file };
        var missing = await Assert.ThrowsAsync<KeyStoreException>(async () =>
            await KeyStore.OpenAsync(options, _time, Stop)
        );
        Assert.Contains("keys add", missing.Message, StringComparison.Ordinal);

        KeyStore.AddGeneration(options, TimeProvider.System);
        var store = await KeyStore.OpenAsync(options, _time, Stop);
        var key = await store.CreateAsync(Vault, Stop);
        KeyStore.AddGeneration(options, TimeProvider.System);
        Assert.Equal(2, (await store.RewrapAsync(Stop)).Rewrapped);

        AssertSame(
            key,
            await (await KeyStore.OpenAsync(options, _time, Stop)).FindAsync(Vault, Stop)
        );
    }

    private sealed class AnyToken : TokenCredential
    {
        private static readonly AccessToken s_token = new("token", DateTimeOffset.MaxValue);

        public override AccessToken GetToken(
            TokenRequestContext requestContext,
            CancellationToken cancellationToken
        ) => s_token;

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext,
            CancellationToken cancellationToken
        ) => new(s_token);
    }
}
