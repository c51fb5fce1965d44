using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Nodes as they were, as both engines give them: the columns of history in the order of <see cref="Read"/>.</summary>
internal static class FormerRows
{
    public static FormerRow Read(IRow row) =>
        new(
            new NodeRow
            {
                Id = new(row.Int64(0)),
                Parent = new(row.Int64(1)),
                Name = row.Text(2),
                Kind = (NodeKind)row.Int64(3),
                Size = row.Int64(4),
                Revision = row.IsNull(5) ? Guid.Empty : new Guid(row.Bytes(5)),
                Content = row.Int64OrNull(6) is { } content ? new ContentId(content) : null,
                MediaType = row.TextOrNull(7),
                CreatedMs = row.Int64(8),
                ModifiedMs = row.Int64(9),
                ChangedSeq = row.Int64(10),
            },
            row.Int64(11) != 0
        );
}
