using System.Text.Json;

namespace CloudDav.Storage;

/// <summary>What entries of chains and events carry.</summary>
internal static class JournalText
{
    private const int LongestReason = 200;

    /// <summary>Fails for what is no JSON object: others read it as such much later, when nobody can say any more who wrote it.</summary>
    public static void RequireObject(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new ArgumentException("It must be a JSON object.", nameof(json));
    }

    /// <summary>As much of a reason as is kept: what a receiver's fault says may be long, and the rest of it is of no use.</summary>
    public static string? Shorten(string? reason) =>
        reason is { Length: > LongestReason } ? reason[..LongestReason] : reason;
}
