namespace CloudDav.Vault;

/// <summary>What one reconciliation may do.</summary>
public sealed record ReconciliationLimits
{
    /// <summary>How many customers are read at once.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>The most contracts in a thousand that may end, or lose the TV, by one run.</summary>
    public int MostEndsPermille { get; init; } = 5;

    /// <summary>How many may in any case.</summary>
    public int MostEndsAnyway { get; init; } = 3;

    /// <summary>After how many contracts without an answer, one after the other, the inventory is taken for silent.</summary>
    public int SilentAfter { get; init; } = 50;

    /// <summary>The most changes that are kept in memory; what is beyond them waits for the next run.</summary>
    public int MostChanges { get; init; } = 50_000;

    internal long MostEnds(long running) =>
        Math.Max(MostEndsAnyway, running * MostEndsPermille / 1_000);
}

/// <summary>How a reconciliation went.</summary>
public enum ReconciliationOutcome
{
    /// <summary>All were asked for, and what has changed is applied.</summary>
    Done,

    /// <summary>The inventory gave no answer for most, or for many in a row: nothing was changed.</summary>
    Silent,

    /// <summary>It would have ended too many contracts: nothing was changed.</summary>
    Alarm,
}

/// <summary>A main contract that the inventory does not know.</summary>
/// <param name="Account">The customer's account.</param>
/// <param name="Reference">The main contract.</param>
public sealed record UnknownReference(AccountId Account, string Reference);

/// <summary>What a reconciliation found and did.</summary>
public sealed record ReconciliationReport
{
    /// <summary>The most unknown references that are listed.</summary>
    public const int MostListed = 100;

    /// <summary>How it went.</summary>
    public required ReconciliationOutcome Outcome { get; init; }

    /// <summary>Main contracts that were asked for.</summary>
    public required long Asked { get; init; }

    /// <summary>Those that nobody answered for: their last known status stands.</summary>
    public required long Unanswered { get; init; }

    /// <summary>Those the inventory does not know: they stand as they are, too.</summary>
    public required long Unknown { get; init; }

    /// <summary>Some of those.</summary>
    public required IReadOnlyList<UnknownReference> UnknownReferences { get; init; }

    /// <summary>Contracts that would end or lose the TV.</summary>
    public required long Ends { get; init; }

    /// <summary>How many might have.</summary>
    public required long MostEnds { get; init; }

    /// <summary>Customers that were changed.</summary>
    public required long Changed { get; init; }

    /// <summary>Customers with news that wait for the next run, because somebody else had changed them meanwhile or there were too many.</summary>
    public required long Postponed { get; init; }
}

