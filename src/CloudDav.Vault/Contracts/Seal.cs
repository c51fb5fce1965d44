using System.Text.Json;

namespace CloudDav.Vault;

/// <summary>What a legal order keeps from the customer: entries of the account's chain carry it, and are found by it when it ends.</summary>
/// <param name="Instruction">The order, as audit names it.</param>
/// <param name="Until">Until when the customer is not told.</param>
public sealed record Seal(string Instruction, DateTimeOffset Until)
{
    /// <summary>The seal that an order lays on what is done under it now; null when it forbids nothing.</summary>
    public static Seal? Of(Entry<LegalOrder> order, DateTimeOffset now) =>
        order.Body.SealedUntil(now) is { } until
            ? new(RegisterDesk.NameOf(Registers.LegalOrders, order.Id), until)
            : null;
}

/// <summary>How commands, and changes of standing, are written down in audit and in events.</summary>
internal static class CommandWords
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters =
        {
            new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase),
        },
    };

    /// <summary>As <see cref="CommandRun.RecordAsync"/>, under a seal when there is one.</summary>
    public static async ValueTask RecordAsync(
        this CommandRun run,
        string act,
        AccountId? account,
        object? details,
        Seal? seal
    )
    {
        if (account is not { } owner || seal is null)
        {
            await run.RecordAsync(act, account, details);
            return;
        }
        var entry = new AuditEntry
        {
            Chain = AuditChainId.Operator,
            At = run.Now,
            Actor = run.Actor,
            Act = act,
            Subject = CommandRun.SubjectOf(owner),
            Instruction = run.Instruction.Id,
            Body = ToJson(details),
        };
        await run.Facts.RecordAsync(entry);
        await run.Facts.RecordAsync(
            entry with
            {
                Chain = AuditChainId.Of(owner),
                Subject = null,
                Instruction = seal.Instruction,
                SealedUntil = seal.Until,
            }
        );
    }

    /// <summary>Tells the operator's systems something about an account.</summary>
    public static async ValueTask EmitAsync(
        this CommandRun run,
        AccountId account,
        string type,
        object details
    ) =>
        await run.Facts.EmitAsync(
            new ServiceEvent
            {
                Account = account,
                Type = type,
                OccurredAt = run.Now,
                Data = ToJson(details),
            }
        );

    /// <summary>Details as they are written down.</summary>
    public static string ToJson(object? details) =>
        details is null ? "{}" : JsonSerializer.Serialize(details, details.GetType(), s_json);
}
