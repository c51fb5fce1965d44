using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What stands on the pages about signing in.</summary>
internal sealed record SignInWords
{
    public required string WithProvider { get; init; }
    public required Func<string, string> WithNamedProvider { get; init; }
    public required string OwnPassword { get; init; }
    public required string ProviderAway { get; init; }
    public required string BeginAgain { get; init; }
    public required string Declined { get; init; }
    public required string SignedOut { get; init; }
    public required string SignedOutHere { get; init; }
    public required string GoOnToProvider { get; init; }

    /// <summary>The words of a language.</summary>
    public static SignInWords In(Language language) =>
        language switch
        {
            Language.Dutch => s_dutch,
            Language.French => s_french,
            Language.German => s_german,
            Language.English => s_english,
        };

    private static readonly SignInWords s_english = new()
    {
        WithProvider = "Sign in with your provider",
        WithNamedProvider = name => $"Sign in with {name}",
        OwnPassword = "Sign in with a password of this cloud",
        ProviderAway =
            "Your provider’s sign-in cannot be reached at the moment. Nothing of yours is lost. Try again in a few minutes.",
        BeginAgain = "Signing in took too long or was interrupted. Begin once more.",
        Declined = "You have not signed in with your provider.",
        SignedOut = "Signed out",
        SignedOutHere =
            "You are signed out here. In a moment you are also signed out at your provider, so that nobody else goes on with this browser as you.",
        GoOnToProvider = "Sign out at the provider",
    };

    private static readonly SignInWords s_dutch = new()
    {
        WithProvider = "Aanmelden bij uw provider",
        WithNamedProvider = name => $"Aanmelden bij {name}",
        OwnPassword = "Aanmelden met een wachtwoord van deze cloud",
        ProviderAway =
            "De aanmelddienst van uw provider is op dit moment niet bereikbaar. Er gaat niets verloren. Probeer het over enkele minuten opnieuw.",
        BeginAgain = "Het aanmelden duurde te lang of werd onderbroken. Begin opnieuw.",
        Declined = "U hebt zich niet bij uw provider aangemeld.",
        SignedOut = "Afgemeld",
        SignedOutHere =
            "U bent hier afgemeld. Zo meteen wordt u ook bij uw provider afgemeld, zodat niemand anders in deze browser als u verdergaat.",
        GoOnToProvider = "Afmelden bij de provider",
    };

    private static readonly SignInWords s_french = new()
    {
        WithProvider = "S’identifier chez votre fournisseur",
        WithNamedProvider = name => $"S’identifier avec {name}",
        OwnPassword = "S’identifier avec un mot de passe de ce cloud",
        ProviderAway =
            "Le service d’identification de votre fournisseur est momentanément injoignable. Rien n’est perdu. Réessayez dans quelques minutes.",
        BeginAgain = "L’identification a duré trop longtemps ou a été interrompue. Recommencez.",
        Declined = "Vous ne vous êtes pas identifié chez votre fournisseur.",
        SignedOut = "Session terminée",
        SignedOutHere =
            "Votre session est terminée ici. Elle se termine aussi chez votre fournisseur dans un instant, pour que personne d’autre ne continue à votre place dans ce navigateur.",
        GoOnToProvider = "Terminer la session chez le fournisseur",
    };

    private static readonly SignInWords s_german = new()
    {
        WithProvider = "Bei Ihrem Anbieter anmelden",
        WithNamedProvider = name => $"Mit {name} anmelden",
        OwnPassword = "Mit einem Passwort dieser Cloud anmelden",
        ProviderAway =
            "Die Anmeldung Ihres Anbieters ist zurzeit nicht erreichbar. Es geht nichts verloren. Versuchen Sie es in einigen Minuten erneut.",
        BeginAgain =
            "Die Anmeldung hat zu lange gedauert oder wurde unterbrochen. Beginnen Sie noch einmal.",
        Declined = "Sie haben sich nicht bei Ihrem Anbieter angemeldet.",
        SignedOut = "Abgemeldet",
        SignedOutHere =
            "Sie sind hier abgemeldet. Gleich werden Sie auch bei Ihrem Anbieter abgemeldet, damit niemand sonst in diesem Browser als Sie weitermacht.",
        GoOnToProvider = "Beim Anbieter abmelden",
    };
}
