using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;

namespace CloudDav.Server.Auth;

/// <summary>Says who the actor of a request is, or answers it.</summary>
/// <param name="desk">Verifies names and passwords.</param>
/// <param name="contracts">Says whether what was remembered of a password still holds.</param>
/// <param name="refusals">Says why somebody with a right password is not let in.</param>
/// <param name="metrics">Counts whom it does not let in.</param>
/// <param name="bearer">Verifies bearer tokens; null when no identity provider is configured: such a token is then no credential we speak.</param>
internal sealed class SignIn(
    SignInDesk desk,
    IContractStore contracts,
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

    /// <summary>The actor behind a name and a password. Refuses with <see cref="RefusalRule.SignedOut"/> when they are wrong, and says nothing to the client yet.</summary>
    public async ValueTask<VaultResult<Actor>> FindAsync(
        HttpContext context,
        Credentials.Basic basic
    )
    {
        var found = await AskAsync(context, basic);
        return found.Refusal is { } refusal ? refusal
            : found.Value.TakesCode ? new Refusal(RefusalRule.SecondFactorRequired)
            : found.Value.Actor;
    }

    /// <summary>The same for the pages, where a password that takes a code as well is given it next. It is the password of now: what is remembered may be older than a change of it.</summary>
    public async ValueTask<VaultResult<(Actor Actor, bool TakesCode)>> FindPersonAsync(
        HttpContext context,
        Credentials.Basic basic
    )
    {
        var found = await AskAsync(context, basic);
        if (
            !found.IsSuccess
            || await contracts.ReadAsync(
                snapshot => snapshot.IsSignedInAsync(found.Value.Actor),
                context.RequestAborted
            )
        )
            return found;
        desk.Forget(found.Value.Actor);
        return await AskAsync(context, basic);
    }

    private async ValueTask<VaultResult<(Actor Actor, bool TakesCode)>> AskAsync(
        HttpContext context,
        Credentials.Basic basic
    )
    {
        var answer = await desk.SignInAsync(
            basic.Name,
            basic.Password,
            AddressOf(context.Connection.RemoteIpAddress),
            context.RequestAborted
        );
        if (answer.Actor is { } actor)
            return (actor, answer.Outcome == SignInOutcome.SecondFactor);
        metrics.SignInFailed(ReasonOf(answer.Outcome));
        return answer.Outcome switch
        {
            SignInOutcome.TooMany => refusals.EndsAfter(
                RefusalRule.TooManyTries,
                answer.RetryAfter
            ),
            SignInOutcome.Busy => refusals.EndsAfter(RefusalRule.SignInBusy, answer.RetryAfter),
            SignInOutcome.Disabled => new Refusal(RefusalRule.SignInDisabled),
            SignInOutcome.Closed => new Refusal(RefusalRule.AccountClosed),
            _ => new Refusal(RefusalRule.SignedOut),
        };
    }

    private async ValueTask<Actor?> EstablishAsync(HttpContext context, Credentials.Basic basic)
    {
        var found = await FindAsync(context, basic);
        switch (found.Refusal)
        {
            case null:
                return found.Value;
            case { Rule: RefusalRule.SignedOut }:
                await Challenge.AnswerAsync(context);
                return null;
            case { } refusal:
                await refusals.WriteAsync(context, refusal);
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
            SignInOutcome.SecondFactor => "none",
        };

    /// <summary>An address as a person is shown it.</summary>
    public static string ShownAddressOf(System.Net.IPAddress? address) =>
        address is null ? ""
        : address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString()
        : address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? new System.Net.IPAddress(address.GetAddressBytes()).ToString()
        : address.ToString();

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
