namespace CloudDav.Vault;

/// <summary>
/// Keeps people signed in on the pages: one desk for the whole process, with all it knows in the database, so that every node knows whom every other one has let in.
/// </summary>
/// <remarks>
/// A session is good for the credential version it began with. Whatever moves that on (another own password, a report of unauthorised use) ends all sessions
/// of the account on their next request, and so does disabling the account.
/// </remarks>
/// <param name="contracts">Where sessions are.</param>
/// <param name="limits">How long they last.</param>
/// <param name="time">The clock.</param>
public sealed class SessionDesk(IContractStore contracts, SessionLimits limits, TimeProvider time)
{
    /// <summary>Begins a session of somebody who has just signed in.</summary>
    /// <param name="actor">Who it is.</param>
    /// <param name="way">With what they have signed in.</param>
    /// <param name="proved">When they last gave what only they know or have; null when that was not seen here.</param>
    /// <param name="agent">What the browser calls itself.</param>
    /// <param name="address">Where it is.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    /// <returns>The token for the browser's cookie. Refused to a device, which is no person, and to whom was signed out meanwhile.</returns>
    public async ValueTask<VaultResult<SecretToken>> BeginAsync(
        Actor actor,
        SignInWay way,
        DateTimeOffset? proved,
        string agent,
        string address,
        CancellationToken cancellationToken
    )
    {
        if (actor.CredentialVersion is null)
            return new Refusal(RefusalRule.OwnSignInRequired);
        var token = SecretToken.New();
        var now = time.GetUtcNow();
        return await contracts.WriteAsync<SecretToken>(
            async transaction =>
            {
                if (!await transaction.IsSignedInAsync(actor))
                    return new Refusal(RefusalRule.SignedOut);
                await transaction.AddSessionAsync(
                    new NewSession
                    {
                        Actor = actor,
                        TokenHash = token.Hash,
                        Agent = Devices.AgentOf(agent),
                        Address = address,
                        Expires = now + limits.Longest,
                        Way = way,
                        Proved = proved,
                    },
                    limits.PerAccount,
                    now
                );
                return token;
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

    /// <summary>How exactly it is known when a session was last used: often enough that one in use never seems idle.</summary>
    public TimeSpan TouchEvery =>
        Idle / 8 < TimeSpan.FromMinutes(5) ? Idle / 8 : TimeSpan.FromMinutes(5);
}
