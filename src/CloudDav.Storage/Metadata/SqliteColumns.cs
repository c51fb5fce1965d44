using System.Runtime.InteropServices;

namespace CloudDav.Storage;

/// <summary>
/// The calls that are made for each column of each row, without what the library's way to them costs: it guards the handle and leaves
/// the garbage collector's mode on every call, a fifth of the time of a listing. They only read what the last step left in memory, and
/// <see cref="Statement"/> keeps its handle alive and to one thread.
/// </summary>
internal static partial class SqliteColumns
{
    private const string Library = "e_sqlite3";

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    [SuppressGCTransition]
    public static partial long Int64(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    [SuppressGCTransition]
    public static partial int TypeOf(nint statement, int column);

    /// <summary>The bytes of a text or blob column, valid until the next step.</summary>
    public static unsafe ReadOnlySpan<byte> Bytes(nint statement, int column)
    {
        // In this order: the first call may convert the value, and the length is that of the result.
        var first = Blob(statement, column);
        return new ReadOnlySpan<byte>(first, Length(statement, column));
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    [SuppressGCTransition]
    private static unsafe partial void* Blob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    [SuppressGCTransition]
    private static partial int Length(nint statement, int column);
}
