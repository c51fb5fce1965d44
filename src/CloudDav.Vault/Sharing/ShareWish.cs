namespace CloudDav.Vault;

/// <summary>A share that a customer wants.</summary>
public sealed record NewShare
{
    /// <summary>The item, as segments from the root down.</summary>
    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>Whom it is for.</summary>
    public ShareAudience Audience { get; init; }

    /// <summary>The accounts it is for, when it is for named members; all of them of the owner's household.</summary>
    public IReadOnlyList<AccountId> Members { get; init; } = [];

    /// <summary>What recipients may do.</summary>
    public required ShareRights Rights { get; init; }

    /// <summary>What the owner calls it; null for the item's name.</summary>
    public string? Label { get; init; }

    /// <summary>The hash of its password; null when it needs none.</summary>
    public string? Password { get; init; }

    /// <summary>From when on it cannot be opened; null for no end.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How many downloads it is good for; null for any number.</summary>
    public long? MaxDownloads { get; init; }

    /// <summary>The version of the statement that the customer holds the rights to share it; null when the customer did not make it.</summary>
    public string? RightsStatement { get; init; }

    /// <summary>The mail address that the operator's systems send the link to; null to send it to none.</summary>
    public string? Address { get; init; }

    /// <summary>The name of something that was set and that a share in the household does not have; null when all is well.</summary>
    internal string? FieldNotForHousehold =>
        Audience != ShareAudience.Members && Members.Count > 0 ? "members"
        : Audience == ShareAudience.Link ? null
        : Password is not null ? "password"
        : Expires is not null ? "expires"
        : MaxDownloads is not null ? "maxDownloads"
        : Address is not null ? "sendTo"
        : null;
}

/// <summary>What a share is to become; what is not set stays.</summary>
public sealed record ShareChange
{
    /// <summary>What recipients may do; null to leave it.</summary>
    public ShareRights? Rights { get; init; }

    /// <summary>The accounts it is for, in the place of those it was for; null to leave them.</summary>
    public IReadOnlyList<AccountId>? Members { get; init; }

    /// <summary>What the owner calls it.</summary>
    public Setting<string?>? Label { get; init; }

    /// <summary>The hash of its password.</summary>
    public Setting<string?>? Password { get; init; }

    /// <summary>From when on it cannot be opened.</summary>
    public Setting<DateTimeOffset?>? Expires { get; init; }

    /// <summary>How many downloads it is good for.</summary>
    public Setting<long?>? MaxDownloads { get; init; }

    /// <summary>The share as it becomes.</summary>
    internal Share Of(Share share) =>
        share with
        {
            Rights = Rights ?? share.Rights,
            Members = Members is null
                ? share.Members
                : [.. Members.Distinct().OrderBy(member => member.Value)],
            Label = Label is { } label ? label.Value : share.Label,
            Password = Password is { } password ? password.Value : share.Password,
            Expires = Expires is { } expires ? expires.Value : share.Expires,
            MaxDownloads = MaxDownloads is { } most ? most.Value : share.MaxDownloads,
            Version = share.Version + 1,
        };

    /// <summary>The name of a setting that this kind of share does not have; null when it has all of them.</summary>
    internal string? FieldNotFor(Share share) =>
        Members is not null && share.Audience != ShareAudience.Members ? "members"
        : !share.IsFamily ? null
        : Password is not null ? "password"
        : Expires is not null ? "expires"
        : MaxDownloads is not null ? "maxDownloads"
        : null;

    /// <summary>Whether anybody can do more with a share than before. A new password in place of another one does not widen it.</summary>
    internal static bool Widens(Share former, Share share) =>
        (share.Rights != former.Rights && !Includes(former.Rights, share.Rights))
        || (former.Password is not null && share.Password is null)
        || (former.Expires is { } end && !(share.Expires <= end))
        || (former.MaxDownloads is { } most && !(share.MaxDownloads <= most))
        || share.Members.Except(former.Members).Any();

    private static bool Includes(ShareRights wider, ShareRights narrower) =>
        wider is ShareRights.Download or ShareRights.Edit && narrower == ShareRights.View;
}

/// <summary>A protected item as its owner sees it.</summary>
/// <param name="Chain">The rows from the vault's root down to it.</param>
/// <param name="IsOwn">Whether its owner has marked it.</param>
/// <param name="Notices">The operator's measures that it is marked under.</param>
public sealed record ProtectedItem(
    IReadOnlyList<NodeRow> Chain,
    bool IsOwn,
    IReadOnlyList<Measure> Notices
)
{
    /// <summary>The item.</summary>
    public NodeRow Node => Chain[^1];

    /// <summary>Its path from the root down; empty for the root itself.</summary>
    public IReadOnlyList<string> Path => [.. Chain.Skip(1).Select(row => row.Name)];
}

/// <summary>A value that is set, which may be null.</summary>
/// <param name="Value">The value.</param>
public readonly record struct Setting<T>(T Value);

/// <summary>A share as its owner sees it.</summary>
/// <param name="Placed">The share and its item.</param>
/// <param name="Token">The link's token; null when it was kept by another key store.</param>
/// <param name="Standing">Why it cannot be opened now, as recipients are told; null when it can.</param>
/// <param name="Block">Why it was taken out of reach; null when it was not.</param>
public sealed record OwnShare(PlacedShare Placed, string? Token, Refusal? Standing, Measure? Block);
