using System.Text.Json;

namespace CloudDav.Vault.Tests.Lifecycle;

/// <summary>When much of a vault goes at once, it is told once, and nothing goes for good by itself for a while.</summary>
public sealed class LossWatchTests : IAsyncDisposable
{
    private readonly LifeOfCustomers _life = new(
        new VaultLimits
        {
            MassItems = 10,
            TrashAge = TimeSpan.FromDays(8),
            HistoryAge = TimeSpan.FromDays(10),
        }
    );
    private Actor _alice = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TestVault Cloud => _life.Cloud;

    public ValueTask DisposeAsync() => _life.DisposeAsync();

    [Fact]
    public async Task A_mass_change_is_told_once_and_keeps_trash_and_versions_beyond_their_time()
    {
        var phone = await OpenAsync(files: 40);
        for (var i = 0; i < 7; i++)
            await phone.PutAsync($"/{i}", "encrypted");
        for (var i = 7; i < 12; i++)
            await phone.DeleteAsync($"/{i}");
        // Twelve of forty are thirty hundredths, and no more than that.
        Assert.Empty(await EventsAsync());
        await phone.DeleteAsync("/12");
        for (var i = 13; i < 30; i++)
            await phone.DeleteAsync($"/{i}");

        var told = Assert.Single(await EventsAsync());
        var data = JsonDocument.Parse(told).RootElement;
        Assert.Equal(
            (13, 40, _alice.Device!.Value.Value),
            (
                data.GetProperty("items").GetInt64(),
                data.GetProperty("of").GetInt64(),
                data.GetProperty("device").GetInt64()
            )
        );
        Assert.Single(
            (await Cloud.Audit.ListAsync(AuditChainId.Of(_alice.Account), long.MaxValue, 20, Stop)),
            record => record.Entry.Act == AuditActs.MassChange
        );
        // What empties the trash as well changes nothing.
        await phone.EmptyTrashAsync(null, purgesNow: false, Stop);
        await PassAsync(13);
        Assert.Equal(
            23,
            (await phone.ListTrashAsync(new TrashQuery { ShowsHidden = true }, Stop))
                .Value
                .Items
                .Count
        );
        Assert.Single((await phone.ListVersionsAsync(["3"], null, 10, Stop)).Value.Versions);
        await PassAsync(2);
        Assert.Empty(
            (await phone.ListTrashAsync(new TrashQuery { ShowsHidden = true }, Stop)).Value.Items
        );
        Assert.Empty((await phone.ListVersionsAsync(["3"], null, 10, Stop)).Value.Versions);
        await Cloud.CheckAsync();
    }

    [Fact]
    public async Task A_folder_counts_with_all_that_is_in_it_and_a_later_mass_change_is_told_again()
    {
        var phone = await OpenAsync(files: 20);
        await phone.MakeFolderAsync("/d");
        for (var i = 0; i < 20; i++)
            await phone.PutAsync($"/d/{i}", "x");
        await phone.DeleteAsync("/d");
        Assert.Single(await EventsAsync());
        Cloud.Time.Advance(TimeSpan.FromDays(2));
        for (var i = 0; i < 11; i++)
            await phone.DeleteAsync($"/{i}");
        Assert.Equal(2, (await EventsAsync()).Count);
    }

    [Fact]
    public async Task Saving_one_file_over_and_over_and_what_is_spread_over_hours_is_no_mass_change()
    {
        var phone = await OpenAsync(files: 20);
        for (var i = 0; i < 50; i++)
            await phone.PutAsync("/0", $"draft {i}");
        for (var i = 0; i < 50; i++)
        {
            await phone.PutAsync("/new.tmp", "x");
            await phone.DeleteAsync("/new.tmp");
        }
        for (var i = 1; i < 20; i++)
        {
            await phone.DeleteAsync($"/{i}");
            Cloud.Time.Advance(TimeSpan.FromMinutes(10));
        }
        Assert.Empty(await EventsAsync());
    }

    private async Task<VaultSession> OpenAsync(int files)
    {
        _alice = await Cloud.AddDeviceAsync(await _life.AddCustomerAsync(), "phone");
        var session = Cloud.Session(_alice);
        for (var i = 0; i < files; i++)
            await session.PutAsync($"/{i}", "x");
        Cloud.Time.Advance(TimeSpan.FromHours(2));
        return session;
    }

    private async Task PassAsync(int days)
    {
        Cloud.Time.Advance(TimeSpan.FromDays(days));
        await new VaultExpiry(Cloud.Metadata, Cloud.Limits, Cloud.Time).RunAsync(Stop);
    }

    private async Task<List<string>> EventsAsync() =>
        [
            .. (await Cloud.Outbox.ListAsync(_alice.Account, 0, 100, Stop))
                .Where(found => found.Event.Type == EventTypes.MassChange)
                .Select(found => found.Event.Data),
        ];
}
