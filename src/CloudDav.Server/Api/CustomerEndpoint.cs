using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>
/// Everything that is said about an endpoint of the customer's door, in one place: the door signs in by it, the OpenAPI document is made of it, and the tests go
/// through all of them.
/// </summary>
internal sealed class CustomerEndpoint
{
    private readonly List<RefusalRule> _refusals = [];
    private readonly List<(string Name, string Meaning)> _query = [];

    /// <summary>Its name in the OpenAPI document.</summary>
    public required string OperationId { get; init; }

    /// <summary>What it does, in a few words.</summary>
    public required string Summary { get; init; }

    /// <summary>The record of the body; null for none.</summary>
    public Type? Request { get; init; }

    /// <summary>Whether the body can be left out.</summary>
    public bool IsBodyOptional { get; private set; }

    /// <summary>The record of the answer; null for none, or for one that is no JSON.</summary>
    public Type? Answer { get; init; }

    /// <summary>What an answer is that is no JSON.</summary>
    public string? AnswerType { get; init; }

    /// <summary>The status of the answer.</summary>
    public int Status { get; private set; } = StatusCodes.Status200OK;

    /// <summary>Whether nobody has to sign in.</summary>
    public bool IsAnonymous { get; private set; }

    /// <summary>What else there is to know; null for nothing.</summary>
    public string? Description { get; private set; }

    /// <summary>The rules that can refuse it, those of the door aside.</summary>
    public IReadOnlyList<RefusalRule> Refusals => _refusals;

    /// <summary>The parameters of the query it takes, all whole numbers, with their meaning.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query => _query;

    /// <summary>Says more about it.</summary>
    public CustomerEndpoint Describes(string description)
    {
        Description = description;
        return this;
    }

    /// <summary>Its answer has another status than 200.</summary>
    public CustomerEndpoint Answers(int status)
    {
        Status = status;
        return this;
    }

    /// <summary>Its body can be left out.</summary>
    public CustomerEndpoint NeedsNoBody()
    {
        IsBodyOptional = true;
        return this;
    }

    /// <summary>It is open to whoever comes: what it takes is in the request.</summary>
    public CustomerEndpoint NeedsNoSignIn()
    {
        IsAnonymous = true;
        return this;
    }

    /// <summary>Names the rules that can refuse it.</summary>
    public CustomerEndpoint Refuses(params ReadOnlySpan<RefusalRule> rules)
    {
        _refusals.AddRange(rules);
        return this;
    }

    /// <summary>It takes a number in the query.</summary>
    public CustomerEndpoint Takes(string name, string meaning)
    {
        _query.Add((name, meaning));
        return this;
    }
}
