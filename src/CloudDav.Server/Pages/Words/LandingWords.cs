using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What stands on the first page.</summary>
internal sealed record LandingWords
{
    public required string What { get; init; }
    public required string Drive { get; init; }
    public required string Television { get; init; }
    public required string TelevisionHow { get; init; }

    public static LandingWords In(Language language) =>
        language switch
        {
            Language.Dutch => s_dutch,
            Language.French => s_french,
            Language.German => s_german,
            Language.English => s_english,
        };

    private static readonly LandingWords s_english = new()
    {
        What =
            "Your personal cloud: your files, photos and videos, on all your devices and with the people you choose.",
        Drive = "As a network drive, with your name and an app password",
        Television = "On the TV",
        TelevisionHow = "Open this page on the TV",
    };

    private static readonly LandingWords s_dutch = new()
    {
        What =
            "Uw persoonlijke cloud: uw bestanden, foto’s en video’s, op al uw toestellen en met de mensen die u kiest.",
        Drive = "Als netwerkstation, met uw naam en een app-wachtwoord",
        Television = "Op de tv",
        TelevisionHow = "Open deze pagina op de tv",
    };

    private static readonly LandingWords s_french = new()
    {
        What =
            "Votre cloud personnel : vos fichiers, photos et vidéos, sur tous vos appareils et avec les personnes de votre choix.",
        Drive = "Comme lecteur réseau, avec votre nom et un mot de passe d’application",
        Television = "Sur le téléviseur",
        TelevisionHow = "Ouvrez cette page sur le téléviseur",
    };

    private static readonly LandingWords s_german = new()
    {
        What =
            "Ihre persönliche Cloud: Ihre Dateien, Fotos und Videos, auf allen Ihren Geräten und mit den Menschen, die Sie wählen.",
        Drive = "Als Netzlaufwerk, mit Ihrem Namen und einem App-Passwort",
        Television = "Auf dem Fernseher",
        TelevisionHow = "Öffnen Sie diese Seite auf dem Fernseher",
    };
}
