namespace CloudDav.Storage;

/// <summary>Statements of the engine itself.</summary>
internal static class SqliteSql
{
    public const string BeginRead = "BEGIN";
    public const string BeginWrite = "BEGIN IMMEDIATE";
    public const string Commit = "COMMIT";
    public const string Rollback = "ROLLBACK";
    public const string Savepoint = "SAVEPOINT command";
    public const string RollbackTo = "ROLLBACK TO command";
    public const string Release = "RELEASE command";

    public const string AllocateIds =
        "UPDATE sequences SET next = next + ?1 WHERE name = 'ids' RETURNING next";

    public const string AllocateVaultId =
        "UPDATE sequences SET next = next + 1 WHERE name = 'vaults' RETURNING next";

    public const string AllocateAccountId =
        "UPDATE sequences SET next = next + 1 WHERE name = 'accounts' RETURNING next";
}
