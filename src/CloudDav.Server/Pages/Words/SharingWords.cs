using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What stands on the pages about sharing, in one language each.</summary>
internal sealed record SharingWords
{
    public required string Given { get; init; }
    public required string Received { get; init; }
    public required string NothingGiven { get; init; }
    public required string NothingReceived { get; init; }
    public required string Sharing { get; init; }
    public required string Share { get; init; }
    public required Func<string, string> ShareItem { get; init; }
    public required string NotShared { get; init; }
    public required string ByLink { get; init; }
    public required string ByLinkHint { get; init; }
    public required string AtHome { get; init; }
    public required string AtHomeHint { get; init; }
    public required string NobodyAtHome { get; init; }
    public required string NotNow { get; init; }
    public required string ForLink { get; init; }
    public required string ForHousehold { get; init; }
    public required Func<string, string> ForMembers { get; init; }
    public required string Whom { get; init; }
    public required string Everybody { get; init; }
    public required string May { get; init; }
    public required string View { get; init; }
    public required string DownloadAll { get; init; }
    public required string Drop { get; init; }
    public required string Edit { get; init; }
    public required string LabelForYou { get; init; }
    public required string LabelForThem { get; init; }
    public required string LinkPassword { get; init; }
    public required string NewPassword { get; init; }
    public required string NoPassword { get; init; }
    public required string LastDay { get; init; }
    public required string Downloads { get; init; }
    public required string DownloadsHint { get; init; }
    public required string SendTo { get; init; }
    public required string Statement { get; init; }
    public required string MakeLink { get; init; }
    public required string LinkMade { get; init; }
    public required string Made { get; init; }
    public required string Changed { get; init; }
    public required string LinkAddress { get; init; }
    public required string AddressGone { get; init; }
    public required string Copy { get; init; }
    public required string Copied { get; init; }
    public required string Item { get; init; }
    public required string For { get; init; }
    public required string SentTo { get; init; }
    public required string Password { get; init; }
    public required string Yes { get; init; }
    public required string Until { get; init; }
    public required string Used { get; init; }
    public required Func<long, long, string> Uses { get; init; }
    public required Func<string, string> LastUse { get; init; }
    public required string Since { get; init; }
    public required string Settings { get; init; }
    public required string Save { get; init; }
    public required string End { get; init; }
    public required string EndHint { get; init; }
    public required string Paused { get; init; }
    public required string PausedText { get; init; }
    public required string Over { get; init; }
    public required string OverText { get; init; }
    public required string UsedUpText { get; init; }
    public required string Blocked { get; init; }
    public required Func<string, string> From { get; init; }
    public required Func<string, string> SharesThis { get; init; }
    public required string NotInFiles { get; init; }
    public required string Leave { get; init; }
    public required string Bring { get; init; }
    public required string Protected { get; init; }
    public required string Protect { get; init; }
    public required string ProtectHint { get; init; }
    public required string IsProtected { get; init; }
    public required string Unprotect { get; init; }
    public required string ByProvider { get; init; }
    public required Func<string, string> Wrong { get; init; }

    /// <summary>What recipients may do.</summary>
    public string Of(ShareRights rights) =>
        rights switch
        {
            ShareRights.View => View,
            ShareRights.Download => DownloadAll,
            ShareRights.Drop => Drop,
            ShareRights.Edit => Edit,
        };

    /// <summary>The words of a language.</summary>
    public static SharingWords In(Language language) =>
        language switch
        {
            Language.Dutch => s_dutch,
            Language.French => s_french,
            Language.German => s_german,
            Language.English => s_english,
        };

