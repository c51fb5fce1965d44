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

    public required string Security { get; init; }
    public required string Again { get; init; }
    public required string AgainWhy { get; init; }
    public required string GoOn { get; init; }
    public required string Code { get; init; }
    public required string CodeHint { get; init; }
    public required string CodeWrong { get; init; }
    public required string Sessions { get; init; }
    public required string SessionsHint { get; init; }
    public required string SignOutAll { get; init; }
    public required string EndOthers { get; init; }
    public required Func<string, string> EndOf { get; init; }
    public required string ThisOne { get; init; }
    public required Func<string, string> Since { get; init; }
    public required string UnknownBrowser { get; init; }
    public required string ProviderKeeps { get; init; }
    public required string SecondFactor { get; init; }
    public required Func<long, string> FactorOn { get; init; }
    public required string FactorOff { get; init; }
    public required string FactorSetUp { get; init; }
    public required string FactorChange { get; init; }
    public required string FactorWhat { get; init; }
    public required string FactorPrograms { get; init; }
    public required string ScanThis { get; init; }
    public required string QrLabel { get; init; }
    public required string KeyAsText { get; init; }
    public required string OpenInApp { get; init; }
    public required string FirstCode { get; init; }
    public required string TurnOn { get; init; }
    public required string ChangeWithCode { get; init; }
    public required string RenewCodes { get; init; }
    public required string TurnOff { get; init; }
    public required string TurnedOn { get; init; }
    public required string NewCodes { get; init; }
    public required string CodesWhat { get; init; }
    public required string CodesOnce { get; init; }
    public required string CodesKept { get; init; }
    public required string ChangePassword { get; init; }
    public required string ChangePasswordHint { get; init; }
    public required string TakeBack { get; init; }
    public required string TakeBackWhy { get; init; }
    public required string TakeBackButton { get; init; }
    public required Func<long, string> PasswordHint { get; init; }
    public required string PasswordIsSet { get; init; }
    public required string Purge { get; init; }
    public required Func<string, string> PurgeOf { get; init; }
    public required string PurgeAll { get; init; }
    public required string PurgeWhat { get; init; }
    public required string PurgeVersionWhat { get; init; }
    public required string PurgeAllWhat { get; init; }
    public required string PurgeWarning { get; init; }
    public required string PurgeButton { get; init; }
    public required string KeepIt { get; init; }

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
        Security = "Signing in",
        Again = "Show that it is you",
        AgainWhy =
            "You are signed in, but what you are about to do cannot be undone or changes how you sign in. So that nobody else does it in this browser, show once more that it is you. It counts for five minutes.",
        GoOn = "Go on",
        Code = "Code",
        CodeHint = "Six digits from the app on your phone, or one of your recovery codes.",
        CodeWrong =
            "The code is wrong, or was used before. Wait for the next one in the app. If the clock of your phone is not right, correct that first.",
        Sessions = "Where you are signed in",
        SessionsHint = "These are browsers. Programs and devices have app passwords of their own.",
        SignOutAll = "Sign out everything, devices too",
        EndOthers = "Sign out of all other browsers",
        EndOf = name => $"Sign out of {name}",
        ThisOne = "this one",
        Since = name => $"since {name}",
        UnknownBrowser = "A browser that does not say its name",
        ProviderKeeps =
            "You sign in with your provider. Its password and its second step are kept there.",
        SecondFactor = "Second step when signing in",
        FactorOn = count =>
            $"It is on: your password takes a code from your phone as well. Recovery codes left: {count}.",
        FactorOff =
            "It is off: whoever knows your password comes in. With a code from your phone the password alone is not enough.",
        FactorSetUp = "Set it up",
        FactorChange = "Change it",
        FactorWhat =
            "You need an app that makes such codes, on a phone or another device: most password managers do, and there are free ones. On the next page you show it a picture, and type the first code.",
        FactorPrograms =
            "Programs and devices with an app password go on as before. Where you gave a program your own password, it needs an app password from then on. Other browsers are signed out.",
        ScanThis = "Point the app’s camera at this picture, or type the key into it.",
        QrLabel = "The key, for the camera of the app",
        KeyAsText = "Key",
        OpenInApp = "Open in an app on this device",
        FirstCode = "The code that the app shows",
        TurnOn = "Turn on",
        ChangeWithCode = "Either takes a code, so that nobody else does it.",
        RenewCodes = "Make new recovery codes",
        TurnOff = "Turn the second step off",
        TurnedOn = "The second step is on",
        NewCodes = "New recovery codes",
        CodesWhat =
            "If you lose your phone, each of these recovery codes signs you in once in place of a code from the app. Write them down or print them, and keep them where nobody else looks.",
        CodesOnce = "They are shown this once and never again.",
        CodesKept = "I have kept them",
        ChangePassword = "Change the password",
        ChangePasswordHint =
            "Other browsers are signed out, and programs that have your own password. Those with an app password go on.",
        TakeBack = "Set a password",
        TakeBackWhy =
            "With a password of your own you sign in to your cloud without your provider’s sign-in. This link works once.",
        TakeBackButton = "Set the password and sign in",
        PasswordHint = count => $"{count} characters or more, and no app password.",
        PasswordIsSet = "The password is set. Sign in with it.",
        Purge = "Delete for good",
        PurgeOf = name => $"Delete for good: {name}",
        PurgeAll = "Delete everything in the trash for good now",
        PurgeVersionWhat = "This version goes at once. The file stays as it is.",
        PurgeWhat = "It goes at once, with everything in it and its earlier versions.",
        PurgeAllWhat =
            "Everything in the trash goes at once, with its earlier versions; also what was removed from it in the last days and could still have been brought back.",
        PurgeWarning =
            "This cannot be undone. It can no longer be brought back, neither from the trash nor from the past.",
        PurgeButton = "Delete for good",
        KeepIt = "Keep it",
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
        Security = "Aanmelden",
        Again = "Toon dat u het bent",
        AgainWhy =
            "U bent aangemeld, maar wat u gaat doen is niet ongedaan te maken of verandert hoe u zich aanmeldt. Toon nog eens dat u het bent, zodat niemand anders het in deze browser doet. Het telt vijf minuten.",
        GoOn = "Verder",
        Code = "Code",
        CodeHint = "Zes cijfers uit de app op uw telefoon, of een van uw herstelcodes.",
        CodeWrong =
            "De code is verkeerd of al gebruikt. Wacht op de volgende in de app. Klopt de klok van uw telefoon niet, zet die dan eerst juist.",
        Sessions = "Waar u bent aangemeld",
        SessionsHint =
            "Dit zijn browsers. Programma’s en toestellen hebben eigen app-wachtwoorden.",
        SignOutAll = "Alles afmelden, ook toestellen",
        EndOthers = "In alle andere browsers afmelden",
        EndOf = name => $"Afmelden in {name}",
        ThisOne = "deze",
        Since = name => $"sinds {name}",
        UnknownBrowser = "Een browser die zijn naam niet zegt",
        ProviderKeeps =
            "U meldt zich aan bij uw provider. Wachtwoord en tweede stap beheert u daar.",
        SecondFactor = "Tweede stap bij het aanmelden",
        FactorOn = count =>
            $"Hij staat aan: uw wachtwoord vraagt ook een code van uw telefoon. Herstelcodes over: {count}.",
        FactorOff =
            "Hij staat uit: wie uw wachtwoord kent, komt binnen. Met een code van uw telefoon is het wachtwoord alleen niet genoeg.",
        FactorSetUp = "Instellen",
        FactorChange = "Aanpassen",
        FactorWhat =
            "U hebt een app nodig die zulke codes maakt, op een telefoon of een ander toestel: de meeste wachtwoordbeheerders kunnen het, en er zijn gratis apps. Op de volgende pagina toont u de app een afbeelding en typt u de eerste code.",
        FactorPrograms =
            "Programma’s en toestellen met een app-wachtwoord werken gewoon verder. Waar u een programma uw eigen wachtwoord gaf, is voortaan een app-wachtwoord nodig. Andere browsers worden afgemeld.",
        ScanThis = "Richt de camera van de app op deze afbeelding, of typ de sleutel over.",
        QrLabel = "De sleutel, voor de camera van de app",
        KeyAsText = "Sleutel",
        OpenInApp = "Openen in een app op dit toestel",
        FirstCode = "De code die de app toont",
        TurnOn = "Aanzetten",
        ChangeWithCode = "Voor allebei is een code nodig, zodat niemand anders het doet.",
        RenewCodes = "Nieuwe herstelcodes maken",
        TurnOff = "De tweede stap uitzetten",
        TurnedOn = "De tweede stap staat aan",
        NewCodes = "Nieuwe herstelcodes",
        CodesWhat =
            "Als u uw telefoon kwijt bent, meldt elk van deze herstelcodes u één keer aan in plaats van een code uit de app. Schrijf ze op of druk ze af, en bewaar ze waar niemand anders kijkt.",
        CodesOnce = "Ze worden alleen nu getoond, en nooit meer.",
        CodesKept = "Ik heb ze bewaard",
        ChangePassword = "Het wachtwoord wijzigen",
        ChangePasswordHint =
            "Andere browsers worden afgemeld, net als programma’s met uw eigen wachtwoord. Wat een app-wachtwoord heeft, werkt verder.",
        TakeBack = "Een wachtwoord instellen",
        TakeBackWhy =
            "Met een eigen wachtwoord meldt u zich aan bij uw cloud zonder de aanmelding van uw provider. Deze link werkt één keer.",
        TakeBackButton = "Wachtwoord instellen en aanmelden",
        PasswordHint = count => $"{count} tekens of meer, en geen app-wachtwoord.",
        PasswordIsSet = "Het wachtwoord is ingesteld. Meld u ermee aan.",
        Purge = "Definitief verwijderen",
        PurgeOf = name => $"{name} definitief verwijderen",
        PurgeAll = "Alles in de prullenmand nu definitief verwijderen",
        PurgeVersionWhat = "Deze versie verdwijnt meteen. Het bestand blijft zoals het is.",
        PurgeWhat = "Het verdwijnt meteen, met alles erin en met eerdere versies.",
        PurgeAllWhat =
            "Alles in de prullenmand verdwijnt meteen, met eerdere versies; ook wat er de laatste dagen uit is verwijderd en nog terug kon komen.",
        PurgeWarning =
            "Dit is niet ongedaan te maken. Het is niet meer terug te halen, niet uit de prullenmand en niet uit het verleden.",
        PurgeButton = "Definitief verwijderen",
        KeepIt = "Bewaren",
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
        Security = "Identification",
        Again = "Montrez que c’est vous",
        AgainWhy =
            "Votre session est ouverte, mais ce que vous allez faire est irréversible ou change votre façon de vous identifier. Pour que personne d’autre ne le fasse dans ce navigateur, montrez encore une fois que c’est vous. Cela vaut cinq minutes.",
        GoOn = "Continuer",
        Code = "Code",
        CodeHint =
            "Six chiffres de l’application sur votre téléphone, ou un de vos codes de secours.",
        CodeWrong =
            "Le code est erroné ou a déjà servi. Attendez le suivant dans l’application. Si l’horloge de votre téléphone n’est pas juste, corrigez-la d’abord.",
        Sessions = "Où votre session est ouverte",
        SessionsHint =
            "Ce sont des navigateurs. Les programmes et les appareils ont leurs propres mots de passe d’application.",
        SignOutAll = "Tout déconnecter, appareils compris",
        EndOthers = "Se déconnecter de tous les autres navigateurs",
        EndOf = name => $"Se déconnecter de {name}",
        ThisOne = "celui-ci",
        Since = name => $"depuis {name}",
        UnknownBrowser = "Un navigateur qui ne dit pas son nom",
        ProviderKeeps =
            "Vous vous identifiez chez votre fournisseur. Votre mot de passe et votre second facteur y sont gérés.",
        SecondFactor = "Seconde étape à l’identification",
        FactorOn = count =>
            $"Elle est active : votre mot de passe demande aussi un code de votre téléphone. Codes de secours restants : {count}.",
        FactorOff =
            "Elle est inactive : qui connaît votre mot de passe entre. Avec un code de votre téléphone, le mot de passe seul ne suffit plus.",
        FactorSetUp = "La configurer",
        FactorChange = "La modifier",
        FactorWhat =
            "Il vous faut une application qui produit de tels codes, sur un téléphone ou un autre appareil : la plupart des gestionnaires de mots de passe le font, et il en existe de gratuites. À la page suivante, vous lui montrez une image et tapez le premier code.",
        FactorPrograms =
            "Les programmes et appareils qui ont un mot de passe d’application continuent comme avant. Là où vous avez donné votre propre mot de passe à un programme, il lui faudra un mot de passe d’application. Les autres navigateurs sont déconnectés.",
        ScanThis = "Dirigez la caméra de l’application vers cette image, ou tapez-y la clé.",
        QrLabel = "La clé, pour la caméra de l’application",
        KeyAsText = "Clé",
        OpenInApp = "Ouvrir dans une application sur cet appareil",
        FirstCode = "Le code que l’application affiche",
        TurnOn = "Activer",
        ChangeWithCode = "Les deux demandent un code, pour que personne d’autre ne le fasse.",
        RenewCodes = "Créer de nouveaux codes de secours",
        TurnOff = "Désactiver la seconde étape",
        TurnedOn = "La seconde étape est active",
        NewCodes = "Nouveaux codes de secours",
        CodesWhat =
            "Si vous perdez votre téléphone, chacun de ces codes de secours vous identifie une fois à la place d’un code de l’application. Notez-les ou imprimez-les, et gardez-les là où personne d’autre ne regarde.",
        CodesOnce = "Ils ne sont affichés que cette fois.",
        CodesKept = "Je les ai gardés",
        ChangePassword = "Changer le mot de passe",
        ChangePasswordHint =
            "Les autres navigateurs sont déconnectés, ainsi que les programmes qui ont votre propre mot de passe. Ceux qui ont un mot de passe d’application continuent.",
        TakeBack = "Définir un mot de passe",
        TakeBackWhy =
            "Avec un mot de passe à vous, vous accédez à votre cloud sans l’identification de votre fournisseur. Ce lien fonctionne une fois.",
        TakeBackButton = "Définir le mot de passe et continuer",
        PasswordHint = count =>
            $"{count} caractères ou plus, et pas un mot de passe d’application.",
        PasswordIsSet = "Le mot de passe est défini. Identifiez-vous avec lui.",
        Purge = "Supprimer définitivement",
        PurgeOf = name => $"Supprimer définitivement {name}",
        PurgeAll = "Supprimer définitivement tout le contenu de la corbeille",
        PurgeVersionWhat = "Cette version disparaît tout de suite. Le fichier reste comme il est.",
        PurgeWhat =
            "L’élément disparaît tout de suite, avec tout ce qu’il contient et ses versions précédentes.",
        PurgeAllWhat =
            "Tout le contenu de la corbeille disparaît tout de suite, avec ses versions précédentes ; aussi ce qui en a été retiré ces derniers jours et pouvait encore revenir.",
        PurgeWarning =
            "C’est irréversible. Rien n’en revient plus, ni de la corbeille ni du passé.",
        PurgeButton = "Supprimer définitivement",
        KeepIt = "Garder",
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
        Security = "Anmeldung",
        Again = "Zeigen Sie, dass Sie es sind",
        AgainWhy =
            "Sie sind angemeldet, aber was Sie vorhaben, lässt sich nicht rückgängig machen oder ändert Ihre Anmeldung. Damit es in diesem Browser niemand sonst tut, zeigen Sie noch einmal, dass Sie es sind. Das gilt fünf Minuten.",
        GoOn = "Weiter",
        Code = "Code",
        CodeHint =
            "Sechs Ziffern aus der App auf Ihrem Telefon oder einer Ihrer Wiederherstellungscodes.",
        CodeWrong =
            "Der Code ist falsch oder wurde schon benutzt. Warten Sie in der App auf den nächsten. Wenn die Uhr Ihres Telefons falsch geht, stellen Sie sie zuerst richtig.",
        Sessions = "Wo Sie angemeldet sind",
        SessionsHint = "Das sind Browser. Programme und Geräte haben eigene App-Passwörter.",
        SignOutAll = "Alles abmelden, auch Geräte",
        EndOthers = "In allen anderen Browsern abmelden",
        EndOf = name => $"In {name} abmelden",
        ThisOne = "dieser",
        Since = name => $"seit {name}",
        UnknownBrowser = "Ein Browser, der seinen Namen nicht nennt",
        ProviderKeeps =
            "Sie melden sich bei Ihrem Anbieter an. Passwort und zweiter Schritt werden dort verwaltet.",
        SecondFactor = "Zweiter Schritt beim Anmelden",
        FactorOn = count =>
            $"Er ist an: Ihr Passwort verlangt auch einen Code von Ihrem Telefon. Übrige Wiederherstellungscodes: {count}.",
        FactorOff =
            "Er ist aus: Wer Ihr Passwort kennt, kommt hinein. Mit einem Code von Ihrem Telefon reicht das Passwort allein nicht.",
        FactorSetUp = "Einrichten",
        FactorChange = "Ändern",
        FactorWhat =
            "Sie brauchen eine App, die solche Codes erzeugt, auf einem Telefon oder einem anderen Gerät: Die meisten Passwortmanager können es, und es gibt kostenlose. Auf der nächsten Seite zeigen Sie ihr ein Bild und tippen den ersten Code ein.",
        FactorPrograms =
            "Programme und Geräte mit einem App-Passwort laufen weiter wie bisher. Wo Sie einem Programm Ihr eigenes Passwort gegeben haben, braucht es von da an ein App-Passwort. Andere Browser werden abgemeldet.",
        ScanThis =
            "Richten Sie die Kamera der App auf dieses Bild oder tippen Sie den Schlüssel ein.",
        QrLabel = "Der Schlüssel, für die Kamera der App",
        KeyAsText = "Schlüssel",
        OpenInApp = "In einer App auf diesem Gerät öffnen",
        FirstCode = "Der Code, den die App zeigt",
        TurnOn = "Einschalten",
        ChangeWithCode = "Beides verlangt einen Code, damit es niemand sonst tut.",
        RenewCodes = "Neue Wiederherstellungscodes erstellen",
        TurnOff = "Den zweiten Schritt ausschalten",
        TurnedOn = "Der zweite Schritt ist an",
        NewCodes = "Neue Wiederherstellungscodes",
        CodesWhat =
            "Wenn Sie Ihr Telefon verlieren, meldet jeder dieser Wiederherstellungscodes Sie einmal an, anstelle eines Codes der App. Schreiben Sie sie auf oder drucken Sie sie, und bewahren Sie sie auf, wo niemand sonst hinsieht.",
        CodesOnce = "Sie werden nur dieses eine Mal gezeigt.",
        CodesKept = "Ich habe sie aufbewahrt",
        ChangePassword = "Passwort ändern",
        ChangePasswordHint =
            "Andere Browser werden abgemeldet und auch Programme, die Ihr eigenes Passwort haben. Solche mit einem App-Passwort laufen weiter.",
        TakeBack = "Ein Passwort festlegen",
        TakeBackWhy =
            "Mit einem eigenen Passwort melden Sie sich in Ihrer Cloud ohne die Anmeldung Ihres Anbieters an. Dieser Link funktioniert einmal.",
        TakeBackButton = "Passwort festlegen und anmelden",
        PasswordHint = count => $"{count} Zeichen oder mehr, und kein App-Passwort.",
        PasswordIsSet = "Das Passwort ist festgelegt. Melden Sie sich damit an.",
        Purge = "Endgültig löschen",
        PurgeOf = name => $"{name} endgültig löschen",
        PurgeAll = "Alles im Papierkorb jetzt endgültig löschen",
        PurgeVersionWhat = "Diese Version verschwindet sofort. Die Datei bleibt, wie sie ist.",
        PurgeWhat = "Es verschwindet sofort, mit allem darin und seinen früheren Versionen.",
        PurgeAllWhat =
            "Alles im Papierkorb verschwindet sofort, mit seinen früheren Versionen; auch was in den letzten Tagen daraus entfernt wurde und noch zurückkommen konnte.",
        PurgeWarning =
            "Das lässt sich nicht rückgängig machen. Es ist weder aus dem Papierkorb noch aus der Vergangenheit zurückzuholen.",
        PurgeButton = "Endgültig löschen",
        KeepIt = "Behalten",
    };
}
