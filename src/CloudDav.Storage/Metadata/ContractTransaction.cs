using System.Text.Json;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Changes the facts of contracts within one transaction of either engine.</summary>
internal sealed class ContractTransaction(IFactsSession session)
    : ContractSnapshot(session),
        IContractTransaction
{
    public ValueTask<Account?> AddAccountAsync(NewAccount account, DateTimeOffset now) =>
        AccountStore.AddAccountAsync(Session, account, now);

    public async ValueTask<Customer> SaveCustomerAsync(Customer customer)
    {
        var saved = customer with { Version = customer.Version + 1 };
        await Session.ExecuteAsync(
            ContractStatements.SaveCustomer,
            saved.Account.Value,
            saved.Reference,
            saved.Main.Reference,
            (byte)saved.Main.Status,
            Milliseconds.Of(saved.Main.End?.At),
            Milliseconds.Of(saved.Main.End?.Recorded),
            Milliseconds.Of(saved.Main.KnownAt),
            saved.HasTvContract,
            saved.Option,
            saved.OptionVersion,
            Milliseconds.Of(saved.Started),
            Milliseconds.Of(saved.End?.At),
            Milliseconds.Of(saved.End?.Recorded),
            Milliseconds.Of(saved.DestructionStarted),
            Milliseconds.Of(saved.Destroyed),
            saved.Version
        );
        await MoveFactsAsync(saved.Account);
        return saved;
    }

    public async ValueTask SaveMemberAsync(Member member)
    {
        await Session.ExecuteAsync(
            ContractStatements.SaveMember,
            member.Account.Value,
            member.Owner.Value,
            Milliseconds.Of(member.Added),
            Milliseconds.Of(member.Confirmed),
            Milliseconds.Of(member.Left?.At),
            Milliseconds.Of(member.Left?.Recorded),
            Milliseconds.Of(member.DestructionStarted),
            Milliseconds.Of(member.Destroyed)
        );
        await MoveFactsAsync(member.Account);
    }

    public async ValueTask SetCapacityAsync(AccountId account, long capacityBytes) =>
        await Session.ExecuteAsync(ContractStatements.SetCapacity, account.Value, capacityBytes);

    public async ValueTask SetLanguageAsync(AccountId account, Language? language) =>
        await Session.ExecuteAsync(ContractStatements.SetLanguage, account.Value, (byte?)language);

    public async ValueTask AddOptionAsync(ServiceOption added, DateTimeOffset now)
    {
        await Session.ExecuteAsync(
            ContractStatements.AddOption,
            added.Code,
            added.Version,
            added.Offer,
            added.CapacityBytes,
            added.MemberCapacityBytes,
            string.Join(' ', added.Entitlements),
            ContractTexts.JsonOf(added.Texts),
            added.IsWithdrawn,
            Milliseconds.Of(now)
        );
        await Session.ExecuteAsync(ContractStatements.MovePlatform);
    }

    public async ValueTask<Measure> AddMeasureAsync(Measure measure)
    {
        var id = await Session.ScalarAsync<long>(
            ContractStatements.AddMeasure,
            (byte)measure.Kind,
            (int)measure.Switches,
            measure.Account?.Value,
            measure.Option,
            measure.Node?.Value,
            measure.IsLegalOrder,
            measure.ReasonCode,
            ContractTexts.JsonOf(measure.Words),
            measure.SetBy,
            Milliseconds.Of(measure.Since),
            Milliseconds.Of(measure.Until),
            measure.Share?.Value,
            measure.Reference
        );
        if (measure is { Kind: MeasureKind.Protection, Account: { } owner, Node: { } node })
            await Session.ExecuteAsync(ContractStatements.MarkNode, id, owner.Value, node.Value);
        await MoveFactsOfAsync(measure);
        return measure with { Id = id };
    }

    public async ValueTask<bool> LiftMeasureAsync(long id, string by, DateTimeOffset now)
    {
        await Session.ExecuteAsync(ContractStatements.UnmarkNodes, id);
        if (
            await Session.CountAsync(ContractStatements.LiftMeasure, id, by, Milliseconds.Of(now))
            == 0
        )
            return false;
        await MoveFactsOfAsync((await FindMeasureAsync(id))!.Value.Measure);
        return true;
    }

    public async ValueTask SavePlatformAsync(PlatformFacts platform) =>
        await Session.ExecuteAsync(
            ContractStatements.SavePlatform,
            (byte)platform.Mode,
            Milliseconds.Of(platform.ModeEnds),
            ContractTexts.JsonOf(platform.Words),
            Milliseconds.Of(platform.ServiceEnd?.At),
            Milliseconds.Of(platform.ServiceEnd?.Recorded),
            Milliseconds.Of(platform.ServiceEnd?.ClosesNotBefore),
            JsonSerializer.Serialize(platform.Doors)
        );

    public async ValueTask AddCommandAsync(DoneCommand command) =>
        await Session.ExecuteAsync(
            ContractStatements.AddCommand,
            command.Id,
            command.RequestHash.ToArray(),
            command.Answer,
            Milliseconds.Of(command.Done)
        );

    public ValueTask<int> ForgetCommandsAsync(DateTimeOffset before, int limit) =>
        Session.CountAsync(ContractStatements.ForgetCommands, Milliseconds.Of(before), limit);

    public async ValueTask<RegisterEntry> SaveEntryAsync(RegisterEntry entry)
    {
        object?[] facts =
        [
            entry.Account?.Value,
            entry.Key,
            Milliseconds.Of(entry.Since),
            Milliseconds.Of(entry.Until),
            Milliseconds.Of(entry.Closed),
            entry.Body,
        ];
        return entry.Id == 0
            ? entry with
            {
                Id = await Session.ScalarAsync<long>(
                    ContractStatements.AddEntry,
                    [entry.Register, .. facts]
                ),
                Version = 1,
            }
            : entry with
            {
                Version = await Session.ScalarAsync<long>(
                    ContractStatements.SaveEntry,
                    [entry.Register, entry.Id, .. facts]
                ),
            };
    }

    public async ValueTask SaveTermsAsync(TermsVersion terms) =>
        await Session.ExecuteAsync(
            ContractStatements.SaveTerms,
            terms.Version,
            Milliseconds.Of(terms.Published),
            Milliseconds.Of(terms.RequiredFrom),
            ContractTexts.JsonOf(terms.Texts)
        );

    public async ValueTask AddAcceptanceAsync(TermsAcceptance acceptance)
    {
        await Session.ExecuteAsync(
            ContractStatements.AddAcceptance,
            acceptance.Account.Value,
            acceptance.Version,
            (byte)acceptance.Language,
            (byte)acceptance.Door,
            Milliseconds.Of(acceptance.Accepted)
        );
        await MoveFactsAsync(acceptance.Account);
    }

    public ValueTask RecordAsync(AuditEntry entry) => Session.RecordAsync(entry);

    public async ValueTask<EventKey> EmitAsync(ServiceEvent occurred) =>
        new(occurred.Account, await Session.EmitAsync(occurred));

    public async ValueTask ReopenWindowAsync(AccountId account, DateTimeOffset now) =>
        await Session.ExecuteAsync(
            LifecycleStatements.ReopenWindow,
            account.Value,
            Milliseconds.Of(now)
        );

    public async ValueTask SaveLifecycleAsync(AccountLifecycle lifecycle) =>
        await Session.ExecuteAsync(
            LifecycleStatements.Save,
            lifecycle.Account.Value,
            (byte?)lifecycle.Announced,
            Milliseconds.Of(lifecycle.Due),
            Milliseconds.Of(lifecycle.Opened),
            (byte)lifecycle.Reminders,
            lifecycle.FirstReminder,
            Milliseconds.Of(lifecycle.Reminded),
            Milliseconds.Of(lifecycle.Closed)
        );

    public async ValueTask<AccountId?> MarkDueAsync(AccountId after, int limit)
    {
        var page = await Session.ListAsync<long>(
            LifecycleStatements.ListAccounts,
            after.Value,
            limit
        );
        if (page.Count == 0)
            return null;
        await Session.ExecuteAsync(LifecycleStatements.MarkDue, after.Value, page[^1]);
        return new AccountId(page[^1]);
    }

    public async ValueTask MarkSweptAsync(string? serviceEnd) =>
        await Session.ExecuteAsync(LifecycleStatements.MarkSwept, serviceEnd);

    public async ValueTask BeginDestructionAsync(DestructionRecord record)
    {
        await Session.ExecuteAsync(
            LifecycleStatements.BeginDestruction,
            record.Account.Value,
            record.Vault.Value,
            (byte)record.Cause,
            (byte)record.Step,
            Milliseconds.Of(record.Started),
            record.ListHash.ToArray()
        );
        await MoveFactsAsync(record.Account);
    }

    public async ValueTask AllowDestructionAsync(DateTimeOffset until) =>
        await Session.ExecuteAsync(LifecycleStatements.AllowDestruction, Milliseconds.Of(until));

    public ValueTask<DeviceId?> AddDeviceAsync(
        AccountId account,
        string name,
        string selector,
        ReadOnlyMemory<byte> secretHash,
        DateTimeOffset now
    ) => AccountStore.AddDeviceAsync(Session, account, name, selector, secretHash, now);

    public async ValueTask RenameDeviceAsync(DeviceId device, string name) =>
        await Session.ExecuteAsync(AccountStatements.RenameDevice, device.Value, name);

    public async ValueTask<bool> RevokeDeviceAsync(DeviceId device, DateTimeOffset now) =>
        await AccountStore.RevokeDeviceAsync(Session, device, now) is not null;

    public async ValueTask SetPasswordAsync(AccountId account, string? passwordHash) =>
        await AccountStore.SetPasswordAsync(Session, account, passwordHash);

    public async ValueTask<int> SignOutEverywhereAsync(AccountId account, DateTimeOffset now)
    {
        var revoked = await Session.CountAsync(
            AccountStatements.RevokeAll,
            account.Value,
            Milliseconds.Of(now)
        );
        await Session.ExecuteAsync(AccountStatements.SignOut, account.Value, Milliseconds.Of(now));
        return revoked;
    }

    public async ValueTask<int> EndSharesAsync(AccountId account)
    {
        await Session.ExecuteAsync(AccountStatements.EndLinkUses, account.Value);
        return await Session.CountAsync(AccountStatements.EndLinks, account.Value);
    }

    public async ValueTask AddTakeBackCredentialAsync(
        AccountId account,
        ReadOnlyMemory<byte> tokenHash,
        DateTimeOffset now,
        DateTimeOffset expires
    ) =>
        await Session.ExecuteAsync(
            AccountStatements.AddCredential,
            account.Value,
            tokenHash.ToArray(),
            Milliseconds.Of(now),
            Milliseconds.Of(expires)
        );

    public async ValueTask DropTakeBackCredentialsAsync(AccountId account) =>
        await Session.ExecuteAsync(AccountStatements.DropCredentials, account.Value);

    public async ValueTask AddSessionAsync(NewSession added, int most, DateTimeOffset now) =>
        await Session.ExecuteAsync(
            SessionStatements.Add,
            added.Actor.Account.Value,
            added.TokenHash.ToArray(),
            added.Actor.CredentialVersion,
            added.Agent,
            added.Address,
            Milliseconds.Of(now),
            Milliseconds.Of(added.Expires),
            (long)added.Way,
            Milliseconds.Of(added.Proved),
            most
        );

    public async ValueTask TouchSessionAsync(SessionId used, DateTimeOffset now) =>
        await Session.ExecuteAsync(SessionStatements.Touch, used.Value, Milliseconds.Of(now));

    public async ValueTask RemoveSessionAsync(ReadOnlyMemory<byte> tokenHash) =>
        await Session.ExecuteAsync(SessionStatements.Remove, tokenHash.ToArray());

    public async ValueTask<bool> RemoveSessionAsync(AccountId account, SessionId removed) =>
        await Session.CountAsync(SessionStatements.RemoveOne, account.Value, removed.Value) > 0;

    public async ValueTask<int> RemoveOtherSessionsAsync(AccountId account, SessionId kept) =>
        await Session.CountAsync(SessionStatements.RemoveOthers, account.Value, kept.Value);

    public async ValueTask ProveSessionAsync(SessionId proved, DateTimeOffset now) =>
        await Session.ExecuteAsync(SessionStatements.Prove, proved.Value, Milliseconds.Of(now));

    public async ValueTask<bool> PrepareSecondFactorAsync(
        AccountId account,
        ReadOnlyMemory<byte> secret,
        DateTimeOffset now
    ) =>
        await Session.CountAsync(
            SessionStatements.PrepareFactor,
            account.Value,
            secret.ToArray(),
            Milliseconds.Of(now)
        ) > 0;

    public async ValueTask<bool> ConfirmSecondFactorAsync(
        AccountId account,
        long timeStep,
        DateTimeOffset now
    ) =>
        await Session.CountAsync(
            SessionStatements.ConfirmFactor,
            account.Value,
            timeStep,
            Milliseconds.Of(now)
        ) > 0;

    public async ValueTask EndSignInsAsync(AccountId account) =>
        await Session.ExecuteAsync(SessionStatements.MoveOn, account.Value);

    public async ValueTask<bool> TakeStepAsync(AccountId account, long timeStep) =>
        await Session.CountAsync(SessionStatements.TakeStep, account.Value, timeStep) > 0;

    public async ValueTask<bool> RemoveSecondFactorAsync(AccountId account)
    {
        await Session.ExecuteAsync(SessionStatements.DropRecoveryCodes, account.Value);
        return await Session.CountAsync(SessionStatements.RemoveFactor, account.Value) > 0;
    }

    public async ValueTask SetRecoveryCodesAsync(
        AccountId account,
        IReadOnlyCollection<ReadOnlyMemory<byte>> macs
    )
    {
        await Session.ExecuteAsync(SessionStatements.DropRecoveryCodes, account.Value);
        foreach (var mac in macs)
            await Session.ExecuteAsync(
                SessionStatements.AddRecoveryCode,
                account.Value,
                mac.ToArray()
            );
    }

    public async ValueTask<bool> TakeRecoveryCodeAsync(
        AccountId account,
        ReadOnlyMemory<byte> mac
    ) =>
        await Session.CountAsync(SessionStatements.TakeRecoveryCode, account.Value, mac.ToArray())
        > 0;

    public async ValueTask AddLoginFlowAsync(LoginFlow flow, ReadOnlyMemory<byte> loginHash) =>
        await Session.ExecuteAsync(
            SessionStatements.AddFlow,
            flow.PollHash.ToArray(),
            loginHash.ToArray(),
            flow.Agent,
            flow.Address,
            Milliseconds.Of(flow.Created),
            Milliseconds.Of(flow.Expires)
        );

    public async ValueTask<bool> GrantLoginFlowAsync(
        ReadOnlyMemory<byte> loginHash,
        Actor actor,
        DateTimeOffset now
    ) =>
        await Session.CountAsync(
            SessionStatements.GrantFlow,
            loginHash.ToArray(),
            actor.Account.Value,
            actor.CredentialVersion,
            Milliseconds.Of(now)
        ) > 0;

    public async ValueTask<bool> RemoveLoginFlowAsync(ReadOnlyMemory<byte> pollHash) =>
        await Session.CountAsync(SessionStatements.RemoveFlow, pollHash.ToArray()) > 0;

    public async ValueTask AddPairingAsync(TvPairing pairing, ReadOnlyMemory<byte> userHash) =>
        await Session.ExecuteAsync(
            TelevisionStatements.Add,
            Milliseconds.Of(pairing.Created - TvPairing.Life),
            pairing.DeviceHash.ToArray(),
            userHash.ToArray(),
            pairing.Client,
            pairing.Name,
            pairing.Address,
            Milliseconds.Of(pairing.Created),
            Milliseconds.Of(pairing.Expires),
            (long)pairing.Pause.TotalMilliseconds
        );

    public async ValueTask CountPairingLookAsync(ReadOnlyMemory<byte> userHash) =>
        await Session.ExecuteAsync(TelevisionStatements.CountLook, userHash.ToArray());

    public async ValueTask NotePairingPollAsync(
        ReadOnlyMemory<byte> deviceHash,
        TimeSpan pause,
        DateTimeOffset notBefore
    ) =>
        await Session.ExecuteAsync(
            TelevisionStatements.NotePoll,
            deviceHash.ToArray(),
            (long)pause.TotalMilliseconds,
            Milliseconds.Of(notBefore)
        );

    public async ValueTask<bool> GrantPairingAsync(
        ReadOnlyMemory<byte> userHash,
        Actor actor,
        DateTimeOffset now
    ) =>
        await Session.CountAsync(
            TelevisionStatements.Grant,
            userHash.ToArray(),
            actor.Account.Value,
            actor.CredentialVersion,
            Milliseconds.Of(now)
        ) > 0;

    public async ValueTask<bool> RefusePairingAsync(
        ReadOnlyMemory<byte> userHash,
        DateTimeOffset now
    ) =>
        await Session.CountAsync(
            TelevisionStatements.Refuse,
            userHash.ToArray(),
            Milliseconds.Of(now)
        ) > 0;

    public async ValueTask<bool> RemovePairingAsync(ReadOnlyMemory<byte> deviceHash) =>
        await Session.CountAsync(TelevisionStatements.Remove, deviceHash.ToArray()) > 0;

    public async ValueTask<DeviceId?> AddTvAsync(
        AccountId account,
        string name,
        TvToken token,
        DateTimeOffset now
    ) =>
        await Session.ScalarAsync<long?>(
            TelevisionStatements.InsertSet,
            account.Value,
            token.Selector,
            token.Hash,
            name,
            Milliseconds.Of(now)
        )
            is { } device
            ? new DeviceId(device)
            : null;

    public async ValueTask<IReadOnlyList<MediaAddress>> KeepMediaAddressesAsync(
        Actor actor,
        IReadOnlyCollection<NodeId> folders,
        int most,
        DateTimeOffset now,
        DateTimeOffset expires
    )
    {
        await Session.ExecuteAsync(TelevisionStatements.DropAddresses, Milliseconds.Of(now));
        var kept = await Session.ListAsync<KeptAddressRow>(
            TelevisionStatements.KeepAddresses,
            actor.Account.Value,
            actor.Device!.Value.Value,
            JsonSerializer.Serialize(folders.Select(folder => folder.Value).Distinct()),
            Milliseconds.Of(now),
            Milliseconds.Of(expires)
        );
        await Session.ExecuteAsync(
            TelevisionStatements.TrimAddresses,
            actor.Device!.Value.Value,
            most
        );
        return
        [
            .. kept.Select(row => new MediaAddress(
                row.AddressId,
                actor,
                new(row.NodeId),
                Milliseconds.Time(row.Created),
                expires
            )),
        ];
    }

    public async ValueTask TouchMediaAddressAsync(long address, DateTimeOffset expires) =>
        await Session.ExecuteAsync(
            TelevisionStatements.TouchAddress,
            address,
            Milliseconds.Of(expires)
        );

    public async ValueTask SetRightsStatementAsync(AccountId account, string? version) =>
        await Session.ExecuteAsync(SessionStatements.SetRightsStatement, account.Value, version);

    public async ValueTask<bool> AskWipeAsync(DeviceId device, DateTimeOffset now) =>
        await Session.CountAsync(SessionStatements.AskWipe, device.Value, Milliseconds.Of(now)) > 0;

    public async ValueTask<bool> ConfirmWipeAsync(DeviceId device, DateTimeOffset now) =>
        await Session.CountAsync(SessionStatements.ConfirmWipe, device.Value, Milliseconds.Of(now))
        > 0;

    // A measure on an account holds in its whole household; one on an option or on everyone is found by the platform's version.
    private async ValueTask MoveFactsOfAsync(Measure measure)
    {
        if (measure.Account is { } account)
            await MoveFactsAsync(account);
        else
            await Session.ExecuteAsync(ContractStatements.MovePlatform);
    }

    private async ValueTask MoveFactsAsync(AccountId account) =>
        await Session.ExecuteAsync(ContractStatements.MoveFacts, account.Value);
}
