namespace CloudDav.Vault;

/// <summary>Keeps the facts of contracts. It decides nothing. Whatever a transaction changes moves the versions that remembered facts are compared with.</summary>
public interface IContractStore
{
    /// <summary>Reads from one snapshot.</summary>
    ValueTask<T> ReadAsync<T>(
        Func<IContractSnapshot, ValueTask<T>> body,
        CancellationToken cancellationToken
    );

    /// <summary>Runs a command in a transaction: a refusal undoes it, success is returned once it is on stable storage. The body may be run again from the start.</summary>
    ValueTask<VaultResult<T>> WriteAsync<T>(
        Func<IContractTransaction, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    );
}

/// <summary>What can be asked within one snapshot.</summary>
public interface IContractSnapshot
{
    /// <summary>The customer with this number; null when there is none.</summary>
    ValueTask<Customer?> FindCustomerAsync(string reference);

    /// <summary>The customer with this account; null when there is none.</summary>
    ValueTask<Customer?> FindCustomerAsync(AccountId account);

    /// <summary>Customers in the order of their accounts, after one.</summary>
    ValueTask<IReadOnlyList<Customer>> ListCustomersAsync(AccountId after, int limit);

    /// <summary>The household member with this account, also one who has left; null when there is none.</summary>
    ValueTask<Member?> FindMemberAsync(AccountId account);

    /// <summary>The people of a household beside its owner, those who left included.</summary>
    ValueTask<IReadOnlyList<Member>> ListMembersAsync(AccountId owner);

    /// <summary>The account, as sign-in sees it; null when there is none.</summary>
    ValueTask<Account?> FindAccountAsync(AccountId account);

    /// <summary>The newest version of an option, or a given one; null when there is none.</summary>
    ValueTask<ServiceOption?> FindOptionAsync(string code, int? version = null);

    /// <summary>The newest version of every option.</summary>
    ValueTask<IReadOnlyList<ServiceOption>> ListOptionsAsync();

    /// <summary>What is known about an account's contract; what an account without one has when there is none.</summary>
    ValueTask<ContractFacts> LoadFactsAsync(AccountId account);

    /// <summary>What holds for everyone.</summary>
    ValueTask<PlatformFacts> LoadPlatformAsync();

    /// <summary>The account's vault, without holds and locks; null when it is gone.</summary>
    ValueTask<(VaultId Vault, long UsedBytes, long? CapacityBytes)?> FindUsageAsync(
        AccountId account
    );

    /// <summary>A measure, lifted or not; null when there is none.</summary>
    ValueTask<(Measure Measure, DateTimeOffset? Lifted)?> FindMeasureAsync(long id);

    /// <summary>The measures on an account, or on everyone and on options when null, newest first; those that were lifted only when asked for.</summary>
    ValueTask<IReadOnlyList<(Measure Measure, DateTimeOffset? Lifted)>> ListMeasuresAsync(
        AccountId? account,
        bool withLifted
    );

    /// <summary>A command that was carried out; null when it was not.</summary>
    ValueTask<DoneCommand?> FindCommandAsync(string id);

    /// <summary>An entry of a register; null when there is none.</summary>
    ValueTask<RegisterEntry?> FindEntryAsync(string registerName, long id);

    /// <summary>Entries of a register in the order of their numbers, after one; of one account only when it is given.</summary>
    ValueTask<IReadOnlyList<RegisterEntry>> ListEntriesAsync(
        string registerName,
        AccountId? account,
        long after,
        int limit
    );

    /// <summary>Entries of a register that are about no account in particular, in the order of their numbers.</summary>
    ValueTask<IReadOnlyList<RegisterEntry>> ListCommonEntriesAsync(string registerName);

    /// <summary>Entries of a register with a key, in the order of their numbers.</summary>
    ValueTask<IReadOnlyList<RegisterEntry>> ListEntriesAsync(string registerName, string key);

    /// <summary>The item at an exact path of a vault; null when nothing is there.</summary>
    ValueTask<NodeId?> FindNodeAsync(VaultId vault, IReadOnlyList<string> path);

    /// <summary>Whether a vault has this item, in its tree or in its trash.</summary>
    ValueTask<bool> HasNodeAsync(VaultId vault, NodeId node);

