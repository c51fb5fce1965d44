using System.Globalization;
using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>The cloud as it was, in a browser: a moment is chosen, looked at, and brought back.</summary>
internal static class PastPages
{
    /// <summary>Where it is.</summary>
    public const string Root = "/past";

    private const string Moment = "moment";
    private const string At = "at";
    private const string Item = "item";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(
            Root,
            ["GET", "HEAD"],
            context =>
                Visit.OpenAsync(
                    context,
                    Root,
                    (visit, session) => ShowAsync(context, visit, session)
                )
        );
        routes.MapForm(Root, Root, RestoreAsync);
    }

    private static async Task ShowAsync(HttpContext context, Visit visit, BrowserSession session)
    {
        if (MomentOf(context, visit) is not { } at)
        {
            await AskAsync(visit);
            return;
        }
        var own = visit.Own(session);
        var item = FilePages.NumberOf(context, Item) is { } number
            ? new NodeId(number)
            : (NodeId?)null;
        if (context.Request.Query.ContainsKey("content"))
        {
            await Download.AnswerAsync(
                context,
                await own.OpenFormerAsync(at, item, [], visit.Stop),
                refusal => visit.ShowAsync(refusal, Root)
            );
            return;
        }
        var page = FilePages.PageOf(context);
        var (seen, members) = (-1L, new List<FormerItem>());
        var found = await own.LookBackAsync(
            at,
            item,
            [],
            member =>
            {
                // The first is the item itself.
                if (
                    seen++ >= (page - 1) * FilePages.PageItems
                    && members.Count < FilePages.PageItems
                )
                    members.Add(member);
            },
            visit.Stop
        );
        if (found.Refusal is { } refusal)
            await visit.ShowAsync(refusal, Root);
        else
            await ShowAsync(visit, at, found.Value, members, page, seen);
    }

    private static Task AskAsync(Visit visit) =>
        visit.ShowAsync(
            visit.Words.Past,
            Html.Of(
                $"""
                <p>{visit.Words.PastHint}</p>
                <form method="get" action="{Root}">
                <label for="{Moment}">{visit.Words.Moment}</label>
                <input id="{Moment}" name="{Moment}" type="datetime-local" value="{visit.Reader.FieldOf(
                    visit.Reader.Now.AddDays(-1)
                )}" required>
                <button>{visit.Words.Show}</button>
                </form>
                """
            ),
            Root
        );

    private static Task ShowAsync(
        Visit visit,
        DateTimeOffset at,
        FormerItem found,
        List<FormerItem> members,
        long page,
        long total
    )
    {
        var (words, reader, time) = (visit.Words, visit.Reader, at.ToUnixTimeMilliseconds());
        var folder = found.Node;
        return visit.ShowAsync(
            words.AsOf(reader.MomentOf(at)),
            Html.Of(
                $"""
                <nav aria-label="{words.Place}" class="crumbs"><ol>
                {Html.Each(
                    found.Chain.SkipLast(1),
                    above =>
                        Html.Of(
                            $"""<li><a href="{AddressOf(time, above)}">{NameOf(visit, found, above)}</a></li>"""
                        )
                )}
                <li aria-current="page">{NameOf(visit, found, folder)}</li>
                </ol></nav>
                {(
                    folder.IsFolder && members.Count == 0
                        ? Html.Of($"""<p class="quiet">{words.EmptyFolder}</p>""")
                        : Html.None
                )}
                <ul class="list">
                {Html.Each(
                    members
                        .OrderBy(member => !member.Node.IsFolder)
                        .ThenBy(member => member.Node.Name, StringComparer.OrdinalIgnoreCase),
                    member => Row(visit, time, member)
                )}
                </ul>
                {FilePages.Pages(visit, AddressOf(time, folder), page, total)}
                {visit.FormTo(Root)}
                <input type="hidden" name="{At}" value="{time}">
                {(
                    found.Chain.Count == 1
                        ? Html.None
                        : Html.Of($"""<input type="hidden" name="{Item}" value="{folder.Id.Value}">""")
                )}
                <button>{(found.Chain.Count == 1 ? words.BringAllBack : words.BringFolderBack(folder.Name))}</button>
                </form>
                <p class="quiet">{words.BringBackHint}</p>
                """
            ),
            Root
        );
    }

    private static Html Row(Visit visit, long time, FormerItem member)
    {
        var (node, address) = (member.Node, AddressOf(time, member.Node));
        if (node.IsFolder)
            return Html.Of($"""<li><a href="{address}" class="folder">{node.Name}</a></li>""");
        var about = visit.Reader.SizeOf(node.Size);
        return Html.Of(
            $"""
            <li><span>{(
                node.IsForgotten
                    ? Html.Of($"{node.Name}")
                    : Html.Of($"""<a href="{address}&amp;content" class="file">{node.Name}</a>""")
            )} <span class="quiet">{about}{(
                node.IsForgotten ? Html.Of($", {visit.Words.NotKept}")
                : member.IsExact ? Html.None
                : Html.Of(
                    $", {visit.Words.KeptFrom(visit.Reader.MomentOf(DateTimeOffset.FromUnixTimeMilliseconds(node.ModifiedMs)))}"
                )
            )}</span></span></li>
            """
        );
    }

    private static async Task RestoreAsync(
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        if (TimeOf(form.One(At)) is not { } at)
        {
            visit.GoTo(Root);
            return;
        }
        NodeId? item = form.Number(Item) is { } id ? new NodeId(id) : null;
        var done = await visit.Own(session).RewindAsync(at, item, visit.Stop);
        if (done.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, Root);
            return;
        }
        var (words, rewound) = (visit.Words, done.Value);
        await visit.ShowAsync(
            words.AsOf(visit.Reader.MomentOf(at)),
            Html.Of(
                $"""
                <p role="status">{words.BroughtBack(rewound.Restored, rewound.Removed)}</p>
                {(
                    rewound.Stopped is { } stopped
                        ? Html.Of($"""<p class="alert" role="alert">{visit.Tell(stopped).Text}</p>""")
                        : Html.None
                )}
                {(
                    rewound.IsComplete
                        ? Html.None
                        : Html.Of(
                            $"""
                            <p>{words.BringBackGoesOn}</p>
                            {visit.FormTo(Root)}
                            <input type="hidden" name="{At}" value="{at.ToUnixTimeMilliseconds()}">
                            {(item is { } one ? Html.Of($"""<input type="hidden" name="{Item}" value="{one.Value}">""") : Html.None)}
                            <button>{words.GoOn}</button>
                            </form>
                            """
                        )
                )}
                {(
                    rewound.Left.Count == 0
                        ? Html.None
                        : Html.Of(
                            $"""
                            <h2>{words.LeftAsTheyAre(rewound.LeftItems)}</h2>
                            <ul class="list">
                            {Html.Each(
                                rewound.Left,
                                left =>
                                    Html.Of(
                                        $"""<li><span><b>{TrashEndpoints.Text(left.Path)}</b> <span class="quiet">{visit.Tell(left.Why).Text}</span></span></li>"""
                                    )
                            )}
                            </ul>
                            """
                        )
                )}
                <p><a class="button" href="{FilePages.Root}">{words.Files}</a></p>
                """
            ),
            Root
        );
    }

    private static string AddressOf(long time, NodeRow node) =>
        node.Parent.Value == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Root}?{At}={time}")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{Root}?{At}={time}&{Item}={node.Id.Value}"
            );

    private static string NameOf(Visit visit, FormerItem found, NodeRow node) =>
        node == found.Chain[0] ? visit.Words.Files : node.Name;

    // By the minute as a person chooses it, on the operator's clock; exactly where a page of ours leads.
    private static DateTimeOffset? MomentOf(HttpContext context, Visit visit) =>
        context.Request.Query[At] is [{ } exact]
            ? TimeOf(exact)
            : visit.Reader.MomentIn(context.Request.Query[Moment]);

    private static DateTimeOffset? TimeOf(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
        && time <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(time)
            : null;
}
