using System.Globalization;
using System.Text;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>
/// What the customer shares: by links, for friends without an account, and with the household. What the household shares with the customer. And the mark that keeps an item from
/// friends.
/// </summary>
internal static class ShareEndpoints
{
    internal const int MostLabel = 200;
    internal const int MostAddress = 254;

    public static void Map(CustomerRoutes routes)
    {
        routes
            .Add(
                "GET",
                "/shares",
                "listShares",
                "What the customer shares, in the order it was shared",
                async ValueTask<VaultResult<ShareList>> (call) =>
                {
                    var session = Session(call);
                    var found = await BodiesOfAsync(
                        call,
                        session,
                        await session.ListSharesAsync(share: null, call.Stop)
                    );
                    return found.Refusal is { } refusal
                        ? refusal
                        : new ShareList { Items = found.Value };
                }
            )
            .Describes(
                "Those whose item lies in the trash are not among them; they come back with it."
            );
        routes
            .Add(
                "GET",
                "/shares/{share:long}",
                "getShare",
                "One share",
                async ValueTask<VaultResult<ShareBody>> (call) =>
                {
                    var session = Session(call);
                    var found = await BodiesOfAsync(
                        call,
                        session,
                        await session.ListSharesAsync(IdOf(call), call.Stop)
                    );
                    return found.Refusal is { } refusal ? refusal : found.Value[0];
                }
            )
            .Refuses(RefusalRule.NotFound);
        routes
            .Add<NewShareBody, ShareBody>(
                "POST",
                "/shares",
                "createShare",
                "Share an item",
                CreateAsync
            )
            .Describes(
                "A link takes the customer's statement that they hold the rights, which is recorded. With an address, the link is sent there by the operator. Until the password, if any, is given, the link shows nothing. With the household, or with members of it, an item is shared to be viewed or edited; it hangs in their trees from their next request on. What was received cannot be shared on. A setting that the kind of share does not have is refused by its name."
            )
            .Answers(StatusCodes.Status201Created)
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.ShareRightMissing,
                RefusalRule.RightsNotAttested,
                RefusalRule.ProtectedContent,
                RefusalRule.TooManyShares,
                RefusalRule.NoSharedSecret,
                RefusalRule.IsFile,
                RefusalRule.OverCapacity,
                RefusalRule.TakeBackWindow,
                RefusalRule.Suspended,
                RefusalRule.Restricted,
                RefusalRule.Blocked,
                RefusalRule.SignInBusy
            );
        routes
            .Add<ShareChangeBody, ShareBody>(
                "PATCH",
                "/shares/{share:long}",
                "changeShare",
                "Change a share; what is not given stays",
                ChangeAsync
            )
            .Describes(
                "What lets anybody do more than before takes what creating the share takes. Whether it is a link, for the household or for members of it does not change. A blocked share can be ended and not changed."
            )
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.ProtectedContent,
                RefusalRule.IsFile,
                RefusalRule.OverCapacity,
                RefusalRule.TakeBackWindow,
                RefusalRule.Suspended,
                RefusalRule.Restricted,
                RefusalRule.Blocked,
                RefusalRule.SignInBusy
            );
        routes
            .Add(
                "DELETE",
                "/shares/{share:long}",
                "removeShare",
                "End a share",
                call => Nothing.OfAsync(Session(call).RemoveShareAsync(IdOf(call), call.Stop))
            )
            .Describes(
                "The next request by it is refused, and downloads under way stop within seconds. What hangs in others' trees is gone from them; the item itself stays."
            )
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.NotFound);
        routes.Add(
            "GET",
            "/shares/statement",
            "getRightsStatement",
            "Whether the customer has stated once for all to hold the rights to what their programs share by links",
            async ValueTask<VaultResult<StatementBody>> (call) =>
            {
                var found = await call.Desk.FindRightsStatementAsync(call.Actor, call.Stop);
                return found.Refusal is { } refusal
                    ? refusal
                    : new StatementBody { Statement = found.Value };
            }
        );
        routes
            .Add<StatementBody, Nothing>(
                "PUT",
                "/shares/statement",
                "setRightsStatement",
                "State it, or take it back",
                (call, stated) =>
                    Nothing.OfAsync(
                        call.Desk.SetRightsStatementAsync(call.Actor, stated.Statement, call.Stop)
                    )
            )
            .Describes(
                "Sync clients cannot ask for the statement with each link that they make. Links that were made stay when it is taken back."
            )
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.OwnSignInRequired);
        routes
            .Add(
                "GET",
                "/shares/received",
                "listReceivedShares",
                "What others of the household share with the customer, in the order it was shared",
                async ValueTask<VaultResult<ReceivedShareList>> (call) =>
                {
                    var found = await Session(call).ListReceivedAsync(call.Stop);
                    return found.Refusal is { } refusal
                        ? refusal
                        : new ReceivedShareList
                        {
                            Items = [.. found.Value.Select(ReceivedShareBody.Of)],
                        };
                }
            )
            .Describes(
                "Each hangs in the customer's tree, at first at the top, and can be moved and renamed there. Deleting it there removes it from the customer's tree and changes nothing for others."
            );
        routes
            .Add<MountBody, Nothing>(
                "PUT",
                "/shares/received/{share:long}",
                "mountReceivedShare",
                "Remove something received from the customer's tree, or bring it back",
                (call, wanted) =>
                    Nothing.OfAsync(
                        Session(call).SetMountAsync(IdOf(call), wanted.Mounted, call.Stop)
                    )
            )
            .Describes("What is brought back hangs at the top of the tree again.")
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.NotFound);
        routes
            .Add(
                "GET",
                "/protection",
                "listProtected",
                "The items marked as holding others' intellectual property",
                async ValueTask<VaultResult<ProtectedList>> (call) =>
                {
                    var session = Session(call);
                    var found = await session.ListProtectedAsync(call.Stop);
                    if (found.Refusal is { } refusal)
                        return refusal;
                    var language = call.LanguageOf(session.Language);
                    return new ProtectedList
                    {
                        Items = [.. found.Value.Select(item => ProtectedBody.Of(item, language))],
                    };
                }
            )
            .Describes("Those in the trash are not among them; they keep their marks.");
        routes
            .Add<ProtectionBody, ProtectionState>(
                "PUT",
                "/protection",
                "protectItem",
                "Mark an item as holding others' intellectual property, or take the mark away",
                async (call, wanted) =>
                {
                    if (PathOf(wanted.Path) is not { } path)
                        return Wrong("path");
                    var done = await Session(call)
                        .ProtectAsync(path, wanted.IsProtected, call.Stop);
                    return done.Refusal is { } refusal
                        ? refusal
                        : new ProtectionState { IsProtected = done.Value };
                }
            )
            .Describes(
                "The mark covers everything below a folder and goes with what it is on. Links to what it covers pause at once, and come back when it is taken away. What the operator has marked on notice, the operator alone takes away."
            )
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.MarkNotYours,
                RefusalRule.OverCapacity,
                RefusalRule.TakeBackWindow,
                RefusalRule.Suspended,
                RefusalRule.Restricted
            );
    }

    private static async ValueTask<VaultResult<ShareBody>> CreateAsync(
        CustomerCall call,
        NewShareBody wanted
    )
    {
        if (PathOf(wanted.Path) is not { } path)
            return Wrong("path");
        if (wanted.Label is not null && !IsText(wanted.Label, MostLabel))
            return Wrong("label");
        if (wanted.MaxDownloads <= 0)
            return Wrong("maxDownloads");
        if (
            wanted.SendTo is { } address
            && (!IsText(address, MostAddress) || address.IndexOf('@', StringComparison.Ordinal) < 1)
        )
            return Wrong("sendTo");
        if (wanted.RightsStatement is not null && !IsText(wanted.RightsStatement, 64))
            return Wrong("rightsStatement");
        var audience = wanted.Audience ?? ShareAudience.Link;
        if (audience != ShareAudience.Link)
        {
            // Who shares at home holds the rights, or needs none; a statement that is not asked for would not be kept.
            if (wanted.RightsAttested is not null)
                return Wrong("rightsAttested");
            if (wanted.RightsStatement is not null)
                return Wrong("rightsStatement");
        }
        var members = await MembersAsync(call, wanted.Members);
        if (members.Refusal is { } unknown)
            return unknown;
        var (hash, refused) = await HashAsync(call, wanted.Password);
        if (refused is not null)
            return refused;
        var session = Session(call);
        var made = await session.CreateShareAsync(
            new NewShare
            {
                Path = path,
                Audience = audience,
                Members = members.Value ?? [],
                Rights = wanted.Rights,
                Label = wanted.Label,
                Password = hash,
                Expires = wanted.Expires,
                MaxDownloads = wanted.MaxDownloads,
                RightsStatement = wanted.RightsAttested == true ? wanted.RightsStatement : null,
                Address = wanted.SendTo,
            },
            call.Get<EventKeys>().Seal,
            call.Stop
        );
        return await BodyOfAsync(call, session, made);
    }

    private static async ValueTask<VaultResult<ShareBody>> ChangeAsync(
        CustomerCall call,
        ShareChangeBody wanted
    )
    {
        if (wanted.Label is not null && !IsText(wanted.Label, MostLabel))
            return Wrong("label");
        if (wanted.MaxDownloads <= 0)
            return Wrong("maxDownloads");
        var removed = wanted.Remove ?? [];
        var members = await MembersAsync(call, wanted.Members);
        if (members.Refusal is { } unknown)
            return unknown;
        var (hash, refused) = await HashAsync(call, wanted.Password);
        if (refused is not null)
            return refused;
        var session = Session(call);
        var changed = await session.ChangeShareAsync(
            IdOf(call),
            new ShareChange
            {
                Rights = wanted.Rights,
                Members = members.Value,
                Label = SettingOf(wanted.Label, removed.Contains(ShareSetting.Label)),
                Password = SettingOf(hash, removed.Contains(ShareSetting.Password)),
                Expires = SettingOf(wanted.Expires, removed.Contains(ShareSetting.Expires)),
                MaxDownloads = SettingOf(
                    wanted.MaxDownloads,
                    removed.Contains(ShareSetting.MaxDownloads)
                ),
            },
            call.Stop
        );
        return await BodyOfAsync(call, session, changed);
    }

    // Their accounts; null for no names.
    private static async ValueTask<VaultResult<IReadOnlyList<AccountId>?>> MembersAsync(
        CustomerCall call,
        IReadOnlyList<string>? names
    )
    {
        if (names is null)
            return (AccountId[]?)null;
        var household = await Session(call).ListHouseholdAsync(call.Stop);
        if (household.Refusal is { } refusal)
            return refusal;
        var members = new List<AccountId>();
        foreach (var name in names)
        {
            var person = household.Value.FirstOrDefault(person =>
                SignInName.Key(person.Name) == SignInName.Key(name)
            );
            if (person is null)
                return Wrong("members");
            members.Add(person.Account);
        }
        return members;
    }

    private static Setting<T?>? SettingOf<T>(T? value, bool isRemoved) =>
        isRemoved ? new Setting<T?>(default)
        : value is not null ? new Setting<T?>(value)
        : null;

    private static ValueTask<(string? Hash, Refusal? Refusal)> HashAsync(
        CustomerCall call,
        string? password
    ) => HashAsync(call.Get<SignInDesk>(), password, call.Stop);

    /// <summary>The hash of a link's password; nothing for none, or why it cannot be taken.</summary>
    internal static async ValueTask<(string? Hash, Refusal? Refusal)> HashAsync(
        SignInDesk desk,
        string? password,
        CancellationToken stop
    )
    {
        if (password is null)
            return (null, null);
        if (password.Length == 0 || Encoding.UTF8.GetByteCount(password) > PasswordHash.MaxBytes)
            return (null, Wrong("password"));
        return await desk.HashAsync(password, stop) is { } hash
            ? (hash, null)
            : (null, new Refusal(RefusalRule.SignInBusy));
    }

    /// <summary>Whoever asks, in the own vault.</summary>
    internal static VaultSession Session(CustomerCall call) =>
        call.Get<VaultParts>()
            .Vaults.Open(call.Actor, new Vault.SessionOptions { Door = Door.Browser });

    private static ShareId IdOf(CustomerCall call) => new(call.Number("share"));

    private static Refusal Wrong(string field) => new(RefusalRule.InvalidInput) { Field = field };

    /// <summary>Whether a text is one that a person may give something.</summary>
    internal static bool IsText(string text, int most) =>
        text.Length > 0 && text.Length <= most && !text.Any(char.IsControl);

    /// <summary>The segments of a path with slashes between, which names have none of; null when it is none.</summary>
    internal static string[]? PathOf(string path)
    {
        try
        {
            var segments = path.Normalize(NormalizationForm.FormC)
                .Split('/', StringSplitOptions.RemoveEmptyEntries);
            return segments.Any(segment => segment is "." or "..") ? null : segments;
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair.
            return null;
        }
    }

    private static async ValueTask<VaultResult<ShareBody>> BodyOfAsync(
        CustomerCall call,
        VaultSession session,
        VaultResult<OwnShare> share
    )
    {
        var bodies = await BodiesOfAsync(
            call,
            session,
            share.Refusal is { } refusal ? refusal : (OwnShare[])[share.Value]
        );
        return bodies.Refusal is { } refused ? refused : bodies.Value[0];
    }

    // The names of members are looked up where there are any.
    private static async ValueTask<VaultResult<IReadOnlyList<ShareBody>>> BodiesOfAsync(
        CustomerCall call,
        VaultSession session,
        VaultResult<IReadOnlyList<OwnShare>> shares
    )
    {
        if (shares.Refusal is { } refusal)
            return refusal;
        IReadOnlyList<HouseholdPerson> people = [];
        if (shares.Value.Any(own => own.Placed.Share.Members.Count > 0))
        {
            var household = await session.ListHouseholdAsync(call.Stop);
            if (household.Refusal is { } refused)
                return refused;
            people = household.Value;
        }
        var language = call.LanguageOf(session.Language);
        return shares.Value.Select(own => BodyOf(call, own, people, language)).ToArray();
    }

    private static ShareBody BodyOf(
        CustomerCall call,
        OwnShare own,
        IReadOnlyList<HouseholdPerson> people,
        Language language
    )
    {
        var (placed, share) = (own.Placed, own.Placed.Share);
        return new()
        {
            Id = share.Id.Value,
            Path = "/" + string.Join('/', placed.Path),
            IsFolder = placed.Node.IsFolder,
            Audience = share.Audience,
            Members =
            [
                .. people
                    .Where(person => share.Members.Contains(person.Account))
                    .Select(person => person.Name),
            ],
            Rights = share.Rights,
            Url = own.Token is { } token ? call.LinkAddress(token) : null,
            Label = share.Label,
            SentTo = share.Address,
            HasPassword = share.Password is not null,
            Expires = share.Expires,
            MaxDownloads = share.MaxDownloads,
            RightsStatement = share.RightsStatement,
            Created = share.Created,
            Opened = share.Opened,
            Downloaded = share.Downloaded,
            LastUsed = share.LastUsed,
            State = StateOf(own.Standing),
            Block = own.Block is { } block ? MeasureBody.Of(block, language) : null,
        };
    }

    /// <summary>From when on a share cannot be opened whose last day is written as <c>yyyy-MM-dd</c>; null when that is none.</summary>
    /// <param name="lastDay">The day, in the operator's calendar.</param>
    /// <param name="zone">The operator's time zone.</param>
    internal static DateTimeOffset? EndOf(string lastDay, TimeZoneInfo zone)
    {
        if (
            !DateOnly.TryParseExact(
                lastDay,
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var last
            )
            || last == DateOnly.MaxValue
        )
            return null;
        var midnight = last.AddDays(1).ToDateTime(TimeOnly.MinValue);
        // Some zones skip it when the clocks go forward.
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(15);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    /// <summary>What keeps a share from being opened, as a state.</summary>
    internal static ShareState StateOf(Refusal? standing) =>
        standing?.Rule switch
        {
            null => ShareState.Open,
            RefusalRule.ShareExpired => ShareState.Expired,
            RefusalRule.ShareBlocked => ShareState.Blocked,
            _ => ShareState.Paused,
        };
}

