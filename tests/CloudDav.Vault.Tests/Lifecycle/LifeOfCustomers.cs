using System.Reflection;

namespace CloudDav.Vault.Tests.Lifecycle;

/// <summary>Customers with contracts on real storage, whose days pass as a test says.</summary>
internal sealed class LifeOfCustomers : IAsyncDisposable
{
    private int _people;

    public LifeOfCustomers(VaultLimits? limits = null)
    {
        Cloud = new TestVault(limits);
        Watch = new StandingWatch(Cloud.Contracts, Cloud.Policy, Cloud.Time);
        Destruction = NewDestruction();
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public TestVault Cloud { get; }

    public StandingWatch Watch { get; }

    public Destruction Destruction { get; }

    public DateTimeOffset Now => Cloud.Time.GetUtcNow();

    public Destruction NewDestruction(
        IDestructionStore? store = null,
        IKeyStore? keys = null,
        IBlobStore? blobs = null,
        DestructionOptions? options = null,
        TimeProvider? time = null
    ) =>
        new(
            Cloud.Contracts,
            store ?? Cloud.Destructions,
            keys ?? Cloud.Keys,
            blobs ?? Cloud.Blobs,
            Cloud.Ledger,
            Cloud.Closed,
            Cloud.Policy,
            time ?? Cloud.Time,
            options ?? new DestructionOptions()
        );

    public async Task<Actor> AddCustomerAsync(string? name = null, string? password = null)
    {
        var number = ++_people;
        var added = await Cloud.Contracts.WriteAsync<Account>(
            async transaction =>
            {
                if (await transaction.FindOptionAsync("basic") is null)
                    await transaction.AddOptionAsync(
                        new ServiceOption
                        {
                            Code = "basic",
                            Version = 1,
                            Offer = "cloud",
                            CapacityBytes = 1 << 30,
                            MemberCapacityBytes = 1 << 20,
                            Entitlements = [],
                            Texts = new Texts(),
                        },
                        Now
                    );
                var account = (
                    await transaction.AddAccountAsync(
                        new NewAccount
                        {
                            Name = name ?? $"customer{number}",
                            CapacityBytes = 1 << 30,
                            PasswordHash = password is null
                                ? null
                                : PasswordHash.Create(password, 1000),
                            ExternalSubject = $"subject-of-{name ?? $"customer{number}"}",
                        },
                        Now
                    )
                )!;
                await transaction.SaveCustomerAsync(
                    new Customer
                    {
                        Account = account.Id,
                        Reference = $"K{number}",
                        Main = new MainContract($"M{number}", MainStatus.Active, Now),
                        Option = "basic",
                        OptionVersion = 1,
                        Started = Now,
                    }
                );
                return account;
            },
            Stop
        );
        var made = added.Value;
        return new Actor(made.Id, made.Name, made.Vault, null, null);
    }

    public async Task<Actor> AddMemberAsync(Actor owner)
    {
        var number = ++_people;
        var added = await Cloud.Contracts.WriteAsync<Account>(
            async transaction =>
            {
                var account = (
                    await transaction.AddAccountAsync(
                        new NewAccount
                        {
                            Name = $"member{number}",
                            CapacityBytes = 1 << 20,
                            HouseholdOwner = owner.Account,
                        },
                        Now
                    )
                )!;
                await transaction.SaveMemberAsync(
                    new Member
                    {
                        Account = account.Id,
                        Owner = owner.Account,
                        Added = Now,
                    }
                );
                return account;
            },
            Stop
        );
        var made = added.Value;
        return new Actor(made.Id, made.Name, made.Vault, null, null);
    }

    /// <summary>The contract ends, now unless another moment is given.</summary>
    public Task EndAsync(Actor customer, DateTimeOffset? at = null) =>
        ChangeAsync(
            customer,
            found => found with { End = new(EndCause.CloudContract, at ?? Now, Now) }
        );

    public async Task ChangeAsync(Actor customer, Func<Customer, Customer> change) =>
        await Cloud.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                var found = (await transaction.FindCustomerAsync(customer.Account))!;
                await transaction.SaveCustomerAsync(change(found));
                return true;
            },
            Stop
        );

    public async Task<Measure> SetAsync(
        Actor on,
        MeasureKind kind,
        NodeId? node = null,
        DateTimeOffset? until = null
    ) =>
        (
            await Cloud.Contracts.WriteAsync<Measure>(
                async transaction =>
                    await transaction.AddMeasureAsync(
                        new Measure
                        {
                            Id = 0,
                            Kind = kind,
                            Switches =
                                kind == MeasureKind.Suspension ? Switches.Whole : Switches.None,
                            Account = on.Account,
                            Node = node,
                            ReasonCode = "test",
                            SetBy = "test",
                            Since = Now,
                            Until = until,
                        }
                    ),
                Stop
            )
        ).Value;

    /// <summary>Looks, then lets days pass one by one, looking each day, as a server does that runs. Events are delivered unless a test says otherwise.</summary>
    public async Task PassAsync(int days, bool delivers = true)
    {
        for (var day = 0; day <= days; day++)
        {
            if (day > 0)
                Cloud.Time.Advance(TimeSpan.FromDays(1));
            await Watch.RunAsync(Stop);
            if (delivers)
            {
                await DeliverAsync();
                Cloud.Time.Advance(TimeSpan.FromMinutes(10));
                await Watch.RunAsync(Stop);
            }
        }
    }

    public async Task<Decision> DecisionOfAsync(Actor actor) =>
        await Cloud.Contracts.ReadAsync(
            async snapshot =>
            {
                var usage = (await snapshot.FindUsageAsync(actor.Account))!.Value;
                return Cloud.Policy.Decide(
                    await snapshot.LoadPlatformAsync(),
                    await snapshot.LoadFactsAsync(actor.Account),
                    usage.UsedBytes,
                    usage.CapacityBytes,
                    Door.App,
                    Now
                );
            },
            Stop
        );

    public async Task<Standing> StandingOfAsync(Actor actor) =>
        (await DecisionOfAsync(actor)).Standing;

    public async Task DeliverAsync()
    {
        while (await Cloud.Outbox.ListDueAsync(Now, 100, Stop) is { Count: > 0 } due)
            foreach (var queued in due)
                await Cloud.Outbox.MarkDeliveredAsync(queued.Key, Now, Stop);
    }

    public async Task<IReadOnlyList<string>> EventsOfAsync(Actor actor) =>
        [
            .. (await Cloud.Outbox.ListAsync(actor.Account, 0, 100, Stop)).Select(queued =>
                queued.Event.Type
            ),
        ];

    public ValueTask DisposeAsync() => Cloud.DisposeAsync();
}

