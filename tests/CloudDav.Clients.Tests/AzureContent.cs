using System.Text.Json;
using CloudDav.Storage;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Clients.Tests;

/// <summary>A place for a server's contents in Azure Blob Storage, for which Azurite stands.</summary>
internal sealed class AzureContent : IAsyncDisposable
{
    private const string Container = "contents";

    private readonly TempFolder _folder = new();
    private readonly Azurite _azurite;

    private AzureContent(Azurite azurite)
    {
        _azurite = azurite;
        Config = Path.Combine(_folder.Path, "clouddav.json");
    }

    /// <summary>The settings file that says so.</summary>
    public string Config { get; }

    public static async Task<AzureContent> StartAsync()
    {
        var content = new AzureContent(await Azurite.StartAsync());
        await File.WriteAllTextAsync(
            content.Config,
            JsonSerializer.Serialize(
                new
                {
                    Storage = new
                    {
                        Country = "BE",
                        Azure = new { content._azurite.ConnectionString, Container },
                    },
                }
            )
        );
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
