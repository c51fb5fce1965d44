namespace CloudDav.Vault;

/// <summary>A customer's order of the service.</summary>
public sealed record Order
{
    /// <summary>The customer's number at the operator.</summary>
    public required string Customer { get; init; }

    /// <summary>The number of the main contract in the operator's product inventory.</summary>
    public required string MainContract { get; init; }

    /// <summary>What the operator says the main contract is; null to ask the inventory, which goes before it.</summary>
    public MainReport? Main { get; init; }

    /// <summary>Whether the customer has a TV contract; null when that is not said.</summary>
    public bool? HasTvContract { get; init; }

    /// <summary>The code of the chosen option.</summary>
    public required string Option { get; init; }

    /// <summary>The customer's language.</summary>
    public required Language Language { get; init; }

    /// <summary>The name a new customer signs in with; null for the customer's number.</summary>
    public string? SignInName { get; init; }

    /// <summary>The subject under which the operator's identity provider knows a new customer; null for none.</summary>
    public string? Subject { get; init; }
}

/// <summary>What is said of a main contract.</summary>
/// <param name="Status">What it is.</param>
/// <param name="Ends">When it ends or has ended; null for no end, or for one that has ended just now.</param>
public sealed record MainReport(MainStatus Status, DateTimeOffset? Ends);

/// <summary>A person whom the operator adds to a household.</summary>
public sealed record NewMember
{
    /// <summary>The name the person signs in with.</summary>
    public required string SignInName { get; init; }

    /// <summary>The subject under which the operator's identity provider knows the person; null for none.</summary>
    public string? Subject { get; init; }

    /// <summary>The person's language; null when it is not known.</summary>
    public Language? Language { get; init; }
}

/// <summary>A customer with what follows from the facts.</summary>
public sealed record ContractState
{
    /// <summary>The facts.</summary>
    public required Customer Customer { get; init; }

    /// <summary>Where the account stands.</summary>
    public required Standing Standing { get; init; }

    /// <summary>The end that counts, in the past or to come; null while none is known.</summary>
    public required ContractEnd? End { get; init; }

    /// <summary>When the take-back window closes; null while the contract runs.</summary>
    public required DateTimeOffset? ClosesAt { get; init; }

    /// <summary>What the vault's tree takes.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>The vault's capacity.</summary>
    public required long? CapacityBytes { get; init; }

    /// <summary>Whether the customer may use the TV.</summary>
    public required bool HasTv { get; init; }

    /// <summary>The customer's language; null when it is not known.</summary>
    public required Language? Language { get; init; }
}

/// <summary>A household member with what follows from the facts.</summary>
public sealed record MemberState
{
    /// <summary>The facts.</summary>
    public required Member Member { get; init; }

    /// <summary>The name the person signs in with.</summary>
    public required string SignInName { get; init; }

    /// <summary>Where the person's own vault stands.</summary>
    public required Standing Standing { get; init; }

    /// <summary>When its take-back window closes; null while the contract runs.</summary>
    public required DateTimeOffset? ClosesAt { get; init; }

    /// <summary>What its tree takes.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>Its capacity.</summary>
    public required long? CapacityBytes { get; init; }

    /// <summary>The version of the customer whose household it is.</summary>
    public required long Version { get; init; }
}

/// <summary>
/// What the operator commands about contracts, options and households. Every command is one transaction, is carried out once, is recorded in the account's and
/// the operator's chain, and tells of every standing that it changes.
/// </summary>
/// <param name="commands">Carries commands out.</param>
/// <param name="inventory">The operator's product inventory; null when it is not asked.</param>
public sealed class ContractDesk(CommandDesk commands, IMainContracts? inventory)
{
    /// <summary>How many people a household has at most beside its owner, those who left included.</summary>
    public const int MostMembers = 32;

