namespace CloudDav.Vault;

/// <summary>
/// Lets programs in that ask a person in their browser (login flow v2), and tells devices that are to forget what they hold. Nobody has signed in here: what comes is a token or an app password and
/// nothing else, so what is not known is counted per address, and refused unseen when there is too much of it.
/// </summary>
/// <remarks>
/// A flow holds no secret at any time. The app password comes into being in the transaction that uses the flow up, when the program fetches it: that a person has granted
/// it is what waits, by the credential version they were signed in with, and a report of unauthorised use in between takes it back.
/// </remarks>
/// <param name="contracts">Where flows and devices are.</param>
/// <param name="accounts">Counts what is not known.</param>
/// <param name="customers">Makes devices.</param>
/// <param name="limits">How often something is taken from one address.</param>
/// <param name="time">The clock.</param>
public sealed class LoginFlowDesk(
    IContractStore contracts,
    IAccountStore accounts,
    CustomerDesk customers,
    LoginFlowLimits limits,
    TimeProvider time
)
{
    /// <summary>Begins a flow.</summary>
    /// <param name="agent">What the program calls itself.</param>
    /// <param name="address">Where it is, as what comes from there is counted.</param>
    /// <param name="shownAddress">Where it is, as the person is shown it; at most 64 ASCII characters.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public async ValueTask<VaultResult<LoginFlowTokens>> BeginAsync(
        string agent,
        string address,
        string shownAddress,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        if (
            await CountAsync("login flow", address, limits.Begun, now, cancellationToken) is
            { } refusal
        )
            return refusal;
        var tokens = new LoginFlowTokens(SecretToken.New(), SecretToken.New());
        return await contracts.WriteAsync<LoginFlowTokens>(
            async transaction =>
            {
                await transaction.AddLoginFlowAsync(
                    new LoginFlow
                    {
                        PollHash = tokens.Poll.Hash,
                        Agent = Devices.AgentOf(agent),
                        Address = shownAddress,
                        Created = now,
                        Expires = now + LoginFlow.Life,
                    },
                    tokens.Login.Hash
                );
                return tokens;
            },
            cancellationToken
        );
    }

    /// <summary>The flow that a person's browser asks for, while it can be granted; null when there is none such, it is over or granted.</summary>
    public async ValueTask<LoginFlow?> FindAsync(
        string loginToken,
        CancellationToken cancellationToken
    ) =>
        await contracts.ReadAsync(
            snapshot =>
                snapshot.FindLoginFlowOfPageAsync(SecretToken.HashOf(loginToken), time.GetUtcNow()),
            cancellationToken
        )
            is { IsGranted: false } flow
            ? flow
            : null;

    /// <summary>The person lets the program in.</summary>
    /// <param name="actor">Who does; a person and no device.</param>
    /// <param name="loginToken">The flow's token in the browser.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<bool>> GrantAsync(
        Actor actor,
        string loginToken,
        CancellationToken cancellationToken
    ) => customers.GrantLoginAsync(actor, SecretToken.HashOf(loginToken), cancellationToken);

    /// <summary>The person does not let the program in. False when there was nothing to be refused any more.</summary>
    public async ValueTask<bool> RefuseAsync(
        string loginToken,
        CancellationToken cancellationToken
    ) =>
        await FindAsync(loginToken, cancellationToken) is { } flow
        && (
            await contracts.WriteAsync<bool>(
                async transaction => await transaction.RemoveLoginFlowAsync(flow.PollHash),
                cancellationToken
            )
        ).Value;

    /// <summary>Fetches the app password of a flow that was granted: once.</summary>
    /// <returns>Null as long as nobody has granted it, and when there is none, or no longer.</returns>
    public async ValueTask<VaultResult<LoginGrant?>> FetchAsync(
        string pollToken,
        string address,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var flow = await contracts.ReadAsync(
            snapshot => snapshot.FindLoginFlowOfProgramAsync(SecretToken.HashOf(pollToken), now),
            cancellationToken
        );
        if (flow is null)
            return
                await CountAsync("login poll", address, limits.Unknown, now, cancellationToken)
                    is { } refusal
                ? refusal
                : (LoginGrant?)null;
        if (flow.GrantedBy is not { } actor)
            return (LoginGrant?)null;
        // Whoever waits for it may be gone before it comes: half a device is none.
        var made = await customers.AddDeviceAsync(actor, flow, CancellationToken.None);
        return made.IsSuccess ? new LoginGrant(actor.Name, made.Value) : (LoginGrant?)null;
    }

    /// <summary>Whether the device with an app password is to forget what it holds.</summary>
    public async ValueTask<VaultResult<bool>> IsToBeWipedAsync(
        string appPassword,
        string address,
        CancellationToken cancellationToken
    )
    {
        var found = await FindWipeAsync(appPassword, address, cancellationToken);
        return found.Refusal is { } refusal ? refusal : found.Value is not null;
    }

    /// <summary>A device says that it has forgotten what it held. False when it was not asked to, or has said so before.</summary>
    public async ValueTask<VaultResult<bool>> ConfirmWipeAsync(
        string appPassword,
        string address,
        CancellationToken cancellationToken
    )
    {
        var found = await FindWipeAsync(appPassword, address, cancellationToken);
        if (found.Refusal is { } refusal)
            return refusal;
        if (found.Value is not { } wipe)
            return false;
        return await contracts.WriteAsync<bool>(
            async transaction =>
            {
                var now = time.GetUtcNow();
                if (!await transaction.ConfirmWipeAsync(wipe.Device, now))
                    return false;
                await transaction.RecordAsync(
                    new AuditEntry
                    {
                        Chain = AuditChainId.Of(wipe.Account),
                        At = now,
                        Actor = AuditActors.Of(wipe.Device),
                        Act = AuditActs.DeviceWiped,
                        Subject = AuditSubjects.Of(wipe.Device),
                        Body = System.Text.Json.JsonSerializer.Serialize(new { name = wipe.Name }),
                    }
                );
                return true;
            },
            CancellationToken.None
        );
    }

    private async ValueTask<VaultResult<DeviceWipe?>> FindWipeAsync(
        string appPassword,
        string address,
        CancellationToken cancellationToken
    )
    {
        var found = AppPassword.TryParse(appPassword, out var password)
            ? await contracts.ReadAsync(
                snapshot => snapshot.FindWipeAsync(password),
                cancellationToken
            )
            : null;
        return
            found is null
            && await CountAsync("wipe", address, limits.Wipes, time.GetUtcNow(), cancellationToken)
                is { } refusal
            ? refusal
            : found;
    }

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

/// <summary>How much is taken from one address by <see cref="LoginFlowDesk"/>. What is known is never refused for it.</summary>
public sealed record LoginFlowLimits
{
    /// <summary>How long counts last, from the first.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many flows are begun from one address in a window.</summary>
    public int Begun { get; init; } = 20;

    /// <summary>How many tokens that nobody knows are looked up from one address in a window: a program goes on asking for a while once its flow is over.</summary>
    public int Unknown { get; init; } = 100;

    /// <summary>How many app passwords of devices that are not to be wiped are looked up from one address in a window.</summary>
    public int Wipes { get; init; } = 10;
}
