using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>What any command appends on the writer's session, in the transaction of the change that it tells of.</summary>
internal static class SqliteJournal
{
    /// <summary>Links an entry to the end of its chain. A chain that was destroyed takes none: somebody was late who still knew the account.</summary>
    /// <returns>Its number there; 0 when it took none.</returns>
    public static long Append(SqliteSession session, AuditEntry entry)
    {
        JournalText.RequireObject(entry.Body);
        if (session[DestructionSql.HasGone].Bind(1, entry.Chain.Value).RunForInt64() != 0)
            return 0;
        var chain = entry.Chain.Value;
        var head = AuditRows.FindHead(session, entry.Chain);
        var seq = (head?.Seq ?? 0) + 1;
        var previous = (head?.Hash ?? AuditChain.Beginning).ToArray();
        var hash = AuditChain.Hash(seq, entry, previous);
        session[AuditSql.Insert]
            .Bind(1, chain)
            .Bind(2, seq)
            .Bind(3, entry.At.ToUnixTimeMilliseconds())
            .Bind(4, entry.Actor)
            .Bind(5, entry.Act)
            .Bind(6, entry.Subject)
            .Bind(7, entry.Instruction)
            .Bind(8, entry.Body)
            .Bind(9, entry.SealedUntil?.ToUnixTimeMilliseconds())
            .Bind(10, entry.Unseals)
            .Bind(11, previous)
            .Bind(12, hash)
            .Run();
        session[AuditSql.SetHead].Bind(1, chain).Bind(2, seq).Bind(3, hash).Run();
        return seq;
    }

    /// <summary>Puts an event at the end of its account's queue.</summary>
    /// <returns>Its number there.</returns>
    public static long Add(SqliteSession session, ServiceEvent added)
    {
        JournalText.RequireObject(added.Data);
        var account = added.Account.Value;
        var occurred = added.OccurredAt.ToUnixTimeMilliseconds();
        var number = session[OutboxSql.NextNumber].Bind(1, account).Bind(2, occurred).RunForInt64();
        session[OutboxSql.Insert]
            .Bind(1, account)
            .Bind(2, number)
            .Bind(3, Guid.NewGuid())
            .Bind(4, added.Type)
            .Bind(5, occurred)
            .Bind(6, added.Data)
            .Bind(7, added.SealedSecret)
            .Bind(
                8,
                added.SealedSecret is null
                    ? null
                    : (added.OccurredAt + ServiceEvent.SecretLife).ToUnixTimeMilliseconds()
            )
            .Run();
        return number;
    }

    /// <summary>
    /// Begins the operator's chain, and the chain of every account that was there before. Once only: an account whose chain is missing afterwards
    /// has been tampered with, and gets no fresh one.
    /// </summary>
    public static void Begin(SqliteSession session, DateTimeOffset now)
    {
        Append(
            session,
            new AuditEntry
            {
                Chain = AuditChainId.Operator,
                At = now,
                Actor = AuditActors.System,
                Act = AuditActs.AuditBegan,
            }
        );
        long last = 0;
        while (NextAccount(session, last) is { } account)
        {
            last = account;
            var chain = new AuditChainId(account);
            if (AuditRows.FindHead(session, chain) is null)
                Append(
                    session,
                    new AuditEntry
                    {
                        Chain = chain,
                        At = now,
                        Actor = AuditActors.System,
                        Act = AuditActs.AccountRecorded,
                    }
                );
        }
    }

    private static long? NextAccount(SqliteSession session, long after)
    {
        var statement = session[AuditSql.NextAccount].Bind(1, after);
        if (!statement.Step())
            return null;
        var account = statement.Int64(0);
        statement.Reset();
        return account;
    }
}
