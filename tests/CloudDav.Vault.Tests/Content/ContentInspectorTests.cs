using CloudDav.Storage;

namespace CloudDav.Vault.Tests.Content;

public sealed class ContentInspectorTests : IDisposable
{
    private static readonly VaultId Vault = new(7);

    private readonly ContentFixture _content = new();
    private readonly ListLedger _ledger = new();
    private readonly KeyStore _keys;
    private readonly ContentInspector _inspector;
    private long _lastContent;

    public ContentInspectorTests()
    {
        _keys = KeyStore.OpenFolder(Path.Join(_content.Folder, "keys"));
        _inspector = new ContentInspector(_content.Blobs, _ledger, _keys);
    }

    [Fact]
    public async Task Whole_content_has_no_problems()
    {
        for (var i = 0; i < 10; i++)
        {
            await AddBlobAsync(i * 3000, isEncrypted: i % 2 == 0);
            await AddInlineAsync(i * 100, isEncrypted: i % 2 == 0);
        }

        Assert.Empty(await InspectAsync(isDeep: false));
        Assert.Empty(await InspectAsync(isDeep: true));
    }

    [Fact]
    public async Task A_missing_blob_and_one_of_another_length_are_found_by_a_quick_look()
    {
        var missing = await AddBlobAsync(5000);
        var cut = await AddBlobAsync(5000, isEncrypted: false);
        File.Delete(_content.FileOf(missing));
        await using (var file = File.OpenWrite(_content.FileOf(cut)))
            file.SetLength(4999);

        var problems = await InspectAsync(isDeep: false);

        Assert.Equal([missing, cut], problems.Select(p => p.Blob!.Value));
        Assert.Contains("is not in the store", problems[0].Fault, StringComparison.Ordinal);
        Assert.Contains("4999 bytes", problems[1].Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flipped_bit_is_found_by_a_deep_look(bool isEncrypted)
    {
        var blob = await AddBlobAsync(5000, isEncrypted);
        await AddBlobAsync(5000, isEncrypted);
        var bytes = await File.ReadAllBytesAsync(_content.FileOf(blob), ContentFixture.Stop);
        bytes[2000] ^= 4;
        await File.WriteAllBytesAsync(_content.FileOf(blob), bytes, ContentFixture.Stop);

        Assert.Empty(await InspectAsync(isDeep: false));
        Assert.Equal(blob, Assert.Single(await InspectAsync(isDeep: true)).Blob);
    }

    [Fact]
    public async Task What_the_ledger_does_not_know_is_reported()
    {
        var (orphan, _) = await _content.StageAsync([1, 2, 3], null);
        var part = BlobId.New();
        await using var upload = await _content.Blobs.CreateAsync(part, null, ContentFixture.Stop);

        var problems = await InspectAsync(isDeep: false);

        Assert.Equal(
            new HashSet<BlobId> { orphan, part },
            problems.Select(p => p.Blob!.Value).ToHashSet()
        );
        Assert.Single(
            problems,
            p => p.Fault.Contains("leftover of an upload", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_vault_whose_key_is_gone_is_reported()
    {
        await AddInlineAsync(100);
        await _keys.DestroyAsync(Vault, ContentFixture.Stop);

        Assert.Equal("Vault 7 has no key.", Assert.Single(await InspectAsync(isDeep: false)).Fault);
    }

    public void Dispose() => _content.Dispose();

    private async Task<List<ContentProblem>> InspectAsync(bool isDeep)
    {
        var problems = new List<ContentProblem>();
        await foreach (var problem in _inspector.InspectAsync(isDeep, ContentFixture.Stop))
            problems.Add(problem);
        return problems;
    }

    private async Task<BlobId> AddBlobAsync(int size, bool isEncrypted = true)
    {
        var key = await KeyAsync(isEncrypted);
        var (blob, staged) = await _content.StageAsync(ContentFixture.Bytes(size), key);
        Add(blob, null, staged);
        return blob;
    }

    private async Task AddInlineAsync(int size, bool isEncrypted = true)
    {
        var content = _content.Writer.SealInline(
            await KeyAsync(isEncrypted),
            ContentFixture.Bytes(size)
        );
        Add(null, content.Bytes, content);
    }

    private async Task<VaultKey?> KeyAsync(bool isEncrypted) =>
        isEncrypted ? await _keys.CreateAsync(Vault, ContentFixture.Stop) : null;

    private void Add(BlobId? blob, byte[]? inline, ContentFacts facts) =>
        _ledger.Contents.Add(
            new LedgerContent(
                new ContentId(++_lastContent),
                Vault,
                blob,
                inline,
                facts.Size,
                facts.Sha256,
                facts.Crc32,
                facts.WrappedKey
            )
        );
}
