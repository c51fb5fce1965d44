using System.Globalization;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CloudDav.Server.Api;

/// <summary>The OpenAPI 3.1 document of a door, made of what every endpoint says of itself. What only one door has, its own document says.</summary>
/// <typeparam name="TEndpoint">The door's endpoints.</typeparam>
/// <param name="name">What the document is registered as.</param>
internal abstract class ApiDocument<TEndpoint>(string name)
    where TEndpoint : ApiEndpoint<TEndpoint>
{
    // It does not change while the server runs.
    private byte[]? _written;

    public void Register(IServiceCollection services) =>
        services.AddOpenApi(
            name,
            options =>
            {
                options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                options.ShouldInclude = description =>
                    description.ActionDescriptor.EndpointMetadata.OfType<TEndpoint>().Any();
                options.AddDocumentTransformer(
                    (document, _, _) =>
                    {
                        document.Servers = [];
                        document.Components ??= new OpenApiComponents();
                        DescribeDoor(document, document.Components);
                        return Task.CompletedTask;
                    }
                );
                options.AddOperationTransformer(DescribeAsync);
            }
        );

    public async Task AnswerAsync(HttpContext context)
    {
        if (_written is null)
        {
            var document = await context
                .RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>(name)
                .GetOpenApiDocumentAsync(context.RequestAborted);
            using var stream = new MemoryStream();
            await document.SerializeAsJsonAsync(
                stream,
                OpenApiSpecVersion.OpenApi3_1,
                context.RequestAborted
            );
            _written = stream.ToArray();
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = _written.Length;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.Body.WriteAsync(_written, context.RequestAborted);
    }

    /// <summary>What the parameters in paths are, by their names; one that is not there is called by its name.</summary>
    protected abstract IReadOnlyDictionary<string, string> PathParts { get; }

    /// <summary>Says what the door is, and how to sign in at it.</summary>
    protected abstract void DescribeDoor(OpenApiDocument document, OpenApiComponents components);

    /// <summary>Says of an operation what only this door's have. Its responses are those that refuse nothing.</summary>
    protected abstract void Describe(
        OpenApiOperation operation,
        TEndpoint endpoint,
        OpenApiDocument document
    );

    /// <summary>The parameters beside those of the path.</summary>
    protected abstract IEnumerable<IOpenApiParameter> ParametersOf(TEndpoint endpoint);

    /// <summary>The rules by which the door refuses, whatever the endpoint says.</summary>
    protected abstract IEnumerable<RefusalRule> RefusalsOf(TEndpoint endpoint);

    protected static OpenApiParameter Query(string name, string meaning, OpenApiSchema schema) =>
        new()
        {
            Name = name,
            In = ParameterLocation.Query,
            Description = meaning,
            Schema = schema,
        };

    private async Task DescribeAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var description = context.Description;
        var endpoint = description.ActionDescriptor.EndpointMetadata.OfType<TEndpoint>().Single();
        operation.OperationId =
            description.HttpMethod == HttpMethods.Head
                ? endpoint.OperationId + "Head"
                : endpoint.OperationId;
        operation.Summary = endpoint.Summary;
        operation.Description = endpoint.Description;
        operation.Parameters =
        [
            .. PathParametersOf(description.RelativePath ?? ""),
            .. ParametersOf(endpoint),
        ];
        operation.Responses ??= [];
        foreach (var response in operation.Responses.Values.OfType<OpenApiResponse>())
            response.Description = "Done, or found.";
        Describe(operation, endpoint, context.Document!);

        context.Document!.AddComponent(
            nameof(ProblemBody),
            await context.GetOrCreateSchemaAsync(
                typeof(ProblemBody),
                cancellationToken: cancellationToken
            )
        );
        IEnumerable<RefusalRule> rules =
        [
            RefusalRule.InvalidInput,
            .. RefusalsOf(endpoint),
            .. endpoint.Request is null
                ? (RefusalRule[])[]
                : [RefusalRule.NotJson, RefusalRule.RequestTooLarge],
            .. endpoint.Refusals,
        ];
        foreach (
            var status in rules
                .Select(rule => RefusalMap.RowOf(new Refusal(rule), DateTimeOffset.UnixEpoch))
                .OrderBy(row => row.Status)
                .GroupBy(row => row.Status, row => $"`{row.Code}`")
        )
            operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] =
                new OpenApiResponse
                {
                    Description =
                        $"Refused: {string.Join(", ", status.Distinct(StringComparer.Ordinal))}.",
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

    private IEnumerable<IOpenApiParameter> PathParametersOf(string path)
    {
        foreach (var part in path.Split('/').Where(part => part.StartsWith('{')))
        {
            var parameter = part.Trim('{', '}').Split(':')[0];
            yield return new OpenApiParameter
            {
                Name = parameter,
                In = ParameterLocation.Path,
                Required = true,
                Description = PathParts.GetValueOrDefault(parameter, $"The {parameter}."),
                Schema = new OpenApiSchema
                {
                    Type = part.Contains(":long", StringComparison.Ordinal)
                        ? JsonSchemaType.Integer
                        : JsonSchemaType.String,
                },
            };
        }
    }
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
