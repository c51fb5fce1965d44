using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Rows of shares and of marks.</summary>
internal static class ShareRows
{
    public static Share Read(IRow row) =>
        new()
        {
            Id = new(row.Int64(0)),
            Vault = new(row.Int64(1)),
            Node = new(row.Int64(2)),
            Owner = new(row.Int64(3)),
            OwnerName = row.Text(4),
            Rights = (ShareRights)row.Int64(5),
            Label = row.TextOrNull(6),
            Address = row.TextOrNull(7),
            TokenHash = row.Bytes(8).ToArray(),
            SealedToken = row.Bytes(9).ToArray(),
            Password = row.TextOrNull(10),
            Expires = row.TimeOrNull(11),
            MaxDownloads = row.Int64OrNull(12),
            RightsStatement = row.Text(13) is { Length: > 0 } statement ? statement : null,
            Created = row.Time(14),
            Version = row.Int64(15),
            Opened = row.Int64(16),
            Downloaded = row.Int64(17),
            LastUsed = row.TimeOrNull(18),
            Audience = (ShareAudience)row.Int64(19),
        };

    /// <summary>A mark; 0 stands for its owner's own.</summary>
    public static ProtectionMark MarkOf(long node, long measure) =>
        new(new(node), measure == 0 ? null : measure);
}
