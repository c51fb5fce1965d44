using System.Data;
using CloudDav.Vault;
using Microsoft.Data.SqlClient.Server;

namespace CloudDav.Storage;

/// <summary>What any command appends, in the transaction of the change that it tells of.</summary>
internal static class SqlServerJournal
{
    private static readonly SqlMetaData[] s_auditColumns =
    [
        new("chain", SqlDbType.BigInt),
        new("seq", SqlDbType.BigInt),
        new("at", SqlDbType.BigInt),
        new("actor", SqlDbType.NVarChar, 400),
        new("act", SqlDbType.NVarChar, 400),
        new("subject", SqlDbType.NVarChar, SqlMetaData.Max),
        new("instruction", SqlDbType.NVarChar, 400),
        new("body", SqlDbType.NVarChar, SqlMetaData.Max),
        new("sealed_until", SqlDbType.BigInt),
        new("unseals", SqlDbType.BigInt),
        new("prev_hash", SqlDbType.Binary, AuditChain.HashBytes),
        new("hash", SqlDbType.Binary, AuditChain.HashBytes),
    ];

    private static readonly SqlMetaData[] s_eventColumns =
    [
        new("ordinal", SqlDbType.Int),
        new("account_id", SqlDbType.BigInt),
        new("event_id", SqlDbType.UniqueIdentifier),
        new("type", SqlDbType.NVarChar, 200),
        new("occurred", SqlDbType.BigInt),
        new("data", SqlDbType.NVarChar, SqlMetaData.Max),
        new("secret", SqlDbType.NVarChar, SqlMetaData.Max),
        new("secret_until", SqlDbType.BigInt),
    ];

    private static readonly SqlMetaData[] s_idColumns = [new("id", SqlDbType.BigInt)];

    /// <summary>
    /// Links entries to the ends of their chains as these are now; who appends meanwhile makes the statement that inserts them fail. A chain that was destroyed
    /// takes none: somebody was late who still knew the account.
    /// </summary>
    public static async Task<SqlServerRows> LinkAsync(
        SqlServerSession session,
        IReadOnlyList<AuditEntry> entries
    )
    {
        var rows = new SqlServerRows(s_auditColumns);
        if (entries.Count == 0)
            return rows;
        var chains = new SqlServerRows(s_idColumns);
        foreach (var chain in entries.Select(entry => entry.Chain.Value).Distinct())
            chains.Add(chain);
        var heads = new Dictionary<long, (long Seq, byte[] Hash)>();
        var gone = new HashSet<long>();
        var find = session.HasBegun ? JournalStatements.LockHeads : JournalStatements.FindHeads;
        await using (var reader = await session.ReadAsync(find.With(chains)))
        {
            while (await reader.ReadAsync())
                gone.Add(reader.GetInt64(0));
            await reader.NextResultAsync();
            while (await reader.ReadAsync())
                heads[reader.GetInt64(0)] = (reader.GetInt64(1), reader.BytesOrNull(2)!);
        }
        foreach (var entry in entries.Where(entry => !gone.Contains(entry.Chain.Value)))
        {
            if (!heads.TryGetValue(entry.Chain.Value, out var head))
                head = (0, AuditChain.Beginning.ToArray());
            var seq = head.Seq + 1;
            var hash = AuditChain.Hash(seq, entry, head.Hash);
            rows.Add(
                entry.Chain.Value,
                seq,
                entry.At.ToUnixTimeMilliseconds(),
                entry.Actor,
                entry.Act,
                entry.Subject,
                entry.Instruction,
                entry.Body,
                entry.SealedUntil?.ToUnixTimeMilliseconds(),
                entry.Unseals,
                head.Hash,
                hash
            );
            heads[entry.Chain.Value] = (seq, hash);
        }
        return rows;
    }

    /// <summary>Links one entry to the end of its chain, within a transaction.</summary>
    /// <returns>Its number there; 0 when the chain took none.</returns>
    public static async Task<long> AppendAsync(SqlServerSession session, AuditEntry entry)
    {
        var rows = await LinkAsync(session, [entry]);
        if (rows.Count == 0)
            return 0;
        await session.ExecuteAsync(JournalStatements.Append.With(rows));
        return (long)rows.Single().GetValue(1);
    }

    /// <summary>Events as rows, in their order.</summary>
    public static SqlServerRows EventRows(IReadOnlyList<ServiceEvent> events)
    {
        var rows = new SqlServerRows(s_eventColumns);
        for (var i = 0; i < events.Count; i++)
            rows.Add(
                i,
                events[i].Account.Value,
                Guid.NewGuid(),
                events[i].Type,
                events[i].OccurredAt.ToUnixTimeMilliseconds(),
                events[i].Data,
                events[i].SealedSecret,
                events[i].SealedSecret is null
                    ? null
                    : (events[i].OccurredAt + ServiceEvent.SecretLife).ToUnixTimeMilliseconds()
            );
        return rows;
    }
}
