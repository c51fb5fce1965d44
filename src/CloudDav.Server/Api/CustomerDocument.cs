using CloudDav.Vault;
using Microsoft.OpenApi;

namespace CloudDav.Server.Api;

/// <summary>The document of the customer's door.</summary>
internal sealed class CustomerDocument() : ApiDocument<CustomerEndpoint>("customer")
{
    // Those of the door, whichever endpoint is asked.
    private static readonly RefusalRule[] s_ofAll =
    [
        RefusalRule.AccountClosed,
        RefusalRule.PlatformOff,
        RefusalRule.StorageUnavailable,
    ];

    private static readonly RefusalRule[] s_ofSignedIn =
    [
        RefusalRule.SignedOut,
        RefusalRule.TooManyTries,
        RefusalRule.SignInBusy,
        RefusalRule.SignInUnavailable,
        RefusalRule.SignInDisabled,
        RefusalRule.NoVault,
        RefusalRule.DeviceBusy,
    ];

    private static readonly string[] s_schemes = ["basic", "bearer"];

    protected override IReadOnlyDictionary<string, string> PathParts { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["device"] = "The device's number.",
            ["member"] = "The member's number.",
            ["version"] = "The version of the terms.",
            ["token"] = "The token of the one-time link.",
            ["subProcessor"] = "The sub-processor's number.",
            ["share"] = "The share's number.",
        };

    protected override void DescribeDoor(OpenApiDocument document, OpenApiComponents components)
    {
        document.Info = new OpenApiInfo
        {
            Title = "CloudDav for customers",
            Version = "1",
            Description =
                "What people see of their own account and do with it. Texts are in the language of Accept-Language, one of nl, fr, de and en, else in the account's.",
        };
        components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(
            StringComparer.Ordinal
        )
        {
            ["basic"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "basic",
                Description = "The sign-in name, with the own password or an app password.",
            },
            ["bearer"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "A token of the operator's sign-in, where there is one.",
            },
        };
    }

    protected override void Describe(
        OpenApiOperation operation,
        CustomerEndpoint endpoint,
        OpenApiDocument document
    )
    {
        operation.Security = endpoint.IsAnonymous
            ? []
            :
            [
                .. s_schemes.Select(scheme => new OpenApiSecurityRequirement
                {
                    [new OpenApiSecuritySchemeReference(scheme, document)] = [],
                }),
            ];
        if (endpoint.AnswerType is not { } type)
            return;
        foreach (var response in operation.Responses!.Values.OfType<OpenApiResponse>())
            response.Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [type] = new OpenApiMediaType(),
            };
    }

    protected override IEnumerable<IOpenApiParameter> ParametersOf(CustomerEndpoint endpoint) =>
        endpoint.Query.Select(query =>
            Query(query.Name, query.Meaning, new OpenApiSchema { Type = JsonSchemaType.Integer })
        );

    protected override IEnumerable<RefusalRule> RefusalsOf(CustomerEndpoint endpoint) =>
        endpoint.IsAnonymous ? s_ofAll : [.. s_ofAll, .. s_ofSignedIn];
}
