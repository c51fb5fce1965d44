using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>
/// Lets TV sets in that ask a person in their browser (RFC 8628), and says whose a set is that comes with its token. What a set may see is decided anew by every request: see <see cref="Door.Tv"/>.
/// </summary>
/// <remarks>
/// As with <see cref="LoginFlowDesk"/> no row holds a secret: the token comes into being in the transaction that uses the pairing up. The codes are kept as keyed hashes, because the short one could be found
/// from a plain hash, and each with a label of its own, so that neither is ever taken for the other. Whoever types codes in has signed in, and codes are counted for the account and for the
/// address before they are looked up (<see cref="CountedTry"/>), known ones no longer; a code that was looked at too often is over.
/// </remarks>
/// <param name="contracts">Where pairings and devices are.</param>
/// <param name="accounts">Counts what is not known.</param>
/// <param name="customers">Makes devices.</param>
/// <param name="closed">Knows the sets of accounts that are gone.</param>
/// <param name="key">The key of the codes' hashes.</param>
/// <param name="limits">How often something is taken.</param>
/// <param name="time">The clock.</param>
public sealed class TvDesk(
    IContractStore contracts,
    IAccountStore accounts,
    CustomerDesk customers,
    ClosedNames closed,
    byte[] key,
    TvLimits limits,
    TimeProvider time
)
{
    /// <summary>What the key is derived for.</summary>
    public const string Purpose = "television";

    /// <summary>The longest name of a kind of set.</summary>
    public const int MaxClient = 64;

    private static readonly TimeSpan s_touchEvery = TimeSpan.FromMinutes(5);

    // A set that waits exactly as long as it was told must not be late because the network was fast.
    private static readonly TimeSpan s_leeway = TimeSpan.FromSeconds(1);

    /// <summary>Begins a pairing.</summary>
    /// <param name="client">What kind of set it is.</param>
    /// <param name="name">What the set is called; null for as its kind is.</param>
    /// <param name="address">Where it is, as what comes from there is counted.</param>
    /// <param name="shownAddress">Where it is, as the person is shown it; at most 64 ASCII characters.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public async ValueTask<VaultResult<TvCodes>> BeginAsync(
        string? client,
        string? name,
        string address,
        string shownAddress,
        CancellationToken cancellationToken
    )
    {
        if (
            client is not { Length: > 0 and <= MaxClient }
            || client.Any(letter => letter is < '!' or > '~')
        )
            return new Refusal(RefusalRule.InvalidInput) { Field = "client_id" };
        if (name is { Length: > CustomerDesk.MaxDeviceName })
            return new Refusal(RefusalRule.InvalidInput) { Field = "device_name" };
        var now = time.GetUtcNow();
        if (
            await CountAsync("tv pairing", address, limits.Begun, now, cancellationToken) is
            { } refusal
        )
            return refusal;
        var codes = new TvCodes(SecretToken.New(), TvUserCode.New());
        var called = Devices.AgentOf(name ?? "");
        return await contracts.WriteAsync<TvCodes>(
            async transaction =>
            {
                // A code that waits elsewhere: one in billions for each of them.
                while (
                    await transaction.FindPairingOfPageAsync(
                        HashOf(codes.User),
                        DateTimeOffset.MinValue
                    )
                        is not null
                )
                    codes = codes with { User = TvUserCode.New() };
                await transaction.AddPairingAsync(
                    new TvPairing
                    {
                        DeviceHash = HashOf(codes.Device.Reveal()),
                        Client = client,
                        Name = called.Length > 0 ? called : client,
                        Address = shownAddress,
                        Created = now,
                        Expires = now + TvPairing.Life,
                    },
                    HashOf(codes.User)
                );
                return codes;
            },
            cancellationToken
        );
    }

    /// <summary>The pairing that a person has typed the code of, while it can be answered. Refuses when there is none such, and unseen whoever has typed too many wrong ones.</summary>
    /// <param name="actor">Who has signed in.</param>
    /// <param name="typed">What they typed.</param>
    /// <param name="address">Where they are, as what comes from there is counted.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<VaultResult<TvPairing>> FindAsync(
        Actor actor,
        string? typed,
        string address,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var begun = await CountedTry.BeginAsync(
            accounts,
            GuessLimits(actor, address),
            limits.GuessWindow,
            now,
            cancellationToken
        );
        if (begun.Refusal is { } tooMany)
            return tooMany;
        if (TvUserCode.TryParse(typed, out var code))
        {
            var hash = HashOf(code);
            var found = await contracts.WriteAsync<TvPairing?>(
                async transaction =>
                {
                    if (await transaction.FindPairingOfPageAsync(hash, now) is not { } pairing)
                        return (TvPairing?)null;
                    await transaction.CountPairingLookAsync(hash);
                    return pairing;
                },
                cancellationToken
            );
            if (found.Refusal is { } broken)
                return broken;
            // One that is known is no guess.
            if (found.Value is not null)
                await begun.Value.TakeBackAsync();
            if (
                found.Value is { IsGranted: false, IsRefused: false } waiting
                && waiting.Looks < limits.Looks
            )
                return waiting;
        }
        return new Refusal(RefusalRule.LinkNotValid);
    }

    /// <summary>The person lets the set in.</summary>
    /// <param name="actor">Who does; a person and no device.</param>
    /// <param name="typed">The code they typed.</param>
    /// <param name="address">Where they are.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public async ValueTask<VaultResult<bool>> GrantAsync(
        Actor actor,
        string typed,
        string address,
        CancellationToken cancellationToken
    )
    {
        var found = await FindAsync(actor, typed, address, cancellationToken);
        if (found.Refusal is { } refusal)
            return refusal;
        _ = TvUserCode.TryParse(typed, out var code);
        return await customers.GrantTvAsync(actor, HashOf(code), cancellationToken);
    }

    /// <summary>The person does not let the set in. Refuses when there is nothing to be refused any more.</summary>
    public async ValueTask<VaultResult<bool>> RefuseAsync(
        Actor actor,
        string typed,
        string address,
        CancellationToken cancellationToken
    )
    {
        var found = await FindAsync(actor, typed, address, cancellationToken);
        if (found.Refusal is { } refusal)
            return refusal;
        _ = TvUserCode.TryParse(typed, out var code);
        return await contracts.WriteAsync<bool>(
            async transaction =>
                await transaction.RefusePairingAsync(HashOf(code), time.GetUtcNow())
                    ? true
                    : new Refusal(RefusalRule.LinkNotValid),
            cancellationToken
        );
    }

    /// <summary>A set asks whether it was let in. Its token is given once. Refuses, unseen, whoever asks with too much that nobody knows.</summary>
    public async ValueTask<VaultResult<TvPoll>> PollAsync(
        string? client,
        string? deviceCode,
        string address,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var hash = HashOf(deviceCode ?? "");
        var polled = await contracts.WriteAsync<(TvPoll Poll, TvPairing? Pairing)>(
            async transaction =>
            {
                if (
                    await transaction.FindPairingOfSetAsync(hash) is not { } pairing
                    || pairing.Client != client
                )
                    return (new TvPoll(TvPollOutcome.Unknown), null);
                if (pairing.IsRefused)
                    return (new TvPoll(TvPollOutcome.Denied), pairing);
                if (pairing.Expires <= now)
                    return (new TvPoll(TvPollOutcome.Expired), pairing);
                if (pairing.IsGranted)
                    return (new TvPoll(TvPollOutcome.Granted), pairing);
                var isEarly = now < pairing.NextPoll;
                var pause = isEarly ? pairing.Pause + TvPairing.FirstPause : pairing.Pause;
                if (pause > TvPairing.LongestPause)
                    pause = TvPairing.LongestPause;
                await transaction.NotePairingPollAsync(hash, pause, now + pause - s_leeway);
                return (
                    new TvPoll(isEarly ? TvPollOutcome.TooFast : TvPollOutcome.Pending),
                    pairing
                );
            },
            cancellationToken
        );
        if (polled.Refusal is { } broken)
            return broken;
        switch (polled.Value.Poll.Outcome)
        {
            case TvPollOutcome.Unknown:
                return
                    await CountAsync("tv poll", address, limits.Unknown, now, cancellationToken)
                        is { } refusal
                    ? refusal
                    : polled.Value.Poll;
            case TvPollOutcome.Granted:
                // Whoever has granted it may be gone since: then nobody has.
                if (polled.Value.Pairing!.GrantedBy is not { } actor)
                    return new TvPoll(TvPollOutcome.Denied);
                // Whoever waits for it may be gone before it comes: half a device is none.
                var made = await customers.AddTvAsync(
                    actor,
                    polled.Value.Pairing,
                    CancellationToken.None
                );
                return made.IsSuccess ? new TvPoll(TvPollOutcome.Granted, made.Value)
                    : made.Refusal!.Rule == RefusalRule.LinkNotValid
                        ? new TvPoll(TvPollOutcome.Unknown)
                    : new TvPoll(TvPollOutcome.Denied, Why: made.Refusal);
            default:
                return polled.Value.Poll;
        }
    }

    /// <summary>Who a set's token lets in. What they may see, and whether the set was revoked since, every session asks again.</summary>
    public async ValueTask<VaultResult<Actor>> SignInAsync(
        string token,
        CancellationToken cancellationToken
    )
    {
        var hash = TvToken.Of(token).Hash;
        var found = await accounts.FindTvAsync(hash, cancellationToken);
        var now = time.GetUtcNow();
        if (found is null)
            return
                await accounts.FindClosedAsync(closed.OfTv(hash), now, cancellationToken)
                    is not null
                ? new Refusal(RefusalRule.AccountClosed)
                : new Refusal(RefusalRule.SignedOut);
        if (found.IsRevoked)
            return new Refusal(RefusalRule.SignedOut);
        if (found.Account.IsDisabled)
            return new Refusal(RefusalRule.SignInDisabled);
        if (!(now - found.LastUsed < s_touchEvery))
            await TouchAsync(found.Device, now);
        return new Actor(
            found.Account.Id,
            found.Account.Name,
            found.Account.Vault,
            found.Device,
            CredentialVersion: null
        );
    }

    private async ValueTask TouchAsync(DeviceId device, DateTimeOffset now)
    {
        try
        {
            await accounts.TouchDeviceAsync(device, now, CancellationToken.None);
        }
        catch (Exception)
        {
            // A courtesy to the person who looks at the list of devices; no request fails because of it.
        }
    }

    private byte[] HashOf(string deviceCode) => MacOf("device\n" + deviceCode);

    private byte[] HashOf(TvUserCode code) => MacOf("user\n" + code.Letters);

    private byte[] MacOf(string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private TryLimit[] GuessLimits(Actor actor, string address) =>
        [
            new(CountedTry.KeyOf("tv code", address), limits.Guesses),
            new(
                CountedTry.KeyOf(
                    "tv code",
                    FormattableString.Invariant($"account {actor.Account.Value}")
                ),
                limits.Guesses
            ),
        ];

    private ValueTask<Refusal?> CountAsync(
        string what,
        string address,
        int most,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        CountedTry.CountAsync(
            accounts,
            new(CountedTry.KeyOf(what, address), most),
            limits.Window,
            now,
            cancellationToken
        );
}

/// <summary>How much is taken by <see cref="TvDesk"/>. What is known is never refused for it.</summary>
public sealed record TvLimits
{
    /// <summary>How long counts last, from the first.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many pairings are begun from one address in a window.</summary>
    public int Begun { get; init; } = 20;

    /// <summary>How many device codes that nobody knows are looked up from one address in a window.</summary>
    public int Unknown { get; init; } = 100;

    /// <summary>How long wrong user codes are counted, from the first.</summary>
    public TimeSpan GuessWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How many wrong user codes are looked up for one account, and from one address, in their window.</summary>
    public int Guesses { get; init; } = 10;

    /// <summary>How often one user code is answered; then its pairing can only begin again.</summary>
    public int Looks { get; init; } = 20;
}
