namespace CloudDav.Vault;

/// <summary>Files and folders come to be, and files get new content.</summary>
public sealed partial class VaultSession
{
    /// <summary>
    /// Writes a file whole, or splices into an existing one. What can be refused without the body is refused before its first byte is read, and
    /// everything again in the transaction that commits. Until then the old content stands untouched.
    /// </summary>
    public async ValueTask<VaultResult<Changed>> WriteAsync(
        IReadOnlyList<string> path,
        Upload upload,
        ChangeGuard guard,
        CancellationToken cancellationToken
    )
    {
        if (upload.Splice is not null)
            return await SpliceAsync(path, upload, guard, cancellationToken);
        if (IsLink)
        {
            // What is there, and in which state, is not the visitor's to know: a taken name is no obstacle, and a condition none that can fail.
            if (path.Count != 1)
                return new Refusal(RefusalRule.ShareRightMissing);
            guard = ChangeGuard.None;
        }
        if (upload.DeclaredLength is { } declared && declared <= Limits.InlineBytes)
        {
            if (
                upload.ChecksFirst
                && await CheckWriteAsync(path, declared, guard, cancellationToken) is { } refusal
            )
                return refusal;
            return
                await ContentWriter.ReadSmallAsync(
                    upload.Body,
                    Limits.InlineBytes,
                    cancellationToken
                )
                    is { } body
                ? await WriteSmallAsync(path, upload, body, guard, cancellationToken)
                : new Refusal(RefusalRule.LengthMismatch) { Limit = declared };
        }
        if (upload.DeclaredLength is null)
        {
            if (
                upload.ChecksFirst
                && await CheckWriteAsync(path, 0, guard, cancellationToken) is { } refusal
            )
                return refusal;
            if (
                await ContentWriter.ReadSmallAsync(
                    upload.Body,
                    Limits.InlineBytes,
                    cancellationToken
                ) is
                { } body
            )
                return await WriteSmallAsync(path, upload, body, guard, cancellationToken);
        }
        return await WriteLargeAsync(path, upload, null, guard, cancellationToken);
    }

