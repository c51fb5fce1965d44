using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace CloudDav.Server.Hosting;

/// <summary>Forms as pages and clients send them: a few short fields, and nothing of it but in memory.</summary>
internal static class SmallForm
{
    /// <summary>How many fields are taken where nothing else is said.</summary>
    public const int MostFields = 32;

    private const int MostKey = 64;
    private const int MostValue = 4096;

    /// <summary>The fields of an urlencoded body; none when there is no body, or it is none. Null when it has more or longer ones than are taken, or cannot be read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="mostFields">How many fields are taken.</param>
    public static async ValueTask<IReadOnlyDictionary<string, StringValues>?> ReadAsync(
        HttpRequest request,
        int mostFields = MostFields
    )
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || type.MediaType != "application/x-www-form-urlencoded"
        )
            return new Dictionary<string, StringValues>(StringComparer.Ordinal);
        try
        {
            return await new FormPipeReader(request.BodyReader)
            {
                ValueCountLimit = mostFields,
                KeyLengthLimit = MostKey,
                ValueLengthLimit = MostValue,
            }.ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>A field that is there once; null when it is not, or more than once.</summary>
    public static string? One(this IReadOnlyDictionary<string, StringValues> form, string name) =>
        form.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;

    /// <summary>The whole numbers of a field that may be there several times; what is none is not among them.</summary>
    public static IReadOnlyList<long> Numbers(
        this IReadOnlyDictionary<string, StringValues> form,
        string name
    ) =>
        form.TryGetValue(name, out var values)
            ?
            [
                .. values
                    .Select(value =>
                        long.TryParse(
                            value,
                            NumberStyles.None,
                            CultureInfo.InvariantCulture,
                            out var number
                        )
                            ? number
                            : -1
                    )
                    .Where(number => number >= 0),
            ]
            : [];

    /// <summary>A field that is a whole number; null when it is not there once, or is none.</summary>
    public static long? Number(this IReadOnlyDictionary<string, StringValues> form, string name) =>
        long.TryParse(
            form.One(name),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;
}
