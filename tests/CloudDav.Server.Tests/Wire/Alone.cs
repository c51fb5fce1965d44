namespace CloudDav.Server.Tests.Wire;

/// <summary>Tests that measure the memory of this process, in which the server runs too: nothing else may run meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
