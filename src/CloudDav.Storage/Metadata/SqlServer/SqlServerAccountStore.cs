namespace CloudDav.Storage;

/// <summary>Accounts, devices and sign-in tries on SQL Server. A question is one round trip.</summary>
/// <param name="database">The engine.</param>
public sealed class SqlServerAccountStore(SqlServerDatabase database) : AccountStore
{
    private protected override async ValueTask<T> ReadAsync<T>(
        Func<IFactsSession, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) =>
        await database.RunAsync(
            async session => await body(new SqlServerFactsSession(database, session)),
            cancellationToken
        );

    private protected override async ValueTask<T> WriteAsync<T>(
        Func<IFactsSession, ValueTask<T>> body,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            async session => await body(new SqlServerFactsSession(database, session)),
            cancellationToken
        );
}
