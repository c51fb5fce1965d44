using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace CloudDav.WebDav.Tests.Support;

/// <summary>One principal's view of a <see cref="MemoryTree"/>.</summary>
internal sealed class MemoryStore(
    MemoryTree tree,
    string user = "alice",
    string device = "laptop",
    bool canWrite = true,
    bool foldsCase = false
) : IDavStore
{
    private static readonly TimeSpan LockFloor = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan LockCap = TimeSpan.FromHours(1);
    private static readonly XNamespace Dav = "DAV:";
    private const string TokenStart = "http://clouddav.org/test/sync/";

    public DavPrincipal Principal => new(user, $"/principals/{user}/");

    public ValueTask<DavResult<DavPrivileges>> FindPrivilegesAsync(
        CancellationToken cancellationToken
    ) => Ok(canWrite ? DavPrivileges.All : DavPrivileges.Read);

    public ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            tree.Finds++;
            return tree.Find(path, foldsCase) is { } node
                ? Ok(ToResource(path, node, facts))
                : No<DavResource>(404, "nothing there");
        }
    }

    public ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            if (tree.Find(path, foldsCase) is not { } node)
                return No<Done>(404, "nothing there");
            if (depth == Depth.Infinity && MemoryTree.CountBelow(node) > tree.InfiniteLimit)
                return No<Done>(403, "too much", "propfind-finite-depth");
            var visited = 0;
            var below = new List<string>();
            void Walk(DavPath at, MemoryNode current, bool deeper)
            {
                if (++visited > tree.BreakListingAt)
                    throw new InvalidOperationException("The index broke.");
                visit(below.ToArray(), ToResource(at, current, facts));
                if (!deeper)
                    return;
                foreach (var child in current.Children.Values)
                {
                    below.Add(child.Name);
                    Walk(at.Append(child.Name), child, depth == Depth.Infinity);
                    below.RemoveAt(below.Count - 1);
                }
            }
            Walk(path, node, depth != Depth.Zero);
            return Ok(default(Done));
        }
    }

    public async ValueTask<DavResult<DavSearched>> SearchAsync(
        DavPath path,
        DavSearch search,
        DavFacts facts,
        DavSearchVisitor visit,
        CancellationToken cancellationToken
    )
    {
        tree.Searches.Add(search);
        var next = DavSearchNext.More;
        var listed = await ListAsync(
            path,
            Depth.Infinity,
            facts,
            (below, resource) =>
            {
                if (!below.IsEmpty && next != DavSearchNext.Enough)
                    next = visit(below, resource);
            },
            cancellationToken
        );
        return listed.Problem is { } problem ? problem : new DavSearched(!tree.BreaksSearches);
    }

    public ValueTask<DavResult<DavSynced>> SyncAsync(
        DavPath path,
        DavSync sync,
        DavFacts facts,
        DavSyncVisitor visit,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            if (tree.Find(path, foldsCase) is not { } node)
                return No<DavSynced>(404, "nothing there");
            if (!node.IsCollection)
                return No<DavSynced>(403, "no folder", "supported-report");
            var former = new SortedDictionary<string, (string ETag, bool IsCollection)>(
                StringComparer.Ordinal
            );
            if (sync.Token is { } token)
            {
                if (
                    !token.StartsWith(TokenStart, StringComparison.Ordinal)
                    || !int.TryParse(
                        token[TokenStart.Length..],
                        CultureInfo.InvariantCulture,
                        out var number
                    )
                    || number >= tree.Synced.Count
                )
                    return No<DavSynced>(403, "unknown token", "valid-sync-token");
                former = new(tree.Synced[number], StringComparer.Ordinal);
            }
            var present = StateOf(node, sync.Depth);
            var changes = former
                .Keys.Where(key => !present.ContainsKey(key))
                .Concat(
                    present.Keys.Where(key =>
                        !former.TryGetValue(key, out var seen) || seen != present[key]
                    )
                )
                .ToList();
            foreach (var key in changes.Take(sync.Limit ?? int.MaxValue))
            {
                string[] below = key.Split('\0');
                if (present.TryGetValue(key, out var state))
                {
                    var at = below.Aggregate(path, (up, name) => up.Append(name));
                    visit(below, state.IsCollection, ToResource(at, tree.Find(at)!, facts));
                    former[key] = state;
                }
                else
                {
                    visit(below, former[key].IsCollection, null);
                    former.Remove(key);
                }
            }
            tree.Synced.Add(former);
            return Ok(
                new DavSynced(
                    $"{TokenStart}{tree.Synced.Count - 1}",
                    changes.Count > (sync.Limit ?? int.MaxValue)
                )
            );
        }
    }

    public ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            if (tree.Find(path, foldsCase) is not { } node)
                return No<DavReadable>(404, "nothing there");
            return Ok(
                new DavReadable(
                    ToResource(path, node, DavFacts.None),
                    node.IsCollection ? null : new MemoryContent(node.Content, tree.BreakContentAt)
                )
            );
        }
    }

    public async ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            if (CheckWrite(path, upload.Splice, guard) is { } early)
                return early;
            if (
                upload.Splice is null
                && LacksRoom(path, upload.DeclaredLength ?? upload.LengthHint ?? 0) is { } full
            )
                return full;
        }
        var body = await ReadAsync(path, upload, cancellationToken);
        if (body.Problem is not null)
            return body.Problem;
        var bytes = body.Value;
        if (upload.DeclaredLength is { } declared && declared != bytes.Length)
            return new DavProblem(400, "The body is not as long as declared.");
        foreach (var checksum in upload.Checksums)
        {
            if (!checksum.Value.Span.SequenceEqual(HashOf(checksum.Algorithm, bytes)))
                return new DavProblem(400, "The checksum does not match.");
        }
        lock (tree.Gate)
        {
            if (CheckWrite(path, upload.Splice, guard) is { } late)
                return late;
            var node = tree.Find(path, foldsCase);
            if (upload.Splice is { } splice)
            {
                var old = node!.Content;
                var at = splice.Offset ?? old.Length;
                if (at > old.Length)
                    return new DavProblem(416, "past the end");
                var merged = new byte[Math.Max(old.Length, at + bytes.Length)];
                old.CopyTo(merged, 0);
                bytes.CopyTo(merged, at);
                if (splice.CompleteLength is { } complete && complete != merged.Length)
                    return new DavProblem(416, "not the expected length");
                bytes = merged;
            }
            if (LacksRoom(path, bytes.Length) is { } full)
                return full;
            var created = node is null;
            if (node is null)
            {
                node = tree.Make(path.Name, isCollection: false);
                tree.Find(path.Parent!, foldsCase)!.Children.Add(path.Name, node);
                Touch(path);
            }
            node.Content = bytes;
            node.ETag = MemoryTree.NewETag();
            node.Modified = upload.Modified ?? tree.Clock.GetUtcNow();
            node.Created = upload.Created ?? node.Created;
            node.MediaType = upload.MediaType ?? node.MediaType;
            node.Sha1 = Convert.ToHexStringLower(HashOf(ChecksumAlgorithm.Sha1, bytes));
            return new DavWritten(created, ToResource(path, node, DavFacts.None))
            {
                ModifiedAccepted = upload.Modified is not null,
            };
        }
    }

    public ValueTask<DavResult<DavWritten>> CreateCollectionAsync(
        DavPath path,
        PropertyPatch? properties,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            if (CheckGuard(guard) is { } failed)
                return No<DavWritten>(failed);
            if (!canWrite)
                return No<DavWritten>(403, "read-only", "need-privileges");
            if (tree.Find(path, foldsCase) is not null)
                return No<DavWritten>(405, "taken");
            if (ParentProblem(path) is { } orphan)
                return No<DavWritten>(orphan);
            if (CheckMembership(path, guard) is { } locked)
                return No<DavWritten>(locked);
            var node = tree.Make(path.Name, isCollection: true);
            IReadOnlyList<PropertyStatus>? statuses = null;
            if (properties is not null)
            {
                statuses = Apply(node, properties);
                if (statuses.Any(status => status.Status != 200))
                    return Ok(
                        new DavWritten(false, ToResource(path, node, DavFacts.None))
                        {
                            Properties = statuses,
                        }
                    );
            }
            tree.Find(path.Parent!, foldsCase)!.Children.Add(path.Name, node);
            Touch(path);
            return Ok(
                new DavWritten(true, ToResource(path, node, DavFacts.None))
                {
                    Properties = statuses,
                }
            );
        }
    }

    public ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            if (CheckGuard(guard) is { } failed)
                return No<Done>(failed);
            if (tree.Find(path, foldsCase) is not { } node)
                return No<Done>(404, "nothing there");
            if (!canWrite)
                return No<Done>(403, "read-only", "need-privileges");
            if (CheckRemoval(path, guard) is { } locked)
                return No<Done>(locked);
            Remove(path, node);
            return Ok(default(Done));
        }
    }

    public ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            var check = CheckTransfer(source, destination, options, guard, isMove: true);
            if (check.Problem is not null)
                return No<DavWritten>(check.Problem);
            var node = check.Value;
            var replaced = tree.Find(destination, foldsCase);
            var sameNode = ReferenceEquals(replaced, node);
            Remove(source, node);
            if (replaced is not null && !sameNode)
                Remove(destination, replaced);
            node.Name = destination.Name;
            node.Modified = options.Modified ?? node.Modified;
            node.Created = options.Created ?? node.Created;
            tree.Find(destination.Parent!, foldsCase)!.Children.Add(destination.Name, node);
            Touch(destination);
            return Ok(
                new DavWritten(
                    replaced is null || sameNode,
                    ToResource(destination, node, DavFacts.None)
                )
                {
                    ModifiedAccepted = options.Modified is not null,
                }
            );
        }
    }

    public ValueTask<DavResult<DavWritten>> CopyAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            var check = CheckTransfer(source, destination, options, guard, isMove: false);
            if (check.Problem is not null)
                return No<DavWritten>(check.Problem);
            if (
                options.Depth == Depth.Infinity
                && LacksRoom(destination, MemoryTree.BytesOf(check.Value)) is { } full
            )
                return No<DavWritten>(full);
            var copy = Clone(check.Value, options.Depth == Depth.Infinity);
            var replaced = tree.Find(destination, foldsCase);
            if (replaced is not null)
                Remove(destination, replaced);
            copy.Name = destination.Name;
            copy.Modified = options.Modified ?? copy.Modified;
            tree.Find(destination.Parent!, foldsCase)!.Children.Add(destination.Name, copy);
            Touch(destination);
            return Ok(
                new DavWritten(replaced is null, ToResource(destination, copy, DavFacts.None))
                {
                    ModifiedAccepted = options.Modified is not null,
                }
            );
        }
    }

    public ValueTask<DavResult<IReadOnlyList<PropertyStatus>>> PatchPropertiesAsync(
        DavPath path,
        PropertyPatch patch,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            if (CheckGuard(guard) is { } failed)
                return No<IReadOnlyList<PropertyStatus>>(failed);
            if (tree.Find(path, foldsCase) is not { } node)
                return No<IReadOnlyList<PropertyStatus>>(404, "nothing there");
            if (!canWrite && patch.Changes.Any(change => change is not PropertyChange.Ignore))
                return No<IReadOnlyList<PropertyStatus>>(403, "read-only", "need-privileges");
            if (CheckLocks(path, guard) is { } locked)
                return No<IReadOnlyList<PropertyStatus>>(locked);
            return Ok<IReadOnlyList<PropertyStatus>>(Apply(node, patch));
        }
    }

    public ValueTask<DavResult<DavLocked>> LockAsync(
        DavPath path,
        LockRequest request,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            if (CheckGuard(guard) is { } failed)
                return No<DavLocked>(failed);
            if (!canWrite)
                return No<DavLocked>(403, "read-only", "need-privileges");
            var node = tree.Find(path, foldsCase);
            var depth = request.Depth ?? (node?.IsCollection == true ? Depth.Infinity : Depth.Zero);
            if (node is null && ParentProblem(path) is { } orphan)
                return No<DavLocked>(orphan);
            var conflicts = tree.ActiveLocks()
                .Where(entry =>
                    entry.Root.Equals(path)
                    || (entry.Depth == Depth.Infinity && MemoryTree.IsBelow(path, entry.Root))
                    || (depth == Depth.Infinity && MemoryTree.IsBelow(entry.Root, path))
                )
                .Where(entry => !entry.IsShared || !request.IsShared)
                .Select(entry => entry.Root)
                .Distinct()
                .ToList();
            if (conflicts.Count > 0)
                return No<DavLocked>(
                    new DavProblem(423, "locked already")
                    {
                        Condition = Dav + "no-conflicting-lock",
                        Paths = conflicts,
                    }
                );
            var created = node is null;
            if (node is null)
            {
                if (CheckMembership(path, guard) is { } locked)
                    return No<DavLocked>(locked);
                if (LacksRoom(path, 0) is { } full)
                    return No<DavLocked>(full);
                node = tree.Make(path.Name, isCollection: false);
                tree.Find(path.Parent!, foldsCase)!.Children.Add(path.Name, node);
                Touch(path);
            }
            var entry = new MemoryLock(
                $"opaquelocktoken:{Guid.NewGuid()}",
                path,
                request.IsShared,
                depth,
                request.OwnerXml,
                user,
                device,
                tree.Clock.GetUtcNow() + Clamp(request.Timeout)
            );
            tree.Locks.Add(entry);
            return Ok(new DavLocked(ToLock(entry), created));
        }
    }

    public ValueTask<DavResult<DavLock>> RefreshLockAsync(
        DavPath path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            var entry = tree.Covering(path)
                .FirstOrDefault(entry =>
                    entry.Holder == user && tokens.Contains(entry.Token, StringComparer.Ordinal)
                );
            if (entry is null)
                return No<DavLock>(412, "no such lock", "lock-token-matches-request-uri");
            var renewed = entry with { Expires = tree.Clock.GetUtcNow() + Clamp(timeout) };
            tree.Locks[tree.Locks.IndexOf(entry)] = renewed;
            return Ok(ToLock(renewed));
        }
    }

    public ValueTask<DavResult<Done>> UnlockAsync(
        DavPath path,
        string token,
        CancellationToken cancellationToken
    )
    {
        lock (tree.Gate)
        {
            var entry = tree.Covering(path).FirstOrDefault(entry => entry.Token == token);
            if (entry is null)
                return No<Done>(409, "not a lock of this", "lock-token-matches-request-uri");
            if (entry.Holder != user)
                return No<Done>(403, "somebody else's lock");
            tree.Locks.Remove(entry);
            return Ok(default(Done));
        }
    }

    private async ValueTask<DavResult<byte[]>> ReadAsync(
        DavPath path,
        DavUpload upload,
        CancellationToken cancellationToken
    )
    {
        using var bytes = new MemoryStream();
        while (true)
        {
            var read = await upload.Body.ReadAsync(cancellationToken);
            foreach (var part in read.Buffer)
                await bytes.WriteAsync(part, cancellationToken);
            upload.Body.AdvanceTo(read.Buffer.End);
            lock (tree.Gate)
            {
                if (upload.Splice is null && LacksRoom(path, bytes.Length) is { } full)
                    return full;
            }
            if (upload.DeclaredLength < bytes.Length)
                return new DavProblem(400, "The body is longer than declared.");
            if (read.IsCompleted)
                return bytes.ToArray();
        }
    }

    private DavProblem? CheckWrite(DavPath path, ByteSplice? splice, WriteGuard guard)
    {
        if (CheckGuard(guard) is { } failed)
            return failed;
        if (!canWrite)
            return new DavProblem(403, "read-only") { Condition = Dav + "need-privileges" };
        var node = tree.Find(path, foldsCase);
        if (node is { IsCollection: true })
            return new DavProblem(405, "a folder");
        if (node is null && splice is not null)
            return new DavProblem(404, "nothing to change");
        if (node is not null)
            return CheckLocks(path, guard);
        return ParentProblem(path) ?? CheckMembership(path, guard);
    }

    private DavResult<MemoryNode> CheckTransfer(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        bool isMove
    )
    {
        if (CheckGuard(guard) is { } failed)
            return failed;
        if (tree.Find(source, foldsCase) is not { } node)
            return new DavProblem(404, "nothing there");
        if (!canWrite)
            return new DavProblem(403, "read-only") { Condition = Dav + "need-privileges" };
        if (source.Equals(destination))
            return new DavProblem(403, "the same place");
        if (MemoryTree.IsBelow(destination, source))
            return new DavProblem(409, "into itself");
        if (ParentProblem(destination) is { } orphan)
            return orphan;
        var existing = tree.Find(destination, foldsCase);
        if (existing is not null && !options.Overwrite)
            return new DavProblem(412, "there is something already");
        if (MemoryTree.IsBelow(source, destination))
            return new DavProblem(409, "over its own parent");
        if (isMove && CheckRemoval(source, guard) is { } held)
            return held;
        var locked = existing is null
            ? CheckMembership(destination, guard)
            : CheckRemoval(destination, guard);
        return locked is not null ? locked : node;
    }

    private DavProblem? ParentProblem(DavPath path) =>
        path.Parent is { } parent && tree.Find(parent, foldsCase) is { IsCollection: true }
            ? null
            : new DavProblem(409, "no parent");

    private DavProblem? CheckGuard(WriteGuard guard)
    {
        foreach (var expected in guard.Expectations)
        {
            var node = tree.Find(expected.Path, foldsCase);
            var holds = expected.ETag switch
            {
                null => node is null,
                Expectation.AnyETag => node is not null,
                _ => node?.ETag == expected.ETag,
            };
            if (!holds)
                return new DavProblem(412, "not as expected");
        }
        return null;
    }

    private DavProblem? CheckLocks(DavPath path, WriteGuard guard) =>
        Refuse(tree.Covering(path), guard);

    /// <summary>Adding a member needs the parent's locks of any depth.</summary>
    private DavProblem? CheckMembership(DavPath path, WriteGuard guard) =>
        Refuse(tree.Covering(path), guard)
        ?? (path.Parent is { } parent ? Refuse(tree.Covering(parent), guard) : null);

    private DavProblem? CheckRemoval(DavPath path, WriteGuard guard)
    {
        if (CheckMembership(path, guard) is { } locked)
            return locked;
        var below = tree.ActiveLocks()
            .Where(entry => MemoryTree.IsBelow(entry.Root, path))
            .GroupBy(entry => entry.Root);
        foreach (var group in below)
        {
            if (Refuse(group, guard) is { } member)
                return member;
        }
        return null;
    }

    private DavProblem? Refuse(IEnumerable<MemoryLock> locks, WriteGuard guard)
    {
        var all = locks.ToList();
        bool IsSubmitted(MemoryLock entry) =>
            entry.Holder == user && guard.LockTokens.Contains(entry.Token, StringComparer.Ordinal);
        var held = all.Where(entry => !entry.IsShared && !IsSubmitted(entry)).ToList();
        var shared = all.Where(entry => entry.IsShared).ToList();
        if (shared.Count > 0 && !shared.Exists(IsSubmitted))
            held.AddRange(shared);
        return held.Count == 0
            ? null
            : new DavProblem(423, "It is locked.")
            {
                Condition = Dav + "lock-token-submitted",
                Paths = held.Select(entry => entry.Root).Distinct().ToList(),
                Reason = $"Locked by {held[0].Holder}",
            };
    }

    private DavProblem? LacksRoom(DavPath path, long length)
    {
        if (tree.Capacity is not { } capacity)
            return null;
        var old = tree.Find(path, foldsCase) is { IsCollection: false } node
            ? node.Content.Length
            : 0;
        return tree.Used - old + length > capacity || capacity - tree.Used + old <= 0
            ? new DavProblem(507, "It does not fit.")
            {
                Condition = Dav + "quota-not-exceeded",
                Reason = "Not enough storage in your cloud",
            }
            : null;
    }

    private static SortedDictionary<string, (string ETag, bool IsCollection)> StateOf(
        MemoryNode top,
        Depth depth
    )
    {
        var state = new SortedDictionary<string, (string ETag, bool IsCollection)>(
            StringComparer.Ordinal
        );
        void Walk(MemoryNode node, string prefix)
        {
            foreach (var child in node.Children.Values)
            {
                state.Add(prefix + child.Name, (child.ETag, child.IsCollection));
                if (depth == Depth.Infinity)
                    Walk(child, prefix + child.Name + '\0');
            }
        }
        Walk(top, "");
        return state;
    }

    private static List<PropertyStatus> Apply(MemoryNode node, PropertyPatch patch)
    {
        if (patch.Changes.Any(change => change is PropertyChange.Refuse))
            return
            [
                .. patch.Changes.Select(change =>
                    change is PropertyChange.Refuse refuse
                        ? new PropertyStatus(change.Name, refuse.Status, refuse.Condition)
                        : new PropertyStatus(change.Name, 424)
                ),
            ];
        foreach (var change in patch.Changes)
        {
            switch (change)
            {
                case PropertyChange.SetDead set:
                    node.Dead[set.Name] = set.Xml;
                    break;
                case PropertyChange.Remove remove:
                    node.Dead.Remove(remove.Name);
                    break;
                case PropertyChange.SetModified modified:
                    node.Modified = modified.Value;
                    break;
                case PropertyChange.SetCreated created:
                    node.Created = created.Value;
                    break;
                case PropertyChange.SetLastAccess access:
                    node.LastAccess = access.Value;
                    break;
                case PropertyChange.SetWin32Attributes attributes:
                    node.Win32Attributes = attributes.Value;
                    break;
                case PropertyChange.SetFavorite favorite:
                    node.IsFavorite = favorite.Value;
                    break;
            }
        }
        return [.. patch.Changes.Select(change => new PropertyStatus(change.Name, 200))];
    }

    private void Remove(DavPath path, MemoryNode node)
    {
        tree.Find(path.Parent!, foldsCase)!.Children.Remove(node.Name);
        tree.Locks.RemoveAll(entry =>
            entry.Root.Equals(path) || MemoryTree.IsBelow(entry.Root, path)
        );
        Touch(path);
    }

    private void Touch(DavPath path)
    {
        for (var parent = path.Parent; parent is not null; parent = parent.Parent)
            tree.Find(parent, foldsCase)!.ETag = MemoryTree.NewETag();
        tree.Find(path.Parent!, foldsCase)!.Modified = tree.Clock.GetUtcNow();
    }

    private MemoryNode Clone(MemoryNode node, bool deep)
    {
        var copy = tree.Make(node.Name, node.IsCollection);
        copy.Content = node.Content;
        copy.Sha1 = node.Sha1;
        copy.Modified = node.Modified;
        copy.MediaType = node.MediaType;
        copy.Win32Attributes = node.Win32Attributes;
        foreach (var (name, xml) in node.Dead)
            copy.Dead.Add(name, xml);
        if (deep)
        {
            foreach (var child in node.Children.Values)
                copy.Children.Add(child.Name, Clone(child, deep: true));
        }
        return copy;
    }

    private DavResource ToResource(DavPath path, MemoryNode node, DavFacts facts) =>
        new()
        {
            Name = node.Name,
            IsCollection = node.IsCollection,
            Length = MemoryTree.BytesOf(node),
            ETag = node.ETag,
            Modified = node.Modified,
            Created = node.Created,
            MediaType = node.MediaType,
            FileId = node.Id,
            Privileges = canWrite ? DavPrivileges.All : DavPrivileges.Read,
            Win32Attributes = node.Win32Attributes,
            Win32LastAccess = node.LastAccess,
            DeadProperties = facts.HasFlag(DavFacts.DeadProperties)
                ? [.. node.Dead.Select(pair => new DeadProperty(pair.Key, pair.Value))]
                : [],
            Locks = facts.HasFlag(DavFacts.Locks) ? [.. tree.Covering(path).Select(ToLock)] : [],
            Quota =
                facts.HasFlag(DavFacts.Quota) && node.IsCollection
                    ? new DavQuota(
                        tree.Used,
                        Math.Max(0, (tree.Capacity ?? long.MaxValue) - tree.Used)
                    )
                    : null,
            // The whole tree's state, which is enough to tell whether it is still the same.
            SyncToken =
                facts.HasFlag(DavFacts.SyncToken) && node.IsCollection
                    ? $"{TokenStart}{node.ETag.Trim('"')}"
                    : null,
            IsFavorite = facts.HasFlag(DavFacts.Favorite) ? node.IsFavorite : null,
            Checksums =
                facts.HasFlag(DavFacts.Checksums) && node.Sha1 is not null
                    ? $"SHA1:{node.Sha1}"
                    : null,
        };

    private DavLock ToLock(MemoryLock entry) =>
        new()
        {
            Token = entry.Holder == user ? entry.Token : null,
            Root = entry.Root,
            IsShared = entry.IsShared,
            Depth = entry.Depth,
            OwnerXml = entry.OwnerXml,
            HolderName = entry.Holder,
            IsHeldBySameDevice = entry.Holder == user && entry.Device == device,
            Timeout = entry.Expires - tree.Clock.GetUtcNow(),
        };

    private static TimeSpan Clamp(TimeSpan? wish)
    {
        if (wish is null || wish == Timeout.InfiniteTimeSpan || wish > LockCap)
            return LockCap;
        return wish < LockFloor ? LockFloor : wish.Value;
    }

    private static byte[] HashOf(ChecksumAlgorithm algorithm, byte[] bytes)
    {
#pragma warning disable CA5350, CA5351 // Clients choose their checksums; they protect against accidents, not attacks.
        return algorithm switch
        {
            ChecksumAlgorithm.Md5 => MD5.HashData(bytes),
            ChecksumAlgorithm.Sha1 => SHA1.HashData(bytes),
            ChecksumAlgorithm.Sha256 => SHA256.HashData(bytes),
            ChecksumAlgorithm.Sha512 => SHA512.HashData(bytes),
            ChecksumAlgorithm.Adler32 => Adler32(bytes),
        };
#pragma warning restore CA5350, CA5351
    }

    private static byte[] Adler32(byte[] bytes)
    {
        uint a = 1;
        uint b = 0;
        foreach (var value in bytes)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }
        return [(byte)(b >> 8), (byte)b, (byte)(a >> 8), (byte)a];
    }

    private static ValueTask<DavResult<T>> Ok<T>(T value) =>
        ValueTask.FromResult<DavResult<T>>(value);

    private static ValueTask<DavResult<T>> No<T>(DavProblem problem) =>
        ValueTask.FromResult<DavResult<T>>(problem);

    private static ValueTask<DavResult<T>> No<T>(
        int status,
        string message,
        string? condition = null
    ) =>
        No<T>(
            new DavProblem(status, message)
            {
                Condition = condition is null ? null : Dav + condition,
            }
        );

    private sealed class MemoryContent(byte[] bytes, long? breakAt) : IDavContent
    {
        public long Length => bytes.Length;

        public async ValueTask CopyToAsync(
            PipeWriter destination,
            long offset,
            long count,
            CancellationToken cancellationToken
        )
        {
            const int Step = 64 * 1024;
            for (var at = offset; at < offset + count; at += Step)
            {
                if (at >= breakAt)
                    throw new IOException("The stored bytes are cut.");
                var length = (int)Math.Min(Step, offset + count - at);
                destination.Write(bytes.AsSpan((int)at, length));
                await destination.FlushAsync(cancellationToken);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
