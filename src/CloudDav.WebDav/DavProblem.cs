using System.Xml.Linq;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav;

/// <summary>A refusal as it goes out: the only error shape that leaves the protocol (RFC 4918 §16).</summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Message">A sentence for a person: what is wrong and what to do. Goes into the body and, shortened, the reason phrase.</param>
public sealed record DavProblem(int Status, string Message)
{
    /// <summary>The precondition or postcondition element that an RFC names for this case, or the store's own; null when there is none.</summary>
    public XName? Condition { get; init; }

    /// <summary>
    /// Further elements after <see cref="Condition"/>, such as the service's own rule with what there is to know of it: elements and text, no
    /// attributes. Written with the prefixes of the root.
    /// </summary>
    public IReadOnlyList<XElement> Details { get; init; } = [];

    /// <summary>
    /// The resources it is about (<c>lock-token-submitted</c>, <c>no-conflicting-lock</c>), written as href elements inside
    /// <see cref="Condition"/>, or inside the first of <see cref="Details"/> when there is none.
    /// </summary>
    public IReadOnlyList<DavPath> Paths { get; init; } = [];

    /// <summary>The reason phrase on HTTP/1.1 (gvfs shows it); null for the standard one. ASCII.</summary>
    public string? Reason { get; init; }

    /// <summary>When to try again (Retry-After); null for no such header.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What is out of order for everybody and passes by itself: some clients need another answer to that than its status.</summary>
    public DavOutage Outage { get; init; }

    /// <summary>Whether the name is the reason, which nothing can be called: sync clients know one status and one error for that.</summary>
    public bool IsAboutName { get; init; }

    /// <summary>The heading of the page that people see in a browser; null for the status's standard phrase.</summary>
    public string? Title { get; init; }

    /// <summary>The language of <see cref="Message"/> and <see cref="Title"/> as a tag (<c>nl</c>), chosen by Accept-Language; null for English, which was not chosen.</summary>
    public string? Language { get; init; }

    /// <summary>The refusal of an infinite listing (RFC 4918 §9.1): 403 with <c>propfind-finite-depth</c>.</summary>
    public static DavProblem FiniteDepth() =>
        new(403, "This folder is listed one level at a time.")
        {
            Condition = DavNames.Dav + "propfind-finite-depth",
        };

    /// <summary>The refusal of a report that is not known, or not on this resource (RFC 3253 §3.6): 403 with <c>supported-report</c>.</summary>
    public static DavProblem UnsupportedReport() =>
        new(403, "This report cannot be asked for here.")
        {
            Condition = DavNames.Dav + "supported-report",
        };
}

/// <summary>What is out of order for a while.</summary>
public enum DavOutage
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Nothing can be changed; reading works.</summary>
    Writes,

    /// <summary>Contents can be neither read nor written; what is there can still be listed.</summary>
    Contents,

    /// <summary>Nothing works.</summary>
    Everything,
}
