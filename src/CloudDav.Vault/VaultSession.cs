using System.Diagnostics;

namespace CloudDav.Vault;

/// <summary>
/// One actor acting on a vault; each public method is a use case, atomic, and durable when it returns success. Every rule of the tree holds
/// here, below every door. READ FIRST: a change loads its facts, decides, and applies one change set, all in one transaction; what can be
/// decided before a body is read is decided before, and again at commit.
/// </summary>
public sealed partial class VaultSession
{
    private static readonly ActivitySource Activities = new("CloudDav");

    private readonly Vaults _vaults;
    private readonly Actor _actor;
    private readonly SessionOptions _options;

    // In whose vault: the actor's own, or that of a share's owner.
    private readonly Actor _owner;

    // Where an actor of the household comes from; null for everybody else.
    private readonly Origin? _origin;

    // Whether the actor's tree has mounts, so that paths may lead into them.
    private readonly bool _hasMounts;

    // The share through which the actor comes, as the last query found it.
    private VisitedShare? _visited;

    internal VaultSession(
        Vaults vaults,
        Actor actor,
        SessionOptions options,
        bool hasMounts = false
    )
        : this(vaults, actor, actor, options)
    {
        _hasMounts = hasMounts;
    }

    private VaultSession(
        Vaults vaults,
        Actor actor,
        Actor owner,
        SessionOptions options,
        Origin? origin = null
    )
    {
        _vaults = vaults;
        _actor = actor;
        _owner = owner;
        _options = options;
        _origin = origin;
    }

    /// <summary>Who acts.</summary>
    public Actor Actor => _actor;

    /// <summary>Sync tokens.</summary>
    internal SyncTokens Tokens => _vaults.SyncTokens;

    /// <summary>What the door asks for.</summary>
    internal SessionOptions Options => _options;

    /// <summary>The limits that hold.</summary>
    public VaultLimits Limits => _vaults.Limits;

    /// <summary>The time, as the session's clock has it.</summary>
    public DateTimeOffset Now => _vaults.Time.GetUtcNow();

    /// <summary>The language of the account, as the last query found it; null before the first one, and when it is not known.</summary>
    public Language? Language { get; private set; }

    /// <summary>What the actor may do, whatever that is. Refuses nobody but who is signed out.</summary>
    public async ValueTask<VaultResult<Decision>> DecideAsync(CancellationToken cancellationToken)
    {
        var facts = await LoadAsync(Request([]), cancellationToken);
        return facts.Obstacle is { } refusal ? refusal : facts.Vault.Decision!;
    }

    /// <summary>Finds one node.</summary>
    public async ValueTask<VaultResult<Found>> FindAsync(
        IReadOnlyList<string> path,
        NodeDetails details,
        CancellationToken cancellationToken
    )
    {
        details = Shown(details);
        var facts = await LoadAsync(Request([new(path, details)]), cancellationToken);
        var found = FoundIn(facts, Capability.List);
        if (!found.IsSuccess)
            return found;
        Mark(MeasuresOn(found.Value), found.Value.Node);
        await MarkFavoriteAsync(found.Value.Node, details, cancellationToken);
        return found;
    }

