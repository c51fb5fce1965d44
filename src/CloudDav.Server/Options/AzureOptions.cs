using System.ComponentModel.DataAnnotations;
using CloudDav.Storage;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Storage:Azure</c>: the container of Azure Blob Storage that holds the contents, in place of a folder. It is used when it is said how to sign in there.</summary>
internal class AzureOptions
{
    public const string Section = "Storage:Azure";

    /// <summary>The blob service of the storage account, such as <c>https://account.blob.core.windows.net</c>, where the machine's managed identity signs in.</summary>
    public string? Address { get; init; }

    /// <summary>The client id of a user-assigned managed identity; null for the one that the system assigned.</summary>
    public string? IdentityClientId { get; init; }

    /// <summary>The storage account's connection string, instead of an address.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>A file with the connection string, instead.</summary>
    public string? ConnectionStringFile { get; init; }

    /// <summary>The container; created when it is missing.</summary>
    [Required]
    public string Container { get; init; } = "clouddav";

    /// <summary>How often a request that failed is repeated.</summary>
    [AllowedRange(0, 20)]
    public int Retries { get; init; } = 5;

    /// <summary>How long nothing may move in a try of a request, in seconds.</summary>
    [AllowedRange(1, 600)]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>Whether contents are kept there.</summary>
    internal bool IsUsed => (Address ?? ConnectionString ?? ConnectionStringFile) is not null;

    /// <summary>What is wrong, a sentence each.</summary>
    /// <param name="section">Where these settings are.</param>
    internal IEnumerable<string> FindProblems(string section = Section)
    {
        if (!IsUsed)
        {
            if (IdentityClientId is not null)
                yield return $"{section}:IdentityClientId is for {section}:Address, which is not set.";
            yield break;
        }
        if (
            ((string?[])[Address, ConnectionString, ConnectionStringFile]).Count(way =>
                way is not null
            ) > 1
        )
            yield return $"Only one of {section}:Address, {section}:ConnectionString and {section}:ConnectionStringFile may be set.";
        if (Address is not null && !OutwardAddress.IsAllowed(Address))
            yield return $"{section}:Address '{OutwardAddress.Show(Address)}' must be an https address.";
        if (Address is null && IdentityClientId is not null)
            yield return $"{section}:IdentityClientId is for {section}:Address, which is not set.";
        if (!IsContainerName(Container))
            yield return $"{section}:Container '{Container}' must be 3 to 63 small letters, digits and single hyphens between them.";
    }

    /// <summary>As the store wants it.</summary>
    /// <param name="mark">What tells this installation from every other; null for none.</param>
    /// <param name="section">Where these settings are.</param>
    /// <exception cref="StartProblem">The file with the connection string cannot be read.</exception>
    internal AzureBlobStoreOptions ToStore(string? mark, string section = Section) =>
        new()
        {
            ConnectionString = ReadConnectionString(section),
            ServiceUri = Address is null ? null : new Uri(Address),
            IdentityClientId = IdentityClientId,
            Container = Container,
            Mark = mark,
            Retries = Retries,
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
        };

    /// <summary>Whether both are in one storage account, as far as the settings show it.</summary>
    internal bool IsOfSameAccountAs(AzureOptions other)
    {
        var ours = AccountOf(this);
        return ours is not null && ours == AccountOf(other);

        static string? AccountOf(AzureOptions options) =>
            options.Address is { } address
                ? new Uri(address).Host.Split('.')[0]
                : options
                    .ConnectionString?.Split(';')
                    .Select(part => part.Split('=', 2))
                    .FirstOrDefault(part => part is ["AccountName", _])
                    ?[1];
    }

    private static bool IsContainerName(string name) =>
        name.Length is >= 3 and <= 63
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && name[0] != '-'
        && name[^1] != '-'
        && !name.Contains("--", StringComparison.Ordinal);

    private string? ReadConnectionString(string section)
    {
        if (ConnectionStringFile is not { } file)
            return ConnectionString;
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartProblem(
                $"The file {Path.GetFullPath(file)} ({section}:ConnectionStringFile) cannot be read: {failure.Message}",
                failure
            );
        }
    }
}
