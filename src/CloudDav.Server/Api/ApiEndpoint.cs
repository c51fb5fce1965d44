using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>
/// Everything that is said about an endpoint of a door, in one place: the door admits by it, the OpenAPI document is made of it, and the tests go through all of
/// them. Here is what is said at either door.
/// </summary>
/// <typeparam name="TSelf">The door's own kind of endpoint.</typeparam>
internal abstract class ApiEndpoint<TSelf>
    where TSelf : ApiEndpoint<TSelf>
{
    private readonly List<RefusalRule> _refusals = [];
    private readonly List<(string Name, string Meaning)> _query = [];

    /// <summary>Its name in the OpenAPI document.</summary>
    public required string OperationId { get; init; }

    /// <summary>What it does, in a few words.</summary>
    public required string Summary { get; init; }

    /// <summary>The record of the body; null for none.</summary>
    public Type? Request { get; init; }

    /// <summary>The status of the answer.</summary>
    public int Status { get; protected set; } = StatusCodes.Status200OK;

    /// <summary>What else there is to know; null for nothing.</summary>
    public string? Description { get; private set; }

    /// <summary>The rules that can refuse it, those of the door aside.</summary>
    public IReadOnlyList<RefusalRule> Refusals => _refusals;

    /// <summary>The parameters of the query it takes, with their meaning.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query => _query;

    /// <summary>Says more about it.</summary>
    public TSelf Describes(string description)
    {
        Description = description;
        return (TSelf)this;
    }

    /// <summary>Names the rules that can refuse it.</summary>
    public TSelf Refuses(params ReadOnlySpan<RefusalRule> rules)
    {
        _refusals.AddRange(rules);
        return (TSelf)this;
    }

    /// <summary>It takes a parameter in the query.</summary>
    public TSelf Takes(string name, string meaning)
    {
        _query.Add((name, meaning));
        return (TSelf)this;
    }
}
