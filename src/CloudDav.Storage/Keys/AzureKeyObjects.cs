using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>
/// Wrapped keys as blobs of one container of a storage account that has nothing else. A destroyed one is overwritten by a mark, in one step with whatever else wants to write it: what was
/// there is gone because the account keeps no former versions, which is looked at when it is opened.
/// </summary>
internal sealed class AzureKeyObjects : IKeyObjects
{
    private const string GenerationItem = "generation";
    private const string DestroyedItem = "destroyed";
    private const string DestroyedText = "clouddav-destroyed-v1\n";

    // The service's own word for what became of a deleted blob.
    private const string IsPermanentHeader = "x-ms-delete-type-permanent";

    private readonly BlobContainerClient _container;

    private AzureKeyObjects(BlobContainerClient container) => _container = container;

    /// <inheritdoc/>
    public string Place => $"the key container {AddressOf(_container.Uri)}";

    /// <inheritdoc/>
    public TimeSpan FreshFor { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Opens the container, creating it when it is missing, and makes sure that it can be written to and keeps nothing of what is destroyed. One that is only read is left as it is.</summary>
    /// <exception cref="KeyStoreException">It keeps what is destroyed.</exception>
    /// <exception cref="IOException">It cannot be used.</exception>
    public static async ValueTask<AzureKeyObjects> OpenAsync(
        AzureBlobStoreOptions options,
        CancellationToken cancellationToken
    )
    {
        var container = AzureBlobStore.Connect(options);
        string? keeps;
        try
        {
            // What the account keeps is told by its answers to writes alone.
            keeps = options.IsOnlyRead ? null : await ProbeAsync(container, cancellationToken);
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToIOException(failure);
        }
        return keeps is null
            ? new AzureKeyObjects(container)
            : throw new KeyStoreException(
                $"The storage account of {AddressOf(container.Uri)} keeps what is destroyed: {keeps}. A vault's key must be gone when it is destroyed; switch that off for this account, or take another one for the keys."
            );
    }

    /// <inheritdoc/>
    public string PathOf(string name) => AddressOf(ClientOf(name).Uri);

    /// <inheritdoc/>
    public async ValueTask<KeyObject> ReadAsync(
        string name,
        string? known,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var answer = await ClientOf(name)
                .DownloadContentAsync(
                    new BlobDownloadOptions
                    {
                        Conditions = known is null
                            ? null
                            : new BlobRequestConditions { IfNoneMatch = new ETag(known) },
                    },
                    cancellationToken
                );
            if (answer.GetRawResponse().Status == 304)
                return new KeyObject(KeyObjectState.Unchanged);
            var found = answer.Value;
            return found.Details.Metadata.ContainsKey(DestroyedItem)
                ? new KeyObject(KeyObjectState.Destroyed)
                : new KeyObject(
                    KeyObjectState.Found,
                    found.Content.ToString(),
                    found.Details.ETag.ToString()
                );
        }
        catch (RequestFailedException failure) when (failure.Status == 304)
        {
            return new KeyObject(KeyObjectState.Unchanged);
        }
        catch (Exception failure) when (AzureFault.IsNoSuchBlob(failure))
        {
            return new KeyObject(KeyObjectState.Missing);
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToIOException(failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryCreateAsync(
        string name,
        KeyEnvelope envelope,
        CancellationToken cancellationToken
    ) =>
        TryWriteAsync(
            name,
            envelope,
            new BlobRequestConditions { IfNoneMatch = ETag.All },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<bool> TryReplaceAsync(
        string name,
        KeyEnvelope envelope,
        string version,
        CancellationToken cancellationToken
    ) =>
        TryWriteAsync(
            name,
            envelope,
            new BlobRequestConditions { IfMatch = new ETag(version) },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask DestroyAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await ClientOf(name)
                .UploadAsync(
                    BinaryData.FromString(DestroyedText),
                    new BlobUploadOptions
                    {
                        Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            [DestroyedItem] = "true",
                        },
                    },
                    cancellationToken
                );
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToIOException(failure);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeyEntry> ListAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var items = _container
            .GetBlobsAsync(new GetBlobsOptions { Traits = BlobTraits.Metadata }, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                    yield break;
            }
            catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
            {
                throw AzureFault.ToIOException(failure);
            }
            var item = items.Current;
            if (KeyStore.IsName(item.Name))
                yield return new KeyEntry(
                    item.Name,
                    item.Metadata.ContainsKey(DestroyedItem) ? null
                        : item.Metadata.TryGetValue(GenerationItem, out var generation) ? generation
                        : ""
                );
        }
    }

    private async ValueTask<bool> TryWriteAsync(
        string name,
        KeyEnvelope envelope,
        BlobRequestConditions conditions,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await ClientOf(name)
                .UploadAsync(
                    BinaryData.FromString(envelope.ToText()),
                    new BlobUploadOptions
                    {
                        Conditions = conditions,
                        // So that a listing says it, and no key has to be read for it.
                        Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            [GenerationItem] = envelope.Generation,
                        },
                    },
                    cancellationToken
                );
            return true;
        }
        // Also when it was written and the answer was lost, which the next read shows.
        catch (RequestFailedException failure) when (failure.Status is 409 or 412)
        {
            return false;
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToIOException(failure);
        }
    }

    /// <summary>What the account keeps of what is destroyed, as far as it says so; null for nothing.</summary>
    private static async ValueTask<string?> ProbeAsync(
        BlobContainerClient container,
        CancellationToken cancellationToken
    )
    {
        // Asked by doing: whoever may read and write blobs need not be allowed to look at the account's settings.
        var probe = container.GetBlobClient($".probe-{Guid.NewGuid():N}");
        BlobContentInfo written;
        try
        {
            written = await probe.UploadAsync(BinaryData.Empty, overwrite: true, cancellationToken);
        }
        catch (RequestFailedException failure)
            when (failure.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            written = await probe.UploadAsync(BinaryData.Empty, overwrite: true, cancellationToken);
        }
        var deleted = await probe.DeleteAsync(cancellationToken: cancellationToken);
        if (!string.IsNullOrEmpty(written.VersionId))
            return "versioning of blobs is on";
        return
            deleted.Headers.TryGetValue(IsPermanentHeader, out var isPermanent)
            && isPermanent.Equals("false", StringComparison.OrdinalIgnoreCase)
            ? "soft delete of blobs is on"
            : null;
    }

    // Without what may sign a request.
    private static string AddressOf(Uri uri) => uri.GetLeftPart(UriPartial.Path);

    private BlobClient ClientOf(string name) => _container.GetBlobClient(name);
}
