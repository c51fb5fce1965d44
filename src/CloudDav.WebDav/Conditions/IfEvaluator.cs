using CloudDav.WebDav.Headers;

namespace CloudDav.WebDav.Conditions;

/// <summary>Evaluates an If header (RFC 4918 §10.4.3, §10.4.4) against the store.</summary>
internal sealed class IfEvaluator(DavRequest request)
{
    private readonly Dictionary<DavPath, DavResource?> _seen = [];
    private readonly Dictionary<DavPath, Expectation> _expectations = [];

    // A collection's sync token is a state token too, and no lock's has its form.
    private bool _wantsSyncTokens;

    /// <summary>
    /// For a MOVE of macOS, which keeps one token of two: the other end, whose locks count for untagged lists as well.
    /// </summary>
    public DavPath? OtherEnd { get; init; }

    /// <summary>What was true of resources whose entity tags decided; the store checks it again at commit.</summary>
    public IEnumerable<Expectation> Expectations => _expectations.Values;

    /// <summary>True when one list holds; a problem when the store could not say.</summary>
    public async ValueTask<DavResult<bool>> EvaluateAsync(IfHeader header)
    {
        _wantsSyncTokens = header.Tokens.Any(token =>
            !token.StartsWith("opaquelocktoken:", StringComparison.OrdinalIgnoreCase)
            && !token.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase)
        );
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
        List<DavLock> locks = [];
        if (!isForeign)
        {
            var found = await FindAsync(path);
            if (found.Problem is not null)
                return found.Problem;
            resource = found.Value;
            if (await AddLocksAsync(path, locks) is { } unknown)
                return unknown;
            if (OtherEnd is not null && list.Resource is null)
            {
                if (await AddLocksAsync(OtherEnd, locks) is { } unknownEnd)
                    return unknownEnd;
            }
        }
        foreach (var condition in list.Conditions)
        {
            bool matches;
            if (condition.Token is { } token)
            {
                matches = HasToken(locks, token);
                // RFC 6578 §5: with the collection's tag the store sees at commit whether it still is in that state.
                if (!matches && resource?.SyncToken is { } synced)
                {
                    matches = synced == token;
                    _expectations[path] = new Expectation(path, resource.ETag);
                }
            }
            else
            {
                matches = resource is not null && condition.Tag.StronglyEquals(resource.ETag);
                if (!isForeign)
                    _expectations[path] = new Expectation(path, resource?.ETag);
            }
            if (matches == condition.IsNegated)
                return false;
        }
        return true;
    }

    /// <summary>
    /// A token of somebody else's lock does match, and the store then refuses the request as locked (423): the right answer to a stolen
    /// token, where a false condition (412) would be none.
    /// </summary>
    private static bool HasToken(List<DavLock> locks, string token)
    {
        if (token == "DAV:no-lock")
            return false;
        foreach (var entry in locks)
        {
            var held = entry.Token ?? entry.HiddenToken;
            if (held is null || held == token)
                return true;
        }
        return false;
    }

    /// <summary>
    /// Adds the locks whose scope a path is in. A name where nothing is mapped yet is in the scope of the infinite locks above it
    /// (RFC 4918 §7.4), and clients name the new resource alone when they add one.
    /// </summary>
    private async ValueTask<DavProblem?> AddLocksAsync(DavPath path, List<DavLock> locks)
    {
        for (var at = path; at is not null; at = at.Parent)
        {
            var found = await FindAsync(at);
            if (found.Problem is not null)
                return found.Problem;
            if (found.Value is null)
                continue;
            locks.AddRange(
                found.Value.Locks.Where(entry => at.Equals(path) || entry.Depth == Depth.Infinity)
            );
            break;
        }
        return null;
    }

    private async ValueTask<DavResult<DavResource?>> FindAsync(DavPath path)
    {
        if (_seen.TryGetValue(path, out var seen))
            return seen;
        var found = await request.Store.FindAsync(
            path,
            _wantsSyncTokens ? DavFacts.Locks | DavFacts.SyncToken : DavFacts.Locks,
            request.Aborted
        );
        if (found.Problem is { Status: not 404 })
            return found.Problem;
        var resource = found.IsSuccess ? found.Value : null;
        _seen.Add(path, resource);
        return resource;
    }
}
