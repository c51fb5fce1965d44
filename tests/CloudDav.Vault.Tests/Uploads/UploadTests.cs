using static CloudDav.Vault.Tests.Uploads.UploadSteps;

namespace CloudDav.Vault.Tests.Uploads;

public sealed class UploadTests : IAsyncLifetime
{
    private const int Capacity = 1_000_000;

    private static readonly UploadName s_name = Chunks("4711");

    private TestVault _cloud = null!;
    private Actor _alice = null!;
    private VaultTree _tree = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cloud = new TestVault(
            new VaultLimits { UploadSessions = 3, UploadParts = 20 },
            isInMemory: true
        );
        _alice = await _cloud.AddActorAsync("alice", Capacity);
        _tree = _cloud.Tree(_alice);
    }

    public async ValueTask DisposeAsync()
    {
        await _cloud.CheckAsync();
        await _cloud.DisposeAsync();
    }

    [Fact]
    public async Task Parts_in_any_order_become_one_file_without_being_copied()
    {
        var (a, b, c) = (Bytes(1, 100_000), Bytes(2, 70), Bytes(3, 50_001));
        await BeginAsync(150_071);
        await _tree.PartAsync(s_name, 30, c);
        await _tree.PartAsync(s_name, 2, a, declared: false);
        await _tree.PartAsync(s_name, 31, []);
        await _tree.PartAsync(s_name, 10, b);
        var blobs = await StoredAsync();
        Assert.Equal(2, blobs.Count);
        byte[] whole = [.. a, .. b, .. c];

        var changed = (
            await _tree.FinishAsync(s_name, "/big.bin", whole, total: whole.Length)
        ).Value;

        Assert.True(changed.Created);
        Assert.Equal(whole.Length, changed.Node.Size);
        Assert.Equal(whole, await _tree.ReadAsync("/big.bin"));
        Assert.Equal(blobs, await StoredAsync());
        Assert.Equal(whole.Length, await _cloud.Session(_alice).UsedAsync());
        Assert.Equal(0, await HeldAsync());
    }

    [Fact]
    public async Task Every_range_of_a_content_in_parts_is_what_it_is_in_the_whole()
    {
        byte[][] parts = [Bytes(1, 20_000), Bytes(2, 1), Bytes(3, 70_000), Bytes(4, 16_384)];
        await BeginAsync(null);
        foreach (var (i, part) in parts.Index())
            await _tree.PartAsync(s_name, i, part);
        await _tree.FinishAsync(s_name, "/f");
        var whole = parts.SelectMany(part => part).ToArray();
        var opened = (await _tree.OpenAsync(["f"], Stop)).Value;
        await using var content = opened.Content!;
        foreach (
            var (from, count) in ((int, int)[])
                [
                    (0, 1),
                    (19_999, 3),
                    (20_000, 1),
                    (20_001, 70_000),
                    (19_000, 80_000),
                    (whole.Length - 1, 1),
                    (whole.Length, 0),
                    (0, whole.Length),
                ]
        )
            Assert.Equal(whole.AsSpan(from, count).ToArray(), await content.ReadAsync(from, count));
    }

    [Fact]
    public async Task What_ends_wrong_leaves_the_upload_and_the_file_as_they_were()
    {
        var session = _cloud.Session(_alice);
        await session.PutAsync("/f", "before");
        await BeginAsync(30_000);
        await _tree.PartAsync(s_name, 1, Bytes(1, 20_000));
        Assert.Equal(RefusalRule.LengthMismatch, await RuleAsync("/f"));
        await _tree.PartAsync(s_name, 2, Bytes(2, 10_000));
        Assert.Equal(RefusalRule.LengthMismatch, await RuleAsync("/f", total: 30_001));
        Assert.Equal(RefusalRule.ChecksumMismatch, await RuleAsync("/f", expected: [1]));
        Assert.Equal(RefusalRule.ParentMissing, await RuleAsync("/missing/f"));
        Assert.Equal(
            RefusalRule.ConditionFailed,
            await RuleAsync("/f", guard: TestSteps.Expect("/f", "\"other\""))
        );
        var held = (await session.LockAsync("/f")).Value.Lock;
        Assert.Equal(RefusalRule.Locked, await RuleAsync("/f"));
        Assert.Equal("before", await session.ReadTextAsync("/f"));
        Assert.Equal(30_000, await HeldAsync());

        var changed = (
            await _tree.FinishAsync(s_name, "/f", guard: TestSteps.With(held.Token))
        ).Value;

        Assert.False(changed.Created);
        byte[] whole = [.. Bytes(1, 20_000), .. Bytes(2, 10_000)];
        Assert.Equal(whole, await _tree.ReadAsync("/f"));
    }

    [Fact]
    public async Task A_repeated_last_request_is_answered_as_the_first_as_long_as_its_file_stands()
    {
        await BeginAsync(5);
        await _tree.PartAsync(s_name, 1, Bytes(1, 5));
        var first = (await _tree.FinishAsync(s_name, "/f")).Value;
        var again = (await _tree.FinishAsync(s_name, "/f")).Value;
        Assert.Equal(
            (first.Node.Id, first.Node.Revision, false),
            (again.Node.Id, again.Node.Revision, again.Created)
        );
        Assert.Equal(RefusalRule.NotFound, await RuleAsync("/g"));
        await _cloud.Session(_alice).PutAsync("/f", "newer");
        Assert.Equal(RefusalRule.NotFound, await RuleAsync("/f"));
        // And its name is free.
        await BeginAsync(5);
        await _tree.PartAsync(s_name, 1, Bytes(2, 5));
        Assert.Equal(first.Node.Id, (await _tree.FinishAsync(s_name, "/f")).Value.Node.Id);
    }

    [Fact]
    public async Task The_declared_total_is_held_and_what_comes_beyond_it_too()
    {
        await BeginAsync(400_000);
        Assert.Equal(400_000, await HeldAsync());
        await _tree.PartAsync(s_name, 1, Bytes(1, 300_000));
        Assert.Equal(400_000, await HeldAsync());
        Assert.Equal(
            RefusalRule.CapacityExceeded,
            (await _cloud.Session(_alice).PutAsync("/g", new byte[600_001])).Refusal?.Rule
        );
        await _tree.PartAsync(s_name, 2, Bytes(2, 200_000));
        Assert.Equal(500_000, await HeldAsync());
        await _tree.RemovePartAsync(s_name, 2, Stop);
        Assert.Equal(400_000, await HeldAsync());
        await _tree.DropUploadAsync(s_name, Stop);
        Assert.Equal(0, await HeldAsync());
        Assert.Equal(0, await _cloud.CountAsync("uploads"));
        Assert.Equal(0, await _cloud.CountAsync("contents"));
    }

    [Fact]
    public async Task A_total_that_does_not_fit_is_refused_by_the_first_part_and_not_before()
    {
        Assert.Equal(
            RefusalRule.CapacityExceeded,
            (await _tree.BeginAsync(Tus("t"), Capacity + 1, "/f", refusesEarly: true)).Refusal?.Rule
        );
        await BeginAsync(Capacity + 1);
        Assert.Equal(0, await HeldAsync());
        foreach (var size in (int[])[10, 50_000])
            Assert.Equal(
                RefusalRule.CapacityExceeded,
                (await _tree.PartAsync(s_name, 1, Bytes(1, size))).Refusal?.Rule
            );
        await _tree.DropUploadAsync(s_name, Stop);
        // Undeclared, it ends where the room does.
        await BeginAsync(null);
        for (var i = 0; i < 3; i++)
            Assert.True((await _tree.PartAsync(s_name, i, Bytes(i, 300_000))).IsSuccess);
        Assert.Equal(
            RefusalRule.CapacityExceeded,
            (await _tree.PartAsync(s_name, 3, Bytes(3, 100_001), declared: false)).Refusal?.Rule
        );
        Assert.True((await _tree.PartAsync(s_name, 3, Bytes(3, 100_000))).IsSuccess);
        Assert.True((await _tree.FinishAsync(s_name, "/all")).IsSuccess);
    }

    [Fact]
    public async Task Only_the_growth_of_a_file_is_held_where_it_is_known_which()
    {
        await _cloud.Session(_alice).PutAsync("/f", Bytes(1, 900_000));
        Assert.True((await _tree.BeginAsync(Tus("t"), 950_000, "/f")).IsSuccess);
        Assert.Equal(50_000, await HeldAsync());
        await _tree.AppendAsync(Tus("t"), 0, Bytes(2, 950_000));
        Assert.Equal(50_000, await HeldAsync());
        Assert.Equal(950_000, (await _tree.FinishAsync(Tus("t"), null)).Value.Node.Size);
    }

    [Fact]
    public async Task Pieces_follow_each_other_and_small_ones_become_one_part()
    {
        var name = Tus("t");
        await _tree.BeginAsync(name, 50_000, "/f", refusesEarly: true);
        var whole = Bytes(7, 50_000);
        for (var i = 0; i < 40; i++)
            Assert.True(
                (
                    await _tree.AppendAsync(name, i * 1_000, whole[(i * 1_000)..((i + 1) * 1_000)])
                ).IsSuccess
            );
        // One that came to nothing, one at the wrong place, one that is too long.
        Assert.Equal(40_000, (await _tree.AppendAsync(name, 40_000, [])).Value.Upload.Received);
        Assert.Equal(
            (RefusalRule.UploadOutOfStep, 40_000),
            (await _tree.AppendAsync(name, 39_000, [1])).Refusal is { } no
                ? (no.Rule, no.Used)
                : default
        );
        Assert.Equal(
            RefusalRule.RequestTooLarge,
            (await _tree.AppendAsync(name, 40_000, new byte[10_001])).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.RequestTooLarge,
            (await _tree.AppendAsync(name, 40_000, new byte[30_000], hint: 9_000)).Refusal?.Rule
        );
        Assert.Equal(RefusalRule.LengthMismatch, await RuleAsync(null, name: name));
        var taken = (await _tree.AppendAsync(name, 40_000, whole[40_000..])).Value.Upload;
        Assert.Equal((50_000, 1), (taken.Received, taken.Parts));
        await _tree.FinishAsync(name, null);
        Assert.Equal(whole, await _tree.ReadAsync("/f"));
    }

    [Fact]
    public async Task An_upload_goes_on_in_another_process_and_another_account_has_no_part_in_it()
    {
        await BeginAsync(10);
        await _tree.PartAsync(s_name, 1, Bytes(1, 5));
        var bert = _cloud.Tree(await _cloud.AddActorAsync("bert"));
        foreach (
            var refused in (Refusal?[])
                [
                    (await bert.FindUploadAsync(s_name, Stop)).Refusal,
                    (await bert.PartAsync(s_name, 2, Bytes(2, 5))).Refusal,
                    (await bert.RemovePartAsync(s_name, 1, Stop)).Refusal,
                    (await bert.DropUploadAsync(s_name, Stop)).Refusal,
                    (await bert.FinishAsync(s_name, "/f")).Refusal,
                ]
        )
            Assert.Equal(RefusalRule.NotFound, refused?.Rule);
        Assert.Empty((await bert.ListUploadsAsync(Stop)).Value);
        Assert.True((await bert.BeginAsync(s_name)).IsSuccess);

        var (store, engine) = _cloud.OpenOther();
        using (engine)
        {
            var other = _cloud.Open(store).OpenTree(_alice, new SessionOptions());
            Assert.Equal(5, (await other.PartAsync(s_name, 1, Bytes(3, 5))).Value.Upload.Received);
            Assert.False((await other.PartAsync(s_name, 1, Bytes(3, 5))).Value.Created);
            Assert.True((await other.PartAsync(s_name, 2, Bytes(2, 5))).Value.Created);
            await other.FinishAsync(s_name, "/f");
        }
        byte[] whole = [.. Bytes(3, 5), .. Bytes(2, 5)];
        Assert.Equal(whole, await _tree.ReadAsync("/f"));
    }

    [Fact]
    public async Task Uploads_and_parts_are_limited()
    {
        for (var i = 0; i < 3; i++)
            Assert.True((await _tree.BeginAsync(Chunks($"{i}"))).IsSuccess);
        Assert.Equal(RefusalRule.TooManyUploads, (await _tree.BeginAsync(s_name)).Refusal?.Rule);
        Assert.Equal(
            RefusalRule.AlreadyExists,
            (await _tree.BeginAsync(Chunks("1"))).Refusal?.Rule
        );
        await _tree.DropUploadAsync(Chunks("1"), Stop);
        await BeginAsync(null);
        for (var i = 0; i < 20; i++)
            Assert.True((await _tree.PartAsync(s_name, i, [1])).IsSuccess);
        Assert.Equal(
            RefusalRule.TooManyParts,
            (await _tree.PartAsync(s_name, 20, [1])).Refusal?.Rule
        );
        Assert.True((await _tree.PartAsync(s_name, 19, [2])).IsSuccess);
    }

    [Fact]
    public async Task What_nobody_goes_on_with_is_swept()
    {
        await BeginAsync(200_000);
        await _tree.PartAsync(s_name, 1, Bytes(1, 100_000));
        _cloud.Time.Advance(TimeSpan.FromHours(23));
        await _tree.PartAsync(s_name, 2, Bytes(2, 10));
        _cloud.Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, await SweepAsync());
        Assert.Equal(200_000, await HeldAsync());
        _cloud.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await HeldAsync());
        Assert.Equal(RefusalRule.NotFound, (await _tree.PartAsync(s_name, 3, [1])).Refusal?.Rule);
        Assert.Equal(3, await SweepAsync());
        Assert.Equal(0, await _cloud.CountAsync("holds"));
        Assert.Equal(0, await _cloud.CountAsync("contents"));
        _cloud.Time.Advance(TimeSpan.FromHours(2));
        await new BlobSweeper(_cloud.Blobs, _cloud.Ledger, _cloud.Time, new()).SweepAsync(Stop);
        Assert.Empty(await StoredAsync());
    }

    [Fact]
    public async Task A_content_in_parts_lives_and_goes_as_one()
    {
        var session = _cloud.Session(_alice);
        await BeginAsync(null);
        await _tree.PartAsync(s_name, 1, Bytes(1, 30_000));
        await _tree.PartAsync(s_name, 2, Bytes(2, 10));
        await _tree.FinishAsync(s_name, "/a");
        await session.CopyAsync("/a", "/b");
        byte[] whole = [.. Bytes(1, 30_000), .. Bytes(2, 10)];
        // The parts are looked at, the whole is not read twice.
        var contents = await _cloud.Ledger.ListContentsAsync(default, 100, Stop);
        Assert.Equal([30_000, 10], contents.Select(content => content.Size));
        var inspector = new ContentInspector(_cloud.Blobs, _cloud.Ledger, _cloud.Keys);
        Assert.Empty(await ProblemsAsync(inspector));
        await session.DeleteAsync("/a");
        _cloud.Time.Advance(_cloud.Limits.HistoryAge + TimeSpan.FromDays(1));
        await new VaultExpiry(_cloud.Metadata, _cloud.Limits, _cloud.Time).RunAsync(Stop);
        Assert.Equal(whole, await session.ReadAsync("/b"));
        await session.DeleteAsync("/b");
        _cloud.Time.Advance(_cloud.Limits.HistoryAge + TimeSpan.FromDays(1));
        await new VaultExpiry(_cloud.Metadata, _cloud.Limits, _cloud.Time).RunAsync(Stop);
        foreach (var table in (string[])["contents", "content_parts", "inline_contents"])
            Assert.Equal(0, await _cloud.CountAsync(table));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upload_ends_in_what_somebody_shares(bool isKnown)
    {
        var anna = await _cloud.AddActorAsync("anna");
        var ben = await _cloud.AddActorAsync("ben", 60_000, householdOwner: anna.Account);
        var shared = _cloud.Session(anna);
        await shared.MakeFolderAsync("/Photos");
        Assert.True(
            (
                await shared.CreateShareAsync(
                    new NewShare
                    {
                        Path = ["Photos"],
                        Rights = ShareRights.Edit,
                        Audience = ShareAudience.Household,
                    },
                    _ => null,
                    Stop
                )
            ).IsSuccess
        );
        var tree = _cloud.Tree(ben);
        // Where it is known that it goes there, the own room does not count.
        var total = isKnown ? 130_000 : 50_005;
        Assert.True(
            (await tree.BeginAsync(s_name, total, isKnown ? "/Photos/big" : null)).IsSuccess
        );
        Assert.True((await tree.PartAsync(s_name, 1, Bytes(1, total - 5))).IsSuccess);
        Assert.True((await tree.PartAsync(s_name, 2, Bytes(2, 5))).IsSuccess);
        byte[] whole = [.. Bytes(1, total - 5), .. Bytes(2, 5)];
        var changed = (await tree.FinishAsync(s_name, "/Photos/big", whole)).Value;
        Assert.Equal(whole, await shared.ReadAsync("/Photos/big"));
        Assert.Equal(whole, await tree.ReadAsync("/Photos/big"));
        Assert.Equal((0, total), (await _cloud.Session(ben).UsedAsync(), await shared.UsedAsync()));
        Assert.Equal(
            changed.Node.Id,
            (await tree.FinishAsync(s_name, "/Photos/big")).Value.Node.Id
        );
        // And from there it goes over the border as everything does.
        Assert.True(
            (
                await tree.CopyAsync(
                    ["Photos", "big"],
                    ["mine"],
                    new Transfer(),
                    ChangeGuard.None,
                    Stop
                )
            ).IsSuccess == !isKnown
        );
        if (!isKnown)
            Assert.Equal(whole, await tree.ReadAsync("/mine"));
    }

    private async Task BeginAsync(long? total) =>
        Assert.True((await _tree.BeginAsync(s_name, total)).IsSuccess);

    private async Task<RefusalRule?> RuleAsync(
        string? path,
        byte[]? expected = null,
        long? total = null,
        ChangeGuard? guard = null,
        UploadName? name = null
    ) => (await _tree.FinishAsync(name ?? s_name, path, expected, total, guard)).Refusal?.Rule;

    private async Task<long> HeldAsync() =>
        (await _cloud.Session(_alice).FindAsync("/")).Value.Vault.HeldBytes;

    private async Task<long> SweepAsync() =>
        await new UploadSweep(_cloud.Metadata, _cloud.Time).RunAsync(Stop);

    private async Task<List<BlobId>> StoredAsync()
    {
        var stored = new List<BlobId>();
        await foreach (var blob in _cloud.Blobs.ListAsync(Stop))
            stored.Add(blob.Blob);
        return [.. stored.OrderBy(blob => blob.Value)];
    }

    private static async Task<List<string>> ProblemsAsync(ContentInspector inspector)
    {
        var problems = new List<string>();
        await foreach (var problem in inspector.InspectAsync(isDeep: true, Stop))
            problems.Add(problem.ToString());
        return problems;
    }
}
