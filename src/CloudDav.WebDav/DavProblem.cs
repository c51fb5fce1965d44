using System.Xml.Linq;

namespace CloudDav.WebDav;

/// <summary>A refusal as it goes out: the only error shape that leaves the protocol (RFC 4918 §16).</summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Message">A sentence for a person: what is wrong and what to do. Goes into the body and, shortened, the reason phrase.</param>
public sealed record DavProblem(int Status, string Message)
{
    /// <summary>The precondition or postcondition element that an RFC names for this case, or the store's own; null when there is none.</summary>
    public XName? Condition { get; init; }

    /// <summary>Further condition elements after the first, such as a service's own rule beside the RFC's.</summary>
    public IReadOnlyList<XElement> Details { get; init; } = [];

    /// <summary>The resources the condition is about (<c>lock-token-submitted</c>, <c>no-conflicting-lock</c>), written as href elements inside <see cref="Condition"/>.</summary>
    public IReadOnlyList<DavPath> Paths { get; init; } = [];

    /// <summary>The reason phrase on HTTP/1.1 (gvfs shows it); null for the standard one. ASCII.</summary>
    public string? Reason { get; init; }

    /// <summary>When to try again (Retry-After); null for no such header.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
