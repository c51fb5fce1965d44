using System.Text.RegularExpressions;

namespace CloudDav.Clients.Tests;

/// <summary>What a Dockerfile makes: a root folder and how it is started.</summary>
internal sealed record Image(string Root, BaseImage Base)
{
    public string User { get; init; } = Base.User;
    public string WorkingFolder { get; init; } = "/";
    public IReadOnlyList<string> Environment { get; init; } = Base.Environment;
    public IReadOnlyList<string> EntryPoint { get; init; } = [];
    public IReadOnlyList<string> Arguments { get; init; } = [];
    public IReadOnlyList<string> Volumes { get; init; } = [];
    public IReadOnlyList<string> Ports { get; init; } = [];
    public IReadOnlyList<string>? HealthCheck { get; init; }
    public string StopSignal { get; init; } = "SIGTERM";

    /// <summary>What was copied into it, from which stage, and how much that was; no stage for the repository.</summary>
    public IReadOnlyList<(string? Stage, int Mebibytes)> Copied { get; init; } = [];
}

/// <summary>
/// Executes a Dockerfile without a container engine: COPY and RUN in a folder with a root of its own, as root, in namespaces whose mounts and processes are gone with the step.
/// A named stage that was made already, of the same instructions, is not made again.
/// </summary>
internal sealed partial class ImageBuilder : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, Task<Image>> _stages = new(StringComparer.Ordinal);
    private string? _context;
    private int _begun;

    /// <summary>Where everything is.</summary>
    public string Folder => _folder.Path;

    /// <summary>Builds the last stage and those before it.</summary>
    public async Task<Image> BuildAsync(string dockerfile)
    {
        _context ??= await CopyContextAsync();
        var named = new Dictionary<string, Image>(StringComparer.Ordinal);
        var history = "";
        Image? last = null;
        foreach (var stage in Dockerfile.Read(dockerfile))
        {
            history +=
                $"\nFROM {stage.Base} {stage.Name}\n"
                + string.Join(
                    '\n',
                    stage.Instructions.Select(i =>
                        $"{i.Name} {string.Join(' ', i.Options)} {i.Text}"
                    )
                );
            // The last one is whoever's who builds it.
            if (stage.Name is null)
                last = await BuildStageAsync(stage, named);
            else
            {
                if (!_stages.TryGetValue(history, out var made))
                    _stages.Add(history, made = BuildStageAsync(stage, named));
                last = await made;
                named.Add(stage.Name, last);
            }
        }
        return last ?? throw new ImageProblem("There is no FROM");
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveAsync($"{Folder}/*");
        _folder.Dispose();
    }

    /// <summary>Removes what is root's or an image's user's. Nothing is mounted in it: mounts went with their namespaces.</summary>
    public static Task RemoveAsync(string files) =>
        Command.ShellAsync(
            $"{Mount.Sudo}rm -rf --one-file-system {files}",
            Path.GetTempPath(),
            seconds: 300
        );

    private async Task<Image> BuildStageAsync(
        DockerStage stage,
        IReadOnlyDictionary<string, Image> named
    )
    {
        var image = new Image(_folder.Folder($"stage{_begun++}"), BaseImage.Of(stage.Base));
        DockerInstruction? at = null;
        try
        {
            await image.Base.CreateAsync(image.Root, Folder);
            foreach (var instruction in stage.Instructions)
                image = await ExecuteAsync(at = instruction, image, named);
            return image;
        }
        catch (Exception failure)
        {
            await RemoveAsync(image.Root);
            throw failure is ImageProblem
                ? failure
                : new ImageProblem($"line {at?.Line}: {at?.Name}: {failure.Message}", failure);
        }
    }

    private async Task<Image> ExecuteAsync(
        DockerInstruction instruction,
        Image image,
        IReadOnlyDictionary<string, Image> named
    )
    {
        switch (instruction.Name)
        {
            case "WORKDIR":
                var folder = Path.Combine(image.WorkingFolder, instruction.Text);
                await RootAsync($"mkdir -p {image.Root}{folder}");
                return image with { WorkingFolder = folder };
            case "COPY":
                return await CopyAsync(instruction, image, named);
            case "RUN":
                await RunAsync(instruction, image);
                return image;
            case "ENV":
                if (
                    instruction.Words.FirstOrDefault(word => !Setting().IsMatch(word)) is
                    { } strange
                )
                    throw new ImageProblem($"line {instruction.Line}: {strange} is not read here");
                return image with { Environment = [.. image.Environment, .. instruction.Words] };
            case "USER":
                return image with { User = instruction.Text };
            case "VOLUME":
                return image with { Volumes = [.. image.Volumes, .. instruction.Words] };
            case "EXPOSE":
                return image with { Ports = [.. image.Ports, .. instruction.Words] };
            case "STOPSIGNAL":
                return image with { StopSignal = instruction.Text };
            case "HEALTHCHECK":
                return instruction.Text.StartsWith("CMD ", StringComparison.Ordinal)
                    ? image with
                    {
                        HealthCheck = (instruction with { Text = instruction.Text[4..] }).Command,
                    }
                    : throw new ImageProblem($"line {instruction.Line}: HEALTHCHECK wants CMD");
            case "ENTRYPOINT":
                return image with { EntryPoint = instruction.Command };
            case "CMD":
                return image with { Arguments = instruction.Command };
            default:
                throw new ImageProblem($"line {instruction.Line}: nothing does {instruction.Name}");
        }
    }

    private async Task<Image> CopyAsync(
        DockerInstruction instruction,
        Image image,
        IReadOnlyDictionary<string, Image> named
    )
    {
        if (instruction.Words is not [var from, var to])
            throw new ImageProblem($"line {instruction.Line}: COPY wants two words here");
        var root = _context!;
        if (instruction.Options.TryGetValue("from", out var stage))
        {
            root = named.TryGetValue(stage, out var other)
                ? other.Root
                : throw new ImageProblem($"line {instruction.Line}: there is no stage {stage}");
        }
        var source = $"{root}/{from.Trim('/')}";
        var target = Path.Combine(
            image.WorkingFolder,
            to.StartsWith("./", StringComparison.Ordinal) ? to[2..] : to
        );
        var owner = instruction.Options.GetValueOrDefault("chown", "0:0");
        var copied = await RootAsync(
            $$"""
            [ -e {{source}} ] || { echo 'there is no {{from}}'; exit 1; }
            staged=$(mktemp -d -p {{Folder}})
            if [ -d {{source}} ]; then
              cp -r --preserve=mode,timestamps,links {{source}}/. $staged
              target={{image.Root}}{{target.TrimEnd('/')}}
            else
              cp --preserve=mode,timestamps {{source}} $staged
              target={{image.Root}}{{(to.EndsWith('/') ? target : Path.GetDirectoryName(target))}}
            fi
            chown -R -h {{owner}} $staged
            [ -d $target ] || { mkdir -p $target; chown {{owner}} $target; }
            find $staged -mindepth 1 -maxdepth 1 -exec cp -al -t $target {} +
            du -sm --apparent-size $staged | cut -f 1
            rm -r $staged
            """
        );
        return image with { Copied = [.. image.Copied, (stage, int.Parse(copied.Output, null))] };
    }

    private async Task RunAsync(DockerInstruction instruction, Image image)
    {
        var step = Path.Combine(Folder, "step.sh");
        await File.WriteAllTextAsync(
            step,
            $"""
            {Mounts(image, isReadOnly: false)}
            exec {Enter(image, image.User, image.Environment)} "$@"
            """
        );
        (
            await Command.RunAsync(
                "bash",
                [
                    "-c",
                    // No network: whatever a step would fetch, it cannot.
                    $"exec {Mount.Sudo}unshare --mount --net --pid --fork --kill-child bash -euo pipefail {step} \"$@\"",
                    "bash",
                    .. instruction.Command,
                ],
                Folder,
                // Where other tests run beside it, compiling takes long.
                seconds: 900
            )
        ).MustSucceed();
    }

    /// <summary>The lines of bash that mount what every container has.</summary>
    public static string Mounts(Image image, bool isReadOnly) =>
        $"""
            mount --bind {image.Root} {image.Root}
            {image.Base.Mounts(image.Root)}
            mount -t proc -o nosuid,nodev,noexec proc {image.Root}/proc
            mount -t tmpfs -o mode=755 tmpfs {image.Root}/dev
            for device in null zero full random urandom; do
              touch {image.Root}/dev/$device
              mount --bind /dev/$device {image.Root}/dev/$device
            done
            ln -s /proc/self/fd {image.Root}/dev/fd
            ln -s /proc/self/fd/0 {image.Root}/dev/stdin
            ln -s /proc/self/fd/1 {image.Root}/dev/stdout
            ln -s /proc/self/fd/2 {image.Root}/dev/stderr
            mount -t tmpfs -o mode=1777 tmpfs {image.Root}/tmp
            {(isReadOnly ? $"mount -o remount,bind,ro {image.Root}" : "")}
            """;

    /// <summary>What runs a program in the image, as one of its users.</summary>
    public static string Enter(Image image, string user, IReadOnlyList<string> environment)
    {
        var ids = UserAndGroup(user);
        return $"env -i {string.Join(' ', environment.Select(Quoted))} /usr/bin/unshare --root={image.Root} --wd={image.WorkingFolder} --setgid={ids.Group} --setuid={ids.User} --";
    }

    /// <summary>A user, by number or name, and the group.</summary>
    public static (string User, string Group) UserAndGroup(string user) =>
        user switch
        {
            "root" => ("0", "0"),
            _ when user.Split(':') is [var id, var group] => (id, group),
            _ => (user, user),
        };

    /// <summary>A word as bash reads it.</summary>
    public static string Quoted(string word) =>
        $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>What a build may copy: the repository without what .dockerignore leaves out.</summary>
    private async Task<string> CopyContextAsync()
    {
        var context = _folder.Folder("context");
        var rules = (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, ".dockerignore")))
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => (IsKept: line.StartsWith('!'), Pattern: Pattern(line.TrimStart('!'))))
            .ToList();
        Copy("");
        return context;

        void Copy(string below)
        {
            foreach (
                var entry in new DirectoryInfo(
                    Path.Combine(Repository.Root, below)
                ).EnumerateFileSystemInfos()
            )
            {
                var path = below.Length == 0 ? entry.Name : $"{below}/{entry.Name}";
                if (!rules.LastOrDefault(rule => rule.Pattern.IsMatch(path), (true, null!)).IsKept)
                    continue;
                var target = Path.Combine(context, path);
                if (entry is FileInfo file)
                    file.CopyTo(target);
                else
                {
                    Directory.CreateDirectory(target);
                    Copy(path);
                }
            }
        }
    }

    /// <summary>What a line of .dockerignore says, with everything below it.</summary>
    private static Regex Pattern(string line) =>
        line.AsSpan().ContainsAny('?', '[', '\\')
            ? throw new ImageProblem($".dockerignore: {line} is not read here")
            : new Regex(
                "^"
                    + Regex
                        .Escape(line.Trim('/'))
                        .Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal)
                        .Replace(@"\*", "[^/]*", StringComparison.Ordinal)
                    + "(/.*)?$",
                RegexOptions.None,
                TimeSpan.FromSeconds(1)
            );

    private async Task<CommandResult> RootAsync(string script) =>
        (
            await Command.ShellAsync($"{Mount.Sudo}bash -euo pipefail -c {Quoted(script)}", Folder)
        ).MustSucceed();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*=[^\"'\\\\]*$", RegexOptions.None, 1000)]
    private static partial Regex Setting();
}
