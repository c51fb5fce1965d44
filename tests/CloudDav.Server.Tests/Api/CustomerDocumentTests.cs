using System.Globalization;
using CloudDav.Server.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.Api;

/// <summary>The OpenAPI document says everything about every endpoint.</summary>
public sealed class CustomerDocumentTests
{
    [Fact]
    public async Task Every_endpoint_is_in_it_with_summary_parameters_schemas_and_every_answer()
    {
        await using var api = await ApiHost.StartAsync();
        var document = (await api.Host.Anonymous().GetAsync("/api/v1/openapi.json"))
            .Expect(200)
            .Json();
        Assert.Equal("3.1", document.GetProperty("openapi").GetString()![..3]);
        var paths = document.GetProperty("paths");
        var endpoints = api
            .Host.Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText != CustomerApi.DocumentPath)
            .Select(route => (route, endpoint: route.Metadata.GetMetadata<CustomerEndpoint>()!))
            .Where(pair => pair.endpoint is not null)
            .SelectMany(pair =>
                pair.route.Metadata.GetMetadata<IHttpMethodMetadata>()!
                    .HttpMethods.Select(method => (pair.route, pair.endpoint, method))
            )
            .ToList();
        Assert.Equal(
            endpoints.Count,
            paths.EnumerateObject().Sum(path => path.Value.EnumerateObject().Count())
        );
        foreach (var (route, endpoint, method) in endpoints)
        {
            var operation = paths
                .GetProperty(
                    "/"
                        + route
                            .RoutePattern.RawText!.TrimStart('/')
                            .Replace(":long", "", StringComparison.Ordinal)
                )
                .GetProperty(method.ToLowerInvariant());
            Assert.StartsWith(
                endpoint.OperationId,
                operation.GetProperty("operationId").GetString(),
                StringComparison.Ordinal
            );
            Assert.False(string.IsNullOrWhiteSpace(operation.GetProperty("summary").GetString()));
            Assert.Equal(
                route
                    .RoutePattern.Parameters.Select(parameter => parameter.Name)
                    .Concat(endpoint.Query.Select(query => query.Name)),
                operation.TryGetProperty("parameters", out var parameters)
                    ? parameters
                        .EnumerateArray()
                        .Select(parameter => parameter.GetProperty("name").GetString()!)
                    : []
            );
            Assert.Equal(
                endpoint.Request is not null,
                operation.TryGetProperty("requestBody", out _)
            );
            var responses = operation.GetProperty("responses");
            string[] statuses =
            [
                endpoint.Status.ToString(CultureInfo.InvariantCulture),
                "400",
                "410",
                "503",
                .. endpoint.IsAnonymous ? [] : (string[])["401", "403", "429"],
                .. endpoint.Request is null ? [] : (string[])["413", "415"],
            ];
            Assert.All(statuses, status => Assert.True(responses.TryGetProperty(status, out _)));
            if (endpoint.Answer is not null)
                Assert.True(
                    responses
                        .GetProperty(statuses[0])
                        .GetProperty("content")
                        .GetProperty("application/json")
                        .TryGetProperty("schema", out _)
                );
        }
    }
}