    private static readonly SharingWords s_english = new()
    {
        Given = "What you share",
        Received = "Shared with you",
        NothingGiven =
            "You share nothing yet. Open the actions (⋯) of a file or folder, and share it from there.",
        NothingReceived = "Nobody of your household shares anything with you at the moment.",
        Sharing = "Sharing",
        Share = "Share",
        ShareItem = name => $"Share {name}",
        NotShared = "This is not shared.",
        ByLink = "By a link",
        ByLinkHint = "For friends: whoever has the link can open it, without an account.",
        AtHome = "With your household",
        AtHomeHint =
            "It appears among their files. It stays in your cloud, and takes up room in yours alone.",
        NobodyAtHome = "Nobody else belongs to your household.",
        NotNow = "This is not possible at the moment.",
        ForLink = "Whoever has the link",
        ForHousehold = "Everybody of your household",
        ForMembers = names => $"Of your household: {names}",
        Whom = "With whom",
        Everybody = "Everybody, and whoever joins later",
        May = "What they may do",
        View = "View, and download file by file",
        DownloadAll = "View, and download everything at once",
        Drop = "Hand in files, without seeing what is there",
        Edit = "View and change",
        LabelForYou = "What you call it; only you see it",
        LabelForThem = "What it is called for them",
        LinkPassword = "Password",
        NewPassword = "New password; leave it empty to keep the one there is",
        NoPassword = "No password any more",
        LastDay = "Last day on which it can be opened",
        Downloads = "Number of downloads after which it is over",
        DownloadsHint = "Leave empty what you do not need.",
        SendTo = "Mail address that the link is sent to",
        Statement = "I hold the rights to what I share here, or have the consent of those who do.",
        MakeLink = "Make the link",
        LinkMade = "The link is ready. Give its address to whoever may open it.",
        Made = "It is shared.",
        Changed = "Your change is saved.",
        LinkAddress = "Address of the link",
        AddressGone =
            "The address can no longer be shown. End this link and make a new one if you need it.",
        Copy = "Copy",
        Copied = "Copied",
        Item = "What is shared",
        For = "For",
        SentTo = "Sent to",
        Password = "Password",
        Yes = "yes",
        Until = "Until",
        Used = "Used",
        Uses = (opened, downloaded) => $"{opened}× opened, {downloaded}× downloaded",
        LastUse = moment => $"last on {moment}",
        Since = "Shared since",
        Settings = "Settings",
        Save = "Save",
        End = "End this share",
        EndHint =
            "From then on nobody can open it any more. What is shared stays in your cloud as it is.",
        Paused = "paused",
        PausedText =
            "It cannot be opened at the moment, and comes back by itself as it was when nothing stands in its way any more.",
        Over = "over",
        OverText = "Its last day has passed. Choose a later one below, or end it.",
        UsedUpText = "Its downloads are used up. Allow more of them below, or end it.",
        Blocked = "blocked",
        From = name => $"from {name}",
        SharesThis = name => $"{name} shares this with you. What you receive cannot be shared on.",
        NotInFiles = "not among your files",
        Leave = "Remove from my files",
        Bring = "Put back among my files",
        Protected = "Other people’s work",
        Protect = "Mark as other people’s work",
        ProtectHint =
            "What others hold the rights to can be shared with your household only. Links to it pause at once.",
        IsProtected =
            "This is marked as other people’s work, and can be shared with your household only.",
        Unprotect = "Take the mark away",
        ByProvider = "marked by your provider",
        Wrong = field => $"This cannot be taken: {field}.",
    };

