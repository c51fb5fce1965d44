using System.Text.Json;

namespace CloudDav.Vault;

/// <summary>
/// What people see of their own account and do with it: one desk for the whole process. Every use case asks in its own transaction whether the actor is still
/// signed in, and what the policy says.
/// </summary>
/// <remarks>
/// Own affairs (<see cref="Decision.RefusesOwnAffairs"/>) stay open to somebody whose service is suspended: to see why, to see who was in the account, and to
/// throw out whoever should not be. What gives access to somebody or something new, a device or a household member, needs more: the capability
/// <see cref="Capability.ManageDevices"/>, and a person who signed in as such. With an app password, which lies about on a device, nobody can make a second
/// one that outlives it.
/// </remarks>
/// <param name="contracts">Accounts and the facts of contracts.</param>
/// <param name="audit">What happened to them.</param>
/// <param name="policy">Decides what accounts may do.</param>
/// <param name="maxDevices">How many devices an account may have that are not revoked.</param>
/// <param name="time">The clock.</param>
public sealed class CustomerDesk(
    IContractStore contracts,
    IAuditLog audit,
    AccountPolicy policy,
    int maxDevices,
    TimeProvider time
)
{
    // One objection to each sub-processor, and a notice for each breach: far fewer than this.
    private const int MostOfAccount = 1_000;

    /// <summary>The longest name of a device, in UTF-16 units.</summary>
    public const int MaxDeviceName = 200;

    /// <summary>The longest version of a statement about rights, in UTF-16 units.</summary>
    public const int MaxStatement = 64;

    /// <summary>The account as its person sees it.</summary>
    public ValueTask<VaultResult<AccountOverview>> FindOverviewAsync(
        Actor actor,
        CancellationToken cancellationToken
    ) =>
        ReadAsync<AccountOverview>(
            actor,
            async (snapshot, state) =>
            {
                var member = await snapshot.FindMemberAsync(actor.Account);
                var owner = member?.Owner ?? actor.Account;
                var customer = await snapshot.FindCustomerAsync(owner);
                return new AccountOverview
                {
                    Name = actor.Name,
                    Decision = state.Decision,
                    Usage = state.Usage,
                    Option = customer is null
                        ? null
                        : await snapshot.FindOptionAsync(customer.Option, customer.OptionVersion),
                    HouseholdOwner = member is null
                        ? null
                        : (await snapshot.FindAccountAsync(owner))?.Name,
                    Household = member is null
                        ? await ListHouseholdAsync(snapshot, owner, state.Decision.Now)
                        : [],
                    AcceptedTerms = (await snapshot.ListAcceptancesAsync(owner)).FirstOrDefault(
                        acceptance => acceptance.Version == state.Decision.Facts.AcceptedTerms
                    ),
                };
            },
            cancellationToken
        );

    /// <summary>Where the account stands, and what its person may do.</summary>
    public ValueTask<VaultResult<Decision>> FindDecisionAsync(
        Actor actor,
        CancellationToken cancellationToken
    ) => ReadAsync<Decision>(actor, (_, state) => new(state.Decision), cancellationToken);

    /// <summary>The language that the person is addressed in when a request asks for none; null when it is not known, or they are signed out.</summary>
    public ValueTask<Language?> FindLanguageAsync(
        Actor actor,
        CancellationToken cancellationToken
    ) =>
        contracts.ReadAsync<Language?>(
            async snapshot =>
                await snapshot.IsSignedInAsync(actor)
                    ? (await snapshot.LoadFactsAsync(actor.Account)).Language
                    : null,
            cancellationToken
        );

    /// <summary>Sets the language that the person is addressed in when a request asks for none; null for not known.</summary>
    public ValueTask<VaultResult<bool>> SetLanguageAsync(
        Actor actor,
        Language? language,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<bool>(
            actor,
            async (transaction, _) =>
            {
                await transaction.SetLanguageAsync(actor.Account, language);
                return true;
            },
            cancellationToken
        );

    /// <summary>The devices, newest first, revoked ones included.</summary>
    public ValueTask<VaultResult<Device[]>> ListDevicesAsync(
        Actor actor,
        CancellationToken cancellationToken
    ) =>
        ReadAsync<Device[]>(
            actor,
            async (snapshot, _) => (Device[])[.. await snapshot.ListDevicesAsync(actor.Account)],
            cancellationToken
        );

    /// <summary>Adds a device with a fresh app password, which is returned here and kept nowhere.</summary>
    public ValueTask<VaultResult<NewDevice>> AddDeviceAsync(
        Actor actor,
        string? name,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<NewDevice>(
            actor,
            async (transaction, state) =>
                !IsName(name) ? Wrong("name")
                : await RefusesNewDeviceAsync(transaction, actor, state) is { } refusal ? refusal
                : await MakeDeviceAsync(transaction, actor, state, name),
            cancellationToken
        );

    /// <summary>
    /// The person lets a program in that asks for it (<see cref="LoginFlowDesk"/>). What stands in the way of a new device is told now; whether it still does is asked again when
    /// the program fetches its app password. Once granted, or over, a flow cannot be granted again.
    /// </summary>
    public ValueTask<VaultResult<bool>> GrantLoginAsync(
        Actor actor,
        ReadOnlyMemory<byte> loginHash,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<bool>(
            actor,
            async (transaction, state) =>
                await RefusesNewDeviceAsync(transaction, actor, state) is { } refusal ? refusal
                : await transaction.GrantLoginFlowAsync(loginHash, actor, state.Decision.Now) ? true
                : new Refusal(RefusalRule.LinkNotValid),
            cancellationToken
        );

    /// <summary>Makes the device of a flow that the actor has granted, and uses the flow up; refused when somebody else was faster.</summary>
    internal ValueTask<VaultResult<NewDevice>> AddDeviceAsync(
        Actor actor,
        LoginFlow flow,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<NewDevice>(
            actor,
            async (transaction, state) =>
                !await transaction.RemoveLoginFlowAsync(flow.PollHash)
                    ? new Refusal(RefusalRule.LinkNotValid)
                : await RefusesNewDeviceAsync(transaction, actor, state) is { } refusal ? refusal
                : await MakeDeviceAsync(transaction, actor, state, Devices.NameOf(flow.Agent)),
            cancellationToken
        );

    /// <summary>
    /// The person lets a TV set in that asks for it (<see cref="TvDesk"/>). As with programs, what stands in the way is told now, and asked again when the set fetches its token; the contract
    /// must include the TV.
    /// </summary>
    public ValueTask<VaultResult<bool>> GrantTvAsync(
        Actor actor,
        ReadOnlyMemory<byte> userHash,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<bool>(
            actor,
            async (transaction, state) =>
                await RefusesNewTvAsync(transaction, actor, state) is { } refusal ? refusal
                : await transaction.GrantPairingAsync(userHash, actor, state.Decision.Now) ? true
                : new Refusal(RefusalRule.LinkNotValid),
            cancellationToken
        );

    /// <summary>Makes the device of a pairing that the actor has granted, and uses the pairing up; refused when somebody else was faster.</summary>
    internal ValueTask<VaultResult<TvToken>> AddTvAsync(
        Actor actor,
        TvPairing pairing,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<TvToken>(
            actor,
            async (transaction, state) =>
            {
                if (!await transaction.RemovePairingAsync(pairing.DeviceHash))
                    return new Refusal(RefusalRule.LinkNotValid);
                if (await RefusesNewTvAsync(transaction, actor, state) is { } refusal)
                    return refusal;
                while (true)
                {
                    var token = TvToken.New();
                    var added = await transaction.AddTvAsync(
                        actor.Account,
                        pairing.Name,
                        token,
                        state.Decision.Now
                    );
                    if (added is not { } device)
                        continue;
                    await RecordAsync(
                        transaction,
                        actor,
                        state,
                        AuditActs.DeviceAdded,
                        AuditSubjects.Of(device),
                        new { name = pairing.Name, tv = true }
                    );
                    return token;
                }
            },
            cancellationToken
        );

    /// <summary>Gives a device another name.</summary>
    public ValueTask<VaultResult<Device>> RenameDeviceAsync(
        Actor actor,
        DeviceId device,
        string? name,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<Device>(
            actor,
            async (transaction, state) =>
            {
                if (!IsName(name))
                    return Wrong("name");
                if (state.Decision.Refuses(Capability.ManageDevices) is { } refusal)
                    return refusal;
                if (
                    await transaction.FindDeviceAsync(actor.Account, device)
                    is not { Revoked: null } found
                )
                    return new Refusal(RefusalRule.NotFound);
                if (found.Name == name)
                    return found;
                await transaction.RenameDeviceAsync(device, name);
                await RecordAsync(
                    transaction,
                    actor,
                    state,
                    AuditActs.DeviceRenamed,
                    AuditSubjects.Of(device),
                    new { name }
                );
                return found with { Name = name };
            },
            cancellationToken
        );

    /// <summary>Revokes a device and releases its locks. Once more has no further effect.</summary>
    public ValueTask<VaultResult<bool>> RevokeDeviceAsync(
        Actor actor,
        DeviceId device,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<bool>(
            actor,
            async (transaction, state) =>
            {
                if (await transaction.FindDeviceAsync(actor.Account, device) is not { } found)
                    return new Refusal(RefusalRule.NotFound);
                await RevokeAsync(transaction, actor, state, found);
                return true;
            },
            cancellationToken
        );

    /// <summary>
    /// Revokes a device, if it is not yet, and asks that it forget what it holds: the next time it comes with its app password it is told to delete it. It takes a person who signed in as
    /// such: a device that was stolen must not empty the others. Once more has no further effect.
    /// </summary>
    public ValueTask<VaultResult<bool>> WipeDeviceAsync(
        Actor actor,
        DeviceId device,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<bool>(
            actor,
            async (transaction, state) =>
            {
                if (actor.Device is not null)
                    return new Refusal(RefusalRule.OwnSignInRequired);
                if (await transaction.FindDeviceAsync(actor.Account, device) is not { } found)
                    return new Refusal(RefusalRule.NotFound);
                var now = state.Decision.Now;
                await RevokeAsync(transaction, actor, state, found);
                if (await transaction.AskWipeAsync(device, now))
                    await RecordAsync(
                        transaction,
                        actor,
                        state,
                        AuditActs.DeviceWipeAsked,
                        AuditSubjects.Of(device),
                        new { name = found.Name }
                    );
                return true;
            },
            cancellationToken
        );

    /// <summary>
    /// The version of the statement, made once for all, that the person holds the rights to what their programs share by links: programs cannot ask for it with each link. Null when it was not
    /// made, or was taken back.
    /// </summary>
    public ValueTask<VaultResult<string?>> FindRightsStatementAsync(
        Actor actor,
        CancellationToken cancellationToken
    ) =>
        ReadAsync<string?>(
            actor,
            async (snapshot, _) => await snapshot.FindRightsStatementAsync(actor.Account),
            cancellationToken
        );

    /// <summary>Makes that statement, or takes it back; links that were made under it stay. It takes a person who signed in as such: a program does not state anything.</summary>
    /// <param name="actor">Who makes it.</param>
    /// <param name="version">The version of the statement that they were shown, 1 to 64 characters; null to take it back.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<bool>> SetRightsStatementAsync(
        Actor actor,
        string? version,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<bool>(
            actor,
            async (transaction, state) =>
            {
                if (actor.Device is not null)
                    return new Refusal(RefusalRule.OwnSignInRequired);
                if (version is not null && (!IsName(version) || version.Length > MaxStatement))
                    return Wrong("statement");
                var former = await transaction.FindRightsStatementAsync(actor.Account);
                if (former == version)
                    return true;
                await transaction.SetRightsStatementAsync(actor.Account, version);
                await RecordAsync(
                    transaction,
                    actor,
                    state,
                    version is null ? AuditActs.RightsWithdrawn : AuditActs.RightsStated,
                    "statement:" + (version ?? former)
                );
                return true;
            },
            cancellationToken
        );

    /// <summary>What happened to the account, newest first; what a law seals aside.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="acts">How the codes of the acts begin that are asked for, such as <see cref="StaffActs.All"/>; null for all.</param>
    /// <param name="before">The last number of the page before; <see cref="long.MaxValue"/> for the first page.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async ValueTask<VaultResult<AccessLogPage>> ReadAccessLogAsync(
        Actor actor,
        string? acts,
        long before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var entries = await audit.ListVisibleAsync(
            actor.Account,
            time.GetUtcNow(),
            acts,
            before,
            limit,
            cancellationToken
        );
        return await ReadAsync<AccessLogPage>(
            actor,
            async (snapshot, _) =>
            {
                var names = new Dictionary<AccountId, string>();
                foreach (var person in entries.SelectMany(entry => entry.Entry.People()).Distinct())
                {
                    if (await snapshot.FindAccountAsync(person) is { } account)
                        names.Add(person, account.Name);
                }
                return new AccessLogPage(entries, names);
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Somebody uses the account who should not: signs everything out of it at once, in one transaction. Every device is revoked, whatever was signed in with
    /// the own password or a bearer token has to sign in again, and its locks are released; nothing of the content is touched.
    /// </summary>
    /// <remarks>
    /// The report asks for no proof, because it may be all that somebody can do. The own password may be what was stolen, so the present one stops in any case. Whoever reports may be who should not be
    /// there: a new one takes its place only where there is one, and from who has just proved who they are; a device never gives one. Otherwise the operator's sign-in or a one-time link
    /// (<see cref="TakeBackCredential"/>) leads back in; the event tells the operator.
    /// </remarks>
    /// <param name="actor">Who reports it.</param>
    /// <param name="newPasswordHash">The hash of a new own password, of who has just given what only they know or have; null for none.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<SignedOutEverywhere>> ReportUnauthorisedUseAsync(
        Actor actor,
        string? newPasswordHash,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<SignedOutEverywhere>(
            actor,
            async (transaction, state) =>
            {
                var had = (await transaction.FindAccountAsync(actor.Account))!.PasswordHash;
                var hash = had is null || actor.Device is not null ? null : newPasswordHash;
                var revoked = await transaction.SignOutEverywhereAsync(
                    actor.Account,
                    state.Decision.Now
                );
                var links = await transaction.EndSharesAsync(actor.Account);
                await transaction.SetPasswordAsync(actor.Account, hash);
                var done = new SignedOutEverywhere(
                    revoked,
                    links,
                    hash is not null ? PasswordFate.Replaced
                        : had is not null ? PasswordFate.Removed
                        : PasswordFate.None
                );
                await RecordAsync(
                    transaction,
                    actor,
                    state,
                    AuditActs.UnauthorisedUseReported,
                    null,
                    new { devices = revoked, links }
                );
                if (done.Password != PasswordFate.None)
                    await RecordAsync(
                        transaction,
                        actor,
                        state,
                        hash is null ? AuditActs.PasswordRemoved : AuditActs.PasswordSet,
                        null
                    );
                await transaction.EmitAsync(
                    new ServiceEvent
                    {
                        Account = actor.Account,
                        Type = EventTypes.UnauthorisedUseReported,
                        OccurredAt = state.Decision.Now,
                        Data = JsonSerializer.Serialize(
                            new
                            {
                                devicesRevoked = revoked,
                                linksEnded = links,
                                passwordRemoved = done.Password == PasswordFate.Removed,
                            }
                        ),
                    }
                );
                return done;
            },
            cancellationToken
        );

    /// <summary>The versions of the terms that are published, newest first, and which of them the customer has accepted.</summary>
    public ValueTask<VaultResult<TermsOverview>> FindTermsAsync(
        Actor actor,
        CancellationToken cancellationToken
    ) =>
        ReadAsync<TermsOverview>(
            actor,
            async (snapshot, state) =>
            {
                var owner = (await snapshot.FindMemberAsync(actor.Account))?.Owner ?? actor.Account;
                return new TermsOverview(
                    [
                        .. state.Decision.Platform.Terms.Where(terms =>
                            terms.Published <= state.Decision.Now
                        ),
                    ],
                    await snapshot.ListAcceptancesAsync(owner),
                    state.Decision
                );
            },
            cancellationToken
        );

    /// <summary>Records that the customer accepts the current version of the terms, for the whole household. Once more has no further effect.</summary>
    public ValueTask<VaultResult<TermsAcceptance>> AcceptTermsAsync(
        Actor actor,
        string version,
        Language language,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<TermsAcceptance>(
            actor,
            async (transaction, state) =>
            {
                if (await transaction.FindMemberAsync(actor.Account) is not null)
                    return new Refusal(RefusalRule.OwnerOnly);
                var accepted = await transaction.ListAcceptancesAsync(actor.Account);
                if (accepted.FirstOrDefault(old => old.Version == version) is { } before)
                    return before;
                var published = state.Decision.Platform.Terms.FirstOrDefault(terms =>
                    terms.Published <= state.Decision.Now
                );
                // Of an earlier version there is nothing left to accept.
                if (published?.Version != version)
                    return new Refusal(RefusalRule.NotFound);
                var acceptance = new TermsAcceptance(
                    actor.Account,
                    version,
                    language,
                    state.Decision.Door,
                    state.Decision.Now
                );
                await transaction.AddAcceptanceAsync(acceptance);
                await RecordAsync(
                    transaction,
                    actor,
                    state,
                    AuditActs.TermsAccepted,
                    "terms:" + version,
                    new { language = language.ToString(), door = state.Decision.Door.ToString() }
                );
                return acceptance;
            },
            cancellationToken
        );

    /// <summary>The customer says yes to a household member whom the operator added. Once more has no further effect.</summary>
    public ValueTask<VaultResult<bool>> ConfirmMemberAsync(
        Actor actor,
        AccountId account,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<bool>(
            actor,
            async (transaction, state) =>
            {
                if (state.Decision.Refuses(Capability.ManageDevices) is { } refusal)
                    return refusal;
                if (actor.Device is not null)
                    return new Refusal(RefusalRule.OwnSignInRequired);
                if (
                    await transaction.FindMemberAsync(account) is not { } member
                    || member.Owner != actor.Account
                    || member.Left?.At <= state.Decision.Now
                )
                    return new Refusal(RefusalRule.NotFound);
                if (member.Confirmed is not null)
                    return true;
                await transaction.SaveMemberAsync(member with { Confirmed = state.Decision.Now });
                await RecordAsync(
                    transaction,
                    actor,
                    state,
                    AuditActs.MemberConfirmed,
                    AuditSubjects.Of(account)
                );
                return true;
            },
            cancellationToken
        );

    /// <summary>Who processes customers' data for the operator now, or will, and what the account has objected to.</summary>
    public ValueTask<VaultResult<SubProcessorOverview>> ListSubProcessorsAsync(
        Actor actor,
        CancellationToken cancellationToken
    ) =>
        ReadAsync<SubProcessorOverview>(
            actor,
            async (snapshot, state) =>
                new SubProcessorOverview(
                    [
                        .. (await Registers.SubProcessors.ListCommonAsync(snapshot)).Where(entry =>
                            entry.Closed is null && !(entry.Until <= state.Decision.Now)
                        ),
                    ],
                    await Registers.Objections.ListAsync(
                        snapshot,
                        actor.Account,
                        after: 0,
                        MostOfAccount
                    ),
                    state.Decision
                ),
            cancellationToken
        );

    /// <summary>The customer objects to a sub-processor, while there is time for it. Once more has no further effect.</summary>
    public ValueTask<VaultResult<Entry<Objection>>> ObjectAsync(
        Actor actor,
        long subProcessor,
        string? reason,
        CancellationToken cancellationToken
    ) =>
        WriteAsync<Entry<Objection>>(
            actor,
            async (transaction, state) =>
            {
                if (await transaction.FindMemberAsync(actor.Account) is not null)
                    return new Refusal(RefusalRule.OwnerOnly);
                var before = await Registers.Objections.ListAsync(
                    transaction,
                    actor.Account,
                    after: 0,
                    MostOfAccount
                );
                return
                    before.FirstOrDefault(entry => entry.Body.SubProcessor == subProcessor)
                        is { } same
                    ? same
                    : await RegisterDesk.ObjectAsync(
                        transaction,
                        actor.Account,
                        AuditActors.Of(actor),
                        subProcessor,
                        reason,
                        state.Decision.Now
                    );
            },
            cancellationToken
        );

    /// <summary>The breaches of personal data that the account is told of, those that concern everybody included; newest first.</summary>
    public ValueTask<VaultResult<BreachOverview>> ListBreachesAsync(
        Actor actor,
        CancellationToken cancellationToken
    ) =>
        ReadAsync<BreachOverview>(
            actor,
            async (snapshot, state) =>
                new BreachOverview(
                    [
                        .. (await Registers.Breaches.ListCommonAsync(snapshot))
                            .Concat(
                                await Registers.Breaches.ListAsync(
                                    snapshot,
                                    actor.Account,
                                    after: 0,
                                    MostOfAccount
                                )
                            )
                            .OrderByDescending(entry => entry.Since)
                            .ThenByDescending(entry => entry.Id),
                    ],
                    state.Decision
                ),
            cancellationToken
        );

    private static async ValueTask RevokeAsync(
        IContractTransaction transaction,
        Actor actor,
        State state,
        Device device
    )
    {
        if (await transaction.RevokeDeviceAsync(device.Id, state.Decision.Now))
            await RecordAsync(
                transaction,
                actor,
                state,
                AuditActs.DeviceRevoked,
                AuditSubjects.Of(device.Id),
                new { name = device.Name }
            );
    }

    private async ValueTask<Refusal?> RefusesNewDeviceAsync(
        IContractTransaction transaction,
        Actor actor,
        State state
    )
    {
        if (state.Decision.RefusesNewDevice() is { } refusal)
            return refusal;
        if (actor.Device is not null)
            return new Refusal(RefusalRule.OwnSignInRequired);
        var count = await transaction.CountDevicesAsync(actor.Account);
        return count >= maxDevices
            ? new Refusal(RefusalRule.TooManyDevices) { Limit = maxDevices, Used = count }
            : null;
    }

    private async ValueTask<Refusal?> RefusesNewTvAsync(
        IContractTransaction transaction,
        Actor actor,
        State state
    ) =>
        state.Decision.Refuses(Capability.Tv)
        ?? await RefusesNewDeviceAsync(transaction, actor, state);

    private static async ValueTask<NewDevice> MakeDeviceAsync(
        IContractTransaction transaction,
        Actor actor,
        State state,
        string name
    )
    {
        while (true)
        {
            var password = AppPassword.New();
            var added = await transaction.AddDeviceAsync(
                actor.Account,
                name,
                password.Selector,
                password.SecretHash,
                state.Decision.Now
            );
            // A selector that another device of the account has: one in a million.
            if (added is not { } device)
                continue;
            await RecordAsync(
                transaction,
                actor,
                state,
                AuditActs.DeviceAdded,
                AuditSubjects.Of(device),
                new { name }
            );
            return new NewDevice(
                (await transaction.FindDeviceAsync(actor.Account, device))!,
                password
            );
        }
    }

    private static async ValueTask<IReadOnlyList<HouseholdMember>> ListHouseholdAsync(
        IContractSnapshot snapshot,
        AccountId owner,
        DateTimeOffset now
    )
    {
        var household = new List<HouseholdMember>();
        foreach (var member in await snapshot.ListMembersAsync(owner))
        {
            if (
                !(member.Left?.At <= now)
                && await snapshot.FindAccountAsync(member.Account) is { } account
            )
                household.Add(new HouseholdMember(account.Name, member));
        }
        return household;
    }

    private static bool IsName([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? name) =>
        !string.IsNullOrWhiteSpace(name)
        && name.Length <= MaxDeviceName
        && !name.Any(char.IsControl);

    private static Refusal Wrong(string field) => new(RefusalRule.InvalidInput) { Field = field };

    private static ValueTask RecordAsync(
        IContractTransaction transaction,
        Actor actor,
        State state,
        string act,
        string? subject,
        object? details = null
    ) =>
        transaction.RecordAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(actor.Account),
                At = state.Decision.Now,
                Actor = AuditActors.Of(actor),
                Act = act,
                Subject = subject,
                Body = details is null
                    ? "{}"
                    : JsonSerializer.Serialize(details, details.GetType()),
            }
        );

    internal ValueTask<VaultResult<T>> ReadAsync<T>(
        Actor actor,
        Func<IContractSnapshot, State, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    ) => contracts.ReadAsync(snapshot => RunAsync(snapshot, actor, body), cancellationToken);

    internal ValueTask<VaultResult<T>> WriteAsync<T>(
        Actor actor,
        Func<IContractTransaction, State, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    ) => contracts.WriteAsync(transaction => RunAsync(transaction, actor, body), cancellationToken);

    /// <summary>A use case of the person's own affairs within a transaction: refused to who is signed out, and to whom the policy refuses.</summary>
    internal async ValueTask<VaultResult<T>> RunAsync<TSnapshot, T>(
        TSnapshot snapshot,
        Actor actor,
        Func<TSnapshot, State, ValueTask<VaultResult<T>>> body
    )
        where TSnapshot : IContractSnapshot
    {
        var now = time.GetUtcNow();
        if (
            !await snapshot.IsSignedInAsync(actor)
            || await snapshot.MeasureVaultAsync(actor.Account, now) is not { } usage
        )
            return new Refusal(RefusalRule.SignedOut);
        var decision = policy.Decide(
            await snapshot.LoadPlatformAsync(),
            await snapshot.LoadFactsAsync(actor.Account),
            usage.UsedBytes,
            usage.CapacityBytes,
            Door.Browser,
            now
        );
        return decision.RefusesOwnAffairs() is { } refusal
            ? refusal
            : await body(snapshot, new State(decision, usage));
    }

    internal readonly record struct State(Decision Decision, VaultUsage Usage);
}
