using System.Threading.Channels;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Jobs;

/// <summary>A job that two nodes over one folder would both run.</summary>
public sealed class LeasedJobTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clouddav-jobs-").FullName;
    private readonly FakeTimeProvider _time = new(new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero));
    private readonly VaultParts _one;
    private readonly VaultParts _two;

    public LeasedJobTests()
    {
        var options = new StorageOptions
        {
            MetadataFolder = Path.Combine(_folder, "metadata"),
            ContentFolder = Path.Combine(_folder, "content"),
            KeyFolder = Path.Combine(_folder, "keys"),
        };
        _one = VaultParts.Open(options);
        _two = VaultParts.Open(options);
    }

    private LeasedJob One => new("job", _one.Leases, _time);

    private LeasedJob Two => new("job", _two.Leases, _time);

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Two_nodes_never_run_a_job_at_once_nor_twice_a_period()
    {
        var (running, runs) = (0, 0);
        async ValueTask<DateTimeOffset> RunAsync(CancellationToken stop)
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            Interlocked.Increment(ref runs);
            await Task.Delay(5, stop);
            Interlocked.Decrement(ref running);
            return _time.GetUtcNow().AddHours(1);
        }

        for (var period = 1; period <= 5; period++)
        {
            var ran = await Task.WhenAll(
                Enumerable
                    .Range(0, 10)
                    .Select(i =>
                        (i % 2 == 0 ? One : Two)
                            .TryRunAsync(RunAsync, CancellationToken.None)
                            .AsTask()
                    )
            );
            Assert.Single(ran, hasRun => hasRun);
            Assert.Equal(period, runs);
            _time.Advance(TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public async Task A_long_job_keeps_its_lease()
    {
        var (started, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var leases = new CountedLeases(_one.Leases);
        var job = new LeasedJob("job", leases, _time)
            .TryRunAsync(
                async stop =>
                {
                    started.SetResult();
                    await end.Task.WaitAsync(stop);
                    return _time.GetUtcNow();
                },
                CancellationToken.None
            )
            .AsTask();
        await started.Task;

        for (var i = 0; i < 12; i++)
        {
            _time.Advance(LeasedJob.Duration / 3);
            await leases.Renewed.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.False(await Two.TryRunAsync(_ => new(_time.GetUtcNow()), default));
        }

        end.SetResult();
        Assert.True(await job);
        Assert.True(await Two.TryRunAsync(_ => new(_time.GetUtcNow()), default));
    }

    [Fact]
    public async Task A_node_that_slept_past_its_lease_stops_its_job_and_another_takes_it()
    {
        var (started, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        var job = One.TryRunAsync(
                async stop =>
                {
                    started.SetResult();
                    await using var told = stop.Register(stopped.SetResult);
                    await Task.Delay(Timeout.Infinite, stop);
                    return default;
                },
                CancellationToken.None
            )
            .AsTask();
        await started.Task;

        _time.Advance(LeasedJob.Duration * 3);

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(await job);
        Assert.True(await Two.TryRunAsync(_ => new(_time.GetUtcNow()), default));
    }

    [Fact]
    public async Task A_job_that_fails_leaves_its_lease_to_the_next_try()
    {
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
            await One.TryRunAsync(_ => throw new InvalidDataException("planted"), default)
        );

        Assert.True(await Two.TryRunAsync(_ => new(_time.GetUtcNow()), default));
    }

    [Fact]
    public async Task A_node_that_stops_hands_its_job_on_at_once()
    {
        using var stopping = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var job = One.TryRunAsync(
                async stop =>
                {
                    started.SetResult();
                    await Task.Delay(Timeout.Infinite, stop);
                    return default;
                },
                stopping.Token
            )
            .AsTask();
        await started.Task;

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job);
        Assert.True(await Two.TryRunAsync(_ => new(_time.GetUtcNow()), default));
    }

    private sealed class CountedLeases(IJobLeases leases) : IJobLeases
    {
        /// <summary>One entry for each lease that was renewed.</summary>
        public Channel<bool> Renewed { get; } = Channel.CreateUnbounded<bool>();

        public ValueTask<bool> TryTakeAsync(
            string job,
            string holder,
            DateTimeOffset now,
            TimeSpan duration,
            CancellationToken cancellationToken
        ) => leases.TryTakeAsync(job, holder, now, duration, cancellationToken);

        public async ValueTask<bool> RenewAsync(
            string job,
            string holder,
            DateTimeOffset now,
            TimeSpan duration,
            CancellationToken cancellationToken
        )
        {
            var isRenewed = await leases.RenewAsync(job, holder, now, duration, cancellationToken);
            Renewed.Writer.TryWrite(isRenewed);
            return isRenewed;
        }

        public ValueTask<bool> IsHeldAsync(
            string job,
            DateTimeOffset now,
            CancellationToken cancellationToken
        ) => leases.IsHeldAsync(job, now, cancellationToken);

        public ValueTask ReleaseAsync(
            string job,
            string holder,
            DateTimeOffset nextRun,
            CancellationToken cancellationToken
        ) => leases.ReleaseAsync(job, holder, nextRun, cancellationToken);
    }
}
