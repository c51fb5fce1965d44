using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>How each system is connected, and what Windows needs for it.</summary>
internal sealed record DeviceWords
{
    // csharpier-ignore
    private static readonly DeviceWords s_english = new()
    {
        How = "How to connect",
        HowText = "Whatever you connect takes three things: this address, your name, and an app password of its own.",
        AddressOf = "Address",
        Yours = "the app password",
        Phone = "Phone and tablet",
        PhoneText = "In the Nextcloud app for Android or iPhone, choose to log in with a QR code and hold the camera to this one. It holds your password: let nobody else photograph it.",
        QrLabel = "QR code with the address, the name and the app password above",
        OpenInApp = "Open in the app on this device",
        PhoneOther = "Every other app for files that speaks WebDAV takes the address, the name and the app password.",
        Sync = "Keep a folder in step on a computer",
        SyncText = "Give the Nextcloud or ownCloud app the address of the server. The Nextcloud app opens this site, asks to be let in, and needs no app password; the ownCloud app asks for name and app password.",
        ServerAddress = "Address of the server",
        WindowsStep1 = "In Explorer, right-click This PC and choose Map network drive.",
        WindowsStep2 = "As the folder, enter the address, and tick Connect using different credentials.",
        WindowsStep3 = "Enter your name and the app password, and have Windows remember them.",
        WindowsCommand = "Or in a command prompt",
        WindowsLimits = "Windows takes files of up to 50 MB from such a drive unless it is told otherwise:",
        RegFile = "raise its limits with this file",
        RegHow = "Open the file, agree, and restart Windows. It needs an administrator.",
        TestLink = "Test what Windows needs",
        MacStep1 = "In the Finder, choose Go, Connect to Server (⌘K).",
        MacStep2 = "Enter the address and choose Connect, as a registered user.",
        MacStep3 = "Enter your name and the app password, and keep them in the keychain.",
        LinuxText = "Open one of these in the file manager. It asks for the app password.",
        Rclone = "rclone, on any computer",
        RcloneText = "Run this once; rclone then knows your cloud as “cloud”.",
        RcloneUse = "Copy everything, and only what is new the next time",
        RcloneBlock = "Or put this into its configuration file. The password is written as rclone writes it, which hides it from a glance and from nobody who looks closer.",
        Copy = "Copy",
        Copied = "Copied",
        TestTitle = "What Windows needs",
        TestText = "The network drive of Windows, its WebClient, is choosy. This page looks at what it needs, from here and from your browser.",
        Needs = "What it needs",
        Limits = "What it cannot do",
        Good = "In order",
        Bad = "Not in order",
        Open = "Not tested",
        NeedsScript = "These are tested by script, which is off in your browser.",
        Https = "The address begins with https, over which Windows sends passwords.",
        NoHttps = "The address begins with http. Windows sends no password over it until it is told to (BasicAuthLevel 2), which the file below does; do it on a computer for trying things out only.",
        HostName = "The address has a name, which a certificate can prove.",
        HostNumber = "The address is a number. Certificates prove names; ask your provider for the server’s name.",
        Tls = version => $"The connection is made with {version}; Windows needs TLS 1.2 or newer.",
        Certificate = "Your browser takes the certificate. If it warned you before this page, Windows will refuse it.",
        RootAnswers = "The top of the server says that it is a folder of the web, which Windows asks first.",
        TreeAnswers = "The address of your files says that it can be read, changed and locked.",
        AsksPassword = "It asks for name and password in the way that Windows knows.",
        Service = "The service “WebClient” runs. It starts by itself on Windows 10 and 11; on Windows Server it is a feature to be installed.",
        ServiceHow = "Only Windows knows. In a command prompt:",
        Limit50 = "Files over 50 MB: error 0x800700DF, until the limit is raised with the file below.",
        Limit4G = "Files over 4 GB: never. Use a sync app or rclone for them.",
        LimitFolder = "Folders with more than about 2,000 entries look empty, until the limit is raised with the file below.",
        LimitPath = "Paths over 255 characters, and names with  \" * : < > ? \\ |",
        LimitSpace = "The free space it shows is that of drive C:. How full your cloud is, stands on the page of your account.",
        RegContent = "What is in the file",
    };

