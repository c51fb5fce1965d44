using System.Globalization;
using System.Text.Json.Nodes;
using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Links;
using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.SyncClients;

/// <summary>
/// What sync clients share, and see of what is shared: the same shares as at <see cref="ShareEndpoints"/>, in the clients' words. A person (0) is a member of the household, a group (1) all of it, and
/// a link (3) is for friends.
/// </summary>
/// <remarks>
/// Of the bits that stand for rights a link has 1, to read, or 4, to put files in unseen; nobody edits by a link, and what asks for that is refused and not cut down. In the household 1 is viewing and any of 2, 4
/// and 8 is editing. Sharing on (16) is never given, and never minded. A link takes the statement that its maker holds the rights, which these calls cannot carry: it is made once for all
/// (<see cref="CustomerDesk.SetRightsStatementAsync"/>).
/// </remarks>
internal static class SyncShares
{
    private const int Person = 0;
    private const int Group = 1;
    private const int Link = 3;
    private const int Mail = 4;
    private const int Read = 1;
    private const int Create = 4;
    private const int Changes = 2 | 4 | 8;
    private const int ShareOn = 16;
    private const string Household = "household";
    private const string Day = "yyyy-MM-dd";

    /// <summary>The shares of an item, of what is in a folder, or all; or those that were received.</summary>
    public static async ValueTask<OcsAnswer> ListAsync(OcsCall call)
    {
        var session = SessionOf(call);
        var at = call.Parameter("path") is { Length: > 0 } text ? ShareEndpoints.PathOf(text) : [];
        if (at is null)
            return Wrong(call, "path");
        var isAll = call.Parameter("path") is null or "";
        if (IsYes(call, "shared_with_me"))
        {
            var received = await session.ListReceivedAsync(call.Stop);
            return received.Refusal is { } refused
                ? Refuse(call, refused)
                : OcsAnswer.Of(
                    Array(
                        received
                            .Value.Where(view =>
                                view.Path is not null
                                && (isAll || view.Path.SequenceEqual(at, StringComparer.Ordinal))
                            )
                            .Select(view => Of(call, view))
                    )
                );
        }
        NodeId? item = null;
        if (!isAll)
        {
            var found = await new VaultTree(session).FindAsync(at, NodeDetails.None, call.Stop);
            if (found.Refusal is { } missing)
                return Refuse(call, missing);
            item = found.Value.Node.Id;
        }
        var shares = await session.ListSharesAsync(share: null, call.Stop);
        if (shares.Refusal is { } refusal)
            return Refuse(call, refusal);
        var isInside = IsYes(call, "subfiles");
        return await AnswerAsync(
            call,
            session,
            [
                .. shares.Value.Where(own =>
                    item is null
                    || item
                        == (
                            isInside
                                ? own.Placed.Chain.SkipLast(1).LastOrDefault()?.Id
                                : own.Placed.Node.Id
                        )
                ),
            ]
        );
    }

    /// <summary>One share, own or received, as a list of one.</summary>
    public static async ValueTask<OcsAnswer> FindAsync(OcsCall call)
    {
        var session = SessionOf(call);
        var own = await FindOwnAsync(call, session);
        if (own.IsSuccess)
            return await AnswerAsync(call, session, own.Value);
        if (own.Refusal!.Rule != RefusalRule.NotFound)
            return Refuse(call, own.Refusal);
        var received = await session.ListReceivedAsync(call.Stop);
        return
            received.IsSuccess
            && received.Value.FirstOrDefault(view => IsIt(call, view.Received.Id)) is { } view
            ? OcsAnswer.Of(Array([Of(call, view)]))
            : Refuse(call, own.Refusal);
    }

    /// <summary>Shares an item.</summary>
    public static async ValueTask<OcsAnswer> CreateAsync(OcsCall call)
    {
        if (call.Parameter("path") is not { } text || ShareEndpoints.PathOf(text) is not { } path)
            return Wrong(call, "path");
        if (!int.TryParse(call.Parameter("shareType"), NumberStyles.None, null, out var type))
            return Wrong(call, "shareType");
        var (wish, wrong) = await WishAsync(call, isFamily: type != Link, former: null);
        if (wrong is not null)
            return wrong;
        var session = SessionOf(call);
        IReadOnlyList<AccountId> members = [];
        switch (type)
        {
            case Link:
            case Group when call.Parameter("shareWith") == Household:
                break;
            case Person:
                var household = await session.ListHouseholdAsync(call.Stop);
                if (household.Refusal is { } refused)
                    return Refuse(call, refused);
                members =
                [
                    .. household
                        .Value.Where(person =>
                            SignInName.Key(person.Name)
                            == SignInName.Key(call.Parameter("shareWith") ?? "")
                        )
                        .Select(person => person.Account),
                ];
                if (members.Count == 0)
                    return Refuse(call, new Refusal(RefusalRule.NotFound));
                break;
            default:
                return Wrong(call, type == Group ? "shareWith" : "shareType");
        }
        var statement =
            type == Link
                ? await call.Part<CustomerDesk>().FindRightsStatementAsync(call.Actor, call.Stop)
                : (string?)null;
        if (statement.Refusal is { } signedOut)
            return Refuse(call, signedOut);
        var made = await session.CreateShareAsync(
            new NewShare
            {
                Path = path,
                Audience =
                    type == Link ? ShareAudience.Link
                    : type == Group ? ShareAudience.Household
                    : ShareAudience.Members,
                Members = members,
                Rights = wish.Rights ?? (type == Link ? ShareRights.Download : ShareRights.Edit),
                Label = wish.Label?.Value,
                Password = wish.Password?.Value,
                Expires = wish.Expires?.Value,
                RightsStatement = statement.Value,
            },
            call.Part<EventKeys>().Seal,
            call.Stop
        );
        return made.Refusal is { } refusal
            ? Refuse(call, refusal)
            : await AnswerAsync(call, session, [made.Value], isOne: true);
    }

