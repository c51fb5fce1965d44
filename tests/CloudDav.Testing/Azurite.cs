using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Testing;

/// <summary>
/// Azurite, which stands for Azure Blob Storage: a process of its own on a free port of loopback, over a folder that is removed with it. <c>tests/run</c> installs it below
/// <c>tests/azurite</c>.
/// </summary>
public sealed class Azurite : IAsyncDisposable
{
    private const string Account = "clouddavtests";
    private const string ListensOn = "successfully listens on ";

    // The key of this run alone.
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-azurite-")
        .FullName;
    private readonly IReadOnlyList<string> _arguments;
    private Process? _process;

    private Azurite(IReadOnlyList<string> arguments) => _arguments = arguments;

    /// <summary>Where it listens, without the account.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0/");

    /// <summary>The blob service of its one account.</summary>
    public Uri ServiceUri => ServiceAt(Address);

    /// <summary>The connection string of its one account.</summary>
    public string ConnectionString => ConnectionStringAt(Address);

    /// <summary>Starts it.</summary>
    /// <param name="arguments">Further arguments.</param>
    public static async Task<Azurite> StartAsync(params IReadOnlyList<string> arguments)
    {
        var azurite = new Azurite(arguments);
        try
        {
            await azurite.StartProcessAsync();
            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string for somebody who reaches it at another address, through a proxy.</summary>
    public string ConnectionStringAt(Uri address) =>
        $"DefaultEndpointsProtocol={address.Scheme};AccountName={Account};AccountKey={_key};BlobEndpoint={ServiceAt(address)};";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
            _process = null;
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static Uri ServiceAt(Uri address) => new(address, Account);

    private static string FindProgram()
    {
        const string Program = "tests/azurite/node_modules/azurite/dist/src/blob/main.js";
        for (
            var folder = AppContext.BaseDirectory;
            folder is not null;
            folder = Path.GetDirectoryName(folder)
        )
        {
            var program = Path.Combine(folder, Program);
            if (File.Exists(program))
                return program;
        }
        throw new InvalidOperationException(
            "Azurite is not installed. `tests/run` does it, and so does `npm ci --ignore-scripts` in tests/azurite."
        );
    }

    private async Task StartProcessAsync()
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["AZURITE_ACCOUNTS"] = $"{Account}:{_key}" },
        };
        foreach (
            var argument in (IEnumerable<string>)
                [
                    FindProgram(),
                    "--blobPort",
                    "0",
                    "--location",
                    _folder,
                    "--silent",
                    "--disableTelemetry",
                    // The library is newer than it.
                    "--skipApiVersionCheck",
                    .. _arguments,
                ]
        )
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        var said = new StringBuilder();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            said.AppendLine(line);
            var at = line.IndexOf(ListensOn, StringComparison.Ordinal);
            if (at < 0)
                continue;
            Address = new Uri(line[(at + ListensOn.Length)..].Trim() + "/");
            // Nobody reads further; it must not stop because a pipe is full.
            _ = _process.StandardOutput.ReadToEndAsync();
            _ = _process.StandardError.ReadToEndAsync();
            return;
        }
        said.Append(await _process.StandardError.ReadToEndAsync());
        await _process.WaitForExitAsync();
        throw new InvalidOperationException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Azurite ended with {_process.ExitCode}: {said}"
            )
        );
    }
}
