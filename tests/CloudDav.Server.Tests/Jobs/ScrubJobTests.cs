using System.Diagnostics;
using System.IO.Pipelines;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using IOptions = Microsoft.Extensions.Options.Options;

namespace CloudDav.Server.Tests.Jobs;

/// <summary>Nodes over one folder that read its contents again and again.</summary>
public sealed class ScrubJobTests : IAsyncDisposable
{
    private readonly JobNodes _nodes = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task Another_node_goes_on_where_a_killed_one_was_and_the_next_pass_waits_for_its_day()
    {
        var one = _nodes.Open();
        var contents = await FillAsync(one, 6);
        foreach (var content in (LedgerContent[])[contents[1], contents[4]])
            Damage(content.Blob!.Value);
        // What a node left that died after three contents.
        var begun = _nodes.Time.GetUtcNow() - TimeSpan.FromMinutes(7);
        await one.Care.SavePassAsync(new ScrubPass(begun, contents[2].Place, 3, 30_000, 0), Stop);

        await StartAsync(one);
        await StartAsync(_nodes.Open());
        await ScrubbedAsync(one, begun);

        Assert.Equal([contents[4].Content], await MarkedAsync(one));
        await _nodes.PassAsync(TimeSpan.FromDays(29));
        Assert.Equal(begun, (await one.Care.LoadAsync(Stop)).LastStarted);

        await _nodes.PassAsync(TimeSpan.FromDays(1));
        await ScrubbedAsync(one, _nodes.Time.GetUtcNow());
        Assert.Equal([contents[1].Content, contents[4].Content], await MarkedAsync(one));
    }

    private Task StartAsync(VaultParts node) =>
        _nodes.StartAsync(
            [ScrubJob.JobName],
            services =>
                [
                    new ScrubJob(
                        node,
                        IOptions.Create(new StorageOptions { ScrubBytesPerSecond = 2_000_000_000 }),
                        services.GetRequiredService<ScrubMetrics>(),
                        services.GetRequiredService<Rounds>(),
                        _nodes.Time,
                        NullLogger<ScrubJob>.Instance
                    ),
                ]
        );

    private async Task<IReadOnlyList<LedgerContent>> FillAsync(VaultParts node, int files)
    {
        var account = (
            await node.Accounts.AddAccountAsync(
                new NewAccount { Name = "ann", CapacityBytes = 1 << 30 },
                _nodes.Time.GetUtcNow(),
                Stop
            )
        )!;
        var session = node.Vaults.Open(
            new Actor(account.Id, account.Name, account.Vault, null, null),
            new SessionOptions()
        );
        for (var i = 0; i < files; i++)
        {
            var written = await session.WriteAsync(
                [$"{i}"],
                new Upload
                {
                    Body = PipeReader.Create(new MemoryStream(new byte[100_000])),
                    DeclaredLength = 100_000,
                },
                ChangeGuard.None,
                Stop
            );
            Assert.True(written.IsSuccess);
        }
        return await node.Ledger.ListContentsAsync(default, 100, Stop);
    }

    private void Damage(BlobId blob)
    {
        var file = Directory
            .EnumerateFiles(_nodes.Folder, blob.Value.ToString("N"), SearchOption.AllDirectories)
            .Single();
        using var stream = File.OpenWrite(file);
        stream.Position = 5_000;
        stream.Write([1, 2, 3, 4]);
    }

    private static async Task<IEnumerable<ContentId>> MarkedAsync(VaultParts node) =>
        (await node.Care.ListDamagesAsync(default, 100, Stop)).Select(damage => damage.Content);

    private static async Task ScrubbedAsync(VaultParts node, DateTimeOffset started)
    {
        for (
            var waited = Stopwatch.StartNew();
            (await node.Care.LoadAsync(Stop)).LastStarted != started;

        )
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "No pass came to its end.");
            await Task.Delay(5, Stop);
        }
    }
}
