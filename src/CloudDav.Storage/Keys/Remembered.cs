namespace CloudDav.Storage;

/// <summary>A bounded memory: what was not asked for while as much else was is forgotten.</summary>
/// <param name="most">The most that it keeps.</param>
internal sealed class Remembered<TKey, TValue>(int most)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _lock = new();
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];

    /// <summary>What is remembered; null for nothing.</summary>
    public TValue? Find(TKey key)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(key, out var value))
                return value;
            if (!_old.Remove(key, out value))
                return null;
            Add(key, value);
            return value;
        }
    }

    /// <summary>Remembers something in the place of what was.</summary>
    public void Keep(TKey key, TValue value)
    {
        lock (_lock)
        {
            _old.Remove(key);
            Add(key, value);
        }
    }

    /// <summary>Forgets something.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
        {
            _young.Remove(key);
            _old.Remove(key);
        }
    }

    // Two halves: when the young one is full it becomes the old one.
    private void Add(TKey key, TValue value)
    {
        if (_young.Count >= most / 2 && !_young.ContainsKey(key))
            (_old, _young) = (_young, []);
        _young[key] = value;
    }
}
