using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Clients;

/// <summary>
/// A client's requests as it sends them, header by header, with what it needs to hear. The format is described in
/// <c>Clients/README.md</c>.
/// </summary>
internal sealed partial class Dialogue
{
    private readonly IReadOnlyList<Exchange> _exchanges;
    private readonly string _name;

    private Dialogue(string name, IReadOnlyList<Exchange> exchanges)
    {
        _name = name;
        _exchanges = exchanges;
    }

    /// <summary>Reads the dialogue that was compiled in under this name.</summary>
    public static Dialogue Load(string name)
    {
        using var stream =
            typeof(Dialogue).Assembly.GetManifestResourceStream(name + ".http")
            ?? throw new FileNotFoundException($"No dialogue {name}.");
        using var reader = new StreamReader(stream);
        var exchanges = new List<Exchange>();
        foreach (
            var block in ("\n" + reader.ReadToEnd()).Split("\n>>>", StringSplitOptions.None).Skip(1)
        )
        {
            var halves = block.Split("\n<<< ", 2);
            var request = halves[0];
            // The rest of the >>> line is a remark.
            var remark = request[..request.IndexOf('\n', StringComparison.Ordinal)].Trim();
            request = request[(request.IndexOf('\n', StringComparison.Ordinal) + 1)..];
            var headEnd = request.IndexOf("\n\n", StringComparison.Ordinal);
            var expected = halves[1].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            exchanges.Add(
                new Exchange(
                    remark,
                    headEnd < 0 ? request.TrimEnd('\n') : request[..headEnd],
                    headEnd < 0 ? "" : request[(headEnd + 2)..],
                    [
                        .. expected[0]
                            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                            .Select(s => int.Parse(s, CultureInfo.InvariantCulture)),
                    ],
                    [.. expected.Skip(1).TakeWhile(line => !line.StartsWith('#'))]
                )
            );
        }
        return new Dialogue(name, exchanges);
    }

    /// <summary>Plays it all over one connection (a new one after <c>Connection: close</c>) and checks every answer.</summary>
    public async Task PlayAsync(WireClient tree)
    {
        Assert.NotEmpty(_exchanges);
        var words = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["tree"] = tree.Prefix,
            ["host"] = tree.Host,
            ["auth"] = tree.Authorization ?? "",
        };
        var connection = await WireConnection.OpenAsync(tree.Port);
        try
        {
            foreach (var exchange in _exchanges)
            {
                var answer = await SendAsync(connection, exchange, words);
                try
                {
                    Check(exchange, answer, words);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Assert.Fail(
                        $"{_name}, {exchange.Remark}\n{Fill(exchange.Head, words)}\n\nanswered {answer}\n\n{e.Message}"
                    );
                }
                if (answer["Connection"] is "close")
                {
                    await connection.DisposeAsync();
                    connection = await WireConnection.OpenAsync(tree.Port);
                }
            }
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task<WireResponse> SendAsync(
        WireConnection connection,
        Exchange exchange,
        Dictionary<string, string> words
    )
    {
        var body = Encoding.UTF8.GetBytes(Fill(exchange.Body, words));
        words["length"] = body.Length.ToString(CultureInfo.InvariantCulture);
        var head = Fill(exchange.Head, words);
        var lines = head.Split('\n');
        var isChunked = lines.Any(l =>
            l.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)
        );
        using var message = new MemoryStream();
        message.Write(Encoding.Latin1.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"));
        if (!isChunked)
            message.Write(body);
        else
        {
            foreach (var chunk in body.Chunk(7))
            {
                message.Write(
                    Encoding.ASCII.GetBytes(
                        chunk.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"
                    )
                );
                message.Write(chunk);
                message.Write("\r\n"u8);
            }
            message.Write("0\r\n\r\n"u8);
        }
        await connection.SendAsync(message.ToArray());
        var method = lines[0].Split(' ')[0];
        var answer = await connection.ReadAsync(method);
        while (answer.Status is >= 100 and < 200)
            answer = await connection.ReadAsync(method);
        return answer;
    }

    private static void Check(
        Exchange exchange,
        WireResponse answer,
        Dictionary<string, string> words
    )
    {
        answer.Expect(exchange.Statuses);
        if (answer.Status == 207)
            Assert.NotEmpty(answer.Multistatus.Entries);
        foreach (var line in exchange.Expectations)
        {
            if (line.StartsWith("~ ", StringComparison.Ordinal))
                Assert.Contains(Fill(line[2..], words), answer.Text, StringComparison.Ordinal);
            else if (line.StartsWith("!~ ", StringComparison.Ordinal))
                Assert.DoesNotContain(
                    Fill(line[3..], words),
                    answer.Text,
                    StringComparison.Ordinal
                );
            else if (line.StartsWith('!'))
                Assert.Null(answer[line[1..].Trim()]);
            else if (line.StartsWith("= ", StringComparison.Ordinal))
                Assert.Equal(Fill(line[2..], words), answer.Text);
            else
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                var value = answer[line[..colon]];
                Assert.True(value is not null, $"{line[..colon]} is missing");
                var wanted = line[(colon + 1)..].Trim();
                if (Capture().Match(wanted) is { Success: true } capture)
                    words[capture.Groups["word"].Value] = value;
                else if (wanted != "*")
                    Assert.Equal(Fill(wanted, words), value);
            }
        }
    }

    private static string Fill(string text, Dictionary<string, string> words) =>
        Word()
            .Replace(
                text,
                match =>
                    words.GetValueOrDefault(match.Groups["word"].Value)
                    ?? throw new KeyNotFoundException($"{match.Value} was never captured")
            );

    [GeneratedRegex("\\{(?<word>[a-z]+[0-9]*)\\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex("^\\{(?<word>[a-z]+[0-9]*)=\\}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Capture();

    private sealed record Exchange(
        string Remark,
        string Head,
        string Body,
        int[] Statuses,
        IReadOnlyList<string> Expectations
    );
}
