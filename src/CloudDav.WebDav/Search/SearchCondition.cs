using System.Globalization;
using System.Xml.Linq;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Search;

/// <summary>
/// A condition of a search, with the three values of RFC 5323 §5.5.3: what compares something that a resource does not have is unknown (null), and only what is true is found.
/// </summary>
internal abstract record SearchCondition
{
    private SearchCondition() { }

    /// <summary>Whether it is true of a resource; null for unknown.</summary>
    public abstract bool? Holds(SearchSubject subject);

    /// <summary>What must be true of everything it is true of.</summary>
    public abstract SearchBounds Bounds { get; }

    /// <summary>What the store must tell of a resource.</summary>
    public virtual DavFacts Facts => DavFacts.None;

    /// <summary>All of them.</summary>
    public sealed record All(IReadOnlyList<SearchCondition> Terms) : SearchCondition
    {
        public override bool? Holds(SearchSubject subject)
        {
            bool? result = true;
            foreach (var term in Terms)
            {
                var holds = term.Holds(subject);
                if (holds == false)
                    return false;
                result = holds is null ? null : result;
            }
            return result;
        }

        public override SearchBounds Bounds =>
            Terms.Aggregate(SearchBounds.None, (all, term) => all.And(term.Bounds));

        public override DavFacts Facts =>
            Terms.Aggregate(DavFacts.None, (facts, term) => facts | term.Facts);
    }

    /// <summary>At least one of them.</summary>
    public sealed record Any(IReadOnlyList<SearchCondition> Terms) : SearchCondition
    {
        public override bool? Holds(SearchSubject subject)
        {
            bool? result = false;
            foreach (var term in Terms)
            {
                var holds = term.Holds(subject);
                if (holds == true)
                    return true;
                result = holds is null ? null : result;
            }
            return result;
        }

        public override SearchBounds Bounds =>
            Terms.Skip(1).Aggregate(Terms[0].Bounds, (any, term) => any.Or(term.Bounds));

        public override DavFacts Facts =>
            Terms.Aggregate(DavFacts.None, (facts, term) => facts | term.Facts);
    }

    /// <summary>Not that one.</summary>
    public sealed record Not(SearchCondition Term) : SearchCondition
    {
        public override bool? Holds(SearchSubject subject) => !Term.Holds(subject);

        public override SearchBounds Bounds =>
            Term is IsCollection ? SearchBounds.None with { OnlyFiles = true } : SearchBounds.None;

        public override DavFacts Facts => Term.Facts;
    }

    /// <summary>It is a collection.</summary>
    public sealed record IsCollection : SearchCondition
    {
        public override bool? Holds(SearchSubject subject) => subject.Resource.IsCollection;

        public override SearchBounds Bounds => SearchBounds.None;
    }

    /// <summary>It has the property.</summary>
    public sealed record IsDefined(SearchProperty Property) : SearchCondition
    {
        public override bool? Holds(SearchSubject subject) => Property.Read(subject) is not null;

        public override SearchBounds Bounds => SearchBounds.None;

        public override DavFacts Facts => Property.Facts;
    }

    /// <summary>The property is less than the value (-1), equal to it (0) or more (1), or either of two of these.</summary>
    public sealed record Compare(
        SearchProperty Property,
        bool Less,
        bool Equal,
        bool More,
        string Literal,
        bool IsCaseless
    ) : SearchCondition
    {
        private readonly object? _value = Property.Parse(Literal);

        public override bool? Holds(SearchSubject subject)
        {
            if (_value is null || Property.Read(subject) is not { } actual)
                return null;
            return SearchProperty.Compare(actual, _value, IsCaseless) switch
            {
                < 0 => Less,
                0 => Equal,
                > 0 => More,
            };
        }

        public override SearchBounds Bounds => Property.BoundsOf(this, _value);

        public override DavFacts Facts => Property.Facts;
    }

    /// <summary>The property's text has the pattern: <c>%</c> stands for anything, <c>_</c> for one character, and <c>\</c> takes that away.</summary>
    public sealed record Like(SearchProperty Property, LikePattern Pattern) : SearchCondition
    {
        public override bool? Holds(SearchSubject subject) =>
            Property.Read(subject) is string text ? Pattern.Matches(text) : null;

