using System.Xml.Linq;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Refusals;

/// <summary>
/// The one place where a rule's "no" becomes a status and an element; its sentences are in <see cref="RefusalTexts"/>. A rule without a line here,
/// or without its sentence in one of the languages, does not build.
/// </summary>
internal static class RefusalMap
{
    private const string NoStorage = "Not enough storage in your cloud";

    private static readonly XNamespace Dav = "DAV:";

    /// <summary>How a refusal is told to somebody.</summary>
    public static RefusalAnswer AnswerTo(this Reader reader, Refusal refusal) =>
        new(RowOf(refusal, reader.Now), refusal, reader);

    /// <summary>The line of a rule.</summary>
    public static RefusalRow RowOf(Refusal refusal, DateTimeOffset now) =>
        refusal.Rule switch
        {
            RefusalRule.NotFound => new(404, "not-found"),
            RefusalRule.ParentMissing => new(409, "parent-missing"),
            RefusalRule.AlreadyExists => new(405, "already-exists"),
            RefusalRule.IsFolder => new(405, "is-folder"),
            RefusalRule.IsFile => new(405, "is-file"),
            RefusalRule.DestinationExists => new(412, "destination-exists"),
            RefusalRule.SameNode => new(403, "same-resource"),
            RefusalRule.InsideItself => new(409, "inside-itself"),
            RefusalRule.IsRoot => new(403, "is-root"),
            RefusalRule.Locked => new(423, "locked")
            {
                Condition = Dav + "lock-token-submitted",
                Reason = LockedBy(refusal),
            },
            RefusalRule.LockConflict => new(423, "lock-conflict")
            {
                Condition = Dav + "no-conflicting-lock",
                Reason = LockedBy(refusal),
            },
            RefusalRule.LockTokenMismatch => new(409, "lock-elsewhere")
            {
                Condition = Dav + "lock-token-matches-request-uri",
            },
            RefusalRule.LockNotYours => new(403, "lock-of-another"),
            RefusalRule.ConditionFailed => new(412, "has-changed"),
            RefusalRule.CapacityExceeded => new(507, "capacity-exceeded")
            {
                Condition = Dav + "quota-not-exceeded",
                Reason = NoStorage,
            },
            RefusalRule.PlatformFull => new(507, "platform-full")
            {
                Condition = Dav + "sufficient-disk-space",
            },
            RefusalRule.Failed => new(500, "failed"),
            RefusalRule.StorageUnavailable => new(503, "storage-unavailable")
            {
                RetryAfter = TryAgain(refusal, now, otherwise: 30),
                Outage = DavOutage.Contents,
            },
            RefusalRule.CaseConflict => new(409, "case-conflict")
            {
                Reason = "A name differs only in case",
            },
            RefusalRule.NameNotAllowed => new(403, "name-not-allowed"),
            RefusalRule.NameTooLong => new(403, "name-too-long"),
            RefusalRule.TooDeep => new(403, "too-deep"),
            RefusalRule.TooManyItems => new(507, "too-many-items"),
            RefusalRule.TooManyLocks => new(507, "too-many-locks"),
            RefusalRule.TooManyFavorites => new(507, "too-many-favorites"),
            RefusalRule.TooManyListeners => new(429, "too-many-listeners")
            {
                RetryAfter = TryAgain(refusal, now, otherwise: 60),
            },
            RefusalRule.NoRoomForListeners => new(503, "no-room-for-listeners")
            {
                RetryAfter = TryAgain(refusal, now, otherwise: 60),
            },
            RefusalRule.PropertiesTooLarge => new(507, "properties-too-large"),
            RefusalRule.ListingTooLarge => new(403, "listing-too-large")
            {
                Condition = Dav + "propfind-finite-depth",
            },
            RefusalRule.SyncTokenInvalid => new(403, "sync-token-invalid")
            {
                Condition = Dav + "valid-sync-token",
            },
            RefusalRule.SyncLimitTooSmall => new(507, "sync-limit-too-small")
            {
                Condition = Dav + "number-of-matches-within-limits",
            },
            RefusalRule.MomentTooLongAgo => new(404, "moment-too-long-ago"),
            RefusalRule.ContentForgotten => new(404, "content-forgotten"),
            RefusalRule.NotReported => new(403, "not-reported")
            {
                Condition = Dav + "supported-report",
            },
            RefusalRule.TransferTooLarge => new(403, "transfer-too-large"),
            RefusalRule.LengthMismatch => new(400, "length-mismatch"),
            RefusalRule.ChecksumMismatch => new(400, "checksum-mismatch"),
            RefusalRule.RangeNotSatisfiable => new(416, "range-not-satisfiable"),
            RefusalRule.SignedOut => new(401, "signed-out"),
            RefusalRule.OverCapacity => new(507, "over-capacity")
            {
                Condition = Dav + "quota-not-exceeded",
                Reason = NoStorage,
            },
            // Never 507: it would invite the customer to delete files for room that will not come.
            RefusalRule.TakeBackWindow => new(403, "take-back-window"),
            RefusalRule.AccountClosed => new(410, "account-closed"),
            RefusalRule.Suspended => new(Barred(refusal), "suspended"),
            RefusalRule.Restricted => new(Barred(refusal), "restricted"),
            RefusalRule.Blocked => new(Barred(refusal), "blocked"),
            RefusalRule.NotInContract => new(403, "not-in-contract"),
            // Of 401 players ask for a password, and of 404 libraries forget what they had.
            RefusalRule.MediaAddressNotValid => new(403, "media-address-not-valid"),
            RefusalRule.DoorNotAllowed => new(403, "door-not-allowed")
            {
                Condition = Dav + "need-privileges",
            },
            RefusalRule.PageTooOld => new(403, "page-too-old"),
            RefusalRule.PlatformOff => new(503, "maintenance")
            {
                RetryAfter = TryAgain(refusal, now, least: 30, otherwise: 300),
                Outage = DavOutage.Everything,
            },
            RefusalRule.PlatformReadOnly => new(503, "maintenance")
            {
                RetryAfter = TryAgain(refusal, now, least: 30, otherwise: 300),
                Outage = DavOutage.Writes,
            },
            RefusalRule.TermsNotAccepted => new(403, "terms-acceptance-required"),
            RefusalRule.TooManyTries => new(429, "rate-limited")
            {
                RetryAfter = TryAgain(refusal, now, otherwise: 900),
            },
            RefusalRule.SignInBusy => new(503, "sign-in-busy")
            {
                RetryAfter = TryAgain(refusal, now, otherwise: 5),
            },
            RefusalRule.SignInUnavailable => new(503, "sign-in-unavailable")
            {
                RetryAfter = TryAgain(refusal, now, otherwise: 30),
            },
            RefusalRule.SignInDisabled => new(403, "sign-in-disabled"),
            RefusalRule.NoVault => new(403, "no-vault"),
            RefusalRule.DeviceBusy => new(503, "device-busy")
            {
                RetryAfter = TryAgain(refusal, now, otherwise: 5),
            },
            RefusalRule.InvalidInput => new(400, "invalid-input"),
            RefusalRule.OwnSignInRequired => new(403, "own-sign-in-required"),
            RefusalRule.SecondFactorRequired => new(403, "second-factor-required"),
            RefusalRule.FreshSignInRequired => new(403, "fresh-sign-in-required"),
            RefusalRule.OwnerOnly => new(403, "owner-only"),
            RefusalRule.TooManyDevices => new(403, "too-many-devices"),
            RefusalRule.LinkNotValid => new(404, "link-not-valid"),
            RefusalRule.NoSharedSecret => new(409, "no-shared-secret"),
            RefusalRule.AlreadyEnded => new(409, "already-ended"),
            RefusalRule.UndertakingRequired => new(403, "undertaking-required"),
            RefusalRule.OtherApproverRequired => new(403, "other-approver-required"),
            RefusalRule.StaffGrantRequired => new(403, "staff-grant-required"),
            RefusalRule.UnknownOption => new(422, "unknown-option"),
            RefusalRule.OptionWithdrawn => new(409, "option-withdrawn"),
            RefusalRule.NoMainContract => new(409, "no-main-contract"),
            RefusalRule.MainContractUnconfirmed => new(503, "main-contract-unconfirmed")
            {
                RetryAfter = TryAgain(refusal, now, otherwise: 60),
            },
            RefusalRule.ContractRunning => new(409, "contract-running"),
            RefusalRule.ContractEnded => new(409, "contract-ended"),
            RefusalRule.NameTaken => new(409, "name-taken"),
            RefusalRule.TooManyMembers => new(409, "too-many-members"),
            RefusalRule.MemberBelongs => new(409, "member-belongs"),
            RefusalRule.MemberHasLeft => new(409, "member-has-left"),
            RefusalRule.CommandReused => new(422, "command-reused"),
            RefusalRule.VersionConflict => new(412, "version-conflict"),
            RefusalRule.TokenNotAccepted => new(401, "token-not-accepted"),
            RefusalRule.ScopeMissing => new(403, "scope-missing"),
            RefusalRule.MethodNotAllowed => new(405, "method-not-allowed"),
            RefusalRule.NotJson => new(415, "not-json"),
            RefusalRule.RequestTooLarge => new(413, "request-too-large"),
            RefusalRule.ShareNotFound => new(404, "share-not-found"),
            RefusalRule.SharePaused => new(403, "share-paused"),
            RefusalRule.ShareBlocked => new(Barred(refusal), "blocked"),
            RefusalRule.ShareExpired => new(410, "share-expired"),
            RefusalRule.ShareRightMissing => new(403, "share-right-missing")
            {
                Condition = Dav + "need-privileges",
            },
            RefusalRule.ShareFull => new(507, "share-full")
            {
                Condition = Dav + "quota-not-exceeded",
            },
            RefusalRule.ProtectedContent => new(403, "protected-content"),
            RefusalRule.MarkNotYours => new(Barred(refusal), "protected-by-operator"),
            RefusalRule.RightsNotAttested => new(403, "rights-attestation-required"),
            RefusalRule.RightsNotStatedForPrograms => new(403, "rights-statement-required"),
            RefusalRule.TooManyShares => new(403, "too-many-shares"),
            RefusalRule.TooManyUploads => new(403, "too-many-uploads"),
            RefusalRule.TooManyParts => new(413, "too-many-parts"),
            RefusalRule.UploadOutOfStep => new(409, "upload-out-of-step"),
        };

