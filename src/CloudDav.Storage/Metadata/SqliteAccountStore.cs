namespace CloudDav.Storage;

/// <summary>Accounts, devices and sign-in tries on SQLite.</summary>
/// <param name="database">The metadata.</param>
public sealed class SqliteAccountStore(SqliteDatabase database) : AccountStore
{
    private protected override ValueTask<T> ReadAsync<T>(
        Func<IFactsSession, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            session =>
                SqliteMetadataStore.Finished(body(new SqliteFactsSession(database, session))),
            cancellationToken
        );

    private protected override async ValueTask<T> WriteAsync<T>(
        Func<IFactsSession, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            session =>
                SqliteMetadataStore.Finished(body(new SqliteFactsSession(database, session))),
            cancellationToken
        );
}
