using System.Globalization;
using System.Security.Claims;
using CloudDav.Server.Options;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace CloudDav.Server.Auth;

/// <summary>Bearer tokens of the operator's OpenID provider: its keys are found by discovery, its subject names the account.</summary>
internal sealed class BearerSignIn(
    IAccountStore accounts,
    ClosedNames closed,
    TimeProvider time,
    IOptionsMonitor<JwtBearerOptions> options,
    SignInDesk desk,
    RefusalDesk refusals,
    ILogger<BearerSignIn> log
)
{
    public static void Register(IServiceCollection services, SignInOptions options)
    {
        services.AddSingleton<BearerSignIn>();
        BearerTokens.Add(
            services,
            JwtBearerDefaults.AuthenticationScheme,
            options.Authority!,
            options.Audience ?? ""
        );
    }

    /// <summary>The actor behind the request's token; null when it was answered.</summary>
    public async ValueTask<Actor?> EstablishAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        if (!result.Succeeded)
        {
            if (
                await BearerTokens.FindProviderFailureAsync(
                    options,
                    JwtBearerDefaults.AuthenticationScheme,
                    context.RequestAborted
                ) is
                { } failure
            )
            {
                log.IdentityProviderAway(failure);
                await refusals.WriteAsync(context, RefusalRule.SignInUnavailable);
                return null;
            }
            await Challenge.AnswerBearerAsync(
                context,
                result.Failure
                    is SecurityTokenExpiredException
                        or SecurityTokenInvalidLifetimeException
                    ? "The token has expired."
                    : "The token is not valid here."
            );
            return null;
        }

        var subject = result.Principal.FindFirst("sub")?.Value;
        var account = subject is null
            ? null
            : await accounts.FindBySubjectAsync(subject, context.RequestAborted);
        if (
            subject is not null
            && account is null
            && await accounts.FindClosedAsync(
                closed.OfSubject(subject),
                time.GetUtcNow(),
                context.RequestAborted
            )
                is not null
        )
        {
            await refusals.WriteAsync(context, RefusalRule.AccountClosed);
            return null;
        }
        if (account is null || account.IsDisabled)
        {
            // The token is right; asking for another would make the client ask the person again and again.
            await refusals.WriteAsync(context, RefusalRule.NoVault);
            return null;
        }
        if (account.TokensFrom is { } from && !(IssuedAt(result.Principal) > from))
        {
            await Challenge.AnswerBearerAsync(context, "Everything was signed out since.");
            return null;
        }
        desk.NoteTokenSignIn(account.Id);
        return new Actor(account.Id, account.Name, account.Vault, null, account.CredentialVersion);
    }

    // In whole seconds: a token of the very second in which everything was signed out counts as one from before. Null when it does not say.
    private static DateTimeOffset? IssuedAt(ClaimsPrincipal principal) =>
        long.TryParse(
            principal.FindFirst("iat")?.Value,
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var seconds
        )
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
