using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;

namespace CloudDav.Server.Auth;

/// <summary>Says who the actor of a request is, or answers it.</summary>
/// <param name="desk">Verifies names and passwords.</param>
/// <param name="refusals">Says why somebody with a right password is not let in.</param>
/// <param name="metrics">Counts whom it does not let in.</param>
/// <param name="bearer">Verifies bearer tokens; null when no identity provider is configured: such a token is then no credential we speak.</param>
internal sealed class SignIn(
    SignInDesk desk,
    RefusalDesk refusals,
    DoorMetrics metrics,
    BearerSignIn? bearer
)
{
    /// <summary>The actor; null when the request was answered.</summary>
    public async ValueTask<Actor?> EstablishAsync(HttpContext context, Credentials credentials)
    {
        switch (credentials)
        {
            case Credentials.Basic basic:
                return await EstablishAsync(context, basic);
            case Credentials.Bearer when bearer is not null:
                var actor = await bearer.EstablishAsync(context);
                if (actor is null)
                    metrics.SignInFailed("token");
                return actor;
            default:
                await Challenge.AnswerAsync(context);
                return null;
        }
    }

    /// <summary>For an answer of 401 that comes from further in: the credential was good once and is revoked.</summary>
    public void Revoked(HttpContext context, Actor actor)
    {
        desk.Forget(actor);
        Challenge.Add(context);
    }

    private async ValueTask<Actor?> EstablishAsync(HttpContext context, Credentials.Basic basic)
    {
        var answer = await desk.SignInAsync(
            basic.Name,
            basic.Password,
            AddressOf(context.Connection.RemoteIpAddress),
            context.RequestAborted
        );
        if (answer.Outcome != SignInOutcome.SignedIn)
            metrics.SignInFailed(ReasonOf(answer.Outcome));
        switch (answer.Outcome)
        {
            case SignInOutcome.SignedIn:
                return answer.Actor;
            case SignInOutcome.TooMany:
                await refusals.WriteAsync(context, RefusalRule.TooManyTries, answer.RetryAfter);
                return null;
            case SignInOutcome.Busy:
                await refusals.WriteAsync(context, RefusalRule.SignInBusy, answer.RetryAfter);
                return null;
            case SignInOutcome.Disabled:
                await refusals.WriteAsync(context, RefusalRule.SignInDisabled);
                return null;
            case SignInOutcome.Closed:
                await refusals.WriteAsync(context, RefusalRule.AccountClosed);
                return null;
            default:
                await Challenge.AnswerAsync(context);
                return null;
        }
    }

    private static string ReasonOf(SignInOutcome outcome) =>
        outcome switch
        {
            SignInOutcome.SignedIn => "none",
            SignInOutcome.Wrong => "wrong",
            SignInOutcome.TooMany => "too-many",
            SignInOutcome.Busy => "busy",
            SignInOutcome.Disabled => "disabled",
            SignInOutcome.Closed => "closed",
        };

    /// <summary>
    /// Whom wrong sign-ins are counted against. A household has one IPv4 address or one IPv6 network of 64 bits; whoever guesses has all the addresses
    /// of theirs.
    /// </summary>
    public static string AddressOf(System.Net.IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
