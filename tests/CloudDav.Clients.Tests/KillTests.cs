using System.Globalization;
using System.Xml.Linq;

namespace CloudDav.Clients.Tests;

/// <summary>
/// Rounds of concurrent work that end with SIGKILL at a random moment. What was answered with success is there, whole;
/// what was not answered is as before or done, never in between; the used bytes are exact; <c>check</c> finds nothing;
/// and what the dead uploads left in the store is gone after the sweeper. Every second round has two server processes on
/// the folder.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Workers = 8;

    [Fact]
    public Task What_was_answered_with_success_survives_SIGKILL_whole() =>
        KillAsync(Repository.IsFull ? 200 : 10, azure: null);

    [Fact]
    public async Task What_was_answered_with_success_survives_SIGKILL_whole_with_contents_in_Azure()
    {
        await using var azure = await AzureContent.StartAsync();
        await KillAsync(Repository.IsFull ? 100 : 6, azure);
    }

    private async Task KillAsync(int rounds, AzureContent? azure)
    {
        var seed = Seed();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var server = new DemoServer { Config = azure?.Config };
        await server.StartAsync();
        var shared = new SharedFile();
        var workers = Enumerable
            .Range(0, Workers)
            .Select(n => new KillWorker($"w{n}", seed + n, shared))
            .ToArray();
        using (var client = server.Connect())
            foreach (var worker in workers)
                await worker.MakeFolderAsync(client);

        for (var round = 1; round <= rounds; round++)
        {
            var what = $"seed {seed}, round {round}: ";
            await using var beside = round % 2 == 0 ? await server.StartBesideAsync() : null;
            using var dying = new CancellationTokenSource();
            var clients = workers
                .Select((_, n) => (n % 2 == 0 ? server : beside ?? server).Connect())
                .ToArray();
            var running = workers.Select((w, n) => w.WorkAsync(clients[n], dying.Token)).ToArray();
            await Task.Delay(random.Next(20, 2000));
            await dying.CancelAsync();
            await server.KillAsync();
            if (beside is not null)
            {
                await Task.Delay(random.Next(0, 200));
                await beside.KillAsync();
            }
            await Task.WhenAll(running);
            foreach (var gone in clients)
                gone.Dispose();
            foreach (var worker in workers)
                Assert.True(worker.Complaint is null, what + worker.Complaint);

            await server.StartAsync();
            using var client = server.Connect();
            foreach (var worker in workers)
            {
                var complaint = await worker.ReconcileAsync(client);
                Assert.True(complaint is null, what + complaint);
            }
            var wrong = await shared.CheckAsync(client);
            Assert.True(wrong is null, what + wrong);
            var (used, sum) = (await UsedAsync(client), await SumAsync(client));
            Assert.True(used == sum, $"{what}quota-used-bytes is {used}, the files have {sum}");
        }

        await server.KillAsync();
        (await server.VerbAsync("check", "--deep", "--data", server.Data)).MustSucceed();
        await Leftovers.AssertNoneAfterSweepAsync(server.Data, azure?.Open());
        (await server.VerbAsync("check", "--deep", "--data", server.Data)).MustSucceed();
        output.WriteLine(
            $"{workers.Sum(w => w.Answered)} answered, {workers.Sum(w => w.Unanswered)} unanswered"
        );
    }

    private static int Seed() =>
        Environment.GetEnvironmentVariable("CLOUDDAV_TESTS_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);

    private static async Task<long> SumAsync(HttpClient client) =>
        (await Tree.OfServerAsync(client)).Items.Sum(i => (long?)i.Value.Content?.Length ?? 0);

    internal static async Task<long> UsedAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(new HttpMethod("PROPFIND"), "");
        request.Headers.Add("Depth", "0");
        request.Content = new StringContent(
            """<propfind xmlns="DAV:"><prop><quota-used-bytes/></prop></propfind>"""
        );
        using var answer = await client.SendAsync(request);
        var body = XDocument.Parse(await answer.Content.ReadAsStringAsync());
        return long.Parse(
            body.Descendants("{DAV:}quota-used-bytes").Single().Value,
            CultureInfo.InvariantCulture
        );
    }
}
