using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Responses;

/// <summary>How a refusal is told to the sync clients of the ownCloud family: by the names of the errors they were written against, and in a header of theirs.</summary>
internal static class SyncClientErrors
{
    private const string Names = @"Sabre\DAV\Exception\";

    /// <summary>The name. 503 by its usual one ends a client's whole run as maintenance does; what is busy for a moment concerns one file alone.</summary>
    public static string NameOf(DavProblem problem) =>
        problem switch
        {
            { IsAboutName: true } => @"OCP\Files\InvalidPathException",
            { Status: 503, Outage: DavOutage.None or DavOutage.Contents } =>
                @"OCP\Files\StorageNotAvailableException",
            { Status: 413 } => @"OCA\DAV\Connector\Sabre\Exception\EntityTooLarge",
            _ => Names
                + problem.Status switch
                {
                    400 => "BadRequest",
                    401 => "NotAuthenticated",
                    404 or 410 => "NotFound",
                    405 => "MethodNotAllowed",
                    409 => "Conflict",
                    412 => "PreconditionFailed",
                    415 => "UnsupportedMediaType",
                    416 => "RequestedRangeNotSatisfiable",
                    423 => "Locked",
                    429 => "TooManyRequests",
                    501 => "NotImplemented",
                    503 => "ServiceUnavailable",
                    507 => "InsufficientStorage",
                    _ => "Forbidden",
                },
        };

    /// <summary>Sets the header whose text desktops show instead of their own: for what a person should understand. They know themselves what 401 and 404 mean.</summary>
    public static void SetHeader(HttpResponse response, DavProblem problem)
    {
        if (problem.Status is not (401 or 404))
            response.Headers["OC-ErrorString"] = ToAscii(problem.Message);
    }

    // Letters without their marks; what then is left beyond ASCII is a question mark.
    private static string ToAscii(string text)
    {
        var ascii = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormKD))
        {
            if (c is >= ' ' and < '\x7F')
                ascii.Append(c);
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                ascii.Append(
                    c switch
                    {
                        'ß' => "ss",
                        '’' or '‘' => "'",
                        '“' or '”' or '„' or '«' or '»' => "\"",
                        '–' or '—' => "-",
                        _ when char.IsWhiteSpace(c) => " ",
                        _ => "?",
                    }
                );
        }
        return ascii.ToString();
    }
}
