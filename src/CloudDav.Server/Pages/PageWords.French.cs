using CloudDav.Vault;

namespace CloudDav.Server.Pages;

internal sealed partial record PageWords
{
    private static readonly PageWords s_french = new()
    {
        SignIn = "S’identifier",
        Name = "Nom",
        Password = "Mot de passe",
        WrongPassword = "Le nom ou le mot de passe est incorrect. Vérifiez les deux et réessayez.",
        TooManyTries = minutes =>
            minutes == 1
                ? "Un mot de passe incorrect a été donné trop souvent. Attendez une minute et réessayez."
                : $"Un mot de passe incorrect a été donné trop souvent. Attendez {minutes} minutes et réessayez.",
        AppPasswordNotHere =
            "Ceci est un mot de passe d’application, réservé aux programmes. Identifiez-vous ici avec votre propre mot de passe.",
        SignOut = "Se déconnecter",
        SignedInAs = name => $"Vous êtes identifié comme {name}.",
        Connect = "Connecter un programme",
        ConnectQuestion = "Ce programme peut-il lire et modifier vos fichiers ?",
        ConnectSignInFirst =
            "Un programme veut se connecter à votre cloud. Identifiez-vous d’abord.",
        Program = "Programme",
        UnknownProgram = "Un programme qui ne dit pas son nom",
        Address = "Demande depuis l’adresse",
        Time = "Depuis",
        Account = "Pour le compte",
        Grant = "Autoriser l’accès",
        Refuse = "Refuser",
        ConnectWarning =
            "N’autorisez l’accès que si vous venez de lancer cela vous-même, dans un programme sur un de vos appareils.",
        NotYou = "S’identifier avec un autre compte",
        Connected = "Le programme est connecté",
        ConnectedText =
            "Vous pouvez fermer cette fenêtre et retourner au programme. Il reste connecté jusqu’à ce que vous le révoquiez parmi vos appareils.",
        NotConnected = "Non connecté",
        NotConnectedText = "Le programme n’a reçu aucun accès. Vous pouvez fermer cette fenêtre.",
        RequestOver = "Recommencez dans le programme",
        RequestOverText =
            "Cette demande est expirée ou a déjà reçu une réponse. Connectez-vous de nouveau depuis le programme.",
        Tv = "Téléviseur",
        TvConnect = "Associer un téléviseur",
        TvSignInFirst =
            "Un téléviseur souhaite montrer vos photos et vidéos. Connectez-vous d’abord.",
        TvCode = "Code affiché sur le téléviseur",
        TvCodeWrong =
            "Aucun téléviseur n’attend avec ce code. Comparez-le avec celui qui est affiché ; s’il est identique, demandez-y un nouveau code.",
        TvCodeOverText = "Ce code n’est plus valable. Demandez-en un nouveau sur le téléviseur.",
        TvGoOn = "Continuer",
        TvQuestion =
            "Ce téléviseur peut-il montrer vos photos et vidéos ? Il ne peut rien modifier.",
        TvWarning =
            "N’autorisez l’accès que si ce code est affiché en ce moment sur un téléviseur devant vous.",
        TvConnected = "Le téléviseur est associé",
        TvConnectedText =
            "Vous pouvez fermer cette fenêtre ; le téléviseur continue de lui-même. Il reste associé jusqu’à ce que vous le révoquiez parmi vos appareils.",
        TvNotConnectedText = "L’accès a été refusé au téléviseur.",
        Statement = "Partager depuis des programmes",
        StatementWhy =
            "Les programmes que vous avez connectés peuvent créer des liens vers vos fichiers. Ils ne peuvent pas demander chaque fois si vous détenez les droits sur ce que vous partagez ; vous le dites donc ici une fois.",
        StatementText =
            "Je détiens les droits sur tout ce que je partage par des liens depuis mes programmes, ou l’accord de ceux qui les détiennent.",
        StatementMade = "Vous avez confirmé cela.",
        StatementConfirm = "Confirmer",
        StatementWithdraw = "Retirer ; les liens que j’ai créés restent",
        Areas = "Votre cloud",
        Files = "Fichiers",
        Photos = "Photos",
        Trash = "Corbeille",
        Past = "Comme c’était",
        Shared = "Partages",
        Back = "Retour",
        Place = "Où vous êtes",
        Actions = "Actions",
        ActionsOn = name => $"Actions sur {name}",
        Size = "Taille",
        Items = "Fichiers et dossiers dedans",
        Modified = "Modifié",
        EmptyFolder = "Ce dossier est vide.",
        AddHere = "Ajouter à ce dossier",
        UploadFiles = "Fichiers de cet appareil",
        Upload = "Envoyer",
        NewFolder = "Nouveau dossier",
        Create = "Créer",
        Open = "Ouvrir",
        Download = "Télécharger",
        NewName = "Nom",
        Rename = "Renommer",
        MoveTo = "Dossier où il se trouve",
        Move = "Déplacer",
        Delete = "Supprimer",
        Deleted = "C’est dans la corbeille.",
        Undo = "Annuler",
        Versions = "Versions précédentes",
        Restore = "Restaurer",
        RestoreItem = name => $"Restaurer {name}",
        RestoreTogether = "Restaurer tout ce qui a été supprimé ensemble",
        TrashEmpty = "La corbeille est vide.",
        TrashHint = "Ce qui a été supprimé reste ici un certain temps et peut être restauré.",
        EmptyTrash = "Vider la corbeille",
        EmptyTrashHint =
            "Son contenu n’est alors plus affiché, et disparaît pour de bon 7 jours plus tard.",
        Pages = "Pages",
        Previous = "Précédente",
        Next = "Suivante",
        PageOf = (page, pages) => $"Page {page} sur {pages}",
        Room = "Espace utilisé",
        Used = used => $"{used} utilisés",
        UsedOf = (used, capacity) => $"{used} utilisés sur {capacity}",
        PastHint =
            "Voyez votre cloud tel qu’il était à un moment des dernières semaines, ouvrez ce qu’il contenait, et ramenez tout ou un dossier à cet état.",
        Moment = "Moment",
        Show = "Afficher",
        AsOf = moment => $"Comme c’était le {moment}",
        NotKept = "plus conservé",
        KeptFrom = moment => $"du {moment}",
        BringAllBack = "Tout ramener à cet état",
        BringFolderBack = name => $"Ramener {name} à cet état",
        BringBackHint =
            "Ce qui est arrivé depuis va à la corbeille, et ce qui a changé depuis devient une version précédente : rien n’est perdu, et vous pouvez revenir à maintenant de la même façon.",
        BroughtBack = (restored, removed) => $"{restored} ramenés, {removed} mis à la corbeille.",
        BringBackGoesOn = "Il faut plus d’une étape.",
        GoOn = "Continuer",
        LeftAsTheyAre = count => $"{count} restent tels quels",
        Devices = "Appareils",
        OwnAccount = "Compte",
        NoDevices = "Aucun programme ni appareil n’est encore connecté.",
        Added = moment => $"ajouté le {moment}",
        LastUsed = moment => $"utilisé pour la dernière fois le {moment}",
        NeverUsed = "jamais utilisé",
        Revoke = "Révoquer",
        RevokeDevice = name => $"Révoquer {name}",
        Wipe = "Effacer",
        WipeDevice = name => $"Effacer {name}",
        WipeHint =
            "Ce qui est révoqué ne peut plus se connecter. Ce qui est effacé supprime aussi ses copies à sa prochaine visite, si son programme sait le faire. Rien ne change dans le cloud.",
        AddDevice = "Connecter un programme ou un appareil",
        AddDeviceHint =
            "Chacun reçoit son propre mot de passe, afin que vous puissiez le révoquer séparément. Les applications qui ouvrent elles-mêmes cette page n’en ont pas besoin.",
        DeviceName = "Comment vous l’appelez",
        MakeAppPassword = "Créer un mot de passe",
        DeviceAdded = name => $"{name} peut se connecter",
        AppPassword = "Mot de passe d’application",
        AppPasswordOnce =
            "Il n’est affiché que cette fois. Copiez-le maintenant dans le programme.",
        Stolen = "Quelqu’un d’autre utilise votre cloud",
        StolenText =
            "D’un seul bouton, tous les appareils, navigateurs et liens sont déconnectés, celui-ci aussi. Rien de ce que vous conservez ici n’est touché.",
        StolenPassword =
            "Votre mot de passe cesse aussi de fonctionner : choisissez-en un nouveau.",
        StolenStale =
            "Votre mot de passe cesse aussi de fonctionner ; un lien de votre fournisseur vous fait revenir. Si vous préférez choisir un nouveau mot de passe du même coup, montrez d’abord que c’est vous.",
        StolenAtProvider =
            "Ensuite, vous vous identifiez à nouveau chez votre fournisseur. Si quelqu’un y connaît votre mot de passe, changez-le d’abord là-bas.",
        NewPassword = "Nouveau mot de passe",
        StolenButton = "Tout déconnecter",
        StolenDone = fate =>
            fate switch
            {
                PasswordFate.Replaced =>
                    "Tout est déconnecté. Connectez-vous avec votre nouveau mot de passe.",
                PasswordFate.Removed =>
                    "Tout est déconnecté et votre mot de passe ne fonctionne plus. Aucun nouveau n’a été défini : demandez à votre fournisseur un lien pour en définir un, ou identifiez-vous chez lui si c’est possible.",
                PasswordFate.None =>
                    "Tout est déconnecté. Identifiez-vous chez votre fournisseur. Si quelqu’un y connaît votre mot de passe, changez-le là-bas.",
            },
        Find = "Rechercher",
        FindHere = "Rechercher dans ce dossier",
        FoundFor = text => $"Résultats pour « {text} »",
        NothingFound = "Aucun nom ici ne contient cela.",
        NotAllFound = "Il peut y en avoir d’autres. Cherchez avec davantage du nom.",
    };
}
