using CloudDav.Server.Options;

namespace CloudDav.Server.Verbs;

/// <summary>Where settings come from: the file, then the environment, which wins.</summary>
internal static class Settings
{
    public const string EnvironmentPrefix = "CLOUDDAV_";
    private const string DefaultFile = "config/clouddav.json";

    /// <summary>The settings of a file and the environment.</summary>
    /// <exception cref="StartProblem">The named file is missing or is no JSON.</exception>
    public static IConfiguration Read(FileInfo? file) =>
        new ConfigurationBuilder()
            .AddConfiguration(ReadFile(file))
            .AddEnvironmentVariables(EnvironmentPrefix)
            .Build();

    private static IConfigurationRoot ReadFile(FileInfo? file)
    {
        var path = file?.FullName ?? Path.GetFullPath(DefaultFile);
        if (file is { Exists: false })
            throw new StartProblem($"There is no settings file {path}.");
        try
        {
            var settings = new ConfigurationBuilder()
                .AddJsonFile(path, optional: file is null, reloadOnChange: false)
                .Build();
            RefuseUnknownSections(settings, path);
            return settings;
        }
        catch (InvalidDataException failure)
        {
            throw new StartProblem(
                $"{path} cannot be read as JSON: {failure.InnerException?.Message ?? failure.Message}",
                failure
            );
        }
    }

    // Within a section the binder refuses what it does not know; between sections nobody would.
    private static void RefuseUnknownSections(IConfiguration settings, string path)
    {
        string[] known =
        [
            StorageOptions.Section,
            ListenOptions.Section,
            ContractOptions.Section,
            DavOptions.Section,
            SignInOptions.Section,
            PagesOptions.Section,
            OperatorOptions.Section,
            MainContractOptions.Section,
            EventsOptions.Section,
            LifecycleOptions.Section,
            PreviewOptions.Section,
            ManagementOptions.Section,
            TelemetryOptions.Section,
            LoggingOptions.Section,
        ];
        foreach (var section in settings.GetChildren())
        {
            if (!known.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
                throw new StartProblem(
                    $"{path} has a section {section.Key}; there are {string.Join(", ", known)}."
                );
        }
    }

    /// <summary>The settings of a demo: those of a file if one is given, and the folders of its data folder. The environment is a server's and means nothing to a demo.</summary>
    /// <exception cref="StartProblem">The file is missing or is no JSON.</exception>
    public static IConfigurationBuilder OfDemo(FileInfo? file, DirectoryInfo data)
    {
        var settings = new ConfigurationBuilder();
        if (file is not null)
            settings.AddConfiguration(ReadFile(file));
        return settings.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
            {
                ["Storage:MetadataFolder"] = Path.Combine(data.FullName, "metadata"),
                ["Storage:ContentFolder"] = Path.Combine(data.FullName, "content"),
                ["Storage:KeyFolder"] = Path.Combine(data.FullName, "keys"),
            }
        );
    }

    /// <summary>Settings for a verb that works on folders: those of a demo when its data folder is given, else those of a server.</summary>
    public static IConfiguration Of(FileInfo? file, DirectoryInfo? data) =>
        data is null ? Read(file) : OfDemo(file, data).Build();

    /// <summary>As <see cref="Of"/>, and only the folders of it, validated.</summary>
    public static StorageOptions OfFolders(FileInfo? file, DirectoryInfo? data) =>
        Folders(Of(file, data));

    public static StorageOptions Folders(IConfiguration settings)
    {
        var options = settings.GetSection(StorageOptions.Section).Get<StorageOptions>() ?? new();
        var result = new StorageOptionsValidator().Validate(null, options);
        return result.Failed
            ? throw new StartProblem("A setting is wrong. " + result.FailureMessage)
            : options;
    }
}
