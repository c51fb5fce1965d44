using CloudDav.Vault;

namespace CloudDav.Server.Pages;

internal sealed partial record PageWords
{
    private static readonly PageWords s_english = new()
    {
        SignIn = "Sign in",
        Name = "Name",
        Password = "Password",
        WrongPassword = "The name or the password is wrong. Check both and try again.",
        TooManyTries = minutes =>
            minutes == 1
                ? "A wrong password was given too often. Wait a minute and try again."
                : $"A wrong password was given too often. Wait {minutes} minutes and try again.",
        AppPasswordNotHere =
            "This is an app password. Those are for programs; sign in here with your own password.",
        SignOut = "Sign out",
        SignedInAs = name => $"You are signed in as {name}.",
        Connect = "Connect a program",
        ConnectQuestion = "May this program read and change your files?",
        ConnectSignInFirst = "A program wants to connect to your cloud. Sign in first.",
        Program = "Program",
        UnknownProgram = "A program that does not say its name",
        Address = "Asks from the address",
        Time = "Since",
        Account = "For the account",
        Grant = "Grant access",
        Refuse = "Refuse",
        ConnectWarning =
            "Grant access only if you have just started this yourself, in a program on a device of yours.",
        NotYou = "Sign in with another account",
        Connected = "The program is connected",
        ConnectedText =
            "You can close this window and go back to the program. It stays connected until you revoke it among your devices.",
        NotConnected = "Not connected",
        NotConnectedText = "The program was given no access. You can close this window.",
        RequestOver = "Begin again in the program",
        RequestOverText =
            "This request is over, or was answered already. Connect once more from the program.",
        Tv = "TV",
        TvConnect = "Connect a TV",
        TvSignInFirst = "A TV wants to show your pictures and videos. Sign in first.",
        TvCode = "Code on the TV",
        TvCodeWrong =
            "There is no TV that waits with this code. Compare it with what the TV shows; if it is the same, ask for a new code there.",
        TvCodeOverText = "This code is over. Ask for a new one on the TV.",
        TvGoOn = "Go on",
        TvQuestion = "May this TV show your pictures and videos? It can change nothing.",
        TvWarning = "Grant access only if this code is on a TV in front of you now.",
        TvConnected = "The TV is connected",
        TvConnectedText =
            "You can close this window; the TV goes on by itself. It stays connected until you revoke it among your devices.",
        TvNotConnectedText = "The TV was given no access.",
        Statement = "Sharing from programs",
        StatementWhy =
            "Programs that you have connected can make links to your files. They cannot ask you each time whether you hold the rights to what you share, so you say it here once.",
        StatementText =
            "I hold the rights to whatever I share by links from my programs, or have the consent of those who do.",
        StatementMade = "You have confirmed this.",
        StatementConfirm = "Confirm",
        StatementWithdraw = "Take back; links that I have made stay",
        Areas = "Your cloud",
        Files = "Files",
        Photos = "Photos",
        Trash = "Trash",
        Past = "As it was",
        Shared = "Shared",
        Back = "Back",
        Place = "Where you are",
        Actions = "Actions",
        ActionsOn = name => $"Actions on {name}",
        Size = "Size",
        Items = "Files and folders in it",
        Modified = "Changed",
        EmptyFolder = "There is nothing in this folder.",
        AddHere = "Add to this folder",
        UploadFiles = "Files from this device",
        Upload = "Upload",
        NewFolder = "New folder",
        Create = "Create",
        Open = "Open",
        Download = "Download",
        NewName = "Name",
        Rename = "Rename",
        MoveTo = "Folder it is in",
        Move = "Move",
        Delete = "Delete",
        Deleted = "It is in the trash.",
        Undo = "Undo",
        Versions = "Earlier versions",
        Restore = "Restore",
        RestoreItem = name => $"Restore {name}",
        RestoreTogether = "Restore all that was deleted together",
        TrashEmpty = "The trash is empty.",
        TrashHint = "What was deleted stays here for a while and can be restored.",
        EmptyTrash = "Empty the trash",
        EmptyTrashHint =
            "What is in it is no longer shown then, and is gone for good 7 days later.",
        Pages = "Pages",
        Previous = "Previous",
        Next = "Next",
        PageOf = (page, pages) => $"Page {page} of {pages}",
        Room = "How full your cloud is",
        Used = used => $"{used} used",
        UsedOf = (used, capacity) => $"{used} of {capacity} used",
        PastHint =
            "See your cloud as it was at a moment of the last weeks, open what was in it, and bring all of it or a folder back to how it was.",
        Moment = "Moment",
        Show = "Show",
        AsOf = moment => $"As it was on {moment}",
        NotKept = "kept no more",
        KeptFrom = moment => $"as of {moment}",
        BringAllBack = "Bring everything back to this",
        BringFolderBack = name => $"Bring {name} back to this",
        BringBackHint =
            "What came since goes to the trash, and what has changed since becomes an earlier version: nothing is lost, and you can come back to now in the same way.",
        BroughtBack = (restored, removed) =>
            $"{restored} brought back, {removed} put into the trash.",
        BringBackGoesOn = "It takes longer than one step.",
        GoOn = "Go on",
        LeftAsTheyAre = count => $"{count} stay as they are",
        Devices = "Devices",
        OwnAccount = "Account",
        NoDevices = "No program or device is connected yet.",
        Added = moment => $"added {moment}",
        LastUsed = moment => $"last used {moment}",
        NeverUsed = "never used",
        Revoke = "Revoke",
        RevokeDevice = name => $"Revoke {name}",
        Wipe = "Wipe",
        WipeDevice = name => $"Wipe {name}",
        WipeHint =
            "What is revoked signs in no more. What is wiped also deletes its copies when it comes again, if its program knows how to. Nothing in the cloud changes.",
        AddDevice = "Connect a program or device",
        AddDeviceHint =
            "Each gets a password of its own, so that you can revoke it alone. Apps that open this page by themselves need none.",
        DeviceName = "What you call it",
        MakeAppPassword = "Make a password",
        DeviceAdded = name => $"{name} can connect",
        AppPassword = "App password",
        AppPasswordOnce = "It is shown this once. Copy it into the program now.",
        Stolen = "Somebody else uses your cloud",
        StolenText =
            "With one button every device, every browser and every link is signed out, this one as well. Nothing that you keep here is touched.",
        StolenPassword = "Your password stops as well: choose a new one.",
        StolenStale =
            "Your password stops as well, and a link from your provider leads you back in. If you would rather choose a new password with it, show first that it is you.",
        StolenAtProvider =
            "Afterwards you sign in with your provider again. If somebody knows your password there, change it there first.",
        NewPassword = "New password",
        StolenButton = "Sign everything out",
        StolenDone = fate =>
            fate switch
            {
                PasswordFate.Replaced =>
                    "Everything is signed out. Sign in with your new password.",
                PasswordFate.Removed =>
                    "Everything is signed out, and your password no longer works. No new one was set: ask your provider for a link to set one, or sign in with your provider if you can.",
                PasswordFate.None =>
                    "Everything is signed out. Sign in with your provider. If somebody knows your password there, change it there.",
            },
        Find = "Search",
        FindHere = "Search in this folder",
        FoundFor = text => $"Found for “{text}”",
        NothingFound = "No name here contains this.",
        NotAllFound = "There may be more. Search with more of the name.",
    };
}