    /// <summary>Changes what is given of a share.</summary>
    public static async ValueTask<OcsAnswer> ChangeAsync(OcsCall call)
    {
        var session = SessionOf(call);
        var found = await FindOwnAsync(call, session);
        if (found.Refusal is { } missing)
            return Refuse(call, missing);
        var share = found.Value[0].Placed.Share;
        var (wish, wrong) = await WishAsync(call, share.IsFamily, share.Rights);
        if (wrong is not null)
            return wrong;
        var changed = await session.ChangeShareAsync(share.Id, wish, call.Stop);
        return changed.Refusal is { } refusal
            ? Refuse(call, refusal)
            : await AnswerAsync(call, session, [changed.Value], isOne: true);
    }

    /// <summary>Ends a share of one's own, or takes what was received out of the own tree.</summary>
    public static async ValueTask<OcsAnswer> RemoveAsync(OcsCall call)
    {
        if (IdOf(call) is not { } id)
            return Refuse(call, new Refusal(RefusalRule.NotFound));
        var session = SessionOf(call);
        var removed = await session.RemoveShareAsync(id, call.Stop);
        if (removed.Refusal is { Rule: RefusalRule.NotFound })
            removed = await session.SetMountAsync(id, isMounted: false, call.Stop);
        return removed.Refusal is { } refusal
            ? Refuse(call, refusal)
            : OcsAnswer.Of(new JsonArray());
    }

    /// <summary>With whom something can be shared by name: the people of the household.</summary>
    public static async ValueTask<OcsAnswer> FindRecipientsAsync(OcsCall call)
    {
        var household = await SessionOf(call).ListHouseholdAsync(call.Stop);
        if (household.Refusal is { } refusal)
            return Refuse(call, refusal);
        var search = SignInName.Key(call.Parameter("search") ?? "");
        var (exact, others) = (new JsonArray(), new JsonArray());
        foreach (var person in household.Value)
        {
            var key = SignInName.Key(person.Name);
            if (key.Contains(search, StringComparison.Ordinal))
                (key == search ? exact : others).Add(
                    new JsonObject
                    {
                        ["label"] = person.Name,
                        ["value"] = new JsonObject
                        {
                            ["shareType"] = Person,
                            ["shareWith"] = person.Name,
                        },
                    }
                );
        }
        // Android's client loses the answer when an array is missing.
        var data = Kinds(exact);
        var all = Kinds(others);
        all["lookup"] = new JsonArray();
        all["exact"] = data;
        return OcsAnswer.Of(all);

        static JsonObject Kinds(JsonArray users) =>
            new()
            {
                ["users"] = users,
                ["groups"] = new JsonArray(),
                ["remotes"] = new JsonArray(),
                ["remote_groups"] = new JsonArray(),
                ["emails"] = new JsonArray(),
                ["circles"] = new JsonArray(),
                ["rooms"] = new JsonArray(),
            };
    }

