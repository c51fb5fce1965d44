using CloudDav.Vault;

namespace CloudDav.Server.Refusals;

internal static partial class RefusalTexts
{
    // csharpier-ignore
    private static string German(Wording w) =>
        w.Rule switch
        {
            RefusalRule.NotFound => "Unter dieser Adresse gibt es nichts. Prüfen Sie die Adresse.",
            RefusalRule.ParentMissing => "Der Ordner, in den dies gelegt werden soll, existiert nicht. Legen Sie ihn zuerst an.",
            RefusalRule.AlreadyExists => "Unter diesem Namen gibt es schon etwas. Wählen Sie einen anderen Namen.",
            RefusalRule.IsFolder => "Dies ist ein Ordner, und ein Ordner hat selbst keinen Inhalt. Wählen Sie eine Datei oder einen anderen Namen.",
            RefusalRule.IsFile => "Dies ist eine Datei und kein Ordner. Wählen Sie einen Ordner.",
            RefusalRule.DestinationExists => "Am Ziel gibt es schon etwas, und es sollte nicht ersetzt werden. Wählen Sie einen anderen Namen oder lassen Sie es ersetzen.",
            RefusalRule.SameNode => "Quelle und Ziel sind dasselbe. Wählen Sie ein anderes Ziel.",
            RefusalRule.InsideItself => "Ein Ordner kann weder in sich selbst gelegt werden noch einen Ordner ersetzen, in dem er liegt. Wählen Sie ein anderes Ziel.",
            RefusalRule.IsRoot => "Der oberste Ordner kann nicht verschoben, ersetzt oder gelöscht werden. Wählen Sie, was darin liegt.",
            RefusalRule.Locked => $"Dies ist von {w.Holder ?? "jemand anderem"} gesperrt. Warten Sie, bis es wieder frei ist.",
            RefusalRule.LockConflict => $"Sie können dies nicht sperren: Es ist schon von {w.Holder ?? "jemand anderem"} gesperrt. Warten Sie, bis es wieder frei ist.",
            RefusalRule.LockTokenMismatch => "Diese Sperre gilt nicht für diese Adresse. Schließen Sie die Datei und öffnen Sie sie erneut.",
            RefusalRule.LockNotYours => $"Diese Sperre wurde von {w.Holder ?? "jemand anderem"} gesetzt. Nur wer sie gesetzt hat, kann sie aufheben.",
            RefusalRule.ConditionFailed => "Dies wurde inzwischen geändert. Rufen Sie die neueste Fassung ab und versuchen Sie es erneut.",
            RefusalRule.CapacityExceeded => $"Der Platz reicht nicht: {w.UsedSize} von {w.LimitSize} sind belegt. Löschen Sie etwas oder wählen Sie eine größere Option.",
            RefusalRule.PlatformFull => "Der Server hat im Moment keinen Platz mehr. Versuchen Sie es später erneut.",
            RefusalRule.StorageUnavailable => "Der Speicher ist im Moment nicht erreichbar. Ihre Dateien sind sicher; versuchen Sie es gleich noch einmal.",
            RefusalRule.CaseConflict => $"„{w.Name}“ gibt es schon und unterscheidet sich nur in Groß- und Kleinbuchstaben. Wählen Sie einen anderen Namen.",
            RefusalRule.NameNotAllowed => "Dieser Name ist nicht erlaubt. Wählen Sie einen anderen Namen.",
            RefusalRule.NameTooLong => $"Der Name ist länger als {w.Limit} Byte. Wählen Sie einen kürzeren Namen.",
            RefusalRule.TooDeep => $"Ordner können hier höchstens {w.Limit} Ebenen tief liegen. Wählen Sie einen Ort weiter oben.",
            RefusalRule.TooManyItems => $"Es gibt schon {w.Used} von höchstens {w.Limit} Dateien und Ordnern. Löschen Sie zuerst einige.",
            RefusalRule.TooManyLocks => $"Es gibt schon {w.Used} Sperren, und höchstens {w.Limit} sind möglich. Schließen Sie zuerst einige Dateien.",
            RefusalRule.PropertiesTooLarge => $"Die Eigenschaften sind zusammen größer als {w.LimitSize}. Speichern Sie weniger oder kürzere.",
            RefusalRule.ListingTooLarge => $"Es gibt {w.Used} Dateien und Ordner, mehr als die {w.Limit}, die auf einmal aufgelistet werden. Fragen Sie eine Ebene nach der anderen ab.",
            RefusalRule.TransferTooLarge => $"Es sind {w.Used} Dateien und Ordner, mehr als die {w.Limit}, die auf einmal in einen geteilten Ordner hinein oder aus ihm heraus gehen. Gehen Sie Ordner für Ordner vor.",
            RefusalRule.LengthMismatch => "Was angekommen ist, ist nicht so lang wie angekündigt. Es wurde nichts gespeichert; versuchen Sie es erneut.",
            RefusalRule.ChecksumMismatch => "Was angekommen ist, passt nicht zur Prüfsumme. Es wurde nichts gespeichert; versuchen Sie es erneut.",
            RefusalRule.RangeNotSatisfiable => $"Die Datei endet bei Byte {w.Limit}, noch vor dem Anfang des verlangten Teils. Laden Sie die Datei neu herunter.",
            RefusalRule.SignedOut => "Dieses Gerät wurde abgemeldet. Melden Sie sich mit einem gültigen Passwort neu an.",
            RefusalRule.OverCapacity => $"Sie belegen mehr, als Ihre Option umfasst: {w.UsedSize} von {w.LimitSize}. Löschen Sie etwas oder wählen Sie eine größere Option; bis dahin kann nichts hinzukommen.",
            RefusalRule.TakeBackWindow => w.LastDay is { } day
                ? $"Ihr Vertrag ist beendet. Bis einschließlich {day} können Sie Ihre Dateien herunterladen und löschen."
                : "Ihr Vertrag ist beendet. Sie können Ihre Dateien noch herunterladen und löschen.",
            RefusalRule.AccountClosed => w.LastDay is { } day
                ? $"Dieses Konto ist geschlossen: Ihre Dateien konnten bis einschließlich {day} zurückgeholt werden. Wenden Sie sich an Ihren Anbieter, wenn Sie den Dienst wieder nutzen möchten."
                : "Dieses Konto ist geschlossen. Wenden Sie sich an Ihren Anbieter, wenn Sie den Dienst wieder nutzen möchten.",
            RefusalRule.Suspended => $"Ihr Zugang hierzu ist{Until(" bis zum ", w.Until)} ausgesetzt. {w.WordsOr("Fragen Sie Ihren Anbieter nach dem Grund.")}",
            RefusalRule.Restricted => $"Diese Funktion ist{Until(" bis zum ", w.Until)} eingeschränkt. {w.WordsOr("Versuchen Sie es später erneut oder wenden Sie sich an Ihren Anbieter.")}",
            RefusalRule.Blocked => $"Dies ist{Until(" bis zum ", w.Until)} blockiert. {w.WordsOr("Fragen Sie Ihren Anbieter nach dem Grund.")}",
            RefusalRule.NotInContract => "Ihr Vertrag umfasst dies nicht. Fragen Sie Ihren Anbieter nach den Möglichkeiten.",
            RefusalRule.DoorNotAllowed => "Auf diesem Weg ist das nicht möglich. Verwenden Sie ein anderes Programm oder Gerät.",
            RefusalRule.PlatformOff => $"Der Dienst wird gewartet{Until(", voraussichtlich bis zum ", w.Until)}. Ihre Dateien sind sicher; versuchen Sie es später erneut.{w.WordsAfter}",
            RefusalRule.PlatformReadOnly => $"Wegen Wartungsarbeiten kann im Moment nichts geändert werden{Until(", voraussichtlich bis zum ", w.Until)}. Lesen und Herunterladen ist möglich; versuchen Sie es später erneut.{w.WordsAfter}",
            RefusalRule.TermsNotAccepted => "Stimmen Sie zuerst auf der Website den aktuellen Bedingungen zu.",
            RefusalRule.TooManyTries => $"Es wurde zu oft ein falsches Passwort eingegeben. Warten Sie{Until(" bis zum ", w.Until)} oder melden Sie sich mit einem App-Passwort an.",
            RefusalRule.SignInBusy => "Im Moment melden sich zu viele Personen an. Versuchen Sie es gleich noch einmal.",
            RefusalRule.SignInUnavailable => "Der Anmeldedienst ist im Moment nicht erreichbar. Versuchen Sie es gleich noch einmal oder melden Sie sich mit einem App-Passwort an.",
            RefusalRule.SignInDisabled => "Mit diesem Konto können Sie sich nicht anmelden. Wenden Sie sich an Ihren Anbieter.",
            RefusalRule.NoVault => "Zu dieser Anmeldung gehört kein Speicherplatz. Wenden Sie sich an Ihren Anbieter.",
            RefusalRule.DeviceBusy => "Dieses Gerät verlangt zu viel auf einmal. Versuchen Sie es gleich noch einmal.",
            RefusalRule.InvalidInput => "Nicht alles ist richtig ausgefüllt. Berichtigen Sie die genannten Felder und versuchen Sie es erneut.",
            RefusalRule.OwnSignInRequired => "Melden Sie sich dafür mit Ihrem eigenen Passwort oder bei Ihrem Anbieter an; ein App-Passwort reicht nicht.",
            RefusalRule.OwnerOnly => "Das kann nur der Kunde tun, nicht die anderen Mitglieder des Haushalts.",
            RefusalRule.TooManyDevices => $"Es gibt {w.Used} Geräte, und es können höchstens {w.Limit} sein. Widerrufen Sie zuerst eines.",
            RefusalRule.LinkNotValid => "Dieser Link funktioniert nicht mehr. Bitten Sie Ihren Anbieter um einen neuen.",
            RefusalRule.NoSharedSecret => "Mit dem Empfänger der Ereignisse ist kein Geheimnis geteilt. Legen Sie zuerst eines fest.",
            RefusalRule.AlreadyEnded => "Dies ist bereits beendet oder entschieden. Es wurde nichts geändert.",
            RefusalRule.UndertakingRequired => "Von dieser Person liegt keine gültige Vertraulichkeitserklärung vor. Erfassen Sie zuerst eine.",
            RefusalRule.OtherApproverRequired => "Wer Zugang beantragt, genehmigt ihn nicht selbst. Lassen Sie jemand anderen entscheiden.",
            RefusalRule.StaffGrantRequired => "Sie haben derzeit keinen genehmigten Zugang zu diesem Konto. Beantragen Sie ihn zuerst.",
            RefusalRule.UnknownOption => "Diese Option gibt es nicht. Wählen Sie eine aus dem Katalog.",
            RefusalRule.OptionWithdrawn => "Diese Option wird nicht mehr angeboten. Wählen Sie eine andere.",
            RefusalRule.NoMainContract => "Dieser Kunde hat keinen aktiven Hauptvertrag. Ohne Hauptvertrag gibt es keinen Dienst.",
            RefusalRule.MainContractUnconfirmed => "Im Moment lässt sich nicht prüfen, ob es einen aktiven Hauptvertrag gibt. Versuchen Sie es später erneut.",
            RefusalRule.ContractRunning => "Der Vertrag läuft schon, und ein Ende ist nicht bekannt. Wechseln Sie die Option, wenn Sie eine andere möchten.",
            RefusalRule.ContractEnded => w.LastDay is { } day
                ? $"Der Vertrag ist beendet. Bis einschließlich {day} kann er fortgesetzt werden."
                : "Der Vertrag ist beendet.",
            RefusalRule.NameTaken => "Jemand anderes meldet sich mit diesem Namen an. Wählen Sie einen anderen Namen.",
            RefusalRule.TooManyMembers => $"Der Haushalt hat schon {w.Used} von höchstens {w.Limit} Mitgliedern.",
            RefusalRule.MemberBelongs => "Diese Person gehört schon zum Haushalt.",
            RefusalRule.MemberHasLeft => "Diese Person hat den Haushalt schon verlassen.",
            RefusalRule.CommandReused => "Diese Kennung wurde schon für einen anderen Auftrag verwendet. Geben Sie jedem Auftrag seine eigene.",
            RefusalRule.VersionConflict => "Dies wurde inzwischen geändert. Rufen Sie die neueste Fassung ab und versuchen Sie es erneut.",
            RefusalRule.TokenNotAccepted => "Hier braucht es ein gültiges Token des Betreibers. Fordern Sie ein neues an.",
            RefusalRule.ScopeMissing => "Diesem Token fehlt das nötige Recht. Fordern Sie eines an, das es hat.",
            RefusalRule.MethodNotAllowed => "Das geht unter dieser Adresse nicht. Verwenden Sie eine andere Methode.",
            RefusalRule.NotJson => "Ein Auftrag muss JSON sein. Senden Sie ihn als application/json.",
            RefusalRule.RequestTooLarge => $"Dieser Auftrag ist größer als {w.LimitSize}. Senden Sie weniger.",
            RefusalRule.ShareNotFound => "Hinter diesem Link ist nichts, oder nichts mehr. Bitten Sie um einen neuen.",
            RefusalRule.SharePaused => "Was mit Ihnen geteilt wurde, lässt sich zurzeit nicht öffnen. Es kommt von selbst wieder; versuchen Sie es später erneut.",
            RefusalRule.ShareBlocked => w.IsLegalOrder
                ? "Was mit Ihnen geteilt wurde, ist gesperrt, weil ein Gesetz oder ein Gericht es verlangt. Wenden Sie sich an die Person, die es teilt."
                : "Was mit Ihnen geteilt wurde, ist gesperrt. Wenden Sie sich an die Person, die es teilt.",
            RefusalRule.ShareExpired => "Dies wird nicht mehr geteilt. Bitten Sie erneut darum.",
            RefusalRule.ShareRightMissing => "Was mit Ihnen geteilt wurde, erlaubt das nicht. Wenden Sie sich an die Person, die es teilt.",
            RefusalRule.ShareFull => "Dort, wo Sie es ablegen möchten, ist kein Platz dafür. Sagen Sie es der Person, die Ihnen den Link gegeben hat.",
            RefusalRule.ProtectedContent => $"Dies ist gekennzeichnet, weil andere Rechte daran haben, und kann nur mit Ihrem Haushalt geteilt werden. Wählen Sie etwas anderes.{w.WordsAfter}",
            RefusalRule.MarkNotYours => $"Ihr Anbieter hat dies gekennzeichnet, weil andere Rechte daran haben, und nur Ihr Anbieter kann die Kennzeichnung aufheben. {w.WordsOr("Fragen Sie Ihren Anbieter nach dem Grund.")}",
            RefusalRule.RightsNotAttested => "Bestätigen Sie, dass Sie die Rechte an dem haben, was Sie mit anderen teilen, und versuchen Sie es erneut.",
            RefusalRule.TooManyShares => $"Es gibt {w.Used} von höchstens {w.Limit} Freigaben. Beenden Sie zuerst einige.",
        };
}
