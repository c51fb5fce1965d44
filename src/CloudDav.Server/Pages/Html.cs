using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace CloudDav.Server.Pages;

/// <summary>
/// A piece of a page, made of an interpolated text: <c>Html.Of($"&lt;p&gt;{name}&lt;/p&gt;")</c>. What is written out is markup; what is put in is text and is encoded, unless it is a piece of a page itself.
/// Attributes that something is put into stand in double quotes.
/// </summary>
internal readonly record struct Html
{
    // In pieces: a page that is put together from whole texts on every level copies large ones, and each of those costs a collection of everything.
    private readonly StringBuilder? _markup;

    private Html(StringBuilder markup) => _markup = markup;

    /// <summary>Nothing.</summary>
    public static Html None => default;

    /// <summary>The piece that a text with pieces in it makes.</summary>
    public static Html Of(HtmlWriter markup) => new(markup.Markup);

    /// <summary>A piece for each of several things, one after the other.</summary>
    public static Html Each<T>(IEnumerable<T> things, Func<T, Html> piece)
    {
        var markup = new StringBuilder();
        foreach (var thing in things)
            piece(thing).AddTo(markup);
        return new(markup);
    }

    /// <summary>The markup.</summary>
    public override string ToString() => _markup?.ToString() ?? "";

    /// <summary>Puts the markup behind what is there.</summary>
    public void AddTo(StringBuilder markup) => markup.Append(_markup);
}

/// <summary>Puts an interpolated text together as markup.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlWriter(int literalLength, int formattedCount)
{
    // Letters of every language as they are; what could be markup is encoded all the same.
    private static readonly HtmlEncoder s_encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public StringBuilder Markup { get; } = new(literalLength + formattedCount * 16);

    public void AppendLiteral(string markup) => Markup.Append(markup);

    public void AppendFormatted(string? text) => Markup.Append(s_encoder.Encode(text ?? ""));

    public void AppendFormatted(long number) =>
        Markup.Append(CultureInfo.InvariantCulture, $"{number}");

    public void AppendFormatted(Html piece) => piece.AddTo(Markup);
}
