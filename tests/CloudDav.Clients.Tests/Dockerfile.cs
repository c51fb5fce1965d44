using System.Text.Json;

namespace CloudDav.Clients.Tests;

/// <summary>One instruction: <c>COPY --from=build /app ./</c>.</summary>
/// <param name="Line">The line it begins at, from 1 on.</param>
/// <param name="Name">Its name, in capitals.</param>
/// <param name="Options">What its <c>--name=value</c> say.</param>
/// <param name="Text">The rest, with continued lines joined.</param>
internal sealed record DockerInstruction(
    int Line,
    string Name,
    IReadOnlyDictionary<string, string> Options,
    string Text
)
{
    /// <summary>Its words, whether they stand in a JSON list or with spaces between them.</summary>
    public IReadOnlyList<string> Words =>
        Text.StartsWith('[') ? List(Text) : Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The command it gives: the words of a JSON list, and everything else to a shell.</summary>
    public IReadOnlyList<string> Command =>
        Text.StartsWith('[') ? List(Text) : ["/bin/sh", "-c", Text];

    private string[] List(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(text)!;
        }
        catch (JsonException failure)
        {
            throw new ImageProblem($"line {Line}: {failure.Message}", failure);
        }
    }
}

/// <summary>A stage: what begins with <c>FROM</c>.</summary>
/// <param name="Base">The image it begins with.</param>
/// <param name="Name">What it is called; null for nothing.</param>
/// <param name="Instructions">What follows, in order.</param>
internal sealed record DockerStage(
    string Base,
    string? Name,
    IReadOnlyList<DockerInstruction> Instructions
);

/// <summary>What is wrong with an image or with what it is made of.</summary>
internal sealed class ImageProblem(string message, Exception? inner = null)
    : Exception(message, inner);

/// <summary>
/// Reads a Dockerfile, as far as this repository's goes: what it does not know, it refuses, so that nothing is passed over. Variables are expanded only by the shell.
/// </summary>
internal static class Dockerfile
{
    private static readonly Dictionary<string, string[]> s_options = new(StringComparer.Ordinal)
    {
        ["FROM"] = [],
        ["WORKDIR"] = [],
        ["COPY"] = ["from", "chown"],
        ["RUN"] = [],
        ["ENV"] = [],
        ["USER"] = [],
        ["VOLUME"] = [],
        ["EXPOSE"] = [],
        ["STOPSIGNAL"] = [],
        ["HEALTHCHECK"] = ["interval", "timeout", "start-period"],
        ["ENTRYPOINT"] = [],
        ["CMD"] = [],
    };

    /// <summary>The stages, in order.</summary>
    public static IReadOnlyList<DockerStage> Read(string text)
    {
        var stages = new List<(DockerInstruction From, List<DockerInstruction> After)>();
        foreach (var instruction in Instructions(text))
        {
            if (instruction.Name == "FROM")
                stages.Add((instruction, []));
            else if (stages.Count == 0)
                throw new ImageProblem($"line {instruction.Line}: stands before every FROM");
            else
                stages[^1].After.Add(instruction);
        }
        return
        [
            .. stages.Select(stage =>
                stage.From.Words switch
                {
                    [var image] => new DockerStage(image, null, stage.After),
                    [var image, "AS" or "as", var name] => new DockerStage(
                        image,
                        name,
                        stage.After
                    ),
                    _ => throw new ImageProblem($"line {stage.From.Line}: FROM {stage.From.Text}"),
                }
            ),
        ];
    }

    private static IEnumerable<DockerInstruction> Instructions(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (IsNothing(lines[i]))
                continue;
            var (begin, whole) = (i + 1, lines[i]);
            while (whole.EndsWith('\\') && i + 1 < lines.Length)
            {
                i++;
                if (!IsNothing(lines[i]))
                    whole = whole[..^1] + lines[i];
            }
            yield return Parse(begin, whole.Trim());
        }
    }

    private static DockerInstruction Parse(int line, string whole)
    {
        var (name, rest) = Cut(whole);
        name = name.ToUpperInvariant();
        if (!s_options.TryGetValue(name, out var known))
            throw new ImageProblem($"line {line}: the instruction {name} is not known here");
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        while (rest.StartsWith("--", StringComparison.Ordinal))
        {
            (var option, rest) = Cut(rest);
            if (option[2..].Split('=', 2) is not [var key, var value] || !known.Contains(key))
                throw new ImageProblem($"line {line}: the option {option} is not known here");
            options.Add(key, value);
        }
        if (name is not ("RUN" or "CMD" or "ENTRYPOINT" or "HEALTHCHECK") && rest.Contains('$'))
            throw new ImageProblem($"line {line}: variables are not expanded here");
        return new DockerInstruction(line, name, options, rest);
    }

    private static (string First, string After) Cut(string text)
    {
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        return end < 0 ? (text, "") : (text[..end], text[end..].TrimStart());
    }

    private static bool IsNothing(string line) =>
        line.AsSpan().Trim() is "" || line.TrimStart().StartsWith('#');
}
