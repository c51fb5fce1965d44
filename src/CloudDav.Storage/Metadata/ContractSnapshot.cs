using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>Reads the facts of contracts within one transaction of either engine.</summary>
internal class ContractSnapshot(IFactsSession session) : IContractSnapshot
{
    protected IFactsSession Session => session;

    public async ValueTask<Customer?> FindCustomerAsync(string reference) =>
        (
            await session.FirstAsync<CustomerRow>(
                ContractStatements.FindCustomerByReference,
                reference
            )
        )?.ToCustomer();

    public async ValueTask<Customer?> FindCustomerAsync(AccountId account) =>
        (
            await session.FirstAsync<CustomerRow>(ContractStatements.FindCustomer, account.Value)
        )?.ToCustomer();

    public ValueTask<IReadOnlyList<Customer>> ListCustomersAsync(AccountId after, int limit) =>
        ListAsync<CustomerRow, Customer>(
            row => row.ToCustomer(),
            ContractStatements.ListCustomers,
            after.Value,
            limit
        );

    public async ValueTask<Member?> FindMemberAsync(AccountId account) =>
        (
            await session.FirstAsync<MemberRow>(ContractStatements.FindMember, account.Value)
        )?.ToMember();

    public ValueTask<IReadOnlyList<Member>> ListMembersAsync(AccountId owner) =>
        ListAsync<MemberRow, Member>(
            row => row.ToMember(),
            ContractStatements.ListMembers,
            owner.Value
        );

    public async ValueTask<Account?> FindAccountAsync(AccountId account) =>
        (
            await session.FirstAsync<AccountRow>(ContractStatements.FindAccount, account.Value)
        )?.ToAccount();

    public async ValueTask<ServiceOption?> FindOptionAsync(string code, int? version = null) =>
        (
            version is { } given
                ? await session.FirstAsync<OptionRow>(
                    ContractStatements.FindOptionVersion,
                    code,
                    given
                )
                : await session.FirstAsync<OptionRow>(ContractStatements.FindOption, code, 1)
        )?.ToOption();

    public ValueTask<IReadOnlyList<ServiceOption>> ListOptionsAsync() =>
        ListAsync<OptionRow, ServiceOption>(row => row.ToOption(), ContractStatements.ListOptions);

    public ValueTask<ContractFacts> LoadFactsAsync(AccountId account) =>
        session.LoadFactsAsync(account);

    public ValueTask<PlatformFacts> LoadPlatformAsync() => session.LoadPlatformAsync();

    public async ValueTask<(VaultId Vault, long UsedBytes, long? CapacityBytes)?> FindUsageAsync(
        AccountId account
    ) =>
        await session.FirstAsync<UsageRow>(ContractStatements.FindUsage, account.Value) is { } row
            ? (new VaultId(row.VaultId), row.UsedBytes, row.CapacityBytes)
            : null;

    public async ValueTask<(Measure Measure, DateTimeOffset? Lifted)?> FindMeasureAsync(long id) =>
        await session.FirstAsync<MeasureRow>(ContractStatements.FindMeasure, id) is { } row
            ? row.ToMeasure()
            : null;

    public ValueTask<IReadOnlyList<(Measure Measure, DateTimeOffset? Lifted)>> ListMeasuresAsync(
        AccountId? account,
        bool withLifted
    ) =>
        account is { } owner
            ? ListAsync<MeasureRow, (Measure, DateTimeOffset?)>(
                row => row.ToMeasure(),
                ContractStatements.ListAccountMeasures,
                owner.Value,
                withLifted
            )
            : ListAsync<MeasureRow, (Measure, DateTimeOffset?)>(
                row => row.ToMeasure(),
                ContractStatements.ListCommonMeasures,
                withLifted
            );

    public async ValueTask<DoneCommand?> FindCommandAsync(string id) =>
        await session.FirstAsync<CommandRow>(ContractStatements.FindCommand, id) is { } row
            ? new DoneCommand(id, row.RequestHash, row.Answer, Milliseconds.Time(row.Done))
            : null;

    public async ValueTask<RegisterEntry?> FindEntryAsync(string registerName, long id) =>
        (
            await session.FirstAsync<EntryRow>(ContractStatements.FindEntry, registerName, id)
        )?.ToEntry();

