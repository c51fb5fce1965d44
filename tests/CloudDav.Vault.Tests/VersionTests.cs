using System.Text;
using CloudDav.Vault.Tests.Lifecycle;

namespace CloudDav.Vault.Tests;

/// <summary>What a file was before is kept, thinned, read and brought back.</summary>
public sealed class VersionTests : IAsyncDisposable
{
    private readonly LifeOfCustomers _life = new();
    private Actor _alice = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TestVault Cloud => _life.Cloud;

    public ValueTask DisposeAsync() => _life.DisposeAsync();

    internal static async Task<string> ReadAsync(VaultSession session, NodeId file, long version)
    {
        var opened = await session.OpenVersionAsync(file, version, Stop);
        await using var content = opened.Value.Content!;
        return Encoding.UTF8.GetString(await content.ReadAsync());
    }

    [Fact]
    public async Task Each_overwriting_leaves_a_version_but_not_of_nothing_and_not_of_by_products()
    {
        var alice = await OpenAsync();
        // As Explorer and Finder begin: with nothing in it.
        foreach (var text in (string[])["", "one", "two!", "three"])
            await alice.PutAsync("/f.txt", text);
        foreach (var text in (string[])["one", "two"])
            await alice.PutAsync("/._f.txt", text);

        var page = (await alice.ListVersionsAsync(["f.txt"], null, 1, Stop)).Value;
        Assert.Equal([4L], page.Versions.Select(version => version.Size));
        var file = page.Found.Node.Id;
        page = (await alice.ListVersionsAsync(file, page.Next, 1, Stop)).Value;
        Assert.Equal([3L], page.Versions.Select(version => version.Size));
        Assert.Null(page.Next);
        Assert.Equal("one", await ReadAsync(alice, file, page.Versions[0].Number));
        Assert.Empty((await alice.ListVersionsAsync(["._f.txt"], null, 9, Stop)).Value.Versions);
        Assert.Equal(
            RefusalRule.NotFound,
            (await alice.OpenVersionAsync(file, page.Versions[0].Number + 4711, Stop)).Refusal!.Rule
        );
        Assert.Equal(
            RefusalRule.NotFound,
            (await alice.ListVersionsAsync(new NodeId(4711), null, 9, Stop)).Refusal!.Rule
        );
    }

    [Fact]
    public async Task A_version_comes_back_under_the_same_id_without_a_byte_copied_and_what_was_there_becomes_one()
    {
        var alice = await OpenAsync();
        await alice.PutAsync("/f.txt", "one");
        await alice.PutAsync("/f.txt", "two!");
        var (file, etag) = (
            (await alice.FindAsync("/f.txt")).Value.Node.Id,
            await alice.ETagAsync("/f.txt")
        );
        var contents = await Cloud.CountAsync("contents");
        var one = (await VersionsAsync(alice, file)).Single();
        var held = await alice.LockAsync("/f.txt");
        Assert.Equal(
            RefusalRule.Locked,
            (await alice.RestoreVersionAsync(file, one.Number, ChangeGuard.None, Stop))
                .Refusal!
                .Rule
        );

        var restored = await alice.RestoreVersionAsync(
            file,
            one.Number,
            TestSteps.With(held.Value.Lock.Token),
            Stop
        );

        Assert.Equal(file, restored.Value.Node.Id);
        Assert.Equal("one", await alice.ReadTextAsync("/f.txt"));
        Assert.NotEqual(etag, await alice.ETagAsync("/f.txt"));
        Assert.NotEqual(one.Revision, restored.Value.Node.Revision);
        Assert.Equal(contents, await Cloud.CountAsync("contents"));
        Assert.Equal([4L, 3L], (await VersionsAsync(alice, file)).Select(version => version.Size));
        Assert.Equal(3, await alice.UsedAsync());
        await Cloud.CheckAsync();

        await alice.UnlockAsync("/f.txt", held.Value.Lock.Token);
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 3");
        var two = (await VersionsAsync(alice, file))[0];
        Assert.Equal(
            RefusalRule.CapacityExceeded,
            (await alice.RestoreVersionAsync(file, two.Number, ChangeGuard.None, Stop))
                .Refusal!
                .Rule
        );
    }

