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
        ProviderNotHere =
            "U kunt zich hier nog niet aanmelden met het account van uw provider, alleen met een wachtwoord van deze cloud. Hebt u er geen, vraag uw provider dan een app-wachtwoord voor uw programma.",
        SignOut = "Afmelden",
        SignedInAs = name => $"U bent aangemeld als {name}.",
        PageTooOld = "Deze pagina stond te lang open. Probeer het opnieuw.",
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
        Trash = "Prullenmand",
        Past = "Zoals het was",
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
        MoreNotShown = count =>
            $"Nog {count} worden niet getoond. Koppel dit moment als schijf om alles te zien.",
        BringAllBack = "Alles hiernaar terugbrengen",
        BringFolderBack = name => $"{name} hiernaar terugbrengen",
        BringBackHint =
            "Wat sindsdien is gekomen, gaat naar de prullenmand, en wat sindsdien is gewijzigd, wordt een eerdere versie: er gaat niets verloren, en u kunt op dezelfde manier naar nu terug.",
        BroughtBack = (restored, removed) =>
            $"{restored} teruggebracht, {removed} naar de prullenmand.",
        BringBackGoesOn = "Het duurt langer dan één stap.",
        GoOn = "Verdergaan",
        LeftAsTheyAre = count => $"{count} blijven zoals ze zijn",
    };
}
