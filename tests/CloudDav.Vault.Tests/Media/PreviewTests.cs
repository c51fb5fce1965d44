using System.IO.Pipelines;

namespace CloudDav.Vault.Tests.Media;

/// <summary>Previews are contents of the vault, made once of each content, and go with it.</summary>
public sealed class PreviewTests : IAsyncDisposable
{
    private readonly TestVault _cloud = new(new VaultLimits { InlineBytes = 1_000 });
    private readonly KnownWorker _worker = new();
    private readonly List<Exception> _failures = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private PreviewDesk Desk =>
        field ??= new PreviewDesk(_cloud.Vaults, _worker, TestVault.Zone, _cloud.Time);

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task A_picture_has_previews_in_each_size_that_cost_the_customer_nothing()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/a.jpg", "picture");
        await ann.PutAsync("/a.txt", "text");
        Assert.Null((await ann.OpenPreviewAsync(["a.jpg"], 320, Stop)).Value.Media);

        Assert.Equal(1, await RunAsync());

        foreach (var size in PreviewDesk.Sizes)
        {
            var opened = (await ann.OpenPreviewAsync(["a.jpg"], size, Stop)).Value;
            Assert.Equal((size, true), (opened.Preview!.Value.Size, opened.Media!.HasPreviews));
            var sees = _worker.Sees.Previews.Single(preview => preview.Size == size).Jpeg;
            Assert.Equal(sees, await ReadAsync(opened.Content!));
        }
        Assert.Null((await ann.OpenPreviewAsync(["a.txt"], 320, Stop)).Value.Content);
        Assert.Equal(
            RefusalRule.NotFound,
            (await ann.OpenPreviewAsync(["b.jpg"], 320, Stop)).Refusal!.Rule
        );
        Assert.Equal(11, (await ann.FindAsync([], NodeDetails.None, Stop)).Value.Vault.UsedBytes);
        Assert.Equal(0, await RunAsync());
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task A_copy_has_those_of_what_it_is_a_copy_of_and_they_go_with_the_last_one()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/a.jpg", "picture");
        await RunAsync();
        await ann.CopyAsync("/a.jpg", "/b.jpg");
        Assert.Equal(0, await RunAsync());
        Assert.NotNull((await ann.OpenPreviewAsync(["b.jpg"], 320, Stop)).Value.Content);
        Assert.Equal(4, await _cloud.CountAsync("contents"));

        await ann.PutAsync("/b.jpg", "another picture");
        await RunAsync();
        Assert.Equal(8, await _cloud.CountAsync("contents"));
        Assert.Equal(2, _worker.Looked);
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task What_has_none_is_remembered_until_a_newer_worker_comes()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/a.jpg", "no picture");
        _worker.Sees = MediaLook.Nothing;

        Assert.Equal((1, 0), (await RunAsync(), await RunAsync()));
        var none = (await ann.OpenPreviewAsync(["a.jpg"], 320, Stop)).Value;
        Assert.Equal((null, 1, false), (none.Content, none.Media!.Looked, none.Media.HasPreviews));

