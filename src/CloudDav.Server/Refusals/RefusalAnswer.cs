using System.Globalization;
using System.Xml.Linq;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Refusals;

/// <summary>
/// A refusal as it is told, whatever it is told in: <c>DAV:error</c>, a page and problem+json are all made of this and say the same.
/// </summary>
/// <param name="Row">What the table says of the rule.</param>
/// <param name="Refusal">What was refused, with its facts.</param>
/// <param name="Reader">Whom it is told to.</param>
internal sealed record RefusalAnswer(RefusalRow Row, Refusal Refusal, Reader Reader)
{
    public static readonly XNamespace Namespace = "http://clouddav.org/ns";

    /// <summary>What is wrong and what to do, in the reader's language.</summary>
    public string Text => RefusalTexts.TextOf(Refusal, Reader);

    /// <summary>What kind of refusal it is, in two or three words.</summary>
    public string Title => RefusalTexts.TitleOf(Row.Status, Reader.Language);

    /// <summary>
    /// What there is to know beside the sentence, for programs: the facts of the refusal that are set, by their names in XML and in JSON.
    /// Numbers are <see cref="long"/>, times are ISO 8601 in UTC.
    /// </summary>
    public IEnumerable<(string Xml, string Json, object Value)> Facts
    {
        get
        {
            if (Refusal.ClosesAt is { } closes)
                yield return ("closes-at", "closesAt", Iso(closes));
            if (Refusal.Limit is { } limit)
                yield return ("limit", "limit", limit);
            if (Refusal.Used is { } used)
                yield return ("used", "used", used);
            if (Refusal.Until is { } until)
                yield return ("until", "until", Iso(until));
            if (Refusal.ReasonCode is { } code)
                yield return ("reason-code", "reasonCode", code);
            if (Refusal.Words?.In(Reader.Language) is { } words)
                yield return ("reason", "reason", words);
            if (Refusal.Field is { } name)
                yield return ("field", "field", name);
        }
    }

    /// <summary>As the protocol takes it: the RFC's condition first, then our element with the facts in it.</summary>
    public DavProblem ToProblem() =>
        new(Row.Status, Text)
        {
            Condition = Row.Condition,
            Details =
            [
                new XElement(
                    Namespace + Row.Code,
                    Facts.Select(fact => new XElement(Namespace + fact.Xml, fact.Value))
                ),
            ],
            Paths = Refusal.Path is { } path ? [new DavPath([.. path])] : [],
            Reason = Row.Reason,
            RetryAfter = Row.RetryAfter,
            Outage = Row.Outage,
            Title = Title,
            Language = Reader.Tag,
            IsAboutName = Refusal.Rule is RefusalRule.NameNotAllowed or RefusalRule.NameTooLong,
        };

    private static string Iso(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
