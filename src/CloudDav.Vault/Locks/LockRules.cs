namespace CloudDav.Vault;

/// <summary>
/// The write locks of RFC 4918 §6 and §7: who may do what to a node that is locked. Pure: it sees the facts and the tokens that were
/// submitted. A token counts only when the lock is the actor's own.
/// </summary>
internal sealed class LockRules(Actor actor, IReadOnlyList<string> tokens)
{
    /// <summary>Changing the node itself: content, properties, or its going away.</summary>
    public Refusal? CheckNode(PathState path) =>
        Check(path.Locks.Where(held => Covers(held, path.Path.Count)));

    /// <summary>Adding the node to its folder, or taking it out: a lock on the folder forbids both, whatever its depth.</summary>
    public Refusal? CheckMembership(PathState path) =>
        Check(path.Locks.Where(held => Covers(held, path.Path.Count - 1)));

    /// <summary>The node goes away from its place with everything below it: nothing happens when anybody holds anything in there.</summary>
    public Refusal? CheckRemoval(PathState path) =>
        CheckNode(path)
        ?? CheckMembership(path)
        ?? CheckMembers(
            path.Node is { SubtreeItems: > 0 }
                ? path.Locks.Where(held => Covers(held, path.Path.Count))
                : []
        )
        ?? path.LocksBelow.GroupBy(held => held.Node)
            .Select(group => Check(group) ?? CheckMembers(group))
            .FirstOrDefault(refusal => refusal is not null);

    // A folder's members are covered by its infinite locks alone: a shared lock of depth 0 opens the folder, not what lies in it.
    private Refusal? CheckMembers(IEnumerable<LockRow> locksOfFolder) =>
        Check(locksOfFolder.Where(held => held.IsInfinite));

    /// <summary>The node comes to be at a place: as a new member, or in the place of what is there.</summary>
    public Refusal? CheckArrival(PathState path) =>
        path.Node is null ? CheckMembership(path) : CheckRemoval(path);

    /// <summary>Taking one more lock.</summary>
    public static Refusal? CheckNewLock(PathState path, bool isShared, bool isInfinite)
    {
        var conflict = path
            .Locks.Where(held => Covers(held, path.Path.Count))
            .Concat(isInfinite ? path.LocksBelow : [])
            .FirstOrDefault(held => !isShared || !held.IsShared);
        return conflict is null
            ? null
            : new Refusal(RefusalRule.LockConflict)
            {
                Path = conflict.Path,
                Holder = conflict.HolderName,
            };
    }

    /// <summary>Whether a lock covers a node so many segments down on the way it lies on.</summary>
    public static bool Covers(LockRow held, int depth) =>
        held.Path.Count == depth || (held.IsInfinite && held.Path.Count < depth);

    // An exclusive lock needs its token; of shared ones, any one of them will do.
    private Refusal? Check(IEnumerable<LockRow> locks)
    {
        LockRow? inTheWay = null;
        var hasShared = false;
        foreach (var held in locks)
        {
            if (IsSubmitted(held))
            {
                hasShared |= held.IsShared;
                continue;
            }
            if (!held.IsShared)
                return Refuse(held);
            inTheWay ??= held;
        }
        return inTheWay is null || hasShared ? null : Refuse(inTheWay);
    }

    private bool IsSubmitted(LockRow held) =>
        held.Account == actor.Account && tokens.Contains(held.Token, StringComparer.Ordinal);

    private static Refusal Refuse(LockRow held) =>
        new(RefusalRule.Locked) { Path = held.Path, Holder = held.HolderName };
}
