using System.IO.Pipelines;
using System.Text;
using CloudDav.Vault;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace CloudDav.Server.Pages;

/// <summary>What became of the files of a form.</summary>
/// <param name="Stored">How many files are stored.</param>
/// <param name="Refusal">Why the next one was refused, or the form; null when nothing was.</param>
internal readonly record struct SentFiles(int Stored, Refusal? Refusal);

/// <summary>Files that a form sends (RFC 7578), each stored as it arrives: none is kept here first. The guard comes before them, as it stands in the form.</summary>
internal static class UploadForm
{
    // Beside the file itself a part has its name and type.
    private const int MostPartHeaders = 16 * 1024;

    /// <summary>The line between the parts of a form with files; null when it is another kind of form.</summary>
    public static string? BoundaryOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType == "multipart/form-data"
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= 70 } boundary
            ? boundary.ToString()
            : null;

    /// <summary>Stores one file after the other, until one is refused or the browser stops; what arrived whole before that is stored.</summary>
    /// <param name="request">The form.</param>
    /// <param name="boundary">The line between its parts.</param>
    /// <param name="visit">Who sends it.</param>
    /// <param name="store">Stores a file under a name.</param>
    public static async ValueTask<SentFiles> StoreAsync(
        HttpRequest request,
        string boundary,
        Visit visit,
        Func<string, Upload, ValueTask<Refusal?>> store
    )
    {
        var stored = 0;
        try
        {
            var parts = new MultipartReader(boundary, request.Body)
            {
                HeadersLengthLimit = MostPartHeaders,
            };
            var first = await parts.ReadNextSectionAsync(visit.Stop);
            if (first is null || !visit.IsOfOurs(await GuardOfAsync(first, visit.Stop)))
                return new(stored, new Refusal(RefusalRule.PageTooOld));
            while (await parts.ReadNextSectionAsync(visit.Stop) is { } part)
            {
                if (
                    part.GetContentDispositionHeader() is not { } disposition
                    || FileNameOf(disposition) is not { Length: > 0 } name
                )
                    continue;
                var refusal = await store(
                    name,
                    new Upload
                    {
                        Body = PipeReader.Create(part.Body),
                        MediaType = part.ContentType,
                        ChecksFirst = true,
                    }
                );
                if (refusal is not null)
                    return new(stored, refusal);
                stored++;
            }
        }
        catch (Exception broken)
            when (broken is InvalidDataException or IOException
                && broken.Source == typeof(MultipartReader).Assembly.GetName().Name
            )
        {
            // The form itself is broken off: of what was cut off, nothing is stored. What the store throws is the store's.
            return new(stored, new Refusal(RefusalRule.LengthMismatch));
        }
        return new(stored, Refusal: null);
    }

    private static async ValueTask<string?> GuardOfAsync(
        MultipartSection part,
        CancellationToken stop
    )
    {
        if (part.GetContentDispositionHeader()?.Name != FormGuard.Field)
            return null;
        var bytes = new byte[256];
        var length = await part.Body.ReadAtLeastAsync(
            bytes,
            bytes.Length,
            throwOnEndOfStream: false,
            stop
        );
        return Encoding.ASCII.GetString(bytes, 0, length);
    }

    // Some browsers send the path of the file on the person's own machine.
    private static string FileNameOf(ContentDispositionHeaderValue disposition)
    {
        var name = (
            disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName
        ).ToString();
        return HeaderUtilities
            .RemoveQuotes(name)
            .ToString()
            .Split('/', '\\')[^1]
            .Trim()
            .Normalize(NormalizationForm.FormC);
    }
}
