using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What stands on the pages about the account: how it stands, what is in it, and who was in it.</summary>
internal sealed record AccountWords
{
    // csharpier-ignore
    private static readonly AccountWords s_english = new()
    {
        Title = "Account",
        Parts = "Parts of your account",
        Overview = "Overview",
        Everything = "Take everything back",
        Terms = "Terms",
        Log = "Access log",
        Staff = "Staff access",
        Notices = "Notices",
        Privacy = "Privacy",
        Notice = "About your account",
        More = "What that means",
        Standing = "How your account stands",
        Active = "Active",
        Full = "Active, and full",
        OverCapacity = "Over your capacity",
        TakeBack = "Ended: time to take your files back",
        Suspended = "Suspended",
        PartlySuspended = "Partly suspended",
        ActiveText = "Everything that your option includes works.",
        FullText = "Nothing more fits into your cloud; everything else works. Delete something or choose a larger option. What is deleted makes room at once.",
        OverCapacityText = excess => $"You chose a smaller option than you need. Nothing is deleted because of that, and there is no date at which it ends: as soon as {excess} less is used, everything works again by itself. Until then you can read, move, rename and delete; what you share is paused.",
        TakeBackText = day => $"Your contract has ended. Up to and including {day} you can download and delete everything. After that your files are destroyed for good, also in backups. If you order again before then, everything is as it was.",
        LastDay = "Today is the last day.",
        OneDayLeft = "1 day left.",
        DaysLeft = days => $"{days} days left.",
        EndsAt = (end, day) => $"Your contract ends on {end}. After that you have until {day} inclusive to take everything back.",
        Ended = "Ended",
        EndOfCloud = "the contract for this cloud",
        EndOfMain = "the internet contract, and this one with it",
        EndOfMember = "you are no longer in the household",
        EndOfService = "the whole service",
        SuspendedWhole = until => $"Your account is suspended{until}.",
        SuspendedPart = (until, what) => $"Suspended{until}: {what}. Everything else works.",
        RestrictedWhole = until => $"The service is restricted{until}.",
        RestrictedPart = (until, what) => $"Restricted{until}: {what}. Everything else works.",
        Until = moment => $" until {moment}",
        LiftedByProvider = "It holds until your provider lifts it.",
        SuspendedSafe = "Your files stay where they are, and nothing is deleted.",
        ItemBlocked = "Blocked: one of your files or folders. You see that it is there, and can delete it.",
        ItemRestricted = "Restricted: one of your files or folders.",
        ItemProtected = "Marked as holding others’ rights: one of your files or folders. It can be shared with your household only.",
        ShareBlocked = "Blocked: one of the things you share. Others cannot open it; you can.",
        LegalOrder = "A law or a court demands it.",
        Reference = "Reference",
        SinceDay = day => $"Since {day}.",
        Uploading = "adding files",
        Downloading = "opening and downloading files",
        Sharing = "sharing",
        SharingOutside = "sharing outside the household",
        TvUse = "the TV",
        TermsOpen = "There are new terms. Until you accept them no new device can be connected.",
        TermsFrom = day => $"There are new terms. Until you accept them no new device can be connected, and from {day} on files can only be read and deleted.",
        TermsDue = "The terms have not been accepted. Until they are, files can only be read and deleted, and no new device can be connected.",
        ReadTerms = "Read and accept the terms",
        Can = "What works now",
        Cannot = "What does not work now",
        ToSee = "see and search what you keep",
        ToDownload = "open and download",
        ToAdd = "add files",
        ToMakeFolders = "make folders",
        ToMove = "move and rename",
        ToDelete = "delete",
        ToShare = "share with others",
        ToShareOutside = "share outside the household",
        ToOpenShared = "others open what you share",
        ToConnect = "connect devices",
        ToWatch = "look at your pictures and videos on the TV",
        Contract = "Your contract",
        SignedInAs = "Signed in as",
        Option = "Option",
        Capacity = "Room",
        Unlimited = "without a limit",
        MemberRoom = "Room for each further member",
        Tv = "TV",
        HasTv = "included",
        HasNoTv = "not in your contract",
        End = "End",
        NoEnd = "none is known",
        NoContract = "Without a contract, and without an end",
        HouseholdOf = "Household of",
        Usage = "What uses how much",
        UsedFiles = "Files and folders",
        InItems = (size, items) => $"{size} in {items}",
        Available = "Still free",
        InTrash = "Trash",
        InVersions = "Earlier versions",
        UnderWay = "Uploads under way",
        NotCounted = size => $"{size}, does not count",
        Household = "Your household",
        HouseholdHint = "Who is confirmed sees what you share with your household. Everybody has a cloud of their own that nobody else sees.",
        Confirmed = day => $"confirmed {day}",
        Unconfirmed = "not confirmed yet",
        Leaves = day => $"leaves {day}",
        Confirm = "Confirm",
        ConfirmMember = name => $"Confirm {name}",
        OwnLanguage = "Language",
        LanguageHint = "Pages speak the language of your browser. This one is for everything else, such as messages from your provider.",
        NoLanguage = "None in particular",
        Save = "Save",
        EverythingText = "All your files and folders in one ZIP file, as you keep them, which every computer can open. The trash, earlier versions, what others share with you, and what is blocked are not in it.",
        HowMuch = "How much it is",
        AboutSize = (size, items) => $"about {size}, in {items}",
        ItemsOf = items => $"{items} files and folders",
        OneItem = "1 file or folder",
        Free = "Have at least that much room where you save it.",
        DownloadAll = "Download everything",
        NothingThere = "There is nothing in your cloud.",
        Resume = "When the download stops",
        ResumeBrowser = "In the browser: open the list of downloads and choose Resume. It goes on where it stopped, even after days, as long as nothing in your cloud has changed; otherwise it begins anew, and never joins two halves that do not fit.",
        ResumeCurl = "With curl, which is part of macOS, Linux and Windows: run this, and once more whenever it stops. It asks for your password. If it says 412, something in your cloud has changed meanwhile: delete what it has saved, and take the command from this page again.",
        CurlUnix = "macOS and Linux",
        CurlWindows = "Windows, in a command prompt",
        Big = "A big cloud",
        BigText = "File by file is safer for hundreds of gigabytes: a sync app or rclone copies only what is missing, however often it is stopped.",
        BigLink = "Connect such a program",
        NoTerms = "There are no terms to accept.",
        TermsVersion = version => $"Version {version}",
        Published = day => $"since {day}",
        AcceptedAt = moment => $"accepted on {moment}",
        NeverAccepted = "not accepted",
        Accept = "I accept these terms",
        OwnerAccepts = owner => $"{owner} accepts them for the whole household.",
        NowAccepted = "You have accepted the current terms.",
        LogHint = "Sign-ins, devices, what was shared and opened, your provider, and whatever changed your account, newest first. If there is something that was not you, sign everything out.",
        SignOutAll = "Sign everything out",
        When = "When",
        What = "What",
        Who = "By whom",
        Newest = "Newest",
        Older = "Older",
        StaffHint = "Nobody at your provider can open your files without a reason: one employee asks, with a purpose and a reference, another approves, for hours and not for good. Whatever they look at stands here.",
        NoStaff = "Nobody at your provider has asked for access to your files.",
        ForService = "to help you",
        ForLaw = "because a law or a court demands it",
        NoNotices = "There are no notices for you.",
        NoticesHint = "Should personal data be lost or come into wrong hands, your provider tells you here what happened.",
        BreachOf = day => $"Personal data, {day}",
        Happened = "It happened",
        Discovered = "Your provider learnt of it",
        Done = "What is done about it",
        Ask = "Whom to ask",
        Everybody = "It concerns everybody.",
        PrivacyText = "What you keep here is yours: private, encrypted under a key of your own, and opened by nobody at your provider without a reason that you can read. It stays until you delete it or your contract ends.",
        Processors = "Who else processes your data",
        NoProcessors = "Nobody but your provider.",
        Country = "Country",
        Basis = "What allows it outside Europe",
        FromDay = "From",
        ObjectUntil = moment => $"You can object until {moment}.",
        Why = "Why (you need not say it)",
        Object = "Object",
        ObjectTo = name => $"Object to {name}",
        Objected = moment => $"You objected on {moment}.",
        Answer = "Answer",
        NoAnswer = "Your provider has not answered yet.",
        OwnData = "What is known of you",
        OwnDataText = "The account and what is set on it, your devices, terms, objections and the access log, in one file that programs can read (JSON). Your files are in the archive of everything.",
        DownloadData = "Download the data",
    };

