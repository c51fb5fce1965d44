namespace CloudDav.WebDav.Search;

/// <summary>The best of what a search finds, no more than so many: all that is kept of it.</summary>
internal sealed class SearchResults
{
    private readonly IReadOnlyList<SearchOrder> _order;
    private readonly int _limit;
    private readonly DavPrincipal _principal;
    private readonly bool _isNewestFirst;
    private readonly PriorityQueue<Entry, Entry> _entries;
    private int _found;

    /// <param name="order">What is better; empty when whatever comes first is.</param>
    /// <param name="limit">How many are kept.</param>
    /// <param name="principal">Who looks.</param>
    public SearchResults(IReadOnlyList<SearchOrder> order, int limit, DavPrincipal principal)
    {
        (_order, _limit, _principal) = (order, limit, principal);
        _isNewestFirst = order is [{ Property.IsModified: true, IsDescending: true }, ..];
        // The worst comes out first.
        _entries = new(Comparer<Entry>.Create((one, other) => Compare(other, one)));
    }

    /// <summary>Something that was found.</summary>
    /// <param name="Below">The segments from the scope down.</param>
    /// <param name="Resource">The resource.</param>
    /// <param name="Keys">What it is sorted by.</param>
    /// <param name="Number">As how manieth it came.</param>
    public sealed record Entry(string[] Below, DavResource Resource, object?[] Keys, int Number);

    /// <summary>Whether more was found than is kept.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether those that were changed last are wanted most.</summary>
    public bool IsNewestFirst => _isNewestFirst;

    /// <summary>Takes something that was found, or not.</summary>
    public DavSearchNext Add(ReadOnlySpan<string> below, DavResource resource)
    {
        if (_entries.Count == _limit)
        {
            if (_order.Count == 0)
            {
                IsCut = true;
                return DavSearchNext.Enough;
            }
            if (_isNewestFirst && resource.Modified < _entries.Peek().Resource.Modified)
            {
                IsCut = true;
                return DavSearchNext.NothingOlder;
            }
        }
        var subject = new SearchSubject(resource, _principal);
        var keys = new object?[_order.Count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = _order[i].Property.Read(subject);
        var entry = new Entry([.. below], resource.Copy(), keys, _found++);
        _entries.Enqueue(entry, entry);
        if (_entries.Count > _limit)
        {
            _entries.Dequeue();
            IsCut = true;
        }
        return DavSearchNext.More;
    }

    /// <summary>All that are kept, the best first.</summary>
    public IReadOnlyList<Entry> Sorted()
    {
        var sorted = _entries.UnorderedItems.Select(item => item.Element).ToList();
        sorted.Sort(Compare);
        return sorted;
    }

    private int Compare(Entry one, Entry other)
    {
        for (var i = 0; i < _order.Count; i++)
        {
            // RFC 5323 §5.6: what has no value comes before everything.
            var order = (one.Keys[i], other.Keys[i]) switch
            {
                (null, null) => 0,
                (null, _) => -1,
                (_, null) => 1,
                ({ } left, { } right) => SearchProperty.Compare(left, right, isCaseless: true),
            };
            if (order != 0)
                return _order[i].IsDescending ? -order : order;
        }
        return one.Number.CompareTo(other.Number);
    }
}
