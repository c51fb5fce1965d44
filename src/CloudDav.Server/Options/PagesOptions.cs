using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Pages</c>: how the pages for people look. What is in the folder is read once, when the server starts.</summary>
internal sealed class PagesOptions : IValidatableObject
{
    public const string Section = "Pages";

    /// <summary>What the service is called on the pages, in up to 60 characters.</summary>
    [Required]
    [StringLength(60, MinimumLength = 1)]
    public string ServiceName { get; init; } = "CloudDav";

    /// <summary>A folder with <c>brand.css</c>, which follows the pages' own style sheet, and <c>logo.svg</c> or <c>logo.png</c>; each may be missing. Null for none.</summary>
    public string? BrandFolder { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BrandFolder is not null && !Directory.Exists(BrandFolder))
            yield return new($"Pages:BrandFolder '{BrandFolder}' must be a folder that exists.");
        else if (BrandFolder is not null && Pages.Brand.TooLarge(BrandFolder) is { } file)
            yield return new(
                $"Pages:BrandFolder: '{file}' must not be larger than {Pages.Brand.MaxFileBytes / 1024} KiB."
            );
    }
}

[OptionsValidator]
internal sealed partial class PagesOptionsValidator : IValidateOptions<PagesOptions>;