    /// <summary>The share that a link's token opens, and whose it is; null when there is none.</summary>
    /// <param name="tokenHash">The token's SHA-256.</param>
    ValueTask<(ShareId Share, AccountId Owner)?> FindShareAsync(ReadOnlyMemory<byte> tokenHash);

    /// <summary>Whether a vault has a share.</summary>
    ValueTask<bool> HasShareAsync(VaultId vault, ShareId share);

    /// <summary>The numbers of the sealed entries of an account's audit chain that were made under an instruction.</summary>
    ValueTask<IReadOnlyList<long>> ListSealedAsync(AccountId account, string instruction);

    /// <summary>All versions of the terms, newest first.</summary>
    ValueTask<IReadOnlyList<TermsVersion>> ListTermsAsync();

    /// <summary>What an account has accepted.</summary>
    ValueTask<IReadOnlyList<TermsAcceptance>> ListAcceptancesAsync(AccountId account);

    /// <summary>Whether an actor's credential is still good: what every vault session's first query asks too.</summary>
    ValueTask<bool> IsSignedInAsync(Actor actor);

    /// <summary>What an account's vault holds; null when it is gone.</summary>
    ValueTask<VaultUsage?> MeasureVaultAsync(AccountId account, DateTimeOffset now);

    /// <summary>The account's devices, newest first, revoked ones included.</summary>
    ValueTask<IReadOnlyList<Device>> ListDevicesAsync(AccountId account);

    /// <summary>A device of an account; null when the account has none such.</summary>
    ValueTask<Device?> FindDeviceAsync(AccountId account, DeviceId device);

    /// <summary>How many devices of an account are not revoked.</summary>
    ValueTask<int> CountDevicesAsync(AccountId account);

    /// <summary>Whose a one-time link is; null when there is none such, or it is over.</summary>
    /// <param name="tokenHash">SHA-256 of its token.</param>
    /// <param name="now">The time.</param>
    ValueTask<AccountId?> FindTakeBackCredentialAsync(
        ReadOnlyMemory<byte> tokenHash,
        DateTimeOffset now
    );

    /// <summary>Who is signed in on the pages with a token; null when nobody is, or not any more.</summary>
    /// <param name="tokenHash">SHA-256 of the token.</param>
    /// <param name="now">The time.</param>
    /// <param name="idle">For how long a session may not be used.</param>
    ValueTask<BrowserSession?> FindSessionAsync(
        ReadOnlyMemory<byte> tokenHash,
        DateTimeOffset now,
        TimeSpan idle
    );

    /// <summary>Where an account is signed in on the pages, newest first.</summary>
    ValueTask<IReadOnlyList<BrowserSession>> ListSessionsAsync(
        AccountId account,
        DateTimeOffset now,
        TimeSpan idle
    );

    /// <summary>The second factor of an account's own password, whether it counts yet or not; null when it has none.</summary>
    ValueTask<SecondFactor?> FindSecondFactorAsync(AccountId account);

    /// <summary>The login flow that a person's browser asks for; null when there is none such, or it is over.</summary>
    ValueTask<LoginFlow?> FindLoginFlowOfPageAsync(
        ReadOnlyMemory<byte> loginHash,
        DateTimeOffset now
    );

    /// <summary>The login flow that a program asks for; null when there is none such, or it is over.</summary>
    ValueTask<LoginFlow?> FindLoginFlowOfProgramAsync(
        ReadOnlyMemory<byte> pollHash,
        DateTimeOffset now
    );

    /// <summary>The pairing with a user code; null when there is none such, or it is over.</summary>
    ValueTask<TvPairing?> FindPairingOfPageAsync(ReadOnlyMemory<byte> userHash, DateTimeOffset now);

    /// <summary>The pairing that a TV set asks for; null when there is none. One that is over is found for as long again.</summary>
    ValueTask<TvPairing?> FindPairingOfSetAsync(ReadOnlyMemory<byte> deviceHash);

    /// <summary>An address at which a TV set plays; null when there is none, it is over, or the set or its account may not sign in.</summary>
    ValueTask<MediaAddress?> FindMediaAddressAsync(long address, DateTimeOffset now);

    /// <summary>The version of the statement, made once for all, that the account holds the rights to what its programs share by links; null when it was not made.</summary>
    ValueTask<string?> FindRightsStatementAsync(AccountId account);

