using System.Collections.Immutable;
using System.Net;

namespace CloudDav.Clients.Tests;

/// <summary>
/// One client of the kill test, alone in a folder of its own, so that it knows what must be there: the state after its
/// last answered request, or after the one that was under way when the server died.
/// </summary>
internal sealed class KillWorker(string folder, int seed, SharedFile shared)
{
    /// <summary>What a file holds: bytes made from a number, so that a journal of them is small. Null is a folder.</summary>
    private sealed record Content(int Number, int Size)
    {
        public byte[] Bytes() => Tree.Bytes($"{Number}", Size);
    }

    private readonly Random _random = new(seed);
    private ImmutableSortedDictionary<string, Content?> _state = ImmutableSortedDictionary.Create<
        string,
        Content?
    >(StringComparer.Ordinal);
    private (string What, ImmutableSortedDictionary<string, Content?> After)? _unanswered;
    private int _number;

    public int Answered { get; private set; }

    public int Unanswered { get; private set; }

    /// <summary>An answer that may not be; null while there was none.</summary>
    public string? Complaint { get; private set; }

    public async Task MakeFolderAsync(HttpClient client)
    {
        using var answer = await client.SendAsync(
            new HttpRequestMessage(new HttpMethod("MKCOL"), folder + "/")
        );
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>Works until the server is gone, or until it is enough. Only after <paramref name="dying"/> may a request stay unanswered, or a proxy say so.</summary>
    public async Task WorkAsync(
        HttpClient client,
        CancellationToken dying,
        CancellationToken enough = default
    )
    {
        while (!enough.IsCancellationRequested)
        {
            var (request, after, statuses) = Next(client.BaseAddress!.AbsoluteUri);
            using (request)
            {
                var what = $"{request.Method} {request.RequestUri} {request.Headers}";
                try
                {
                    using var answer = await client.SendAsync(request, CancellationToken.None);
                    if (
                        answer.StatusCode is HttpStatusCode.BadGateway
                        && dying.IsCancellationRequested
                    )
                    {
                        Unanswered++;
                        _unanswered = (what, after);
                        return;
                    }
                    if (!statuses.Contains((int)answer.StatusCode))
                    {
                        Complaint =
                            $"{what}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(CancellationToken.None)}";
                        return;
                    }
                    Answered++;
                    _state = after;
                }
                catch (HttpRequestException e)
                {
                    if (!dying.IsCancellationRequested)
                        Complaint = $"{what}: {e.Message}";
                    Unanswered++;
                    _unanswered = (what, after);
                    return;
                }
            }
            if (_random.Next(8) == 0 && !await shared.WriteAsync(client, _random.Next()))
            {
                if (!dying.IsCancellationRequested)
                    Complaint = $"{folder} could not write the shared file";
                return;
            }
        }
    }

    /// <summary>Compares what is there with the two states it may be in; returns what is wrong, or null.</summary>
    public async Task<string?> ReconcileAsync(HttpClient client)
    {
        var actual = await Tree.OfServerAsync(client, folder + "/");
        var before = Tree.Difference(ToTree(_state), actual, times: false);
        if (before.Length == 0)
        {
            _unanswered = null;
            return null;
        }
        if (_unanswered is not { } unanswered)
            return $"{folder} is not what was answered:\n{before}";
        var after = Tree.Difference(ToTree(unanswered.After), actual, times: false);
        if (after.Length > 0)
            return $"{folder} is neither as before nor as after {unanswered.What}\nbefore:\n{before}\nafter:\n{after}";
        _state = unanswered.After;
        _unanswered = null;
        return null;
    }

    /// <summary>A random request that must succeed, the state after it, and the answers that are right.</summary>
    private (
        HttpRequestMessage Request,
        ImmutableSortedDictionary<string, Content?> After,
        int[] Statuses
    ) Next(string root)
    {
        // So many that reading all of it back takes no time.
        var isFull = _state.Count > 60;
        while (true)
        {
            // Few names, so that most requests meet something.
            var parent = Pick(
                _state.Where(i => i.Value is null).Select(i => i.Key).Append("").ToArray()
            );
            var path = (parent.Length == 0 ? "" : parent + "/") + (char)('a' + _random.Next(5));
            var exists = _state.TryGetValue(path, out var at);
            var isFolder = exists && at is null;
            switch (_random.Next(10))
            {
                case <= 4 when !isFolder && (exists || !isFull):
                {
                    var size =
                        _random.Next(5) == 0
                            ? _random.Next(16_385, 2 << 20)
                            : _random.Next(0, 20_000);
                    var content = new Content(seed ^ (++_number * 7919), size);
                    var request = Request("PUT", path);
                    request.Content = _random.Next(3) switch
                    {
                        0 => new StreamContent(new TrickleStream(content.Bytes())),
                        _ => new ByteArrayContent(content.Bytes()),
                    };
                    return (request, _state.SetItem(path, content), exists ? [204] : [201]);
                }
                case 5 when !exists && !isFull && Depth(path) < 4:
                    return (Request("MKCOL", path), _state.Add(path, null), [201]);
                case 6 when exists:
                    return (Request("DELETE", path), Without(_state, path), [204]);
                case 7 or 8 or 9 when _state.Count > 0:
                {
                    var from = Pick(_state.Keys.ToArray());
                    var height = _state.Keys.Where(k => Contains(from, k)).Max(Depth) - Depth(from);
                    if (Contains(from, path) || Contains(path, from) || Depth(path) + height > 8)
                        continue;
                    var isCopy = _random.Next(2) == 0;
                    if (isCopy && isFull)
                        continue;
                    var request = Request(isCopy ? "COPY" : "MOVE", from);
                    request.Headers.Add("Destination", root + folder + "/" + path);
                    var after = Without(_state, path);
                    foreach (var (name, value) in _state.Where(i => Contains(from, i.Key)))
                        after = after.SetItem(string.Concat(path, name.AsSpan(from.Length)), value);
                    return (request, isCopy ? after : Without(after, from), exists ? [204] : [201]);
                }
                default:
                    continue;
            }
        }
    }

    private HttpRequestMessage Request(string method, string path) =>
        new(new HttpMethod(method), folder + "/" + path);

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    private static int Depth(string path) => path.Count(c => c == '/');

    private static bool Contains(string folder, string path) =>
        path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static ImmutableSortedDictionary<string, Content?> Without(
        ImmutableSortedDictionary<string, Content?> state,
        string path
    ) => state.RemoveRange(state.Keys.Where(k => Contains(path, k)));

    private static Tree ToTree(ImmutableSortedDictionary<string, Content?> state)
    {
        var tree = new Tree();
        foreach (var (path, content) in state)
            tree[path] = new Item(content?.Bytes(), default);
        return tree;
    }
}

/// <summary>
/// A file that all workers overwrite. Whatever is read after the kill is one write, whole, and no write that was answered
/// had begun after that one's answer.
/// </summary>
internal sealed class SharedFile
{
    private const string Path = "shared.bin";
    private readonly Lock _lock = new();
    private readonly List<Write> _writes = [];
    private long _clock;

