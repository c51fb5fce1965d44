using CloudDav.Server.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Jobs;

public sealed class RoundsTests
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_round_that_fails_or_times_out_is_told_and_the_next_one_comes()
    {
        var time = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        using var begun = new SemaphoreSlim(0);
        var told = new List<Exception>();
        Exception[] failures = [new InvalidDataException(), new TaskCanceledException()];
        var round = 0;
        var rounds = Rounds.RunAsync(
            s_every,
            time,
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
        var rounds = Rounds.RunAsync(
            s_every,
            new FakeTimeProvider(),
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
