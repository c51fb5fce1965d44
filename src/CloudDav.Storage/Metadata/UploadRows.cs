using System.Text.Json;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Rows of uploads and of their parts.</summary>
internal static class UploadRows
{
    public static UploadSession Read(IRow row) =>
        new()
        {
            Vault = new(row.Int64(0)),
            Id = new(new Guid(row.Bytes(1))),
            Account = new(row.Int64(2)),
            Device = row.Int64OrNull(3) is { } device ? new DeviceId(device) : null,
            Name = new((UploadKind)row.Int64(4), row.Text(5)),
            Total = row.Int64OrNull(6),
            Credit = row.Int64(7),
            IsOutward = row.Int64(8) != 0,
            Goal = new(
                row.TextOrNull(9) is { } path ? JsonSerializer.Deserialize<string[]>(path) : null,
                row.TextOrNull(10),
                row.TimeOrNull(11),
                row.TextOrNull(12)
            ),
            Created = row.Time(13),
            Expires = row.Time(14),
            Held = row.Int64(15),
            Received = row.Int64(16),
            Parts = (int)row.Int64(17),
            Stamp = row.Int64(18),
            Finished = row.IsNull(19)
                ? null
                : new UploadedFile(new(row.Int64(19)), new Guid(row.Bytes(20))),
        };

    public static UploadPart ReadPart(IRow row) =>
        new(
            row.Int64(0),
            row.Text(1),
            row.Int64(2),
            row.Int64OrNull(3) is { } content ? new ContentId(content) : null,
            row.Time(4)
        );

    /// <summary>What a change of an upload is on either engine: statements with their values, in their order. None when it is no such change.</summary>
    public static IEnumerable<(SharedStatement Statement, object?[] Values)> Of(
        VaultId vault,
        Change change
    )
    {
        switch (change)
        {
            case Change.AddUpload { Upload: var upload }:
                yield return (
                    UploadStatements.Add,
                    [
                        vault.Value,
                        upload.Id.Value,
                        upload.Account.Value,
                        upload.Device?.Value,
                        (byte)upload.Name.Kind,
                        upload.Name.Text,
                        upload.Total,
                        upload.Credit,
                        upload.IsOutward,
                        upload.Goal.Path is { } path ? JsonSerializer.Serialize(path) : null,
                        upload.Goal.MediaType,
                        upload.Goal.Modified?.ToUnixTimeMilliseconds(),
                        upload.Goal.Note,
                        upload.Created.ToUnixTimeMilliseconds(),
                        upload.Expires.ToUnixTimeMilliseconds(),
                        upload.Held,
                        upload.Received,
                        upload.Parts,
                        upload.Stamp,
                    ]
                );
                if (upload.Held > 0)
                    yield return Hold(vault, upload);
                break;
            case Change.ChangeUpload { Upload: var upload }:
                yield return (
                    UploadStatements.Change,
                    [
                        vault.Value,
                        upload.Id.Value,
                        upload.Expires.ToUnixTimeMilliseconds(),
                        upload.Held,
                        upload.Received,
                        upload.Parts,
                        upload.Stamp,
                        upload.Finished?.Node.Value,
                        upload.Finished?.Revision,
                    ]
                );
                yield return (UploadStatements.ForgetHold, [vault.Value, upload.Id.Value]);
                if (upload.Held > 0)
                    yield return Hold(vault, upload);
                // Empty ones, which became nothing.
                if (upload.Finished is not null)
                    yield return (UploadStatements.ForgetParts, [vault.Value, upload.Id.Value]);
                break;
            case Change.PutUploadPart { Upload: var upload, Part: var part }:
                yield return Remove(vault, upload, part.Number);
                yield return (
                    UploadStatements.AddPart,
                    [
                        vault.Value,
                        upload.Value,
                        part.Number,
                        part.Name,
                        part.Size,
                        part.Content?.Value,
                        part.Written.ToUnixTimeMilliseconds(),
                    ]
                );
                break;
            case Change.RemoveUploadPart remove:
                yield return Remove(vault, remove.Upload, remove.Number);
                break;
            case Change.AssembleContent assemble:
                yield return (
                    UploadStatements.Assemble,
                    [vault.Value, assemble.Content.Value, assemble.Upload.Value]
                );
                yield return (UploadStatements.ForgetParts, [vault.Value, assemble.Upload.Value]);
                break;
        }
    }

    private static (SharedStatement, object?[]) Hold(VaultId vault, UploadSession upload) =>
        (
            UploadStatements.AddHold,
            [vault.Value, upload.Id.Value, upload.Held, upload.Expires.ToUnixTimeMilliseconds()]
        );

    private static (SharedStatement, object?[]) Remove(
        VaultId vault,
        UploadId upload,
        long number
    ) => (UploadStatements.RemovePart, [vault.Value, upload.Value, number]);
}
