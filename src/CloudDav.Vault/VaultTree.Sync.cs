namespace CloudDav.Vault;

/// <summary>What has changed in a tree, mounts included, for whoever keeps a copy of it.</summary>
public sealed partial class VaultTree
{
    private static readonly Dictionary<ShareId, SyncPosition> s_noMounts = [];

    // No collection has this id.
    private static readonly SyncToken s_unreadable = new(
        default,
        0,
        new(default, 0, null, 0),
        s_noMounts
    );

    /// <summary>
    /// Visits what has changed below a folder since a token was given (RFC 6578). A mount comes as the item that it shows; when it has come to its place, with everything below it. What cannot be
    /// opened now is told once it can.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="wish">What is asked.</param>
    /// <param name="details">What is asked of each.</param>
    /// <param name="visit">Called for each, of each vault what is gone first; must not block.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<VaultResult<Synced>> SyncAsync(
        IReadOnlyList<string> path,
        SyncWish wish,
        NodeDetails details,
        SyncVisitor visit,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            ChangeGuard.None,
            async ValueTask<VaultResult<Synced>> (spot) =>
            {
                var token = wish.Token is null
                    ? null
                    : _home.Tokens.Read(Actor.Account, wish.Token) ?? s_unreadable;
                var limit = Math.Min(wish.Limit ?? int.MaxValue, Limits.SyncReport);
                var own = await spot.Session.SyncAsync(
                    spot.Path,
                    token,
                    wish.IsDeep,
                    limit,
                    details,
                    (below, isCollection, vault, node, locks) =>
                        visit(below, isCollection, vault, node, spot.Outward(locks)),
                    cancellationToken
                );
                if (own.Refusal is { } refusal)
                    return refusal;
                var part = own.Value;
                if (part.Count > 0)
                    await spot.CountUseAsync(ShareUse.Opened, cancellationToken);
                var mounts = new MountSync(
                    this,
                    path,
                    wish.IsDeep,
                    details,
                    visit,
                    limit,
                    part.Count
                );
                foreach (var mount in part.Mounts)
                    if (
                        await mounts.TellAsync(
                            mount,
                            token?.Mounts.GetValueOrDefault(mount.Share.Id),
                            part.IsTruncated,
                            cancellationToken
                        ) is
                        { } failed
                    )
                        return failed;
                var next = _home.Tokens.Write(
                    Actor.Account,
                    new(part.Vault.Id, part.Vault.Epoch, part.Position, mounts.Positions)
                );
                var isTruncated = part.IsTruncated || mounts.IsTruncated;
                // Where there was room for no more than the folders above, there will be none the next time.
                return isTruncated && next == wish.Token
                    ? new Refusal(RefusalRule.SyncLimitTooSmall) { Limit = limit }
                    : new Synced(next, isTruncated);
            },
            cancellationToken
        );

    /// <summary>The token of a folder as it was found; null for a file, and where nothing is reported.</summary>
    public string? SyncTokenOf(VaultState vault, NodeRow node) =>
        // Whoever comes by a share has the same account and other rights.
        (vault.Decision!.Visitor is { IsFamily: false } ? null : _home.PresentOf(vault, node))
            is { } present
            ? _home.Tokens.Write(Actor.Account, present)
            : null;

    /// <summary>Tells of mounts, one after the other, as far as there is room.</summary>
    private sealed class MountSync(
        VaultTree tree,
        IReadOnlyList<string> path,
        bool isDeep,
        NodeDetails details,
        SyncVisitor visit,
        int limit,
        int told
    )
    {
        private int _told = told;

        public Dictionary<ShareId, SyncPosition> Positions { get; } = [];

        public bool IsTruncated { get; private set; }

        /// <summary>Null when it went well.</summary>
        public async ValueTask<Refusal?> TellAsync(
            SyncedMount mount,
            SyncPosition? seen,
            bool isLater,
            CancellationToken cancellationToken
        )
        {
            var item = mount.Share.Placed!.Node;
            // On which page it comes is decided by its own vault; before that the copy knows nothing of it.
            if (seen is null && !mount.IsNew && isLater)
                return null;
            var start =
                seen is null || mount.IsNew || seen.Collection != item.Id
                    ? SyncPosition.BeforeAll(item.Id)
                    : seen;
            Positions[mount.Share.Id] = start;
            var isBegun = start.Seq != SyncPosition.NotBegun;
            if (isBegun && !mount.HasNews(start))
            {
                Positions[mount.Share.Id] = SyncedMount.Present(mount.Share);
                return null;
            }
            // Of what is further down, a report of members tells no more than the member that it is in.
            if (!isDeep && mount.Below.Count > 1)
            {
                if (!isLater)
                    Positions[mount.Share.Id] = SyncedMount.Present(mount.Share);
                return null;
            }
            if (!mount.IsNew && (isLater || IsTruncated || _told >= limit))
            {
                IsTruncated = true;
                return null;
            }
            var spot = Spot.Within(
                tree._home,
                mount.Share,
                [.. path, .. mount.Below],
                [],
                ChangeGuard.None
            );
            var shown = await spot.Session.LookAsync(
                mount.Share.Placed!,
                details,
                cancellationToken
            );
            // It went away meanwhile.
            if (shown.Found is not { } found)
                return null;
            Show(spot, mount, found, shown.Refusal);
            if (!isDeep || !item.IsFolder)
            {
                Positions[mount.Share.Id] = SyncedMount.Present(mount.Share);
                return null;
            }
            if (shown.Refusal is not null)
            {
                // Told of as it is with what is closed now, it is told of once more when that is open again; what the copy has of it may lack something then.
                if (isBegun && start.Blocks != mount.Share.ClosedStamp)
                    Positions[mount.Share.Id] = start with { Blocks = SyncPosition.Unlike };
                return null;
            }
            if (isLater || IsTruncated)
            {
                IsTruncated = true;
                return null;
            }
            return await TellBelowAsync(spot, mount, isBegun ? start : null, cancellationToken);
        }

        private void Show(Spot spot, SyncedMount mount, Found found, Refusal? refusal)
        {
            // One that is new was counted where it hangs.
            if (!mount.IsNew)
                _told++;
            var node = found.Node;
            node.Name = mount.Below[^1];
            if (isDeep)
                node.Withheld = refusal;
            visit(
                [.. mount.Below],
                node.IsFolder,
                found.Vault,
                node,
                spot.Outward(found.Path.Locks)
            );
        }

        private async ValueTask<Refusal?> TellBelowAsync(
            Spot spot,
            SyncedMount mount,
            SyncPosition? from,
            CancellationToken cancellationToken
        )
        {
            var part = await spot.Session.SyncAsync(
                [],
                from is null ? null : new(default, 0, from, s_noMounts),
                isDeep: true,
                limit - _told,
                details,
                (below, isCollection, vault, node, locks) =>
                    visit(
                        [.. mount.Below, .. below],
                        isCollection,
                        vault,
                        node,
                        spot.Outward(locks)
                    ),
                cancellationToken
            );
            switch (part.Refusal?.Rule)
            {
                case null:
                    break;
                // A token that has ended has ended for all of the tree.
                case RefusalRule.SyncTokenInvalid:
                    return part.Refusal;
                // Alone in its page, it will not fit into the next one either.
                case RefusalRule.SyncLimitTooSmall:
                    IsTruncated = true;
                    return _told <= 1 ? part.Refusal : null;
                // Closed meanwhile: its turn comes when it is open.
                default:
                    return null;
            }
            Positions[mount.Share.Id] = part.Value.Position;
            _told += part.Value.Count;
            IsTruncated |= part.Value.IsTruncated;
            await spot.CountUseAsync(ShareUse.Opened, cancellationToken);
            return null;
        }
    }
}

/// <summary>What a sync report asks.</summary>
/// <param name="Token">The token of the last one; null for the first.</param>
/// <param name="IsDeep">Whether everything below counts, or the members alone.</param>
/// <param name="Limit">How many addresses at the most; null for as many as go at once.</param>
public sealed record SyncWish(string? Token, bool IsDeep, int? Limit);

/// <summary>How a sync report ended.</summary>
/// <param name="Token">The token for the next one.</param>
/// <param name="IsTruncated">Whether there is more, which the token leads to.</param>
public sealed record Synced(string Token, bool IsTruncated);
