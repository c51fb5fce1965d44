using System.Collections.Frozen;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>What happened to an account, in words: a sentence for each act that is recorded in its chain.</summary>
internal static class LogWords
{
    // csharpier-ignore
    private static readonly FrozenDictionary<string, Texts> s_acts = new Dictionary<string, Texts>(StringComparer.Ordinal)
    {
        [AuditActs.AccountCreated] = Of("The account was made", "Het account is gemaakt", "Le compte a été créé", "Das Konto wurde angelegt"),
        [AuditActs.AccountRecorded] = Of("The log of the account begins", "Het logboek van het account begint", "Le journal du compte commence", "Das Protokoll des Kontos beginnt"),
        [AuditActs.SignedIn] = Of("Signed in", "Aangemeld", "Connexion", "Angemeldet"),
        [AuditActs.WrongPasswords] = Of("Many wrong passwords; for a while no more were looked at", "Veel verkeerde wachtwoorden; een tijd lang is er naar geen meer gekeken", "Beaucoup de mots de passe erronés ; pendant un moment, plus aucun n’a été examiné", "Viele falsche Passwörter; eine Weile wurde keines mehr geprüft"),
        [AuditActs.DeviceAdded] = Of("A device was added", "Een toestel is toegevoegd", "Un appareil a été ajouté", "Ein Gerät wurde hinzugefügt"),
        [AuditActs.DeviceFirstUsed] = Of("A device was used for the first time", "Een toestel is voor het eerst gebruikt", "Un appareil a été utilisé pour la première fois", "Ein Gerät wurde zum ersten Mal benutzt"),
        [AuditActs.DeviceRenamed] = Of("A device was renamed", "Een toestel kreeg een andere naam", "Un appareil a été renommé", "Ein Gerät wurde umbenannt"),
        [AuditActs.DeviceRevoked] = Of("A device was revoked", "Een toestel is ingetrokken", "Un appareil a été révoqué", "Ein Gerät wurde widerrufen"),
        [AuditActs.DeviceWipeAsked] = Of("A device was told to delete its copies", "Een toestel moet zijn kopieën verwijderen", "Un appareil doit supprimer ses copies", "Ein Gerät soll seine Kopien löschen"),
        [AuditActs.DeviceWiped] = Of("A device has deleted its copies", "Een toestel heeft zijn kopieën verwijderd", "Un appareil a supprimé ses copies", "Ein Gerät hat seine Kopien gelöscht"),
        [AuditActs.PasswordSet] = Of("The own password was set", "Het eigen wachtwoord is ingesteld", "Le mot de passe a été défini", "Das eigene Passwort wurde gesetzt"),
        [AuditActs.PasswordRemoved] = Of("The own password was removed", "Het eigen wachtwoord is verwijderd", "Le mot de passe a été supprimé", "Das eigene Passwort wurde entfernt"),
        [AuditActs.SecondFactorSet] = Of("Your password takes a code as well from now on", "Uw wachtwoord vraagt voortaan ook een code", "Votre mot de passe demande désormais aussi un code", "Ihr Passwort verlangt von nun an auch einen Code"),
        [AuditActs.SecondFactorRemoved] = Of("Your password takes no code any more", "Uw wachtwoord vraagt geen code meer", "Votre mot de passe ne demande plus de code", "Ihr Passwort verlangt keinen Code mehr"),
        [AuditActs.RecoveryCodesMade] = Of("New recovery codes were made", "Er zijn nieuwe herstelcodes gemaakt", "De nouveaux codes de secours ont été créés", "Neue Wiederherstellungscodes wurden erstellt"),
        [AuditActs.RecoveryCodeUsed] = Of("A recovery code was used", "Er is een herstelcode gebruikt", "Un code de secours a été utilisé", "Ein Wiederherstellungscode wurde benutzt"),
        [AuditActs.SessionsEnded] = Of("Other browsers were signed out", "Andere browsers zijn afgemeld", "D’autres navigateurs ont été déconnectés", "Andere Browser wurden abgemeldet"),
        [AuditActs.OneTimeLinkMade] = Of("A one-time link to set a password was made", "Er is een eenmalige link gemaakt om een wachtwoord in te stellen", "Un lien à usage unique pour définir un mot de passe a été créé", "Ein einmaliger Link zum Setzen eines Passworts wurde erstellt"),
        [AuditActs.UnauthorisedUseReported] = Of("Use by somebody else was reported, and everything signed out", "Gebruik door iemand anders is gemeld, en alles is afgemeld", "Une utilisation par quelqu’un d’autre a été signalée, et tout a été déconnecté", "Benutzung durch jemand anderen wurde gemeldet und alles abgemeldet"),
        [AuditActs.ShareCreated] = Of("Something was shared", "Er is iets gedeeld", "Quelque chose a été partagé", "Etwas wurde geteilt"),
        [AuditActs.ShareChanged] = Of("A share was changed", "Wat gedeeld is, is aangepast", "Un partage a été modifié", "Eine Freigabe wurde geändert"),
        [AuditActs.ShareRemoved] = Of("A share was ended", "Iets wordt niet meer gedeeld", "Un partage a pris fin", "Eine Freigabe wurde beendet"),
        [AuditActs.ShareOpened] = Of("What is shared was opened", "Wat gedeeld is, is geopend", "Ce qui est partagé a été ouvert", "Was geteilt ist, wurde geöffnet"),
        [AuditActs.ShareDownloaded] = Of("Something was downloaded from what is shared", "Er is gedownload uit wat gedeeld is", "Un téléchargement a été fait dans ce qui est partagé", "Aus dem, was geteilt ist, wurde heruntergeladen"),
        [AuditActs.ShareReceived] = Of("A file was put into what is shared", "Er is een bestand gezet in wat gedeeld is", "Un fichier a été déposé dans ce qui est partagé", "In das, was geteilt ist, wurde eine Datei gelegt"),
        [AuditActs.RightsStated] = Of("You stated that you hold the rights to what your programs share", "U hebt verklaard dat u de rechten hebt op wat uw programma’s delen", "Vous avez déclaré détenir les droits sur ce que vos programmes partagent", "Sie haben erklärt, die Rechte an dem zu haben, was Ihre Programme teilen"),
        [AuditActs.RightsWithdrawn] = Of("That statement was taken back", "Die verklaring is teruggenomen", "Cette déclaration a été retirée", "Diese Erklärung wurde zurückgenommen"),
        [AuditActs.ItemProtected] = Of("Something was marked as holding others’ rights", "Iets is gemerkt als werk met rechten van anderen", "Un élément a été marqué comme portant des droits d’autrui", "Etwas wurde als Werk mit Rechten anderer gekennzeichnet"),
        [AuditActs.ItemUnprotected] = Of("Such a mark was taken away", "Zo’n merk is weggehaald", "Cette marque a été retirée", "Eine solche Kennzeichnung wurde entfernt"),
        [AuditActs.TrashEmptied] = Of("The trash, or something in it, was emptied", "De prullenmand, of iets erin, is leeggemaakt", "La corbeille, ou un de ses éléments, a été vidée", "Der Papierkorb oder etwas darin wurde geleert"),
        [AuditActs.BurstUndone] = Of("What was deleted together was restored", "Wat samen verwijderd was, is teruggezet", "Ce qui avait été supprimé ensemble a été restauré", "Was zusammen gelöscht war, wurde wiederhergestellt"),
        [AuditActs.Rewound] = Of("The cloud, or something in it, was brought back to how it was", "De cloud, of iets erin, is teruggebracht naar hoe het was", "Le cloud, ou un de ses éléments, a été ramené à un état antérieur", "Die Cloud oder etwas darin wurde auf einen früheren Stand gebracht"),
        [AuditActs.VersionRemoved] = Of("An earlier version was removed", "Een eerdere versie is verwijderd", "Une version précédente a été supprimée", "Eine frühere Version wurde entfernt"),
        [AuditActs.MassChange] = Of("Much was deleted or overwritten in a short time; nothing goes from the trash by itself for now", "Er is veel verwijderd of overschreven in korte tijd; voorlopig verdwijnt er niets vanzelf uit de prullenmand", "Beaucoup a été supprimé ou écrasé en peu de temps ; pour l’instant, rien ne quitte la corbeille de soi-même", "Viel wurde in kurzer Zeit gelöscht oder überschrieben; vorerst verschwindet nichts von selbst aus dem Papierkorb"),
        [AuditActs.TermsAccepted] = Of("Terms were accepted", "Voorwaarden zijn aanvaard", "Des conditions ont été acceptées", "Bedingungen wurde zugestimmt"),
        [AuditActs.MemberConfirmed] = Of("A member of the household was confirmed", "Een gezinslid is bevestigd", "Un membre du ménage a été confirmé", "Ein Mitglied des Haushalts wurde bestätigt"),
        [AuditActs.StandingChanged] = Of("The account stands differently", "De toestand van het account is gewijzigd", "L’état du compte a changé", "Der Stand des Kontos hat sich geändert"),
        [AuditActs.MeasureEnded] = Of("A measure of the provider has ended by itself", "Een maatregel van de provider is vanzelf afgelopen", "Une mesure du fournisseur a pris fin d’elle-même", "Eine Maßnahme des Anbieters ist von selbst ausgelaufen"),
        [AuditActs.TakeBackReminded] = Of("You were reminded to take your files back", "U bent eraan herinnerd uw bestanden terug te nemen", "Vous avez reçu le rappel de reprendre vos fichiers", "Sie wurden daran erinnert, Ihre Dateien zurückzunehmen"),
        [AuditActs.TakeBackReopened] = Of("The time to take your files back was opened anew", "De tijd om uw bestanden terug te nemen is opnieuw begonnen", "Le délai pour reprendre vos fichiers a été rouvert", "Die Zeit zum Zurücknehmen Ihrer Dateien begann von Neuem"),
        [AuditActs.DestructionAllowed] = Of("The destruction of the files may go on", "De vernietiging van de bestanden mag doorgaan", "La destruction des fichiers peut se poursuivre", "Die Vernichtung der Dateien darf weitergehen"),
        [AuditActs.DestructionBegan] = Of("The destruction of the files began", "De vernietiging van de bestanden is begonnen", "La destruction des fichiers a commencé", "Die Vernichtung der Dateien hat begonnen"),
        [AuditActs.VaultExported] = Of("Everything was written out on the provider’s machine", "Alles is weggeschreven op de machine van de provider", "Tout a été exporté sur la machine du fournisseur", "Alles wurde auf der Maschine des Anbieters ausgegeben"),
        [AuditActs.EventRetried] = Of("A message about the account is sent to the provider again", "Een bericht over het account wordt opnieuw naar de provider gestuurd", "Un message sur le compte est renvoyé au fournisseur", "Eine Nachricht über das Konto wird erneut an den Anbieter gesendet"),
        ["contract.ordered"] = Of("The contract began", "Het contract is begonnen", "Le contrat a commencé", "Der Vertrag hat begonnen"),
        ["contract.ordered-again"] = Of("The contract was ordered again", "Het contract is opnieuw besteld", "Le contrat a été commandé à nouveau", "Der Vertrag wurde neu bestellt"),
        ["contract.option-changed"] = Of("Another option was chosen", "Er is een andere optie gekozen", "Une autre option a été choisie", "Eine andere Option wurde gewählt"),
        ["contract.ended"] = Of("An end of the contract was recorded", "Een einde van het contract is vastgelegd", "Une fin du contrat a été enregistrée", "Ein Ende des Vertrags wurde erfasst"),
        ["contract.reactivated"] = Of("The contract goes on", "Het contract loopt verder", "Le contrat continue", "Der Vertrag geht weiter"),
        ["main-contract.changed"] = Of("Something about the internet contract was recorded", "Er is iets over het internetcontract vastgelegd", "Une information sur le contrat internet a été enregistrée", "Zum Internetvertrag wurde etwas erfasst"),
        ["tv-contract.reported"] = Of("Something about the TV contract was recorded", "Er is iets over het tv-contract vastgelegd", "Une information sur le contrat TV a été enregistrée", "Zum TV-Vertrag wurde etwas erfasst"),
        ["member.added"] = Of("A member of the household was added", "Een gezinslid is toegevoegd", "Un membre du ménage a été ajouté", "Ein Mitglied des Haushalts wurde hinzugefügt"),
        ["member.left"] = Of("A member leaves the household", "Een gezinslid verlaat het gezin", "Un membre quitte le ménage", "Ein Mitglied verlässt den Haushalt"),
        ["member.returned"] = Of("A member came back to the household", "Een gezinslid is terug in het gezin", "Un membre est revenu dans le ménage", "Ein Mitglied ist in den Haushalt zurückgekehrt"),
        ["suspension.set"] = Of("The provider suspended something", "De provider heeft iets geschorst", "Le fournisseur a suspendu quelque chose", "Der Anbieter hat etwas ausgesetzt"),
        ["suspension.lifted"] = Of("A suspension was lifted", "Een schorsing is opgeheven", "Une suspension a été levée", "Eine Aussetzung wurde aufgehoben"),
        ["restriction.set"] = Of("The provider restricted something", "De provider heeft iets beperkt", "Le fournisseur a restreint quelque chose", "Der Anbieter hat etwas eingeschränkt"),
        ["restriction.lifted"] = Of("A restriction was lifted", "Een beperking is opgeheven", "Une restriction a été levée", "Eine Einschränkung wurde aufgehoben"),
        ["block.set"] = Of("The provider blocked an item", "De provider heeft een item geblokkeerd", "Le fournisseur a bloqué un élément", "Der Anbieter hat ein Element blockiert"),
        ["block.lifted"] = Of("A block was lifted", "Een blokkering is opgeheven", "Un blocage a été levé", "Eine Blockierung wurde aufgehoben"),
        ["legal-hold.set"] = Of("Something must be kept for legal reasons", "Iets moet om wettelijke redenen bewaard blijven", "Quelque chose doit être conservé pour des raisons légales", "Etwas muss aus rechtlichen Gründen aufbewahrt werden"),
        ["legal-hold.lifted"] = Of("What had to be kept need not be any more", "Wat bewaard moest blijven, hoeft dat niet meer", "Ce qui devait être conservé ne doit plus l’être", "Was aufbewahrt werden musste, muss es nicht mehr"),
        ["protection.set"] = Of("The provider marked an item as holding others’ rights", "De provider heeft een item gemerkt als werk met rechten van anderen", "Le fournisseur a marqué un élément comme portant des droits d’autrui", "Der Anbieter hat ein Element als Werk mit Rechten anderer gekennzeichnet"),
        ["protection.lifted"] = Of("The provider took such a mark away", "De provider heeft zo’n merk weggehaald", "Le fournisseur a retiré cette marque", "Der Anbieter hat eine solche Kennzeichnung entfernt"),
        ["share-block.set"] = Of("The provider blocked something that is shared", "De provider heeft iets wat gedeeld is geblokkeerd", "Le fournisseur a bloqué un partage", "Der Anbieter hat eine Freigabe blockiert"),
        ["share-block.lifted"] = Of("The block of something that is shared was lifted", "De blokkering van iets wat gedeeld is, is opgeheven", "Le blocage d’un partage a été levé", "Die Blockierung einer Freigabe wurde aufgehoben"),
        ["legal-order.recorded"] = Of("An order of an authority was recorded", "Een bevel van een overheid is vastgelegd", "Un ordre d’une autorité a été enregistré", "Eine Anordnung einer Behörde wurde erfasst"),
        ["legal-order.changed"] = Of("Something about an order of an authority was recorded", "Er is iets over een bevel van een overheid vastgelegd", "Une information sur un ordre d’une autorité a été enregistrée", "Zu einer Anordnung einer Behörde wurde etwas erfasst"),
        ["legal-order.unsealed"] = Of("You may now be told of an order of an authority", "Over een bevel van een overheid mag u nu iets weten", "Vous pouvez désormais être informé d’un ordre d’une autorité", "Sie dürfen nun von einer Anordnung einer Behörde erfahren"),
        ["audit.unsealed"] = Of("What the law kept from you is now shown", "Wat de wet voor u verborgen hield, wordt nu getoond", "Ce que la loi vous cachait est maintenant affiché", "Was das Gesetz vor Ihnen verbarg, wird jetzt gezeigt"),
        ["staff-grant.requested"] = Of("An employee asked for access to your files", "Een medewerker heeft toegang tot uw bestanden gevraagd", "Un employé a demandé l’accès à vos fichiers", "Ein Mitarbeiter hat Zugriff auf Ihre Dateien beantragt"),
        ["staff-grant.approved"] = Of("Another employee approved it, for a limited time", "Een andere medewerker heeft dat goedgekeurd, voor een beperkte tijd", "Un autre employé l’a approuvé, pour une durée limitée", "Ein anderer Mitarbeiter hat es befristet genehmigt"),
        ["staff-grant.ended"] = Of("The access of an employee ended or was refused", "De toegang van een medewerker is beëindigd of geweigerd", "L’accès d’un employé a pris fin ou a été refusé", "Der Zugriff eines Mitarbeiters wurde beendet oder abgelehnt"),
        [StaffActs.Listed] = Of("An employee looked into a folder", "Een medewerker heeft in een map gekeken", "Un employé a consulté un dossier", "Ein Mitarbeiter hat in einen Ordner gesehen"),
        [StaffActs.Downloaded] = Of("An employee downloaded a file", "Een medewerker heeft een bestand gedownload", "Un employé a téléchargé un fichier", "Ein Mitarbeiter hat eine Datei heruntergeladen"),
        ["breach.notified"] = Of("You were told of a breach of personal data", "U bent ingelicht over een inbreuk op persoonsgegevens", "Vous avez été informé d’une violation de données personnelles", "Sie wurden über eine Verletzung des Schutzes personenbezogener Daten informiert"),
        ["objection.recorded"] = Of("An objection to a sub-processor was recorded", "Een bezwaar tegen een subverwerker is vastgelegd", "Une opposition à un sous-traitant a été enregistrée", "Ein Einwand gegen einen Unterauftragsverarbeiter wurde erfasst"),
        ["objection.answered"] = Of("The provider answered your objection", "De provider heeft uw bezwaar beantwoord", "Le fournisseur a répondu à votre opposition", "Der Anbieter hat Ihren Einwand beantwortet"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // csharpier-ignore
    private static readonly FrozenDictionary<string, Texts> s_actors = new Dictionary<string, Texts>(StringComparer.Ordinal)
    {
        [AuditActors.Owner] = Of("you", "u", "vous", "Sie"),
        [AuditActors.Device] = Of("a device of yours", "een toestel van u", "un de vos appareils", "ein Gerät von Ihnen"),
        [AuditActors.Member] = Of("somebody of your household", "iemand van uw gezin", "quelqu’un de votre ménage", "jemand aus Ihrem Haushalt"),
        [AuditActors.Link] = Of("somebody with a link", "iemand met een link", "quelqu’un avec un lien", "jemand mit einem Link"),
        [AuditActors.Operator] = Of("your provider", "uw provider", "votre fournisseur", "Ihr Anbieter"),
        [AuditActors.OneTimeLink] = Of("whoever had the one-time link", "wie de eenmalige link had", "qui avait le lien à usage unique", "wer den einmaligen Link hatte"),
        [AuditActors.Console] = Of("whoever runs the server", "wie de server beheert", "qui gère le serveur", "wer den Server betreibt"),
        [AuditActors.System] = Of("by itself", "vanzelf", "automatiquement", "von selbst"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The acts there are words for.</summary>
    public static IEnumerable<string> Acts => s_acts.Keys;

    /// <summary>What was done; its code for an act there are no words for.</summary>
    public static string Act(string code, Language language) =>
        s_acts.TryGetValue(code, out var texts) ? texts.In(language)! : code;

    /// <summary>What kind of somebody did it, by what stands before the colon of an actor.</summary>
    public static string Actor(string actor, Language language)
    {
        var colon = actor.IndexOf(':', StringComparison.Ordinal);
        var kind = colon < 0 ? actor : actor[..colon];
        return s_actors.TryGetValue(kind, out var texts) ? texts.In(language)! : kind;
    }

    private static Texts Of(string en, string nl, string fr, string de) =>
        new()
        {
            En = en,
            Nl = nl,
            Fr = fr,
            De = de,
        };
}
