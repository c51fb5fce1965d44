using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>
/// What stands for the images that a Dockerfile begins with, since there is no registry here: the files of this machine's own Debian packages, as few as the image has,
/// and this machine's .NET, mounted. The SDK's has a shell and what is essential in Debian; the runtime's has neither a shell nor any other program but <c>dotnet</c>, as the real one.
/// </summary>
internal sealed partial record BaseImage
{
    private const string DotNet = "/usr/share/dotnet";
    private const string Packages = "/packages";
    private const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // Whatever these bring along by scripts, scripts are not run.
    private static readonly string[] s_notNeeded = ["debconf", "debconf-2.0"];

    /// <summary>Which packages it has, besides those they need.</summary>
    public required Func<DebianPackage, bool> Has { get; init; }

    /// <summary>The parts of .NET it has, below the folder of <c>dotnet</c>.</summary>
    public required string[] DotNetParts { get; init; }

    /// <summary>Its environment.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>What apt-get can install in it: of this machine's own packages, since nothing can be fetched.</summary>
    private string[] Installable { get; init; } = [];

    /// <summary>Its user, by number.</summary>
    public required string User { get; init; }

    /// <summary>Whether it has the machine's NuGet packages: what the lock files name was restored before the tests were built, so that nothing is fetched.</summary>
    private bool HasNuGetPackages { get; init; }

    /// <summary>What stands for an image.</summary>
    public static BaseImage Of(string image) =>
        image switch
        {
            "mcr.microsoft.com/dotnet/sdk:10.0" => new()
            {
                Has = package => package.IsEssential || IsLibrary(package),
                DotNetParts = [""],
                // No network: what is locked is there, and advisories cannot be asked for.
                Environment =
                [
                    Path,
                    "HOME=/root",
                    "DOTNET_NOLOGO=true",
                    "DOTNET_CLI_TELEMETRY_OPTOUT=true",
                    "NuGetAudit=false",
                    $"NUGET_PACKAGES={Packages}",
                ],
                User = "0",
                HasNuGetPackages = true,
                Installable =
                [
                    "ffmpeg",
                    "libheif-plugin-aomdec",
                    "libheif-plugin-libde265",
                    "libvips42t64",
                ],
            },
            "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra" => new()
            {
                Has = IsLibrary,
                DotNetParts =
                [
                    "dotnet",
                    "host",
                    "shared/Microsoft.NETCore.App",
                    "shared/Microsoft.AspNetCore.App",
                ],
                Environment =
                [
                    Path,
                    "APP_UID=1654",
                    "ASPNETCORE_HTTP_PORTS=8080",
                    "DOTNET_RUNNING_IN_CONTAINER=true",
                ],
                User = "1654",
            },
            _ => throw new ImageProblem($"nothing stands here for the image {image}"),
        };

    /// <summary>Makes its root folder.</summary>
    public async Task CreateAsync(string root, string home)
    {
        var installed = await DebianPackage.InstalledAsync(home);
        var packages = Closure(installed, installed.Values.Where(Has));
        (
            await Command.ShellAsync(
                $$"""
                {{Mount.Sudo}}bash -euo pipefail <<'END'
                cd {{root}}
                mkdir -p dev etc/ssl/certs home/app proc root run sys tmp var/tmp usr/bin usr/sbin usr/lib usr/lib64
                chmod 1777 tmp var/tmp
                chmod 700 root
                ln -s usr/bin usr/sbin usr/lib usr/lib64 .
                echo 'root:x:0:0:root:/root:/bin/sh
                app:x:1654:1654::/home/app:/bin/false' >etc/passwd
                echo 'root:x:0:
                app:x:1654:' >etc/group
                chown 1654:1654 home/app
                files() {
                  # Where Debian's packages still say /bin and /lib, those are links.
                  dpkg-query -L "$@" | sed -nE 's,^/(bin|sbin|lib|lib64)/,/usr/\1/,; /\/zoneinfo\/(posix|right)\//d; s,^/((usr/(bin|sbin|lib|lib64|share/zoneinfo)|etc)/.),\1,p'
                }
                files {{packages}} | sort -u |
                  tar -C / --no-recursion --ignore-failed-read --warning=no-failed-read -cf - -T - | tar -xf -
                {{string.Join('\n', Installable.Select(name => Installs(name, installed)))}}
                cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/
                ln -s ../share/dotnet/dotnet usr/bin/dotnet
                mkdir -p .{{DotNet}}/shared .{{Packages}}
                dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
                for part in {{string.Join(' ', DotNetParts)}}; do
                  if [ -d "$dotnet/$part" ]; then mkdir -p .{{DotNet}}/$part; else touch .{{DotNet}}/$part; fi
                done
                END
                """,
                home
            )
        ).MustSucceed();
    }

