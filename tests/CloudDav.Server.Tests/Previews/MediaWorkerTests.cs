using System.IO.Pipelines;
using CloudDav.Server.Options;
using CloudDav.Server.Previews;
using CloudDav.Vault;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudDav.Server.Tests.Previews;

/// <summary>Pictures and videos are looked into by a process of their own, which sees nothing else and may take so much and no more.</summary>
public sealed class MediaWorkerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_photo_is_seen_as_it_is_shown_and_its_previews_say_nothing_of_where_they_come_from()
    {
        var look = await LookAsync(TestMedia.Photo());

        Assert.Equal(
            (new DateTime(2021, 7, 8, 9, 10, 11), 330, 300, 400, 6),
            (look.Taken, look.TakenOffset, look.Width, look.Height, look.Orientation)
        );
        Assert.Equal([320, 1280], look.Previews.Select(preview => preview.Size));
        Assert.Equal((240, 320), TestMedia.SizeOf(look.Previews[0].Jpeg.Span));
        Assert.Equal((300, 400), TestMedia.SizeOf(look.Previews[1].Jpeg.Span));
        Assert.Equal(-1, look.Previews[1].Jpeg.Span.IndexOf("Exif"u8));
        Assert.Equal(-1, look.Previews[1].Jpeg.Span.IndexOf("Zwartberg7"u8));
    }

    [Fact]
    public async Task What_phones_write_has_previews_too()
    {
        var heic = TestMedia.Heic();
        Assert.Equal("ftyp"u8, heic.AsSpan(4, 4));

        // Whatever it is called.
        var look = await LookAsync(heic, MediaClass.Video);

        Assert.Equal((640, 480), (look.Width, look.Height));
        Assert.Equal([320, 1280], look.Previews.Select(preview => preview.Size));
    }

    [Fact]
    public async Task Of_a_large_video_the_beginning_and_the_end_are_enough()
    {
        // Its index is at its end.
        var video = TestMedia.Video();
        Assert.True(video.Length > 2 * 1024 * 1024, $"{video.Length} bytes");

        var look = await LookAsync(video, MediaClass.Video, new() { Mebibytes = 1 });

        Assert.Equal(
            (new DateTime(2021, 5, 6, 7, 8, 9), 0, 1280, 720, 2_000),
            (look.Taken, look.TakenOffset, look.Width, look.Height, look.DurationMs)
        );
        Assert.Equal([320, 1280], look.Previews.Select(preview => preview.Size));
        Assert.Empty((await LookAsync(video, MediaClass.Image, new() { Mebibytes = 1 })).Previews);
    }

    [Theory]
    [InlineData(1_000, 1_000, 30)]
    [InlineData(0, 0, 0)]
    [InlineData(int.MaxValue, long.MaxValue, int.MaxValue)]
    public void What_no_medium_can_be_is_not_believed(int side, long duration, int offset)
    {
        var look = MediaWorker.ToLook(
            new()
            {
                Width = side,
                Height = side,
                DurationMs = duration,
                TakenOffset = offset,
            },
            []
        );
        var (pixels, length) = side == 1_000 ? ((int?)1_000, (long?)1_000) : (null, null);
        Assert.Equal((pixels, pixels, length), (look.Width, look.Height, look.DurationMs));
        Assert.Equal(offset > 840 ? null : (int?)offset, look.TakenOffset);
    }

    [Fact]
    public async Task The_worker_sees_no_files_of_the_system()
    {
        using var worker = Worker(new());
        Assert.True(await worker.OpenAsync(Stop));
        Assert.True(worker.Takes(MediaClass.Image));
        // Kernels without Landlock are older than any that this is run on.
        Assert.True(worker.IsConfined);
    }

    [Fact]
    public async Task What_is_no_picture_has_no_previews_whatever_it_is_called()
    {
        var photo = TestMedia.Photo();
        foreach (
            var bytes in (byte[][])
                [
                    "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(),
                    // A picture that ends where it begins, and a video that does.
                    photo[..40],
                    [0, 0, 0, 32, .. "ftypisom"u8, .. new byte[600]],
                ]
        )
            Assert.Empty((await LookAsync(bytes)).Previews);
    }

    [Fact]
    public async Task A_picture_that_says_it_is_larger_than_any_costs_nothing()
    {
        var bomb = TestMedia.Png(60_000, 60_000, 1, 0, isInterlaced: false, zeros: 1_000_000);
        Assert.Empty((await LookAsync(bomb)).Previews);
    }

    [Fact]
    public async Task A_picture_that_takes_too_long_or_too_much_memory_has_no_previews()
    {
        var slow = TestMedia.Png(60_000, 20_000, 1, 0, isInterlaced: false, 20_000L * 7_501);
        Assert.Empty(
            (
                await LookAsync(slow, options: new() { Seconds = 1, Megapixels = 2_000 + 400 })
            ).Previews
        );
        // All of it has to be in memory at once.
        var wide = TestMedia.Png(3_000, 3_000, 16, 6, isInterlaced: true, 3_010L * 24_010);
        var options = new PreviewOptions { MemoryMebibytes = 64 };
        Assert.Empty((await LookAsync(wide, options: options)).Previews);
        Assert.NotEmpty((await LookAsync(wide)).Previews);
    }

    private static async Task<MediaLook> LookAsync(
        byte[] bytes,
        MediaClass kind = MediaClass.Image,
        PreviewOptions? options = null
    )
    {
        using var worker = Worker(options ?? new());
        return await worker.LookAsync(kind, new Bytes(bytes), Stop);
    }

    private static MediaWorker Worker(PreviewOptions options) =>
        new(Microsoft.Extensions.Options.Options.Create(options), NullLogger<MediaWorker>.Instance);

    private sealed class Bytes(byte[] bytes) : IContentSource
    {
        public long Length => bytes.Length;

        public async ValueTask CopyToAsync(
            PipeWriter destination,
            long offset,
            long count,
            CancellationToken cancellationToken
        ) =>
            await destination.WriteAsync(
                bytes.AsMemory((int)offset, (int)count),
                cancellationToken
            );

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
