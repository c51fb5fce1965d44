namespace CloudDav.Vault;

/// <summary>Nodes go from one vault into another, over the border of a share.</summary>
public sealed partial class VaultSession
{
    internal static ValueTask<VaultResult<Changed>> TransferAsync(
        VaultTree.Spot from,
        VaultTree.Spot to,
        Transfer transfer,
        bool isMove,
        CancellationToken cancellationToken
    ) => new(new Refusal(RefusalRule.ShareRightMissing));
}