/// <summary>Passes calls on until one, before which the process is as good as killed.</summary>
public class KilledBefore : DispatchProxy
{
    private object _inner = null!;
    private Countdown _calls = null!;

    public static T Make<T>(T inner, Countdown calls)
        where T : class
    {
        var made = Create<T, KilledBefore>();
        var proxy = (KilledBefore)(object)made;
        proxy._inner = inner;
        proxy._calls = calls;
        return made;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (--_calls.Left < 0)
            throw new KilledException();
        return targetMethod!.Invoke(_inner, args);
    }

    public sealed class Countdown(int left)
    {
        public int Left { get; set; } = left;
    }
}

internal sealed class KilledException : Exception;

/// <summary>A database's clock that is not as time passes.</summary>
public sealed class JumpingClock
{
    public TimeSpan Offset { get; set; }

    public IDestructionStore Over(IDestructionStore store) => Shifted.Make(store, this);

    public class Shifted : DispatchProxy
    {
        private IDestructionStore _inner = null!;
        private JumpingClock _clock = null!;

        public static IDestructionStore Make(IDestructionStore inner, JumpingClock clock)
        {
            var made = Create<IDestructionStore, Shifted>();
            var proxy = (Shifted)(object)made;
            proxy._inner = inner;
            proxy._clock = clock;
            return made;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var result = targetMethod!.Invoke(_inner, args);
            return targetMethod.Name == nameof(IDestructionStore.ReadClockAsync)
                ? new ValueTask<DateTimeOffset>(
                    ((ValueTask<DateTimeOffset>)result!).Result + _clock.Offset
                )
                : result;
        }
    }
}
