using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>
/// Everything one person reaches in one tree: the own vault, and in it, as mounts, what others of the household share. Each use case runs in the vault where its
/// path leads, within the rights of the share; one that begins in one vault and ends in another runs in both. Paths of results and refusals are those of the tree.
/// </summary>
public sealed partial class VaultTree
{
    // A mount that is added or removed meanwhile changes where a path leads; more often than this it does not.
    private const int MostTurns = 5;

    private readonly VaultSession _home;

    /// <summary>The tree that a session reaches. Only one that <see cref="Vaults.OpenTree"/> opens has mounts.</summary>
    public VaultTree(VaultSession home) => _home = home;

    /// <summary>Who acts.</summary>
    public Actor Actor => _home.Actor;

    /// <summary>Acts in the own vault alone, whatever is mounted: where the own trash and versions are.</summary>
    public VaultSession Own => _home;

    /// <summary>The limits that hold.</summary>
    public VaultLimits Limits => _home.Limits;

    /// <summary>The time, as the session's clock has it.</summary>
    public DateTimeOffset Now => _home.Now;

    /// <summary>The language of the account, as the last query found it; null before the first one, and when it is not known.</summary>
    public Language? Language => _home.Language;

    /// <summary>What the actor may do in the own vault, whatever that is. Refuses nobody but who is signed out.</summary>
    public ValueTask<VaultResult<Decision>> DecideAsync(CancellationToken cancellationToken) =>
        _home.DecideAsync(cancellationToken);

    /// <summary>The shares of the own items. Refuses as <see cref="VaultSession.ListSharesAsync"/>.</summary>
    public ValueTask<VaultResult<IReadOnlyList<OwnShare>>> ListSharesAsync(
        CancellationToken cancellationToken
    ) => _home.ListSharesAsync(share: null, cancellationToken);

