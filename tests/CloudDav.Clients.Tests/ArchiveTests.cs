using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>
/// Everything in one download: Info-ZIP, 7-Zip and Python's zipfile accept it and unpack the tree that went up, also beyond 65,535 entries and 4 GiB, and
/// curl goes on with it wherever it was cut.
/// </summary>
public sealed partial class ArchiveTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const long MostMemoryBytes = 300 << 20;

    /// <summary>What some system would take for more than a name, and what the archive calls it.</summary>
    private static readonly (string Name, string Entry)[] s_hostile =
    [
        (@"..\..\x", "..%5C..%5Cx"),
        ("C:x", "C%3Ax"),
        ("a:b", "a%3Ab"),
        ("a%3Ab", "a%253Ab"),
        ("nul.txt", "%6Eul.txt"),
        ("x.", "x%2E"),
        ("x ", "x%20"),
    ];

    private readonly DemoServer _server = new();
    private readonly TempFolder _home = new();
    private HttpClient _client = new();

    private string Url => new Uri(new Uri(_server.Url), "/api/v1/archive").ToString();

    private string Curl => $"curl -sSf -u {_server.User}:{_server.Password}";

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        _client.Dispose();
        _client = _server.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Four_programs_unpack_the_tree_that_went_up()
    {
        var tree = Tree.Difficult();
        await PutAsync(tree);
        var expected = new Tree();
        foreach (var (path, item) in tree.Items)
            expected[EntryOf(path)] = item;
        var time = new DateTimeOffset(2021, 7, 6, 5, 4, 2, TimeSpan.Zero);
        foreach (var (name, entry) in s_hostile)
        {
            var bytes = Tree.Bytes(name, 50);
            await PutFileAsync(name, new Item(bytes, time));
            expected[entry] = new Item(bytes, time);
        }

        // Another time zone than the server's: times must not depend on either.
        await ShellAsync(
            $$"""
            export TZ=America/New_York
            {{Curl}} -o all.zip {{Url}}
            unzip -tq all.zip
            unzip -q all.zip -d info-zip
            seven=$(command -v 7zz || command -v 7z)
            $seven t all.zip
            $seven x -o7-zip all.zip
            python3 - <<'PYTHON'
            import calendar, os, zipfile
            with zipfile.ZipFile("all.zip") as archive:
                assert archive.testzip() is None
                archive.extractall("python")
                for entry in archive.infolist():
                    assert entry.compress_type == zipfile.ZIP_STORED
                    time = calendar.timegm(entry.date_time + (0, 0, 0))
                    os.utime(os.path.join("python", entry.filename), (time, time))
            PYTHON
            """
        );

        foreach (var unpacked in (string[])["info-zip", "7-zip"])
            Tree.AssertSame(
                expected,
                Tree.OfFolder(Path.Combine(_home.Path, unpacked)),
                times: true
            );
        // zipfile knows only the times of MS-DOS, which have every second second.
        var even = new Tree();
        foreach (var (path, item) in expected.Items)
            even[path] = item with
            {
                Modified = item.Modified.AddSeconds(-(item.Modified.Second % 2)),
            };
        Tree.AssertSame(even, Tree.OfFolder(Path.Combine(_home.Path, "python")), times: true);
    }

    [Fact]
    public async Task More_entries_than_16_bits_count_are_all_there()
    {
        const int PerFolder = 1000;
        const int Folders = 70;
        await SayAsync("MKCOL", "f0/");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, PerFolder),
            async (n, _) => await PutFileAsync($"f0/{n}", new Item(Tree.Bytes($"{n}", 20), default))
        );
        for (var n = 1; n < Folders; n++)
            await SayAsync("COPY", "f0/", $"f{n}/");
        var entries = Folders * (PerFolder + 1);

        await ShellAsync($"{Curl} -o many.zip {Url}");

        await AssertAcceptedAsync("many.zip", entries);
        AssertMemory();
    }

    [Fact]
    public async Task More_bytes_than_32_bits_count_are_all_there()
    {
        // Many references to one content of zeros, so that neither the server nor the client needs the room.
        var size = Repository.IsFull ? 256L << 20 : 64L << 20;
        var copies = Repository.IsFull ? 22 : 66;
        await SayAsync("MKCOL", "one/");
        await PutZerosAsync("one/zeros 0", size);
        for (var n = 1; n < copies; n++)
            await SayAsync("COPY", "one/zeros 0", $"one/zeros {n}");
        var entries = 1 + copies;
        if (Repository.IsFull)
        {
            // And one file that is too large by itself: together more than 10 GiB.
            await PutZerosAsync("larger", 5L << 30);
            entries++;
        }
        await PutFileAsync("z last", new Item(Tree.Bytes("last", 1000), default));
        entries++;

        var length = await LengthAsync();
        Assert.True(length > (Repository.IsFull ? 10L << 30 : 4L << 30));
        await ShellAsync(
            $"{Curl} {Url} | dd of=large.zip bs=64K conv=sparse iflag=fullblock status=none"
        );

        Assert.Equal(length, new FileInfo(Path.Combine(_home.Path, "large.zip")).Length);
        await AssertAcceptedAsync("large.zip", entries);
        await AssertSameAnywhereAsync("large.zip", length);
        AssertMemory();
    }

    [Fact]
    public async Task Curl_goes_on_wherever_it_was_cut()
    {
        await PutAsync(Tree.Difficult());
        var bytes = Tree.Bytes("large", 30 << 20);
        await PutFileAsync("large", new Item(bytes, default));
        await ShellAsync($"{Curl} -o whole.zip {Url}");
        var length = new FileInfo(Path.Combine(_home.Path, "whole.zip")).Length;
        var random = new Random(Environment.TickCount);

        for (var round = 0; round < (Repository.IsFull ? 200 : 10); round++)
        {
            var cut = random.NextInt64(1, length);
            output.WriteLine($"cut at {cut}");
            await ShellAsync(
                $"""
                head -c {Text(cut)} whole.zip >part.zip
                {Curl} -C - -o part.zip {Url}
                cmp whole.zip part.zip
                """
            );
        }
        // Cut in the middle, again and again: curl dies of a pipe that nobody reads any more.
        await ShellAsync(
            $"""
            : >part.zip
            for n in 1 2 3 4; do
              {Curl} -C "$(stat -c %s part.zip)" {Url} | head -c 3000000 >>part.zip || true
            done
            [ "$(stat -c %s part.zip)" = 12000000 ]
            {Curl} -C - -o part.zip {Url}
            cmp whole.zip part.zip
            """
        );
    }

    [Fact]
    public async Task After_a_change_what_was_cut_begins_anew_and_is_never_joined()
    {
        await PutAsync(Tree.Difficult());
        await ShellAsync(
            $$"""
            {{Curl}} -D head -o whole.zip {{Url}}
            sed -n 's/^[Ee][Tt]ag: \(.*\)\r$/\1/p' head >tag
            head -c 1000000 whole.zip >part.zip
            cp part.zip before.zip
            {{Curl}} -C - -H "If-Range: $(cat tag)" -o part.zip {{Url}}
            cmp whole.zip part.zip
            """
        );
        await PutFileAsync("a new one", new Item(Tree.Bytes("new", 100), default));

        // curl would have to begin anew, says so, and leaves alone what it has.
        var refused = await Command.ShellAsync(
            $"cp before.zip part.zip; {Curl} -C - -H \"If-Range: $(cat tag)\" -o part.zip {Url}",
            _home.Path
        );
        Assert.Equal(33, refused.ExitCode);
        await ShellAsync(
            $$$"""
            cmp before.zip part.zip
            [ "$({{{Curl}}} -r 1000000- -H "If-Range: $(cat tag)" -o anew.zip -w '%{http_code}' {{{Url}}})" = 200 ]
            unzip -tq anew.zip
            unzip -l anew.zip 'a new one'
            """
        );
    }

    /// <summary>Info-ZIP, 7-Zip and zipfile read every byte of it and find nothing wrong.</summary>
    private Task AssertAcceptedAsync(string file, int entries) =>
        ShellAsync(
            $$"""
            unzip -tq {{file}}
            [ "$(zipinfo -1 {{file}} | wc -l)" = {{Text(entries)}} ]
            "$(command -v 7zz || command -v 7z)" t {{file}}
            python3 - <<'PYTHON'
            import zipfile
            with zipfile.ZipFile("{{file}}") as archive:
                assert len(archive.infolist()) == {{Text(entries)}}, len(archive.infolist())
                assert archive.testzip() is None
            PYTHON
            """
        );

    /// <summary>Parts of it from random places are what stands there in the whole.</summary>
    private async Task AssertSameAnywhereAsync(string file, long length)
    {
        const int Count = 100_000;
        await using var whole = File.OpenRead(Path.Combine(_home.Path, file));
        var random = new Random(Environment.TickCount);
        for (var round = 0; round < 50; round++)
        {
            // The end is where the structures are.
            var from =
                round % 2 == 0
                    ? random.NextInt64(length - Count)
                    : length - random.Next(Count, 10 * Count);
            using var request = new HttpRequestMessage(HttpMethod.Get, Url);
            request.Headers.Range = new(from, from + Count - 1);
            using var answer = await _client.SendAsync(request);
            Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
            var expected = new byte[Count];
            whole.Position = from;
            await whole.ReadExactlyAsync(expected);
            var got = await answer.Content.ReadAsByteArrayAsync();
            Assert.True(expected.AsSpan().SequenceEqual(got), $"from {from}");
        }
    }

    private async Task<long> LengthAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, Url);
        using var answer = await _client.SendAsync(request);
        return answer.Content.Headers.ContentLength!.Value;
    }

    private void AssertMemory()
    {
        var peak = Memory.PeakResidentBytes(_server.ProcessId);
        output.WriteLine($"peak resident memory {peak >> 20} MiB");
        Assert.True(peak < MostMemoryBytes, $"The server grew to {peak >> 20} MiB");
    }

    private async Task PutAsync(Tree tree)
    {
        foreach (var (path, item) in tree.Items)
            if (item.Content is null)
                await SayAsync("MKCOL", path);
            else
                await PutFileAsync(path, item);
    }

    private async Task PutFileAsync(string path, Item item)
    {
        using var content = new ByteArrayContent(item.Content!);
        using var request = new HttpRequestMessage(HttpMethod.Put, Tree.Escape(path));
        request.Content = content;
        if (item.Modified != default)
            request.Headers.Add("X-OC-Mtime", Text(item.Modified.ToUnixTimeSeconds()));
        using var answer = await _client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private Task PutZerosAsync(string path, long size) =>
        ShellAsync(
            $"head -c {Text(size)} /dev/zero | {Curl} -T - -H 'OC-Total-Length: {Text(size)}' {_server.Url}{Tree.Escape(path)}"
        );

    private async Task SayAsync(string method, string path, string? destination = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Tree.Escape(path));
        if (destination is not null)
            request.Headers.Add("Destination", _server.Url + Tree.Escape(destination));
        using var answer = await _client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {answer.StatusCode}");
    }

    private async Task ShellAsync(string script) =>
        (await Command.ShellAsync(script, _home.Path, seconds: 1800)).MustSucceed();

    /// <summary>What stands in a name that some system cannot take, and what looks like it, is written as in a URL.</summary>
    private static string EntryOf(string path) =>
        Unsafe().Replace(path, match => $"%{(int)match.Value[0]:X2}");

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("""["*:<>?\\|]|%(?=[0-9A-Fa-f]{2}|~)""", RegexOptions.None, 1000)]
    private static partial Regex Unsafe();
}
