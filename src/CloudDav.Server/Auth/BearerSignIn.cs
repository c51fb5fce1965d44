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
        if (options.ClientId is not null)
            services.AddSingleton(provider =>
                ActivatorUtilities.CreateInstance<ProviderSignIn>(
                    provider,
                    provider.GetRequiredService<IOptions<SignInOptions>>().Value
                )
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

        var identity = (ClaimsIdentity)result.Principal.Identity!;
        var found = await FindAsync(
            identity.FindFirst("sub")?.Value,
            MomentOf(identity, "iat"),
            context.RequestAborted
        );
        switch (found.Refusal)
        {
            case null:
                desk.NoteSignIn(found.Value.Account, "token");
                return found.Value;
            case { Rule: RefusalRule.SignedOut }:
                await Challenge.AnswerBearerAsync(context, "Everything was signed out since.");
                return null;
            case { } refusal:
                // The token is right; asking for another would make the client ask the person again and again.
                await refusals.WriteAsync(context, refusal);
                return null;
        }
    }

    /// <summary>Who it is whom the provider names. Refuses with <see cref="RefusalRule.SignedOut"/> what it said before everything was signed out.</summary>
    /// <param name="subject">The provider's name for them; null when it gives none.</param>
    /// <param name="issued">When it said so; null when it does not tell.</param>
    /// <param name="stop">Stops the query.</param>
    public async ValueTask<VaultResult<Actor>> FindAsync(
        string? subject,
        DateTimeOffset? issued,
        CancellationToken stop
    )
    {
        var account = subject is null ? null : await accounts.FindBySubjectAsync(subject, stop);
        if (
            subject is not null
            && account is null
            && await accounts.FindClosedAsync(closed.OfSubject(subject), time.GetUtcNow(), stop)
                is not null
        )
            return new Refusal(RefusalRule.AccountClosed);
        if (account is null || account.IsDisabled)
            return new Refusal(RefusalRule.NoVault);
        // In whole seconds: what was said in the very second in which everything was signed out counts as from before.
        if (account.TokensFrom is { } from && !(issued > from))
            return new Refusal(RefusalRule.SignedOut);
        return new Actor(account.Id, account.Name, account.Vault, null, account.CredentialVersion);
    }

    /// <summary>A moment that a token tells; null when it does not.</summary>
    public static DateTimeOffset? MomentOf(ClaimsIdentity identity, string claim) =>
        long.TryParse(
            identity.FindFirst(claim)?.Value,
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var seconds
        )
        && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
