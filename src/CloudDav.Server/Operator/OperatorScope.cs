using System.Text.Json;

namespace CloudDav.Server.Operator;

/// <summary>What a token of the operator may be for. Every endpoint needs exactly one of them.</summary>
internal enum OperatorScope
{
    /// <summary>Orders, options, contracts.</summary>
    Contracts,

    /// <summary>Household members.</summary>
    Households,

    /// <summary>Suspensions and restrictions.</summary>
    Suspend,

    /// <summary>Blocked items and shares.</summary>
    ContentBlock,

    /// <summary>The mode of the platform, doors, terms, the end of the whole service.</summary>
    Platform,

    /// <summary>Legal holds and orders, notices, sub-processors, evidence.</summary>
    Legal,

    /// <summary>Staff access grants and undertakings.</summary>
    StaffGrant,

    /// <summary>Reading for the helpdesk, without content.</summary>
    SupportRead,
}

/// <summary>Scopes as tokens name them.</summary>
internal static class OperatorScopes
{
    /// <summary>All of them, with their names.</summary>
    public static IReadOnlyDictionary<OperatorScope, string> Names { get; } =
        Enum.GetValues<OperatorScope>()
            .ToDictionary(
                scope => scope,
                scope => JsonNamingPolicy.KebabCaseLower.ConvertName(scope.ToString())
            );

    /// <summary>A scope's name.</summary>
    public static string Name(this OperatorScope scope) => Names[scope];
}
