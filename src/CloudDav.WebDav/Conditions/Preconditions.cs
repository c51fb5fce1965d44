using CloudDav.WebDav.Headers;

namespace CloudDav.WebDav.Conditions;

/// <summary>What the conditional headers of a request decide.</summary>
internal enum PreconditionOutcome
{
    /// <summary>Go on.</summary>
    Proceed,

    /// <summary>304, for GET and HEAD.</summary>
    NotModified,

    /// <summary>412.</summary>
    Failed,
}

/// <summary>The conditional headers of RFC 9110 §13, evaluated in the order of its §13.2.2.</summary>
internal sealed class Preconditions
{
    private EntityTags? _match;
    private EntityTags? _noneMatch;
    private DateTimeOffset? _unmodifiedSince;
    private DateTimeOffset? _modifiedSince;

    /// <summary>Whether there are none, so that nothing needs to be looked up.</summary>
    public bool IsEmpty =>
        _match is null && _noneMatch is null && _unmodifiedSince is null && _modifiedSince is null;

    /// <summary>Reads the headers. On PUT, <c>Overwrite: F</c> is gvfs's way to say <c>If-None-Match: *</c>.</summary>
    public static DavResult<Preconditions> Read(DavRequest request)
    {
        var match = EntityTags.Parse(request.Header("If-Match"));
        if (match.Problem is not null)
            return match.Problem;
        var noneMatch = EntityTags.Parse(request.Header("If-None-Match"));
        if (noneMatch.Problem is not null)
            return noneMatch.Problem;
        var conditions = new Preconditions
        {
            _match = match.Value,
            _noneMatch = noneMatch.Value,
            // A date is looked at only where there is no tag to look at, and If-Modified-Since only says something to GET.
            _unmodifiedSince = match.Value is null
                ? HttpDates.Parse(request.Header("If-Unmodified-Since"))
                : null,
            _modifiedSince =
                noneMatch.Value is null && request.Method.Name is "GET" or "HEAD"
                    ? HttpDates.Parse(request.Header("If-Modified-Since"))
                    : null,
        };
        if (request.Method.Name == "PUT" && request.Header("Overwrite")?.Trim() is "F" or "f")
            conditions._noneMatch = EntityTags.Parse("*").Value;
        return conditions;
    }

    /// <summary>Decides about a resource; null when nothing is mapped.</summary>
    public PreconditionOutcome Evaluate(DavResource? resource, bool isRead)
    {
        if (_match is not null && !Matches(_match, resource, strong: true))
            return PreconditionOutcome.Failed;
        if (
            _unmodifiedSince is { } unmodified
            && resource is not null
            && ToSeconds(resource.Modified) > unmodified
        )
            return PreconditionOutcome.Failed;
        if (_noneMatch is not null && Matches(_noneMatch, resource, strong: false))
            return isRead ? PreconditionOutcome.NotModified : PreconditionOutcome.Failed;
        if (
            _modifiedSince is { } modified
            && resource is not null
            && ToSeconds(resource.Modified) <= modified
        )
            return PreconditionOutcome.NotModified;
        return PreconditionOutcome.Proceed;
    }

    /// <summary>What must still hold when the write commits, given what was seen.</summary>
    public Expectation ExpectationOf(DavPath path, DavResource? resource)
    {
        if (resource is null)
            return new Expectation(path, null);
        var onlyExists =
            _match is { IsAny: true } && _noneMatch is null && _unmodifiedSince is null;
        return new Expectation(path, onlyExists ? Expectation.AnyETag : resource.ETag);
    }

    /// <summary>Last-Modified has no fraction, so comparisons must not see one either.</summary>
    public static DateTimeOffset ToSeconds(DateTimeOffset value) =>
        new(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private static bool Matches(EntityTags tags, DavResource? resource, bool strong)
    {
        if (resource is null)
            return false;
        if (tags.IsAny)
            return true;
        foreach (var tag in tags.Tags)
        {
            if (strong ? tag.StronglyEquals(resource.ETag) : tag.WeaklyEquals(resource.ETag))
                return true;
        }
        return false;
    }
}
