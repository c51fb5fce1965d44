using System.Text.Json;
using CloudDav.Server.Operator;

namespace CloudDav.Server.Tests.OperatorApi;

/// <summary>The OpenAPI document says everything about every endpoint.</summary>
public sealed class OperatorDocumentTests : IAsyncLifetime
{
    private OperatorHost _operator = null!;

    public async ValueTask InitializeAsync() => _operator = await OperatorHost.StartAsync();

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task Every_endpoint_is_in_it_with_summary_scope_parameters_schemas_and_every_answer()
    {
        var document = await DocumentAsync();
        Assert.Equal("3.1", document.GetProperty("openapi").GetString()![..3]);
        var paths = document.GetProperty("paths");
        var endpoints = await _operator.EndpointsAsync();
        Assert.Equal(
            endpoints.Count,
            paths.EnumerateObject().Sum(path => path.Value.EnumerateObject().Count())
        );
        Assert.Equal(
            endpoints.Count,
            endpoints.Select(pair => pair.Endpoint.OperationId).Distinct().Count()
        );
        foreach (var (route, endpoint) in endpoints)
        {
            var path =
                "/"
                + route
                    .RoutePattern.RawText!.TrimStart('/')
                    .Replace(":long", "", StringComparison.Ordinal);
            var operation = paths
                .GetProperty(path)
                .GetProperty(endpoint.IsCommand ? "post" : "get");
            Assert.Equal(endpoint.OperationId, operation.GetProperty("operationId").GetString());
            Assert.False(string.IsNullOrWhiteSpace(operation.GetProperty("summary").GetString()));
            Assert.NotEmpty(operation.GetProperty("tags").EnumerateArray());
            Assert.Equal(
                [endpoint.Scope.Name()],
                operation
                    .GetProperty("security")[0]
                    .GetProperty("operator")
                    .EnumerateArray()
                    .Select(scope => scope.GetString()!)
            );

            var described = operation.TryGetProperty("parameters", out var list)
                ? list.EnumerateArray().ToList()
                : [];
            var parameters = described
                .Select(parameter => parameter.GetProperty("name").GetString()!)
                .ToList();
            Assert.Equal(
                route.RoutePattern.Parameters.Select(parameter => parameter.Name),
                parameters.Take(route.RoutePattern.Parameters.Count)
            );
            Assert.Equal(endpoint.IsCommand, parameters.Contains("Idempotency-Key"));
            Assert.Equal(endpoint.IsCommand, parameters.Contains("If-Match"));
            Assert.Equal(endpoint.IsPaged, parameters.Contains("cursor"));
            Assert.All(
                described,
                parameter =>
                    Assert.False(
                        string.IsNullOrWhiteSpace(parameter.GetProperty("description").GetString())
                    )
            );

            if (endpoint.Request is not null)
                AssertSchema(document, operation.GetProperty("requestBody"), "application/json");
            else
                Assert.False(operation.TryGetProperty("requestBody", out _));
            var responses = operation.GetProperty("responses");
            foreach (var response in responses.EnumerateObject())
            {
                Assert.False(
                    string.IsNullOrWhiteSpace(response.Value.GetProperty("description").GetString())
                );
                if (response.Name[0] == '2' && endpoint.Answer == typeof(Stream))
                    Assert.True(
                        response
                            .Value.GetProperty("content")
                            .TryGetProperty("application/octet-stream", out _)
                    );
                else
                    AssertSchema(
                        document,
                        response.Value,
                        response.Name[0] == '2' ? "application/json" : "application/problem+json"
                    );
            }
            string[] statuses =
            [
                endpoint.Status.ToString(System.Globalization.CultureInfo.InvariantCulture),
                "400",
                "401",
                "403",
                "503",
                .. endpoint.IsCommand ? ["412", "422"] : (string[])[],
                .. endpoint.Request is null ? [] : (string[])["413", "415"],
            ];
            Assert.All(statuses, status => Assert.True(responses.TryGetProperty(status, out _)));
        }
    }

    [Fact]
    public async Task Every_member_of_every_schema_is_described()
    {
        var document = await DocumentAsync();
        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (var schema in schemas.EnumerateObject())
        {
            if (!schema.Value.TryGetProperty("properties", out var properties))
                continue;
            foreach (var property in properties.EnumerateObject())
                Assert.True(
                    // One that may be null and is of a schema of its own is described within.
                    property
                        .Value.ToString()
                        .Contains("\"description\"", StringComparison.Ordinal),
                    $"{schema.Name}.{property.Name} has no description: {property.Value}"
                );
        }
    }

    [Fact]
    public async Task Bounds_that_are_kept_are_in_it()
    {
        var document = await DocumentAsync();
        var order = document
            .GetProperty("components")
            .GetProperty("schemas")
            .GetProperty("OrderRequest");

        Assert.False(order.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal(
            ["customer", "mainContract", "option", "language"],
            order.GetProperty("required").EnumerateArray().Select(name => name.GetString()!)
        );
        var properties = order.GetProperty("properties");
        Assert.Equal(64, properties.GetProperty("option").GetProperty("maxLength").GetInt32());
        Assert.StartsWith(
            "^",
            properties.GetProperty("customer").GetProperty("pattern").GetString(),
            StringComparison.Ordinal
        );
    }

    private async Task<JsonElement> DocumentAsync()
    {
        var reply = await _operator.SendAsync("GET", "/operator/v1/openapi.json", token: null);
        Assert.Equal(200, reply.Status);
        return reply.Json;
    }

    private static void AssertSchema(JsonElement document, JsonElement holder, string type)
    {
        var schema = holder.GetProperty("content").GetProperty(type).GetProperty("schema");
        if (!schema.TryGetProperty("$ref", out var reference))
        {
            Assert.True(schema.TryGetProperty("type", out _), $"{schema}");
            return;
        }
        var found = document;
        foreach (var part in reference.GetString()!.Split('/').Skip(1))
            found = found.GetProperty(part);
        Assert.Equal("object", found.GetProperty("type").GetString());
    }
}
