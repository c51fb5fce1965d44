using System.Globalization;
using System.Xml.Linq;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Search;

/// <summary>What a search is sorted by.</summary>
/// <param name="Property">The property.</param>
/// <param name="IsDescending">Whether the largest comes first.</param>
internal readonly record struct SearchOrder(SearchProperty Property, bool IsDescending);

/// <summary>A parsed <c>basicsearch</c> (RFC 5323 §5).</summary>
internal sealed record SearchBody
{
    private const int MaxTerms = 100;
    private const int MaxNesting = 20;
    private const int MaxLiteral = 1024;

    /// <summary>Which properties of what is found.</summary>
    public required PropfindBody Select { get; init; }

    /// <summary>Where to look, as the client wrote it.</summary>
    public required string Scope { get; init; }

    /// <summary>How deep.</summary>
    public required Depth Depth { get; init; }

    /// <summary>What is looked for; null for everything.</summary>
    public SearchCondition? Where { get; init; }

    /// <summary>How it is sorted; empty for not at all.</summary>
    public required IReadOnlyList<SearchOrder> OrderBy { get; init; }

    /// <summary>How many at the most; null when the client did not say.</summary>
    public int? Limit { get; init; }

    /// <summary>Parses a body.</summary>
    public static DavResult<SearchBody> Parse(ReadOnlyMemory<byte> body, string? contentType) =>
        DavXmlReader.Parse(body, contentType, reader => new Reading(reader).Run());

    private sealed class Reading(DavXmlReader reader)
    {
        private DavProblem? _problem;
        private int _terms;

        public DavResult<SearchBody> Run()
        {
            if (reader.Name != DavNames.SearchRequest)
                return new DavProblem(400, "The body is not a searchrequest element.");
            SearchBody? found = null;
            reader.Children(() =>
            {
                if (reader.Name == DavNames.BasicSearch)
                    found = ReadSearch();
                else
                    _problem ??= new DavProblem(403, "Only basicsearch is understood here.")
                    {
                        Condition = DavNames.Dav + "search-grammar-supported",
                    };
            });
            return _problem is { } problem ? problem
                : found is not null ? found
                : new DavProblem(400, "The body has no search in it.");
        }

        private SearchBody? ReadSearch()
        {
            PropfindBody? select = null;
            var scopes = new List<(string? Href, string? Depth)>();
            SearchCondition? where = null;
            var order = new List<SearchOrder>();
            string? limit = null;
            reader.Children(() =>
            {
                if (reader.Name == DavNames.Dav + "select")
                    select = ReadSelect();
                else if (reader.Name == DavNames.Dav + "from")
                    reader.Children(() =>
                    {
                        if (reader.Name == DavNames.Dav + "scope")
                            scopes.Add(ReadScope());
                    });
                else if (reader.Name == DavNames.Dav + "where")
                    where = ReadTerms(0) switch
                    {
                        [] => null,
                        [var only] => only,
                        var several => new SearchCondition.All(several),
                    };
                else if (reader.Name == DavNames.Dav + "orderby")
                    reader.Children(() =>
                    {
                        if (reader.Name == DavNames.Dav + "order")
                            order.Add(ReadOrder());
                    });
                else if (reader.Name == DavNames.Limit)
                    reader.Children(() =>
                    {
                        if (reader.Name == DavNames.Results)
                            limit = reader.ReadText().Trim();
                    });
            });
            if (_problem is not null)
                return null;
            if (scopes.Count > 1)
                return Refuse(
                    new DavProblem(403, "A search goes through one folder.")
                    {
                        Condition = DavNames.Dav + "search-multiple-scope-supported",
                    }
                );
            if (select is null || scopes is not [{ Href: { } href } scope])
                return Refuse(new DavProblem(400, "A search says what to select, and from where."));
            Depth? depth = scope.Depth switch
            {
                "0" => WebDav.Depth.Zero,
                "1" => WebDav.Depth.One,
                null or "" or "infinity" => WebDav.Depth.Infinity,
                _ => null,
            };
            if (depth is null)
                return Refuse(new DavProblem(400, "The depth must be 0, 1 or infinity."));
            if (order.Count > MaxTerms)
                return TooComplex();
            // What is no number above 0 is no limit: clients send 0 for none.
            int? most =
                limit is not null
                && long.TryParse(limit, CultureInfo.InvariantCulture, out var number)
                && number > 0
                    ? (int)Math.Min(number, int.MaxValue)
                    : null;
            return new SearchBody
            {
                Select = select,
                Scope = href,
                Depth = depth.Value,
                Where = where,
                OrderBy = order,
                Limit = most,
            };
        }

