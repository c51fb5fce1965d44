using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudDav.Vault;

/// <summary>A register of the operator's, whose entries have one shape.</summary>
/// <typeparam name="T">What an entry says.</typeparam>
/// <param name="name">Its name, which is stored and never changed.</param>
public sealed class Register<T>(string name)
    where T : class
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The entry with a number; null when there is none.</summary>
    public async ValueTask<Entry<T>?> FindAsync(IContractSnapshot snapshot, long id) =>
        await snapshot.FindEntryAsync(name, id) is { } row ? Read(row) : null;

    /// <summary>Entries in the order of their numbers, after one; of one account only when it is given.</summary>
    public async ValueTask<IReadOnlyList<Entry<T>>> ListAsync(
        IContractSnapshot snapshot,
        AccountId? account,
        long after,
        int limit
    ) => [.. (await snapshot.ListEntriesAsync(name, account, after, limit)).Select(Read)];

    /// <summary>All entries that are about no account in particular, in the order of their numbers.</summary>
    public async ValueTask<IReadOnlyList<Entry<T>>> ListCommonAsync(IContractSnapshot snapshot) =>
        [.. (await snapshot.ListCommonEntriesAsync(name)).Select(Read)];

    /// <summary>Entries with a key, in the order of their numbers.</summary>
    public async ValueTask<IReadOnlyList<Entry<T>>> ListAsync(
        IContractSnapshot snapshot,
        string key
    ) => [.. (await snapshot.ListEntriesAsync(name, key)).Select(Read)];

    /// <summary>Adds an entry, or changes the one with its number.</summary>
    public async ValueTask<Entry<T>> SaveAsync(IContractTransaction transaction, Entry<T> entry) =>
        Read(
            await transaction.SaveEntryAsync(
                new RegisterEntry
                {
                    Register = name,
                    Id = entry.Id,
                    Account = entry.Account,
                    Key = entry.Key,
                    Since = entry.Since,
                    Until = entry.Until,
                    Closed = entry.Closed,
                    Body = JsonSerializer.Serialize(entry.Body, s_json),
                    Version = entry.Version,
                }
            )
        );

    private static Entry<T> Read(RegisterEntry row) =>
        new()
        {
            Id = row.Id,
            Account = row.Account,
            Key = row.Key,
            Since = row.Since,
            Until = row.Until,
            Closed = row.Closed,
            Version = row.Version,
            Body = JsonSerializer.Deserialize<T>(row.Body, s_json)!,
        };
}

/// <summary>An entry of a register.</summary>
/// <typeparam name="T">What it says.</typeparam>
public sealed record Entry<T>
    where T : class
{
    /// <summary>Its number within the register; 0 for one that is not stored yet.</summary>
    public long Id { get; init; }

    /// <summary>The account it is about; null when it is about none in particular.</summary>
    public AccountId? Account { get; init; }

    /// <summary>By what else it is looked up, such as a person; null for nothing.</summary>
    public string? Key { get; init; }

    /// <summary>From when it holds.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Until when it holds; null for no end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>When it was closed before its end; null while it was not.</summary>
    public DateTimeOffset? Closed { get; init; }

    /// <summary>Counts changes, from 1.</summary>
    public long Version { get; init; }

    /// <summary>What it says.</summary>
    public required T Body { get; init; }

    /// <summary>Whether it holds at a moment.</summary>
    public bool Holds(DateTimeOffset now) =>
        Closed is null && Since <= now && (Until is not { } until || now < until);
}

/// <summary>All registers.</summary>
public static class Registers
{
    /// <summary>Who else processes customers' data for the operator.</summary>
    public static Register<SubProcessor> SubProcessors { get; } = new("sub-processors");

    /// <summary>Customers' objections to sub-processors.</summary>
    public static Register<Objection> Objections { get; } = new("objections");

    /// <summary>Breaches of personal data that customers were told of.</summary>
    public static Register<BreachNotice> Breaches { get; } = new("breaches");

    /// <summary>Orders of courts and authorities.</summary>
    public static Register<LegalOrder> LegalOrders { get; } = new("legal-orders");

    /// <summary>Confidentiality undertakings of the operator's staff, by person.</summary>
    public static Register<Undertaking> Undertakings { get; } = new("undertakings");

    /// <summary>Grants of access to content, to one person of the operator's staff, for a time.</summary>
    public static Register<StaffGrant> StaffGrants { get; } = new("staff-grants");
}

/// <summary>Who else processes customers' data, from <see cref="Entry{T}.Since"/> on.</summary>
public sealed record SubProcessor
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required Texts Task { get; init; }

    /// <summary>Where, as a country code of two letters.</summary>
    public required string Country { get; init; }

    /// <summary>What allows the transfer of personal data there; needed outside the European Economic Area.</summary>
    public string? TransferBasis { get; init; }

    /// <summary>Until when customers may object; null when nobody may any more.</summary>
    public DateTimeOffset? ObjectionsUntil { get; init; }
}

