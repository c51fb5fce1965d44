using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Testing;

/// <summary>
/// Stands for Azure Key Vault: the secrets of one vault with their versions, over https on a free port of loopback. Who comes without a token is told where to get one, as there.
/// </summary>
public sealed class KeyVaultStandIn : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _disabled = new(StringComparer.Ordinal);
    private volatile string? _newest;
    private int _asked;

    private KeyVaultStandIn(WebApplication app) => _app = app;

    /// <summary>The secret's name.</summary>
    public const string Secret = "clouddav";

    /// <summary>Where it is.</summary>
    public Uri Address { get; private set; } = new("https://127.0.0.1:0/");

    /// <summary>Whether it answers 503 to everything.</summary>
    public bool IsDown { get; set; }

    /// <summary>How often it was asked with a token.</summary>
    public int Asked => _asked;

    /// <summary>Starts it, with no version of the secret.</summary>
    public static async Task<KeyVaultStandIn> StartAsync(LoopbackCertificate certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
                kestrel.Listen(
                    IPAddress.Loopback,
                    0,
                    endpoint => endpoint.UseHttps(certificate.Certificate)
                )
            );
        builder.Services.AddRoutingCore();
        var standIn = new KeyVaultStandIn(builder.Build());
        standIn._app.Run(standIn.AnswerAsync);
        await standIn._app.StartAsync();
        standIn.Address = new Uri(standIn._app.Urls.First() + "/");
        return standIn;
    }

    /// <summary>Makes a new version of the secret, which is then the newest.</summary>
    /// <param name="value">Its value; null for 32 random bytes in base64.</param>
    /// <returns>The version.</returns>
    public string AddVersion(string? value = null)
    {
        var version = Guid.NewGuid().ToString("N");
        _values[version] = value ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        _newest = version;
        return version;
    }

    /// <summary>Disables a version, or enables it again.</summary>
    public void SetEnabled(string version, bool isEnabled) => _disabled[version] = !isEnabled;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        if (
            !context
                .Request.Headers.Authorization.ToString()
                .StartsWith("Bearer ", StringComparison.Ordinal)
        )
        {
            context.Response.Headers.WWWAuthenticate =
                "Bearer authorization=\"https://login.example.net/7c0a5b6e-0000-4000-8000-000000000002\", resource=\"https://vault.azure.net\"";
            return RefuseAsync(context, 401, "Unauthorized", "AKV10000");
        }
        Interlocked.Increment(ref _asked);
        if (IsDown)
            return RefuseAsync(context, 503, "ServiceUnavailable", null);
        var path = context.Request.Path.Value!.Trim('/').Split('/');
        if (path is not ["secrets", Secret, ..])
            return RefuseAsync(context, 404, "SecretNotFound", null);
        var version = path.Length > 2 ? path[2] : _newest;
        if (version is null || !_values.TryGetValue(version, out var value))
            return RefuseAsync(context, 404, "SecretNotFound", null);
        if (_disabled.GetValueOrDefault(version))
            return RefuseAsync(context, 403, "Forbidden", "SecretDisabled");
        return context.Response.WriteAsJsonAsync(
            new
            {
                value,
                id = $"{Address}secrets/{Secret}/{version}",
                attributes = new
                {
                    enabled = true,
                    created = 1_700_000_000,
                    updated = 1_700_000_000,
                },
            }
        );
    }

    private static Task RefuseAsync(HttpContext context, int status, string code, string? inner)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new
            {
                error = new
                {
                    code,
                    message = "Refused.",
                    innererror = new { code = inner },
                },
            }
        );
    }
}
