using System.Text.RegularExpressions;
using CloudDav.Server.Pages;
using CloudDav.Server.Tests.Api;

namespace CloudDav.Server.Tests.Pages;

/// <summary>Style sheets and modules of the pages, and what an operator adds to them.</summary>
public sealed partial class AssetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clouddav-brand-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_address_of_a_page_names_what_is_there_now_and_may_be_kept()
    {
        await using var api = await ApiHost.StartAsync();
        var browser = new Browser(api.Host);
        var page = (await browser.OpenAsync("/sign-in")).Expect(200);
        Assert.Contains("<title>Sign in · CloudDav</title>", page.Text, StringComparison.Ordinal);
        var address = Assert.Single(Styles().Matches(page.Text)).Groups["address"].Value;

        var style = (await browser.OpenAsync(address)).Expect(200);

        Assert.Equal("text/css; charset=utf-8", style.Header("Content-Type"));
        Assert.Equal("public, max-age=31536000, immutable", style.Header("Cache-Control"));
        // A page of a version before or after finds what there is.
        var other = await browser.OpenAsync("/pages/0123456789ab/style.css");
        Assert.Equal("no-cache", other.Expect(200).Header("Cache-Control"));
        Assert.Equal(style.Text, other.Text);
        foreach (
            var missing in (string[])
                [
                    "/pages/0123456789ab/style",
                    "/pages/0123456789ab/..%2FVisit.cs",
                    "/pages/brand/0123456789ab/brand.css",
                    "/pages/style.css",
                ]
        )
            (await browser.OpenAsync(missing)).Expect(404);
    }

    [Fact]
    public async Task An_operator_gives_the_pages_its_name_its_colours_and_its_logo()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "brand.css"), ":root{--accent:#7a0f3c}");
        await File.WriteAllTextAsync(Path.Combine(_folder, "logo.svg"), "<svg/>");
        await File.WriteAllTextAsync(Path.Combine(_folder, "secret.txt"), "secret");
        await using var api = await ApiHost.StartAsync(
            ("Pages:ServiceName", "Réseau & Cloud"),
            ("Pages:BrandFolder", _folder)
        );
        var browser = new Browser(api.Host);

        var page = (await browser.OpenAsync("/sign-in")).Expect(200);

        Assert.Contains(
            "<title>Sign in · Réseau &amp; Cloud</title>",
            page.Text,
            StringComparison.Ordinal
        );
        var brand = Styles().Matches(page.Text)[1].Groups["address"].Value;
        Assert.Equal(":root{--accent:#7a0f3c}", (await browser.OpenAsync(brand)).Expect(200).Text);
        var logo = Logos().Match(page.Text);
        Assert.Equal("Réseau &amp; Cloud", logo.Groups["name"].Value);
        var picture = (await browser.OpenAsync(logo.Groups["address"].Value)).Expect(200);
        Assert.Equal("image/svg+xml", picture.Header("Content-Type"));
        Assert.DoesNotContain(
            "script",
            picture.Header("Content-Security-Policy"),
            StringComparison.Ordinal
        );
        (
            await browser.OpenAsync(
                brand.Replace("brand.css", "secret.txt", StringComparison.Ordinal)
            )
        ).Expect(404);
    }

    [Fact]
    public void A_brand_that_is_not_there_or_too_large_is_refused_at_the_start()
    {
        var options = new Options.PagesOptions { BrandFolder = _folder };
        Assert.Empty(options.Validate(new(options)));
        File.WriteAllBytes(Path.Combine(_folder, "logo.png"), new byte[Brand.MaxFileBytes + 1]);
        Assert.Contains(
            "logo.png",
            Assert.Single(options.Validate(new(options))).ErrorMessage,
            StringComparison.Ordinal
        );
        var missing = new Options.PagesOptions { BrandFolder = Path.Combine(_folder, "none") };
        Assert.Contains(
            "must be a folder",
            Assert.Single(missing.Validate(new(missing))).ErrorMessage,
            StringComparison.Ordinal
        );
    }

    [GeneratedRegex(
        "<link rel=\"stylesheet\" href=\"(?<address>[^\"]+)\">",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Styles();

    [GeneratedRegex(
        "<img class=\"logo\" src=\"(?<address>[^\"]+)\" alt=\"(?<name>[^\"]*)\">",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Logos();
}
