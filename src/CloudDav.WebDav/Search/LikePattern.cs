using System.Text;

namespace CloudDav.WebDav.Search;

/// <summary>A pattern of <c>like</c> (RFC 5323 §5.14): <c>%</c> for anything, <c>_</c> for one character, <c>\</c> before either for itself. Case does not count unless it is asked for.</summary>
internal sealed class LikePattern
{
    private const char Anything = '\uFFFE';
    private const char One = '\uFFFF';

    private readonly string _pattern;
    private readonly bool _isCaseless;

    public LikePattern(string text, bool isCaseless)
    {
        _isCaseless = isCaseless;
        var pattern = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
            pattern.Append(
                text[i] switch
                {
                    '%' => Anything,
                    '_' => One,
                    '\\' when i + 1 < text.Length => text[++i],
                    var plain => plain,
                }
            );
        _pattern = pattern.ToString();
        var parts = _pattern.Split(Anything, One);
        Start = parts[0];
        LongestPart = parts.MaxBy(part => part.Length)!;
    }

    /// <summary>What every text begins with.</summary>
    public string Start { get; }

    /// <summary>What every text contains.</summary>
    public string LongestPart { get; }

    /// <summary>Whether a text has it. Never more steps than the lengths multiplied.</summary>
    public bool Matches(string text)
    {
        var (at, next) = (0, 0);
        var (afterAny, resume) = (-1, 0);
        while (at < text.Length)
        {
            if (next < _pattern.Length && _pattern[next] == Anything)
            {
                (afterAny, resume) = (++next, at);
            }
            else if (
                next < _pattern.Length
                && (_pattern[next] == One || IsSame(_pattern[next], text[at]))
            )
            {
                next++;
                at++;
            }
            else if (afterAny >= 0)
            {
                (next, at) = (afterAny, ++resume);
            }
            else
            {
                return false;
            }
        }
        while (next < _pattern.Length && _pattern[next] == Anything)
            next++;
        return next == _pattern.Length;
    }

    private bool IsSame(char one, char other) =>
        one == other || (_isCaseless && char.ToUpperInvariant(one) == char.ToUpperInvariant(other));
}
