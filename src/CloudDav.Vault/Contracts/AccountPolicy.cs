using System.Collections.Frozen;

namespace CloudDav.Vault;

/// <summary>
/// What an account may do now, and why not what it may not: the one function that every store handler, endpoint, page and job asks. It is pure:
/// the same facts, bytes, time and door give the same answer.
/// </summary>
/// <param name="window">How the take-back window is counted.</param>
public sealed class AccountPolicy(TakeBackWindow window)
{
    /// <summary>Decides.</summary>
    /// <param name="platform">What holds for everyone.</param>
    /// <param name="facts">What is known about the account.</param>
    /// <param name="usedBytes">What its vault's tree takes.</param>
    /// <param name="capacityBytes">Its vault's capacity; null for no limit.</param>
    /// <param name="door">Through what the actor comes in.</param>
    /// <param name="now">The time.</param>
    public Decision Decide(
        PlatformFacts platform,
        ContractFacts facts,
        long usedBytes,
        long? capacityBytes,
        Door door,
        DateTimeOffset now
    )
    {
        var (standing, end) = StandingAt(platform, facts, usedBytes, capacityBytes, now);
        var anyDoor = CapabilityTable.Of(standing);
        if (!facts.HasTv)
            anyDoor &= ~Capability.Tv;
        // Measures and terms are between the operator and customers; the operator's staff may read what was taken out of a customer's reach.
        var terms = OpenTerms.Of(platform, facts, now);
        if (door != Door.Staff)
        {
            anyDoor &= ~TakenBy(platform.Restrictions, now) & ~TakenBy(facts.Measures, now);
            if (terms?.RequiredFrom <= now)
                anyDoor &= CapabilityTable.WithoutTerms;
        }
        var allowed = anyDoor & DoorOf(platform, door);
        // At the television's door there is nothing but what is looked at on the TV.
        if (door == Door.Tv && !allowed.HasFlag(Capability.Tv))
            allowed = Capability.None;
        var lasting = allowed;
        if (platform.Mode == PlatformMode.Off)
            allowed = Capability.None;
        else if (platform.Mode == PlatformMode.ReadOnly)
            allowed &= ~CapabilityTable.Writes;
        return new Decision
        {
            Standing = standing,
            Allowed = allowed,
            Lasting = lasting,
            AnyDoor = anyDoor,
            End = end,
            OpenTerms = terms,
            ClosesAt =
                end is not null && standing is Standing.TakeBack or Standing.Closed
                    ? window.Closes(end)
                    : null,
            Platform = platform,
            Facts = facts,
            UsedBytes = usedBytes,
            CapacityBytes = capacityBytes,
            Door = door,
            Now = now,
        };
    }

    /// <summary>Decides about the actor whose facts these are: the owner of the vault, or whoever comes through a share of it.</summary>
    /// <param name="facts">What is known about the owner.</param>
    /// <param name="door">Through what the actor comes in.</param>
    /// <param name="visit">Through which share the actor comes; null for the owner.</param>
    /// <param name="recipient">What an actor who has an account may do; null for others, and for the owner.</param>
    /// <param name="now">The time.</param>
    internal Decision Decide(
        Facts facts,
        Door door,
        ShareVisit? visit,
        Decision? recipient,
        DateTimeOffset now
    )
    {
        var owner = Decide(
            facts.Platform,
            facts.Contract,
            facts.Vault.UsedBytes,
            facts.Vault.CapacityBytes,
            door,
            now
        );
        return visit is null ? owner : owner.For(facts.Visited, facts.Vault.Protected, recipient);
    }

    /// <summary>The end that counts: of all that are known, the one whose window opens first. Null when none is known.</summary>
    public static ContractEnd? FirstEnd(PlatformFacts platform, ContractFacts facts)
    {
        var first = platform.ServiceEnd;
        foreach (var end in facts.Ends)
        {
            if (first is null || end.Opens < first.Opens)
                first = end;
        }
        return first?.Opens < facts.WindowReopened
            ? first with
            {
                Reopened = facts.WindowReopened,
            }
            : first;
    }

    private static Capability TakenBy(IReadOnlyList<Measure> measures, DateTimeOffset now)
    {
        var taken = Capability.None;
        for (var i = 0; i < measures.Count; i++)
        {
            if (measures[i].Node is null && measures[i].Holds(now))
                taken |= measures[i].Taken;
        }
        return taken;
    }

    /// <summary>What may be done through a door.</summary>
    internal static Capability DoorOf(PlatformFacts platform, Door door) =>
        platform.Doors.TryGetValue(door, out var set) ? set : CapabilityTable.DoorDefault(door);

    private (Standing, ContractEnd?) StandingAt(
        PlatformFacts platform,
        ContractFacts facts,
        long usedBytes,
        long? capacityBytes,
        DateTimeOffset now
    )
    {
        var end = FirstEnd(platform, facts);
        if (facts.IsBeingDestroyed)
            return (Standing.Closed, end);
        if (end is not null && end.Opens <= now)
            return (now < window.Closes(end) ? Standing.TakeBack : Standing.Closed, end);
        return (usedBytes > capacityBytes ? Standing.OverCapacity : Standing.Active, end);
    }
}

