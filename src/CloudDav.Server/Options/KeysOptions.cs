using System.ComponentModel.DataAnnotations;
using CloudDav.Storage;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Storage:Keys</c>: where the vaults' keys are kept when that is no folder of this machine, and what wraps them.</summary>
internal sealed class KeysOptions
{
    public const string Section = "Storage:Keys";

    /// <summary>A file with the wrapping keys; null for <c>master.key</c> among the keys, or for <see cref="KeyVault"/>.</summary>
    public string? WrappingKeyFile { get; init; }

    /// <summary>A secret of Azure Key Vault with the wrapping keys.</summary>
    [ValidateObjectMembers]
    public KeyVaultOptions KeyVault { get; init; } = new();

    /// <summary>A container of Azure Blob Storage for the keys, instead of a folder.</summary>
    [ValidateObjectMembers]
    public KeyContainerOptions Azure { get; init; } = new();

    /// <summary>What is wrong, a sentence each.</summary>
    internal IEnumerable<string> FindProblems(AzureOptions content)
    {
        foreach (
            var problem in Azure
                .FindProblems(KeyContainerOptions.Section)
                .Concat(KeyVault.FindProblems())
        )
            yield return problem;
        if (WrappingKeyFile is not null && KeyVault.IsUsed)
            yield return "Only one of Storage:Keys:WrappingKeyFile and Storage:Keys:KeyVault:Address may be set.";
        if (!Azure.IsUsed)
            yield break;
        if (WrappingKeyFile is null && !KeyVault.IsUsed)
            yield return "Keys in Azure (Storage:Keys:Azure) need what wraps them apart from them: Storage:Keys:KeyVault:Address or Storage:Keys:WrappingKeyFile.";
        if (content.IsUsed && content.IsOfSameAccountAs(Azure))
            yield return "Storage:Keys:Azure must be another storage account than Storage:Azure: whoever restores or copies the contents' account would carry the keys along, and what was destroyed would come back.";
    }
}

/// <summary>Section <c>Storage:Keys:Azure</c>: the container of Azure Blob Storage that holds the keys, in a storage account of its own. It is used when it is said how to sign in there.</summary>
internal sealed class KeyContainerOptions : AzureOptions
{
    public new const string Section = "Storage:Keys:Azure";

    public KeyContainerOptions() => Container = "clouddav-keys";
}

/// <summary>Section <c>Storage:Keys:KeyVault</c>: the secret of Azure Key Vault whose versions are the wrapping keys. It is used when it has an address.</summary>
internal sealed class KeyVaultOptions
{
    public const string Section = "Storage:Keys:KeyVault";

    /// <summary>The key vault, such as <c>https://name.vault.azure.net</c>, where the machine's managed identity signs in.</summary>
    public string? Address { get; init; }

    /// <summary>The name of the secret.</summary>
    [Required]
    public string Secret { get; init; } = "clouddav";

    /// <summary>The client id of a user-assigned managed identity; null for the one that the system assigned.</summary>
    public string? IdentityClientId { get; init; }

    /// <summary>How often a request that failed is repeated.</summary>
    [AllowedRange(0, 20)]
    public int Retries { get; init; } = 3;

    /// <summary>How long one try of a request may take, in seconds.</summary>
    [AllowedRange(1, 120)]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>Whether the wrapping keys are there.</summary>
    internal bool IsUsed => Address is not null;

    internal IEnumerable<string> FindProblems()
    {
        if (Address is not null && !OutwardAddress.IsAllowed(Address))
            yield return $"Storage:Keys:KeyVault:Address '{Address}' must be an https address.";
        if (Address is null && IdentityClientId is not null)
            yield return "Storage:Keys:KeyVault:IdentityClientId is for Storage:Keys:KeyVault:Address, which is not set.";
        if (
            Secret.Length is 0 or > 127
            || !Secret.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        )
            yield return $"Storage:Keys:KeyVault:Secret '{Secret}' must be 1 to 127 letters, digits and hyphens.";
    }

    /// <summary>As the store wants it; null when it is not used.</summary>
    internal AzureKeyVaultOptions? ToStore() =>
        Address is null
            ? null
            : new AzureKeyVaultOptions
            {
                Address = new Uri(Address),
                Secret = Secret,
                IdentityClientId = IdentityClientId,
                Retries = Retries,
                Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            };
}
