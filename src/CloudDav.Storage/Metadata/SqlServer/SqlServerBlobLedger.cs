using System.Data;
using CloudDav.Vault;
using Microsoft.Data.SqlClient.Server;

namespace CloudDav.Storage;

/// <summary>The blob ledger on SQL Server. All of it may be run twice: what is condemned or gone stays so.</summary>
/// <param name="database">The engine.</param>
public sealed class SqlServerBlobLedger(SqlServerDatabase database) : IBlobLedger
{
    private static readonly SqlMetaData[] s_blobColumns =
    [
        new("blob_id", SqlDbType.UniqueIdentifier),
    ];

    /// <inheritdoc/>
    public async ValueTask<int> CondemnExpiredAsync(
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.ScalarAsync<int>(
                    LedgerStatements.CondemnExpired.With(
                        now.ToUnixTimeMilliseconds(),
                        database.ForgottenCommands()
                    )
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlobId>> ListCondemnedAsync(
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        [
            .. await ListAsync(
                LedgerStatements.ListCondemned.With(before.ToUnixTimeMilliseconds(), limit),
                cancellationToken
            ),
        ];

    /// <inheritdoc/>
    public async ValueTask MarkGoneAsync(
        IReadOnlyList<BlobId> blobs,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session => session.ExecuteAsync(LedgerStatements.DeleteCondemned.With(Rows(blobs))),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlySet<BlobId>> FindKnownAsync(
        IReadOnlyList<BlobId> blobs,
        CancellationToken cancellationToken
    ) =>
        (
            await ListAsync(LedgerStatements.FindKnown.With(Rows(blobs)), cancellationToken)
        ).ToHashSet();

    /// <inheritdoc/>
    public async ValueTask CondemnUnknownAsync(
        IReadOnlyList<BlobId> blobs,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            session =>
                session.ExecuteAsync(
                    LedgerStatements.CondemnUnknown.With(Rows(blobs), now.ToUnixTimeMilliseconds())
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<LedgerContent>> ListContentsAsync(
        LedgerPlace after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            async session =>
            {
                var page = new List<LedgerContent>(limit);
                await using var reader = await session.ReadAsync(
                    LedgerStatements.ListContents.With(
                        after.Vault.Value,
                        after.Content.Value,
                        limit
                    )
                );
                while (await reader.ReadAsync(cancellationToken))
                    page.Add(
                        new LedgerContent(
                            new ContentId(reader.GetInt64(0)),
                            new VaultId(reader.GetInt64(1)),
                            reader.IsNull(2) ? null : new BlobId(reader.GetGuid(2)),
                            reader.BytesOrNull(3),
                            reader.GetInt64(4),
                            reader.BytesOrNull(5)!,
                            (uint)reader.GetInt64(6),
                            reader.BytesOrNull(7)
                        )
                    );
                return page;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async ValueTask<LedgerBacklog> MeasureAsync(CancellationToken cancellationToken) =>
        await database.RunAsync(
            async session =>
            {
                await using var reader = await session.ReadAsync(LedgerStatements.Measure.With());
                _ = await reader.ReadAsync(cancellationToken);
                return new LedgerBacklog(
                    reader.GetInt64(0),
                    reader.GetInt64(1),
                    Milliseconds.Time(reader.Int64OrNull(2))
                );
            },
            cancellationToken
        );

    private async Task<IEnumerable<BlobId>> ListAsync(
        SqlServerCall call,
        CancellationToken cancellationToken
    ) =>
        (
            await database.RunAsync(session => session.ListAsync<Guid>(call), cancellationToken)
        ).Select(id => new BlobId(id));

    private static SqlServerRows Rows(IReadOnlyList<BlobId> blobs)
    {
        var rows = new SqlServerRows(s_blobColumns);
        foreach (var blob in blobs.Distinct())
            rows.Add(blob.Value);
        return rows;
    }
}
