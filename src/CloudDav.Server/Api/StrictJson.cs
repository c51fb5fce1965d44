using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.Net.Http.Headers;

namespace CloudDav.Server.Api;

/// <summary>
/// Reads the body of a command for the JSON doors. It must be exactly what its record says: members that are unknown, missing, given twice, null or of the
/// wrong type, and values that the record's annotations do not allow, are all named in one answer.
/// </summary>
internal static class StrictJson
{
    /// <summary>The largest body, in bytes.</summary>
    public const int MostBytes = 64 * 1024;

    private const int MostDepth = 16;
    private const int MostErrors = 50;

    /// <summary>How all JSON is written and read at our doors.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.MaxDepth = MostDepth;
        options.Converters.Add(
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
        );
    }

    /// <summary>Reads a request's body.</summary>
    /// <returns>The value, or the answer that says what is wrong with the body.</returns>
    public static async ValueTask<(T? Value, ProblemResult? Problem)> ReadAsync<T>(
        HttpContext context,
        JsonSerializerOptions options,
        CancellationToken cancellationToken
    )
        where T : class
    {
        if (
            !MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MatchesMediaType("application/json")
            || (
                type.Charset.HasValue
                && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            )
        )
            return (null, new(new Refusal(RefusalRule.NotJson)));
        if (await BytesAsync(context.Request, cancellationToken) is not { } bytes)
            return (null, new(new Refusal(RefusalRule.RequestTooLarge) { Limit = MostBytes }));
        return Read<T>(bytes, options);
    }

    /// <summary>Reads a body that has arrived.</summary>
    public static (T? Value, ProblemResult? Problem) Read<T>(
        ReadOnlyMemory<byte> body,
        JsonSerializerOptions options
    )
        where T : class
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MostDepth });
        }
        catch (JsonException failure)
        {
            return (
                null,
                Wrong(
                    "",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"This is not JSON from line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1} on."
                    )
                )
            );
        }
        using (document)
        {
            var errors = new List<FieldError>();
            Check(document.RootElement, options.GetTypeInfo(typeof(T)), "", errors);
            if (errors.Count > 0)
                return (null, ProblemResult.Invalid([.. errors.Take(MostErrors)]));
            return (document.RootElement.Deserialize<T>(options), null);
        }
    }

    private static ProblemResult Wrong(string field, string message) =>
        ProblemResult.Invalid(new FieldError(field, message));

    // One byte more than allowed is read, to know whether there is one.
    private static async ValueTask<ReadOnlyMemory<byte>?> BytesAsync(
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        if (request.ContentLength > MostBytes)
            return null;
        var buffer = new byte[MostBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(
            buffer,
            buffer.Length,
            throwOnEndOfStream: false,
            cancellationToken
        );
        return length > MostBytes ? null : buffer.AsMemory(0, length);
    }

    private static void Check(
        JsonElement element,
        JsonTypeInfo type,
        string path,
        List<FieldError> errors
    )
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                CheckObject(element, type, path, errors);
                break;
            case JsonTypeInfoKind.Enumerable:
                CheckList(element, type, path, errors);
                break;
            default:
                CheckValue(element, type, path, errors);
                break;
        }
    }

    private static void CheckObject(
        JsonElement element,
        JsonTypeInfo type,
        string path,
        List<FieldError> errors
    )
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new(path, "Takes an object."));
            return;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            var name = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            var property = type.Properties.FirstOrDefault(known => known.Name == member.Name);
            if (property is null)
                errors.Add(new(Shown(name), "Is not known."));
            else if (!seen.Add(member.Name))
                errors.Add(new(name, "Is given twice."));
            else if (member.Value.ValueKind != JsonValueKind.Null)
                CheckMember(member.Value, type, property, name, errors);
            else if (!property.IsSetNullable)
                errors.Add(new(name, "Cannot be null."));
        }
        foreach (var property in type.Properties)
        {
            if (property.IsRequired && !seen.Contains(property.Name))
            {
                errors.Add(
                    new(path.Length == 0 ? property.Name : $"{path}.{property.Name}", "Is missing.")
                );
            }
        }
    }

    private static void CheckMember(
        JsonElement value,
        JsonTypeInfo owner,
        JsonPropertyInfo property,
        string path,
        List<FieldError> errors
    )
    {
        var type = owner.Options.GetTypeInfo(property.PropertyType);
        var before = errors.Count;
        Check(value, type, path, errors);
        if (errors.Count > before || property.AttributeProvider is not { } annotated)
            return;
        var rules = annotated.GetCustomAttributes(typeof(ValidationAttribute), inherit: true);
        if (rules.Length == 0)
            return;
        var read = value.Deserialize(type);
        foreach (ValidationAttribute rule in rules)
        {
            if (!rule.IsValid(read))
                errors.Add(new(path, What(rule)));
        }
    }

    private static void CheckList(
        JsonElement element,
        JsonTypeInfo type,
        string path,
        List<FieldError> errors
    )
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            errors.Add(new(path, "Takes a list."));
            return;
        }
        var items = type.Options.GetTypeInfo(type.ElementType!);
        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            Check(
                item,
                items,
                string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"),
                errors
            );
        }
    }

    private static void CheckValue(
        JsonElement element,
        JsonTypeInfo type,
        string path,
        List<FieldError> errors
    )
    {
        var clr = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        try
        {
            // A time without an offset would be taken for one of the server's own place.
            if (
                element.ValueKind != JsonValueKind.Null
                && element.Deserialize(type) is not null
                && !(clr == typeof(DateTimeOffset) && !HasOffset(element.GetString()!))
            )
                return;
        }
        catch (JsonException)
        {
            // Said below.
        }
        catch (InvalidOperationException)
        {
            // Text with half a surrogate pair: valid JSON, and no text.
        }
        errors.Add(new(path, TakenBy(clr)));
    }

    private static bool HasOffset(string time) =>
        time.EndsWith('Z') || (time.Length > 6 && time[^6] is '+' or '-' && time[^3] == ':');

    private static string TakenBy(Type type)
    {
        if (type == typeof(string))
            return "Takes text.";
        if (type == typeof(bool))
            return "Takes true or false.";
        if (type == typeof(DateTimeOffset))
            return "Takes a time with its offset, such as 2026-01-31T23:59:59+01:00.";
        if (type.IsEnum)
            return $"Takes one of {string.Join(", ", Enum.GetNames(type).Select(name => NameOf(type, name)))}.";
        if (type.IsPrimitive)
            return "Takes a whole number.";
        return "Takes something else.";
    }

    private static string NameOf(Type type, string name) =>
        type.GetField(name)!
            .GetCustomAttributes(typeof(JsonStringEnumMemberNameAttribute), inherit: false)
            .Cast<JsonStringEnumMemberNameAttribute>()
            .FirstOrDefault()
            ?.Name
        ?? JsonNamingPolicy.CamelCase.ConvertName(name);

    private static string What(ValidationAttribute rule) =>
        rule switch
        {
            { ErrorMessage: { } message } => message,
            StringLengthAttribute length => string.Create(
                CultureInfo.InvariantCulture,
                $"Takes {length.MinimumLength} to {length.MaximumLength} characters."
            ),
            LengthAttribute length => string.Create(
                CultureInfo.InvariantCulture,
                $"Takes {length.MinimumLength} to {length.MaximumLength} of them."
            ),
            RangeAttribute range => string.Create(
                CultureInfo.InvariantCulture,
                $"Takes {range.Minimum} to {range.Maximum}."
            ),
            RegularExpressionAttribute pattern => $"Takes what matches {pattern.Pattern}.",
            _ => rule.FormatErrorMessage("The value"),
        };

    // What a stranger wrote is repeated, but not at any length.
    private static string Shown(string name) => name.Length <= 200 ? name : name[..200] + "…";
}
