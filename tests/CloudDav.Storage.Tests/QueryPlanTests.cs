using System.Reflection;
using Dapper;

namespace CloudDav.Storage.Tests;

/// <summary>
/// A key that begins with the vault misleads the planner where there are no statistics, and a scan then hides until the first large vault. So
/// every statement is explained, on the library that is shipped.
/// </summary>
public sealed class QueryPlanTests(QueryPlanTests.Database fixture)
    : IClassFixture<QueryPlanTests.Database>
{
    // Scans that are meant: short tables in memory, results of the statement itself, and lists of all vaults.
    private static readonly string[] Meant =
    [
        "SCAN CONSTANT ROW",
        "SCAN c",
        "SCAN f",
        "SCAN e",
        "SCAN w VIRTUAL TABLE",
        "SCAN folders",
        "SCAN (subquery",
        "SCAN v",
        "SCAN copied_folders",
        "SCAN holds",
        "SCAN o",
        "SCAN u",
        "SCAN terms",
        "SCAN lifecycles",
    ];

    // Statements over every vault, over what is always few, or over an index that has nothing but what is counted.
    private static readonly string[] MayScan =
    [
        "ListVaults",
        "ListEncryptedVaults",
        "ListExpiringVaults",
        "DropEndedHolds",
        "ListOptions",
        "ListTerms",
        "CountAccounts",
        "CountWaiting",
        "CountDead",
        "CountDamages",
        "DropGone",
    ];

    // Statements over marks and holds, which are few, and over the first of an index in its order.
    private static readonly string[] MayGoThroughAll =
    [
        "FindVault",
        "MeasureVault",
        "ListProtected",
        "CopyProtected",
        "ListOldest",
        "OldestHistory",
        "ListExpiringVaults",
    ];

    public static TheoryData<string, string> Statements
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (name, text) in Shared)
            foreach (
                var (i, part) in text.Split(';', StringSplitOptions.RemoveEmptyEntries).Index()
            )
                data.Add(i == 0 ? name : $"{name} {i + 1}", part);
            foreach (
                var type in typeof(SqliteDatabase)
                    .Assembly.GetTypes()
                    .Where(type => type.Name.EndsWith("Sql", StringComparison.Ordinal))
                    .Append(typeof(VaultCreation))
            )
            foreach (
                var constant in type.GetFields(BindingFlags.Public | BindingFlags.Static)
                    .Where(constant => constant.IsLiteral && constant.FieldType == typeof(string))
            )
                data.Add($"{type.Name}.{constant.Name}", (string)constant.GetRawConstantValue()!);
            return data;
        }
    }

    // Those that both engines have.
    private static IEnumerable<(string Name, string Text)> Shared =>
        typeof(SqliteDatabase)
            .Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Statements", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(constant => constant.FieldType == typeof(SharedStatement))
            .Select(constant =>
                (
                    $"{constant.DeclaringType!.Name}.{constant.Name}",
                    ((SharedStatement)constant.GetValue(null)!).Sqlite
                )
            );

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task No_statement_scans_a_table(string name, string sql)
    {
        var plan = await ExplainAsync(sql);
        var mayScan = MayScan.Any(allowed =>
            name.EndsWith("." + allowed, StringComparison.Ordinal)
        );
        // Run once, over metadata that no server is at work on.
        if (name.StartsWith(nameof(RestoreStatements), StringComparison.Ordinal))
            return;
        foreach (var step in plan)
            if (step.StartsWith("SCAN ", StringComparison.Ordinal))
                Assert.True(
                    Meant.Any(meant =>
                        step.StartsWith(meant, StringComparison.Ordinal)
                        && (
                            meant
                                is not (
                                    "SCAN v"
                                    or "SCAN holds"
                                    or "SCAN c"
                                    or "SCAN o"
                                    or "SCAN terms"
                                    or "SCAN lifecycles"
                                )
                            || mayScan
                            || name.StartsWith("CopySql", StringComparison.Ordinal)
                        )
                    ),
                    $"{name}: {string.Join("; ", plan)}"
                );
    }

    // By the vault alone, everything of it is gone through that the table has, whatever else is asked of the rows. Of locks, shares, marks, mounts and uploads there are few; destruction wants all.
    [Theory]
    [MemberData(nameof(Statements))]
    public async Task No_statement_goes_through_all_nodes_contents_or_history_of_a_vault(
        string name,
        string sql
    )
    {
        if (
            !sql.Contains("node_history", StringComparison.Ordinal)
            && !sql.Contains("nodes ", StringComparison.Ordinal)
            && !sql.Contains("content_refs", StringComparison.Ordinal)
            && !sql.Contains("dirs ", StringComparison.Ordinal)
        )
            return;
        var plan = await ExplainAsync(sql);
        var isMeant =
            name.StartsWith("DestructionSql.", StringComparison.Ordinal)
            || MayGoThroughAll.Any(allowed =>
                name.EndsWith("." + allowed, StringComparison.Ordinal)
            );
        Assert.True(isMeant || !plan.Exists(GoesThroughAll), $"{name}: {string.Join("; ", plan)}");
    }

    // Of one node among many, what history has of it is found by the node; a range of changes would be everybody's.
    [Theory]
    [InlineData(HistorySql.ListLeft)]
    [InlineData(HistorySql.FindFormerPlace)]
    [InlineData(HistorySql.FindFormer)]
    [InlineData(HistorySql.FindFormerMember)]
    [InlineData(HistorySql.ListFormerMembers)]
    [InlineData(HistorySql.ListUnchangedMembers)]
    [InlineData(TrashSql.ListVersions)]
    [InlineData(TrashSql.ListUnthinned)]
    [InlineData(TrashSql.ForgetContent)]
    public async Task What_is_asked_of_a_node_is_not_looked_for_among_all_changes(string sql)
    {
        var plan = await ExplainAsync(sql);
        Assert.DoesNotContain(
            plan,
            step =>
                !step.StartsWith("SEARCH h USING PRIMARY KEY", StringComparison.Ordinal)
                && (
                    step.Contains("(vault_id=? AND until_seq>", StringComparison.Ordinal)
                    || step.Contains("(vault_id=? AND until_seq<", StringComparison.Ordinal)
                    || step.Contains("(vault_id=? AND changed_seq<", StringComparison.Ordinal)
                )
                && !step.Contains("node_history_versions", StringComparison.Ordinal)
        );
    }

    private static bool GoesThroughAll(string step) =>
        step.Contains("PRIMARY KEY (vault_id=?)", StringComparison.Ordinal)
        || (
            step.Contains(" (vault_id=?)", StringComparison.Ordinal)
            && (
                step.Contains("INDEX node", StringComparison.Ordinal)
                || step.Contains("INDEX content", StringComparison.Ordinal)
                || step.Contains("INDEX dirs", StringComparison.Ordinal)
            )
        );

    private async Task<List<string>> ExplainAsync(string sql) =>
        await fixture.Engine.WriteAsync(
            session =>
                session
                    .Connection.Query("EXPLAIN QUERY PLAN " + sql)
                    .Select(row => (string)row.detail)
                    .ToList(),
            TestContext.Current.CancellationToken
        );

    // Pages that do not begin anew with every row, but for what is always few.
    [Theory]
    [MemberData(nameof(Pages))]
    [InlineData(TreeSql.ListMembers)]
    [InlineData(TreeSql.ListBelow)]
    [InlineData(SearchSql.ListMedia)]
    [InlineData(SearchSql.ListLatest)]
    [InlineData(PurgeSql.FirstTrashed)]
    [InlineData(PurgeSql.OldestHistory)]
    [InlineData(TrashSql.List)]
    [InlineData(TrashSql.ListDeletionsBefore)]
    [InlineData(TrashSql.ListDeletionsAfter)]
    [InlineData(TrashSql.ListVersions)]
    [InlineData(TrashSql.ListUnthinned)]
    [InlineData(TrashSql.ListOldest)]
    [InlineData(TrashSql.ListHidden)]
    [InlineData(LedgerSql.ListContents)]
    [InlineData(LedgerSql.ListCondemned)]
    [InlineData(AuditSql.Read)]
    [InlineData(AuditSql.List)]
    [InlineData(AuditSql.ListVisible)]
    [InlineData(AuditSql.NextChain)]
    [InlineData(OutboxSql.ListDue)]
    [InlineData(OutboxSql.List)]
    [InlineData(OutboxSql.ListDead)]
    [InlineData(OutboxSql.ListOld)]
    [InlineData(DestructionSql.ListClosed)]
    [InlineData(DestructionSql.ListContents)]
    [InlineData(DestructionSql.ListOutlived)]
    public async Task What_is_read_in_order_is_stored_in_order(string sql) =>
        Assert.DoesNotContain(
            await fixture.Engine.WriteAsync(
                session =>
                    session
                        .Connection.Query("EXPLAIN QUERY PLAN " + sql)
                        .Select(row => (string)row.detail)
                        .ToList(),
                TestContext.Current.CancellationToken
            ),
            step => step.Contains("TEMP B-TREE", StringComparison.Ordinal)
        );

    public static TheoryData<string> Pages =>
        [
            .. Shared
                .Select(statement => statement.Text)
                .Where(text => text.EndsWith("LIMIT @limit", StringComparison.Ordinal)),
        ];

    /// <summary>One migrated database for all plans.</summary>
    public sealed class Database : IDisposable
    {
        private readonly string _folder = Directory
            .CreateTempSubdirectory("clouddav-plans-")
            .FullName;

        public Database()
        {
            var path = Path.Combine(_folder, "metadata.db");
            SqliteDatabase.Migrate(path);
            Engine = new SqliteDatabase(path);
        }

        public SqliteDatabase Engine { get; }

        public void Dispose()
        {
            Engine.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
