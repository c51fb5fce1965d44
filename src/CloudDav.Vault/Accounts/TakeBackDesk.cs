namespace CloudDav.Vault;

/// <summary>
/// Takes one-time links (<see cref="TakeBackCredential"/>) in exchange for a new password. Nobody has signed in here, so tries are counted and slowed as wrong
/// passwords are, and a link that is wrong, used or over costs the same slow hash and gets the same answer.
/// </summary>
/// <param name="contracts">Where links are.</param>
/// <param name="accounts">Counts tries.</param>
/// <param name="signIn">Hashes passwords, one queue for all.</param>
/// <param name="policy">Decides what accounts may do.</param>
/// <param name="limits">How wrong tries are treated.</param>
/// <param name="time">The clock.</param>
public sealed class TakeBackDesk(
    IContractStore contracts,
    IAccountStore accounts,
    SignInDesk signIn,
    AccountPolicy policy,
    SignInLimits limits,
    TimeProvider time
)
{
    /// <summary>Sets the password of the account that a link is for, and uses the link up.</summary>
    /// <param name="token">The link's token as it came.</param>
    /// <param name="newPassword">The password.</param>
    /// <param name="address">Where the request came from; wrong links are counted per address.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>Whose account it is: who had the link may sign in as them.</returns>
    public async ValueTask<VaultResult<Actor>> SetPasswordAsync(
        string token,
        string? newPassword,
        string address,
        CancellationToken cancellationToken
    )
    {
        if (!OwnPassword.IsAllowed(newPassword))
            return new Refusal(RefusalRule.InvalidInput) { Field = "newPassword" };
        var begun = await CountedTry.BeginAsync(
            accounts,
            [new(CountedTry.KeyOf("one-time link", address), limits.FailuresPerWindow)],
            limits.Window,
            time.GetUtcNow(),
            cancellationToken
        );
        if (begun.Refusal is { } tooMany)
            return tooMany;
        var counted = begun.Value;

        // Before the link is looked at: a wrong one takes as long.
        if (await signIn.HashAsync(newPassword!, cancellationToken) is not { } hash)
        {
            await counted.TakeBackAsync();
            return new Refusal(RefusalRule.SignInBusy);
        }
        var now = time.GetUtcNow();
        var set = await contracts.WriteAsync(
            transaction => SetAsync(transaction, TakeBackCredential.HashOf(token), hash, now),
            cancellationToken
        );
        if (set.Refusal?.Rule == RefusalRule.LinkNotValid)
            await Task.Delay(limits.DelayAfter(counted.Failures), cancellationToken);
        else
            await counted.TakeBackAsync();
        return set;
    }

    private async ValueTask<VaultResult<Actor>> SetAsync(
        IContractTransaction transaction,
        byte[] tokenHash,
        string passwordHash,
        DateTimeOffset now
    )
    {
        if (
            await transaction.FindTakeBackCredentialAsync(tokenHash, now) is not { } account
            || await transaction.MeasureVaultAsync(account, now) is not { } usage
        )
            return new Refusal(RefusalRule.LinkNotValid);
        var decision = policy.Decide(
            await transaction.LoadPlatformAsync(),
            await transaction.LoadFactsAsync(account),
            usage.UsedBytes,
            usage.CapacityBytes,
            Door.Browser,
            now
        );
        if (decision.RefusesOwnAffairs() is { } refusal)
            return refusal;
        await transaction.SetPasswordAsync(account, passwordHash);
        await transaction.DropTakeBackCredentialsAsync(account);
        await transaction.RecordAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(account),
                At = now,
                Actor = AuditActors.OneTimeLink,
                Act = AuditActs.PasswordSet,
            }
        );
        var person = (await transaction.FindAccountAsync(account))!;
        return new Actor(account, person.Name, person.Vault, null, person.CredentialVersion);
    }
}
