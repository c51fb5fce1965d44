using System.Globalization;
using CloudDav.Server.Api;
using CloudDav.Vault;
using Microsoft.OpenApi;

namespace CloudDav.Server.Operator;

/// <summary>The document of the operator's door.</summary>
internal sealed class OperatorDocument() : ApiDocument<OperatorEndpoint>("operator")
{
    private const string Security = "operator";

    // Those of the door, whichever endpoint is asked.
    private static readonly RefusalRule[] s_ofAll =
    [
        RefusalRule.TokenNotAccepted,
        RefusalRule.ScopeMissing,
        RefusalRule.SignInUnavailable,
        RefusalRule.StorageUnavailable,
    ];

    private static readonly RefusalRule[] s_ofCommands =
    [
        RefusalRule.CommandReused,
        RefusalRule.VersionConflict,
    ];

    protected override IReadOnlyDictionary<string, string> PathParts { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["customer"] = "The customer's number.",
            ["code"] = "The option's code.",
            ["member"] = "The number of the member's account.",
        };

    protected override void DescribeDoor(OpenApiDocument document, OpenApiComponents components)
    {
        document.Info = new OpenApiInfo
        {
            Title = "CloudDav for operators",
            Version = "1",
            Description =
                "What the operator's systems command and ask. Every command has an id of its own and can be repeated without effect: it is answered as it was the first time.",
        };
        components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(
            StringComparer.Ordinal
        )
        {
            [Security] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description =
                    "A token of the operator's authority. Its `scope` has what the operation needs: "
                    + string.Join(", ", OperatorScopes.Names.Values.Select(name => $"`{name}`"))
                    + ".",
            },
        };
    }

    protected override void Describe(
        OpenApiOperation operation,
        OperatorEndpoint endpoint,
        OpenApiDocument document
    )
    {
        operation.Description =
            $"{endpoint.Description}{(endpoint.Description is null ? "" : " ")}Needs the scope `{endpoint.Scope.Name()}`.";
        operation.Security =
        [
            new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(Security, document)] = [endpoint.Scope.Name()],
            },
        ];
        foreach (var response in operation.Responses!.Values.OfType<OpenApiResponse>())
        {
            if (endpoint.Status == StatusCodes.Status201Created)
                response.Description = "Done.";
            if (endpoint.Answer.IsAssignableTo(typeof(IVersioned)))
                response.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
                {
                    ["ETag"] = new OpenApiHeader
                    {
                        Description = "The version, to be given as `If-Match`.",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                };
        }
    }

    protected override IEnumerable<IOpenApiParameter> ParametersOf(OperatorEndpoint endpoint)
    {
        foreach (var (name, meaning) in endpoint.Query)
            yield return Query(name, meaning, new OpenApiSchema { Type = JsonSchemaType.String });
        if (endpoint.IsPaged)
        {
            yield return Query(
                OperatorRoutes.Cursor,
                "Where the page begins: `next` of the page before. Left out for the first.",
                new OpenApiSchema { Type = JsonSchemaType.String }
            );
            yield return Query(
                OperatorRoutes.Limit,
                "How many there are on the page at most.",
                new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "1",
                    Maximum = PageRequest.MostLimit.ToString(CultureInfo.InvariantCulture),
                    Default = PageRequest.DefaultLimit,
                }
            );
        }
        if (!endpoint.IsCommand)
            yield break;
        yield return new OpenApiParameter
        {
            Name = OperatorRoutes.CommandId,
            In = ParameterLocation.Header,
            Required = true,
            Description =
                "The command's id, best a UUID. A command that comes again under it has no further effect and the same answer.",
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                MinLength = 1,
                MaxLength = Instruction.MaxIdLength,
            },
        };
        yield return new OpenApiParameter
        {
            Name = "If-Match",
            In = ParameterLocation.Header,
            Description =
                "The ETag of what is to be changed, as it was last seen. Left out to change whatever is there.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };
    }

    protected override IEnumerable<RefusalRule> RefusalsOf(OperatorEndpoint endpoint) =>
        endpoint.IsCommand ? [.. s_ofAll, .. s_ofCommands] : s_ofAll;
}
