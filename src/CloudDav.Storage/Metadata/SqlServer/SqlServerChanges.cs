using System.Data;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Vault;
using Microsoft.Data.SqlClient.Server;

namespace CloudDav.Storage;

/// <summary>A change set as the rows and values of one statement. What it says of one node, lock or folder comes together in one row.</summary>
internal sealed class SqlServerChanges
{
    // The bits of @parts.
    private const int Blobs = 1;
    private const int Contents = 2;
    private const int FormerLocks = 4;
    private const int History = 8;
    private const int Nodes = 16;
    private const int Copy = 32;
    private const int Properties = 64;
    private const int NewLocks = 128;
    private const int Folders = 256;
    private const int Owners = 512;
    private const int Journal = 1024;

    private static readonly SqlMetaData[] s_blobColumns =
    [
        new("op", SqlDbType.TinyInt),
        new("blob_id", SqlDbType.UniqueIdentifier),
        new("bytes", SqlDbType.BigInt),
        new("lease", SqlDbType.BigInt),
    ];

    private static readonly SqlMetaData[] s_contentColumns =
    [
        new("content_id", SqlDbType.BigInt),
        new("size", SqlDbType.BigInt),
        new("sha256", SqlDbType.Binary, 32),
        new("crc32", SqlDbType.BigInt),
        new("md5", SqlDbType.Binary, 16),
        new("sha1", SqlDbType.Binary, 20),
        new("sha512", SqlDbType.Binary, 64),
        new("adler32", SqlDbType.BigInt),
        new("wrapped_key", SqlDbType.VarBinary, 400),
        new("blob_id", SqlDbType.UniqueIdentifier),
        new("bytes", SqlDbType.VarBinary, SqlMetaData.Max),
    ];

    private static readonly SqlMetaData[] s_nodeColumns =
    [
        new("op", SqlDbType.TinyInt),
        new("node_id", SqlDbType.BigInt),
        new("parent_id", SqlDbType.BigInt),
        new("name_key", SqlDbType.NVarChar, NodeName.MaxBytes),
        new("former_parent", SqlDbType.BigInt),
        new("former_key", SqlDbType.NVarChar, NodeName.MaxBytes),
        new("name", SqlDbType.NVarChar, NodeName.MaxBytes),
        new("kind", SqlDbType.TinyInt),
        new("size", SqlDbType.BigInt),
        new("revision", SqlDbType.UniqueIdentifier),
        new("content_id", SqlDbType.BigInt),
        new("media_type", SqlDbType.NVarChar, 255),
        new("created", SqlDbType.BigInt),
        new("modified", SqlDbType.BigInt),
        new("win32_attributes", SqlDbType.BigInt),
        new("last_access", SqlDbType.BigInt),
        new("property_bytes", SqlDbType.BigInt),
    ];

    private static readonly SqlMetaData[] s_takenColumns =
    [
        new("content_id", SqlDbType.BigInt),
        new("source_id", SqlDbType.BigInt),
        new("wrapped_key", SqlDbType.VarBinary, 400),
        new("blob_id", SqlDbType.UniqueIdentifier),
    ];

    private static readonly SqlMetaData[] s_pairColumns =
    [
        new("source_id", SqlDbType.BigInt),
        new("target_id", SqlDbType.BigInt),
    ];

    private static readonly SqlMetaData[] s_formerColumns =
    [
        new("node_id", SqlDbType.BigInt),
        new("from_seq", SqlDbType.BigInt),
        new("from_time", SqlDbType.BigInt),
        new("until_time", SqlDbType.BigInt),
        new("reason", SqlDbType.TinyInt),
        new("is_version", SqlDbType.Bit),
        new("parent_id", SqlDbType.BigInt),
        new("name", SqlDbType.NVarChar, NodeName.MaxBytes),
        new("kind", SqlDbType.TinyInt),
        new("size", SqlDbType.BigInt),
        new("revision", SqlDbType.UniqueIdentifier),
        new("content_id", SqlDbType.BigInt),
        new("media_type", SqlDbType.NVarChar, 255),
        new("created", SqlDbType.BigInt),
        new("modified", SqlDbType.BigInt),
    ];

    private static readonly SqlMetaData[] s_folderColumns =
    [
        new("node_id", SqlDbType.BigInt),
        new("is_counted", SqlDbType.Bit),
        new("bytes", SqlDbType.BigInt),
        new("property_bytes", SqlDbType.BigInt),
        new("items", SqlDbType.BigInt),
        new("least_height", SqlDbType.Int),
        new("measured_height", SqlDbType.Int),
        new("modified", SqlDbType.BigInt),
    ];