    // csharpier-ignore
    private static readonly DeviceWords s_dutch = new()
    {
        How = "Hoe u verbindt",
        HowText = "Wat u ook verbindt, het heeft drie dingen nodig: dit adres, uw naam en een eigen app-wachtwoord.",
        AddressOf = "Adres",
        Yours = "het app-wachtwoord",
        Phone = "Telefoon en tablet",
        PhoneText = "Kies in de Nextcloud-app voor Android of iPhone om met een QR-code in te loggen en richt de camera hierop. Uw wachtwoord zit erin: laat niemand anders het fotograferen.",
        QrLabel = "QR-code met het adres, de naam en het app-wachtwoord hierboven",
        OpenInApp = "Openen in de app op dit toestel",
        PhoneOther = "Elke andere app voor bestanden die WebDAV kent, neemt het adres, de naam en het app-wachtwoord.",
        Sync = "Een map gelijk houden op een computer",
        SyncText = "Geef de Nextcloud- of ownCloud-app het adres van de server. De Nextcloud-app opent deze site, vraagt toegang en heeft geen app-wachtwoord nodig; de ownCloud-app vraagt naam en app-wachtwoord.",
        ServerAddress = "Adres van de server",
        WindowsStep1 = "Klik in Verkenner met de rechtermuisknop op Deze pc en kies Netwerkverbinding maken.",
        WindowsStep2 = "Geef als map het adres in, en vink Verbinding maken met andere referenties aan.",
        WindowsStep3 = "Geef uw naam en het app-wachtwoord in, en laat Windows ze onthouden.",
        WindowsCommand = "Of in een opdrachtprompt",
        WindowsLimits = "Windows haalt bestanden tot 50 MB van zo’n schijf, tenzij het anders gezegd wordt:",
        RegFile = "verhoog de grenzen met dit bestand",
        RegHow = "Open het bestand, stem toe en start Windows opnieuw. Er is een beheerder voor nodig.",
        TestLink = "Nagaan wat Windows nodig heeft",
        MacStep1 = "Kies in de Finder Ga, Verbind met server (⌘K).",
        MacStep2 = "Geef het adres in en kies Verbind, als geregistreerde gebruiker.",
        MacStep3 = "Geef uw naam en het app-wachtwoord in, en bewaar ze in de sleutelhanger.",
        LinuxText = "Open een van deze in het bestandsbeheer. Het vraagt het app-wachtwoord.",
        Rclone = "rclone, op elke computer",
        RcloneText = "Voer dit één keer uit; rclone kent uw cloud dan als ‘cloud’.",
        RcloneUse = "Alles kopiëren, en de volgende keer alleen wat nieuw is",
        RcloneBlock = "Of zet dit in het configuratiebestand. Het wachtwoord staat er zoals rclone het schrijft: verborgen voor wie even kijkt, niet voor wie beter kijkt.",
        Copy = "Kopiëren",
        Copied = "Gekopieerd",
        TestTitle = "Wat Windows nodig heeft",
        TestText = "De netwerkschijf van Windows, de WebClient, is kieskeurig. Deze pagina kijkt na wat hij nodig heeft, van hier en vanuit uw browser.",
        Needs = "Wat hij nodig heeft",
        Limits = "Wat hij niet kan",
        Good = "In orde",
        Bad = "Niet in orde",
        Open = "Niet getest",
        NeedsScript = "Dit wordt getest met script, dat in uw browser uitstaat.",
        Https = "Het adres begint met https, waarover Windows wachtwoorden stuurt.",
        NoHttps = "Het adres begint met http. Windows stuurt er geen wachtwoord over tot dat gezegd wordt (BasicAuthLevel 2), wat het bestand hieronder doet; doe dat alleen op een computer om te proberen.",
        HostName = "Het adres heeft een naam, die een certificaat kan bewijzen.",
        HostNumber = "Het adres is een nummer. Certificaten bewijzen namen; vraag uw provider de naam van de server.",
        Tls = version => $"De verbinding gebruikt {version}; Windows heeft TLS 1.2 of nieuwer nodig.",
        Certificate = "Uw browser aanvaardt het certificaat. Waarschuwde hij u voor deze pagina, dan zal Windows het weigeren.",
        RootAnswers = "De top van de server zegt dat hij een map op het web is, wat Windows eerst vraagt.",
        TreeAnswers = "Het adres van uw bestanden zegt dat ze gelezen, gewijzigd en vergrendeld kunnen worden.",
        AsksPassword = "Het vraagt naam en wachtwoord op de manier die Windows kent.",
        Service = "De dienst ‘WebClient’ draait. Hij start vanzelf op Windows 10 en 11; op Windows Server is het een onderdeel dat geïnstalleerd moet worden.",
        ServiceHow = "Alleen Windows weet het. In een opdrachtprompt:",
        Limit50 = "Bestanden boven 50 MB: fout 0x800700DF, tot de grens verhoogd is met het bestand hieronder.",
        Limit4G = "Bestanden boven 4 GB: nooit. Gebruik daarvoor een synchronisatie-app of rclone.",
        LimitFolder = "Mappen met meer dan ongeveer 2000 items lijken leeg, tot de grens verhoogd is met het bestand hieronder.",
        LimitPath = "Paden van meer dan 255 tekens, en namen met  \" * : < > ? \\ |",
        LimitSpace = "De vrije ruimte die hij toont, is die van schijf C:. Hoe vol uw cloud is, staat op de pagina van uw account.",
        RegContent = "Wat er in het bestand staat",
    };

