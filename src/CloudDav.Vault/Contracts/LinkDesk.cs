namespace CloudDav.Vault;

/// <summary>A one-time link that is on its way to a person.</summary>
/// <param name="Account">Whose it is.</param>
/// <param name="Expires">Until when it works.</param>
public sealed record SentLink(AccountId Account, DateTimeOffset Expires);

/// <summary>
/// Sends one-time links (<see cref="TakeBackCredential"/>) at the operator's command: to somebody who has lost every other way in, as after a report of
/// unauthorised use. The token goes to the operator's systems as the secret of an event, and nobody who commands it sees it.
/// </summary>
/// <param name="commands">Carries commands out.</param>
/// <param name="seal">Encrypts a secret to the operator's systems; null when none is shared with them.</param>
public sealed class LinkDesk(CommandDesk commands, Func<string, string?> seal)
{
    /// <summary>Sends a link in place of any the account has.</summary>
    public ValueTask<VaultResult<SentLink>> SendAsync(
        Instruction instruction,
        AccountId account,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<SentLink>(
            instruction,
            async run =>
            {
                if (await run.Facts.FindAccountAsync(account) is null)
                    return new Refusal(RefusalRule.NotFound);
                if ((await run.DecideAsync(account)).RefusesOwnAffairs() is { } refusal)
                    return refusal;
                var credential = await TakeBackCredential.IssueAsync(
                    run.Facts,
                    account,
                    run.Actor,
                    instruction.Id,
                    run.Now
                );
                if (seal(credential.Reveal()) is not { } secret)
                    return new Refusal(RefusalRule.NoSharedSecret);
                await run.Facts.EmitAsync(
                    new ServiceEvent
                    {
                        Account = account,
                        Type = EventTypes.TakeBackCredential,
                        OccurredAt = run.Now,
                        SealedSecret = secret,
                    }
                );
                await run.Facts.RecordAsync(
                    new AuditEntry
                    {
                        Chain = AuditChainId.Operator,
                        At = run.Now,
                        Actor = run.Actor,
                        Act = AuditActs.OneTimeLinkMade,
                        Subject = AuditSubjects.Of(account),
                        Instruction = instruction.Id,
                    }
                );
                return new SentLink(account, run.Now + TakeBackCredential.Life);
            },
            cancellationToken
        );
}
