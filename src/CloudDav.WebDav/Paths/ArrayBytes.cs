namespace CloudDav.WebDav.Paths;

/// <summary>A growing byte array for the small things a request builds: hrefs and fragments.</summary>
internal sealed class ArrayBytes(int capacity)
{
    private byte[] _bytes = new byte[Math.Max(capacity, 16)];

    /// <summary>How many bytes there are.</summary>
    public int Count { get; private set; }

    /// <summary>Appends one byte.</summary>
    public void Add(byte value)
    {
        if (Count == _bytes.Length)
            Array.Resize(ref _bytes, _bytes.Length * 2);
        _bytes[Count++] = value;
    }

    /// <summary>Appends bytes.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        if (Count + value.Length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Count + value.Length));
        value.CopyTo(_bytes.AsSpan(Count));
        Count += value.Length;
    }

    /// <summary>What was appended.</summary>
    public byte[] ToArray() => _bytes.AsSpan(0, Count).ToArray();
}
