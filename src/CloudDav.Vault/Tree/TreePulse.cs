using System.IO.Hashing;
using System.Text;

namespace CloudDav.Vault;

/// <summary>What a tree is at a moment.</summary>
/// <param name="Stamp">Another number whenever anything in the tree is another; positive and below 2^53.</param>
/// <param name="Vaults">The vaults it shows something of, its own first.</param>
public sealed record TreePulse(long Stamp, IReadOnlyList<VaultId> Vaults)
{
    private const ulong Mask = (1UL << 53) - 1;

    // The tag of the root is that of everything below it.
    internal static TreePulse Of(VaultState vault, NodeRow root) =>
        new(
            (long)(XxHash3.HashToUInt64(Encoding.ASCII.GetBytes(EntityTag.Of(vault, root))) & Mask),
            [
                vault.Id,
                .. (vault.Mounts?.Received ?? [])
                    .Where(received => received.Placed is not null)
                    .Select(received => received.Placed!.Share.Vault)
                    .Where(id => id != vault.Id)
                    .Distinct(),
            ]
        );
}