    private static readonly SqlMetaData[] s_ownerColumns =
    [
        new("op", SqlDbType.TinyInt),
        new("content_id", SqlDbType.BigInt),
        new("node_id", SqlDbType.BigInt),
    ];

    private static readonly SqlMetaData[] s_propertyColumns =
    [
        new("node_id", SqlDbType.BigInt),
        new("name_hash", SqlDbType.Binary, 32),
        new("name", SqlDbType.NVarChar, SqlMetaData.Max),
        new("xml", SqlDbType.NVarChar, SqlMetaData.Max),
    ];

    private static readonly SqlMetaData[] s_lockColumns =
    [
        new("op", SqlDbType.TinyInt),
        new("token", SqlDbType.VarChar, 64),
        new("node_id", SqlDbType.BigInt),
        new("account_id", SqlDbType.BigInt),
        new("device_id", SqlDbType.BigInt),
        new("is_shared", SqlDbType.Bit),
        new("is_infinite", SqlDbType.Bit),
        new("owner_xml", SqlDbType.NVarChar, SqlMetaData.Max),
        new("holder_name", SqlDbType.NVarChar, 255),
        new("expires", SqlDbType.BigInt),
    ];

    private readonly ChangeSet _set;
    private readonly SqlServerRows _blobs = new(s_blobColumns);
    private readonly SqlServerRows _contents = new(s_contentColumns);
    private readonly SqlServerRows _nodes = new(s_nodeColumns);
    private readonly SqlServerRows _former = new(s_formerColumns);
    private readonly SqlServerRows _folders = new(s_folderColumns);
    private readonly SqlServerRows _owners = new(s_ownerColumns);
    private readonly SqlServerRows _locks = new(s_lockColumns);
    private readonly SqlServerRows _properties = new(s_propertyColumns);
    private readonly Dictionary<(NodeId Node, string Name), string?> _propertyValues = [];
    private readonly Dictionary<long, long> _folderTimes = [];
    private readonly Dictionary<long, int> _heights = [];
    private readonly HashSet<string> _removedLocks = new(StringComparer.Ordinal);
    private readonly List<AuditEntry> _entries = [];
    private readonly List<ServiceEvent> _events = [];
    private readonly List<SqlServerCall> _others = [];
    private readonly SqlServerRows _taken = new(s_takenColumns);
    private readonly SqlServerRows _takenProperties = new(s_pairColumns);
    private VaultId? _takenFrom;
    private int _parts;
    private long _versionBytes;
    private Change.MoveLocks? _moveLocks;
    private Change.CopyProperties? _copyProperties;
    private Change.CopyMembers? _copyMembers;
    private Change.NoteStanding? _standing;

    public SqlServerChanges(ChangeSet set)
    {
        _set = set;
        foreach (var change in set.Changes)
            Add(change);
        foreach (var ((node, name), xml) in _propertyValues)
            _properties.Add(node.Value, SHA256.HashData(Encoding.UTF8.GetBytes(name)), name, xml);
        AddFolders();
        if (_takenFrom is { } from)
        {
            _others.Add(BorderStatements.TakeContents.With(set.Vault.Value, from.Value, _taken));
            _others.Add(
                BorderStatements.TakeProperties.With(set.Vault.Value, from.Value, _takenProperties)
            );
        }
    }

    /// <summary>How many ids a copy of everything below a folder takes; 0 without one.</summary>
    public long CopiedItems => _copyMembers?.Source.SubtreeItems ?? 0;

    /// <summary>What is done by statements of their own, after the one that applies the rest and before the commit: seldom, and to few rows.</summary>
    public IReadOnlyList<SqlServerCall> Others => _others;

    /// <summary>Whether a change set takes more than one statement.</summary>
    public static bool NeedsTransaction(ChangeSet set) =>
        set.Changes.Any(change =>
            change
                is Change.AddShare
                    or Change.ReplaceShare
                    or Change.RemoveShare
                    or Change.CountShareUse
                    or Change.AddMount
                    or Change.RemoveMount
                    or Change.TakeContent
                    or Change.TakeProperties
                    or Change.Protect
                    or Change.SetAside
                    or Change.SetFavorite
                    or Change.AssembleContent
                    or Change.AddUpload
                    or Change.ChangeUpload
                    or Change.PutUploadPart
                    or Change.RemoveUploadPart
        );

    /// <summary>What is to be linked into chains.</summary>
    public IReadOnlyList<AuditEntry> Entries => _entries;