    /// <summary>Makes a folder, with properties when given.</summary>
    public ValueTask<VaultResult<Changed>> CreateFolderAsync(
        IReadOnlyList<string> path,
        NodePatch? patch,
        ChangeGuard guard,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "vault.create_folder",
            async ValueTask<VaultResult<Changed>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request(guard, NodeDetails.Locks, path));
                if (CheckAccess(facts, Capability.CreateFolder) is { } refused)
                    return refused;
                var (vault, place) = (facts.Vault, facts.Paths[0]);
                if (place.Node is not null)
                    return new Refusal(RefusalRule.AlreadyExists);
                var propertyBytes = patch is null ? 0 : SizeOf(patch);
                if (
                    (
                        CheckPlace(place)
                        ?? CheckGuard(facts, guard)
                        ?? Rules(guard).CheckMembership(place)
                        ?? (patch is null ? null : CheckProperties(patch, propertyBytes))
                        ?? CheckRoom(vault, propertyBytes, 1, addsContent: false)
                    ) is
                    { } refusal
                )
                    return refusal;
                var now = Now;
                var changes = new ChangeSet(vault, now);
                var row = NewRow(
                    vault,
                    place,
                    NodeKind.Folder,
                    await transaction.NextIdAsync(),
                    now
                );
                row.SubtreeVersion = changes.Seq;
                if (patch is not null)
                {
                    ApplyPatch(row, patch);
                    row.PropertyBytes = propertyBytes;
                    if (await AddFavoriteAsync(transaction, changes, row.Id, patch) is { } unmarked)
                        return unmarked;
                }
                changes.Add(new Change.InsertNode(row));
                foreach (var (name, xml) in patch?.Properties ?? [])
                    if (xml is not null)
                        changes.Add(new Change.SetProperty(row.Id, new NodeProperty(name, xml)));
                changes.Count(place.Ancestors, 0, propertyBytes, 1, 1, changesMembers: true);
                await ApplyAsync(transaction, vault, changes);
                return After(vault, changes, row, created: true);
            },
            cancellationToken
        );

    // Whoever came by a link, and may know less than a person of the household.
    private bool IsLink => _options.Visit is { Recipient: null };

    private LockRules Rules(ChangeGuard guard) => new(_actor, IsLink ? [] : guard.LockTokens);

    // Where a file goes. A visitor's never goes in the place of another one.
    private PathState PlaceOf(Facts facts) =>
        IsLink
            ? facts.Paths[0] with
            {
                Chain = facts.Paths[0].Ancestors,
                CaseSibling = null,
            }
            : facts.Paths[0];

    // Everything about a write that can be decided without its body.
    private Refusal? CheckWrite(Facts facts, ChangeGuard guard, long size)
    {
        if (CheckAccess(facts, Capability.AddContent) is { } refused)
            return refused;
        var place = PlaceOf(facts);
        if (place.Node is { IsFolder: true } || (place.Path.Count == 0 && place.Node is null))
            return new Refusal(RefusalRule.IsFolder);
        var rules = Rules(guard);
        return (place.Node is null ? CheckPlace(place) : null)
            ?? CheckGuard(facts, guard)
            ?? (place.Node is null ? rules.CheckMembership(place) : rules.CheckNode(place))
            ?? CheckRoom(
                facts.Vault,
                size - (place.Node?.Size ?? 0),
                place.Node is null ? 1 : 0,
                addsContent: place.Node is null || size > place.Node.Size
            );
    }

    private async ValueTask<Refusal?> CheckWriteAsync(
        IReadOnlyList<string> path,
        long size,
        ChangeGuard guard,
        CancellationToken cancellationToken
    )
    {
        var request = Request(guard, NodeDetails.Locks, path);
        return CheckWrite(await LoadAsync(request, cancellationToken), guard, size);
    }

    // Small: sealed in memory, one command, no hold and no ledger.
    private async ValueTask<VaultResult<Changed>> WriteSmallAsync(
        IReadOnlyList<string> path,
        Upload upload,
        ReadOnlyMemory<byte> body,
        ChangeGuard guard,
        CancellationToken cancellationToken
    )
    {
        if (upload.DeclaredLength is { } declared && declared != body.Length)
            return new Refusal(RefusalRule.LengthMismatch) { Limit = declared, Used = body.Length };
        var content = _vaults.Writer.SealInline(
            body.IsEmpty ? null : await FindKeyAsync(cancellationToken),
            body.Span,
            upload.Checksums
        );
        if (upload.Verify?.Invoke(content) == false)
            return new Refusal(RefusalRule.ChecksumMismatch);
        var written = await CommandAsync(
            "vault.write",
            transaction =>
                CommitAsync(
                    transaction,
                    Request(guard, NodeDetails.Locks, path),
                    upload,
                    guard,
                    content,
                    blob: null,
                    spliced: null,
                    Now
                ),
            cancellationToken
        );
        return written.Refusal is { Crossing: { } crossing } elsewhere
            ? elsewhere with
            {
                Crossing = crossing with { Body = body },
            }
            : written;
    }

    // Large: ledger row and hold first, then the bytes, then the commit, which checks everything again.
    private async ValueTask<VaultResult<Changed>> WriteLargeAsync(
        IReadOnlyList<string> path,
        Upload upload,
        SplicePlan? splice,
        ChangeGuard guard,
        CancellationToken cancellationToken
    )
    {
        var (blob, begun) = (BlobId.New(), Now);
        var around = (splice?.Before?.Count ?? 0) + (splice?.After?.Count ?? 0);
        var expected = upload.DeclaredLength + around;
        var held = await CommandAsync(
            "vault.stage",
            async ValueTask<VaultResult<(long Held, long Covered)>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request(guard, NodeDetails.Locks, path));
                if (CheckWrite(facts, guard, expected ?? upload.LengthHint ?? 0) is { } refusal)
                    return refusal;
                if (splice is not null && facts.Paths[0].Node?.Revision != splice.Revision)
                    return new Refusal(RefusalRule.ConditionFailed);
                // What stands already is given back at commit, so only the growth is held.
                var former = PlaceOf(facts).Node?.Size ?? 0;
                var growth = (expected ?? Limits.FirstHoldBytes + around) - former;
                var bytes = Math.Max(0, growth);
                if (expected is null)
                    // Never all that is left: others upload too, and this one may turn out small.
                    bytes = Math.Min(bytes, facts.Vault.AvailableBytes / 2 ?? bytes);
                var now = Now;
                var changes = new ChangeSet(facts.Vault, now, isRecorded: false);
                changes.Add(new Change.StageBlob(blob, bytes, now + Limits.UploadLease));
                await transaction.ApplyAsync(changes);
                return (bytes, bytes + former);
            },
            cancellationToken
        );
        if (held.Refusal is { } refused)
            return refused;
        var lease = new UploadLease(this, blob, held.Value.Held, held.Value.Covered);
        try
        {
            var key = await FindKeyAsync(cancellationToken);
            StagedContent staged;
            await using (lease.KeepAlive())
                staged = await _vaults.Writer.StageAsync(
                    new StageRequest
                    {
                        Blob = blob,
                        Key = key,
                        Body = upload.Body,
                        Before = splice?.Before,
                        After = splice?.After,
                        DeclaredLength = upload.DeclaredLength,
                        Checksums = upload.Checksums,
                        Grow = lease.GrowAsync,
                    },
                    cancellationToken
                );
            Refusal? failure = staged.Outcome switch
            {
                StageOutcome.Complete => null,
                StageOutcome.TooShort or StageOutcome.TooLong => new(RefusalRule.LengthMismatch)
                {
                    Limit = upload.DeclaredLength,
                },
                StageOutcome.HoldRefused => lease.Refusal ?? new(RefusalRule.CapacityExceeded),
            };
            if (failure is null && upload.Verify?.Invoke(staged) == false)
                failure = new(RefusalRule.ChecksumMismatch);
            if (failure is not null)
            {
                await AbandonAsync(blob);
                return failure;
            }
            // From here on the request's cancellation no longer counts: the bytes are there.
            var result = await CommandAsync(
                "vault.write",
                transaction =>
                    CommitAsync(
                        transaction,
                        Request(guard, NodeDetails.Locks, path) with
                        {
                            OwnHold = blob,
                        },
                        upload,
                        guard,
                        staged,
                        blob,
                        splice,
                        begun
                    ),
                CancellationToken.None
            );
            if (!result.IsSuccess)
                await AbandonAsync(blob);
            return result;
        }
        catch (StorageFullException)
        {
            await AbandonAsync(blob);
            return new Refusal(RefusalRule.PlatformFull);
        }
        catch
        {
            await AbandonAsync(blob);
            throw;
        }
    }

    // The one place where content reaches the tree. Every fact is loaded anew: nothing decided earlier counts.
    private async ValueTask<VaultResult<Changed>> CommitAsync(
        IMetadataTransaction transaction,
        FactsRequest request,
        Upload upload,
        ChangeGuard guard,
        ContentFacts content,
        BlobId? blob,
        SplicePlan? spliced,
        DateTimeOffset begun,
        Assembly? assembly = null
    )
    {
        var facts = await LoadAsync(transaction, request);
        while (
            IsLink && facts.Paths is [var taken] && (taken.Node ?? taken.CaseSibling) is not null
        )
            facts = await LoadAsync(
                transaction,
                request with
                {
                    Paths = [new([NodeName.Beside(request.Paths[0].Path[0])], NodeDetails.Locks)],
                }
            );
        if (CheckWrite(facts, guard, content.Size) is { } refusal)
            return refusal;
        if (assembly is not null && await assembly.BeginAsync(transaction) is { } overtaken)
            return overtaken;
        var (vault, place) = (facts.Vault, facts.Paths[0]);
        var former = place.Node;
        if (spliced is not null && former?.Revision != spliced.Revision)
            return new Refusal(RefusalRule.ConditionFailed);
        var now = Now;
        var changes = new ChangeSet(vault, now);
        var save = await FindSafeSaveAsync(
            transaction,
            vault,
            place,
            from: null,
            begun,
            content.Size
        );
        var row =
            save?.Row()
            ?? former?.Copy()
            ?? NewRow(vault, place, NodeKind.File, await transaction.NextIdAsync(), now);
        row.Size = content.Size;
        row.Revision = NewRevision();
        row.MediaType = upload.MediaType ?? (spliced is null ? null : former?.MediaType);
        row.ModifiedMs = (upload.Modified ?? now).ToUnixTimeMilliseconds();
        if (upload.Created is { } created)
            row.CreatedMs = created.ToUnixTimeMilliseconds();
        row.Content = null;
        if (content.Size > 0)
        {
            row.Content = new ContentId(await transaction.NextIdAsync());
            if (assembly is null)
                changes.Add(new Change.AddContent(row.Content.Value, content, blob));
            else
                await assembly.AddContentAsync(transaction, changes, row.Content.Value);
        }
        if (save is not null)
            save.AddTo(changes, row, new NodeId(await transaction.NextIdAsync()));
        else if (former is null)
            changes.Add(new Change.InsertNode(row));
        else
            ReplaceContent(changes, former, row, vault.Decision!.IsKept(place.Chain));
        if (blob is { } unused && content.Size == 0)
            changes.Add(new Change.AbandonBlob(unused));
        if (save is null)
            changes.Count(
                place.Ancestors,
                row.Size - (former?.Size ?? 0),
                0,
                former is null ? 1 : 0,
                former is null ? 1 : 0,
                changesMembers: former is null
            );
        if (IsLink && facts.Visited is { } visited)
            Record(changes, AuditActs.ShareReceived, visited.Share, null);
        assembly?.AddEnd(changes, row);
        await ApplyAsync(transaction, vault, changes);
        if (assembly is not null)
            await assembly.EndAsync(transaction, row);
        return After(vault, changes, row, former is null);
    }

    // An empty former content is no version: Finder and Explorer begin every upload with one. By-products keep no content at all.
    private static void ReplaceContent(ChangeSet changes, NodeRow former, NodeRow row, bool isKept)
    {
        var isTransient = NodeName.IsTransient(former.Name) && !isKept;
        changes.Add(
            new Change.ReplaceNode(
                former,
                row,
                HistoryReason.Written,
                IsVersion: !isTransient && former.Size > 0,
                KeepsContent: !isTransient
            )
        );
        if (isTransient && former.Content is { } old)
            changes.Add(new Change.ReleaseContent(old, former.Id));
    }

    private async ValueTask<VaultKey?> FindKeyAsync(CancellationToken cancellationToken) =>
        Limits.EncryptsContent
            ? await _vaults.Keys.FindAsync(_owner.Vault, cancellationToken)
                ?? await _vaults.Keys.CreateAsync(_owner.Vault, cancellationToken)
            : null;

    private async ValueTask<VaultResult<Changed>> SpliceAsync(
        IReadOnlyList<string> path,
        Upload upload,
        ChangeGuard guard,
        CancellationToken cancellationToken
    )
    {
        var opened = await OpenAsync(path, cancellationToken);
        if (opened.Refusal is { } refusal)
            return refusal;
        if (opened.Value.Content is not { } content)
            return new Refusal(RefusalRule.IsFolder);
        await using (content)
        {
            var splice = upload.Splice!;
            var size = opened.Value.Node.Size;
            var offset = splice.Offset ?? size;
            if (offset > size)
                return new Refusal(RefusalRule.RangeNotSatisfiable) { Limit = size };
            var length = upload.DeclaredLength ?? splice.Length;
            if (
                (length is null && offset < size)
                || (splice.Length is not null && splice.Length != length)
            )
                return new Refusal(RefusalRule.LengthMismatch) { Limit = splice.Length };
            var end = offset + (length ?? 0);
            if (
                splice.CompleteLength is { } complete
                && length is not null
                && complete != Math.Max(size, end)
            )
                return new Refusal(RefusalRule.LengthMismatch) { Limit = complete };
            var plan = new SplicePlan(
                opened.Value.Node.Revision,
                offset > 0 ? new ContentPart(content, 0, offset) : null,
                length is not null && end < size ? new ContentPart(content, end, size - end) : null
            );
            return await WriteLargeAsync(
                path,
                upload with
                {
                    DeclaredLength = length,
                },
                plan,
                guard,
                cancellationToken
            );
        }
    }

    private async ValueTask AbandonAsync(BlobId blob)
    {
        try
        {
            await RenewAsync(
                () => [new Change.AbandonBlob(blob)],
                checksRoom: null,
                CancellationToken.None
            );
        }
        catch (Exception)
        {
            // The lease ends by itself, and the sweeper does the rest: what failed first is what the caller must hear.
        }
    }

    // Changes rows of the ledger and holds, on nobody's authority but the upload's own.
    private ValueTask<VaultResult<bool>> RenewAsync(
        Func<IEnumerable<Change>> ledger,
        Func<VaultState, Refusal?>? checksRoom,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.WriteAsync<bool>(
            async transaction =>
            {
                var facts = await transaction.LoadAsync(Request([]));
                if (facts.Vault is null)
                    return new Refusal(RefusalRule.SignedOut);
                if (checksRoom?.Invoke(facts.Vault) is { } refusal)
                    return refusal;
                var changes = new ChangeSet(facts.Vault, Now, isRecorded: false);
                foreach (var change in ledger())
                    changes.Add(change);
                await transaction.ApplyAsync(changes);
                return true;
            },
            cancellationToken
        );

    /// <summary>An existing content that stays around a spliced body.</summary>
    private sealed record SplicePlan(Guid Revision, ContentPart? Before, ContentPart? After);

    /// <summary>Keeps a staged blob and its hold alive while the body arrives, and lets the hold grow ahead of it.</summary>
    private sealed class UploadLease(VaultSession session, BlobId blob, long held, long covered)
    {
        private long _held = held;
        private long _covered = covered;

        public Refusal? Refusal { get; private set; }

        public async ValueTask<bool> GrowAsync(long length, CancellationToken cancellationToken)
        {
            if (length <= _covered)
                return true;
            // Doubling keeps the number of commits small; what is left over goes back at commit.
            var more = Math.Max(
                length - _covered,
                Math.Max(_covered, session.Limits.FirstHoldBytes)
            );
            var least = length - _covered;
            long granted = 0;
            var result = await session.GrowHoldAsync(
                blob,
                vault =>
                {
                    var available = vault.AvailableBytes ?? long.MaxValue;
                    granted = Math.Min(available, Math.Max(least, Math.Min(more, available / 2)));
                    return granted >= least ? null
                        : session.IsLink ? new Refusal(RefusalRule.ShareFull)
                        : new Refusal(RefusalRule.CapacityExceeded)
                        {
                            Limit = vault.CapacityBytes,
                            // What is held for this upload goes back.
                            Used = vault.UsedBytes + vault.HeldBytes - _held,
                        };
                },
                () => granted,
                cancellationToken
            );
            Refusal = result.Refusal;
            if (!result.IsSuccess)
                return false;
            _held += granted;
            _covered += granted;
            return true;
        }

        // A slow body outlives any fixed lease: it is renewed as long as the upload is under way in this process.
        public Renewal KeepAlive() => new Renewal(session, blob);
    }

    private ValueTask<VaultResult<bool>> GrowHoldAsync(
        BlobId blob,
        Func<VaultState, Refusal?> checksRoom,
        Func<long> granted,
        CancellationToken cancellationToken
    ) =>
        RenewAsync(
            () => [new Change.GrowHold(blob, granted(), Now + Limits.UploadLease)],
            checksRoom,
            cancellationToken
        );

    private sealed class Renewal : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _task;

        public Renewal(VaultSession session, BlobId blob) => _task = RunAsync(session, blob);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _task;
            _stop.Dispose();
        }

        private async Task RunAsync(VaultSession session, BlobId blob)
        {
            using var timer = new PeriodicTimer(
                session.Limits.UploadLease / 3,
                session._vaults.Time
            );
            try
            {
                while (await timer.WaitForNextTickAsync(_stop.Token))
                    await session.RenewAsync(
                        () =>
                            [
                                new Change.GrowHold(
                                    blob,
                                    0,
                                    session.Now + session.Limits.UploadLease
                                ),
                            ],
                        checksRoom: null,
                        CancellationToken.None
                    );
            }
            catch (OperationCanceledException)
            {
                // The upload has ended.
            }
            catch (Exception exception)
                when (exception
                        is StorageFullException
                            or StorageUnavailableException
                            or InvalidOperationException
                )
            {
                // The lease could not be renewed: the commit will find out whether that matters.
            }
        }
    }
}
