using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>What commands about contracts need on SQL Server alone.</summary>
internal static class TurnStatements
{
    /// <summary>Lets one command about contracts run at a time, on all nodes together, until the end of its transaction.</summary>
    public static readonly SqlServerStatement Take = new(
        """
        DECLARE @result int;
        EXEC @result = sp_getapplock @Resource = N'CloudDav contracts', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 20000;
        IF @result < 0 THROW 50001, N'Another command about contracts takes too long.', 1;
        """
    );

    public static readonly SqlServerStatement FindLastEvent = new(
        "SELECT q.last_number FROM dbo.event_queues AS q WHERE q.account_id = @account;",
        BigInt("@account")
    );
}