    /// <summary>What the whole tree is now, what is mounted in it included, as one number; and the vaults of which it is made. A refusal says why the actor may not list it.</summary>
    public ValueTask<VaultResult<TreePulse>> PulseAsync(CancellationToken cancellationToken) =>
        AtAsync(
            [],
            ChangeGuard.None,
            async ValueTask<VaultResult<TreePulse>> (spot) =>
            {
                var found = await spot.Session.FindAsync([], NodeDetails.None, cancellationToken);
                return found.Refusal is { } refusal
                    ? refusal
                    : TreePulse.Of(found.Value.Vault, found.Value.Node);
            },
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.FindAsync"/>
    public ValueTask<VaultResult<Found>> FindAsync(
        IReadOnlyList<string> path,
        NodeDetails details,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            ChangeGuard.None,
            async spot =>
                spot.Outward(await spot.Session.FindAsync(spot.Path, details, cancellationToken)),
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.ListAsync"/>
    /// <remarks>What is mounted in a folder comes after the folder's own members. A mount that cannot be opened now is listed all the same: a client that no longer saw it would delete its copy.</remarks>
    public ValueTask<VaultResult<bool>> ListAsync(
        IReadOnlyList<string> path,
        int? levels,
        NodeDetails details,
        NodeVisitor visit,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            ChangeGuard.None,
            async spot =>
            {
                var mounts = new List<ListedMount>();
                var listed = await spot.Session.ListAsync(
                    spot.Path,
                    levels,
                    details,
                    (below, vault, node, locks) =>
                    {
                        if (node.Kind != NodeKind.Mount)
                            visit(
                                below,
                                vault,
                                spot.Named(below.Length, node),
                                spot.Outward(locks)
                            );
                        else if (vault.Mounts!.Find(node.Id) is { } mount)
                            mounts.Add(new(mount, [.. below]));
                    },
                    cancellationToken
                );
                foreach (var mount in mounts)
                    await ListMountAsync(mount, path, levels, details, visit, cancellationToken);
                if (listed.IsSuccess && levels != 0)
                    await spot.CountUseAsync(ShareUse.Opened, cancellationToken);
                return listed;
            },
            cancellationToken
        );

    /// <summary>Visits everything below a folder that may be looked for, in the vault and in what is mounted below the folder, in any order; within each, the newest first where that is wanted and an index gives it.</summary>
    /// <returns>Whether everything was looked at.</returns>
    public ValueTask<VaultResult<bool>> SearchAsync(
        IReadOnlyList<string> path,
        NodeSearch search,
        NodeDetails details,
        SearchVisitor visit,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            ChangeGuard.None,
            async ValueTask<VaultResult<bool>> (spot) =>
            {
                var isEnough = false;
                SearchNext Visit(ReadOnlySpan<string> below, VaultState vault, NodeRow node)
                {
                    var next = visit(below, vault, node);
                    isEnough |= next == SearchNext.Enough;
                    return next;
                }
                var searched = await spot.Session.SearchAsync(
                    spot.Path,
                    search,
                    details,
                    Visit,
                    cancellationToken
                );
                if (searched.Refusal is { } refusal)
                    return refusal;
                var isComplete = searched.Value.IsComplete;
                foreach (var (share, below) in searched.Value.Mounts)
                {
                    if (isEnough)
                        break;
                    isComplete &= await SearchMountAsync(
                        share,
                        [.. path, .. below],
                        below,
                        search,
                        details,
                        Visit,
                        cancellationToken
                    );
                }
                await spot.CountUseAsync(ShareUse.Opened, cancellationToken);
                return isComplete;
            },
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.OpenAsync"/>
    public ValueTask<VaultResult<Opened>> OpenAsync(
        IReadOnlyList<string> path,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            ChangeGuard.None,
            async spot =>
            {
                var opened = await spot.Session.OpenAsync(spot.Path, cancellationToken);
                return opened.IsSuccess && !spot.IsHome
                    ? opened.Value with
                    {
                        Begin = async stop =>
                            (await spot.Session.CountUseAsync(ShareUse.Downloaded, stop)).Refusal,
                    }
                    : opened;
            },
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.FindArchiveTagAsync"/>
    public ValueTask<VaultResult<string>> FindArchiveTagAsync(
        ArchiveScope scope,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            scope.Path,
            ChangeGuard.None,
            spot =>
                spot.Session.FindArchiveTagAsync(
                    scope with
                    {
                        Path = spot.Path,
                    },
                    cancellationToken
                ),
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.OpenArchiveAsync"/>
    /// <remarks>What others share is in an archive of what they share, and in no other.</remarks>
    public ValueTask<VaultResult<VaultArchive>> OpenArchiveAsync(
        ArchiveScope scope,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            scope.Path,
            ChangeGuard.None,
            async ValueTask<VaultResult<VaultArchive>> (spot) =>
            {
                var archive = await spot.Session.OpenArchiveAsync(
                    scope with
                    {
                        Path = spot.Path,
                    },
                    cancellationToken
                );
                return archive.IsSuccess && !spot.IsHome
                    ? archive.Value with
                    {
                        Begin = async stop =>
                            (await spot.Session.CountUseAsync(ShareUse.Downloaded, stop)).Refusal,
                    }
                    : archive;
            },
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.OpenPreviewAsync"/>
    public ValueTask<VaultResult<OpenedPreview>> OpenPreviewAsync(
        IReadOnlyList<string> path,
        int size,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            ChangeGuard.None,
            spot => spot.Session.OpenPreviewAsync(spot.Path, size, cancellationToken),
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.WriteAsync"/>
    public ValueTask<VaultResult<Changed>> WriteAsync(
        IReadOnlyList<string> path,
        Upload upload,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            guard,
            async spot =>
            {
                var written = await spot.Session.WriteAsync(
                    spot.Path,
                    upload,
                    spot.Guard,
                    cancellationToken
                );
                // It was read before it was known where it goes.
                if (written.Refusal?.Crossing?.Body is { } body)
                    upload = upload with { Body = PipeReader.Create(new(body)) };
                return written;
            },
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.CreateFolderAsync"/>
    public ValueTask<VaultResult<Changed>> CreateFolderAsync(
        IReadOnlyList<string> path,
        NodePatch? patch,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            guard,
            spot => spot.Session.CreateFolderAsync(spot.Path, patch, spot.Guard, cancellationToken),
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.DeleteAsync"/>
    /// <remarks>A mount goes, and what it shows stays where it is.</remarks>
    public ValueTask<VaultResult<bool>> DeleteAsync(
        IReadOnlyList<string> path,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            guard,
            spot => spot.Session.DeleteAsync(spot.Path, spot.Guard, cancellationToken),
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.MoveAsync"/>
    public ValueTask<VaultResult<Changed>> MoveAsync(
        IReadOnlyList<string> source,
        IReadOnlyList<string> destination,
        Transfer transfer,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) => BetweenAsync(source, destination, transfer, guard, isMove: true, cancellationToken);

    /// <inheritdoc cref="VaultSession.CopyAsync"/>
    public ValueTask<VaultResult<Changed>> CopyAsync(
        IReadOnlyList<string> source,
        IReadOnlyList<string> destination,
        Transfer transfer,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) => BetweenAsync(source, destination, transfer, guard, isMove: false, cancellationToken);

    /// <inheritdoc cref="VaultSession.PatchAsync"/>
    /// <remarks>What is set on every folder alike (<see cref="NodePatch.IsHabit"/>) is accepted at the top of what somebody shares, and not kept.</remarks>
    public ValueTask<VaultResult<Changed>> PatchAsync(
        IReadOnlyList<string> path,
        NodePatch patch,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            guard,
            async ValueTask<VaultResult<Changed>> (spot) =>
            {
                var drops = patch.IsHabit && spot.IsTopOfShare;
                var patched = await spot.Session.PatchAsync(
                    spot.Path,
                    drops ? new NodePatch() : patch,
                    spot.Guard,
                    cancellationToken
                );
                if (!drops || patched.Refusal?.Rule != RefusalRule.ShareRightMissing)
                    return patched;
                var found = await spot.Session.FindAsync(
                    spot.Path,
                    NodeDetails.None,
                    cancellationToken
                );
                return found.Refusal is { } refusal
                    ? refusal
                    : new Changed(found.Value.Vault, found.Value.Node, Created: false);
            },
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.LockAsync"/>
    public ValueTask<VaultResult<Locked>> LockAsync(
        IReadOnlyList<string> path,
        LockWish wish,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            guard,
            async ValueTask<VaultResult<Locked>> (spot) =>
            {
                var locked = await spot.Session.LockAsync(
                    spot.Path,
                    wish,
                    spot.Guard,
                    cancellationToken
                );
                return locked.IsSuccess
                    ? locked.Value with
                    {
                        Lock = spot.Outward(locked.Value.Lock),
                    }
                    : locked;
            },
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.RefreshLockAsync"/>
    public ValueTask<VaultResult<LockRow>> RefreshLockAsync(
        IReadOnlyList<string> path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            ChangeGuard.None,
            async ValueTask<VaultResult<LockRow>> (spot) =>
            {
                var held = await spot.Session.RefreshLockAsync(
                    spot.Path,
                    tokens,
                    timeout,
                    cancellationToken
                );
                return held.IsSuccess ? spot.Outward(held.Value) : held;
            },
            cancellationToken
        );

    /// <inheritdoc cref="VaultSession.UnlockAsync"/>
    public ValueTask<VaultResult<bool>> UnlockAsync(
        IReadOnlyList<string> path,
        string token,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            ChangeGuard.None,
            spot => spot.Session.UnlockAsync(spot.Path, token, cancellationToken),
            cancellationToken
        );

    // A mount in a listing: the item as its owner's vault has it, under the mount's name, and what is below it where that is asked for.
    private async ValueTask ListMountAsync(
        ListedMount mount,
        IReadOnlyList<string> path,
        int? levels,
        NodeDetails details,
        NodeVisitor visit,
        CancellationToken cancellationToken
    )
    {
        var below = mount.Below;
        var spot = Spot.Within(_home, mount.Share, [.. path, .. below], [], ChangeGuard.None);
        var shown = await spot.Session.LookAsync(mount.Share.Placed!, details, cancellationToken);
        // It went away meanwhile.
        if (shown.Found is not { } found)
            return;
        var node = found.Node;
        node.Name = below[^1];
        if (levels is null)
            node.Withheld = shown.Refusal;
        visit(below, found.Vault, node, spot.Outward(found.Path.Locks));
        if (levels is not null || shown.Refusal is not null || !node.IsFolder)
            return;
        await spot.Session.ListAsync(
            [],
            levels: null,
            details,
            (inner, vault, member, locks) =>
            {
                if (inner.Length > 0)
                    visit([.. below, .. inner], vault, member, spot.Outward(locks));
            },
            cancellationToken
        );
        await spot.CountUseAsync(ShareUse.Opened, cancellationToken);
    }

    // The item that is shared, and what is below it.
    private async ValueTask<bool> SearchMountAsync(
        ReceivedShare share,
        IReadOnlyList<string> prefix,
        string[] below,
        NodeSearch search,
        NodeDetails details,
        SearchVisitor visit,
        CancellationToken cancellationToken
    )
    {
        var spot = Spot.Within(_home, share, prefix, [], ChangeGuard.None);
        var shown = await spot.Session.LookAsync(share.Placed!, details, cancellationToken);
        if (shown.Found is not { } found)
            return true;
        found.Node.Name = below[^1];
        if (visit(below, found.Vault, found.Node) == SearchNext.Enough)
            return true;
        if (shown.Refusal is not null || !found.Node.IsFolder)
            return true;
        var isUsed = false;
        var searched = await spot.Session.SearchAsync(
            [],
            search,
            details,
            (inner, vault, node) =>
            {
                isUsed = true;
                return visit([.. below, .. inner], vault, node);
            },
            cancellationToken
        );
        if (isUsed)
            await spot.CountUseAsync(ShareUse.Opened, cancellationToken);
        // What cannot be opened now is not looked into.
        return !searched.IsSuccess || searched.Value.IsComplete;
    }

    private sealed record ListedMount(ReceivedShare Share, string[] Below);

    private async ValueTask<VaultResult<T>> AtAsync<T>(
        IReadOnlyList<string> path,
        ChangeGuard guard,
        Func<Spot, ValueTask<VaultResult<T>>> act,
        CancellationToken cancellationToken
    )
    {
        var spot = new Spot(_home, [], path, guard);
        for (var turn = 1; ; turn++)
        {
            var result = spot.Outward(await act(spot));
            if (result.Refusal?.Crossing is not { } crossing || turn == MostTurns)
                return result;
            var next = await FollowAsync(spot, path, crossing, cancellationToken);
            if (next.Refusal is { } refusal)
                return refusal;
            spot = next.Value;
        }
    }

    // Where to act instead.
    private async ValueTask<VaultResult<Spot>> FollowAsync(
        Spot spot,
        IReadOnlyList<string> path,
        Crossing crossing,
        CancellationToken cancellationToken
    )
    {
        if (crossing.Mount is not { } mount)
        {
            var settled = await _home.SettleMountsAsync(cancellationToken);
            return settled.Refusal is { } refusal ? refusal : spot;
        }
        if (!crossing.IsCondition)
            return Spot.Within(
                _home,
                mount,
                crossing.Path,
                [.. path.Skip(crossing.Path.Count)],
                spot.Guard
            );
        // A condition on what lies in another vault than what is asked for: it is looked at once, before.
        var left = new List<ExpectedState>();
        foreach (var expected in spot.AllConditions)
        {
            if (!StartsWith(expected.Path, crossing.Path))
            {
                left.Add(expected);
                continue;
            }
            if (await CheckConditionAsync(expected, cancellationToken) is { } refusal)
                return refusal;
        }
        return spot.With(left, _home);
    }

    private async ValueTask<Refusal?> CheckConditionAsync(
        ExpectedState expected,
        CancellationToken cancellationToken
    )
    {
        var found = await FindAsync(expected.Path, NodeDetails.None, cancellationToken);
        if (found.Refusal is { Rule: not RefusalRule.NotFound } refusal)
            return refusal;
        var seen = found.IsSuccess ? found.Value : null;
        return expected.IsState(seen?.Vault, seen?.Node)
            ? null
            : new Refusal(RefusalRule.ConditionFailed) { Path = expected.Path };
    }

    // Within the own vault, or where the ends are, when one of them lies beyond a mount.
    private ValueTask<VaultResult<Changed>> BetweenAsync(
        IReadOnlyList<string> source,
        IReadOnlyList<string> destination,
        Transfer transfer,
        ChangeGuard guard,
        bool isMove,
        CancellationToken cancellationToken
    )
    {
        return AtAsync(
            source,
            guard,
            async spot =>
            {
                var result = await WithinAsync(_home, source, destination, spot.Guard);
                return result.Refusal?.Crossing is { Mount: not null, IsCondition: false }
                    ? await BeyondAsync(spot.Guard)
                    : result;
            },
            cancellationToken
        );

        ValueTask<VaultResult<Changed>> WithinAsync(
            VaultSession session,
            IReadOnlyList<string> from,
            IReadOnlyList<string> to,
            ChangeGuard there
        ) =>
            isMove
                ? session.MoveAsync(from, to, transfer, there, cancellationToken)
                : session.CopyAsync(from, to, transfer, there, cancellationToken);

        async ValueTask<VaultResult<Changed>> BeyondAsync(ChangeGuard all)
        {
            var ends = await LocateAsync(source, destination, all, cancellationToken);
            if (ends.Refusal is { } missing)
                return missing;
            var (from, to) = ends.Value;
            var result = from.IsBeside(to)
                ? from.Outward(await WithinAsync(from.Session, from.Path, to.Path, from.Guard))
                : await VaultSession.TransferAsync(from, to, transfer, isMove, cancellationToken);
            // The ends were found: what has moved since is not followed.
            return result.Refusal is { Crossing: not null } late
                ? late with
                {
                    Crossing = null,
                }
                : result;
        }
    }

    // Both ends, each with the conditions that can be looked at from there; others are looked at once, before.
    private async ValueTask<VaultResult<(Spot From, Spot To)>> LocateAsync(
        IReadOnlyList<string> source,
        IReadOnlyList<string> destination,
        ChangeGuard guard,
        CancellationToken cancellationToken
    )
    {
        var from = await LocateAsync(source, guard, cancellationToken);
        if (from.Refusal is { } missing)
            return missing;
        var to = await LocateAsync(destination, guard, cancellationToken);
        if (to.Refusal is { } nowhere)
            return nowhere;
        var own = new List<ExpectedState>();
        var ofFrom = new List<ExpectedState>();
        var ofTo = new List<ExpectedState>();
        foreach (var expected in guard.Expectations)
        {
            var place = await LocateAsync(expected.Path, ChangeGuard.None, cancellationToken);
            if (place.Refusal is { } unreached)
                return unreached;
            if (place.Value.IsHome)
                own.Add(expected);
            else if (place.Value.IsBeside(from.Value))
                ofFrom.Add(expected);
            else if (place.Value.IsBeside(to.Value))
                ofTo.Add(expected);
            else if (await CheckConditionAsync(expected, cancellationToken) is { } refusal)
                return refusal;
        }
        return (
            from.Value.With([.. own, .. ofFrom], _home),
            to.Value.With([.. own, .. ofTo], _home)
        );
    }

    private async ValueTask<VaultResult<Spot>> LocateAsync(
        IReadOnlyList<string> path,
        ChangeGuard guard,
        CancellationToken cancellationToken
    )
    {
        var located = await _home.LocateAsync(path, cancellationToken);
        if (located.Refusal is { } refusal)
            return refusal;
        return located.Value is { } place
            ? Spot.Within(
                _home,
                place.Mount,
                [.. path.Take(place.Depth)],
                [.. path.Skip(place.Depth)],
                guard
            )
            : new Spot(_home, [], path, guard);
    }

    private static bool StartsWith(IReadOnlyList<string> path, IReadOnlyList<string> start) =>
        path.Count >= start.Count
        && path.Take(start.Count).SequenceEqual(start, StringComparer.Ordinal);

    /// <summary>Where something is done: in which vault, and what the way to it is called in the tree.</summary>
    internal sealed class Spot
    {
        private readonly IReadOnlyList<string> _prefix;
        private readonly ReceivedShare? _mount;
        private readonly IReadOnlyList<ExpectedState> _outer;

        public Spot(
            VaultSession session,
            IReadOnlyList<string> prefix,
            IReadOnlyList<string> path,
            ChangeGuard guard
        )
            : this(session, prefix, path, guard, null, []) { }

        private Spot(
            VaultSession session,
            IReadOnlyList<string> prefix,
            IReadOnlyList<string> path,
            ChangeGuard guard,
            ReceivedShare? mount,
            IReadOnlyList<ExpectedState> outer
        )
        {
            (Session, Path, Guard) = (session, path, guard);
            (_prefix, _mount, _outer) = (prefix, mount, outer);
        }

        /// <summary>Acts in that vault.</summary>
        public VaultSession Session { get; }

        /// <summary>The path there.</summary>
        public IReadOnlyList<string> Path { get; }

        /// <summary>What must hold there.</summary>
        public ChangeGuard Guard { get; }

        /// <summary>Everything that must hold, there and in the own vault, by the tree's paths.</summary>
        public IEnumerable<ExpectedState> AllConditions =>
            Guard
                .Expectations.Select(expected =>
                    expected with
                    {
                        Path = [.. _prefix, .. expected.Path],
                    }
                )
                .Concat(_outer);

        /// <summary>Beyond a mount. Conditions go where their paths lead, those on the own vault into the transaction too.</summary>
        public static Spot Within(
            VaultSession home,
            ReceivedShare mount,
            IReadOnlyList<string> prefix,
            IReadOnlyList<string> path,
            ChangeGuard guard
        )
        {
            var inner = new List<ExpectedState>();
            var outer = new List<ExpectedState>();
            foreach (var expected in guard.Expectations)
            {
                if (StartsWith(expected.Path, prefix))
                    inner.Add(expected with { Path = [.. expected.Path.Skip(prefix.Count)] });
                else
                    outer.Add(expected);
            }
            return new(
                home.Within(mount.Placed!.Share, outer),
                prefix,
                path,
                guard with
                {
                    Expectations = inner,
                },
                mount,
                outer
            );
        }

        /// <summary>The same with other conditions, by the tree's paths.</summary>
        public Spot With(IReadOnlyList<ExpectedState> conditions, VaultSession home)
        {
            var guard = Guard with { Expectations = conditions };
            return _mount is null
                ? new Spot(Session, _prefix, Path, guard)
                : Within(home, _mount, _prefix, Path, guard);
        }

        /// <summary>Whether it is the own vault.</summary>
        public bool IsHome => _mount is null;

        /// <summary>Whether it is the very item that somebody shares.</summary>
        public bool IsTopOfShare => _mount is not null && Path.Count == 0;

        /// <summary>Whether something lies in the same vault, reached in the same way.</summary>
        public bool IsBeside(Spot other) => _mount?.Id == other._mount?.Id;

        /// <summary>The item at the top of what is shared has the mount's name.</summary>
        public NodeRow Named(int depth, NodeRow node)
        {
            if (_mount is not null && depth + Path.Count == 0)
                node.Name = _prefix[^1];
            return node;
        }

        /// <summary>A result by the tree's paths.</summary>
        public VaultResult<T> Outward<T>(VaultResult<T> result) =>
            _mount is not null && result.Refusal is { Path: { } path, IsOfHome: false } refusal
                ? refusal with
                {
                    Path = [.. _prefix, .. path],
                }
                : result;

        /// <inheritdoc cref="Outward{T}"/>
        public VaultResult<Found> Outward(VaultResult<Found> found)
        {
            if (_mount is null || !found.IsSuccess)
                return found;
            Named(0, found.Value.Node);
            return found.Value with
            {
                Path = found.Value.Path with { Locks = Outward(found.Value.Path.Locks) },
            };
        }

        /// <inheritdoc cref="Outward{T}"/>
        public IReadOnlyList<LockRow> Outward(IReadOnlyList<LockRow> locks) =>
            _mount is null || locks.Count == 0 ? locks : [.. locks.Select(Outward)];

        /// <inheritdoc cref="Outward{T}"/>
        public LockRow Outward(LockRow held) =>
            _mount is null ? held : held with { Path = [.. _prefix, .. held.Path] };

        /// <summary>Counts that the share was used; nothing in the own vault.</summary>
        public async ValueTask CountUseAsync(ShareUse use, CancellationToken cancellationToken)
        {
            if (_mount is not null)
                await Session.CountUseAsync(use, cancellationToken);
        }
    }
}
