using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>
/// What SIGKILL cannot show, because the page cache survives it: a trace of the server's system calls, in which every
/// flush has returned before the first byte of the status line is written.
/// </summary>
public sealed partial class DurabilityTests
{
    private const string Calls =
        "openat,creat,write,pwrite64,writev,pwritev,pwritev2,rename,renameat,renameat2,link,linkat,"
        + "fsync,fdatasync,sync_file_range,sendto,sendmsg,sendmmsg";

    [Fact]
    public async Task A_small_PUT_is_flushed_with_the_log_before_the_status_line()
    {
        var calls = await TraceAsync(4096);
        var status = StatusLine(calls);
        var log = AssertLogFlushed(calls, after: 0, status);
        Assert.DoesNotContain(
            calls,
            c => c.Begin < log.Begin && c.Text.Contains(".part", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_large_PUT_is_flushed_renamed_and_its_folder_flushed_before_the_log_and_the_status_line()
    {
        var calls = await TraceAsync(1 << 20);
        var status = StatusLine(calls);

        var rename = Assert.Single(
            calls,
            c => c.IsOk && c.Name.StartsWith("rename", StringComparison.Ordinal)
        );
        var (from, to) = (Path.GetFullPath(Quoted(rename, 0)), Path.GetFullPath(Quoted(rename, 1)));
        var writes = calls.Where(c => c.IsWrite && c.File == from).ToList();
        Assert.NotEmpty(writes);
        // A ledger row, durable, comes before the first byte: or a crash would leave a file that nobody knows.
        AssertLogFlushed(calls, after: 0, writes[0]);

        var file = FirstFlush(calls, from, after: writes.Max(w => w.End));
        Assert.True(
            file.End < rename.Begin,
            Story(calls, "The file is renamed before it is flushed")
        );
        var folder = FirstFlush(calls, Path.GetDirectoryName(to)!, after: rename.End);
        AssertLogFlushed(calls, after: folder.End, status);
    }

    /// <summary>The log is written after a moment, and flushed after its last write, and both before a call begins.</summary>
    private static Call AssertLogFlushed(List<Call> calls, int after, Call before)
    {
        var writes = calls
            .Where(c => c.IsWrite && IsLog(c) && c.Begin > after && c.Begin < before.Begin)
            .ToList();
        Assert.True(writes.Count > 0, Story(calls, "The log is not written before " + before.Text));
        var flush = calls.Find(c =>
            c.IsFlush && IsLog(c) && c.Begin > writes[^1].End && c.End < before.Begin
        );
        Assert.True(
            flush is not null,
            Story(calls, "The log is not flushed before " + before.Text)
        );
        return flush;
    }

    private static Call FirstFlush(List<Call> calls, string file, int after)
    {
        var flush = calls.Find(c => c.IsFlush && c.File == file && c.Begin > after);
        Assert.True(flush is not null, Story(calls, "Not flushed: " + file));
        return flush;
    }

    private static Call StatusLine(List<Call> calls)
    {
        var status = calls.Find(c => c.Text.Contains("\"HTTP/1.1 201 ", StringComparison.Ordinal));
        Assert.True(status is not null, Story(calls, "No status line"));
        return status;
    }

    private static bool IsLog(Call call) =>
        call.File?.EndsWith("-wal", StringComparison.Ordinal) == true;

    private static string Quoted(Call call, int index) =>
        QuotedText().Matches(call.Text)[index].Groups["text"].Value;

    private static string Story(List<Call> calls, string what) =>
        what + ":\n" + string.Join('\n', calls.Select(c => $"{c.Begin}-{c.End} {c.Text}"));

    /// <summary>The system calls of one PUT of a new file, in the order they began; flushes have to have ended well.</summary>
    private static async Task<List<Call>> TraceAsync(int size)
    {
        using var folder = new TempFolder();
        var trace = Path.Combine(folder.Path, "trace");
        await using var server = new DemoServer();
        await server.StartAsync(
            "strace",
            "-f",
            "-qq",
            "-y",
            "-s",
            "200",
            "-e",
            "trace=" + Calls,
            "-o",
            trace
        );
        using var client = server.Connect();
        await PutAsync(client, "warm", size);
        // Whatever the first requests set off has come to rest before the one that is looked at.
        await Task.Delay(2000);
        var before = new FileInfo(trace).Length;
        await PutAsync(client, "traced", size);
        await Task.Delay(500);
        await using var file = new FileStream(
            trace,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite
        );
        file.Position = before;
        using var reader = new StreamReader(file);
        return Parse(await reader.ReadToEndAsync());
    }

    private static async Task PutAsync(HttpClient client, string name, int size)
    {
        using var content = new ByteArrayContent(Tree.Bytes(name, size));
        using var answer = await client.PutAsync(name, content);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>
    /// One call a line, "PID name(...) = result", but for those during which another thread called: they begin in a line
    /// that ends with "unfinished" and end in one that says "resumed".
    /// </summary>
    private static List<Call> Parse(string trace)
    {
        var calls = new List<Call>();
        var unfinished = new Dictionary<string, Call>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in trace.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            number++;
            var match = TraceLine().Match(line);
            if (!match.Success)
                continue;
            var thread = match.Groups["thread"].Value;
            if (match.Groups["resumed"].Success)
            {
                if (unfinished.Remove(thread, out var begun))
                {
                    begun.End = number;
                    begun.Text += match.Groups["rest"].Value;
                }
                continue;
            }
            var call = new Call
            {
                Name = match.Groups["name"].Value,
                Text = match.Groups["name"].Value + match.Groups["rest"].Value,
                Begin = number,
                End = number,
            };
            if (line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                call.End = int.MaxValue;
                unfinished[thread] = call;
            }
            calls.Add(call);
        }
        return calls;
    }

    private sealed class Call
    {
        public required string Name { get; init; }

        public required string Text { get; set; }

        public required int Begin { get; init; }

        public required int End { get; set; }

        public bool IsOk =>
            Result().Match(Text) is { Success: true } m
            && long.Parse(m.Groups["n"].Value, CultureInfo.InvariantCulture) >= 0;

        public bool IsWrite => IsOk && Name.Contains("write", StringComparison.Ordinal);

        public bool IsFlush => IsOk && Name is "fsync" or "fdatasync";

        /// <summary>The file behind the call's descriptor.</summary>
        public string? File =>
            Descriptor().Match(Text) is { Success: true } m ? m.Groups["path"].Value : null;
    }

    [GeneratedRegex(
        @"^(?<thread>\d+)\s+(?:(?<resumed><\.\.\. \w+ resumed>)|(?<name>\w+))(?<rest>.*)$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex TraceLine();

    [GeneratedRegex(@"^\w+\(\d+<(?<path>/[^>]*)>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Descriptor();

    [GeneratedRegex("\"(?<text>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QuotedText();

    [GeneratedRegex(
        @"= (?<n>-?\d+)(<[^>]*>)?( [A-Z]+ \(.*\))?$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Result();
}
