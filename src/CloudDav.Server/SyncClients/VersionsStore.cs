using System.Collections.Immutable;
using System.Globalization;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.SyncClients;

/// <summary>
/// Earlier versions as sync clients know them: <c>versions/FILEID/SECONDS</c>, and <c>restore</c>. The seconds are when the version was written over; of several in one second all but the
/// last have their number behind a hyphen.
/// </summary>
/// <inheritdoc cref="HistoryStore"/>
internal sealed class VersionsStore(
    VaultSession session,
    string principalHref,
    Func<Refusal, DavProblem> tell
) : HistoryStore(session, principalHref, tell)
{
    public const string TreeName = "versions";

    private const int PageItems = 1_000;

    private static readonly Refusal s_missing = new(RefusalRule.NotFound);

    protected override string Top => "versions";

    protected override async ValueTask<VaultResult<DavResource>> FindBelowAsync(
        ImmutableArray<string> names,
        CancellationToken stop
    )
    {
        if (IdOf(names[0]) is not { } file || names.Length > 2)
            return s_missing;
        if (names.Length == 1)
        {
            var page = await Session.ListVersionsAsync(file, null, 1, stop);
            return page.Refusal is { } refusal ? refusal : Folder(names[0]);
        }
        var found = await FindVersionAsync(file, names[1], stop);
        return found.Refusal is { } missing
            ? missing
            : ResourceOf(found.Value.File, found.Value.Version);
    }

    // The folder of all files' versions shows none: whoever comes knows which file it is about.
    protected override async ValueTask<VaultResult<bool>> ListBelowAsync(
        ImmutableArray<string> names,
        Action<string, DavResource> visit,
        CancellationToken stop
    )
    {
        if (names.Length == 0)
            return true;
        if (names.Length > 1 || IdOf(names[0]) is not { } file)
            return s_missing;
        return await VisitAsync(
            file,
            (found, version, name) =>
            {
                visit(name, ResourceOf(found, version));
                return true;
            },
            stop
        );
    }

    protected override async ValueTask<VaultResult<Opened>> OpenBelowAsync(
        ImmutableArray<string> names,
        CancellationToken stop
    )
    {
        var found = await FindVersionAsync(names, stop);
        return found.Refusal is { } missing
            ? missing
            : await Session.OpenVersionAsync(
                found.Value.File.Node.Id,
                found.Value.Version.Number,
                stop
            );
    }

    protected override async ValueTask<VaultResult<bool>> DeleteBelowAsync(
        ImmutableArray<string> names,
        CancellationToken stop
    )
    {
        var found = await FindVersionAsync(names, stop);
        return found.Refusal is { } missing
            ? missing
            : await Session.RemoveVersionAsync(
                found.Value.File.Node.Id,
                found.Value.Version.Number,
                purgesNow: false,
                stop
            );
    }

    protected override async ValueTask<VaultResult<Changed>> RestoreBelowAsync(
        ImmutableArray<string> names,
        ChangeGuard guard,
        CancellationToken stop
    )
    {
        var found = await FindVersionAsync(names, stop);
        return found.Refusal is { } missing
            ? missing
            : await Session.RestoreVersionAsync(
                found.Value.File.Node.Id,
                found.Value.Version.Number,
                guard,
                stop
            );
    }

    private DavResource ResourceOf(Found file, FileVersion version)
    {
        var row = file.Node.Copy();
        (row.Size, row.Revision, row.MediaType) = (
            version.Size,
            version.Revision,
            version.MediaType
        );
        row.ModifiedMs = version.Modified.ToUnixTimeMilliseconds();
        return ResourceOf(file.Vault, row);
    }

    private async ValueTask<VaultResult<(Found File, FileVersion Version)>> FindVersionAsync(
        ImmutableArray<string> names,
        CancellationToken stop
    ) =>
        names.Length == 2 && IdOf(names[0]) is { } file
            ? await FindVersionAsync(file, names[1], stop)
            : s_missing;

    private async ValueTask<VaultResult<(Found File, FileVersion Version)>> FindVersionAsync(
        NodeId file,
        string name,
        CancellationToken stop
    )
    {
        (Found, FileVersion)? found = null;
        var visited = await VisitAsync(
            file,
            (of, version, called) =>
            {
                if (called != name)
                    return true;
                found = (of, version);
                return false;
            },
            stop
        );
        return visited.Refusal is { } refusal ? refusal
            : found is { } one ? one
            : s_missing;
    }

    // The last one first, each with its name, until the visitor has seen enough.
    private async ValueTask<VaultResult<bool>> VisitAsync(
        NodeId file,
        Func<Found, FileVersion, string, bool> visit,
        CancellationToken stop
    )
    {
        var last = "";
        for (long? before = null; ; )
        {
            var page = await Session.ListVersionsAsync(file, before, PageItems, stop);
            if (page.Refusal is { } refusal)
                return refusal;
            foreach (var version in page.Value.Versions)
            {
                var seconds = version
                    .ReplacedAt.ToUnixTimeSeconds()
                    .ToString(CultureInfo.InvariantCulture);
                var name =
                    seconds == last
                        ? string.Create(CultureInfo.InvariantCulture, $"{seconds}-{version.Number}")
                        : seconds;
                last = seconds;
                if (!visit(page.Value.Found, version, name))
                    return true;
            }
            if (page.Value.Next is not { } next)
                return true;
            before = next;
        }
    }

    private static NodeId? IdOf(string name) =>
        long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new NodeId(id)
            : null;
}
