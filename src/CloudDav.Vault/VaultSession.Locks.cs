namespace CloudDav.Vault;

/// <summary>Locks are taken, kept and given back.</summary>
public sealed partial class VaultSession
{
    /// <summary>Takes a lock; where nothing is yet, it first creates an empty file.</summary>
    public ValueTask<VaultResult<Locked>> LockAsync(
        IReadOnlyList<string> path,
        LockWish wish,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.lock",
            async ValueTask<VaultResult<Locked>> (transaction) =>
            {
                var facts = await LoadAsync(
                    transaction,
                    Request(guard, NodeDetails.Locks | NodeDetails.LocksBelow, path)
                );
                // A lock that creates adds a file; on what is there it only guards, also a deletion.
                if (
                    CheckAccess(
                        facts,
                        !IsLink && facts.Paths is [{ Node: null }, ..]
                            ? Capability.AddContent
                            : Capability.TakeBack
                    ) is
                    { } refused
                )
                    return refused;
                var (vault, place) = (facts.Vault, facts.Paths[0]);
                var now = Now;
                var existing = await transaction.ListLocksAsync(vault.Id, now);
                if (existing.Count >= Limits.Locks)
                    return new Refusal(RefusalRule.TooManyLocks)
                    {
                        Limit = Limits.Locks,
                        Used = existing.Count,
                    };
                var isNew = place.Node is null;
                var isInfinite = wish.IsInfinite ?? place.Node is { IsFolder: true };
                if (
                    (
                        (isNew ? CheckPlace(place) : null)
                        ?? CheckGuard(facts, guard)
                        ?? LockRules.CheckNewLock(place, wish.IsShared, isInfinite)
                        ?? (isNew ? Rules(guard).CheckMembership(place) : null)
                        ?? (isNew ? CheckRoom(vault, 0, 1, addsContent: true) : null)
                    ) is
                    { } refusal
                )
                    return refusal;
                var changes = new ChangeSet(vault, now, isRecorded: isNew);
                var node = place.Node;
                if (
                    isNew
                    && await FindSafeSaveAsync(transaction, vault, place, from: null, now, 0)
                        is { } save
                )
                {
                    node = save.EmptyRow(NewRevision(), now);
                    save.AddTo(changes, node, new NodeId(await transaction.NextIdAsync()));
                }
                else if (node is null)
                {
                    node = NewRow(
                        vault,
                        place,
                        NodeKind.File,
                        await transaction.NextIdAsync(),
                        now
                    );
                    changes.Add(new Change.InsertNode(node));
                    changes.Count(place.Ancestors, 0, 0, 1, 1, changesMembers: true);
                }
                var taken = new LockRow
                {
                    Token = $"opaquelocktoken:{Guid.NewGuid():D}",
                    Node = node.Id,
                    Account = _actor.Account,
                    Device = _actor.Device,
                    IsShared = wish.IsShared,
                    IsInfinite = isInfinite,
                    OwnerXml = wish.OwnerXml,
                    HolderName = _actor.Name,
                    Expires = now + Grant(wish.Timeout),
                    Path = isNew ? path : place.StoredPath,
                };
                changes.Add(new Change.AddLock(taken));
                await ApplyAsync(transaction, vault, changes);
                return new Locked(taken, isNew);
            },
            cancellationToken
        );

    /// <summary>Gives a lock that covers the node a new end. Refuses when none of the tokens is that of an own lock here.</summary>
    public ValueTask<VaultResult<LockRow>> RefreshLockAsync(
        IReadOnlyList<string> path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.refresh_lock",
            async ValueTask<VaultResult<LockRow>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request([new(path, NodeDetails.Locks)]));
                var found = FoundIn(facts, Capability.TakeBack);
                if (found.Refusal is { } missing)
                    return missing is { Rule: RefusalRule.NotFound, Crossing: null }
                        ? new Refusal(RefusalRule.ConditionFailed)
                        : missing;
                var held = facts
                    .Paths[0]
                    .Locks.FirstOrDefault(candidate =>
                        candidate.Account == _actor.Account
                        && tokens.Contains(candidate.Token, StringComparer.Ordinal)
                        && LockRules.Covers(candidate, path.Count)
                    );
                if (held is null)
                    return new Refusal(RefusalRule.ConditionFailed);
                var now = Now;
                var changes = new ChangeSet(facts.Vault, now, isRecorded: false);
                held = held with { Expires = now + Grant(timeout) };
                changes.Add(new Change.ExtendLock(held.Token, held.Expires));
                await transaction.ApplyAsync(changes);
                return held;
            },
            cancellationToken
        );

    /// <summary>Removes a lock that covers the node.</summary>
    public ValueTask<VaultResult<bool>> UnlockAsync(
        IReadOnlyList<string> path,
        string token,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.unlock",
            async ValueTask<VaultResult<bool>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request([new(path, NodeDetails.Locks)]));
                if (CheckAccess(facts, Capability.TakeBack) is { } refused)
                    return refused;
                var held = facts
                    .Paths[0]
                    .Locks.FirstOrDefault(candidate =>
                        candidate.Token == token && LockRules.Covers(candidate, path.Count)
                    );
                if (held is null || facts.Paths[0].Node is null)
                    return new Refusal(RefusalRule.LockTokenMismatch);
                if (held.Account != _actor.Account)
                    return new Refusal(RefusalRule.LockNotYours)
                    {
                        Path = held.Path,
                        Holder = held.HolderName,
                    };
                var changes = new ChangeSet(facts.Vault, Now, isRecorded: false);
                changes.Add(new Change.RemoveLock(token));
                await transaction.ApplyAsync(changes);
                return true;
            },
            cancellationToken
        );

    private TimeSpan Grant(TimeSpan? asked) =>
        asked is not { } time || time == Timeout.InfiniteTimeSpan || time > Limits.LockCap
            ? Limits.LockCap
        : time < Limits.LockFloor ? Limits.LockFloor
        : time;
}