    // csharpier-ignore
    private static readonly DeviceWords s_french = new()
    {
        How = "Comment se connecter",
        HowText = "Tout ce que vous connectez demande trois choses : cette adresse, votre nom et un mot de passe d’application propre.",
        AddressOf = "Adresse",
        Yours = "le mot de passe d’application",
        Phone = "Téléphone et tablette",
        PhoneText = "Dans l’application Nextcloud pour Android ou iPhone, choisissez la connexion par code QR et visez celui-ci. Il contient votre mot de passe : ne laissez personne d’autre le photographier.",
        QrLabel = "Code QR avec l’adresse, le nom et le mot de passe d’application ci-dessus",
        OpenInApp = "Ouvrir dans l’application sur cet appareil",
        PhoneOther = "Toute autre application de fichiers qui connaît WebDAV prend l’adresse, le nom et le mot de passe d’application.",
        Sync = "Synchroniser un dossier sur un ordinateur",
        SyncText = "Donnez à l’application Nextcloud ou ownCloud l’adresse du serveur. Celle de Nextcloud ouvre ce site, demande l’accès et n’a pas besoin de mot de passe d’application ; celle d’ownCloud demande le nom et le mot de passe d’application.",
        ServerAddress = "Adresse du serveur",
        WindowsStep1 = "Dans l’Explorateur, faites un clic droit sur Ce PC et choisissez Connecter un lecteur réseau.",
        WindowsStep2 = "Comme dossier, entrez l’adresse, et cochez Se connecter à l’aide d’informations d’identification différentes.",
        WindowsStep3 = "Entrez votre nom et le mot de passe d’application, et demandez à Windows de les mémoriser.",
        WindowsCommand = "Ou dans une invite de commandes",
        WindowsLimits = "Windows ne prend d’un tel lecteur que des fichiers jusqu’à 50 Mo, sauf réglage contraire :",
        RegFile = "relevez ses limites avec ce fichier",
        RegHow = "Ouvrez le fichier, acceptez et redémarrez Windows. Il faut un administrateur.",
        TestLink = "Tester ce dont Windows a besoin",
        MacStep1 = "Dans le Finder, choisissez Aller, Se connecter au serveur (⌘K).",
        MacStep2 = "Entrez l’adresse et choisissez Se connecter, comme utilisateur référencé.",
        MacStep3 = "Entrez votre nom et le mot de passe d’application, et gardez-les dans le trousseau.",
        LinuxText = "Ouvrez l’un de ceux-ci dans le gestionnaire de fichiers. Il demande le mot de passe d’application.",
        Rclone = "rclone, sur tout ordinateur",
        RcloneText = "Exécutez ceci une fois ; rclone connaît alors votre cloud comme « cloud ».",
        RcloneUse = "Tout copier, et la fois suivante seulement ce qui est nouveau",
        RcloneBlock = "Ou mettez ceci dans son fichier de configuration. Le mot de passe y est écrit à la manière de rclone, ce qui le cache à un coup d’œil et à personne qui regarde mieux.",
        Copy = "Copier",
        Copied = "Copié",
        TestTitle = "Ce dont Windows a besoin",
        TestText = "Le lecteur réseau de Windows, son WebClient, est exigeant. Cette page examine ce qu’il lui faut, d’ici et depuis votre navigateur.",
        Needs = "Ce qu’il lui faut",
        Limits = "Ce qu’il ne peut pas",
        Good = "En ordre",
        Bad = "Pas en ordre",
        Open = "Pas testé",
        NeedsScript = "Ceci est testé par script, désactivé dans votre navigateur.",
        Https = "L’adresse commence par https, par où Windows envoie les mots de passe.",
        NoHttps = "L’adresse commence par http. Windows n’y envoie aucun mot de passe tant qu’on ne le lui dit pas (BasicAuthLevel 2), ce que fait le fichier ci-dessous ; ne le faites que sur un ordinateur d’essai.",
        HostName = "L’adresse a un nom, qu’un certificat peut prouver.",
        HostNumber = "L’adresse est un numéro. Les certificats prouvent des noms ; demandez à votre fournisseur le nom du serveur.",
        Tls = version => $"La connexion utilise {version} ; Windows a besoin de TLS 1.2 ou plus récent.",
        Certificate = "Votre navigateur accepte le certificat. S’il vous a averti avant cette page, Windows le refusera.",
        RootAnswers = "Le sommet du serveur dit qu’il est un dossier du web, ce que Windows demande d’abord.",
        TreeAnswers = "L’adresse de vos fichiers dit qu’ils peuvent être lus, modifiés et verrouillés.",
        AsksPassword = "Elle demande nom et mot de passe de la façon que Windows connaît.",
        Service = "Le service « WebClient » tourne. Il démarre seul sur Windows 10 et 11 ; sur Windows Server, c’est une fonctionnalité à installer.",
        ServiceHow = "Seul Windows le sait. Dans une invite de commandes :",
        Limit50 = "Fichiers de plus de 50 Mo : erreur 0x800700DF, tant que la limite n’est pas relevée avec le fichier ci-dessous.",
        Limit4G = "Fichiers de plus de 4 Go : jamais. Utilisez une application de synchronisation ou rclone.",
        LimitFolder = "Les dossiers de plus de 2 000 éléments environ paraissent vides, tant que la limite n’est pas relevée avec le fichier ci-dessous.",
        LimitPath = "Chemins de plus de 255 caractères, et noms avec  \" * : < > ? \\ |",
        LimitSpace = "L’espace libre affiché est celui du disque C:. Le remplissage de votre cloud est sur la page de votre compte.",
        RegContent = "Ce que contient le fichier",
    };