    /// <summary>The statement that applies all of it.</summary>
    /// <param name="statement">With or without a transaction of its own.</param>
    /// <param name="writeSeq">What was written last into the vault when it was decided.</param>
    /// <param name="command">The command's id.</param>
    /// <param name="forget">Ids of commands below this are forgotten.</param>
    /// <param name="firstCopy">The first of the ids for a copy.</param>
    /// <param name="audit">The links that <see cref="Entries"/> became.</param>
    public SqlServerCall With(
        SqlServerStatement statement,
        long writeSeq,
        byte[] command,
        byte[] forget,
        long firstCopy,
        SqlServerRows audit
    )
    {
        var events = SqlServerJournal.EventRows(_events);
        return statement.With(
            _set.Vault.Value,
            writeSeq,
            command,
            forget,
            _set.Seq,
            _set.IsRecorded ? 1L : 0L,
            _set.NowMs,
            _set.IsRecorded ? _set.UsedBytes : 0L,
            _set.IsRecorded ? _set.Items : 0L,
            _set.IsRecorded ? _versionBytes : 0L,
            _set.Losses?.Window.Since.ToUnixTimeMilliseconds(),
            _set.Losses?.Window.Of,
            _set.Losses?.Window.Items,
            _set.Losses?.GuardedUntil?.ToUnixTimeMilliseconds(),
            _set.By?.Account.Value,
            _set.By?.Device?.Value,
            _parts | (audit.Count + events.Count > 0 ? Journal : 0),
            _blobs,
            _contents,
            _locks,
            _moveLocks?.From.Value,
            _moveLocks?.To.Value,
            _former,
            _nodes,
            _copyMembers?.Source.Id.Value,
            _copyMembers?.Target.Id.Value,
            firstCopy,
            CopiedItems,
            _copyProperties?.Source.Value,
            _copyProperties?.Target.Value,
            _properties,
            _folders,
            _owners,
            _standing?.Account.Value,
            _standing is null ? null : (byte)_standing.Standing,
            audit,
            events
        );
    }

