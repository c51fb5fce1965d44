using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>The own account: how it stands and until when, what the contract includes, what uses how much, who belongs to the household.</summary>
internal static class AccountPages
{
    /// <summary>Where it is; its parts are below.</summary>
    public const string Root = "/account";

    private const string Act = "act";
    private const string Member = "member";
    private const string Chosen = "language";

    // Each capability that a person knows of, by what they would call it.
    private static readonly (
        Capability Capability,
        Func<AccountWords, string> Words
    )[] s_abilities =
    [
        (Capability.List, words => words.ToSee),
        (Capability.Download, words => words.ToDownload),
        (Capability.AddContent, words => words.ToAdd),
        (Capability.CreateFolder, words => words.ToMakeFolders),
        (Capability.Reorganise, words => words.ToMove),
        (Capability.TakeBack, words => words.ToDelete),
        (Capability.Share, words => words.ToShare),
        (Capability.ShareWithFriends, words => words.ToShareOutside),
        (Capability.OpenFamilyShare, words => words.ToOpenShared),
        (Capability.ManageDevices, words => words.ToConnect),
        (Capability.Tv, words => words.ToWatch),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPage(Root, ShowAsync);
        routes.MapForm(Root, Root, ChangeAsync);
        ArchivePages.Map(routes);
        TermsPages.Map(routes);
        LogPages.Map(routes);
        PrivacyPages.Map(routes);
    }

    /// <summary>Shows a part of the account, with the ways to the others.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="address">The part's address.</param>
    /// <param name="title">What it is.</param>
    /// <param name="content">What is on it.</param>
    public static Task ShowAsync(Visit visit, string address, string title, Html content)
    {
        var words = AccountWords.In(visit.Language);
        (string Address, string Name)[] parts =
        [
            (Root, words.Overview),
            (ArchivePages.Path, words.Everything),
            (TermsPages.Path, words.Terms),
            (SecurityPages.Root, SignInWords.In(visit.Language).Security),
            (LogPages.Path, words.Log),
            (LogPages.StaffPath, words.Staff),
            (PrivacyPages.NoticesPath, words.Notices),
            (PrivacyPages.Path, words.Privacy),
        ];
        return visit.ShowAsync(
            title,
            Html.Of(
                $"""
                {Assets.Style("account.css")}
                <nav class="parts" aria-label="{words.Parts}">
                {Html.Each(
                    parts,
                    part =>
                        part.Address == address
                            ? Html.Of($"""<a href="{part.Address}" aria-current="page">{part.Name}</a> """)
                            : Html.Of($"""<a href="{part.Address}">{part.Name}</a> """)
                )}
                </nav>
                {content}
                """
            ),
            Root
        );
    }

    /// <summary>A line of a list of facts; nothing when there is nothing to say.</summary>
    public static Html Fact(string name, string? value) =>
        string.IsNullOrEmpty(value) ? Html.None : Html.Of($"<dt>{name}</dt><dd>{value}</dd>");

    /// <summary>How many files and folders.</summary>
    public static string ItemsOf(Visit visit, long items)
    {
        var words = AccountWords.In(visit.Language);
        return items == 1 ? words.OneItem : words.ItemsOf(visit.Reader.NumberOf(items));
    }

