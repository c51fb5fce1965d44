using System.Text.Json;

namespace CloudDav.Vault;

/// <summary>Who commands something from outside, and as what: what carrying it out once takes, and saying later who wanted it.</summary>
/// <param name="Id">The sender's id for the command, 1 to <see cref="MaxIdLength"/> characters.</param>
/// <param name="Author">Who gives it: the subject of their token.</param>
/// <param name="RequestHash">SHA-256 of what is commanded, by whom.</param>
public sealed record Instruction(string Id, string Author, ReadOnlyMemory<byte> RequestHash)
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxIdLength = 128;

    /// <summary>The version of what is changed that the sender saw; null when they do not care.</summary>
    public long? ExpectedVersion { get; init; }
}

/// <summary>
/// Carries commands out, each in one transaction and once: a command that comes again has no further effect and the same answer. Areas of commands, such as
/// <see cref="ContractDesk"/>, are made of it. A refusal undoes everything and is not remembered.
/// </summary>
/// <param name="store">Where facts are.</param>
/// <param name="policy">Decides what accounts may do.</param>
/// <param name="time">The clock.</param>
/// <param name="seal">Encrypts secrets to the operator's systems, as for <see cref="StandingWatch"/>; null to send none.</param>
public sealed class CommandDesk(
    IContractStore store,
    AccountPolicy policy,
    TimeProvider time,
    Func<string, string?>? seal = null
)
{
    private readonly StandingWatch _watch = new(store, policy, time, seal);

    /// <summary>Carries a command out, or answers as it was answered before.</summary>
    /// <typeparam name="T">The answer. It is remembered as JSON, so it is a record that can be read back.</typeparam>
    /// <param name="instruction">Who commands it, and as what.</param>
    /// <param name="body">What it does. It may be run again from the start, and it waits for nothing but the facts.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public ValueTask<VaultResult<T>> RunAsync<T>(
        Instruction instruction,
        Func<CommandRun, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    ) =>
        store.WriteAsync<T>(
            async facts =>
            {
                if (
                    Repeat<T>(instruction, await facts.FindCommandAsync(instruction.Id)) is
                    { } repeat
                )
                    return repeat;
                var run = new CommandRun(facts, policy, _watch, instruction, Now);
                var result = await body(run);
                if (result.IsSuccess)
                {
                    await facts.AddCommandAsync(
                        new DoneCommand(
                            instruction.Id,
                            instruction.RequestHash,
                            JsonSerializer.Serialize(result.Value),
                            run.Now
                        )
                    );
                }
                return result;
            },
            cancellationToken
        );

    /// <summary>The answer to a command that was carried out before; null when it was not. For commands that ask somebody else before they run.</summary>
    public async ValueTask<VaultResult<T>?> FindRepeatAsync<T>(
        Instruction instruction,
        CancellationToken cancellationToken
    ) =>
        Repeat<T>(
            instruction,
            await store.ReadAsync(
                facts => facts.FindCommandAsync(instruction.Id),
                cancellationToken
            )
        );

    /// <summary>Forgets the commands of before a moment, which then can be carried out once more under the same id.</summary>
    /// <returns>How many.</returns>
    public async ValueTask<long> ForgetAsync(
        DateTimeOffset before,
        CancellationToken cancellationToken
    )
    {
        const int slice = 500;
        long forgotten = 0;
        int last;
        do
        {
            last = (
                await store.WriteAsync<int>(
                    async facts => await facts.ForgetCommandsAsync(before, slice),
                    cancellationToken
                )
            ).Value;
            forgotten += last;
        } while (last == slice);
        return forgotten;
    }

    /// <summary>Reads from one snapshot.</summary>
    public ValueTask<T> ReadAsync<T>(
        Func<CommandSight, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) => store.ReadAsync(facts => body(new CommandSight(facts, policy, Now)), cancellationToken);

    // Whole milliseconds, as they are stored.
    private DateTimeOffset Now =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    private static VaultResult<T>? Repeat<T>(Instruction instruction, DoneCommand? done)
    {
        if (done is null)
            return null;
        return done.RequestHash.Span.SequenceEqual(instruction.RequestHash.Span)
            ? JsonSerializer.Deserialize<T>(done.Answer)!
            : new Refusal(RefusalRule.CommandReused);
    }
}

