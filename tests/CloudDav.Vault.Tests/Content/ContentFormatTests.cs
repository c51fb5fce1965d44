using System.Security.Cryptography;

namespace CloudDav.Vault.Tests.Content;

/// <summary>Known answers, made with another implementation of the format that <c>src/CloudDav.Vault/Content/README.md</c> describes.</summary>
public sealed class ContentFormatTests
{
    private static readonly byte[] Key = Count(0x00, 32);
    private static readonly byte[] WrappingKey = Count(0x20, 32);
    private static readonly VaultId Vault = new(7);

    [Theory]
    [InlineData("", "434c4f55444441560110000000000000956918483c01f8257d50d284a0e61fe4")]
    [InlineData(
        "436c6f7564446176",
        "434c4f5544444156011000000000000056bad08920b0516895b56fc08723410133ac5f3351ad235d"
    )]
    public void Short_content_is_stored_as_the_readme_says(string plain, string stored)
    {
        using var format = ContentFormat.Create(Key, 65536);
        var found = ContentWriter.SealAll(format, Convert.FromHexString(plain));
        Assert.Equal(stored, Convert.ToHexStringLower(found));
    }

    [Theory]
    [InlineData(8193, 8257, "97a8c5943485f4b0d954e228fd7325cbf22c11b6c8bb902bee0c96b778b4949b")]
    [InlineData(8192, 8240, "2b754a8d98918b6a369e55a99cdf4dfc3ec4ee829eeedfda2b49df6f6d022f15")]
    public void Content_of_several_chunks_is_stored_as_the_readme_says(
        int size,
        int storedLength,
        string sha256
    )
    {
        var plain = Enumerable.Range(0, size).Select(i => (byte)(i % 251)).ToArray();
        using var format = ContentFormat.Create(Key, 4096);
        var found = ContentWriter.SealAll(format, plain);
        Assert.Equal(storedLength, found.Length);
        Assert.Equal(storedLength, ContentFormat.StoredLength(size, 4096));
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(found)));
    }

    [Theory]
    [InlineData(
        KeyWrap.ContentKey,
        "01404142434445464748494a4bc255bf825473c30c5a3b5a2389475f7d039f8f90e155b1c976e78e1b7cf7d11d4a91515323bfbe0fd0ee1bb4f02380e0"
    )]
    [InlineData(
        KeyWrap.VaultKey,
        "01404142434445464748494a4bc255bf825473c30c5a3b5a2389475f7d039f8f90e155b1c976e78e1b7cf7d11dd3a3bcbc01f99091b38715ee4c253178"
    )]
    public void A_key_is_wrapped_as_the_readme_says(string purpose, string wrapped)
    {
        var found = KeyWrap.Wrap(WrappingKey, Key, purpose, Vault, Count(0x40, 12));
        Assert.Equal(wrapped, Convert.ToHexStringLower(found));
        Assert.Equal(Key, KeyWrap.TryUnwrap(WrappingKey, found, purpose, Vault));
    }

    [Fact]
    public void A_wrapped_key_unwraps_for_its_own_key_purpose_and_vault_only()
    {
        var wrapped = KeyWrap.Wrap(WrappingKey, Key, KeyWrap.ContentKey, Vault);
        Assert.Null(KeyWrap.TryUnwrap(Key, wrapped, KeyWrap.ContentKey, Vault));
        Assert.Null(KeyWrap.TryUnwrap(WrappingKey, wrapped, KeyWrap.VaultKey, Vault));
        Assert.Null(KeyWrap.TryUnwrap(WrappingKey, wrapped, KeyWrap.ContentKey, new VaultId(8)));
        Assert.Null(
            KeyWrap.TryUnwrap(WrappingKey, wrapped.AsSpan()[..^1], KeyWrap.ContentKey, Vault)
        );
        for (var i = 0; i < wrapped.Length; i++)
        {
            wrapped[i] ^= 0x80;
            Assert.Null(KeyWrap.TryUnwrap(WrappingKey, wrapped, KeyWrap.ContentKey, Vault));
            wrapped[i] ^= 0x80;
        }
        Assert.Equal(Key, KeyWrap.TryUnwrap(WrappingKey, wrapped, KeyWrap.ContentKey, Vault));
    }

    [Fact]
    public void No_two_contents_have_the_same_key()
    {
        using var content = new ContentFixture();
        var one = content.Writer.SealInline(content.Key, [1, 2, 3]);
        var other = content.Writer.SealInline(content.Key, [1, 2, 3]);
        Assert.NotEqual(one.WrappedKey, other.WrappedKey);
        Assert.NotEqual(one.Bytes, other.Bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2048)]
    [InlineData(5000)]
    [InlineData(2 * 1024 * 1024)]
    public void A_chunk_size_that_the_header_cannot_say_is_refused(int chunkBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ContentFormat.Create(Key, chunkBytes));

    private static byte[] Count(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(i => (byte)i)];
}
