using System.Text.Json;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>The rows that say where an account stands, as either engine reads them, and what they mean together.</summary>
internal sealed class ContractFactRows
{
    /// <summary>Whether the account's own destruction has begun.</summary>
    public required bool IsBeingDestroyed { get; init; }

    public required PersonRow? Person { get; init; }

    /// <summary>The account as a member of somebody's household; null when it is in none but its own.</summary>
    public required MemberRow? Member { get; init; }

    /// <summary>The customer whose household it is; null without a contract.</summary>
    public required CustomerRow? Customer { get; init; }

    public required OptionRow? Option { get; init; }

    public required IReadOnlyList<MeasureRow> Measures { get; init; }

    public required IReadOnlyList<MeasureRow> OptionMeasures { get; init; }

    /// <summary>Measures on the owner of the household that it is a member of.</summary>
    public required IReadOnlyList<MeasureRow> OwnerMeasures { get; init; }

    public required string? AcceptedTerms { get; init; }

    public ContractFacts ToFacts()
    {
        var measures = Measures.Select(row => row.ToMeasure().Measure).ToList();
        var member = Member?.ToMember();
        var customer = Customer?.ToCustomer();
        if (customer is null)
            return ContractFacts.WithoutContract with
            {
                Ends = member?.Left is { } gone ? [gone] : [],
                WindowReopened = Milliseconds.Time(Person?.WindowReopened),
                Measures = measures,
                IsBeingDestroyed = IsBeingDestroyed,
                Language = (Language?)Person?.Language,
            };
        measures.AddRange(OptionMeasures.Select(row => row.ToMeasure().Measure));
        // A suspension of the customer is one of the household: its members' facts are the customer's.
        if (member is not null)
            measures.AddRange(
                OwnerMeasures
                    .Select(row => row.ToMeasure().Measure)
                    .Where(measure =>
                        measure is { Node: null, Share: null, Kind: not MeasureKind.LegalHold }
                    )
            );
        return new ContractFacts
        {
            Option = customer.Option,
            HasTv =
                customer.HasTvContract
                && Option
                    ?.ToOption()
                    .Entitlements.Contains(ServiceOption.TvEntitlement, StringComparer.Ordinal)
                    == true,
            Ends =
            [
                .. new[] { customer.End, customer.Main.End, member?.Left }.OfType<ContractEnd>(),
            ],
            WindowReopened = Milliseconds.Time(Person?.WindowReopened),
            Measures = measures,
            AcceptedTerms = AcceptedTerms,
            IsBeingDestroyed = IsBeingDestroyed || customer.DestructionStarted is not null,
            Language = (Language?)Person?.Language,
        };
    }
}

/// <summary>Times as both engines keep them.</summary>
internal static class Milliseconds
{
    public static DateTimeOffset Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? Time(long? milliseconds) =>
        milliseconds is { } value ? Time(value) : null;

