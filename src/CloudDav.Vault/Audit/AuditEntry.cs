using System.Globalization;
using System.Text.Json;
using static System.FormattableString;

namespace CloudDav.Vault;

/// <summary>One hash chain: an account's, or the one of the operator's acts.</summary>
public readonly record struct AuditChainId(long Value)
{
    /// <summary>The chain of what the operator does, without names of content.</summary>
    public static AuditChainId Operator => new(0);

    /// <summary>The chain of what happens to one account.</summary>
    public static AuditChainId Of(AccountId account) => new(account.Value);

    /// <inheritdoc/>
    public override string ToString() =>
        Value == 0
            ? "the operator's chain"
            : string.Create(CultureInfo.InvariantCulture, $"the chain of account {Value}");
}

/// <summary>Who did what to whom, when, under which instruction.</summary>
public sealed record AuditEntry
{
    /// <summary>The chain it belongs to.</summary>
    public required AuditChainId Chain { get; init; }

    /// <summary>When; kept to the millisecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who: one of <see cref="AuditActors"/>, with an id after a colon where there is one.</summary>
    public required string Actor { get; init; }

    /// <summary>What, as a code such as <c>device.revoked</c>; codes are never renamed.</summary>
    public required string Act { get; init; }

    /// <summary>To whom or what, as an id such as <c>device:7</c>; null when the chain says it all. Never a name of content in the operator's chain.</summary>
    public string? Subject { get; init; }

    /// <summary>The id of the command, order or grant it was done under; null for none.</summary>
    public string? Instruction { get; init; }

    /// <summary>What else is to be known, as a JSON object. Without names of content in the operator's chain.</summary>
    public string Body { get; init; } = "{}";

    /// <summary>Until when a law forbids to show it to the customer; null when they may see it at once, <see cref="DateTimeOffset.MaxValue"/> until another entry unseals it.</summary>
    public DateTimeOffset? SealedUntil { get; init; }

    /// <summary>The number of an earlier entry of this chain whose seal ends with this one; null for none.</summary>
    public long? Unseals { get; init; }

    /// <summary>The people of the household whom it names beside the account's own, in the order of ids.</summary>
    public IReadOnlyList<AccountId> People()
    {
        var people = new SortedSet<long>();
        Add(Actor, AuditActors.Member + ":");
        Add(Subject, AuditSubjects.Account + ":");
        // What else has such members names the operator's customers by other numbers.
        if (Act.StartsWith("share.", StringComparison.Ordinal))
        {
            using var body = JsonDocument.Parse(Body);
            if (body.RootElement.TryGetProperty("owner", out var owner))
                people.Add(owner.GetInt64());
            if (body.RootElement.TryGetProperty("members", out var members))
                people.UnionWith(members.EnumerateArray().Select(member => member.GetInt64()));
        }
        return [.. people.Select(id => new AccountId(id))];

        void Add(string? text, string kind)
        {
            if (
                text?.StartsWith(kind, StringComparison.Ordinal) == true
                && long.TryParse(
                    text.AsSpan(kind.Length),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var id
                )
            )
                people.Add(id);
        }
    }
}

/// <summary>Kinds of actors in an <see cref="AuditEntry"/>.</summary>
public static class AuditActors
{
    /// <summary>The server itself: a job, or a rule that took effect.</summary>
    public const string System = "system";

    /// <summary>Whoever runs the program's verbs on the machine.</summary>
    public const string Console = "console";

    /// <summary>The account's own customer or member, signed in with their own password or the identity provider.</summary>
    public const string Owner = "owner";

    /// <summary>A device of the account; its number follows after a colon.</summary>
    public const string Device = "device";

    /// <summary>A system or employee of the operator; their identity follows after a colon.</summary>
    public const string Operator = "operator";

    /// <summary>Whoever has a one-time link to set a password with.</summary>
    public const string OneTimeLink = "one-time-link";

    /// <summary>Whoever came by a link of the account; the share's number follows after a colon.</summary>
    public const string Link = "link";

    /// <summary>Whoever came by a link.</summary>
    public static string Of(ShareId share) => Invariant($"{Link}:{share.Value}");

