using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What stands on the pages of the television. Short: it is read from across the room.</summary>
internal sealed record TvWords
{
    public required string Connect { get; init; }
    public required string Scan { get; init; }
    public required Func<string, string> OrType { get; init; }
    public required string Waiting { get; init; }
    public required string NewCode { get; init; }
    public required string Refused { get; init; }
    public required string Again { get; init; }
    public required string Everything { get; init; }
    public required string Albums { get; init; }
    public required string Top { get; init; }
    public required string Empty { get; init; }
    public required Func<int, string> Items { get; init; }
    public required string Received { get; init; }
    public required string Newer { get; init; }
    public required string More { get; init; }
    public required string NotAll { get; init; }
    public required string NotShown { get; init; }
    public required string Slideshow { get; init; }
    public required string Stop { get; init; }
    public required string Previous { get; init; }
    public required string Next { get; init; }
    public required string Back { get; init; }
    public required string Leave { get; init; }
    public required string LeaveText { get; init; }
    public required Func<string, string> ClosesAt { get; init; }

    public static TvWords In(Language language) =>
        language switch
        {
            Language.Dutch => s_dutch,
            Language.French => s_french,
            Language.German => s_german,
            Language.English => s_english,
        };

    private static readonly TvWords s_english = new()
    {
        Connect = "Connect this TV",
        Scan = "Scan this with your phone.",
        OrType = address => $"Or open {address} on a phone or computer and type in:",
        Waiting = "The TV goes on by itself as soon as you have said yes.",
        NewCode = "New code",
        Refused = "This TV was not let in.",
        Again = "Try again",
        Everything = "All photos and videos",
        Albums = "Albums",
        Top = "Your cloud",
        Empty = "There are no photos or videos in your cloud yet.",
        Items = count => count == 1 ? "1 item" : $"{count} items",
        Received = "Shared with you",
        Newer = "Newest",
        More = "More",
        NotShown = "This picture cannot be shown on the TV.",
        NotAll =
            "There is more than can be looked through here. Put photos into folders to see them all.",
        Slideshow = "Slideshow",
        Stop = "Stop",
        Previous = "Previous",
        Next = "Next",
        Back = "Back",
        Leave = "Disconnect this TV",
        LeaveText =
            "The TV then shows nothing of your cloud any more. Connect it again at any time.",
        ClosesAt = day =>
            $"Your contract has ended. You can see your photos and videos here until {day}.",
    };

    private static readonly TvWords s_dutch = new()
    {
        Connect = "Deze tv verbinden",
        Scan = "Scan dit met uw telefoon.",
        OrType = address => $"Of open {address} op een telefoon of computer en typ:",
        Waiting = "De tv gaat vanzelf verder zodra u ja hebt gezegd.",
        NewCode = "Nieuwe code",
        Refused = "Deze tv is niet toegelaten.",
        Again = "Opnieuw proberen",
        Everything = "Alle foto’s en video’s",
        Albums = "Albums",
        Top = "Uw cloud",
        Empty = "Er staan nog geen foto’s of video’s in uw cloud.",
        Items = count => count == 1 ? "1 item" : $"{count} items",
        Received = "Met u gedeeld",
        Newer = "Nieuwste",
        More = "Meer",
        NotShown = "Deze foto kan niet op de tv worden getoond.",
        NotAll =
            "Er is meer dan hier doorzocht kan worden. Zet foto’s in mappen om ze allemaal te zien.",
        Slideshow = "Diavoorstelling",
        Stop = "Stoppen",
        Previous = "Vorige",
        Next = "Volgende",
        Back = "Terug",
        Leave = "Deze tv loskoppelen",
        LeaveText = "De tv toont dan niets meer van uw cloud. U kunt hem altijd opnieuw verbinden.",
        ClosesAt = day =>
            $"Uw contract is beëindigd. U kunt uw foto’s en video’s hier zien tot {day}.",
    };

    private static readonly TvWords s_french = new()
    {
        Connect = "Associer ce téléviseur",
        Scan = "Scannez ceci avec votre téléphone.",
        OrType = address => $"Ou ouvrez {address} sur un téléphone ou un ordinateur et tapez :",
        Waiting = "Le téléviseur continue de lui-même dès que vous avez dit oui.",
        NewCode = "Nouveau code",
        Refused = "L’accès a été refusé à ce téléviseur.",
        Again = "Réessayer",
        Everything = "Toutes les photos et vidéos",
        Albums = "Albums",
        Top = "Votre cloud",
        Empty = "Il n’y a pas encore de photos ni de vidéos dans votre cloud.",
        Items = count => count == 1 ? "1 élément" : $"{count} éléments",
        Received = "Partagé avec vous",
        Newer = "Les plus récentes",
        More = "Suite",
        NotShown = "Cette image ne peut pas être affichée sur le téléviseur.",
        NotAll =
            "Il y en a plus qu’on ne peut en parcourir ici. Rangez les photos dans des dossiers pour les voir toutes.",
        Slideshow = "Diaporama",
        Stop = "Arrêter",
        Previous = "Précédent",
        Next = "Suivant",
        Back = "Retour",
        Leave = "Dissocier ce téléviseur",
        LeaveText =
            "Le téléviseur ne montrera plus rien de votre cloud. Vous pourrez l’associer de nouveau à tout moment.",
        ClosesAt = day =>
            $"Votre contrat a pris fin. Vous pouvez voir vos photos et vidéos ici jusqu’au {day}.",
    };

    private static readonly TvWords s_german = new()
    {
        Connect = "Diesen Fernseher verbinden",
        Scan = "Scannen Sie dies mit Ihrem Telefon.",
        OrType = address =>
            $"Oder öffnen Sie {address} auf einem Telefon oder Computer und tippen Sie:",
        Waiting = "Der Fernseher macht von selbst weiter, sobald Sie zugestimmt haben.",
        NewCode = "Neuer Code",
        Refused = "Dieser Fernseher wurde nicht zugelassen.",
        Again = "Noch einmal versuchen",
        Everything = "Alle Fotos und Videos",
        Albums = "Alben",
        Top = "Ihre Cloud",
        Empty = "In Ihrer Cloud sind noch keine Fotos oder Videos.",
        Items = count => count == 1 ? "1 Element" : $"{count} Elemente",
        Received = "Mit Ihnen geteilt",
        Newer = "Neueste",
        More = "Mehr",
        NotShown = "Dieses Bild kann auf dem Fernseher nicht gezeigt werden.",
        NotAll =
            "Es gibt mehr, als hier durchgesehen werden kann. Legen Sie Fotos in Ordner, um alle zu sehen.",
        Slideshow = "Diaschau",
        Stop = "Anhalten",
        Previous = "Zurück",
        Next = "Weiter",
        Back = "Zur Übersicht",
        Leave = "Diesen Fernseher trennen",
        LeaveText =
            "Der Fernseher zeigt dann nichts mehr aus Ihrer Cloud. Sie können ihn jederzeit wieder verbinden.",
        ClosesAt = day =>
            $"Ihr Vertrag ist beendet. Sie können Ihre Fotos und Videos hier bis {day} sehen.",
    };
}
