namespace CloudDav.Server.Auth;

/// <summary>What a request brought to sign in with.</summary>
internal abstract record Credentials
{
    /// <summary>Nothing, or an empty Bearer, as Office sends it.</summary>
    public sealed record None : Credentials;

    /// <summary>A name and a password, in the bytes that were sent (RFC 7617).</summary>
    public sealed record Basic(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Password)
        : Credentials;

    /// <summary>A bearer token (RFC 6750).</summary>
    public sealed record Bearer(string Token) : Credentials;

    /// <summary>A scheme this server does not speak, or a malformed header.</summary>
    public sealed record Unreadable : Credentials;

    public static Credentials Of(HttpRequest request)
    {
        var values = request.Headers.Authorization;
        if (values.Count == 0 || string.IsNullOrWhiteSpace(values[0]) && values.Count == 1)
            return new None();
        if (values.Count > 1)
            return new Unreadable();
        var header = values[0].AsSpan().Trim();
        var space = header.IndexOf(' ');
        var scheme = space < 0 ? header : header[..space];
        var value = space < 0 ? [] : header[space..].Trim();
        if (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return value.IsEmpty ? new None() : new Bearer(value.ToString());
        return scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            ? ReadBasic(value)
            : new Unreadable();
    }

    private static Credentials ReadBasic(ReadOnlySpan<char> value)
    {
        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64Chars(value, bytes, out var count))
            return new Unreadable();
        var colon = bytes.AsSpan(0, count).IndexOf((byte)':');
        return colon < 0
            ? new Unreadable()
            : new Basic(bytes.AsMemory(0, colon), bytes.AsMemory(colon + 1, count - colon - 1));
    }
}
