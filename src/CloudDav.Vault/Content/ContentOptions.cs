namespace CloudDav.Vault;

/// <summary>How contents are written. Reading needs none of it: what matters stands in each content's header.</summary>
public sealed record ContentOptions
{
    /// <summary>Plaintext bytes of one encrypted chunk: a power of two from 4 KiB to 1 MiB. 64 KiB is where AES-GCM reaches its full speed.</summary>
    public int ChunkBytes { get; init; } = 64 * 1024;
}
