using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace CloudDav.WebDav.Paths;

/// <summary>Escaped absolute paths as they go out (RFC 4918 §8.3).</summary>
/// <remarks>
/// Only <c>A-Z a-z 0-9 - . _ ~ ( )</c> stay as they are; everything else is upper-case hex of UTF-8, so that no client meets an XML
/// entity in an href (Finder cuts there) or a bracket it cannot read back (Solid Explorer).
/// </remarks>
internal static class Href
{
    /// <summary>The bytes that need no escape within a segment.</summary>
    public static SearchValues<byte> Plain { get; } =
        SearchValues.Create(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~()"u8
        );

    private static readonly SearchValues<char> PlainChars = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~()"
    );

    /// <summary>The href of a path below a mount; with a slash at its end for a collection.</summary>
    public static string Of(ImmutableArray<string> mount, DavPath path, bool isCollection)
    {
        var text = new StringBuilder();
        foreach (var segment in mount)
            text.Append('/').Append(Escape(segment));
        foreach (var segment in path.Segments)
            text.Append('/').Append(Escape(segment));
        if (isCollection || text.Length == 0)
            text.Append('/');
        return text.ToString();
    }

    /// <summary>One segment, escaped.</summary>
    public static string Escape(string segment)
    {
        if (!segment.AsSpan().ContainsAnyExcept(PlainChars))
            return segment;
        var bytes = new ArrayBytes(segment.Length * 3);
        AppendEscaped(Encoding.UTF8.GetBytes(segment), bytes);
        return Encoding.ASCII.GetString(bytes.ToArray());
    }

    /// <summary>Escapes the bytes of one segment.</summary>
    public static void AppendEscaped(ReadOnlySpan<byte> segment, ArrayBytes destination)
    {
        while (true)
        {
            var plain = segment.IndexOfAnyExcept(Plain);
            if (plain < 0)
            {
                destination.Add(segment);
                return;
            }
            destination.Add(segment[..plain]);
            destination.Add((byte)'%');
            destination.Add(HexDigit(segment[plain] >> 4));
            destination.Add(HexDigit(segment[plain] & 15));
            segment = segment[(plain + 1)..];
        }
    }

    /// <summary>The upper-case hex digit of a value below 16.</summary>
    public static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'A' + value - 10);
}
