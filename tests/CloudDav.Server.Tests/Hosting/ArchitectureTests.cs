using System.Reflection;
using System.Text.RegularExpressions;
using CloudDav.Server.Options;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>What the compiler does not hold: which assembly may reference what, and that the documents name what exists.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>The folder that holds CloudDav.sln.</summary>
    internal static readonly string Root = FindRoot();

    private static readonly Assembly[] s_assemblies =
    [
        typeof(ServerStart).Assembly,
        typeof(DavEndpoint).Assembly,
        typeof(VaultSession).Assembly,
        typeof(Storage.SqliteDatabase).Assembly,
    ];

    [Theory]
    [InlineData("CloudDav.Vault", "System.")]
    [InlineData(
        "CloudDav.WebDav",
        "System.|Microsoft.AspNetCore.|Microsoft.Extensions.|Microsoft.Net.Http.Headers|Microsoft.Win32."
    )]
    [InlineData(
        "CloudDav.Storage",
        "System.|Microsoft.Win32.|Azure.|CloudDav.Vault|Dapper|dbup-|Microsoft.Data.Sqlite|Microsoft.Data.SqlClient|SQLitePCLRaw."
    )]
    [InlineData(
        "CloudDav.Server",
        "System.|Microsoft.AspNetCore|Microsoft.Extensions.|Microsoft.Net.Http.Headers|Microsoft.IdentityModel.|Microsoft.OpenApi|Polly|OpenTelemetry|CloudNative.CloudEvents|NetVips|QRCoder|CloudDav.Vault|CloudDav.WebDav|CloudDav.Storage"
    )]
    public void An_assembly_references_nothing_but_what_it_may(string name, string allowed)
    {
        var assembly = s_assemblies.Single(candidate => candidate.GetName().Name == name);
        var prefixes = allowed.Split('|');

        var others = assembly
            .GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(reference =>
                !prefixes.Any(prefix => reference.StartsWith(prefix, StringComparison.Ordinal))
            );

        Assert.Empty(others);
    }

    [Fact]
    public void Sqlite_is_spoken_in_the_metadata_folder_alone()
    {
        var files = Directory
            .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !IsBuilt(file) && !file.Contains("/Metadata/", StringComparison.Ordinal))
            .Where(file => SqliteUsing().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Root, file));

        Assert.Empty(files);
    }

    [Fact]
    public void Azure_is_spoken_by_its_own_files_alone()
    {
        var files = Directory
            .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !IsBuilt(file) && AzureUsing().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Root, file));

        Assert.All(
            files,
            file =>
                Assert.Matches(
                    @"^src/CloudDav\.Storage/((Blobs|Keys)/Azure\w+|Metadata/SqlServer/SqlServerIdentity)\.cs$",
                    file
                )
        );
    }

    [Fact]
    public void Every_setting_is_documented_with_its_default_and_nothing_else_is()
    {
        var documented = SettingRow()
            .Matches(File.ReadAllText(Path.Combine(Root, "config", "README.md")))
            .ToDictionary(
                row => row.Groups["name"].Value,
                row => row.Groups["default"].Value,
                StringComparer.Ordinal
            );
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (section, type) in Sections())
            Add(section, Activator.CreateInstance(type)!);

        Assert.Equal(
            settings.Keys.Order(StringComparer.Ordinal),
            documented.Keys.Order(StringComparer.Ordinal)
        );
        Assert.All(
            settings,
            setting =>
                Assert.Equal(
                    $"{setting.Key} = {setting.Value}",
                    $"{setting.Key} = {documented[setting.Key]}"
                )
        );

        void Add(string section, object options)
        {
            foreach (var property in options.GetType().GetProperties())
            {
                var value = property.GetValue(options);
                if (value is DavClientOptions)
                    Add($"{section}:{property.Name}", value);
                // A section of its own.
                else if (
                    value
                    is not (
                        AzureOptions
                        or SqlServerOptions
                        or KeysOptions
                        or KeyVaultOptions
                        or HistoryOptions
                    )
                )
                    settings.Add($"{section}:{property.Name}", Text(value));
            }
        }

        static string Text(object? value) =>
            value switch
            {
                null => "none",
                System.Collections.ICollection { Count: 0 } => "none",
                bool flag => flag ? "`true`" : "`false`",
                _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"`{value}`"),
            };
    }

    [Fact]
    public void Every_section_of_settings_may_stand_in_the_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            var names = Sections().Select(found => found.Section.Split(':')[0]).Distinct();
            File.WriteAllText(
                file,
                $"{{ {string.Join(", ", names.Select(name => $"\"{name}\": {{}}"))} }}"
            );
            var settings = CloudDav.Server.Verbs.Settings.Read(new FileInfo(file));
            Assert.Contains(settings.GetChildren(), section => section.Key == "Previews");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Whatever_a_setting_takes_is_documented()
    {
        var rows = File.ReadAllLines(Path.Combine(Root, "config", "README.md"));
        foreach (var (section, type) in Sections())
        foreach (var property in type.GetProperties())
        {
            var row = rows.SingleOrDefault(line =>
                line.StartsWith($"| `{section}:{property.Name}` |", StringComparison.Ordinal)
            );
            if (property.GetCustomAttribute<AllowedRangeAttribute>() is { } range)
                Assert.Contains(
                    $" {range.Minimum} to {range.Maximum}",
                    row!,
                    StringComparison.Ordinal
                );
            if (property.PropertyType.IsEnum)
                Assert.Contains(
                    string.Join(
                        ", ",
                        Enum.GetNames(property.PropertyType).Select(one => $"`{one}`")
                    ),
                    row!,
                    StringComparison.Ordinal
                );
            if (property.PropertyType == typeof(bool))
                Assert.Contains("| `true`, `false` |", row!, StringComparison.Ordinal);
        }
    }

    // Every class of settings that there is, so that none can be forgotten here.
    private static IEnumerable<(string Section, Type Type)> Sections() =>
        typeof(StorageOptions)
            .Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(StorageOptions).Namespace)
            .Select(type => ((string?)type.GetField("Section")?.GetRawConstantValue(), type))
            .Where(found => found.Item1 is not null)
            .Select(found => (found.Item1!, found.type));

    [Fact]
    public void Every_file_and_type_that_the_map_names_exists()
    {
        var types = s_assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .Select(type => type.Name.Split('`')[0])
            .Concat(
                Directory
                    .EnumerateFiles(
                        Path.Combine(Root, "tests"),
                        "*.cs",
                        SearchOption.AllDirectories
                    )
                    .Select(Path.GetFileNameWithoutExtension)
            )
            .ToHashSet(StringComparer.Ordinal);

        var missing = CodeSpan()
            .Matches(File.ReadAllText(Path.Combine(Root, "src", "README.md")))
            .Select(span => span.Groups["code"].Value)
            .Where(code => !Exists(code, types))
            .ToList();

        Assert.Empty(missing);
    }

    private static bool Exists(string code, HashSet<string?> types)
    {
        if (
            code.StartsWith("CloudDav.", StringComparison.Ordinal)
            || code.Contains('/', StringComparison.Ordinal)
        )
        {
            return ((string[])["src", "tests", ""]).Any(folder =>
                Path.Exists(Path.Combine(Root, folder, code))
            );
        }
        var parts = code.Split('.');
        if (!TypeName().IsMatch(code))
            return true;
        if (!types.Contains(parts[0]))
            return parts is ["ETag"];
        return parts.Length == 1
            || s_assemblies
                .SelectMany(assembly => assembly.GetTypes())
                .Where(type => type.Name == parts[0])
                .Any(type =>
                    type.GetMember(
                        parts[1],
                        BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance
                    ).Length > 0
                );
    }

    private static bool IsBuilt(string file) =>
        file.Contains("/obj/", StringComparison.Ordinal)
        || file.Contains("/bin/", StringComparison.Ordinal);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CloudDav.sln")))
            folder =
                folder.Parent
                ?? throw new InvalidOperationException("The tests run outside the repository.");
        return folder.FullName;
    }

    [GeneratedRegex(
        @"^\| `(?<name>[A-Z]\w+(:\w+)+)` \| (?<default>[^|]+) \|",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex SettingRow();

    [GeneratedRegex(@"(?<!`)`(?<code>[^`\n]+)`(?!`)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"^[A-Z]\w+(\.\w+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeName();

    [GeneratedRegex(
        @"^using (Microsoft\.Data\.Sqlite|SQLitePCL|Dapper)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex SqliteUsing();

    [GeneratedRegex(@"^using Azure\b", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AzureUsing();
}
