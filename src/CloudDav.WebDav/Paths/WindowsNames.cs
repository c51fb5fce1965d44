using System.Buffers;

namespace CloudDav.WebDav.Paths;

/// <summary>
/// The reversible mapping that SMB servers use for names Windows cannot show: each forbidden character has a private-use twin.
/// Reserved device names (CON, NUL, COM1) have none and are listed as they are.
/// </summary>
internal static class WindowsNames
{
    private const string Forbidden = "\"*:<>?\\|";
    private const char First = '\uF020';
    private const char TrailingSpace = '\uF028';
    private const char TrailingDot = '\uF029';

    private static readonly SearchValues<char> ForbiddenChars = SearchValues.Create(Forbidden);
    private static readonly SearchValues<char> PrivateUse = SearchValues.Create(
        "\uF020\uF021\uF022\uF023\uF024\uF025\uF026\uF027\uF028\uF029"
    );

    /// <summary>Whether Windows can show the name as it is.</summary>
    public static bool CanShow(string name) =>
        !name.AsSpan().ContainsAny(ForbiddenChars) && name[^1] is not (' ' or '.');

    /// <summary>The name as Windows can show it.</summary>
    public static string ToPrivateUse(string name)
    {
        if (name.Length == 0 || CanShow(name))
            return name;
        return string.Create(
            name.Length,
            name,
            static (mapped, source) =>
            {
                for (var i = 0; i < source.Length; i++)
                {
                    var index = Forbidden.IndexOf(source[i], StringComparison.Ordinal);
                    mapped[i] = index < 0 ? source[i] : (char)(First + index);
                }
                mapped[^1] = source[^1] switch
                {
                    ' ' => TrailingSpace,
                    '.' => TrailingDot,
                    _ => mapped[^1],
                };
            }
        );
    }

    /// <summary>The name that a mapped one stands for.</summary>
    public static string FromPrivateUse(string name)
    {
        if (!name.AsSpan().ContainsAny(PrivateUse))
            return name;
        return string.Create(
            name.Length,
            name,
            static (mapped, source) =>
            {
                for (var i = 0; i < source.Length; i++)
                {
                    var index = source[i] - First;
                    mapped[i] =
                        index >= 0 && index < Forbidden.Length ? Forbidden[index] : source[i];
                }
                mapped[^1] = source[^1] switch
                {
                    TrailingSpace => ' ',
                    TrailingDot => '.',
                    _ => mapped[^1],
                };
            }
        );
    }
}
