using CloudDav.Vault;

namespace CloudDav.Storage.Tests.Journal;

/// <summary>Hash chains: what is appended stays, what is tampered with is found, and a seal leaves no trace.</summary>
public abstract class AuditContract(JournalEngine engine) : JournalContract(engine)
{
    [Fact]
    public async Task An_account_begins_its_chain_and_every_entry_follows_the_one_before_it()
    {
        var (account, chain) = await ChainAsync(1_200);

        var page = await Engine.Log.ReadAsync(chain, 0, 10, Stop);
        Assert.Equal(AuditActs.AccountCreated, page.Records[0].Entry.Act);
        Assert.Equal(
            Enumerable.Range(1, 10).Select(i => (long)i),
            page.Records.Select(record => record.Seq)
        );
        Assert.Equal(1_201, page.Head!.Seq);
        var findings = await FindingsAsync();
        Assert.Equal([AuditChainId.Operator, chain], findings.Select(finding => finding.Chain));
        Assert.All(findings, finding => Assert.Null(finding.Problem));
        Assert.Equal(1_201, findings[1].Last!.Seq);
        Assert.Equal(account, new AccountId(chain.Value));
    }

    [Fact]
    public async Task Every_part_of_an_entry_comes_back_as_it_was_appended()
    {
        var (_, chain) = await ChainAsync(0);
        var entry = new AuditEntry
        {
            Chain = chain,
            At = Now,
            Actor = AuditActors.Operator + ":crm",
            Act = "measure.set",
            Subject = "measure:7",
            Instruction = "command-1",
            Body = """{"reason":"é"}""",
            SealedUntil = DateTimeOffset.FromUnixTimeMilliseconds(
                DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ),
            Unseals = 1,
        };

        Assert.Equal(2, await Engine.Log.AppendAsync(entry, Stop));

        Assert.Equal(
            entry,
            (await Engine.Log.ReadAsync(chain, 1, 10, Stop)).Records.Single().Entry
        );
        Assert.Null((await FindingsAsync())[1].Problem);
    }

    [Theory]
    [InlineData(
        "UPDATE audit SET body = '{\"x\":1}' WHERE chain > 0 AND seq = 3",
        "entry 3 was changed"
    )]
    [InlineData(
        "UPDATE audit SET actor = 'system' WHERE chain > 0 AND seq = 3",
        "entry 3 was changed"
    )]
    [InlineData("UPDATE audit SET act = 'none' WHERE chain > 0 AND seq = 3", "entry 3 was changed")]
    [InlineData("UPDATE audit SET subject = '' WHERE chain > 0 AND seq = 3", "entry 3 was changed")]
    [InlineData(
        "UPDATE audit SET instruction = 'i' WHERE chain > 0 AND seq = 3",
        "entry 3 was changed"
    )]
    [InlineData("UPDATE audit SET at = at + 1 WHERE chain > 0 AND seq = 3", "entry 3 was changed")]
    [InlineData(
        "UPDATE audit SET sealed_until = 0 WHERE chain > 0 AND seq = 3",
        "entry 3 was changed"
    )]
    [InlineData("UPDATE audit SET unseals = 0 WHERE chain > 0 AND seq = 3", "entry 3 was changed")]
    [InlineData(
        "UPDATE audit SET body = '{}', hash = prev_hash WHERE chain > 0 AND seq = 3",
        "entry 3 was changed"
    )]
    [InlineData(
        "UPDATE audit SET prev_hash = hash WHERE chain > 0 AND seq = 3",
        "entry 3 does not follow entry 2"
    )]
    [InlineData("DELETE FROM audit WHERE chain > 0 AND seq = 3", "entry 3 is missing")]
    [InlineData("DELETE FROM audit WHERE chain > 0 AND seq < 4", "entries 1 to 3 are missing")]
    [InlineData(
        "DELETE FROM audit WHERE chain > 0 AND seq = 6",
        "it ends with entry 5, but there were 6"
    )]
    [InlineData(
        "UPDATE audit SET seq = CASE seq WHEN 3 THEN 104 WHEN 4 THEN 103 ELSE seq END WHERE chain > 0; UPDATE audit SET seq = seq - 100 WHERE seq > 100",
        "entry 3 does not follow entry 2"
    )]
    [InlineData(
        "DELETE FROM audit WHERE chain > 0",
        "all its entries are missing, and no destruction record says why"
    )]
    [InlineData("DELETE FROM audit_heads WHERE chain > 0", "its head is missing")]
    [InlineData(
        "DELETE FROM audit WHERE chain > 0; DELETE FROM audit_heads WHERE chain > 0",
        "it is missing as a whole"
    )]
    [InlineData(
        "UPDATE audit_heads SET hash = (SELECT prev_hash FROM audit WHERE chain > 0 AND seq = 6) WHERE chain > 0",
        "its head is not entry 6, the last one"
    )]
    [InlineData(
        "UPDATE audit_heads SET seq = 5, hash = (SELECT hash FROM audit WHERE chain > 0 AND seq = 5) WHERE chain > 0",
        "its head is not entry 6, the last one"
    )]
    public async Task Tampering_is_found_at_the_first_broken_link(string sql, string problem)
    {
        await ChainAsync(5);
        await Engine.ExecuteAsync(sql);

        var finding = (await FindingsAsync())[1];

        Assert.Equal(problem, finding.Problem);
    }

    [Fact]
    public async Task Tampering_far_behind_the_first_page_is_found()
    {
        await ChainAsync(1_000);
        await Engine.ExecuteAsync("DELETE FROM audit WHERE chain > 0 AND seq = 777");

        var finding = (await FindingsAsync())[1];

        Assert.Equal("entry 777 is missing", finding.Problem);
        Assert.Equal(776, finding.Last!.Seq);
    }