    // csharpier-ignore
    private static readonly DeviceWords s_german = new()
    {
        How = "So verbinden Sie",
        HowText = "Was Sie auch verbinden, es braucht drei Dinge: diese Adresse, Ihren Namen und ein eigenes App-Passwort.",
        AddressOf = "Adresse",
        Yours = "das App-Passwort",
        Phone = "Telefon und Tablet",
        PhoneText = "Wählen Sie in der Nextcloud-App für Android oder iPhone die Anmeldung mit QR-Code und halten Sie die Kamera auf diesen. Er enthält Ihr Passwort: Lassen Sie niemand anderen ihn fotografieren.",
        QrLabel = "QR-Code mit der Adresse, dem Namen und dem App-Passwort von oben",
        OpenInApp = "In der App auf diesem Gerät öffnen",
        PhoneOther = "Jede andere Datei-App, die WebDAV beherrscht, nimmt die Adresse, den Namen und das App-Passwort.",
        Sync = "Einen Ordner auf dem Computer abgleichen",
        SyncText = "Geben Sie der Nextcloud- oder ownCloud-App die Adresse des Servers. Die von Nextcloud öffnet diese Seite, bittet um Zugriff und braucht kein App-Passwort; die von ownCloud fragt nach Name und App-Passwort.",
        ServerAddress = "Adresse des Servers",
        WindowsStep1 = "Klicken Sie im Explorer mit rechts auf Dieser PC und wählen Sie Netzlaufwerk verbinden.",
        WindowsStep2 = "Geben Sie als Ordner die Adresse ein und setzen Sie das Häkchen bei Verbindung mit anderen Anmeldeinformationen herstellen.",
        WindowsStep3 = "Geben Sie Ihren Namen und das App-Passwort ein und lassen Sie Windows sie speichern.",
        WindowsCommand = "Oder in einer Eingabeaufforderung",
        WindowsLimits = "Windows holt von einem solchen Laufwerk nur Dateien bis 50 MB, sofern ihm nichts anderes gesagt wird:",
        RegFile = "heben Sie die Grenzen mit dieser Datei an",
        RegHow = "Öffnen Sie die Datei, stimmen Sie zu und starten Sie Windows neu. Dafür braucht es einen Administrator.",
        TestLink = "Prüfen, was Windows braucht",
        MacStep1 = "Wählen Sie im Finder Gehe zu, Mit Server verbinden (⌘K).",
        MacStep2 = "Geben Sie die Adresse ein und wählen Sie Verbinden, als registrierter Benutzer.",
        MacStep3 = "Geben Sie Ihren Namen und das App-Passwort ein und sichern Sie sie im Schlüsselbund.",
        LinuxText = "Öffnen Sie eine davon in der Dateiverwaltung. Sie fragt nach dem App-Passwort.",
        Rclone = "rclone, auf jedem Computer",
        RcloneText = "Führen Sie dies einmal aus; rclone kennt Ihre Cloud dann als „cloud“.",
        RcloneUse = "Alles kopieren, beim nächsten Mal nur, was neu ist",
        RcloneBlock = "Oder setzen Sie dies in die Konfigurationsdatei. Das Passwort steht darin, wie rclone es schreibt: verborgen vor einem Blick, nicht vor dem, der genauer hinsieht.",
        Copy = "Kopieren",
        Copied = "Kopiert",
        TestTitle = "Was Windows braucht",
        TestText = "Das Netzlaufwerk von Windows, sein WebClient, ist wählerisch. Diese Seite prüft, was er braucht, von hier und aus Ihrem Browser.",
        Needs = "Was er braucht",
        Limits = "Was er nicht kann",
        Good = "In Ordnung",
        Bad = "Nicht in Ordnung",
        Open = "Nicht geprüft",
        NeedsScript = "Das wird mit Script geprüft, das in Ihrem Browser aus ist.",
        Https = "Die Adresse beginnt mit https; darüber sendet Windows Passwörter.",
        NoHttps = "Die Adresse beginnt mit http. Windows sendet darüber kein Passwort, bis man es ihm sagt (BasicAuthLevel 2), was die Datei unten tut; tun Sie das nur auf einem Computer zum Ausprobieren.",
        HostName = "Die Adresse hat einen Namen, den ein Zertifikat beweisen kann.",
        HostNumber = "Die Adresse ist eine Nummer. Zertifikate beweisen Namen; fragen Sie Ihren Anbieter nach dem Namen des Servers.",
        Tls = version => $"Die Verbindung nutzt {version}; Windows braucht TLS 1.2 oder neuer.",
        Certificate = "Ihr Browser nimmt das Zertifikat. Hat er Sie vor dieser Seite gewarnt, wird Windows es ablehnen.",
        RootAnswers = "Die Spitze des Servers sagt, dass sie ein Ordner im Web ist, wonach Windows zuerst fragt.",
        TreeAnswers = "Die Adresse Ihrer Dateien sagt, dass sie gelesen, geändert und gesperrt werden können.",
        AsksPassword = "Sie fragt nach Name und Passwort auf die Art, die Windows kennt.",
        Service = "Der Dienst „WebClient“ läuft. Unter Windows 10 und 11 startet er von selbst; unter Windows Server ist er ein Feature zum Installieren.",
        ServiceHow = "Das weiß nur Windows. In einer Eingabeaufforderung:",
        Limit50 = "Dateien über 50 MB: Fehler 0x800700DF, bis die Grenze mit der Datei unten angehoben ist.",
        Limit4G = "Dateien über 4 GB: nie. Nehmen Sie dafür eine Sync-App oder rclone.",
        LimitFolder = "Ordner mit mehr als etwa 2.000 Einträgen sehen leer aus, bis die Grenze mit der Datei unten angehoben ist.",
        LimitPath = "Pfade über 255 Zeichen und Namen mit  \" * : < > ? \\ |",
        LimitSpace = "Der freie Platz, den er zeigt, ist der von Laufwerk C:. Wie voll Ihre Cloud ist, steht auf der Seite Ihres Kontos.",
        RegContent = "Was in der Datei steht",
    };

