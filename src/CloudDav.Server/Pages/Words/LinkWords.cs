using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What stands on the pages of a link, in one language each.</summary>
internal sealed record LinkWords
{
    public required string SharedFolder { get; init; }
    public required string PasswordAsked { get; init; }
    public required string PasswordWrong { get; init; }
    public required string Empty { get; init; }
    public required string AsPictures { get; init; }
    public required string AsList { get; init; }
    public required string DownloadAll { get; init; }
    public required Func<string, string> DownloadFile { get; init; }
    public required Func<string, string> Until { get; init; }
    public required string HandIn { get; init; }
    public required string HandInHint { get; init; }
    public required string Send { get; init; }
    public required Func<long, string> Arrived { get; init; }

    /// <summary>The words of a language.</summary>
    public static LinkWords In(Language language) =>
        language switch
        {
            Language.Dutch => s_dutch,
            Language.French => s_french,
            Language.German => s_german,
            Language.English => s_english,
        };

    private static readonly LinkWords s_english = new()
    {
        SharedFolder = "Shared folder",
        PasswordAsked =
            "This was shared with a password. Whoever gave you the link can tell you what it is.",
        PasswordWrong = "This is not the password. Check it and try again.",
        Empty = "There is nothing in this folder.",
        AsPictures = "Show pictures",
        AsList = "Show as a list",
        DownloadAll = "Download everything (ZIP)",
        DownloadFile = name => $"Download {name}",
        Until = moment => $"You can open this until {moment}.",
        HandIn = "Hand in files",
        HandInHint =
            "What you send arrives with whoever gave you this link. You will not see it here again, and nobody else who has the link will.",
        Send = "Send",
        Arrived = count => count == 1 ? "1 file has arrived." : $"{count} files have arrived.",
    };

    private static readonly LinkWords s_dutch = new()
    {
        SharedFolder = "Gedeelde map",
        PasswordAsked =
            "Dit is met een wachtwoord gedeeld. Wie u de link gaf, kan u zeggen hoe het luidt.",
        PasswordWrong = "Dit is niet het wachtwoord. Kijk het na en probeer opnieuw.",
        Empty = "Er staat niets in deze map.",
        AsPictures = "Foto’s tonen",
        AsList = "Als lijst tonen",
        DownloadAll = "Alles downloaden (ZIP)",
        DownloadFile = name => $"{name} downloaden",
        Until = moment => $"U kunt dit openen tot {moment}.",
        HandIn = "Bestanden afgeven",
        HandInHint =
            "Wat u verstuurt, komt aan bij wie u deze link gaf. U ziet het hier niet terug, en ook niemand anders die de link heeft.",
        Send = "Versturen",
        Arrived = count =>
            count == 1 ? "1 bestand is aangekomen." : $"{count} bestanden zijn aangekomen.",
    };

    private static readonly LinkWords s_french = new()
    {
        SharedFolder = "Dossier partagé",
        PasswordAsked =
            "Ceci a été partagé avec un mot de passe. La personne qui vous a donné le lien peut vous le dire.",
        PasswordWrong = "Ce n’est pas le mot de passe. Vérifiez-le et réessayez.",
        Empty = "Il n’y a rien dans ce dossier.",
        AsPictures = "Afficher les images",
        AsList = "Afficher en liste",
        DownloadAll = "Tout télécharger (ZIP)",
        DownloadFile = name => $"Télécharger {name}",
        Until = moment => $"Vous pouvez l’ouvrir jusqu’au {moment}.",
        HandIn = "Déposer des fichiers",
        HandInHint =
            "Ce que vous envoyez arrive chez la personne qui vous a donné ce lien. Vous ne le reverrez pas ici, et aucune autre personne qui a le lien non plus.",
        Send = "Envoyer",
        Arrived = count => count == 1 ? "1 fichier est arrivé." : $"{count} fichiers sont arrivés.",
    };

    private static readonly LinkWords s_german = new()
    {
        SharedFolder = "Geteilter Ordner",
        PasswordAsked =
            "Dies wurde mit einem Passwort geteilt. Wer Ihnen den Link gegeben hat, kann es Ihnen sagen.",
        PasswordWrong = "Das ist nicht das Passwort. Prüfen Sie es und versuchen Sie es erneut.",
        Empty = "In diesem Ordner ist nichts.",
        AsPictures = "Bilder zeigen",
        AsList = "Als Liste zeigen",
        DownloadAll = "Alles herunterladen (ZIP)",
        DownloadFile = name => $"{name} herunterladen",
        Until = moment => $"Sie können dies bis {moment} öffnen.",
        HandIn = "Dateien abgeben",
        HandInHint =
            "Was Sie senden, kommt bei der Person an, die Ihnen diesen Link gegeben hat. Sie sehen es hier nicht wieder, und auch niemand sonst, der den Link hat.",
        Send = "Senden",
        Arrived = count =>
            count == 1 ? "1 Datei ist angekommen." : $"{count} Dateien sind angekommen.",
    };
}