    /// <summary>A customer; refuses with <see cref="RefusalRule.NotFound"/>.</summary>
    public ValueTask<VaultResult<ContractState>> FindAsync(
        string customer,
        CancellationToken cancellationToken
    ) =>
        commands.ReadAsync<VaultResult<ContractState>>(
            async sight =>
                await sight.Snapshot.FindCustomerAsync(customer) is { } found
                    ? await StateOfAsync(sight, found)
                    : new Refusal(RefusalRule.NotFound),
            cancellationToken
        );

    /// <summary>Customers in the order of their accounts, after one.</summary>
    public ValueTask<IReadOnlyList<ContractState>> ListAsync(
        AccountId after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        commands.ReadAsync<IReadOnlyList<ContractState>>(
            async sight =>
            {
                var states = new List<ContractState>();
                foreach (var customer in await sight.Snapshot.ListCustomersAsync(after, limit))
                    states.Add(await StateOfAsync(sight, customer));
                return states;
            },
            cancellationToken
        );

    /// <summary>
    /// Begins a cloud contract. For a customer whose contract has ended, inside the take-back window, or is going to, it goes on with everything in place.
    /// Refuses an unknown or withdrawn option, a main contract that is not active, a name that is taken, a contract that runs, and an account that is closed.
    /// </summary>
    public async ValueTask<VaultResult<ContractState>> AcceptOrderAsync(
        Instruction instruction,
        Order order,
        CancellationToken cancellationToken
    )
    {
        if (order.SignInName is null && order.Subject is null)
            return Invalid("signInName");
        var name = order.SignInName ?? order.Customer;
        if (SignInName.Problem(name) is not null)
            return Invalid("signInName");
        if (
            await commands.FindRepeatAsync<ContractState>(instruction, cancellationToken) is
            { } repeat
        )
            return repeat;
        // Asked before the transaction, which waits for nobody.
        var answer = inventory is null
            ? null
            : await inventory.AskAsync(order.MainContract, cancellationToken);

        return await commands.RunAsync<ContractState>(
            instruction,
            async run =>
            {
                var chosen = await ChooseAsync(run, order.Option);
                if (chosen.Refusal is { } wrongOption)
                    return wrongOption;
                var option = chosen.Value;
                var known = await run.Facts.FindCustomerAsync(order.Customer);
                if (known is not null && run.CheckVersion(known.Version) is { } conflict)
                    return conflict;
                var before = known is null ? null : await run.DecideAsync(known.Account);
                if (before?.Standing == Standing.Closed)
                    return Closed(before);
                if (before is { End: null })
                    return new Refusal(RefusalRule.ContractRunning);
                var ordered = Ordered(order, option, answer, known, run.Now);
                if (ordered.Refusal is { } noMain)
                    return noMain;

                var draft = ordered.Value with
                {
                    Option = option.Code,
                    OptionVersion = option.Version,
                    Started =
                        before?.Standing == Standing.TakeBack ? run.Now : ordered.Value.Started,
                    End = null,
                };
                if (known is null)
                {
                    var account = await run.Facts.AddAccountAsync(
                        new NewAccount
                        {
                            Name = name,
                            ExternalSubject = order.Subject,
                            CapacityBytes = option.CapacityBytes,
                            MadeBy = run.Actor,
                        },
                        run.Now
                    );
                    if (account is null)
                        return Taken;
                    draft = draft with { Account = account.Id };
                }
                var customer = await run.Facts.SaveCustomerAsync(draft);
                await run.Facts.SetLanguageAsync(customer.Account, order.Language);
                await GiveCapacityAsync(run, customer, option);
                // The end of the whole service is one that no order takes back.
                if (StillEnded(await run.DecideAsync(customer.Account)) is { } ended)
                    return ended;
                await run.RecordAsync(
                    before is null ? "contract.ordered" : "contract.ordered-again",
                    customer.Account,
                    new
                    {
                        customer = customer.Reference,
                        mainContract = customer.Main.Reference,
                        option = option.Code,
                        version = option.Version,
                    }
                );
                await run.TellStandingsAsync(customer.Account);
                return await StateOfAsync(run, customer);
            },
            cancellationToken
        );
    }

    /// <summary>Chooses another option, which takes effect at once: what is used may then be more than it holds. Refuses once the contract has ended.</summary>
    public ValueTask<VaultResult<ContractState>> ChangeOptionAsync(
        Instruction instruction,
        string customer,
        string option,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            customer,
            async (run, found, before) =>
            {
                if (StillEnded(before) is { } ended)
                    return ended;
                var chosen = await ChooseAsync(run, option);
                if (chosen.Refusal is { } wrongOption)
                    return wrongOption;
                await GiveCapacityAsync(run, found, chosen.Value);
                await run.RecordAsync(
                    "contract.option-changed",
                    found.Account,
                    new
                    {
                        from = found.Option,
                        option = chosen.Value.Code,
                        version = chosen.Value.Version,
                    }
                );
                return found with
                {
                    Option = chosen.Value.Code,
                    OptionVersion = chosen.Value.Version,
                };
            },
            cancellationToken
        );

    /// <summary>
    /// Ends the cloud contract on a day, which may lie in the past: the take-back window opens no earlier than now. An end to come can be moved; refuses once it has come.
    /// </summary>
    public ValueTask<VaultResult<ContractState>> EndAsync(
        Instruction instruction,
        string customer,
        DateTimeOffset ends,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            customer,
            async (run, found, before) =>
            {
                if (before.Standing == Standing.Closed)
                    return Closed(before);
                if (found.End is { } known && known.Opens <= run.Now)
                    return new Refusal(RefusalRule.ContractEnded) { ClosesAt = before.ClosesAt };
                await run.RecordAsync("contract.ended", found.Account, new { endsAt = ends });
                return found with { End = EndOf(EndCause.CloudContract, ends, found.End, run.Now) };
            },
            cancellationToken
        );

    /// <summary>
    /// Takes the end of the cloud contract back, inside the take-back window or before it: everything is in place again. Needs an active main contract; refuses a
    /// contract without an end and an account that is closed.
    /// </summary>
    public ValueTask<VaultResult<ContractState>> ReactivateAsync(
        Instruction instruction,
        string customer,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            customer,
            async (run, found, before) =>
            {
                if (before.Standing == Standing.Closed)
                    return Closed(before);
                if (!IsActive(found.Main, run.Now))
                    return new Refusal(RefusalRule.NoMainContract);
                if (found.End is null)
                    return new Refusal(RefusalRule.ContractRunning);
                if (before.Platform.ServiceEnd is { } service && service.Opens <= run.Now)
                    return new Refusal(RefusalRule.ContractEnded) { ClosesAt = before.ClosesAt };
                await run.RecordAsync("contract.reactivated", found.Account);
                return found with { End = null };
            },
            cancellationToken
        );

    /// <summary>
    /// Notes what the main contract is. One that has ended ends the cloud contract with it; one that is active or suspended without an end takes that back,
    /// as long as the account is not closed.
    /// </summary>
    public ValueTask<VaultResult<ContractState>> ReportMainContractAsync(
        Instruction instruction,
        string customer,
        MainReport report,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            customer,
            async (run, found, before) =>
            {
                var changed =
                    MainContractNews.Apply(
                        found,
                        new KnownMainContract(report.Status, report.Ends, HasTv: null),
                        run.Now
                    )
                    // Nothing new, but heard of once more.
                    ?? found with { Main = found.Main with { KnownAt = run.Now } };
                if (before.Standing == Standing.Closed && changed.Main.End != found.Main.End)
                    return Closed(before);
                await run.RecordAsync(
                    MainContractNews.Act,
                    found.Account,
                    new { status = report.Status, endsAt = changed.Main.End?.At }
                );
                return changed;
            },
            cancellationToken
        );

    /// <summary>Notes whether the customer has a TV contract.</summary>
    public ValueTask<VaultResult<ContractState>> ReportTvContractAsync(
        Instruction instruction,
        string customer,
        bool hasTvContract,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            customer,
            async (run, found, before) =>
            {
                if (before.Standing == Standing.Closed)
                    return Closed(before);
                await run.RecordAsync(
                    "tv-contract.reported",
                    found.Account,
                    new { isActive = hasTvContract }
                );
                return found with { HasTvContract = hasTvContract };
            },
            cancellationToken
        );

    /// <summary>The people of a household beside its owner, those who left included; refuses with <see cref="RefusalRule.NotFound"/>.</summary>
    public ValueTask<VaultResult<IReadOnlyList<MemberState>>> ListMembersAsync(
        string customer,
        CancellationToken cancellationToken
    ) =>
        commands.ReadAsync<VaultResult<IReadOnlyList<MemberState>>>(
            async sight =>
            {
                if (await sight.Snapshot.FindCustomerAsync(customer) is not { } owner)
                    return new Refusal(RefusalRule.NotFound);
                var states = new List<MemberState>();
                foreach (var member in await sight.Snapshot.ListMembersAsync(owner.Account))
                    states.Add(await StateOfAsync(sight, member, owner.Version));
                return states;
            },
            cancellationToken
        );

    /// <summary>
    /// Adds a person to a household, with a vault of their own of the capacity that the option gives members. Existing shares are shown once the customer
    /// has confirmed. Refuses a name that is taken, and once the contract has ended.
    /// </summary>
    public ValueTask<VaultResult<MemberState>> AddMemberAsync(
        Instruction instruction,
        string customer,
        NewMember added,
        CancellationToken cancellationToken
    )
    {
        if (SignInName.Problem(added.SignInName) is not null)
            return new(Invalid("signInName"));
        return ChangeHouseholdAsync(
            instruction,
            customer,
            async (run, owner, decision) =>
            {
                if (StillEnded(decision) is { } ended)
                    return ended;
                var members = await run.Facts.ListMembersAsync(owner.Account);
                if (members.Count >= MostMembers)
                    return new Refusal(RefusalRule.TooManyMembers)
                    {
                        Limit = MostMembers,
                        Used = members.Count,
                    };
                var option = await OptionOfAsync(run, owner);
                var account = await run.Facts.AddAccountAsync(
                    new NewAccount
                    {
                        Name = added.SignInName,
                        ExternalSubject = added.Subject,
                        CapacityBytes = option.MemberCapacityBytes,
                        HouseholdOwner = owner.Account,
                        MadeBy = run.Actor,
                    },
                    run.Now
                );
                if (account is null)
                    return Taken;
                await run.Facts.SetLanguageAsync(account.Id, added.Language);
                var member = new Member
                {
                    Account = account.Id,
                    Owner = owner.Account,
                    Added = run.Now,
                };
                await RecordAsync(run, "member.added", member);
                return member;
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Lets a person leave a household, on a day or at once. A take-back window for their own vault opens, no earlier than now. Refuses a person who has left.
    /// </summary>
    public ValueTask<VaultResult<MemberState>> RemoveMemberAsync(
        Instruction instruction,
        string customer,
        AccountId member,
        DateTimeOffset? leaves,
        CancellationToken cancellationToken
    ) =>
        ChangeMemberAsync(
            instruction,
            customer,
            member,
            async (run, found, _) =>
            {
                if (found.Left is { } left && left.Opens <= run.Now)
                    return new Refusal(RefusalRule.MemberHasLeft);
                var changed = found with
                {
                    Left = EndOf(EndCause.LeftHousehold, leaves ?? run.Now, found.Left, run.Now),
                };
                await RecordAsync(run, "member.left", changed);
                return changed;
            },
            cancellationToken
        );

    /// <summary>
    /// Takes a person who left, or is going to, back into the household, unconfirmed as anybody whom the operator adds. Refuses a person who belongs to it, one
    /// whose vault is closed, and once the contract has ended.
    /// </summary>
    public ValueTask<VaultResult<MemberState>> ReturnMemberAsync(
        Instruction instruction,
        string customer,
        AccountId member,
        CancellationToken cancellationToken
    ) =>
        ChangeMemberAsync(
            instruction,
            customer,
            member,
            async (run, found, owner) =>
            {
                if (found.Left is null)
                    return new Refusal(RefusalRule.MemberBelongs);
                if (StillEnded(await run.DecideAsync(owner.Account)) is { } ended)
                    return ended;
                var decision = await run.DecideAsync(found.Account);
                if (decision.Standing == Standing.Closed)
                    return Closed(decision);
                var option = await OptionOfAsync(run, owner);
                await run.Facts.SetCapacityAsync(found.Account, option.MemberCapacityBytes);
                // Whoever only meant to leave has seen the shares all along.
                var hadLeft = found.Left.Opens <= run.Now;
                var changed = found with
                {
                    Left = null,
                    Added = hadLeft ? run.Now : found.Added,
                    Confirmed = hadLeft ? null : found.Confirmed,
                };
                await RecordAsync(run, "member.returned", changed);
                return changed;
            },
            cancellationToken
        );

    /// <summary>The newest version of every option, those that were withdrawn included.</summary>
    public ValueTask<IReadOnlyList<ServiceOption>> ListOptionsAsync(
        CancellationToken cancellationToken
    ) => commands.ReadAsync(sight => sight.Snapshot.ListOptionsAsync(), cancellationToken);

    /// <summary>The newest version of an option; refuses with <see cref="RefusalRule.NotFound"/>.</summary>
    public ValueTask<VaultResult<ServiceOption>> FindOptionAsync(
        string code,
        CancellationToken cancellationToken
    ) =>
        commands.ReadAsync<VaultResult<ServiceOption>>(
            async sight =>
                await sight.Snapshot.FindOptionAsync(code) is { } option
                    ? option
                    : new Refusal(RefusalRule.NotFound),
            cancellationToken
        );

    /// <summary>Adds an option, or its next version, which can be chosen from now on. Who has an earlier one keeps it.</summary>
    /// <param name="instruction">The command; its version is the one before, 0 for a new option.</param>
    /// <param name="added">The option; its version is given by the desk.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public ValueTask<VaultResult<ServiceOption>> AddOptionAsync(
        Instruction instruction,
        ServiceOption added,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<ServiceOption>(
            instruction,
            async run =>
            {
                var newest = (await run.Facts.FindOptionAsync(added.Code))?.Version ?? 0;
                if (run.CheckVersion(newest) is { } conflict)
                    return conflict;
                var option = added with { Version = newest + 1, IsWithdrawn = false };
                await run.Facts.AddOptionAsync(option, run.Now);
                await RecordAsync(run, "option.added", option);
                return option;
            },
            cancellationToken
        );

    /// <summary>Withdraws an option: nobody can choose it until a new version is added. Who has it keeps it.</summary>
    public ValueTask<VaultResult<ServiceOption>> WithdrawOptionAsync(
        Instruction instruction,
        string code,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<ServiceOption>(
            instruction,
            async run =>
            {
                if (await run.Facts.FindOptionAsync(code) is not { } newest)
                    return new Refusal(RefusalRule.NotFound);
                if (run.CheckVersion(newest.Version) is { } conflict)
                    return conflict;
                if (newest.IsWithdrawn)
                    return newest;
                var option = newest with { Version = newest.Version + 1, IsWithdrawn = true };
                await run.Facts.AddOptionAsync(option, run.Now);
                await RecordAsync(run, "option.withdrawn", option);
                return option;
            },
            cancellationToken
        );

    private static Refusal Taken => new(RefusalRule.NameTaken) { Field = "signInName" };

    private ValueTask<VaultResult<ContractState>> ChangeAsync(
        Instruction instruction,
        string reference,
        Func<CommandRun, Customer, Decision, ValueTask<VaultResult<Customer>>> change,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<ContractState>(
            instruction,
            async run =>
            {
                var found = await run.FindCustomerAsync(reference);
                if (found.Refusal is { } missing)
                    return missing;
                var owner = found.Value.Account;
                var changed = await change(run, found.Value, await run.DecideAsync(owner));
                if (changed.Refusal is { } refusal)
                    return refusal;
                var customer = await run.Facts.SaveCustomerAsync(changed.Value);
                await run.TellStandingsAsync(owner);
                return await StateOfAsync(run, customer);
            },
            cancellationToken
        );

    private ValueTask<VaultResult<MemberState>> ChangeHouseholdAsync(
        Instruction instruction,
        string reference,
        Func<CommandRun, Customer, Decision, ValueTask<VaultResult<Member>>> change,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<MemberState>(
            instruction,
            async run =>
            {
                var found = await run.FindCustomerAsync(reference);
                if (found.Refusal is { } missing)
                    return missing;
                var owner = found.Value.Account;
                var changed = await change(run, found.Value, await run.DecideAsync(owner));
                if (changed.Refusal is { } refusal)
                    return refusal;
                await run.Facts.SaveMemberAsync(changed.Value);
                // The household is part of the customer: whoever changed either meanwhile is told.
                var customer = await run.Facts.SaveCustomerAsync(found.Value);
                await run.TellStandingsAsync(owner);
                return await StateOfAsync(run, changed.Value, customer.Version);
            },
            cancellationToken
        );

    private ValueTask<VaultResult<MemberState>> ChangeMemberAsync(
        Instruction instruction,
        string customer,
        AccountId account,
        Func<CommandRun, Member, Customer, ValueTask<VaultResult<Member>>> change,
        CancellationToken cancellationToken
    ) =>
        ChangeHouseholdAsync(
            instruction,
            customer,
            async (run, owner, _) =>
                await run.Facts.FindMemberAsync(account) is { } member
                && member.Owner == owner.Account
                    ? await change(run, member, owner)
                    : new Refusal(RefusalRule.NotFound),
            cancellationToken
        );

    private static async ValueTask<VaultResult<ServiceOption>> ChooseAsync(
        CommandRun run,
        string code
    )
    {
        if (await run.Facts.FindOptionAsync(code) is not { } option)
            return new Refusal(RefusalRule.UnknownOption) { Field = "option" };
        return option.IsWithdrawn
            ? new Refusal(RefusalRule.OptionWithdrawn) { Field = "option" }
            : option;
    }

    private static async ValueTask<ServiceOption> OptionOfAsync(
        CommandRun run,
        Customer customer
    ) =>
        await run.Facts.FindOptionAsync(customer.Option, customer.OptionVersion)
        ?? throw new InvalidOperationException(
            $"Option {customer.Option} of a customer is not in the catalogue."
        );

    // Whoever left keeps what they had: their window is for taking back, and nothing is added in it.
    private static async ValueTask GiveCapacityAsync(
        CommandRun run,
        Customer customer,
        ServiceOption option
    )
    {
        await run.Facts.SetCapacityAsync(customer.Account, option.CapacityBytes);
        foreach (var member in await run.Facts.ListMembersAsync(customer.Account))
        {
            if (member.Left is null || member.Left.Opens > run.Now)
                await run.Facts.SetCapacityAsync(member.Account, option.MemberCapacityBytes);
        }
    }

    // What the inventory says goes before what the order says, and that before what was known.
    private static VaultResult<Customer> Ordered(
        Order order,
        ServiceOption option,
        MainContractAnswer? answer,
        Customer? known,
        DateTimeOffset now
    )
    {
        var isKnown = known?.Main.Reference == order.MainContract;
        var main = new MainContract(order.MainContract, MainStatus.Active, now);
        var customer = known is null
            ? new Customer
            {
                Account = default,
                Reference = order.Customer,
                Main = main,
                Option = option.Code,
                OptionVersion = option.Version,
                Started = now,
            }
            : known with
            {
                Main = isKnown ? known.Main : main,
            };
        if (answer is UnknownMainContract)
            return new Refusal(RefusalRule.NoMainContract) { Field = "mainContract" };
        var news =
            answer as KnownMainContract
            ?? (order.Main is { } said ? new(said.Status, said.Ends, HasTv: null) : null);
        if (news is null && !isKnown)
            return answer is null
                ? Invalid("mainContract.status")
                : new Refusal(RefusalRule.MainContractUnconfirmed);
        if (news is not null)
            customer =
                MainContractNews.Apply(
                    customer,
                    news with
                    {
                        HasTv = news.HasTv ?? order.HasTvContract,
                    },
                    now
                ) ?? customer;
        else if (order.HasTvContract is { } hasTv)
            customer = customer with { HasTvContract = hasTv };
        return IsActive(customer.Main, now)
            ? customer
            : new Refusal(RefusalRule.NoMainContract) { Field = "mainContract" };
    }

    private static bool IsActive(MainContract main, DateTimeOffset now) =>
        main.Status == MainStatus.Active && !(main.End?.At <= now);

    // An end that is told again was heard of the first time: repeating it does not lengthen the window.
    private static ContractEnd EndOf(
        EndCause cause,
        DateTimeOffset at,
        ContractEnd? last,
        DateTimeOffset now
    ) =>
        last is not null && last.At.ToUnixTimeMilliseconds() == at.ToUnixTimeMilliseconds()
            ? last
            : new ContractEnd(cause, at, now);

    private static Refusal? StillEnded(Decision decision) =>
        decision.Standing switch
        {
            Standing.Closed => Closed(decision),
            Standing.TakeBack => new Refusal(RefusalRule.ContractEnded)
            {
                ClosesAt = decision.ClosesAt,
            },
            _ => null,
        };

    private static Refusal Closed(Decision decision) =>
        new(RefusalRule.AccountClosed) { ClosesAt = decision.ClosesAt };

    private static Refusal Invalid(string field) => new(RefusalRule.InvalidInput) { Field = field };

    // In the member's own chain, and in the owner's, whose household it is.
    private static async ValueTask RecordAsync(CommandRun run, string act, Member member)
    {
        await run.RecordAsync(act, member.Account, new { leavesAt = member.Left?.At });
        await run.Facts.RecordAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(member.Owner),
                At = run.Now,
                Actor = run.Actor,
                Act = act,
                Subject = CommandRun.SubjectOf(member.Account),
                Instruction = run.Instruction.Id,
            }
        );
    }

    private static ValueTask RecordAsync(CommandRun run, string act, ServiceOption option) =>
        run.RecordAsync(
            act,
            account: null,
            new
            {
                version = option.Version,
                capacityBytes = option.CapacityBytes,
                memberCapacityBytes = option.MemberCapacityBytes,
            },
            $"option:{option.Code}"
        );

    private static async ValueTask<ContractState> StateOfAsync(
        CommandSight sight,
        Customer customer
    )
    {
        var decision = await sight.DecideAsync(customer.Account);
        return new ContractState
        {
            Customer = customer,
            Standing = decision.Standing,
            End = decision.End,
            ClosesAt = decision.ClosesAt,
            UsedBytes = decision.UsedBytes,
            CapacityBytes = decision.CapacityBytes,
            HasTv = decision.Facts.HasTv,
            Language = decision.Facts.Language,
        };
    }

    private static async ValueTask<MemberState> StateOfAsync(
        CommandSight sight,
        Member member,
        long version
    )
    {
        var decision = await sight.DecideAsync(member.Account);
        return new MemberState
        {
            Member = member,
            SignInName = (await sight.Snapshot.FindAccountAsync(member.Account))?.Name ?? "",
            Standing = decision.Standing,
            ClosesAt = decision.ClosesAt,
            UsedBytes = decision.UsedBytes,
            CapacityBytes = decision.CapacityBytes,
            Version = version,
        };
    }
}