        public override SearchBounds Bounds => Property.BoundsOf(Pattern);

        public override DavFacts Facts => Property.Facts;
    }
}

/// <summary>A resource, and who looks for it.</summary>
internal readonly record struct SearchSubject(DavResource Resource, DavPrincipal Principal);

/// <summary>What is known of everything that a condition can find; null and none where nothing is.</summary>
internal sealed record SearchBounds
{
    public static readonly SearchBounds None = new();

    public IReadOnlyCollection<long>? FileIds { get; init; }

    public bool OnlyFavorites { get; init; }

    public DavMediaKinds Kinds { get; init; }

    public bool OnlyFiles { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }

    public string? NamePart { get; init; }

    public SearchBounds And(SearchBounds other) =>
        new()
        {
            // Either will do: the condition is judged all the same.
            FileIds = FileIds ?? other.FileIds,
            OnlyFavorites = OnlyFavorites || other.OnlyFavorites,
            Kinds =
                Kinds == DavMediaKinds.None ? other.Kinds
                : other.Kinds == DavMediaKinds.None || (Kinds & other.Kinds) == DavMediaKinds.None
                    ? Kinds
                : Kinds & other.Kinds,
            OnlyFiles = OnlyFiles || other.OnlyFiles,
            From = From > other.From ? From : other.From ?? From,
            Until = Until < other.Until ? Until : other.Until ?? Until,
            NamePart = NamePart?.Length > (other.NamePart?.Length ?? 0) ? NamePart : other.NamePart,
        };

    public SearchBounds Or(SearchBounds other) =>
        new()
        {
            FileIds =
                FileIds is null || other.FileIds is null ? null : [.. FileIds, .. other.FileIds],
            OnlyFavorites = OnlyFavorites && other.OnlyFavorites,
            Kinds =
                Kinds == DavMediaKinds.None || other.Kinds == DavMediaKinds.None
                    ? DavMediaKinds.None
                    : Kinds | other.Kinds,
            OnlyFiles = OnlyFiles && other.OnlyFiles,
            From =
                From is null || other.From is null ? null
                : From < other.From ? From
                : other.From,
            Until =
                Until is null || other.Until is null ? null
                : Until > other.Until ? Until
                : other.Until,
            NamePart = NamePart == other.NamePart ? NamePart : null,
        };
}

/// <summary>A property that conditions and orders are about. One that is not known has no value anywhere.</summary>
/// <param name="Name">Its name.</param>
internal sealed record SearchProperty(XName Name)
{
    private static readonly XName s_name = DavNames.Dav + "displayname";
    private static readonly XName s_type = DavNames.Dav + "getcontenttype";
    private static readonly XName s_length = DavNames.Dav + "getcontentlength";
    private static readonly XName s_created = DavNames.Dav + "creationdate";
    private static readonly XName s_tag = DavNames.Dav + "getetag";
    private static readonly XName s_size = DavNames.Owncloud + "size";
    private static readonly XName s_fileId = DavNames.Owncloud + "fileid";
    private static readonly XName s_favorite = DavNames.Owncloud + "favorite";
    private static readonly XName s_owner = DavNames.Owncloud + "owner-id";

    // When a picture was taken is not known here; clients send it as the time of the file.
    private static readonly XName s_taken =
        DavNames.Nextcloud + "metadata-photos-original_date_time";
    private static readonly XName s_uploaded = DavNames.Nextcloud + "upload_time";

    /// <summary>When it was last changed.</summary>
    public static readonly SearchProperty Modified = new(DavNames.Dav + "getlastmodified");

    /// <summary>Whether it is a favourite.</summary>
    public static readonly SearchProperty Favorite = new(s_favorite);

    /// <summary>What the store must tell of a resource.</summary>
    public DavFacts Facts => Name == s_favorite ? DavFacts.Favorite : DavFacts.None;

    /// <summary>Whether it is when something was last changed.</summary>
    public bool IsModified => Name == Modified.Name || Name == s_taken;