    private static async Task ShowAsync(Visit visit, BrowserSession session)
    {
        var found = await visit.Get<CustomerDesk>().FindOverviewAsync(session.Actor, visit.Stop);
        if (found.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, Root);
            return;
        }
        var seen = found.Value;
        var onItems = seen
            .Decision.Facts.Measures.Where(measure =>
                (measure.Node is not null || measure.Share is not null)
                && measure.Holds(seen.Decision.Now)
            )
            .ToList();
        var places = await FindAsync(visit, session, onItems);
        await ShowAsync(
            visit,
            Root,
            AccountWords.In(visit.Language).Title,
            Html.Of(
                $"""
                {Standing(visit, seen, onItems, places)}
                {Abilities(visit, seen.Decision)}
                {Contract(visit, seen)}
                {Usage(visit, seen)}
                {Household(visit, seen)}
                {LanguageForm(visit, seen.Decision.Facts.Language)}
                """
            )
        );
    }

    // Where the items are that something is on, as far as they can be seen: not in the trash.
    private static async ValueTask<IReadOnlyDictionary<NodeId, string[]>> FindAsync(
        Visit visit,
        BrowserSession session,
        IEnumerable<Measure> measures
    )
    {
        var places = new Dictionary<NodeId, string[]>();
        var nodes = measures.Select(measure => measure.Node).OfType<NodeId>().ToList();
        if (nodes.Count > 0)
            await visit
                .TreeOf(session)
                .SearchAsync(
                    [],
                    new NodeSearch { Nodes = nodes },
                    NodeDetails.None,
                    (below, vault, node) =>
                    {
                        if (vault.Id == session.Actor.Vault)
                            places[node.Id] = below.ToArray();
                        return SearchNext.More;
                    },
                    visit.Stop
                );
        return places;
    }

    private static Html Standing(
        Visit visit,
        AccountOverview seen,
        IReadOnlyList<Measure> onItems,
        IReadOnlyDictionary<NodeId, string[]> places
    )
    {
        var (words, reader, decision) = (
            AccountWords.In(visit.Language),
            visit.Reader,
            seen.Decision
        );
        var onAccount = AccountStanding.MeasuresOf(decision).ToList();
        var isFull = seen.AvailableBytes == 0 && decision.Allows(Capability.AddContent);
        var name =
            onAccount.Exists(measure => measure.Switches.HasFlag(Switches.Whole)) ? words.Suspended
            : decision.Standing == Vault.Standing.TakeBack ? words.TakeBack
            : decision.Standing == Vault.Standing.OverCapacity ? words.OverCapacity
            : onAccount.Count > 0 ? words.PartlySuspended
            : isFull ? words.Full
            : words.Active;
        return Html.Of(
            $"""
            <section aria-labelledby="standing">
            <h2 id="standing">{words.Standing}</h2>
            <p class="state">{name}</p>
            {Html.Each(
                onAccount,
                measure => Told(visit, measure, AccountStanding.SentenceOf(measure, reader))
            )}
            {decision.Standing switch
            {
                Vault.Standing.TakeBack => TakeBack(visit, decision),
                Vault.Standing.OverCapacity => Html.Of(
                    $"<p>{words.OverCapacityText(reader.SizeOf(decision.UsedBytes - decision.CapacityBytes!.Value))}</p>"
                ),
                _ when onAccount.Count > 0 => Html.Of($"<p>{words.SuspendedSafe}</p>"),
                _ => Html.Of($"<p>{(isFull ? words.FullText : words.ActiveText)}</p>"),
            }}
            {(
                decision.Standing == Vault.Standing.TakeBack || decision.End is not { } end
                    ? Html.None
                    : Html.Of(
                        $"""<p class="alert">{words.EndsAt(
                            reader.DayOf(end.At),
                            AccountStanding.LastDay(visit.Get<TakeBackWindow>().Closes(end), reader)
                        )}</p>"""
                    )
            )}
            {(
                decision.OpenTerms is { } terms
                    ? Html.Of(
                        $"""
                        <p class="alert">{AccountStanding.SentenceOf(terms, decision, reader)}</p>
                        <p><a class="button" href="{TermsPages.Path}">{words.ReadTerms}</a></p>
                        """
                    )
                    : Html.None
            )}
            {Html.Each(
                onItems,
                measure =>
                    OnItem(
                        visit,
                        measure,
                        measure.Node is { } node ? places.GetValueOrDefault(node) : null
                    )
            )}
            </section>
            """
        );
    }

    private static Html TakeBack(Visit visit, Decision decision)
    {
        var (words, reader) = (AccountWords.In(visit.Language), visit.Reader);
        var cause = decision.End!.Cause switch
        {
            EndCause.CloudContract => words.EndOfCloud,
            EndCause.MainContract => words.EndOfMain,
            EndCause.LeftHousehold => words.EndOfMember,
            EndCause.Service => words.EndOfService,
        };
        return Html.Of(
            $"""
            <p class="days">{AccountStanding.DaysLeft(decision, reader)}</p>
            <p>{words.TakeBackText(AccountStanding.LastDay(decision.ClosesAt!.Value, reader))}</p>
            <dl>{Fact(words.Ended, $"{reader.MomentOf(decision.End.At)}, {cause}")}</dl>
            <p><a class="button" href="{ArchivePages.Path}">{words.Everything}</a></p>
            """
        );
    }

    private static Html OnItem(Visit visit, Measure measure, string[]? place)
    {
        var words = AccountWords.In(visit.Language);
        var sentence = measure.Kind switch
        {
            MeasureKind.Block => words.ItemBlocked,
            MeasureKind.Protection => words.ItemProtected,
            MeasureKind.ShareBlock => words.ShareBlocked,
            MeasureKind.Suspension or MeasureKind.Restriction => words.ItemRestricted,
            MeasureKind.LegalHold => null,
        };
        return sentence is null ? Html.None : Told(visit, measure, sentence, place);
    }

    // What is set, why in the operator's words, and what it can be asked about by.
    private static Html Told(Visit visit, Measure measure, string sentence, string[]? place = null)
    {
        var (words, reader) = (AccountWords.In(visit.Language), visit.Reader);
        return Html.Of(
            $"""
            <div class="alert"><p><b>{sentence}</b>{(
                measure.IsLegalOrder ? Html.Of($" {words.LegalOrder}") : Html.None
            )}</p>
            {(
                place is null
                    ? Html.None
                    : Html.Of(
                        $"""<p><a href="{FilePages.AddressOf(place)}?about">{string.Join(" / ", place)}</a></p>"""
                    )
            )}
            {(
                measure.Words?.In(visit.Language) is { } why ? Html.Of($"<p>{why}</p>") : Html.None
            )}
            <p class="quiet">{words.SinceDay(reader.DayOf(measure.Since))} {(
                measure.Until is null ? words.LiftedByProvider : ""
            )} {(
                measure.Reference is { } reference ? $"{words.Reference}: {reference}" : ""
            )}</p></div>
            """
        );
    }

    private static Html Abilities(Visit visit, Decision decision)
    {
        var words = AccountWords.In(visit.Language);
        var works = decision.AnyDoor;
        if (decision.Platform.Mode == PlatformMode.ReadOnly)
            works &= ~CapabilityTable.Writes;
        // Without the TV in the contract there is nothing that does not work.
        var known = s_abilities.Where(one =>
            one.Capability != Capability.Tv || decision.Facts.HasTv
        );
        return Html.Of(
            $"""
            <div class="two">
            {List(words.Can, "can", one => works.HasFlag(one))}
            {List(words.Cannot, "cannot", one => !works.HasFlag(one))}
            </div>
            """
        );

        Html List(string title, string kind, Func<Capability, bool> belongs)
        {
            var listed = known.Where(one => belongs(one.Capability)).ToList();
            return listed.Count == 0
                ? Html.None
                : Html.Of(
                    $"""
                    <section aria-labelledby="{kind}">
                    <h2 id="{kind}">{title}</h2>
                    <ul class="{kind}">{Html.Each(
                        listed,
                        one => Html.Of($"<li>{one.Words(words)}</li>")
                    )}</ul>
                    </section>
                    """
                );
        }
    }

    private static Html Contract(Visit visit, AccountOverview seen)
    {
        var (words, reader, decision) = (
            AccountWords.In(visit.Language),
            visit.Reader,
            seen.Decision
        );
        return Html.Of(
            $"""
            <section aria-labelledby="contract">
            <h2 id="contract">{words.Contract}</h2>
            <dl class="facts">
            {Fact(words.SignedInAs, seen.Name)}
            {Fact(words.HouseholdOf, seen.HouseholdOwner)}
            {Fact(
                words.Option,
                seen.Option is { } option
                    ? option.Texts.In(visit.Language) ?? option.Code
                    : words.NoContract
            )}
            {Fact(
                words.Capacity,
                seen.Usage.CapacityBytes is { } capacity ? reader.SizeOf(capacity) : words.Unlimited
            )}
            {(
                seen is { HouseholdOwner: null, Option: { } household }
                    ? Fact(words.MemberRoom, reader.SizeOf(household.MemberCapacityBytes))
                    : Html.None
            )}
            {Fact(words.Tv, decision.Facts.HasTv ? words.HasTv : words.HasNoTv)}
            {(
                seen.Option is null
                    ? Html.None
                    : Fact(
                        words.End,
                        decision.End is { } end ? reader.MomentOf(end.At) : words.NoEnd
                    )
            )}
            </dl>
            </section>
            """
        );
    }

    private static Html Usage(Visit visit, AccountOverview seen)
    {
        var (words, reader, usage) = (AccountWords.In(visit.Language), visit.Reader, seen.Usage);
        return Html.Of(
            $"""
            <section aria-labelledby="usage">
            <h2 id="usage">{words.Usage}</h2>
            {(
                usage.CapacityBytes is { } capacity
                    ? Html.Of(
                        $"""
                        <p class="room"><meter min="0" max="{Math.Max(capacity, 1)}" value="{usage.UsedBytes}" aria-label="{visit.Words.Room}"></meter>
                        {visit.Words.UsedOf(reader.SizeOf(usage.UsedBytes), reader.SizeOf(capacity))}</p>
                        """
                    )
                    : Html.None
            )}
            <dl class="facts">
            {Fact(
                words.UsedFiles,
                words.InItems(reader.SizeOf(usage.UsedBytes), ItemsOf(visit, usage.Items))
            )}
            {Fact(
                words.UnderWay,
                usage.HeldBytes == 0 ? null : reader.SizeOf(usage.HeldBytes)
            )}
            {(
                // What is refused altogether has no room that could be named.
                seen.Decision.Allows(Capability.AddContent)
                    ? Fact(
                        words.Available,
                        seen.AvailableBytes is { } available
                            ? reader.SizeOf(available)
                            : words.Unlimited
                    )
                    : Html.None
            )}
            {Fact(words.InTrash, words.NotCounted(reader.SizeOf(usage.TrashBytes)))}
            {Fact(words.InVersions, words.NotCounted(reader.SizeOf(usage.VersionBytes)))}
            </dl>
            </section>
            """
        );
    }

    private static Html Household(Visit visit, AccountOverview seen)
    {
        if (seen.Household.Count == 0)
            return Html.None;
        var (words, reader) = (AccountWords.In(visit.Language), visit.Reader);
        return Html.Of(
            $"""
            <section aria-labelledby="household">
            <h2 id="household">{words.Household}</h2>
            <p class="quiet">{words.HouseholdHint}</p>
            <ul class="list">
            {Html.Each(
                seen.Household,
                person =>
                    Html.Of(
                        $"""
                        <li><span><b>{person.Name}</b> <span class="quiet">{(
                            person.Member.Confirmed is { } confirmed
                                ? words.Confirmed(reader.DayOf(confirmed))
                                : words.Unconfirmed
                        )}{(
                            person.Member.Left is { } left
                                ? ", " + words.Leaves(reader.DayOf(left.At))
                                : ""
                        )}</span></span>
                        {(
                            person.Member.Confirmed is null
                                ? Html.Of(
                                    $"""
                                    {visit.FormTo(Root)}
                                    <input type="hidden" name="{Act}" value="confirm">
                                    <input type="hidden" name="{Member}" value="{person.Member.Account.Value}">
                                    <button class="second" aria-label="{words.ConfirmMember(person.Name)}">{words.Confirm}</button>
                                    </form>
                                    """
                                )
                                : Html.None
                        )}</li>
                        """
                    )
            )}
            </ul>
            </section>
            """
        );
    }

    private static Html LanguageForm(Visit visit, Language? chosen)
    {
        var words = AccountWords.In(visit.Language);
        (string Tag, string Name)[] languages =
        [
            ("", words.NoLanguage),
            ("nl", "Nederlands"),
            ("fr", "Français"),
            ("de", "Deutsch"),
            ("en", "English"),
        ];
        var current = chosen is { } language ? Reader.TagOf(language) : "";
        return Html.Of(
            $"""
            <section aria-labelledby="language-title">
            <h2 id="language-title">{words.OwnLanguage}</h2>
            <p class="quiet" id="language-hint">{words.LanguageHint}</p>
            {visit.FormTo(Root)}
            <input type="hidden" name="{Act}" value="language">
            <div class="choice">
            <select name="{Chosen}" aria-labelledby="language-title" aria-describedby="language-hint">
            {Html.Each(
                languages,
                one =>
                    one.Tag == current
                        ? Html.Of($"""<option value="{one.Tag}" selected>{one.Name}</option>""")
                        : Html.Of($"""<option value="{one.Tag}">{one.Name}</option>""")
            )}
            </select>
            <button class="second">{words.Save}</button>
            </div>
            </form>
            </section>
            """
        );
    }

    private static async Task ChangeAsync(
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var desk = visit.Get<CustomerDesk>();
        Refusal? refused = null;
        switch (form.One(Act))
        {
            case "confirm" when form.Number(Member) is { } member:
                refused = (
                    await desk.ConfirmMemberAsync(session.Actor, new(member), visit.Stop)
                ).Refusal;
                break;
            case "language":
                refused = (
                    await desk.SetLanguageAsync(
                        session.Actor,
                        form.One(Chosen) switch
                        {
                            "nl" => Language.Dutch,
                            "fr" => Language.French,
                            "de" => Language.German,
                            "en" => Language.English,
                            _ => null,
                        },
                        visit.Stop
                    )
                ).Refusal;
                break;
        }
        if (refused is not null)
            await visit.ShowAsync(refused, Root);
        else
            visit.GoTo(Root);
    }
}
