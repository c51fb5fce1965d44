namespace CloudDav.Storage;

/// <summary>The columns of a row as either engine gives them: whole numbers of any width, texts, and bytes. A <see cref="Guid"/> is its sixteen bytes.</summary>
internal interface IRow
{
    bool IsNull(int column);

    long Int64(int column);

    string Text(int column);

    /// <summary>The column's bytes, valid until the next row.</summary>
    ReadOnlySpan<byte> Bytes(int column);
}

/// <summary>What columns stand for.</summary>
internal static class RowColumns
{
    public static long? Int64OrNull(this IRow row, int column) =>
        row.IsNull(column) ? null : row.Int64(column);

    public static string? TextOrNull(this IRow row, int column) =>
        row.IsNull(column) ? null : row.Text(column);

    public static byte[]? BytesOrNull(this IRow row, int column) =>
        row.IsNull(column) ? null : row.Bytes(column).ToArray();

    public static DateTimeOffset Time(this IRow row, int column) =>
        Milliseconds.Time(row.Int64(column));

    public static DateTimeOffset? TimeOrNull(this IRow row, int column) =>
        Milliseconds.Time(row.Int64OrNull(column));
}