    /// <summary>Somebody of the household, through a share of the account; the number of their own account follows after a colon.</summary>
    public const string Member = "member";

    /// <summary>Somebody of the household, through a share of the account.</summary>
    public static string Of(AccountId recipient) => Invariant($"{Member}:{recipient.Value}");

    /// <summary>A device of the account.</summary>
    public static string Of(DeviceId device) => Invariant($"{Device}:{device.Value}");

    /// <summary>A person acting on their own account, with whichever credential.</summary>
    public static string Of(Actor actor) => actor.Device is { } device ? Of(device) : Owner;
}

/// <summary>Subjects of an <see cref="AuditEntry"/>.</summary>
public static class AuditSubjects
{
    /// <summary>A device.</summary>
    public static string Of(DeviceId device) => AuditActors.Of(device);

    /// <summary>A share.</summary>
    public static string Of(ShareId share) => Invariant($"share:{share.Value}");

    /// <summary>A file or folder.</summary>
    public static string Of(NodeId node) => Invariant($"node:{node.Value}");

    /// <summary>An account; its number follows after a colon.</summary>
    public const string Account = "account";

    /// <summary>An account.</summary>
    public static string Of(AccountId account) => Invariant($"{Account}:{account.Value}");
}

/// <summary>Acts as they are recorded; codes are never renamed.</summary>
public static class AuditActs
{
    /// <summary>The first entry of the operator's chain: from here on everything is recorded.</summary>
    public const string AuditBegan = "audit.began";

    /// <summary>The first entry of an account's chain: it was made.</summary>
    public const string AccountCreated = "account.created";

    /// <summary>The first entry of the chain of an account that was there before audit began.</summary>
    public const string AccountRecorded = "account.recorded";

    /// <summary>Somebody signed in with something else than a device; the subject says with what. Recorded once an hour at most.</summary>
    public const string SignedIn = "sign-in";

    /// <summary>Wrong passwords came in so fast that no more of them are looked at for a while.</summary>
    public const string WrongPasswords = "sign-in.wrong-passwords";

    /// <summary>A device was added.</summary>
    public const string DeviceAdded = "device.added";

    /// <summary>A device was used for the first time.</summary>
    public const string DeviceFirstUsed = "device.first-used";

    /// <summary>A device was given another name.</summary>
    public const string DeviceRenamed = "device.renamed";

    /// <summary>A device was revoked.</summary>
    public const string DeviceRevoked = "device.revoked";

    /// <summary>The person asked that a device forget what it holds.</summary>
    public const string DeviceWipeAsked = "device.wipe-asked";

    /// <summary>A device said that it has forgotten what it held.</summary>
    public const string DeviceWiped = "device.wiped";

    /// <summary>The own password was set.</summary>
    public const string PasswordSet = "password.set";

    /// <summary>The own password was removed.</summary>
    public const string PasswordRemoved = "password.removed";

    /// <summary>The own password takes a code as well from now on.</summary>
    public const string SecondFactorSet = "second-factor.set";

    /// <summary>The own password takes no code any more.</summary>
    public const string SecondFactorRemoved = "second-factor.removed";

    /// <summary>Codes that stand in for the second factor were made; those from before work no longer.</summary>
    public const string RecoveryCodesMade = "second-factor.codes-made";

    /// <summary>One of them was used.</summary>
    public const string RecoveryCodeUsed = "second-factor.code-used";

    /// <summary>Somebody was signed out of another browser, or of all others; the entry says of how many.</summary>
    public const string SessionsEnded = "sessions.ended";

    /// <summary>A one-time link to set a password with was made.</summary>
    public const string OneTimeLinkMade = "one-time-link.made";

    /// <summary>Unauthorised use was reported, and everything signed out.</summary>
    public const string UnauthorisedUseReported = "unauthorised-use.reported";

    /// <summary>An item was shared; the entry says with whom and with which rights, or, for a link, with which statement about rights.</summary>
    public const string ShareCreated = "share.created";

    /// <summary>A share was changed; the entry says whether anybody can do more with it, and for whom it is now when that was changed.</summary>
    public const string ShareChanged = "share.changed";