    // csharpier-ignore
    private static readonly AccountWords s_dutch = new()
    {
        Title = "Account",
        Parts = "Delen van uw account",
        Overview = "Overzicht",
        Everything = "Alles terugnemen",
        Terms = "Voorwaarden",
        Log = "Toegangslogboek",
        Staff = "Toegang door medewerkers",
        Notices = "Meldingen",
        Privacy = "Privacy",
        Notice = "Over uw account",
        More = "Wat dat betekent",
        Standing = "Hoe het met uw account staat",
        Active = "Actief",
        Full = "Actief, en vol",
        OverCapacity = "Boven uw capaciteit",
        TakeBack = "Afgelopen: tijd om uw bestanden terug te nemen",
        Suspended = "Geschorst",
        PartlySuspended = "Gedeeltelijk geschorst",
        ActiveText = "Alles wat uw optie bevat, werkt.",
        FullText = "Er past niets meer in uw cloud; al het andere werkt. Verwijder iets of kies een grotere optie. Wat u verwijdert, maakt meteen plaats.",
        OverCapacityText = excess => $"U hebt een kleinere optie gekozen dan u nodig hebt. Daardoor wordt niets verwijderd, en er is geen einddatum: zodra er {excess} minder gebruikt is, werkt alles vanzelf weer. Tot dan kunt u lezen, verplaatsen, namen wijzigen en verwijderen; wat u deelt, is gepauzeerd.",
        TakeBackText = day => $"Uw contract is afgelopen. Tot en met {day} kunt u alles downloaden en verwijderen. Daarna worden uw bestanden voorgoed vernietigd, ook in back-ups. Bestelt u voor die tijd opnieuw, dan is alles zoals het was.",
        LastDay = "Vandaag is de laatste dag.",
        OneDayLeft = "Nog 1 dag.",
        DaysLeft = days => $"Nog {days} dagen.",
        EndsAt = (end, day) => $"Uw contract eindigt op {end}. Daarna hebt u tot en met {day} om alles terug te nemen.",
        Ended = "Afgelopen",
        EndOfCloud = "het contract voor deze cloud",
        EndOfMain = "het internetcontract, en dit ermee",
        EndOfMember = "u hoort niet meer bij het gezin",
        EndOfService = "de hele dienst",
        SuspendedWhole = until => $"Uw account is geschorst{until}.",
        SuspendedPart = (until, what) => $"Geschorst{until}: {what}. Al het andere werkt.",
        RestrictedWhole = until => $"De dienst is beperkt{until}.",
        RestrictedPart = (until, what) => $"Beperkt{until}: {what}. Al het andere werkt.",
        Until = moment => $" tot {moment}",
        LiftedByProvider = "Het geldt tot uw provider het opheft.",
        SuspendedSafe = "Uw bestanden blijven waar ze zijn, en er wordt niets verwijderd.",
        ItemBlocked = "Geblokkeerd: een van uw bestanden of mappen. U ziet dat het er is, en kunt het verwijderen.",
        ItemRestricted = "Beperkt: een van uw bestanden of mappen.",
        ItemProtected = "Gemerkt als werk met rechten van anderen: een van uw bestanden of mappen. Het kan alleen met uw gezin gedeeld worden.",
        ShareBlocked = "Geblokkeerd: iets wat u deelt. Anderen kunnen het niet openen; u wel.",
        LegalOrder = "Een wet of een rechtbank eist het.",
        Reference = "Kenmerk",
        SinceDay = day => $"Sinds {day}.",
        Uploading = "bestanden toevoegen",
        Downloading = "bestanden openen en downloaden",
        Sharing = "delen",
        SharingOutside = "delen buiten het gezin",
        TvUse = "de tv",
        TermsOpen = "Er zijn nieuwe voorwaarden. Tot u ze aanvaardt, kan er geen nieuw toestel verbonden worden.",
        TermsFrom = day => $"Er zijn nieuwe voorwaarden. Tot u ze aanvaardt, kan er geen nieuw toestel verbonden worden, en vanaf {day} kunt u bestanden alleen lezen en verwijderen.",
        TermsDue = "De voorwaarden zijn niet aanvaard. Tot dat gebeurt, kunt u bestanden alleen lezen en verwijderen, en kan er geen nieuw toestel verbonden worden.",
        ReadTerms = "De voorwaarden lezen en aanvaarden",
        Can = "Wat nu werkt",
        Cannot = "Wat nu niet werkt",
        ToSee = "zien en zoeken wat u bewaart",
        ToDownload = "openen en downloaden",
        ToAdd = "bestanden toevoegen",
        ToMakeFolders = "mappen maken",
        ToMove = "verplaatsen en namen wijzigen",
        ToDelete = "verwijderen",
        ToShare = "delen met anderen",
        ToShareOutside = "delen buiten het gezin",
        ToOpenShared = "anderen openen wat u deelt",
        ToConnect = "toestellen verbinden",
        ToWatch = "uw foto’s en video’s op de tv bekijken",
        Contract = "Uw contract",
        SignedInAs = "Aangemeld als",
        Option = "Optie",
        Capacity = "Plaats",
        Unlimited = "onbeperkt",
        MemberRoom = "Plaats voor elk ander gezinslid",
        Tv = "Tv",
        HasTv = "inbegrepen",
        HasNoTv = "niet in uw contract",
        End = "Einde",
        NoEnd = "er is er geen bekend",
        NoContract = "Zonder contract, en zonder einde",
        HouseholdOf = "Gezin van",
        Usage = "Wat hoeveel gebruikt",
        UsedFiles = "Bestanden en mappen",
        InItems = (size, items) => $"{size} in {items}",
        Available = "Nog vrij",
        InTrash = "Prullenmand",
        InVersions = "Eerdere versies",
        UnderWay = "Lopende uploads",
        NotCounted = size => $"{size}, telt niet mee",
        Household = "Uw gezin",
        HouseholdHint = "Wie bevestigd is, ziet wat u met uw gezin deelt. Iedereen heeft een eigen cloud die niemand anders ziet.",
        Confirmed = day => $"bevestigd {day}",
        Unconfirmed = "nog niet bevestigd",
        Leaves = day => $"vertrekt {day}",
        Confirm = "Bevestigen",
        ConfirmMember = name => $"{name} bevestigen",
        OwnLanguage = "Taal",
        LanguageHint = "De pagina’s spreken de taal van uw browser. Deze is voor al het andere, zoals berichten van uw provider.",
        NoLanguage = "Geen bepaalde",
        Save = "Bewaren",
        EverythingText = "Al uw bestanden en mappen in één ZIP-bestand, zoals u ze bewaart, dat elke computer kan openen. De prullenmand, eerdere versies, wat anderen met u delen en wat geblokkeerd is, zitten er niet in.",
        HowMuch = "Hoeveel het is",
        AboutSize = (size, items) => $"ongeveer {size}, in {items}",
        ItemsOf = items => $"{items} bestanden en mappen",
        OneItem = "1 bestand of map",
        Free = "Zorg dat u minstens zoveel plaats hebt waar u het bewaart.",
        DownloadAll = "Alles downloaden",
        NothingThere = "Er staat niets in uw cloud.",
        Resume = "Als de download stopt",
        ResumeBrowser = "In de browser: open de lijst van downloads en kies Hervatten. Het gaat verder waar het stopte, ook na dagen, zolang er niets in uw cloud veranderd is; anders begint het opnieuw, en worden nooit twee helften samengevoegd die niet bij elkaar passen.",
        ResumeCurl = "Met curl, dat deel is van macOS, Linux en Windows: voer dit uit, en nog eens telkens als het stopt. Het vraagt uw wachtwoord. Zegt het 412, dan is er intussen iets in uw cloud veranderd: verwijder wat het bewaard heeft, en neem de opdracht opnieuw van deze pagina.",
        CurlUnix = "macOS en Linux",
        CurlWindows = "Windows, in een opdrachtprompt",
        Big = "Een grote cloud",
        BigText = "Bestand per bestand is veiliger voor honderden gigabytes: een synchronisatie-app of rclone kopieert alleen wat ontbreekt, hoe vaak het ook stopt.",
        BigLink = "Zo’n programma verbinden",
        NoTerms = "Er zijn geen voorwaarden om te aanvaarden.",
        TermsVersion = version => $"Versie {version}",
        Published = day => $"sinds {day}",
        AcceptedAt = moment => $"aanvaard op {moment}",
        NeverAccepted = "niet aanvaard",
        Accept = "Ik aanvaard deze voorwaarden",
        OwnerAccepts = owner => $"{owner} aanvaardt ze voor het hele gezin.",
        NowAccepted = "U hebt de huidige voorwaarden aanvaard.",
        LogHint = "Aanmeldingen, toestellen, wat gedeeld en geopend is, uw provider, en al wat uw account veranderde, het nieuwste eerst. Staat er iets dat u niet was, meld dan alles af.",
        SignOutAll = "Alles afmelden",
        When = "Wanneer",
        What = "Wat",
        Who = "Door wie",
        Newest = "Nieuwste",
        Older = "Oudere",
        StaffHint = "Niemand bij uw provider kan uw bestanden zomaar openen: een medewerker vraagt het, met een doel en een kenmerk, een andere keurt het goed, voor uren en niet voorgoed. Wat ze bekijken, staat hier.",
        NoStaff = "Niemand bij uw provider heeft toegang tot uw bestanden gevraagd.",
        ForService = "om u te helpen",
        ForLaw = "omdat een wet of een rechtbank het eist",
        NoNotices = "Er zijn geen meldingen voor u.",
        NoticesHint = "Mochten persoonsgegevens verloren gaan of in verkeerde handen komen, dan zegt uw provider u hier wat er gebeurd is.",
        BreachOf = day => $"Persoonsgegevens, {day}",
        Happened = "Het gebeurde",
        Discovered = "Uw provider vernam het",
        Done = "Wat eraan gedaan wordt",
        Ask = "Aan wie u iets vraagt",
        Everybody = "Het gaat iedereen aan.",
        PrivacyText = "Wat u hier bewaart, is van u: privé, versleuteld met een sleutel van u alleen, en door niemand bij uw provider geopend zonder een reden die u kunt lezen. Het blijft tot u het verwijdert of uw contract afloopt.",
        Processors = "Wie nog uw gegevens verwerkt",
        NoProcessors = "Niemand behalve uw provider.",
        Country = "Land",
        Basis = "Wat het buiten Europa toelaat",
        FromDay = "Vanaf",
        ObjectUntil = moment => $"U kunt bezwaar maken tot {moment}.",
        Why = "Waarom (u hoeft het niet te zeggen)",
        Object = "Bezwaar maken",
        ObjectTo = name => $"Bezwaar maken tegen {name}",
        Objected = moment => $"U hebt bezwaar gemaakt op {moment}.",
        Answer = "Antwoord",
        NoAnswer = "Uw provider heeft nog niet geantwoord.",
        OwnData = "Wat over u bekend is",
        OwnDataText = "Het account en wat erop ingesteld is, uw toestellen, voorwaarden, bezwaren en het toegangslogboek, in één bestand dat programma’s kunnen lezen (JSON). Uw bestanden zitten in het archief van alles.",
        DownloadData = "De gegevens downloaden",
    };

