using CloudDav.Vault;

namespace CloudDav.Server.Refusals;

internal static partial class RefusalTexts
{
    // csharpier-ignore
    private static string Dutch(Wording w) =>
        w.Rule switch
        {
            RefusalRule.NotFound => "Op dit adres staat niets. Kijk het adres na.",
            RefusalRule.ParentMissing => "De map waarin dit moet komen, bestaat niet. Maak die eerst aan.",
            RefusalRule.AlreadyExists => "Er bestaat al iets met deze naam. Kies een andere naam.",
            RefusalRule.IsFolder => "Dit is een map, en een map heeft zelf geen inhoud. Kies een bestand of een andere naam.",
            RefusalRule.IsFile => "Dit is een bestand en geen map. Kies een map.",
            RefusalRule.DestinationExists => "Op de bestemming staat al iets, en er werd niet gevraagd om het te vervangen. Kies een andere naam of laat het vervangen.",
            RefusalRule.SameNode => "Bron en bestemming zijn dezelfde. Kies een andere bestemming.",
            RefusalRule.InsideItself => "Een map kan niet in zichzelf worden geplaatst, en ook geen map vervangen waarin ze zelf staat. Kies een andere bestemming.",
            RefusalRule.IsRoot => "De bovenste map kan niet worden verplaatst, vervangen of verwijderd. Kies wat erin staat.",
            RefusalRule.Locked => $"Dit is vergrendeld door {w.Holder ?? "iemand anders"}. Wacht tot het weer vrij is.",
            RefusalRule.LockConflict => $"U kunt dit niet vergrendelen: {w.Holder ?? "iemand anders"} heeft dat al gedaan. Wacht tot het weer vrij is.",
            RefusalRule.LockTokenMismatch => "Deze vergrendeling geldt niet voor dit adres. Sluit het bestand en open het opnieuw.",
            RefusalRule.LockNotYours => $"Deze vergrendeling is van {w.Holder ?? "iemand anders"}. Alleen wie ze heeft gezet, kan ze opheffen.",
            RefusalRule.ConditionFailed => "Dit is intussen gewijzigd. Haal de nieuwste versie op en probeer het opnieuw.",
            RefusalRule.CapacityExceeded => $"Dit past niet: {w.UsedSize} van {w.LimitSize} is in gebruik. Verwijder iets of kies een grotere optie.",
            RefusalRule.PlatformFull => "De server heeft op dit moment geen plaats meer. Probeer het later opnieuw.",
            RefusalRule.Failed => "Er ging bij ons iets mis. Probeer het later opnieuw.",
            RefusalRule.StorageUnavailable => "De opslag is op dit moment niet bereikbaar. Uw bestanden zijn veilig; probeer het zo dadelijk opnieuw.",
            RefusalRule.CaseConflict => $"‘{w.Name}’ bestaat al en verschilt alleen in hoofdletters en kleine letters. Kies een andere naam.",
            RefusalRule.NameNotAllowed => "Deze naam is niet toegestaan. Kies een andere naam.",
            RefusalRule.NameTooLong => $"De naam is langer dan {w.Limit} bytes. Kies een kortere naam.",
            RefusalRule.TooDeep => $"Mappen kunnen hier hoogstens {w.Limit} niveaus diep liggen. Kies een plaats die hoger ligt.",
            RefusalRule.TooManyItems => $"Er staan al {w.Used} van hoogstens {w.Limit} bestanden en mappen. Verwijder er eerst een aantal.",
            RefusalRule.TooManyLocks => $"Er zijn al {w.Used} vergrendelingen, en er kunnen er hoogstens {w.Limit} zijn. Sluit eerst enkele bestanden.",
            RefusalRule.TooManyFavorites => $"U hebt al {w.Used} favorieten, en het kunnen er hoogstens {w.Limit} zijn. Verwijder er eerst enkele.",
            RefusalRule.TooManyListeners => "Dit apparaat wacht al op te veel verbindingen op wijzigingen. Sluit er eerst een.",
            RefusalRule.NoRoomForListeners => "Er wachten nu te veel apparaten op wijzigingen. Probeer het later opnieuw; synchroniseren werkt intussen gewoon.",
            RefusalRule.PropertiesTooLarge => $"De eigenschappen zijn samen groter dan {w.LimitSize}. Bewaar er minder of kortere.",
            RefusalRule.ListingTooLarge => $"Er zijn {w.Used} bestanden en mappen, meer dan de {w.Limit} die in één keer worden opgesomd. Vraag telkens één niveau op.",
            RefusalRule.SyncTokenInvalid => "Er is te veel veranderd sinds uw programma voor het laatst keek, of het vroeg naar een andere map. Het moet opnieuw beginnen.",
            RefusalRule.SyncLimitTooSmall => $"Zelfs één wijziging past niet in {w.Limit} regels. Het programma moet meer in één keer vragen.",
            RefusalRule.MomentTooLongAgo => $"Hoe uw cloud toen was, is niet bekend: u kunt hem zien zoals hij was in de laatste {w.Limit} dagen, en niet van voor hij voor het eerst werd gebruikt. Kies een later moment.",
            RefusalRule.ContentForgotten => "Wat hier toen in stond, wordt niet meer bewaard, en ook niets van later. Zoek het op een ander moment.",
            RefusalRule.NotReported => "Over een bestand wordt niets gemeld. Het programma moet naar een map vragen.",
            RefusalRule.TransferTooLarge => $"Er zijn {w.Used} bestanden en mappen, meer dan de {w.Limit} die in één keer in of uit een gedeelde map gaan. Doe het map per map.",
            RefusalRule.LengthMismatch => "Er is niet evenveel aangekomen als was aangekondigd. Er werd niets opgeslagen; probeer het opnieuw.",
            RefusalRule.ChecksumMismatch => "Wat is aangekomen, klopt niet met de controlesom. Er werd niets opgeslagen; probeer het opnieuw.",
            RefusalRule.RangeNotSatisfiable => $"Het bestand eindigt bij byte {w.Limit}, nog voor het gevraagde deel begint. Haal het bestand opnieuw op.",
            RefusalRule.SignedOut => "Dit apparaat is afgemeld. Meld u opnieuw aan met een geldig wachtwoord.",
            RefusalRule.OverCapacity => $"U gebruikt meer dan uw optie bevat: {w.UsedSize} van {w.LimitSize}. Verwijder iets of kies een grotere optie; tot dan kan er niets bij.",
            RefusalRule.TakeBackWindow => w.LastDay is { } day
                ? $"Uw contract is afgelopen. Tot en met {day} kunt u uw bestanden downloaden en verwijderen."
                : "Uw contract is afgelopen. U kunt uw bestanden nog downloaden en verwijderen.",
            RefusalRule.AccountClosed => w.LastDay is { } day
                ? $"Deze account is gesloten: uw bestanden konden tot en met {day} worden teruggenomen. Neem contact op met uw provider als u de dienst opnieuw wilt gebruiken."
                : "Deze account is gesloten. Neem contact op met uw provider als u de dienst opnieuw wilt gebruiken.",
            RefusalRule.Suspended => $"Uw toegang hiertoe is geschorst{Until(" tot ", w.Until)}. {w.WordsOr("Neem contact op met uw provider om te weten waarom.")}",
            RefusalRule.Restricted => $"Deze functie is beperkt{Until(" tot ", w.Until)}. {w.WordsOr("Probeer het later opnieuw of neem contact op met uw provider.")}",
            RefusalRule.Blocked => $"Dit is geblokkeerd{Until(" tot ", w.Until)}. {w.WordsOr("Neem contact op met uw provider om te weten waarom.")}",
            RefusalRule.NotInContract => "Dit is niet inbegrepen in uw contract. Vraag uw provider naar de mogelijkheden.",
            RefusalRule.MediaAddressNotValid => "Dit adres werkt niet meer. Open het opnieuw op de tv.",
            RefusalRule.DoorNotAllowed => "Dit kan niet langs deze weg. Gebruik een ander programma of apparaat.",
            RefusalRule.PageTooOld => "Deze pagina stond te lang open. Probeer het opnieuw.",
            RefusalRule.PlatformOff => $"De dienst is in onderhoud{Until(", wellicht tot ", w.Until)}. Uw bestanden zijn veilig; probeer het later opnieuw.{w.WordsAfter}",
            RefusalRule.PlatformReadOnly => $"Door onderhoud kan er nu niets worden gewijzigd{Until(", wellicht tot ", w.Until)}. Lezen en downloaden kan wel; probeer het later opnieuw.{w.WordsAfter}",
            RefusalRule.TermsNotAccepted => "Aanvaard eerst de huidige voorwaarden op de website.",
            RefusalRule.TooManyTries => $"Er werd te vaak een verkeerd wachtwoord gegeven. Wacht{Until(" tot ", w.Until)} of meld u aan met een app-wachtwoord.",
            RefusalRule.SignInBusy => "Er melden zich op dit moment te veel mensen aan. Probeer het zo meteen opnieuw.",
            RefusalRule.SignInUnavailable => "De aanmelddienst is op dit moment niet bereikbaar. Probeer het zo meteen opnieuw of meld u aan met een app-wachtwoord.",
            RefusalRule.SignInDisabled => "Met deze account kunt u zich niet aanmelden. Neem contact op met uw provider.",
            RefusalRule.NoVault => "Bij deze aanmelding hoort geen opslagruimte. Neem contact op met uw provider.",
            RefusalRule.DeviceBusy => "Dit apparaat vraagt meer tegelijk dan kan worden gedaan. Probeer het zo meteen opnieuw.",
            RefusalRule.InvalidInput => "Niet alles is ingevuld zoals het hoort. Verbeter de genoemde velden en probeer het opnieuw.",
            RefusalRule.OwnSignInRequired => "Meld u hiervoor aan met uw eigen wachtwoord of bij uw provider; een app-wachtwoord volstaat niet.",
            RefusalRule.SecondFactorRequired => "Het wachtwoord van deze account vraagt ook een code, en die kunnen programma’s niet geven. Gebruik daarin een app-wachtwoord; u maakt er een op de pagina van uw toestellen.",
            RefusalRule.FreshSignInRequired => "Toon hiervoor nog eens dat u het bent: meld u op de pagina’s opnieuw aan.",
            RefusalRule.OwnerOnly => "Alleen de klant kan dit doen, niet de andere gezinsleden.",
            RefusalRule.TooManyDevices => $"Er zijn {w.Used} apparaten, en er kunnen er hoogstens {w.Limit} zijn. Trek er eerst één in.",
            RefusalRule.LinkNotValid => "Deze link werkt niet meer. Vraag uw provider om een nieuwe.",
            RefusalRule.NoSharedSecret => "Er is geen geheim gedeeld met de ontvanger van gebeurtenissen. Stel er eerst een in.",
            RefusalRule.AlreadyEnded => "Dit is al beëindigd of beslist. Er werd niets gewijzigd.",
            RefusalRule.UndertakingRequired => "Er is geen geldige vertrouwelijkheidsverklaring van deze persoon. Registreer er eerst een.",
            RefusalRule.OtherApproverRequired => "Wie toegang vraagt, keurt die niet zelf goed. Laat iemand anders beslissen.",
            RefusalRule.StaffGrantRequired => "U hebt op dit moment geen goedgekeurde toegang tot deze account. Vraag die eerst aan.",
            RefusalRule.UnknownOption => "Deze optie bestaat niet. Kies een optie uit de catalogus.",
            RefusalRule.OptionWithdrawn => "Deze optie wordt niet meer aangeboden. Kies een andere.",
            RefusalRule.NoMainContract => "Er is geen actief hoofdcontract voor deze klant. Zonder hoofdcontract is er geen dienst.",
            RefusalRule.MainContractUnconfirmed => "Op dit moment kan niet worden nagegaan of er een actief hoofdcontract is. Probeer het later opnieuw.",
            RefusalRule.ContractRunning => "Het contract loopt al, en er is geen einde van bekend. Wijzig de optie als u een andere wilt.",
            RefusalRule.ContractEnded => w.LastDay is { } day
                ? $"Het contract is afgelopen. Tot en met {day} kan het worden hervat."
                : "Het contract is afgelopen.",
            RefusalRule.NameTaken => "Iemand anders meldt zich met deze naam aan. Kies een andere naam.",
            RefusalRule.TooManyMembers => $"Het gezin heeft al {w.Used} leden, en er kunnen er hoogstens {w.Limit} zijn.",
            RefusalRule.MemberBelongs => "Deze persoon hoort al bij het gezin.",
            RefusalRule.MemberHasLeft => "Deze persoon heeft het gezin al verlaten.",
            RefusalRule.CommandReused => "Dit kenmerk werd al voor een andere opdracht gebruikt. Geef elke opdracht een eigen kenmerk.",
            RefusalRule.VersionConflict => "Dit is intussen gewijzigd. Haal de nieuwste versie op en probeer het opnieuw.",
            RefusalRule.TokenNotAccepted => "Hier is een geldig token van de operator nodig. Vraag een nieuw aan.",
            RefusalRule.ScopeMissing => "Dit token heeft niet het recht dat hiervoor nodig is. Vraag er een aan met dat recht.",
            RefusalRule.MethodNotAllowed => "Dit kan niet op dit adres. Gebruik een andere methode.",
            RefusalRule.NotJson => "Een opdracht moet JSON zijn. Stuur ze als application/json.",
            RefusalRule.RequestTooLarge => $"Deze opdracht is groter dan {w.LimitSize}. Stuur minder.",
            RefusalRule.ShareNotFound => "Achter deze link is niets, of niets meer. Vraag een nieuwe.",
            RefusalRule.SharePaused => "Wat met u werd gedeeld, kan nu niet worden geopend. Het komt vanzelf terug; probeer het later opnieuw.",
            RefusalRule.ShareBlocked => w.IsLegalOrder
                ? "Wat met u werd gedeeld, is geblokkeerd omdat een wet of een rechter het eist. Vraag het aan wie het deelt."
                : "Wat met u werd gedeeld, is geblokkeerd. Vraag het aan wie het deelt.",
            RefusalRule.ShareExpired => w.HasLimit
                ? "Dit werd voor een aantal downloads gedeeld, en die zijn opgebruikt. Vraag er opnieuw om."
                : "Dit wordt niet meer gedeeld. Vraag er opnieuw om.",
            RefusalRule.ShareRightMissing => "Wat met u werd gedeeld, laat dit niet toe. Vraag het aan wie het deelt.",
            RefusalRule.ShareFull => "Er is geen plaats voor waar u het wilt zetten. Laat het weten aan wie u de link gaf.",
            RefusalRule.ProtectedContent => $"Dit is gemarkeerd omdat anderen er rechten op hebben, en kan alleen met uw gezin worden gedeeld. Kies iets anders.{w.WordsAfter}",
            RefusalRule.MarkNotYours => $"Uw provider heeft dit gemarkeerd omdat anderen er rechten op hebben, en alleen uw provider kan de markering weghalen. {w.WordsOr("Neem contact op met uw provider om te weten waarom.")}",
            RefusalRule.RightsNotAttested => "Bevestig dat u de rechten hebt op wat u met anderen deelt, en probeer het opnieuw.",
            RefusalRule.RightsNotStatedForPrograms => "Bevestig één keer dat u de rechten hebt op wat u vanuit uw programma’s via links deelt: open /sharing-statement op deze server in uw browser.",
            RefusalRule.TooManyShares => $"Er zijn {w.Used} van hoogstens {w.Limit} dingen gedeeld. Beëindig er eerst een paar.",
            RefusalRule.TooManyUploads => "Er zijn al zoveel uploads bezig als mag. Maak er eerst een af, of breek ze af.",
            RefusalRule.TooManyParts => "Deze upload heeft zoveel delen als mag. Begin opnieuw met grotere delen.",
            RefusalRule.UploadOutOfStep => "Deze upload is niet waar u denkt, of is intussen gewijzigd. Vraag eerst hoe ver hij is.",
        };

    private static string Until(string before, string? moment) =>
        moment is null ? "" : before + moment;
}