/// <summary>What one snapshot shows, and what the policy says of it.</summary>
/// <param name="facts">The snapshot.</param>
/// <param name="policy">Decides what accounts may do.</param>
/// <param name="now">The time.</param>
public class CommandSight(IContractSnapshot facts, AccountPolicy policy, DateTimeOffset now)
{
    private PlatformFacts? _platform;

    /// <summary>The snapshot.</summary>
    public IContractSnapshot Snapshot => facts;

    /// <summary>The time, in whole milliseconds.</summary>
    public DateTimeOffset Now => now;

    /// <summary>What an account may do with a program of its own.</summary>
    public async ValueTask<Decision> DecideAsync(AccountId account)
    {
        _platform ??= await facts.LoadPlatformAsync();
        var usage = await facts.FindUsageAsync(account);
        return policy.Decide(
            _platform,
            await facts.LoadFactsAsync(account),
            usage?.UsedBytes ?? 0,
            usage?.CapacityBytes,
            Door.App,
            now
        );
    }

    /// <summary>The next decision reads the platform again: this command has changed it.</summary>
    public void ForgetPlatform() => _platform = null;
}

/// <summary>One command while it is carried out: the facts, who changes them and when, and what has to be said about it.</summary>
public sealed class CommandRun : CommandSight
{
    private readonly StandingWatch _watch;

    internal CommandRun(
        IContractTransaction facts,
        AccountPolicy policy,
        StandingWatch watch,
        Instruction instruction,
        DateTimeOffset now
    )
        : base(facts, policy, now)
    {
        _watch = watch;
        Facts = facts;
        Instruction = instruction;
    }

    /// <summary>The facts, to be changed.</summary>
    public IContractTransaction Facts { get; }

    /// <summary>Who commands it, and as what.</summary>
    public Instruction Instruction { get; }

    /// <summary>Its author, as audit names actors.</summary>
    public string Actor => $"{AuditActors.Operator}:{Instruction.Author}";

    /// <summary>Refuses when what is changed has another version than the sender saw.</summary>
    public Refusal? CheckVersion(long version) =>
        Instruction.ExpectedVersion is { } expected && expected != version
            ? new Refusal(RefusalRule.VersionConflict)
            : null;

    /// <summary>The customer with this number, in the version that the sender saw.</summary>
    public async ValueTask<VaultResult<Customer>> FindCustomerAsync(string reference)
    {
        if (await Facts.FindCustomerAsync(reference) is not { } customer)
            return new Refusal(RefusalRule.NotFound);
        return CheckVersion(customer.Version) is { } conflict ? conflict : customer;
    }

    /// <summary>Records what was done: in the operator's chain, and in the chain of the account it was done to.</summary>
    /// <param name="act">What, as a code such as <c>contract.ended</c>.</param>
    /// <param name="account">The account; null when it was done to none in particular.</param>
    /// <param name="details">What else is to be known, for JSON. Never names of content.</param>
    /// <param name="subject">To what, as an id such as <c>account:7</c>; null for the account itself.</param>
    public async ValueTask RecordAsync(
        string act,
        AccountId? account,
        object? details = null,
        string? subject = null
    )
    {
        var entry = new AuditEntry
        {
            Chain = AuditChainId.Operator,
            At = Now,
            Actor = Actor,
            Act = act,
            Subject = subject ?? (account is { } id ? SubjectOf(id) : null),
            Instruction = Instruction.Id,
            Body = CommandWords.ToJson(details),
        };
        await Facts.RecordAsync(entry);
        if (account is { } owner)
            await Facts.RecordAsync(
                entry with
                {
                    Chain = AuditChainId.Of(owner),
                    Subject = subject,
                }
            );
    }

    /// <summary>Tells of everybody in a household who stands elsewhere than was told last, now that the facts were changed.</summary>
    public async ValueTask TellStandingsAsync(AccountId owner)
    {
        await _watch.LookAsync(Facts, owner, Now);
        foreach (var member in await Facts.ListMembersAsync(owner))
            await _watch.LookAsync(Facts, member.Account, Now);
    }

    internal static string SubjectOf(AccountId account) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"account:{account.Value}"
        );
}
