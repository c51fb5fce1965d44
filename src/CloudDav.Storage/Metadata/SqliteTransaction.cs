using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage;

/// <summary>One command on the writer thread: applies what was decided.</summary>
internal sealed class SqliteTransaction(SqliteSession session, SqliteDatabase database)
    : SqliteSnapshot(session, database.Facts),
        IMetadataTransaction
{
    // What the history that is being applied adds to the earlier versions; counted into the vault's row, which is written anyhow.
    private long _newVersionBytes;

    /// <summary>All vaults have one writer, and it is this.</summary>
    public ValueTask TakeTurnsAsync(IReadOnlyList<VaultId> vaults) => ValueTask.CompletedTask;

    public ValueTask<long> CountFavoritesAsync(AccountId account) =>
        new(Session[SearchSql.CountFavorites].Bind(1, account.Value).RunForInt64());

    public ValueTask<long> NextIdAsync() => new(database.AllocateIds(Session, 1));

    public ValueTask ApplyAsync(ChangeSet changes)
    {
        foreach (var change in changes.Changes)
            Apply(changes, change);
        var vault = changes.Vault.Value;
        foreach (var (id, folder) in changes.Folders)
        {
            var statement = Session[TreeSql.CountDir]
                .Bind(1, vault)
                .Bind(2, id)
                .Bind(3, changes.Seq)
                .Bind(4, folder.Bytes)
                .Bind(5, folder.PropertyBytes)
                .Bind(6, folder.Items)
                .Bind(7, folder.Height);
            if (folder.ChangesMembers)
                statement.Bind(8, changes.NowMs);
            else
                statement.BindNull(8);
            MustChange(statement.Run(), "folder");
        }
        if (changes.IsRecorded)
            MustChange(
                Session[TreeSql.CountVault]
                    .Bind(1, vault)
                    .Bind(2, changes.Seq)
                    .Bind(3, changes.UsedBytes)
                    .Bind(4, changes.Items)
                    .Bind(5, _newVersionBytes)
                    .Run(),
                "vault"
            );
        _newVersionBytes = 0;
        if (changes.Losses is { } losses)
            Session[TrashSql.NoteLosses]
                .Bind(1, vault)
                .Bind(2, losses.Window.Since.ToUnixTimeMilliseconds())
                .Bind(3, losses.Window.Of)
                .Bind(4, losses.Window.Items)
                .Bind(5, losses.GuardedUntil?.ToUnixTimeMilliseconds())
                .Run();
        return ValueTask.CompletedTask;
    }

    public ValueTask<int> PurgeTrashAsync(
        VaultId vault,
        TrashRange range,
        long? keptBytes,
        int limit,
        DateTimeOffset now
    )
    {
        var (trash, bytes) = ReadTrash(vault);
        var held = HeldItems.Load(Session, vault, trash, now);
        var from = range.From;
        var removed = 0;
        while (removed < limit && !(bytes <= keptBytes))
        {
            var statement = Session[PurgeSql.FirstTrashed]
                .Bind(1, vault.Value)
                .Bind(2, trash)
                .Bind(3, range.Before)
                .Bind(4, from);
            if (!statement.Step())
                break;
            var id = statement.Int64(0);
            var key = statement.Text(2);
            var isFolder = statement.Int64(3) == (long)NodeKind.Folder;
            statement.Reset();
            if (held.HasAny && (held.IsHeld(id) || held.IsAnyBelow(id)))
            {
                from = TrashKey.After(key);
                continue;
            }
            if (isFolder)
                removed += PurgeBelow(vault.Value, id, limit - removed, now);
            // A folder goes in the round that finds it empty.
            if (removed < limit && PurgeMembers(vault.Value, trash, key, 1, now) == 1)
                removed++;
            if (keptBytes is not null)
                bytes = ReadTrash(vault).Bytes;
        }
        return new(removed);
    }

    public ValueTask<int> HideTrashAsync(
        VaultId vault,
        TrashRange range,
        int limit,
        DateTimeOffset now
    ) =>
        new(
            Session[TrashSql.Hide]
                .Bind(1, vault.Value)
                .Bind(2, ReadTrash(vault).Id)
                .Bind(3, range.From)
                .Bind(4, range.Before)
                .Bind(5, TrashKey.HiddenAt(now))
                .Bind(6, limit)
                .Run()
        );

    public ValueTask<bool> HideVersionAsync(
        VaultId vault,
        NodeId file,
        long version,
        DateTimeOffset now
    ) =>
        new(
            Session[TrashSql.HideVersion]
                .Bind(1, vault.Value)
                .Bind(2, file.Value)
                .Bind(3, version)
                .Bind(4, now.ToUnixTimeMilliseconds())
                .Run() == 1
        );

    public ValueTask<int> ReleaseVersionsAsync(
        VaultId vault,
        VersionPick pick,
        int limit,
        DateTimeOffset now
    )
    {
        var statement = Session[TrashSql.FindThinned].Bind(1, vault.Value);
        if (!statement.Step())
            return new(0);
        var (daily, weekly, bytes) = (statement.Int64(0), statement.Int64(1), statement.Int64(2));
        statement.Reset();
        var picked = new List<PickedVersion>();
        var seen = 0;
        switch (pick)
        {
            case VersionPick.Thinned thinned:
                var last = thinned.IsWeekly ? weekly : daily;
                statement = Session[TrashSql.ListUnthinned]
                    .Bind(1, vault.Value)
                    .Bind(2, last)
                    .Bind(3, thinned.StepMs)
                    .Bind(4, limit);
                while (statement.Step())
                {
                    if (statement.Int64(4) >= thinned.Before.ToUnixTimeMilliseconds())
                    {
                        statement.Reset();
                        break;
                    }
                    seen++;
                    last = statement.Int64(0);
                    if (statement.NullableInt64(5) == 1)
                        picked.Add(ReadPicked(statement));
                }
                if (seen > 0)
                    Session[thinned.IsWeekly ? TrashSql.SetThinnedWeekly : TrashSql.SetThinnedDaily]
                        .Bind(1, vault.Value)
                        .Bind(2, last)
                        .Run();
                break;
            case VersionPick.Oldest oldest:
                statement = Session[TrashSql.ListOldest].Bind(1, vault.Value).Bind(2, limit);
                while (statement.Step())
                    if (statement.Int64(4) < oldest.Before.ToUnixTimeMilliseconds())
                        picked.Add(ReadPicked(statement));
                break;
            case VersionPick.Hidden hidden:
                statement = Session[TrashSql.ListHidden]
                    .Bind(1, vault.Value)
                    .Bind(2, hidden.Before.ToUnixTimeMilliseconds())
                    .Bind(3, limit);
                while (statement.Step())
                    picked.Add(ReadPicked(statement));
                break;
            case VersionPick.One one:
                statement = Session[TrashSql.FindVersion]
                    .Bind(1, vault.Value)
                    .Bind(2, one.File.Value)
                    .Bind(3, one.Number);
                while (statement.Step())
                    picked.Add(ReadPicked(statement));
                break;
            default:
                throw new NotSupportedException(pick.GetType().Name);
        }
        if (
            picked.Count > 0
            && HeldItems.Load(Session, vault, ReadTrash(vault).Id, now) is { HasAny: true } held
        )
            picked.RemoveAll(version => held.IsHeld(version.Node));
        if (pick is VersionPick.Oldest { KeptBytes: var kept })
            picked = PickedVersion.UntilFits(picked, bytes, kept);
        Release(vault.Value, picked, now.ToUnixTimeMilliseconds());
        return new(pick is VersionPick.Thinned ? seen : picked.Count);
    }

    public ValueTask<int> PurgeHistoryAsync(
        VaultId vault,
        DateTimeOffset before,
        int limit,
        DateTimeOffset now
    )
    {
        var old = new List<(long Seq, long Node, long? Content, long VersionBytes)>();
        var statement = Session[PurgeSql.OldestHistory].Bind(1, vault.Value).Bind(2, limit);
        var beforeMs = before.ToUnixTimeMilliseconds();
        while (statement.Step())
        {
            if (statement.Int64(3) >= beforeMs)
            {
                statement.Reset();
                break;
            }
            old.Add(
                (
                    statement.Int64(0),
                    statement.Int64(1),
                    statement.NullableInt64(2),
                    statement.Int64(4)
                )
            );
        }
        var trash = Session[PurgeSql.FindTrash].Bind(1, vault.Value).RunForInt64();
        if (HeldItems.Load(Session, vault, trash, now) is { HasAny: true } held)
            // What comes behind a whole slice of held rows waits for the hold's end, too.
            old.RemoveAll(row => held.IsHeld(row.Node));
        long versionBytes = 0;
        foreach (var (seq, node, content, bytes) in old)
        {
            versionBytes += bytes;
            Session[PurgeSql.DeleteHistory].Bind(1, vault.Value).Bind(2, seq).Bind(3, node).Run();
            if (content is { } id)
                ReleaseContent(vault.Value, id, node, now.ToUnixTimeMilliseconds());
        }
        if (old.Count > 0)
            Session[HistorySql.RaiseFloor]
                .Bind(1, vault.Value)
                .Bind(2, old.Max(row => row.Seq))
                .Run();
        if (versionBytes > 0)
            Session[PurgeSql.CountVersionsOut].Bind(1, vault.Value).Bind(2, versionBytes).Run();
        return new(old.Count);
    }

    private (long Id, long Bytes) ReadTrash(VaultId vault)
    {
        var statement = Session[TrashSql.TrashBytes].Bind(1, vault.Value);
        if (!statement.Step())
            throw new InvalidDataException($"Vault {vault.Value} has no trash.");
        var trash = (statement.Int64(0), statement.Int64(1));
        statement.Reset();
        return trash;
    }

    private static PickedVersion ReadPicked(Statement statement) =>
        new(statement.Int64(0), statement.Int64(1), statement.Int64(2), statement.Int64(3));

    // They are no versions any more; a content goes when no other version of the file, and not the file itself, has it.
    private void Release(long vault, List<PickedVersion> versions, long nowMs)
    {
        if (versions.Count == 0)
            return;
        foreach (var version in versions)
            Session[TrashSql.EndVersion]
                .Bind(1, vault)
                .Bind(2, version.Seq)
                .Bind(3, version.Node)
                .Run();
        Session[PurgeSql.CountVersionsOut]
            .Bind(1, vault)
            .Bind(2, versions.Sum(version => version.Size))
            .Run();
        foreach (
            var (node, content) in versions
                .Select(version => (version.Node, version.Content))
                .Distinct()
        )
        {
            Session[TrashSql.ForgetContent].Bind(1, vault).Bind(2, node).Bind(3, content).Run();
            ReleaseContent(vault, content, node, nowMs);
        }
    }

    public ValueTask<int> PurgeUploadAsync(
        VaultId vault,
        UploadId upload,
        int limit,
        DateTimeOffset now
    )
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var parts = new List<(long Number, long? Content)>();
        var statement = Session[TreeSql.ListExpiredParts]
            .Bind(1, vault.Value)
            .Bind(2, upload.Value)
            .Bind(3, nowMs)
            .Bind(4, limit);
        while (statement.Step())
            parts.Add((statement.Int64(0), statement.NullableInt64(1)));
        foreach (var (number, content) in parts)
        {
            Session[TreeSql.DeleteUploadPart]
                .Bind(1, vault.Value)
                .Bind(2, upload.Value)
                .Bind(3, number)
                .Run();
            if (content is { } id)
                ReleaseContent(vault.Value, id, 0, nowMs);
        }
        if (parts.Count == limit)
            return new(limit);
        var removed = Session[TreeSql.DeleteExpiredUpload]
            .Bind(1, vault.Value)
            .Bind(2, upload.Value)
            .Bind(3, nowMs)
            .Run();
        if (removed > 0)
            Session[TreeSql.DeleteHold].Bind(1, vault.Value).Bind(2, upload.Value).Run();
        return new(parts.Count + removed);
    }

    public ValueTask<bool> NoteMediaAsync(VaultId vault, int limit)
    {
        var seen = Session.List(MediaStatements.FindSeen, MediaRows.ReadSeen, vault.Value);
        if (seen is not [var (media, last)] || media >= last)
            return new(true);
        var changes = Session.List(
            MediaStatements.ListChanges,
            row => row.Int64(0),
            vault.Value,
            media,
            limit
        );
        var until = changes.Count < limit ? last : changes[^1];
        Session.Change(MediaStatements.Note, vault.Value, media, until);
        Session.Change(MediaStatements.SetSeen, vault.Value, until);
        return new(until == last);
    }

    private void Apply(ChangeSet set, Change change)
    {
        var vault = set.Vault.Value;
        switch (change)
        {
            case Change.AddContent add:
                AddContent(vault, add);
                break;
            case Change.TakeContent take:
                TakeContent(vault, take);
                break;
            case Change.AssembleContent assemble:
                InsertContent(vault, assemble.Content, assemble.Facts, null);
                ChangeUpload(set.Vault, change);
                break;
            case Change.AddUpload
            or Change.ChangeUpload
            or Change.PutUploadPart
            or Change.RemoveUploadPart:
                ChangeUpload(set.Vault, change);
                break;
            case Change.DescribeMedium or Change.AddPreview:
                var (described, values) = MediaRows.Of(set.Vault, change);
                Session.Change(described, values);
                break;
            case Change.TakeProperties take:
                Session[TreeSql.TakeProperties]
                    .Bind(1, vault)
                    .Bind(2, take.From.Value)
                    .Bind(3, take.Source.Value)
                    .Bind(4, take.Target.Value)
                    .Run();
                break;
            case Change.ShareContent share:
                Session[TreeSql.InsertReference]
                    .Bind(1, vault)
                    .Bind(2, share.Content.Value)
                    .Bind(3, share.Owner.Value)
                    .Run();
                break;
            case Change.ReleaseContent release:
                ReleaseContent(vault, release.Content.Value, release.Owner.Value, set.NowMs);
                break;
            case Change.InsertNode insert:
                BindNode(Session[TreeSql.InsertNode], set, insert.Row).Run();
                if (insert.Row.IsFolder)
                    Session[TreeSql.InsertDir]
                        .Bind(1, vault)
                        .Bind(2, insert.Row.Id.Value)
                        .Bind(3, insert.Row.Parent.Value)
                        .Bind(4, set.Seq)
                        .Bind(5, insert.Row.ModifiedMs)
                        .Run();
                break;
            case Change.ReplaceNode replace:
                ReplaceNode(set, replace);
                break;
            case Change.AddMount add:
                BindNode(Session[TreeSql.InsertNode], set, add.Row).Run();
                Session[ShareSql.SetMount]
                    .Bind(1, vault)
                    .Bind(2, add.Share.Value)
                    .Bind(3, add.Row.Id.Value)
                    .Run();
                break;
            case Change.RemoveMount remove:
                AddHistory(set, remove.Former, HistoryReason.Discarded, false, null);
                RemoveRows(vault, remove.Former.Parent.Value, remove.Former);
                if (remove.IsWish)
                    Session[ShareSql.SetMount]
                        .Bind(1, vault)
                        .Bind(2, remove.Share.Value)
                        .Bind(3, (long?)null)
                        .Run();
                else
                    Session[ShareSql.DeleteMount].Bind(1, vault).Bind(2, remove.Share.Value).Run();
                break;
            case Change.SetAside aside:
                MustChange(
                    Session[TreeSql.SetAside]
                        .Bind(1, vault)
                        .Bind(2, set.Seq)
                        .Bind(3, aside.Node.Value)
                        .Bind(4, aside.Account.Value)
                        .Bind(5, aside.Device?.Value)
                        .Run(),
                    "history"
                );
                Session[TreeSql.NoteSetAside].Bind(1, vault).Bind(2, set.NowMs).Run();
                break;
            case Change.RemoveFile remove:
                AddHistory(set, remove.Former, HistoryReason.Discarded, false, null);
                RemoveRows(vault, remove.Former.Parent.Value, remove.Former);
                break;
            case Change.SetFolderModified modified:
                Session[TreeSql.SetDirModified]
                    .Bind(1, vault)
                    .Bind(2, modified.Folder.Value)
                    .Bind(3, modified.ModifiedMs)
                    .Run();
                break;
            case Change.SetHeight height:
                Session[TreeSql.SetDirHeight]
                    .Bind(1, vault)
                    .Bind(2, height.Folder.Value)
                    .Bind(3, height.Height)
                    .Run();
                break;
            case Change.CopyMembers copy:
                CopyMembers(set, copy);
                break;
            case Change.CopyProperties copy:
                Session[TreeSql.CopyProperties]
                    .Bind(1, vault)
                    .Bind(2, copy.Source.Value)
                    .Bind(3, copy.Target.Value)
                    .Run();
                break;
            case Change.SetProperty property:
                Session[TreeSql.SetProperty]
                    .Bind(1, vault)
                    .Bind(2, property.Node.Value)
                    .Bind(3, property.Property.Name)
                    .Bind(4, property.Property.Xml)
                    .Run();
                break;
            case Change.RemoveProperty property:
                Session[TreeSql.DeleteProperty]
                    .Bind(1, vault)
                    .Bind(2, property.Node.Value)
                    .Bind(3, property.Name)
                    .Run();
                break;
            case Change.AddLock add:
                AddLock(set, add.Lock);
                break;
            case Change.ExtendLock extend:
                Session[TreeSql.ExtendLock]
                    .Bind(1, vault)
                    .Bind(2, extend.Token)
                    .Bind(3, extend.Expires.ToUnixTimeMilliseconds())
                    .Run();
                break;
            case Change.RemoveLock remove:
                Session[TreeSql.DeleteLock].Bind(1, vault).Bind(2, remove.Token).Run();
                break;
            case Change.MoveLocks move:
                Session[TreeSql.MoveLocks]
                    .Bind(1, vault)
                    .Bind(2, move.From.Value)
                    .Bind(3, move.To.Value)
                    .Run();
                break;
            case Change.StageBlob stage:
                Session[TreeSql.InsertBlob]
                    .Bind(1, stage.Blob.Value)
                    .Bind(2, vault)
                    .Bind(3, stage.Lease.ToUnixTimeMilliseconds())
                    .Run();
                Session[TreeSql.InsertHold]
                    .Bind(1, vault)
                    .Bind(2, stage.Blob.Value)
                    .Bind(3, stage.HeldBytes)
                    .Bind(4, stage.Lease.ToUnixTimeMilliseconds())
                    .Run();
                break;
            case Change.GrowHold renew:
                MustChange(
                    Session[TreeSql.RenewBlob]
                        .Bind(1, renew.Blob.Value)
                        .Bind(2, vault)
                        .Bind(3, renew.Lease.ToUnixTimeMilliseconds())
                        .Run(),
                    "staged blob"
                );
                Session[TreeSql.RenewHold]
                    .Bind(1, renew.Blob.Value)
                    .Bind(2, vault)
                    .Bind(3, renew.Lease.ToUnixTimeMilliseconds())
                    .Bind(4, renew.MoreBytes)
                    .Run();
                break;
            case Change.AbandonBlob abandon:
                Session[TreeSql.AbandonBlob]
                    .Bind(1, abandon.Blob.Value)
                    .Bind(2, vault)
                    .Bind(3, set.NowMs)
                    .Run();
                Session[TreeSql.DeleteHold].Bind(1, vault).Bind(2, abandon.Blob.Value).Run();
                break;
            case Change.AddShare add:
                AddShare(add.Share);
                break;
            case Change.ReplaceShare replace:
                Session[ShareSql.DeleteMembers]
                    .Bind(1, vault)
                    .Bind(2, replace.Share.Id.Value)
                    .Run();
                AddMembers(replace.Share);
                MustChange(
                    Session[ShareSql.UpdateShare]
                        .Bind(1, replace.Share.Id.Value)
                        .Bind(2, vault)
                        .Bind(3, (long)replace.Share.Rights)
                        .Bind(4, replace.Share.Label)
                        .Bind(5, replace.Share.Password)
                        .Bind(6, replace.Share.Expires?.ToUnixTimeMilliseconds())
                        .Bind(7, replace.Share.MaxDownloads)
                        .Bind(8, replace.Share.Version)
                        .Run(),
                    "share"
                );
                break;
            case Change.RemoveShare remove:
                RemoveShare(vault, remove.Share.Value);
                break;
            case Change.CountShareUse count:
                CountUse(vault, count);
                break;
            case Change.Protect protect:
                Session[protect.IsProtected ? ShareSql.Protect : ShareSql.Unprotect]
                    .Bind(1, vault)
                    .Bind(2, protect.Node.Value)
                    .Bind(3, protect.Measure ?? 0)
                    .Run();
                break;
            case Change.SetFavorite favorite:
                Session[favorite.IsFavorite ? SearchSql.AddFavorite : SearchSql.RemoveFavorite]
                    .Bind(1, vault)
                    .Bind(2, favorite.Account.Value)
                    .Bind(3, favorite.Node.Value)
                    .Run();
                break;
            case Change.NoteStanding note:
                Session[LifecycleSql.NoteStanding]
                    .Bind(1, note.Account.Value)
                    .Bind(2, (long)note.Standing)
                    .Run();
                break;
            case Change.AddAudit audit:
                SqliteJournal.Append(Session, audit.Entry);
                break;
            case Change.AddEvent add:
                SqliteJournal.Add(Session, add.Event);
                break;
            default:
                throw new NotSupportedException(change.GetType().Name);
        }
    }

    private void AddContent(long vault, Change.AddContent add)
    {
        InsertContent(vault, add.Content, add.Facts, add.Blob);
        if (add.Blob is { } blob)
            MakeLive(vault, blob);
        else
            Session[TreeSql.InsertInline]
                .Bind(1, add.Content.Value)
                .Bind(2, ((InlineContent)add.Facts).Bytes)
                .Run();
    }

    private void InsertContent(long vault, ContentId content, ContentFacts facts, BlobId? blob)
    {
        var statement = Session[TreeSql.InsertContent]
            .Bind(1, content.Value)
            .Bind(2, vault)
            .Bind(3, facts.Size)
            .Bind(4, facts.Sha256)
            .Bind(5, facts.Crc32)
            .Bind(6, facts.Md5)
            .Bind(7, facts.Sha1)
            .Bind(8, facts.Sha512)
            .Bind(9, (long?)facts.Adler32)
            .Bind(10, facts.WrappedKey);
        if (blob is { } live)
            statement.Bind(11, live.Value).Run();
        else
            statement.BindNull(11).Run();
    }

    private void ChangeUpload(VaultId vault, Change change)
    {
        foreach (var (statement, values) in UploadRows.Of(vault, change))
        {
            var changed = Session.Connection.Execute(statement.Sqlite, statement.Values(values));
            if (statement == UploadStatements.Change)
                MustChange(changed, "upload");
        }
    }

    private void TakeContent(long vault, Change.TakeContent take)
    {
        var statement = Session[TreeSql.TakeContent]
            .Bind(1, take.Content.Value)
            .Bind(2, vault)
            .Bind(3, take.From.Value)
            .Bind(4, take.Source.Value)
            .Bind(5, take.WrappedKey);
        if (take.Blob is { } blob)
        {
            MustChange(statement.Bind(6, blob.Value).Run(), "content");
            MakeLive(vault, blob);
        }
        else
        {
            MustChange(statement.BindNull(6).Run(), "content");
            foreach (var (ordinal, part) in take.Parts.Index())
                Session[TreeSql.InsertPart]
                    .Bind(1, vault)
                    .Bind(2, take.Content.Value)
                    .Bind(3, ordinal)
                    .Bind(4, part.Value)
                    .Run();
            if (take.Parts.Count > 0)
                return;
            MustChange(
                Session[TreeSql.TakeInline]
                    .Bind(1, take.Content.Value)
                    .Bind(2, take.Source.Value)
                    .Run(),
                "content"
            );
        }
    }

    private void MakeLive(long vault, BlobId blob)
    {
        // Condemned meanwhile: the sweeper may already have removed the bytes.
        MustChange(
            Session[TreeSql.MakeBlobLive].Bind(1, blob.Value).Bind(2, vault).Run(),
            "staged blob"
        );
        Session[TreeSql.DeleteHold].Bind(1, vault).Bind(2, blob.Value).Run();
    }

    private void ReleaseContent(long vault, long content, long owner, long nowMs)
    {
        if (
            Session[PurgeSql.NodeNamesContent]
                .Bind(1, vault)
                .Bind(2, content)
                .Bind(3, owner)
                .RunForInt64() != 0
            || Session[TreeSql.HistoryNamesContent]
                .Bind(1, vault)
                .Bind(2, content)
                .Bind(3, owner)
                .RunForInt64() != 0
        )
            return;
        if (
            Session[TreeSql.DeleteReference].Bind(1, vault).Bind(2, content).Bind(3, owner).Run()
            == 1
        )
            return;
        // The owner without a row leaves: another one loses its row and takes its place.
        var reference = Session[TreeSql.FindReference].Bind(1, vault).Bind(2, content);
        if (reference.Step())
        {
            var heir = reference.Int64(0);
            reference.Reset();
            Session[TreeSql.DeleteReference].Bind(1, vault).Bind(2, content).Bind(3, heir).Run();
            return;
        }
        Guid? blob = null;
        var deleted = Session[TreeSql.DeleteContent].Bind(1, content);
        while (deleted.Step())
            blob = deleted.IsNull(0) ? null : new Guid(deleted.Bytes(0));
        if (blob is { } condemned)
            Session[TreeSql.CondemnBlob].Bind(1, condemned).Bind(2, nowMs).Run();
        else if (Session[TreeSql.DeleteInline].Bind(1, content).Run() == 0)
            ReleaseParts(vault, content, nowMs);
        if (Session[MediaSql.Forget].Bind(1, content).Bind(2, vault).Run() == 1)
            ReleasePreviews(vault, content, nowMs);
    }

    private void ReleasePreviews(long vault, long content, long nowMs)
    {
        Session[MediaSql.CondemnPreviews].Bind(1, vault).Bind(2, content).Bind(3, nowMs).Run();
        Session[MediaSql.DeleteInlinePreviews].Bind(1, vault).Bind(2, content).Run();
        Session[MediaSql.DeletePreviewContents].Bind(1, vault).Bind(2, content).Run();
        Session[MediaSql.DeletePreviews].Bind(1, vault).Bind(2, content).Run();
    }

    private void ReleaseParts(long vault, long content, long nowMs)
    {
        Session[TreeSql.CondemnParts].Bind(1, vault).Bind(2, content).Bind(3, nowMs).Run();
        Session[TreeSql.DeleteInlineParts].Bind(1, vault).Bind(2, content).Run();
        Session[TreeSql.DeletePartContents].Bind(1, vault).Bind(2, content).Run();
        Session[TreeSql.DeleteParts].Bind(1, vault).Bind(2, content).Run();
    }

    private void ReplaceNode(ChangeSet set, Change.ReplaceNode replace)
    {
        var (former, row) = (replace.Former, replace.Row);
        AddHistory(
            set,
            former,
            replace.Reason,
            replace.IsVersion,
            replace.KeepsContent ? former.Content : null
        );
        if (former.Parent == row.Parent && former.NameKey == row.NameKey)
        {
            MustChange(BindNode(Session[TreeSql.UpdateNodeInPlace], set, row).Run(), "node");
            return;
        }
        MustChange(
            BindNode(Session[TreeSql.UpdateNode], set, row)
                .Bind(18, former.Parent.Value)
                .Bind(19, former.NameKey)
                .Run(),
            "node"
        );
        if (row.IsFolder && former.Parent != row.Parent)
            Session[TreeSql.MoveDir]
                .Bind(1, set.Vault.Value)
                .Bind(2, row.Id.Value)
                .Bind(3, row.Parent.Value)
                .Run();
    }

    private void AddHistory(
        ChangeSet set,
        NodeRow former,
        HistoryReason reason,
        bool isVersion,
        ContentId? content
    )
    {
        if (isVersion && content is not null)
            _newVersionBytes += former.Size;
        Session[TreeSql.InsertHistory]
            .Bind(1, set.Vault.Value)
            .Bind(2, set.Seq)
            .Bind(3, former.Id.Value)
            .Bind(4, former.ChangedSeq)
            .Bind(5, former.ChangedMs)
            // A clock set back must not end a span before it began.
            .Bind(6, Math.Max(set.NowMs, former.ChangedMs))
            .Bind(7, (long)reason)
            .Bind(8, isVersion)
            .Bind(9, former.Parent.Value)
            .Bind(10, former.Name)
            .Bind(11, (long)former.Kind)
            .Bind(12, former.Size)
            .Bind(13, RevisionOf(former))
            .Bind(14, content?.Value)
            .Bind(15, former.MediaType)
            .Bind(16, former.CreatedMs)
            .Bind(17, former.ModifiedMs)
            .Bind(18, set.By?.Account.Value)
            .Bind(19, set.By?.Device?.Value)
            .Run();
    }

    private static Statement BindNode(Statement statement, ChangeSet set, NodeRow row) =>
        statement
            .Bind(1, set.Vault.Value)
            .Bind(2, row.Parent.Value)
            .Bind(3, row.NameKey)
            .Bind(4, row.Id.Value)
            .Bind(5, row.Name)
            .Bind(6, (long)row.Kind)
            .Bind(7, row.Size)
            .Bind(8, RevisionOf(row))
            .Bind(9, row.Content?.Value)
            .Bind(10, row.MediaType)
            .Bind(11, row.CreatedMs)
            .Bind(12, row.ModifiedMs)
            .Bind(13, (long?)row.Win32Attributes)
            .Bind(14, row.LastAccessMs)
            .Bind(15, row.PropertyBytes)
            .Bind(16, set.Seq)
            .Bind(17, set.NowMs)
            .Bind(20, (long?)MediaClasses.Of(row));

    private static byte[]? RevisionOf(NodeRow row) =>
        row.IsFolder ? null : row.Revision.ToByteArray();

    private void AddLock(ChangeSet set, LockRow held)
    {
        Session[TreeSql.DropEndedLocks].Bind(1, set.Vault.Value).Bind(2, set.NowMs).Run();
        Session[TreeSql.InsertLock]
            .Bind(1, set.Vault.Value)
            .Bind(2, held.Token)
            .Bind(3, held.Node.Value)
            .Bind(4, held.Account.Value)
            .Bind(5, held.Device?.Value)
            .Bind(6, held.IsShared)
            .Bind(7, held.IsInfinite)
            .Bind(8, held.OwnerXml)
            .Bind(9, held.HolderName)
            .Bind(10, set.NowMs)
            .Bind(11, held.Expires.ToUnixTimeMilliseconds())
            .Run();
    }

    private void CopyMembers(ChangeSet set, Change.CopyMembers copy)
    {
        var vault = set.Vault.Value;
        var source = copy.Source.Id.Value;
        var total = copy.Source.SubtreeItems;
        if (total == 0)
            return;
        Session[CopySql.ClearMap].Run();
        Session[CopySql.MapTop].Bind(1, source).Bind(2, copy.Target.Id.Value).Run();
        var firstFolder = database.AllocateIds(Session, total);
        var folders = Session[CopySql.MapFolders]
            .Bind(1, vault)
            .Bind(2, source)
            .Bind(3, firstFolder)
            .Run();
        if (folders > 0)
        {
            Session[CopySql.CopyFolders].Bind(1, vault).Bind(2, set.Seq).Bind(3, set.NowMs).Run();
            Session[CopySql.CopyDirs].Bind(1, vault).Bind(2, set.Seq).Run();
        }
        var files = Session[CopySql.CopyFiles]
            .Bind(1, vault)
            .Bind(2, set.Seq)
            .Bind(3, set.NowMs)
            .Bind(4, firstFolder + folders)
            .Run();
        // More rows than ids would give an id twice.
        if (folders + files != total)
            throw new InvalidDataException(
                $"Folder {source} of vault {vault} counts {total} nodes and has {folders + files}."
            );
        Session[CopySql.CopyReferences].Bind(1, vault).Run();
        if (copy.Source.SubtreePropertyBytes > 0)
            Session[CopySql.CopyProperties].Bind(1, vault).Run();
        Session[ShareSql.CopyProtected].Bind(1, vault).Bind(2, source).Run();
        Session[CopySql.CopyTopDir]
            .Bind(1, vault)
            .Bind(2, source)
            .Bind(3, copy.Target.Id.Value)
            .Run();
    }

    private void RemoveRows(long vault, long parent, NodeRow row)
    {
        MustChange(
            Session[TreeSql.DeleteNode].Bind(1, vault).Bind(2, parent).Bind(3, row.NameKey).Run(),
            "node"
        );
        if (row.PropertyBytes > 0)
            Session[TreeSql.DeleteProperties].Bind(1, vault).Bind(2, row.Id.Value).Run();
        Session[TreeSql.DeleteNodeLocks].Bind(1, vault).Bind(2, row.Id.Value).Run();
        Session[ShareSql.DeleteMarks].Bind(1, vault).Bind(2, row.Id.Value).Run();
        Session[SearchSql.DeleteNodeFavorites].Bind(1, vault).Bind(2, row.Id.Value).Run();
        var shares = new List<long>();
        var statement = Session[ShareSql.ListNodeShares].Bind(1, vault).Bind(2, row.Id.Value);
        while (statement.Step())
            shares.Add(statement.Int64(0));
        foreach (var share in shares)
            RemoveShare(vault, share);
    }

    private void AddShare(Share share)
    {
        Session[ShareSql.InsertShare]
            .Bind(1, share.Id.Value)
            .Bind(2, share.Vault.Value)
            .Bind(3, share.Node.Value)
            .Bind(4, share.Owner.Value)
            .Bind(5, (long)share.Rights)
            .Bind(6, share.Label)
            .Bind(7, share.Address)
            .Bind(8, share.TokenHash.ToArray())
            .Bind(9, share.SealedToken.ToArray())
            .Bind(10, share.Password)
            .Bind(11, share.Expires?.ToUnixTimeMilliseconds())
            .Bind(12, share.MaxDownloads)
            .Bind(13, share.RightsStatement ?? "")
            .Bind(14, share.Created.ToUnixTimeMilliseconds())
            .Bind(15, share.Version)
            .Bind(16, (long)share.Audience)
            .Run();
        AddMembers(share);
    }

    private void AddMembers(Share share)
    {
        foreach (var member in share.Members)
            Session[ShareSql.InsertMember]
                .Bind(1, share.Vault.Value)
                .Bind(2, share.Id.Value)
                .Bind(3, member.Value)
                .Run();
    }

    private void RemoveShare(long vault, long share)
    {
        Session[ShareSql.DeleteMembers].Bind(1, vault).Bind(2, share).Run();
        Session[ShareSql.DeleteShare].Bind(1, share).Bind(2, vault).Run();
        Session[ShareSql.DeleteUses].Bind(1, vault).Bind(2, share).Run();
    }

    private void CountUse(long vault, Change.CountShareUse count)
    {
        var at = count.At.ToUnixTimeMilliseconds();
        Session[ShareSql.DeleteOldUses]
            .Bind(1, vault)
            .Bind(2, count.Share.Value)
            .Bind(3, (count.At - ShareVisit.CountedFor).ToUnixTimeMilliseconds())
            .Run();
        var isNew =
            Session[ShareSql.InsertUse]
                .Bind(1, vault)
                .Bind(2, count.Share.Value)
                .Bind(3, count.Client.ToArray())
                .Bind(4, (long)count.Use)
                .Bind(5, at)
                .Run() == 1;
        if (isNew)
            Session[ShareSql.CountUse]
                .Bind(1, count.Share.Value)
                .Bind(2, vault)
                .Bind(3, (long)count.Use)
                .Bind(4, at)
                .Run();
    }

    // Goes down to a folder without folders, removes its files, and comes up again.
    private int PurgeBelow(long vault, long top, int limit, DateTimeOffset now)
    {
        var removed = 0;
        while (removed < limit)
        {
            var folder = top;
            while (true)
            {
                var statement = Session[PurgeSql.FirstMemberFolder].Bind(1, vault).Bind(2, folder);
                if (!statement.Step())
                    break;
                folder = statement.Int64(0);
                statement.Reset();
            }
            removed += PurgeMembers(vault, folder, null, limit - removed, now);
            if (removed >= limit || folder == top)
                break;
            var parent = Session[TreeSql.FindParent].Bind(1, vault).Bind(2, folder).RunForInt64();
            removed += PurgeMembers(vault, parent, KeyOf(vault, folder), 1, now);
        }
        return removed;
    }

    private string KeyOf(long vault, long node)
    {
        var statement = Session[TreeSql.FindNode].Bind(1, vault).Bind(2, node);
        if (!statement.Step())
            throw new InvalidDataException($"Node {node} of vault {vault} is missing.");
        var key = statement.Text(21);
        statement.Reset();
        return key;
    }

    // Removes members of a folder that have nothing below them: the one with the key, or the first ones.
    private int PurgeMembers(long vault, long folder, string? key, int limit, DateTimeOffset now)
    {
        var rows = new List<NodeRow>();
        if (key is not null)
        {
            var statement = Session[TreeSql.FindMember].Bind(1, vault).Bind(2, folder).Bind(3, key);
            if (statement.Step())
                rows.Add(ReadWhole(statement));
            statement.Reset();
        }
        else
        {
            var statement = Session[PurgeSql.FirstMembers]
                .Bind(1, vault)
                .Bind(2, folder)
                .Bind(3, limit);
            while (statement.Step())
                rows.Add(
                    new NodeRow
                    {
                        Id = new(statement.Int64(0)),
                        NameKey = statement.Text(1),
                        Kind = (NodeKind)statement.Int64(5),
                        Content = statement.NullableInt64(2) is { } content
                            ? new ContentId(content)
                            : null,
                        Size = statement.Int64(3),
                        PropertyBytes = statement.Int64(4),
                    }
                );
        }
        long bytes = 0;
        long propertyBytes = 0;
        long items = 0;
        foreach (var row in rows)
        {
            items += row.Kind == NodeKind.Mount ? 0 : 1;
            RemoveRows(vault, folder, row);
            if (row.IsFolder)
                Session[TreeSql.DeleteDir].Bind(1, vault).Bind(2, row.Id.Value).Run();
            else
                ForgetContents(vault, row, now.ToUnixTimeMilliseconds());
            bytes += row.Size;
            propertyBytes += row.PropertyBytes;
        }
        for (var id = folder; id != 0; )
        {
            id = Session[PurgeSql.CountOut]
                .Bind(1, vault)
                .Bind(2, id)
                .Bind(3, bytes)
                .Bind(4, propertyBytes)
                .Bind(5, items)
                .RunForInt64();
        }
        return rows.Count;
    }

    // The node is gone for good: neither its row nor its history owns content any more.
    private void ForgetContents(long vault, NodeRow row, long nowMs)
    {
        var contents = new List<long>();
        if (row.Content is { } current)
            contents.Add(current.Value);
        var statement = Session[PurgeSql.HistoryContents].Bind(1, vault).Bind(2, row.Id.Value);
        while (statement.Step())
            if (statement.Int64(0) != row.Content?.Value)
                contents.Add(statement.Int64(0));
        if (contents.Count == 0)
            return;
        Session[PurgeSql.CountNodeVersionsOut].Bind(1, vault).Bind(2, row.Id.Value).Run();
        Session[PurgeSql.ForgetHistoryContents].Bind(1, vault).Bind(2, row.Id.Value).Run();
        foreach (var content in contents)
            ReleaseContent(vault, content, row.Id.Value, nowMs);
    }

    private static void MustChange(int rows, string what)
    {
        if (rows != 1)
            throw new InvalidOperationException($"The {what} to change is not there.");
    }
}
