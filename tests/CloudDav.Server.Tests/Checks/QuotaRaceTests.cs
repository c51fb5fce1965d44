using System.Globalization;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Checks;

/// <summary>However many write at once, the vault never holds more than it may, and its figures are exact at the end.</summary>
public class QuotaRaceTests(SharedCloud cloud) : CloudTests(cloud)
{
    [Theory]
    [InlineData(1_000, false)]
    [InlineData(40_000, false)]
    [InlineData(40_000, true)]
    public async Task Many_writers_fill_a_vault_exactly_and_no_further(int size, bool chunked)
    {
        const int fits = 20;
        await using var tree = await NewTreeAsync(size * fits + size / 2);
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 3 * fits)
                .Select(async i =>
                {
                    if (chunked)
                        return await ChunkedPutAsync(tree, $"/file{i}", [new byte[size]]);
                    await using var client = tree.As(null);
                    return await client.PutAsync($"/file{i}", new byte[size]);
                })
        );
        Assert.All(answers, a => Assert.Contains(a.Status, new[] { 201, 507 }));
        var stored = answers.Count(a => a.Status == 201);
        // A chunked upload holds more than it needs while it runs, so some may be refused that would have fitted.
        if (chunked)
            Assert.InRange(stored, 1, fits);
        else
            Assert.Equal(fits, stored);
        Assert.Equal((long)stored * size, (await QuotaAsync(tree)).Used);
        Assert.Equal(stored, (await tree.NamesAsync("/")).Count);
        // What is left can be used to the last byte.
        var left = (await QuotaAsync(tree)).Available;
        Assert.Equal(((long)fits - stored) * size + size / 2, left);
        (await tree.PutAsync("/last", new byte[left + 1])).Expect(507);
        (await tree.PutAsync("/last", new byte[left])).Expect(201);
        Assert.Equal(0, (await QuotaAsync(tree)).Available);
    }

    [Fact]
    public async Task Writers_copiers_movers_and_deleters_leave_exact_figures()
    {
        await using var tree = await NewTreeAsync(2_000_000);
        (await tree.MkcolAsync("/shared")).Expect(201);
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async worker =>
                {
#pragma warning disable CA5394 // Reproducible, not secret.
                    var random = new Random(worker);
                    await using var client = tree.As(null);
                    for (var i = 0; i < 40; i++)
                    {
                        string Name() => $"/shared/n{random.Next(12)}";
                        var answer = random.Next(6) switch
                        {
                            0 or 1 or 2 => await client.PutAsync(
                                Name(),
                                new byte[
                                    random.Next(2) == 0
                                        ? random.Next(2_000)
                                        : random.Next(17_000, 90_000)
                                ]
                            ),
                            3 => await client.CopyAsync(Name(), Name()),
                            4 => await client.MoveAsync(Name(), Name()),
                            _ => await client.DeleteAsync(Name()),
                        };
                        Assert.True(
                            answer.Status is 201 or 204 or 403 or 404 or 507 or 412,
                            answer.ToString()
                        );
                    }
#pragma warning restore CA5394
                })
        );
        var listing = (await tree.PropfindAsync("/", "infinity")).Multistatus;
        var sum = listing
            .Entries.Where(e => !e.IsCollection)
            .Sum(e => long.Parse(e.Value("getcontentlength")!, CultureInfo.InvariantCulture));
        var (used, available) = await QuotaAsync(tree);
        Assert.Equal(sum, used);
        Assert.Equal(2_000_000 - sum, available);
        Assert.Equal(
            sum.ToString(CultureInfo.InvariantCulture),
            (await tree.PropertyAsync("/shared", DavWords.OwnCloud + "size"))!.Value
        );
        foreach (var file in listing.Entries.Where(e => !e.IsCollection))
            Assert.Equal(
                file.Value("getcontentlength"),
                (await tree.GetAsync(file.Href[tree.Prefix.Length..]))
                    .Expect(200)
                    .Body.Length.ToString(CultureInfo.InvariantCulture)
            );
    }
}
