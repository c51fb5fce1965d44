using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace CloudDav.Server.Tests.Auth;

/// <summary>An operator's OpenID provider: OpenIddict on a socket of its own, with one client and whoever is signed in there at the moment.</summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    public const string ClientId = "the pages";
    public const string ClientSecret = "a secret: with % and +";

    private readonly HashSet<string> _usedCodes = new(StringComparer.Ordinal);
    private readonly HttpClient _browser = new(new HttpClientHandler { AllowAutoRedirect = false });
    private WebApplication _app = null!;

    private OpenIdProvider() { }

    public string Address { get; private set; } = "";

    /// <summary>Who is signed in at the provider; null for somebody who says no.</summary>
    public string? Subject { get; set; }

    /// <summary>When they proved it; null when the provider does not tell.</summary>
    public DateTimeOffset? Proved { get; set; }

    /// <summary>Changes what is said of the person.</summary>
    public Action<SecurityTokenDescriptor>? Lie { get; set; }

    /// <summary>How often a code was redeemed or refused.</summary>
    public int Redemptions { get; private set; }

    public static async Task<OpenIdProvider> StartAsync(TimeProvider time)
    {
        var provider = new OpenIdProvider();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder
            .Services.AddOpenIddict()
            .AddServer(server =>
            {
                server.Configure(options => options.TimeProvider = time);
                server
                    .SetAuthorizationEndpointUris("authorize")
                    .SetTokenEndpointUris("token")
                    .SetEndSessionEndpointUris("leave")
                    .AllowAuthorizationCodeFlow()
                    .RequireProofKeyForCodeExchange()
                    .EnableDegradedMode()
                    // Those that it would make itself take seconds.
                    .AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)))
                    .AddSigningKey(new RsaSecurityKey(RSA.Create(2048)));
                server.UseAspNetCore().DisableTransportSecurityRequirement();
                server.AddEventHandler<ValidateAuthorizationRequestContext>(handler =>
                    handler.UseInlineHandler(context =>
                    {
                        if (context.ClientId != ClientId || !provider.IsOurs(context.RedirectUri))
                            context.Reject(Errors.InvalidClient);
                        return default;
                    })
                );
                server.AddEventHandler<HandleAuthorizationRequestContext>(handler =>
                    handler.UseInlineHandler(context =>
                    {
                        if (provider.Subject is not { } subject)
                        {
                            context.Reject(Errors.AccessDenied);
                            return default;
                        }
                        if (context.Request.HasPromptValue(PromptValues.Login))
                            provider.Proved = time.GetUtcNow();
                        context.SignIn(provider.Describe(subject));
                        return default;
                    })
                );
                server.AddEventHandler<ValidateTokenRequestContext>(handler =>
                    handler.UseInlineHandler(context =>
                    {
                        provider.Redemptions++;
                        if (context.ClientId != ClientId || context.ClientSecret != ClientSecret)
                            context.Reject(Errors.InvalidClient);
                        // What a store would remember.
                        else if (!provider._usedCodes.Add(context.Request.Code ?? ""))
                            context.Reject(Errors.InvalidGrant);
                        return default;
                    })
                );
                server.AddEventHandler<GenerateTokenContext>(handler =>
                    handler
                        .UseInlineHandler(context =>
                        {
                            if (context.TokenType == TokenTypeIdentifiers.IdentityToken)
                                provider.Lie?.Invoke(context.SecurityTokenDescriptor);
                            return default;
                        })
                        .SetOrder(
                            OpenIddictServerHandlers
                                .Protection
                                .GenerateIdentityModelToken
                                .Descriptor
                                .Order - 1
                        )
                );
                server.AddEventHandler<ValidateEndSessionRequestContext>(handler =>
                    handler.UseInlineHandler(context =>
                    {
                        if (!provider.IsOurs(context.PostLogoutRedirectUri))
                            context.Reject(Errors.InvalidRequest);
                        return default;
                    })
                );
                server.AddEventHandler<HandleEndSessionRequestContext>(handler =>
                    handler.UseInlineHandler(context =>
                    {
                        provider.Subject = null;
                        context.SignOut();
                        return default;
                    })
                );
            });
        provider._app = builder.Build();
        provider._app.UseAuthentication();
        await provider._app.StartAsync(TestContext.Current.CancellationToken);
        provider.Address = provider._app.Urls.First();
        return provider;
    }

    /// <summary>The address that the client has registered; null for whichever.</summary>
    public string? Client { get; set; }

    /// <summary>Sends a browser there, and tells where it is sent back to.</summary>
    public async Task<string> VisitAsync(string address)
    {
        Assert.StartsWith(Address, address, StringComparison.Ordinal);
        using var answer = await _browser.GetAsync(
            new Uri(address),
            TestContext.Current.CancellationToken
        );
        Assert.True(
            (int)answer.StatusCode == 302,
            $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}"
        );
        return answer.Headers.Location!.ToString();
    }

    /// <summary>Signs with another key from now on, and does not know the former one any more.</summary>
    public void RotateKeys()
    {
        var keys = _app
            .Services.GetRequiredService<IOptionsMonitor<OpenIddictServerOptions>>()
            .CurrentValue.SigningCredentials;
        keys.Clear();
        keys.Add(
            new SigningCredentials(
                new RsaSecurityKey(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") },
                SecurityAlgorithms.RsaSha256
            )
        );
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _app.DisposeAsync();
    }

    private bool IsOurs(string? address) =>
        address is not null
        && (Client is null || address.StartsWith(Client, StringComparison.Ordinal));

    private ClaimsPrincipal Describe(string subject)
    {
        var identity = new ClaimsIdentity("provider");
        identity.SetClaim(Claims.Subject, subject);
        if (Proved is { } proved)
            identity.SetClaim(Claims.AuthenticationTime, proved.ToUnixTimeSeconds());
        identity.SetDestinations(static _ => [Destinations.IdentityToken]);
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(Scopes.OpenId);
        return principal;
    }
}
