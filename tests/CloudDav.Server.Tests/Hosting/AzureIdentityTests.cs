using System.Globalization;
using System.Text;
using CloudDav.Testing;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>A server that signs in to its contents by a managed identity: Azurite speaks https and wants a token, and an endpoint such as App Service has gives one.</summary>
public sealed class AzureIdentityTests : IDisposable
{
    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-identity-")
        .FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(null)]
    [InlineData("7c0a5b6e-0000-4000-8000-000000000001")]
    public async Task The_server_starts_with_the_token_of_its_identity(string? clientId)
    {
        using var certificate = LoopbackCertificate.Create(_folder);
        await using var azurite = await Azurite.StartAsync([
            "--oauth",
            "basic",
            "--cert",
            certificate.File,
            "--key",
            certificate.KeyFile,
        ]);
        using var identity = WireMockServer.Start();
        var request = Request
            .Create()
            .WithPath("/token")
            .WithHeader("X-IDENTITY-HEADER", "known to the machine alone")
            .WithParam("resource", "https://storage.azure.com");
        if (clientId is not null)
            request = request.WithParam("client_id", clientId);
        identity.Given(request).RespondWith(Response.Create().WithBodyAsJson(Token()));

        await using var server = await RunningServer.StartAsync(
            _folder,
            ["serve"],
            [
                ("CLOUDDAV_Storage__Azure__Address", azurite.ServiceUri.ToString()),
                .. clientId is null
                    ? ((string, string)[])[]
                    : [("CLOUDDAV_Storage__Azure__IdentityClientId", clientId)],
                ("CLOUDDAV_Storage__Country", "BE"),
                ("CLOUDDAV_Listen__HttpPort", "0"),
                ("CLOUDDAV_Listen__Address", "127.0.0.1"),
                ("IDENTITY_ENDPOINT", identity.Url + "/token"),
                ("IDENTITY_HEADER", "known to the machine alone"),
                ("SSL_CERT_FILE", certificate.File),
            ]
        );

        // To be ready it has written to the container.
        Assert.Contains("Listening: ", server.Output, StringComparison.Ordinal);
        Assert.NotEmpty(identity.LogEntries);
    }

    // Azurite looks at what a token says, not at who signed it.
    private static object Token()
    {
        var now = TimeProvider.System.GetUtcNow();
        var expires = now.AddHours(1).ToUnixTimeSeconds();
        var claims = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"aud":"https://storage.azure.com","iss":"https://sts.windows.net/7c0a5b6e-0000-4000-8000-000000000002/","iat":{{now.ToUnixTimeSeconds() - 60}},"nbf":{{now.ToUnixTimeSeconds() - 60}},"exp":{{expires}}}"""
        );
        return new
        {
            access_token = $"{Part("""{"alg":"RS256","typ":"JWT"}""")}.{Part(claims)}.{Part("signature")}",
            expires_on = expires.ToString(CultureInfo.InvariantCulture),
            resource = "https://storage.azure.com",
            token_type = "Bearer",
        };

        static string Part(string text) =>
            System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }
}
