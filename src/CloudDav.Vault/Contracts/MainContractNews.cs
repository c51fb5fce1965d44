using System.Text.Json.Nodes;

namespace CloudDav.Vault;

/// <summary>What becomes of a customer when something new is heard of the main contract, whether the operator pushed it or the inventory was asked.</summary>
public static class MainContractNews
{
    /// <summary>The act in the account's audit chain.</summary>
    public const string Act = "main-contract.changed";

    /// <summary>The customer after the news.</summary>
    /// <returns>Null when nothing in it is new.</returns>
    public static Customer? Apply(Customer customer, KnownMainContract news, DateTimeOffset now)
    {
        var known = customer.Main;
        var end = EndOf(known, news, now);
        var hasTv = news.HasTv ?? customer.HasTvContract;
        return known.Status == news.Status && known.End == end && customer.HasTvContract == hasTv
            ? null
            : customer with
            {
                Main = known with { Status = news.Status, KnownAt = now, End = end },
                HasTvContract = hasTv,
            };
    }

    /// <summary>Whether a change takes something from the customer: the contract ends, or ends sooner, or the TV goes.</summary>
    public static bool TakesAway(Customer before, Customer after) =>
        (after.Main.End is { } end && (before.Main.End is not { } known || end.At < known.At))
        || (before.HasTvContract && !after.HasTvContract);

    /// <summary>Saves the customer after the news and writes it down in the account's chain, in one transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="customer">The customer as the transaction sees it.</param>
    /// <param name="news">The news.</param>
    /// <param name="actor">Who brought it: <see cref="AuditEntry.Actor"/>.</param>
    /// <param name="instruction">The id of the command that brought it; null for none.</param>
    /// <param name="now">The time.</param>
    /// <returns>The customer as saved; null when nothing was new, and nothing saved.</returns>
    public static async ValueTask<Customer?> SaveAsync(
        IContractTransaction transaction,
        Customer customer,
        KnownMainContract news,
        string actor,
        string? instruction,
        DateTimeOffset now
    )
    {
        if (Apply(customer, news, now) is not { } changed)
            return null;
        var saved = await transaction.SaveCustomerAsync(changed);
        await transaction.RecordAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(customer.Account),
                At = now,
                Actor = actor,
                Act = Act,
                Subject = $"main-contract:{customer.Main.Reference}",
                Instruction = instruction,
                Body = new JsonObject
                {
                    ["status"] = NameOf(saved.Main.Status),
                    ["ends"] = saved.Main.End?.At.ToUniversalTime(),
                    ["tv"] = saved.HasTvContract,
                }.ToJsonString(),
            }
        );
        return saved;
    }

    private static ContractEnd? EndOf(
        MainContract known,
        KnownMainContract news,
        DateTimeOffset now
    )
    {
        // It has ended and nobody says when: on the day that is known, else when it was heard of.
        var at =
            news.Ends is { } ends ? Milliseconds(ends)
            : news.Status != MainStatus.Terminated ? (DateTimeOffset?)null
            : known.End is { } passed && passed.At <= now ? passed.At
            : Milliseconds(now);
        if (at is not { } end)
            return null;
        if (known.End is { } before)
        {
            if (before.At == end)
                return before;
            // Another date in the past opens no new window: the end itself was heard of before.
            if (before.At <= now && end <= now)
                return before with { At = end };
        }
        return new ContractEnd(EndCause.MainContract, end, Milliseconds(now));
    }

    // As times are kept, so that what was saved is found to be the same again.
    private static DateTimeOffset Milliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private static string NameOf(MainStatus status) =>
        status switch
        {
            MainStatus.Active => "active",
            MainStatus.Suspended => "suspended",
            MainStatus.Terminated => "terminated",
        };
}
