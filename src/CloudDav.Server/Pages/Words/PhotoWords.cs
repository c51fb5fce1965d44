using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What stands on the pages of pictures and videos.</summary>
internal sealed record PhotoWords
{
    public required string Empty { get; init; }
    public required string NothingThen { get; init; }
    public required string EmptyFolder { get; init; }
    public required string Month { get; init; }
    public required string Show { get; init; }
    public required string Latest { get; init; }
    public required string Newer { get; init; }
    public required string Older { get; init; }
    public required string NotAll { get; init; }
    public required string InFolder { get; init; }
    public required string OpenFolder { get; init; }
    public required string Previous { get; init; }
    public required string Next { get; init; }
    public required string Close { get; init; }
    public required string Taken { get; init; }
    public required string Changed { get; init; }
    public required string Pixels { get; init; }
    public required string Duration { get; init; }
    public required string About { get; init; }
    public required string Original { get; init; }
    public required string NoPreview { get; init; }
    public required string NotYet { get; init; }
    public required string Browse { get; init; }
    public required Func<string, string, string> Picture { get; init; }
    public required Func<string, string, string> Video { get; init; }

    public static PhotoWords In(Language language) =>
        language switch
        {
            Language.Dutch => s_dutch,
            Language.French => s_french,
            Language.German => s_german,
            Language.English => s_english,
        };

    private static readonly PhotoWords s_english = new()
    {
        Empty =
            "There are no photos or videos in your cloud yet. Put some into any folder, and they appear here by the day they were taken.",
        NothingThen = "There is nothing from that time, or from before it.",
        EmptyFolder = "There are no photos or videos in this folder.",
        Month = "Month",
        Show = "Show",
        Latest = "Latest photos",
        Newer = "Newer photos",
        Older = "Older photos",
        NotAll =
            "There are more than could be looked through just now. Reload the page in a moment.",
        InFolder = "As photos",
        OpenFolder = "Open the folder",
        Previous = "Previous",
        Next = "Next",
        Close = "Back to the photos",
        Taken = "Taken",
        Changed = "Changed",
        Pixels = "Dimensions",
        Duration = "Length",
        About = "About this file",
        Original = "Open the original",
        NoPreview = "There is no preview of this file. You can download it.",
        NotYet = "The preview is being made. Reload the page in a moment.",
        Browse = "From photo to photo",
        Picture = (name, day) => $"{name}, {day}",
        Video = (name, day) => $"Video {name}, {day}",
    };

    private static readonly PhotoWords s_dutch = new()
    {
        Empty =
            "Er zijn nog geen foto’s of video’s in uw cloud. Zet er enkele in om het even welke map: ze verschijnen hier volgens de dag waarop ze gemaakt zijn.",
        NothingThen = "Uit die tijd, of van daarvoor, is er niets.",
        EmptyFolder = "Er zijn geen foto’s of video’s in deze map.",
        Month = "Maand",
        Show = "Tonen",
        Latest = "Nieuwste foto’s",
        Newer = "Nieuwere foto’s",
        Older = "Oudere foto’s",
        NotAll =
            "Er zijn er meer dan nu bekeken konden worden. Laad de pagina over enkele ogenblikken opnieuw.",
        InFolder = "Als foto’s",
        OpenFolder = "De map openen",
        Previous = "Vorige",
        Next = "Volgende",
        Close = "Terug naar de foto’s",
        Taken = "Gemaakt",
        Changed = "Gewijzigd",
        Pixels = "Afmetingen",
        Duration = "Duur",
        About = "Over dit bestand",
        Original = "Het origineel openen",
        NoPreview = "Van dit bestand is er geen voorbeeld. U kunt het downloaden.",
        NotYet = "Het voorbeeld wordt gemaakt. Laad de pagina over enkele ogenblikken opnieuw.",
        Browse = "Van foto naar foto",
        Picture = (name, day) => $"{name}, {day}",
        Video = (name, day) => $"Video {name}, {day}",
    };

    private static readonly PhotoWords s_french = new()
    {
        Empty =
            "Il n’y a pas encore de photos ni de vidéos dans votre cloud. Mettez-en dans n’importe quel dossier : elles apparaissent ici selon le jour où elles ont été prises.",
        NothingThen = "Il n’y a rien de cette époque, ni d’avant.",
        EmptyFolder = "Il n’y a ni photos ni vidéos dans ce dossier.",
        Month = "Mois",
        Show = "Afficher",
        Latest = "Photos les plus récentes",
        Newer = "Photos plus récentes",
        Older = "Photos plus anciennes",
        NotAll =
            "Il y en a plus que ce qui a pu être parcouru à l’instant. Rechargez la page dans un moment.",
        InFolder = "En photos",
        OpenFolder = "Ouvrir le dossier",
        Previous = "Précédente",
        Next = "Suivante",
        Close = "Retour aux photos",
        Taken = "Prise",
        Changed = "Modifiée",
        Pixels = "Dimensions",
        Duration = "Durée",
        About = "À propos de ce fichier",
        Original = "Ouvrir l’original",
        NoPreview = "Il n’y a pas d’aperçu de ce fichier. Vous pouvez le télécharger.",
        NotYet = "L’aperçu est en préparation. Rechargez la page dans un moment.",
        Browse = "D’une photo à l’autre",
        Picture = (name, day) => $"{name}, {day}",
        Video = (name, day) => $"Vidéo {name}, {day}",
    };

    private static readonly PhotoWords s_german = new()
    {
        Empty =
            "In Ihrer Cloud sind noch keine Fotos oder Videos. Legen Sie welche in einen beliebigen Ordner: Sie erscheinen hier nach dem Tag ihrer Aufnahme.",
        NothingThen = "Aus dieser Zeit oder davor gibt es nichts.",
        EmptyFolder = "In diesem Ordner sind keine Fotos oder Videos.",
        Month = "Monat",
        Show = "Anzeigen",
        Latest = "Neueste Fotos",
        Newer = "Neuere Fotos",
        Older = "Ältere Fotos",
        NotAll =
            "Es gibt mehr, als eben durchgesehen werden konnten. Laden Sie die Seite in einem Moment neu.",
        InFolder = "Als Fotos",
        OpenFolder = "Den Ordner öffnen",
        Previous = "Vorheriges",
        Next = "Nächstes",
        Close = "Zurück zu den Fotos",
        Taken = "Aufgenommen",
        Changed = "Geändert",
        Pixels = "Abmessungen",
        Duration = "Dauer",
        About = "Über diese Datei",
        Original = "Das Original öffnen",
        NoPreview = "Von dieser Datei gibt es keine Vorschau. Sie können sie herunterladen.",
        NotYet = "Die Vorschau wird erstellt. Laden Sie die Seite in einem Moment neu.",
        Browse = "Von Foto zu Foto",
        Picture = (name, day) => $"{name}, {day}",
        Video = (name, day) => $"Video {name}, {day}",
    };
}
