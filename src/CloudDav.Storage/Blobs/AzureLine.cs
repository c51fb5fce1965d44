using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CloudDav.Storage;

/// <summary>
/// The way to one storage account, and what notices that it is silent. A try in which nothing moves for a while, in either direction, is ended, and repeated as any other that failed. When
/// nothing else was heard in the meantime, the account is asked for something small: if that is not answered either, it is silent, and until it is heard again every request fails at once
/// instead of waiting. It is asked again and again in the background, so that nobody's request has to find out.
/// </summary>
internal sealed class AzureLine : DelegatingHandler
{
    /// <summary>How long the account may take to answer the small question.</summary>
    public static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(3);

    /// <summary>How long it is left alone between two questions.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // After which it is no longer asked when nobody wants anything of it. The next request is then a try again.
    private static readonly TimeSpan s_interest = TimeSpan.FromMinutes(1);

    // What has been sent and not arrived counts as moved: more than a slow way carries within the longest silence must not be under way.
    private const int SendBufferBytes = 256 * 1024;

    private readonly TimeSpan _longestSilence;
    private readonly Lock _lock = new();
    private long _heard;
    private long _wanted;
    private Task<bool>? _answers;

    /// <param name="longestSilence">How long nothing may move.</param>
    public AzureLine(TimeSpan longestSilence)
        : base(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                // So that a change of address is noticed.
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectCallback = ConnectAsync,
            }
        ) => _longestSilence = longestSilence;

    /// <summary>The small question, asked past this: false when nothing came back in <see cref="LongestAnswer"/>, an error neither. It does not throw.</summary>
    public Func<Task<bool>> Ask { private get; set; } = static () => Task.FromResult(true);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        await ThrowIfSilentAsync(cancellationToken);
        var begun = Stopwatch.GetTimestamp();
        using var silence = new Silence(_longestSilence, cancellationToken);
        if (request.Content is { } content)
            request.Content = new WatchedContent(content, silence);
        try
        {
            var response = await base.SendAsync(request, silence.Token);
            Hear();
            return response;
        }
        catch (OperationCanceledException failure)
            when (silence.HasCome && !cancellationToken.IsCancellationRequested)
        {
            Doubt(begun);
            // As a connection that broke, so that it is tried again.
            throw new HttpRequestException("it did not answer in time", failure);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            SendBufferSize = SendBufferBytes,
        };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask ThrowIfSilentAsync(CancellationToken cancellationToken)
    {
        Task<bool>? answers;
        lock (_lock)
        {
            _wanted = Stopwatch.GetTimestamp();
            answers = _answers;
        }
        if (answers is not null && !await answers.WaitAsync(cancellationToken))
            throw new AzureSilentException();
    }

    private void Hear()
    {
        lock (_lock)
        {
            _heard = Stopwatch.GetTimestamp();
            _answers = null;
        }
    }

    /// <summary>A try that began then has ended in silence.</summary>
    private void Doubt(long begun)
    {
        lock (_lock)
        {
            if (_answers is not null || _heard >= begun)
                return;
            _answers = Task.Run(Ask);
            _ = AskOnAsync(_answers);
        }
    }

    /// <summary>Asks until there is an answer, or until nobody wants one.</summary>
    private async Task AskOnAsync(Task<bool> answers)
    {
        while (!await answers && Stopwatch.GetElapsedTime(_wanted) < s_interest)
        {
            await Task.Delay(Pause, CancellationToken.None);
            lock (_lock)
            {
                // Something else was heard.
                if (_answers != answers)
                    return;
            }
            // Until it is known those who come are told what was known before.
            var again = Ask();
            await again;
            lock (_lock)
            {
                if (_answers != answers)
                    return;
                _answers = answers = again;
            }
        }
        lock (_lock)
        {
            if (_answers == answers)
                _answers = null;
        }
    }

    /// <summary>Ends a try when nothing has moved for a while.</summary>
    private sealed class Silence : IDisposable
    {
        private readonly TimeSpan _longest;
        private readonly CancellationTokenSource _end;
        private readonly Lock _lock = new();
        private bool _isOver;

        public Silence(TimeSpan longest, CancellationToken cancellationToken)
        {
            _longest = longest;
            _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Token = _end.Token;
            Move();
        }

        public CancellationToken Token { get; }

        public bool HasCome => Token.IsCancellationRequested;

        /// <summary>Something has moved.</summary>
        public void Move()
        {
            lock (_lock)
            {
                // An answer may come before everything is sent.
                if (!_isOver)
                    _end.CancelAfter(_longest);
            }
        }

        public void Dispose()
        {
            lock (_lock)
                _isOver = true;
            _end.Dispose();
        }
    }

    /// <summary>A body whose pieces are noticed as they go out.</summary>
    private sealed class WatchedContent : HttpContent
    {
        private readonly HttpContent _content;
        private readonly Silence _silence;

        public WatchedContent(HttpContent content, Silence silence)
        {
            (_content, _silence) = (content, silence);
            foreach (var (name, values) in content.Headers)
                Headers.TryAddWithoutValidation(name, values);
        }

        protected override Task SerializeToStreamAsync(
            Stream stream,
            TransportContext? context,
            CancellationToken cancellationToken
        ) => _content.CopyToAsync(new WatchedStream(stream, _silence), context, cancellationToken);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = _content.Headers.ContentLength ?? 0;
            return _content.Headers.ContentLength is not null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _content.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class WatchedStream(Stream inner, Silence silence) : Stream
    {
        // What surely goes out within the longest silence.
        private const int PieceBytes = 64 * 1024;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            while (!buffer.IsEmpty)
            {
                var piece = buffer[..Math.Min(buffer.Length, PieceBytes)];
                buffer = buffer[piece.Length..];
                await inner.WriteAsync(piece, cancellationToken);
                silence.Move();
            }
        }

        public override Task WriteAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) =>
            inner.Write(buffer, offset, count);

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) =>
            inner.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) =>
            throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

/// <summary>A storage account is known to be silent; nothing was sent.</summary>
internal sealed class AzureSilentException() : Exception("it does not answer");
