using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Which container of Azure Blob Storage holds the blobs, and how it is talked to.</summary>
public sealed record AzureBlobStoreOptions
{
    /// <summary>The storage account's connection string, with a key or a shared access signature in it; null for <see cref="ServiceUri"/>.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The account's blob service, where the machine's managed identity signs in; null for <see cref="ConnectionString"/>.</summary>
    public Uri? ServiceUri { get; init; }

    /// <summary>The client id of a user-assigned managed identity; null for the one that the system assigned.</summary>
    public string? IdentityClientId { get; init; }

    /// <summary>The container; created when it is missing.</summary>
    public required string Container { get; init; }

    /// <summary>
    /// What tells this installation from every other one: it is written into the container at the first start and compared at each. Letters and digits; derived from what only this
    /// installation has, and no secret. Null leaves the container's mark alone.
    /// </summary>
    public string? Mark { get; init; }

    /// <summary>Whether nothing is to be written, not even to see whether it could be, nor the mark: the container must be there and have it.</summary>
    public bool IsOnlyRead { get; init; }

    /// <summary>How often a request that failed is repeated, after a growing delay.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>How long nothing may move in a try of a request, in either direction.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The delay before the first retry.</summary>
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>
/// Blobs as block blobs of one container, named by their ids. An upload stages blocks, several at a time, and exists when its list of blocks is committed,
/// which Azure does at once and only where nothing was committed under that name. What is staged and never committed Azure itself drops after a week.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "A semaphore whose wait handle nobody asks for has nothing to dispose, and uploads may outlive the store."
)]
public sealed class AzureBlobStore : IBlobStore
{
    /// <summary>Blocks on their way at once, of all uploads together: what bounds the memory that uploads hold beside the block each is filling.</summary>
    internal const int MostSending = 16;

    /// <summary>Windows read ahead at once, for all downloads together. A download beyond them reads without.</summary>
    internal const int MostReadAhead = 128;

    // No id of a blob, so that it is never listed as one.
    private const string MarkName = "installation";

    private const string AnothersMark =
        "it holds the contents of another installation, or of this one with other keys. Each installation needs a container of its own: either would take the other's contents for leftovers and remove them";

    private static readonly TimeSpan s_copyPoll = TimeSpan.FromMilliseconds(250);

    private readonly BlobContainerClient _container;
    private readonly string? _mark;
    private readonly SemaphoreSlim _sending = new(MostSending);
    private readonly SemaphoreSlim _readAhead = new(MostReadAhead);

    private AzureBlobStore(BlobContainerClient container, string? mark)
    {
        _container = container;
        _mark = mark;
    }

    /// <inheritdoc/>
    public TimeSpan ReadersGrace => TimeSpan.FromDays(1);

    /// <summary>Opens the store, makes sure that it can be written to, and marks the container as the installation's own. One that is only read is looked at instead.</summary>
    /// <exception cref="IOException">It cannot, or it has the mark of another installation; the message says why.</exception>
    /// <exception cref="FormatException">The connection string is none, or would send content in the clear.</exception>
    public static AzureBlobStore Open(AzureBlobStoreOptions options)
    {
        var store = new AzureBlobStore(Connect(options), options.Mark);
        string? mark;
        try
        {
            if (!options.IsOnlyRead)
                store.Probe();
            mark = options.Mark is { } ours
                ? options.IsOnlyRead
                    ? store.ReadMark()
                    : store.LeaveMark(ours)
                : null;
        }
        catch (Exception failure) when (AzureFault.Is(failure))
        {
            throw AzureFault.ToIOException(failure);
        }
        return mark == options.Mark ? store : throw new IOException(AnothersMark);
    }

    /// <inheritdoc/>
    public ValueTask<IBlobUpload> CreateAsync(
        BlobId blob,
        long? expectedLength,
        CancellationToken cancellationToken
    ) => new(new AzureBlobUpload(ClientOf(blob), expectedLength, _sending));

