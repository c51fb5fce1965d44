using System.Globalization;
using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>A request of the operator's systems, as an endpoint sees it.</summary>
/// <param name="context">The request.</param>
/// <param name="instruction">Who commands it, and as what; null for a query.</param>
internal sealed class OperatorCall(HttpContext context, Instruction? instruction)
{
    /// <summary>The command's id, author and expected version.</summary>
    public Instruction Instruction =>
        instruction ?? throw new InvalidOperationException("This is a query.");

    /// <summary>Who asks: the subject of the token.</summary>
    public string Author => OperatorDoor.AuthorOf(context)!;

    /// <summary>Ends when the sender is gone.</summary>
    public CancellationToken Stop => context.RequestAborted;

    /// <summary>A service of the server, such as a desk.</summary>
    public T Desk<T>()
        where T : notnull => context.RequestServices.GetRequiredService<T>();

    /// <summary>A part of the path by its name in the pattern.</summary>
    public string Text(string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>A part of the path that the pattern says is a number: <c>{member:long}</c>.</summary>
    public long Number(string name) => long.Parse(Text(name), CultureInfo.InvariantCulture);

    /// <summary>A parameter of the query that the endpoint has declared; null when it is not given.</summary>
    public string? Query(string name) =>
        context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;
}

/// <summary>What is asked for of a long list.</summary>
/// <param name="After">The number after which the page begins; 0 for the first.</param>
/// <param name="Limit">How many there are on it at most.</param>
internal readonly record struct PageRequest(long After, int Limit)
{
    /// <summary>How many are given when nobody says.</summary>
    public const int DefaultLimit = 50;

    /// <summary>How many are given at most.</summary>
    public const int MostLimit = 200;
}

/// <summary>A page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
internal sealed record Page<T>
{
    /// <summary>What is on it.</summary>
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>Where the next page begins, to be given as `cursor`; null on the last one.</summary>
    public string? Next { get; init; }

    /// <summary>A page from what was read for it; a full one is taken to have a next.</summary>
    /// <param name="items">What is on it.</param>
    /// <param name="page">What was asked for.</param>
    /// <param name="number">The number of one, by which the list is ordered.</param>
    public static Page<T> Of(IReadOnlyList<T> items, PageRequest page, Func<T, long> number) =>
        new()
        {
            Items = items,
            Next =
                items.Count == page.Limit
                    ? number(items[^1]).ToString(CultureInfo.InvariantCulture)
                    : null,
        };
}

/// <summary>An answer that has a version, which is its ETag and what <c>If-Match</c> is compared with.</summary>
internal interface IVersioned
{
    /// <summary>Counts changes.</summary>
    long Version { get; }
}

/// <summary>Turns what a desk says into what the door says.</summary>
internal static class Answers
{
    /// <summary>The answer made of the value, or the refusal as it is.</summary>
    public static async ValueTask<VaultResult<TAnswer>> As<T, TAnswer>(
        this ValueTask<VaultResult<T>> result,
        Func<T, TAnswer> of
    )
    {
        var known = await result;
        return known.Refusal is { } refusal ? refusal : of(known.Value);
    }
}
