using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace CloudDav.Server.Auth;

/// <summary>
/// Signs people in on the pages with the operator's OpenID provider: the code flow (OpenID Connect Core 1.0 §3.1) with PKCE (RFC 7636). The provider is the one whose bearer tokens are taken, and its
/// subject names the account as there.
/// </summary>
/// <remarks>
/// Nothing is kept between the way out and the way back. The state says when it was begun and where to go then; it, the nonce and the verifier are MACs under a key that every node has, over what only this
/// browser has: a way back that another browser began, or that was made up, proves nothing here.
/// </remarks>
internal sealed class ProviderSignIn(
    VaultParts parts,
    SignInOptions settings,
    IOptionsMonitor<JwtBearerOptions> bearer,
    BearerSignIn accounts,
    TimeProvider time,
    ILogger<ProviderSignIn> log
)
{
    /// <summary>For how long a person may be at the provider's.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private const int StateHead = sizeof(long) + IdBytes;
    private const int IdBytes = 16;

    private readonly byte[] _key = parts.Keys.Derive("sign-in with the provider");
    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false };
    private readonly string? _clientSecret = settings.ReadClientSecret();

    private JwtBearerOptions Provider => bearer.Get(JwtBearerDefaults.AuthenticationScheme);

    /// <summary>Where the browser goes to sign in.</summary>
    /// <param name="browser">What only this browser has.</param>
    /// <param name="to">Where it goes then: an address of ours.</param>
    /// <param name="isAgain">Whether the person has to prove who they are although the provider still knows them.</param>
    /// <param name="back">The address of ours that the provider sends it back to.</param>
    /// <param name="language">What the person reads.</param>
    /// <param name="stop">Stops asking the provider.</param>
    /// <returns>The address; null when the provider cannot be asked.</returns>
    public async ValueTask<string?> FindWayInAsync(
        string browser,
        string to,
        bool isAgain,
        string back,
        string language,
        CancellationToken stop
    )
    {
        if (await FindProviderAsync(stop) is not { AuthorizationEndpoint: { } address })
            return null;
        var state = StateOf(browser, to);
        var asked = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = settings.ClientId,
            ["redirect_uri"] = back,
            ["scope"] = "openid",
            ["state"] = state,
            ["nonce"] = MacOf("nonce", browser, state),
            ["code_challenge"] = Base64Url.EncodeToString(
                SHA256.HashData(Encoding.ASCII.GetBytes(MacOf("verifier", browser, state)))
            ),
            ["code_challenge_method"] = "S256",
            ["ui_locales"] = language,
        };
        if (isAgain)
        {
            asked["prompt"] = "login";
            // A provider that is asked for this says when the person proved who they are (OpenID Connect Core §3.1.2.1).
            asked["max_age"] = "0";
        }
        return QueryHelpers.AddQueryString(address, asked);
    }

    /// <summary>What came of it, when the browser is back.</summary>
    /// <param name="browser">What only this browser has; null when it has nothing.</param>
    /// <param name="answer">What the provider had it bring.</param>
    /// <param name="back">The address that it was sent back to.</param>
    /// <param name="stop">Stops asking the provider.</param>
    public async ValueTask<ProviderAnswer> FinishAsync(
        string? browser,
        IQueryCollection answer,
        string back,
        CancellationToken stop
    )
    {
        if (
            browser is null
            || answer["state"] is not [{ } state]
            || ReadState(browser, state) is not { } to
        )
            return new(ProviderOutcome.BeginAgain);
        if (await FindProviderAsync(stop) is not { } provider)
            return new(ProviderOutcome.Away, to);
        // Whose answer it is, where the provider says so (RFC 9207).
        if (answer["iss"] is [{ } issuer] && issuer != provider.Issuer)
            return new(ProviderOutcome.BeginAgain, to);
        if (answer["error"] is [{ } error])
        {
            if (error is "access_denied")
                return new(ProviderOutcome.Declined, to);
            log.ProviderRefused(ShortOf(error));
            return new(
                error is "temporarily_unavailable" or "server_error"
                    ? ProviderOutcome.Away
                    : ProviderOutcome.BeginAgain,
                to
            );
        }
        if (answer["code"] is not [{ Length: > 0 } code])
            return new(ProviderOutcome.BeginAgain, to);

        var (outcome, token) = await RedeemAsync(
            provider,
            code,
            MacOf("verifier", browser, state),
            back,
            stop
        );
        if (token is null)
            return new(outcome, to);
        if (
            await ReadAsync(provider, token, MacOf("nonce", browser, state), stop)
            is not { } identity
        )
            return new(ProviderOutcome.BeginAgain, to);
        var found = await accounts.FindAsync(
            identity.FindFirst("sub")?.Value,
            BearerSignIn.MomentOf(identity, "iat"),
            stop
        );
        return found.Refusal switch
        {
            null => new(ProviderOutcome.SignedIn, to)
            {
                Actor = found.Value,
                Proved = BearerSignIn.MomentOf(identity, "auth_time"),
            },
            { Rule: RefusalRule.SignedOut } => new(ProviderOutcome.BeginAgain, to),
            { } refusal => new(ProviderOutcome.Refused, to) { Refusal = refusal },
        };
    }

    /// <summary>Where the browser goes so that the provider forgets the person too (OpenID Connect RP-Initiated Logout 1.0); null when it has no such address, or cannot be asked.</summary>
    /// <param name="back">The address of ours that the provider sends it back to.</param>
    /// <param name="to">Where it goes then: an address of ours.</param>
    /// <param name="stop">Stops asking the provider.</param>
    public async ValueTask<string?> FindWayOutAsync(
        string back,
        string to,
        CancellationToken stop
    ) =>
        await FindProviderAsync(stop) is { EndSessionEndpoint: { Length: > 0 } address }
        && OutwardAddress.IsAllowed(address)
            ? QueryHelpers.AddQueryString(
                address,
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["client_id"] = settings.ClientId,
                    ["post_logout_redirect_uri"] = back,
                    ["state"] = to,
                }
            )
            : null;

    private async ValueTask<OpenIdConnectConfiguration?> FindProviderAsync(CancellationToken stop)
    {
        try
        {
            var found = await Provider.ConfigurationManager!.GetConfigurationAsync(stop);
            if (
                OutwardAddress.IsAllowed(found.AuthorizationEndpoint ?? "")
                && OutwardAddress.IsAllowed(found.TokenEndpoint ?? "")
            )
                return found;
            log.ProviderRefused("no https addresses to sign in at");
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            log.IdentityProviderAway(failure);
        }
        return null;
    }

    // RFC 6749 §4.1.3. The secret goes into the header unless the provider takes it in the body alone.
    private async ValueTask<(ProviderOutcome Outcome, string? Token)> RedeemAsync(
        OpenIdConnectConfiguration provider,
        string code,
        string verifier,
        string back,
        CancellationToken stop
    )
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = back,
            ["code_verifier"] = verifier,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, provider.TokenEndpoint);
        if (_clientSecret is null)
            form["client_id"] = settings.ClientId!;
        else if (
            provider.TokenEndpointAuthMethodsSupported is { Count: > 0 } ways
            && !ways.Contains("client_secret_basic")
        )
            (form["client_id"], form["client_secret"]) = (settings.ClientId!, _clientSecret);
        else
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(
                    Encoding.ASCII.GetBytes(
                        $"{Uri.EscapeDataString(settings.ClientId!)}:{Uri.EscapeDataString(_clientSecret)}"
                    )
                )
            );
        request.Content = new FormUrlEncodedContent(form);
        request.Headers.Accept.ParseAdd("application/json");
        try
        {
            using var response = await Provider.Backchannel.SendAsync(request, stop);
            using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(stop));
            if (response.IsSuccessStatusCode)
                return (ProviderOutcome.BeginAgain, TextOf(body, "id_token"));
            var error = TextOf(body, "error") ?? "no reason";
            log.ProviderRefused(ShortOf(error));
            return (
                error is "invalid_grant" ? ProviderOutcome.BeginAgain : ProviderOutcome.Away,
                null
            );
        }
        catch (Exception failure)
            when (failure is HttpRequestException or JsonException or OperationCanceledException
                && !stop.IsCancellationRequested
            )
        {
            log.IdentityProviderAway(failure);
            return (ProviderOutcome.Away, null);
        }
    }

    // OpenID Connect Core §3.1.3.7.
    private async ValueTask<ClaimsIdentity?> ReadAsync(
        OpenIdConnectConfiguration provider,
        string token,
        string nonce,
        CancellationToken stop
    )
    {
        var options = Provider;
        var rules = options.TokenValidationParameters.Clone();
        (rules.ValidAudience, rules.ValidAudiences) = (settings.ClientId, null);
        rules.ValidIssuer ??= provider.Issuer;
        rules.IssuerSigningKeys = provider.SigningKeys;
        var read = await _tokens.ValidateTokenAsync(token, rules);
        if (
            read.Exception
            is Microsoft.IdentityModel.Tokens.SecurityTokenSignatureKeyNotFoundException
        )
        {
            // The provider has changed its keys. Whoever comes next finds them; this person gets them now.
            options.ConfigurationManager!.RequestRefresh();
            if (await ReadProviderAsync(options, stop) is not { } renewed)
                return null;
            rules.IssuerSigningKeys = renewed.SigningKeys;
            read = await _tokens.ValidateTokenAsync(token, rules);
        }
        if (!read.IsValid)
        {
            log.IdentityRefused(read.Exception);
            return null;
        }
        var identity = read.ClaimsIdentity;
        var isOurs =
            CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(identity.FindFirst("nonce")?.Value ?? ""),
                Encoding.UTF8.GetBytes(nonce)
            )
            && (
                identity.FindFirst("azp") is { } party
                    ? party.Value == settings.ClientId
                    : identity.FindAll("aud").Take(2).Count() == 1
            );
        if (!isOurs)
            log.ProviderRefused("an identity that was made for another sign-in");
        return isOurs ? identity : null;
    }

    private async ValueTask<OpenIdConnectConfiguration?> ReadProviderAsync(
        JwtBearerOptions options,
        CancellationToken stop
    )
    {
        try
        {
            return await OpenIdConnectConfigurationRetriever.GetAsync(
                options.MetadataAddress,
                new HttpDocumentRetriever(options.Backchannel)
                {
                    RequireHttps = options.RequireHttpsMetadata,
                },
                stop
            );
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            log.IdentityProviderAway(failure);
            return null;
        }
    }

    private string StateOf(string browser, string to)
    {
        var state = new byte[StateHead + Encoding.UTF8.GetByteCount(to)];
        BinaryPrimitives.WriteInt64BigEndian(state, time.GetUtcNow().ToUnixTimeMilliseconds());
        RandomNumberGenerator.Fill(state.AsSpan(sizeof(long), IdBytes));
        Encoding.UTF8.GetBytes(to, state.AsSpan(StateHead));
        var text = Base64Url.EncodeToString(state);
        return $"{text}.{MacOf("state", browser, text)}";
    }

    // Where to go; null when this browser did not begin it, or too long ago.
    private string? ReadState(string browser, string state)
    {
        if (state.Split('.') is not [var text, var mac])
            return null;
        if (
            !CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(mac),
                Encoding.UTF8.GetBytes(MacOf("state", browser, text))
            )
        )
            return null;
        var bytes = Base64Url.DecodeFromChars(text);
        var age =
            time.GetUtcNow()
            - DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes));
        return age <= Patience ? Encoding.UTF8.GetString(bytes.AsSpan(StateHead)) : null;
    }

    private string MacOf(string what, string browser, string state) =>
        Base64Url.EncodeToString(
            HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{what}\n{browser}\n{state}"))
        );

    private static string? TextOf(JsonDocument body, string name) =>
        body.RootElement.ValueKind == JsonValueKind.Object
        && body.RootElement.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // A code of RFC 6749, and not whatever somebody writes into an address to have it in the log.
    private static string ShortOf(string error) =>
        error.Length <= 40 && error.All(character => character is >= 'a' and <= 'z' or '_')
            ? error
            : "a reason that is none";
}

/// <summary>How a visit to the provider ended.</summary>
internal enum ProviderOutcome
{
    /// <summary>The provider says who it is, and they have an account.</summary>
    SignedIn,

    /// <summary>It did not begin in this browser, too long ago, or what came back is not good: once more from the beginning.</summary>
    BeginAgain,

    /// <summary>The person said no.</summary>
    Declined,

    /// <summary>The provider cannot be asked.</summary>
    Away,

    /// <summary>The provider says who it is, and they are not let in.</summary>
    Refused,
}

/// <summary>What came of a visit to the provider.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="To">Where the browser was going; null when that is not known.</param>
internal sealed record ProviderAnswer(ProviderOutcome Outcome, string? To = null)
{
    /// <summary>Who it is; null unless signed in.</summary>
    public Actor? Actor { get; init; }

    /// <summary>When they proved it to the provider; null when it does not say.</summary>
    public DateTimeOffset? Proved { get; init; }

    /// <summary>Why they are not let in; null unless refused.</summary>
    public Refusal? Refusal { get; init; }
}
