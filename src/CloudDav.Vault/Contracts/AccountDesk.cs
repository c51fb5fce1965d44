namespace CloudDav.Vault;

/// <summary>An account without its content: what a helpdesk sees.</summary>
public sealed record AccountView
{
    /// <summary>The account.</summary>
    public required AccountId Account { get; init; }

    /// <summary>The name it signs in with.</summary>
    public required string SignInName { get; init; }

    /// <summary>Whether nobody can sign in.</summary>
    public required bool IsDisabled { get; init; }

    /// <summary>The customer's number at the operator; null for an account without a contract, and for a household member.</summary>
    public string? Customer { get; init; }

    /// <summary>The account that owns the household; null for its owner.</summary>
    public AccountId? Household { get; init; }

    /// <summary>What it may do, and why not the rest.</summary>
    public required Decision Decision { get; init; }

    /// <summary>How many devices can sign in.</summary>
    public required int Devices { get; init; }

    /// <summary>What was set on it and was not lifted, legal holds aside: they are no business of a helpdesk.</summary>
    public required IReadOnlyList<Measure> Measures { get; init; }
}

/// <summary>Where contents are kept.</summary>
/// <param name="Store">Which store.</param>
/// <param name="Country">The country, as a code of two letters; null when nobody has said.</param>
/// <param name="TransferBasis">What allows the transfer of personal data there; null inside the European Economic Area.</param>
public sealed record ContentPlace(string Store, string? Country, string? TransferBasis);

/// <summary>What became of a vault's key.</summary>
public enum KeyState
{
    /// <summary>There is none: nothing was encrypted yet.</summary>
    None,

    /// <summary>It is there.</summary>
    Present,

    /// <summary>It was destroyed, and the content with it.</summary>
    Destroyed,
}

/// <summary>What a customer may ask for about their vault, all in one. It holds nothing that a law keeps from them.</summary>
public sealed record EvidenceBundle
{
    /// <summary>The account.</summary>
    public required AccountId Account { get; init; }

    /// <summary>When it was put together.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>Where the vault lies.</summary>
    public required IReadOnlyList<ContentPlace> Places { get; init; }

    /// <summary>Who else processes its data, those aside who do so no longer.</summary>
    public required IReadOnlyList<Entry<SubProcessor>> SubProcessors { get; init; }

    /// <summary>What became of its key.</summary>
    public required KeyState Key { get; init; }

    /// <summary>Where it stands.</summary>
    public required Standing Standing { get; init; }

    /// <summary>Grants of access to the operator's staff.</summary>
    public required IReadOnlyList<Entry<StaffGrant>> StaffGrants { get; init; }

    /// <summary>How often staff read something under such a grant.</summary>
    public required int StaffAccesses { get; init; }

    /// <summary>Breaches that the customer was told of.</summary>
    public required IReadOnlyList<Entry<BreachNotice>> Breaches { get; init; }

    /// <summary>What was done to the account, newest first, content aside.</summary>
    public required IReadOnlyList<VisibleEntry> History { get; init; }

    /// <summary>The last time that all stored contents had been read and compared; null when they never were.</summary>
    public DateTimeOffset? LastScrub { get; init; }

    /// <summary>The last time that a backup was restored to see whether it works; null when none ever was.</summary>
    public DateTimeOffset? LastRestoreTest { get; init; }
}

