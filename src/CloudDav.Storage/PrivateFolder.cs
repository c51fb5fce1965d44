namespace CloudDav.Storage;

/// <summary>Makes folders that nobody but this user can look into.</summary>
public static class PrivateFolder
{
    /// <summary>Makes a folder, and those above it that are missing.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
        {
            Directory.CreateDirectory(
                path,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
        }
    }
}