    public ValueTask<IReadOnlyList<RegisterEntry>> ListEntriesAsync(
        string registerName,
        AccountId? account,
        long after,
        int limit
    ) =>
        account is { } owner
            ? ListEntriesAsync(
                ContractStatements.ListAccountEntries,
                owner.Value,
                registerName,
                after,
                limit
            )
            : ListEntriesAsync(ContractStatements.ListEntries, registerName, after, limit);

    public ValueTask<IReadOnlyList<RegisterEntry>> ListCommonEntriesAsync(string registerName) =>
        ListEntriesAsync(ContractStatements.ListCommonEntries, registerName);

    public ValueTask<IReadOnlyList<RegisterEntry>> ListEntriesAsync(
        string registerName,
        string key
    ) => ListEntriesAsync(ContractStatements.ListKeyedEntries, registerName, key);

    public async ValueTask<NodeId?> FindNodeAsync(VaultId vault, IReadOnlyList<string> path)
    {
        if (
            await session.FirstAsync<RootRow>(ContractStatements.FindRoot, vault.Value)
            is not { } root
        )
            return null;
        long? node = root.RootId;
        for (var i = 0; i < path.Count && node is not null; i++)
            node = await session.ScalarAsync<long?>(
                ContractStatements.FindMemberByName,
                vault.Value,
                node,
                root.FoldsKeys ? NodeName.Fold(path[i]) : path[i]
            );
        return node is { } found ? new NodeId(found) : null;
    }

    public async ValueTask<bool> HasNodeAsync(VaultId vault, NodeId node) =>
        await session.ScalarAsync<int>(ContractStatements.HasNode, vault.Value, node.Value) > 0;

    public async ValueTask<(ShareId Share, AccountId Owner)?> FindShareAsync(
        ReadOnlyMemory<byte> tokenHash
    ) =>
        await session.FirstAsync<OwnedShareRow>(ContractStatements.FindShare, tokenHash.ToArray())
            is { } row
            ? (new(row.ShareId), new(row.OwnerId))
            : null;

    public async ValueTask<bool> HasShareAsync(VaultId vault, ShareId share) =>
        await session.ScalarAsync<int>(ContractStatements.HasShare, vault.Value, share.Value) > 0;

    public ValueTask<IReadOnlyList<long>> ListSealedAsync(AccountId account, string instruction) =>
        session.ListAsync<long>(ContractStatements.ListSealed, account.Value, instruction);

    public ValueTask<IReadOnlyList<TermsVersion>> ListTermsAsync() =>
        ListAsync<TermsRow, TermsVersion>(row => row.ToTerms(), ContractStatements.ListTerms);

    public ValueTask<IReadOnlyList<TermsAcceptance>> ListAcceptancesAsync(AccountId account) =>
        ListAsync<AcceptanceRow, TermsAcceptance>(
            row => new TermsAcceptance(
                account,
                row.Version,
                (Language)row.Language,
                (Door)row.Door,
                Milliseconds.Time(row.Accepted)
            ),
            ContractStatements.ListAcceptances,
            account.Value
        );

    public ValueTask<bool> IsSignedInAsync(Actor actor) =>
        session.ScalarAsync<bool>(
            AccountStatements.IsSignedIn,
            actor.Account.Value,
            actor.CredentialVersion,
            actor.Device?.Value
        );

    public ValueTask<VaultUsage?> MeasureVaultAsync(AccountId account, DateTimeOffset now) =>
        session.FirstAsync<VaultUsage>(
            AccountStatements.MeasureVault,
            account.Value,
            Milliseconds.Of(now)
        );

    public ValueTask<IReadOnlyList<Device>> ListDevicesAsync(AccountId account) =>
        AccountStore.ListDevicesAsync(session, account);

    public async ValueTask<Device?> FindDeviceAsync(AccountId account, DeviceId device) =>
        (
            await session.FirstAsync<DeviceRow>(
                AccountStatements.FindDevice,
                account.Value,
                device.Value
            )
        )?.ToDevice();

    public ValueTask<int> CountDevicesAsync(AccountId account) =>
        session.ScalarAsync<int>(AccountStatements.CountDevices, account.Value);

