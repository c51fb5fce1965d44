using System.Data;
using System.Globalization;

namespace CloudDav.Storage;

/// <summary>The row that a reader is at.</summary>
internal sealed class ReaderRow(IDataRecord reader) : IRow
{
    public bool IsNull(int column) => reader.IsDBNull(column);

    public long Int64(int column) =>
        Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);

    public string Text(int column) => reader.GetString(column);

    public ReadOnlySpan<byte> Bytes(int column) =>
        reader.GetValue(column) switch
        {
            Guid id => id.ToByteArray(),
            var bytes => (byte[])bytes,
        };
}
