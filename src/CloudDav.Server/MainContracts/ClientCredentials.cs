using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CloudDav.Server.Options;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.MainContracts;

/// <summary>An access token.</summary>
/// <param name="Value">What is sent.</param>
/// <param name="UseUntil">When another is to be had: a little before it expires.</param>
internal sealed record AccessToken(string Value, DateTimeOffset UseUntil);

/// <summary>The token endpoint did not give a token.</summary>
internal sealed class TokenProblem(string message, bool isTransient, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Whether the next try may go better: the endpoint failed, rather than refused.</summary>
    public bool IsTransient => isTransient;
}

/// <summary>The access token by OAuth 2.0 client credentials (RFC 6749 §4.4), kept until shortly before it expires.</summary>
internal sealed class ClientCredentials(
    IHttpClientFactory clients,
    IOptions<MainContractOptions> options,
    TimeProvider time
) : IDisposable
{
    /// <summary>The name of the client that asks the token endpoint.</summary>
    public const string Client = "MainContract:TokenAddress";

    private const int LongestToken = 16 * 1024;
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    // RFC 6749 §5.1 recommends expires_in and does not require it.
    private static readonly TimeSpan s_unsaid = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _one = new(1, 1);
    private AccessToken? _token;

    /// <summary>A token to use now. However many ask, one is fetched.</summary>
    /// <param name="refused">The token that was just refused, which is not given again; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TokenProblem">None is to be had.</exception>
    public async ValueTask<AccessToken> GetAsync(
        AccessToken? refused,
        CancellationToken cancellationToken
    )
    {
        if (Usable(refused) is { } known)
            return known;
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (Usable(refused) is { } meanwhile)
                return meanwhile;
            var token = await FetchAsync(cancellationToken);
            Volatile.Write(ref _token, token);
            return token;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private AccessToken? Usable(AccessToken? refused) =>
        Volatile.Read(ref _token) is { } token
        && !ReferenceEquals(token, refused)
        && time.GetUtcNow() < token.UseUntil
            ? token
            : null;

    private async ValueTask<AccessToken> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, options.Value.TokenAddress);
            request.Content = new FormUrlEncodedContent(Form());
            request.Headers.Authorization = new("Basic", await CredentialsAsync(cancellationToken));
            request.Headers.Accept.Add(new("application/json"));
            using var client = clients.CreateClient(Client);
            using var response = await client.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new TokenProblem(
                    $"The token endpoint answered {(int)response.StatusCode}.",
                    isTransient: (int)response.StatusCode is >= 500 or 429 or 408
                );
            return Read(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (HttpRequestException failure)
        {
            throw new TokenProblem("The token endpoint failed.", isTransient: true, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new TokenProblem(
                "MainContract:ClientSecretFile cannot be read.",
                isTransient: false,
                failure
            );
        }
    }

    private IEnumerable<KeyValuePair<string, string>> Form()
    {
        yield return new("grant_type", "client_credentials");
        if (options.Value.Scope is { } scope)
            yield return new("scope", scope);
    }

    // RFC 6749 §2.3.1: both are form-encoded before they become a user and a password.
    private async ValueTask<string> CredentialsAsync(CancellationToken cancellationToken)
    {
        var secret = string.IsNullOrEmpty(options.Value.ClientSecretFile)
            ? options.Value.ClientSecret!
            : (
                await File.ReadAllTextAsync(options.Value.ClientSecretFile, cancellationToken)
            ).Trim();
        return Convert.ToBase64String(
            Encoding.ASCII.GetBytes(
                $"{WebUtility.UrlEncode(options.Value.ClientId)}:{WebUtility.UrlEncode(secret)}"
            )
        );
    }

    private AccessToken Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var answer = document.RootElement;
            if (
                answer.GetProperty("access_token").GetString()
                    is { Length: > 0 and <= LongestToken } token
                && token.All(static c => c is > ' ' and < '\x7f')
                && string.Equals(
                    answer.GetProperty("token_type").GetString(),
                    "Bearer",
                    StringComparison.OrdinalIgnoreCase
                )
            )
                return new AccessToken(token, time.GetUtcNow() + UsableFor(answer));
        }
        catch (Exception failure)
            when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new TokenProblem(
                "The token endpoint's answer is no token.",
                isTransient: true,
                failure
            );
        }
        throw new TokenProblem("The token endpoint's answer is no token.", isTransient: true);
    }

    private static TimeSpan UsableFor(JsonElement answer)
    {
        var life =
            answer.TryGetProperty("expires_in", out var seconds)
            && seconds.ValueKind == JsonValueKind.Number
            && seconds.TryGetInt32(out var number)
                ? TimeSpan.FromSeconds(number)
                : s_unsaid;
        var usable = life > 2 * s_margin ? life - s_margin : life / 2;
        return usable < s_shortest ? s_shortest
            : usable > s_longest ? s_longest
            : usable;
    }
}

/// <summary>Signs requests with the access token, and tries once more with a fresh one when it is refused before its time.</summary>
internal sealed class ClientCredentialsHandler(ClientCredentials credentials) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var token = await credentials.GetAsync(refused: null, cancellationToken);
        var response = await SendAsync(request, token, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            return response;
        response.Dispose();
        token = await credentials.GetAsync(refused: token, cancellationToken);
        return await SendAsync(request, token, cancellationToken);
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        AccessToken token,
        CancellationToken cancellationToken
    )
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        return base.SendAsync(request, cancellationToken);
    }
}
