using System.Globalization;
using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Links;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;
using static System.FormattableString;

namespace CloudDav.Server.Pages;

/// <summary>
/// Sharing in a browser: what one shares, and with what settings, what is shared with one, and what is marked as other people's work. A share begins at an item's own page (<see cref="SectionAsync"/>).
/// </summary>
internal static class SharePages
{
    /// <summary>Where they are.</summary>
    public const string Root = "/shares";

    private const string NewPath = Root + "/new";

    private const string Act = "act";
    private const string Which = "share";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(
            Root,
            ["GET", "HEAD"],
            context =>
                Visit.OpenAsync(
                    context,
                    Root,
                    (visit, session) => ShowAllAsync(context, visit, visit.Own(session))
                )
        );
        routes.MapForm(
            Root,
            Root,
            (visit, session, form) => ActAsync(visit, visit.Own(session), form)
        );
        routes.MapMethods(
            NewPath,
            ["GET", "HEAD"],
            context =>
                Visit.OpenAsync(
                    context,
                    NewPath + context.Request.QueryString,
                    (visit, session) =>
                        ShowNewAsync(
                            visit,
                            session,
                            context.Request.Query[ShareForm.Of].ToString(),
                            filled: null,
                            refusal: null
                        )
                )
        );
        routes.MapPost(
            NewPath,
            context =>
                Visit.TakeAsync(
                    context,
                    Root,
                    Root,
                    (visit, session, form) => CreateAsync(visit, session, new(form))
                )
        );
        routes.MapMethods(
            Root + "/{share:long}",
            ["GET", "HEAD"],
            context =>
                Visit.OpenAsync(
                    context,
                    context.Request.Path,
                    (visit, session) =>
                        ShowOneAsync(context, visit, visit.Own(session), refusal: null)
                )
        );
        routes.MapPost(
            Root + "/{share:long}",
            context =>
                Visit.TakeAsync(
                    context,
                    Root,
                    context.Request.Path,
                    (visit, session, form) => ChangeAsync(context, visit, visit.Own(session), form)
                )
        );
    }

    /// <summary>What the page of an item says about sharing it, and the ways to change that.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="tree">Whose tree it is.</param>
    /// <param name="path">The item.</param>
    /// <param name="found">The same, found.</param>
    public static async ValueTask<Html> SectionAsync(
        Visit visit,
        VaultTree tree,
        string[] path,
        Found found
    )
    {
        var words = SharingWords.In(visit.Language);
        if (found.Vault.Decision!.Visitor?.Share is { } received)
            return Section(Html.Of($"<p>{words.SharesThis(received.OwnerName)}</p>"));
        var listed = await tree.ListSharesAsync(visit.Stop);
        if (listed.Refusal is { } refusal)
            return Section(Html.Of($"<p>{visit.Tell(refusal).Text}</p>"));
        var shares = listed.Value.Where(own => own.Placed.Node.Id == found.Node.Id).ToList();
        var people = await PeopleAsync(tree.Own, shares, visit.Stop);
        var isMarked = found.Vault.Marks.Contains(new(found.Node.Id, Measure: null));
        return Section(
            Html.Of(
                $"""
                {(
                    shares.Count == 0
                        ? Html.Of($"""<p class="quiet">{words.NotShared}</p>""")
                        : Html.Of(
                            $"""
                            <ul class="list shared">
                            {Html.Each(shares, own => Row(visit, own, people))}
                            </ul>
                            """
                        )
                )}
                <p><a class="button" href="{NewPath}?{ShareForm.Of}={Uri.EscapeDataString(
                    TrashEndpoints.Text(path)
                )}">{words.Share}</a></p>
                {(
                    IsProtected(found)
                        ? Html.Of($"<p>{words.IsProtected}</p>")
                        : Html.Of($"""<p class="quiet">{words.ProtectHint}</p>""")
                )}
                {(
                    isMarked || !IsProtected(found)
                        ? MarkForm(visit, path, !isMarked, isMarked ? words.Unprotect : words.Protect)
                        : Html.None
                )}
                """
            )
        );

        Html Section(Html content) =>
            Html.Of(
                $"""
                {Assets.Style("sharing.css")}
                <section aria-labelledby="sharing">
                <h2 id="sharing">{words.Sharing}</h2>
                {content}
                </section>
                """
            );
    }

    /// <summary>Until when a share can be opened: its last day where it ends with one.</summary>
    public static string EndOf(Reader reader, DateTimeOffset end) =>
        TimeZoneInfo.ConvertTime(end, reader.Zone).TimeOfDay == TimeSpan.Zero
            ? reader.DayOf(end.AddTicks(-1))
            : reader.MomentOf(end);

    private static async Task ShowAllAsync(HttpContext context, Visit visit, VaultSession own)
    {
        var shares = await own.ListSharesAsync(share: null, visit.Stop);
        var received = await own.ListReceivedAsync(visit.Stop);
        var marked = await own.ListProtectedAsync(visit.Stop);
        if ((shares.Refusal ?? received.Refusal ?? marked.Refusal) is { } refusal)
        {
            await visit.ShowAsync(refusal, Root);
            return;
        }
        var words = SharingWords.In(visit.Language);
        var people = await PeopleAsync(own, shares.Value, visit.Stop);
        var page = FilePages.PageOf(context);
        var most = Math.Max(shares.Value.Count, Math.Max(received.Value.Count, marked.Value.Count));
        await visit.ShowAsync(
            visit.Words.Shared,
            Html.Of(
                $"""
                {Assets.Style("sharing.css")}
                <h2>{words.Given}</h2>
                {List(
                    shares.Value.Reverse(),
                    words.NothingGiven,
                    share => Row(visit, share, people)
                )}
                <h2>{words.Received}</h2>
                {List(received.Value, words.NothingReceived, view => Row(visit, view))}
                <h2>{words.Protected}</h2>
                {List(marked.Value, words.ProtectHint, item => Row(visit, item))}
                {FilePages.Pages(visit, Root, page, most)}
                <p><a href="{StatementPages.Path}">{visit.Words.Statement}</a></p>
                """
            ),
            Root
        );

        Html List<T>(IEnumerable<T> items, string nothing, Func<T, Html> row)
        {
            var shown = items
                .Skip((int)(page - 1) * FilePages.PageItems)
                .Take(FilePages.PageItems)
                .ToList();
            return shown.Count == 0
                ? Html.Of($"""<p class="quiet">{nothing}</p>""")
                : Html.Of(
                    $"""
                    <ul class="list shared">
                    {Html.Each(shown, row)}
                    </ul>
                    """
                );
        }
    }

    private static Html Row(Visit visit, OwnShare own, IReadOnlyList<HouseholdPerson> people)
    {
        var (words, share) = (SharingWords.In(visit.Language), own.Placed.Share);
        return Html.Of(
            $"""
            <li><span><a href="{Root}/{share.Id.Value}">{NameOf(visit, own)}</a> <span class="quiet">{TrashEndpoints.Text(
                own.Placed.Path
            )} · {AudienceOf(words, share, people)} · {words.Of(share.Rights)}{(
                share.Expires is { } end ? $" · {words.Until} {EndOf(visit.Reader, end)}" : ""
            )}</span></span>
            {State(words, own.Standing)}</li>
            """
        );
    }

    private static Html Row(Visit visit, ReceivedView view)
    {
        var (words, placed) = (SharingWords.In(visit.Language), view.Received.Placed!);
        var name = view.Path is { } at ? at[^1] : placed.Name;
        var address = view.Path is { } path ? FilePages.AddressOf(path) : null;
        var act = address is null ? words.Bring : words.Leave;
        return Html.Of(
            $"""
            <li><span>{(
                address is null
                    ? Html.Of($"<b>{name}</b>")
                    : Html.Of(
                        $"""<a href="{address}{(placed.Node.IsFolder ? "" : "?about")}">{name}</a>"""
                    )
            )} <span class="quiet">{words.From(placed.Share.OwnerName)} · {words.Of(
                placed.Share.Rights
            )}{(
                address is null ? $" · {words.NotInFiles}" : ""
            )}</span></span>
            {State(words, view.Standing)}
            {visit.FormTo(Root)}
            <input type="hidden" name="{Act}" value="{(address is null ? "bring" : "leave")}">
            <input type="hidden" name="{Which}" value="{placed.Share.Id.Value}">
            <button class="second" aria-label="{act}: {name}">{act}</button>
            </form></li>
            """
        );
    }

    private static Html Row(Visit visit, ProtectedItem item)
    {
        var words = SharingWords.In(visit.Language);
        var path = TrashEndpoints.Text(item.Path);
        return Html.Of(
            $"""
            <li><span><a href="{FilePages.AddressOf(item.Path)}?about">{path}</a>
            {Html.Each(
                item.Notices,
                notice =>
                    Html.Of(
                        $"""<span class="quiet">{words.ByProvider}: {notice.Words?.In(visit.Language) ?? notice.ReasonCode}</span>"""
                    )
            )}</span>
            {(
                item.IsOwn
                    ? MarkForm(
                        visit,
                        item.Path,
                        isProtected: false,
                        words.Unprotect,
                        $"{words.Unprotect}: {path}"
                    )
                    : Html.None
            )}</li>
            """
        );
    }

    private static Html MarkForm(
        Visit visit,
        IReadOnlyList<string> path,
        bool isProtected,
        string text,
        string? label = null
    ) =>
        Html.Of(
            $"""
            {visit.FormTo(Root)}
            <input type="hidden" name="{Act}" value="{(isProtected ? "protect" : "unprotect")}">
            <input type="hidden" name="{ShareForm.Of}" value="{TrashEndpoints.Text(path)}">
            <button class="second short" aria-label="{label ?? text}">{text}</button>
            </form>
            """
        );

    private static async Task ActAsync(
        Visit visit,
        VaultSession own,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var (to, path) = (Root, ShareEndpoints.PathOf(form.One(ShareForm.Of) ?? ""));
        Refusal? refused = null;
        switch (form.One(Act))
        {
            case "leave" or "bring" when form.Number(Which) is { } share:
                refused = (
                    await own.SetMountAsync(
                        new(share),
                        isMounted: form.One(Act) == "bring",
                        visit.Stop
                    )
                ).Refusal;
                break;
            case "protect" or "unprotect" when path is not null:
                refused = (
                    await own.ProtectAsync(path, form.One(Act) == "protect", visit.Stop)
                ).Refusal;
                to = FilePages.AddressOf(path) + "?about";
                break;
        }
        if (refused is not null)
            await visit.ShowAsync(refused, Root);
        else
            visit.GoTo(to);
    }

    // The two ways of sharing beside each other. What was filled in, and what was wrong with it, stays.
    private static async Task ShowNewAsync(
        Visit visit,
        BrowserSession session,
        string of,
        ShareForm? filled,
        Refusal? refusal
    )
    {
        var (words, own) = (SharingWords.In(visit.Language), visit.Own(session));
        var path = ShareEndpoints.PathOf(of);
        var found = path is null
            ? new Refusal(RefusalRule.NotFound)
            : await visit.TreeOf(session).FindAsync(path, NodeDetails.None, visit.Stop);
        var household = await own.ListHouseholdAsync(visit.Stop);
        if ((found.Refusal ?? household.Refusal) is { } missing)
        {
            await visit.ShowAsync(missing, Root);
            return;
        }
        var (decision, node) = (found.Value.Vault.Decision!, found.Value.Node);
        if (decision.Visitor is not null)
        {
            await visit.ShowAsync(new Refusal(RefusalRule.ShareRightMissing), Root);
            return;
        }
        var isLink = filled is null or { IsLink: true };
        var noLink =
            decision.Refuses(Capability.ShareWithFriends)
            ?? (IsProtected(found.Value) ? new Refusal(RefusalRule.ProtectedContent) : null);
        await ShowAsync(
            visit,
            words.ShareItem(path!.Length == 0 ? visit.Words.Files : path[^1]),
            refusal,
            Html.Of(
                $"""
                <p class="quiet">{TrashEndpoints.Text(path)}</p>
                <div class="ways">
                <section aria-labelledby="by-link">
                <h2 id="by-link">{words.ByLink}</h2>
                <p class="quiet">{words.ByLinkHint}</p>
                {(
                    noLink is not null
                        ? Html.Of($"<p>{visit.Tell(noLink).Text}</p>")
                        : Html.Of(
                            $"""
                            {visit.FormTo(NewPath)}
                            {ShareForm.OfNewLink(visit, of, node, isLink ? filled : null)}
                            <button>{words.MakeLink}</button>
                            </form>
                            """
                        )
                )}
                </section>
                <section aria-labelledby="at-home">
                <h2 id="at-home">{words.AtHome}</h2>
                <p class="quiet">{words.AtHomeHint}</p>
                {(
                    decision.Refuses(Capability.Share) is { } noShare
                        ? Html.Of($"<p>{visit.Tell(noShare).Text}</p>")
                    : household.Value.Count == 0 ? Html.Of($"<p>{words.NobodyAtHome}</p>")
                    : Html.Of(
                        $"""
                        {visit.FormTo(NewPath)}
                        {ShareForm.OfNewAtHome(visit, of, household.Value, isLink ? null : filled)}
                        <button>{words.Share}</button>
                        </form>
                        """
                    )
                )}
                </section>
                </div>
                """
            )
        );
    }

    private static async Task CreateAsync(Visit visit, BrowserSession session, ShareForm form)
    {
        var wanted = await form.ReadNewAsync(visit, visit.Own(session));
        var made = wanted.Refusal is { } wrong
            ? wrong
            : await visit
                .Own(session)
                .CreateShareAsync(wanted.Value, visit.Get<EventKeys>().Seal, visit.Stop);
        if (made.Refusal is { } refusal)
            await ShowNewAsync(visit, session, form.Item, form, refusal);
        else
            visit.GoTo(Invariant($"{Root}/{made.Value.Placed.Share.Id.Value}?made"));
    }

    private static async Task ShowOneAsync(
        HttpContext context,
        Visit visit,
        VaultSession own,
        Refusal? refusal
    )
    {
        var listed = await own.ListSharesAsync(IdOf(context), visit.Stop);
        var household = await own.ListHouseholdAsync(visit.Stop);
        if ((listed.Refusal ?? household.Refusal) is { } missing)
        {
            await visit.ShowAsync(missing, Root);
            return;
        }
        var shown = listed.Value[0];
        var (words, reader, share) = (
            SharingWords.In(visit.Language),
            visit.Reader,
            shown.Placed.Share
        );
        var done = context.Request.Query;
        var standing = await StandingAsync(visit, words, own, shown);
        await ShowAsync(
            visit,
            NameOf(visit, shown),
            refusal,
            Html.Of(
                $"""
                {(
                    refusal is not null ? Html.None
                    : done.ContainsKey("made") ? Done(share.IsFamily ? words.Made : words.LinkMade)
                    : done.ContainsKey("changed") ? Done(words.Changed)
                    : Html.None
                )}
                {standing}
                {(share.IsFamily ? Html.None : Address(context, words, shown))}
                <dl>
                <dt>{words.Item}</dt><dd><a href="{FilePages.AddressOf(shown.Placed.Path)}?about">{TrashEndpoints.Text(
                    shown.Placed.Path
                )}</a></dd>
                <dt>{words.For}</dt><dd>{AudienceOf(words, share, household.Value)}</dd>
                <dt>{words.May}</dt><dd>{words.Of(share.Rights)}</dd>
                {(
                    share.Password is null
                        ? Html.None
                        : Html.Of($"<dt>{words.Password}</dt><dd>{words.Yes}</dd>")
                )}
                {(
                    share.Expires is { } end
                        ? Html.Of($"<dt>{words.Until}</dt><dd>{EndOf(reader, end)}</dd>")
                        : Html.None
                )}
                {(
                    share.Address is { } sentTo
                        ? Html.Of($"<dt>{words.SentTo}</dt><dd>{sentTo}</dd>")
                        : Html.None
                )}
                <dt>{words.Used}</dt><dd>{words.Uses(share.Opened, share.Downloaded)}{(
                    share.LastUsed is { } last ? ", " + words.LastUse(reader.MomentOf(last)) : ""
                )}</dd>
                <dt>{words.Since}</dt><dd>{reader.MomentOf(share.Created)}</dd>
                </dl>
                {(
                    shown.Block is null
                        ? Html.Of(
                            $"""
                            <section aria-labelledby="settings" class="settings">
                            <h2 id="settings">{words.Settings}</h2>
                            {visit.FormTo(AddressOf(share))}
                            <input type="hidden" name="{Act}" value="change">
                            {ShareForm.OfSettings(visit, shown, household.Value)}
                            <button>{words.Save}</button>
                            </form>
                            </section>
                            """
                        )
                        : Html.None
                )}
                <h2>{words.End}</h2>
                <p class="quiet">{words.EndHint}</p>
                {visit.FormTo(AddressOf(share))}
                <input type="hidden" name="{Act}" value="end">
                <button class="second short">{words.End}</button>
                </form>
                """
            )
        );
    }

    // Why it cannot be opened: what its owner may know of it.
    private static async ValueTask<Html> StandingAsync(
        Visit visit,
        SharingWords words,
        VaultSession own,
        OwnShare share
    )
    {
        if (share.Standing is not { } standing)
            return Html.None;
        if (share.Block is { } block)
            return Alert(visit.Tell(block.ToRefusal()).Text);
        if (standing.Rule == RefusalRule.ShareExpired)
            return Alert(standing.Limit is null ? words.OverText : words.UsedUpText);
        var decided = await own.DecideAsync(visit.Stop);
        var marked = await own.ListProtectedAsync(visit.Stop);
        var why =
            (
                decided.IsSuccess
                    ? decided.Value.Refuses(
                        share.Placed.Share.IsFamily ? Capability.Share : Capability.ShareWithFriends
                    )
                    : decided.Refusal
            )
                is { } refused
                ? visit.Tell(refused).Text
            : !share.Placed.Share.IsFamily
            && marked.IsSuccess
            && marked.Value.Any(item => share.Placed.Chain.Any(row => row.Id == item.Node.Id))
                ? words.IsProtected
            : "";
        return Alert($"{words.PausedText} {why}");

        static Html Alert(string text) => Html.Of($"""<p class="alert" role="status">{text}</p>""");
    }

    private static Html Address(HttpContext context, SharingWords words, OwnShare own) =>
        own.Token is not { } token
            ? Html.Of($"<p>{words.AddressGone}</p>")
            : Html.Of(
                $"""
                <div class="copy">
                <label for="address">{words.LinkAddress}</label>
                <input id="address" readonly value="{LinkDoor.AddressOf(context.Request, token)}">
                <button type="button" class="second" data-copy="address" data-done="{words.Copied}" hidden>{words.Copy}</button>
                <span role="status"></span>
                </div>
                {Assets.Script("share.js")}
                """
            );

    private static async Task ChangeAsync(
        HttpContext context,
        Visit visit,
        VaultSession own,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var id = IdOf(context);
        if (form.One(Act) == "end")
        {
            var ended = await own.RemoveShareAsync(id, visit.Stop);
            if (ended.Refusal is { } kept)
                await visit.ShowAsync(kept, Root);
            else
                visit.GoTo(Root);
            return;
        }
        var listed = await own.ListSharesAsync(id, visit.Stop);
        if (listed.Refusal is { } missing)
        {
            await visit.ShowAsync(missing, Root);
            return;
        }
        var share = listed.Value[0].Placed.Share;
        var change = await new ShareForm(form).ReadChangeAsync(visit, own, share);
        var changed = change.Refusal is { } wrong
            ? wrong
            : await own.ChangeShareAsync(id, change.Value, visit.Stop);
        if (changed.Refusal is { } refusal)
            await ShowOneAsync(context, visit, own, refusal);
        else
            visit.GoTo(AddressOf(share) + "?changed");
    }

    // A page with what is refused of it, which names the field.
    private static Task ShowAsync(Visit visit, string title, Refusal? refusal, Html content)
    {
        var words = SharingWords.In(visit.Language);
        var told = refusal is null ? null : visit.Tell(refusal);
        var field = ShareForm.LabelOf(words, refusal);
        var page = Html.Of(
            $"""
            {Assets.Style("sharing.css")}
            {(
                told is null
                    ? Html.None
                    : Html.Of(
                        $"""<p class="alert" role="alert">{(
                            field is null ? told.Text : words.Wrong(field)
                        )}</p>"""
                    )
            )}
            {content}
            """
        );
        return told is null
            ? visit.ShowAsync(title, page, Root)
            : visit.ShowAsync(told.Row.Status, title, page, Root, told.Row.RetryAfter);
    }

    private static Html Done(string text) =>
        Html.Of($"""<div role="status" class="done"><p>{text}</p></div>""");

    private static Html State(SharingWords words, Refusal? standing) =>
        ShareEndpoints.StateOf(standing) switch
        {
            ShareState.Open => Html.None,
            ShareState.Expired => Html.Of($"""<span class="state">{words.Over}</span>"""),
            ShareState.Blocked => Html.Of($"""<span class="state">{words.Blocked}</span>"""),
            _ => Html.Of($"""<span class="state">{words.Paused}</span>"""),
        };

    private static string AudienceOf(
        SharingWords words,
        Share share,
        IReadOnlyList<HouseholdPerson> people
    ) =>
        share.Audience switch
        {
            ShareAudience.Link => words.ForLink,
            ShareAudience.Household => words.ForHousehold,
            ShareAudience.Members => words.ForMembers(
                string.Join(
                    ", ",
                    people
                        .Where(person => share.Members.Contains(person.Account))
                        .Select(person => person.Name)
                )
            ),
        };

    // Who there is, where a share names somebody.
    private static async ValueTask<IReadOnlyList<HouseholdPerson>> PeopleAsync(
        VaultSession own,
        IReadOnlyList<OwnShare> shares,
        CancellationToken stop
    )
    {
        if (shares.All(share => share.Placed.Share.Members.Count == 0))
            return [];
        var household = await own.ListHouseholdAsync(stop);
        return household.IsSuccess ? household.Value : [];
    }

    private static string NameOf(Visit visit, OwnShare own) =>
        own.Placed.Share.Label
        ?? (own.Placed.Path.Count == 0 ? visit.Words.Files : own.Placed.Node.Name);

    private static bool IsProtected(Found found) =>
        found.Path.Chain.Any(row => found.Vault.Protected.Contains(row.Id));

    private static string AddressOf(Share share) => Invariant($"{Root}/{share.Id.Value}");

    private static ShareId IdOf(HttpContext context) =>
        new(
            long.Parse((string)context.Request.RouteValues["share"]!, CultureInfo.InvariantCulture)
        );
}
