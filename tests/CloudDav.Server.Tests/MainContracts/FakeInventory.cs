using System.Net;
using CloudDav.Server.MainContracts;
using CloudDav.Server.Options;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace CloudDav.Server.Tests.MainContracts;

/// <summary>A product inventory and its token endpoint, over HTTP.</summary>
internal sealed class FakeInventory : IDisposable
{
    private readonly WireMockServer _server = WireMockServer.Start();

    public FakeInventory() => GivesTokens("token-1");

    public string Address => $"{_server.Url}/tmf-api/productInventory/v4";

    public string TokenAddress => $"{_server.Url}/token";

    public WireMockServer Server => _server;

    /// <summary>How often a product was asked for.</summary>
    public int Asked(string reference) =>
        _server.LogEntries.Count(entry =>
            entry.RequestMessage!.Path == $"/tmf-api/productInventory/v4/product/{reference}"
        );

    /// <summary>How often a token was.</summary>
    public int TokensAsked =>
        _server.LogEntries.Count(entry => entry.RequestMessage!.Path == "/token");

    /// <summary>The settings with which it is asked.</summary>
    public Dictionary<string, string?> Settings() =>
        new(StringComparer.Ordinal)
        {
            ["MainContract:Address"] = Address,
            ["MainContract:TokenAddress"] = TokenAddress,
            ["MainContract:ClientId"] = "cloud dav",
            ["MainContract:ClientSecret"] = "s3cret:+",
            ["MainContract:Scope"] = "inventory.read",
        };

    public void GivesTokens(params string[] tokens)
    {
        // One after the other; the last again and again.
        for (var i = 0; i < tokens.Length; i++)
        {
            var answer = _server.Given(Request.Create().WithPath("/token").UsingPost());
            if (tokens.Length > 1)
            {
                answer = answer.InScenario("tokens");
                if (i > 0)
                    answer = answer.WhenStateIs($"{i}");
                answer = answer.WillSetStateTo($"{Math.Min(i + 1, tokens.Length - 1)}");
            }
            answer.RespondWith(
                Response
                    .Create()
                    .WithBodyAsJson(
                        new
                        {
                            access_token = tokens[i],
                            token_type = "Bearer",
                            expires_in = 3600,
                        }
                    )
            );
        }
    }

    public static IRequestBuilder Product(string reference) =>
        Request.Create().WithPath($"/tmf-api/productInventory/v4/product/{reference}").UsingGet();

    public void Knows(string reference, string status, string? terminationDate = null) =>
        Says(
            reference,
            terminationDate is null
                ? $$"""{"id":"{{reference}}","status":"{{status}}"}"""
                : $$"""{"id":"{{reference}}","status":"{{status}}","terminationDate":"{{terminationDate}}"}"""
        );

    public void Says(string reference, string body, string contentType = "application/json") =>
        _server
            .Given(Product(reference))
            .RespondWith(Response.Create().WithHeader("Content-Type", contentType).WithBody(body));

    public void Answers(string reference, HttpStatusCode status) =>
        _server.Given(Product(reference)).RespondWith(Response.Create().WithStatusCode(status));

    public void Dispose()
    {
        _server.Stop();
        _server.Dispose();
    }
}

/// <summary>The client of the inventory as the server makes it, without the server.</summary>
internal sealed class InventoryClient : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly Measurements _measured;

    public InventoryClient(MainContractOptions options, TimeProvider time)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(time);
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(options));
        MainContractServices.Register(services, options);
        _services = services.BuildServiceProvider();
        _measured = new Measurements(_services);
    }

    public IMainContracts Contracts => _services.GetRequiredService<IMainContracts>();

    /// <summary>How often there was no answer, for a reason or for any.</summary>
    public long Failures(string? reason = null) =>
        _measured.Of("clouddav.main_contracts.failures", reason);

    public ValueTask<MainContractAnswer> AskAsync(string reference) =>
        Contracts.AskAsync(reference, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _measured.Dispose();
        _services.Dispose();
    }
}
