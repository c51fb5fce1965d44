using System.Globalization;
using CloudDav.Server.Operator;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CloudDav.Server.Api;

/// <summary>The OpenAPI 3.1 document of the customer's door, made of what every <see cref="CustomerEndpoint"/> says of itself.</summary>
internal static class CustomerDocument
{
    private const string Name = "customer";

    // Those of the door, whichever endpoint is asked.
    private static readonly RefusalRule[] s_ofAll =
    [
        RefusalRule.InvalidInput,
        RefusalRule.AccountClosed,
        RefusalRule.PlatformOff,
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

    private static readonly RefusalRule[] s_ofBodies =
    [
        RefusalRule.NotJson,
        RefusalRule.RequestTooLarge,
    ];

    private static readonly string[] s_schemes = ["basic", "bearer"];

    // It does not change while the server runs.
    private static byte[]? s_written;

    public static void Register(IServiceCollection services) =>
        services.AddOpenApi(
            Name,
            options =>
            {
                options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                options.ShouldInclude = description =>
                    description.ActionDescriptor.EndpointMetadata.OfType<CustomerEndpoint>().Any();
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
        context.Response.Headers.XContentTypeOptions = "nosniff";
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
            Title = "CloudDav for customers",
            Version = "1",
            Description =
                "What people see of their own account and do with it. Texts are in the language of Accept-Language, one of nl, fr, de and en, else in the account's.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(
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
        return Task.CompletedTask;
    }

    private static async Task DescribeAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var endpoint = context
            .Description.ActionDescriptor.EndpointMetadata.OfType<CustomerEndpoint>()
            .Single();
        operation.OperationId =
            context.Description.HttpMethod == HttpMethods.Head
                ? endpoint.OperationId + "Head"
                : endpoint.OperationId;
        operation.Summary = endpoint.Summary;
        operation.Description = endpoint.Description;
        operation.Security = endpoint.IsAnonymous
            ? []
            :
            [
                .. s_schemes.Select(scheme => new OpenApiSecurityRequirement
                {
                    [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [],
                }),
            ];
        operation.Parameters = [.. ParametersOf(endpoint, context.Description.RelativePath ?? "")];
        if (operation.RequestBody is OpenApiRequestBody body)
            body.Required = !endpoint.IsBodyOptional;

        var problem = await context.GetOrCreateSchemaAsync(
            typeof(ProblemBody),
            cancellationToken: cancellationToken
        );
        context.Document!.AddComponent(nameof(ProblemBody), problem);
        operation.Responses ??= [];
        foreach (var response in operation.Responses.Values.OfType<OpenApiResponse>())
        {
            response.Description = "Done, or found.";
            if (endpoint.AnswerType is { } type)
                response.Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [type] = new OpenApiMediaType(),
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

    private static IEnumerable<RefusalRow> RefusalsOf(CustomerEndpoint endpoint)
    {
        IEnumerable<RefusalRule> rules =
        [
            .. s_ofAll,
            .. endpoint.IsAnonymous ? [] : s_ofSignedIn,
            .. endpoint.Request is null ? [] : s_ofBodies,
            .. endpoint.Refusals,
        ];
        return rules
            .Select(rule => RefusalMap.RowOf(new Refusal(rule), DateTimeOffset.UnixEpoch))
            .OrderBy(row => row.Status);
    }

    private static IEnumerable<IOpenApiParameter> ParametersOf(
        CustomerEndpoint endpoint,
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
                Description = PathParts[name],
                Schema = new OpenApiSchema
                {
                    Type = name is "version" or "token"
                        ? JsonSchemaType.String
                        : JsonSchemaType.Integer,
                },
            };
        }
        foreach (var (name, meaning) in endpoint.Query)
            yield return new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Query,
                Description = meaning,
                Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
            };
    }

    private static Dictionary<string, string> PathParts { get; } =
        new(StringComparer.Ordinal)
        {
            ["device"] = "The device's number.",
            ["member"] = "The member's number.",
            ["version"] = "The version of the terms.",
            ["token"] = "The token of the one-time link.",
            ["subProcessor"] = "The sub-processor's number.",
        };
}
