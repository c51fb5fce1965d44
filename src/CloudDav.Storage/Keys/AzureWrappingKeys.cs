using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Which secret of Azure Key Vault has the wrapping keys, and how it is talked to.</summary>
public sealed record AzureKeyVaultOptions
{
    /// <summary>The key vault, such as <c>https://name.vault.azure.net</c>, where the machine's managed identity signs in.</summary>
    public required Uri Address { get; init; }

    /// <summary>The secret's name.</summary>
    public required string Secret { get; init; }

    /// <summary>The client id of a user-assigned managed identity; null for the one that the system assigned.</summary>
    public string? IdentityClientId { get; init; }

    /// <summary>How often a request that failed is repeated, after a growing delay.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>How long one try of a request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Who signs in, in a test; null for the managed identity.</summary>
    internal TokenCredential? Credential { get; init; }

    /// <summary>What carries requests, in a test; null for the library's own.</summary>
    internal HttpPipelineTransport? Transport { get; init; }

    /// <summary>The delay before the first retry.</summary>
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>
/// Wrapping keys as the versions of one secret of Azure Key Vault, each 32 bytes in base64; the newest that is enabled is the newest generation. What was read once stays in
/// memory, so that Key Vault is needed at the start and after a rotation, and not in between.
/// </summary>
internal sealed class AzureWrappingKeys : IWrappingKeys
{
    private static readonly TimeSpan s_newestFor = TimeSpan.FromMinutes(5);

    private readonly AzureKeyVaultOptions _options;
    private readonly SecretClient _client;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, WrappingKey> _known = new(StringComparer.Ordinal);
    private volatile Newest? _newest;

    public AzureWrappingKeys(AzureKeyVaultOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var client = new SecretClientOptions
        {
            // On this machine there is nobody whom a token for Key Vault could be sent to by mistake.
            DisableChallengeResourceVerification = options.Address.IsLoopback,
        };
        client.Retry.Mode = RetryMode.Exponential;
        client.Retry.MaxRetries = options.Retries;
        client.Retry.Delay = options.RetryDelay;
        client.Retry.MaxDelay = TimeSpan.FromSeconds(5);
        client.Retry.NetworkTimeout = options.Timeout;
        client.Diagnostics.IsTelemetryEnabled = false;
        client.Diagnostics.IsLoggingEnabled = false;
        if (options.Transport is { } transport)
            client.Transport = transport;
        _client = new SecretClient(
            options.Address,
            options.Credential ?? AzureBlobStore.Identity(options.IdentityClientId),
            client
        );
    }

    /// <inheritdoc/>
    public string Place => $"the secret {_options.Secret} of {_options.Address}";

    /// <inheritdoc/>
    public async ValueTask<WrappingKey> FindNewestAsync(
        bool asks,
        CancellationToken cancellationToken
    )
    {
        var known = _newest;
        if (known is not null && !asks && _time.GetElapsedTime(known.Asked) < s_newestFor)
            return known.Key;
        try
        {
            var key =
                await AskAsync(version: null, cancellationToken)
                ?? throw new KeyStoreException(
                    $"There is no {Place}, or it is disabled. Make one whose value is 32 random bytes in base64."
                );
            _newest = new Newest(key, _time.GetTimestamp());
            return key;
        }
        catch (StorageUnavailableException) when (known is not null && !asks)
        {
            // It is asked again when the next key is wrapped in some minutes.
            _newest = known with
            {
                Asked = _time.GetTimestamp(),
            };
            return known.Key;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<WrappingKey?> FindAsync(
        string generation,
        CancellationToken cancellationToken
    ) =>
        _known.TryGetValue(generation, out var known)
            ? known
            : await AskAsync(generation, cancellationToken);

    private async ValueTask<WrappingKey?> AskAsync(
        string? version,
        CancellationToken cancellationToken
    )
    {
        KeyVaultSecret found;
        try
        {
            found = await _client.GetSecretAsync(
                _options.Secret,
                version,
                cancellationToken: cancellationToken
            );
        }
        // A version that was disabled is refused as if it were forbidden.
        catch (RequestFailedException failure)
            when (failure.Status == 404
                || (
                    failure.Status == 403
                    && failure.Message.Contains("SecretDisabled", StringComparison.Ordinal)
                )
            )
        {
            return null;
        }
        catch (Exception failure) when (AzureFault.Is(failure, cancellationToken))
        {
            throw AzureFault.ToUnavailable("Azure Key Vault", failure);
        }
        return _known.GetOrAdd(found.Properties.Version, Read(found));
    }

    private WrappingKey Read(KeyVaultSecret found)
    {
        var key = new byte[found.Value.Length];
        return
            Convert.TryFromBase64String(found.Value.Trim(), key, out var count)
            && count == KeyWrap.KeyBytes
            ? new WrappingKey(found.Properties.Version, key[..count])
            : throw new KeyStoreException(
                $"Version {found.Properties.Version} of {Place} is no wrapping key: it must be 32 random bytes in base64."
            );
    }

    private sealed record Newest(WrappingKey Key, long Asked);
}
