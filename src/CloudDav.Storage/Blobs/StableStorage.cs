using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CloudDav.Storage;

/// <summary>What .NET has no call for on the way to stable storage: flushing a directory, and starting write-back early.</summary>
internal static partial class StableStorage
{
    // Linux numbers, the same on every processor .NET runs on.
    private const int OpenReadOnlyCloseOnExec = 0x80000;
    private const uint StartWriteBack = 2;
    private const int AlreadyExists = 17;

    /// <summary>Makes the names in a directory durable: what was created, renamed or removed there survives a power cut. Skipped where there is no such call.</summary>
    public static void FlushDirectory(string path)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var descriptor = Open(path, OpenReadOnlyCloseOnExec);
        if (descriptor < 0)
            throw LastError($"Directory {path} cannot be opened to flush it");
        try
        {
            if (Flush(descriptor) != 0)
                throw LastError($"Directory {path} cannot be flushed");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Asks the system to begin writing a range of a file, so that the flush at its end has little left to do. A hint: failing changes nothing.</summary>
    public static void BeginWriteBack(SafeFileHandle file, long offset, long count)
    {
        if (OperatingSystem.IsLinux())
            _ = SyncFileRange(file, offset, count, StartWriteBack);
    }

    /// <summary>
    /// Gives a finished file its name; false when the name is taken, which then stays as it is. Of several processes exactly one succeeds:
    /// <see cref="File.Move(string, string, bool)"/> does not promise that on Unix, where it looks first and then renames.
    /// </summary>
    public static bool TryGiveName(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(temporary, path, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(path))
            {
                return false;
            }
        }
        if (Link(temporary, path) == 0)
            return true;
        return Marshal.GetLastPInvokeError() == AlreadyExists
            ? false
            : throw LastError($"{path} cannot be created");
    }

    /// <summary>Whether <see cref="FlushFileSystem"/> flushes everything, so that single files need not be.</summary>
    public static bool FlushesFileSystems => OperatingSystem.IsLinux();

    /// <summary>Makes everything durable that was written to a folder's file system: many files in one go. Where there is no such call, only the files that are named.</summary>
    public static void FlushFileSystem(string folder, IReadOnlyList<string> files)
    {
        if (!FlushesFileSystems)
        {
            foreach (var path in files)
            {
                using var file = File.OpenHandle(path, access: FileAccess.ReadWrite);
                RandomAccess.FlushToDisk(file);
            }
            return;
        }
        var descriptor = Open(folder, OpenReadOnlyCloseOnExec);
        if (descriptor < 0)
            throw LastError($"Directory {folder} cannot be opened to flush its file system");
        try
        {
            if (SyncFileSystem(descriptor) != 0)
                throw LastError($"The file system of {folder} cannot be flushed");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Gives a file a further name; false where the file system, or another one, does not allow it, or the file is not there.</summary>
    public static bool TryLink(string existing, string name) =>
        !OperatingSystem.IsWindows() && Link(existing, name) == 0;

    /// <summary>Is this what the system says when there is no room left?</summary>
    public static bool IsFull(IOException e)
    {
        // On Linux .NET puts errno into HResult: ENOSPC and EDQUOT. On Windows: ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
        return OperatingSystem.IsWindows()
            ? (e.HResult & 0xFFFF) is 39 or 112
            : e.HResult is 28 or 122 || e.HResult == unchecked((int)0x80070070);
    }

    private static IOException LastError(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    [LibraryImport(
        "libc",
        EntryPoint = "open",
        SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8
    )]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport(
        "libc",
        EntryPoint = "link",
        SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8
    )]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncFileSystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncFileRange(
        SafeFileHandle file,
        long offset,
        long count,
        uint flags
    );
}