    private void Add(Change change)
    {
        switch (change)
        {
            case Change.AddContent add:
                AddContent(add);
                break;
            case Change.TakeContent take:
                _takenFrom = take.From;
                _taken.Add(
                    take.Content.Value,
                    take.Source.Value,
                    take.WrappedKey,
                    take.Blob?.Value
                );
                if (take.Blob is { } copied)
                    AddBlob(4, copied, 0, 0);
                break;
            case Change.AssembleContent assemble:
                AddContent(assemble.Content, assemble.Facts, null, null);
                ChangeUpload(assemble);
                break;
            case Change.AddUpload
            or Change.ChangeUpload
            or Change.PutUploadPart
            or Change.RemoveUploadPart:
                ChangeUpload(change);
                break;
            case Change.DescribeMedium or Change.AddPreview:
                var (described, values) = MediaRows.Of(_set.Vault, change);
                _others.Add(described.Server.With(values));
                break;
            case Change.TakeProperties take:
                _takenFrom = take.From;
                _takenProperties.Add(take.Source.Value, take.Target.Value);
                break;
            case Change.ShareContent share:
                _owners.Add((byte)1, share.Content.Value, share.Owner.Value);
                _parts |= Owners;
                break;
            case Change.ReleaseContent release:
                _owners.Add((byte)2, release.Content.Value, release.Owner.Value);
                _parts |= Owners;
                break;
            case Change.InsertNode insert:
                AddNode(1, insert.Row, insert.Row);
                break;
            case Change.ReplaceNode replace:
                AddFormer(
                    replace.Former,
                    replace.Reason,
                    replace.IsVersion,
                    replace.KeepsContent ? replace.Former.Content : null
                );
                var stays =
                    replace.Former.Parent == replace.Row.Parent
                    && replace.Former.NameKey == replace.Row.NameKey;
                // What is deleted goes first: something else may come to its place.
                var isDeleted = replace.Reason == HistoryReason.Deleted;
                AddNode(
                    (byte)(
                        stays ? 4
                        : isDeleted ? 5
                        : 2
                    ),
                    replace.Former,
                    replace.Row
                );
                break;
            case Change.AddMount add:
                AddNode(1, add.Row, add.Row);
                _others.Add(
                    ShareStatements.SetMount.With(
                        _set.Vault.Value,
                        add.Share.Value,
                        add.Row.Id.Value
                    )
                );
                break;
            case Change.RemoveMount remove:
                AddFormer(remove.Former, HistoryReason.Discarded, isVersion: false, content: null);
                AddNode(3, remove.Former, remove.Former);
                _others.Add(
                    remove.IsWish
                        ? ShareStatements.SetMount.With(_set.Vault.Value, remove.Share.Value, null)
                        : ShareStatements.DeleteMount.With(_set.Vault.Value, remove.Share.Value)
                );
                break;
            case Change.RemoveFile remove:
                AddFormer(remove.Former, HistoryReason.Discarded, isVersion: false, content: null);
                AddNode(3, remove.Former, remove.Former);
                break;
            case Change.SetFolderModified modified:
                _folderTimes[modified.Folder.Value] = modified.ModifiedMs;
                break;
            case Change.SetHeight height:
                _heights[height.Folder.Value] = height.Height;
                break;
            case Change.CopyMembers copy:
                _copyMembers = Only(_copyMembers, copy);
                _parts |= copy.Source.SubtreeItems > 0 ? Copy : 0;
                break;
            case Change.CopyProperties copy:
                _copyProperties = Only(_copyProperties, copy);
                _parts |= Properties;
                break;
            case Change.SetProperty property:
                _propertyValues[(property.Node, property.Property.Name)] = property.Property.Xml;
                _parts |= Properties;
                break;
            case Change.RemoveProperty property:
                _propertyValues[(property.Node, property.Name)] = null;
                _parts |= Properties;
                break;
            case Change.AddLock add:
                AddLock(add.Lock);
                break;
            case Change.ExtendLock extend:
                AddLockChange(2, extend.Token, extend.Expires.ToUnixTimeMilliseconds());
                break;
            case Change.RemoveLock remove:
                if (_removedLocks.Add(remove.Token))
                    AddLockChange(1, remove.Token, expires: null);
                break;
            case Change.MoveLocks move:
                _moveLocks = Only(_moveLocks, move);
                _parts |= FormerLocks;
                break;
            case Change.StageBlob stage:
                AddBlob(1, stage.Blob, stage.HeldBytes, stage.Lease.ToUnixTimeMilliseconds());
                break;
            case Change.GrowHold grow:
                AddBlob(2, grow.Blob, grow.MoreBytes, grow.Lease.ToUnixTimeMilliseconds());
                break;
            case Change.AbandonBlob abandon:
                AddBlob(3, abandon.Blob, 0, 0);
                break;
            case Change.AddShare add:
                _others.Add(Insert(add.Share));
                break;
            case Change.ReplaceShare replace:
                _others.Add(
                    ShareStatements.UpdateShare.With(
                        _set.Vault.Value,
                        replace.Share.Id.Value,
                        (byte)replace.Share.Rights,
                        replace.Share.Label,
                        replace.Share.Password,
                        replace.Share.Expires?.ToUnixTimeMilliseconds(),
                        replace.Share.MaxDownloads,
                        replace.Share.Version,
                        MembersOf(replace.Share)
                    )
                );
                break;
            case Change.RemoveShare remove:
                _others.Add(ShareStatements.DeleteShare.With(_set.Vault.Value, remove.Share.Value));
                break;
            case Change.CountShareUse count:
                _others.Add(
                    ShareStatements.CountUse.With(
                        _set.Vault.Value,
                        count.Share.Value,
                        count.Client.ToArray(),
                        (byte)count.Use,
                        count.At.ToUnixTimeMilliseconds(),
                        (count.At - ShareVisit.CountedFor).ToUnixTimeMilliseconds()
                    )
                );
                break;
            case Change.Protect protect:
                _others.Add(
                    (
                        protect.IsProtected ? ShareStatements.Protect : ShareStatements.Unprotect
                    ).With(_set.Vault.Value, protect.Node.Value, protect.Measure ?? 0)
                );
                break;
            case Change.SetAside aside:
                _others.Add(
                    TreeChangeStatements.SetAside.With(
                        _set.Vault.Value,
                        _set.Seq,
                        aside.Node.Value,
                        aside.Account.Value,
                        aside.Device?.Value,
                        _set.NowMs
                    )
                );
                break;
            case Change.SetFavorite favorite:
                _others.Add(
                    (
                        favorite.IsFavorite
                            ? SearchStatements.AddFavorite
                            : SearchStatements.RemoveFavorite
                    ).With(_set.Vault.Value, favorite.Account.Value, favorite.Node.Value)
                );
                break;
            case Change.NoteStanding note:
                _standing = Only(_standing, note);
                _parts |= Journal;
                break;
            case Change.AddAudit audit:
                JournalText.RequireObject(audit.Entry.Body);
                _entries.Add(audit.Entry);
                break;
            case Change.AddEvent add:
                JournalText.RequireObject(add.Event.Data);
                _events.Add(add.Event);
                break;
            default:
                throw new NotSupportedException(change.GetType().Name);
        }
    }

