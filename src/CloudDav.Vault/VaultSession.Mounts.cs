namespace CloudDav.Vault;

/// <summary>What others of the household share hangs in the actor's tree as mounts, which are the actor's own rows; what they show is reached through its owner's vault.</summary>
public sealed partial class VaultSession
{
    private const int MostNameTries = 1_000;

    /// <summary>Lets the actor act on what somebody of the household shares.</summary>
    /// <param name="share">The share.</param>
    /// <param name="conditions">What must hold in the actor's own tree, in the transaction that commits.</param>
    internal VaultSession Within(Share share, IReadOnlyList<ExpectedState> conditions) =>
        new(
            _vaults,
            _actor,
            Actor.Behind(share),
            _options with
            {
                Visit = _vaults.Tokens.VisitOf(share, _actor.Account),
            },
            new Origin(this, conditions)
        );

    /// <summary>Where a path leads: into which mount, or nowhere out of the own vault. Mounts are brought up to date.</summary>
    internal async ValueTask<VaultResult<(ReceivedShare Mount, int Depth)?>> LocateAsync(
        IReadOnlyList<string> path,
        CancellationToken cancellationToken
    )
    {
        var facts = await LoadAsync(Request([new(path)]), cancellationToken);
        if (facts.Obstacle is { } refusal)
            return refusal;
        if (
            facts.Paths[0].Mount is not { } row
            || facts.Vault.Mounts?.Find(row.Id) is not { } mount
        )
            return ((ReceivedShare, int)?)null;
        return (mount, facts.Paths[0].Chain.Count - 1);
    }