    public static long Of(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static long? Of(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();
}

/// <summary>Texts in several languages, as JSON.</summary>
internal static class ContractTexts
{
    public static Texts? Of(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<Texts>(json);

    public static string? JsonOf(Texts? texts) =>
        texts is null ? null : JsonSerializer.Serialize(texts);
}

/// <summary>An end of a contract, of two columns.</summary>
internal static class ContractEnds
{
    public static ContractEnd? Of(EndCause cause, long? at, long? recorded) =>
        at is { } ends && recorded is { } heard
            ? new ContractEnd(cause, Milliseconds.Time(ends), Milliseconds.Time(heard))
            : null;
}

internal sealed class CustomerRow
{
    public long AccountId { get; init; }
    public string CustomerRef { get; init; } = "";
    public string MainRef { get; init; } = "";
    public long MainStatus { get; init; }
    public long? MainEnds { get; init; }
    public long? MainEndRecorded { get; init; }
    public long MainKnown { get; init; }
    public bool HasTv { get; init; }
    public string OptionCode { get; init; } = "";
    public long OptionVersion { get; init; }
    public long Started { get; init; }
    public long? Ends { get; init; }
    public long? EndRecorded { get; init; }
    public long? DestructionStarted { get; init; }
    public long? Destroyed { get; init; }
    public long RowVersion { get; init; }

    public Customer ToCustomer() =>
        new()
        {
            Account = new(AccountId),
            Reference = CustomerRef,
            Main = new MainContract(MainRef, (MainStatus)MainStatus, Milliseconds.Time(MainKnown))
            {
                End = ContractEnds.Of(EndCause.MainContract, MainEnds, MainEndRecorded),
            },
            HasTvContract = HasTv,
            Option = OptionCode,
            OptionVersion = (int)OptionVersion,
            Started = Milliseconds.Time(Started),
            End = ContractEnds.Of(EndCause.CloudContract, Ends, EndRecorded),
            DestructionStarted = Milliseconds.Time(DestructionStarted),
            Destroyed = Milliseconds.Time(Destroyed),
            Version = RowVersion,
        };
}

internal class PersonRow
{
    public long? Language { get; init; }
    public long? WindowReopened { get; init; }
}

internal sealed class MemberRow
{
    public long AccountId { get; init; }
    public long OwnerId { get; init; }
    public long Added { get; init; }
    public long? Confirmed { get; init; }
    public long? LeftAt { get; init; }
    public long? LeftRecorded { get; init; }
    public long? DestructionStarted { get; init; }
    public long? Destroyed { get; init; }

    public Member ToMember() =>
        new()
        {
            Account = new(AccountId),
            Owner = new(OwnerId),
            Added = Milliseconds.Time(Added),
            Confirmed = Milliseconds.Time(Confirmed),
            Left = ContractEnds.Of(EndCause.LeftHousehold, LeftAt, LeftRecorded),
            DestructionStarted = Milliseconds.Time(DestructionStarted),
            Destroyed = Milliseconds.Time(Destroyed),
        };
}

internal sealed class OptionRow
{
    public string Code { get; init; } = "";
    public long Version { get; init; }
    public string Offer { get; init; } = "";
    public long CapacityBytes { get; init; }
    public long MemberCapacityBytes { get; init; }
    public string Entitlements { get; init; } = "";
    public string Texts { get; init; } = "";
    public bool IsWithdrawn { get; init; }

    public ServiceOption ToOption() =>
        new()
        {
            Code = Code,
            Version = (int)Version,
            Offer = Offer,
            CapacityBytes = CapacityBytes,
            MemberCapacityBytes = MemberCapacityBytes,
            Entitlements = Entitlements.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Texts = ContractTexts.Of(Texts) ?? new Texts(),
            IsWithdrawn = IsWithdrawn,
        };
}

internal sealed class OwnedShareRow
{
    public long ShareId { get; init; }
    public long OwnerId { get; init; }
}

internal sealed class MeasureRow
{
    public long MeasureId { get; init; }
    public long Kind { get; init; }
    public long Switches { get; init; }
    public long? AccountId { get; init; }
    public string? OptionCode { get; init; }
    public long? NodeId { get; init; }
    public long? ShareId { get; init; }
    public string? Reference { get; init; }
    public bool IsLegalOrder { get; init; }
    public string ReasonCode { get; init; } = "";
    public string? Words { get; init; }
    public string SetBy { get; init; } = "";
    public long Since { get; init; }
    public long? Until { get; init; }
    public long? Lifted { get; init; }

    public (Measure Measure, DateTimeOffset? Lifted) ToMeasure() =>
        (
            new Measure
            {
                Id = MeasureId,
                Kind = (MeasureKind)Kind,
                Switches = (Switches)Switches,
                Account = AccountId is { } account ? new(account) : null,
                Option = OptionCode,
                Node = NodeId is { } node ? new(node) : null,
                Share = ShareId is { } share ? new(share) : null,
                IsLegalOrder = IsLegalOrder,
                ReasonCode = ReasonCode,
                Reference = Reference,
                Words = ContractTexts.Of(Words),
                SetBy = SetBy,
                Since = Milliseconds.Time(Since),
                Until = Milliseconds.Time(Until),
            },
            Milliseconds.Time(Lifted)
        );
}

internal class PlatformRow
{
    public long Mode { get; init; }
    public long? ModeEnds { get; init; }
    public string? Words { get; init; }
    public long? ServiceEnds { get; init; }
    public long? ServiceEndRecorded { get; init; }
    public long? ServiceClosesNotBefore { get; init; }
    public string Doors { get; init; } = "";

    public PlatformFacts ToFacts(
        IEnumerable<MeasureRow> general,
        IReadOnlyList<TermsVersion> terms
    ) =>
        new()
        {
            Mode = (PlatformMode)Mode,
            ModeEnds = Milliseconds.Time(ModeEnds),
            Words = ContractTexts.Of(Words),
            ServiceEnd =
                ServiceEnds is { } ends && ServiceEndRecorded is { } recorded
                    ? new ContractEnd(
                        EndCause.Service,
                        Milliseconds.Time(ends),
                        Milliseconds.Time(recorded)
                    )
                    {
                        ClosesNotBefore = Milliseconds.Time(ServiceClosesNotBefore),
                    }
                    : null,
            Restrictions = [.. general.Select(measure => measure.ToMeasure().Measure)],
            Terms = terms,
            Doors = JsonSerializer.Deserialize<Dictionary<Door, Capability>>(Doors)!,
        };
}

internal sealed class TermsRow
{
    public string Version { get; init; } = "";
    public long Published { get; init; }
    public long? RequiredFrom { get; init; }
    public string Texts { get; init; } = "";

    public TermsVersion ToTerms() =>
        new(
            Version,
            Milliseconds.Time(Published),
            Milliseconds.Time(RequiredFrom),
            ContractTexts.Of(Texts) ?? new Texts()
        );
}
