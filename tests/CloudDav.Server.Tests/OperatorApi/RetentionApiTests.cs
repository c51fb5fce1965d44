using System.Text.Json;
using CloudDav.Server.Hosting;
using CloudDav.Server.Operator;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.OperatorApi;

/// <summary>What is kept of destroyed accounts at the operator's door, and leave to destroy.</summary>
public sealed class RetentionApiTests : IAsyncLifetime
{
    private OperatorHost _operator = null!;

    private VaultParts Parts => _operator.Host.Services.GetRequiredService<VaultParts>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _operator = await OperatorHost.StartAsync();

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task Leave_to_destroy_lasts_a_day_and_is_on_record_with_who_gave_it()
    {
        var now = _operator.Time.GetUtcNow();
        await Parts.Destructions.SaveClockAsync(now, hasJumped: true, Stop);

        var first = await AllowAsync("one");
        _operator.Time.Advance(TimeSpan.FromMinutes(1));
        var second = await AllowAsync("one");

        Assert.Equal(200, first.Status);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(now.AddDays(1), first.Json.GetProperty("allowedUntil").GetDateTimeOffset());
        var state = await Parts.Destructions.LoadStateAsync(Stop);
        Assert.Equal((null, now.AddDays(1)), (state.Stopped, state.AllowedUntil));
        var entry = Assert
            .Single(
                (await Parts.Audit.ReadAsync(AuditChainId.Operator, 0, 100, Stop)).Records,
                record => record.Entry.Act == AuditActs.DestructionAllowed
            )
            .Entry;
        Assert.Equal(("operator:billing", "one"), (entry.Actor, entry.Instruction));
    }

    [Fact]
    public async Task Destructions_and_what_is_kept_of_contracts_are_read_page_by_page()
    {
        var now = _operator.Time.GetUtcNow();
        await Parts.Contracts.WriteAsync<bool>(
            async facts =>
            {
                for (var i = 901; i <= 903; i++)
                {
                    await facts.SaveCustomerAsync(
                        new Customer
                        {
                            Account = new(i),
                            Reference = $"K{i}",
                            Main = new MainContract($"M{i}", MainStatus.Active, now),
                            Option = "large",
                            OptionVersion = 1,
                            Started = now,
                        }
                    );
                    await facts.BeginDestructionAsync(
                        new DestructionRecord
                        {
                            Account = new(i),
                            Vault = new(i),
                            Cause = EndCause.CloudContract,
                            Step = DestructionStep.Account,
                            Started = now,
                        }
                    );
                }
                return true;
            },
            Stop
        );
        for (var i = 901; i <= 903; i++)
            await Parts.Destructions.RemoveAccountAsync(
                new(i),
                Parts.ClosedNames,
                now.AddDays(1),
                Stop
            );

        foreach (var path in (string[])["/destructions", "/retained-contracts"])
        {
            var first = await _operator.GetAsync($"{path}?limit=2", OperatorScope.Legal);
            var second = await _operator.GetAsync(
                $"{path}?limit=2&cursor={first.Member("next")}",
                OperatorScope.Legal
            );
            Assert.Equal([901L, 902L], Accounts(first));
            Assert.Equal([903L], Accounts(second));
            Assert.Equal("", second.Member("next"));
            Assert.Equal(
                JsonValueKind.Null,
                second.Json.GetProperty("items")[0].GetProperty("keptUntil").ValueKind
            );
        }

        static IEnumerable<long> Accounts(OperatorReply page) =>
            page
                .Json.GetProperty("items")
                .EnumerateArray()
                .Select(item => item.GetProperty("account").GetInt64());
    }

    private Task<OperatorReply> AllowAsync(string id) =>
        _operator.CommandAsync("/destructions/allowance", null, id, scope: OperatorScope.Legal);
}
