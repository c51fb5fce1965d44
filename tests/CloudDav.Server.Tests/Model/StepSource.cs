namespace CloudDav.Server.Tests.Model;

/// <summary>Chooses steps at random, but so that most meet something: few names, few tokens, often right ones.</summary>
internal sealed class StepSource(Random random, bool withProperties)
{
    // B and b differ in letter case only; the rest are far enough apart.
    private static readonly string[] Names = ["a", "b", "B", "c"];
    private static readonly string[] Methods =
    [
        "PUT",
        "PUT",
        "PUT",
        "PUT",
        "PUT",
        "MKCOL",
        "MKCOL",
        "MKCOL",
        "DELETE",
        "DELETE",
        "COPY",
        "COPY",
        "COPY",
        "MOVE",
        "MOVE",
        "MOVE",
        "PROPPATCH",
        "LOCK",
        "LOCK",
        "LOCK",
        "REFRESH",
        "UNLOCK",
        "UNLOCK",
        "GET",
        "GET",
    ];

    private readonly List<string> _tokens = [];
    private readonly List<string> _etags = ["\"no-such-etag\""];

    public void Saw(string? etag, string? token)
    {
        if (etag is not null)
            _etags.Add(etag);
        if (token is not null)
            _tokens.Add(token);
    }

    public Step Next(ModelTree tree)
    {
        var method = Methods[random.Next(Methods.Length)];
        if (method == "PROPPATCH" && !withProperties)
            method = "PUT";
        if (method is "REFRESH" or "UNLOCK" && _tokens.Count == 0)
            method = "LOCK";
        var step = new Step
        {
            Principal = random.Next(4) == 0 ? 1 : 0,
            Method = method,
            Path = Path(tree, wantsExisting: method is not ("MKCOL" or "PUT")),
            IsDeep = random.Next(3) > 0,
            IsShared = random.Next(3) == 0,
        };
        switch (method)
        {
            case "PUT":
                step = step with
                {
                    Content = Content(),
                    Overwrite = random.Next(12) == 0 ? false : null,
                };
                break;
            case "COPY" or "MOVE":
                step = step with
                {
                    Destination = Path(tree, wantsExisting: random.Next(3) == 0),
                    Overwrite = random.Next(3) switch
                    {
                        0 => false,
                        1 => true,
                        _ => null,
                    },
                    IsDeep = method == "MOVE" || random.Next(4) > 0,
                };
                break;
            case "PROPPATCH":
                step = step with
                {
                    Property = random.Next(4) == 0 ? null : $"value {random.Next(100)}",
                };
                break;
            case "REFRESH" or "UNLOCK":
                var held = tree
                    .Root.WithDescendants.SelectMany(node => node.Locks.Select(l => (node.Path, l)))
                    .ToList();
                step =
                    held.Count > 0 && random.Next(4) > 0
                        ? Release(step, held[random.Next(held.Count)])
                        : step with
                        {
                            Token = _tokens[random.Next(_tokens.Count)],
                        };
                return step;
        }
        if (method is not "LOCK" && random.Next(6) == 0)
            step = WithEtagCondition(tree, step);
        return method == "LOCK" ? MaybeWithTokens(tree, step) : MaybeWithIf(tree, step);
    }

    private Step Release(Step step, (string[] Path, ModelLock Lock) held) =>
        step with
        {
            Path = held.Path,
            Principal = random.Next(5) == 0 ? 1 - held.Lock.Holder : held.Lock.Holder,
            Token = held.Lock.Token,
        };

    private string[] Path(ModelTree tree, bool wantsExisting)
    {
        var members = tree.Root.WithDescendants.Skip(1).ToList();
        if (wantsExisting && members.Count > 0 && random.Next(8) > 0)
            return members[random.Next(members.Count)].Path;
        var folders = tree
            .Root.WithDescendants.Where(n => n.IsFolder && n.Path.Length < 3)
            .ToList();
        var parent =
            random.Next(12) == 0
                ? [Names[random.Next(Names.Length)], Names[random.Next(Names.Length)]]
                : folders[random.Next(folders.Count)].Path;
        return [.. parent, Names[random.Next(Names.Length)]];
    }

    private byte[] Content()
    {
        var size = random.Next(30) == 0 ? random.Next(17_000, 40_000) : random.Next(0, 160);
        var content = new byte[size];
        random.NextBytes(content);
        return content;
    }

    private Step WithEtagCondition(ModelTree tree, Step step)
    {
        var etag =
            tree.Find(step.Path)?.ETag is { } current && random.Next(2) == 0 ? current
            : random.Next(3) == 0 ? "*"
            : _etags[random.Next(_etags.Count)];
        return random.Next(2) == 0
            ? step with
            {
                IfMatch = etag,
            }
            : step with
            {
                IfNoneMatch = etag,
            };
    }

    private Step MaybeWithTokens(ModelTree tree, Step step)
    {
        var tokens = Judge.TokensFor(tree, step);
        if (tokens.Count == 0 || random.Next(4) == 0)
            return step;
        return step with
        {
            If = [.. tokens.Select(t => new IfList(t.Root, [new(false, t.Token, null)]))],
        };
    }

    private Step MaybeWithIf(ModelTree tree, Step step)
    {
        var roll = random.Next(20);
        if (roll < 13)
            return MaybeWithTokens(tree, step);
        if (roll < 16)
            return step;
        var lists = new List<IfList>();
        for (var i = random.Next(3); i >= 0; i--)
        {
            var conditions = new List<IfCondition>();
            for (var j = random.Next(2); j >= 0; j--)
                conditions.Add(
                    random.Next(2) == 0 && _tokens.Count > 0
                        ? new(random.Next(4) == 0, _tokens[random.Next(_tokens.Count)], null)
                        : new(
                            random.Next(4) == 0,
                            null,
                            tree.Find(step.Path)?.ETag is { } current && random.Next(2) == 0
                                ? current
                                : _etags[random.Next(_etags.Count)]
                        )
                );
            lists.Add(new IfList(null, conditions));
        }
        return step with { If = lists };
    }
}
