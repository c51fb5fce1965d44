using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Journal;

/// <summary>Leases, asked for by two processes on one database.</summary>
public abstract class JobLeaseContract(JournalEngine engine) : JournalContract(engine)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private IJobLeases One => Engine.Leases;

    private IJobLeases Two => Engine.OtherLeases;

    [Fact]
    public async Task A_lease_has_one_holder_at_a_time_however_many_ask()
    {
        for (var round = 0; round < 20; round++)
        {
            var job = $"job {round}";
            var taken = await Task.WhenAll(
                Enumerable
                    .Range(0, 20)
                    .Select(i =>
                        (i % 2 == 0 ? One : Two)
                            .TryTakeAsync(job, $"holder {i}", Now, s_minute, Stop)
                            .AsTask()
                    )
            );
            Assert.Single(taken, isTaken => isTaken);
        }
    }

    [Fact]
    public async Task A_dead_holders_lease_runs_out_and_it_cannot_come_back()
    {
        Assert.True(await One.TryTakeAsync("job", "one", Now, s_minute, Stop));
        Assert.False(await Two.TryTakeAsync("job", "two", Now.AddSeconds(59), s_minute, Stop));

        Assert.True(await Two.TryTakeAsync("job", "two", Now.AddSeconds(60), s_minute, Stop));

        Assert.False(await One.RenewAsync("job", "one", Now.AddSeconds(61), s_minute, Stop));
        await One.ReleaseAsync("job", "one", Now, Stop);
        Assert.False(await One.TryTakeAsync("job", "one", Now.AddSeconds(61), s_minute, Stop));
    }

    [Fact]
    public async Task Others_see_that_a_lease_is_held_until_it_is_given_back_or_runs_out()
    {
        Assert.False(await Two.IsHeldAsync("job", Now, Stop));
        Assert.True(await One.TryTakeAsync("job", "one", Now, s_minute, Stop));
        Assert.True(await Two.IsHeldAsync("job", Now.AddSeconds(59), Stop));
        Assert.False(await Two.IsHeldAsync("job", Now.AddSeconds(60), Stop));
        await One.ReleaseAsync("job", "one", Now.AddDays(1), Stop);
        Assert.False(await Two.IsHeldAsync("job", Now, Stop));
    }

    [Fact]
    public async Task A_renewed_lease_stays_and_one_whose_time_is_over_cannot_be_renewed()
    {
        Assert.True(await One.TryTakeAsync("job", "one", Now, s_minute, Stop));
        Assert.True(await One.RenewAsync("job", "one", Now.AddSeconds(50), s_minute, Stop));

        Assert.False(await Two.TryTakeAsync("job", "two", Now.AddSeconds(109), s_minute, Stop));
        Assert.False(await One.RenewAsync("job", "one", Now.AddSeconds(110), s_minute, Stop));
    }

    [Fact]
    public async Task Nobody_runs_a_job_again_before_its_next_run()
    {
        Assert.True(await One.TryTakeAsync("daily", "one", Now, s_minute, Stop));
        await One.ReleaseAsync("daily", "one", Now.AddDays(1), Stop);

        Assert.False(await Two.TryTakeAsync("daily", "two", Now.AddHours(23), s_minute, Stop));
        Assert.True(await Two.TryTakeAsync("daily", "two", Now.AddDays(1), s_minute, Stop));
    }
}
