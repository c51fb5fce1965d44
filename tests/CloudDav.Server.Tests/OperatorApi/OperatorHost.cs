using System.IdentityModel.Tokens.Jwt;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudDav.Server.Hosting;
using CloudDav.Server.Operator;
using CloudDav.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace CloudDav.Server.Tests.OperatorApi;

/// <summary>A server whose operator's authority answers discovery and keys over HTTP, and makes tokens of whatever scope.</summary>
internal sealed class OperatorHost : IAsyncDisposable
{
    private const string Audience = "clouddav-operator";

    private readonly RSA _key = RSA.Create(2048);

    private OperatorHost() { }

    public WireMockServer Authority { get; } = WireMockServer.Start();

    public CloudDavHost Host { get; private set; } = null!;

    public FakeTimeProvider Time { get; } =
        new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    public static async Task<OperatorHost> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null
    )
    {
        var host = new OperatorHost();
        host.Answer();
        var all = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Operator:Authority"] = host.Authority.Url,
            ["Operator:Audience"] = Audience,
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
            all[name] = value;
        host.Host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = all,
                Time = host.Time,
                // One clock for everything.
                Replace = services => services.AddSingleton(new DatabaseClock(host.Time)),
            }
        );
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        Authority.Stop();
        Authority.Dispose();
        _key.Dispose();
    }

    /// <summary>Every endpoint of the door that needs a scope.</summary>
    public async Task<
        IReadOnlyList<(RouteEndpoint Route, OperatorEndpoint Endpoint)>
    > EndpointsAsync()
    {
        // The door is made when somebody first comes.
        await SendAsync("GET", "/operator/v1/openapi.json", token: null);
        return
        [
            .. Host
                .Services.GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Select(route => (route, endpoint: route.Metadata.GetMetadata<OperatorEndpoint>()))
                .Where(pair => pair.endpoint is not null)
                .Select(pair => (pair.route, pair.endpoint!)),
        ];
    }

    public string Token(params OperatorScope[] scopes) =>
        TokenOf([new Claim("sub", "billing"), new Claim("scope", Names(scopes))]);

    public static string Names(params OperatorScope[] scopes) =>
        string.Join(' ', scopes.Select(scope => scope.Name()));

    public string TokenOf(
        IEnumerable<Claim> claims,
        string audience = Audience,
        string? issuer = null,
        RSA? key = null
    )
    {
        var now = Time.GetUtcNow().UtcDateTime;
        return new JwtSecurityTokenHandler().WriteToken(
            new JwtSecurityToken(
                issuer ?? Authority.Url,
                audience,
                claims,
                now.AddMinutes(-5),
                now.AddMinutes(5),
                new SigningCredentials(
                    new RsaSecurityKey(key ?? _key) { KeyId = "one" },
                    SecurityAlgorithms.RsaSha256
                )
            )
        );
    }

    public Task<OperatorReply> GetAsync(
        string path,
        OperatorScope scope = OperatorScope.Contracts
    ) => SendAsync("GET", "/operator/v1" + path, Token(scope));

    /// <summary>Sends a command: JSON or an object to be made JSON of, under a fresh id unless one is given.</summary>
    public Task<OperatorReply> CommandAsync(
        string path,
        object? body,
        string? id = null,
        string? ifMatch = null,
        OperatorScope scope = OperatorScope.Contracts
    ) =>
        SendAsync(
            "POST",
            "/operator/v1" + path,
            Token(scope),
            body is null ? null : body as string ?? JsonSerializer.Serialize(body),
            [
                ("Idempotency-Key", id ?? Guid.NewGuid().ToString()),
                .. ifMatch is null ? [] : ((string, string)[])[("If-Match", ifMatch)],
            ]
        );

    public async Task<OperatorReply> SendAsync(
        string method,
        string path,
        string? token,
        string? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var http = new HttpClient { BaseAddress = Host.Address };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }
        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new OperatorReply(
            (int)response.StatusCode,
            response
                .Headers.Concat(response.Content.Headers)
                .ToDictionary(
                    header => header.Key,
                    header => string.Join(", ", header.Value),
                    StringComparer.OrdinalIgnoreCase
                ),
            text
        );
    }

    private void Answer()
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        Authority
            .Given(Request.Create().WithPath("/.well-known/openid-configuration"))
            .RespondWith(
                Response
                    .Create()
                    .WithBodyAsJson(
                        new { issuer = Authority.Url, jwks_uri = $"{Authority.Url}/keys" }
                    )
            );
        Authority
            .Given(Request.Create().WithPath("/keys"))
            .RespondWith(
                Response
                    .Create()
                    .WithBodyAsJson(
                        new
                        {
                            keys = new[]
                            {
                                new
                                {
                                    kty = "RSA",
                                    use = "sig",
                                    kid = "one",
                                    n = Base64UrlEncoder.Encode(parameters.Modulus),
                                    e = Base64UrlEncoder.Encode(parameters.Exponent),
                                },
                            },
                        }
                    )
            );
    }
}

/// <summary>What the door answered.</summary>
internal sealed record OperatorReply(
    int Status,
    IReadOnlyDictionary<string, string> Headers,
    string Text
)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public string? Code => Member("code");

    public string? ETag => Headers.GetValueOrDefault("ETag");

    public string? Member(string name) =>
        Json.TryGetProperty(name, out var value) ? value.ToString() : null;

    /// <summary>The fields that are called wrong.</summary>
    public IReadOnlyList<string> Fields =>
        Json.TryGetProperty("errors", out var errors)
            ? [.. errors.EnumerateArray().Select(error => error.GetProperty("field").GetString()!)]
            : [];
}
