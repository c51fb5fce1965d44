using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>What an export has to say of one file or folder.</summary>
public enum ExportNoteKind
{
    /// <summary>It has another name in the folder, because not every system could take its own.</summary>
    Renamed,

    /// <summary>Its content is not what was written, and is not in the folder.</summary>
    Damaged,

    /// <summary>Its path is longer than this system allows, and it is not in the folder.</summary>
    TooLong,
}

/// <summary>Something to be said of one file or folder.</summary>
/// <param name="Kind">What.</param>
/// <param name="Path">Where it is, or would be, in the folder.</param>
/// <param name="Detail">Its own name, what is wrong; null when there is nothing more to say.</param>
public sealed record ExportNote(ExportNoteKind Kind, string Path, string? Detail);

/// <summary>What an export has done.</summary>
/// <param name="Files">Files in the folder.</param>
/// <param name="Folders">Folders in it.</param>
/// <param name="Bytes">The files' lengths together.</param>
/// <param name="Renamed">How many have another name.</param>
/// <param name="Failed">How many files and folders could not be had.</param>
/// <param name="Withheld">How many items were left out because they are blocked.</param>
public sealed record ExportSum(
    long Files,
    long Folders,
    long Bytes,
    long Renamed,
    long Failed,
    long Withheld
);

/// <summary>
/// Writes everything in a vault's tree into a plain folder, the trash aside, as it is at one moment: under the names of the archive of everything, with the times of change. Every
/// file is compared with the hash of what was written before it gets its name.
/// </summary>
/// <param name="vaults">Gives the tree and asks the policy.</param>
/// <param name="ledger">Gives the contents.</param>
/// <param name="audit">Where it is recorded that it was done, before anything is read.</param>
public sealed class VaultExport(Vaults vaults, IBlobLedger ledger, IAuditLog audit)
{
    // ENAMETOOLONG as .NET hands it on, and Windows' own.
    private const int NameTooLong = 36;
    private const int NameTooLongOnWindows = unchecked((int)0x800700CE);

    /// <summary>Exports the actor's vault.</summary>
    /// <param name="actor">Whose vault, who must be allowed to download.</param>
    /// <param name="by">Who does it: one of <see cref="AuditActors"/>.</param>
    /// <param name="folder">Where to; it is empty, or missing and then made.</param>
    /// <param name="report">Takes what is to be said, at once.</param>
    /// <param name="cancellationToken">Stops it; what is in the folder then is whole files, but not all of them.</param>
    /// <returns>What it has done; a refusal when the actor may not download.</returns>
    public async ValueTask<VaultResult<ExportSum>> RunAsync(
        Actor actor,
        string by,
        string folder,
        Action<ExportNote> report,
        CancellationToken cancellationToken
    )
    {
        folder = Path.GetFullPath(folder);
        var laidOut = await vaults
            .Open(actor, new SessionOptions())
            .LayOutTreeAsync(cancellationToken);
        if (laidOut.Refusal is { } refusal)
            return refusal;
        using var layout = laidOut.Value;
        await audit.AppendAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(actor.Account),
                At = vaults.Time.GetUtcNow(),
                Actor = by,
                Act = AuditActs.VaultExported,
            },
            cancellationToken
        );
        Directory.CreateDirectory(folder);
        var key = await vaults.Keys.FindAsync(actor.Vault, cancellationToken);
        var temporary = Path.Join(folder, $".export-{Guid.NewGuid():N}");
        var (files, folders, bytes, renamed, failed) = (0L, 0L, 0L, 0L, 0L);
        using (var entries = layout.ReadEntries(0))
        {
            while (entries.TryRead(out var placed))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var entry = placed.Entry;
                var path = PathOf(entry);
                var target = Path.Join(folder, path);
                try
                {
                    if (entry.IsFolder)
                    {
                        Directory.CreateDirectory(target);
                        folders++;
                    }
                    else
                    {
                        await WriteAsync(entry, actor.Vault, key, temporary, cancellationToken);
                        File.SetLastWriteTimeUtc(temporary, ModifiedOf(entry));
                        File.Move(temporary, target, overwrite: false);
                        files++;
                        bytes += entry.Size;
                    }
                }
                catch (ContentDamagedException e)
                {
                    failed++;
                    report(new ExportNote(ExportNoteKind.Damaged, path, e.Message));
                    continue;
                }
                catch (IOException e) when (IsTooLong(e))
                {
                    failed++;
                    report(new ExportNote(ExportNoteKind.TooLong, path, null));
                    continue;
                }
                finally
                {
                    File.Delete(temporary);
                }
                if (EntryName.IsChanged(NameOf(path), out var original))
                {
                    renamed++;
                    report(new ExportNote(ExportNoteKind.Renamed, path, original));
                }
            }
        }
        SetTimesOfFolders(layout, folder, cancellationToken);
        return new ExportSum(files, folders, bytes, renamed, failed, layout.Withheld.Count);
    }

    private async ValueTask WriteAsync(
        ArchiveEntry entry,
        VaultId vault,
        VaultKey? key,
        string path,
        CancellationToken cancellationToken
    )
    {
        await using var file = new FileStream(
            path,
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            bufferSize: 0
        );
        if (entry.Content is not { } id)
            return;
        var content =
            await FindAsync(new LedgerPlace(vault, id), cancellationToken)
            ?? throw new ContentDamagedException("It was purged while the export ran.");
        await using var source = await content.OpenAsync(vaults.Reader, key, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await ContentPipe.ReadAsync(
            source,
            0,
            content.Size,
            async (plain, stop) =>
            {
                foreach (var segment in plain)
                {
                    hash.AppendData(segment.Span);
                    await file.WriteAsync(segment, stop);
                }
            },
            cancellationToken
        );
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(content.Sha256))
            throw new ContentDamagedException(
                "Its bytes have another digest than when they were written."
            );
        file.Flush(flushToDisk: true);
    }

    private async ValueTask<LedgerContent?> FindAsync(
        LedgerPlace place,
        CancellationToken cancellationToken
    ) =>
        await ledger.ListContentsAsync(place.Before, 1, cancellationToken) is [var found]
        && found.Place == place
            ? found
            : null;

    // Last, because each file that came in changed its folder's time.
    private static void SetTimesOfFolders(
        ArchiveLayout layout,
        string folder,
        CancellationToken cancellationToken
    )
    {
        using var entries = layout.ReadEntries(0);
        while (entries.TryRead(out var placed))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!placed.Entry.IsFolder)
                continue;
            var path = Path.Join(folder, PathOf(placed.Entry));
            if (Directory.Exists(path))
                Directory.SetLastWriteTimeUtc(path, ModifiedOf(placed.Entry));
        }
    }

    private static string PathOf(ArchiveEntry entry) =>
        Encoding.UTF8.GetString(entry.Name).TrimEnd('/');

    private static ReadOnlySpan<char> NameOf(string path) => path.AsSpan(path.LastIndexOf('/') + 1);

    private static DateTime ModifiedOf(ArchiveEntry entry) =>
        DateTimeOffset.FromUnixTimeMilliseconds(entry.ModifiedMs).UtcDateTime;

    private static bool IsTooLong(IOException e) =>
        e is PathTooLongException or DirectoryNotFoundException
        || e.HResult is NameTooLong or NameTooLongOnWindows;
}
