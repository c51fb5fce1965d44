using CloudDav.Server.Dav;
using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>The customer's own cloud as it was at a moment: it is looked at, and brought back.</summary>
internal static class RewindEndpoints
{
    private const int MostItems = 1_000;

    private static readonly RefusalRule[] s_unknown =
    [
        RefusalRule.NotFound,
        RefusalRule.MomentTooLongAgo,
        RefusalRule.InvalidInput,
        RefusalRule.Suspended,
        RefusalRule.Restricted,
        RefusalRule.Blocked,
    ];

    public static void Map(CustomerRoutes routes)
    {
        foreach (var (path, name, summary) in Addresses("look", "as it was at a moment"))
            routes
                .Add("GET", path, name, summary, LookAsync)
                .Takes("limit", "How many members at most: 1 to 1000, 100 unless it is given.")
                .Takes("skip", "How many to leave out at the beginning.")
                .Describes(
                    "The moment is in milliseconds since 1970. What is in a folder comes in the same order each time, by name as far as it has not changed since. For some days every moment can be had exactly; before that, a file can have been written again before the content that is kept: isExact says which it is. Whole folders are mounted at the address that href says."
                )
                .Refuses(s_unknown);
        routes
            .AddDownload(
                "/rewind/{at:long}/{item:long}/content",
                "getRewindContent",
                "The content of a file, as it was at a moment",
                async (call, session) =>
                    MomentOf(call) is { } at
                        ? await session.OpenFormerAsync(at, ItemOf(call), [], call.Stop)
                        : new Refusal(RefusalRule.InvalidInput) { Field = "at" }
            )
            .Refuses(
                RefusalRule.InvalidInput,
                RefusalRule.MomentTooLongAgo,
                RefusalRule.ContentForgotten
            );
        foreach (
            var (path, name, summary) in Addresses(
                "restore",
                "brought back to how it was at a moment"
            )
        )
            routes
                .Add("POST", path + "/restore", name, summary, RestoreAsync)
                .Describes(
                    "What came to be in it since goes to the trash; what was moved or deleted comes back to its place, and contents become those of then, those of now earlier versions. When much has changed the answer says after some time that it is not complete: asked again, it goes on with what is left. It is undone by bringing back the moment before it."
                )
                .Refuses([
                    .. s_unknown,
                    RefusalRule.ParentMissing,
                    RefusalRule.InsideItself,
                    RefusalRule.Locked,
                    RefusalRule.ContentForgotten,
                    RefusalRule.CapacityExceeded,
                    RefusalRule.OverCapacity,
                    RefusalRule.TakeBackWindow,
                ]);
    }

    private static IEnumerable<(string Path, string Name, string Summary)> Addresses(
        string verb,
        string what
    ) =>
        [
            ("/rewind/{at:long}", $"{verb}Rewind", $"The whole cloud, {what}"),
            ("/rewind/{at:long}/{item:long}", $"{verb}RewindItem", $"A file or folder, {what}"),
        ];

    private static async ValueTask<VaultResult<RewindBody>> LookAsync(CustomerCall call)
    {
        if ((call.Asked("limit") ?? 100) is not (>= 1 and <= MostItems and var limit))
            return new Refusal(RefusalRule.InvalidInput) { Field = "limit" };
        if (MomentOf(call) is not { } at)
            return new Refusal(RefusalRule.InvalidInput) { Field = "at" };
        var (skip, seen) = (call.Asked("skip") ?? 0, -1L);
        var members = new List<RewindItemBody>();
        var found = await ShareEndpoints
            .Session(call)
            .LookBackAsync(
                at,
                ItemOf(call),
                [],
                item =>
                {
                    // The first is the folder itself.
                    if (++seen > skip && members.Count < limit)
                        members.Add(RewindItemBody.Of(item, at));
                },
                call.Stop
            );
        return found.Refusal is { } refusal
            ? refusal
            : new RewindBody
            {
                Item = RewindItemBody.Of(found.Value, at),
                Change = found.Value.AsOf,
                Members = members,
                Total = seen,
            };
    }

