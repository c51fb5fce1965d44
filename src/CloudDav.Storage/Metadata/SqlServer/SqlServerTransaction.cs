using System.Data;
using CloudDav.Vault;
using Microsoft.Data.SqlClient.Server;

namespace CloudDav.Storage;

/// <summary>
/// One attempt at a command on one vault. The first one takes no lock while it decides: it reads, and what it decided is applied and committed by one
/// statement, if nothing was written into the vault since. When something was, the next attempt waits for its turn first, and cannot be overtaken. Two
/// round trips without others, whatever the size of the change.
/// </summary>
/// <param name="database">The engine.</param>
/// <param name="command">The command's id, the same for every attempt.</param>
/// <param name="waits">Whether it waits for its turn.</param>
internal sealed class SqlServerTransaction(SqlServerDatabase database, byte[] command, bool waits)
    : SqlServerSnapshot(database, null),
        IMetadataTransaction,
        IAsyncDisposable
{
    private static readonly SqlMetaData[] s_historyColumns =
    [
        new("until_seq", SqlDbType.BigInt),
        new("node_id", SqlDbType.BigInt),
    ];

    // What was written last into each vault, as it was read: the first one is the command's own.
    private readonly Dictionary<VaultId, long> _written = [];
    private readonly HashSet<VaultId> _locked = [];
    private byte[]? _nextMarker;
    private SqlServerSession? _session;
    private ChangeSet? _pending;
    private bool _isMarked;
    private bool _isApplied;

    /// <summary>The vault that it writes into first, where its marker is; null as long as it writes nothing.</summary>
    public VaultId? Vault { get; private set; }

    public async ValueTask TakeTurnsAsync(IReadOnlyList<VaultId> vaults)
    {
        foreach (var vault in vaults.Distinct().OrderBy(vault => vault.Value))
            await LockAsync(vault);
        // Nothing was written yet, and nobody waits for a marker.
        Vault = null;
    }

    public async ValueTask<long> CountFavoritesAsync(AccountId account)
    {
        var session = await PrepareAsync(default);
        return await session.ScalarAsync<long>(SearchStatements.CountFavorites.With(account.Value));
    }

    public ValueTask<long> NextIdAsync() => Database.NextIdAsync();

    /// <summary>Kept until it is known whether anything comes after it: the last one is applied and committed at once.</summary>
    public async ValueTask ApplyAsync(ChangeSet changes)
    {
        await FlushAsync();
        Vault ??= changes.Vault;
        _pending = changes;
    }

    public async ValueTask<int> PurgeTrashAsync(
        VaultId vault,
        TrashRange range,
        long? keptBytes,
        int limit,
        DateTimeOffset now
    )
    {
        var session = await LockAsync(vault);
        var held = await SqlServerHeldItems.LoadAsync(session, vault, now);
        var nowMs = now.ToUnixTimeMilliseconds();
        var removed = 0;
        while (removed < limit)
        {
            var page = await ListTrashedAsync(session, vault, range, limit - removed);
            if (page.Count == 0)
                break;
            range = range with { From = TrashKey.After(page[^1].Key) };
            var free = await held.WithoutHeldAsync(page, item => item.Id, orAbove: true);
            if (keptBytes is { } kept)
            {
                // The first ones, as many as have to go; each page says anew what the trash has.
                var excess = page[0].TrashBytes - kept;
                var some = new List<TrashedItem>();
                foreach (var item in free.TakeWhile(_ => excess > 0))
                {
                    some.Add(item);
                    excess -= item.Bytes;
                }
                free = some;
            }
            var files = free.Where(item => item.Kind != NodeKind.Folder)
                .Select(item => item.Id)
                .ToList();
            if (files.Count > 0)
                removed += await RemoveAsync(
                    vault,
                    session,
                    PurgeStatements.PurgeNodes.With(vault.Value, nowMs, Ids(files))
                );
            foreach (var folder in free.Where(item => item.Kind == NodeKind.Folder))
            {
                while (removed < limit)
                {
                    var slice = await RemoveAsync(
                        vault,
                        session,
                        PurgeStatements.PurgeBelow.With(
                            vault.Value,
                            nowMs,
                            folder.Id,
                            limit - removed
                        )
                    );
                    removed += slice;
                    if (slice == 0)
                        break;
                }
                if (removed >= limit)
                    break;
            }
        }
        return removed;
    }

    public async ValueTask<int> HideTrashAsync(
        VaultId vault,
        TrashRange range,
        int limit,
        DateTimeOffset now
    ) =>
        await RemoveAsync(
            vault,
            await LockAsync(vault),
            TrashStatements.Hide.With(
                vault.Value,
                range.From,
                range.Before,
                TrashKey.HiddenAt(now),
                limit
            )
        );

    public async ValueTask<bool> HideVersionAsync(
        VaultId vault,
        NodeId file,
        long version,
        DateTimeOffset now
    ) =>
        await RemoveAsync(
            vault,
            await LockAsync(vault),
            TrashStatements.HideVersion.With(
                vault.Value,
                file.Value,
                version,
                now.ToUnixTimeMilliseconds()
            )
        ) == 1;

    public async ValueTask<int> ReleaseVersionsAsync(
        VaultId vault,
        VersionPick pick,
        int limit,
        DateTimeOffset now
    )
    {
        var session = await LockAsync(vault);
        long daily;
        long weekly;
        long bytes;
        await using (
            var reader = await session.ReadAsync(TrashStatements.FindThinned.With(vault.Value))
        )
        {
            if (!await reader.ReadAsync())
                return 0;
            (daily, weekly, bytes) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        }
        var picked = new List<PickedVersion>();
        var seen = 0;
        long? last = null;
        await using (
            var reader = await session.ReadAsync(
                pick switch
                {
                    VersionPick.Thinned thinned => TrashStatements.ListUnthinned.With(
                        vault.Value,
                        thinned.IsWeekly ? weekly : daily,
                        limit
                    ),
                    VersionPick.Oldest => TrashStatements.ListOldest.With(vault.Value, limit),
                    VersionPick.Hidden hidden => TrashStatements.ListHidden.With(
                        vault.Value,
                        hidden.Before.ToUnixTimeMilliseconds(),
                        limit
                    ),
                    VersionPick.One one => TrashStatements.FindVersion.With(
                        vault.Value,
                        one.File.Value,
                        one.Number
                    ),
                    _ => throw new NotSupportedException(pick.GetType().Name),
                }
            )
        )
            while (await reader.ReadAsync())
            {
                var until = reader.GetInt64(4);
                if (pick is VersionPick.Thinned thinned)
                {
                    if (until >= thinned.Before.ToUnixTimeMilliseconds())
                        break;
                    seen++;
                    last = reader.GetInt64(0);
                    if (reader.Int64OrNull(5) / thinned.StepMs != until / thinned.StepMs)
                        continue;
                }
                else if (
                    pick is VersionPick.Oldest oldest
                    && until >= oldest.Before.ToUnixTimeMilliseconds()
                )
                    continue;
                picked.Add(
                    new(
                        reader.GetInt64(0),
                        reader.GetInt64(1),
                        reader.GetInt64(2),
                        reader.GetInt64(3)
                    )
                );
            }
        IReadOnlyList<PickedVersion> free = picked;
        if (picked.Count > 0)
            free = await (await SqlServerHeldItems.LoadAsync(session, vault, now)).WithoutHeldAsync(
                picked,
                version => version.Node,
                orAbove: false
            );
        if (pick is VersionPick.Oldest { KeptBytes: var kept })
            free = PickedVersion.UntilFits(free, bytes, kept);
        if (free.Count > 0 || last is not null)
        {
            var keys = new SqlServerRows(s_historyColumns);
            foreach (var version in free)
                keys.Add(version.Seq, version.Node);
            await session.ExecuteAsync(
                TrashStatements.Release.With(
                    vault.Value,
                    now.ToUnixTimeMilliseconds(),
                    pick is VersionPick.Thinned { IsWeekly: false } ? last : null,
                    pick is VersionPick.Thinned { IsWeekly: true } ? last : null,
                    keys
                )
            );
            _written[vault]++;
        }
        return pick is VersionPick.Thinned ? seen : free.Count;
    }

    public async ValueTask<int> PurgeHistoryAsync(
        VaultId vault,
        DateTimeOffset before,
        int limit,
        DateTimeOffset now
    )
    {
        var session = await LockAsync(vault);
        var beforeMs = before.ToUnixTimeMilliseconds();
        var old = new List<(long Seq, long Node)>();
        await using (
            var reader = await session.ReadAsync(
                PurgeStatements.ListOldHistory.With(vault.Value, limit)
            )
        )
            while (await reader.ReadAsync() && reader.GetInt64(2) < beforeMs)
                old.Add((reader.GetInt64(0), reader.GetInt64(1)));
        var held = await SqlServerHeldItems.LoadAsync(session, vault, now);
        // What comes behind a whole slice of held rows waits for the hold's end, too.
        var free = await held.WithoutHeldAsync(old, row => row.Node, orAbove: false);
        if (free.Count == 0)
            return 0;
        var keys = new SqlServerRows(s_historyColumns);
        foreach (var (seq, node) in free)
            keys.Add(seq, node);
        await session.ExecuteAsync(
            PurgeStatements.DeleteHistory.With(vault.Value, now.ToUnixTimeMilliseconds(), keys)
        );
        _written[vault]++;
        return free.Count;
    }

    public async ValueTask<int> PurgeUploadAsync(
        VaultId vault,
        UploadId upload,
        int limit,
        DateTimeOffset now
    ) =>
        await RemoveAsync(
            vault,
            await LockAsync(vault),
            UploadStatements.Purge.With(
                vault.Value,
                upload.Value,
                limit,
                now.ToUnixTimeMilliseconds()
            )
        );

    public async ValueTask<bool> NoteMediaAsync(VaultId vault, int limit)
    {
        var session = await LockAsync(vault);
        var seen = await session.ListAsync(
            MediaStatements.FindSeen.Server.With(vault.Value),
            MediaRows.ReadSeen,
            CancellationToken.None
        );
        if (seen is not [var (media, last)] || media >= last)
            return true;
        var changes = await session.ListAsync(
            MediaStatements.ListChanges.Server.With(vault.Value, media, limit),
            row => row.Int64(0),
            CancellationToken.None
        );
        var until = changes.Count < limit ? last : changes[^1];
        await session.ExecuteAsync(MediaStatements.Note.Server.With(vault.Value, media, until));
        await session.ExecuteAsync(MediaStatements.SetSeen.Server.With(vault.Value, until));
        return until == last;
    }

    /// <summary>Whether an earlier attempt was applied after all. Waits for it when it is still under way, and keeps the turn.</summary>
    public async ValueTask<bool> WasAppliedAsync(VaultId vault)
    {
        await LockAsync(vault);
        return _isApplied;
    }

    /// <summary>Applies what was decided, if the vault is still what it was decided by.</summary>
    public async ValueTask CommitAsync()
    {
        if (
            _pending is { } changes
            && _session is { HasBegun: false } session
            && !SqlServerChanges.NeedsTransaction(changes)
        )
        {
            _pending = null;
            await ApplyAsync(session, changes, TreeChangeStatements.ApplyAlone);
            return;
        }
        await FlushAsync();
        if (_session is not { HasBegun: true } begun)
            return;
        if (Vault is { } vault && !_isMarked)
            await begun.ExecuteAsync(EngineStatements.MarkApplied.With(vault.Value, command));
        await begun.CommitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
            await _session.DisposeAsync();
    }

    protected override async ValueTask<SqlServerSession> PrepareAsync(VaultId vault)
    {
        await FlushAsync();
        var session = _session ??= await Database.OpenAsync(CancellationToken.None);
        if (waits && !session.HasBegun)
            await session.BeginAsync(IsolationLevel.ReadCommitted);
        return session;
    }

    protected override SqlServerStatement LoadStatement(SqlServerSession ready) =>
        ready.HasBegun && _locked.Count == 0
            ? TreeStatements.LoadLocked
            : base.LoadStatement(ready);

    protected override void Saw(VaultId vault, long writeSeq)
    {
        if (_session!.HasBegun && _locked.Count == 0)
            _locked.Add(vault);
        _written.TryAdd(vault, writeSeq);
    }

    // Takes the vault's turn, and looks whether what was read before still holds.
    private async ValueTask<SqlServerSession> LockAsync(VaultId vault)
    {
        await FlushAsync();
        Vault ??= vault;
        var session = _session ??= await Database.OpenAsync(CancellationToken.None);
        if (_locked.Contains(vault))
            return session;
        if (!session.HasBegun)
            await session.BeginAsync(IsolationLevel.ReadCommitted);
        await using var reader = await session.ReadAsync(
            TreeStatements.Lock.With(vault.Value, command)
        );
        if (await reader.ReadAsync())
        {
            var written = reader.GetInt64(0);
            _isApplied = reader.GetInt32(1) != 0;
            if (_written.TryGetValue(vault, out var read) && read != written)
                throw new SqlServerConflictException();
            _written[vault] = written;
        }
        _locked.Add(vault);
        return session;
    }

    // What comes after it must see it, so it is applied now, in a transaction that goes on.
    private async ValueTask FlushAsync()
    {
        if (_pending is not { } changes)
            return;
        _pending = null;
        var session = await LockAsync(changes.Vault);
        await ApplyAsync(session, changes, TreeChangeStatements.ApplyWithin);
        _written[changes.Vault]++;
        _isMarked = true;
        // One marker tells of the whole transaction; a further change in it needs another.
        _nextMarker = Database.NewCommand();
    }

    private async Task ApplyAsync(
        SqlServerSession session,
        ChangeSet changes,
        SqlServerStatement statement
    )
    {
        var rows = new SqlServerChanges(changes);
        var firstCopy =
            rows.CopiedItems > 0 ? await Database.AllocateIdsAsync(rows.CopiedItems) : 0;
        var audit = await SqlServerJournal.LinkAsync(session, rows.Entries);
        await session.ExecuteAsync(
            rows.With(
                statement,
                _written.TryGetValue(changes.Vault, out var written)
                    ? written
                    : throw new InvalidOperationException(
                        "A change was decided without the facts of its vault."
                    ),
                _nextMarker ?? command,
                Database.ForgottenCommands(),
                firstCopy,
                audit
            )
        );
        foreach (var other in rows.Others)
            await session.ExecuteAsync(other);
    }

    private async Task<int> RemoveAsync(VaultId vault, SqlServerSession session, SqlServerCall call)
    {
        _written[vault]++;
        return await session.ScalarAsync<int>(call);
    }

    private sealed record TrashedItem(
        long Id,
        string Key,
        NodeKind Kind,
        long Bytes,
        long TrashBytes
    );

    private static async Task<List<TrashedItem>> ListTrashedAsync(
        SqlServerSession session,
        VaultId vault,
        TrashRange range,
        int limit
    )
    {
        var page = new List<TrashedItem>();
        await using var reader = await session.ReadAsync(
            PurgeStatements.ListTrashed.With(vault.Value, range.From, range.Before, limit)
        );
        while (await reader.ReadAsync())
            page.Add(
                new(
                    reader.GetInt64(0),
                    reader.GetString(1),
                    (NodeKind)reader.GetByte(2),
                    reader.GetInt64(3),
                    reader.GetInt64(4)
                )
            );
        return page;
    }
}
