using CloudDav.Server.Tests.Checks;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.SqlServer;

public sealed class SqlServerQuotaRaceTests(SqlServerCloud cloud) : QuotaRaceTests(cloud);

public sealed class SqlServerTransferChecks(SqlServerCloud cloud) : TransferChecks(cloud);

public sealed class SqlServerLockChecks(SqlServerCloud cloud) : LockChecks(cloud);

public sealed class SqlServerCopyMoveChecks(SqlServerCloud cloud) : CopyMoveChecks(cloud);

public sealed class SqlServerNameChecks(SqlServerCloud cloud) : NameChecks(cloud);

public sealed class SqlServerPropertyChecks(SqlServerCloud cloud) : PropertyChecks(cloud);

public sealed class SqlServerListingChecks(SqlServerCloud cloud) : ListingChecks(cloud);

public sealed class SqlServerSyncChecks(SqlServerCloud cloud) : SyncChecks(cloud);

public sealed class SqlServerSuiteChecks(SqlServerCloud cloud) : SuiteChecks(cloud);