        (_worker.Version, _worker.Sees) = (2, new KnownWorker().Sees);
        Assert.True(await Desk.HasPendingAsync(Stop));
        Assert.Equal((1, 0), (await RunAsync(), await RunAsync()));
        Assert.NotNull((await ann.OpenPreviewAsync(["a.jpg"], 320, Stop)).Value.Content);
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task A_video_waits_for_a_worker_that_takes_videos()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/a.mov", "video");
        _worker.PlaysVideo = false;
        Assert.Equal(0, await RunAsync());
        _worker.PlaysVideo = true;
        Assert.Equal(1, await RunAsync());
    }

    [Theory]
    [InlineData("2024-07-01T12:00:00", 330, "2024-07-01T06:30:00Z")]
    [InlineData("2024-07-01T12:00:00", null, "2024-07-01T10:00:00Z")]
    [InlineData("2024-01-01T12:00:00", null, "2024-01-01T11:00:00Z")]
    // Nobody's clock, and that of a camera that was never set.
    [InlineData("1601-01-01T12:00:00", null, null)]
    [InlineData("2089-01-01T12:00:00", 0, null)]
    public async Task When_it_was_taken_is_what_it_says_in_the_zone_that_it_says(
        string clock,
        int? offset,
        string? taken
    )
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/a.jpg", "picture");
        _worker.Sees = _worker.Sees with
        {
            Taken = DateTime.Parse(clock, System.Globalization.CultureInfo.InvariantCulture),
            TakenOffset = offset,
        };
        await RunAsync();

        var media = (await ann.OpenPreviewAsync(["a.jpg"], 320, Stop)).Value.Media!;

        Assert.Equal(taken is not null, media.IsDated);
        Assert.Equal(
            taken is null
                ? _cloud.Time.GetUtcNow().ToUnixTimeMilliseconds()
                : DateTimeOffset
                    .Parse(taken, System.Globalization.CultureInfo.InvariantCulture)
                    .ToUnixTimeMilliseconds(),
            media.TakenMs
        );
    }

    [Theory]
    [InlineData("a.mov", 0, null)]
    [InlineData("a.mov", 120, 120)]
    [InlineData("a.jpg", 0, 0)]
    public async Task A_video_that_says_when_by_UTC_does_not_say_where(
        string name,
        int said,
        int? known
    )
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/" + name, "medium");
        _worker.PlaysVideo = true;
        _worker.Sees = _worker.Sees with
        {
            Taken = new DateTime(2024, 7, 1, 23, 30, 0),
            TakenOffset = said,
        };
        await RunAsync();

        var media = (await ann.OpenPreviewAsync([name], 320, Stop)).Value.Media!;

        Assert.Equal(
            (new DateTimeOffset(2024, 7, 1, 23, 30, 0, TimeSpan.FromMinutes(said)), known),
            (DateTimeOffset.FromUnixTimeMilliseconds(media.TakenMs), media.TakenOffset)
        );
    }

    [Fact]
    public async Task What_goes_while_it_is_looked_into_leaves_nothing_behind()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/a.jpg", "picture");
        _worker.Meanwhile = async () =>
        {
            await ann.DeleteAsync("/a.jpg");
            _cloud.Time.Advance(TimeSpan.FromDays(40));
            await new VaultExpiry(_cloud.Metadata, _cloud.Limits, _cloud.Time).RunAsync(Stop);
        };

        Assert.Equal(0, await RunAsync());

        Assert.Equal(
            (0L, 0L),
            (await _cloud.CountAsync("contents"), await _cloud.CountAsync("previews"))
        );
        Assert.Equal(0L, await _cloud.CountAsync("media"));
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task Damage_is_no_failure_and_a_failure_is_told_and_tried_again()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/a.jpg", "picture");
        _worker.Meanwhile = () => throw new ContentDamagedException("It is.");
        Assert.Equal(1, await RunAsync());
        await ann.PutAsync("/b.jpg", "picture");
        _worker.Meanwhile = () => throw new InvalidOperationException("Not now.");
        Assert.Equal(0, await RunAsync());
        Assert.Equal("Not now.", Assert.Single(_failures).Message);
        _worker.Meanwhile = null;
        Assert.Equal(1, await RunAsync());
    }

    private async Task<long> RunAsync()
    {
        await Desk.NoteAllAsync(Stop);
        return await Desk.RunAsync((_, failure) => _failures.Add(failure), Stop);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(IContentSource content)
    {
        await using (content)
        {
            var read = new MemoryStream();
            var pipe = PipeWriter.Create(read);
            await content.CopyToAsync(pipe, 0, content.Length, Stop);
            await pipe.CompleteAsync();
            return read.ToArray();
        }
    }
}