    private static readonly SharingWords s_dutch = new()
    {
        Given = "Wat u deelt",
        Received = "Met u gedeeld",
        NothingGiven =
            "U deelt nog niets. Open de acties (⋯) van een bestand of map, en deel van daaruit.",
        NothingReceived = "Niemand van uw huishouden deelt nu iets met u.",
        Sharing = "Delen",
        Share = "Delen",
        ShareItem = name => $"{name} delen",
        NotShared = "Dit wordt niet gedeeld.",
        ByLink = "Met een link",
        ByLinkHint = "Voor vrienden: wie de link heeft, kan het openen, zonder account.",
        AtHome = "Met uw huishouden",
        AtHomeHint =
            "Het verschijnt bij hun bestanden. Het blijft in uw cloud, en neemt alleen bij u plaats in.",
        NobodyAtHome = "Niemand anders hoort bij uw huishouden.",
        NotNow = "Dit kan nu niet.",
        ForLink = "Wie de link heeft",
        ForHousehold = "Iedereen van uw huishouden",
        ForMembers = names => $"Van uw huishouden: {names}",
        Whom = "Met wie",
        Everybody = "Iedereen, en wie er later bij komt",
        May = "Wat zij mogen",
        View = "Bekijken, en bestand per bestand downloaden",
        DownloadAll = "Bekijken, en alles in één keer downloaden",
        Drop = "Bestanden afgeven, zonder te zien wat er staat",
        Edit = "Bekijken en wijzigen",
        LabelForYou = "Hoe u het noemt; alleen u ziet het",
        LabelForThem = "Hoe het bij hen heet",
        LinkPassword = "Wachtwoord",
        NewPassword = "Nieuw wachtwoord; laat leeg om het bestaande te houden",
        NoPassword = "Geen wachtwoord meer",
        LastDay = "Laatste dag waarop het kan worden geopend",
        Downloads = "Aantal downloads waarna het voorbij is",
        DownloadsHint = "Laat leeg wat u niet nodig hebt.",
        SendTo = "Mailadres waar de link heen gaat",
        Statement = "Ik heb de rechten op wat ik hier deel, of de toestemming van wie ze heeft.",
        MakeLink = "Link maken",
        LinkMade = "De link is klaar. Geef het adres aan wie het mag openen.",
        Made = "Het wordt gedeeld.",
        Changed = "Uw wijziging is bewaard.",
        LinkAddress = "Adres van de link",
        AddressGone =
            "Het adres kan niet meer worden getoond. Beëindig deze link en maak een nieuwe als u hem nodig hebt.",
        Copy = "Kopiëren",
        Copied = "Gekopieerd",
        Item = "Wat wordt gedeeld",
        For = "Voor",
        SentTo = "Verstuurd aan",
        Password = "Wachtwoord",
        Yes = "ja",
        Until = "Tot",
        Used = "Gebruikt",
        Uses = (opened, downloaded) => $"{opened}× geopend, {downloaded}× gedownload",
        LastUse = moment => $"laatst op {moment}",
        Since = "Gedeeld sinds",
        Settings = "Instellingen",
        Save = "Bewaren",
        End = "Niet meer delen",
        EndHint =
            "Vanaf dan kan niemand het nog openen. Wat wordt gedeeld, blijft zoals het is in uw cloud.",
        Paused = "gepauzeerd",
        PausedText =
            "Het kan nu niet worden geopend, en komt vanzelf terug zoals het was wanneer niets meer in de weg staat.",
        Over = "voorbij",
        OverText = "De laatste dag is voorbij. Kies hieronder een latere, of beëindig het delen.",
        UsedUpText =
            "De downloads zijn opgebruikt. Sta er hieronder meer toe, of beëindig het delen.",
        Blocked = "geblokkeerd",
        From = name => $"van {name}",
        SharesThis = name =>
            $"{name} deelt dit met u. Wat u ontvangt, kan niet verder worden gedeeld.",
        NotInFiles = "niet bij uw bestanden",
        Leave = "Uit mijn bestanden halen",
        Bring = "Weer bij mijn bestanden zetten",
        Protected = "Werk van anderen",
        Protect = "Merken als werk van anderen",
        ProtectHint =
            "Waar anderen de rechten op hebben, kan alleen met uw huishouden worden gedeeld. Links ernaar pauzeren meteen.",
        IsProtected =
            "Dit is gemerkt als werk van anderen, en kan alleen met uw huishouden worden gedeeld.",
        Unprotect = "Merk weghalen",
        ByProvider = "gemerkt door uw provider",
        Wrong = field => $"Dit kan niet worden aangenomen: {field}.",
    };

