using System.Data.Common;

namespace CloudDav.Storage;

/// <summary>Columns of a row that is in memory already: nothing in them is waited for.</summary>
internal static class SqlServerColumns
{
    public static bool IsNull(this DbDataReader reader, int column) => reader.IsDBNull(column);

    public static long? Int64OrNull(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static string? TextOrNull(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    public static byte[]? BytesOrNull(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
}
