using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of the engine itself.</summary>
internal static class EngineStatements
{
    // All of a batch from one snapshot, in one round trip. The level would stay with the connection, also in its pool.
    internal const string BeginSnapshot = """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        SET TRANSACTION ISOLATION LEVEL SNAPSHOT;
        BEGIN TRANSACTION;

        """;

    internal const string EndSnapshot = """

        COMMIT TRANSACTION;
        SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
        """;

    /// <summary>Whether readers see versions instead of waiting for writers, and whether a transaction can have one snapshot.</summary>
    public static readonly SqlServerStatement ReadVersioning = new(
        """
        SELECT d.is_read_committed_snapshot_on, d.snapshot_isolation_state FROM sys.databases AS d WHERE d.name = DB_NAME();
        """
    );

    /// <summary>Run on its own, so that the row is locked for as long as it takes and no longer. What a process does not use of its range is lost.</summary>
    public static readonly SqlServerStatement AllocateIds = new(
        "UPDATE dbo.sequences SET next = sequences.next + @count OUTPUT inserted.next WHERE name = @name;",
        Ascii("@name", 32),
        BigInt("@count")
    );

    /// <summary>Marks a command as applied. One that is there already was.</summary>
    public static readonly SqlServerStatement MarkApplied = new(
        "INSERT INTO dbo.applied_commands (vault_id, command_id) VALUES (@vault, @command);",
        BigInt("@vault"),
        FixedBytes("@command", 16)
    );

    public static readonly SqlServerStatement FindApplied = new(
        "SELECT COUNT(*) FROM dbo.applied_commands AS c WHERE c.vault_id = @vault AND c.command_id = @command;",
        BigInt("@vault"),
        FixedBytes("@command", 16)
    );

    /// <summary>The vault itself, its root and its trash.</summary>
    public static readonly SqlServerStatement CreateVault = new(
        """
        SET NOCOUNT ON;
        SET XACT_ABORT ON;
        INSERT INTO dbo.vaults (
          vault_id, name, epoch, change_seq, write_seq, used_bytes, items, capacity_bytes, version_bytes, root_id, trash_id, case_insensitive, created
        ) VALUES (@vault, @name, @epoch, 1, 1, 0, 0, @capacity, 0, @root, @trash, @case_insensitive, @now);
        INSERT INTO dbo.nodes (
          vault_id, parent_id, name_key, node_id, name, kind, size, created, modified, property_bytes, changed_seq, changed_at
        ) VALUES
          (@vault, 0, N'root', @root, N'root', 0, 0, @now, @now, 0, 1, @now),
          (@vault, 0, N'trash', @trash, N'trash', 0, 0, @now, @now, 0, 1, @now);
        INSERT INTO dbo.dirs (
          vault_id, node_id, parent_id, subtree_version, subtree_bytes, subtree_property_bytes, subtree_items, height, modified
        ) VALUES (@vault, @root, 0, 1, 0, 0, 0, 0, @now), (@vault, @trash, 0, 1, 0, 0, 0, 0, @now);
        """,
        BigInt("@vault"),
        Text("@name", 255),
        BigInt("@epoch"),
        BigInt("@capacity"),
        BigInt("@root"),
        BigInt("@trash"),
        Bit("@case_insensitive"),
        BigInt("@now")
    );
}
