namespace CloudDav.Vault;

/// <summary>Notes the media that came into vaults: after the commit that they came with, by whoever wants to know of them first.</summary>
internal static class MediaNotes
{
    private const int NotedNodes = 1_000;

    /// <summary>Notes the media that came into a vault.</summary>
    /// <param name="metadata">The trees.</param>
    /// <param name="vault">The vault.</param>
    /// <param name="most">In no more than so many slices of some thousand nodes.</param>
    /// <param name="cancellationToken">Stops it between two slices.</param>
    /// <returns>Whether all are noted.</returns>
    public static async ValueTask<bool> NoteAsync(
        IMetadataStore metadata,
        VaultId vault,
        int most,
        CancellationToken cancellationToken
    ) =>
        !await MayHaveNewAsync(metadata, vault, cancellationToken)
        || await NoteSlicesAsync(metadata, vault, most, cancellationToken);

    /// <summary>Whether a vault may have some.</summary>
    public static ValueTask<bool> MayHaveNewAsync(
        IMetadataStore metadata,
        VaultId vault,
        CancellationToken cancellationToken
    ) => metadata.ReadAsync(snapshot => snapshot.MayHaveNewMediaAsync(vault), cancellationToken);

    /// <summary>The same without looking first, so that what has changed counts as seen.</summary>
    public static async ValueTask<bool> NoteSlicesAsync(
        IMetadataStore metadata,
        VaultId vault,
        int most,
        CancellationToken cancellationToken
    )
    {
        for (var slice = 0; slice < most; slice++)
        {
            var noted = await metadata.WriteAsync<bool>(
                async transaction => await transaction.NoteMediaAsync(vault, NotedNodes),
                cancellationToken
            );
            if (noted.Value)
                return true;
        }
        return false;
    }
}
