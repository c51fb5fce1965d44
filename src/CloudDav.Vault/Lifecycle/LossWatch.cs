using System.Text.Json;

namespace CloudDav.Vault;

/// <summary>
/// Notices that much of a vault is deleted or overwritten within a while, as by a program that encrypts it or by a sync client gone wild: the operator's systems are told, it stands in
/// the access log, and nothing goes from trash and history by itself for some time. Counted in the vault's own row, which each change reads and writes anyhow; so it costs no
/// query, and holds whichever node a change comes through. Whose device it was is told of the change that made it much; counted are all, so that nobody hides behind another.
/// </summary>
internal static class LossWatch
{
    // One mass change that goes on for longer than it is counted in is told once.
    private static readonly TimeSpan s_episode = TimeSpan.FromDays(1);

    public static void AddTo(
        ChangeSet changes,
        Actor actor,
        VaultState vault,
        AuditEntry entry,
        VaultLimits limits
    )
    {
        if (limits.MassPercent == 0)
            return;
        var now = DateTimeOffset.FromUnixTimeMilliseconds(changes.NowMs);
        var window =
            vault.Losses is { } known && known.Since <= now && known.Since + limits.MassWindow > now
                ? known
                : new LossWindow(now, vault.Items, 0);
        if (LostBy(changes, window.Since.ToUnixTimeMilliseconds()) is not (> 0 and var lost))
            return;
        var before = window.Items;
        window = window with { Items = before + lost };
        DateTimeOffset? guardedUntil = null;
        if (
            window.Items >= limits.MassItems
            && window.Items > (Int128)window.Of * limits.MassPercent / 100
            && !(vault.GuardedUntil - limits.MassKeeps + s_episode > now)
        )
        {
            guardedUntil = now + limits.MassKeeps;
            Tell(changes, actor, entry, window, now, guardedUntil.Value);
        }
        changes.Losses = new LossNote(window, guardedUntil);
    }

    // What came to be within the while, or was counted in it, is no loss: a program that saves the same file over and over loses it once.
    private static long LostBy(ChangeSet changes, long sinceMs)
    {
        long lost = 0;
        foreach (var change in changes.Changes)
        {
            if (change is not Change.ReplaceNode { Former: var former } replace)
                continue;
            if (replace.Reason == HistoryReason.Deleted && TrashKey.IsWanted(replace.Row.NameKey))
                lost += former.IsFolder || former.ChangedMs < sinceMs ? former.TotalItems : 0;
            else if (replace.IsVersion && former.ChangedMs < sinceMs)
                lost++;
        }
        return lost;
    }

    private static void Tell(
        ChangeSet changes,
        Actor actor,
        AuditEntry entry,
        LossWindow window,
        DateTimeOffset now,
        DateTimeOffset guardedUntil
    )
    {
        var data = JsonSerializer.Serialize(
            new
            {
                items = window.Items,
                of = window.Of,
                since = window.Since,
                device = actor.Device?.Value,
                keptUntil = guardedUntil,
            }
        );
        changes.Add(
            new Change.AddEvent(
                new ServiceEvent
                {
                    Account = new AccountId(entry.Chain.Value),
                    Type = EventTypes.MassChange,
                    OccurredAt = now,
                    Data = data,
                }
            )
        );
        changes.Add(new Change.AddAudit(entry with { Body = data }));
    }
}