    private static readonly SharingWords s_french = new()
    {
        Given = "Ce que vous partagez",
        Received = "Partagé avec vous",
        NothingGiven =
            "Vous ne partagez encore rien. Ouvrez les actions (⋯) d’un fichier ou d’un dossier, et partagez-le de là.",
        NothingReceived = "Personne de votre ménage ne partage rien avec vous en ce moment.",
        Sharing = "Partage",
        Share = "Partager",
        ShareItem = name => $"Partager {name}",
        NotShared = "Ceci n’est pas partagé.",
        ByLink = "Par un lien",
        ByLinkHint = "Pour des amis : quiconque a le lien peut l’ouvrir, sans compte.",
        AtHome = "Avec votre ménage",
        AtHomeHint =
            "Cela apparaît parmi leurs fichiers. Cela reste dans votre cloud, et ne prend de place que chez vous.",
        NobodyAtHome = "Personne d’autre ne fait partie de votre ménage.",
        NotNow = "Ce n’est pas possible pour le moment.",
        ForLink = "Quiconque a le lien",
        ForHousehold = "Tout votre ménage",
        ForMembers = names => $"De votre ménage : {names}",
        Whom = "Avec qui",
        Everybody = "Tout le monde, et qui s’y joindra plus tard",
        May = "Ce qu’ils peuvent faire",
        View = "Voir, et télécharger fichier par fichier",
        DownloadAll = "Voir, et tout télécharger en une fois",
        Drop = "Déposer des fichiers, sans voir ce qui s’y trouve",
        Edit = "Voir et modifier",
        LabelForYou = "Comment vous l’appelez ; vous seul le voyez",
        LabelForThem = "Comment cela s’appelle chez eux",
        LinkPassword = "Mot de passe",
        NewPassword = "Nouveau mot de passe ; laissez vide pour garder l’actuel",
        NoPassword = "Plus de mot de passe",
        LastDay = "Dernier jour où l’on peut l’ouvrir",
        Downloads = "Nombre de téléchargements après lequel c’est fini",
        DownloadsHint = "Laissez vide ce dont vous n’avez pas besoin.",
        SendTo = "Adresse e-mail à laquelle le lien est envoyé",
        Statement = "J’ai les droits sur ce que je partage ici, ou l’accord de ceux qui les ont.",
        MakeLink = "Créer le lien",
        LinkMade = "Le lien est prêt. Donnez son adresse à qui peut l’ouvrir.",
        Made = "C’est partagé.",
        Changed = "Votre modification est enregistrée.",
        LinkAddress = "Adresse du lien",
        AddressGone =
            "L’adresse ne peut plus être montrée. Mettez fin à ce lien et créez-en un nouveau si vous en avez besoin.",
        Copy = "Copier",
        Copied = "Copié",
        Item = "Ce qui est partagé",
        For = "Pour",
        SentTo = "Envoyé à",
        Password = "Mot de passe",
        Yes = "oui",
        Until = "Jusqu’au",
        Used = "Utilisé",
        Uses = (opened, downloaded) => $"{opened}× ouvert, {downloaded}× téléchargé",
        LastUse = moment => $"la dernière fois le {moment}",
        Since = "Partagé depuis le",
        Settings = "Réglages",
        Save = "Enregistrer",
        End = "Ne plus partager",
        EndHint =
            "Dès lors, personne ne peut plus l’ouvrir. Ce qui est partagé reste tel quel dans votre cloud.",
        Paused = "en pause",
        PausedText =
            "Cela ne peut pas être ouvert pour le moment, et reviendra de soi-même comme avant quand rien ne s’y opposera plus.",
        Over = "terminé",
        OverText =
            "Son dernier jour est passé. Choisissez-en un plus tardif ci-dessous, ou mettez fin au partage.",
        UsedUpText =
            "Ses téléchargements sont épuisés. Permettez-en plus ci-dessous, ou mettez fin au partage.",
        Blocked = "bloqué",
        From = name => $"de {name}",
        SharesThis = name =>
            $"{name} partage ceci avec vous. Ce que vous recevez ne peut pas être partagé à nouveau.",
        NotInFiles = "pas parmi vos fichiers",
        Leave = "Retirer de mes fichiers",
        Bring = "Remettre parmi mes fichiers",
        Protected = "Œuvres d’autrui",
        Protect = "Marquer comme œuvre d’autrui",
        ProtectHint =
            "Ce dont d’autres ont les droits ne peut être partagé qu’avec votre ménage. Les liens vers cela se mettent aussitôt en pause.",
        IsProtected =
            "Ceci est marqué comme œuvre d’autrui, et ne peut être partagé qu’avec votre ménage.",
        Unprotect = "Enlever la marque",
        ByProvider = "marqué par votre fournisseur",
        Wrong = field => $"Ceci ne peut pas être accepté : {field}.",
    };