    // csharpier-ignore
    private static readonly AccountWords s_french = new()
    {
        Title = "Compte",
        Parts = "Parties de votre compte",
        Overview = "Aperçu",
        Everything = "Tout reprendre",
        Terms = "Conditions",
        Log = "Journal des accès",
        Staff = "Accès du personnel",
        Notices = "Avis",
        Privacy = "Vie privée",
        Notice = "À propos de votre compte",
        More = "Ce que cela signifie",
        Standing = "L’état de votre compte",
        Active = "Actif",
        Full = "Actif, et plein",
        OverCapacity = "Au-delà de votre capacité",
        TakeBack = "Terminé : le temps de reprendre vos fichiers",
        Suspended = "Suspendu",
        PartlySuspended = "Partiellement suspendu",
        ActiveText = "Tout ce que comprend votre option fonctionne.",
        FullText = "Plus rien n’entre dans votre cloud ; tout le reste fonctionne. Supprimez quelque chose ou choisissez une option plus grande. Ce qui est supprimé libère tout de suite de la place.",
        OverCapacityText = excess => $"Vous avez choisi une option plus petite que nécessaire. Rien n’est supprimé pour autant, et il n’y a pas de date limite : dès que {excess} de moins sont utilisés, tout fonctionne à nouveau de soi-même. D’ici là, vous pouvez lire, déplacer, renommer et supprimer ; vos partages sont en pause.",
        TakeBackText = day => $"Votre contrat a pris fin. Jusqu’au {day} inclus, vous pouvez tout télécharger et supprimer. Ensuite vos fichiers sont détruits pour de bon, aussi dans les sauvegardes. Si vous commandez à nouveau d’ici là, tout est comme avant.",
        LastDay = "Aujourd’hui est le dernier jour.",
        OneDayLeft = "Il reste 1 jour.",
        DaysLeft = days => $"Il reste {days} jours.",
        EndsAt = (end, day) => $"Votre contrat prend fin le {end}. Ensuite, vous avez jusqu’au {day} inclus pour tout reprendre.",
        Ended = "Fin",
        EndOfCloud = "le contrat de ce cloud",
        EndOfMain = "le contrat internet, et celui-ci avec lui",
        EndOfMember = "vous ne faites plus partie du ménage",
        EndOfService = "tout le service",
        SuspendedWhole = until => $"Votre compte est suspendu{until}.",
        SuspendedPart = (until, what) => $"Suspendu{until} : {what}. Tout le reste fonctionne.",
        RestrictedWhole = until => $"Le service est restreint{until}.",
        RestrictedPart = (until, what) => $"Restreint{until} : {what}. Tout le reste fonctionne.",
        Until = moment => $" jusqu’au {moment}",
        LiftedByProvider = "Cela vaut jusqu’à ce que votre fournisseur le lève.",
        SuspendedSafe = "Vos fichiers restent où ils sont, et rien n’est supprimé.",
        ItemBlocked = "Bloqué : un de vos fichiers ou dossiers. Vous voyez qu’il est là, et pouvez le supprimer.",
        ItemRestricted = "Restreint : un de vos fichiers ou dossiers.",
        ItemProtected = "Marqué comme portant des droits d’autrui : un de vos fichiers ou dossiers. Il ne peut être partagé qu’avec votre ménage.",
        ShareBlocked = "Bloqué : un de vos partages. Les autres ne peuvent pas l’ouvrir ; vous, si.",
        LegalOrder = "Une loi ou un tribunal l’exige.",
        Reference = "Référence",
        SinceDay = day => $"Depuis le {day}.",
        Uploading = "ajouter des fichiers",
        Downloading = "ouvrir et télécharger des fichiers",
        Sharing = "partager",
        SharingOutside = "partager hors du ménage",
        TvUse = "le téléviseur",
        TermsOpen = "Il y a de nouvelles conditions. Tant que vous ne les acceptez pas, aucun nouvel appareil ne peut être connecté.",
        TermsFrom = day => $"Il y a de nouvelles conditions. Tant que vous ne les acceptez pas, aucun nouvel appareil ne peut être connecté, et à partir du {day} les fichiers ne peuvent être que lus et supprimés.",
        TermsDue = "Les conditions n’ont pas été acceptées. D’ici là, les fichiers ne peuvent être que lus et supprimés, et aucun nouvel appareil ne peut être connecté.",
        ReadTerms = "Lire et accepter les conditions",
        Can = "Ce qui fonctionne maintenant",
        Cannot = "Ce qui ne fonctionne pas maintenant",
        ToSee = "voir et chercher ce que vous conservez",
        ToDownload = "ouvrir et télécharger",
        ToAdd = "ajouter des fichiers",
        ToMakeFolders = "créer des dossiers",
        ToMove = "déplacer et renommer",
        ToDelete = "supprimer",
        ToShare = "partager avec d’autres",
        ToShareOutside = "partager hors du ménage",
        ToOpenShared = "les autres ouvrent ce que vous partagez",
        ToConnect = "connecter des appareils",
        ToWatch = "regarder vos photos et vidéos à la télévision",
        Contract = "Votre contrat",
        SignedInAs = "Connecté comme",
        Option = "Option",
        Capacity = "Espace",
        Unlimited = "sans limite",
        MemberRoom = "Espace pour chaque autre membre",
        Tv = "Téléviseur",
        HasTv = "inclus",
        HasNoTv = "pas dans votre contrat",
        End = "Fin",
        NoEnd = "aucune n’est connue",
        NoContract = "Sans contrat, et sans fin",
        HouseholdOf = "Ménage de",
        Usage = "Ce qui utilise combien",
        UsedFiles = "Fichiers et dossiers",
        InItems = (size, items) => $"{size} dans {items}",
        Available = "Encore libre",
        InTrash = "Corbeille",
        InVersions = "Versions précédentes",
        UnderWay = "Envois en cours",
        NotCounted = size => $"{size}, ne compte pas",
        Household = "Votre ménage",
        HouseholdHint = "Qui est confirmé voit ce que vous partagez avec votre ménage. Chacun a son propre cloud que personne d’autre ne voit.",
        Confirmed = day => $"confirmé le {day}",
        Unconfirmed = "pas encore confirmé",
        Leaves = day => $"part le {day}",
        Confirm = "Confirmer",
        ConfirmMember = name => $"Confirmer {name}",
        OwnLanguage = "Langue",
        LanguageHint = "Les pages parlent la langue de votre navigateur. Celle-ci est pour tout le reste, comme les messages de votre fournisseur.",
        NoLanguage = "Aucune en particulier",
        Save = "Enregistrer",
        EverythingText = "Tous vos fichiers et dossiers dans un seul fichier ZIP, tels que vous les conservez, que tout ordinateur peut ouvrir. La corbeille, les versions précédentes, ce que d’autres partagent avec vous et ce qui est bloqué n’y sont pas.",
        HowMuch = "Combien c’est",
        AboutSize = (size, items) => $"environ {size}, dans {items}",
        ItemsOf = items => $"{items} fichiers et dossiers",
        OneItem = "1 fichier ou dossier",
        Free = "Prévoyez au moins autant de place là où vous l’enregistrez.",
        DownloadAll = "Tout télécharger",
        NothingThere = "Votre cloud est vide.",
        Resume = "Si le téléchargement s’arrête",
        ResumeBrowser = "Dans le navigateur : ouvrez la liste des téléchargements et choisissez Reprendre. Il continue là où il s’est arrêté, même après des jours, tant que rien n’a changé dans votre cloud ; sinon il recommence, et n’assemble jamais deux moitiés qui ne vont pas ensemble.",
        ResumeCurl = "Avec curl, présent dans macOS, Linux et Windows : exécutez ceci, et à nouveau chaque fois que cela s’arrête. Il demande votre mot de passe. S’il dit 412, quelque chose a changé entre-temps dans votre cloud : supprimez ce qu’il a enregistré, et reprenez la commande sur cette page.",
        CurlUnix = "macOS et Linux",
        CurlWindows = "Windows, dans une invite de commandes",
        Big = "Un grand cloud",
        BigText = "Fichier par fichier, c’est plus sûr pour des centaines de gigaoctets : une application de synchronisation ou rclone ne copie que ce qui manque, quel que soit le nombre d’arrêts.",
        BigLink = "Connecter un tel programme",
        NoTerms = "Il n’y a pas de conditions à accepter.",
        TermsVersion = version => $"Version {version}",
        Published = day => $"depuis le {day}",
        AcceptedAt = moment => $"accepté le {moment}",
        NeverAccepted = "pas accepté",
        Accept = "J’accepte ces conditions",
        OwnerAccepts = owner => $"{owner} les accepte pour tout le ménage.",
        NowAccepted = "Vous avez accepté les conditions actuelles.",
        LogHint = "Connexions, appareils, ce qui a été partagé et ouvert, votre fournisseur, et tout ce qui a changé votre compte, le plus récent d’abord. S’il y a quelque chose qui n’était pas vous, déconnectez tout.",
        SignOutAll = "Tout déconnecter",
        When = "Quand",
        What = "Quoi",
        Who = "Par qui",
        Newest = "Plus récents",
        Older = "Plus anciens",
        StaffHint = "Personne chez votre fournisseur ne peut ouvrir vos fichiers sans raison : un employé le demande, avec un but et une référence, un autre l’approuve, pour des heures et non pour toujours. Ce qu’ils consultent figure ici.",
        NoStaff = "Personne chez votre fournisseur n’a demandé l’accès à vos fichiers.",
        ForService = "pour vous aider",
        ForLaw = "parce qu’une loi ou un tribunal l’exige",
        NoNotices = "Il n’y a pas d’avis pour vous.",
        NoticesHint = "Si des données personnelles étaient perdues ou tombaient en de mauvaises mains, votre fournisseur vous dirait ici ce qui s’est passé.",
        BreachOf = day => $"Données personnelles, {day}",
        Happened = "C’est arrivé",
        Discovered = "Votre fournisseur l’a appris",
        Done = "Ce qui est fait",
        Ask = "À qui s’adresser",
        Everybody = "Cela concerne tout le monde.",
        PrivacyText = "Ce que vous conservez ici est à vous : privé, chiffré sous une clé qui vous est propre, et ouvert par personne chez votre fournisseur sans une raison que vous pouvez lire. Cela reste jusqu’à ce que vous le supprimiez ou que votre contrat prenne fin.",
        Processors = "Qui d’autre traite vos données",
        NoProcessors = "Personne d’autre que votre fournisseur.",
        Country = "Pays",
        Basis = "Ce qui le permet hors d’Europe",
        FromDay = "À partir du",
        ObjectUntil = moment => $"Vous pouvez vous y opposer jusqu’au {moment}.",
        Why = "Pourquoi (facultatif)",
        Object = "S’opposer",
        ObjectTo = name => $"S’opposer à {name}",
        Objected = moment => $"Vous vous y êtes opposé le {moment}.",
        Answer = "Réponse",
        NoAnswer = "Votre fournisseur n’a pas encore répondu.",
        OwnData = "Ce qui est connu de vous",
        OwnDataText = "Le compte et ce qui y est appliqué, vos appareils, conditions, oppositions et le journal des accès, dans un seul fichier lisible par des programmes (JSON). Vos fichiers sont dans l’archive de tout.",
        DownloadData = "Télécharger les données",
    };

