using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Rows of the care log.</summary>
internal static class CareRows
{
    public static CareState ReadState(IRow row) =>
        new(
            row.TimeOrNull(0) is { } started
                ? new ScrubPass(
                    started,
                    new LedgerPlace(new(row.Int64(1)), new(row.Int64(2))),
                    row.Int64(3),
                    row.Int64(4),
                    row.Int64(5)
                )
                : null,
            row.TimeOrNull(6),
            row.TimeOrNull(7),
            row.TimeOrNull(8)
        );

    public static Damage ReadDamage(IRow row) =>
        new(
            new ContentId(row.Int64(0)),
            new VaultId(row.Int64(1)),
            row.Int64OrNull(2) is { } account ? new AccountId(account) : null,
            row.IsNull(3) ? null : new BlobId(new Guid(row.Bytes(3))),
            row.Time(4),
            row.Time(5),
            row.Text(6)
        );
}