    public async ValueTask<BrowserSession?> FindSessionAsync(
        ReadOnlyMemory<byte> tokenHash,
        DateTimeOffset now,
        TimeSpan idle
    ) =>
        (
            await session.FirstAsync<SessionRow>(
                SessionStatements.Find,
                tokenHash.ToArray(),
                Milliseconds.Of(now),
                Milliseconds.Of(now - idle)
            )
        )?.ToSession();

    public ValueTask<IReadOnlyList<BrowserSession>> ListSessionsAsync(
        AccountId account,
        DateTimeOffset now,
        TimeSpan idle
    ) =>
        ListAsync<SessionRow, BrowserSession>(
            row => row.ToSession(),
            SessionStatements.List,
            account.Value,
            Milliseconds.Of(now),
            Milliseconds.Of(now - idle)
        );

    public async ValueTask<SecondFactor?> FindSecondFactorAsync(AccountId account) =>
        (
            await session.FirstAsync<SecondFactorRow>(SessionStatements.FindFactor, account.Value)
        )?.ToFactor();

    public ValueTask<LoginFlow?> FindLoginFlowOfPageAsync(
        ReadOnlyMemory<byte> loginHash,
        DateTimeOffset now
    ) => FindFlowAsync(SessionStatements.FindFlowOfPage, loginHash, now);

    public ValueTask<LoginFlow?> FindLoginFlowOfProgramAsync(
        ReadOnlyMemory<byte> pollHash,
        DateTimeOffset now
    ) => FindFlowAsync(SessionStatements.FindFlowOfProgram, pollHash, now);

    public ValueTask<TvPairing?> FindPairingOfPageAsync(
        ReadOnlyMemory<byte> userHash,
        DateTimeOffset now
    ) =>
        FindPairingAsync(TelevisionStatements.FindOfPage, userHash.ToArray(), Milliseconds.Of(now));

    public ValueTask<TvPairing?> FindPairingOfSetAsync(ReadOnlyMemory<byte> deviceHash) =>
        FindPairingAsync(TelevisionStatements.FindOfSet, deviceHash.ToArray());

    public async ValueTask<MediaAddress?> FindMediaAddressAsync(long address, DateTimeOffset now) =>
        (
            await session.FirstAsync<MediaAddressRow>(
                TelevisionStatements.FindAddress,
                address,
                Milliseconds.Of(now)
            )
        )?.ToAddress();

    public ValueTask<string?> FindRightsStatementAsync(AccountId account) =>
        session.ScalarAsync<string>(SessionStatements.FindRightsStatement, account.Value);

    public async ValueTask<DeviceWipe?> FindWipeAsync(AppPassword password) =>
        await session.FirstAsync<WipeRow>(
            SessionStatements.FindWipe,
            password.SecretHash,
            password.Selector
        )
            is { } row
            ? new DeviceWipe(new(row.AccountId), new(row.DeviceId), row.Name)
            : null;

    public async ValueTask<AccountId?> FindTakeBackCredentialAsync(
        ReadOnlyMemory<byte> tokenHash,
        DateTimeOffset now
    ) =>
        await session.ScalarAsync<long?>(
            AccountStatements.FindCredentialOwner,
            tokenHash.ToArray(),
            Milliseconds.Of(now)
        )
            is { } account
            ? new AccountId(account)
            : null;

    public async ValueTask<AccountLifecycle?> FindLifecycleAsync(AccountId account) =>
        await session.FirstAsync<LifecycleRow>(LifecycleStatements.Find, account.Value) is { } row
            ? row.ToLifecycle(account)
            : null;

    public ValueTask<IReadOnlyList<AccountId>> ListDueAsync(DateTimeOffset now, int limit) =>
        ListAsync<long, AccountId>(
            account => new(account),
            LifecycleStatements.ListDue,
            Milliseconds.Of(now),
            limit
        );

    public ValueTask<IReadOnlyList<Measure>> ListEndedMeasuresAsync(
        DateTimeOffset now,
        int limit
    ) =>
        ListAsync<MeasureRow, Measure>(
            row => row.ToMeasure().Measure,
            ContractStatements.ListEndedMeasures,
            Milliseconds.Of(now),
            limit
        );

