using CloudDav.WebDav.Headers;

namespace CloudDav.WebDav.Conditions;

/// <summary>Evaluates an If header (RFC 4918 §10.4.3, §10.4.4) against the store.</summary>
internal sealed class IfEvaluator(DavRequest request)
{
    private readonly Dictionary<DavPath, DavResource?> _seen = [];
    private readonly Dictionary<DavPath, Expectation> _expectations = [];

    /// <summary>
    /// For a MOVE of macOS, which keeps one token of two: the other end, whose locks count for untagged lists as well.
    /// </summary>
    public DavPath? OtherEnd { get; init; }

    /// <summary>What was true of resources whose entity tags decided; the store checks it again at commit.</summary>
    public IEnumerable<Expectation> Expectations => _expectations.Values;

    /// <summary>True when one list holds; a problem when the store could not say.</summary>
    public async ValueTask<DavResult<bool>> EvaluateAsync(IfHeader header)
    {
        foreach (var list in header.Lists)
        {
            var holds = await HoldsAsync(list);
            if (holds.Problem is not null || holds.Value)
                return holds;
        }
        return false;
    }

    private async ValueTask<DavResult<bool>> HoldsAsync(IfList list)
    {
        var path = request.Path;
        var isForeign = false;
        if (list.Resource is not null)
        {
            // A tag we cannot map is about a resource we do not have: its tokens and tags match nothing.
            var target = request.Resolve(list.Resource);
            isForeign = target.Problem is not null;
            if (!isForeign)
                path = target.Value.Path;
        }
        DavResource? resource = null;
        DavResource? other = null;
        if (!isForeign)
        {
            var found = await FindAsync(path);
            if (found.Problem is not null)
                return found.Problem;
            resource = found.Value;
            if (OtherEnd is not null && list.Resource is null)
            {
                var end = await FindAsync(OtherEnd);
                if (end.Problem is not null)
                    return end.Problem;
                other = end.Value;
            }
        }
        foreach (var condition in list.Conditions)
        {
            bool matches;
            if (condition.Token is { } token)
            {
                matches = HasToken(resource, token) || HasToken(other, token);
            }
            else
            {
                // RFC 4918 §10.4.4 leaves the choice; ours are all strong, so a weak one is ours with a proxy's mark.
                matches = resource is not null && condition.Tag.WeaklyEquals(resource.ETag);
                if (!isForeign)
                    _expectations[path] = new Expectation(path, resource?.ETag);
            }
            if (matches == condition.IsNegated)
                return false;
        }
        return true;
    }

    /// <summary>
    /// A lock of somebody else has no token we may see. What the request submits for it cannot be judged here, so it is let pass and
    /// the store refuses it as locked (423): the right answer to a stolen token, where a false condition (412) would be none.
    /// </summary>
    private static bool HasToken(DavResource? resource, string token)
    {
        if (resource is null || token == "DAV:no-lock")
            return false;
        foreach (var entry in resource.Locks)
        {
            if (entry.Token is null || entry.Token == token)
                return true;
        }
        return false;
    }

    private async ValueTask<DavResult<DavResource?>> FindAsync(DavPath path)
    {
        if (_seen.TryGetValue(path, out var seen))
            return seen;
        var found = await request.Store.FindAsync(path, DavFacts.Locks, request.Aborted);
        if (found.Problem is { Status: not 404 })
            return found.Problem;
        var resource = found.IsSuccess ? found.Value : null;
        _seen.Add(path, resource);
        return resource;
    }
}