    // csharpier-ignore
    private static readonly AccountWords s_german = new()
    {
        Title = "Konto",
        Parts = "Teile Ihres Kontos",
        Overview = "Übersicht",
        Everything = "Alles zurücknehmen",
        Terms = "Bedingungen",
        Log = "Zugriffsprotokoll",
        Staff = "Zugriff von Mitarbeitern",
        Notices = "Mitteilungen",
        Privacy = "Datenschutz",
        Notice = "Zu Ihrem Konto",
        More = "Was das bedeutet",
        Standing = "Wie es um Ihr Konto steht",
        Active = "Aktiv",
        Full = "Aktiv, und voll",
        OverCapacity = "Über Ihrer Kapazität",
        TakeBack = "Beendet: Zeit, Ihre Dateien zurückzunehmen",
        Suspended = "Ausgesetzt",
        PartlySuspended = "Teilweise ausgesetzt",
        ActiveText = "Alles, was Ihre Option umfasst, funktioniert.",
        FullText = "In Ihre Cloud passt nichts mehr; alles andere funktioniert. Löschen Sie etwas oder wählen Sie eine größere Option. Was gelöscht wird, macht sofort Platz.",
        OverCapacityText = excess => $"Sie haben eine kleinere Option gewählt, als Sie brauchen. Deshalb wird nichts gelöscht, und es gibt kein Enddatum: Sobald {excess} weniger belegt sind, funktioniert von selbst wieder alles. Bis dahin können Sie lesen, verschieben, umbenennen und löschen; was Sie teilen, ist angehalten.",
        TakeBackText = day => $"Ihr Vertrag ist beendet. Bis einschließlich {day} können Sie alles herunterladen und löschen. Danach werden Ihre Dateien endgültig vernichtet, auch in Sicherungen. Wenn Sie vorher neu bestellen, ist alles wie zuvor.",
        LastDay = "Heute ist der letzte Tag.",
        OneDayLeft = "Noch 1 Tag.",
        DaysLeft = days => $"Noch {days} Tage.",
        EndsAt = (end, day) => $"Ihr Vertrag endet am {end}. Danach haben Sie bis einschließlich {day} Zeit, alles zurückzunehmen.",
        Ended = "Beendet",
        EndOfCloud = "der Vertrag für diese Cloud",
        EndOfMain = "der Internetvertrag und damit dieser",
        EndOfMember = "Sie gehören nicht mehr zum Haushalt",
        EndOfService = "der ganze Dienst",
        SuspendedWhole = until => $"Ihr Konto ist{until} ausgesetzt.",
        SuspendedPart = (until, what) => $"Ausgesetzt{until}: {what}. Alles andere funktioniert.",
        RestrictedWhole = until => $"Der Dienst ist{until} eingeschränkt.",
        RestrictedPart = (until, what) => $"Eingeschränkt{until}: {what}. Alles andere funktioniert.",
        Until = moment => $" bis zum {moment}",
        LiftedByProvider = "Das gilt, bis Ihr Anbieter es aufhebt.",
        SuspendedSafe = "Ihre Dateien bleiben, wo sie sind, und nichts wird gelöscht.",
        ItemBlocked = "Blockiert: eine Ihrer Dateien oder ein Ordner. Sie sehen, dass es da ist, und können es löschen.",
        ItemRestricted = "Eingeschränkt: eine Ihrer Dateien oder ein Ordner.",
        ItemProtected = "Als Werk mit Rechten anderer gekennzeichnet: eine Ihrer Dateien oder ein Ordner. Teilen können Sie es nur mit Ihrem Haushalt.",
        ShareBlocked = "Blockiert: etwas, das Sie teilen. Andere können es nicht öffnen; Sie schon.",
        LegalOrder = "Ein Gesetz oder ein Gericht verlangt es.",
        Reference = "Aktenzeichen",
        SinceDay = day => $"Seit {day}.",
        Uploading = "Dateien hinzufügen",
        Downloading = "Dateien öffnen und herunterladen",
        Sharing = "teilen",
        SharingOutside = "außerhalb des Haushalts teilen",
        TvUse = "der Fernseher",
        TermsOpen = "Es gibt neue Bedingungen. Bis Sie ihnen zustimmen, kann kein neues Gerät verbunden werden.",
        TermsFrom = day => $"Es gibt neue Bedingungen. Bis Sie ihnen zustimmen, kann kein neues Gerät verbunden werden, und ab {day} können Dateien nur gelesen und gelöscht werden.",
        TermsDue = "Den Bedingungen wurde nicht zugestimmt. Bis dahin können Dateien nur gelesen und gelöscht und kein neues Gerät verbunden werden.",
        ReadTerms = "Bedingungen lesen und zustimmen",
        Can = "Was jetzt funktioniert",
        Cannot = "Was jetzt nicht funktioniert",
        ToSee = "sehen und suchen, was Sie aufbewahren",
        ToDownload = "öffnen und herunterladen",
        ToAdd = "Dateien hinzufügen",
        ToMakeFolders = "Ordner anlegen",
        ToMove = "verschieben und umbenennen",
        ToDelete = "löschen",
        ToShare = "mit anderen teilen",
        ToShareOutside = "außerhalb des Haushalts teilen",
        ToOpenShared = "andere öffnen, was Sie teilen",
        ToConnect = "Geräte verbinden",
        ToWatch = "Ihre Bilder und Videos auf dem Fernseher ansehen",
        Contract = "Ihr Vertrag",
        SignedInAs = "Angemeldet als",
        Option = "Option",
        Capacity = "Platz",
        Unlimited = "unbegrenzt",
        MemberRoom = "Platz für jedes weitere Mitglied",
        Tv = "Fernseher",
        HasTv = "inbegriffen",
        HasNoTv = "nicht in Ihrem Vertrag",
        End = "Ende",
        NoEnd = "keines bekannt",
        NoContract = "Ohne Vertrag und ohne Ende",
        HouseholdOf = "Haushalt von",
        Usage = "Was wie viel belegt",
        UsedFiles = "Dateien und Ordner",
        InItems = (size, items) => $"{size} in {items}",
        Available = "Noch frei",
        InTrash = "Papierkorb",
        InVersions = "Frühere Versionen",
        UnderWay = "Laufende Uploads",
        NotCounted = size => $"{size}, zählt nicht mit",
        Household = "Ihr Haushalt",
        HouseholdHint = "Wer bestätigt ist, sieht, was Sie mit Ihrem Haushalt teilen. Alle haben eine eigene Cloud, die sonst niemand sieht.",
        Confirmed = day => $"bestätigt {day}",
        Unconfirmed = "noch nicht bestätigt",
        Leaves = day => $"geht {day}",
        Confirm = "Bestätigen",
        ConfirmMember = name => $"{name} bestätigen",
        OwnLanguage = "Sprache",
        LanguageHint = "Die Seiten sprechen die Sprache Ihres Browsers. Diese ist für alles andere, etwa Nachrichten Ihres Anbieters.",
        NoLanguage = "Keine bestimmte",
        Save = "Speichern",
        EverythingText = "Alle Ihre Dateien und Ordner in einer ZIP-Datei, wie Sie sie aufbewahren; jeder Computer kann sie öffnen. Papierkorb, frühere Versionen, was andere mit Ihnen teilen und was blockiert ist, sind nicht darin.",
        HowMuch = "Wie viel es ist",
        AboutSize = (size, items) => $"etwa {size}, in {items}",
        ItemsOf = items => $"{items} Dateien und Ordnern",
        OneItem = "1 Datei oder Ordner",
        Free = "Halten Sie dort, wo Sie speichern, mindestens so viel Platz bereit.",
        DownloadAll = "Alles herunterladen",
        NothingThere = "In Ihrer Cloud ist nichts.",
        Resume = "Wenn der Download abbricht",
        ResumeBrowser = "Im Browser: Öffnen Sie die Liste der Downloads und wählen Sie Fortsetzen. Er macht weiter, wo er abbrach, auch nach Tagen, solange sich in Ihrer Cloud nichts geändert hat; sonst beginnt er von Neuem und fügt nie zwei Hälften zusammen, die nicht zueinander passen.",
        ResumeCurl = "Mit curl, das zu macOS, Linux und Windows gehört: Führen Sie dies aus, und erneut, wann immer es abbricht. Es fragt nach Ihrem Passwort. Sagt es 412, hat sich in Ihrer Cloud inzwischen etwas geändert: Löschen Sie, was es gespeichert hat, und nehmen Sie den Befehl neu von dieser Seite.",
        CurlUnix = "macOS und Linux",
        CurlWindows = "Windows, in einer Eingabeaufforderung",
        Big = "Eine große Cloud",
        BigText = "Datei für Datei ist bei Hunderten Gigabyte sicherer: Eine Sync-App oder rclone kopiert nur, was fehlt, so oft es auch abbricht.",
        BigLink = "Ein solches Programm verbinden",
        NoTerms = "Es gibt keine Bedingungen, denen zuzustimmen wäre.",
        TermsVersion = version => $"Fassung {version}",
        Published = day => $"seit {day}",
        AcceptedAt = moment => $"zugestimmt am {moment}",
        NeverAccepted = "nicht zugestimmt",
        Accept = "Ich stimme diesen Bedingungen zu",
        OwnerAccepts = owner => $"{owner} stimmt ihnen für den ganzen Haushalt zu.",
        NowAccepted = "Sie haben den aktuellen Bedingungen zugestimmt.",
        LogHint = "Anmeldungen, Geräte, was geteilt und geöffnet wurde, Ihr Anbieter und alles, was Ihr Konto geändert hat, das Neueste zuerst. Steht da etwas, das nicht Sie waren, melden Sie alles ab.",
        SignOutAll = "Alles abmelden",
        When = "Wann",
        What = "Was",
        Who = "Durch wen",
        Newest = "Neueste",
        Older = "Ältere",
        StaffHint = "Niemand bei Ihrem Anbieter kann Ihre Dateien ohne Grund öffnen: Ein Mitarbeiter beantragt es mit Zweck und Aktenzeichen, ein anderer genehmigt es, für Stunden und nicht auf Dauer. Was sie ansehen, steht hier.",
        NoStaff = "Niemand bei Ihrem Anbieter hat Zugriff auf Ihre Dateien beantragt.",
        ForService = "um Ihnen zu helfen",
        ForLaw = "weil ein Gesetz oder ein Gericht es verlangt",
        NoNotices = "Es gibt keine Mitteilungen für Sie.",
        NoticesHint = "Sollten personenbezogene Daten verloren gehen oder in falsche Hände geraten, sagt Ihnen Ihr Anbieter hier, was geschehen ist.",
        BreachOf = day => $"Personenbezogene Daten, {day}",
        Happened = "Es geschah",
        Discovered = "Ihr Anbieter erfuhr davon",
        Done = "Was dagegen getan wird",
        Ask = "Wen Sie fragen können",
        Everybody = "Es betrifft alle.",
        PrivacyText = "Was Sie hier aufbewahren, gehört Ihnen: privat, verschlüsselt mit einem eigenen Schlüssel und von niemandem bei Ihrem Anbieter ohne einen Grund geöffnet, den Sie lesen können. Es bleibt, bis Sie es löschen oder Ihr Vertrag endet.",
        Processors = "Wer Ihre Daten sonst verarbeitet",
        NoProcessors = "Niemand außer Ihrem Anbieter.",
        Country = "Land",
        Basis = "Was es außerhalb Europas erlaubt",
        FromDay = "Ab",
        ObjectUntil = moment => $"Sie können bis zum {moment} widersprechen.",
        Why = "Warum (freiwillig)",
        Object = "Widersprechen",
        ObjectTo = name => $"{name} widersprechen",
        Objected = moment => $"Sie haben am {moment} widersprochen.",
        Answer = "Antwort",
        NoAnswer = "Ihr Anbieter hat noch nicht geantwortet.",
        OwnData = "Was über Sie bekannt ist",
        OwnDataText = "Das Konto und was darauf gesetzt ist, Ihre Geräte, Bedingungen, Einwände und das Zugriffsprotokoll in einer Datei, die Programme lesen können (JSON). Ihre Dateien sind im Archiv von allem.",
        DownloadData = "Daten herunterladen",
    };

