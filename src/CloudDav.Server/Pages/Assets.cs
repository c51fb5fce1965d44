using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;

namespace CloudDav.Server.Pages;

/// <summary>
/// Style sheets and modules of the pages, the files of the folder of this name. They are served at an address that names what they are now, so that a browser keeps them as long as it likes and
/// never mixes those of two versions; modules name each other beside themselves.
/// </summary>
internal static class Assets
{
    /// <summary>How their addresses begin.</summary>
    public const string Root = "/pages";

    private const string Resources = "pages/";

    private static readonly FrozenDictionary<string, byte[]> s_files = ReadAll();
    private static readonly string s_version = VersionOf(s_files);

    /// <summary>A style sheet, as a page names it.</summary>
    public static Html Style(string name) =>
        Html.Of($"""<link rel="stylesheet" href="{AddressOf(name)}">""");

    /// <summary>A module, as a page names it.</summary>
    public static Html Script(string name) =>
        Html.Of($"""<script type="module" src="{AddressOf(name)}"></script>""");

    /// <summary>Where a file is served.</summary>
    public static string AddressOf(string name) =>
        s_files.ContainsKey(name)
            ? $"{Root}/{s_version}/{name}"
            : throw new ArgumentException(
                $"There is no {name} among the pages' files.",
                nameof(name)
            );

    /// <summary>Adds their route.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods(Root + "/{version}/{name}", ["GET", "HEAD"], AnswerAsync);

    /// <summary>Writes a file that is the same for everybody.</summary>
    /// <param name="context">The request.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="type">Its media type.</param>
    /// <param name="isCurrent">Whether its address was made by this version, and will never mean anything else.</param>
    public static async Task WriteAsync(
        HttpContext context,
        byte[] content,
        string type,
        bool isCurrent
    )
    {
        var response = context.Response;
        response.ContentType = type;
        response.ContentLength = content.Length;
        response.Headers.CacheControl = isCurrent
            ? "public, max-age=31536000, immutable"
            : "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        // A picture with script in it that is opened by itself runs nothing.
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        if (HttpMethods.IsGet(context.Request.Method))
            await response.Body.WriteAsync(content, context.RequestAborted);
    }

    /// <summary>What names a version of some files in their addresses.</summary>
    public static string VersionOf(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, content) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            hash.AppendData(BitConverter.GetBytes(content.Length));
            hash.AppendData(content);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 6));
    }

    private static Task AnswerAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (!s_files.TryGetValue(name, out var content))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        return WriteAsync(
            context,
            content,
            Path.GetExtension(name) switch
            {
                ".css" => "text/css; charset=utf-8",
                ".js" or ".mjs" => "text/javascript; charset=utf-8",
                ".svg" => "image/svg+xml",
                _ => "application/octet-stream",
            },
            isCurrent: (string)context.Request.RouteValues["version"]! == s_version
        );
    }

    private static FrozenDictionary<string, byte[]> ReadAll()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Resources, StringComparison.Ordinal))
            .ToFrozenDictionary(
                name => name[Resources.Length..],
                name =>
                {
                    using var file = assembly.GetManifestResourceStream(name)!;
                    var bytes = new byte[file.Length];
                    file.ReadExactly(bytes);
                    return bytes;
                },
                StringComparer.Ordinal
            );
    }
}