/// <summary>Looks at accounts from outside, and never at their content.</summary>
/// <param name="commands">Gives the facts and the policy.</param>
/// <param name="accounts">The accounts and their devices.</param>
/// <param name="keys">The keys.</param>
/// <param name="audit">The hash chains.</param>
/// <param name="care">How well contents are.</param>
/// <param name="places">Where contents are kept.</param>
public sealed class AccountDesk(
    CommandDesk commands,
    IAccountStore accounts,
    IKeyStore keys,
    IAuditLog audit,
    ICareLog care,
    IReadOnlyList<ContentPlace> places
)
{
    private const int MostEntries = 1_000;

    /// <summary>An account by its number; null when there is none.</summary>
    public async ValueTask<AccountView?> FindAsync(
        AccountId account,
        CancellationToken cancellationToken
    )
    {
        var devices = (await accounts.ListDevicesAsync(account, cancellationToken)).Count(device =>
            device.Revoked is null
        );
        return await commands.ReadAsync(
            sight => ViewAsync(sight, account, devices),
            cancellationToken
        );
    }

    /// <summary>The account of a customer; null when there is no such customer.</summary>
    public async ValueTask<AccountView?> FindByCustomerAsync(
        string customer,
        CancellationToken cancellationToken
    ) =>
        await commands.ReadAsync(
            sight => sight.Snapshot.FindCustomerAsync(customer),
            cancellationToken
        )
            is { } found
            ? await FindAsync(found.Account, cancellationToken)
            : null;

    /// <summary>The account that signs in with a name; null when there is none.</summary>
    public async ValueTask<AccountView?> FindByNameAsync(
        string signInName,
        CancellationToken cancellationToken
    ) =>
        await accounts.FindAccountAsync(SignInName.Key(signInName), cancellationToken) is { } found
            ? await FindAsync(found.Id, cancellationToken)
            : null;

    /// <summary>Puts the evidence about an account's vault together; null when there is no such account.</summary>
    public async ValueTask<EvidenceBundle?> GatherAsync(
        AccountId account,
        CancellationToken cancellationToken
    )
    {
        var now = default(DateTimeOffset);
        var gathered = await commands.ReadAsync(
            async sight =>
            {
                now = sight.Now;
                if (await sight.Snapshot.FindAccountAsync(account) is not { } found)
                    return null;
                var grants = await Registers.StaffGrants.ListAsync(
                    sight.Snapshot,
                    account,
                    0,
                    MostEntries
                );
                var shown = new List<Entry<StaffGrant>>();
                foreach (var grant in grants)
                {
                    if (await StaffDesk.SealOfAsync(sight.Snapshot, grant, now) is null)
                        shown.Add(grant);
                }
                var breaches = await Registers.Breaches.ListAsync(
                    sight.Snapshot,
                    account: null,
                    0,
                    MostEntries
                );
                var facts = await sight.Snapshot.LoadFactsAsync(account);
                return new
                {
                    found.Vault,
                    facts.IsBeingDestroyed,
                    (await sight.DecideAsync(account)).Standing,
                    SubProcessors = (
                        await Registers.SubProcessors.ListAsync(
                            sight.Snapshot,
                            account: null,
                            0,
                            MostEntries
                        )
                    )
                        .Where(entry => entry.Closed is null)
                        .ToList(),
                    Grants = shown,
                    Breaches = breaches
                        .Where(entry => entry.Account is null || entry.Account == account)
                        .ToList(),
                };
            },
            cancellationToken
        );
        if (gathered is null)
            return null;
        var history = await audit.ListVisibleAsync(
            account,
            now,
            null,
            long.MaxValue,
            MostEntries,
            cancellationToken
        );
        var key =
            await keys.FindAsync(gathered.Vault, cancellationToken) is not null ? KeyState.Present
            : gathered.IsBeingDestroyed ? KeyState.Destroyed
            : KeyState.None;
        var proved = await care.LoadAsync(cancellationToken);
        return new EvidenceBundle
        {
            Account = account,
            Made = now,
            Places = places,
            SubProcessors = gathered.SubProcessors,
            Key = key,
            Standing = gathered.Standing,
            StaffGrants = gathered.Grants,
            StaffAccesses = history.Count(entry => StaffActs.IsAccess(entry.Entry.Act)),
            Breaches = gathered.Breaches,
            // What staff have read is the customer's to see and nobody else's: it names content.
            History = [.. history.Where(entry => !StaffActs.IsAccess(entry.Entry.Act))],
            LastScrub = proved.LastScrub,
            LastRestoreTest = proved.LastRestoreTest,
        };
    }

    private static async ValueTask<AccountView?> ViewAsync(
        CommandSight sight,
        AccountId account,
        int devices
    )
    {
        if (await sight.Snapshot.FindAccountAsync(account) is not { } found)
            return null;
        var decision = await sight.DecideAsync(account);
        var customer = await sight.Snapshot.FindCustomerAsync(account);
        var member = customer is null ? await sight.Snapshot.FindMemberAsync(account) : null;
        return new AccountView
        {
            Account = account,
            SignInName = found.Name,
            IsDisabled = found.IsDisabled,
            Customer = customer?.Reference,
            Household = member?.Owner,
            Decision = decision,
            Devices = devices,
            Measures =
            [
                .. decision.Facts.Measures.Where(measure => measure.Kind != MeasureKind.LegalHold),
            ],
        };
    }
}

/// <summary>What staff do with content, as audit codes it.</summary>
public static class StaffActs
{
    /// <summary>How the codes begin of all that staff do about content, the grants for it included.</summary>
    public const string All = "staff";

    /// <summary>A folder was listed.</summary>
    public const string Listed = "staff.listed";

    /// <summary>A file was downloaded.</summary>
    public const string Downloaded = "staff.downloaded";

    /// <summary>Whether an act is one of them.</summary>
    public static bool IsAccess(string act) => act is Listed or Downloaded;
}
