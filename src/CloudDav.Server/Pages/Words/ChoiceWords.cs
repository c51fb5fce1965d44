using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What stands where several things are chosen, and where files are sent.</summary>
internal sealed record ChoiceWords
{
    public required string Choose { get; init; }
    public required string ChooseAll { get; init; }
    public required Func<string, string> ChooseItem { get; init; }
    public required string WithChosen { get; init; }
    public required string Zip { get; init; }
    public required string ZipFolder { get; init; }
    public required string SharedAlone { get; init; }
    public required Func<int, int, string> DoneBefore { get; init; }
    public required string Keys { get; init; }
    public required string KeysText { get; init; }

    /// <summary>What the module says, by the names it knows them by; <c>{0}</c> stands for what it puts in.</summary>
    public required IReadOnlyDictionary<string, string> Script { get; init; }

    public static ChoiceWords In(Language language) =>
        language switch
        {
            Language.Dutch => s_dutch,
            Language.French => s_french,
            Language.German => s_german,
            Language.English => s_english,
        };

    private static readonly ChoiceWords s_english = new()
    {
        Choose = "Choose",
        ChooseAll = "Choose everything on this page",
        ChooseItem = name => $"Choose {name}",
        WithChosen = "With everything chosen",
        Zip = "Download as ZIP",
        ZipFolder = "Download the folder as ZIP",
        SharedAlone =
            "Folders that others share with you are downloaded one by one. Open the folder and download it there.",
        DoneBefore = (done, all) =>
            $"{done} of {all} were done before that. The others are as they were.",
        Keys = "Keys",
        KeysText =
            "Arrows: up and down · Space: choose · Enter: open · F2: name and actions · Delete: put what is chosen into the trash · /: search",
        Script = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["chosen"] = "{0} chosen",
            ["folder"] = "Upload a folder",
            ["drop"] = "Let go to upload here",
            ["uploads"] = "Uploads",
            ["waiting"] = "Waiting",
            ["running"] = "{0} of {1}",
            ["paused"] = "Paused at {0}",
            ["offline"] = "No connection. It goes on by itself.",
            ["done"] = "Uploaded",
            ["resumed"] = "Goes on where it stopped",
            ["pause"] = "Pause {0}",
            ["resume"] = "Continue {0}",
            ["cancel"] = "Cancel {0}",
            ["retry"] = "Try {0} again",
            ["signedOut"] =
                "You are signed out. Sign in and choose the file again: it goes on where it stopped.",
            ["failed"] = "Something went wrong. Try again.",
            ["unreadable"] = "This file cannot be read any more. Choose it again.",
            ["allDone"] = "{0} uploaded",
            ["someFailed"] = "{0} uploaded, {1} not",
        },
    };

    private static readonly ChoiceWords s_dutch = new()
    {
        Choose = "Kiezen",
        ChooseAll = "Alles op deze pagina kiezen",
        ChooseItem = name => $"{name} kiezen",
        WithChosen = "Met alles wat gekozen is",
        Zip = "Downloaden als ZIP",
        ZipFolder = "De map downloaden als ZIP",
        SharedAlone =
            "Mappen die anderen met u delen, downloadt u een voor een. Open de map en download ze daar.",
        DoneBefore = (done, all) =>
            $"{done} van {all} waren toen al klaar. De andere zijn ongewijzigd.",
        Keys = "Toetsen",
        KeysText =
            "Pijlen: omhoog en omlaag · Spatie: kiezen · Enter: openen · F2: naam en acties · Delete: wat gekozen is in de prullenbak · /: zoeken",
        Script = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["chosen"] = "{0} gekozen",
            ["folder"] = "Een map uploaden",
            ["drop"] = "Laat los om hier te uploaden",
            ["uploads"] = "Uploads",
            ["waiting"] = "Wacht",
            ["running"] = "{0} van {1}",
            ["paused"] = "Gepauzeerd op {0}",
            ["offline"] = "Geen verbinding. Het gaat vanzelf verder.",
            ["done"] = "Geüpload",
            ["resumed"] = "Gaat verder waar het gestopt was",
            ["pause"] = "{0} pauzeren",
            ["resume"] = "{0} voortzetten",
            ["cancel"] = "{0} annuleren",
            ["retry"] = "{0} opnieuw proberen",
            ["signedOut"] =
                "U bent afgemeld. Meld u aan en kies het bestand opnieuw: het gaat verder waar het gestopt was.",
            ["failed"] = "Er ging iets mis. Probeer het opnieuw.",
            ["unreadable"] = "Dit bestand kan niet meer gelezen worden. Kies het opnieuw.",
            ["allDone"] = "{0} geüpload",
            ["someFailed"] = "{0} geüpload, {1} niet",
        },
    };

    private static readonly ChoiceWords s_french = new()
    {
        Choose = "Choisir",
        ChooseAll = "Choisir tout ce qui est sur cette page",
        ChooseItem = name => $"Choisir {name}",
        WithChosen = "Avec tout ce qui est choisi",
        Zip = "Télécharger en ZIP",
        ZipFolder = "Télécharger le dossier en ZIP",
        SharedAlone =
            "Les dossiers que d’autres partagent avec vous se téléchargent un par un. Ouvrez le dossier et téléchargez-le là.",
        DoneBefore = (done, all) =>
            $"{done} sur {all} étaient déjà traités. Les autres sont inchangés.",
        Keys = "Touches",
        KeysText =
            "Flèches : monter et descendre · Espace : choisir · Entrée : ouvrir · F2 : nom et actions · Suppr : mettre ce qui est choisi à la corbeille · / : rechercher",
        Script = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["chosen"] = "{0} choisi(s)",
            ["folder"] = "Envoyer un dossier",
            ["drop"] = "Relâchez pour envoyer ici",
            ["uploads"] = "Envois",
            ["waiting"] = "En attente",
            ["running"] = "{0} sur {1}",
            ["paused"] = "En pause à {0}",
            ["offline"] = "Pas de connexion. L’envoi reprendra de lui-même.",
            ["done"] = "Envoyé",
            ["resumed"] = "Reprend là où il s’était arrêté",
            ["pause"] = "Mettre {0} en pause",
            ["resume"] = "Reprendre {0}",
            ["cancel"] = "Annuler {0}",
            ["retry"] = "Réessayer {0}",
            ["signedOut"] =
                "Vous êtes déconnecté. Identifiez-vous et choisissez de nouveau le fichier : il reprend là où il s’était arrêté.",
            ["failed"] = "Quelque chose s’est mal passé. Veuillez réessayer.",
            ["unreadable"] = "Ce fichier ne peut plus être lu. Choisissez-le de nouveau.",
            ["allDone"] = "{0} envoyé(s)",
            ["someFailed"] = "{0} envoyé(s), {1} non",
        },
    };

    private static readonly ChoiceWords s_german = new()
    {
        Choose = "Auswählen",
        ChooseAll = "Alles auf dieser Seite auswählen",
        ChooseItem = name => $"{name} auswählen",
        WithChosen = "Mit allem Ausgewählten",
        Zip = "Als ZIP herunterladen",
        ZipFolder = "Den Ordner als ZIP herunterladen",
        SharedAlone =
            "Ordner, die andere mit Ihnen teilen, werden einzeln heruntergeladen. Öffnen Sie den Ordner und laden Sie ihn dort herunter.",
        DoneBefore = (done, all) =>
            $"{done} von {all} waren da schon erledigt. Die anderen sind unverändert.",
        Keys = "Tasten",
        KeysText =
            "Pfeile: hinauf und hinunter · Leertaste: auswählen · Enter: öffnen · F2: Name und Aktionen · Entf: Ausgewähltes in den Papierkorb · /: suchen",
        Script = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["chosen"] = "{0} ausgewählt",
            ["folder"] = "Einen Ordner hochladen",
            ["drop"] = "Loslassen, um hier hochzuladen",
            ["uploads"] = "Übertragungen",
            ["waiting"] = "Wartet",
            ["running"] = "{0} von {1}",
            ["paused"] = "Angehalten bei {0}",
            ["offline"] = "Keine Verbindung. Es geht von selbst weiter.",
            ["done"] = "Hochgeladen",
            ["resumed"] = "Geht weiter, wo es stehen geblieben ist",
            ["pause"] = "{0} anhalten",
            ["resume"] = "{0} fortsetzen",
            ["cancel"] = "{0} abbrechen",
            ["retry"] = "{0} noch einmal versuchen",
            ["signedOut"] =
                "Sie sind abgemeldet. Melden Sie sich an und wählen Sie die Datei erneut: Es geht weiter, wo es stehen geblieben ist.",
            ["failed"] = "Etwas ist schiefgegangen. Versuchen Sie es noch einmal.",
            ["unreadable"] = "Diese Datei kann nicht mehr gelesen werden. Wählen Sie sie erneut.",
            ["allDone"] = "{0} hochgeladen",
            ["someFailed"] = "{0} hochgeladen, {1} nicht",
        },
    };
}
