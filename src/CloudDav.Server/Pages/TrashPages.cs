using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>What was deleted, in a browser: it is looked at, brought back and removed.</summary>
internal static class TrashPages
{
    /// <summary>Where it is.</summary>
    public const string Root = "/trash";

    /// <summary>The field that says what is to be done.</summary>
    public const string Act = "act";

    /// <summary>The field that says with what.</summary>
    public const string Item = "item";

    /// <summary>An item is brought back.</summary>
    public const string Restore = "restore";

    private const string PurgePath = Root + "/purge";
    private const string Purge = "purge";
    private const string Burst = "burst";
    private const int PageItems = 200;

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
        routes.MapForm(Root, Root, ChangeAsync, FilePages.PageItems + SmallForm.MostFields);
        routes.MapMethods(
            PurgePath,
            ["GET", "HEAD"],
            context =>
                Visit.OpenAsync(
                    context,
                    context.Request.Path + context.Request.QueryString.Value,
                    (visit, session) =>
                        AskPurgeAsync(visit, session, FilePages.NumberOf(context, Item))
                )
        );
    }

    private static async Task ShowAsync(HttpContext context, Visit visit, BrowserSession session)
    {
        var listed = await visit
            .Own(session)
            .ListTrashAsync(
                new TrashQuery
                {
                    From = FilePages.NumberOf(context, "before") is { } before
                        ? TrashKey.Of(new(FilePages.NumberOf(context, "beforeItem") ?? 0), before)
                        : null,
                    Limit = PageItems,
                    FindsBursts = true,
                },
                visit.Stop
            );
        if (listed.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, Root);
            return;
        }
        var (words, page) = (visit.Words, listed.Value);
        await visit.ShowAsync(
            words.Trash,
            page.Items.Count == 0
                ? Html.Of(
                    $"""
                    <p class="quiet">{words.TrashEmpty}</p>
                    <p class="quiet"><a href="{PurgePath}">{SignInWords.In(
                        visit.Language
                    ).PurgeAll}</a></p>
                    """
                )
                : Html.Of(
                    $"""
                    <p>{words.TrashHint}</p>
                    <ul class="list">
                    {Html.Each(page.Items, item => Row(visit, page, item))}
                    </ul>
                    {(
                        page.Next is null
                            ? Html.None
                            : Html.Of(
                                $"""<p><a href="{Root}?before={page.Items[^1].DeletedAt.ToUnixTimeMilliseconds()}&amp;beforeItem={page.Items[^1].Node.Id.Value}" rel="next">{words.Next}</a></p>"""
                            )
                    )}
                    {visit.FormTo(Root)}
                    <input type="hidden" name="{Act}" value="empty">
                    <button class="second">{words.EmptyTrash}</button>
                    </form>
                    <p class="quiet">{words.EmptyTrashHint} <a href="{PurgePath}">{SignInWords.In(visit.Language).PurgeAll}</a></p>
                    """
                ),
            Root
        );
    }

    private static Html Row(Visit visit, TrashPage page, TrashItem item)
    {
        var (words, reader) = (visit.Words, visit.Reader);
        // Once for all that went in one go, at the last of them.
        var together = item.Burst is { } burst
            ? page.Items.Where(other => other.Burst == burst).ToList()
            : [];
        return Html.Of(
            $"""
            <li><span><b>{item.Node.Name}</b> <span class="quiet">{TrashEndpoints.Text(
                [.. item.OriginalPath.SkipLast(1)]
            )}, {reader.MomentOf(item.DeletedAt)}, {reader.SizeOf(
                item.Node.Size + item.Node.SubtreeBytes
            )}{(
                item.Deletion?.DeviceName is { } device ? Html.Of($", {device}") : Html.None
            )}</span></span>
            {visit.FormTo(Root)}
            <input type="hidden" name="{Act}" value="{Restore}">
            <input type="hidden" name="{Item}" value="{item.Node.Id.Value}">
            <button class="second" aria-label="{words.RestoreItem(item.Node.Name)}">{words.Restore}</button>
            </form>
            <a href="{PurgePath}?{Item}={item.Node.Id.Value}" aria-label="{SignInWords.In(visit.Language).PurgeOf(
                item.Node.Name
            )}">{SignInWords.In(visit.Language).Purge}</a>
            {(
                together.Count > 1 && together[0] == item
                    ? Html.Of(
                        $"""
                        {visit.FormTo(Root)}
                        <input type="hidden" name="{Act}" value="{Burst}">
                        <input type="hidden" name="{Burst}" value="{item.Burst!.Value}">
                        <button class="second">{words.RestoreTogether}</button>
                        </form>
                        """
                    )
                    : Html.None
            )}</li>
            """
        );
    }

    // What cannot be undone takes who has just shown that it is them, and a page that says so.
    private static async Task AskPurgeAsync(Visit visit, BrowserSession session, long? item)
    {
        var words = SignInWords.In(visit.Language);
        if (visit.Get<SessionDesk>().RefusesStale(session) is not null)
        {
            await SecurityPages.AskAgainAsync(visit, session, AddressOf(item));
            return;
        }
        var (own, name) = (visit.Own(session), (string?)null);
        Refusal? refused;
        if (item is { } one)
        {
            var found = await own.LookIntoTrashAsync(
                new NodeId(one),
                [],
                showsHidden: true,
                null,
                visit.Stop
            );
            (refused, name) = (found.Refusal, found.IsSuccess ? found.Value.Node.Name : null);
        }
        else
            refused = (await own.ListTrashAsync(new TrashQuery { Limit = 1 }, visit.Stop)).Refusal;
        if (refused is not null)
        {
            await visit.ShowAsync(refused, Root);
            return;
        }
        await AskPurgeAsync(
            visit,
            name,
            name is null ? words.PurgeAllWhat : words.PurgeWhat,
            Root,
            Html.Of(
                $"""
                <input type="hidden" name="{Act}" value="{Purge}">
                {(
                    item is { } which
                        ? Html.Of($"""<input type="hidden" name="{Item}" value="{which}">""")
                        : Html.None
                )}
                """
            ),
            Root
        );
    }

    /// <summary>The page that asks whether something is to go for good.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="name">What it is; null for everything in the trash.</param>
    /// <param name="what">What happens then.</param>
    /// <param name="to">Where the form goes.</param>
    /// <param name="fields">What it takes there.</param>
    /// <param name="back">Where to go to keep it.</param>
    public static Task AskPurgeAsync(
        Visit visit,
        string? name,
        string what,
        string to,
        Html fields,
        string back
    )
    {
        var words = SignInWords.In(visit.Language);
        return visit.ShowAsync(
            name is null ? words.PurgeAll : words.PurgeOf(name),
            Html.Of(
                $"""
                <p>{what}</p>
                <p class="alert">{words.PurgeWarning}</p>
                {visit.FormTo(to)}
                {fields}
                <button>{words.PurgeButton}</button>
                </form>
                <p><a href="{back}">{words.KeepIt}</a></p>
                """
            ),
            Root
        );
    }

    private static string AddressOf(long? item) =>
        item is { } one ? FormattableString.Invariant($"{PurgePath}?{Item}={one}") : PurgePath;

    private static async Task ChangeAsync(
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var own = visit.Own(session);
        var to = Root;
        Refusal? refused = null;
        switch (form.One(Act))
        {
            case Restore:
                foreach (var item in form.Numbers(Item))
                {
                    var restored = await own.RestoreAsync(
                        new NodeId(item),
                        folder: null,
                        showsHidden: false,
                        ChangeGuard.None,
                        visit.Stop
                    );
                    refused ??= restored.Refusal;
                    if (restored.IsSuccess)
                        to = FilePages.AddressOf(restored.Value.Path.SkipLast(1));
                }
                break;
            case Burst when form.Number(Burst) is { } burst:
                var undone = await own.UndoBurstAsync(burst, visit.Stop);
                refused = undone.Refusal ?? undone.Value.Stopped;
                break;
            case Purge:
                var purged = form.Number(Item);
                if (visit.Get<SessionDesk>().RefusesStale(session) is not null)
                {
                    await SecurityPages.AskAgainAsync(visit, session, AddressOf(purged));
                    return;
                }
                refused = (
                    await own.EmptyTrashAsync(
                        purged is { } gone ? new NodeId(gone) : null,
                        purgesNow: true,
                        visit.Stop
                    )
                ).Refusal;
                break;
            case "empty":
                refused = (
                    await own.EmptyTrashAsync(item: null, purgesNow: false, visit.Stop)
                ).Refusal;
                break;
        }
        if (refused is not null)
            await visit.ShowAsync(refused, Root);
        else
            visit.GoTo(to);
    }
}
