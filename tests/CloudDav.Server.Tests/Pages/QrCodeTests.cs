using System.Xml.Linq;
using CloudDav.Server.Pages;
using QRCoder;

namespace CloudDav.Server.Tests.Pages;

/// <summary>Texts for cameras.</summary>
public sealed class QrCodeTests
{
    [Fact]
    public void Every_dark_module_is_drawn_once_and_nothing_else_is()
    {
        const string text = "otpauth://totp/CloudDav:alice?secret=ABC&issuer=CloudDav";
        var svg = XElement.Parse(QrCode.Of(text, "a \"label\" & more").ToString());

        Assert.Equal("a \"label\" & more", (string?)svg.Attribute("aria-label"));
        var drawn = new HashSet<(int X, int Y)>();
        foreach (
            var stroke in ((string)svg.Elements().Last().Attribute("d")!).Split(
                'M',
                StringSplitOptions.RemoveEmptyEntries
            )
        )
        {
            var numbers = stroke.Split([' ', 'h', 'v', 'z'], StringSplitOptions.RemoveEmptyEntries);
            var (x, y, width) = (
                int.Parse(numbers[0], null),
                int.Parse(numbers[1], null),
                int.Parse(numbers[2], null)
            );
            Assert.Equal(("1", $"-{width}"), (numbers[3], numbers[4]));
            for (var i = 0; i < width; i++)
                Assert.True(drawn.Add((x + i, y)));
        }
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var size = code.ModuleMatrix.Count;
        Assert.Equal($"0 0 {size} {size}", (string?)svg.Attribute("viewBox"));
        for (var y = 0; y < size; y++)
        for (var x = 0; x < size; x++)
            Assert.Equal(code.ModuleMatrix[y][x], drawn.Contains((x, y)));
    }

    [Fact]
    public void It_needs_neither_style_nor_script()
    {
        var markup = QrCode.Of("https://cloud.example.net/pair", "code").ToString();
        Assert.DoesNotContain("style", markup, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("script", markup, StringComparison.OrdinalIgnoreCase);
    }
}
