namespace CloudDav.Server.Api;

/// <summary>An endpoint of the customer's door. The parameters of its query are all whole numbers.</summary>
internal sealed class CustomerEndpoint : ApiEndpoint<CustomerEndpoint>
{
    /// <summary>Whether the body can be left out.</summary>
    public bool IsBodyOptional { get; private set; }

    /// <summary>The record of the answer; null for none, or for one that is no JSON.</summary>
    public Type? Answer { get; init; }

    /// <summary>What an answer is that is no JSON.</summary>
    public string? AnswerType { get; init; }

    /// <summary>Whether nobody has to sign in.</summary>
    public bool IsAnonymous { get; private set; }

    /// <summary>Whether it takes no place among the running requests of the device.</summary>
    public bool IsUnqueued { get; private set; }

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

    /// <summary>Its time is that of an upload, or of a change to come, which has a bound of its own; nothing else of the device is to wait for that.</summary>
    public CustomerEndpoint NeedsNoPlace()
    {
        IsUnqueued = true;
        return this;
    }
}
