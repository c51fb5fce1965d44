using CloudDav.Vault;

namespace CloudDav.Server.Pages;

internal sealed partial record PageWords
{
    private static readonly PageWords s_german = new()
    {
        SignIn = "Anmelden",
        Name = "Name",
        Password = "Passwort",
        WrongPassword =
            "Der Name oder das Passwort ist falsch. Prüfen Sie beides und versuchen Sie es erneut.",
        TooManyTries = minutes =>
            minutes == 1
                ? "Zu oft wurde ein falsches Passwort eingegeben. Warten Sie eine Minute und versuchen Sie es erneut."
                : $"Zu oft wurde ein falsches Passwort eingegeben. Warten Sie {minutes} Minuten und versuchen Sie es erneut.",
        AppPasswordNotHere =
            "Das ist ein App-Passwort. Diese sind für Programme; melden Sie sich hier mit Ihrem eigenen Passwort an.",
        SignOut = "Abmelden",
        SignedInAs = name => $"Sie sind als {name} angemeldet.",
        Connect = "Ein Programm verbinden",
        ConnectQuestion = "Darf dieses Programm Ihre Dateien lesen und ändern?",
        ConnectSignInFirst =
            "Ein Programm möchte sich mit Ihrer Cloud verbinden. Melden Sie sich zuerst an.",
        Program = "Programm",
        UnknownProgram = "Ein Programm, das seinen Namen nicht nennt",
        Address = "Fragt von der Adresse",
        Time = "Seit",
        Account = "Für das Konto",
        Grant = "Zugriff erlauben",
        Refuse = "Ablehnen",
        ConnectWarning =
            "Erlauben Sie den Zugriff nur, wenn Sie das gerade selbst begonnen haben, in einem Programm auf einem Ihrer Geräte.",
        NotYou = "Mit einem anderen Konto anmelden",
        Connected = "Das Programm ist verbunden",
        ConnectedText =
            "Sie können dieses Fenster schließen und zum Programm zurückkehren. Es bleibt verbunden, bis Sie es unter Ihren Geräten widerrufen.",
        NotConnected = "Nicht verbunden",
        NotConnectedText =
            "Das Programm hat keinen Zugriff erhalten. Sie können dieses Fenster schließen.",
        RequestOver = "Beginnen Sie im Programm von vorn",
        RequestOverText =
            "Diese Anfrage ist abgelaufen oder wurde schon beantwortet. Verbinden Sie sich noch einmal aus dem Programm.",
        Tv = "Fernseher",
        TvConnect = "Einen Fernseher verbinden",
        TvSignInFirst =
            "Ein Fernseher möchte Ihre Bilder und Videos zeigen. Melden Sie sich zuerst an.",
        TvCode = "Code auf dem Fernseher",
        TvCodeWrong =
            "Kein Fernseher wartet mit diesem Code. Vergleichen Sie ihn mit der Anzeige; ist er derselbe, fordern Sie dort einen neuen an.",
        TvCodeOverText = "Dieser Code ist abgelaufen. Fordern Sie am Fernseher einen neuen an.",
        TvGoOn = "Weiter",
        TvQuestion = "Darf dieser Fernseher Ihre Bilder und Videos zeigen? Ändern kann er nichts.",
        TvWarning =
            "Erlauben Sie den Zugriff nur, wenn dieser Code gerade auf einem Fernseher vor Ihnen steht.",
        TvConnected = "Der Fernseher ist verbunden",
        TvConnectedText =
            "Sie können dieses Fenster schließen; der Fernseher macht von selbst weiter. Er bleibt verbunden, bis Sie ihn bei Ihren Geräten widerrufen.",
        TvNotConnectedText = "Der Fernseher hat keinen Zugriff erhalten.",
        Statement = "Teilen aus Programmen",
        StatementWhy =
            "Programme, die Sie verbunden haben, können Links zu Ihren Dateien machen. Sie können nicht jedes Mal fragen, ob Sie die Rechte an dem haben, was Sie teilen; darum sagen Sie es hier einmal.",
        StatementText =
            "Ich habe die Rechte an allem, was ich aus meinen Programmen über Links teile, oder die Zustimmung derer, die sie haben.",
        StatementMade = "Sie haben das bestätigt.",
        StatementConfirm = "Bestätigen",
        StatementWithdraw = "Zurücknehmen; Links, die ich gemacht habe, bleiben",
        Areas = "Ihre Cloud",
        Files = "Dateien",
        Photos = "Fotos",
        Trash = "Papierkorb",
        Past = "Wie es war",
        Shared = "Geteilt",
        Back = "Zurück",
        Place = "Wo Sie sind",
        Actions = "Aktionen",
        ActionsOn = name => $"Aktionen mit {name}",
        Size = "Größe",
        Items = "Dateien und Ordner darin",
        Modified = "Geändert",
        EmptyFolder = "In diesem Ordner ist nichts.",
        AddHere = "Zu diesem Ordner hinzufügen",
        UploadFiles = "Dateien von diesem Gerät",
        Upload = "Hochladen",
        NewFolder = "Neuer Ordner",
        Create = "Anlegen",
        Open = "Öffnen",
        Download = "Herunterladen",
        NewName = "Name",
        Rename = "Umbenennen",
        MoveTo = "Ordner, in dem es liegt",
        Move = "Verschieben",
        Delete = "Löschen",
        Deleted = "Es liegt im Papierkorb.",
        Undo = "Rückgängig machen",
        Versions = "Frühere Versionen",
        Restore = "Wiederherstellen",
        RestoreItem = name => $"{name} wiederherstellen",
        RestoreTogether = "Alles wiederherstellen, was zusammen gelöscht wurde",
        TrashEmpty = "Der Papierkorb ist leer.",
        TrashHint = "Was gelöscht wurde, bleibt eine Weile hier und kann wiederhergestellt werden.",
        EmptyTrash = "Papierkorb leeren",
        EmptyTrashHint =
            "Was darin liegt, wird dann nicht mehr gezeigt und ist 7 Tage später endgültig weg.",
        Pages = "Seiten",
        Previous = "Vorherige",
        Next = "Nächste",
        PageOf = (page, pages) => $"Seite {page} von {pages}",
        Room = "Belegter Speicher",
        Used = used => $"{used} belegt",
        UsedOf = (used, capacity) => $"{used} von {capacity} belegt",
        PastHint =
            "Sehen Sie Ihre Cloud, wie sie zu einem Zeitpunkt der letzten Wochen war, öffnen Sie, was darin lag, und bringen Sie alles oder einen Ordner dahin zurück.",
        Moment = "Zeitpunkt",
        Show = "Zeigen",
        AsOf = moment => $"Wie es war am {moment}",
        NotKept = "nicht mehr aufbewahrt",
        KeptFrom = moment => $"vom {moment}",
        BringAllBack = "Alles hierauf zurückbringen",
        BringFolderBack = name => $"{name} hierauf zurückbringen",
        BringBackHint =
            "Was seither kam, kommt in den Papierkorb, und was sich seither geändert hat, wird eine frühere Version: Nichts geht verloren, und Sie kommen auf dieselbe Weise zu jetzt zurück.",
        BroughtBack = (restored, removed) =>
            $"{restored} zurückgebracht, {removed} in den Papierkorb gelegt.",
        BringBackGoesOn = "Es dauert länger als einen Schritt.",
        GoOn = "Weiter",
        LeftAsTheyAre = count => $"{count} bleiben, wie sie sind",
        Devices = "Geräte",
        OwnAccount = "Konto",
        NoDevices = "Es ist noch kein Programm oder Gerät verbunden.",
        Added = moment => $"hinzugefügt {moment}",
        LastUsed = moment => $"zuletzt benutzt {moment}",
        NeverUsed = "nie benutzt",
        Revoke = "Widerrufen",
        RevokeDevice = name => $"{name} widerrufen",
        Wipe = "Löschen lassen",
        WipeDevice = name => $"{name} löschen lassen",
        WipeHint =
            "Was widerrufen ist, meldet sich nicht mehr an. Was gelöscht werden soll, entfernt auch seine Kopien, wenn es wiederkommt und sein Programm das kann. In der Cloud ändert sich nichts.",
        AddDevice = "Programm oder Gerät verbinden",
        AddDeviceHint =
            "Jedes bekommt ein eigenes Passwort, damit Sie es allein widerrufen können. Apps, die diese Seite selbst öffnen, brauchen keines.",
        DeviceName = "Wie Sie es nennen",
        MakeAppPassword = "Passwort erstellen",
        DeviceAdded = name => $"{name} kann sich verbinden",
        AppPassword = "App-Passwort",
        AppPasswordOnce =
            "Es wird nur dieses Mal gezeigt. Übernehmen Sie es jetzt in das Programm.",
        Stolen = "Jemand anderes benutzt Ihre Cloud",
        StolenText =
            "Mit einem Knopf werden alle Geräte, alle Browser und alle Links abgemeldet, auch dieser. Was Sie hier aufbewahren, bleibt unberührt.",
        StolenPassword = "Auch Ihr Passwort gilt dann nicht mehr: Wählen Sie ein neues.",
        StolenStale =
            "Auch Ihr Passwort gilt dann nicht mehr; mit einem Link Ihres Anbieters kommen Sie wieder hinein. Wenn Sie dabei lieber gleich ein neues Passwort wählen, zeigen Sie zuerst, dass Sie es sind.",
        StolenAtProvider =
            "Danach melden Sie sich wieder bei Ihrem Anbieter an. Wenn jemand Ihr Passwort dort kennt, ändern Sie es zuerst dort.",
        NewPassword = "Neues Passwort",
        StolenButton = "Alles abmelden",
        StolenDone = fate =>
            fate switch
            {
                PasswordFate.Replaced =>
                    "Alles ist abgemeldet. Melden Sie sich mit Ihrem neuen Passwort an.",
                PasswordFate.Removed =>
                    "Alles ist abgemeldet, und Ihr Passwort gilt nicht mehr. Ein neues wurde nicht festgelegt: Bitten Sie Ihren Anbieter um einen Link, mit dem Sie eines festlegen, oder melden Sie sich bei Ihrem Anbieter an, wenn das möglich ist.",
                PasswordFate.None =>
                    "Alles ist abgemeldet. Melden Sie sich bei Ihrem Anbieter an. Wenn jemand Ihr Passwort dort kennt, ändern Sie es dort.",
            },
        Find = "Suchen",
        FindHere = "In diesem Ordner suchen",
        FoundFor = text => $"Gefunden zu „{text}“",
        NothingFound = "Kein Name hier enthält das.",
        NotAllFound = "Es kann mehr geben. Suchen Sie mit mehr vom Namen.",
    };
}