    /// <summary>The device with this app password, if it is to forget what it holds and has not said yet that it did; else null.</summary>
    ValueTask<DeviceWipe?> FindWipeAsync(AppPassword password);

    /// <summary>What has been told about an account's standing; null when it was never looked at.</summary>
    ValueTask<AccountLifecycle?> FindLifecycleAsync(AccountId account);

    /// <summary>Accounts that are to be looked at by now, longest due first.</summary>
    ValueTask<IReadOnlyList<AccountId>> ListDueAsync(DateTimeOffset now, int limit);

    /// <summary>Measures whose time is over and that nobody has lifted, oldest first.</summary>
    ValueTask<IReadOnlyList<Measure>> ListEndedMeasuresAsync(DateTimeOffset now, int limit);

    /// <summary>Whether delivery of an event was tried, with whatever success. One that is no longer kept was.</summary>
    ValueTask<bool> WasTriedAsync(EventKey key);

    /// <summary>The end of the service for which every account has been looked at, in the words of <see cref="IContractTransaction.MarkSweptAsync"/>; null for none.</summary>
    ValueTask<string?> FindSweptAsync();

    /// <summary>Destruction records, of those under way too, in the order of accounts, after one.</summary>
    ValueTask<IReadOnlyList<DestructionRecord>> ListDestructionsAsync(AccountId after, int limit);

    /// <summary>What is kept of contracts whose accounts are gone, in the order of accounts, after one.</summary>
    ValueTask<IReadOnlyList<RetainedContract>> ListRetainedAsync(AccountId after, int limit);
}

/// <summary>What can be done within one transaction.</summary>
public interface IContractTransaction : IContractSnapshot
{
    /// <summary>Makes an account with its vault; null when the name or the subject is taken.</summary>
    ValueTask<Account?> AddAccountAsync(NewAccount account, DateTimeOffset now);

    /// <summary>Adds or changes a customer and takes the next <see cref="Customer.Version"/>. The facts of the whole household move on.</summary>
    ValueTask<Customer> SaveCustomerAsync(Customer customer);

    /// <summary>Adds or changes a household member.</summary>
    ValueTask SaveMemberAsync(Member member);

    /// <summary>Gives an account's vault another capacity.</summary>
    ValueTask SetCapacityAsync(AccountId account, long capacityBytes);

    /// <summary>Sets the language of an account's texts; null for not known.</summary>
    ValueTask SetLanguageAsync(AccountId account, Language? language);

    /// <summary>Adds a version of an option.</summary>
    ValueTask AddOptionAsync(ServiceOption added, DateTimeOffset now);

    /// <summary>Adds a measure and gives it its number; a mark is on its item from then on.</summary>
    ValueTask<Measure> AddMeasureAsync(Measure measure);

    /// <summary>Ends a measure, a mark wherever it was carried. False when there is none or it was lifted before.</summary>
    ValueTask<bool> LiftMeasureAsync(long id, string by, DateTimeOffset now);

    /// <summary>Changes what holds for everyone, restrictions aside.</summary>
    ValueTask SavePlatformAsync(PlatformFacts platform);

    /// <summary>Remembers a command that was carried out.</summary>
    ValueTask AddCommandAsync(DoneCommand command);

    /// <summary>Forgets the oldest commands of before a moment.</summary>
    /// <returns>How many, at most the limit.</returns>
    ValueTask<int> ForgetCommandsAsync(DateTimeOffset before, int limit);

    /// <summary>Adds an entry to a register, or changes one that has a number, and gives it its number and version.</summary>
    ValueTask<RegisterEntry> SaveEntryAsync(RegisterEntry entry);

    /// <summary>Adds a version of the terms, or changes the day from which it is required.</summary>
    ValueTask SaveTermsAsync(TermsVersion terms);

    /// <summary>Links an entry to the end of its audit chain.</summary>
    ValueTask RecordAsync(AuditEntry entry);

    /// <summary>Puts an event at the end of its account's queue.</summary>
    /// <returns>Its place.</returns>
    ValueTask<EventKey> EmitAsync(ServiceEvent occurred);

    /// <summary>Opens an account's take-back window anew: no end that is known opens one before.</summary>
    ValueTask ReopenWindowAsync(AccountId account, DateTimeOffset now);

