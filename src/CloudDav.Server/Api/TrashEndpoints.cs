using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>What was deleted and overwritten in the customer's own cloud: the trash, deletions that are undone in one go, and earlier versions of files.</summary>
internal static class TrashEndpoints
{
    private const int MostItems = 1_000;

    public static void MapTrash(CustomerRoutes routes)
    {
        routes
            .Add(
                "GET",
                "/trash",
                "listTrash",
                "What lies in the trash; what was deleted last comes first",
                async ValueTask<VaultResult<TrashList>> (call) =>
                {
                    if (LimitOf(call) is not { } limit)
                        return Wrong("limit");
                    var page = await Session(call)
                        .ListTrashAsync(
                            new TrashQuery
                            {
                                From = call.Asked("before") is { } before
                                    ? TrashKey.Of(new(call.Asked("beforeItem") ?? 0), before)
                                    : null,
                                Limit = limit,
                                FindsBursts = true,
                            },
                            call.Stop
                        );
                    return page.Refusal is { } refusal ? refusal : TrashList.Of(page.Value);
                }
            )
            .Takes("limit", "How many items at most: 1 to 1000, 100 unless it is given.")
            .Takes(
                "before",
                "Go on with what was deleted before this: next.before of the page before."
            )
            .Takes(
                "beforeItem",
                "Of what was deleted at that very moment, before this one: next.beforeItem of the page before."
            )
            .Describes(
                "Everything that was deleted in the customer's cloud, by whoever has a share in it as well. An item with everything below it is one entry. What was removed from the trash is no longer shown, and goes for good 7 days later."
            );
        routes
            .Add(
                "GET",
                "/trash/{item:long}",
                "getTrashItem",
                "Something in the trash, or in a folder that lies there",
                async ValueTask<VaultResult<TrashBody>> (call) =>
                {
                    var found = await Session(call)
                        .LookIntoTrashAsync(ItemOf(call), [], false, null, call.Stop);
                    return found.Refusal is { } refusal ? refusal : TrashBody.Of(found.Value);
                }
            )
            .Refuses(RefusalRule.NotFound);
        routes
            .Add(
                "GET",
                "/trash/{item:long}/members",
                "listTrashMembers",
                "What is in a deleted folder, by name",
                async ValueTask<VaultResult<TrashMembers>> (call) =>
                {
                    if (LimitOf(call) is not { } limit)
                        return Wrong("limit");
                    var (skip, seen) = (call.Asked("skip") ?? 0, 0L);
                    var members = new List<TrashBody>();
                    var found = await Session(call)
                        .LookIntoTrashAsync(
                            ItemOf(call),
                            [],
                            false,
                            member =>
                            {
                                if (seen++ >= skip && members.Count < limit)
                                    members.Add(TrashBody.Of(member));
                            },
                            call.Stop
                        );
                    return found.Refusal is { } refusal
                        ? refusal
                        : new TrashMembers { Items = members, Total = seen };
                }
            )
            .Takes("limit", "How many at most: 1 to 1000, 100 unless it is given.")
            .Takes("skip", "How many to leave out at the beginning.")
            .Refuses(RefusalRule.NotFound);
        routes.AddDownload(
            "/trash/{item:long}/content",
            "getTrashContent",
            "The content of a file in the trash, or in a folder that lies there",
            (call, session) =>
                session.OpenTrashedAsync(ItemOf(call), [], showsHidden: false, call.Stop)
        );
        routes
            .Add<RestoreBody, RestoredBody>(
                "POST",
                "/trash/{item:long}/restore",
                "restoreTrashItem",
                "Bring something back, to where it was or into a folder",
                async (call, wanted) =>
                {
                    string[]? folder = null;
                    if (wanted.Folder is { } path)
                    {
                        folder = ShareEndpoints.PathOf(path);
                        if (folder is null)
                            return Wrong("folder");
                    }
                    var restored = await Session(call)
                        .RestoreAsync(ItemOf(call), folder, false, ChangeGuard.None, call.Stop);
                    return restored.Refusal is { } refusal
                        ? refusal
                        : new RestoredBody { Path = Text(restored.Value.Path) };
                }
            )
            .NeedsNoBody()
            .Describes(
                "An item of the trash, or anything in a folder that lies there. Folders that it was in and that are gone are made anew. Where its name is taken, it comes back under another one: the answer says which."
            )
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.ParentMissing,
                RefusalRule.Locked,
                RefusalRule.CapacityExceeded,
                RefusalRule.TooManyItems,
                RefusalRule.TooDeep,
                RefusalRule.OverCapacity,
                RefusalRule.TakeBackWindow,
                RefusalRule.Suspended,
                RefusalRule.Restricted,
                RefusalRule.Blocked
            );
        routes
            .Add(
                "POST",
                "/trash/bursts/{burst:long}/undo",
                "undoDeletions",
                "Bring back everything that was deleted in one go",
                async ValueTask<VaultResult<UndoneBody>> (call) =>
                {
                    var undone = await Session(call)
                        .UndoBurstAsync(call.Number("burst"), call.Stop);
                    return undone.Refusal is { } refusal
                        ? refusal
                        : new UndoneBody
                        {
                            Restored = undone.Value.Items,
                            IsComplete = undone.Value.Stopped is null,
                        };
                }
            )
            .Describes(
                "All that one device deleted with short times between. When something stands in the way of one of them, such as a full cloud, the answer says that it is not complete; asked again, it goes on with what is left."
            )
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.CapacityExceeded,
                RefusalRule.Locked,
                RefusalRule.OverCapacity,
                RefusalRule.TakeBackWindow,
                RefusalRule.Suspended,
                RefusalRule.Restricted,
                RefusalRule.Blocked
            );
        routes
            .Add(
                "DELETE",
                "/trash/{item:long}",
                "removeTrashItem",
                "Remove an item from the trash",
                call =>
                    Nothing.OfAsync(
                        Session(call).EmptyTrashAsync(ItemOf(call), purgesNow: false, call.Stop)
                    )
            )
            .Describes("It is no longer shown, and goes for good 7 days later.")
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.NotFound, RefusalRule.Suspended, RefusalRule.Restricted);
        routes
            .Add(
                "DELETE",
                "/trash",
                "emptyTrash",
                "Empty the trash",
                call =>
                    Nothing.OfAsync(
                        Session(call).EmptyTrashAsync(null, purgesNow: false, call.Stop)
                    )
            )
            .Describes("What is in it now is no longer shown, and goes for good 7 days later.")
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.Suspended, RefusalRule.Restricted);
    }

    public static void MapVersions(CustomerRoutes routes)
    {
        routes
            .Add(
                "GET",
                "/versions/{file:long}",
                "listVersions",
                "Earlier versions of a file, the last one first",
                async ValueTask<VaultResult<VersionList>> (call) =>
                {
                    if (LimitOf(call) is not { } limit)
                        return Wrong("limit");
                    var page = await Session(call)
                        .ListVersionsAsync(FileOf(call), call.Asked("before"), limit, call.Stop);
                    return page.Refusal is { } refusal
                        ? refusal
                        : new VersionList
                        {
                            Items = [.. page.Value.Versions.Select(VersionBody.Of)],
                            Next = page.Value.Next,
                        };
                }
            )
            .Takes("limit", "How many at most: 1 to 1000, 100 unless it is given.")
            .Takes("before", "Go on before the version with this number: next of the page before.")
            .Describes(
                "A file's number is its oc:fileid. Every version is kept for some days, then one a day, then one a week, and the oldest go when they take too much."
            )
            .Refuses(RefusalRule.NotFound);
        routes.AddDownload(
            "/versions/{file:long}/{version:long}/content",
            "getVersionContent",
            "The content of an earlier version",
            (call, session) =>
                session.OpenVersionAsync(FileOf(call), call.Number("version"), call.Stop)
        );
        routes
            .Add(
                "POST",
                "/versions/{file:long}/{version:long}/restore",
                "restoreVersion",
                "Make an earlier version the file's content again",
                call =>
                    Nothing.OfAsync(
                        Session(call)
                            .RestoreVersionAsync(
                                FileOf(call),
                                call.Number("version"),
                                ChangeGuard.None,
                                call.Stop
                            )
                    )
            )
            .Describes("What is its content now becomes an earlier version.")
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.Locked,
                RefusalRule.CapacityExceeded,
                RefusalRule.OverCapacity,
                RefusalRule.TakeBackWindow,
                RefusalRule.Suspended,
                RefusalRule.Restricted,
                RefusalRule.Blocked
            );
        routes
            .Add(
                "DELETE",
                "/versions/{file:long}/{version:long}",
                "removeVersion",
                "Remove an earlier version",
                call =>
                    Nothing.OfAsync(
                        Session(call)
                            .RemoveVersionAsync(
                                FileOf(call),
                                call.Number("version"),
                                purgesNow: false,
                                call.Stop
                            )
                    )
            )
            .Describes("It is no longer shown, and goes for good 7 days later.")
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.NotFound, RefusalRule.Suspended, RefusalRule.Restricted);
    }

    private static VaultSession Session(CustomerCall call) => ShareEndpoints.Session(call);

    private static NodeId ItemOf(CustomerCall call) => new(call.Number("item"));

    private static NodeId FileOf(CustomerCall call) => new(call.Number("file"));

    private static int? LimitOf(CustomerCall call) =>
        (call.Asked("limit") ?? 100) is >= 1 and <= MostItems and var limit ? (int)limit : null;

    private static Refusal Wrong(string field) => new(RefusalRule.InvalidInput) { Field = field };

    internal static string Text(IReadOnlyList<string> path) => "/" + string.Join('/', path);
}