    [Fact]
    public async Task A_removed_version_is_gone_at_once_for_people_and_for_good_after_seven_days()
    {
        var alice = await OpenAsync();
        foreach (var text in (string[])["one", "two!", "three"])
            await alice.PutAsync("/f.txt", text);
        var file = (await alice.FindAsync("/f.txt")).Value.Node.Id;
        var versions = await VersionsAsync(alice, file);
        Assert.True(
            (await alice.RemoveVersionAsync(file, versions[0].Number, false, Stop)).IsSuccess
        );
        Assert.Equal(
            RefusalRule.NotFound,
            (await alice.RemoveVersionAsync(file, versions[0].Number, false, Stop)).Refusal!.Rule
        );
        Assert.Equal(versions[1], (await VersionsAsync(alice, file)).Single());
        Assert.Equal(3, await Cloud.CountAsync("contents"));
        Cloud.Time.Advance(TimeSpan.FromDays(8));
        await ExpireAsync();
        Assert.Equal(2, await Cloud.CountAsync("contents"));
        Assert.True(
            (await alice.RemoveVersionAsync(file, versions[1].Number, true, Stop)).IsSuccess
        );
        Assert.Equal(1, await Cloud.CountAsync("contents"));
        await Cloud.CheckAsync();
    }

    [Fact]
    public async Task Versions_get_fewer_with_age_and_none_of_the_last_seven_days_goes()
    {
        var alice = await OpenAsync();
        // Three a day for a hundred days, the last of each with the number of its day; the first days go with history.
        for (var day = 0; day < 100; day++)
        {
            for (var i = 0; i < 3; i++)
                await alice.PutAsync("/f.txt", new byte[i == 2 ? 100 + day : 1 + i]);
            Cloud.Time.Advance(TimeSpan.FromDays(1));
            if (day % 20 == 7)
            {
                await ExpireAsync();
                await Cloud.CheckAsync();
            }
        }
        await ExpireAsync();
        await Cloud.CheckAsync();
        var file = (await alice.FindAsync("/f.txt")).Value.Node.Id;
        var now = Cloud.Time.GetUtcNow();
        var versions = (await alice.ListVersionsAsync(file, null, 1_000, Stop)).Value.Versions;
        var ages = versions.Select(version => (now - version.ReplacedAt).TotalDays).ToList();
        Assert.Equal(21, ages.Count(age => age is >= 0.5 and <= 7));
        Assert.Equal(23, ages.Count(age => age is > 7 and <= 30));
        Assert.InRange(ages.Count(age => age > 30), 8, 10);
        Assert.InRange(ages.Max(), 82, 91);
        Assert.Equal(
            versions.Sum(version => version.Size),
            Convert.ToInt64(
                await Cloud.ExecuteAsync("SELECT version_bytes FROM vaults"),
                System.Globalization.CultureInfo.InvariantCulture
            )
        );

        // By size, the oldest first, and nothing of the last seven days.
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 0");
        await ExpireAsync();
        versions = (await alice.ListVersionsAsync(file, null, 1_000, Stop)).Value.Versions;
        Assert.All(
            versions,
            version => Assert.True(version.ReplacedAt >= now - TimeSpan.FromDays(7))
        );
        Assert.Equal(21, versions.Count);
        await Cloud.CheckAsync();
    }

    [Fact]
    public async Task Of_what_is_held_every_version_stays()
    {
        var alice = await OpenAsync();
        foreach (var text in (string[])["one", "two", "three"])
            await alice.PutAsync("/f.txt", text);
        var file = (await alice.FindAsync("/f.txt")).Value.Node.Id;
        await _life.SetAsync(_alice, MeasureKind.LegalHold, file);
        var versions = await VersionsAsync(alice, file);
        Assert.True(
            (await alice.RemoveVersionAsync(file, versions[0].Number, true, Stop)).IsSuccess
        );
        Assert.Single(await VersionsAsync(alice, file));
        await Cloud.ExecuteAsync("UPDATE vaults SET capacity_bytes = 0");
        Cloud.Time.Advance(TimeSpan.FromDays(200));
        await ExpireAsync();
        Assert.Equal(3, await Cloud.CountAsync("contents"));
        await Cloud.CheckAsync();
    }

    private async Task<VaultSession> OpenAsync() =>
        Cloud.Session(_alice = await _life.AddCustomerAsync());

    private async Task ExpireAsync() =>
        await new VaultExpiry(Cloud.Metadata, Cloud.Limits, Cloud.Time).RunAsync(Stop);

    private static async Task<IReadOnlyList<FileVersion>> VersionsAsync(
        VaultSession session,
        NodeId file
    ) => (await session.ListVersionsAsync(file, null, 10, Stop)).Value.Versions;
}
