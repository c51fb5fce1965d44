using System.Buffers;
using CloudDav.WebDav.Responses;
using CsCheck;

namespace CloudDav.WebDav.Tests.Responses;

public sealed class AnswerSpoolTests
{
    [Fact]
    public void What_is_written_comes_back_in_memory_and_from_the_file()
    {
        Gen.Select(Gen.Int[1, 200_000].Array[1, 20], Gen.Int[0, 400_000])
            .Sample(
                (sizes, limit) =>
                {
                    var budget = new SpoolBudget(
                        new DavEndpointOptions { SpoolMemoryPerAnswer = limit }
                    );
                    using var expected = new MemoryStream();
                    using (var spool = new AnswerSpool(budget))
                    {
                        byte value = 0;
                        foreach (var size in sizes)
                        {
                            var part = new byte[size];
                            part.AsSpan().Fill(++value);
                            expected.Write(part);
                            spool.Write(part);
                        }
                        Assert.Equal(expected.Length, spool.Length);
                        Assert.True(spool.ToArray().AsSpan().SequenceEqual(expected.ToArray()));
                        Assert.InRange(budget.Used, 0, limit);
                    }
                    Assert.Equal(0, budget.Used);
                },
                iter: 50
            );
    }

    [Fact]
    public void Beyond_the_common_budget_answers_spill()
    {
        var budget = new SpoolBudget(
            new DavEndpointOptions
            {
                SpoolMemoryTotal = 128 * 1024,
                SpoolFolder = Path.GetTempPath(),
            }
        );
        using var first = new AnswerSpool(budget);
        using var second = new AnswerSpool(budget);
        first.Write(new byte[130_000]);
        Assert.False(first.IsSpilled);
        second.Write(new byte[130_000]);
        Assert.True(second.IsSpilled);
    }

    [Fact]
    public void The_file_has_no_name()
    {
        var folder = Directory.CreateTempSubdirectory("clouddav-spool-");
        try
        {
            using var spool = new AnswerSpool(
                new SpoolBudget(
                    new DavEndpointOptions
                    {
                        SpoolMemoryPerAnswer = 0,
                        SpoolFolder = folder.FullName,
                    }
                )
            );
            spool.Write(new byte[200_000]);
            Assert.True(spool.IsSpilled);
            Assert.Empty(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
