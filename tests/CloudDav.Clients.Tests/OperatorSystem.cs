using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CloudDav.Clients.Tests;

/// <summary>A system of the operator's, and the identity provider that signs the tokens it commands servers with.</summary>
internal sealed class OperatorSystem : IAsyncDisposable
{
    private const string Audience = "clouddav-operator";
    private const string KeyId = "one";

    private readonly RSA _key = RSA.Create(2048);
    private WebApplication? _provider;

    private OperatorSystem() { }

    /// <summary>The identity provider's address, on loopback.</summary>
    public string Authority { get; } = $"http://127.0.0.1:{DemoServer.FreePort()}";

    /// <summary>The section <c>Operator</c> of servers that it may command.</summary>
    public string Settings => JsonSerializer.Serialize(new { Authority, Audience });

    public static async Task<OperatorSystem> StartAsync()
    {
        var system = new OperatorSystem();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(system.Authority);
        system._provider = builder.Build();
        system._provider.Run(context =>
            context.Response.WriteAsJsonAsync(
                context.Request.Path == "/keys" ? system.Keys() : system.Discovery()
            )
        );
        await system._provider.StartAsync();
        return system;
    }

    /// <summary>The number of somebody's account.</summary>
    public async Task<long> AccountAsync(DemoServer node, string signInName)
    {
        var found = await SendAsync(
            node,
            HttpMethod.Get,
            $"accounts?signInName={signInName}",
            "support-read"
        );
        return found.GetProperty("account").GetInt64();
    }

    /// <summary>Suspends parts of the service for an account; returns the measure's number once the node has said that it holds.</summary>
    public async Task<long> SuspendAsync(DemoServer node, long account, params string[] parts)
    {
        var measure = await CommandAsync(
            node,
            $"accounts/{account}/suspensions",
            "suspend",
            new { switches = parts, reasonCode = "unpaid" }
        );
        return measure.GetProperty("measure").GetInt64();
    }

    /// <summary>Ends a suspension.</summary>
    public Task ResumeAsync(DemoServer node, long measure) =>
        CommandAsync(node, $"suspensions/{measure}/end", "suspend");

    /// <summary>Gives a command with a token of one scope, and fails unless it is carried out.</summary>
    public Task<JsonElement> CommandAsync(
        DemoServer node,
        string path,
        string scope,
        object? body = null
    ) => SendAsync(node, HttpMethod.Post, path, scope, body);

    public async ValueTask DisposeAsync()
    {
        if (_provider is not null)
            await _provider.DisposeAsync();
        _key.Dispose();
    }

    private async Task<JsonElement> SendAsync(
        DemoServer node,
        HttpMethod method,
        string path,
        string scope,
        object? body = null
    )
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(
            method,
            $"http://127.0.0.1:{node.Port}/operator/v1/{path}"
        );
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(scope));
        if (method == HttpMethod.Post)
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (body is not null)
            request.Content = new StringContent(
                JsonSerializer.Serialize(body),
                Encoding.UTF8,
                "application/json"
            );
        using var answer = await client.SendAsync(request);
        Assert.True(
            answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created,
            $"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
        );
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private object Discovery() => new { issuer = Authority, jwks_uri = Authority + "/keys" };

    private object Keys()
    {
        var key = _key.ExportParameters(includePrivateParameters: false);
        return new
        {
            keys = new[]
            {
                new
                {
                    kty = "RSA",
                    use = "sig",
                    kid = KeyId,
                    n = Base64Url(key.Modulus!),
                    e = Base64Url(key.Exponent!),
                },
            },
        };
    }

    /// <summary>A token of some scopes, for five minutes.</summary>
    public string Token(string scope)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var signed =
            Part(
                new
                {
                    alg = "RS256",
                    typ = "JWT",
                    kid = KeyId,
                }
            )
            + "."
            + Part(
                new
                {
                    iss = Authority,
                    aud = Audience,
                    sub = "billing",
                    scope,
                    nbf = now - 60,
                    exp = now + 300,
                }
            );
        var signature = _key.SignData(
            Encoding.ASCII.GetBytes(signed),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return $"{signed}.{Base64Url(signature)}";
    }

    private static string Part(object claims) =>
        Base64Url(JsonSerializer.SerializeToUtf8Bytes(claims));

    private static string Base64Url(byte[] bytes) =>
        System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