    public required string How { get; init; }
    public required string HowText { get; init; }
    public required string AddressOf { get; init; }
    public required string Yours { get; init; }
    public required string Phone { get; init; }
    public required string PhoneText { get; init; }
    public required string QrLabel { get; init; }
    public required string OpenInApp { get; init; }
    public required string PhoneOther { get; init; }
    public required string Sync { get; init; }
    public required string SyncText { get; init; }
    public required string ServerAddress { get; init; }
    public required string WindowsStep1 { get; init; }
    public required string WindowsStep2 { get; init; }
    public required string WindowsStep3 { get; init; }
    public required string WindowsCommand { get; init; }
    public required string WindowsLimits { get; init; }
    public required string RegFile { get; init; }
    public required string RegHow { get; init; }
    public required string TestLink { get; init; }
    public required string MacStep1 { get; init; }
    public required string MacStep2 { get; init; }
    public required string MacStep3 { get; init; }
    public required string LinuxText { get; init; }
    public required string Rclone { get; init; }
    public required string RcloneText { get; init; }
    public required string RcloneUse { get; init; }
    public required string RcloneBlock { get; init; }
    public required string Copy { get; init; }
    public required string Copied { get; init; }
    public required string TestTitle { get; init; }
    public required string TestText { get; init; }
    public required string Needs { get; init; }
    public required string Limits { get; init; }
    public required string Good { get; init; }
    public required string Bad { get; init; }
    public required string Open { get; init; }
    public required string NeedsScript { get; init; }
    public required string Https { get; init; }
    public required string NoHttps { get; init; }
    public required string HostName { get; init; }
    public required string HostNumber { get; init; }
    public required Func<string, string> Tls { get; init; }
    public required string Certificate { get; init; }
    public required string RootAnswers { get; init; }
    public required string TreeAnswers { get; init; }
    public required string AsksPassword { get; init; }
    public required string Service { get; init; }
    public required string ServiceHow { get; init; }
    public required string Limit50 { get; init; }
    public required string Limit4G { get; init; }
    public required string LimitFolder { get; init; }
    public required string LimitPath { get; init; }
    public required string LimitSpace { get; init; }
    public required string RegContent { get; init; }

    /// <summary>The words of a language.</summary>
    public static DeviceWords In(Language language) =>
        language switch
        {
            Language.Dutch => s_dutch,
            Language.French => s_french,
            Language.German => s_german,
            Language.English => s_english,
        };
}