    /// <summary>Remembers what was told about an account's standing.</summary>
    ValueTask SaveLifecycleAsync(AccountLifecycle lifecycle);

    /// <summary>Lets accounts be looked at, a page at a time in the order of ids.</summary>
    /// <returns>The last one of the page; null when there was none.</returns>
    ValueTask<AccountId?> MarkDueAsync(AccountId after, int limit);

    /// <summary>Every account has been looked at for an end of the service.</summary>
    ValueTask MarkSweptAsync(string? serviceEnd);

    /// <summary>Begins a destruction. Nothing brings the account back from here.</summary>
    ValueTask BeginDestructionAsync(DestructionRecord record);

    /// <summary>Lets destruction run until a moment, whatever stopped it.</summary>
    ValueTask AllowDestructionAsync(DateTimeOffset until);

    /// <summary>Records an acceptance; the first one of a version counts.</summary>
    ValueTask AddAcceptanceAsync(TermsAcceptance acceptance);

    /// <summary>Adds a device; null when the account has one with this selector.</summary>
    ValueTask<DeviceId?> AddDeviceAsync(
        AccountId account,
        string name,
        string selector,
        ReadOnlyMemory<byte> secretHash,
        DateTimeOffset now
    );

    /// <summary>Gives a device another name.</summary>
    ValueTask RenameDeviceAsync(DeviceId device, string name);

    /// <summary>Revokes a device and releases its locks. False when it was revoked before.</summary>
    ValueTask<bool> RevokeDeviceAsync(DeviceId device, DateTimeOffset now);

    /// <summary>Gives the account another own password, or none, and moves its credential version on.</summary>
    ValueTask SetPasswordAsync(AccountId account, string? passwordHash);

    /// <summary>
    /// Signs everything out of an account: revokes its devices, moves its credential version on, takes no bearer token that was issued until now, and
    /// releases the locks it has in its vault.
    /// </summary>
    /// <returns>How many devices were revoked.</returns>
    ValueTask<int> SignOutEverywhereAsync(AccountId account, DateTimeOffset now);

    /// <summary>Ends every share of the account's items.</summary>
    /// <returns>How many there were.</returns>
    ValueTask<int> EndSharesAsync(AccountId account);

    /// <summary>Adds a one-time link in place of any the account has.</summary>
    ValueTask AddTakeBackCredentialAsync(
        AccountId account,
        ReadOnlyMemory<byte> tokenHash,
        DateTimeOffset now,
        DateTimeOffset expires
    );

    /// <summary>Takes back every one-time link of an account.</summary>
    ValueTask DropTakeBackCredentialsAsync(AccountId account);

    /// <summary>Begins a session on the pages, and drops those that are over and the account's oldest beyond a number.</summary>
    /// <param name="session">The session.</param>
    /// <param name="most">How many the account may have.</param>
    /// <param name="now">The time.</param>
    ValueTask AddSessionAsync(NewSession session, int most, DateTimeOffset now);

    /// <summary>Notes that a session was used.</summary>
    ValueTask TouchSessionAsync(SessionId session, DateTimeOffset now);

    /// <summary>Ends a session, if it is there.</summary>
    ValueTask RemoveSessionAsync(ReadOnlyMemory<byte> tokenHash);

    /// <summary>Ends a session of an account. False when it has none such.</summary>
    ValueTask<bool> RemoveSessionAsync(AccountId account, SessionId removed);

    /// <summary>Ends every session of an account but one.</summary>
    /// <returns>How many.</returns>
    ValueTask<int> RemoveOtherSessionsAsync(AccountId account, SessionId kept);

    /// <summary>Notes that the person of a session has given again what only they know or have.</summary>
    ValueTask ProveSessionAsync(SessionId proved, DateTimeOffset now);

    /// <summary>Gives an account a second factor that does not count yet, in place of one that does not either. False when it has one that counts.</summary>
    ValueTask<bool> PrepareSecondFactorAsync(
        AccountId account,
        ReadOnlyMemory<byte> secret,
        DateTimeOffset now
    );

    /// <summary>Moves the account's credential version on: who is signed in with something else than a device has to sign in again.</summary>
    ValueTask EndSignInsAsync(AccountId account);