    private static int Barred(Refusal refusal) => refusal.IsLegalOrder ? 451 : 403;

    /// <summary>The seconds that are left until its end, within bounds, or so many when nobody knows it.</summary>
    private static TimeSpan TryAgain(
        Refusal refusal,
        DateTimeOffset now,
        int otherwise,
        int least = 1
    ) =>
        refusal.Until is { } until
            ? TimeSpan.FromSeconds(
                Math.Clamp(Math.Ceiling((until - now).TotalSeconds), least, 24 * 60 * 60)
            )
            : TimeSpan.FromSeconds(otherwise);

    // gvfs shows the reason phrase, which is ASCII.
    private static string LockedBy(Refusal refusal) =>
        refusal.Holder is { } holder && holder.All(char.IsAscii) ? $"Locked by {holder}" : "Locked";
}

/// <summary>A line of the table: how a rule's "no" is told, whomever it is told to.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The rule's name on the wire: our element in XML, <c>code</c> in JSON. Never changed once released.</param>
internal sealed record RefusalRow(int Status, string Code)
{
    /// <summary>The precondition element that an RFC has for it; null when none has.</summary>
    public XName? Condition { get; init; }

    /// <summary>The reason phrase, for clients that show nothing else; null for the standard one.</summary>
    public string? Reason { get; init; }

    /// <summary>When to try again; null when trying again is of no use.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What of the platform is out of order.</summary>
    public DavOutage Outage { get; init; }
}
