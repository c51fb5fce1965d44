using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Storage</c>: where things are kept, and how.</summary>
internal sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>The metadata database's folder.</summary>
    [Required]
    public string MetadataFolder { get; init; } = "data/metadata";

    /// <summary>The contents' folder; may be on another disk than the metadata.</summary>
    [Required]
    public string ContentFolder { get; init; } = "data/content";

    /// <summary>The wrapped vault keys and the key file that wraps them. Keep it, and its backups, apart from the data.</summary>
    [Required]
    public string KeyFolder { get; init; } = "keys";

    /// <summary>Whether new contents are encrypted. Off only for comparison runs; what is stored stays readable either way.</summary>
    public bool EncryptContent { get; init; } = true;

    /// <summary>Contents up to this many bytes are kept in the metadata database.</summary>
    [AllowedRange(0, 65_536)]
    public int InlineBytes { get; init; } = 16_384;

    /// <summary>How long the purge and the sweeper rest between two rounds, in seconds.</summary>
    [AllowedRange(1, 86_400)]
    public int HousekeepingSeconds { get; init; } = 300;
}

[OptionsValidator]
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>;