    /// <inheritdoc/>
    public async ValueTask<IBlob?> OpenAsync(BlobId blob, CancellationToken cancellationToken)
    {
        try
        {
            return await AzureBlob.OpenAsync(ClientOf(blob), _readAhead, cancellationToken);
        }
        catch (Exception failure) when (AzureFault.IsNoSuchBlob(failure))
        {
            return null;
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToIOException(failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        string mark;
        try
        {
            BlobDownloadResult found = await _container
                .GetBlobClient(MarkName)
                .DownloadContentAsync(cancellationToken);
            mark = found.Content.ToString();
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToIOException(failure);
        }
        if (_mark is not null && mark != _mark)
            throw new IOException(AnothersMark);
    }

    /// <inheritdoc/>
    public async ValueTask<long?> FindLengthAsync(BlobId blob, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties there = await ClientOf(blob)
                .GetPropertiesAsync(cancellationToken: cancellationToken);
            return there.ContentLength;
        }
        catch (Exception failure) when (AzureFault.IsNoSuchBlob(failure))
        {
            return null;
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToIOException(failure);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Copied by Azure itself, within the account.</remarks>
    public async ValueTask<bool> TryCopyAsync(
        BlobId blob,
        BlobId copy,
        CancellationToken cancellationToken
    )
    {
        var (source, target) = (ClientOf(blob), ClientOf(copy));
        try
        {
            try
            {
                await target.StartCopyFromUriAsync(
                    source.Uri,
                    new BlobCopyFromUriOptions
                    {
                        DestinationConditions = new BlobRequestConditions
                        {
                            IfNoneMatch = ETag.All,
                        },
                    },
                    cancellationToken
                );
            }
            catch (RequestFailedException failure)
                when (AzureFault.IsAlreadyThere(failure)
                    || failure.ErrorCode == BlobErrorCode.PendingCopyOperation
                )
            {
                // Begun by an earlier try, whose answer was lost.
            }
            while (true)
            {
                BlobProperties there = await target.GetPropertiesAsync(
                    cancellationToken: cancellationToken
                );
                switch (there.BlobCopyStatus)
                {
                    case CopyStatus.Success:
                        return true;
                    case CopyStatus.Pending:
                        await Task.Delay(s_copyPoll, cancellationToken);
                        break;
                    default:
                        throw new StorageUnavailableException(
                            $"Azure could not copy a blob: {there.CopyStatusDescription}."
                        );
                }
            }
        }
        catch (Exception failure) when (AzureFault.IsNoSuchBlob(failure))
        {
            return false;
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToIOException(failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(BlobId blob, CancellationToken cancellationToken)
    {
        var client = ClientOf(blob);
        try
        {
            // What is staged first: an upload that is under way can then no longer commit to what was just removed.
            if (!await TryDropBlocksAsync(client, mark: null, cancellationToken))
                await TryDeleteAsync(client, default, cancellationToken);
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToIOException(failure);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredBlob> ListAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var items = _container
            .GetBlobsAsync(
                new GetBlobsOptions
                {
                    Traits = BlobTraits.Metadata,
                    States = BlobStates.Uncommitted,
                },
                cancellationToken
            )
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
            if (TryRead(items.Current) is { } found)
                yield return found;
        }
    }

    /// <summary>Deletes a committed blob.</summary>
    /// <returns>False when there is none.</returns>
    internal static async ValueTask<bool> TryDeleteAsync(
        BlockBlobClient client,
        ETag version,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await client.DeleteAsync(
                DeleteSnapshotsOption.IncludeSnapshots,
                version == default ? null : new BlobRequestConditions { IfMatch = version },
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException failure) when (AzureFault.IsNoSuchBlob(failure))
        {
            return false;
        }
    }

    /// <summary>
    /// Drops what was staged under a name and not committed. Azure has no request for that: the blocks go when a list without them is committed, and what that
    /// makes, an empty blob, is deleted. An upload that comes to its own commit later is then told that its blocks are unknown.
    /// </summary>
    /// <param name="client">The blob.</param>
    /// <param name="mark">Metadata for the empty blob, by which whoever drops finds it again when the answer to its commit was lost; null for none.</param>
    /// <param name="cancellationToken">Stops the dropping.</param>
    /// <returns>True when nothing is left there; false when nothing was staged, or something is committed there.</returns>
    internal static async ValueTask<bool> TryDropBlocksAsync(
        BlockBlobClient client,
        IDictionary<string, string>? mark,
        CancellationToken cancellationToken
    )
    {
        try
        {
            BlockList staged = await client.GetBlockListAsync(
                BlockListTypes.Uncommitted,
                cancellationToken: cancellationToken
            );
            if (!staged.UncommittedBlocks.Any())
                return false;
            BlobContentInfo empty = await client.CommitBlockListAsync(
                [],
                new CommitBlockListOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    Metadata = mark,
                },
                cancellationToken
            );
            await TryDeleteAsync(client, empty.ETag, cancellationToken);
            return true;
        }
        catch (RequestFailedException failure) when (AzureFault.IsNoSuchBlob(failure))
        {
            return true;
        }
        catch (RequestFailedException failure) when (AzureFault.IsAlreadyThere(failure))
        {
            return false;
        }
    }

    /// <summary>The managed identity of the machine.</summary>
    /// <param name="clientId">Its client id when it is a user-assigned one; null for the one that the system assigned.</param>
    internal static ManagedIdentityCredential Identity(string? clientId) =>
        new(
            clientId is { } id
                ? ManagedIdentityId.FromUserAssignedClientId(id)
                : ManagedIdentityId.SystemAssigned
        );

    internal static BlobContainerClient Connect(AzureBlobStoreOptions options)
    {
        var line = new AzureLine(options.Timeout);
        var client = ClientOptions(line);
        client.Retry.Mode = RetryMode.Exponential;
        client.Retry.MaxRetries = options.Retries;
        client.Retry.Delay = options.RetryDelay;
        client.Retry.MaxDelay = TimeSpan.FromSeconds(10);
        // For the bodies of answers, and for what is not awaited. Otherwise the line is to be the first that ends a silence.
        client.Retry.NetworkTimeout = options.Timeout + TimeSpan.FromSeconds(1);
        client.AddPolicy(new UnhurriedUploads(), HttpPipelinePosition.PerRetry);
        var question = ClientOptions(line.InnerHandler!);
        question.Retry.MaxRetries = 0;
        var asked = Container(options, question).GetBlobClient(MarkName);
        line.Ask = async () =>
        {
            using var late = new CancellationTokenSource(AzureLine.LongestAnswer);
            try
            {
                await asked.ExistsAsync(late.Token);
                return true;
            }
            catch (Exception)
            {
                return !late.IsCancellationRequested;
            }
        };
        return Container(options, client);
    }

    private static BlobClientOptions ClientOptions(HttpMessageHandler way)
    {
        var client = new BlobClientOptions
        {
            Transport = new HttpClientTransport(
                new HttpClient(way, disposeHandler: false)
                {
                    Timeout = System.Threading.Timeout.InfiniteTimeSpan,
                }
            ),
        };
        // Names of blobs are random; still, what goes where is nobody else's business.
        client.Diagnostics.IsTelemetryEnabled = false;
        client.Diagnostics.IsLoggingEnabled = false;
        return client;
    }

    private static BlobContainerClient Container(
        AzureBlobStoreOptions options,
        BlobClientOptions client
    )
    {
        var service = options.ConnectionString is { } secret
            ? ByConnectionString(secret, client)
            : new BlobServiceClient(options.ServiceUri, Identity(options.IdentityClientId), client);
        if (service.Uri.Scheme != Uri.UriSchemeHttps && !service.Uri.IsLoopback)
            throw new FormatException("It must name an https address.");
        return service.GetBlobContainerClient(options.Container);
    }

    private static BlobServiceClient ByConnectionString(string secret, BlobClientOptions client)
    {
        try
        {
            return new BlobServiceClient(secret, client);
        }
        catch (Exception failure)
            when (failure is ArgumentException or FormatException or InvalidOperationException)
        {
            // What the library says may quote the string.
            throw new FormatException("It is no connection string of a storage account.", failure);
        }
    }

    // Asked by doing, as folders are: rights, firewalls and names are all found this way. Whoever may write to a container need not be allowed to look at it or create it.
    private void Probe()
    {
        try
        {
            WriteProbe();
        }
        catch (RequestFailedException failure)
            when (failure.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            _container.CreateIfNotExists();
            WriteProbe();
        }
    }

    /// <summary>The mark that the container has; it takes ours when it has none.</summary>
    private string LeaveMark(string mark)
    {
        var place = _container.GetBlobClient(MarkName);
        try
        {
            place.Upload(
                BinaryData.FromString(mark),
                new BlobUploadOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                }
            );
            return mark;
        }
        catch (RequestFailedException failure) when (AzureFault.IsAlreadyThere(failure))
        {
            return ReadMark();
        }
    }

    private string ReadMark() =>
        _container.GetBlobClient(MarkName).DownloadContent().Value.Content.ToString();

    private void WriteProbe()
    {
        var probe = _container.GetBlobClient($".writable-{Guid.NewGuid():N}");
        probe.Upload(BinaryData.Empty, overwrite: true);
        probe.DeleteIfExists();
    }

    private BlockBlobClient ClientOf(BlobId blob) =>
        _container.GetBlockBlobClient(blob.Value.ToString("N"));

    private static StoredBlob? TryRead(BlobItem item)
    {
        if (!Guid.TryParseExact(item.Name, "N", out var id))
            return null;
        var length = item.Properties.ContentLength ?? 0;
        return new StoredBlob(
            new BlobId(id),
            length,
            // Nothing else tells an empty blob from blocks that were never committed.
            length > 0
                || item.Metadata?.ContainsKey(AzureBlobUpload.Mark) == true,
            // Where Azure does not say, it is never old enough to be swept, and Azure drops it after a week.
            item.Properties.LastModified
                ?? DateTimeOffset.MaxValue
        );
    }

    /// <summary>Lets what is sent take the time it takes: of that the line ends what does not move.</summary>
    private sealed class UnhurriedUploads : HttpPipelinePolicy
    {
        public override void Process(
            HttpMessage message,
            ReadOnlyMemory<HttpPipelinePolicy> pipeline
        ) => ProcessNext(message, pipeline);

        public override ValueTask ProcessAsync(
            HttpMessage message,
            ReadOnlyMemory<HttpPipelinePolicy> pipeline
        )
        {
            if (message.Request.Content is not null)
                message.NetworkTimeout = TimeSpan.FromHours(1);
            return ProcessNextAsync(message, pipeline);
        }
    }
}
