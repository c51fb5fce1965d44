using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>What commands about contracts need on SQL Server alone.</summary>
internal static class TurnStatements
{
    /// <summary>Lets one command about contracts run at a time, on all nodes together: the platform's row is kept to the end of its transaction, by an update that changes nothing.</summary>
    public static readonly SqlServerStatement Take = new(
        "UPDATE dbo.platform SET version = platform.version WHERE platform_id = 1;"
    );

    public static readonly SqlServerStatement FindLastEvent = new(
        "SELECT q.last_number FROM dbo.event_queues AS q WHERE q.account_id = @account;",
        BigInt("@account")
    );
}
