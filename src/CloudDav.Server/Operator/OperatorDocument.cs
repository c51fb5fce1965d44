using System.Globalization;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CloudDav.Server.Operator;

/// <summary>The OpenAPI 3.1 document of the operator's door, made of what every <see cref="OperatorEndpoint"/> says of itself.</summary>
internal static class OperatorDocument
{
    private const string Name = "operator";
    private const string Security = "operator";

    // Those of the door, whichever endpoint is asked.
    private static readonly RefusalRule[] s_ofAll =
    [
        RefusalRule.InvalidInput,
        RefusalRule.TokenNotAccepted,
        RefusalRule.ScopeMissing,
        RefusalRule.SignInUnavailable,
    ];

    private static readonly RefusalRule[] s_ofCommands =
    [
        RefusalRule.CommandReused,
        RefusalRule.VersionConflict,
    ];

    private static readonly RefusalRule[] s_ofBodies =
    [
        RefusalRule.NotJson,
        RefusalRule.RequestTooLarge,
    ];

    // It does not change while the server runs.
    private static byte[]? s_written;

    public static void Register(IServiceCollection services) =>
        services.AddOpenApi(
            Name,
            options =>
            {
                options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                options.ShouldInclude = description =>
                    description.ActionDescriptor.EndpointMetadata.OfType<OperatorEndpoint>().Any();
                options.AddDocumentTransformer(DescribeDoor);
                options.AddOperationTransformer(DescribeAsync);
            }
        );

    public static async Task AnswerAsync(HttpContext context)
    {
        if (s_written is null)
        {
            var document = await context
                .RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name)
                .GetOpenApiDocumentAsync(context.RequestAborted);
            using var stream = new MemoryStream();
            await document.SerializeAsJsonAsync(
                stream,
                OpenApiSpecVersion.OpenApi3_1,
                context.RequestAborted
            );
            s_written = stream.ToArray();
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = s_written.Length;
        await context.Response.Body.WriteAsync(s_written, context.RequestAborted);
    }

    private static Task DescribeDoor(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        document.Info = new OpenApiInfo
        {
            Title = "CloudDav for operators",
            Version = "1",
            Description =
                "What the operator's systems command and ask. Every command has an id of its own and can be repeated without effect: it is answered as it was the first time.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(
            StringComparer.Ordinal
        );
        document.Components.SecuritySchemes[Security] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description =
                "A token of the operator's authority. Its `scope` has what the operation needs: "
                + string.Join(", ", OperatorScopes.Names.Values.Select(name => $"`{name}`"))
                + ".",
        };
        return Task.CompletedTask;
    }

    private static async Task DescribeAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var endpoint = context
            .Description.ActionDescriptor.EndpointMetadata.OfType<OperatorEndpoint>()
            .Single();
        operation.OperationId = endpoint.OperationId;
        operation.Summary = endpoint.Summary;
        operation.Description =
            $"{endpoint.Description}{(endpoint.Description is null ? "" : " ")}Needs the scope `{endpoint.Scope.Name()}`.";
        operation.Security =
        [
            new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(Security, context.Document)] =
                [
                    endpoint.Scope.Name(),
                ],
            },
        ];
        operation.Parameters = [.. ParametersOf(endpoint, context.Description.RelativePath ?? "")];
        if (operation.RequestBody is OpenApiRequestBody body)
            body.Required = true;

        var problem = await context.GetOrCreateSchemaAsync(
            typeof(ProblemBody),
            cancellationToken: cancellationToken
        );
        context.Document!.AddComponent(nameof(ProblemBody), problem);
        operation.Responses ??= [];
        foreach (var response in operation.Responses.Values.OfType<OpenApiResponse>())
        {
            response.Description =
                endpoint.Status == StatusCodes.Status201Created ? "Done." : "Done, or found.";
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
        foreach (var status in RefusalsOf(endpoint).GroupBy(row => row.Status))
        {
            operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] =
                new OpenApiResponse
                {
                    Description =
                        "Refused: "
                        + string.Join(
                            ", ",
                            status.Select(row => $"`{row.Code}`").Distinct(StringComparer.Ordinal)
                        )
                        + ".",
                    Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                    {
                        ["application/problem+json"] = new OpenApiMediaType
                        {
                            Schema = new OpenApiSchemaReference(
                                nameof(ProblemBody),
                                context.Document
                            ),
                        },
                    },
                };
        }
    }

    private static IEnumerable<RefusalRow> RefusalsOf(OperatorEndpoint endpoint)
    {
        IEnumerable<RefusalRule> rules =
        [
            .. s_ofAll,
            .. endpoint.IsCommand ? s_ofCommands : [],
            .. endpoint.Request is null ? [] : s_ofBodies,
            .. endpoint.Refusals,
        ];
        return rules
            .Select(rule => RefusalMap.RowOf(new Refusal(rule), DateTimeOffset.UnixEpoch))
            .OrderBy(row => row.Status);
    }

    private static IEnumerable<IOpenApiParameter> ParametersOf(
        OperatorEndpoint endpoint,
        string path
    )
    {
        foreach (var part in path.Split('/').Where(part => part.StartsWith('{')))
        {
            var name = part.Trim('{', '}').Split(':')[0];
            yield return new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Required = true,
                Description = PathParts.GetValueOrDefault(name, $"The {name}."),
                Schema = new OpenApiSchema
                {
                    Type = part.Contains(":long", StringComparison.Ordinal)
                        ? JsonSchemaType.Integer
                        : JsonSchemaType.String,
                },
            };
        }
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

    private static Dictionary<string, string> PathParts { get; } =
        new(StringComparer.Ordinal)
        {
            ["customer"] = "The customer's number.",
            ["code"] = "The option's code.",
            ["member"] = "The number of the member's account.",
        };

    private static OpenApiParameter Query(string name, string meaning, OpenApiSchema schema) =>
        new()
        {
            Name = name,
            In = ParameterLocation.Query,
            Description = meaning,
            Schema = schema,
        };
}

/// <summary>A refusal (RFC 9457). Some have facts of their own beside these members.</summary>
internal sealed record ProblemBody
{
    /// <summary>Names the rule, as an address.</summary>
    public required string Type { get; init; }

    /// <summary>What kind of refusal it is, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The status of the answer.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong and what to do, in the language of Accept-Language.</summary>
    public string? Detail { get; init; }

    /// <summary>Names the rule. It never changes.</summary>
    public required string Code { get; init; }

    /// <summary>The field that it is about.</summary>
    public string? Field { get; init; }

    /// <summary>Every field that is wrong.</summary>
    public IReadOnlyList<FieldError>? Errors { get; init; }
}