/// <summary>What was decided, and the facts it rests on.</summary>
public sealed record Decision
{
    /// <summary>Where the account stands.</summary>
    public required Standing Standing { get; init; }

    /// <summary>Everything that is allowed.</summary>
    public required Capability Allowed { get; init; }

    /// <summary>Everything that is allowed once the platform works as it should: what a mount that lives longer than a maintenance goes by.</summary>
    public required Capability Lasting { get; init; }

    /// <summary>As <see cref="Lasting"/>, through one door or another.</summary>
    public required Capability AnyDoor { get; init; }

    /// <summary>The end that counts, in the past or to come; null when none is known.</summary>
    public required ContractEnd? End { get; init; }

    /// <summary>The terms that the customer has yet to accept; null for none.</summary>
    public required OpenTerms? OpenTerms { get; init; }

    /// <summary>When the take-back window closes; null while the contract runs.</summary>
    public required DateTimeOffset? ClosesAt { get; init; }

    /// <summary>What holds for everyone.</summary>
    public required PlatformFacts Platform { get; init; }

    /// <summary>What is known about the account.</summary>
    public required ContractFacts Facts { get; init; }

    /// <summary>What the vault's tree takes.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>The vault's capacity; null for no limit.</summary>
    public required long? CapacityBytes { get; init; }

    /// <summary>Through what the actor comes in.</summary>
    public required Door Door { get; init; }

    /// <summary>The time it was decided for.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>What a visitor's share leaves of what its owner may do; null where the owner acts.</summary>
    public ShareStanding? Visitor { get; private init; }

    /// <summary>What is left of it for whoever comes through a share.</summary>
    /// <param name="visited">The share; null when it is gone.</param>
    /// <param name="protectedNodes">What of the vault is protected.</param>
    /// <param name="recipient">What a recipient who has an account may do; null for others.</param>
    internal Decision For(
        VisitedShare? visited,
        IReadOnlySet<NodeId> protectedNodes,
        Decision? recipient
    )
    {
        var visitor = new ShareStanding(this, visited, protectedNodes, recipient);
        return this with
        {
            Visitor = visitor,
            Allowed = Allowed & visitor.Granted,
            Lasting = Lasting & visitor.Granted,
        };
    }

    /// <summary>
    /// What could be done here if nothing stood in the way that passes or can be ended: no full account, suspension or maintenance. Whoever would undo on their
    /// own device what must not be done here goes by this, and is refused what for now is not allowed.
    /// </summary>
    public Capability Rights =>
        AccountPolicy.DoorOf(Platform, Door)
        & (Visitor is null ? Capability.All : Visitor.Share?.Granted ?? Capability.None);

    /// <summary>Whether something is allowed.</summary>
    public bool Allows(Capability capability) => (Allowed & capability) == capability;

    /// <summary>
    /// Why something is refused; null when it is allowed. Of several reasons the one is given that the others hide behind: maintenance before
    /// everything, then the end of the account, what the operator has set on it, where it stands, terms that are overdue, what the door has, and last
    /// that the platform is read-only for a while, because that one passes by itself.
    /// </summary>
    public Refusal? Refuses(Capability capability)
    {
        if (Allows(capability))
            return null;
        if (Visitor is not null)
            return Visitor.Refuses(capability);
        // What takes the TV away takes all that there is at its door.
        if (
            Door == Door.Tv
            && !Allows(Capability.Tv)
            && AccountPolicy.DoorOf(Platform, Door).HasFlag(capability)
        )
            capability = Capability.Tv;
        if (Platform.Mode == PlatformMode.Off)
            return new(RefusalRule.PlatformOff)
            {
                Until = Platform.ModeEnds,
                Words = Platform.Words,
            };
        if (Standing == Standing.Closed)
            return new(RefusalRule.AccountClosed) { ClosesAt = ClosesAt };
        if (MeasureAgainst(capability) is { } measure)
            return measure.ToRefusal();
        if (!CapabilityTable.Of(Standing).HasFlag(capability))
            return Standing == Standing.OverCapacity
                ? new(RefusalRule.OverCapacity) { Limit = CapacityBytes, Used = UsedBytes }
                : new(RefusalRule.TakeBackWindow) { ClosesAt = ClosesAt };
        if (
            Door != Door.Staff
            && OpenTerms?.RequiredFrom <= Now
            && !CapabilityTable.WithoutTerms.HasFlag(capability)
        )
            return new(RefusalRule.TermsNotAccepted);
        if (capability == Capability.Tv && !Facts.HasTv)
            return new(RefusalRule.NotInContract);
        var door = Platform.Doors.TryGetValue(Door, out var set)
            ? set
            : CapabilityTable.DoorDefault(Door);
        if (!door.HasFlag(capability))
            return new(RefusalRule.DoorNotAllowed);
        return new(RefusalRule.PlatformReadOnly)
        {
            Until = Platform.ModeEnds,
            Words = Platform.Words,
        };
    }

