using System.Globalization;
using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>What a share is to be, as people fill it in: the fields of its forms, and what came back in them.</summary>
/// <param name="form">The form that was sent.</param>
internal sealed class ShareForm(IReadOnlyDictionary<string, StringValues> form)
{
    /// <summary>The field with the item's path.</summary>
    public const string Of = "of";

    // Of the sentence that is shown with a new link: another sentence needs another version.
    private const string StatementVersion = "links-1";

    private const string With = "with";
    private const string ByLink = "link";
    private const string AtHome = "household";
    private const string Rights = "rights";
    private const string Label = "label";
    private const string Password = "password";
    private const string NoPassword = "no-password";
    private const string LastDay = "last-day";
    private const string Downloads = "downloads";
    private const string SendTo = "send-to";
    private const string Statement = "statement";
    private const string Everybody = "everybody";
    private const string Member = "member";

    private static readonly ShareRights[] s_rightsAtHome = [ShareRights.View, ShareRights.Edit];

    /// <summary>The path of the item to share; empty when the form names none.</summary>
    public string Item => form.One(Of) ?? "";

    /// <summary>Whether it is a link that is wanted, for whoever has it; else it is for the household.</summary>
    public bool IsLink => form.One(With) == ByLink;

    /// <summary>The fields of a new link.</summary>
    /// <param name="visit">Who fills them in.</param>
    /// <param name="item">The path of what is shared.</param>
    /// <param name="node">The same.</param>
    /// <param name="filled">What was filled in before; null the first time.</param>
    public static Html OfNewLink(Visit visit, string item, NodeRow node, ShareForm? filled)
    {
        var words = SharingWords.In(visit.Language);
        return Html.Of(
            $"""
            {Begin(item, ByLink)}
            {RightsFields(words, filled, ShareRights.View, RightsOfLink(node))}
            {LinkFields(visit, words, filled, share: null)}
            {(
                visit.Get<EventKeys>().CanSeal
                    ? Field(
                        SendTo,
                        words.SendTo,
                        Html.Of($"""type="email" maxlength="{ShareEndpoints.MostAddress}" """),
                        filled?.One(SendTo)
                    )
                    : Html.None
            )}
            <label class="choice statement"><input type="checkbox" name="{Statement}" value="{StatementVersion}" required> {words.Statement}</label>
            """
        );
    }

    /// <summary>The fields of a new share at home.</summary>
    /// <param name="visit">Who fills them in.</param>
    /// <param name="item">The path of what is shared.</param>
    /// <param name="people">Whom it can be for.</param>
    /// <param name="filled">What was filled in before; null the first time.</param>
    public static Html OfNewAtHome(
        Visit visit,
        string item,
        IReadOnlyList<HouseholdPerson> people,
        ShareForm? filled
    )
    {
        var words = SharingWords.In(visit.Language);
        return Html.Of(
            $"""
            {Begin(item, AtHome)}
            {RightsFields(words, filled, ShareRights.View, s_rightsAtHome)}
            <fieldset><legend>{words.Whom}</legend>
            <label class="choice"><input type="checkbox" name="{Everybody}" value="yes"{(
                filled is null || filled.IsForEverybody ? Html.Of($" checked") : Html.None
            )}> {words.Everybody}</label>
            {MemberFields(people, filled?.Members ?? [])}
            </fieldset>
            {Field(
                "label-for-them",
                words.LabelForThem,
                Html.Of($"""maxlength="{ShareEndpoints.MostLabel}" """),
                filled?.One(Label),
                Label
            )}
            """
        );
    }

    /// <summary>The fields of a share that there is.</summary>
    /// <param name="visit">Who fills them in.</param>
    /// <param name="own">The share.</param>
    /// <param name="people">Whom it can be for, at home.</param>
    public static Html OfSettings(Visit visit, OwnShare own, IReadOnlyList<HouseholdPerson> people)
    {
        var (words, share) = (SharingWords.In(visit.Language), own.Placed.Share);
        if (!share.IsFamily)
            return Html.Of(
                $"""
                {RightsFields(
                    words,
                    null,
                    share.Rights,
                    RightsOfLink(own.Placed.Node, share.Rights)
                )}
                {LinkFields(visit, words, null, share)}
                """
            );
        return Html.Of(
            $"""
            {RightsFields(words, null, share.Rights, s_rightsAtHome)}
            {(
                share.Audience == ShareAudience.Members
                    ? Html.Of(
                        $"""
                        <fieldset><legend>{words.Whom}</legend>
                        {MemberFields(people, share.Members)}
                        </fieldset>
                        """
                    )
                    : Html.None
            )}
            {Field(
                Label,
                words.LabelForThem,
                Html.Of($"""maxlength="{ShareEndpoints.MostLabel}" """),
                share.Label
            )}
            """
        );
    }

