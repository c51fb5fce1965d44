using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Blobs;

public sealed class AzureBlobStoreTests : BlobStoreContract, IClassFixture<AzuriteFixture>
{
    private readonly AzureBlobStoreOptions _options;
    private readonly BlobContainerClient _container;

    public AzureBlobStoreTests(AzuriteFixture fixture)
    {
        _options = new AzureBlobStoreOptions
        {
            ConnectionString = fixture.Azurite.ConnectionString,
            Container = AzuriteFixture.NewContainer(),
            Mark = "abc123",
        };
        Store = AzureBlobStore.Open(_options);
        _container = new BlobContainerClient(_options.ConnectionString, _options.Container);
    }

    protected override IBlobStore Store { get; }

    [Fact]
    public async Task Blobs_of_many_blocks_and_windows_come_back_as_they_went()
    {
        var bytes = Bytes(9 * 1024 * 1024 + 17);
        foreach (var pieceBytes in (int[])[int.MaxValue, 3_000_001, 262_144])
        {
            var blob = await WriteAsync(bytes, pieceBytes);
            await using var opened = await Store.OpenAsync(blob, Stop);
            Assert.Equal(bytes.Length, opened!.Length);
            var read = new byte[bytes.Length];
            foreach (var readBytes in (int[])[131_200, 5_000_000])
            {
                read.AsSpan().Clear();
                for (var at = 0; at < bytes.Length; at += readBytes)
                {
                    var wanted = Math.Min(readBytes, bytes.Length - at);
                    Assert.Equal(
                        wanted,
                        await opened.ReadAsync(read.AsMemory(at, wanted), at, Stop)
                    );
                }
                Assert.True(bytes.AsSpan().SequenceEqual(read));
            }
        }
    }

    [Fact]
    public async Task The_container_of_another_installation_is_refused_and_left_as_it_is()
    {
        var blob = await WriteAsync(Bytes(1000));

        var refused = Assert.Throws<IOException>(() =>
            AzureBlobStore.Open(_options with { Mark = "def456" })
        );

        Assert.StartsWith(
            "it holds the contents of another",
            refused.Message,
            StringComparison.Ordinal
        );
        await AzureBlobStore.Open(_options).CheckAsync(Stop);
        Assert.Equal(1000, await Store.FindLengthAsync(blob, Stop));
    }

