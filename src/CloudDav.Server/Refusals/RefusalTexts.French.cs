using CloudDav.Vault;

namespace CloudDav.Server.Refusals;

internal static partial class RefusalTexts
{
    // csharpier-ignore
    private static string French(Wording w) =>
        w.Rule switch
        {
            RefusalRule.NotFound => "Il n’y a rien à cette adresse. Vérifiez l’adresse.",
            RefusalRule.ParentMissing => "Le dossier de destination n’existe pas. Créez-le d’abord.",
            RefusalRule.AlreadyExists => "Un élément porte déjà ce nom. Choisissez un autre nom.",
            RefusalRule.IsFolder => "Ceci est un dossier, et un dossier n’a pas de contenu propre. Choisissez un fichier ou un autre nom.",
            RefusalRule.IsFile => "Ceci est un fichier et non un dossier. Choisissez un dossier.",
            RefusalRule.DestinationExists => "La destination existe déjà, et son remplacement n’a pas été demandé. Choisissez un autre nom ou demandez le remplacement.",
            RefusalRule.SameNode => "La source et la destination sont identiques. Choisissez une autre destination.",
            RefusalRule.InsideItself => "Un dossier ne peut être placé dans lui-même, ni remplacer un dossier qui le contient. Choisissez une autre destination.",
            RefusalRule.IsRoot => "Le dossier principal ne peut être ni déplacé, ni remplacé, ni supprimé. Choisissez ce qu’il contient.",
            RefusalRule.Locked => $"Cet élément est verrouillé par {w.Holder ?? "une autre personne"}. Attendez qu’il soit libéré.",
            RefusalRule.LockConflict => $"Vous ne pouvez pas verrouiller cet élément : {w.Holder ?? "une autre personne"} l’a déjà fait. Attendez qu’il soit libéré.",
            RefusalRule.LockTokenMismatch => "Ce verrou ne s’applique pas à cette adresse. Fermez le fichier et rouvrez-le.",
            RefusalRule.LockNotYours => $"Ce verrou a été posé par {w.Holder ?? "une autre personne"}. Seule la personne qui l’a posé peut le lever.",
            RefusalRule.ConditionFailed => "Cet élément a été modifié entre-temps. Récupérez la dernière version et réessayez.",
            RefusalRule.CapacityExceeded => $"Il n’y a pas assez de place : {w.UsedSize} sur {w.LimitSize} sont utilisés. Supprimez des fichiers ou choisissez une option plus grande.",
            RefusalRule.PlatformFull => "Le serveur n’a plus de place pour le moment. Réessayez plus tard.",
            RefusalRule.StorageUnavailable => "Le stockage est injoignable pour le moment. Vos fichiers sont en sécurité ; réessayez dans un instant.",
            RefusalRule.CaseConflict => $"« {w.Name} » existe déjà et ne diffère que par les majuscules et les minuscules. Choisissez un autre nom.",
            RefusalRule.NameNotAllowed => "Ce nom n’est pas autorisé. Choisissez un autre nom.",
            RefusalRule.NameTooLong => $"Le nom dépasse {w.Limit} octets. Choisissez un nom plus court.",
            RefusalRule.TooDeep => $"Les dossiers peuvent avoir ici {w.Limit} niveaux au maximum. Choisissez un emplacement moins profond.",
            RefusalRule.TooManyItems => $"Il y a déjà {w.Used} fichiers et dossiers sur un maximum de {w.Limit}. Supprimez-en d’abord quelques-uns.",
            RefusalRule.TooManyLocks => $"Il y a déjà {w.Used} verrous sur un maximum de {w.Limit}. Fermez d’abord quelques fichiers.",
            RefusalRule.PropertiesTooLarge => $"Les propriétés dépassent ensemble {w.LimitSize}. Enregistrez-en moins, ou de plus courtes.",
            RefusalRule.ListingTooLarge => $"Il y a {w.Used} fichiers et dossiers, soit plus que les {w.Limit} énumérés en une fois. Demandez un niveau à la fois.",
            RefusalRule.TransferTooLarge => $"Il y a {w.Used} fichiers et dossiers, soit plus que les {w.Limit} qui entrent dans un dossier partagé ou en sortent en une fois. Procédez dossier par dossier.",
            RefusalRule.LengthMismatch => "Ce qui est arrivé n’a pas la longueur annoncée. Rien n’a été enregistré ; réessayez.",
            RefusalRule.ChecksumMismatch => "Ce qui est arrivé ne correspond pas à la somme de contrôle. Rien n’a été enregistré ; réessayez.",
            RefusalRule.RangeNotSatisfiable => $"Le fichier se termine à l’octet {w.Limit}, avant le début de la partie demandée. Téléchargez-le à nouveau.",
            RefusalRule.SignedOut => "Cet appareil a été déconnecté. Identifiez-vous à nouveau avec un mot de passe valable.",
            RefusalRule.OverCapacity => $"Vous utilisez plus que ce que votre option comprend : {w.UsedSize} sur {w.LimitSize}. Supprimez des fichiers ou choisissez une option plus grande ; d’ici là, rien ne peut être ajouté.",
            RefusalRule.TakeBackWindow => w.LastDay is { } day
                ? $"Votre contrat a pris fin. Vous pouvez télécharger et supprimer vos fichiers jusqu’au {day} inclus."
                : "Votre contrat a pris fin. Vous pouvez encore télécharger et supprimer vos fichiers.",
            RefusalRule.AccountClosed => w.LastDay is { } day
                ? $"Ce compte est fermé : vos fichiers pouvaient être repris jusqu’au {day} inclus. Contactez votre fournisseur si vous souhaitez utiliser à nouveau le service."
                : "Ce compte est fermé. Contactez votre fournisseur si vous souhaitez utiliser à nouveau le service.",
            RefusalRule.Suspended => $"Votre accès est suspendu{Until(" jusqu’au ", w.Until)}. {w.WordsOr("Contactez votre fournisseur pour en connaître la raison.")}",
            RefusalRule.Restricted => $"Cette fonction est restreinte{Until(" jusqu’au ", w.Until)}. {w.WordsOr("Réessayez plus tard ou contactez votre fournisseur.")}",
            RefusalRule.Blocked => $"Cet élément est bloqué{Until(" jusqu’au ", w.Until)}. {w.WordsOr("Contactez votre fournisseur pour en connaître la raison.")}",
            RefusalRule.NotInContract => "Votre contrat ne comprend pas cette fonction. Renseignez-vous auprès de votre fournisseur.",
            RefusalRule.DoorNotAllowed => "Cela n’est pas possible par cette voie. Utilisez un autre programme ou un autre appareil.",
            RefusalRule.PlatformOff => $"Le service est en maintenance{Until(", probablement jusqu’au ", w.Until)}. Vos fichiers sont en sécurité ; réessayez plus tard.{w.WordsAfter}",
            RefusalRule.PlatformReadOnly => $"En raison d’une maintenance, rien ne peut être modifié pour le moment{Until(", probablement jusqu’au ", w.Until)}. Lire et télécharger reste possible ; réessayez plus tard.{w.WordsAfter}",
            RefusalRule.TermsNotAccepted => "Acceptez d’abord les conditions actuelles sur le site web.",
            RefusalRule.TooManyTries => $"Un mot de passe erroné a été donné trop souvent. Attendez{Until(" jusqu’au ", w.Until)} ou identifiez-vous avec un mot de passe d’application.",
            RefusalRule.SignInBusy => "Trop de personnes s’identifient en ce moment. Réessayez dans un instant.",
            RefusalRule.SignInUnavailable => "Le service d’identification est injoignable pour le moment. Réessayez dans un instant ou identifiez-vous avec un mot de passe d’application.",
            RefusalRule.SignInDisabled => "Vous ne pouvez pas vous identifier avec ce compte. Contactez votre fournisseur.",
            RefusalRule.NoVault => "Aucun espace de stockage ne correspond à cette identification. Contactez votre fournisseur.",
            RefusalRule.DeviceBusy => "Cet appareil demande trop de choses à la fois. Réessayez dans un instant.",
            RefusalRule.InvalidInput => "Tout n’est pas rempli comme il faut. Corrigez les champs cités et réessayez.",
            RefusalRule.OwnSignInRequired => "Identifiez-vous pour cela avec votre propre mot de passe ou auprès de votre fournisseur ; un mot de passe d’application ne suffit pas.",
            RefusalRule.OwnerOnly => "Seul le client peut faire cela, pas les autres membres du ménage.",
            RefusalRule.TooManyDevices => $"Il y a {w.Used} appareils, et il peut y en avoir au plus {w.Limit}. Révoquez-en d’abord un.",
            RefusalRule.LinkNotValid => "Ce lien ne fonctionne plus. Demandez-en un nouveau à votre fournisseur.",
            RefusalRule.NoSharedSecret => "Aucun secret n’est partagé avec le destinataire des événements. Définissez-en d’abord un.",
            RefusalRule.AlreadyEnded => "Ceci est déjà terminé ou décidé. Rien n’a été modifié.",
            RefusalRule.UndertakingRequired => "Il n’y a pas d’engagement de confidentialité valable de cette personne. Enregistrez-en un d’abord.",
            RefusalRule.OtherApproverRequired => "Qui demande un accès ne l’approuve pas. Laissez quelqu’un d’autre décider.",
            RefusalRule.StaffGrantRequired => "Vous n’avez actuellement aucun accès approuvé à ce compte. Demandez-le d’abord.",
            RefusalRule.UnknownOption => "Cette option n’existe pas. Choisissez-en une du catalogue.",
            RefusalRule.OptionWithdrawn => "Cette option n’est plus proposée. Choisissez-en une autre.",
            RefusalRule.NoMainContract => "Ce client n’a pas de contrat principal actif. Sans contrat principal, il n’y a pas de service.",
            RefusalRule.MainContractUnconfirmed => "Il est impossible pour le moment de vérifier qu’un contrat principal est actif. Réessayez plus tard.",
            RefusalRule.ContractRunning => "Le contrat est déjà en cours, et aucune fin n’en est connue. Changez d’option si vous en voulez une autre.",
            RefusalRule.ContractEnded => w.LastDay is { } day
                ? $"Le contrat a pris fin. Il peut être repris jusqu’au {day} inclus."
                : "Le contrat a pris fin.",
            RefusalRule.NameTaken => "Quelqu’un d’autre s’identifie avec ce nom. Choisissez un autre nom.",
            RefusalRule.TooManyMembers => $"Le ménage compte déjà {w.Used} membres sur un maximum de {w.Limit}.",
            RefusalRule.MemberBelongs => "Cette personne fait déjà partie du ménage.",
            RefusalRule.MemberHasLeft => "Cette personne a déjà quitté le ménage.",
            RefusalRule.CommandReused => "Cet identifiant a déjà servi à une autre commande. Donnez à chaque commande le sien.",
            RefusalRule.VersionConflict => "Ceci a été modifié entre-temps. Récupérez la dernière version et réessayez.",
            RefusalRule.TokenNotAccepted => "Il faut ici un jeton valable de l’opérateur. Demandez-en un nouveau.",
            RefusalRule.ScopeMissing => "Ce jeton n’a pas le droit nécessaire. Demandez-en un qui l’a.",
            RefusalRule.MethodNotAllowed => "Cela n’est pas possible à cette adresse. Utilisez une autre méthode.",
            RefusalRule.NotJson => "Une commande doit être en JSON. Envoyez-la en application/json.",
            RefusalRule.RequestTooLarge => $"Cette commande dépasse {w.LimitSize}. Envoyez-en moins.",
            RefusalRule.ShareNotFound => "Il n’y a rien, ou plus rien, derrière ce lien. Demandez-en un nouveau.",
            RefusalRule.SharePaused => "Ce qui a été partagé avec vous ne peut pas être ouvert pour le moment. Cela reviendra de soi-même ; réessayez plus tard.",
            RefusalRule.ShareBlocked => w.IsLegalOrder
                ? "Ce qui a été partagé avec vous est bloqué parce qu’une loi ou un tribunal l’exige. Adressez-vous à la personne qui le partage."
                : "Ce qui a été partagé avec vous est bloqué. Adressez-vous à la personne qui le partage.",
            RefusalRule.ShareExpired => "Ceci n’est plus partagé. Redemandez-le.",
            RefusalRule.ShareRightMissing => "Ce qui a été partagé avec vous ne le permet pas. Adressez-vous à la personne qui le partage.",
            RefusalRule.ShareFull => "Il n’y a plus de place là où vous voulez le mettre. Dites-le à la personne qui vous a donné le lien.",
            RefusalRule.ProtectedContent => $"Ceci est marqué parce que d’autres en détiennent les droits, et ne peut être partagé qu’avec votre ménage. Choisissez autre chose.{w.WordsAfter}",
            RefusalRule.MarkNotYours => $"Votre fournisseur a marqué ceci parce que d’autres en détiennent les droits, et lui seul peut retirer la marque. {w.WordsOr("Contactez votre fournisseur pour en connaître la raison.")}",
            RefusalRule.RightsNotAttested => "Confirmez que vous détenez les droits sur ce que vous partagez avec d’autres, et réessayez.",
            RefusalRule.TooManyShares => $"Il y a {w.Used} partages sur un maximum de {w.Limit}. Mettez d’abord fin à quelques-uns.",
        };
}