/// <summary>Shares.</summary>
internal sealed record ShareList
{
    /// <summary>In the order they were made.</summary>
    public required IReadOnlyList<ShareBody> Items { get; init; }
}

/// <summary>Whether a share can be opened.</summary>
internal enum ShareState
{
    /// <summary>It can.</summary>
    Open,

    /// <summary>Not at the moment: because of where an account stands, or because the item is protected or blocked. It comes back by itself.</summary>
    Paused,

    /// <summary>Not any more: its date has passed, its downloads are used up, or the account whose item it is has been closed.</summary>
    Expired,

    /// <summary>Not until the operator lifts the block of this very share. It comes back as it was.</summary>
    Blocked,
}

/// <summary>A share.</summary>
internal sealed record ShareBody
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>Where the item is now: names with slashes between.</summary>
    public required string Path { get; init; }

    /// <summary>Whether the item is a folder.</summary>
    public required bool IsFolder { get; init; }

    /// <summary>Whom it is for.</summary>
    public required ShareAudience Audience { get; init; }

    /// <summary>The sign-in names of the members it is for, as far as they belong to the household; empty when it is for others.</summary>
    public required IReadOnlyList<string> Members { get; init; }

    /// <summary>What recipients may do.</summary>
    public required ShareRights Rights { get; init; }

    /// <summary>The link itself; null when it can no longer be shown, and in the household.</summary>
    public required string? Url { get; init; }

    /// <summary>What the customer calls it; null for the item's name.</summary>
    public required string? Label { get; init; }

    /// <summary>The mail address that the link was sent to; null for none.</summary>
    public required string? SentTo { get; init; }

    /// <summary>Whether it takes a password.</summary>
    public required bool HasPassword { get; init; }

    /// <summary>From when on it cannot be opened; null for no end.</summary>
    public required DateTimeOffset? Expires { get; init; }

    /// <summary>How many downloads it is good for; null for any number.</summary>
    public required long? MaxDownloads { get; init; }

    /// <summary>The version of the statement about rights that was made for a link; null in the household.</summary>
    public required string? RightsStatement { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>How often it was opened, each visitor or recipient counted once an hour.</summary>
    public required long Opened { get; init; }

    /// <summary>How many downloads were begun, each visitor or recipient counted once an hour.</summary>
    public required long Downloaded { get; init; }

    /// <summary>When it was last used; null for never.</summary>
    public required DateTimeOffset? LastUsed { get; init; }

    /// <summary>Whether it can be opened.</summary>
    public required ShareState State { get; init; }

    /// <summary>Why it is blocked; null when it is not.</summary>
    public required MeasureBody? Block { get; init; }
}

