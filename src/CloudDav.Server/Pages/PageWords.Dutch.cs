using CloudDav.Vault;

namespace CloudDav.Server.Pages;

internal sealed partial record PageWords
{
    private static readonly PageWords s_dutch = new()
    {
        SignIn = "Aanmelden",
        Name = "Naam",
        Password = "Wachtwoord",
        WrongPassword =
            "De naam of het wachtwoord is verkeerd. Kijk beide na en probeer het opnieuw.",
        TooManyTries = minutes =>
            minutes == 1
                ? "Er is te vaak een verkeerd wachtwoord gegeven. Wacht een minuut en probeer het opnieuw."
                : $"Er is te vaak een verkeerd wachtwoord gegeven. Wacht {minutes} minuten en probeer het opnieuw.",
        AppPasswordNotHere =
            "Dit is een app-wachtwoord. Dat is voor programma’s; meld u hier aan met uw eigen wachtwoord.",
        SignOut = "Afmelden",
        SignedInAs = name => $"U bent aangemeld als {name}.",
        Connect = "Een programma verbinden",
        ConnectQuestion = "Mag dit programma uw bestanden lezen en wijzigen?",
        ConnectSignInFirst = "Een programma wil verbinding maken met uw cloud. Meld u eerst aan.",
        Program = "Programma",
        UnknownProgram = "Een programma dat zijn naam niet zegt",
        Address = "Vraagt vanaf het adres",
        Time = "Sinds",
        Account = "Voor het account",
        Grant = "Toegang geven",
        Refuse = "Weigeren",
        ConnectWarning =
            "Geef alleen toegang als u dit zelf zonet gestart hebt, in een programma op een van uw eigen toestellen.",
        NotYou = "Met een ander account aanmelden",
        Connected = "Het programma is verbonden",
        ConnectedText =
            "U kunt dit venster sluiten en teruggaan naar het programma. Het blijft verbonden tot u het bij uw toestellen intrekt.",
        NotConnected = "Niet verbonden",
        NotConnectedText = "Het programma heeft geen toegang gekregen. U kunt dit venster sluiten.",
        RequestOver = "Begin opnieuw in het programma",
        RequestOverText =
            "Deze vraag is verlopen of al beantwoord. Maak opnieuw verbinding vanuit het programma.",
        Tv = "Tv",
        TvConnect = "Een tv koppelen",
        TvSignInFirst = "Een tv wil uw foto’s en video’s tonen. Meld u eerst aan.",
        TvCode = "Code op de tv",
        TvCodeWrong =
            "Er wacht geen tv met deze code. Vergelijk ze met wat de tv toont; is ze dezelfde, vraag daar dan een nieuwe code.",
        TvCodeOverText = "Deze code is verlopen. Vraag op de tv een nieuwe.",
        TvGoOn = "Verder",
        TvQuestion = "Mag deze tv uw foto’s en video’s tonen? Wijzigen kan hij niets.",
        TvWarning = "Geef alleen toegang als deze code nu op een tv voor u staat.",
        TvConnected = "De tv is gekoppeld",
        TvConnectedText =
            "U kunt dit venster sluiten; de tv gaat vanzelf verder. Hij blijft gekoppeld tot u hem intrekt bij uw toestellen.",
        TvNotConnectedText = "De tv heeft geen toegang gekregen.",
        Statement = "Delen vanuit programma’s",
        StatementWhy =
            "Programma’s die u verbonden hebt, kunnen links naar uw bestanden maken. Ze kunnen niet telkens vragen of u de rechten hebt op wat u deelt, dus zegt u het hier één keer.",
        StatementText =
            "Ik heb de rechten op alles wat ik vanuit mijn programma’s via links deel, of de toestemming van wie ze heeft.",
        StatementMade = "U hebt dit bevestigd.",
        StatementConfirm = "Bevestigen",
        StatementWithdraw = "Terugnemen; links die ik gemaakt heb, blijven",
        Areas = "Uw cloud",
        Files = "Bestanden",
        Photos = "Foto’s",
        Trash = "Prullenmand",
        Past = "Zoals het was",
        Shared = "Gedeeld",
        Back = "Terug",
        Place = "Waar u bent",
        Actions = "Acties",
        ActionsOn = name => $"Acties met {name}",
        Size = "Grootte",
        Items = "Bestanden en mappen erin",
        Modified = "Gewijzigd",
        EmptyFolder = "Er staat niets in deze map.",
        AddHere = "Toevoegen aan deze map",
        UploadFiles = "Bestanden van dit toestel",
        Upload = "Uploaden",
        NewFolder = "Nieuwe map",
        Create = "Maken",
        Open = "Openen",
        Download = "Downloaden",
        NewName = "Naam",
        Rename = "Naam wijzigen",
        MoveTo = "Map waarin het staat",
        Move = "Verplaatsen",
        Delete = "Verwijderen",
        Deleted = "Het staat in de prullenmand.",
        Undo = "Ongedaan maken",
        Versions = "Eerdere versies",
        Restore = "Terugzetten",
        RestoreItem = name => $"{name} terugzetten",
        RestoreTogether = "Alles terugzetten wat samen is verwijderd",
        TrashEmpty = "De prullenmand is leeg.",
        TrashHint = "Wat is verwijderd, blijft hier een tijd staan en kan worden teruggezet.",
        EmptyTrash = "Prullenmand leegmaken",
        EmptyTrashHint =
            "Wat erin staat, wordt dan niet meer getoond en is 7 dagen later voorgoed weg.",
        Pages = "Pagina’s",
        Previous = "Vorige",
        Next = "Volgende",
        PageOf = (page, pages) => $"Pagina {page} van {pages}",
        Room = "Hoe vol uw cloud is",
        Used = used => $"{used} gebruikt",
        UsedOf = (used, capacity) => $"{used} van {capacity} gebruikt",
        PastHint =
            "Bekijk uw cloud zoals hij op een moment in de laatste weken was, open wat erin stond, en breng alles of een map terug zoals het was.",
        Moment = "Moment",
        Show = "Tonen",
        AsOf = moment => $"Zoals het was op {moment}",
        NotKept = "niet meer bewaard",
        KeptFrom = moment => $"van {moment}",
        BringAllBack = "Alles hiernaar terugbrengen",
        BringFolderBack = name => $"{name} hiernaar terugbrengen",
        BringBackHint =
            "Wat sindsdien is gekomen, gaat naar de prullenmand, en wat sindsdien is gewijzigd, wordt een eerdere versie: er gaat niets verloren, en u kunt op dezelfde manier naar nu terug.",
        BroughtBack = (restored, removed) =>
            $"{restored} teruggebracht, {removed} naar de prullenmand.",
        BringBackGoesOn = "Het duurt langer dan één stap.",
        GoOn = "Verdergaan",
        LeftAsTheyAre = count => $"{count} blijven zoals ze zijn",
        Devices = "Toestellen",
        OwnAccount = "Account",
        NoDevices = "Er is nog geen programma of toestel verbonden.",
        Added = moment => $"toegevoegd {moment}",
        LastUsed = moment => $"laatst gebruikt {moment}",
        NeverUsed = "nooit gebruikt",
        Revoke = "Intrekken",
        RevokeDevice = name => $"{name} intrekken",
        Wipe = "Wissen",
        WipeDevice = name => $"{name} wissen",
        WipeHint =
            "Wat is ingetrokken, kan niet meer aanmelden. Wat wordt gewist, verwijdert ook zijn kopieën wanneer het weer komt, als het programma dat kan. In de cloud verandert niets.",
        AddDevice = "Een programma of toestel verbinden",
        AddDeviceHint =
            "Elk krijgt een eigen wachtwoord, zodat u het apart kunt intrekken. Apps die deze pagina zelf openen, hebben er geen nodig.",
        DeviceName = "Hoe u het noemt",
        MakeAppPassword = "Wachtwoord maken",
        DeviceAdded = name => $"{name} kan verbinden",
        AppPassword = "App-wachtwoord",
        AppPasswordOnce = "Het wordt alleen deze keer getoond. Zet het nu in het programma.",
        Stolen = "Iemand anders gebruikt uw cloud",
        StolenText =
            "Met één knop worden elk toestel, elke browser en elke link afgemeld, ook deze. Aan wat u hier bewaart, verandert niets.",
        StolenPassword = "Ook uw wachtwoord werkt dan niet meer: kies een nieuw.",
        StolenStale =
            "Ook uw wachtwoord werkt dan niet meer; met een link van uw provider komt u weer binnen. Wilt u er liever meteen een nieuw wachtwoord bij kiezen, toon dan eerst dat u het bent.",
        StolenAtProvider =
            "Daarna meldt u zich opnieuw aan bij uw provider. Kent iemand uw wachtwoord daar, wijzig het daar dan eerst.",
        NewPassword = "Nieuw wachtwoord",
        StolenButton = "Alles afmelden",
        StolenDone = fate =>
            fate switch
            {
                PasswordFate.Replaced => "Alles is afgemeld. Meld u aan met uw nieuwe wachtwoord.",
                PasswordFate.Removed =>
                    "Alles is afgemeld en uw wachtwoord werkt niet meer. Er is geen nieuw ingesteld: vraag uw provider een link om er een in te stellen, of meld u aan bij uw provider als dat kan.",
                PasswordFate.None =>
                    "Alles is afgemeld. Meld u aan bij uw provider. Kent iemand uw wachtwoord daar, wijzig het daar.",
            },
        Find = "Zoeken",
        FindHere = "Zoeken in deze map",
        FoundFor = text => $"Gevonden voor ‘{text}’",
        NothingFound = "Geen naam hier bevat dit.",
        NotAllFound = "Er kan meer zijn. Zoek met meer van de naam.",
    };
}
