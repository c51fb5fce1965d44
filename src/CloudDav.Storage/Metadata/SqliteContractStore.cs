using System.Text.Json;
using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage;

/// <summary>The facts of contracts on SQLite.</summary>
/// <param name="database">The metadata.</param>
public sealed class SqliteContractStore(SqliteDatabase database) : IContractStore
{
    /// <inheritdoc/>
    public ValueTask<T> ReadAsync<T>(
        Func<IContractSnapshot, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session => SqliteMetadataStore.Finished(body(new SqliteContracts(session))),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<VaultResult<T>> WriteAsync<T>(
        Func<IContractTransaction, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                SqliteMetadataStore.Finished(body(new SqliteContractChanges(session, database))),
            static result => result.IsSuccess,
            cancellationToken
        );
}

/// <summary>Reads the facts of contracts within one transaction.</summary>
internal partial class SqliteContracts(SqliteSession session) : IContractSnapshot
{
    protected SqliteSession Session => session;

    public ValueTask<Customer?> FindCustomerAsync(string reference) =>
        new(
            First<CustomerRow>(ContractSql.FindCustomerByReference, new { reference })?.ToCustomer()
        );

    public ValueTask<Customer?> FindCustomerAsync(AccountId account) => new(CustomerOf(account));

    public ValueTask<IReadOnlyList<Customer>> ListCustomersAsync(AccountId after, int limit) =>
        new([
            .. All<CustomerRow>(ContractSql.ListCustomers, new { after = after.Value, limit })
                .Select(row => row.ToCustomer()),
        ]);

    public ValueTask<Member?> FindMemberAsync(AccountId account) => new(MemberOf(account));

    public ValueTask<IReadOnlyList<Member>> ListMembersAsync(AccountId owner) =>
        new([
            .. All<MemberRow>(ContractSql.ListMembers, new { owner = owner.Value })
                .Select(row => row.ToMember()),
        ]);

    public ValueTask<Account?> FindAccountAsync(AccountId account) =>
        new(
            First<SqliteAccountStore.AccountRow>(
                ContractSql.FindAccount,
                new { account = account.Value }
            )
                ?.ToAccount()
        );

    public ValueTask<ServiceOption?> FindOptionAsync(string code, int? version = null) =>
        new(
            First<OptionRow>(
                version is null ? ContractSql.FindOption : ContractSql.FindOptionVersion,
                new { code, version }
            )
                ?.ToOption()
        );

    public ValueTask<IReadOnlyList<ServiceOption>> ListOptionsAsync() =>
        new([.. All<OptionRow>(ContractSql.ListOptions, null).Select(row => row.ToOption())]);

    public ValueTask<ContractFacts> LoadFactsAsync(AccountId account) => new(FactsOf(account));

    public ValueTask<PlatformFacts> LoadPlatformAsync() => new(Platform());

    public ValueTask<(VaultId Vault, long UsedBytes, long? CapacityBytes)?> FindUsageAsync(
        AccountId account
    )
    {
        var row = First<UsageRow>(ContractSql.FindUsage, new { account = account.Value });
        return new(
            row is null ? null : (new VaultId(row.VaultId), row.UsedBytes, row.CapacityBytes)
        );
    }

    public ValueTask<(Measure Measure, DateTimeOffset? Lifted)?> FindMeasureAsync(long id) =>
        new(
            First<MeasureRow>(ContractSql.FindMeasure, new { id }) is { } row
                ? row.ToMeasure()
                : null
        );

    public ValueTask<IReadOnlyList<(Measure Measure, DateTimeOffset? Lifted)>> ListMeasuresAsync(
        AccountId? account,
        bool withLifted
    ) =>
        new([
            .. All<MeasureRow>(
                    account is null
                        ? ContractSql.ListCommonMeasures
                        : ContractSql.ListAccountMeasures,
                    new { account = account?.Value, withLifted }
                )
                .Select(row => row.ToMeasure()),
        ]);

    public ValueTask<DoneCommand?> FindCommandAsync(string id)
    {
        var row = First<CommandRow>(ContractSql.FindCommand, new { id });
        return new(
            row is null ? null : new DoneCommand(id, row.RequestHash, row.Answer, Time(row.Done))
        );
    }

    public ValueTask<RegisterEntry?> FindEntryAsync(string registerName, long id) =>
        new(First<EntryRow>(ContractSql.FindEntry, new { register = registerName, id })?.ToEntry());

