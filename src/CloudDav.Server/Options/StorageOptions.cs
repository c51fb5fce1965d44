using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Storage</c>: where things are kept, and how.</summary>
internal sealed class StorageOptions : IValidatableObject
{
    public const string Section = "Storage";

    /// <summary>The metadata database's folder. Not used where <see cref="SqlServer"/> is.</summary>
    [Required]
    public string MetadataFolder { get; init; } = "data/metadata";

    /// <summary>SQL Server or Azure SQL for the metadata, instead of a folder.</summary>
    [ValidateObjectMembers]
    public SqlServerOptions SqlServer { get; init; } = new();

    /// <summary>The contents' folder; may be on another disk than the metadata. Not used where <see cref="Azure"/> is.</summary>
    [Required]
    public string ContentFolder { get; init; } = "data/content";

    /// <summary>Azure Blob Storage for the contents, instead of a folder.</summary>
    [ValidateObjectMembers]
    public AzureOptions Azure { get; init; } = new();

    /// <summary>The wrapped vault keys and the key file that wraps them. Keep it, and its backups, apart from the data. Not used where <see cref="KeysOptions.Azure"/> is.</summary>
    [Required]
    public string KeyFolder { get; init; } = "keys";

    /// <summary>Where the keys are otherwise, and what wraps them.</summary>
    [ValidateObjectMembers]
    public KeysOptions Keys { get; init; } = new();

    /// <summary>Whether new contents are encrypted. Off only for comparison runs; what is stored stays readable either way.</summary>
    public bool EncryptContent { get; init; } = true;

    /// <summary>Contents up to this many bytes are kept in the metadata database.</summary>
    [AllowedRange(0, 65_536)]
    public int InlineBytes { get; init; } = 16_384;

    /// <summary>How long the purge and the sweeper rest between two rounds, in seconds.</summary>
    [AllowedRange(1, 86_400)]
    public int HousekeepingSeconds { get; init; } = 300;

    /// <summary>How many hours an upload over several requests is kept when nothing comes.</summary>
    [AllowedRange(1, 720)]
    public int UploadIdleHours { get; init; } = 24;

    /// <summary>How many of them one account has under way.</summary>
    [AllowedRange(1, 10_000)]
    public int UploadsPerAccount { get; init; } = 200;

    /// <summary>How many parts one of them may have.</summary>
    [AllowedRange(10, 100_000)]
    public int PartsPerUpload { get; init; } = 10_000;

    /// <summary>How many days contents that nothing refers to any more are kept for a restore of the metadata alone.</summary>
    [AllowedRange(0, 3_650)]
    public int KeepRemovedDays { get; init; }

    /// <summary>How long, and how much, of what was deleted and overwritten is kept.</summary>
    [ValidateObjectMembers]
    public HistoryOptions History { get; init; } = new();

    /// <summary>Whether contents are read and compared with what was written, in the background.</summary>
    public bool Scrubs { get; init; } = true;

    /// <summary>How many bytes of content that reads a second, over all nodes.</summary>
    [AllowedRange(65_536, 2_000_000_000)]
    public int ScrubBytesPerSecond { get; init; } = 8_388_608;

    /// <summary>How many days after the beginning of one pass over all contents the next one begins.</summary>
    [AllowedRange(1, 366)]
    public int ScrubDays { get; init; } = 30;

    /// <summary>The country in which the contents lie, as a code of two letters; null when nobody has said, which is for a folder alone.</summary>
    public string? Country { get; init; }

    /// <summary>What allows the transfer of personal data to that country; needed outside the European Economic Area.</summary>
    public string? TransferBasis { get; init; }

    /// <summary>As the sweeper wants it.</summary>
    internal BlobSweeperOptions ToSweeper()
    {
        var options = new BlobSweeperOptions();
        var kept = TimeSpan.FromDays(KeepRemovedDays);
        return kept > options.CondemnedGrace
            ? options with
            {
                CondemnedGrace = kept,
                OrphanAge = kept,
            }
            : options;
    }

    /// <summary>The same for metadata that was restored by other means than this program's.</summary>
    /// <param name="copy">The database or the folder with a copy of it; null for the metadata of these settings.</param>
    /// <param name="connectionFile">A file with the connection string of another server that has the database; null for the same server.</param>
    internal StorageOptions ToRestored(string? copy, string? connectionFile) =>
        new()
        {
            MetadataFolder = copy is null || SqlServer.IsUsed ? MetadataFolder : copy,
            SqlServer = SqlServer.IsUsed ? SqlServer.ToRestored(copy, connectionFile) : SqlServer,
            ContentFolder = ContentFolder,
            Azure = Azure,
            KeyFolder = KeyFolder,
            Keys = Keys,
            EncryptContent = EncryptContent,
            InlineBytes = InlineBytes,
            KeepRemovedDays = KeepRemovedDays,
            History = History,
        };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (
            var problem in SqlServer
                .FindProblems()
                .Concat(Azure.FindProblems())
                .Concat(Keys.FindProblems(Azure))
                .Concat(History.FindProblems())
        )
            yield return new(problem);
        if (Country is null)
        {
            if (Azure.IsUsed)
                yield return new(
                    "Storage:Country must name the country of the storage account's region when contents are in Azure (Storage:Azure)."
                );
            yield break;
        }
        if (Country is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z'])
            yield return new(
                $"Storage:Country takes a country code of two capital letters such as BE, not '{Country}'."
            );
        else if (!EuropeanEconomicArea.Has(Country) && string.IsNullOrWhiteSpace(TransferBasis))
            yield return new(
                $"Storage:TransferBasis must say what allows personal data to be in {Country} (Storage:Country), which is outside the European Economic Area."
            );
    }
}

[OptionsValidator]
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>;