/// <summary>A page of the trash.</summary>
internal sealed record TrashList
{
    /// <summary>What was deleted last comes first.</summary>
    public required IReadOnlyList<TrashBody> Items { get; init; }

    /// <summary>What to go on from; null at the end.</summary>
    public required TrashPlace? Next { get; init; }

    public static TrashList Of(TrashPage page) =>
        new()
        {
            Items = [.. page.Items.Select(TrashBody.Of)],
            Next = page.Next is null ? null : TrashPlace.Of(page.Items[^1]),
        };
}

/// <summary>A place in the trash.</summary>
internal sealed record TrashPlace
{
    /// <summary>A moment, in milliseconds since 1970.</summary>
    public required long Before { get; init; }

    /// <summary>An item that was deleted then.</summary>
    public required long BeforeItem { get; init; }

    public static TrashPlace Of(TrashItem item) =>
        new() { Before = item.DeletedAt.ToUnixTimeMilliseconds(), BeforeItem = item.Node.Id.Value };
}

/// <summary>Something in the trash.</summary>
internal sealed record TrashBody
{
    /// <summary>Its number, which it had before and keeps.</summary>
    public required long Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is a folder.</summary>
    public required bool IsFolder { get; init; }

    /// <summary>Where it was: names with slashes between; its name alone when that is not known any more.</summary>
    public required string OriginalPath { get; init; }