    private sealed class Write
    {
        public required int Number { get; init; }

        public required long Started { get; init; }

        /// <summary>When its answer came; never for one without.</summary>
        public long Answered { get; set; } = long.MaxValue;

        public byte[] Bytes() => Tree.Bytes($"shared {Number}", 1000 + (Number & 0x7FFF));
    }

    /// <summary>Overwrites the file; false when the server is gone.</summary>
    public async Task<bool> WriteAsync(HttpClient client, int number)
    {
        Write write;
        lock (_lock)
            _writes.Add(write = new Write { Number = number, Started = _clock++ });
        using var content = new ByteArrayContent(write.Bytes());
        try
        {
            using var answer = await client.PutAsync(Path, content);
            if (!answer.IsSuccessStatusCode)
                return false;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        lock (_lock)
            write.Answered = _clock++;
        return true;
    }

    /// <summary>What is wrong with the file as it is now, or null. The write that it holds is then the only one that counts.</summary>
    public async Task<string?> CheckAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(Path);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return _writes.Any(w => w.Answered != long.MaxValue) ? "the shared file is gone" : null;
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var held = _writes.Find(w => w.Bytes().AsSpan().SequenceEqual(bytes));
        if (held is null)
            return $"the shared file holds {bytes.Length} bytes that nobody wrote";
        var later = _writes.Find(w => w.Started > held.Answered && w.Answered != long.MaxValue);
        if (later is not null)
            return "the shared file holds an earlier content than the last that was answered";
        _writes.Clear();
        held.Answered = _clock++;
        _writes.Add(held);
        return null;
    }
}

/// <summary>Bytes without a known length that come piece by piece, so that an upload lasts long enough to be cut.</summary>
/// <param name="bytes">What comes.</param>
/// <param name="piece">The most bytes that come at once.</param>
/// <param name="milliseconds">The rest before each piece.</param>
internal sealed class TrickleStream(byte[] bytes, int piece = 65_536, int milliseconds = 1)
    : SourceStream
{
    private readonly TaskCompletionSource _begun = new();
    private int _at;

    /// <summary>Completes when the first piece is asked for.</summary>
    public Task Begun => _begun.Task;

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        _begun.TrySetResult();
        await Task.Delay(milliseconds, cancellationToken);
        return Read(buffer.Span[..Math.Min(buffer.Length, piece)]);
    }

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, bytes.Length - _at);
        bytes.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }
}