    /// <summary>A share was ended by its owner.</summary>
    public const string ShareRemoved = "share.removed";

    /// <summary>Somebody looked into a share. Recorded once for each client and hour; within the household on both sides.</summary>
    public const string ShareOpened = "share.opened";

    /// <summary>Somebody began a download from a share. Recorded once for each client and hour; within the household on both sides.</summary>
    public const string ShareDownloaded = "share.downloaded";

    /// <summary>Somebody put a file into a share.</summary>
    public const string ShareReceived = "share.received";

    /// <summary>The person stated once for all that they hold the rights to what their programs share by links; the subject says in which version.</summary>
    public const string RightsStated = "rights.stated";

    /// <summary>That statement was taken back.</summary>
    public const string RightsWithdrawn = "rights.withdrawn";

    /// <summary>An item was marked as holding others' intellectual property.</summary>
    public const string ItemProtected = "item.protected";

    /// <summary>Such a mark was taken away.</summary>
    public const string ItemUnprotected = "item.unprotected";

    /// <summary>The trash, or an item of it, was emptied; the entry says how many items, and whether they went for good at once or are hidden until they do.</summary>
    public const string TrashEmptied = "trash.emptied";

    /// <summary>What was deleted in one go was brought back.</summary>
    public const string BurstUndone = "trash.burst-undone";

    /// <summary>The vault, or something in it, was brought back to how it was; the entry says to which moment.</summary>
    public const string Rewound = "vault.rewound";

    /// <summary>An earlier version of a file was removed; the entry says whether it went for good at once.</summary>
    public const string VersionRemoved = "version.removed";

    /// <summary>Much of the vault was deleted or overwritten within a while; the entry says how much, and until when nothing goes from trash and history by itself.</summary>
    public const string MassChange = "vault.mass-change";

    /// <summary>A version of the terms was accepted; the subject says which.</summary>
    public const string TermsAccepted = "terms.accepted";

    /// <summary>A household member was confirmed.</summary>
    public const string MemberConfirmed = "member.confirmed";

    /// <summary>The standing of an account changed.</summary>
    public const string StandingChanged = "standing.changed";

    /// <summary>The time of a measure was over.</summary>
    public const string MeasureEnded = "measure.ended";

    /// <summary>The customer was reminded that content can be taken back.</summary>
    public const string TakeBackReminded = "take-back.reminded";

    /// <summary>The take-back window was opened anew, because the one before had passed without a word to the customer.</summary>
    public const string TakeBackReopened = "take-back.reopened";

    /// <summary>An operator lets destruction run although it was stopped.</summary>
    public const string DestructionAllowed = "destruction.allowed";

    /// <summary>The destruction of a vault began.</summary>
    public const string DestructionBegan = "destruction.began";

    /// <summary>The data were restored from a backup; the entry says from which.</summary>
    public const string BackupRestored = "backup.restored";

    /// <summary>A backup was restored for a test, and found whole.</summary>
    public const string RestoreTested = "backup.restore-tested";

    /// <summary>Everything in a vault was written to a folder by whoever runs the program's verbs.</summary>
    public const string VaultExported = "vault.exported";

    /// <summary>An event that was given up waits again; the subject is its number in its account's queue.</summary>
    public const string EventRetried = "event.retried";

    /// <summary>A vault is destroyed; the entry repeats what its record proves.</summary>
    public const string DestructionFinished = "destruction.finished";
}

/// <summary>An entry in its place in its chain.</summary>
/// <param name="Seq">Its number, from 1, without gaps.</param>
/// <param name="Entry">What was recorded.</param>
/// <param name="PreviousHash">The hash of the entry before it; zeros for the first.</param>
/// <param name="Hash">Its own: <see cref="AuditChain.Hash"/>.</param>
public sealed record AuditRecord(
    long Seq,
    AuditEntry Entry,
    ReadOnlyMemory<byte> PreviousHash,
    ReadOnlyMemory<byte> Hash
);

/// <summary>The last link of a chain.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Seq">The number of its last entry.</param>
/// <param name="Hash">That entry's hash.</param>
public sealed record AuditHead(AuditChainId Chain, long Seq, ReadOnlyMemory<byte> Hash);
