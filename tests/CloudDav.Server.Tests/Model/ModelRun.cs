using System.Globalization;
using System.Text;
using System.Xml.Linq;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Model;

/// <summary>Plays one random sequence against the server and against the model, and says where they part.</summary>
internal sealed class ModelRun : IAsyncDisposable
{
    private static readonly XName Property = "{urn:model}p";
    private static readonly string Question = DavWords.Propfind(
        DavWords.Name("resourcetype"),
        DavWords.Name("getcontentlength"),
        DavWords.Name("getetag"),
        DavWords.Name("lockdiscovery"),
        DavWords.Name("quota-used-bytes"),
        DavWords.Name("quota-available-bytes"),
        Property
    );

    private readonly WireClient[] _principals;
    private readonly ModelTree _tree;
    private readonly StepSource _steps;
    private readonly bool _countsQuota;
    private readonly List<string> _history = [];

    public ModelRun(int seed, WireClient a, WireClient b, long capacity, bool withProperties)
    {
        _principals = [a, b];
        _tree = new ModelTree(capacity);
        // Dead properties count against the capacity in the server's own measure: sequences have one or the other.
        _countsQuota = !withProperties;
#pragma warning disable CA5394 // Reproducible, not secret.
        _steps = new StepSource(new Random(seed), withProperties);
#pragma warning restore CA5394
    }

