using CloudDav.Server.Api;

namespace CloudDav.Server.Operator;

/// <summary>An endpoint of the operator's door.</summary>
internal sealed class OperatorEndpoint : ApiEndpoint<OperatorEndpoint>
{
    /// <summary>The scope that a token needs.</summary>
    public required OperatorScope Scope { get; init; }

    /// <summary>Whether it commands, and therefore needs an id.</summary>
    public bool IsCommand { get; init; }

    /// <summary>Whether it answers page by page.</summary>
    public bool IsPaged { get; init; }

    /// <summary>The record of the answer.</summary>
    public required Type Answer { get; init; }

    /// <summary>Its answer is 201: it makes something.</summary>
    public OperatorEndpoint Creates()
    {
        Status = StatusCodes.Status201Created;
        return this;
    }
}
