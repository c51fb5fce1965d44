namespace CloudDav.Vault;

/// <summary>Opens stored content for reading, ranges without the rest.</summary>
/// <param name="blobs">Where blobs are.</param>
public sealed class ContentReader(IBlobStore blobs)
{
    /// <summary>Opens a content that is a blob.</summary>
    /// <param name="blob">Its id.</param>
    /// <param name="size">Its plaintext length, as the metadata has it.</param>
    /// <param name="key">The vault's key; null when the vault has none.</param>
    /// <param name="wrappedKey">The content's wrapped key; null when it is stored as plaintext.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="ContentDamagedException">It is missing, has another length, or its key does not unwrap.</exception>
    public ValueTask<IContentSource> OpenBlobAsync(
        BlobId blob,
        long size,
        VaultKey? key,
        byte[]? wrappedKey,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException($"{blobs}");

    /// <summary>Opens a content that the metadata holds itself.</summary>
    /// <param name="bytes">What <see cref="InlineContent.Bytes"/> was.</param>
    /// <param name="size">Its plaintext length, as the metadata has it.</param>
    /// <param name="key">The vault's key; null when the vault has none.</param>
    /// <param name="wrappedKey">The content's wrapped key; null when it is stored as plaintext.</param>
    /// <exception cref="ContentDamagedException">It has another length, its key does not unwrap, or it does not authenticate.</exception>
    public IContentSource OpenInline(byte[] bytes, long size, VaultKey? key, byte[]? wrappedKey) =>
        throw new NotSupportedException($"{blobs}");
}
