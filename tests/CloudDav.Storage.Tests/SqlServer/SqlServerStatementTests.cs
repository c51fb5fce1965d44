using Dapper;

namespace CloudDav.Storage.Tests.SqlServer;

/// <summary>Every statement for SQL Server, bound to the schema that the migrations make, without a server.</summary>
public sealed class SqlServerStatementTests(SqlServerStatementTests.Model fixture)
    : IClassFixture<SqlServerStatementTests.Model>
{
    public static TheoryData<string> Statements =>
        [.. SqlServerModel.Catalogue().Select(statement => statement.Name)];

    [Fact]
    public void The_migrations_make_a_database_without_a_broken_reference()
    {
        Assert.Empty(fixture.Bound.SchemaMessages);
        foreach (var (name, text) in fixture.Bound.Loose)
            Assert.True(fixture.Bound.Check(text) is [], $"{name}: {text}");
    }

    [Fact]
    public void The_script_that_restores_a_copy_is_in_the_servers_language()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CloudDav.sln")))
            folder = Path.GetDirectoryName(folder)!;
        var script = SqlServerModel.Parse(
            File.ReadAllText(Path.Combine(folder, "config", "restore-drill.sql"))
        );
        // One batch: nothing after a refusal is run.
        Assert.Single(script.Batches);
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public void Every_statement_names_what_is_there(string name)
    {
        var statement = SqlServerModel.Catalogue().Single(one => one.Name == name).Statement;
        Assert.Empty(fixture.Bound.Check(statement));
    }

    [Theory]
    [InlineData("a column", "SELECT n.nmae FROM dbo.nodes AS n WHERE n.vault_id = @id;")]
    [InlineData("a column without its table", "SELECT nmae FROM dbo.nodes WHERE vault_id = @id;")]
    [InlineData("a table", "SELECT n.name FROM dbo.node AS n WHERE n.vault_id = @id;")]
    [InlineData(
        "a parameter",
        "SELECT n.name FROM dbo.nodes AS n WHERE n.vault_id = @vault AND n.node_id = @id;"
    )]
    [InlineData("an unused parameter", "SELECT n.name FROM dbo.nodes AS n;")]
    [InlineData("a column that is set", "UPDATE dbo.locks SET expries = @id WHERE vault_id = @id;")]
    [InlineData(
        "a column that is inserted",
        "INSERT INTO dbo.holds (vault_id, blob, bytes, lease) VALUES (@id, NEWID(), 1, 1);"
    )]
    [InlineData(
        "a value too few",
        "INSERT INTO dbo.holds (vault_id, blob_id, bytes, lease) VALUES (@id, NEWID(), 1);"
    )]
    [InlineData("a value too many", "INSERT INTO dbo.id_lists (id) SELECT @id, 1;")]
    [InlineData(
        "a selected value too few",
        "INSERT INTO dbo.holds (vault_id, blob_id, bytes, lease) SELECT @id, b.blob_id, 1 FROM dbo.blobs AS b;"
    )]
    [InlineData(
        "a column that must have a value",
        "INSERT INTO dbo.holds (vault_id, blob_id, bytes) VALUES (@id, NEWID(), 1);"
    )]
    [InlineData(
        "a number that gives itself",
        "INSERT INTO dbo.devices (device_id, account_id, selector, secret_hash, name, created) VALUES (@id, 1, 's', 0x00, N'n', 1);"
    )]
    [InlineData(
        "a column of a common table",
        "WITH c AS (SELECT n.node_id FROM dbo.nodes AS n WHERE n.vault_id = @id) SELECT c.name FROM c;"
    )]
    [InlineData(
        "a column of a subquery",
        "SELECT s.name FROM (SELECT n.node_id FROM dbo.nodes AS n WHERE n.vault_id = @id) AS s;"
    )]
    [InlineData(
        "a column of a table variable",
        "DECLARE @t TABLE (id bigint NOT NULL); INSERT INTO @t (id) VALUES (@id); SELECT t.name FROM @t AS t;"
    )]
    [InlineData(
        "an inserted column of a table variable",
        "DECLARE @t TABLE (id bigint NOT NULL); INSERT INTO @t (name) VALUES (@id);"
    )]
    [InlineData(
        "a column of a table type",
        "DECLARE @t dbo.id_list; INSERT INTO @t (id) VALUES (@id); SELECT t.ids FROM @t AS t;"
    )]
    [InlineData(
        "a column that may be two",
        "SELECT name FROM dbo.nodes AS n JOIN dbo.vaults AS v ON v.vault_id = n.vault_id WHERE v.vault_id = @id;"
    )]
    [InlineData(
        "an output column",
        "UPDATE dbo.locks SET expires = @id OUTPUT inserted.tokens WHERE vault_id = @id;"
    )]
    [InlineData(
        "a conversion",
        "DECLARE @n int; SELECT n.name FROM dbo.nodes AS n WHERE n.vault_id = @id AND n.parent_id = @n;"
    )]
    [InlineData(
        "a conversion of a value",
        "DECLARE @n nvarchar(10); UPDATE dbo.locks SET token = @n WHERE vault_id = @id;"
    )]
    [InlineData(
        "parts of different width",
        "SELECT n.name FROM dbo.nodes AS n WHERE n.vault_id = @id UNION ALL SELECT v.name, v.epoch FROM dbo.vaults AS v;"
    )]
    [InlineData("a parenthesis", "SELECT (n.name FROM dbo.nodes AS n WHERE n.vault_id = @id;")]
    public void A_planted_error_is_found(string kind, string text) =>
        Assert.True(fixture.Bound.Check(text, "@id bigint") is not [], kind);

    // What one engine has and the other has not, and why.
    private static readonly string[] s_differences =
    [
        // A content is looked for within its vault.
        "inline_contents.vault_id",
        // A name of any length is found by its hash: keys have a largest length.
        "node_properties.name_hash",
        // Commands are applied from several nodes, and answers can be lost.
        "vaults.write_seq",
        "applied_commands.vault_id",
        "applied_commands.command_id",
    ];

    [Fact]
    public void Both_engines_have_the_same_tables_and_columns()
    {
        var folder = Directory.CreateTempSubdirectory("clouddav-schema-").FullName;
        var path = Path.Combine(folder, "metadata.db");
        SqliteDatabase.Migrate(path);
        var sqlite = new HashSet<string>(StringComparer.Ordinal);
        using (
            var connection = new Microsoft.Data.Sqlite.SqliteConnection(
                $"Data Source={path};Pooling=false"
            )
        )
            sqlite.UnionWith(
                connection.Query<string>(
                    """
                    SELECT t.name || '.' || c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
                    WHERE t.type = 'table' AND t.name NOT IN ('SchemaVersions', 'sqlite_sequence', 'sqlite_stat1')
                    """
                )
            );
        Directory.Delete(folder, recursive: true);
        var server = fixture
            .Bound.Schema.Tables.Where(table => !fixture.Bound.Schema.Types.Contains(table.Key))
            .SelectMany(table => table.Value.Select(column => $"{table.Key}.{column.Name}"))
            .ToHashSet(StringComparer.Ordinal);
        Assert.Equal(
            s_differences.Order(StringComparer.Ordinal),
            server.Except(sqlite).Order(StringComparer.Ordinal)
        );
        Assert.Empty(sqlite.Except(server));
    }

    [Fact]
    public void A_statement_without_an_error_is_not_complained_about() =>
        Assert.Empty(
            fixture.Bound.Check(
                "SELECT n.name FROM dbo.nodes AS n WHERE n.vault_id = @id;",
                "@id bigint"
            )
        );

    public sealed class Model : IDisposable
    {
        internal SqlServerModel Bound { get; } = new();

        public void Dispose() => Bound.Dispose();
    }
}