    [Fact]
    public async Task The_chain_of_the_operator_has_to_be_there()
    {
        await Engine.ExecuteAsync("DELETE FROM audit; DELETE FROM audit_heads");

        Assert.Equal("it is missing as a whole", (await FindingsAsync())[0].Problem);
    }

    [Fact]
    public async Task A_chain_that_is_missing_stays_missing_however_often_the_schema_is_brought_up_to_date()
    {
        await ChainAsync(5);
        await Engine.ExecuteAsync(
            "DELETE FROM audit WHERE chain > 0; DELETE FROM audit_heads WHERE chain > 0"
        );

        Engine.Migrate();

        Assert.Equal("it is missing as a whole", (await FindingsAsync())[1].Problem);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    public async Task What_is_no_JSON_object_is_not_recorded(string body)
    {
        var (_, chain) = await ChainAsync(0);

        await Assert.ThrowsAnyAsync<Exception>(async () =>
            await Engine.Log.AppendAsync(Entry(chain, "test.act") with { Body = body }, Stop)
        );

        Assert.Single((await Engine.Log.ReadAsync(chain, 0, 10, Stop)).Records);
    }

    [Fact]
    public async Task Two_processes_append_to_one_chain()
    {
        var (_, chain) = await ChainAsync(0);
        await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(i => i % 2 == 0 ? Engine.Log : Engine.OtherLog)
                .Select(log => log.AppendAsync(Entry(chain, "test.act"), Stop).AsTask())
        );

        var finding = (await FindingsAsync())[1];
        Assert.Null(finding.Problem);
        Assert.Equal(101, finding.Last!.Seq);
    }

    [Fact]
    public async Task What_is_sealed_leaves_no_trace_for_the_customer_until_its_time_or_its_unsealing()
    {
        var (account, chain) = await ChainAsync(0);
        await Engine.Log.AppendAsync(
            Entry(chain, "staff.read") with
            {
                SealedUntil = Now.AddDays(1),
            },
            Stop
        );
        await Engine.Log.AppendAsync(
            Entry(chain, "staff.read-more") with
            {
                SealedUntil = DateTimeOffset.MaxValue,
            },
            Stop
        );
        await Engine.Log.AppendAsync(Entry(chain, "device.added"), Stop);

        Assert.Equal(
            [(2, "device.added"), (1, AuditActs.AccountCreated)],
            await VisibleAsync(account, Now)
        );
        Assert.Equal(
            [(3, "device.added"), (2, "staff.read"), (1, AuditActs.AccountCreated)],
            await VisibleAsync(account, Now.AddDays(1))
        );
        await Engine.Log.AppendAsync(Entry(chain, "order.unsealed") with { Unseals = 3 }, Stop);
        Assert.Equal(
            [
                (5, "order.unsealed"),
                (4, "device.added"),
                (3, "staff.read-more"),
                (2, "staff.read"),
                (1, AuditActs.AccountCreated),
            ],
            await VisibleAsync(account, Now.AddDays(1))
        );
        Assert.Equal(5, (await Engine.Log.ListAsync(chain, long.MaxValue, 10, Stop)).Count);
        // Of some acts alone, numbered among themselves and in pages as well.
        var staff = await Engine.Log.ListVisibleAsync(
            account,
            Now.AddDays(1),
            "staff",
            long.MaxValue,
            10,
            Stop
        );
        Assert.Equal(
            [(2L, "staff.read-more"), (1L, "staff.read")],
            staff.Select(entry => (entry.Number, entry.Entry.Act))
        );
        staff = await Engine.Log.ListVisibleAsync(account, Now.AddDays(1), "staff", 2, 10, Stop);
        Assert.Equal("staff.read", Assert.Single(staff).Entry.Act);
    }

    [Fact]
    public async Task Lists_come_in_pages_newest_first()
    {
        var (account, chain) = await ChainAsync(25);
        var (seen, all) = (new List<long>(), new List<long>());
        for (var before = long.MaxValue; ; before = seen[^1])
        {
            var page = await Engine.Log.ListVisibleAsync(account, Now, null, before, 10, Stop);
            seen.AddRange(page.Select(entry => entry.Number));
            if (page.Count < 10)
                break;
        }
        for (var before = long.MaxValue; ; before = all[^1])
        {
            var page = await Engine.Log.ListAsync(chain, before, 10, Stop);
            all.AddRange(page.Select(record => record.Seq));
            if (page.Count < 10)
                break;
        }

        Assert.Equal(Enumerable.Range(1, 26).Reverse().Select(i => (long)i), seen);
        Assert.Equal(seen, all);
    }

    private async Task<(AccountId Account, AuditChainId Chain)> ChainAsync(int entries)
    {
        var account = await Engine.AddAccountAsync();
        var chain = AuditChainId.Of(account);
        if (entries > 0)
            await Engine.AppendAsync([
                .. Enumerable
                    .Range(0, entries)
                    .Select(i => Entry(chain, "test.act") with { Body = $$"""{"i":{{i}}}""" }),
            ]);
        return (account, chain);
    }

    private protected async Task<List<AuditFinding>> FindingsAsync()
    {
        var findings = new List<AuditFinding>();
        await foreach (var finding in new AuditInspector(Engine.Log).InspectAsync(Stop))
            findings.Add(finding);
        return findings;
    }

    private async Task<List<(long, string)>> VisibleAsync(AccountId account, DateTimeOffset now) =>
        [
            .. (
                await Engine.Log.ListVisibleAsync(account, now, null, long.MaxValue, 10, Stop)
            ).Select(entry => (entry.Number, entry.Entry.Act)),
        ];
}