    /// <summary>What people call the field that a refusal names; null when it names none of these.</summary>
    public static string? LabelOf(SharingWords words, Refusal? refusal) =>
        refusal?.Field switch
        {
            "rights" => words.May,
            "members" => words.Whom,
            "label" => words.LabelForYou,
            "password" => words.LinkPassword,
            "expires" => words.LastDay,
            "maxDownloads" => words.Downloads,
            "sendTo" => words.SendTo,
            _ => null,
        };

    /// <summary>What is to be shared, with whom and how.</summary>
    /// <param name="visit">Who filled it in.</param>
    /// <param name="own">Their vault.</param>
    public async ValueTask<VaultResult<NewShare>> ReadNewAsync(Visit visit, VaultSession own)
    {
        if (ShareEndpoints.PathOf(Item) is not { } path)
            return new Refusal(RefusalRule.NotFound);
        var rights = ReadRights();
        var label = ReadLabel();
        if ((rights.Refusal ?? label.Refusal) is { } wrong)
            return wrong;
        if (!IsLink)
        {
            var household = await own.ListHouseholdAsync(visit.Stop);
            if (household.Refusal is { } unknown)
                return unknown;
            return new NewShare
            {
                Path = path,
                Audience = IsForEverybody ? ShareAudience.Household : ShareAudience.Members,
                Members = IsForEverybody ? [] : MembersAmong(household.Value),
                Rights = rights.Value,
                Label = label.Value,
            };
        }
        var link = await ReadLinkAsync(visit);
        if (link.Refusal is { } no)
            return no;
        var sendTo = Text(SendTo);
        if (
            sendTo is not null
            && (
                !ShareEndpoints.IsText(sendTo, ShareEndpoints.MostAddress)
                || sendTo.IndexOf('@', StringComparison.Ordinal) < 1
            )
        )
            return Wrong("sendTo");
        return new NewShare
        {
            Path = path,
            Rights = rights.Value,
            Label = label.Value,
            Password = link.Value.Password,
            Expires = link.Value.Expires,
            MaxDownloads = link.Value.MaxDownloads,
            Address = sendTo,
            RightsStatement = One(Statement) == StatementVersion ? StatementVersion : null,
        };
    }

    /// <summary>What is to become of a share that there is. What stays as it was shown is not set: a day is less exact than the moment it may stand for.</summary>
    /// <param name="visit">Who filled it in.</param>
    /// <param name="own">Their vault.</param>
    /// <param name="share">The share as it is.</param>
    public async ValueTask<VaultResult<ShareChange>> ReadChangeAsync(
        Visit visit,
        VaultSession own,
        Share share
    )
    {
        var rights = ReadRights();
        var label = ReadLabel();
        if ((rights.Refusal ?? label.Refusal) is { } wrong)
            return wrong;
        var change = new ShareChange
        {
            Rights = rights.Value == share.Rights ? null : rights.Value,
            Label = label.Value == share.Label ? null : new(label.Value),
        };
        if (share.Audience == ShareAudience.Members)
        {
            var household = await own.ListHouseholdAsync(visit.Stop);
            if (household.Refusal is { } unknown)
                return unknown;
            var members = MembersAmong(household.Value);
            return members.ToHashSet().SetEquals(share.Members)
                ? change
                : change with
                {
                    Members = members,
                };
        }
        if (share.IsFamily)
            return change;
        var link = await ReadLinkAsync(visit);
        if (link.Refusal is { } no)
            return no;
        var (password, expires, downloads) = link.Value;
        return change with
        {
            Expires = (Text(LastDay) ?? "") == LastDayOf(visit.Reader, share) ? null : new(expires),
            MaxDownloads = downloads == share.MaxDownloads ? null : new(downloads),
            Password =
                password is not null ? new(password)
                : share.Password is not null && One(NoPassword) is not null ? new(null)
                : null,
        };
    }

    private static Html Begin(string item, string with) =>
        Html.Of(
            $"""
            <input type="hidden" name="{Of}" value="{item}">
            <input type="hidden" name="{With}" value="{with}">
            """
        );