    /// <summary>Lines of bash that mount, in a namespace of their own, what is not copied.</summary>
    public string Mounts(string root)
    {
        var lines = DotNetParts
            .Select(part =>
                $"""mount --bind -o ro "$(dirname "$(readlink -f "$(command -v dotnet)")")/{part}" {root}{DotNet}/{part}"""
            )
            .ToList();
        if (Installable.Length > 0)
            lines.Add($"mount --bind -o ro / {root}/machine");
        if (HasNuGetPackages)
            lines.Add($"mount --bind -o ro {NuGetPackages} {root}{Packages}");
        return string.Join('\n', lines);
    }

    private static string NuGetPackages =>
        System.Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? System.IO.Path.Combine(
            System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile),
            ".nuget/packages"
        );

    private static bool IsLibrary(DebianPackage package) => Libraries().IsMatch(package.Name);

    // The lines of bash that keep the names of a package's files, and of those it needs, for the program that stands for apt-get. This machine's Debian may call it otherwise, or have it in the library.
    private static string Installs(
        string name,
        IReadOnlyDictionary<string, DebianPackage> installed
    )
    {
        var own = (string[])[name, name.Replace("t64", "", StringComparison.Ordinal), "libheif1"];
        return $$"""
            if [ ! -e usr/bin/apt-get ]; then
              mkdir -p machine usr/share/installable
              cat >usr/bin/apt-get <<'APT'
            #!/bin/bash
            set -euo pipefail
            [[ $1 != update ]] || exit 0
            shift
            for word; do
              case $word in
                -*) ;;
                *) cat "/usr/share/installable/$word" ;;
              esac
            done | sort -u | tar -C /machine --no-recursion --ignore-failed-read --warning=no-failed-read -cf - -T - | tar -C / -xf -
            APT
              chmod +x usr/bin/apt-get
            fi
            # Which of several libraries a name stands for, scripts decide where packages are installed.
            { files {{Closure(
                installed,
                [installed[own.First(installed.ContainsKey)]]
            )}}; find /usr/lib /etc/alternatives -lname '*/etc/alternatives/*' -o -path '/etc/alternatives/*' | cut -c 2-; } >usr/share/installable/{{name}}
            """;
    }

    /// <summary>Packages and those they need.</summary>
    private static string Closure(
        IReadOnlyDictionary<string, DebianPackage> installed,
        IEnumerable<DebianPackage> packages
    )
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Queue<DebianPackage>(packages);
        while (open.TryDequeue(out var package))
        {
            if (!found.Add(package.Name))
                continue;
            foreach (var alternatives in package.Needs)
            {
                if (
                    alternatives.Except(s_notNeeded).FirstOrDefault(installed.ContainsKey) is
                    { } name
                )
                    open.Enqueue(installed[name]);
            }
        }
        return string.Join(' ', found);
    }

    [GeneratedRegex(
        @"^(libicu\d+|libssl\d\S*|libstdc\+\+6|tzdata)$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Libraries();
}

/// <summary>A package that is installed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsEssential">Whether every Debian has it.</param>
/// <param name="Needs">The packages it needs, of each one of several.</param>
internal sealed record DebianPackage(
    string Name,
    bool IsEssential,
    IReadOnlyList<IReadOnlyList<string>> Needs
)
{
    /// <summary>All of them, by name.</summary>
    public static async Task<IReadOnlyDictionary<string, DebianPackage>> InstalledAsync(string home)
    {
        var all = await Command.RunAsync(
            "dpkg-query",
            [
                "-W",
                "-f",
                "${db:Status-Status}\\t${Package}\\t${Essential}\\t${Pre-Depends}, ${Depends}\\n",
            ],
            home
        );
        return all.MustSucceed()
            .Output.Split('\n')
            .Select(line => line.Split('\t'))
            .Where(field => field is ["installed", ..])
            .Select(field => new DebianPackage(
                field[1],
                field[2] == "yes",
                [
                    .. field[3]
                        .Split(',')
                        .Select(need =>
                            need.Split('|').Select(one => one.Trim().Split(' ', ':')[0]).ToArray()
                        ),
                ]
            ))
            // One that is installed for two architectures is there twice.
            .DistinctBy(package => package.Name)
            .ToDictionary(package => package.Name, StringComparer.Ordinal);
    }
}