    /// <summary>What a mount shows to its owner's rights and to nobody's locks: the item, and why it cannot be opened now.</summary>
    /// <param name="placed">The share as it was last seen: the item stays listed when nothing can be asked about its owner.</param>
    /// <param name="details">What is asked of the item.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    internal async ValueTask<Shown> LookAsync(
        PlacedShare placed,
        NodeDetails details,
        CancellationToken cancellationToken
    )
    {
        var request = Request([new([], Shown(details))]);
        var facts = await LoadAsync(request, cancellationToken);
        if (facts.Obstacle is { } obstacle)
            return
                facts is { IsSignedOut: true, Vault: not null } && obstacle == ShareStanding.Paused
                ? new(Unreachable(facts, placed, request.Now), obstacle)
                : new(null, obstacle);
        if (facts.Paths is not [{ Node: { } node } path, ..])
            return new(null, new Refusal(RefusalRule.ShareNotFound));
        var found = new Found(facts.Vault, path);
        Mark(MeasuresOn(found), node);
        await MarkFavoriteAsync(node, Shown(details), cancellationToken);
        return new(
            found,
            facts.Vault.Decision!.Refuses(Capability.List)
                ?? facts.Vault.Decision.RefusesAt(path.Chain, Capability.List)
        );
    }

    // The item of an owner who cannot sign in: there, and with no right to anything.
    private Found Unreachable(Facts facts, PlacedShare placed, DateTimeOffset now) =>
        new(
            facts.Vault with
            {
                Decision = _vaults.Policy.Decide(
                    facts,
                    _options.Door,
                    _options.Visit,
                    recipient: null,
                    now
                ),
            },
            new PathState { Path = [], Chain = [placed.Node.Copy()] }
        );

    /// <summary>Gives what is newly shared a mount at the top of the tree, and takes away mounts of what is over.</summary>
    internal ValueTask<VaultResult<bool>> SettleMountsAsync(CancellationToken cancellationToken) =>
        CommandAsync(
            "vault.settle_mounts",
            async ValueTask<VaultResult<bool>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request([new([])]));
                if (facts.Obstacle is { } refusal)
                    return refusal;
                var mounts = facts.Vault.Mounts ?? await MountsAsync(transaction, facts.Vault);
                if (!mounts.AreDue)
                    return true;
                var root = facts.Paths[0].Chain;
                var changes = new ChangeSet(facts.Vault, Now);
                var taken = new HashSet<string>(StringComparer.Ordinal);
                foreach (var received in mounts.Received)
                {
                    if (received.IsOver)
                        Unmount(changes, facts.Vault, received, isWish: false);
                    else if (received.IsNew)
                        await MountAsync(
                            transaction,
                            changes,
                            facts.Vault,
                            root,
                            received.Placed!,
                            taken
                        );
                }
                await transaction.ApplyAsync(changes);
                return true;
            },
            cancellationToken
        );

    /// <summary>What others of the household share with the actor, in the order it was shared. What is new has its mount first.</summary>
    /// <param name="cancellationToken">Stops the query.</param>
    public async ValueTask<VaultResult<IReadOnlyList<ReceivedView>>> ListReceivedAsync(
        CancellationToken cancellationToken
    )
    {
        var found = await FindMountsAsync(cancellationToken);
        if (found.IsSuccess && found.Value.AreDue)
        {
            var settled = await SettleMountsAsync(cancellationToken);
            if (settled.Refusal is { } unsettled)
                return unsettled;
            found = await FindMountsAsync(cancellationToken);
        }
        if (found.Refusal is { } refusal)
            return refusal;
        var views = new List<ReceivedView>();
        foreach (var received in found.Value.Received)
        {
            if (received.Placed is not { } placed)
                continue;
            var shown = await Within(placed.Share, [])
                .LookAsync(received.Placed, NodeDetails.None, cancellationToken);
            views.Add(new(received, found.Value.PathOf(received), shown.Refusal));
        }
        return views;
    }

    /// <summary>The people of the actor's household beside the actor: those whom something can be shared with by name.</summary>
    /// <param name="cancellationToken">Stops the query.</param>
    public ValueTask<VaultResult<IReadOnlyList<HouseholdPerson>>> ListHouseholdAsync(
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<IReadOnlyList<HouseholdPerson>>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([]));
                if (RefusesOwnSharing(facts) is { } refusal)
                    return refusal;
                var people = await snapshot.ListHouseholdAsync(_actor.Account, Now);
                return people.Where(person => person.Account != _actor.Account).ToArray();
            },
            cancellationToken
        );

    /// <summary>
    /// Takes the mount of a share out of the actor's tree, or brings back one that was removed: then it hangs at the top again. For others of the household nothing
    /// changes. It is the actor's own view, and possible in every standing before the last.
    /// </summary>
    public async ValueTask<VaultResult<bool>> SetMountAsync(
        ShareId share,
        bool isMounted,
        CancellationToken cancellationToken
    )
    {
        // Only what has had its mount can be without it.
        var settled = await SettleMountsAsync(cancellationToken);
        if (settled.Refusal is { } unsettled)
            return unsettled;
        return await CommandAsync(
            "vault.set_mount",
            async ValueTask<VaultResult<bool>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request([new([])]));
                if (RefusesOwnSharing(facts) is { } refusal)
                    return refusal;
                var mounts = await MountsAsync(transaction, facts.Vault);
                var received = mounts.Received.FirstOrDefault(candidate =>
                    candidate.Id == share && candidate.Placed is not null
                );
                if (received is null)
                    return new Refusal(RefusalRule.NotFound);
                if (isMounted == mounts.Hangs(received))
                    return true;
                var changes = new ChangeSet(facts.Vault, Now);
                if (received.Mount.Count > 0)
                    Unmount(changes, facts.Vault, received, isWish: !isMounted);
                if (isMounted)
                    await MountAsync(
                        transaction,
                        changes,
                        facts.Vault,
                        facts.Paths[0].Chain,
                        received.Placed!,
                        []
                    );
                await transaction.ApplyAsync(changes);
                return true;
            },
            cancellationToken
        );
    }

    // Whether what is asked for can lead into a mount, or its tag depend on one: where there are paths.
    private bool ShowsMounts(Facts facts) =>
        _hasMounts && facts is { Paths.Count: > 0, Vault.HasReceived: true };

    private async ValueTask<Facts> WithMountsAsync(IMetadataSnapshot snapshot, Facts facts) =>
        facts with
        {
            Vault = facts.Vault with { Mounts = await MountsAsync(snapshot, facts.Vault) },
        };

    private async ValueTask<Mounts> MountsAsync(IMetadataSnapshot snapshot, VaultState vault) =>
        new(await snapshot.ListReceivedAsync(_actor.Account, _actor.Vault, Now), vault.Root);

    private ValueTask<VaultResult<Mounts>> FindMountsAsync(CancellationToken cancellationToken) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<Mounts>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([]));
                return RefusesOwnSharing(facts) is { } refusal
                    ? refusal
                    : await MountsAsync(snapshot, facts.Vault);
            },
            cancellationToken
        );

    // Whether the answer lies elsewhere. Only the mount itself is the actor's own: to be renamed, moved and removed.
    private static Refusal? Crosses(Facts facts, PathState path, bool isMountItself)
    {
        if (facts.Vault.Mounts is { AreDue: true })
            return new Refusal(RefusalRule.NotFound)
            {
                Crossing = new Crossing(null, [], IsCondition: false),
            };
        if (path.Mount is not { } mount || (isMountItself && path.Node == mount))
            return null;
        return Cross(facts, path, mount, isCondition: false);
    }

    // Without a tree that can follow it, nothing is there.
    private static Refusal Cross(Facts facts, PathState path, NodeRow mount, bool isCondition) =>
        new(RefusalRule.NotFound)
        {
            Crossing = facts.Vault.Mounts?.Find(mount.Id) is { } received
                ? new Crossing(received, [.. path.Path.Take(path.Chain.Count - 1)], isCondition)
                : null,
        };

    private static void Unmount(
        ChangeSet changes,
        VaultState vault,
        ReceivedShare received,
        bool isWish
    )
    {
        changes.Add(new Change.RemoveMount(received.Mount[^1], received.Id, isWish));
        changes.Count(
            [.. received.Mount.SkipLast(1)],
            0,
            0,
            0,
            0,
            changesMembers: true,
            isInTree: received.Mount[0].Id == vault.Root
        );
    }

    private async ValueTask MountAsync(
        IMetadataTransaction transaction,
        ChangeSet changes,
        VaultState vault,
        IReadOnlyList<NodeRow> root,
        PlacedShare placed,
        HashSet<string> taken
    )
    {
        var name = await FreeNameAsync(
            transaction,
            vault,
            placed.Name,
            placed.Share.OwnerName,
            taken
        );
        var row = new NodeRow
        {
            Id = new(await transaction.NextIdAsync()),
            Parent = vault.Root,
            Name = name,
            NameKey = vault.KeyOf(name),
            Kind = NodeKind.Mount,
            Revision = NewRevision(),
            CreatedMs = changes.NowMs,
            ModifiedMs = changes.NowMs,
        };
        changes.Add(new Change.AddMount(row, placed.Share.Id));
        changes.Count(root, 0, 0, 0, 1, changesMembers: true);
    }

    // The item's name, or with its owner's, or with a number.
    private async ValueTask<string> FreeNameAsync(
        IMetadataTransaction transaction,
        VaultState vault,
        string wanted,
        string owner,
        HashSet<string> taken
    )
    {
        if (NodeName.Problem(wanted) is not null)
            wanted = owner;
        for (var i = 0; i < MostNameTries; i++)
        {
            var name = i switch
            {
                0 => wanted,
                1 => $"{wanted} ({owner})",
                _ => System.FormattableString.Invariant($"{wanted} ({owner}, {i})"),
            };
            if (NodeName.Problem(name) is not null)
                break;
            var facts = await transaction.LoadAsync(Request([new([name])]));
            if (
                facts.Paths[0].Node is null
                && facts.Paths[0].CaseSibling is null
                && taken.Add(vault.KeyOf(name))
            )
                return name;
        }
        return NodeName.Beside(wanted);
    }

    /// <summary>Where an actor of the household comes from.</summary>
    /// <param name="Home">The session in the actor's own vault.</param>
    /// <param name="Conditions">What must hold there.</param>
    private sealed record Origin(VaultSession Home, IReadOnlyList<ExpectedState> Conditions)
    {
        // The recipient's standing counts as the owner's does, and so do conditions on the recipient's own tree.
        public async ValueTask<Facts> LoadAsync(IMetadataSnapshot snapshot)
        {
            var guard = new ChangeGuard { Expectations = Conditions };
            var facts = await Home.LoadAsync(snapshot, Home.Request(guard, NodeDetails.None));
            return facts.Obstacle is not null
                ? facts
                : facts with
                {
                    Obstacle = Home.CheckGuard(facts, guard) is { } refusal
                        ? refusal with
                        {
                            IsOfHome = true,
                        }
                        : null,
                };
        }
    }
}

/// <summary>What a mount shows.</summary>
/// <param name="Found">The item in its owner's vault; null when it is not there.</param>
/// <param name="Refusal">Why it cannot be opened now; null when it can.</param>
internal sealed record Shown(Found? Found, Refusal? Refusal);

/// <summary>A received share as its recipient sees it.</summary>
/// <param name="Received">The share, its item, and its mount.</param>
/// <param name="Path">Where in the recipient's tree it hangs; null when its mount was removed.</param>
/// <param name="Standing">Why it cannot be opened now; null when it can.</param>
public sealed record ReceivedView(
    ReceivedShare Received,
    IReadOnlyList<string>? Path,
    Refusal? Standing
);
