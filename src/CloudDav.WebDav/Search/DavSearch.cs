namespace CloudDav.WebDav;

/// <summary>
/// What must be true of whatever is looked for, as far as a store may go by it: it may show more than that, never less. The condition itself is the protocol's to judge.
/// </summary>
public sealed record DavSearch
{
    /// <summary>Only these, by <see cref="DavResource.FileId"/>; null for any.</summary>
    public IReadOnlyCollection<long>? FileIds { get; init; }

    /// <summary>Only the principal's favourites.</summary>
    public bool OnlyFavorites { get; init; }

    /// <summary>Only files of these kinds, by the media type that is shown; none for any.</summary>
    public DavMediaKinds Kinds { get; init; }

    /// <summary>Only files.</summary>
    public bool OnlyFiles { get; init; }

    /// <summary>Changed then or later; null for whenever.</summary>
    public DateTimeOffset? ModifiedFrom { get; init; }

    /// <summary>Changed then or before; null for whenever.</summary>
    public DateTimeOffset? ModifiedUntil { get; init; }

    /// <summary>What the name contains, whatever its case; null for anything.</summary>
    public string? NamePart { get; init; }

    /// <summary>Whether those that were changed last are wanted most.</summary>
    public bool NewestFirst { get; init; }
}

/// <summary>Kinds of media.</summary>
[Flags]
public enum DavMediaKinds
{
    /// <summary>Any file.</summary>
    None = 0,

    /// <summary>Pictures.</summary>
    Image = 1,

    /// <summary>Videos.</summary>
    Video = 2,

    /// <summary>Music and other sounds.</summary>
    Audio = 4,
}

/// <summary>How a search ended.</summary>
/// <param name="IsComplete">False when a bound ended it before everything was looked at.</param>
public sealed record DavSearched(bool IsComplete);

/// <summary>How a search goes on.</summary>
public enum DavSearchNext
{
    /// <summary>With what comes next.</summary>
    More,

    /// <summary>Nothing is wanted that was changed before this one: what comes newest first can end here.</summary>
    NothingOlder,

    /// <summary>Not at all.</summary>
    Enough,
}

/// <summary>Called for each resource that may be wanted.</summary>
/// <param name="below">The segments from the scope down to it. Valid only during the call.</param>
/// <param name="resource">The resource. Valid only during the call: a store may reuse the object.</param>
public delegate DavSearchNext DavSearchVisitor(ReadOnlySpan<string> below, DavResource resource);