    /// <summary>Its length in bytes, with everything below it.</summary>
    public required long Size { get; init; }

    /// <summary>How many files and folders it is, with everything below it.</summary>
    public required long Items { get; init; }

    /// <summary>When it was deleted, or the folder it is in.</summary>
    public required DateTimeOffset DeletedAt { get; init; }

    /// <summary>The sign-in name of who did that; null when it is not known any more.</summary>
    public required string? DeletedBy { get; init; }

    /// <summary>The name of the device it was done with; null for none, and when it is not known any more.</summary>
    public required string? Device { get; init; }

    /// <summary>The number by which everything that was deleted together with it can be brought back; null when it was not asked or is not known.</summary>
    public required long? Burst { get; init; }

    public static TrashBody Of(TrashItem item) =>
        new()
        {
            Id = item.Node.Id.Value,
            Name = item.Node.Name,
            IsFolder = item.Node.IsFolder,
            OriginalPath = TrashEndpoints.Text(item.OriginalPath),
            Size = item.Node.Size + item.Node.SubtreeBytes,
            Items = item.Node.TotalItems,
            DeletedAt = item.DeletedAt,
            DeletedBy = item.Deletion?.AccountName,
            Device = item.Deletion?.DeviceName,
            Burst = item.Burst,
        };
}

/// <summary>What is in a deleted folder.</summary>
internal sealed record TrashMembers
{
    /// <summary>Some of it, by name.</summary>
    public required IReadOnlyList<TrashBody> Items { get; init; }

    /// <summary>How many there are.</summary>
    public required long Total { get; init; }
}

/// <summary>Where something is to come back to.</summary>
internal sealed record RestoreBody
{
    /// <summary>A folder: names from the top folder down with slashes between. Where it was, unless it is given.</summary>
    public string? Folder { get; init; }
}

/// <summary>What came back.</summary>
internal sealed record RestoredBody
{
    /// <summary>Where it is now: names with slashes between.</summary>
    public required string Path { get; init; }
}

/// <summary>What came of undoing deletions.</summary>
internal sealed record UndoneBody
{
    /// <summary>How many items came back, each with everything below it.</summary>
    public required long Restored { get; init; }

    /// <summary>Whether none is left.</summary>
    public required bool IsComplete { get; init; }
}

/// <summary>Earlier versions of a file.</summary>
internal sealed record VersionList
{
    /// <summary>The last one first.</summary>
    public required IReadOnlyList<VersionBody> Items { get; init; }

    /// <summary>The number to go on before; null at the end.</summary>
    public required long? Next { get; init; }
}

/// <summary>An earlier version of a file.</summary>
internal sealed record VersionBody
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>When it was written over.</summary>
    public required DateTimeOffset ReplacedAt { get; init; }

    /// <summary>Its modification time.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Size { get; init; }

    public static VersionBody Of(FileVersion version) =>
        new()
        {
            Id = version.Number,
            ReplacedAt = version.ReplacedAt,
            Modified = version.Modified,
            Size = version.Size,
        };
}
