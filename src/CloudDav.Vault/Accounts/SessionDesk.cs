namespace CloudDav.Vault;

/// <summary>
/// Keeps people signed in on the pages: one desk for the whole process, with all it knows in the database, so that every node knows whom every other one has let in.
/// </summary>
/// <remarks>
/// A session is good for the credential version it began with. Whatever moves that on (another own password, a report of unauthorised use) ends all sessions
/// of the account on their next request, and so does disabling the account.
/// </remarks>
/// <param name="contracts">Where sessions are.</param>
/// <param name="customers">Says what people may do with their own account.</param>
/// <param name="limits">How long they last.</param>
/// <param name="time">The clock.</param>
public sealed class SessionDesk(
    IContractStore contracts,
    CustomerDesk customers,
    SessionLimits limits,
    TimeProvider time
)
{
    /// <summary>Begins a session of somebody who has just signed in.</summary>
    /// <param name="actor">Who it is.</param>
    /// <param name="way">With what they have signed in.</param>
    /// <param name="proved">When they last gave what only they know or have; null when that was not seen here.</param>
    /// <param name="place">The browser.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    /// <returns>
    /// The token for the browser's cookie. Refused to a device, which is no person, to whom was signed out meanwhile, and to who has given a password that takes a code as well
    /// (<see cref="SecondFactorDesk"/>).
    /// </returns>
    public async ValueTask<VaultResult<SecretToken>> BeginAsync(
        Actor actor,
        SignInWay way,
        DateTimeOffset? proved,
        BrowserPlace place,
        CancellationToken cancellationToken
    )
    {
        if (actor.CredentialVersion is null)
            return new Refusal(RefusalRule.OwnSignInRequired);
        return await contracts.WriteAsync(
            async ValueTask<VaultResult<SecretToken>> (transaction) =>
                way == SignInWay.Password
                && await transaction.FindAccountAsync(actor.Account) is { HasSecondFactor: true }
                    ? new Refusal(RefusalRule.SecondFactorRequired)
                    : await BeginAsync(transaction, actor, way, proved, place),
            cancellationToken
        );
    }

    /// <summary>The same within a transaction in which all that is asked for was given.</summary>
    internal async ValueTask<VaultResult<SecretToken>> BeginAsync(
        IContractTransaction transaction,
        Actor actor,
        SignInWay way,
        DateTimeOffset? proved,
        BrowserPlace place
    )
    {
        if (!await transaction.IsSignedInAsync(actor))
            return new Refusal(RefusalRule.SignedOut);
        var (token, now) = (SecretToken.New(), time.GetUtcNow());
        await transaction.AddSessionAsync(
            new NewSession
            {
                Actor = actor,
                TokenHash = token.Hash,
                Agent = Devices.AgentOf(place.Agent),
                Address = place.ShownAddress,
                Expires = now + limits.Longest,
                Way = way,
                Proved = proved,
            },
            limits.PerAccount,
            now
        );
        return token;
    }

    /// <summary>Moves the account's credential version on, which ends every session, and begins another one for the browser that it was done in.</summary>
    internal async ValueTask<VaultResult<SecretToken>> RenewAsync(
        IContractTransaction transaction,
        BrowserSession session,
        BrowserPlace place
    )
    {
        await transaction.EndSignInsAsync(session.Actor.Account);
        return await BeginAsync(
            transaction,
            session.Actor with
            {
                CredentialVersion = session.Actor.CredentialVersion + 1,
            },
            session.Way,
            session.Proved,
            place
        );
    }

    /// <summary>Refuses what cannot be undone, or what changes how somebody signs in, to a session whose person has not just given what only they know or have.</summary>
    public Refusal? RefusesStale(BrowserSession session) =>
        session.Proved is { } proved && time.GetUtcNow() - proved < limits.Fresh
            ? null
            : new Refusal(RefusalRule.FreshSignInRequired);

    /// <summary>Notes that the person of a session has given their password again, and the account takes nothing besides.</summary>
    public ValueTask<VaultResult<bool>> ProveAsync(
        BrowserSession session,
        CancellationToken cancellationToken
    ) =>
        customers.WriteAsync<bool>(
            session.Actor,
            async (transaction, state) =>
            {
                if (
                    await transaction.FindAccountAsync(session.Actor.Account) is
                    { HasSecondFactor: true }
                )
                    return new Refusal(RefusalRule.SecondFactorRequired);
                await transaction.ProveSessionAsync(session.Id, state.Decision.Now);
                return true;
            },
            cancellationToken
        );

    /// <summary>Where the person is signed in, newest first.</summary>
    public ValueTask<VaultResult<BrowserSession[]>> ListAsync(
        Actor actor,
        CancellationToken cancellationToken
    ) =>
        customers.ReadAsync<BrowserSession[]>(
            actor,
            async (snapshot, state) =>
                (BrowserSession[])
                    [
                        .. await snapshot.ListSessionsAsync(
                            actor.Account,
                            state.Decision.Now,
                            limits.Idle
                        ),
                    ],
            cancellationToken
        );

    /// <summary>Signs the person out of a browser of theirs, or of all but the one they are in.</summary>
    /// <param name="session">The one they are in.</param>
    /// <param name="ended">The one that ends; null for all others.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    /// <returns>How many have ended: none when there is none such any more.</returns>
    public ValueTask<VaultResult<int>> EndAsync(
        BrowserSession session,
        SessionId? ended,
        CancellationToken cancellationToken
    ) =>
        customers.WriteAsync<int>(
            session.Actor,
            async (transaction, state) =>
            {
                var account = session.Actor.Account;
                var count =
                    ended is not { } one
                        ? await transaction.RemoveOtherSessionsAsync(account, session.Id)
                    : await transaction.RemoveSessionAsync(account, one) ? 1
                    : 0;
                if (count > 0)
                    await transaction.RecordAsync(
                        new AuditEntry
                        {
                            Chain = AuditChainId.Of(account),
                            At = state.Decision.Now,
                            Actor = AuditActors.Of(session.Actor),
                            Act = AuditActs.SessionsEnded,
                            Body = System.Text.Json.JsonSerializer.Serialize(
                                new { sessions = count }
                            ),
                        }
                    );
                return count;
            },
            cancellationToken
        );

    /// <summary>Gives the account another own password, and ends every session but the browser's. It takes who has just proved who they are, and a password that is there.</summary>
    /// <param name="session">The session.</param>
    /// <param name="passwordHash">The new one's hash.</param>
    /// <param name="place">The browser.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    /// <returns>The browser's new session.</returns>
    public async ValueTask<VaultResult<SecretToken>> ChangePasswordAsync(
        BrowserSession session,
        string passwordHash,
        BrowserPlace place,
        CancellationToken cancellationToken
    )
    {
        if (RefusesStale(session) is { } stale)
            return stale;
        var actor = session.Actor;
        return await customers.WriteAsync<SecretToken>(
            actor,
            async (transaction, state) =>
            {
                if ((await transaction.FindAccountAsync(actor.Account))!.PasswordHash is null)
                    return new Refusal(RefusalRule.InvalidInput) { Field = "password" };
                // It moves the credential version on itself.
                await transaction.SetPasswordAsync(actor.Account, passwordHash);
                await transaction.RecordAsync(
                    new AuditEntry
                    {
                        Chain = AuditChainId.Of(actor.Account),
                        At = state.Decision.Now,
                        Actor = AuditActors.Of(actor),
                        Act = AuditActs.PasswordSet,
                    }
                );
                return await BeginAsync(
                    transaction,
                    actor with
                    {
                        CredentialVersion = actor.CredentialVersion + 1,
                    },
                    session.Way,
                    session.Proved,
                    place
                );
            },
            cancellationToken
        );
    }

    /// <summary>Who is signed in with a cookie's token; null when nobody is, or not any more.</summary>
    public async ValueTask<BrowserSession?> FindAsync(
        string token,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var found = await contracts.ReadAsync(
            snapshot => snapshot.FindSessionAsync(SecretToken.HashOf(token), now, limits.Idle),
            cancellationToken
        );
        if (found is not null && now - found.LastUsed >= limits.TouchEvery)
            await TouchAsync(found.Id, now);
        return found;
    }

    /// <summary>Ends a session. One that has ended, or never was, stays so.</summary>
    public async ValueTask EndAsync(string token, CancellationToken cancellationToken) =>
        _ = await contracts.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.RemoveSessionAsync(SecretToken.HashOf(token));
                return true;
            },
            cancellationToken
        );

    private async ValueTask TouchAsync(SessionId session, DateTimeOffset now)
    {
        try
        {
            _ = await contracts.WriteAsync<bool>(
                async transaction =>
                {
                    await transaction.TouchSessionAsync(session, now);
                    return true;
                },
                CancellationToken.None
            );
        }
        catch (Exception)
        {
            // With a full disk people must still find what they can delete.
        }
    }
}

/// <summary>How long people stay signed in on the pages.</summary>
public sealed record SessionLimits
{
    /// <summary>A session that is not used for so long has ended.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(12);

    /// <summary>The longest a session lasts, however much it is used.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How many sessions an account may have; one more ends the oldest.</summary>
    public int PerAccount { get; init; } = 100;

    /// <summary>For how long somebody who has given what only they know or have may do what cannot be undone.</summary>
    public TimeSpan Fresh { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How exactly it is known when a session was last used: often enough that one in use never seems idle.</summary>
    public TimeSpan TouchEvery =>
        Idle / 8 < TimeSpan.FromMinutes(5) ? Idle / 8 : TimeSpan.FromMinutes(5);
}
