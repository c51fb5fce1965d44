using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Refusals;

/// <summary>The one place where a rule's "no" becomes a status and an element. A rule without a line here does not build.</summary>
internal static class RefusalMap
{
    private static readonly XNamespace Dav = "DAV:";
    private static readonly XNamespace CloudDav = "http://clouddav.org/ns";

    public static DavProblem ToProblem(Refusal refusal) =>
        refusal.Rule switch
        {
            RefusalRule.NotFound => new(404, "There is nothing at this address."),
            RefusalRule.ParentMissing => new(
                409,
                "The folder to put it in does not exist. Create it first."
            ),
            RefusalRule.AlreadyExists => new(405, "Something with this name exists already."),
            RefusalRule.IsFolder => new(405, "A folder of this name exists; it has no content."),
            RefusalRule.IsFile => new(405, "This is a file, not a folder."),
            RefusalRule.DestinationExists => new(
                412,
                "The destination exists, and replacing it was not asked for."
            ),
            RefusalRule.SameNode => new(403, "Source and destination are the same."),
            RefusalRule.InsideItself => new(
                409,
                "A folder cannot be put into itself, nor replace a folder it is in."
            ),
            RefusalRule.IsRoot => new(403, "The top folder cannot be moved, replaced or deleted."),
            RefusalRule.Locked => new(423, $"It is locked by {HolderOf(refusal)}.")
            {
                Condition = Dav + "lock-token-submitted",
                Paths = PathsOf(refusal),
                Reason = ReasonFor(refusal),
            },
            RefusalRule.LockConflict => new(423, $"It is locked by {HolderOf(refusal)}.")
            {
                Condition = Dav + "no-conflicting-lock",
                Paths = PathsOf(refusal),
                Reason = ReasonFor(refusal),
            },
            RefusalRule.LockTokenMismatch => new(409, "This lock does not cover this address.")
            {
                Condition = Dav + "lock-token-matches-request-uri",
            },
            RefusalRule.LockNotYours => new(403, $"This lock is {HolderOf(refusal)}'s."),
            RefusalRule.ConditionFailed => new(
                412,
                "It has changed since it was looked at. Look again and repeat."
            ),
            RefusalRule.CapacityExceeded => new(
                507,
                $"It does not fit: {Size(refusal.Used)} of {Size(refusal.Limit)} are used. Delete something, or ask for more space."
            )
            {
                Condition = Dav + "quota-not-exceeded",
                Reason = "Not enough storage in your cloud",
            },
            RefusalRule.PlatformFull => new(
                507,
                "The server has no room left at the moment. Try again later."
            )
            {
                Condition = Dav + "sufficient-disk-space",
            },
            RefusalRule.CaseConflict => new(
                409,
                $"'{refusal.Path?[^1]}' exists and differs only in upper and lower case."
            )
            {
                Condition = CloudDav + "case-conflict",
                Paths = PathsOf(refusal),
                Reason = "A name differs only in case",
            },
            RefusalRule.NameNotAllowed => new(403, "This name is not allowed.")
            {
                Condition = CloudDav + "name-not-allowed",
            },
            RefusalRule.NameTooLong => new(
                403,
                $"The name is longer than {Number(refusal.Limit)} bytes."
            )
            {
                Condition = CloudDav + "name-too-long",
            },
            RefusalRule.TooDeep => new(
                403,
                $"Folders lie at most {Number(refusal.Limit)} levels deep here."
            )
            {
                Condition = CloudDav + "too-deep",
            },
            RefusalRule.TooManyItems => new(
                507,
                $"There are {Number(refusal.Used)} of at most {Number(refusal.Limit)} files and folders. Delete some first."
            )
            {
                Condition = CloudDav + "too-many-items",
            },
            RefusalRule.TooManyLocks => new(
                507,
                $"There are {Number(refusal.Used)} locks, and no more than {Number(refusal.Limit)} are given."
            )
            {
                Condition = CloudDav + "too-many-locks",
            },
            RefusalRule.PropertiesTooLarge => new(
                507,
                $"The properties are larger than {Size(refusal.Limit)}."
            )
            {
                Condition = CloudDav + "properties-too-large",
            },
            RefusalRule.ListingTooLarge => new(
                403,
                $"There are {Number(refusal.Used)} entries, more than the {Number(refusal.Limit)} that are listed at once. List one level at a time."
            )
            {
                Condition = Dav + "propfind-finite-depth",
            },
            RefusalRule.LengthMismatch => new(
                400,
                "The body is not as long as was declared. Nothing was stored."
            ),
            RefusalRule.ChecksumMismatch => new(
                400,
                "The checksum does not match what arrived. Nothing was stored."
            )
            {
                Condition = CloudDav + "checksum-mismatch",
            },
            RefusalRule.RangeNotSatisfiable => new(
                416,
                $"The file ends at byte {Number(refusal.Limit)}, before the range begins."
            ),
            RefusalRule.SignedOut => new(
                401,
                "This device was signed out. Sign in again with a valid password."
            ),
            RefusalRule.OverCapacity => new(
                507,
                $"More is used than your option holds: {Size(refusal.Used)} of {Size(refusal.Limit)}. Delete something, or choose a larger option."
            )
            {
                Condition = Dav + "quota-not-exceeded",
                Details = [new XElement(CloudDav + "over-capacity")],
                Reason = "Not enough storage in your cloud",
            },
            RefusalRule.TakeBackWindow => new(
                403,
                $"Your contract has ended. Until {Day(refusal.ClosesAt)} you can download and delete your files."
            )
            {
                Condition = CloudDav + "take-back-window",
            },
            RefusalRule.AccountClosed => new(410, "This account is closed.")
            {
                Condition = CloudDav + "account-closed",
            },
            RefusalRule.Suspended => new(
                403,
                refusal.Words?.In(Language.English)
                    ?? "Your service is suspended. Ask your provider."
            )
            {
                Condition = CloudDav + "suspended",
            },
            RefusalRule.Restricted => new(
                403,
                refusal.Words?.In(Language.English) ?? "This function is restricted at the moment."
            )
            {
                Condition = CloudDav + "restricted",
            },
            RefusalRule.Blocked => new(
                refusal.IsLegalOrder ? 451 : 403,
                refusal.Words?.In(Language.English) ?? "This item was blocked. Ask your provider."
            )
            {
                Condition = CloudDav + "blocked",
            },
            RefusalRule.NotInContract => new(403, "Your contract does not include this.")
            {
                Condition = CloudDav + "not-in-contract",
            },
            RefusalRule.DoorNotAllowed => new(403, "This cannot be done from here.")
            {
                Condition = CloudDav + "door-not-allowed",
            },
            RefusalRule.PlatformOff => new(
                503,
                refusal.Words?.In(Language.English) ?? "The service is under maintenance."
            )
            {
                Condition = CloudDav + "maintenance",
                RetryAfter = TimeSpan.FromMinutes(5),
            },
            RefusalRule.PlatformReadOnly => new(
                503,
                refusal.Words?.In(Language.English)
                    ?? "Nothing can be changed during the maintenance. Reading works."
            )
            {
                Condition = CloudDav + "maintenance",
                RetryAfter = TimeSpan.FromMinutes(5),
            },
            RefusalRule.TermsNotAccepted => new(403, "Accept the current terms first.")
            {
                Condition = CloudDav + "terms-acceptance-required",
            },
        };

    private static string Day(DateTimeOffset? moment) =>
        moment?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "the last day";

    private static string HolderOf(Refusal refusal) => refusal.Holder ?? "somebody else";

    // gvfs shows the reason phrase, which is ASCII.
    private static string? ReasonFor(Refusal refusal) =>
        refusal.Holder is { } holder && holder.All(char.IsAscii) ? $"Locked by {holder}" : "Locked";

    private static ImmutableArray<DavPath> PathsOf(Refusal refusal) =>
        refusal.Path is { } path ? [new DavPath([.. path])] : [];

    private static string Number(long? value) =>
        (value ?? 0).ToString("N0", CultureInfo.InvariantCulture);

    private static string Size(long? bytes)
    {
        var value = (double)(bytes ?? 0);
        foreach (var unit in (string[])["bytes", "KiB", "MiB", "GiB"])
        {
            if (value < 1024)
                return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {unit}");
            value /= 1024;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} TiB");
    }
}
