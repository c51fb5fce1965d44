using System.Globalization;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Vault;

namespace CloudDav.Server.Verbs;

/// <summary>Events that were given up. The server may be running.</summary>
internal static class EventVerbs
{
    private const int PageSize = 500;

    public static async Task<int> ListDeadAsync(StorageOptions folders, CancellationToken stop)
    {
        VaultParts.RequireData(folders);
        using var parts = VaultParts.Open(folders);
        var page = await parts.Outbox.ListDeadAsync(default, PageSize, stop);
        if (page.Count == 0)
        {
            Console.WriteLine("No event was given up.");
            return 0;
        }
        Console.WriteLine($"{"ACCOUNT", 9}  {"NUMBER", 9}  {"GIVEN UP", -16}  {"TRIES", 5}  EVENT");
        while (page.Count > 0)
        {
            foreach (var dead in page)
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{dead.Key.Account.Value, 9}  {dead.Key.Number, 9}  {dead.SettledAt:yyyy-MM-dd HH:mm}  {dead.Attempts, 5}  {dead.Event.Type}: {dead.LastError}"
                    )
                );
            page = await parts.Outbox.ListDeadAsync(page[^1].Key, PageSize, stop);
        }
        return 0;
    }

    public static async Task<int> RetryAsync(
        StorageOptions folders,
        EventKey key,
        CancellationToken stop
    )
    {
        VaultParts.RequireData(folders);
        using var parts = VaultParts.Open(folders);
        var now = TimeProvider.System.GetUtcNow();
        if (!await parts.Outbox.ReviveAsync(key, now, stop))
            throw new StartProblem(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Account {key.Account.Value} has no event {key.Number} that was given up."
                )
            );
        await parts.Audit.AppendAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(key.Account),
                At = now,
                Actor = AuditActors.Console,
                Act = AuditActs.EventRetried,
                Subject = string.Create(CultureInfo.InvariantCulture, $"event:{key.Number}"),
            },
            CancellationToken.None
        );
        Console.WriteLine(
            "The event waits again, before whatever else of its account is still to go."
        );
        return 0;
    }
}
