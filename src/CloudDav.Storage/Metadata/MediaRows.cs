using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Rows of pictures and videos.</summary>
internal static class MediaRows
{
    /// <summary>The facts, in the order of <see cref="MediaStatements.Columns"/>.</summary>
    public static MediaFacts Read(IRow row, int column) =>
        new()
        {
            Kind = (MediaClass)row.Int64(column),
            TakenMs = row.Int64(column + 1),
            IsDated = row.Int64(column + 2) != 0,
            TakenOffset = (int?)row.Int64OrNull(column + 3),
            Width = (int?)row.Int64OrNull(column + 4),
            Height = (int?)row.Int64OrNull(column + 5),
            Orientation = (int?)row.Int64OrNull(column + 6),
            DurationMs = row.Int64OrNull(column + 7),
            Looked = (int)row.Int64(column + 8),
            HasPreviews = row.Int64(column + 9) != 0,
        };

    /// <summary>After so many changes without media, these are counted as seen all the same.</summary>
    public const int MostUnseen = 1_000;

    /// <summary>Up to which change a vault's media are noted, and its last change.</summary>
    public static (long Media, long Last) ReadSeen(IRow row) => (row.Int64(0), row.Int64(1));

    public static Preview ReadPreview(IRow row) => new((int)row.Int64(0), new(row.Int64(1)));

    public static PendingMedium ReadPending(IRow row) => new(new(row.Int64(0)), new(row.Int64(1)));

    /// <summary>What a change of what is known is on either engine.</summary>
    public static (SharedStatement Statement, object?[] Values) Of(VaultId vault, Change change) =>
        change switch
        {
            Change.DescribeMedium { Facts: var facts } medium => (
                MediaStatements.Describe,
                [
                    vault.Value,
                    medium.Content.Value,
                    facts.TakenMs,
                    facts.IsDated,
                    facts.TakenOffset,
                    facts.Width,
                    facts.Height,
                    (byte?)facts.Orientation,
                    facts.DurationMs,
                    facts.Looked,
                    facts.HasPreviews,
                ]
            ),
            Change.AddPreview { Preview: var preview } added => (
                MediaStatements.AddPreview,
                [vault.Value, added.Of.Value, preview.Size, preview.Content.Value]
            ),
            _ => throw new NotSupportedException(change.GetType().Name),
        };
}
