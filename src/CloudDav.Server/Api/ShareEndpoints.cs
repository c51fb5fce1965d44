using System.Text;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>Links to items, for friends without an account, and the mark that keeps an item from them.</summary>
internal static class ShareEndpoints
{
    private const int MostLabel = 200;
    private const int MostAddress = 254;

    public static void Map(CustomerRoutes routes)
    {
        routes
            .Add(
                "GET",
                "/shares",
                "listShares",
                "The links to the customer's items, in the order they were made",
                async ValueTask<VaultResult<ShareList>> (call) =>
                {
                    var session = Session(call);
                    var found = await session.ListSharesAsync(share: null, call.Stop);
                    return found.Refusal is { } refusal
                        ? refusal
                        : new ShareList
                        {
                            Items = [.. found.Value.Select(share => BodyOf(call, session, share))],
                        };
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
                "One link",
                async ValueTask<VaultResult<ShareBody>> (call) =>
                {
                    var session = Session(call);
                    var found = await session.ListSharesAsync(IdOf(call), call.Stop);
                    return found.Refusal is { } refusal
                        ? refusal
                        : BodyOf(call, session, found.Value[0]);
                }
            )
            .Refuses(RefusalRule.NotFound);
        routes
            .Add<NewShareBody, ShareBody>(
                "POST",
                "/shares",
                "createShare",
                "Share an item by a link",
                CreateAsync
            )
            .Describes(
                "Takes the customer's statement that they hold the rights, which is recorded. With an address, the link is sent there by the operator. Until the password, if any, is given, the link shows nothing."
            )
            .Answers(StatusCodes.Status201Created)
            .Refuses(
                RefusalRule.NotFound,
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
                "Change a link; what is not given stays",
                ChangeAsync
            )
            .Describes(
                "What lets anybody do more than before takes what creating a link takes. A blocked link can be ended and not changed."
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
                "End a link",
                call => Nothing.OfAsync(Session(call).RemoveShareAsync(IdOf(call), call.Stop))
            )
            .Describes("Its next request is refused, and downloads under way stop within seconds.")
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
        var (hash, refused) = await HashAsync(call, wanted.Password);
        if (refused is not null)
            return refused;
        var session = Session(call);
        var made = await session.CreateShareAsync(
            new NewShare
            {
                Path = path,
                Rights = wanted.Rights,
                Label = wanted.Label,
                Password = hash,
                Expires = wanted.Expires,
                MaxDownloads = wanted.MaxDownloads,
                RightsStatement = wanted.RightsAttested ? wanted.RightsStatement : null,
                Address = wanted.SendTo,
            },
            call.Get<EventKeys>().Seal,
            call.Stop
        );
        return made.Refusal is { } refusal ? refusal : BodyOf(call, session, made.Value);
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
        var (hash, refused) = await HashAsync(call, wanted.Password);
        if (refused is not null)
            return refused;
        var session = Session(call);
        var changed = await session.ChangeShareAsync(
            IdOf(call),
            new ShareChange
            {
                Rights = wanted.Rights,
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
        return changed.Refusal is { } refusal ? refusal : BodyOf(call, session, changed.Value);
    }

    private static Setting<T?>? SettingOf<T>(T? value, bool isRemoved) =>
        isRemoved ? new Setting<T?>(default)
        : value is not null ? new Setting<T?>(value)
        : null;

    private static async ValueTask<(string? Hash, Refusal? Refusal)> HashAsync(
        CustomerCall call,
        string? password
    )
    {
        if (password is null)
            return (null, null);
        if (password.Length == 0 || Encoding.UTF8.GetByteCount(password) > PasswordHash.MaxBytes)
            return (null, Wrong("password"));
        return await call.Get<SignInDesk>().HashAsync(password, call.Stop) is { } hash
            ? (hash, null)
            : (null, new Refusal(RefusalRule.SignInBusy));
    }

    private static VaultSession Session(CustomerCall call) =>
        call.Get<VaultParts>()
            .Vaults.Open(call.Actor, new Vault.SessionOptions { Door = Door.Browser });

    private static ShareId IdOf(CustomerCall call) => new(call.Number("share"));

    private static Refusal Wrong(string field) => new(RefusalRule.InvalidInput) { Field = field };

    private static bool IsText(string text, int most) =>
        text.Length > 0 && text.Length <= most && !text.Any(char.IsControl);

    // Segments with a slash between; names have none.
    private static string[]? PathOf(string path)
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

    private static ShareBody BodyOf(CustomerCall call, VaultSession session, OwnShare own)
    {
        var (placed, share) = (own.Placed, own.Placed.Share);
        return new()
        {
            Id = share.Id.Value,
            Path = "/" + string.Join('/', placed.Path),
            IsFolder = placed.Node.IsFolder,
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
            State = own.Standing?.Rule switch
            {
                null => ShareState.Open,
                RefusalRule.ShareExpired => ShareState.Expired,
                RefusalRule.ShareBlocked => ShareState.Blocked,
                _ => ShareState.Paused,
            },
            Block = own.Block is { } block
                ? MeasureBody.Of(block, call.LanguageOf(session.Language))
                : null,
        };
    }
}

/// <summary>Links.</summary>
internal sealed record ShareList
{
    /// <summary>In the order they were made.</summary>
    public required IReadOnlyList<ShareBody> Items { get; init; }
}

/// <summary>Whether a link can be opened.</summary>
internal enum ShareState
{
    /// <summary>It can.</summary>
    Open,

    /// <summary>Not at the moment: because of where the account stands, or because the item is protected or blocked. It comes back by itself.</summary>
    Paused,

    /// <summary>Not any more: its date has passed, or its downloads are used up.</summary>
    Expired,

    /// <summary>Not until the operator lifts the block of this very link. It comes back as it was.</summary>
    Blocked,
}

/// <summary>A link.</summary>
internal sealed record ShareBody
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>Where the item is now: names with slashes between.</summary>
    public required string Path { get; init; }

    /// <summary>Whether the item is a folder.</summary>
    public required bool IsFolder { get; init; }

    /// <summary>What recipients may do.</summary>
    public required ShareRights Rights { get; init; }

    /// <summary>The link itself; null when it can no longer be shown.</summary>
    public required string? Url { get; init; }

    /// <summary>What the customer calls it.</summary>
    public required string? Label { get; init; }

    /// <summary>The mail address it was sent to.</summary>
    public required string? SentTo { get; init; }

    /// <summary>Whether it takes a password.</summary>
    public required bool HasPassword { get; init; }

    /// <summary>From when on it cannot be opened.</summary>
    public required DateTimeOffset? Expires { get; init; }

    /// <summary>How many downloads it is good for.</summary>
    public required long? MaxDownloads { get; init; }

    /// <summary>The version of the statement about rights that was made.</summary>
    public required string? RightsStatement { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>How often it was opened, each visitor counted once an hour.</summary>
    public required long Opened { get; init; }

    /// <summary>How many downloads were begun, each visitor counted once an hour.</summary>
    public required long Downloaded { get; init; }

    /// <summary>When it was last used; null for never.</summary>
    public required DateTimeOffset? LastUsed { get; init; }

    /// <summary>Whether it can be opened.</summary>
    public required ShareState State { get; init; }

    /// <summary>Why it is blocked; null when it is not.</summary>
    public required MeasureBody? Block { get; init; }
}

/// <summary>A link that is wanted.</summary>
internal sealed record NewShareBody
{
    /// <summary>The item: names from the top folder down with slashes between.</summary>
    public required string Path { get; init; }

    /// <summary>What recipients may do.</summary>
    public required ShareRights Rights { get; init; }

    /// <summary>True for the customer's statement that they hold the rights to share it.</summary>
    public required bool RightsAttested { get; init; }

    /// <summary>The version of the statement that the customer was shown: 1 to 64 characters.</summary>
    public string? RightsStatement { get; init; }

    /// <summary>What to call it: 1 to 200 characters.</summary>
    public string? Label { get; init; }

    /// <summary>A password: 1 to 1024 bytes.</summary>
    public string? Password { get; init; }

    /// <summary>From when on it cannot be opened.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How many downloads it is good for: 1 or more.</summary>
    public long? MaxDownloads { get; init; }

    /// <summary>A mail address to send it to.</summary>
    public string? SendTo { get; init; }
}

/// <summary>A setting of a link that can be taken away.</summary>
internal enum ShareSetting
{
    /// <summary>Its name.</summary>
    Label,

    /// <summary>Its password.</summary>
    Password,

    /// <summary>Its end.</summary>
    Expires,

    /// <summary>Its number of downloads.</summary>
    MaxDownloads,
}

/// <summary>What a link is to become; what is not given stays.</summary>
internal sealed record ShareChangeBody
{
    /// <summary>What recipients may do.</summary>
    public ShareRights? Rights { get; init; }

    /// <summary>What to call it: 1 to 200 characters.</summary>
    public string? Label { get; init; }

    /// <summary>A password: 1 to 1024 bytes.</summary>
    public string? Password { get; init; }

    /// <summary>From when on it cannot be opened.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How many downloads it is good for: 1 or more.</summary>
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
