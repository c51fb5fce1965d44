using System.Text;

namespace CloudDav.Storage;

/// <summary>Small files that only their owner may read, whole and durable or not there.</summary>
internal static class PrivateFile
{
    /// <summary>What the name of a file ends in while it is written.</summary>
    public const string NewSuffix = ".new";

    /// <summary>Creates a file unless there is one. Of several processes exactly one wins, and none ever sees half a file.</summary>
    /// <returns>False when there is one.</returns>
    public static bool TryCreate(string path, string text)
    {
        var temporary = WriteBeside(path, text);
        try
        {
            return StableStorage.TryGiveName(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
            StableStorage.FlushDirectory(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>Puts a file in the place of what is there; what that held is overwritten.</summary>
    public static void Replace(string path, string text)
    {
        using var former = File.Exists(path) ? OpenToOverwrite(path) : null;
        File.Move(WriteBeside(path, text), path, overwrite: true);
        StableStorage.FlushDirectory(Path.GetDirectoryName(path)!);
        if (former is not null)
            Overwrite(former);
    }

    /// <summary>Overwrites a file and removes it; it need not be there.</summary>
    public static void Destroy(string path)
    {
        try
        {
            using (var file = OpenToOverwrite(path))
                Overwrite(file);
            File.Delete(path);
        }
        catch (FileNotFoundException)
        {
            // It was destroyed before, or never there.
        }
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle OpenToOverwrite(string path) =>
        File.OpenHandle(
            path,
            access: FileAccess.Write,
            share: FileShare.ReadWrite | FileShare.Delete
        );

    private static void Overwrite(Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        RandomAccess.Write(
            file,
            System.Security.Cryptography.RandomNumberGenerator.GetBytes(
                (int)RandomAccess.GetLength(file)
            ),
            0
        );
        RandomAccess.FlushToDisk(file);
    }

    private static string WriteBeside(string path, string text)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}{NewSuffix}";
        try
        {
            using var file = new FileStream(temporary, NewFile());
            file.Write(Encoding.ASCII.GetBytes(text));
            file.Flush(flushToDisk: true);
            return temporary;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static FileStreamOptions NewFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            // What is still being written can be destroyed as well.
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
