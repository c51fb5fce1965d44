using System.Text.Json;
using System.Text.Json.Serialization;
using CloudDav.Storage;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Clients.Tests;

/// <summary>A place for a server's contents in Azure Blob Storage, for which Azurite stands.</summary>
internal sealed class AzureContent : IAsyncDisposable
{
    private const string Container = "contents";

    private static readonly JsonSerializerOptions s_json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly TempFolder _folder = new();
    private readonly Azurite _azurite;

    private AzureContent(Azurite azurite)
    {
        _azurite = azurite;
        Config = Path.Combine(_folder.Path, "clouddav.json");
    }

    /// <summary>The settings file that says so.</summary>
    public string Config { get; }

    /// <summary>Its section Storage, as JSON.</summary>
    public string Storage { get; private set; } = "";

    /// <summary>Starts Azurite.</summary>
    /// <param name="sqlServer">A database for the metadata, which the settings file names too; null for a folder.</param>
    public static async Task<AzureContent> StartAsync(string? sqlServer = null)
    {
        var content = new AzureContent(await Azurite.StartAsync());
        content.Storage = JsonSerializer.Serialize(
            new
            {
                Country = "BE",
                Azure = new { content._azurite.ConnectionString, Container },
                SqlServer = new
                {
                    ConnectionString = sqlServer,
                    TestSqlServer.Connections,
                    TestSqlServer.ConnectSeconds,
                    TestSqlServer.CommandSeconds,
                },
            },
            s_json
        );
        await File.WriteAllTextAsync(content.Config, $$"""{ "Storage": {{content.Storage}} }""");
        return content;
    }

    /// <summary>The store, as the server opens it.</summary>
    public IBlobStore Open() =>
        AzureBlobStore.Open(
            new AzureBlobStoreOptions
            {
                ConnectionString = _azurite.ConnectionString,
                Container = Container,
            }
        );

    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        _folder.Dispose();
    }
}