    public async ValueTask<bool> WasTriedAsync(EventKey key) =>
        await session.ScalarAsync<int>(
            LifecycleStatements.CountUntried,
            key.Account.Value,
            key.Number
        ) == 0;

    public ValueTask<string?> FindSweptAsync() =>
        session.ScalarAsync<string>(LifecycleStatements.FindSwept);

    public ValueTask<IReadOnlyList<DestructionRecord>> ListDestructionsAsync(
        AccountId after,
        int limit
    ) =>
        session.ListAsync(
            LifecycleStatements.ListDestructions,
            DestructionRows.Read,
            after.Value,
            limit
        );

    public ValueTask<IReadOnlyList<RetainedContract>> ListRetainedAsync(
        AccountId after,
        int limit
    ) =>
        session.ListAsync(
            LifecycleStatements.ListRetained,
            DestructionRows.ReadRetained,
            after.Value,
            limit
        );

    private async ValueTask<TvPairing?> FindPairingAsync(
        SharedStatement statement,
        params object?[] values
    ) => (await session.FirstAsync<PairingRow>(statement, values))?.ToPairing();

    private async ValueTask<LoginFlow?> FindFlowAsync(
        SharedStatement statement,
        ReadOnlyMemory<byte> hash,
        DateTimeOffset now
    ) =>
        (
            await session.FirstAsync<LoginFlowRow>(statement, hash.ToArray(), Milliseconds.Of(now))
        )?.ToFlow();

    private ValueTask<IReadOnlyList<RegisterEntry>> ListEntriesAsync(
        SharedStatement statement,
        params object?[] values
    ) => ListAsync<EntryRow, RegisterEntry>(row => row.ToEntry(), statement, values);

    private async ValueTask<IReadOnlyList<T>> ListAsync<TRow, T>(
        Func<TRow, T> read,
        SharedStatement statement,
        params object?[] values
    ) => [.. (await session.ListAsync<TRow>(statement, values)).Select(read)];

    private sealed class EntryRow
    {
        public string Register { get; init; } = "";
        public long EntryId { get; init; }
        public long? AccountId { get; init; }
        public string? EntryKey { get; init; }
        public long Since { get; init; }
        public long? Until { get; init; }
        public long? Closed { get; init; }
        public string Body { get; init; } = "";
        public long RowVersion { get; init; }

        public RegisterEntry ToEntry() =>
            new()
            {
                Register = Register,
                Id = EntryId,
                Account = AccountId is { } account ? new(account) : null,
                Key = EntryKey,
                Since = Milliseconds.Time(Since),
                Until = Milliseconds.Time(Until),
                Closed = Milliseconds.Time(Closed),
                Body = Body,
                Version = RowVersion,
            };
    }

    private sealed class UsageRow
    {
        public long VaultId { get; init; }
        public long UsedBytes { get; init; }
        public long? CapacityBytes { get; init; }
    }

    private sealed class RootRow
    {
        public long RootId { get; init; }
        public bool FoldsKeys { get; init; }
    }

    private sealed class CommandRow
    {
        public byte[] RequestHash { get; init; } = [];
        public string Answer { get; init; } = "";
        public long Done { get; init; }
    }

    private sealed class AcceptanceRow
    {
        public string Version { get; init; } = "";
        public long Language { get; init; }
        public long Door { get; init; }
        public long Accepted { get; init; }
    }

    private sealed class LifecycleRow
    {
        public long? Standing { get; init; }
        public long? Due { get; init; }
        public long? Opened { get; init; }
        public long Reminders { get; init; }
        public long? FirstReminder { get; init; }
        public long? Reminded { get; init; }
        public long? Closed { get; init; }

        public AccountLifecycle ToLifecycle(AccountId account) =>
            new()
            {
                Account = account,
                Announced = (Standing?)Standing,
                Due = Milliseconds.Time(Due),
                Opened = Milliseconds.Time(Opened),
                Reminders = (Reminders)Reminders,
                FirstReminder = FirstReminder,
                Reminded = Milliseconds.Time(Reminded),
                Closed = Milliseconds.Time(Closed),
            };
    }
}
