using System.Text;

namespace CloudDav.WebDav.Headers;

/// <summary>One condition of an If list (RFC 4918 §10.4.2): a state token or an entity tag, maybe negated.</summary>
/// <param name="Token">The state token without its brackets; null for an entity tag.</param>
/// <param name="Tag">The entity tag when there is no token.</param>
/// <param name="IsNegated">Whether <c>Not</c> stands before it.</param>
internal readonly record struct IfCondition(string? Token, EntityTag Tag, bool IsNegated);

/// <summary>A list of conditions that must all hold.</summary>
/// <param name="Resource">The tag before the list, as sent; null when the list is about the request's own resource.</param>
/// <param name="Conditions">At least one.</param>
internal sealed record IfList(string? Resource, IReadOnlyList<IfCondition> Conditions);

/// <summary>The If header (RFC 4918 §10.4): it holds when any one of its lists does.</summary>
/// <param name="Lists">At least one.</param>
internal sealed record IfHeader(IReadOnlyList<IfList> Lists)
{
    /// <summary>More conditions than any client sends.</summary>
    private const int MaxConditions = 1000;

    /// <summary>Every token anywhere in the header, negated or not: that submits it (RFC 4918 §10.4.1).</summary>
    public IReadOnlyList<string> Tokens =>
        [
            .. Lists
                .SelectMany(list => list.Conditions)
                .Select(condition => condition.Token)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>Parses the header; null when absent, 400 when it is truly ungrammatical. Commas between lists are tolerated.</summary>
    public static DavResult<IfHeader?> Parse(string? value)
    {
        var rest = value.AsSpan();
        Skip(ref rest);
        if (rest.IsEmpty)
            return (IfHeader?)null;
        var lists = new List<IfList>();
        var count = 0;
        string? resource = null;
        var resourceHasList = true;
        while (!rest.IsEmpty)
        {
            if (rest[0] == '<')
            {
                if (!resourceHasList || !TryTakeBracketed(ref rest, out resource))
                    return Malformed();
                resourceHasList = false;
            }
            else if (rest[0] == '(')
            {
                rest = rest[1..];
                var conditions = new List<IfCondition>();
                while (true)
                {
                    Skip(ref rest);
                    if (rest.IsEmpty)
                        return Malformed();
                    if (rest[0] == ')')
                        break;
                    if (!TryTakeCondition(ref rest, out var condition) || ++count > MaxConditions)
                        return Malformed();
                    conditions.Add(condition);
                }
                rest = rest[1..];
                if (conditions.Count == 0)
                    return Malformed();
                lists.Add(new IfList(resource, conditions));
                resourceHasList = true;
            }
            else
            {
                return Malformed();
            }
            Skip(ref rest);
        }
        return resourceHasList && lists.Count > 0 ? new IfHeader(lists) : Malformed();
    }

    /// <summary>The header in its canonical form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        string? resource = null;
        foreach (var list in Lists)
        {
            if (text.Length > 0)
                text.Append(' ');
            if (list.Resource is not null && list.Resource != resource)
                text.Append('<').Append(list.Resource).Append("> ");
            resource = list.Resource;
            text.Append('(');
            for (var i = 0; i < list.Conditions.Count; i++)
            {
                var condition = list.Conditions[i];
                if (i > 0)
                    text.Append(' ');
                if (condition.IsNegated)
                    text.Append("Not ");
                if (condition.Token is { } token)
                    text.Append('<').Append(token).Append('>');
                else
                    text.Append('[')
                        .Append(condition.Tag.IsWeak ? "W/" : "")
                        .Append(condition.Tag.Value)
                        .Append(']');
            }
            text.Append(')');
        }
        return text.ToString();
    }

    private static bool TryTakeCondition(ref ReadOnlySpan<char> rest, out IfCondition condition)
    {
        condition = default;
        var negated = rest.StartsWith("Not", StringComparison.OrdinalIgnoreCase);
        if (negated)
        {
            rest = rest[3..];
            SkipSpace(ref rest);
            if (rest.IsEmpty)
                return false;
        }
        if (rest[0] == '<')
        {
            if (!TryTakeBracketed(ref rest, out var token))
                return false;
            condition = new IfCondition(token, default, negated);
            return true;
        }
        if (rest[0] != '[')
            return false;
        rest = rest[1..].TrimStart();
        if (!EntityTags.TryTake(ref rest, out var tag))
            return false;
        rest = rest.TrimStart();
        if (rest.IsEmpty || rest[0] != ']')
            return false;
        rest = rest[1..];
        condition = new IfCondition(null, tag, negated);
        return true;
    }

    private static bool TryTakeBracketed(ref ReadOnlySpan<char> rest, out string? value)
    {
        value = null;
        var end = rest.IndexOf('>');
        if (end < 0)
            return false;
        var inner = rest[1..end].Trim();
        if (inner.IsEmpty || inner.Contains('<'))
            return false;
        value = inner.ToString();
        rest = rest[(end + 1)..];
        return true;
    }

    private static void SkipSpace(ref ReadOnlySpan<char> rest) => rest = rest.TrimStart(" \t");

    private static void Skip(ref ReadOnlySpan<char> rest) => rest = rest.TrimStart(" \t,");

    private static DavProblem Malformed() => new(400, "The If header is malformed.");
}