    /// <summary>
    /// Why even the account's own affairs are refused; null when they are not. They are the person's, not the service's: what the account is, what
    /// happened to it, revoking its devices, its terms. They stay open in every standing before the last, under every suspension, and while the
    /// platform is read-only.
    /// </summary>
    public Refusal? RefusesOwnAffairs() =>
        Platform.Mode == PlatformMode.Off || Standing == Standing.Closed
            ? Refuses(Capability.List)
            : null;

    /// <summary>Why no device can be added; null when one can. None is while the current terms are not accepted, whenever they are required.</summary>
    public Refusal? RefusesNewDevice() =>
        Refuses(Capability.ManageDevices)
        ?? (OpenTerms is null ? null : new(RefusalRule.TermsNotAccepted));

    /// <summary>Whether a legal hold or a block keeps an item, or what it lies in, from being removed for good: it may be deleted to the trash, and no further.</summary>
    /// <param name="chain">The nodes from the root down to the item.</param>
    public bool IsKept(IReadOnlyList<NodeRow> chain)
    {
        foreach (var measure in Facts.Measures)
        {
            if (
                measure.Kind is MeasureKind.LegalHold or MeasureKind.Block
                && !(measure.Until <= Now)
                && (measure.Node is not { } node || chain.Any(row => row.Id == node))
            )
                return true;
        }
        return false;
    }

    /// <summary>
    /// Why something is refused at an item that was blocked or restricted, or below one; null when nothing of that kind stands in the way. It can
    /// still be listed, so that its owner sees that it is there and no client takes it for deleted, and be deleted. To whoever comes through a share a blocked one is closed
    /// altogether.
    /// </summary>
    /// <param name="chain">The nodes from the root down to the item.</param>
    /// <param name="capability">What is asked.</param>
    public Refusal? RefusesAt(IReadOnlyList<NodeRow> chain, Capability capability)
    {
        if (Visitor?.RefusesAt(chain) is { } refusal)
            return refusal;
        foreach (var measure in ItemMeasures)
        {
            if (
                (
                    (measure.Taken & capability) != Capability.None
                    || (Visitor is not null && measure.Kind == MeasureKind.Block)
                ) && chain.Any(row => row.Id == measure.Node)
            )
                return Visitor is null ? measure.ToRefusal() : ShareStanding.Paused;
        }
        return null;
    }

    /// <summary>Why a share was taken out of reach; null when it was not.</summary>
    public Measure? BlockOf(ShareId share)
    {
        Measure? found = null;
        foreach (var measure in Facts.Measures)
        {
            if (
                measure.Kind == MeasureKind.ShareBlock
                && measure.Share == share
                && measure.Holds(Now)
                && found is not { IsLegalOrder: true }
            )
                found = measure;
        }
        return found;
    }

    /// <summary>The items at which <see cref="RefusesAt"/> refuses something, and below which.</summary>
    /// <param name="capability">What is asked.</param>
    public IReadOnlySet<NodeId> ItemsRefusing(Capability capability) =>
        ItemMeasures
            .Where(measure => (measure.Taken & capability) != Capability.None)
            .Select(measure => measure.Node!.Value)
            .Concat(Visitor is { } visitor ? visitor.Protected : [])
            .ToHashSet();

    /// <summary>Items that are closed to whoever comes by a share, with everything below: it is not even named to them. None to the owner.</summary>
    internal IReadOnlySet<NodeId> Closed =>
        Visitor is null
            ? FrozenSet<NodeId>.Empty
            : ItemMeasures
                .Where(measure => measure.Kind == MeasureKind.Block)
                .Select(measure => measure.Node!.Value)
                .ToHashSet();

    /// <summary>The measures on items that hold now, as far as this door heeds them.</summary>
    internal IEnumerable<Measure> ItemMeasures =>
        Door == Door.Staff || Facts.Measures.Count == 0
            ? []
            : Facts.Measures.Where(measure => measure.Node is not null && measure.Holds(Now));

    // A suspension is about this customer and comes before what is for everybody; the one that takes more, before the one that takes less.
    private Measure? MeasureAgainst(Capability capability)
    {
        if (Door == Door.Staff)
            return null;
        Measure? found = null;
        foreach (
            var list in (ReadOnlySpan<IReadOnlyList<Measure>>)
                [Facts.Measures, Platform.Restrictions]
        )
        {
            foreach (var measure in list)
            {
                if (
                    measure.Node is null
                    && measure.Holds(Now)
                    && measure.Taken.HasFlag(capability)
                    && (
                        found is null
                        || (
                            found.Kind != MeasureKind.Suspension
                            && measure.Kind == MeasureKind.Suspension
                        )
                    )
                )
                    found = measure;
            }
        }
        return found;
    }
}