    public ValueTask<IReadOnlyList<RegisterEntry>> ListEntriesAsync(
        string registerName,
        AccountId? account,
        long after,
        int limit
    ) =>
        new([
            .. All<EntryRow>(
                    account is null ? ContractSql.ListEntries : ContractSql.ListAccountEntries,
                    new
                    {
                        register = registerName,
                        account = account?.Value,
                        after,
                        limit,
                    }
                )
                .Select(row => row.ToEntry()),
        ]);

    public ValueTask<IReadOnlyList<RegisterEntry>> ListEntriesAsync(
        string registerName,
        string key
    ) =>
        new([
            .. All<EntryRow>(ContractSql.ListKeyedEntries, new { register = registerName, key })
                .Select(row => row.ToEntry()),
        ]);

    public ValueTask<NodeId?> FindNodeAsync(VaultId vault, IReadOnlyList<string> path)
    {
        var foldsKeys = Scalar<bool>(ContractSql.FoldsKeys, new { vault = vault.Value });
        var node = Scalar<long?>(ContractSql.FindRoot, new { vault = vault.Value });
        for (var i = 0; i < path.Count && node is not null; i++)
            node = Scalar<long?>(
                ContractSql.FindMemberByName,
                new
                {
                    vault = vault.Value,
                    parent = node,
                    key = foldsKeys ? NodeName.Fold(path[i]) : path[i],
                }
            );
        return new(node is { } found ? new NodeId(found) : null);
    }

    public ValueTask<bool> HasNodeAsync(VaultId vault, NodeId node) =>
        new(Scalar<bool>(ContractSql.HasNode, new { vault = vault.Value, node = node.Value }));

    public ValueTask<IReadOnlyList<long>> ListSealedAsync(AccountId account, string instruction) =>
        new([.. All<long>(ContractSql.ListSealed, new { chain = account.Value, instruction })]);

    public ValueTask<IReadOnlyList<TermsVersion>> ListTermsAsync() => new(Terms());

    public ValueTask<IReadOnlyList<TermsAcceptance>> ListAcceptancesAsync(AccountId account) =>
        new([
            .. All<AcceptanceRow>(ContractSql.ListAcceptances, new { account = account.Value })
                .Select(row => new TermsAcceptance(
                    account,
                    row.Version,
                    (Language)row.Language,
                    (Door)row.Door,
                    Time(row.Accepted)
                )),
        ]);

    public ValueTask<AccountLifecycle?> FindLifecycleAsync(AccountId account)
    {
        var statement = Session[LifecycleSql.Find].Bind(1, account.Value);
        if (!statement.Step())
            return new((AccountLifecycle?)null);
        var found = new AccountLifecycle
        {
            Account = account,
            Announced = (Standing?)statement.NullableInt64(0),
            Due = Time(statement.NullableInt64(1)),
            Opened = Time(statement.NullableInt64(2)),
            Reminders = (Reminders)statement.Int64(3),
            FirstReminder = statement.NullableInt64(4),
            Reminded = Time(statement.NullableInt64(5)),
            Closed = Time(statement.NullableInt64(6)),
        };
        statement.Reset();
        return new(found);
    }

    public ValueTask<IReadOnlyList<AccountId>> ListDueAsync(DateTimeOffset now, int limit)
    {
        var due = new List<AccountId>();
        var statement = Session[LifecycleSql.ListDue]
            .Bind(1, now.ToUnixTimeMilliseconds())
            .Bind(2, limit);
        while (statement.Step())
            due.Add(new AccountId(statement.Int64(0)));
        return new(due);
    }

    public ValueTask<IReadOnlyList<Measure>> ListEndedMeasuresAsync(
        DateTimeOffset now,
        int limit
    ) =>
        new([
            .. All<MeasureRow>(
                    ContractSql.ListEndedMeasures,
                    new { now = now.ToUnixTimeMilliseconds(), limit }
                )
                .Select(row => row.ToMeasure().Measure),
        ]);

    public ValueTask<bool> WasTriedAsync(EventKey key) =>
        new(
            Session[LifecycleSql.WasTried]
                .Bind(1, key.Account.Value)
                .Bind(2, key.Number)
                .RunForInt64() != 0
        );

    public ValueTask<string?> FindSweptAsync()
    {
        var statement = Session[LifecycleSql.FindSwept];
        _ = statement.Step();
        var swept = statement.NullableText(0);
        statement.Reset();
        return new(swept);
    }

    public ValueTask<IReadOnlyList<DestructionRecord>> ListDestructionsAsync(
        AccountId after,
        int limit
    )
    {
        var records = new List<DestructionRecord>();
        var statement = Session[DestructionSql.List].Bind(1, after.Value).Bind(2, limit);
        while (statement.Step())
            records.Add(DestructionRows.Read(statement));
        return new(records);
    }