/// <summary>
/// Compares what is known of every main contract with the operator's product inventory, page by page. First it asks for all, then it decides, then it applies: a
/// run that would end more than a share of all contracts is more likely a fault of the other side than the truth, and changes nothing.
/// </summary>
/// <param name="contracts">Where contracts are kept.</param>
/// <param name="inventory">The inventory.</param>
/// <param name="limits">What a run may do.</param>
/// <param name="time">The clock.</param>
public sealed class MainContractReconciliation(
    IContractStore contracts,
    IMainContracts inventory,
    ReconciliationLimits limits,
    TimeProvider time
)
{
    /// <summary>One run. Stopped at any point it has changed nothing, or some of what the next run changes anyhow.</summary>
    public async ValueTask<ReconciliationReport> RunAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings(limits);
        var after = new AccountId(0);
        while (!findings.IsSilent)
        {
            var last = after;
            var page = await contracts.ReadAsync(
                snapshot => snapshot.ListCustomersAsync(last, limits.PageSize),
                cancellationToken
            );
            if (page.Count == 0)
                break;
            after = page[^1].Account;
            var customers = page.Where(IsToBeAskedFor).ToList();
            var answers = await inventory.AskAsync(
                customers.ConvertAll(static customer => customer.Main.Reference),
                cancellationToken
            );
            var now = time.GetUtcNow();
            foreach (var (customer, answer) in customers.Zip(answers))
                findings.Add(customer, answer, now);
        }

        var outcome = findings.Judge();
        var (changed, postponed) = (0L, 0L);
        if (outcome == ReconciliationOutcome.Done)
        {
            foreach (var (seen, news) in findings.Changes)
            {
                if (await ApplyAsync(seen, news, cancellationToken))
                    changed++;
                else
                    postponed++;
            }
            postponed += findings.TooMany;
        }
        return findings.Report(outcome, changed, postponed);
    }

    // One whose main contract has ended is asked for as well, until its window closes: what was reported by mistake heals.
    private bool IsToBeAskedFor(Customer customer) =>
        customer.DestructionStarted is null
        && !(customer.End is { } end && end.Opens <= time.GetUtcNow());

    private async ValueTask<bool> ApplyAsync(
        Seen seen,
        KnownMainContract news,
        CancellationToken cancellationToken
    )
    {
        var result = await contracts.WriteAsync<bool>(
            async transaction =>
            {
                // Whatever came in between, a push for one, is newer than the answer.
                if (
                    await transaction.FindCustomerAsync(seen.Account) is not { } customer
                    || customer.Version != seen.Version
                )
                    return false;
                await MainContractNews.SaveAsync(
                    transaction,
                    customer,
                    news,
                    AuditActors.System,
                    instruction: null,
                    time.GetUtcNow()
                );
                return true;
            },
            cancellationToken
        );
        return result.Value;
    }

    /// <summary>A customer in the state that the inventory was asked about.</summary>
    private readonly record struct Seen(AccountId Account, long Version);

    /// <summary>What the run has found so far: counts, and the changes alone.</summary>
    private sealed class Findings(ReconciliationLimits limits)
    {
        private readonly List<UnknownReference> _unknownReferences = [];
        private readonly List<(Seen, KnownMainContract)> _changes = [];
        private long _asked;
        private long _unanswered;
        private long _unansweredInARow;
        private long _unknown;
        private long _running;
        private long _ends;

        public IReadOnlyList<(Seen Customer, KnownMainContract News)> Changes => _changes;

        public long TooMany { get; private set; }

        public bool IsSilent => _unansweredInARow >= limits.SilentAfter;

        public void Add(Customer customer, MainContractAnswer answer, DateTimeOffset now)
        {
            var isRunning = customer.Main.End is not { } end || end.Opens > now;
            _asked++;
            if (isRunning)
                _running++;
            switch (answer)
            {
                case NoMainContractAnswer:
                    _unanswered++;
                    _unansweredInARow++;
                    return;
                case UnknownMainContract when isRunning:
                    _unknown++;
                    if (_unknownReferences.Count < ReconciliationReport.MostListed)
                        _unknownReferences.Add(new(customer.Account, customer.Main.Reference));
                    break;
                case KnownMainContract news
                    when MainContractNews.Apply(customer, news, now) is { } changed:
                    Add(customer, news, MainContractNews.TakesAway(customer, changed));
                    break;
            }
            _unansweredInARow = 0;
        }

        public ReconciliationOutcome Judge() =>
            IsSilent || _unanswered * 2 > _asked ? ReconciliationOutcome.Silent
            : _ends > limits.MostEnds(_running) ? ReconciliationOutcome.Alarm
            : ReconciliationOutcome.Done;

        public ReconciliationReport Report(
            ReconciliationOutcome outcome,
            long changed,
            long postponed
        ) =>
            new()
            {
                Outcome = outcome,
                Asked = _asked,
                Unanswered = _unanswered,
                Unknown = _unknown,
                UnknownReferences = _unknownReferences,
                Ends = _ends,
                MostEnds = limits.MostEnds(_running),
                Changed = changed,
                Postponed = postponed,
            };

        private void Add(Customer customer, KnownMainContract news, bool takesAway)
        {
            if (takesAway)
                _ends++;
            if (_changes.Count < limits.MostChanges)
                _changes.Add((new(customer.Account, customer.Version), news));
            else
                TooMany++;
        }
    }
}