    // What the parameters say of a share; what is not given is not in it.
    private static async ValueTask<(ShareChange Wish, OcsAnswer? Wrong)> WishAsync(
        OcsCall call,
        bool isFamily,
        ShareRights? former
    )
    {
        var none = new ShareChange();
        // Nobody would ever read it.
        if (call.Parameter("note") is { Length: > 0 })
            return (none, Wrong(call, "note"));
        int? permissions = null;
        if (call.Parameter("permissions") is { Length: > 0 } bits)
        {
            if (!int.TryParse(bits, NumberStyles.None, null, out var given))
                return (none, Wrong(call, "permissions"));
            permissions = given & ~ShareOn;
        }
        var hides = call.Parameter("hideDownload") is null
            ? (bool?)null
            : IsYes(call, "hideDownload");
        if (isFamily && hides == true)
            return (none, Wrong(call, "hideDownload"));
        if (!isFamily && IsYes(call, "publicUpload") && permissions is null)
            return (none, Wrong(call, "publicUpload"));
        if (!TryRights(isFamily, permissions, hides, former, out var rights))
            return (none, Wrong(call, "permissions"));

        var label = call.Parameter("label") ?? call.Parameter("name");
        if (label is { Length: > 0 } && !ShareEndpoints.IsText(label, ShareEndpoints.MostLabel))
            return (none, Wrong(call, "label"));
        Setting<DateTimeOffset?>? expires = null;
        if (call.Parameter("expireDate") is { } day)
        {
            if (!TryEndOf(call, day, out var end))
                return (none, Wrong(call, "expireDate"));
            expires = new(end);
        }
        var password = call.Parameter("password");
        var (hash, refused) = await ShareEndpoints.HashAsync(
            call.Part<SignInDesk>(),
            password is "" ? null : password,
            call.Stop
        );
        if (refused is not null)
            return (none, Refuse(call, refused));
        // Clients send what is empty along, also where there is nothing to be emptied.
        return (
            new ShareChange
            {
                Rights = rights,
                Label = label is null ? null : new(label.Length == 0 ? null : label),
                Password = password is null || (isFamily && hash is null) ? null : new(hash),
                Expires = isFamily && expires is { Value: null } ? null : expires,
            },
            null
        );
    }

    private static bool TryRights(
        bool isFamily,
        int? permissions,
        bool? hides,
        ShareRights? former,
        out ShareRights? rights
    )
    {
        rights = null;
        if (isFamily)
        {
            if (permissions is { } bits)
                rights = (bits & Changes) != 0 ? ShareRights.Edit : ShareRights.View;
            return permissions is not { } given || (given & Read) != 0;
        }
        var isView = hides ?? former == ShareRights.View;
        switch (permissions)
        {
            case null when hides is null || former == ShareRights.Drop:
                return true;
            case null:
            case Read:
                rights = isView ? ShareRights.View : ShareRights.Download;
                return true;
            case Create:
                rights = ShareRights.Drop;
                return true;
            default:
                return false;
        }
    }

    // The last day on which it can be opened, by the operator's calendar; no day takes the end away.
    private static bool TryEndOf(OcsCall call, string day, out DateTimeOffset? end)
    {
        end = null;
        if (day.Length == 0)
            return true;
        if (day.Length > Day.Length && day[Day.Length] is not ('T' or ' '))
            return false;
        end = ShareEndpoints.EndOf(
            day[..Math.Min(day.Length, Day.Length)],
            call.Part<TakeBackWindow>().Zone
        );
        return end is not null;
    }

    private static async ValueTask<VaultResult<IReadOnlyList<OwnShare>>> FindOwnAsync(
        OcsCall call,
        VaultSession session
    ) =>
        IdOf(call) is { } id
            ? await session.ListSharesAsync(id, call.Stop)
            : new Refusal(RefusalRule.NotFound);

    private static async ValueTask<OcsAnswer> AnswerAsync(
        OcsCall call,
        VaultSession session,
        IReadOnlyList<OwnShare> shares,
        bool isOne = false
    )
    {
        IReadOnlyList<HouseholdPerson> people = [];
        if (shares.Any(own => own.Placed.Share.Members.Count > 0))
        {
            var household = await session.ListHouseholdAsync(call.Stop);
            if (household.Refusal is { } refusal)
                return Refuse(call, refusal);
            people = household.Value;
        }
        return OcsAnswer.Of(
            isOne ? Of(call, shares[0], people) : Array(shares.Select(own => Of(call, own, people)))
        );
    }

    private static JsonObject Of(OcsCall call, OwnShare own, IReadOnlyList<HouseholdPerson> people)
    {
        var (placed, share) = (own.Placed, own.Placed.Share);
        var answer = Of(call, placed, canChange: true);
        var path = "/" + string.Join('/', placed.Path);
        answer["path"] = path;
        answer["file_target"] = "/" + placed.Name;
        if (share.IsFamily)
        {
            var names = string.Join(
                ", ",
                people
                    .Where(person => share.Members.Contains(person.Account))
                    .Select(person => person.Name)
            );
            var isGroup = share.Audience == ShareAudience.Household;
            answer["share_with"] = isGroup ? Household : names;
            answer["share_with_displayname"] = isGroup ? HouseholdIn(call) : names;
            return answer;
        }
        // Never the secret: that there is one.
        var password = share.Password is null ? null : "***";
        answer["share_with"] = share.Address ?? password;
        answer["share_with_displayname"] = share.Address ?? password;
        answer["password"] = password;
        answer["token"] = own.Token;
        answer["url"] = own.Token is { } token
            ? LinkDoor.AddressOf(call.Http.Request, token)
            : null;
        return answer;
    }