    public ValueTask<IReadOnlyList<RetainedContract>> ListRetainedAsync(AccountId after, int limit)
    {
        var retained = new List<RetainedContract>();
        var statement = Session[DestructionSql.ListRetained].Bind(1, after.Value).Bind(2, limit);
        while (statement.Step())
            retained.Add(DestructionRows.ReadRetained(statement));
        return new(retained);
    }

    /// <summary>What is known about an account's contract.</summary>
    public ContractFacts FactsOf(AccountId account)
    {
        var member = First<MemberRow>(ContractSql.FindMember, new { account = account.Value });
        var customer = First<CustomerRow>(
            ContractSql.FindCustomer,
            new { account = member?.OwnerId ?? account.Value }
        );
        return new ContractFactRows
        {
            IsBeingDestroyed =
                Session[DestructionSql.HasBegun].Bind(1, account.Value).RunForInt64() != 0,
            Person = First<PersonRow>(ContractSql.FindPerson, new { account = account.Value }),
            Member = member,
            Customer = customer,
            Option = customer is null
                ? null
                : First<OptionRow>(
                    ContractSql.FindOptionVersion,
                    new { code = customer.OptionCode, version = customer.OptionVersion }
                ),
            Measures = MeasuresOf(account.Value),
            OptionMeasures = customer is null
                ? []
                :
                [
                    .. All<MeasureRow>(
                        ContractSql.ListOptionMeasures,
                        new { option = customer.OptionCode }
                    ),
                ],
            OwnerMeasures = member is null ? [] : MeasuresOf(member.OwnerId),
            AcceptedTerms = customer is null
                ? null
                : Scalar<string?>(
                    ContractSql.FindNewestAccepted,
                    new { account = customer.AccountId }
                ),
        }.ToFacts();
    }

    /// <summary>What holds for everyone.</summary>
    public PlatformFacts Platform() =>
        Session
            .Connection.QueryFirst<PlatformRow>(ContractSql.LoadPlatform)
            .ToFacts(All<MeasureRow>(ContractSql.ListGeneralMeasures, null), Terms());

    private IReadOnlyList<TermsVersion> Terms() =>
        [.. All<TermsRow>(ContractSql.ListTerms, null).Select(row => row.ToTerms())];

    private List<MeasureRow> MeasuresOf(long account) =>
        [.. All<MeasureRow>(ContractSql.ListAccountMeasures, new { account, withLifted = false })];

    protected static DateTimeOffset Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    protected static DateTimeOffset? Time(long? milliseconds) =>
        milliseconds is { } value ? Time(value) : null;

    protected static string? JsonOf(Texts? texts) =>
        texts is null ? null : JsonSerializer.Serialize(texts);

    private Customer? CustomerOf(AccountId account) =>
        First<CustomerRow>(ContractSql.FindCustomer, new { account = account.Value })?.ToCustomer();

    private Member? MemberOf(AccountId account) =>
        First<MemberRow>(ContractSql.FindMember, new { account = account.Value })?.ToMember();

    protected T? Scalar<T>(string sql, object parameters) =>
        Session.Connection.ExecuteScalar<T>(sql, parameters);

    protected T? First<T>(string sql, object parameters)
        where T : class => Session.Connection.QueryFirstOrDefault<T>(sql, parameters);

