using System.Text.Json;

namespace CloudDav.Vault;

/// <summary>What the operator's systems are told when a vault fills, and when one that was over its capacity fits again: in the transaction that does it, from what that has loaded anyway.</summary>
internal static class SpaceNews
{
    private static readonly int[] s_percents = [100, 95, 80];

    public static void AddTo(ChangeSet changes, AccountId account, VaultState vault)
    {
        // Nobody is told of vaults that no contract is about.
        if (
            changes.UsedBytes == 0
            || vault.CapacityBytes is not { } capacity
            || vault.Decision is not { Facts.Option: not null } decision
        )
            return;
        var (before, after) = (vault.UsedBytes, vault.UsedBytes + changes.UsedBytes);
        if (decision.Standing == Standing.OverCapacity && after <= capacity)
        {
            changes.Add(new Change.NoteStanding(account, Standing.Active));
            changes.Add(
                new Change.AddEvent(
                    StandingNews.Event(
                        account,
                        Standing.OverCapacity,
                        Standing.Active,
                        closesAt: null,
                        decision.Now
                    )
                )
            );
            changes.Add(
                new Change.AddAudit(
                    StandingNews.Entry(
                        account,
                        Standing.OverCapacity,
                        Standing.Active,
                        closesAt: null,
                        decision.Now
                    )
                )
            );
        }
        foreach (var percent in s_percents)
        {
            var mark = (Int128)capacity * percent / 100;
            if (before >= mark || after < mark)
                continue;
            changes.Add(
                new Change.AddEvent(
                    new ServiceEvent
                    {
                        Account = account,
                        Type = EventTypes.CapacityReached,
                        OccurredAt = decision.Now,
                        Data = JsonSerializer.Serialize(
                            new
                            {
                                percent,
                                used = after,
                                capacity,
                            }
                        ),
                    }
                )
            );
            return;
        }
    }
}
