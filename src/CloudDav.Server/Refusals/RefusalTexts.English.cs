using CloudDav.Vault;

namespace CloudDav.Server.Refusals;

internal static partial class RefusalTexts
{
    // csharpier-ignore
    private static string English(Wording w) =>
        w.Rule switch
        {
            RefusalRule.NotFound => "There is nothing at this address. Check the address.",
            RefusalRule.ParentMissing => "The folder to put it in does not exist. Create it first.",
            RefusalRule.AlreadyExists => "Something with this name exists already. Choose another name.",
            RefusalRule.IsFolder => "This is a folder, and a folder has no content of its own. Choose a file or another name.",
            RefusalRule.IsFile => "This is a file, not a folder. Choose a folder.",
            RefusalRule.DestinationExists => "The destination exists, and replacing it was not asked for. Choose another name, or have it replaced.",
            RefusalRule.SameNode => "Source and destination are the same. Choose another destination.",
            RefusalRule.InsideItself => "A folder can neither be put into itself nor replace a folder it is in. Choose another destination.",
            RefusalRule.IsRoot => "The top folder cannot be moved, replaced or deleted. Choose what is in it.",
            RefusalRule.Locked => $"It is locked by {w.Holder ?? "somebody else"}. Wait until it is free again.",
            RefusalRule.LockConflict => $"You cannot lock this: it is locked by {w.Holder ?? "somebody else"} already. Wait until it is free again.",
            RefusalRule.LockTokenMismatch => "This lock does not cover this address. Close the file and open it again.",
            RefusalRule.LockNotYours => $"This lock was set by {w.Holder ?? "somebody else"}. Only whoever has set it can lift it.",
            RefusalRule.ConditionFailed => "It has changed meanwhile. Get the newest version and try again.",
            RefusalRule.CapacityExceeded => $"It does not fit: {w.UsedSize} of {w.LimitSize} are used. Delete something, or choose a larger option.",
            RefusalRule.PlatformFull => "The server has no room left at the moment. Try again later.",
            RefusalRule.StorageUnavailable => "The storage cannot be reached at the moment. Your files are safe; try again shortly.",
            RefusalRule.CaseConflict => $"‘{w.Name}’ exists and differs only in upper and lower case. Choose another name.",
            RefusalRule.NameNotAllowed => "This name is not allowed. Choose another name.",
            RefusalRule.NameTooLong => $"The name is longer than {w.Limit} bytes. Choose a shorter one.",
            RefusalRule.TooDeep => $"Folders lie at most {w.Limit} levels deep here. Choose a place higher up.",
            RefusalRule.TooManyItems => $"There are {w.Used} of at most {w.Limit} files and folders. Delete some first.",
            RefusalRule.TooManyLocks => $"There are {w.Used} locks, and at most {w.Limit} can be. Close some files first.",
            RefusalRule.PropertiesTooLarge => $"The properties together are larger than {w.LimitSize}. Store fewer or shorter ones.",
            RefusalRule.ListingTooLarge => $"There are {w.Used} files and folders, more than the {w.Limit} that are listed at once. List one level at a time.",
            RefusalRule.TransferTooLarge => $"There are {w.Used} files and folders, more than the {w.Limit} that go into or out of a shared folder at once. Do it folder by folder.",
            RefusalRule.LengthMismatch => "What arrived is not as long as was announced. Nothing was stored; try again.",
            RefusalRule.ChecksumMismatch => "What arrived does not match its checksum. Nothing was stored; try again.",
            RefusalRule.RangeNotSatisfiable => $"The file ends at byte {w.Limit}, before the part that was asked for begins. Download it again.",
            RefusalRule.SignedOut => "This device was signed out. Sign in again with a valid password.",
            RefusalRule.OverCapacity => $"You use more than your option holds: {w.UsedSize} of {w.LimitSize}. Delete something, or choose a larger option; until then nothing can be added.",
            RefusalRule.TakeBackWindow => w.LastDay is { } day
                ? $"Your contract has ended. Up to and including {day} you can download and delete your files."
                : "Your contract has ended. You can still download and delete your files.",
            RefusalRule.AccountClosed => w.LastDay is { } day
                ? $"This account is closed: your files could be taken back up to and including {day}. Contact your provider if you want to use the service again."
                : "This account is closed. Contact your provider if you want to use the service again.",
            RefusalRule.Suspended => $"Your access to this is suspended{Until(" until ", w.Until)}. {w.WordsOr("Ask your provider for the reason.")}",
            RefusalRule.Restricted => $"This function is restricted{Until(" until ", w.Until)}. {w.WordsOr("Try again later, or contact your provider.")}",
            RefusalRule.Blocked => $"This is blocked{Until(" until ", w.Until)}. {w.WordsOr("Ask your provider for the reason.")}",
            RefusalRule.NotInContract => "Your contract does not include this. Ask your provider what is possible.",
            RefusalRule.DoorNotAllowed => "This cannot be done in this way. Use another program or device.",
            RefusalRule.PlatformOff => $"The service is under maintenance{Until(", probably until ", w.Until)}. Your files are safe; try again later.{w.WordsAfter}",
            RefusalRule.PlatformReadOnly => $"Because of maintenance nothing can be changed at the moment{Until(", probably until ", w.Until)}. Reading and downloading work; try again later.{w.WordsAfter}",
            RefusalRule.TermsNotAccepted => "Accept the current terms on the website first.",
            RefusalRule.TooManyTries => $"A wrong password was given too often. Wait{Until(" until ", w.Until)}, or sign in with an app password.",
            RefusalRule.SignInBusy => "Too many people are signing in at the moment. Try again in a moment.",
            RefusalRule.SignInUnavailable => "The sign-in service cannot be reached at the moment. Try again in a moment, or sign in with an app password.",
            RefusalRule.SignInDisabled => "You cannot sign in with this account. Contact your provider.",
            RefusalRule.NoVault => "No storage belongs to this sign-in. Contact your provider.",
            RefusalRule.DeviceBusy => "This device asks for too much at once. Try again in a moment.",
            RefusalRule.InvalidInput => "Not everything is filled in as it should be. Correct the fields that are named and try again.",
            RefusalRule.OwnSignInRequired => "Sign in with your own password or with your provider for this; an app password is not enough.",
            RefusalRule.OwnerOnly => "Only the customer can do this, not the other members of the household.",
            RefusalRule.TooManyDevices => $"There are {w.Used} devices, and at most {w.Limit} can be. Revoke one first.",
            RefusalRule.LinkNotValid => "This link does not work any more. Ask your provider for a new one.",
            RefusalRule.NoSharedSecret => "No secret is shared with the receiver of events. Set one first.",
            RefusalRule.AlreadyEnded => "This has already ended or been decided. Nothing was changed.",
            RefusalRule.UndertakingRequired => "There is no valid confidentiality undertaking of this person. Record one first.",
            RefusalRule.OtherApproverRequired => "Who asks for access does not approve it. Let somebody else decide.",
            RefusalRule.StaffGrantRequired => "You have no approved access to this account at the moment. Ask for it first.",
            RefusalRule.UnknownOption => "There is no such option. Choose one from the catalogue.",
            RefusalRule.OptionWithdrawn => "This option is no longer offered. Choose another one.",
            RefusalRule.NoMainContract => "The customer has no active main contract. Without one there is no service.",
            RefusalRule.MainContractUnconfirmed => "Whether there is an active main contract cannot be found out at the moment. Try again later.",
            RefusalRule.ContractRunning => "The contract runs already, and no end of it is known. Change the option to have another one.",
            RefusalRule.ContractEnded => w.LastDay is { } day
                ? $"The contract has ended. It can go on until {day} inclusive."
                : "The contract has ended.",
            RefusalRule.NameTaken => "Somebody else signs in with this name. Choose another name.",
            RefusalRule.TooManyMembers => $"The household has {w.Used} of at most {w.Limit} members.",
            RefusalRule.MemberBelongs => "This person belongs to the household already.",
            RefusalRule.MemberHasLeft => "This person has left the household already.",
            RefusalRule.CommandReused => "This id was used for another command. Give every command an id of its own.",
            RefusalRule.VersionConflict => "It has changed meanwhile. Get the newest version and try again.",
            RefusalRule.TokenNotAccepted => "A valid token of the operator is needed here. Request a new one.",
            RefusalRule.ScopeMissing => "This token has not the scope that is needed. Request one that has.",
            RefusalRule.MethodNotAllowed => "This cannot be done at this address. Use another method.",
            RefusalRule.NotJson => "A command has to be JSON. Send it as application/json.",
            RefusalRule.RequestTooLarge => $"This command is larger than {w.LimitSize}. Send less.",
            RefusalRule.ShareNotFound => "There is nothing behind this link, or no longer. Ask for a new one.",
            RefusalRule.SharePaused => "What was shared with you cannot be opened at the moment. It comes back by itself; try again later.",
            RefusalRule.ShareBlocked => w.IsLegalOrder
                ? "What was shared with you was blocked because a law or a court demands it. Ask whoever shares it."
                : "What was shared with you was blocked. Ask whoever shares it.",
            RefusalRule.ShareExpired => "This is shared no longer. Ask for it again.",
            RefusalRule.ShareRightMissing => "What was shared with you does not allow it. Ask whoever shares it.",
            RefusalRule.ShareFull => "There is no room for it where you want to put it. Tell whoever gave you the link.",
            RefusalRule.ProtectedContent => $"This is marked as holding other people’s rights, and can be shared with your household only. Choose something else.{w.WordsAfter}",
            RefusalRule.MarkNotYours => $"Your provider has marked this as holding other people’s rights, and only your provider can take the mark away. {w.WordsOr("Ask your provider for the reason.")}",
            RefusalRule.RightsNotAttested => "Confirm that you hold the rights to what you share with others, and try again.",
            RefusalRule.TooManyShares => $"There are {w.Used} of at most {w.Limit} shares. End some first.",
        };
}