    private IEnumerable<T> All<T>(string sql, object? parameters) =>
        Session.Connection.Query<T>(sql, parameters);

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
                Since = Time(Since),
                Until = Time(Until),
                Closed = Time(Closed),
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
}

/// <summary>Changes the facts of contracts within one transaction.</summary>
internal sealed partial class SqliteContractChanges(SqliteSession session, SqliteDatabase database)
    : SqliteContracts(session),
        IContractTransaction
{
    public ValueTask<Account?> AddAccountAsync(NewAccount account, DateTimeOffset now) =>
        new(SqliteAccountStore.AddAccount(database, Session, account, now));

    public ValueTask<Customer> SaveCustomerAsync(Customer customer)
    {
        var saved = customer with { Version = customer.Version + 1 };
        Run(
            ContractSql.SaveCustomer,
            new
            {
                account = saved.Account.Value,
                reference = saved.Reference,
                mainRef = saved.Main.Reference,
                mainStatus = (int)saved.Main.Status,
                mainEnds = Ms(saved.Main.End?.At),
                mainEndRecorded = Ms(saved.Main.End?.Recorded),
                mainKnown = Ms(saved.Main.KnownAt),
                hasTv = saved.HasTvContract,
                option = saved.Option,
                optionVersion = saved.OptionVersion,
                started = Ms(saved.Started),
                ends = Ms(saved.End?.At),
                endRecorded = Ms(saved.End?.Recorded),
                destructionStarted = Ms(saved.DestructionStarted),
                destroyed = Ms(saved.Destroyed),
                version = saved.Version,
            }
        );
        MoveFacts(saved.Account);
        return new(saved);
    }

    public ValueTask SaveMemberAsync(Member member)
    {
        Run(
            ContractSql.SaveMember,
            new
            {
                account = member.Account.Value,
                owner = member.Owner.Value,
                added = Ms(member.Added),
                confirmed = Ms(member.Confirmed),
                leftAt = Ms(member.Left?.At),
                leftRecorded = Ms(member.Left?.Recorded),
                destructionStarted = Ms(member.DestructionStarted),
                destroyed = Ms(member.Destroyed),
            }
        );
        MoveFacts(member.Account);
        return ValueTask.CompletedTask;
    }

    public ValueTask SetCapacityAsync(AccountId account, long capacityBytes)
    {
        Run(ContractSql.SetCapacity, new { account = account.Value, capacity = capacityBytes });
        Session[LifecycleSql.LookAgain].Bind(1, account.Value).Run();
        return ValueTask.CompletedTask;
    }

    public ValueTask SetLanguageAsync(AccountId account, Language? language)
    {
        Run(ContractSql.SetLanguage, new { account = account.Value, language = (int?)language });
        return ValueTask.CompletedTask;
    }

    public ValueTask AddOptionAsync(ServiceOption added, DateTimeOffset now)
    {
        Run(
            ContractSql.AddOption,
            new
            {
                code = added.Code,
                version = added.Version,
                offer = added.Offer,
                capacity = added.CapacityBytes,
                memberCapacity = added.MemberCapacityBytes,
                entitlements = string.Join(' ', added.Entitlements),
                texts = JsonOf(added.Texts),
                isWithdrawn = added.IsWithdrawn,
                now = Ms(now),
            }
        );
        Run(ContractSql.MovePlatform, null);
        return ValueTask.CompletedTask;
    }

    public ValueTask<Measure> AddMeasureAsync(Measure measure)
    {
        var id = Scalar<long>(
            ContractSql.AddMeasure,
            new
            {
                kind = (int)measure.Kind,
                switches = (int)measure.Switches,
                account = measure.Account?.Value,
                option = measure.Option,
                node = measure.Node?.Value,
                isLegalOrder = measure.IsLegalOrder,
                reasonCode = measure.ReasonCode,
                words = JsonOf(measure.Words),
                setBy = measure.SetBy,
                since = Ms(measure.Since),
                until = Ms(measure.Until),
            }
        );
        MoveFactsOf(measure);
        return new(measure with { Id = id });
    }

    public async ValueTask<bool> LiftMeasureAsync(long id, string by, DateTimeOffset now)
    {
        if (
            Run(
                ContractSql.LiftMeasure,
                new
                {
                    id,
                    by,
                    now = Ms(now),
                }
            ) == 0
        )
            return false;
        MoveFactsOf((await FindMeasureAsync(id))!.Value.Measure);
        return true;
    }

    public ValueTask SavePlatformAsync(PlatformFacts platform)
    {
        Run(
            ContractSql.SavePlatform,
            new
            {
                mode = (int)platform.Mode,
                modeEnds = Ms(platform.ModeEnds),
                words = JsonOf(platform.Words),
                serviceEnds = Ms(platform.ServiceEnd?.At),
                serviceEndRecorded = Ms(platform.ServiceEnd?.Recorded),
                serviceClosesNotBefore = Ms(platform.ServiceEnd?.ClosesNotBefore),
                doors = JsonSerializer.Serialize(platform.Doors),
            }
        );
        return ValueTask.CompletedTask;
    }

    public ValueTask AddCommandAsync(DoneCommand command)
    {
        Run(
            ContractSql.AddCommand,
            new
            {
                id = command.Id,
                hash = command.RequestHash.ToArray(),
                answer = command.Answer,
                done = Ms(command.Done),
            }
        );
        return ValueTask.CompletedTask;
    }

    public ValueTask<int> ForgetCommandsAsync(DateTimeOffset before, int limit) =>
        new(Run(ContractSql.ForgetCommands, new { before = Ms(before), limit }));

    public ValueTask<RegisterEntry> SaveEntryAsync(RegisterEntry entry)
    {
        var row = new
        {
            register = entry.Register,
            id = entry.Id,
            account = entry.Account?.Value,
            key = entry.Key,
            since = Ms(entry.Since),
            until = Ms(entry.Until),
            closed = Ms(entry.Closed),
            body = entry.Body,
        };
        return new(
            entry.Id == 0
                ? entry with
                {
                    Id = Scalar<long>(ContractSql.AddEntry, row),
                    Version = 1,
                }
                : entry with
                {
                    Version = Scalar<long>(ContractSql.SaveEntry, row),
                }
        );
    }

    public ValueTask SaveTermsAsync(TermsVersion terms)
    {
        Run(
            ContractSql.SaveTerms,
            new
            {
                version = terms.Version,
                published = Ms(terms.Published),
                requiredFrom = Ms(terms.RequiredFrom),
                texts = JsonOf(terms.Texts),
            }
        );
        Run(ContractSql.MovePlatform, null);
        return ValueTask.CompletedTask;
    }

    public ValueTask AddAcceptanceAsync(TermsAcceptance acceptance)
    {
        Run(
            ContractSql.AddAcceptance,
            new
            {
                account = acceptance.Account.Value,
                version = acceptance.Version,
                language = (int)acceptance.Language,
                door = (int)acceptance.Door,
                accepted = Ms(acceptance.Accepted),
            }
        );
        MoveFacts(acceptance.Account);
        return ValueTask.CompletedTask;
    }

    public ValueTask RecordAsync(AuditEntry entry)
    {
        SqliteJournal.Append(Session, entry);
        return ValueTask.CompletedTask;
    }

    public ValueTask<EventKey> EmitAsync(ServiceEvent occurred) =>
        new(new EventKey(occurred.Account, SqliteJournal.Add(Session, occurred)));

    public ValueTask ReopenWindowAsync(AccountId account, DateTimeOffset now)
    {
        Run(ContractSql.ReopenWindow, new { account = account.Value, now = Ms(now) });
        return ValueTask.CompletedTask;
    }

    public ValueTask SaveLifecycleAsync(AccountLifecycle lifecycle)
    {
        Session[LifecycleSql.Save]
            .Bind(1, lifecycle.Account.Value)
            .Bind(2, (long?)lifecycle.Announced)
            .Bind(3, Ms(lifecycle.Due))
            .Bind(4, Ms(lifecycle.Opened))
            .Bind(5, (long)lifecycle.Reminders)
            .Bind(6, lifecycle.FirstReminder)
            .Bind(7, Ms(lifecycle.Reminded))
            .Bind(8, Ms(lifecycle.Closed))
            .Run();
        return ValueTask.CompletedTask;
    }

    public ValueTask<AccountId?> MarkDueAsync(AccountId after, int limit)
    {
        AccountId? last = null;
        var statement = Session[LifecycleSql.LookAgainAfter].Bind(1, after.Value).Bind(2, limit);
        while (statement.Step())
            if (last is null || statement.Int64(0) > last.Value.Value)
                last = new AccountId(statement.Int64(0));
        return new(last);
    }

    public ValueTask MarkSweptAsync(string? serviceEnd)
    {
        Session[LifecycleSql.MarkSwept].Bind(1, serviceEnd).Run();
        return ValueTask.CompletedTask;
    }

    public ValueTask BeginDestructionAsync(DestructionRecord record)
    {
        Session[DestructionSql.Begin]
            .Bind(1, record.Account.Value)
            .Bind(2, record.Vault.Value)
            .Bind(3, (long)record.Cause)
            .Bind(4, (long)record.Step)
            .Bind(5, Ms(record.Started))
            .Bind(6, record.ListHash.ToArray())
            .Run();
        MoveFacts(record.Account);
        return ValueTask.CompletedTask;
    }

    public ValueTask AllowDestructionAsync(DateTimeOffset until)
    {
        Session[DestructionSql.Allow].Bind(1, Ms(until)).Run();
        return ValueTask.CompletedTask;
    }

    // A measure on an account holds in its whole household; one on an option or on everyone is found by the platform's version.
    private void MoveFactsOf(Measure measure)
    {
        if (measure.Account is { } account)
            MoveFacts(account);
        else
            Run(ContractSql.MovePlatform, null);
    }

    private void MoveFacts(AccountId account)
    {
        Run(ContractSql.MoveFacts, new { account = account.Value });
        Session[LifecycleSql.LookAgain].Bind(1, account.Value).Run();
    }

    // Not every change here is of a fact that is remembered; to take each for one costs a look-up and spares a mistake.
    private int Run(string sql, object? parameters)
    {
        Session.HasChangedFacts = true;
        return Session.Connection.Execute(sql, parameters);
    }

    private static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static long? Ms(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();
}
