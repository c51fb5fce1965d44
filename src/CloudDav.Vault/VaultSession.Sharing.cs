namespace CloudDav.Vault;

/// <summary>Items are shared by links, and marked as not to be.</summary>
public sealed partial class VaultSession
{
    /// <summary>Shares an item with people of the household, or by a link.</summary>
    /// <param name="wanted">The share that is wanted.</param>
    /// <param name="seal">Encrypts the link's token to the operator's systems, which send it; null when no secret is shared with them.</param>
    /// <param name="cancellationToken">Stops waiting for the command to begin.</param>
    public ValueTask<VaultResult<OwnShare>> CreateShareAsync(
        NewShare wanted,
        Func<string, string?> seal,
        CancellationToken cancellationToken
    )
    {
        var isFamily = wanted.Audience != ShareAudience.Link;
        // What is for the household has no link: nobody is told its token.
        var token = ShareTokens.New();
        return CommandAsync(
            "vault.create_share",
            async ValueTask<VaultResult<OwnShare>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request([new(wanted.Path)]));
                if (facts.Paths is [{ Mount: not null }, ..])
                    return new Refusal(RefusalRule.ShareRightMissing);
                var found = FoundIn(
                    facts,
                    isFamily ? Capability.Share : Capability.ShareWithFriends
                );
                if (found.Refusal is { } missing)
                    return missing;
                var (vault, chain, now) = (facts.Vault, facts.Paths[0].Chain, Now);
                if (!isFamily && RefusesProtected(vault, chain) is { } marked)
                    return marked;
                if (!isFamily && wanted.RightsStatement is null)
                    return new Refusal(RefusalRule.RightsNotAttested);
                if (CheckRights(wanted.Rights, isFamily, found.Value.Node) is { } unfit)
                    return unfit;
                if (wanted.FieldNotForHousehold is { } field)
                    return new Refusal(RefusalRule.InvalidInput) { Field = field };
                if (wanted.Expires <= now)
                    return new Refusal(RefusalRule.InvalidInput) { Field = "expires" };
                if (
                    wanted.Audience == ShareAudience.Members
                    && await CheckMembersAsync(transaction, wanted.Members) is { } unknown
                )
                    return unknown;
                var existing = await transaction.ListSharesAsync(vault.Id, share: null);
                if (existing.Count >= Limits.Shares)
                    return new Refusal(RefusalRule.TooManyShares)
                    {
                        Limit = Limits.Shares,
                        Used = existing.Count,
                    };
                var share = new Share
                {
                    Id = new(await transaction.NextIdAsync()),
                    Vault = vault.Id,
                    Owner = _actor.Account,
                    OwnerName = _actor.Name,
                    Node = found.Value.Node.Id,
                    Audience = wanted.Audience,
                    Members = [.. wanted.Members.Distinct().OrderBy(member => member.Value)],
                    Rights = wanted.Rights,
                    Label = wanted.Label,
                    Address = wanted.Address,
                    TokenHash = ShareTokens.HashOf(token),
                    SealedToken = isFamily ? default : _vaults.Tokens.Seal(token),
                    Password = wanted.Password,
                    Expires = wanted.Expires,
                    MaxDownloads = wanted.MaxDownloads,
                    RightsStatement = isFamily ? null : wanted.RightsStatement,
                    Created = now,
                    Version = 1,
                };
                var changes = ChangeAt(vault, chain, now);
                changes.Add(new Change.AddShare(share));
                Record(
                    changes,
                    AuditActs.ShareCreated,
                    share,
                    !isFamily ? new { share.RightsStatement }
                        : share.Audience == ShareAudience.Household
                            ? new { share.Audience, share.Rights }
                        : new
                        {
                            share.Audience,
                            share.Rights,
                            Members = NumbersOf(share),
                        }
                );
                if (wanted.Address is { } address)
                {
                    if (seal(token) is not { } secret)
                        return new Refusal(RefusalRule.NoSharedSecret);
                    changes.Add(
                        new Change.AddEvent(
                            new ServiceEvent
                            {
                                Account = _actor.Account,
                                Type = EventTypes.ShareSent,
                                OccurredAt = now,
                                Data = CommandWords.ToJson(new { share = share.Id.Value, address }),
                                SealedSecret = secret,
                            }
                        )
                    );
                }
                await transaction.ApplyAsync(changes);
                return Own(facts, new PlacedShare(share, chain), isFamily ? null : token);
            },
            cancellationToken
        );
    }

    /// <summary>The shares of the actor's items, in the order they were made. They can be looked at whatever the account's standing, as long as there is one.</summary>
    /// <param name="share">Only this one, which is refused when it is not there; null for all.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public ValueTask<VaultResult<IReadOnlyList<OwnShare>>> ListSharesAsync(
        ShareId? share,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<IReadOnlyList<OwnShare>>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([]));
                var shares = await OwnSharesAsync(snapshot, facts, share);
                if (shares.Refusal is { } refusal)
                    return refusal;
                return shares
                    .Value.Select(placed => Own(facts, placed, TokenOf(placed.Share)))
                    .ToArray();
            },
            cancellationToken
        );

    /// <summary>Changes a share. What lets anybody do more than before takes what creating it takes.</summary>
    public ValueTask<VaultResult<OwnShare>> ChangeShareAsync(
        ShareId id,
        ShareChange change,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.change_share",
            async ValueTask<VaultResult<OwnShare>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request([]));
                var found = await OwnSharesAsync(transaction, facts, id);
                if (found.Refusal is { } refusal)
                    return refusal;
                var (placed, now) = (found.Value[0], Now);
                var share = change.Of(placed.Share);
                var widens = ShareChange.Widens(placed.Share, share);
                if (
                    facts.Vault.Decision!.Refuses(
                        !widens ? Capability.NarrowShare
                        : share.IsFamily ? Capability.Share
                        : Capability.ShareWithFriends
                    ) is
                    { } refused
                )
                    return refused;
                // What was blocked comes back as it was.
                if (facts.Vault.Decision.BlockOf(id) is { } block)
                    return block.ToRefusal();
                if (
                    widens
                    && !share.IsFamily
                    && RefusesProtected(facts.Vault, placed.Chain) is { } marked
                )
                    return marked;
                if (CheckRights(share.Rights, share.IsFamily, placed.Node) is { } unfit)
                    return unfit;
                if (change.FieldNotFor(placed.Share) is { } field)
                    return new Refusal(RefusalRule.InvalidInput) { Field = field };
                if (
                    change.Members is { } members
                    && await CheckMembersAsync(transaction, members) is { } unknown
                )
                    return unknown;
                if (change.Expires is { Value: { } end } && end <= now)
                    return new Refusal(RefusalRule.InvalidInput) { Field = "expires" };
                var changes = ChangeAt(facts.Vault, placed.Chain, now);
                changes.Add(new Change.ReplaceShare(share));
                Record(
                    changes,
                    AuditActs.ShareChanged,
                    share,
                    change.Members is null
                        ? new { widens }
                        : new { widens, Members = NumbersOf(share) }
                );
                await transaction.ApplyAsync(changes);
                return Own(facts, placed with { Share = share }, TokenOf(share));
            },
            cancellationToken
        );

    /// <summary>Ends a share: its next request is refused, and downloads under way stop within seconds.</summary>
    public ValueTask<VaultResult<bool>> RemoveShareAsync(
        ShareId id,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.remove_share",
            async ValueTask<VaultResult<bool>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request([]));
                var found = await OwnSharesAsync(transaction, facts, id);
                if (found.Refusal is { } refusal)
                    return refusal;
                if (facts.Vault.Decision!.Refuses(Capability.NarrowShare) is { } refused)
                    return refused;
                var changes = ChangeAt(facts.Vault, found.Value[0].Chain, Now);
                changes.Add(new Change.RemoveShare(id));
                Record(changes, AuditActs.ShareRemoved, found.Value[0].Share, null);
                await transaction.ApplyAsync(changes);
                return true;
            },
            cancellationToken
        );

    /// <summary>
    /// Marks an item as holding others' intellectual property, or takes the mark away. The mark covers everything below a folder and goes with what it is on; links to
    /// what it covers pause at once. Marking narrows and is never refused where an item can be seen; taking the mark away takes what sharing takes. What the operator
    /// has marked stays marked.
    /// </summary>
    /// <returns>Whether the item is protected now, by its own mark or by one above it.</returns>
    public ValueTask<VaultResult<bool>> ProtectAsync(
        IReadOnlyList<string> path,
        bool isProtected,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.protect",
            async ValueTask<VaultResult<bool>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request([new(path)]));
                var found = FoundIn(
                    facts,
                    isProtected ? Capability.NarrowShare : Capability.ShareWithFriends
                );
                if (found.Refusal is { } refusal)
                    return refusal;
                var (vault, node) = (facts.Vault, found.Value.Node);
                if (!isProtected && MarkOn(vault, [node]) is { } notice)
                    return notice.ToRefusal() with { Rule = RefusalRule.MarkNotYours };
                var isAbove = IsProtected(vault, facts.Paths[0].Ancestors);
                if (vault.Marks.Contains(new(node.Id, Measure: null)) != isProtected)
                {
                    var changes = new ChangeSet(vault, Now, isRecorded: false);
                    changes.Add(new Change.Protect(node.Id, isProtected, Measure: null));
                    changes.Add(
                        new Change.AddAudit(
                            Entry(isProtected ? AuditActs.ItemProtected : AuditActs.ItemUnprotected)
                        )
                    );
                    await transaction.ApplyAsync(changes);
                }
                return isProtected || isAbove;
            },
            cancellationToken
        );

    /// <summary>The items that carry a mark now and are in the tree, in the order of their paths. They can be looked at as shares can.</summary>
    public ValueTask<VaultResult<IReadOnlyList<ProtectedItem>>> ListProtectedAsync(
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<IReadOnlyList<ProtectedItem>>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([]));
                if (RefusesOwnSharing(facts) is { } refusal)
                    return refusal;
                var (marks, measures) = (facts.Vault.Marks, facts.Contract.Measures);
                var chains = marks.Count == 0 ? [] : await snapshot.ListMarkedAsync(facts.Vault.Id);
                return chains
                    .Where(chain => facts.Vault.Protected.Contains(chain[^1].Id))
                    .Select(chain => new ProtectedItem(
                        chain,
                        marks.Contains(new(chain[^1].Id, Measure: null)),
                        [
                            .. measures.Where(measure =>
                                marks.Contains(new(chain[^1].Id, measure.Id))
                            ),
                        ]
                    ))
                    .OrderBy(item => string.Join('/', item.Path), StringComparer.Ordinal)
                    .ToArray();
            },
            cancellationToken
        );

    /// <summary>
    /// Counts that the visitor's share was used; refused when the share cannot be, or may not be any more. A download is counted when its first byte is about to be served, and each use
    /// once for a client and hour.
    /// </summary>
    public ValueTask<VaultResult<bool>> CountUseAsync(
        ShareUse use,
        CancellationToken cancellationToken
    ) =>
        _visited?.Has(use) == true
            ? new(true)
            : CommandAsync(
                "vault.count_use",
                async ValueTask<VaultResult<bool>> (transaction) =>
                {
                    var facts = await LoadAsync(transaction, Request([]));
                    if (IsLink && facts.IsSignedOut)
                        return new Refusal(RefusalRule.ShareNotFound);
                    if (facts.Obstacle is { } obstacle)
                        return obstacle;
                    if (
                        use == ShareUse.Downloaded
                        && facts.Vault.Decision!.Refuses(Capability.Download) is { } refusal
                    )
                        return refusal;
                    if (facts.Visited is not { } visited)
                        return new Refusal(RefusalRule.ShareNotFound);
                    if (visited.Has(use))
                        return true;
                    var now = Now;
                    var changes = new ChangeSet(facts.Vault, now, isRecorded: false);
                    changes.Add(
                        new Change.CountShareUse(visited.Share.Id, _options.Visit!.Client, use, now)
                    );
                    var act =
                        use == ShareUse.Opened ? AuditActs.ShareOpened : AuditActs.ShareDownloaded;
                    Record(changes, act, visited.Share, null);
                    if (_origin is not null)
                        // Both sides see who looked at what.
                        changes.Add(
                            new Change.AddAudit(
                                Entry(act) with
                                {
                                    Chain = AuditChainId.Of(_actor.Account),
                                    Actor = AuditActors.Of(_actor),
                                    Subject = AuditSubjects.Of(visited.Share.Id),
                                    Body = CommandWords.ToJson(
                                        new { Owner = visited.Share.Owner.Value }
                                    ),
                                }
                            )
                        );
                    await transaction.ApplyAsync(changes);
                    return true;
                },
                cancellationToken
            );

    // Clients look again at how an item is shared when the folders above it have another tag. The item's own stays, its content is what it was; but it has changed, and copies that follow
    // reports are told of it.
    private static ChangeSet ChangeAt(
        VaultState vault,
        IReadOnlyList<NodeRow> chain,
        DateTimeOffset now
    )
    {
        var changes = new ChangeSet(vault, now);
        changes.Add(
            new Change.ReplaceNode(
                chain[^1],
                chain[^1].Copy(),
                HistoryReason.Patched,
                IsVersion: false,
                KeepsContent: !NodeName.IsTransient(chain[^1].Name)
            )
        );
        changes.Count([.. chain.SkipLast(1)], 0, 0, 0, 0, changesMembers: false);
        return changes;
    }

    private static bool IsProtected(VaultState vault, IReadOnlyList<NodeRow> chain) =>
        vault.Protected.Count > 0 && chain.Any(row => vault.Protected.Contains(row.Id));

    // With the operator's reason where the operator has marked it.
    private static Refusal? RefusesProtected(VaultState vault, IReadOnlyList<NodeRow> chain) =>
        !IsProtected(vault, chain)
            ? null
            : MarkOn(vault, chain)?.ToRefusal() ?? new Refusal(RefusalRule.ProtectedContent);

    // The operator's mark on one of some nodes; null when there is none.
    private static Measure? MarkOn(VaultState vault, IReadOnlyList<NodeRow> nodes)
    {
        var measures = MarksOn(vault, nodes).OfType<long>().ToHashSet();
        return measures.Count == 0
            ? null
            : vault.Decision!.Facts.Measures.First(measure => measures.Contains(measure.Id));
    }

    private static IEnumerable<long?> MarksOn(VaultState vault, IReadOnlyList<NodeRow> nodes) =>
        vault
            .Marks.Where(mark => nodes.Any(row => row.Id == mark.Node))
            .Select(mark => mark.Measure)
            .Distinct();

    // What leaves a marked place takes the marks along that do not await it where it goes.
    private static void CarryMarks(
        ChangeSet changes,
        VaultState vault,
        IReadOnlyList<NodeRow> from,
        IReadOnlyList<NodeRow> to,
        NodeId node
    )
    {
        if (vault.Marks.Count == 0)
            return;
        foreach (var measure in MarksOn(vault, from).Except(MarksOn(vault, to)))
        {
            if (!vault.Marks.Contains(new(node, measure)))
                changes.Add(new Change.Protect(node, IsProtected: true, measure));
        }
    }

    // Never empty for a share that is asked for.
    private static async ValueTask<VaultResult<PlacedShare[]>> OwnSharesAsync(
        IMetadataSnapshot snapshot,
        Facts facts,
        ShareId? share
    )
    {
        if (RefusesOwnSharing(facts) is { } refusal)
            return refusal;
        var found = await snapshot.ListSharesAsync(facts.Vault.Id, share);
        return share is not null && found.Count == 0
            ? new Refusal(RefusalRule.NotFound)
            : found.ToArray();
    }

    private string? TokenOf(Share share) =>
        share.IsFamily ? null : _vaults.Tokens.Open(share.SealedToken.Span);

    // Editing is for the household, dropping for friends, and only into a folder.
    private static Refusal? CheckRights(ShareRights rights, bool isFamily, NodeRow node) =>
        (
            isFamily
                ? rights is not (ShareRights.View or ShareRights.Edit)
                : rights is ShareRights.Edit
        )
            ? new Refusal(RefusalRule.InvalidInput) { Field = "rights" }
        : rights == ShareRights.Drop && !node.IsFolder ? new Refusal(RefusalRule.IsFile)
        : null;

    private async ValueTask<Refusal?> CheckMembersAsync(
        IMetadataSnapshot snapshot,
        IReadOnlyList<AccountId> members
    )
    {
        var household = await snapshot.ListHouseholdAsync(_actor.Account, Now);
        return
            members.Count > 0
            && members.All(member =>
                member != _actor.Account && household.Any(person => person.Account == member)
            )
            ? null
            : new Refusal(RefusalRule.InvalidInput) { Field = "members" };
    }

    private static Refusal? RefusesOwnSharing(Facts facts) =>
        facts.Obstacle is { } obstacle ? obstacle
        : facts.Vault.Decision!.Visitor is not null ? new Refusal(RefusalRule.ShareRightMissing)
        : facts.Vault.Decision.RefusesOwnAffairs();

    private static OwnShare Own(Facts facts, PlacedShare placed, string? token)
    {
        var visitor = facts.Vault.Decision!.For(
            new VisitedShare(placed.Share, HasOpened: false, HasDownloaded: false),
            facts.Vault.Protected,
            recipient: null
        );
        return new(
            placed,
            token,
            visitor.Refuses(placed.Share.Granted)
                ?? visitor.RefusesAt(placed.Chain, placed.Share.Granted),
            visitor.BlockOf(placed.Share.Id)
        );
    }

    private static long[] NumbersOf(Share share) =>
        [.. share.Members.Select(member => member.Value)];

    private void Record(ChangeSet changes, string act, Share share, object? details) =>
        changes.Add(
            new Change.AddAudit(
                Entry(act) with
                {
                    Subject = AuditSubjects.Of(share.Id),
                    Body = CommandWords.ToJson(details),
                }
            )
        );

    private AuditEntry Entry(string act) =>
        new()
        {
            Chain = AuditChainId.Of(_owner.Account),
            At = Now,
            Actor =
                _options.Visit is not { } visit ? AuditActors.Of(_actor)
                : visit.Recipient is { } recipient ? AuditActors.Of(recipient)
                : AuditActors.Of(visit.Share),
            Act = act,
        };
}
