using System.Globalization;
using System.Text.Json;
using CloudDav.Vault;

namespace CloudDav.Server.MainContracts;

/// <summary>
/// Reads a product of TM Forum TMF637: <c>id</c>, <c>status</c>, <c>terminationDate</c>, and <c>productRelationship</c> for the TV. What it is not sure of
/// it does not take for an answer.
/// </summary>
/// <param name="tvRelationship">The type of relationship that names a TV contract; null to say nothing of it.</param>
internal sealed class ProductReader(string? tvRelationship)
{
    private static readonly JsonDocumentOptions s_strictly = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = 32,
    };

    // Billing systems write 9999-12-31 for "no end". The first is the earliest a fixed line can have ended.
    private static readonly DateTimeOffset s_first = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_noEnd = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The first-level attributes that are read, as TMF630's <c>fields</c>.</summary>
    public string Fields =>
        tvRelationship is null
            ? "id,status,terminationDate"
            : "id,status,terminationDate,productRelationship";

    /// <summary>What a product says; null when that makes no sense.</summary>
    /// <param name="body">The product, as JSON.</param>
    /// <param name="reference">The id it was asked for by.</param>
    /// <param name="now">The present.</param>
    public KnownMainContract? Read(ReadOnlyMemory<byte> body, string reference, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(body, s_strictly);
            var product = document.RootElement;
            return
                product.ValueKind == JsonValueKind.Object
                && Text(product, "id") == reference
                && Text(product, "status") is { } status
                && TryReadEnd(product, out var ends)
                && TryReadTv(product, out var hasTv)
                ? Judge(status, ends, hasTv, now)
                : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // No JSON, or a text in it that is no text.
            return null;
        }
    }

    private static KnownMainContract? Judge(
        string status,
        DateTimeOffset? ends,
        bool? hasTv,
        DateTimeOffset now
    )
    {
        var isOver = ends <= now;
        return status switch
        {
            // One that runs and is over contradicts itself.
            "active" when !isOver => new(MainStatus.Active, ends, hasTv),
            // Not in use yet, or for now: no contract to order on, and no end either.
            "suspended" or "created" or "pendingActive" when !isOver => new(
                MainStatus.Suspended,
                ends,
                hasTv
            ),
            "pendingTerminate" when !isOver => new(MainStatus.Active, ends, hasTv),
            "pendingTerminate" => new(MainStatus.Terminated, ends, hasTv),
            // Some systems flag the end before its day: the customer has the days.
            "terminated" or "cancelled" or "aborted" when ends > now => new(
                MainStatus.Active,
                ends,
                hasTv
            ),
            "terminated" or "cancelled" or "aborted" => new(MainStatus.Terminated, ends, hasTv),
            _ => null,
        };
    }

    private static bool TryReadEnd(JsonElement product, out DateTimeOffset? ends)
    {
        ends = null;
        if (
            !product.TryGetProperty("terminationDate", out var value)
            || value.ValueKind == JsonValueKind.Null
        )
            return true;
        if (
            value.ValueKind != JsonValueKind.String
            || value.GetString() is not { } text
            || !HasOffset(text)
            || !DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal,
                out var date
            )
            || date < s_first
        )
            return false;
        ends = date < s_noEnd ? date : null;
        return true;
    }

    // RFC 3339: a date without an offset is another moment in every time zone.
    private static bool HasOffset(string text) =>
        text.Length >= "2026-01-01T00:00:00Z".Length
        && text[10] is 'T'
        && (text[^1] is 'Z' || (text[^6] is '+' or '-' && text[^3] is ':'));

    private bool TryReadTv(JsonElement product, out bool? hasTv)
    {
        hasTv = tvRelationship is null ? null : false;
        if (
            tvRelationship is null
            || !product.TryGetProperty("productRelationship", out var relationships)
            || relationships.ValueKind == JsonValueKind.Null
        )
            return true;
        if (relationships.ValueKind != JsonValueKind.Array)
            return false;
        foreach (var relationship in relationships.EnumerateArray())
        {
            if (relationship.ValueKind != JsonValueKind.Object)
                return false;
            if (Text(relationship, "relationshipType") != tvRelationship)
                continue;
            // Version 4 has the related product within, version 5 is itself a reference to it; either may say its status or leave it out.
            var related =
                relationship.TryGetProperty("product", out var inner)
                && inner.ValueKind == JsonValueKind.Object
                    ? inner
                    : relationship;
            hasTv |=
                Text(related, "status")
                    is not (
                        "terminated"
                        or "cancelled"
                        or "aborted"
                        or "created"
                        or "pendingActive"
                    );
        }
        return true;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
