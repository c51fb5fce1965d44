using System.Globalization;
using System.Text;

namespace CloudDav.Server.Tests.Model;

/// <summary>One request of a sequence, chosen, with everything that decides its outcome.</summary>
internal sealed record Step
{
    /// <summary>0 or 1: which of the two principals sends it.</summary>
    public required int Principal { get; init; }

    public required string Method { get; init; }

    public required string[] Path { get; init; }

    public string[]? Destination { get; init; }

    public byte[] Content { get; init; } = [];

    /// <summary>PROPPATCH: the value to set, or null to remove.</summary>
    public string? Property { get; init; }

    /// <summary>Overwrite of COPY, MOVE and (as gvfs sends it) PUT; null for no header.</summary>
    public bool? Overwrite { get; init; }

    public bool IsDeep { get; init; } = true;

    public bool IsShared { get; init; }

    /// <summary>UNLOCK and refresh: the token.</summary>
    public string? Token { get; init; }

    /// <summary>If-Match: an ETag or <c>*</c>; null for no header.</summary>
    public string? IfMatch { get; init; }

    /// <summary>If-None-Match: an ETag or <c>*</c>; null for no header.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>The If header: any list may hold.</summary>
    public IReadOnlyList<IfList> If { get; init; } = [];

    /// <summary>How the sequence is shown when it fails.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{(Principal == 0 ? "A" : "B")}: {Method} /{string.Join('/', Path)}"
        );
        if (Destination is not null)
            text.Append(CultureInfo.InvariantCulture, $" -> /{string.Join('/', Destination)}");
        if (Method == "PUT")
            text.Append(CultureInfo.InvariantCulture, $" {Content.Length} bytes");
        if (Method is "LOCK")
            text.Append(
                CultureInfo.InvariantCulture,
                $" {(IsShared ? "shared" : "exclusive")} {(IsDeep ? "infinity" : "0")}"
            );
        if (Method is "COPY" && !IsDeep)
            text.Append(" Depth: 0");
        if (Method is "PROPPATCH")
            text.Append(CultureInfo.InvariantCulture, $" p={Property ?? "(removed)"}");
        if (Token is not null)
            text.Append(CultureInfo.InvariantCulture, $" {Token}");
        if (Overwrite is { } overwrite)
            text.Append(CultureInfo.InvariantCulture, $" Overwrite: {(overwrite ? 'T' : 'F')}");
        if (IfMatch is not null)
            text.Append(CultureInfo.InvariantCulture, $" If-Match: {IfMatch}");
        if (IfNoneMatch is not null)
            text.Append(CultureInfo.InvariantCulture, $" If-None-Match: {IfNoneMatch}");
        if (If.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $" If: {string.Join(' ', If)}");
        return text.ToString();
    }
}

/// <summary>One list of the If header: all its conditions must hold.</summary>
/// <param name="Tag">The resource it is about; null for the request's own.</param>
/// <param name="Conditions">Its conditions.</param>
internal sealed record IfList(string[]? Tag, IReadOnlyList<IfCondition> Conditions)
{
    public override string ToString() =>
        $"{(Tag is null ? "" : $"</{string.Join('/', Tag)}> ")}({string.Join(' ', Conditions)})";
}

/// <summary>A condition of the If header: a token or an ETag, possibly negated.</summary>
internal sealed record IfCondition(bool IsNegated, string? Token, string? ETag)
{
    public override string ToString() =>
        (IsNegated ? "Not " : "") + (Token is null ? $"[{ETag}]" : $"<{Token}>");
}

/// <summary>What may be answered to a step.</summary>
internal sealed class Verdict
{
    /// <summary>Refusals of which one is due.</summary>
    public HashSet<int> Must { get; } = [];

    /// <summary>Refusals that the RFC allows and does not demand.</summary>
    public HashSet<int> May { get; } = [];

    /// <summary>The answers of success.</summary>
    public required int[] Success { get; init; }

    public bool IsSuccess(int status) => Success.Contains(status);

    /// <summary>Where several refusals are due at once, any of them is right: the order of checks is the server's.</summary>
    public bool Allows(int status) =>
        May.Contains(status) || (Must.Count > 0 ? Must.Contains(status) : Success.Contains(status));

    public override string ToString() =>
        Must.Count > 0
            ? $"one of {string.Join(", ", Must.Concat(May).Order())}"
            : $"{string.Join(" or ", Success)}{(May.Count > 0 ? $" (or {string.Join(", ", May)})" : "")}";
}