    private static JsonObject Of(OcsCall call, ReceivedView view)
    {
        var answer = Of(call, view.Received.Placed!, canChange: false);
        answer["path"] = view.Path is { } path ? "/" + string.Join('/', path) : null;
        answer["file_target"] = answer["path"]?.GetValue<string>();
        answer["share_with"] = call.Actor.Name;
        answer["share_with_displayname"] = call.Actor.Name;
        return answer;
    }

    // Every member of a share, in whichever direction.
    private static JsonObject Of(OcsCall call, PlacedShare placed, bool canChange)
    {
        var (share, node) = (placed.Share, placed.Node);
        var zone = call.Part<TakeBackWindow>().Zone;
        return new JsonObject
        {
            ["id"] = share.Id.Value.ToString(CultureInfo.InvariantCulture),
            ["share_type"] = TypeOf(share),
            ["uid_owner"] = share.OwnerName,
            ["displayname_owner"] = share.OwnerName,
            ["uid_file_owner"] = share.OwnerName,
            ["displayname_file_owner"] = share.OwnerName,
            ["permissions"] = PermissionsOf(share, node),
            ["can_edit"] = canChange,
            ["can_delete"] = true,
            ["stime"] = share.Created.ToUnixTimeSeconds(),
            ["parent"] = null,
            ["expiration"] = share.Expires is { } end
                ? TimeZoneInfo
                    .ConvertTime(end.AddTicks(-1), zone)
                    .ToString("yyyy-MM-dd 00:00:00", CultureInfo.InvariantCulture)
                : null,
            ["token"] = null,
            ["path"] = null,
            ["item_type"] = node.IsFolder ? "folder" : "file",
            ["mimetype"] = node.IsFolder
                ? "httpd/unix-directory"
                : node.MediaType ?? "application/octet-stream",
            ["storage"] = share.Vault.Value,
            ["storage_id"] = "home::" + share.OwnerName,
            ["item_source"] = node.Id.Value,
            ["file_source"] = node.Id.Value,
            ["file_parent"] = node.Parent.Value,
            ["file_target"] = null,
            ["share_with"] = null,
            ["share_with_displayname"] = null,
            ["name"] = share.Label ?? "",
            ["label"] = share.Label ?? "",
            ["note"] = "",
            ["url"] = null,
            ["mail_send"] = 0,
            ["hide_download"] = share is { IsFamily: false, Rights: ShareRights.View } ? 1 : 0,
            ["password"] = null,
            ["attributes"] = null,
            ["has_preview"] = false,
        };
    }

    private static int TypeOf(Share share) =>
        share.Audience switch
        {
            ShareAudience.Link => share.Address is null ? Link : Mail,
            ShareAudience.Household => Group,
            ShareAudience.Members => Person,
        };

    private static int PermissionsOf(Share share, NodeRow node) =>
        share.Rights switch
        {
            ShareRights.View or ShareRights.Download => Read,
            ShareRights.Drop => Create,
            ShareRights.Edit => node.IsFolder ? Read | Changes : Read | 2,
        };

    private static string HouseholdIn(OcsCall call) =>
        Reader.LanguageOf(call.Http.Request.Headers.AcceptLanguage, account: null) switch
        {
            Language.Dutch => "Huishouden",
            Language.French => "Foyer",
            Language.German => "Haushalt",
            Language.English => "Household",
        };

    private static JsonArray Array(IEnumerable<JsonObject> shares) =>
        [.. shares.Select(JsonNode? (share) => share)];

    private static VaultSession SessionOf(OcsCall call) =>
        call.Part<VaultParts>().Vaults.Open(call.Actor, new Vault.SessionOptions());

    private static ShareId? IdOf(OcsCall call) =>
        long.TryParse(call.Value("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new ShareId(id)
            : null;

    private static bool IsIt(OcsCall call, ShareId id) => IdOf(call) == id;

    private static bool IsYes(OcsCall call, string name) =>
        call.Parameter(name) is "1" or "true" or "yes";

    private static OcsAnswer Wrong(OcsCall call, string field) =>
        Refuse(call, new Refusal(RefusalRule.InvalidInput) { Field = field });

    // These calls know three kinds of no, and what is to be tried again later.
    private static OcsAnswer Refuse(OcsCall call, Refusal refusal)
    {
        var told = call.Refuse(
            refusal.Rule == RefusalRule.RightsNotAttested
                ? new Refusal(RefusalRule.RightsNotStatedForPrograms)
                : refusal
        );
        return told with
        {
            Code = told.Code is 400 or 401 or 404 or 429 or 503 ? told.Code : 403,
            Message = refusal.Field is { } field ? $"{told.Message} ({field})" : told.Message,
        };
    }
}
