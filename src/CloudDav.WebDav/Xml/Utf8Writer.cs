using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using CloudDav.WebDav.Paths;

namespace CloudDav.WebDav.Xml;

/// <summary>Writes UTF-8 straight into a buffer. The listing of a large folder is millions of these calls, so nothing here allocates.</summary>
internal ref struct Utf8Writer
{
    /// <summary>Characters of text that are not written as they are: markup, and what XML 1.0 cannot hold.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create(
        "&<>\r\uFFFE\uFFFF\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000B\u000C\u000E\u000F"
            + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F"
    );

    private static readonly SearchValues<char> PlainChars = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~()"
    );

    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _position;

    /// <summary>Begins writing; call <see cref="Complete"/> when done.</summary>
    public Utf8Writer(IBufferWriter<byte> output)
    {
        _output = output;
        _span = output.GetSpan(1024);
        _position = 0;
    }

    /// <summary>Hands what was written to the buffer.</summary>
    public void Complete()
    {
        _output.Advance(_position);
        _position = 0;
        _span = default;
    }

    /// <summary>Writes bytes as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _span.Length - _position)
            Grow(bytes.Length);
        bytes.CopyTo(_span[_position..]);
        _position += bytes.Length;
    }

    /// <summary>Writes characters as they are, without any escape.</summary>
    public void RawText(scoped ReadOnlySpan<char> text)
    {
        Reserve(text.Length * 3);
        _position += Encoding.UTF8.GetBytes(text, _span[_position..]);
    }

    /// <summary>Writes text content, escaped.</summary>
    public void Text(scoped ReadOnlySpan<char> text)
    {
        while (true)
        {
            var special = text.IndexOfAny(Special);
            if (special < 0)
            {
                RawText(text);
                return;
            }
            RawText(text[..special]);
            Raw(
                text[special] switch
                {
                    '&' => "&amp;"u8,
                    '<' => "&lt;"u8,
                    '>' => "&gt;"u8,
                    '\r' => "&#13;"u8,
                    _ => "\uFFFD"u8,
                }
            );
            text = text[(special + 1)..];
        }
    }

    /// <summary>Writes an attribute's value, escaped, without the quotes.</summary>
    public void Attribute(scoped ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split('"'))
        {
            if (range.Start.Value > 0)
                Raw("&quot;"u8);
            Text(text[range]);
        }
    }

    /// <summary>Writes one path segment of an href, escaped.</summary>
    public void Segment(scoped ReadOnlySpan<char> name)
    {
        if (!name.ContainsAnyExcept(PlainChars))
        {
            Reserve(name.Length);
            var status = Ascii.FromUtf16(name, _span[_position..], out var count);
            Debug.Assert(status == OperationStatus.Done);
            _position += count;
            return;
        }
        Reserve(name.Length * 12);
        var rented = ArrayPool<byte>.Shared.Rent(name.Length * 3);
        ReadOnlySpan<byte> bytes = rented.AsSpan(0, Encoding.UTF8.GetBytes(name, rented));
        while (!bytes.IsEmpty)
        {
            var plain = bytes.IndexOfAnyExcept(Href.Plain);
            var count = plain < 0 ? bytes.Length : plain;
            bytes[..count].CopyTo(_span[_position..]);
            _position += count;
            bytes = bytes[count..];
            if (bytes.IsEmpty)
                break;
            _span[_position++] = (byte)'%';
            _span[_position++] = Href.HexDigit(bytes[0] >> 4);
            _span[_position++] = Href.HexDigit(bytes[0] & 15);
            bytes = bytes[1..];
        }
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Writes a decimal number.</summary>
    public void Number(long value)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(value, _span[_position..], out var count);
        _position += count;
    }

    /// <summary>Writes a number as upper- or lower-case hex of a fixed width.</summary>
    public void Hex8(uint value)
    {
        Reserve(8);
        Utf8Formatter.TryFormat(
            value,
            _span[_position..],
            out var count,
            new StandardFormat('x', 8)
        );
        _position += count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int count)
    {
        if (count > _span.Length - _position)
            Grow(count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count)
    {
        _output.Advance(_position);
        _span = _output.GetSpan(Math.Max(count, 1024));
        _position = 0;
    }
}