    [Fact]
    public async Task Of_several_installations_that_come_at_once_one_has_the_container()
    {
        var options = _options with { Container = AzuriteFixture.NewContainer() };
        var came = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    Task.Run(
                        () =>
                        {
                            try
                            {
                                AzureBlobStore.Open(options with { Mark = $"m{i % 4}" });
                                return $"m{i % 4}";
                            }
                            catch (IOException refused)
                                when (refused is not StorageUnavailableException)
                            {
                                return null;
                            }
                        },
                        Stop
                    )
                )
        );

        Assert.Equal(2, came.Count(mark => mark is not null));
        Assert.Single(came.OfType<string>().Distinct());
    }

    [Fact]
    public async Task A_container_that_went_away_or_to_another_is_found_by_a_look()
    {
        await Store.CheckAsync(Stop);
        await _container
            .GetBlobClient("installation")
            .UploadAsync(BinaryData.FromString("def456"), overwrite: true, Stop);
        await Assert.ThrowsAsync<IOException>(async () => await Store.CheckAsync(Stop));
        await _container.DeleteAsync(cancellationToken: Stop);
        await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await Store.CheckAsync(Stop)
        );
    }

    [Fact]
    public async Task A_reader_may_jump_anywhere()
    {
        var bytes = Bytes(8 * 1024 * 1024);
        await using var opened = await Store.OpenAsync(await WriteAsync(bytes), Stop);
        var random = new Random(7);
        for (var i = 0; i < 25; i++)
        {
            var at = random.Next(bytes.Length);
            var buffer = new byte[Math.Min(random.Next(1, 700_000), bytes.Length - at)];
            Assert.Equal(buffer.Length, await opened!.ReadAsync(buffer, at, Stop));
            Assert.True(bytes.AsSpan(at, buffer.Length).SequenceEqual(buffer), $"at {at}");
        }
    }

    [Fact]
    public async Task An_upload_to_a_name_that_is_taken_fails_and_leaves_what_is_there()
    {
        var blob = await WriteAsync(Bytes(1000));

        await using (var upload = await Store.CreateAsync(blob, null, Stop))
        {
            await upload.WriteAsync(Bytes(2000, seed: 2), Stop);
            await Assert.ThrowsAnyAsync<IOException>(async () => await upload.CompleteAsync(Stop));
        }

        await using var opened = await Store.OpenAsync(blob, Stop);
        var read = new byte[1000];
        Assert.Equal(1000, await opened!.ReadAsync(read, 0, Stop));
        Assert.Equal(1000, opened.Length);
        Assert.Equal(Bytes(1000), read);
    }

    [Fact]
    public async Task A_blob_that_was_replaced_while_it_is_read_gives_no_mixture()
    {
        var bytes = Bytes(3 * 1024 * 1024);
        var blob = await WriteAsync(bytes);
        await using var opened = await Store.OpenAsync(blob, Stop);
        // Nothing of ours does so.
        await Raw(blob).UploadAsync(BinaryData.FromBytes(Bytes(bytes.Length, seed: 2)).ToStream());

        await Assert.ThrowsAnyAsync<IOException>(async () =>
            await opened!.ReadAsync(new byte[bytes.Length], 0, Stop)
        );
    }

    [Fact]
    public async Task What_is_no_blob_is_not_listed()
    {
        var blob = await WriteAsync(Bytes(10));
        await _container.UploadBlobAsync("lost+found.txt", BinaryData.FromString("?"));
        Assert.Equal([(blob, 10L, true)], await ListAsync());
    }

    [Fact]
    public async Task What_a_dead_upload_left_is_listed_with_a_time_and_deleted()
    {
        var blob = BlobId.New();
        // As a process leaves it that was killed: nobody disposes.
        var upload = await Store.CreateAsync(blob, null, Stop);
        for (var i = 0; i < 30; i++)
            await upload.WriteAsync(Bytes(300_000), Stop);

        var left = new List<StoredBlob>();
        await foreach (var stored in Store.ListAsync(Stop))
            left.Add(stored);
        Assert.Equal([(blob, false)], left.Select(b => (b.Blob, b.IsComplete)));

        await Store.DeleteAsync(blob, Stop);
        await GoesWhenDeletedAsync(blob);
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_no_blob_and_nothing_that_a_delete_does_not_remove()
    {
        using var cancelled = new CancellationTokenSource();
        var blob = BlobId.New();
        await using (var upload = await Store.CreateAsync(blob, null, Stop))
        {
            for (var i = 0; i < 20; i++)
                await upload.WriteAsync(Bytes(1_000_000), cancelled.Token);
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
                await upload.CompleteAsync(cancelled.Token)
            );
        }

        await GoesWhenDeletedAsync(blob);
    }

    [Fact]
    public async Task A_container_that_went_missing_is_a_failure_and_not_a_missing_blob()
    {
        var blob = await WriteAsync(Bytes(10));
        await _container.DeleteAsync();

        await Assert.ThrowsAnyAsync<IOException>(async () => await Store.OpenAsync(blob, Stop));
        await Assert.ThrowsAnyAsync<IOException>(async () => await Store.DeleteAsync(blob, Stop));
        await Assert.ThrowsAnyAsync<IOException>(async () => await ListAsync());
    }

    [Fact]
    public async Task A_store_opened_again_has_what_was_written()
    {
        var blob = await WriteAsync(Bytes(10));
        await using var opened = await AzureBlobStore.Open(_options).OpenAsync(blob, Stop);
        Assert.Equal(10, opened?.Length);
    }

    [Theory]
    [InlineData("nonsense", "no connection string")]
    [InlineData("AccountKey=c2VjcmV0", "no connection string")]
    [InlineData(
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=c2VjcmV0;EndpointSuffix=example.net",
        "https"
    )]
    public void A_connection_string_that_cannot_be_used_is_refused_without_being_quoted(
        string given,
        string told
    )
    {
        var failure = Assert.Throws<FormatException>(() =>
            AzureBlobStore.Open(_options with { ConnectionString = given })
        );
        Assert.Contains(told, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_wrong_is_told_when_the_store_is_opened()
    {
        var builder = _options.ConnectionString!.Split(';');
        var wrong = string.Join(
            ';',
            builder.Select(part =>
                part.StartsWith("AccountKey=", StringComparison.Ordinal)
                    ? "AccountKey=c2VjcmV0"
                    : part
            )
        );

        var failure = Assert.ThrowsAny<IOException>(() =>
            AzureBlobStore.Open(_options with { ConnectionString = wrong })
        );
        Assert.Contains("403", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_are_small_at_first_and_enough_for_a_tebibyte()
    {
        Assert.Equal(1024 * 1024, AzureBlobUpload.BlockBytes(1));
        Assert.Equal(4 * 1024 * 1024, AzureBlobUpload.BlockBytes(100));
        Assert.True(
            Enumerable.Range(0, 50_000).Sum(number => (long)AzureBlobUpload.BlockBytes(number))
                > 1L << 40
        );
    }

    private BlockBlobClient Raw(BlobId blob) =>
        _container.GetBlockBlobClient(blob.Value.ToString("N"));

    // A block that was on its way may arrive after the others were dropped. It is no content, and the sweeper comes again.
    private async Task GoesWhenDeletedAsync(BlobId blob)
    {
        for (var tries = 0; (await ListAsync()) is { Count: > 0 } left; tries++)
        {
            Assert.True(tries < 20, "It does not go.");
            Assert.All(left, one => Assert.False(one.IsComplete));
            await Store.DeleteAsync(blob, Stop);
        }
    }
}
