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
    public required string ProviderNotHere { get; init; }
    public required string SignOut { get; init; }
    public required Func<string, string> SignedInAs { get; init; }
    public required string PageTooOld { get; init; }
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
