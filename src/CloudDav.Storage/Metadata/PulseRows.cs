using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Rows that tell how vaults stand, as both engines give them.</summary>
internal static class PulseRows
{
    public static VaultPulse Read(IRow row) =>
        new(
            new(row.Int64(0)),
            row.Int64(1),
            row.Int64(2),
            row.Int64OrNull(3),
            row.Int64OrNull(4),
            row.Int64(5),
            row.Int64(6),
            row.Int64(7)
        );
}