    private static SqlServerCall Insert(Share share) =>
        ShareStatements.InsertShare.With(
            share.Vault.Value,
            share.Id.Value,
            share.Node.Value,
            share.Owner.Value,
            (byte)share.Rights,
            share.Label,
            share.Address,
            share.TokenHash.ToArray(),
            share.SealedToken.ToArray(),
            share.Password,
            share.Expires?.ToUnixTimeMilliseconds(),
            share.MaxDownloads,
            share.RightsStatement ?? "",
            share.Created.ToUnixTimeMilliseconds(),
            share.Version,
            (int)share.Audience,
            MembersOf(share)
        );

    private static SqlServerRows MembersOf(Share share) =>
        SqlServerSnapshot.Ids(share.Members.Select(member => member.Value));

    // One change of the tree is of one node and what it displaces.
    private static T Only<T>(T? former, T next)
        where T : Change =>
        former is null
            ? next
            : throw new NotSupportedException($"A change set has two of {typeof(T).Name}.");

    private void ChangeUpload(Change change)
    {
        foreach (var (statement, values) in UploadRows.Of(_set.Vault, change))
            _others.Add(statement.Server.With(values));
    }

    private void AddContent(Change.AddContent add)
    {
        AddContent(
            add.Content,
            add.Facts,
            add.Blob,
            add.Blob is null ? ((InlineContent)add.Facts).Bytes : null
        );
        // Fails when it was condemned meanwhile: the sweeper may already have removed the bytes.
        if (add.Blob is { } blob)
            AddBlob(4, blob, 0, 0);
    }

    private void AddContent(ContentId content, ContentFacts facts, BlobId? blob, byte[]? bytes)
    {
        _contents.Add(
            content.Value,
            facts.Size,
            facts.Sha256,
            (long)facts.Crc32,
            facts.Md5,
            facts.Sha1,
            facts.Sha512,
            (long?)facts.Adler32,
            facts.WrappedKey,
            blob?.Value,
            bytes
        );
        _parts |= Contents;
    }

    private void AddBlob(byte op, BlobId blob, long bytes, long lease)
    {
        _blobs.Add(op, blob.Value, bytes, lease);
        _parts |= Blobs;
    }

    private void AddNode(byte op, NodeRow former, NodeRow row)
    {
        _nodes.Add(
            op,
            row.Id.Value,
            row.Parent.Value,
            row.NameKey,
            former.Parent.Value,
            former.NameKey,
            row.Name,
            (byte)row.Kind,
            row.Size,
            RevisionOf(row),
            row.Content?.Value,
            row.MediaType,
            row.CreatedMs,
            row.ModifiedMs,
            (long?)row.Win32Attributes,
            row.LastAccessMs,
            row.PropertyBytes
        );
        _parts |= Nodes;
    }

    private void AddFormer(NodeRow former, HistoryReason reason, bool isVersion, ContentId? content)
    {
        if (isVersion && content is not null)
            _versionBytes += former.Size;
        _former.Add(
            former.Id.Value,
            former.ChangedSeq,
            former.ChangedMs,
            // A clock set back must not end a span before it began.
            Math.Max(_set.NowMs, former.ChangedMs),
            (byte)reason,
            isVersion,
            former.Parent.Value,
            former.Name,
            (byte)former.Kind,
            former.Size,
            RevisionOf(former),
            content?.Value,
            former.MediaType,
            former.CreatedMs,
            former.ModifiedMs
        );
        _parts |= History;
    }

    private void AddLock(LockRow held)
    {
        _locks.Add(
            (byte)3,
            held.Token,
            held.Node.Value,
            held.Account.Value,
            held.Device?.Value,
            held.IsShared,
            held.IsInfinite,
            held.OwnerXml,
            held.HolderName,
            held.Expires.ToUnixTimeMilliseconds()
        );
        _parts |= NewLocks;
    }

    private void AddLockChange(byte op, string token, long? expires)
    {
        _locks.Add(op, token, null, null, null, null, null, null, null, expires);
        _parts |= FormerLocks;
    }

    private void AddFolders()
    {
        foreach (var id in _set.Folders.Keys.Union(_folderTimes.Keys).Union(_heights.Keys))
        {
            var isCounted = _set.Folders.TryGetValue(id, out var folder);
            _folders.Add(
                id,
                isCounted,
                folder.Bytes,
                folder.PropertyBytes,
                folder.Items,
                folder.Height,
                _heights.TryGetValue(id, out var height) ? height : null,
                folder.ChangesMembers ? _set.NowMs
                    : _folderTimes.TryGetValue(id, out var modified) ? modified
                    : null
            );
            _parts |= Folders;
        }
    }

    private static Guid? RevisionOf(NodeRow row) => row.IsFolder ? null : row.Revision;
}
