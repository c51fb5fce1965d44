using System.Runtime.InteropServices;

namespace CloudDav.Server.Previews;

/// <summary>
/// What a process takes away from itself before it touches anything that somebody else made: time, room, new rights, and, where the kernel has Landlock, every file but programs and libraries, the network, and other
/// processes. Landlock holds for a thread and its children alone, so that the program is begun anew from the thread that has it.
/// </summary>
internal static partial class Confinement
{
    private const int RlimitCpu = 0;
    private const int RlimitFileSize = 1;
    private const int RlimitCore = 4;
    private const int RlimitFiles = 7;
    private const int RlimitAddressSpace = 9;
    private const int SetDumpable = 4;
    private const int SetNoNewPrivileges = 38;

    private const long CreateRuleset = 444;
    private const long AddRule = 445;
    private const long RestrictSelf = 446;
    private const uint RulesetVersion = 1;
    private const int PathBeneath = 1;

    // Execute, read a file, read a folder.
    private const ulong Execute = 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = 1 << 3;

    private const int PathOnly = 0x200000 | 0x80000;
    private const int Lowest = 5;

    // What the runtime, libvips and ffmpeg need of a system: programs, libraries and how these are found.
    private static readonly string[] s_readable =
    [
        "/usr",
        "/lib",
        "/lib64",
        "/bin",
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/alternatives",
        "/dev/null",
        "/dev/zero",
        "/dev/urandom",
        "/proc/self",
        "/proc/meminfo",
        "/proc/cpuinfo",
        "/sys/devices/system/cpu",
    ];

    /// <summary>Limits what the process may take: seconds of processor time, files it has open; it leaves no picture of its memory and waits for everybody else.</summary>
    public static void LimitTime(int seconds)
    {
        Limit(RlimitCpu, (ulong)seconds);
        Limit(RlimitCore, 0);
        Limit(RlimitFiles, 128);
        _ = SetPriority(0, 0, Lowest);
    }

    /// <summary>Limits how much more memory the process may take than it has, and that files grow no more.</summary>
    public static void LimitMemory(long bytes)
    {
        var pages = File.ReadAllText("/proc/self/statm").Split(' ')[0];
        Limit(
            RlimitAddressSpace,
            ulong.Parse(pages, System.Globalization.CultureInfo.InvariantCulture)
                * (ulong)Environment.SystemPageSize
                + (ulong)bytes
        );
        Limit(RlimitFileSize, 0);
    }

    /// <summary>Begins the program anew without files, network and other processes; does nothing where the kernel cannot do that.</summary>
    /// <param name="arguments">What it is begun with.</param>
    /// <returns>Why it goes on as it was.</returns>
    public static string BeginAnew(params string[] arguments)
    {
        _ = Control(SetNoNewPrivileges, 1, 0, 0, 0);
        var version = SystemCall(CreateRuleset, 0, 0, RulesetVersion);
        if (version < 1)
            return "the kernel has no Landlock";
        var rules = new Ruleset
        {
            Files =
                version >= 5 ? 0xffffUL
                : version >= 3 ? 0x7fffUL
                : version == 2 ? 0x3fffUL
                : 0x1fffUL,
            Network = version >= 4 ? 3UL : 0,
            Scopes = version >= 6 ? 3UL : 0,
        };
        var size =
            version >= 6 ? 24
            : version >= 4 ? 16
            : 8;
        long ruleset;
        unsafe
        {
            ruleset = SystemCall(CreateRuleset, (nint)(&rules), size, 0);
        }
        if (ruleset < 0)
            return "Landlock refuses";
        var program = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: true)!.FullName;
        foreach (var path in s_readable)
            Allow((int)ruleset, path);
        // The runtime, which may be anywhere, and of the program the code alone: settings may lie beside it.
        Allow(
            (int)ruleset,
            Path.GetFullPath(
                Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")
            )
        );
        Allow((int)ruleset, program);
        foreach (
            var file in Directory.EnumerateFiles(
                AppContext.BaseDirectory,
                "*",
                SearchOption.AllDirectories
            )
        )
            if (
                Path.GetExtension(file) is ".dll" or ".so"
                || file.EndsWith(".runtimeconfig.json", StringComparison.Ordinal)
                || file.EndsWith(".deps.json", StringComparison.Ordinal)
            )
                Allow((int)ruleset, file);
        if (SystemCall(RestrictSelf, (nint)ruleset, 0, 0) != 0)
            return "Landlock refuses";
        Execute2(program, arguments);
        return "the program cannot be begun anew";
    }

    /// <summary>Makes the process one into which no other one of the same user looks.</summary>
    public static void Hide() => _ = Control(SetDumpable, 0, 0, 0, 0);

    private static void Limit(int what, ulong most)
    {
        var limit = new ResourceLimit { Soft = most, Hard = most };
        if (SetLimit(what, in limit) != 0)
            throw new InvalidOperationException(
                $"Limit {what} cannot be set: {Marshal.GetLastPInvokeErrorMessage()}"
            );
    }

    // What is not there needs no rule.
    private static void Allow(int ruleset, string path)
    {
        var file = Open(path, PathOnly);
        if (file < 0)
            return;
        var rule = new PathRule
        {
            Access = Directory.Exists(path) ? Execute | ReadFile | ReadFolder : Execute | ReadFile,
            Parent = file,
        };
        unsafe
        {
            _ = SystemCall4(AddRule, ruleset, PathBeneath, (nint)(&rule), 0);
        }
        _ = Close(file);
    }

    private static unsafe void Execute2(string program, string[] arguments)
    {
        var given = new nint[arguments.Length + 2];
        given[0] = Marshal.StringToCoTaskMemUTF8(program);
        for (var i = 0; i < arguments.Length; i++)
            given[i + 1] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
        var variables = Environment
            .GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .Select(variable => Marshal.StringToCoTaskMemUTF8($"{variable.Key}={variable.Value}"))
            .Append(0)
            .ToArray();
        fixed (nint* list = given)
        fixed (nint* environment = variables)
            _ = Replace(program, list, environment);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Ruleset
    {
        public ulong Files;
        public ulong Network;
        public ulong Scopes;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathRule
    {
        public ulong Access;
        public int Parent;
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int what, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int value);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int what, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(long number, nint a, nint b, nuint c);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall4(long number, nint a, nint b, nint c, nuint d);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Replace(string path, nint* arguments, nint* environment);
}