    public required string Title { get; init; }
    public required string Parts { get; init; }
    public required string Overview { get; init; }
    public required string Everything { get; init; }
    public required string Terms { get; init; }
    public required string Log { get; init; }
    public required string Staff { get; init; }
    public required string Notices { get; init; }
    public required string Privacy { get; init; }
    public required string Notice { get; init; }
    public required string More { get; init; }
    public required string Standing { get; init; }
    public required string Active { get; init; }
    public required string Full { get; init; }
    public required string OverCapacity { get; init; }
    public required string TakeBack { get; init; }
    public required string Suspended { get; init; }
    public required string PartlySuspended { get; init; }
    public required string ActiveText { get; init; }
    public required string FullText { get; init; }
    public required Func<string, string> OverCapacityText { get; init; }
    public required Func<string, string> TakeBackText { get; init; }
    public required string LastDay { get; init; }
    public required string OneDayLeft { get; init; }
    public required Func<long, string> DaysLeft { get; init; }
    public required Func<string, string, string> EndsAt { get; init; }
    public required string Ended { get; init; }
    public required string EndOfCloud { get; init; }
    public required string EndOfMain { get; init; }
    public required string EndOfMember { get; init; }
    public required string EndOfService { get; init; }
    public required Func<string, string> SuspendedWhole { get; init; }
    public required Func<string, string, string> SuspendedPart { get; init; }
    public required Func<string, string> RestrictedWhole { get; init; }
    public required Func<string, string, string> RestrictedPart { get; init; }
    public required Func<string, string> Until { get; init; }
    public required string LiftedByProvider { get; init; }
    public required string SuspendedSafe { get; init; }
    public required string ItemBlocked { get; init; }
    public required string ItemRestricted { get; init; }
    public required string ItemProtected { get; init; }
    public required string ShareBlocked { get; init; }
    public required string LegalOrder { get; init; }
    public required string Reference { get; init; }
    public required Func<string, string> SinceDay { get; init; }
    public required string Uploading { get; init; }
    public required string Downloading { get; init; }
    public required string Sharing { get; init; }
    public required string SharingOutside { get; init; }
    public required string TvUse { get; init; }
    public required string TermsOpen { get; init; }
    public required Func<string, string> TermsFrom { get; init; }
    public required string TermsDue { get; init; }
    public required string ReadTerms { get; init; }
    public required string Can { get; init; }
    public required string Cannot { get; init; }
    public required string ToSee { get; init; }
    public required string ToDownload { get; init; }
    public required string ToAdd { get; init; }
    public required string ToMakeFolders { get; init; }
    public required string ToMove { get; init; }
    public required string ToDelete { get; init; }
    public required string ToShare { get; init; }
    public required string ToShareOutside { get; init; }
    public required string ToOpenShared { get; init; }
    public required string ToConnect { get; init; }
    public required string ToWatch { get; init; }
    public required string Contract { get; init; }
    public required string SignedInAs { get; init; }
    public required string Option { get; init; }
    public required string Capacity { get; init; }
    public required string Unlimited { get; init; }
    public required string MemberRoom { get; init; }
    public required string Tv { get; init; }
    public required string HasTv { get; init; }
    public required string HasNoTv { get; init; }
    public required string End { get; init; }
    public required string NoEnd { get; init; }
    public required string NoContract { get; init; }
    public required string HouseholdOf { get; init; }
    public required string Usage { get; init; }
    public required string UsedFiles { get; init; }
    public required Func<string, string, string> InItems { get; init; }
    public required string Available { get; init; }
    public required string InTrash { get; init; }
    public required string InVersions { get; init; }
    public required string UnderWay { get; init; }
    public required Func<string, string> NotCounted { get; init; }
    public required string Household { get; init; }
    public required string HouseholdHint { get; init; }
    public required Func<string, string> Confirmed { get; init; }
    public required string Unconfirmed { get; init; }
    public required Func<string, string> Leaves { get; init; }
    public required string Confirm { get; init; }
    public required Func<string, string> ConfirmMember { get; init; }
    public required string OwnLanguage { get; init; }
    public required string LanguageHint { get; init; }
    public required string NoLanguage { get; init; }
    public required string Save { get; init; }
    public required string EverythingText { get; init; }
    public required string HowMuch { get; init; }
    public required Func<string, string, string> AboutSize { get; init; }
    public required Func<string, string> ItemsOf { get; init; }
    public required string OneItem { get; init; }
    public required string Free { get; init; }
    public required string DownloadAll { get; init; }
    public required string NothingThere { get; init; }
    public required string Resume { get; init; }
    public required string ResumeBrowser { get; init; }
    public required string ResumeCurl { get; init; }
    public required string CurlUnix { get; init; }
    public required string CurlWindows { get; init; }
    public required string Big { get; init; }
    public required string BigText { get; init; }
    public required string BigLink { get; init; }
    public required string NoTerms { get; init; }
    public required Func<string, string> TermsVersion { get; init; }
    public required Func<string, string> Published { get; init; }
    public required Func<string, string> AcceptedAt { get; init; }
    public required string NeverAccepted { get; init; }
    public required string Accept { get; init; }
    public required Func<string, string> OwnerAccepts { get; init; }
    public required string NowAccepted { get; init; }
    public required string LogHint { get; init; }
    public required string SignOutAll { get; init; }
    public required string When { get; init; }
    public required string What { get; init; }
    public required string Who { get; init; }
    public required string Newest { get; init; }
    public required string Older { get; init; }
    public required string StaffHint { get; init; }
    public required string NoStaff { get; init; }
    public required string ForService { get; init; }
    public required string ForLaw { get; init; }
    public required string NoNotices { get; init; }
    public required string NoticesHint { get; init; }
    public required Func<string, string> BreachOf { get; init; }
    public required string Happened { get; init; }
    public required string Discovered { get; init; }
    public required string Done { get; init; }
    public required string Ask { get; init; }
    public required string Everybody { get; init; }
    public required string PrivacyText { get; init; }
    public required string Processors { get; init; }
    public required string NoProcessors { get; init; }
    public required string Country { get; init; }
    public required string Basis { get; init; }
    public required string FromDay { get; init; }
    public required Func<string, string> ObjectUntil { get; init; }
    public required string Why { get; init; }
    public required string Object { get; init; }
    public required Func<string, string> ObjectTo { get; init; }
    public required Func<string, string> Objected { get; init; }
    public required string Answer { get; init; }
    public required string NoAnswer { get; init; }
    public required string OwnData { get; init; }
    public required string OwnDataText { get; init; }
    public required string DownloadData { get; init; }

    /// <summary>The words of a language.</summary>
    public static AccountWords In(Language language) =>
        language switch
        {
            Language.Dutch => s_dutch,
            Language.French => s_french,
            Language.German => s_german,
            Language.English => s_english,
        };
}