    /// <summary>Plays; returns null, or the story of the first difference.</summary>
    public async Task<string?> PlayAsync(int steps, int compareEvery)
    {
        for (var i = 1; i <= steps; i++)
        {
            var step = _steps.Next(_tree);
            if (await PlayAsync(step) is { } difference)
                return Story(difference);
            if ((i % compareEvery == 0 || i == steps) && await CompareAsync() is { } difference2)
                return Story(difference2);
        }
        return await CompareContentsAsync() is { } difference3 ? Story(difference3) : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var principal in _principals)
            await principal.DisposeAsync();
    }

    private string Story(string difference) => string.Join('\n', _history.Append(difference));

    private async Task<string?> PlayAsync(Step step)
    {
        var verdict = Judge.Consider(_tree, step);
        var answer = await SendAsync(step);
        _history.Add($"{_history.Count + 1, 3}. {step} => {answer.Status}");
        if (!verdict.Allows(answer.Status))
            return $"     the model says {verdict}; the server said {answer}";
        if (!verdict.IsSuccess(answer.Status))
            return null;
        if (step.Method == "GET")
        {
            var node = _tree.Find(step.Path)!;
            if (node.IsFolder)
                return null;
            node.ETag ??= answer.ETag;
            return node.ETag != answer.ETag || !node.Content.AsSpan().SequenceEqual(answer.Body)
                ? $"     the content or its ETag is not the last one written: {answer}"
                : null;
        }
        var etag = step.Method == "PUT" ? answer.ETag : null;
        var token = step.Method == "LOCK" ? answer["Lock-Token"]!.Trim('<', '>') : null;
        _steps.Saw(etag, token);
        Judge.Apply(_tree, step, etag, token);
        return null;
    }

    private Task<WireResponse> SendAsync(Step step)
    {
        var client = _principals[step.Principal];
        var headers = new List<(string, string)>();
        if (step.Destination is not null)
            headers.Add(("Destination", client.Url(Target(step.Destination))));
        if (step.Overwrite is { } overwrite)
            headers.Add(("Overwrite", overwrite ? "T" : "F"));
        if (step.IfMatch is not null)
            headers.Add(("If-Match", step.IfMatch));
        if (step.IfNoneMatch is not null)
            headers.Add(("If-None-Match", step.IfNoneMatch));
        if (step.If.Count > 0)
            headers.Add(("If", IfHeader(client, step.If)));
        var target = Target(step.Path);
        switch (step.Method)
        {
            case "PUT":
                return client.PutAsync(target, step.Content, [.. headers]);
            case "PROPPATCH":
                return client.ProppatchAsync(
                    target,
                    step.Property is null
                        ? "<D:propertyupdate xmlns:D=\"DAV:\"><D:remove><D:prop><p xmlns=\"urn:model\"/></D:prop></D:remove></D:propertyupdate>"
                        : DavWords.Proppatch((Property, step.Property)),
                    [.. headers]
                );
            case "LOCK":
                headers.Add(("Depth", step.IsDeep ? "infinity" : "0"));
                return client.LockAsync(
                    target,
                    step.IsShared ? DavWords.SharedLock : DavWords.ExclusiveLock,
                    [.. headers]
                );
            case "REFRESH":
                return client.SendAsync("LOCK", target, ("If", $"(<{step.Token}>)"));
            case "UNLOCK":
                return client.UnlockAsync(target, $"<{step.Token}>");
            case "COPY" when !step.IsDeep:
                headers.Add(("Depth", "0"));
                break;
        }
        return client.SendAsync(step.Method, target, [.. headers]);
    }

    private async Task<string?> CompareAsync()
    {
        var answer = await _principals[0].PropfindAsync("/", "infinity", Question);
        if (answer.Status != 207)
            return $"     the listing failed: {answer}";
        var listing = answer.Multistatus;
        var prefix = _principals[0].Prefix + "/";
        var seen = new HashSet<ModelNode>();
        foreach (var entry in listing.Entries)
        {
            var path = entry.Path[prefix.Length..].TrimEnd('/');
            var node = _tree.Find(path.Length == 0 ? [] : path.Split('/'));
            if (node is null)
                return $"     /{path} is there and should not be";
            seen.Add(node);
            if (Differs(node, entry) is { } difference)
                return $"     /{path}: {difference}";
        }
        if (_tree.Root.WithDescendants.FirstOrDefault(node => !seen.Contains(node)) is { } missing)
            return $"     /{string.Join('/', missing.Path)} should be there and is not";
        return null;
    }

    private string? Differs(ModelNode node, MultistatusEntry entry)
    {
        if (node.IsFolder != entry.IsCollection)
            return $"is {(entry.IsCollection ? "" : "not ")}a folder";
        if (entry[Property]?.Value != node.Property)
            return $"has the property {entry[Property]?.Value} instead of {node.Property}";
        var locks = entry[DavWords.Name("lockdiscovery")]!.Elements().Count();
        if (locks != node.Covering.Count())
            return $"shows {locks} locks instead of {node.Covering.Count()}";
        if (node.IsFolder)
        {
            var used = long.Parse(entry.Value("quota-used-bytes")!, CultureInfo.InvariantCulture);
            if (_countsQuota && used != _tree.Root.Bytes)
                return $"shows {used} bytes used instead of {_tree.Root.Bytes}";
            var available = long.Parse(
                entry.Value("quota-available-bytes")!,
                CultureInfo.InvariantCulture
            );
            return _countsQuota && available != _tree.Available
                ? $"shows {available} bytes available instead of {_tree.Available}"
                : null;
        }
        if (
            entry.Value("getcontentlength")
            != node.Content.Length.ToString(CultureInfo.InvariantCulture)
        )
            return $"has {entry.Value("getcontentlength")} bytes instead of {node.Content.Length}";
        node.ETag ??= entry.Value("getetag");
        return node.ETag == entry.Value("getetag")
            ? null
            : $"has the ETag {entry.Value("getetag")} instead of {node.ETag}";
    }

    private async Task<string?> CompareContentsAsync()
    {
        foreach (var node in _tree.Root.WithDescendants.Where(node => !node.IsFolder))
        {
            var answer = await _principals[0].GetAsync(Target(node.Path));
            if (answer.Status != 200 || !node.Content.AsSpan().SequenceEqual(answer.Body))
                return $"     /{string.Join('/', node.Path)} reads back wrong: {answer.Status}, {answer.Body.Length} bytes instead of {node.Content.Length}";
        }
        return null;
    }

    private static string Target(string[] path) => "/" + string.Join('/', path);

    private static string IfHeader(WireClient client, IReadOnlyList<IfList> lists)
    {
        var header = new StringBuilder();
        foreach (var list in lists)
        {
            if (list.Tag is not null)
                header.Append(CultureInfo.InvariantCulture, $"<{client.Url(Target(list.Tag))}> ");
            header.Append('(');
            foreach (var condition in list.Conditions)
                header
                    .Append(condition.IsNegated ? "Not " : "")
                    .Append(
                        condition.Token is null ? $"[{condition.ETag}]" : $"<{condition.Token}>"
                    )
                    .Append(' ');
            header.Append(") ");
        }
        return header.ToString().TrimEnd();
    }
}
