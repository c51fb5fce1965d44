using System.IdentityModel.Tokens.Jwt;
using System.Security.Claims;
using System.Security.Cryptography;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;
using Microsoft.IdentityModel.Tokens;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace CloudDav.Server.Tests.Auth;

/// <summary>Bearer tokens of an OpenID provider, which answers discovery and keys over HTTP.</summary>
public sealed class BearerSignInTests : IAsyncLifetime
{
    private const string Audience = "clouddav";

    private readonly RSA _key = RSA.Create(2048);
    private readonly WireMockServer _provider = WireMockServer.Start();
    private CloudDavHost? _host;

    private CloudDavHost Host => _host!;

    private string Issuer => _provider.Url!;

    public async ValueTask InitializeAsync()
    {
        _provider
            .Given(Request.Create().WithPath("/.well-known/openid-configuration"))
            .RespondWith(
                Response
                    .Create()
                    .WithBodyAsJson(new { issuer = Issuer, jwks_uri = $"{Issuer}/keys" })
            );
        Publish("one", _key);
        _host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["SignIn:Authority"] = Issuer,
                    ["SignIn:Audience"] = Audience,
                },
            }
        );
        await Host.AddPersonAsync("erin", 1 << 20, subject: "subject-of-erin");
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _provider.Stop();
        _provider.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task A_token_of_the_provider_opens_the_vault_of_its_subject()
    {
        var answer = await Bearer(Token()).PropfindAsync("/dav/");

        Assert.Equal(207, answer.Status);
    }

    [Fact]
    public async Task A_token_that_is_not_accepted_is_told_so_by_a_bearer_challenge_alone()
    {
        using var foreignKey = RSA.Create(2048);
        string[] tokens =
        [
            Token(expires: DateTime.UnixEpoch.AddYears(50)),
            Token(audience: "somebody else"),
            Token(issuer: "https://else.example.net"),
            Token(key: foreignKey),
            Unsigned(),
            Token()[..^3] + "abc",
            "no token at all",
        ];

        foreach (var token in tokens)
        {
            var answer = await Bearer(token).PropfindAsync("/dav/");
            Assert.Equal(401, answer.Status);
            var challenge = Assert.Single(answer.Headers["WWW-Authenticate"]);
            Assert.StartsWith(
                "Bearer realm=\"CloudDav\", error=\"invalid_token\"",
                challenge,
                StringComparison.Ordinal
            );
            Assert.StartsWith("1, 2, 3", answer.Header("DAV"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer  ")]
    [InlineData("Basic YWxpY2U6d3Jvbmc=")]
    public async Task Whoever_sent_no_token_is_challenged_for_a_password_alone(
        string? authorization
    )
    {
        var client = Host.Anonymous();
        client.Authorization = authorization;

        var answer = await client.PropfindAsync("/dav/");

        Assert.Equal(401, answer.Status);
        Assert.Equal(
            ["Basic realm=\"CloudDav\", charset=\"UTF-8\""],
            answer.Headers["WWW-Authenticate"]
        );
    }

    [Fact]
    public async Task A_right_token_of_somebody_without_a_vault_is_forbidden_and_not_asked_for_again()
    {
        var answer = await Bearer(Token(subject: "a stranger")).PropfindAsync("/dav/");

        Assert.Equal(403, answer.Status);
        Assert.Null(answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task Passwords_work_beside_tokens()
    {
        Assert.Equal(207, (await Host.Client().PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task While_the_provider_is_away_tokens_are_called_neither_right_nor_wrong()
    {
        _provider.Stop();

        var answer = await Bearer(Token()).PropfindAsync("/dav/");

        Assert.Equal(503, answer.Status);
        Assert.NotNull(answer.Header("Retry-After"));
        Assert.Null(answer.Header("WWW-Authenticate"));
        Assert.Equal(207, (await Host.Client().PropfindAsync("/dav/")).Status);
    }

    private DavClient Bearer(string token)
    {
        var client = Host.Anonymous();
        client.Authorization = $"Bearer {token}";
        return client;
    }

    [Fact]
    public async Task A_provider_that_has_changed_its_keys_is_asked_for_them()
    {
        using var erin = Host.Anonymous();
        erin.Authorization = "Bearer " + Token();
        Assert.Equal(207, (await erin.PropfindAsync("/dav/")).Status);
        using var second = RSA.Create(2048);
        Publish("two", second);
        erin.Authorization = "Bearer " + Token(key: second, keyName: "two");

        var status = 0;
        for (var tries = 0; status != 207 && tries < 100; tries++)
        {
            await Task.Delay(tries, TestContext.Current.CancellationToken);
            status = (await erin.PropfindAsync("/dav/")).Status;
            Assert.True(status is 207 or 401, $"{status}");
        }

        Assert.Equal(207, status);
        // What the former key signed is nobody's any more.
        erin.Authorization = "Bearer " + Token();
        Assert.Equal(401, (await erin.PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task A_token_from_before_everything_was_signed_out_is_good_no_longer()
    {
        var now = TimeProvider.System.GetUtcNow();
        var erin = Host.Anonymous();
        erin.Authorization = "Bearer " + Token(issued: now.AddMinutes(-1));
        Assert.Equal(207, (await erin.PropfindAsync("/dav/")).Status);

        // An upload that is under way does not outlive it either.
        using var upload = await Host.ConnectAsync();
        await upload.SendAsync(
            $"PUT /dav/late HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {erin.Authorization}\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
        );
        Assert.Equal(100, (await upload.ReadHeadAsync())!.Status);

        // A token proves nothing of who holds it: the password it brings is left.
        var report = await erin.SendJsonAsync(
            "POST",
            "/api/v1/report-unauthorised-use",
            new { newPassword = "one of somebody else" }
        );
        Assert.Equal("removed", report.Expect(200).Json().GetProperty("password").GetString());

        await upload.SendAsync("late");
        Assert.Equal(401, (await upload.ReadHeadAsync())!.Status);
        Assert.Equal(401, (await erin.PropfindAsync("/dav/")).Status);
        erin.Authorization = "Bearer " + Token();
        Assert.Equal(401, (await erin.PropfindAsync("/dav/")).Status);
        erin.Authorization = "Bearer " + Token(issued: now.AddMinutes(1));
        Assert.Equal(207, (await erin.PropfindAsync("/dav/")).Status);
    }

    // What the provider has signed with from now on.
    private void Publish(string name, RSA key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        _provider
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
                                    kid = name,
                                    n = Base64UrlEncoder.Encode(parameters.Modulus),
                                    e = Base64UrlEncoder.Encode(parameters.Exponent),
                                },
                            },
                        }
                    )
            );
    }

    private string Token(
        string subject = "subject-of-erin",
        string audience = Audience,
        string? issuer = null,
        DateTime? expires = null,
        RSA? key = null,
        DateTimeOffset? issued = null,
        string keyName = "one"
    )
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var end = expires ?? now.AddMinutes(5);
        return new JwtSecurityTokenHandler().WriteToken(
            new JwtSecurityToken(
                issuer ?? Issuer,
                audience,
                [
                    new Claim("sub", subject),
                    .. issued is { } at
                        ? [new Claim("iat", $"{at.ToUnixTimeSeconds()}", ClaimValueTypes.Integer64)]
                        : (Claim[])[],
                ],
                end.AddMinutes(-10),
                end,
                new SigningCredentials(
                    new RsaSecurityKey(key ?? _key) { KeyId = keyName },
                    SecurityAlgorithms.RsaSha256
                )
            )
        );
    }

    private string Unsigned()
    {
        var signed = Token().Split('.');
        return $"{Base64UrlEncoder.Encode("{\"alg\":\"none\",\"typ\":\"JWT\"}")}.{signed[1]}.";
    }
}