/// <summary>A share that is wanted.</summary>
internal sealed record NewShareBody
{
    /// <summary>The item: names from the top folder down with slashes between.</summary>
    public required string Path { get; init; }

    /// <summary>Whom it is for: a link when it is left out.</summary>
    public ShareAudience? Audience { get; init; }

    /// <summary>The sign-in names of the people of the household whom it is for; with the audience of members only.</summary>
    public IReadOnlyList<string>? Members { get; init; }

    /// <summary>What recipients may do: in the household view or edit, by a link view, download or drop.</summary>
    public required ShareRights Rights { get; init; }

    /// <summary>True for the customer's statement that they hold the rights to share it, without which there is no link. Not in the household.</summary>
    public bool? RightsAttested { get; init; }

    /// <summary>The version of the statement that the customer was shown: 1 to 64 characters. With the statement.</summary>
    public string? RightsStatement { get; init; }

    /// <summary>What to call it: 1 to 200 characters.</summary>
    public string? Label { get; init; }

    /// <summary>A password: 1 to 1024 bytes. Of a link only.</summary>
    public string? Password { get; init; }

    /// <summary>From when on it cannot be opened. Of a link only.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How many downloads it is good for: 1 or more. Of a link only.</summary>
    public long? MaxDownloads { get; init; }

