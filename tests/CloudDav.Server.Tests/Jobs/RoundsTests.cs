using CloudDav.Server.Jobs;
using CloudDav.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Jobs;

public sealed class RoundsTests : IDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddMetrics()
        .AddSingleton<JobMetrics>()
        .BuildServiceProvider();

    private JobMetrics Metrics => _services.GetRequiredService<JobMetrics>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_round_that_fails_or_times_out_is_told_and_the_next_one_comes()
    {
        var time = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        using var begun = new SemaphoreSlim(0);
        var told = new List<Exception>();
        Exception[] failures = [new InvalidDataException(), new TaskCanceledException()];
        var round = 0;
        var rounds = new Rounds(Metrics, time).RunAsync(
            "job",
            s_every,
            _ =>
            {
                begun.Release();
                return round++ < failures.Length
                    ? Task.FromException(failures[round - 1])
                    : Task.CompletedTask;
            },
            told.Add,
            stop.Token
        );

        Assert.True(await begun.WaitAsync(s_patience, TestContext.Current.CancellationToken));
        for (var i = 0; i < 3; i++)
        {
            time.Advance(s_every);
            Assert.True(await begun.WaitAsync(s_patience, TestContext.Current.CancellationToken));
        }
        await stop.CancelAsync();
        await rounds;

        Assert.Equal(failures, told);
    }

    [Fact]
    public async Task A_stop_in_a_round_ends_them_and_is_no_failure()
    {
        using var stop = new CancellationTokenSource();
        var rounds = new Rounds(Metrics, new FakeTimeProvider()).RunAsync(
            "job",
            s_every,
            async stopping =>
            {
                await stop.CancelAsync();
                stopping.ThrowIfCancellationRequested();
            },
            failure => Assert.Fail($"told of {failure}"),
            stop.Token
        );

        await rounds.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }
}
