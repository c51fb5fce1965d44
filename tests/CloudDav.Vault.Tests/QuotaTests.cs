using System.IO.Pipelines;
using static CloudDav.Vault.Tests.TestSteps;

namespace CloudDav.Vault.Tests;

public sealed class QuotaTests : IAsyncLifetime
{
    private const int Capacity = 100_000;

    private TestVault _vault = null!;
    private VaultSession _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _vault = new TestVault();
        _alice = _vault.Session(await _vault.AddActorAsync("alice", Capacity));
    }

    public async ValueTask DisposeAsync()
    {
        await _vault.CheckAsync();
        await _vault.DisposeAsync();
    }

    [Fact]
    public async Task The_last_byte_fits_and_one_more_does_not()
    {
        Assert.True((await _alice.PutAsync("/a", new byte[Capacity])).IsSuccess);
        Assert.Equal(Capacity, await _alice.UsedAsync());
        foreach (
            var refused in (Refusal?[])
                [
                    (await _alice.PutAsync("/b", "x")).Refusal,
                    (await _alice.PutAsync("/b", "")).Refusal,
                    (await _alice.LockAsync("/b")).Refusal,
                    (await _alice.CopyAsync("/a", "/b")).Refusal,
                    (await _alice.PutAsync("/a", new byte[Capacity + 1])).Refusal,
                    (await _alice.PutAsync("/a", new byte[Capacity + 1], declared: false)).Refusal,
                ]
        )
            Assert.Equal(RefusalRule.CapacityExceeded, refused?.Rule);
        Assert.True((await _alice.MakeFolderAsync("/d")).IsSuccess);
        Assert.True((await _alice.PutAsync("/a", new byte[Capacity])).IsSuccess);
        Assert.True((await _alice.PutAsync("/a", new byte[Capacity - 1])).IsSuccess);
        Assert.True((await _alice.PutAsync("/b", "x")).IsSuccess);
        Assert.True((await _alice.DeleteAsync("/a")).IsSuccess);
        Assert.Equal(1, await _alice.UsedAsync());
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_before_its_body_is_read()
    {
        var body = new Pipe();
        var refused = await _alice.WriteAsync(
            Segments("/a"),
            new Upload { Body = body.Reader, DeclaredLength = Capacity + 1 },
            ChangeGuard.None,
            TestVault.Stop
        );
        Assert.Equal(RefusalRule.CapacityExceeded, refused.Refusal?.Rule);
        Assert.Equal(Capacity, refused.Refusal!.Limit);
    }

    [Fact]
    public async Task A_hold_keeps_others_out_and_ends_with_its_lease()
    {
        var body = new Pipe();
        var upload = _alice
            .WriteAsync(
                Segments("/a"),
                new Upload { Body = body.Reader, DeclaredLength = Capacity - 1_000 },
                ChangeGuard.None,
                TestVault.Stop
            )
            .AsTask();
        while ((await _alice.FindAsync("/")).Value.Vault.HeldBytes == 0)
            await Task.Delay(5, TestVault.Stop);
        Assert.Equal(
            RefusalRule.CapacityExceeded,
            (await _alice.PutAsync("/b", new byte[1_001])).Refusal?.Rule
        );
        Assert.True((await _alice.PutAsync("/b", new byte[1_000])).IsSuccess);
        // While the upload lives, so does its hold: it is renewed.
        for (var i = 0; i < 6; i++)
        {
            _vault.Time.Advance(_vault.Limits.UploadLease / 2);
            await Task.Delay(50, TestVault.Stop);
        }
        Assert.Equal(Capacity - 1_000, (await _alice.FindAsync("/")).Value.Vault.HeldBytes);
        await body.Writer.WriteAsync(new byte[Capacity - 1_000], TestVault.Stop);
        await body.Writer.CompleteAsync();
        Assert.True((await upload).IsSuccess);
        Assert.Equal(0, (await _alice.FindAsync("/")).Value.Vault.HeldBytes);
        Assert.Equal(Capacity, await _alice.UsedAsync());
    }

    [Fact]
    public async Task A_cut_body_changes_nothing_and_holds_nothing()
    {
        await _alice.PutAsync("/a", "old");
        foreach (var length in (int[])[10, 40_000])
        {
            var body = new Pipe();
            var upload = _alice
                .WriteAsync(
                    Segments("/a"),
                    new Upload { Body = body.Reader, DeclaredLength = length },
                    ChangeGuard.None,
                    TestVault.Stop
                )
                .AsTask();
            await body.Writer.WriteAsync(new byte[length / 2], TestVault.Stop);
            await body.Writer.CompleteAsync(new IOException("cut"));
            await Assert.ThrowsAsync<IOException>(() => upload);
            Assert.Equal(
                RefusalRule.LengthMismatch,
                (
                    await _alice.WriteAsync(
                        Segments("/a"),
                        new Upload
                        {
                            Body = PipeReader.Create(new MemoryStream(new byte[length / 2])),
                            DeclaredLength = length,
                        },
                        ChangeGuard.None,
                        TestVault.Stop
                    )
                )
                    .Refusal
                    ?.Rule
            );
        }
        Assert.Equal("old", await _alice.ReadTextAsync("/a"));
        var vault = (await _alice.FindAsync("/")).Value.Vault;
        Assert.Equal((3, 0), (vault.UsedBytes, vault.HeldBytes));
    }

    [Fact]
    public async Task Many_writers_in_two_processes_never_pass_the_capacity()
    {
        // Another process is another engine on the same data.
        var (store, engine) = _vault.OpenOther();
        using var _ = engine;
        var other = _vault.Open(store).Open(_alice.Actor, new SessionOptions());
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 120)
                .Select(i =>
                    (i % 2 == 0 ? _alice : other).PutAsync(
                        $"/f{i}",
                        new byte[i % 3 == 0 ? 17_000 : 1_500],
                        declared: i % 5 != 0
                    )
                )
        );
        var used = results.Where(result => result.IsSuccess).Sum(result => result.Value.Node.Size);
        Assert.All(
            results.Where(result => !result.IsSuccess),
            result => Assert.Equal(RefusalRule.CapacityExceeded, result.Refusal?.Rule)
        );
        Assert.InRange(used, Capacity / 2, Capacity);
        Assert.Equal(used, await _alice.UsedAsync());
        Assert.Equal(used, await other.UsedAsync());
        Assert.Equal(used, (await _alice.TreeAsync()).Values.Where(size => size > 0).Sum());
        Assert.Contains(results, result => !result.IsSuccess);
    }

    [Fact]
    public async Task An_abandoned_upload_is_condemned_when_its_lease_has_ended()
    {
        var blob = BlobId.New();
        await _vault.Metadata.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(
                    new FactsRequest
                    {
                        Actor = _alice.Actor,
                        Now = _vault.Time.GetUtcNow(),
                        Paths = [],
                    }
                );
                var changes = new ChangeSet(
                    facts.Vault,
                    _vault.Time.GetUtcNow(),
                    isRecorded: false
                );
                changes.Add(
                    new Change.StageBlob(
                        blob,
                        Capacity,
                        _vault.Time.GetUtcNow() + _vault.Limits.UploadLease
                    )
                );
                await transaction.ApplyAsync(changes);
                return true;
            },
            TestVault.Stop
        );
        Assert.Equal(
            RefusalRule.CapacityExceeded,
            (await _alice.PutAsync("/a", "x")).Refusal?.Rule
        );
        _vault.Time.Advance(_vault.Limits.UploadLease + TimeSpan.FromSeconds(1));
        Assert.True((await _alice.PutAsync("/a", "x")).IsSuccess);
        Assert.Equal(
            1,
            await _vault.Ledger.CondemnExpiredAsync(_vault.Time.GetUtcNow(), TestVault.Stop)
        );
    }

    [Fact]
    public async Task A_vault_holds_only_so_many_items()
    {
        await using var vault = new TestVault(new VaultLimits { Items = 3 });
        var session = vault.Session(await vault.AddActorAsync("bob"));
        await session.MakeFolderAsync("/d");
        await session.PutAsync("/d/a", "x");
        await session.PutAsync("/b", "x");
        Assert.Equal(RefusalRule.TooManyItems, (await session.PutAsync("/c", "x")).Refusal?.Rule);
        Assert.Equal(RefusalRule.TooManyItems, (await session.CopyAsync("/d", "/e")).Refusal?.Rule);
        Assert.True((await session.CopyAsync("/d/a", "/b")).IsSuccess);
        Assert.True((await session.DeleteAsync("/d")).IsSuccess);
        Assert.True((await session.PutAsync("/c", "x")).IsSuccess);
    }
}
