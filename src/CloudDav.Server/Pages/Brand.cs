using CloudDav.Server.Options;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Pages;

/// <summary>How the operator makes the pages its own: a name, a style sheet after ours, and a logo.</summary>
internal sealed class Brand
{
    /// <summary>How large a style sheet or logo may be.</summary>
    public const int MaxFileBytes = 256 * 1024;

    private const string StyleName = "brand.css";

    private static readonly (string Name, string Type)[] s_logos =
    [
        ("logo.svg", "image/svg+xml"),
        ("logo.png", "image/png"),
    ];

    private readonly Dictionary<string, byte[]> _files = [];
    private readonly string _version;

    public Brand(IOptions<PagesOptions> pages)
    {
        ServiceName = pages.Value.ServiceName;
        if (pages.Value.BrandFolder is { } folder)
            foreach (var name in Names())
            {
                var file = Path.Combine(folder, name);
                if (File.Exists(file))
                    _files[name] = File.ReadAllBytes(file);
            }
        _version = Assets.VersionOf(_files);
        var logo = s_logos.FirstOrDefault(one => _files.ContainsKey(one.Name)).Name;
        Style = _files.ContainsKey(StyleName)
            ? Html.Of($"""<link rel="stylesheet" href="{AddressOf(StyleName)}">""")
            : Html.None;
        Icon = Html.Of(
            $"""<link rel="icon" href="{(logo is null ? Assets.AddressOf("icon.svg") : AddressOf(logo))}">"""
        );
        Logo = logo is null
            ? Html.None
            : Html.Of($"""<img class="logo" src="{AddressOf(logo)}" alt="{ServiceName}">""");
    }

    /// <summary>What the service is called.</summary>
    public string ServiceName { get; }

    /// <summary>The operator's style sheet, as a page names it; nothing when there is none.</summary>
    public Html Style { get; }

    /// <summary>What stands beside the name of the page where a browser lists it: the operator's logo, else ours.</summary>
    public Html Icon { get; }

    /// <summary>The operator's logo; nothing when there is none.</summary>
    public Html Logo { get; }

    /// <summary>The file in a folder that is larger than it may be; null when none is.</summary>
    public static string? TooLarge(string folder) =>
        Names()
            .FirstOrDefault(name =>
                new FileInfo(Path.Combine(folder, name)) is { Exists: true, Length: > MaxFileBytes }
            );

    /// <summary>Adds the routes of its files.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods(
            Assets.Root + "/brand/{version}/{name}",
            ["GET", "HEAD"],
            context => context.RequestServices.GetRequiredService<Brand>().AnswerAsync(context)
        );

    private static IEnumerable<string> Names() =>
        s_logos.Select(logo => logo.Name).Prepend(StyleName);

    private string AddressOf(string name) => $"{Assets.Root}/brand/{_version}/{name}";

    private Task AnswerAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (!_files.TryGetValue(name, out var content))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        return Assets.WriteAsync(
            context,
            content,
            Array.Find(s_logos, logo => logo.Name == name).Type ?? "text/css; charset=utf-8",
            isCurrent: (string)context.Request.RouteValues["version"]! == _version
        );
    }
}