    private static async ValueTask<VaultResult<RewoundBody>> RestoreAsync(CustomerCall call)
    {
        if (MomentOf(call) is not { } at)
            return new Refusal(RefusalRule.InvalidInput) { Field = "at" };
        var done = await ShareEndpoints.Session(call).RewindAsync(at, ItemOf(call), call.Stop);
        if (done.Refusal is { } refusal)
            return refusal;
        var rewound = done.Value;
        var language =
            rewound.Left.Count > 0
                ? await call.Desk.FindLanguageAsync(call.Actor, call.Stop)
                : null;
        return new RewoundBody
        {
            Restored = rewound.Restored,
            Removed = rewound.Removed,
            IsComplete = rewound.IsComplete,
            Left =
            [
                .. rewound.Left.Select(left =>
                {
                    var answer = call.Answer(left.Why, language);
                    return new NotRewoundBody
                    {
                        Path = TrashEndpoints.Text(left.Path),
                        Code = answer.Row.Code,
                        Reason = answer.Text,
                    };
                }),
            ],
            LeftItems = rewound.LeftItems,
        };
    }

    // Null for what is beyond all calendars.
    private static DateTimeOffset? MomentOf(CustomerCall call) =>
        call.Number("at") is >= 0 and <= 253_402_300_799_999 and var at
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : null;

    private static NodeId? ItemOf(CustomerCall call) =>
        call.Has("item") ? new NodeId(call.Number("item")) : null;
}

/// <summary>Something as it was.</summary>
internal sealed record RewindBody
{
    /// <summary>What was asked for.</summary>
    public required RewindItemBody Item { get; init; }

    /// <summary>The number of the last change that had been made by then.</summary>
    public required long Change { get; init; }

    /// <summary>Some of what was in it.</summary>
    public required IReadOnlyList<RewindItemBody> Members { get; init; }

    /// <summary>How many there were.</summary>
    public required long Total { get; init; }
}

/// <summary>A file or folder as it was.</summary>
internal sealed record RewindItemBody
{
    /// <summary>Its number, which it still has.</summary>
    public required long Id { get; init; }

    /// <summary>Its name; empty for the whole cloud.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is a folder.</summary>
    public required bool IsFolder { get; init; }

    /// <summary>Where it was: names with slashes between.</summary>
    public required string Path { get; init; }

    /// <summary>The length of a file in bytes; 0 for a folder, of which it is not known.</summary>
    public required long Size { get; init; }

    /// <summary>When it had been modified.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>Whether a file is shown with the content it had then, and not with a later one.</summary>
    public required bool IsExact { get; init; }

    /// <summary>Whether a file's content, be it exact or later, can be had.</summary>
    public required bool IsKept { get; init; }

    /// <summary>Its address in the tree of that moment.</summary>
    public required string Href { get; init; }

    public static RewindItemBody Of(FormerItem item, DateTimeOffset at) =>
        new()
        {
            Id = item.Node.Id.Value,
            Name = item.Chain.Count == 1 ? "" : item.Node.Name,
            IsFolder = item.Node.IsFolder,
            Path = TrashEndpoints.Text(item.Path),
            Size = item.Node.Size,
            Modified = DateTimeOffset.FromUnixTimeMilliseconds(item.Node.ModifiedMs),
            IsExact = item.IsExact && !item.Node.IsForgotten,
            IsKept = !item.Node.IsForgotten,
            Href = string.Join(
                '/',
                ((string[])[RewindStore.NameOf(at), .. item.Path])
                    .Select(Uri.EscapeDataString)
                    .Prepend(DavDoors.RewindPrefix)
            ),
        };
}

/// <summary>What came of bringing something back.</summary>
internal sealed record RewoundBody
{
    /// <summary>How many files and folders came back to their places or to their contents.</summary>
    public required long Restored { get; init; }

    /// <summary>How many went to the trash, each with everything below it.</summary>
    public required long Removed { get; init; }

    /// <summary>Whether nothing is left to do. Asked again, it goes on.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>What stays as it is, and why: at most 100 of it, once it is complete.</summary>
    public required IReadOnlyList<NotRewoundBody> Left { get; init; }

    /// <summary>How much that is in all.</summary>
    public required long LeftItems { get; init; }
}

/// <summary>Something that stays as it is.</summary>
internal sealed record NotRewoundBody
{
    /// <summary>Where it was, or is: names with slashes between.</summary>
    public required string Path { get; init; }

    /// <summary>The code of the reason.</summary>
    public required string Code { get; init; }

    /// <summary>The reason, for people.</summary>
    public required string Reason { get; init; }
}
