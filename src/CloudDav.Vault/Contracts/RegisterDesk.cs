namespace CloudDav.Vault;

/// <summary>Keeps the operator's registers, staff grants aside.</summary>
/// <param name="commands">Carries commands out.</param>
/// <param name="store">Where the facts are.</param>
/// <param name="time">The clock.</param>
public sealed class RegisterDesk(CommandDesk commands, IContractStore store, TimeProvider time)
{
    /// <summary>Records a sub-processor.</summary>
    /// <param name="instruction">Who commands it, and as what.</param>
    /// <param name="added">Who it is.</param>
    /// <param name="since">From when it processes data.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<Entry<SubProcessor>>> AddSubProcessorAsync(
        Instruction instruction,
        SubProcessor added,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) =>
        AddAsync(
            instruction,
            Registers.SubProcessors,
            new Entry<SubProcessor> { Since = since, Body = added },
            "sub-processor.recorded",
            now =>
                string.IsNullOrWhiteSpace(added.Name) ? "name"
                : added.Country is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z'] ? "country"
                : !EuropeanEconomicArea.Has(added.Country)
                && string.IsNullOrWhiteSpace(added.TransferBasis)
                    ? "transferBasis"
                : added.ObjectionsUntil <= now ? "objectionsUntil"
                : null,
            cancellationToken
        );

    /// <summary>Records that a sub-processor processes data no longer.</summary>
    public ValueTask<VaultResult<Entry<SubProcessor>>> EndSubProcessorAsync(
        Instruction instruction,
        long id,
        CancellationToken cancellationToken
    ) =>
        CloseAsync(
            instruction,
            Registers.SubProcessors,
            id,
            "sub-processor.ended",
            cancellationToken
        );

    /// <summary>Records a customer's objection to a sub-processor, while there is time for it.</summary>
    public ValueTask<VaultResult<Entry<Objection>>> ObjectAsync(
        AccountId account,
        long subProcessor,
        string? reason,
        CancellationToken cancellationToken
    ) =>
        store.WriteAsync(
            transaction =>
                ObjectAsync(
                    transaction,
                    account,
                    AuditActors.Owner,
                    subProcessor,
                    reason,
                    time.GetUtcNow()
                ),
            cancellationToken
        );

    /// <summary>As <see cref="ObjectAsync(AccountId, long, string?, CancellationToken)"/>, within a transaction that has asked who objects.</summary>
    internal static async ValueTask<VaultResult<Entry<Objection>>> ObjectAsync(
        IContractTransaction transaction,
        AccountId account,
        string by,
        long subProcessor,
        string? reason,
        DateTimeOffset now
    )
    {
        if (
            await Registers.SubProcessors.FindAsync(transaction, subProcessor)
            is not { Closed: null } found
        )
            return new Refusal(RefusalRule.NotFound) { Field = "subProcessor" };
        if (found.Body.ObjectionsUntil is not { } end || end <= now)
            return new Refusal(RefusalRule.AlreadyEnded) { Until = found.Body.ObjectionsUntil };
        var saved = await Registers.Objections.SaveAsync(
            transaction,
            new Entry<Objection>
            {
                Account = account,
                Since = now,
                Body = new Objection { SubProcessor = subProcessor, Reason = reason },
            }
        );
        await transaction.RecordAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(account),
                At = now,
                Actor = by,
                Act = "objection.recorded",
                Subject = NameOf(Registers.Objections, saved.Id),
            }
        );
        return saved;
    }

    /// <summary>Records what the operator answered to an objection, which closes it.</summary>
    public ValueTask<VaultResult<Entry<Objection>>> AnswerObjectionAsync(
        Instruction instruction,
        long id,
        string answer,
        CancellationToken cancellationToken
    ) =>
        string.IsNullOrWhiteSpace(answer)
            ? new(Wrong("answer"))
            : CloseAsync(
                instruction,
                Registers.Objections,
                id,
                "objection.answered",
                cancellationToken,
                body => body with { Answer = answer }
            );

    /// <summary>Records a breach notice: to one account, or to everybody.</summary>
    public ValueTask<VaultResult<Entry<BreachNotice>>> AddBreachAsync(
        Instruction instruction,
        AccountId? account,
        BreachNotice notice,
        CancellationToken cancellationToken
    ) =>
        AddAsync(
            instruction,
            Registers.Breaches,
            new Entry<BreachNotice>
            {
                Account = account,
                Since = time.GetUtcNow(),
                Body = notice,
            },
            "breach.notified",
            now =>
                notice.Discovered > now ? "discoveredAt"
                : notice.Happened > notice.Discovered ? "happenedAt"
                : notice.Nature.In(Language.English) is null ? "nature"
                : null,
            cancellationToken
        );

    /// <summary>Records a legal order.</summary>
    public ValueTask<VaultResult<Entry<LegalOrder>>> AddOrderAsync(
        Instruction instruction,
        AccountId? account,
        LegalOrder order,
        CancellationToken cancellationToken
    ) =>
        AddAsync(
            instruction,
            Registers.LegalOrders,
            new Entry<LegalOrder>
            {
                Account = account,
                Key = order.Reference,
                Since = order.Received,
                Body = order,
            },
            "legal-order.recorded",
            now =>
                string.IsNullOrWhiteSpace(order.Authority) ? "authority"
                : string.IsNullOrWhiteSpace(order.Reference) ? "reference"
                : string.IsNullOrWhiteSpace(order.Basis) ? "basis"
                : string.IsNullOrWhiteSpace(order.Scope) ? "run"
                : order.Received > now ? "receivedAt"
                : order.GaggedUntil is { } gag && (!order.IsGagged || gag <= now) ? "gaggedUntil"
                : order.IsGagged && order.CustomerNotified is not null ? "customerNotifiedAt"
                : null,
            cancellationToken
        );

    /// <summary>Records that a legal order was carried out, or that the customer was told of it.</summary>
    public ValueTask<VaultResult<Entry<LegalOrder>>> ChangeOrderAsync(
        Instruction instruction,
        long id,
        DateTimeOffset? customerNotified,
        DateTimeOffset? carriedOut,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<Entry<LegalOrder>>(
            instruction,
            async run =>
            {
                if (await Registers.LegalOrders.FindAsync(run.Facts, id) is not { } order)
                    return new Refusal(RefusalRule.NotFound);
                if (order.Body.SealedUntil(run.Now) is not null && customerNotified is not null)
                    return Wrong("customerNotifiedAt");
                if (customerNotified > run.Now || carriedOut > run.Now)
                    return Wrong(
                        customerNotified > run.Now ? "customerNotifiedAt" : "carriedOutAt"
                    );
                var saved = await Registers.LegalOrders.SaveAsync(
                    run.Facts,
                    order with
                    {
                        Body = order.Body with
                        {
                            CustomerNotified = customerNotified ?? order.Body.CustomerNotified,
                            CarriedOut = carriedOut ?? order.Body.CarriedOut,
                        },
                    }
                );
                await run.RecordAsync(
                    "legal-order.changed",
                    saved.Account,
                    new
                    {
                        Entry = NameOf(Registers.LegalOrders, id),
                        saved.Body.CustomerNotified,
                        saved.Body.CarriedOut,
                    },
                    Seal.Of(saved, run.Now)
                );
                return saved;
            },
            cancellationToken
        );

    /// <summary>Records that the customer may be told of a legal order: what was done under it shows in their log from now on.</summary>
    public ValueTask<VaultResult<Entry<LegalOrder>>> UnsealOrderAsync(
        Instruction instruction,
        long id,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<Entry<LegalOrder>>(
            instruction,
            async run =>
            {
                if (await Registers.LegalOrders.FindAsync(run.Facts, id) is not { } order)
                    return new Refusal(RefusalRule.NotFound);
                if (order.Body.SealedUntil(run.Now) is null)
                    return new Refusal(RefusalRule.AlreadyEnded);
                var saved = await Registers.LegalOrders.SaveAsync(
                    run.Facts,
                    order with
                    {
                        Body = order.Body with { IsGagged = false, GaggedUntil = null },
                    }
                );
                var name = NameOf(Registers.LegalOrders, id);
                await run.RecordAsync("legal-order.unsealed", order.Account, new { Entry = name });
                if (order.Account is not { } account)
                    return saved;
                foreach (var entry in await run.Facts.ListSealedAsync(account, name))
                    await run.Facts.RecordAsync(
                        new AuditEntry
                        {
                            Chain = AuditChainId.Of(account),
                            At = run.Now,
                            Actor = run.Actor,
                            Act = "audit.unsealed",
                            Subject = name,
                            Instruction = run.Instruction.Id,
                            Unseals = entry,
                        }
                    );
                return saved;
            },
            cancellationToken
        );

    /// <summary>Records a person's undertaking of confidentiality.</summary>
    /// <param name="instruction">Who commands it, and as what.</param>
    /// <param name="undertaking">Whose it is.</param>
    /// <param name="signedOn">When it was signed.</param>
    /// <param name="until">Until when it holds; null for no end.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<Entry<Undertaking>>> AddUndertakingAsync(
        Instruction instruction,
        Undertaking undertaking,
        DateTimeOffset signedOn,
        DateTimeOffset? until,
        CancellationToken cancellationToken
    ) =>
        AddAsync(
            instruction,
            Registers.Undertakings,
            new Entry<Undertaking>
            {
                Key = undertaking.Person,
                Since = signedOn,
                Until = until,
                Body = undertaking,
            },
            "undertaking.recorded",
            now =>
                string.IsNullOrWhiteSpace(undertaking.Person) ? "person"
                : string.IsNullOrWhiteSpace(undertaking.Document) ? "document"
                : signedOn > now ? "signedAt"
                : until <= now ? "until"
                : null,
            cancellationToken
        );

    /// <summary>Ends a person's undertaking: they can be granted nothing any more, and grants that run stop.</summary>
    public ValueTask<VaultResult<Entry<Undertaking>>> EndUndertakingAsync(
        Instruction instruction,
        long id,
        CancellationToken cancellationToken
    ) =>
        CloseAsync(instruction, Registers.Undertakings, id, "undertaking.ended", cancellationToken);

    /// <summary>Entries of a register in the order of their numbers.</summary>
    public ValueTask<IReadOnlyList<Entry<T>>> ListAsync<T>(
        Register<T> register,
        AccountId? account,
        long after,
        int limit,
        CancellationToken cancellationToken
    )
        where T : class =>
        store.ReadAsync(
            snapshot => register.ListAsync(snapshot, account, after, limit),
            cancellationToken
        );

    /// <summary>An entry as audit names it.</summary>
    internal static string NameOf<T>(Register<T> register, long id)
        where T : class =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{register.Name}:{id}");

    private ValueTask<VaultResult<Entry<T>>> AddAsync<T>(
        Instruction instruction,
        Register<T> register,
        Entry<T> added,
        string act,
        Func<DateTimeOffset, string?> findWrongField,
        CancellationToken cancellationToken
    )
        where T : class =>
        commands.RunAsync<Entry<T>>(
            instruction,
            async run =>
            {
                if (findWrongField(run.Now) is { } field)
                    return Wrong(field);
                if (
                    added.Account is { } account
                    && await run.Facts.FindAccountAsync(account) is null
                )
                    return new Refusal(RefusalRule.NotFound) { Field = "account" };
                var saved = await register.SaveAsync(run.Facts, added);
                await run.RecordAsync(
                    act,
                    saved.Account,
                    new { Entry = NameOf(register, saved.Id) },
                    saved is Entry<LegalOrder> order ? Seal.Of(order, run.Now) : null
                );
                return saved;
            },
            cancellationToken
        );

    private ValueTask<VaultResult<Entry<T>>> CloseAsync<T>(
        Instruction instruction,
        Register<T> register,
        long id,
        string act,
        CancellationToken cancellationToken,
        Func<T, T>? change = null
    )
        where T : class =>
        commands.RunAsync<Entry<T>>(
            instruction,
            async run =>
            {
                if (await register.FindAsync(run.Facts, id) is not { } entry)
                    return new Refusal(RefusalRule.NotFound);
                if (run.CheckVersion(entry.Version) is { } conflict)
                    return conflict;
                if (entry.Closed is not null)
                    return new Refusal(RefusalRule.AlreadyEnded);
                var saved = await register.SaveAsync(
                    run.Facts,
                    entry with
                    {
                        Closed = run.Now,
                        Body = change is null ? entry.Body : change(entry.Body),
                    }
                );
                await run.RecordAsync(act, saved.Account, new { Entry = NameOf(register, id) });
                return saved;
            },
            cancellationToken
        );

    private static Refusal Wrong(string field) => new(RefusalRule.InvalidInput) { Field = field };
}
