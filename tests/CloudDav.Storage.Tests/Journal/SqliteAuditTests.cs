using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Journal;

public sealed class SqliteAuditTests() : AuditContract(new SqliteJournalEngine())
{
    [Fact]
    public async Task Accounts_from_before_audit_began_get_a_chain_when_it_begins()
    {
        var account = await Engine.AddAccountAsync();
        await Engine.ExecuteAsync("DELETE FROM audit; DELETE FROM audit_heads");

        Engine.Migrate();

        var page = await Engine.Log.ReadAsync(AuditChainId.Of(account), 0, 10, Stop);
        Assert.Equal(AuditActs.AccountRecorded, page.Records.Single().Entry.Act);
        Assert.All(await FindingsAsync(), finding => Assert.Null(finding.Problem));
    }
}