    /// <summary>A mail address to send it to. Of a link only.</summary>
    public string? SendTo { get; init; }
}

/// <summary>A setting of a share that can be taken away.</summary>
internal enum ShareSetting
{
    /// <summary>Its name.</summary>
    Label,

    /// <summary>Its password. Of a link only.</summary>
    Password,

    /// <summary>Its end. Of a link only.</summary>
    Expires,

    /// <summary>Its number of downloads. Of a link only.</summary>
    MaxDownloads,
}

/// <summary>What a share is to become; what is not given stays.</summary>
internal sealed record ShareChangeBody
{
    /// <summary>What recipients may do.</summary>
    public ShareRights? Rights { get; init; }

    /// <summary>The sign-in names of the people of the household whom it is for, in the place of those before. Of a share for members only.</summary>
    public IReadOnlyList<string>? Members { get; init; }

    /// <summary>What to call it: 1 to 200 characters.</summary>
    public string? Label { get; init; }

    /// <summary>A password: 1 to 1024 bytes. Of a link only.</summary>
    public string? Password { get; init; }

    /// <summary>From when on it cannot be opened. Of a link only.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How many downloads it is good for: 1 or more. Of a link only.</summary>
    public long? MaxDownloads { get; init; }

    /// <summary>Settings to take away.</summary>
    public IReadOnlyList<ShareSetting>? Remove { get; init; }
}

