using System.Globalization;
using System.Text;
using QRCoder;

namespace CloudDav.Server.Pages;

/// <summary>Puts a text on a page so that a phone's camera reads it: a drawing in the page itself, without style or script, dark on light whatever the colours of the page are.</summary>
internal static class QrCode
{
    /// <summary>The drawing.</summary>
    /// <param name="text">What the camera reads, an address for instance; 1,000 characters at most.</param>
    /// <param name="label">What it is, for those who do not see it. What it says has to stand on the page as text too.</param>
    public static Html Of(string text, string label)
    {
        // The quiet zone that readers need is in it.
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        return Html.Of(
            $"""
            <svg class="qr" role="img" aria-label="{label}" viewBox="0 0 {rows.Count} {rows.Count}" shape-rendering="crispEdges">
            <path fill="#fff" d="M0 0h{rows.Count}v{rows.Count}H0z"/><path fill="#000" d="{Dark(
                rows
            )}"/>
            </svg>
            """
        );
    }

    // A stroke for each run of dark modules of a row.
    private static string Dark(List<System.Collections.BitArray> rows)
    {
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            var row = rows[y];
            for (var x = 0; x < row.Count; x++)
            {
                var start = x;
                while (x < row.Count && row[x])
                    x++;
                if (x > start)
                    path.Append(
                        CultureInfo.InvariantCulture,
                        $"M{start} {y}h{x - start}v1h{start - x}z"
                    );
            }
        }
        return path.ToString();
    }
}