    private static Html RightsFields(
        SharingWords words,
        ShareForm? filled,
        ShareRights now,
        IReadOnlyList<ShareRights> choices
    )
    {
        var chosen = filled is null ? NameOf(now) : filled.One(Rights);
        return Html.Of(
            $"""
            <fieldset><legend>{words.May}</legend>
            {Html.Each(
                choices,
                rights =>
                    Html.Of(
                        $"""
                        <label class="choice"><input type="radio" name="{Rights}" value="{NameOf(
                            rights
                        )}" required{(
                            NameOf(rights) == chosen ? Html.Of($" checked") : Html.None
                        )}> {words.Of(rights)}</label>
                        """
                    )
            )}
            </fieldset>
            """
        );
    }

    // A password is never shown again, and neither is what was filled in for one.
    private static Html LinkFields(Visit visit, SharingWords words, ShareForm? filled, Share? share)
    {
        var hasPassword = share?.Password is not null;
        return Html.Of(
            $"""
            <p class="quiet">{words.DownloadsHint}</p>
            {Field(
                Password,
                hasPassword ? words.NewPassword : words.LinkPassword,
                Html.Of($"""type="password" autocomplete="new-password" maxlength="{PasswordHash.MaxBytes}" """),
                value: null
            )}
            {(
                hasPassword
                    ? Html.Of(
                        $"""<label class="choice"><input type="checkbox" name="{NoPassword}" value="yes"> {words.NoPassword}</label>"""
                    )
                    : Html.None
            )}
            {Field(
                LastDay,
                words.LastDay,
                Html.Of($"""type="date" """),
                share is null ? filled?.One(LastDay) : LastDayOf(visit.Reader, share)
            )}
            {Field(
                Downloads,
                words.Downloads,
                Html.Of($"""type="number" min="1" inputmode="numeric" """),
                share is null
                    ? filled?.One(Downloads)
                    : share.MaxDownloads?.ToString(CultureInfo.InvariantCulture)
            )}
            {Field(
                Label,
                words.LabelForYou,
                Html.Of($"""maxlength="{ShareEndpoints.MostLabel}" """),
                share is null ? filled?.One(Label) : share.Label
            )}
            """
        );
    }

    private static Html Field(
        string id,
        string label,
        Html attributes,
        string? value,
        string? name = null
    ) =>
        Html.Of(
            $"""
            <label for="{id}">{label}</label>
            <input id="{id}" name="{name ?? id}" value="{value}" autocomplete="off" {attributes}>
            """
        );

    private static Html MemberFields(
        IReadOnlyList<HouseholdPerson> people,
        IReadOnlyList<AccountId> chosen
    ) =>
        Html.Each(
            people,
            person =>
                Html.Of(
                    $"""
                    <label class="choice"><input type="checkbox" name="{Member}" value="{person.Account.Value}"{(
                        chosen.Contains(person.Account) ? Html.Of($" checked") : Html.None
                    )}> {person.Name}</label>
                    """
                )
        );

    private static string NameOf(ShareRights rights) =>
        rights switch
        {
            ShareRights.View => "view",
            ShareRights.Download => "download",
            ShareRights.Drop => "drop",
            ShareRights.Edit => "edit",
        };

    // Of a file the first two are the same.
    private static ShareRights[] RightsOfLink(NodeRow node, ShareRights now = ShareRights.View) =>
        node.IsFolder ? [ShareRights.View, ShareRights.Download, ShareRights.Drop] : [now];

    private static string LastDayOf(Reader reader, Share share) =>
        share.Expires is { } end
            ? TimeZoneInfo
                .ConvertTime(end.AddTicks(-1), reader.Zone)
                .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : "";

    private static Refusal Wrong(string field) => new(RefusalRule.InvalidInput) { Field = field };

    private bool IsForEverybody => One(Everybody) is not null;

    private AccountId[] Members =>
        form.TryGetValue(Member, out var numbers)
            ?
            [
                .. numbers.Select(text =>
                    long.TryParse(
                        text,
                        NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out var number
                    )
                        ? new AccountId(number)
                        : default
                ),
            ]
            : [];

    // Only who is still there when the form comes.
    private AccountId[] MembersAmong(IReadOnlyList<HouseholdPerson> people) =>
        [.. people.Select(person => person.Account).Intersect(Members)];

    private string? One(string name) => form.One(name);

    private string? Text(string name) => One(name)?.Trim() is { Length: > 0 } text ? text : null;

    private VaultResult<ShareRights> ReadRights()
    {
        foreach (var rights in Enum.GetValues<ShareRights>())
        {
            if (NameOf(rights) == One(Rights))
                return rights;
        }
        return Wrong("rights");
    }

    private VaultResult<string?> ReadLabel()
    {
        var label = Text(Label);
        return label is null || ShareEndpoints.IsText(label, ShareEndpoints.MostLabel)
            ? label
            : Wrong("label");
    }

    // What a link alone can have. The password is as it was typed: spaces may be meant.
    private async ValueTask<
        VaultResult<(string? Password, DateTimeOffset? Expires, long? MaxDownloads)>
    > ReadLinkAsync(Visit visit)
    {
        DateTimeOffset? expires = null;
        if (Text(LastDay) is { } day)
        {
            expires = ShareEndpoints.EndOf(day, visit.Reader.Zone);
            if (expires is null)
                return Wrong("expires");
        }
        long? downloads = null;
        if (Text(Downloads) is not null)
        {
            downloads = form.Number(Downloads);
            if (downloads is null or <= 0)
                return Wrong("maxDownloads");
        }
        var (hash, refused) = await ShareEndpoints.HashAsync(
            visit.Get<SignInDesk>(),
            One(Password) is { Length: > 0 } password ? password : null,
            visit.Stop
        );
        return refused is not null ? refused : (hash, expires, downloads);
    }
}