    private static readonly SharingWords s_german = new()
    {
        Given = "Was Sie teilen",
        Received = "Mit Ihnen geteilt",
        NothingGiven =
            "Sie teilen noch nichts. Öffnen Sie die Aktionen (⋯) einer Datei oder eines Ordners, und teilen Sie von dort aus.",
        NothingReceived = "Niemand aus Ihrem Haushalt teilt zurzeit etwas mit Ihnen.",
        Sharing = "Teilen",
        Share = "Teilen",
        ShareItem = name => $"{name} teilen",
        NotShared = "Dies wird nicht geteilt.",
        ByLink = "Mit einem Link",
        ByLinkHint = "Für Freunde: wer den Link hat, kann es öffnen, ohne Konto.",
        AtHome = "Mit Ihrem Haushalt",
        AtHomeHint =
            "Es erscheint bei deren Dateien. Es bleibt in Ihrer Cloud, und nimmt nur bei Ihnen Platz ein.",
        NobodyAtHome = "Sonst gehört niemand zu Ihrem Haushalt.",
        NotNow = "Das ist zurzeit nicht möglich.",
        ForLink = "Wer den Link hat",
        ForHousehold = "Alle aus Ihrem Haushalt",
        ForMembers = names => $"Aus Ihrem Haushalt: {names}",
        Whom = "Mit wem",
        Everybody = "Mit allen, auch wer später dazukommt",
        May = "Was sie dürfen",
        View = "Ansehen, und Datei für Datei herunterladen",
        DownloadAll = "Ansehen, und alles auf einmal herunterladen",
        Drop = "Dateien abgeben, ohne zu sehen, was da ist",
        Edit = "Ansehen und ändern",
        LabelForYou = "Wie Sie es nennen; nur Sie sehen es",
        LabelForThem = "Wie es bei ihnen heißt",
        LinkPassword = "Passwort",
        NewPassword = "Neues Passwort; leer lassen, um das bisherige zu behalten",
        NoPassword = "Kein Passwort mehr",
        LastDay = "Letzter Tag, an dem es geöffnet werden kann",
        Downloads = "Anzahl der Downloads, nach der es vorbei ist",
        DownloadsHint = "Lassen Sie leer, was Sie nicht brauchen.",
        SendTo = "Mailadresse, an die der Link geht",
        Statement =
            "Ich habe die Rechte an dem, was ich hier teile, oder die Zustimmung derer, die sie haben.",
        MakeLink = "Link erstellen",
        LinkMade = "Der Link ist bereit. Geben Sie die Adresse denen, die es öffnen dürfen.",
        Made = "Es wird geteilt.",
        Changed = "Ihre Änderung ist gespeichert.",
        LinkAddress = "Adresse des Links",
        AddressGone =
            "Die Adresse kann nicht mehr gezeigt werden. Beenden Sie diesen Link und erstellen Sie einen neuen, wenn Sie ihn brauchen.",
        Copy = "Kopieren",
        Copied = "Kopiert",
        Item = "Was geteilt wird",
        For = "Für",
        SentTo = "Gesendet an",
        Password = "Passwort",
        Yes = "ja",
        Until = "Bis",
        Used = "Genutzt",
        Uses = (opened, downloaded) => $"{opened}× geöffnet, {downloaded}× heruntergeladen",
        LastUse = moment => $"zuletzt am {moment}",
        Since = "Geteilt seit",
        Settings = "Einstellungen",
        Save = "Speichern",
        End = "Nicht mehr teilen",
        EndHint =
            "Von da an kann es niemand mehr öffnen. Was geteilt wird, bleibt in Ihrer Cloud, wie es ist.",
        Paused = "pausiert",
        PausedText =
            "Es lässt sich zurzeit nicht öffnen, und kommt von selbst wieder, wie es war, wenn nichts mehr im Weg steht.",
        Over = "vorbei",
        OverText =
            "Der letzte Tag ist vorbei. Wählen Sie unten einen späteren, oder beenden Sie das Teilen.",
        UsedUpText =
            "Die Downloads sind aufgebraucht. Erlauben Sie unten mehr davon, oder beenden Sie das Teilen.",
        Blocked = "gesperrt",
        From = name => $"von {name}",
        SharesThis = name =>
            $"{name} teilt dies mit Ihnen. Was Sie erhalten, kann nicht weiter geteilt werden.",
        NotInFiles = "nicht bei Ihren Dateien",
        Leave = "Aus meinen Dateien entfernen",
        Bring = "Wieder zu meinen Dateien legen",
        Protected = "Werke anderer",
        Protect = "Als Werk anderer kennzeichnen",
        ProtectHint =
            "Woran andere die Rechte haben, kann nur mit Ihrem Haushalt geteilt werden. Links darauf pausieren sofort.",
        IsProtected =
            "Dies ist als Werk anderer gekennzeichnet, und kann nur mit Ihrem Haushalt geteilt werden.",
        Unprotect = "Kennzeichen entfernen",
        ByProvider = "von Ihrem Anbieter gekennzeichnet",
        Wrong = field => $"Dies kann nicht angenommen werden: {field}.",
    };
}
