namespace CloudDav.Vault;

/// <summary>Says what is at the top of a share: it comes first of it, whatever is looked for, and is followed by what lies below.</summary>
/// <param name="own">The vault of whoever looks.</param>
internal sealed class ShareTops(VaultId own)
{
    private string[]? _top;

    public bool IsTop(ReadOnlySpan<string> below, VaultState vault, NodeRow node)
    {
        if (vault.Id == own)
            return false;
        if (
            _top is not null
            && below.Length > _top.Length
            && below[.._top.Length].SequenceEqual(_top)
        )
            return false;
        _top = node.IsFolder ? below.ToArray() : null;
        return true;
    }
}