        private PropfindBody? ReadSelect()
        {
            var names = new List<XName>();
            var isAll = false;
            reader.Children(() =>
            {
                if (reader.Name == DavNames.AllProp)
                    isAll = true;
                else if (reader.Name == DavNames.Prop)
                    reader.Children(() => names.Add(reader.Name));
            });
            if (PropfindBody.HasTooMany(names))
                _problem ??= new DavProblem(400, "The search asks for too many properties.");
            return new PropfindBody(
                isAll ? PropfindKind.AllProp : PropfindKind.Named,
                // Locks are found by a listing.
                [.. names.Distinct().Where(name => name != DavNames.Dav + "lockdiscovery")]
            );
        }

        private (string? Href, string? Depth) ReadScope()
        {
            string? href = null;
            string? depth = null;
            reader.Children(() =>
            {
                if (reader.Name == DavNames.Dav + "href")
                    href = reader.ReadText().Trim();
                else if (reader.Name == DavNames.Dav + "depth")
                    depth = reader.ReadText().Trim();
            });
            return (href, depth);
        }

        private SearchOrder ReadOrder()
        {
            SearchProperty? property = null;
            var isDescending = false;
            reader.Children(() =>
            {
                if (reader.Name == DavNames.Prop)
                    property = ReadProperty();
                else if (reader.Name == DavNames.Dav + "descending")
                    isDescending = true;
            });
            // Clients sort by what only some servers know, and mean the newest first.
            return property is { IsKnown: true }
                ? new SearchOrder(property, isDescending)
                : new SearchOrder(SearchProperty.Modified, isDescending);
        }

        private SearchProperty? ReadProperty()
        {
            SearchProperty? property = null;
            reader.Children(() => property ??= new SearchProperty(reader.Name));
            return property;
        }

        private List<SearchCondition> ReadTerms(int nesting)
        {
            var terms = new List<SearchCondition>();
            reader.Children(() =>
            {
                if (_problem is null && ReadTerm(nesting) is { } term)
                    terms.Add(term);
            });
            return terms;
        }

        private SearchCondition? ReadTerm(int nesting)
        {
            if (++_terms > MaxTerms || nesting > MaxNesting)
            {
                TooComplex();
                return null;
            }
            var name = reader.Name;
            if (name.Namespace != DavNames.Dav)
                return Unknown(name);
            switch (name.LocalName)
            {
                case "and" or "or":
                    var terms = ReadTerms(nesting + 1);
                    if (terms.Count == 0)
                        return Malformed();
                    return name.LocalName == "and"
                        ? new SearchCondition.All(terms)
                        : new SearchCondition.Any(terms);
                case "not":
                    return ReadTerms(nesting + 1) is [var term]
                        ? new SearchCondition.Not(term)
                        : Malformed();
                case "is-collection":
                    return new SearchCondition.IsCollection();
                case "is-defined":
                    SearchProperty? defined = null;
                    reader.Children(() =>
                    {
                        if (reader.Name == DavNames.Prop)
                            defined = ReadProperty();
                    });
                    return defined is null ? Malformed() : new SearchCondition.IsDefined(defined);
                case "eq" or "lt" or "lte" or "gt" or "gte" or "like":
                    return ReadComparison(name.LocalName);
                default:
                    return Unknown(name);
            }
        }

        private SearchCondition? ReadComparison(string op)
        {
            var isCaseless = reader.Attribute("caseless") != "no";
            SearchProperty? property = null;
            string? literal = null;
            reader.Children(() =>
            {
                if (reader.Name == DavNames.Prop)
                    property = ReadProperty();
                else if (
                    reader.Name == DavNames.Dav + "literal"
                    || reader.Name == DavNames.Dav + "typed-literal"
                )
                    literal = reader.ReadText();
            });
            if (property is null || literal is null || literal.Length > MaxLiteral)
                return Malformed();
            // As names are kept.
            if (!literal.IsNormalized())
                literal = literal.Normalize();
            return op == "like"
                ? new SearchCondition.Like(property, new LikePattern(literal, isCaseless))
                : new SearchCondition.Compare(
                    property,
                    Less: op is "lt" or "lte",
                    Equal: op is "eq" or "lte" or "gte",
                    More: op is "gt" or "gte",
                    literal,
                    isCaseless
                );
        }

        private SearchBody? Refuse(DavProblem problem)
        {
            _problem ??= problem;
            return null;
        }

        private SearchCondition? Malformed()
        {
            _problem ??= new DavProblem(
                400,
                "A condition of the search lacks what it is about, or is too long."
            );
            return null;
        }

        private SearchCondition? Unknown(XName name)
        {
            _problem ??= new DavProblem(
                422,
                $"The condition \"{name.LocalName}\" is not understood here."
            );
            return null;
        }

        private SearchBody? TooComplex() =>
            Refuse(new DavProblem(422, "The search has too many conditions."));
    }
}
