using System.Collections.Immutable;
using System.Globalization;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.SyncClients;

/// <summary>
/// The trash as sync clients know it: <c>trash/NAME.ID.dSECONDS</c>, below that what lies in a deleted folder, and <c>restore</c>. What is removed here is hidden, and goes for good
/// days later.
/// </summary>
/// <inheritdoc cref="HistoryStore"/>
internal sealed class TrashStore(
    VaultSession session,
    string principalHref,
    Func<Refusal, DavProblem> tell
) : HistoryStore(session, principalHref, tell)
{
    public const string TreeName = "trashbin";

    private const int PageItems = 1_000;

    private static readonly Refusal s_missing = new(RefusalRule.NotFound);

    protected override string Top => "trash";

    protected override async ValueTask<VaultResult<DavResource>> FindBelowAsync(
        ImmutableArray<string> names,
        CancellationToken stop
    )
    {
        var found = await LookAsync(names, visit: null, stop);
        return found.Refusal is { } refusal ? refusal : ResourceOf(found.Value);
    }

    protected override async ValueTask<VaultResult<bool>> ListBelowAsync(
        ImmutableArray<string> names,
        Action<string, DavResource> visit,
        CancellationToken stop
    )
    {
        if (names.Length > 0)
        {
            var looked = await LookAsync(
                names,
                member => visit(member.Node.Name, ResourceOf(member)),
                stop
            );
            return looked.Refusal is { } gone ? gone : true;
        }
        for (string? from = null; ; )
        {
            var page = await Session.ListTrashAsync(
                new TrashQuery { From = from, Limit = PageItems },
                stop
            );
            if (page.Refusal is { } refusal)
                return refusal;
            foreach (var item in page.Value.Items)
                visit(NameOf(item), ResourceOf(item));
            if (page.Value.Next is not { } next)
                return true;
            from = next;
        }
    }

    protected override async ValueTask<VaultResult<Opened>> OpenBelowAsync(
        ImmutableArray<string> names,
        CancellationToken stop
    ) =>
        IdOf(names[0]) is { } item
            ? await Session.OpenTrashedAsync(item, names[1..], showsHidden: false, stop)
            : s_missing;

    protected override async ValueTask<VaultResult<bool>> DeleteBelowAsync(
        ImmutableArray<string> names,
        CancellationToken stop
    )
    {
        NodeId? item = null;
        if (names.Length > 0)
        {
            var found = await LookAsync(names, visit: null, stop);
            if (found.Refusal is { } missing)
                return missing;
            item = found.Value.Node.Id;
        }
        var emptied = await Session.EmptyTrashAsync(item, purgesNow: false, stop);
        return emptied.Refusal is { } refusal ? refusal : true;
    }

    protected override async ValueTask<VaultResult<Changed>> RestoreBelowAsync(
        ImmutableArray<string> names,
        ChangeGuard guard,
        CancellationToken stop
    )
    {
        if (IdOf(names[0]) is not { } item)
            return s_missing;
        var restored = await Session.RestoreAsync(item, names[1..], guard, stop);
        return restored.Refusal is { } refusal ? refusal : restored.Value.Change;
    }

    private async ValueTask<VaultResult<TrashItem>> LookAsync(
        ImmutableArray<string> names,
        Action<TrashItem>? visit,
        CancellationToken stop
    )
    {
        if (IdOf(names[0]) is not { } item)
            return s_missing;
        var found = await Session.LookIntoTrashAsync(
            item,
            names[1..],
            showsHidden: false,
            visit,
            stop
        );
        // The number alone would make every address with it one.
        return
            found.IsSuccess
            && (found.Value.Chain.Count < names.Length || NameOf(found.Value) != names[0])
            ? s_missing
            : found;
    }

    private DavResource ResourceOf(TrashItem item)
    {
        var resource = ResourceOf(item.Vault, item.Node);
        resource.DeadProperties =
        [
            Property("trashbin-filename", item.Node.Name),
            Property("trashbin-original-location", string.Join('/', item.OriginalPath)),
            Property("trashbin-deletion-time", Seconds(item.DeletedAt)),
        ];
        return resource;
    }

    private static string NameOf(TrashItem item) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{item.Chain[0].Name}.{item.Chain[0].Id.Value}.d{Seconds(item.DeletedAt)}"
        );

    private static string Seconds(DateTimeOffset time) =>
        time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static NodeId? IdOf(string name)
    {
        var end = name.LastIndexOf(".d", StringComparison.Ordinal);
        var start = end > 0 ? name.LastIndexOf('.', end - 1) : -1;
        return
            start > 0
            && long.TryParse(
                name.AsSpan(start + 1, end - start - 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var id
            )
            ? new NodeId(id)
            : null;
    }
}
