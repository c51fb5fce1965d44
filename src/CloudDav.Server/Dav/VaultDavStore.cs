using System.Buffers.Binary;
using System.IO.Pipelines;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Dav;

/// <summary>A person's tree as the protocol sees it: it translates, and decides nothing.</summary>
/// <param name="session">The actor in the tree.</param>
/// <param name="principalHref">The address of the actor's principal resource.</param>
/// <param name="tell">How a refusal is told to the actor.</param>
internal sealed class VaultDavStore(
    VaultTree session,
    string principalHref,
    Func<Refusal, DavProblem> tell
) : IDavStore
{
    public DavPrincipal Principal { get; } =
        new(session.Actor.Name, principalHref)
        {
            InfiniteDepthLimit = session.Limits.InfiniteListing,
        };

    public async ValueTask<DavResult<DavPrivileges>> FindPrivilegesAsync(
        CancellationToken cancellationToken
    )
    {
        var decided = await session.DecideAsync(cancellationToken);
        if (decided.Refusal is { } refusal)
            return tell(refusal);
        var decision = decided.Value;
        return decision.Refuses(Capability.List) switch
        {
            null => VaultProperties.PrivilegesOf(decision.Lasting),
            { Rule: RefusalRule.AccountClosed or RefusalRule.PlatformOff } closed => tell(closed),
            // Suspended: every other method says so, and a mount must not be read-only for ever because of it.
            _ => DavPrivileges.All,
        };
    }

    public async ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    )
    {
        var found = await session.FindAsync(
            path.Segments,
            VaultProperties.DetailsOf(facts),
            cancellationToken
        );
        if (found.Refusal is { } refusal)
            return tell(refusal);
        var resource = new DavResource { Name = "", ETag = "" };
        Fill(
            resource,
            found.Value.Vault,
            found.Value.Node,
            facts,
            await ListSharedAsync(facts, cancellationToken),
            [
                .. found.Value.Path.Locks.Where(held =>
                    held.IsInfinite || held.Path.Count == path.Segments.Length
                ),
            ]
        );
        return resource;
    }

    public async ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    )
    {
        var resource = new DavResource { Name = "", ETag = "" };
        var shared = await ListSharedAsync(facts, cancellationToken);
        var listed = await session.ListAsync(
            path.Segments,
            depth switch
            {
                Depth.Zero => 0,
                Depth.One => 1,
                _ => null,
            },
            VaultProperties.DetailsOf(facts),
            (below, vault, node, locks) =>
            {
                Fill(resource, vault, node, facts, shared, locks);
                visit(below, resource);
            },
            cancellationToken
        );
        return listed.Refusal is { } refusal ? tell(refusal) : new Done();
    }

    public async ValueTask<DavResult<DavSynced>> SyncAsync(
        DavPath path,
        DavSync sync,
        DavFacts facts,
        DavSyncVisitor visit,
        CancellationToken cancellationToken
    )
    {
        var resource = new DavResource { Name = "", ETag = "" };
        var shared = await ListSharedAsync(facts, cancellationToken);
        var synced = await session.SyncAsync(
            path.Segments,
            new SyncWish(sync.Token, sync.Depth == Depth.Infinity, sync.Limit),
            VaultProperties.DetailsOf(facts),
            (below, isCollection, vault, node, locks) =>
            {
                if (node is not null)
                    Fill(resource, vault, node, facts, shared, locks);
                visit(below, isCollection, node is null ? null : resource);
            },
            cancellationToken
        );
        return synced.Refusal is { } refusal
            ? tell(refusal)
            : new DavSynced(synced.Value.Token, synced.Value.IsTruncated);
    }

    public async ValueTask<DavResult<DavSearched>> SearchAsync(
        DavPath path,
        DavSearch search,
        DavFacts facts,
        DavSearchVisitor visit,
        CancellationToken cancellationToken
    )
    {
        var resource = new DavResource { Name = "", ETag = "" };
        var shared = await ListSharedAsync(facts, cancellationToken);
        var searched = await session.SearchAsync(
            path.Segments,
            VaultProperties.SearchOf(search),
            VaultProperties.DetailsOf(facts),
            (below, vault, node) =>
            {
                Fill(resource, vault, node, facts, shared, []);
                return visit(below, resource) switch
                {
                    DavSearchNext.NothingOlder => SearchNext.NothingOlder,
                    DavSearchNext.Enough => SearchNext.Enough,
                    _ => SearchNext.More,
                };
            },
            cancellationToken
        );
        return searched.Refusal is { } refusal ? tell(refusal) : new DavSearched(searched.Value);
    }

    public async ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    )
    {
        var opened = await session.OpenAsync(path.Segments, cancellationToken);
        if (opened.Refusal is { } refusal)
            return tell(refusal);
        return new DavReadable(
            VaultProperties.Of(session.Actor, opened.Value.Vault, opened.Value.Node, DavFacts.None),
            opened.Value.Content is { } content ? new Content(content) : null
        )
        {
            Begin = opened.Value.Begin is not { } begin
                ? null
                : async stop => await begin(stop) is { } late ? tell(late) : null,
        };
    }

    public async ValueTask<DavResult<DavWritten>> WriteAsync(
        DavPath path,
        DavUpload upload,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        if (upload.Splice is not null && upload.Checksums.Count > 0)
            return new DavProblem(
                400,
                "A partial update takes no checksum: what is stored is not what was sent."
            );
        var written = await session.WriteAsync(
            path.Segments,
            UploadOf(upload),
            GuardOf(guard),
            cancellationToken
        );
        return WrittenOf(written, upload.Modified is not null);
    }

    public async ValueTask<DavResult<DavWritten>> CreateCollectionAsync(
        DavPath path,
        PropertyPatch? properties,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        if (properties is not null && Refuses(properties))
            return NotMade(VaultProperties.StatusesOf(properties));
        var made = await session.CreateFolderAsync(
            path.Segments,
            properties is null ? null : VaultProperties.PatchOf(properties),
            GuardOf(guard),
            cancellationToken
        );
        if (
            properties is not null
            && made.Refusal
                is { Rule: RefusalRule.PropertiesTooLarge or RefusalRule.TooManyFavorites } refusal
        )
            return NotMade(VaultProperties.StatusesOf(properties, tell(refusal)));
        var written = WrittenOf(made, modifiedAccepted: false);
        return properties is not null && written.IsSuccess
            ? written.Value with
            {
                Properties = VaultProperties.StatusesOf(properties),
            }
            : written;
    }

    public async ValueTask<DavResult<Done>> DeleteAsync(
        DavPath path,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        var deleted = await session.DeleteAsync(path.Segments, GuardOf(guard), cancellationToken);
        return deleted.Refusal is { } refusal ? tell(refusal) : new Done();
    }

    public async ValueTask<DavResult<DavWritten>> MoveAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        WrittenOf(
            await session.MoveAsync(
                source.Segments,
                destination.Segments,
                TransferOf(options),
                GuardOf(guard),
                cancellationToken
            ),
            options.Modified is not null
        );

    public async ValueTask<DavResult<DavWritten>> CopyAsync(
        DavPath source,
        DavPath destination,
        TransferOptions options,
        WriteGuard guard,
        CancellationToken cancellationToken
    ) =>
        WrittenOf(
            await session.CopyAsync(
                source.Segments,
                destination.Segments,
                TransferOf(options),
                GuardOf(guard),
                cancellationToken
            ),
            options.Modified is not null
        );

    public async ValueTask<DavResult<IReadOnlyList<PropertyStatus>>> PatchPropertiesAsync(
        DavPath path,
        PropertyPatch patch,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        // A patch that cannot be is tried empty: whoever may not change anything here hears that first.
        var patched = await session.PatchAsync(
            path.Segments,
            Refuses(patch) ? new NodePatch() : VaultProperties.PatchOf(patch),
            GuardOf(guard),
            cancellationToken
        );
        if (patched.Refusal is not { } refusal)
            return VaultProperties.StatusesOf(patch);
        var problem = tell(refusal);
        if (
            refusal.Rule
            is RefusalRule.PropertiesTooLarge
                or RefusalRule.CapacityExceeded
                or RefusalRule.TooManyFavorites
        )
            return VaultProperties.StatusesOf(patch, problem);
        return problem;
    }

    public async ValueTask<DavResult<DavLocked>> LockAsync(
        DavPath path,
        LockRequest request,
        WriteGuard guard,
        CancellationToken cancellationToken
    )
    {
        var locked = await session.LockAsync(
            path.Segments,
            new LockWish(
                request.IsShared,
                request.Depth is { } depth ? depth == Depth.Infinity : null,
                request.OwnerXml,
                request.Timeout
            ),
            GuardOf(guard),
            cancellationToken
        );
        return locked.Refusal is { } refusal
            ? tell(refusal)
            : new DavLocked(
                VaultProperties.Of(locked.Value.Lock, session.Actor, session.Now),
                locked.Value.Created
            );
    }

    public async ValueTask<DavResult<DavLock>> RefreshLockAsync(
        DavPath path,
        IReadOnlyList<string> tokens,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    )
    {
        var refreshed = await session.RefreshLockAsync(
            path.Segments,
            tokens,
            timeout,
            cancellationToken
        );
        return refreshed.Refusal is { } refusal
            ? tell(refusal)
            : VaultProperties.Of(refreshed.Value, session.Actor, session.Now);
    }

    public async ValueTask<DavResult<Done>> UnlockAsync(
        DavPath path,
        string token,
        CancellationToken cancellationToken
    )
    {
        var unlocked = await session.UnlockAsync(path.Segments, token, cancellationToken);
        return unlocked.Refusal is { } refusal ? tell(refusal) : new Done();
    }

    /// <summary>What the own items are shared by, of all of them in one go; null when nobody asked. Whoever may not look at shares sees none.</summary>
    private async ValueTask<Dictionary<NodeId, IReadOnlyList<int>>?> ListSharedAsync(
        DavFacts facts,
        CancellationToken cancellationToken
    )
    {
        if (!facts.HasFlag(DavFacts.Shares))
            return null;
        var listed = await session.ListSharesAsync(cancellationToken);
        return listed.IsSuccess
            ? listed
                .Value.GroupBy(share => share.Placed.Share.Node)
                .ToDictionary(
                    shares => shares.Key,
                    IReadOnlyList<int> (shares) =>
                        [.. shares.Select(share => TypeOf(share.Placed.Share)).Distinct().Order()]
                )
            : null;
    }

    private static int TypeOf(Share share) =>
        share.Audience switch
        {
            ShareAudience.Link => 3,
            ShareAudience.Household => 1,
            ShareAudience.Members => 0,
        };

    // A resource that a listing reuses.
    private void Fill(
        DavResource resource,
        VaultState vault,
        NodeRow node,
        DavFacts facts,
        Dictionary<NodeId, IReadOnlyList<int>>? shared,
        IReadOnlyList<LockRow> locks
    )
    {
        VaultProperties.Fill(resource, session.Actor, vault, node, facts);
        resource.Blocked = BlockOf(node);
        resource.ShareTypes = shared?.GetValueOrDefault(node.Id) ?? [];
        resource.Withheld = node.Withheld is { } withheld ? tell(withheld) : null;
        resource.Locks = locks.Count == 0 ? [] : LocksOf(locks);
        resource.SyncToken = facts.HasFlag(DavFacts.SyncToken)
            ? session.SyncTokenOf(vault, node)
            : null;
    }

    private DavProblem? BlockOf(NodeRow node) =>
        node.Block?.ToRefusal() is { } refusal ? tell(refusal) : null;

    private static bool Refuses(PropertyPatch patch) =>
        patch.Changes.Any(change => change is PropertyChange.Refuse);

    // The statuses say why; there is no resource to tell of.
    private static DavWritten NotMade(IReadOnlyList<PropertyStatus> statuses) =>
        new(
            false,
            new DavResource
            {
                Name = "",
                ETag = "",
                IsCollection = true,
            }
        )
        {
            Properties = statuses,
        };

    private IReadOnlyList<DavLock> LocksOf(IEnumerable<LockRow> locks)
    {
        var now = session.Now;
        return [.. locks.Select(held => VaultProperties.Of(held, session.Actor, now))];
    }

    private DavResult<DavWritten> WrittenOf(VaultResult<Changed> changed, bool modifiedAccepted) =>
        changed.Refusal is { } refusal
            ? tell(refusal)
            : WrittenOf(session.Actor, changed.Value, modifiedAccepted);

    /// <summary>What was written, as the protocol tells it.</summary>
    public static DavWritten WrittenOf(Actor actor, Changed changed, bool modifiedAccepted) =>
        new(changed.Created, VaultProperties.Of(actor, changed.Vault, changed.Node, DavFacts.None))
        {
            ModifiedAccepted = modifiedAccepted,
        };

    /// <summary>A body, as the vault takes it.</summary>
    public static Upload UploadOf(DavUpload upload) =>
        new()
        {
            Body = upload.Body,
            ChecksFirst = upload.ExpectsContinue,
            DeclaredLength = upload.DeclaredLength,
            LengthHint = upload.LengthHint,
            MediaType = upload.MediaType,
            Modified = upload.Modified,
            Created = upload.Created,
            Checksums = KindsOf(upload.Checksums),
            Verify =
                upload.Checksums.Count == 0
                    ? null
                    : content => upload.Checksums.All(expected => Matches(expected, content)),
            Splice = upload.Splice is { } splice
                ? new Splice(splice.Offset, splice.Length, splice.CompleteLength)
                : null,
        };

    /// <summary>Conditions, as the vault takes them.</summary>
    public static ChangeGuard GuardOf(WriteGuard guard) =>
        guard.LockTokens.Count == 0 && guard.Expectations.Count == 0
            ? ChangeGuard.None
            : new ChangeGuard
            {
                LockTokens = guard.LockTokens,
                Expectations =
                [
                    .. guard.Expectations.Select(expected => new ExpectedState(
                        expected.Path.Segments,
                        expected.ETag
                    )),
                ],
            };

    private static Transfer TransferOf(TransferOptions options) =>
        new()
        {
            Overwrites = options.Overwrite,
            IsDeep = options.Depth != Depth.Zero,
            Modified = options.Modified,
            Created = options.Created,
        };

    private static ContentChecksums KindsOf(IReadOnlyList<ExpectedChecksum> checksums) =>
        checksums.Aggregate(
            ContentChecksums.None,
            (kinds, checksum) =>
                kinds
                | checksum.Algorithm switch
                {
                    ChecksumAlgorithm.Md5 => ContentChecksums.Md5,
                    // rclone (vendor owncloud) sends SHA-1 and compares MD5, the first kind both sides know.
                    ChecksumAlgorithm.Sha1 => ContentChecksums.Sha1 | ContentChecksums.Md5,
                    ChecksumAlgorithm.Sha512 => ContentChecksums.Sha512,
                    ChecksumAlgorithm.Adler32 => ContentChecksums.Adler32,
                    ChecksumAlgorithm.Sha256 => ContentChecksums.None,
                }
        );

    private static bool Matches(ExpectedChecksum expected, ContentFacts content)
    {
        ReadOnlySpan<byte> actual = expected.Algorithm switch
        {
            ChecksumAlgorithm.Md5 => content.Md5,
            ChecksumAlgorithm.Sha1 => content.Sha1,
            ChecksumAlgorithm.Sha256 => content.Sha256,
            ChecksumAlgorithm.Sha512 => content.Sha512,
            ChecksumAlgorithm.Adler32 => BigEndian(content.Adler32),
        };
        return actual.SequenceEqual(expected.Value.Span);
    }

    private static byte[] BigEndian(uint? value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value ?? 0);
        return bytes;
    }

    internal sealed class Content(IContentSource source) : IDavContent
    {
        public long Length => source.Length;

        public ValueTask CopyToAsync(
            PipeWriter destination,
            long offset,
            long count,
            CancellationToken cancellationToken
        ) => source.CopyToAsync(destination, offset, count, cancellationToken);

        public ValueTask DisposeAsync() => source.DisposeAsync();
    }
}
