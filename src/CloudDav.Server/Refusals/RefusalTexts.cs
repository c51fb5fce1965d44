using CloudDav.Vault;

namespace CloudDav.Server.Refusals;

/// <summary>
/// What people are told: one sentence or two for each rule in each language, saying what is wrong and what to do. A language is one switch, in a
/// file of its own.
/// </summary>
internal static partial class RefusalTexts
{
    /// <summary>What is wrong and what to do.</summary>
    public static string TextOf(Refusal refusal, Reader reader)
    {
        var words = new Wording(refusal, reader);
        return reader.Language switch
        {
            Language.Dutch => Dutch(words),
            Language.French => French(words),
            Language.German => German(words),
            Language.English => English(words),
        };
    }

    /// <summary>What kind of refusal a status is, in two or three words.</summary>
    public static string TitleOf(int status, Language language) =>
        language switch
        {
            Language.Dutch => status switch
            {
                400 => "Onduidelijke vraag",
                401 => "Meld u aan",
                403 => "Niet toegestaan",
                404 => "Niet gevonden",
                410 => "Gesloten",
                412 => "Intussen gewijzigd",
                423 => "Vergrendeld",
                429 => "Te veel pogingen",
                451 => "Niet beschikbaar om wettelijke redenen",
                503 => "Even niet beschikbaar",
                507 => "Niet genoeg plaats",
                _ => "Dit kan niet",
            },
            Language.French => status switch
            {
                400 => "Demande incorrecte",
                401 => "Identifiez-vous",
                403 => "Non autorisé",
                404 => "Introuvable",
                410 => "Fermé",
                412 => "Modifié entre-temps",
                423 => "Verrouillé",
                429 => "Trop de tentatives",
                451 => "Indisponible pour des raisons légales",
                503 => "Momentanément indisponible",
                507 => "Espace insuffisant",
                _ => "Impossible",
            },
            Language.German => status switch
            {
                400 => "Fehlerhafte Anfrage",
                401 => "Bitte anmelden",
                403 => "Nicht erlaubt",
                404 => "Nicht gefunden",
                410 => "Geschlossen",
                412 => "Inzwischen geändert",
                423 => "Gesperrt",
                429 => "Zu viele Versuche",
                451 => "Aus rechtlichen Gründen nicht verfügbar",
                503 => "Vorübergehend nicht verfügbar",
                507 => "Nicht genügend Platz",
                _ => "Nicht möglich",
            },
            Language.English => status switch
            {
                400 => "Not understood",
                401 => "Please sign in",
                403 => "Not allowed",
                404 => "Not found",
                410 => "Closed",
                412 => "Changed meanwhile",
                423 => "Locked",
                429 => "Too many tries",
                451 => "Unavailable for legal reasons",
                503 => "Unavailable for a moment",
                507 => "Not enough space",
                _ => "Not possible",
            },
        };
}
