using System.Globalization;
using System.Text;
using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;
using static System.FormattableString;

namespace CloudDav.Server.Pages;

/// <summary>The tree in a browser: folders, what can be done with what is in them, and contents to download.</summary>
internal static class FilePages
{
    /// <summary>Where the top of the tree is.</summary>
    public const string Root = "/files";

    /// <summary>So many members of a folder are on one page.</summary>
    internal const int PageItems = 300;

    // What is looked for and not among so many is named better.
    private const int MostFound = 200;

    private const string Find = "find";

    /// <summary>The field that says what a form does.</summary>
    internal const string Act = "act";

    /// <summary>The query of a folder's page that names what went into the trash just now.</summary>
    internal const string Deleted = "deleted";

    private const string PageNumber = "page";
    private const string Name = "name";
    private const string To = "to";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(
            Root + "/{**path}",
            ["GET", "HEAD"],
            context => OpenAsync(context, ShowAsync)
        );
        routes.MapPost(Root + "/{**path}", TakeAsync);
    }

    private static Task OpenAsync(
        HttpContext context,
        Func<HttpContext, Visit, VaultTree, string[], Task> act
    )
    {
        var path = SegmentsOf((string?)context.Request.RouteValues["path"]);
        return Visit.OpenAsync(
            context,
            AddressOf(path),
            (visit, session) => act(context, visit, visit.TreeOf(session), path)
        );
    }

    private static async Task TakeAsync(HttpContext context)
    {
        var path = SegmentsOf((string?)context.Request.RouteValues["path"]);
        if (UploadForm.BoundaryOf(context.Request) is { } boundary)
            await UploadAsync(context, path, boundary);
        else
            await Visit.TakeAsync(
                context,
                Root,
                AddressOf(path),
                (visit, session, form) => ChangeAsync(visit, visit.TreeOf(session), path, form),
                PageItems + SmallForm.MostFields
            );
    }

    /// <summary>The address of something in the tree.</summary>
    public static string AddressOf(IEnumerable<string> path) =>
        string.Join('/', path.Select(Uri.EscapeDataString).Prepend(Root));

    private static async Task ShowAsync(
        HttpContext context,
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        if (context.Request.Query.ContainsKey("content"))
        {
            await SendAsync(context, visit, tree, path);
            return;
        }
        if (NumberOf(context, VersionPages.Version) is { } version)
        {
            await VersionPages.SendAsync(context, visit, tree, path, version);
            return;
        }
        if (NumberOf(context, VersionPages.Purge) is { } purged)
        {
            await VersionPages.AskPurgeAsync(visit, visit.Session!, tree, path, purged);
            return;
        }
        if (context.Request.Query.ContainsKey(FileChoice.Archive))
        {
            if (FileChoice.ScopeOf(context, path) is { } scope)
                await ArchiveEndpoint.HandleAsync(
                    context,
                    tree,
                    scope,
                    late => visit.ShowAsync(late, Root)
                );
            else
                await visit.ShowAsync(new Refusal(RefusalRule.NotFound) { Path = path }, Root);
            return;
        }
        var found = await tree.FindAsync(path, NodeDetails.None, visit.Stop);
        if (found.Refusal is { } refusal)
            await visit.ShowAsync(refusal, Root);
        else if (
            found.Value.Node.IsFolder
            && context.Request.Query[Find].ToString().Trim() is { Length: > 0 } wanted
        )
            await ShowFoundAsync(visit, tree, path, wanted);
        else if (found.Value.Node.IsFolder && !context.Request.Query.ContainsKey("about"))
            await ShowFolderAsync(context, visit, tree, path);
        else
            await ShowItemAsync(visit, tree, path, found.Value);
    }

    private static async Task ShowFolderAsync(
        HttpContext context,
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        var (words, choice) = (visit.Words, ChoiceWords.In(visit.Language));
        var page = PageOf(context);
        var (seen, items) = (0L, new List<NodeRow>());
        VaultState? vault = null;
        var listed = await tree.ListAsync(
            path,
            1,
            NodeDetails.None,
            (below, of, node, _) =>
            {
                if (below.Length == 0)
                    vault = of;
                else if (seen++ >= (page - 1) * PageItems && items.Count < PageItems)
                    items.Add(node.Copy());
            },
            visit.Stop
        );
        if (listed.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, Root);
            return;
        }
        var address = AddressOf(path);
        if (items.Count == 0 && seen > 0)
        {
            // What was on it has gone.
            visit.GoTo(Invariant($"{address}?{PageNumber}={LastPage(seen)}"));
            return;
        }
        await visit.ShowAsync(
            path.Length == 0 ? words.Files : path[^1],
            Html.Of(
                $"""
                {Undo(context, visit)}
                {Crumbs(visit, path)}
                {SearchForm(visit, address, "")}
                {PhotoPages.LinkTo(visit, path, items)}
                <div id="listing" data-all="{choice.ChooseAll}">
                {(
                    items.Count == 0
                        ? Html.Of($"""<p class="quiet">{words.EmptyFolder}</p>""")
                        : Html.Of(
                            $"""
                            <table class="files">
                            <thead><tr><th scope="col" class="choice"><span class="hidden">{choice.Choose}</span></th><th scope="col">{words.Name}</th><th scope="col" class="number">{words.Size}</th><th scope="col">{words.Modified}</th><th scope="col"><span class="hidden">{words.Actions}</span></th></tr></thead>
                            <tbody>
                            {Html.Each(items, node => Row(visit, choice, path, node))}
                            </tbody>
                            </table>
                            """
                        )
                )}
                {Pages(visit, address, page, seen)}
                </div>
                {FileChoice.Tools(visit, choice, path)}
                <section aria-label="{words.AddHere}" class="add">
                {visit.UploadTo(address)}
                <label for="file">{words.UploadFiles}</label>
                <input id="file" name="file" type="file" multiple required>
                <button>{words.Upload}</button>
                </form>
                {visit.FormTo(address)}
                <input type="hidden" name="{Act}" value="folder">
                <label for="folder">{words.NewFolder}</label>
                <input id="folder" name="{Name}" maxlength="255" autocomplete="off" required>
                <button class="second">{words.Create}</button>
                </form>
                </section>
                {Room(visit, vault!)}
                """
            ),
            Root
        );
    }

    // In the folder and everything below it, the names that contain it, whatever their case.
    private static async Task ShowFoundAsync(
        Visit visit,
        VaultTree tree,
        string[] path,
        string wanted
    )
    {
        var (words, key, found) = (visit.Words, NodeName.Fold(NameOf(wanted)), new List<Match>());
        var searched = await tree.SearchAsync(
            path,
            new NodeSearch { NamePart = NameOf(wanted), NewestFirst = true },
            NodeDetails.None,
            (below, _, node) =>
            {
                if (
                    below.Length > 0
                    && NodeName.Fold(node.Name).Contains(key, StringComparison.Ordinal)
                )
                    found.Add(new([.. below], node.Copy()));
                return found.Count > MostFound ? SearchNext.Enough : SearchNext.More;
            },
            visit.Stop
        );
        if (searched.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, Root);
            return;
        }
        await visit.ShowAsync(
            words.FoundFor(wanted),
            Html.Of(
                $"""
                {SearchForm(visit, AddressOf(path), wanted)}
                {(
                    found.Count == 0
                        ? Html.Of($"""<p class="quiet" role="status">{words.NothingFound}</p>""")
                        : Html.Of(
                            $"""
                            <ul class="list">
                            {Html.Each(found.Take(MostFound), match => Row(visit, path, match))}
                            </ul>
                            """
                        )
                )}
                {(
                    found.Count > MostFound || !searched.Value
                        ? Html.Of($"""<p class="quiet">{words.NotAllFound}</p>""")
                        : Html.None
                )}
                <p><a href="{AddressOf(path)}">{words.Back}</a></p>
                """
            ),
            Root
        );
    }

    private static Html Row(Visit visit, string[] path, Match match)
    {
        var (node, whole) = (match.Node, (string[])[.. path, .. match.Below]);
        return Html.Of(
            $"""
            <li><span><a href="{AddressOf(whole)}{(node.IsFolder ? "" : "?content")}" class="{(
                node.IsFolder ? "folder" : "file"
            )}">{whole[^1]}</a> <span class="quiet">{TrashEndpoints.Text(whole[..^1])}, {visit.Reader.MomentOf(
                TimeOf(node.ModifiedMs)
            )}</span></span>
            <a href="{AddressOf(whole)}?about" aria-label="{visit.Words.ActionsOn(whole[^1])}">⋯</a></li>
            """
        );
    }

    private static Html SearchForm(Visit visit, string address, string wanted) =>
        Html.Of(
            $"""
            <form method="get" action="{address}" role="search" class="search">
            <label for="{Find}" class="hidden">{visit.Words.FindHere}</label>
            <input id="{Find}" name="{Find}" type="search" maxlength="255" value="{wanted}" placeholder="{visit.Words.FindHere}" required>
            <button class="second">{visit.Words.Find}</button>
            </form>
            """
        );

    private static async Task ShowItemAsync(Visit visit, VaultTree tree, string[] path, Found found)
    {
        var (words, reader, node, address) = (
            visit.Words,
            visit.Reader,
            found.Node,
            AddressOf(path)
        );
        var versions = await VersionPages.SectionAsync(visit, tree, path, found);
        var sharing = await SharePages.SectionAsync(visit, tree, path, found);
        await visit.ShowAsync(
            path.Length == 0 ? words.Files : path[^1],
            Html.Of(
                $"""
                {Crumbs(visit, path)}
                <dl>
                <dt>{words.Size}</dt><dd>{reader.SizeOf(node.Size + node.SubtreeBytes)}</dd>
                {(
                    node.IsFolder
                        ? Html.Of(
                            $"<dt>{words.Items}</dt><dd>{reader.NumberOf(node.SubtreeItems)}</dd>"
                        )
                        : Html.None
                )}
                <dt>{words.Modified}</dt><dd>{reader.MomentOf(TimeOf(node.ModifiedMs))}</dd>
                </dl>
                {(
                    node.IsFolder
                        ? Html.Of(
                            $"""
                            <p class="buttons"><a class="button" href="{address}">{words.Open}</a>
                            <a class="button" href="{address}?{FileChoice.Archive}">{ChoiceWords.In(visit.Language).ZipFolder}</a></p>
                            """
                        )
                        : Html.Of(
                            $"""<p><a class="button" href="{address}?content">{words.Download}</a></p>"""
                        )
                )}
                {(
                    path.Length == 0
                        ? Html.None
                        : Html.Of(
                            $"""
                            <section aria-label="{words.Actions}" class="add">
                            {visit.FormTo(address)}
                            <input type="hidden" name="{Act}" value="rename">
                            <label for="name">{words.NewName}</label>
                            <input id="name" name="{Name}" value="{path[^1]}" maxlength="255" autocomplete="off" required>
                            <button class="second">{words.Rename}</button>
                            </form>
                            {visit.FormTo(address)}
                            <input type="hidden" name="{Act}" value="move">
                            <label for="to">{words.MoveTo}</label>
                            <input id="to" name="{To}" value="{TrashEndpoints.Text(path[..^1])}" autocomplete="off" required>
                            <button class="second">{words.Move}</button>
                            </form>
                            {visit.FormTo(address)}
                            <input type="hidden" name="{Act}" value="delete">
                            <button class="second">{words.Delete}</button>
                            </form>
                            </section>
                            """
                        )
                )}
                {sharing}
                {versions}
                """
            ),
            Root
        );
    }

    private static async Task ChangeAsync(
        Visit visit,
        VaultTree tree,
        string[] path,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        if (FileChoice.Knows(form.One(Act)))
        {
            await FileChoice.ActAsync(visit, tree, path, form);
            return;
        }
        var done = form.One(Act) switch
        {
            "folder" => await CreateAsync(visit, tree, [.. path, NameOf(form.One(Name))]),
            "rename" when path.Length > 0 => await MoveAsync(
                visit,
                tree,
                path,
                [.. path[..^1], NameOf(form.One(Name))]
            ),
            "move" when path.Length > 0 => await MoveAsync(
                visit,
                tree,
                path,
                [.. SegmentsOf(form.One(To)), path[^1]]
            ),
            "delete" when path.Length > 0 => await DeleteAsync(visit, tree, path),
            VersionPages.Restore
            or VersionPages.Purge when form.Number(VersionPages.Version) is { } version =>
                await VersionPages.ActAsync(
                    visit,
                    visit.Session!,
                    tree,
                    path,
                    form.One(Act)!,
                    version
                ),
            _ => AddressOf(path),
        };
        if (done.Refusal is { } refusal)
            await visit.ShowAsync(refusal, Root);
        else if (done.Value is { } to)
            visit.GoTo(to);
    }

    private static async ValueTask<VaultResult<string?>> CreateAsync(
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        var made = await tree.CreateFolderAsync(path, null, ChangeGuard.None, visit.Stop);
        return made.Refusal is { } refusal ? refusal : AddressOf(path[..^1]);
    }

    private static async ValueTask<VaultResult<string?>> MoveAsync(
        Visit visit,
        VaultTree tree,
        string[] from,
        string[] to
    )
    {
        if (from.AsSpan().SequenceEqual(to))
            return AddressOf(from[..^1]);
        var moved = await tree.MoveAsync(
            from,
            to,
            new Transfer { Overwrites = false },
            ChangeGuard.None,
            visit.Stop
        );
        return moved.Refusal is { } refusal ? refusal : AddressOf(to[..^1]);
    }

    private static async ValueTask<VaultResult<string?>> DeleteAsync(
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        var found = await tree.FindAsync(path, NodeDetails.None, visit.Stop);
        if (found.Refusal is { } missing)
            return missing;
        var deleted = await tree.DeleteAsync(path, ChangeGuard.None, visit.Stop);
        if (deleted.Refusal is { } refusal)
            return refusal;
        // What lay in somebody else's cloud lies in their trash.
        var address = AddressOf(path[..^1]);
        return found.Value.Vault.Id == tree.Actor.Vault
            ? $"{address}?{Deleted}={FileChoice.Join([found.Value.Node.Id])}"
            : address;
    }

    private static async Task UploadAsync(HttpContext context, string[] path, string boundary)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is not { } session)
        {
            await visit.AskAgainAsync(AddressOf(path));
            return;
        }
        var tree = visit.TreeOf(session);
        var sent = await UploadForm.StoreAsync(
            context.Request,
            boundary,
            visit,
            async (name, upload) =>
                (
                    await tree.WriteAsync([.. path, name], upload, ChangeGuard.None, visit.Stop)
                ).Refusal
        );
        if (sent.Refusal is { } refusal)
            await visit.ShowAsync(refusal, Root, AddressOf(path));
        else
            visit.GoTo(AddressOf(path));
    }

    private static async Task SendAsync(
        HttpContext context,
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        var opened = await tree.OpenAsync(path, visit.Stop);
        await Download.AnswerAsync(context, opened, refusal => visit.ShowAsync(refusal, Root));
    }

    private static Html Row(Visit visit, ChoiceWords choice, string[] path, NodeRow node)
    {
        var address = AddressOf([.. path, node.Name]);
        return Html.Of(
            $"""
            <tr><td class="choice">{FileChoice.Box(choice, node)}</td><td><a href="{address}{(node.IsFolder ? "" : "?content")}" class="{(
                node.IsFolder ? "folder" : "file"
            )}">{node.Name}</a></td><td class="number">{(
                node.IsFolder ? Html.None : Html.Of($"{visit.Reader.SizeOf(node.Size)}")
            )}</td><td>{visit.Reader.MomentOf(TimeOf(node.ModifiedMs))}</td><td><a href="{address}?about" aria-label="{visit.Words.ActionsOn(
                node.Name
            )}">⋯</a></td></tr>
            """
        );
    }

    private static Html Crumbs(Visit visit, string[] path) =>
        path.Length == 0
            ? Html.None
            : Html.Of(
                $"""
                <nav aria-label="{visit.Words.Place}" class="crumbs"><ol>
                <li><a href="{Root}">{visit.Words.Files}</a></li>
                {Html.Each(
                    Enumerable.Range(1, path.Length - 1),
                    depth =>
                        Html.Of(
                            $"""<li><a href="{AddressOf(path[..depth])}">{path[depth - 1]}</a></li>"""
                        )
                )}
                </ol></nav>
                """
            );

    private static Html Undo(HttpContext context, Visit visit) =>
        FileChoice.Split(context.Request.Query[Deleted].ToString()) is { } items
            ? Html.Of(
                $"""
                <div role="status" class="done"><p>{visit.Words.Deleted}</p>
                {visit.FormTo(TrashPages.Root)}
                <input type="hidden" name="{TrashPages.Act}" value="{TrashPages.Restore}">
                {Html.Each(
                    items,
                    item =>
                        Html.Of(
                            $"""<input type="hidden" name="{TrashPages.Item}" value="{item.Value}">"""
                        )
                )}
                <button class="second">{visit.Words.Undo}</button>
                </form></div>
                """
            )
            : Html.None;

    /// <summary>Which page of several is asked for: the first is 1.</summary>
    internal static long PageOf(HttpContext context) =>
        Math.Clamp(NumberOf(context, PageNumber) ?? 1, 1, int.MaxValue / PageItems);

    /// <summary>The last page of so many.</summary>
    internal static long LastPage(long total) => (total + PageItems - 1) / PageItems;

    /// <summary>The ways to the other pages of so many.</summary>
    internal static Html Pages(Visit visit, string address, long page, long total)
    {
        if (total <= PageItems)
            return Html.None;
        var words = visit.Words;
        var query = address + (address.Contains('?', StringComparison.Ordinal) ? "&" : "?");
        return Html.Of(
            $"""
            <nav aria-label="{words.Pages}" class="pages">
            {(
                page > 1
                    ? Html.Of($"""<a href="{query}{PageNumber}={page - 1}" rel="prev">{words.Previous}</a>""")
                    : Html.None
            )}
            <span>{words.PageOf(page, LastPage(total))}</span>
            {(
                page * PageItems < total
                    ? Html.Of($"""<a href="{query}{PageNumber}={page + 1}" rel="next">{words.Next}</a>""")
                    : Html.None
            )}
            </nav>
            """
        );
    }

    // How full a cloud is, is its owner's to know.
    private static Html Room(Visit visit, VaultState vault)
    {
        if (vault.Decision!.Visitor is not null)
            return Html.None;
        var used = visit.Reader.SizeOf(vault.UsedBytes);
        return vault.CapacityBytes is { } capacity
            ? Html.Of(
                $"""
                <p class="room" id="room"><meter min="0" max="{capacity}" value="{vault.UsedBytes}" aria-label="{visit.Words.Room}"></meter>
                {visit.Words.UsedOf(used, visit.Reader.SizeOf(capacity))}</p>
                """
            )
            : Html.Of($"""<p class="room" id="room">{visit.Words.Used(used)}</p>""");
    }

    /// <summary>The segments of a path as somebody writes it.</summary>
    internal static string[] SegmentsOf(string? path) =>
        [.. (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries).Select(NameOf)];

    private static string NameOf(string? name) =>
        (name ?? "").Trim().Normalize(NormalizationForm.FormC);

    /// <summary>A number of the query; null when there is none, or it is none.</summary>
    internal static long? NumberOf(HttpContext context, string name) =>
        context.Request.Query[name] is [{ } text]
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static DateTimeOffset TimeOf(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>Something that was found.</summary>
    private sealed record Match(string[] Below, NodeRow Node);
}
