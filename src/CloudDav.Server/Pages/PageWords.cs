using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What stands on the pages, in one language each; a language that lacks a sentence does not build. What is refused is said by <see cref="Refusals.RefusalTexts"/>.</summary>
internal sealed partial record PageWords
{
    public required string SignIn { get; init; }
    public required string Name { get; init; }
    public required string Password { get; init; }
    public required string WrongPassword { get; init; }
    public required Func<long, string> TooManyTries { get; init; }
    public required string AppPasswordNotHere { get; init; }
    public required string SignOut { get; init; }
    public required Func<string, string> SignedInAs { get; init; }
    public required string Connect { get; init; }
    public required string ConnectQuestion { get; init; }
    public required string ConnectSignInFirst { get; init; }
    public required string Program { get; init; }
    public required string UnknownProgram { get; init; }
    public required string Address { get; init; }
    public required string Time { get; init; }
    public required string Account { get; init; }
    public required string Grant { get; init; }
    public required string Refuse { get; init; }
    public required string ConnectWarning { get; init; }
    public required string NotYou { get; init; }
    public required string Connected { get; init; }
    public required string ConnectedText { get; init; }
    public required string NotConnected { get; init; }
    public required string NotConnectedText { get; init; }
    public required string RequestOver { get; init; }
    public required string RequestOverText { get; init; }
    public required string Tv { get; init; }
    public required string TvConnect { get; init; }
    public required string TvSignInFirst { get; init; }
    public required string TvCode { get; init; }
    public required string TvCodeWrong { get; init; }
    public required string TvCodeOverText { get; init; }
    public required string TvGoOn { get; init; }
    public required string TvQuestion { get; init; }
    public required string TvWarning { get; init; }
    public required string TvConnected { get; init; }
    public required string TvConnectedText { get; init; }
    public required string TvNotConnectedText { get; init; }
    public required string Statement { get; init; }
    public required string StatementWhy { get; init; }
    public required string StatementText { get; init; }
    public required string StatementMade { get; init; }
    public required string StatementConfirm { get; init; }
    public required string StatementWithdraw { get; init; }

    public required string Areas { get; init; }
    public required string Files { get; init; }
    public required string Photos { get; init; }
    public required string Trash { get; init; }
    public required string Past { get; init; }
    public required string Shared { get; init; }
    public required string Back { get; init; }
    public required string Place { get; init; }
    public required string Actions { get; init; }
    public required Func<string, string> ActionsOn { get; init; }
    public required string Size { get; init; }
    public required string Items { get; init; }
    public required string Modified { get; init; }
    public required string EmptyFolder { get; init; }
    public required string AddHere { get; init; }
    public required string UploadFiles { get; init; }
    public required string Upload { get; init; }
    public required string NewFolder { get; init; }
    public required string Create { get; init; }
    public required string Open { get; init; }
    public required string Download { get; init; }
    public required string NewName { get; init; }
    public required string Rename { get; init; }
    public required string MoveTo { get; init; }
    public required string Move { get; init; }
    public required string Delete { get; init; }
    public required string Deleted { get; init; }
    public required string Undo { get; init; }
    public required string Versions { get; init; }
    public required string Restore { get; init; }
    public required Func<string, string> RestoreItem { get; init; }
    public required string RestoreTogether { get; init; }
    public required string TrashEmpty { get; init; }
    public required string TrashHint { get; init; }
    public required string EmptyTrash { get; init; }
    public required string EmptyTrashHint { get; init; }
    public required string Pages { get; init; }
    public required string Previous { get; init; }
    public required string Next { get; init; }
    public required Func<long, long, string> PageOf { get; init; }
    public required string Room { get; init; }
    public required Func<string, string> Used { get; init; }
    public required Func<string, string, string> UsedOf { get; init; }
    public required string PastHint { get; init; }
    public required string Moment { get; init; }
    public required string Show { get; init; }
    public required Func<string, string> AsOf { get; init; }
    public required string NotKept { get; init; }
    public required Func<string, string> KeptFrom { get; init; }
    public required string BringAllBack { get; init; }
    public required Func<string, string> BringFolderBack { get; init; }
    public required string BringBackHint { get; init; }
    public required Func<long, long, string> BroughtBack { get; init; }
    public required string BringBackGoesOn { get; init; }
    public required string GoOn { get; init; }
    public required Func<long, string> LeftAsTheyAre { get; init; }

    public required string Devices { get; init; }
    public required string OwnAccount { get; init; }
    public required string NoDevices { get; init; }
    public required Func<string, string> Added { get; init; }
    public required Func<string, string> LastUsed { get; init; }
    public required string NeverUsed { get; init; }
    public required string Revoke { get; init; }
    public required Func<string, string> RevokeDevice { get; init; }
    public required string Wipe { get; init; }
    public required Func<string, string> WipeDevice { get; init; }
    public required string WipeHint { get; init; }
    public required string AddDevice { get; init; }
    public required string AddDeviceHint { get; init; }
    public required string DeviceName { get; init; }
    public required string MakeAppPassword { get; init; }
    public required Func<string, string> DeviceAdded { get; init; }
    public required string AppPassword { get; init; }
    public required string AppPasswordOnce { get; init; }
    public required string Stolen { get; init; }
    public required string StolenText { get; init; }
    public required string NewPassword { get; init; }
    public required string StolenPassword { get; init; }
    public required string StolenStale { get; init; }
    public required string StolenAtProvider { get; init; }
    public required string StolenButton { get; init; }
    public required Func<PasswordFate, string> StolenDone { get; init; }

    public required string Find { get; init; }
    public required string FindHere { get; init; }
    public required Func<string, string> FoundFor { get; init; }
    public required string NothingFound { get; init; }
    public required string NotAllFound { get; init; }

    /// <summary>The areas that are open to who is signed in, in the order they are shown.</summary>
    public IReadOnlyList<(string Address, string Name)> Ways =>
        [
            (FilePages.Root, Files),
            (PhotoPages.Root, Photos),
            (SharePages.Root, Shared),
            (TrashPages.Root, Trash),
            (PastPages.Root, Past),
            (DevicePages.Root, Devices),
            (AccountPages.Root, OwnAccount),
        ];

    /// <summary>The words of a language.</summary>
    public static PageWords In(Language language) =>
        language switch
        {
            Language.Dutch => s_dutch,
            Language.French => s_french,
            Language.German => s_german,
            Language.English => s_english,
        };
}
