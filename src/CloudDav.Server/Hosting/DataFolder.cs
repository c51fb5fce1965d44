using CloudDav.Storage;

namespace CloudDav.Server.Hosting;

/// <summary>A folder that settings name.</summary>
internal static class DataFolder
{
    /// <summary>Its full path; it is made when it is missing.</summary>
    /// <exception cref="StartProblem">It cannot be written to.</exception>
    public static string Require(string setting, string path)
    {
        var folder = Path.GetFullPath(path);
        try
        {
            PrivateFolder.Create(folder);
            // Asked by doing: permissions, read-only mounts and full disks are all found this way.
            var probe = Path.Combine(folder, $".writable-{Environment.ProcessId}");
            using (
                new FileStream(
                    probe,
                    FileMode.Create,
                    FileAccess.Write,
                    FileShare.None,
                    1,
                    FileOptions.DeleteOnClose
                )
            ) { }
            return folder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartProblem(
                $"The folder {folder} ({setting}) cannot be written to: {failure.Message}",
                failure
            );
        }
    }
}
