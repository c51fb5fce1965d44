using System.IO.Pipelines;

namespace CloudDav.Vault;

/// <summary>
/// Uploads over several requests. Each part is a content of its own as soon as it is taken, owned by its upload; in the end they become one file by a change of metadata alone. Nothing of
/// it is kept in memory: the next request may come to another node, or after a restart.
/// </summary>
public sealed partial class VaultSession
{
    private const int PartPage = 500;

    private const long SmallestMerged = 1024 * 1024;

    // Rows that one command removes of an upload that is given up.
    private const int PurgeSlice = 200;

    /// <summary>Begins an upload, or refuses. One that has come to an end gives its name to the next.</summary>
    /// <param name="plan">The upload.</param>
    /// <param name="credit">Bytes of the file that it replaces.</param>
    /// <param name="isOutward">Whether it goes beyond a mount.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async ValueTask<VaultResult<UploadSession>> BeginUploadAsync(
        UploadPlan plan,
        long credit,
        bool isOutward,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            UploadSession? over = null;
            var begun = await CommandAsync(
                "upload.begin",
                async ValueTask<VaultResult<UploadSession>> (transaction) =>
                {
                    over = null;
                    var facts = await LoadAsync(transaction, Request([]));
                    if (facts.Obstacle is { } obstacle)
                        return obstacle;
                    var vault = facts.Vault;
                    if (
                        !isOutward
                        && vault.Decision!.Refuses(Capability.AddContent) is { } refused
                        && (plan.RefusesEarly || refused.Rule != RefusalRule.OverCapacity)
                    )
                        return refused;
                    var former = await transaction.FindUploadAsync(
                        vault.Id,
                        _actor.Account,
                        plan.Name
                    );
                    if (former is { Finished: null } && former.Expires > Now)
                        return new Refusal(RefusalRule.AlreadyExists);
                    if (former is not null)
                    {
                        over = former;
                        return new Refusal(RefusalRule.AlreadyExists);
                    }
                    var others = await transaction.ListUploadsAsync(vault.Id, _actor.Account, Now);
                    if (others.Count >= Limits.UploadSessions)
                        return new Refusal(RefusalRule.TooManyUploads)
                        {
                            Limit = Limits.UploadSessions,
                            Used = others.Count,
                        };
                    var upload = new UploadSession
                    {
                        Id = UploadId.New(),
                        Vault = vault.Id,
                        Account = _actor.Account,
                        Device = _actor.Device,
                        Name = plan.Name,
                        Total = plan.Total,
                        Credit = credit,
                        IsOutward = isOutward,
                        Goal = plan.Goal,
                        Created = Now,
                        Expires = Now + Limits.UploadIdle,
                    };
                    var hold = upload.HoldFor(0);
                    if (CheckRoom(vault, hold, 0, addsContent: false) is { } full)
                    {
                        if (plan.RefusesEarly)
                            return full;
                        // The first part is told of it.
                        hold = 0;
                    }
                    upload = upload with { Held = hold };
                    var changes = new ChangeSet(vault, Now, isRecorded: false);
                    changes.Add(new Change.AddUpload(upload));
                    await transaction.ApplyAsync(changes);
                    return upload;
                },
                cancellationToken
            );
            if (over is null)
                return begun;
            await DropAsync(over, cancellationToken);
        }
    }

    /// <summary>Finds an upload, also one that has become a file, until it expires.</summary>
    internal async ValueTask<VaultResult<UploadSession>> FindUploadAsync(
        UploadName name,
        CancellationToken cancellationToken
    ) =>
        await _vaults.Metadata.ReadAsync(
            snapshot => FindUploadAsync(snapshot, name),
            cancellationToken
        );

    /// <summary>The uploads that go on.</summary>
    internal ValueTask<VaultResult<IReadOnlyList<UploadSession>>> ListUploadsAsync(
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<IReadOnlyList<UploadSession>>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([]));
                if ((facts.Obstacle ?? facts.Vault.Decision!.Refuses(Capability.List)) is { } no)
                    return no;
                var going = await snapshot.ListUploadsAsync(facts.Vault.Id, _actor.Account, Now);
                return going.ToArray();
            },
            cancellationToken
        );

    /// <summary>An upload that goes on and its parts, in the order of their numbers.</summary>
    internal ValueTask<
        VaultResult<(UploadSession Upload, IReadOnlyList<UploadPart> Parts)>
    > ListUploadPartsAsync(UploadName name, CancellationToken cancellationToken) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<(UploadSession, IReadOnlyList<UploadPart>)>> (snapshot) =>
            {
                var found = await FindUploadAsync(snapshot, name);
                if (found.Refusal is { } refusal)
                    return refusal;
                if (found.Value.Finished is not null)
                    return new Refusal(RefusalRule.NotFound);
                return (found.Value, await ListPartsAsync(snapshot, found.Value));
            },
            cancellationToken
        );

    /// <summary>Takes a part. When it returns success, the part is on stable storage.</summary>
    /// <param name="name">The upload.</param>
    /// <param name="place">Which part it is.</param>
    /// <param name="upload">The body and its digests. What a following part declares is a hint: all that arrives is taken.</param>
    /// <param name="cancellationToken">Stops the reading of the body.</param>
    internal async ValueTask<VaultResult<PartTaken>> TakePartAsync(
        UploadName name,
        PartPlace place,
        Upload upload,
        CancellationToken cancellationToken
    )
    {
        var expected = upload.DeclaredLength ?? upload.LengthHint ?? 0;
        byte[]? small = null;
        if (expected <= Limits.InlineBytes)
        {
            var planned = await _vaults.Metadata.ReadAsync(
                snapshot => PlanPartAsync(snapshot, name, place, expected, blob: null),
                cancellationToken
            );
            if (planned.Refusal is { } refusal)
                return refusal;
            small = await ContentWriter.ReadSmallAsync(
                upload.Body,
                Limits.InlineBytes,
                cancellationToken
            );
            if (upload.DeclaredLength is { } declared && declared != small?.Length)
                return new Refusal(RefusalRule.LengthMismatch) { Limit = declared };
            var before = planned.Value.Merged;
            if (small is { } body && (before?.Size ?? 0) + body.Length <= Limits.InlineBytes)
                return await TakeSmallAsync(name, place, upload, body, before, cancellationToken);
        }
        return await TakeLargeAsync(
            name,
            place,
            small is { } read
                ? upload with
                {
                    Body = PipeReader.Create(new(read)),
                    LengthHint = read.Length,
                }
                : upload,
            cancellationToken
        );
    }

    /// <summary>Takes a part away.</summary>
    internal ValueTask<VaultResult<bool>> RemovePartAsync(
        UploadName name,
        long number,
        CancellationToken cancellationToken
    ) =>
        CommandAsync(
            "upload.remove_part",
            async ValueTask<VaultResult<bool>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request([]));
                var found = await FindUploadAsync(transaction, facts, name);
                if (found.Refusal is { } refusal)
                    return refusal;
                var upload = found.Value;
                if (upload.Finished is not null)
                    return new Refusal(RefusalRule.NotFound);
                var part = await FindPartAsync(transaction, upload, number);
                if (part is null)
                    return new Refusal(RefusalRule.NotFound);
                var changes = new ChangeSet(facts.Vault, Now, isRecorded: false);
                changes.Add(new Change.RemoveUploadPart(upload.Id, number));
                if (part.Content is { } content)
                    changes.Add(new Change.ReleaseContent(content, default));
                var received = upload.Received - part.Size;
                changes.Add(
                    new Change.ChangeUpload(
                        upload with
                        {
                            Parts = upload.Parts - 1,
                            Received = received,
                            // What was not granted for the whole is not taken now either.
                            Held = Math.Min(upload.Held, upload.HoldFor(received)),
                            Expires = Now + Limits.UploadIdle,
                            Stamp = upload.Stamp + 1,
                        }
                    )
                );
                await transaction.ApplyAsync(changes);
                return true;
            },
            cancellationToken
        );

    /// <summary>Gives an upload up. Its hold is free when this returns.</summary>
    internal async ValueTask<VaultResult<bool>> DropUploadAsync(
        UploadName name,
        CancellationToken cancellationToken
    )
    {
        var found = await FindUploadAsync(name, cancellationToken);
        if (found.Refusal is { } refusal)
            return refusal;
        if (found.Value.Finished is not null)
            return new Refusal(RefusalRule.NotFound);
        return await DropAsync(found.Value, cancellationToken);
    }

    // It is over at once; what is left of it goes in slices, here or with the next sweep.
    private async ValueTask<VaultResult<bool>> DropAsync(
        UploadSession upload,
        CancellationToken cancellationToken
    )
    {
        var ended = await CommandAsync(
            "upload.drop",
            async ValueTask<VaultResult<bool>> (transaction) =>
            {
                var facts = await LoadAsync(transaction, Request([]));
                if (facts.Obstacle is { } obstacle)
                    return obstacle;
                var present = await transaction.FindUploadAsync(
                    upload.Vault,
                    upload.Account,
                    upload.Name
                );
                if (present?.Id != upload.Id)
                    return true;
                var changes = new ChangeSet(facts.Vault, Now, isRecorded: false);
                changes.Add(new Change.ChangeUpload(present.EndedAt(Now)));
                await transaction.ApplyAsync(changes);
                return true;
            },
            cancellationToken
        );
        if (!ended.IsSuccess)
            return ended;
        while (
            await UploadSweep.PurgeSliceAsync(
                _vaults.Metadata,
                upload,
                PurgeSlice,
                Now,
                cancellationToken
            ) > 0
        ) { }
        return true;
    }

    /// <summary>Reads the parts of an upload once, in their order: what the whole is.</summary>
    /// <param name="name">The upload.</param>
    /// <param name="wish">Digests to compute, their check, and the length it must have.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    internal async ValueTask<VaultResult<ReadUpload>> ReadUploadAsync(
        UploadName name,
        Upload wish,
        CancellationToken cancellationToken
    )
    {
        var seen = await _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<(UploadSession, IReadOnlyList<UploadPart>)>> (snapshot) =>
            {
                var found = await FindUploadAsync(snapshot, name);
                if (found.Refusal is { } refusal)
                    return refusal;
                return (
                    found.Value,
                    found.Value.Finished is null ? await ListPartsAsync(snapshot, found.Value) : []
                );
            },
            cancellationToken
        );
        if (seen.Refusal is { } missing)
            return missing;
        var (upload, parts) = seen.Value;
        if (upload.Finished is not null)
            return new ReadUpload(upload, parts, null);
        foreach (var total in (ReadOnlySpan<long?>)[upload.Total, wish.DeclaredLength])
        {
            if (total is { } length && length != upload.Received)
                return new Refusal(RefusalRule.LengthMismatch)
                {
                    Limit = length,
                    Used = upload.Received,
                };
        }
        using var hashes = new ContentHashes(wish.Checksums);
        foreach (var page in parts.Where(part => part.Content is not null).Chunk(PartPage))
        {
            var contents = await _vaults.Metadata.ReadAsync(
                snapshot =>
                    snapshot.FindContentsAsync(
                        upload.Vault,
                        [.. page.Select(part => part.Content)]
                    ),
                cancellationToken
            );
            foreach (var content in contents)
            {
                if (content is null)
                    return new Refusal(RefusalRule.UploadOutOfStep);
                await using var source = await OpenContentAsync(content, cancellationToken);
                await ContentPipe.ReadAsync(
                    source,
                    0,
                    content.Size,
                    (bytes, _) =>
                    {
                        foreach (var segment in bytes)
                            hashes.Append(segment.Span);
                        return ValueTask.CompletedTask;
                    },
                    cancellationToken
                );
            }
        }
        var facts = hashes.ToParted();
        return wish.Verify?.Invoke(facts) == false
            ? new Refusal(RefusalRule.ChecksumMismatch)
            : new ReadUpload(upload, parts, facts);
    }

    /// <summary>Makes a file of an upload, here: its parts are the home vault's, which is this one or another. One transaction.</summary>
    /// <param name="home">Acts in the vault that has the parts.</param>
    /// <param name="read">The upload.</param>
    /// <param name="path">Where the file goes.</param>
    /// <param name="upload">Its times and type.</param>
    /// <param name="guard">What must hold.</param>
    /// <param name="cancellationToken">Stops it as long as nothing is decided.</param>
    internal async ValueTask<VaultResult<Changed>> FinishUploadAsync(
        VaultSession home,
        ReadUpload read,
        IReadOnlyList<string> path,
        Upload upload,
        ChangeGuard guard,
        CancellationToken cancellationToken
    )
    {
        var begun = Now;
        var request = Request(guard, NodeDetails.Locks, path);
        if (ReferenceEquals(home, this))
            return await CommandAsync(
                "upload.finish",
                transaction =>
                    CommitAsync(
                        transaction,
                        request with
                        {
                            OwnHold = read.Upload.Id.Hold,
                        },
                        upload,
                        guard,
                        read.Facts!,
                        blob: null,
                        spliced: null,
                        begun,
                        new Assembly(home, read, passage: null)
                    ),
                CancellationToken.None
            );
        var early = await LoadAsync(request, cancellationToken);
        if (CheckWrite(early, guard, read.Facts!.Size) is { } refusal)
            return refusal;
        var passage = new ContentPassage(home, this);
        passage.Contents.AddRange(
            await _vaults.Metadata.ReadAsync(
                snapshot =>
                    snapshot.ListContentKeysAsync(
                        home._owner.Vault,
                        [.. read.Parts.Select(part => part.Content).OfType<ContentId>()]
                    ),
                cancellationToken
            )
        );
        try
        {
            if (await passage.BeginAsync(cancellationToken) is { } full)
                return full;
            var result = await CommandAsync(
                "upload.finish",
                async ValueTask<VaultResult<Changed>> (transaction) =>
                {
                    await transaction.TakeTurnsAsync([home._owner.Vault, _owner.Vault]);
                    return await CommitAsync(
                        transaction,
                        request,
                        upload,
                        guard,
                        read.Facts,
                        blob: null,
                        spliced: null,
                        begun,
                        new Assembly(home, read, passage)
                    );
                },
                CancellationToken.None
            );
            if (!result.IsSuccess)
                await passage.AbandonAsync();
            return result;
        }
        catch (StorageFullException)
        {
            await passage.AbandonAsync();
            return new Refusal(RefusalRule.PlatformFull);
        }
        catch
        {
            await passage.AbandonAsync();
            throw;
        }
    }

    /// <summary>Whether a file of so many bytes could be written, and how large what stands there is.</summary>
    internal async ValueTask<VaultResult<long>> ProbeWriteAsync(
        IReadOnlyList<string> path,
        long size,
        CancellationToken cancellationToken
    )
    {
        var facts = await LoadAsync(
            Request(ChangeGuard.None, NodeDetails.None, path),
            cancellationToken
        );
        return CheckWrite(facts, ChangeGuard.None, size) is { } refusal
            ? refusal
            : PlaceOf(facts).Node?.Size ?? 0;
    }

    private async ValueTask<VaultResult<PartTaken>> TakeSmallAsync(
        UploadName name,
        PartPlace place,
        Upload upload,
        ReadOnlyMemory<byte> body,
        UploadPart? before,
        CancellationToken cancellationToken
    )
    {
        if (upload.Verify is not null)
        {
            var given = _vaults.Writer.SealInline(null, body.Span, upload.Checksums);
            if (!upload.Verify(given))
                return new Refusal(RefusalRule.ChecksumMismatch);
        }
        var whole = body;
        if (before is { Content: not null })
        {
            var bytes = new byte[before.Size + body.Length];
            await using var source = await OpenPartAsync(before, cancellationToken);
            if (source is null)
                return new Refusal(RefusalRule.UploadOutOfStep);
            var at = 0;
            await ContentPipe.ReadAsync(
                source,
                0,
                before.Size,
                (piece, _) =>
                {
                    foreach (var segment in piece)
                    {
                        segment.CopyTo(bytes.AsMemory(at));
                        at += segment.Length;
                    }
                    return ValueTask.CompletedTask;
                },
                cancellationToken
            );
            body.CopyTo(bytes.AsMemory(at));
            whole = bytes;
        }
        var content = body.IsEmpty
            ? null
            : _vaults.Writer.SealInline(await FindKeyAsync(cancellationToken), whole.Span);
        return await CommitPartAsync(name, place, content, null, body.Length, before);
    }

    private async ValueTask<VaultResult<PartTaken>> TakeLargeAsync(
        UploadName name,
        PartPlace place,
        Upload upload,
        CancellationToken cancellationToken
    )
    {
        var blob = BlobId.New();
        var expected = upload.DeclaredLength ?? upload.LengthHint ?? 0;
        var staged = await CommandAsync(
            "upload.stage",
            async ValueTask<VaultResult<PartPlan>> (transaction) =>
            {
                var planned = await PlanPartAsync(transaction, name, place, expected, blob: null);
                if (planned.Refusal is { } refusal)
                    return refusal;
                var plan = planned.Value;
                var changes = new ChangeSet(plan.Facts.Vault, Now, isRecorded: false);
                if (plan.Base != plan.Upload.Held)
                    changes.Add(new Change.ChangeUpload(plan.Upload with { Held = plan.Base }));
                changes.Add(new Change.StageBlob(blob, plan.Extra, Now + Limits.UploadLease));
                await transaction.ApplyAsync(changes);
                return plan;
            },
            cancellationToken
        );
        if (staged.Refusal is { } refused)
            return refused;
        var plan = staged.Value;
        var lease = new UploadLease(this, blob, plan.Extra, plan.Covered(expected));
        try
        {
            await using var before = plan.Merged is { } merged
                ? await OpenPartAsync(merged, cancellationToken)
                : null;
            if (plan.Merged is not null && before is null)
            {
                await AbandonAsync(blob);
                return new Refusal(RefusalRule.UploadOutOfStep);
            }
            var kept = plan.Merged?.Size ?? 0;
            var isTooLong = false;
            StagedContent content;
            await using (lease.KeepAlive())
                content = await _vaults.Writer.StageAsync(
                    new StageRequest
                    {
                        Blob = blob,
                        Key = await FindKeyAsync(cancellationToken),
                        Body = upload.Body,
                        Before = before is null ? null : new ContentPart(before, 0, kept),
                        DeclaredLength = upload.DeclaredLength,
                        Checksums = upload.Checksums,
                        Grow = async (length, stop) =>
                        {
                            isTooLong = plan.Most is { } most && length - kept > most;
                            return !isTooLong
                                && (
                                    plan.Upload.IsOutward
                                    || await lease.GrowAsync(length - kept, stop)
                                );
                        },
                    },
                    cancellationToken
                );
            Refusal? failure = content.Outcome switch
            {
                StageOutcome.Complete => null,
                StageOutcome.TooShort or StageOutcome.TooLong => new(RefusalRule.LengthMismatch)
                {
                    Limit = upload.DeclaredLength,
                },
                StageOutcome.HoldRefused => isTooLong
                    ? new(RefusalRule.RequestTooLarge) { Limit = plan.Most }
                    : lease.Refusal ?? new(RefusalRule.CapacityExceeded),
            };
            if (failure is null && upload.Verify?.Invoke(content) == false)
                failure = new(RefusalRule.ChecksumMismatch);
            var taken = failure is not null
                ? failure
                : await CommitPartAsync(
                    name,
                    place,
                    content.Size == kept ? null : content,
                    blob,
                    content.Size - kept,
                    plan.Merged
                );
            if (!taken.IsSuccess)
                await AbandonAsync(blob);
            return taken;
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

    // The one place where a part comes to its upload. From here on the request's cancellation no longer counts: the bytes are there.
    private ValueTask<VaultResult<PartTaken>> CommitPartAsync(
        UploadName name,
        PartPlace place,
        ContentFacts? content,
        BlobId? blob,
        long length,
        UploadPart? merged
    ) =>
        CommandAsync(
            "upload.part",
            async ValueTask<VaultResult<PartTaken>> (transaction) =>
            {
                var planned = await PlanPartAsync(transaction, name, place, length, blob);
                if (planned.Refusal is { } refusal)
                    return refusal;
                var plan = planned.Value;
                if (plan.Merged?.Content != merged?.Content || plan.Merged?.Size != merged?.Size)
                    return new Refusal(RefusalRule.UploadOutOfStep);
                var changes = new ChangeSet(plan.Facts.Vault, Now, isRecorded: false);
                var replaced = plan.Former ?? plan.Merged;
                ContentId? id = content is null
                    ? null
                    : new ContentId(await transaction.NextIdAsync());
                if (id is { } added)
                    changes.Add(new Change.AddContent(added, content!, blob));
                else if (blob is { } unused)
                    changes.Add(new Change.AbandonBlob(unused));
                var upload = plan.Upload;
                var received = plan.Received;
                if (length > 0 || place is PartPlace.Numbered)
                {
                    var part = place switch
                    {
                        PartPlace.Numbered numbered => new UploadPart(
                            numbered.Number,
                            numbered.Name,
                            length,
                            id,
                            Now
                        ),
                        _ => new UploadPart(
                            plan.Merged?.Number ?? upload.Received,
                            "",
                            (plan.Merged?.Size ?? 0) + length,
                            id,
                            Now
                        ),
                    };
                    changes.Add(new Change.PutUploadPart(upload.Id, part));
                    if (replaced?.Content is { } former)
                        changes.Add(new Change.ReleaseContent(former, default));
                    upload = upload with { Parts = upload.Parts + (replaced is null ? 1 : 0) };
                }
                upload = upload with
                {
                    Received = received,
                    Held = upload.HoldFor(received),
                    Expires = Now + Limits.UploadIdle,
                    Stamp = upload.Stamp + 1,
                };
                changes.Add(new Change.ChangeUpload(upload));
                await transaction.ApplyAsync(changes);
                return new PartTaken(upload, replaced is null);
            },
            CancellationToken.None
        );

    // Everything about a part that can be decided without its body.
    private async ValueTask<VaultResult<PartPlan>> PlanPartAsync(
        IMetadataSnapshot snapshot,
        UploadName name,
        PartPlace place,
        long length,
        BlobId? blob
    )
    {
        var facts = await LoadAsync(snapshot, Request([], blob));
        var found = await FindUploadAsync(snapshot, facts, name);
        if (found.Refusal is { } refusal)
            return refusal;
        var upload = found.Value;
        if (upload.Finished is not null)
            return new Refusal(RefusalRule.NotFound);
        if (
            !upload.IsOutward && facts.Vault.Decision!.Refuses(Capability.AddContent) is { } refused
        )
            return refused;
        UploadPart? former = null;
        UploadPart? merged = null;
        long? most = null;
        if (place is PartPlace.Numbered numbered)
            former = await FindPartAsync(snapshot, upload, numbered.Number);
        else
        {
            var offset = ((PartPlace.Following)place).Offset;
            if (offset != upload.Received)
                return new Refusal(RefusalRule.UploadOutOfStep) { Used = upload.Received };
            most = upload.Total - upload.Received;
            if (length > most)
                return new Refusal(RefusalRule.RequestTooLarge) { Limit = most };
            merged = await FindMergedAsync(snapshot, upload);
        }
        if (former is null && merged is null && upload.Parts >= Limits.UploadParts)
            return new Refusal(RefusalRule.TooManyParts)
            {
                Limit = Limits.UploadParts,
                Used = upload.Parts,
            };
        var received = upload.Received - (former?.Size ?? 0) + length;
        var held = upload.HoldFor(upload.Received);
        var extra = Math.Max(0, upload.HoldFor(received) - held);
        return
            CheckRoom(facts.Vault, Math.Max(0, held - upload.Held) + extra, 0, addsContent: false)
                is { } full
            ? full
            : new PartPlan
            {
                Facts = facts,
                Upload = upload,
                Former = former,
                Merged = merged,
                Most = most,
                Received = received,
                Base = held,
                Extra = extra,
            };
    }

    // Many small pieces would be many parts: one that is too small goes on with the next. The more there are, the larger each must be.
    private async ValueTask<UploadPart?> FindMergedAsync(
        IMetadataSnapshot snapshot,
        UploadSession upload
    )
    {
        if (upload.Received == 0)
            return null;
        var least = SmallestMerged << (int)(upload.Parts * 10L / Limits.UploadParts);
        var last = await snapshot.ListUploadPartsAsync(
            upload.Vault,
            upload.Id,
            Math.Max(0, upload.Received - least + 1),
            Limits.UploadParts
        );
        return last.Count > 0 ? last[^1] : null;
    }

    private async ValueTask<IContentSource?> OpenPartAsync(
        UploadPart part,
        CancellationToken cancellationToken
    )
    {
        var found = await _vaults.Metadata.ReadAsync(
            snapshot => snapshot.FindContentsAsync(_owner.Vault, [part.Content]),
            cancellationToken
        );
        return found[0] is { } content ? await OpenContentAsync(content, cancellationToken) : null;
    }

    private async ValueTask<VaultResult<UploadSession>> FindUploadAsync(
        IMetadataSnapshot snapshot,
        UploadName name
    )
    {
        var facts = await LoadAsync(snapshot, Request([]));
        if ((facts.Obstacle ?? facts.Vault.Decision!.Refuses(Capability.List)) is { } refusal)
            return refusal;
        return await FindUploadAsync(snapshot, facts, name);
    }

    private async ValueTask<VaultResult<UploadSession>> FindUploadAsync(
        IMetadataSnapshot snapshot,
        Facts facts,
        UploadName name
    )
    {
        if (facts.Obstacle is { } obstacle)
            return obstacle;
        var upload = await snapshot.FindUploadAsync(facts.Vault.Id, _actor.Account, name);
        return upload is not null && upload.Expires > Now
            ? upload
            : new Refusal(RefusalRule.NotFound);
    }

    private static async ValueTask<UploadPart?> FindPartAsync(
        IMetadataSnapshot snapshot,
        UploadSession upload,
        long number
    ) =>
        await snapshot.ListUploadPartsAsync(upload.Vault, upload.Id, number, 1) is [{ } part]
        && part.Number == number
            ? part
            : null;

    private static async ValueTask<IReadOnlyList<UploadPart>> ListPartsAsync(
        IMetadataSnapshot snapshot,
        UploadSession upload
    ) =>
        upload.Parts == 0
            ? []
            : await snapshot.ListUploadPartsAsync(upload.Vault, upload.Id, 0, upload.Parts);

    /// <summary>What a part may do, and what it meets.</summary>
    private sealed record PartPlan
    {
        public required Facts Facts { get; init; }

        public required UploadSession Upload { get; init; }

        /// <summary>The part with its number.</summary>
        public required UploadPart? Former { get; init; }

        /// <summary>The part before it, which goes on with it.</summary>
        public required UploadPart? Merged { get; init; }

        /// <summary>The most it may have.</summary>
        public required long? Most { get; init; }

        /// <summary>How many bytes are there with it.</summary>
        public required long Received { get; init; }

        /// <summary>What the upload must hold whatever comes of the part.</summary>
        public required long Base { get; init; }

        /// <summary>What is held for the part beyond that, as long as it is under way.</summary>
        public required long Extra { get; init; }

        /// <summary>How many bytes of the part may come without more being held.</summary>
        public long Covered(long expected) =>
            Math.Max(expected, Upload.Total - (Received - expected) ?? 0);
    }

    /// <summary>An upload whose parts become the content of a file, in the transaction that makes the file.</summary>
    private sealed class Assembly(VaultSession home, ReadUpload read, ContentPassage? passage)
    {
        private VaultState? _vault;
        private ContentId _assembled;

        // What was read must be what is there.
        public async ValueTask<Refusal?> BeginAsync(IMetadataTransaction transaction)
        {
            if (passage is not null)
            {
                var facts = await home.LoadAsync(transaction, home.Request([]));
                if (facts.Obstacle is { } obstacle)
                    return obstacle;
                _vault = facts.Vault;
            }
            var upload = await transaction.FindUploadAsync(
                read.Upload.Vault,
                read.Upload.Account,
                read.Upload.Name
            );
            return
                upload is { Finished: null }
                && upload.Id == read.Upload.Id
                && upload.Stamp == read.Upload.Stamp
                ? null
                : new Refusal(RefusalRule.UploadOutOfStep);
        }

        public async ValueTask AddContentAsync(
            IMetadataTransaction transaction,
            ChangeSet changes,
            ContentId content
        )
        {
            if (passage is null)
            {
                changes.Add(new Change.AssembleContent(content, read.Facts!, read.Upload.Id));
                return;
            }
            // It is put together at home, taken over the border, and let go at home.
            _assembled = new ContentId(await transaction.NextIdAsync());
            var assembling = new ChangeSet(_vault!, home.Now, isRecorded: false);
            assembling.Add(new Change.AssembleContent(_assembled, read.Facts!, read.Upload.Id));
            await transaction.ApplyAsync(assembling);
            await passage.NumberAsync(transaction);
            passage.AddTo(changes);
            changes.Add(
                new Change.TakeContent(
                    content,
                    read.Upload.Vault,
                    _assembled,
                    WrappedKey: null,
                    Blob: null,
                    [
                        .. read
                            .Parts.Select(part => part.Content)
                            .OfType<ContentId>()
                            .Select(part => passage.Taken[part]),
                    ]
                )
            );
        }

        public void AddEnd(ChangeSet changes, NodeRow row)
        {
            if (passage is null)
                changes.Add(new Change.ChangeUpload(Finished(row)));
        }

        public async ValueTask EndAsync(IMetadataTransaction transaction, NodeRow row)
        {
            if (passage is null)
                return;
            var ending = new ChangeSet(_vault!, home.Now, isRecorded: false);
            if (_assembled != default)
                ending.Add(new Change.ReleaseContent(_assembled, default));
            ending.Add(new Change.ChangeUpload(Finished(row)));
            await transaction.ApplyAsync(ending);
        }

        private UploadSession Finished(NodeRow row) =>
            read.Upload with
            {
                Held = 0,
                Parts = 0,
                Expires = home.Now + home.Limits.UploadIdle,
                Stamp = read.Upload.Stamp + 1,
                Finished = new(row.Id, row.Revision),
            };
    }

    /// <summary>An upload and what it is as a whole.</summary>
    /// <param name="Upload">The upload.</param>
    /// <param name="Parts">Its parts, in their order.</param>
    /// <param name="Facts">Their bytes together; null when it has become a file before.</param>
    internal sealed record ReadUpload(
        UploadSession Upload,
        IReadOnlyList<UploadPart> Parts,
        PartedContent? Facts
    );
}