    /// <summary>Lets a second factor count from the code of a step of time on. False when there is none that waits for it.</summary>
    ValueTask<bool> ConfirmSecondFactorAsync(AccountId account, long timeStep, DateTimeOffset now);

    /// <summary>Uses the code of a step of time up, and those before it. False when it was used up before, or no second factor counts.</summary>
    ValueTask<bool> TakeStepAsync(AccountId account, long timeStep);

    /// <summary>Takes an account's second factor away with the codes that stand in for it. False when it has none.</summary>
    ValueTask<bool> RemoveSecondFactorAsync(AccountId account);

    /// <summary>Gives an account codes that stand in for its second factor, in place of those it has.</summary>
    ValueTask SetRecoveryCodesAsync(
        AccountId account,
        IReadOnlyCollection<ReadOnlyMemory<byte>> macs
    );

    /// <summary>Uses such a code up. False when there is none such.</summary>
    ValueTask<bool> TakeRecoveryCodeAsync(AccountId account, ReadOnlyMemory<byte> mac);

    /// <summary>Begins a login flow that nobody has granted yet, and drops those that are over.</summary>
    ValueTask AddLoginFlowAsync(LoginFlow flow, ReadOnlyMemory<byte> loginHash);

    /// <summary>Lets an actor grant a login flow. False when it is over, or was granted before.</summary>
    ValueTask<bool> GrantLoginFlowAsync(
        ReadOnlyMemory<byte> loginHash,
        Actor actor,
        DateTimeOffset now
    );

    /// <summary>Ends a login flow. False when it has ended before: only one of those who end it is told that it was there.</summary>
    ValueTask<bool> RemoveLoginFlowAsync(ReadOnlyMemory<byte> pollHash);

    /// <summary>Begins a pairing that nobody has answered yet, and drops those that have been over for as long as they lasted.</summary>
    ValueTask AddPairingAsync(TvPairing pairing, ReadOnlyMemory<byte> userHash);

    /// <summary>Counts that a person was shown a pairing.</summary>
    ValueTask CountPairingLookAsync(ReadOnlyMemory<byte> userHash);

    /// <summary>Notes that a TV set has asked, and before when it must not ask again.</summary>
    ValueTask NotePairingPollAsync(
        ReadOnlyMemory<byte> deviceHash,
        TimeSpan pause,
        DateTimeOffset notBefore
    );

    /// <summary>Lets an actor grant a pairing. False when it is over, or was answered before.</summary>
    ValueTask<bool> GrantPairingAsync(
        ReadOnlyMemory<byte> userHash,
        Actor actor,
        DateTimeOffset now
    );

    /// <summary>Refuses a pairing. False when it is over, or was answered before.</summary>
    ValueTask<bool> RefusePairingAsync(ReadOnlyMemory<byte> userHash, DateTimeOffset now);

    /// <summary>Ends a pairing. False when it has ended before: only one of those who end it is told that it was there.</summary>
    ValueTask<bool> RemovePairingAsync(ReadOnlyMemory<byte> deviceHash);

    /// <summary>Adds a TV set; null when the account has one with this selector.</summary>
    ValueTask<DeviceId?> AddTvAsync(
        AccountId account,
        string name,
        TvToken token,
        DateTimeOffset now
    );

    /// <summary>Gives a TV set an address for each of some folders, those it has for longer; drops what is over, and of the set's those that were not used for longest beyond a number.</summary>
    ValueTask<IReadOnlyList<MediaAddress>> KeepMediaAddressesAsync(
        Actor actor,
        IReadOnlyCollection<NodeId> folders,
        int most,
        DateTimeOffset now,
        DateTimeOffset expires
    );

    /// <summary>Moves on when an address ends.</summary>
    ValueTask TouchMediaAddressAsync(long address, DateTimeOffset expires);

    /// <summary>Records the version of that statement, or takes it back.</summary>
    ValueTask SetRightsStatementAsync(AccountId account, string? version);

    /// <summary>Asks that a device forget what it holds. False when that was asked before.</summary>
    ValueTask<bool> AskWipeAsync(DeviceId device, DateTimeOffset now);

    /// <summary>A device has forgotten what it held. False when that was not asked for, or it had said so before.</summary>
    ValueTask<bool> ConfirmWipeAsync(DeviceId device, DateTimeOffset now);
}
