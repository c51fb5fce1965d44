using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace CloudDav.Server.Auth;

/// <summary>What bearer tokens must be, whichever door they open: signed by the provider's keys, which are found by discovery, for us, and not expired.</summary>
internal static class BearerTokens
{
    private static readonly string[] s_algorithms =
    [
        SecurityAlgorithms.RsaSha256,
        SecurityAlgorithms.RsaSha384,
        SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256,
        SecurityAlgorithms.EcdsaSha384,
        SecurityAlgorithms.EcdsaSha512,
    ];

    // People wait in front of a page.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // A token of a key that nobody knows makes them be asked for, and no more often than this whoever sends such tokens.
    private static readonly TimeSpan s_keysAgain = TimeSpan.FromSeconds(30);

    // And what the provider has taken back counts no longer than this.
    private static readonly TimeSpan s_keysAnyway = TimeSpan.FromMinutes(10);

    /// <summary>Adds a provider under a scheme of its own.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="scheme">The scheme's name.</param>
    /// <param name="authority">The provider's address.</param>
    /// <param name="audience">Whom tokens must be made for.</param>
    /// <param name="issuer">Whom they must name; null for whom the discovery names.</param>
    public static void Add(
        IServiceCollection services,
        string scheme,
        string authority,
        string audience,
        string? issuer = null
    )
    {
        services
            .AddAuthentication()
            .AddJwtBearer(
                scheme,
                bearer =>
                {
                    bearer.Authority = authority;
                    bearer.Audience = audience;
                    // Options validation lets plain http through on loopback only.
                    bearer.RequireHttpsMetadata = authority.StartsWith(
                        "https:",
                        StringComparison.OrdinalIgnoreCase
                    );
                    // Addresses come from the configuration alone, not from whoever answers there.
                    bearer.BackchannelHttpHandler = new SocketsHttpHandler
                    {
                        AllowAutoRedirect = false,
                    };
                    bearer.BackchannelTimeout = s_patience;
                    bearer.RefreshInterval = s_keysAgain;
                    bearer.AutomaticRefreshInterval = s_keysAnyway;
                    bearer.MapInboundClaims = false;
                    bearer.TokenValidationParameters.ValidAlgorithms = s_algorithms;
                    bearer.TokenValidationParameters.RequireExpirationTime = true;
                    bearer.TokenValidationParameters.ClockSkew = TimeSpan.FromMinutes(1);
                    if (issuer is not null)
                        bearer.TokenValidationParameters.ValidIssuer = issuer;
                }
            );
        services.PostConfigure<JwtBearerOptions>(
            scheme,
            static bearer =>
            {
                // It would go on believing keys that the provider does not have any more.
                if (bearer.ConfigurationManager is BaseConfigurationManager keys)
                    keys.UseLastKnownGoodConfiguration = false;
            }
        );
        // The clock of the tokens' lifetime is the server's.
        services
            .AddOptions<JwtBearerOptions>(scheme)
            .Configure<TimeProvider>(
                (bearer, time) =>
                    bearer.TokenValidationParameters.LifetimeValidator = (
                        from,
                        until,
                        _,
                        parameters
                    ) =>
                    {
                        var now = time.GetUtcNow().UtcDateTime;
                        // A token that does not say from when on it is good comes with the first moment there is, from which nothing can be taken away.
                        return until is { } end
                            && now - parameters.ClockSkew < end
                            && (from is not { } begin || now + parameters.ClockSkew >= begin);
                    }
            );
    }

    /// <summary>Why the provider cannot be asked; null when it can. Without its keys every token looks wrong, and none can be called so.</summary>
    public static async ValueTask<Exception?> FindProviderFailureAsync(
        IOptionsMonitor<JwtBearerOptions> options,
        string scheme,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await options
                .Get(scheme)
                .ConfigurationManager!.GetConfigurationAsync(cancellationToken);
            return null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return failure;
        }
    }
}