/// <summary>Protected items.</summary>
internal sealed record ProtectedList
{
    /// <summary>In the order of their paths.</summary>
    public required IReadOnlyList<ProtectedBody> Items { get; init; }
}

/// <summary>A protected item, everything below it included.</summary>
internal sealed record ProtectedBody
{
    /// <summary>Where it is now: names with slashes between.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it is a folder.</summary>
    public required bool IsFolder { get; init; }

    /// <summary>Whether the customer has marked it.</summary>
    public required bool IsMarkedByCustomer { get; init; }

    /// <summary>Why the operator has marked it; empty when the operator has not.</summary>
    public required IReadOnlyList<MeasureBody> Notices { get; init; }

    public static ProtectedBody Of(ProtectedItem item, Language language) =>
        new()
        {
            Path = "/" + string.Join('/', item.Path),
            IsFolder = item.Node.IsFolder,
            IsMarkedByCustomer = item.IsOwn,
            Notices = [.. item.Notices.Select(measure => MeasureBody.Of(measure, language))],
        };
}

/// <summary>Shares that were received.</summary>
internal sealed record ReceivedShareList
{
    /// <summary>In the order they were made.</summary>
    public required IReadOnlyList<ReceivedShareBody> Items { get; init; }
}

/// <summary>What somebody of the household shares with the customer.</summary>
internal sealed record ReceivedShareBody
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>The sign-in name of who shares it.</summary>
    public required string Owner { get; init; }

    /// <summary>What its owner calls it, or else the item's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the item is a folder.</summary>
    public required bool IsFolder { get; init; }

    /// <summary>What the customer may do.</summary>
    public required ShareRights Rights { get; init; }

    /// <summary>Where it hangs in the customer's tree: names with slashes between; null when it was removed from it.</summary>
    public required string? Path { get; init; }

    /// <summary>Whether it can be opened.</summary>
    public required ShareState State { get; init; }

    public static ReceivedShareBody Of(ReceivedView view)
    {
        var placed = view.Received.Placed!;
        var share = placed.Share;
        return new()
        {
            Id = share.Id.Value,
            Owner = share.OwnerName,
            Name = placed.Name,
            IsFolder = placed.Node.IsFolder,
            Rights = share.Rights,
            Path = view.Path is { } path ? "/" + string.Join('/', path) : null,
            State = ShareEndpoints.StateOf(view.Standing),
        };
    }
}

/// <summary>The statement that the customer holds the rights to what their programs share by links.</summary>
internal sealed record StatementBody
{
    /// <summary>The version of it that the customer was shown: 1 to 64 characters; null for no statement.</summary>
    public required string? Statement { get; init; }
}

/// <summary>Whether something received is to hang in the customer's tree.</summary>
internal sealed record MountBody
{
    /// <summary>Whether it does.</summary>
    public required bool Mounted { get; init; }
}

/// <summary>Whether an item is to be protected.</summary>
internal sealed record ProtectionBody
{
    /// <summary>The item: names from the top folder down with slashes between.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it carries the mark.</summary>
    public required bool IsProtected { get; init; }
}

/// <summary>Whether an item is protected.</summary>
internal sealed record ProtectionState
{
    /// <summary>By its own mark, or by one above it.</summary>
    public required bool IsProtected { get; init; }
}