/// <summary>A customer's objection to a sub-processor.</summary>
public sealed record Objection
{
    /// <summary>The sub-processor's number.</summary>
    public required long SubProcessor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>What the operator answered; null while it is open.</summary>
    public string? Answer { get; init; }
}

/// <summary>A breach of personal data: what the customer is told, and when.</summary>
public sealed record BreachNotice
{
    /// <summary>When it happened, as far as known.</summary>
    public DateTimeOffset? Happened { get; init; }

    /// <summary>When the operator became aware of it.</summary>
    public required DateTimeOffset Discovered { get; init; }

    /// <summary>What happened, to which data, and what it may lead to.</summary>
    public required Texts Nature { get; init; }

    /// <summary>What was and is done about it.</summary>
    public Texts? Measures { get; init; }

    /// <summary>Whom to ask.</summary>
    public string? Contact { get; init; }
}

/// <summary>An order of a court or an authority.</summary>
public sealed record LegalOrder
{
    /// <summary>Who ordered it.</summary>
    public required string Authority { get; init; }

    /// <summary>Its number there.</summary>
    public required string Reference { get; init; }

    /// <summary>The law it rests on.</summary>
    public required string Basis { get; init; }

    /// <summary>What it covers.</summary>
    public required string Scope { get; init; }

    /// <summary>When it arrived.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>Whether the law forbids to tell the customer.</summary>
    public bool IsGagged { get; init; }

    /// <summary>Until when it is forbidden; null for until the operator says that it is over.</summary>
    public DateTimeOffset? GaggedUntil { get; init; }

    /// <summary>When the customer was told before it was carried out; null when that was not done.</summary>
    public DateTimeOffset? CustomerNotified { get; init; }

    /// <summary>When it was carried out; null while it is not.</summary>
    public DateTimeOffset? CarriedOut { get; init; }

    /// <summary>Until when the customer's log does not tell of what is done under it; null when it may tell.</summary>
    public DateTimeOffset? SealedUntil(DateTimeOffset now) =>
        IsGagged && (GaggedUntil is not { } until || until > now)
            ? GaggedUntil ?? DateTimeOffset.MaxValue
            : null;
}

/// <summary>A person's undertaking of confidentiality: signed on <see cref="Entry{T}.Since"/>.</summary>
public sealed record Undertaking
{
    /// <summary>Who signed it: the identity in the operator's tokens.</summary>
    public required string Person { get; init; }

    /// <summary>Where the signed paper is.</summary>
    public required string Document { get; init; }
}

/// <summary>Why staff may see content.</summary>
public enum GrantPurpose
{
    /// <summary>The customer asked for help that needs it.</summary>
    ServiceDelivery,

    /// <summary>A law or a court demands it.</summary>
    LegalObligation,
}

/// <summary>One person's access to one account's content, for a time: asked for by that person, approved by another.</summary>
public sealed record StaffGrant
{
    /// <summary>Who uses it, and asked for it: the identity in the operator's tokens.</summary>
    public required string Person { get; init; }

    /// <summary>Why.</summary>
    public required GrantPurpose Purpose { get; init; }

    /// <summary>The case or order it belongs to.</summary>
    public required string Reference { get; init; }

    /// <summary>For how many minutes from its approval.</summary>
    public required int Minutes { get; init; }

    /// <summary>The number of the legal order that forbids to tell the customer; null when they are told.</summary>
    public long? SealedBy { get; init; }

    /// <summary>Who approved it; null while nobody has.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>Who refused or ended it; null while nobody has.</summary>
    public string? EndedBy { get; init; }
}

/// <summary>The countries to which personal data goes without a transfer basis of its own.</summary>
public static class EuropeanEconomicArea
{
    private static readonly System.Collections.Frozen.FrozenSet<string> s_countries =
        System.Collections.Frozen.FrozenSet.ToFrozenSet(
            [
                "AT",
                "BE",
                "BG",
                "HR",
                "CY",
                "CZ",
                "DK",
                "EE",
                "FI",
                "FR",
                "DE",
                "GR",
                "HU",
                "IE",
                "IT",
                "LV",
                "LT",
                "LU",
                "MT",
                "NL",
                "PL",
                "PT",
                "RO",
                "SK",
                "SI",
                "ES",
                "SE",
                "IS",
                "LI",
                "NO",
            ],
            StringComparer.Ordinal
        );

    /// <summary>Whether a country, by its code of two capital letters, belongs to it.</summary>
    public static bool Has(string country) => s_countries.Contains(country);
}