    /// <summary>Visits a node, then its members or, deep, everything below it, all from one snapshot that is released before this returns.</summary>
    /// <param name="path">The node.</param>
    /// <param name="levels">0 for itself, 1 for its members, null for everything below.</param>
    /// <param name="details">What is asked of each.</param>
    /// <param name="visit">Called for each; must not block.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    public ValueTask<VaultResult<bool>> ListAsync(
        IReadOnlyList<string> path,
        int? levels,
        NodeDetails details,
        NodeVisitor visit,
        CancellationToken cancellationToken
    )
    {
        details = Shown(details);
        return _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<bool>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([new(path, details)]));
                var found = FoundIn(facts, Capability.List);
                if (found.Refusal is { } refusal)
                    return refusal;
                var top = found.Value.Node;
                var vault = found.Value.Vault;
                var items = top.SubtreeItems + (vault.Mounts?.ItemsBelow(top.Id) ?? 0);
                if (levels is null && items >= Limits.InfiniteListing)
                    return new Refusal(RefusalRule.ListingTooLarge)
                    {
                        Limit = Limits.InfiniteListing,
                        Used = items + 1,
                    };
                var wantsLocks = details.HasFlag(NodeDetails.Locks) && vault.HasLocks;
                var places = new ListedPlaces(
                    found.Value.Path,
                    wantsLocks ? await snapshot.ListLocksAsync(vault.Id, Now) : []
                );
                var measures = MeasuresOn(found.Value);
                var hidden = HiddenBelow(vault);
                var favorites = await FavoritesAsync(snapshot, details);
                top.IsFavorite = favorites?.Contains(top.Id);
                Mark(measures, top);
                visit([], vault, top, places.LocksOfTop);
                if (levels == 0 || !top.IsFolder)
                    return true;
                var seen = 0;
                await snapshot.ListAsync(
                    vault.Id,
                    top.Id,
                    isDeep: levels is null,
                    details,
                    node =>
                    {
                        if ((++seen & 1023) == 0)
                            cancellationToken.ThrowIfCancellationRequested();
                        if (hidden is not null && Hides(hidden, node))
                            return;
                        // What others share with somebody is nobody else's.
                        if (node.Kind == NodeKind.Mount && vault.Mounts is null)
                            return;
                        Mark(measures, node);
                        if (IsClosed(measures, node.Parent))
                            return;
                        node.IsFavorite = favorites?.Contains(node.Id);
                        node.Withheld =
                            levels is null && node.IsFolder && IsClosed(measures, node.Id)
                                ? ShareStanding.Paused
                                : null;
                        var place = places.Enter(node, keepsFolders: levels is null);
                        visit(place.Below, vault, node, place.Locks);
                    }
                );
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Finds a node and opens its content; nothing of the content is read yet.</summary>
    public async ValueTask<VaultResult<Opened>> OpenAsync(
        IReadOnlyList<string> path,
        CancellationToken cancellationToken
    )
    {
        var found = await _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<(Found, StoredContent?)>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([new(path)]));
                var node = FoundIn(facts, Capability.Download);
                if (node.Refusal is { } refusal)
                    return refusal;
                return (
                    node.Value,
                    node.Value.Node.Content is { } content
                        ? await snapshot.FindContentAsync(node.Value.Vault.Id, content)
                        : null
                );
            },
            cancellationToken
        );
        if (found.Refusal is { } refused)
            return refused;
        var (vault, row) = (found.Value.Item1.Vault, found.Value.Item1.Node);
        return new Opened(
            vault,
            row,
            row.IsFolder
                ? null
                : _vaults.Downloads.Watch(
                    this,
                    found.Value.Item1.Path.Chain,
                    await OpenContentAsync(found.Value.Item2, cancellationToken)
                )
        );
    }

    internal async ValueTask<IContentSource> OpenContentAsync(
        StoredContent? content,
        CancellationToken cancellationToken
    )
    {
        if (content is null)
            return EmptyContent.Instance;
        var key =
            content.WrappedKey is null && !content.Parts.Any(part => part.WrappedKey is not null)
                ? null
                : await _vaults.Keys.FindAsync(_owner.Vault, cancellationToken);
        return await _vaults.Reader.OpenAsync(content, key, cancellationToken);
    }

    private FactsRequest Request(IReadOnlyList<PathRequest> paths, BlobId? ownHold = null) =>
        new()
        {
            Actor = _owner,
            Now = Now,
            FoldsNames = _options.FoldsNames,
            Visit = _options.Visit,
            Paths = paths,
            OwnHold = ownHold,
        };

    // The operation's own paths first, then those that conditions are about.
    private FactsRequest Request(
        ChangeGuard guard,
        NodeDetails details,
        params ReadOnlySpan<IReadOnlyList<string>> paths
    )
    {
        var requests = new List<PathRequest>(paths.Length + guard.Expectations.Count);
        foreach (var path in paths)
            requests.Add(new(path, details));
        foreach (var expectation in guard.Expectations)
            requests.Add(new(expectation.Path));
        return Request(requests);
    }

    // The first thing every use case does, in the transaction that counts. Where somebody comes from the own tree, what is true there counts as well.
    private async ValueTask<Facts> LoadAsync(IMetadataSnapshot snapshot, FactsRequest request)
    {
        var facts = await snapshot.LoadAsync(request);
        if (_origin is { } origin)
            return Decide(facts, await origin.LoadAsync(snapshot), request.Now);
        facts = Decide(facts, home: null, request.Now);
        return ShowsMounts(facts) ? await WithMountsAsync(snapshot, facts) : facts;
    }

    private async ValueTask<Facts> LoadAsync(
        FactsRequest request,
        CancellationToken cancellationToken
    )
    {
        if (_origin is not null)
            return await _vaults.Metadata.ReadAsync(
                snapshot => LoadAsync(snapshot, request),
                cancellationToken
            );
        var facts = Decide(
            await _vaults.Metadata.LoadAsync(request, cancellationToken),
            home: null,
            request.Now
        );
        return ShowsMounts(facts)
            ? await _vaults.Metadata.ReadAsync(
                snapshot => WithMountsAsync(snapshot, facts),
                cancellationToken
            )
            : facts;
    }

    private Facts Decide(Facts facts, Facts? home, DateTimeOffset now)
    {
        Language = (home ?? facts).Contract.Language;
        _visited = facts.Visited;
        if (home?.Obstacle is { } obstacle)
            return facts with { Obstacle = obstacle };
        if (facts.IsSignedOut)
            return facts with
            {
                // That the owner was signed out is nothing that a recipient could mend.
                Obstacle = home is null ? new Refusal(RefusalRule.SignedOut) : ShareStanding.Paused,
            };
        return facts with
        {
            Vault = facts.Vault with
            {
                Decision = _vaults.Policy.Decide(
                    facts,
                    _options.Door,
                    _options.Visit,
                    home?.Vault.Decision,
                    now
                ),
            },
        };
    }

    // Whether the actor may do this at all, and to what the first path leads to or would.
    private static Refusal? CheckAccess(
        Facts facts,
        Capability capability,
        bool isMountItself = false
    )
    {
        if (facts.Obstacle is { } obstacle)
            return obstacle;
        var elsewhere =
            facts.Paths.Count > 0 ? Crosses(facts, facts.Paths[0], isMountItself) : null;
        if (elsewhere is { Crossing: not null })
            return elsewhere;
        // Whoever may not do it anywhere here learns nothing of a mount that is somebody else's.
        return facts.Vault.Decision!.Refuses(capability)
            ?? facts.Vault.Decision.RefusesAt(facts.Paths[0].Chain, capability)
            ?? elsewhere;
    }

    private static VaultResult<Found> FoundIn(
        Facts facts,
        Capability capability,
        bool isMountItself = false
    )
    {
        if (CheckAccess(facts, capability, isMountItself) is { } refusal)
            return refusal;
        return facts.Paths[0].Node is null
            ? new Refusal(RefusalRule.NotFound)
            : new Found(facts.Vault, facts.Paths[0]);
    }

    private static MeasuredPlaces? MeasuresOn(Found found) =>
        MeasuredPlaces.Of(found.Vault.Decision!, found.Path.Chain.Select(row => row.Id));

    // Why the operator took something out of reach is told to its owner alone.
    private void Mark(MeasuredPlaces? measures, NodeRow node)
    {
        measures?.Mark(node);
        if (_options.Visit is not null)
            node.Block = null;
    }

    // Nothing in a folder that was blocked is named to whoever comes through a share.
    private bool IsClosed(MeasuredPlaces? measures, NodeId folder) =>
        _options.Visit is not null && measures?.IsBlocked(folder) == true;

    // Locks and what programs have noted are the household's, and favourites those of people with an account.
    private NodeDetails Shown(NodeDetails details) =>
        IsLink
            ? details & ~(NodeDetails.Locks | NodeDetails.Properties | NodeDetails.Favorite)
            : details;

    // What a listing leaves out with everything below it, by-products of the owner's programs aside; null for nothing at all.
    private HashSet<NodeId>? HiddenBelow(VaultState vault) => IsLink ? [.. vault.Protected] : null;

    // Folders come before what is in them.
    private static bool Hides(HashSet<NodeId> hidden, NodeRow node)
    {
        if (hidden.Contains(node.Id))
            return true;
        if (!hidden.Contains(node.Parent) && !NodeName.IsTransient(node.Name))
            return false;
        if (node.IsFolder)
            hidden.Add(node.Id);
        return true;
    }

    private Refusal? CheckGuard(Facts facts, ChangeGuard guard)
    {
        var first = facts.Paths.Count - guard.Expectations.Count;
        for (var i = 0; i < guard.Expectations.Count; i++)
        {
            var path = facts.Paths[first + i];
            if (_hasMounts && path.Mount is { } mount)
                return Cross(facts, path, mount, isCondition: true);
            // What is closed to somebody is no condition either: it would tell what is in there.
            if (facts.Vault.Decision!.RefusesAt(path.Chain, Capability.List) is { } closed)
                return closed;
            if (!guard.Expectations[i].IsState(facts.Vault, path.Node))
                return new Refusal(RefusalRule.ConditionFailed)
                {
                    Path = guard.Expectations[i].Path,
                };
        }
        return null;
    }

    // Whether something new may come to be at a path.
    private Refusal? CheckPlace(PathState path, int levels = 0)
    {
        if (path.Path.Count == 0)
            return new Refusal(RefusalRule.IsRoot);
        if (path.Parent is null)
            return new Refusal(RefusalRule.ParentMissing);
        if (path.Node is not null)
            return null;
        if (NodeName.Problem(path.Path[^1]) is { } rule)
            return new Refusal(rule) { Path = path.Path, Limit = NodeName.MaxBytes };
        if (path.CaseSibling is not null)
            return new Refusal(RefusalRule.CaseConflict)
            {
                Path = [.. path.Path.Take(path.Path.Count - 1), path.CaseSibling.Name],
            };
        return CheckDepth(path, levels);
    }

    private Refusal? CheckDepth(PathState path, int levels) =>
        path.Above + path.Path.Count + levels > Limits.Depth
            ? new Refusal(RefusalRule.TooDeep)
            {
                Limit = Limits.Depth,
                Used = path.Above + path.Path.Count + levels,
            }
            : null;

    // Whether so many bytes and items more fit. With nothing left, not even an empty file does: no 0-byte leftovers of uploads that cannot follow.
    private Refusal? CheckRoom(VaultState vault, long bytes, long items, bool addsContent)
    {
        if (items > 0 && vault.Items + items > Limits.Items)
            return new Refusal(RefusalRule.TooManyItems)
            {
                Limit = Limits.Items,
                Used = vault.Items,
            };
        if (vault.AvailableBytes is not { } available)
            return null;
        // How full a cloud is, is its owner's to know.
        if (vault.Decision?.Visitor is { IsFamily: false })
            return bytes > available || available == 0 ? new Refusal(RefusalRule.ShareFull) : null;
        return (bytes > 0 && bytes > available) || (addsContent && available == 0)
            ? new Refusal(RefusalRule.CapacityExceeded)
            {
                Limit = vault.CapacityBytes,
                Used = vault.UsedBytes + vault.HeldBytes,
            }
            : null;
    }

    private static NodeRow NewRow(
        VaultState vault,
        PathState path,
        NodeKind kind,
        long id,
        DateTimeOffset now
    ) =>
        new()
        {
            Id = new(id),
            Parent = path.Parent!.Id,
            Name = path.Path[^1],
            NameKey = vault.KeyOf(path.Path[^1]),
            Kind = kind,
            Revision = kind == NodeKind.File ? NewRevision() : Guid.Empty,
            CreatedMs = now.ToUnixTimeMilliseconds(),
            ModifiedMs = now.ToUnixTimeMilliseconds(),
        };

    private static Guid NewRevision()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        return new Guid(bytes);
    }

    private async ValueTask<VaultResult<T>> CommandAsync<T>(
        string name,
        Func<IMetadataTransaction, ValueTask<VaultResult<T>>> body,
        CancellationToken cancellationToken
    )
    {
        using var activity = Activities.StartActivity(name);
        try
        {
            var result = await _vaults.Metadata.WriteAsync(body, cancellationToken);
            if (result.IsSuccess)
                _vaults.TellOf(_owner.Vault);
            return result;
        }
        catch (StorageFullException)
        {
            return new Refusal(RefusalRule.PlatformFull);
        }
    }

    // A change of the tree: with what has to be told of the space it takes or frees.
    private ValueTask ApplyAsync(
        IMetadataTransaction transaction,
        VaultState vault,
        ChangeSet changes
    )
    {
        changes.By = _actor;
        SpaceNews.AddTo(changes, _owner.Account, vault);
        LossWatch.AddTo(changes, _actor, vault, Entry(AuditActs.MassChange), Limits);
        return transaction.ApplyAsync(changes);
    }

    private static Changed After(VaultState vault, ChangeSet changes, NodeRow node, bool created) =>
        new(
            vault with
            {
                ChangeSeq = changes.Seq,
                UsedBytes = vault.UsedBytes + changes.UsedBytes,
                Items = vault.Items + changes.Items,
            },
            node,
            created
        );
}
