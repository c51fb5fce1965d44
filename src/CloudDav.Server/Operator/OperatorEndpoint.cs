using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>
/// Everything that is said about an endpoint of the operator's door, in one place: the door checks the scope by it, the OpenAPI document is made of it, and the
/// tests go through all of them.
/// </summary>
internal sealed class OperatorEndpoint
{
    private readonly List<RefusalRule> _refusals = [];
    private readonly List<(string Name, string Meaning)> _query = [];

    /// <summary>The scope that a token needs.</summary>
    public required OperatorScope Scope { get; init; }

    /// <summary>Its name in the OpenAPI document.</summary>
    public required string OperationId { get; init; }

    /// <summary>What it does, in a few words.</summary>
    public required string Summary { get; init; }

    /// <summary>Whether it commands, and therefore needs an id.</summary>
    public bool IsCommand { get; init; }

    /// <summary>Whether it answers page by page.</summary>
    public bool IsPaged { get; init; }

    /// <summary>The record of the body; null for none.</summary>
    public Type? Request { get; init; }

    /// <summary>The record of the answer.</summary>
    public required Type Answer { get; init; }

    /// <summary>The status of the answer.</summary>
    public int Status { get; private set; } = StatusCodes.Status200OK;

    /// <summary>What else there is to know; null for nothing.</summary>
    public string? Description { get; private set; }

    /// <summary>The rules that can refuse it, those of the door aside.</summary>
    public IReadOnlyList<RefusalRule> Refusals => _refusals;

    /// <summary>The parameters of the query it takes, with their meaning.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query => _query;

    /// <summary>Says more about it.</summary>
    public OperatorEndpoint Describes(string description)
    {
        Description = description;
        return this;
    }

    /// <summary>Its answer is 201: it makes something.</summary>
    public OperatorEndpoint Creates()
    {
        Status = StatusCodes.Status201Created;
        return this;
    }

    /// <summary>Names the rules that can refuse it.</summary>
    public OperatorEndpoint Refuses(params ReadOnlySpan<RefusalRule> rules)
    {
        _refusals.AddRange(rules);
        return this;
    }

    /// <summary>It takes a parameter in the query.</summary>
    public OperatorEndpoint Takes(string name, string meaning)
    {
        _query.Add((name, meaning));
        return this;
    }
}
