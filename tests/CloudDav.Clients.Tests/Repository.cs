using System.Runtime.Versioning;

// The clients are Debian's.
[assembly: SupportedOSPlatform("linux")]

namespace CloudDav.Clients.Tests;

/// <summary>Where the repository is, and in which size these tests run.</summary>
internal static class Repository
{
    /// <summary>The folder that holds CloudDav.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>True under <c>tests/run --full</c>: the stated sizes instead of the reduced ones.</summary>
    public static bool IsFull { get; } =
        Environment.GetEnvironmentVariable("CLOUDDAV_TESTS_FULL") == "1";

    /// <summary>The server's assembly, of the configuration these tests were built in.</summary>
    public static string ServerAssembly { get; } = FindServer();

    private static string FindRoot()
    {
        for (
            var folder = AppContext.BaseDirectory;
            folder is not null;
            folder = Path.GetDirectoryName(folder)
        )
            if (File.Exists(Path.Combine(folder, "CloudDav.sln")))
                return folder;
        throw new InvalidOperationException(
            "CloudDav.sln is in no folder above " + AppContext.BaseDirectory
        );
    }

    private static string FindServer()
    {
        // .../bin/<configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.Combine(
            Root,
            "src/CloudDav.Server/bin",
            framework.Parent!.Name,
            framework.Name,
            "CloudDav.Server.dll"
        );
        return File.Exists(path) ? path : throw new InvalidOperationException("Not built: " + path);
    }
}
