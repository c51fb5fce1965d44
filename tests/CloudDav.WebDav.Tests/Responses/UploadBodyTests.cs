using System.Buffers;
using System.IO.Pipelines;
using CloudDav.WebDav.Responses;

namespace CloudDav.WebDav.Tests.Responses;

public sealed class UploadBodyTests
{
    [Fact]
    public async Task A_read_that_the_server_cancels_because_it_stops_does_not_end_the_upload()
    {
        var pipe = new Pipe();
        var body = new UploadBody(pipe.Reader);
        await pipe.Writer.WriteAsync("first"u8.ToArray());
        var first = await body.ReadAsync();
        body.AdvanceTo(first.Buffer.Start, first.Buffer.End);

        var waiting = body.ReadAsync();
        pipe.Reader.CancelPendingRead();
        var nothing = await waiting;

        Assert.False(nothing.IsCanceled);
        Assert.False(nothing.IsCompleted);
        Assert.Equal("first"u8.ToArray(), nothing.Buffer.ToArray());
        body.AdvanceTo(nothing.Buffer.Start, nothing.Buffer.End);
        await pipe.Writer.WriteAsync(" last"u8.ToArray());
        await pipe.Writer.CompleteAsync();
        var last = await body.ReadAsync();
        Assert.Equal("first last"u8.ToArray(), last.Buffer.ToArray());
        body.AdvanceTo(last.Buffer.End);
    }

    [Fact]
    public async Task A_read_that_its_own_reader_cancels_is_cancelled_once()
    {
        var pipe = new Pipe();
        var body = new UploadBody(pipe.Reader);
        var waiting = body.ReadAsync();

        body.CancelPendingRead();
        var cancelled = await waiting;

        Assert.True(cancelled.IsCanceled);
        body.AdvanceTo(cancelled.Buffer.End);
        pipe.Reader.CancelPendingRead();
        Assert.True(body.TryRead(out var next));
        Assert.False(next.IsCanceled);
    }
}