    /// <summary>Whether anything can have it.</summary>
    public bool IsKnown =>
        IsModified
        || Name == s_name
        || Name == s_type
        || Name == s_length
        || Name == s_created
        || Name == s_uploaded
        || Name == s_tag
        || Name == s_size
        || Name == s_fileId
        || Name == s_favorite
        || Name == s_owner;

    /// <summary>Its value: a text, a <see cref="long"/> or a <see cref="DateTimeOffset"/>; null when the resource has none.</summary>
    public object? Read(SearchSubject subject)
    {
        var resource = subject.Resource;
        if (Name == s_name)
            return resource.Name;
        if (Name == s_type)
            return MediaTypes.Of(resource);
        // To the second, as clients are told it.
        if (IsModified)
            return new DateTimeOffset(
                resource.Modified.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond,
                TimeSpan.Zero
            );
        if (Name == s_length)
            return resource.IsCollection ? null : resource.Length;
        if (Name == s_size)
            return resource.Length;
        if (Name == s_fileId)
            return resource.FileId;
        if (Name == s_favorite)
            return resource.IsFavorite is { } favorite ? (favorite ? 1L : 0L) : null;
        if (Name == s_created || Name == s_uploaded)
            return resource.Created;
        if (Name == s_tag)
            return resource.ETag;
        return Name == s_owner ? subject.Resource.OwnerName : null;
    }

    /// <summary>A literal as a value of this property; null when it is none.</summary>
    public object? Parse(string literal)
    {
        if (IsModified || Name == s_created || Name == s_uploaded)
            return HttpDates.ParseAny(literal);
        if (Name == s_favorite)
            return literal.Trim() is "1" or "yes" or "true" ? 1L : 0L;
        if (Name == s_length || Name == s_size || Name == s_fileId)
            return long.TryParse(literal.Trim(), CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
        return literal;
    }

    /// <summary>Compares two values of one property.</summary>
    public static int Compare(object left, object right, bool isCaseless) =>
        (left, right) switch
        {
            (long one, long other) => one.CompareTo(other),
            (DateTimeOffset one, DateTimeOffset other) => one.CompareTo(other),
            (string one, string other) => string.Compare(
                one,
                other,
                isCaseless ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal
            ),
            _ => throw new InvalidOperationException("Two values of one property are alike."),
        };

    /// <summary>What a comparison with a value bounds.</summary>
    public SearchBounds BoundsOf(SearchCondition.Compare compare, object? value)
    {
        var isEqual = compare is { Equal: true, Less: false, More: false };
        return value switch
        {
            DateTimeOffset date when IsModified => SearchBounds.None with
            {
                From = compare.Less ? null : (DateTimeOffset?)date,
                Until = compare.More ? null : date.AddSeconds(1),
            },
            long id when Name == s_fileId && isEqual => SearchBounds.None with { FileIds = [id] },
            1L when Name == s_favorite && isEqual => SearchBounds.None with
            {
                OnlyFavorites = true,
            },
            string type when Name == s_type && isEqual => OfType(type),
            string name when Name == s_name && isEqual && name.Length > 0 => SearchBounds.None with
            {
                NamePart = name,
            },
            _ => SearchBounds.None,
        };
    }

    /// <summary>What a pattern bounds.</summary>
    public SearchBounds BoundsOf(LikePattern pattern) =>
        Name == s_type ? OfType(pattern.Start)
        : Name == s_name && pattern.LongestPart is { Length: > 0 } part
            ? SearchBounds.None with
            {
                NamePart = part,
            }
        : SearchBounds.None;

    private static SearchBounds OfType(string start)
    {
        var kinds =
            start.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? DavMediaKinds.Image
            : start.StartsWith("video/", StringComparison.OrdinalIgnoreCase) ? DavMediaKinds.Video
            : start.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? DavMediaKinds.Audio
            : DavMediaKinds.None;
        return SearchBounds.None with
        {
            Kinds = kinds,
            OnlyFiles =
                kinds != DavMediaKinds.None
                || (
                    start.Contains('/', StringComparison.Ordinal)
                    && !start.StartsWith("httpd/", StringComparison.OrdinalIgnoreCase)
                ),
        };
    }
}
