using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CloudDav.Server.Operator;
using CloudDav.Testing;
using Microsoft.AspNetCore.Routing;

namespace CloudDav.Server.Tests.OperatorApi;

/// <summary>Who comes in at the operator's door, and to which of its endpoints.</summary>
public sealed partial class OperatorScopeTests : IAsyncLifetime
{
    private OperatorHost _operator = null!;

    public async ValueTask InitializeAsync() => _operator = await OperatorHost.StartAsync();

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task Every_endpoint_opens_to_its_scope_and_to_no_other()
    {
        var endpoints = await _operator.EndpointsAsync();
        Assert.True(endpoints.Count >= 14, "The endpoints were not found.");
        foreach (var (route, endpoint) in endpoints)
        {
            foreach (var scope in Enum.GetValues<OperatorScope>())
            {
                var reply = await SendAsync(route, _operator.Token(scope));
                var what = $"{endpoint.OperationId} with {scope}: {reply.Status}";
                if (scope == endpoint.Scope)
                {
                    Assert.True(reply.Status is >= 200 and < 500 and not 401, what);
                    if (reply.Status == 403)
                        Assert.NotEqual("scope-missing", reply.Code);
                }
                else
                {
                    Assert.True(reply.Status == 403 && reply.Code == "scope-missing", what);
                    Assert.Equal(
                        $"Bearer realm=\"CloudDav operator\", error=\"insufficient_scope\", scope=\"{endpoint.Scope.Name()}\"",
                        reply.Headers["WWW-Authenticate"]
                    );
                }
            }
            var others = Enum.GetValues<OperatorScope>().Where(scope => scope != endpoint.Scope);
            Assert.Equal(403, (await SendAsync(route, _operator.Token([.. others]))).Status);
            Assert.Equal(403, (await SendAsync(route, _operator.Token())).Status);
            var anonymous = await SendAsync(route, token: null);
            Assert.Equal(401, anonymous.Status);
            Assert.Equal("token-not-accepted", anonymous.Code);
            Assert.Equal(
                "Bearer realm=\"CloudDav operator\"",
                anonymous.Headers["WWW-Authenticate"]
            );
        }
    }

    [Fact]
    public async Task A_token_that_is_not_for_this_door_is_not_accepted()
    {
        using var foreignKey = RSA.Create(2048);
        Claim[] claims =
        [
            new("sub", "billing"),
            new("scope", OperatorHost.Names(OperatorScope.Contracts)),
        ];
        var good = _operator.TokenOf(claims);
        string[] tokens =
        [
            _operator.TokenOf(claims, audience: "clouddav"),
            _operator.TokenOf(claims, issuer: "https://else.example.net"),
            _operator.TokenOf(claims, key: foreignKey),
            _operator.TokenOf(claims[1..]),
            good[..^3] + "abc",
            "no token at all",
        ];
        foreach (var token in tokens)
        {
            var reply = await _operator.SendAsync("GET", "/operator/v1/contracts", token);
            Assert.Equal(401, reply.Status);
            Assert.Equal("token-not-accepted", reply.Code);
            Assert.StartsWith(
                "Bearer realm=\"CloudDav operator\", error=\"invalid_token\"",
                reply.Headers["WWW-Authenticate"],
                StringComparison.Ordinal
            );
        }
        Assert.Equal(
            200,
            (await _operator.SendAsync("GET", "/operator/v1/contracts", good)).Status
        );
        _operator.Time.Advance(TimeSpan.FromMinutes(7));
        Assert.Equal(
            401,
            (await _operator.SendAsync("GET", "/operator/v1/contracts", good)).Status
        );
    }

    [Fact]
    public async Task Scopes_are_read_however_the_authority_writes_them()
    {
        var sub = new Claim("sub", "billing");
        Claim[][] written =
        [
            [sub, new("scope", "openid contracts")],
            [sub, new("scope", "openid"), new("scope", "contracts")],
            [sub, new("scp", "contracts households")],
        ];
        foreach (var claims in written)
            Assert.Equal(
                200,
                (
                    await _operator.SendAsync(
                        "GET",
                        "/operator/v1/contracts",
                        _operator.TokenOf(claims)
                    )
                ).Status
            );
    }

    [Fact]
    public async Task While_the_authority_is_away_tokens_are_called_neither_right_nor_wrong()
    {
        _operator.Authority.Stop();

        var reply = await _operator.GetAsync("/contracts");

        Assert.Equal(503, reply.Status);
        Assert.True(reply.Headers.ContainsKey("Retry-After"));
        Assert.False(reply.Headers.ContainsKey("WWW-Authenticate"));
    }

    [Fact]
    public async Task What_is_not_there_says_so_to_whoever_has_a_token()
    {
        var token = _operator.Token(OperatorScope.Contracts);

        var nowhere = await _operator.SendAsync("GET", "/operator/v1/nowhere", token);
        Assert.Equal((404, "not-found"), (nowhere.Status, nowhere.Code));
        var method = await _operator.SendAsync("DELETE", "/operator/v1/contracts", token);
        Assert.Equal((405, "method-not-allowed"), (method.Status, method.Code));
        Assert.Equal("GET", method.Headers["Allow"]);
        Assert.Equal(401, (await _operator.SendAsync("GET", "/operator/v1/nowhere", null)).Status);
    }

    [Fact]
    public async Task Without_an_authority_there_is_no_door()
    {
        await using var host = await CloudDavHost.StartAsync();
        foreach (var path in (string[])["/operator/v1/contracts", "/operator/v1/openapi.json"])
            Assert.Equal(404, (await host.Anonymous().GetAsync(path)).Status);
    }

    [Fact]
    public async Task A_customer_s_password_opens_nothing_here()
    {
        var answer = await _operator.Host.Client().GetAsync("/operator/v1/contracts");

        Assert.Equal(401, answer.Status);
    }

    private Task<OperatorReply> SendAsync(RouteEndpoint route, string? token)
    {
        var path =
            "/"
            + PathPart()
                .Replace(
                    route.RoutePattern.RawText!.TrimStart('/'),
                    match => match.Value.Contains(":long", StringComparison.Ordinal) ? "1" : "x"
                );
        var endpoint = route.Metadata.GetMetadata<OperatorEndpoint>()!;
        return endpoint.IsCommand
            ? _operator.SendAsync(
                "POST",
                path,
                token,
                endpoint.Request is null ? null : "{}",
                ("Idempotency-Key", Guid.NewGuid().ToString())
            )
            : _operator.SendAsync("GET", path, token);
    }

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, 1000)]
    private static partial Regex PathPart();
}
