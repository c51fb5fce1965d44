using System.Globalization;

namespace CloudDav.Vault.Tests.Sync;

/// <summary>A program's copy of a folder: it does what reports say, and knows nothing else. By path, what it saw last.</summary>
internal sealed class SyncCopy(VaultTree tree, string path, bool isDeep)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>What it has: by path, the tag and whether it is a folder.</summary>
    public SortedDictionary<string, string> Items { get; private set; } =
        new(StringComparer.Ordinal);

    public string? Token { get; private set; }

    /// <summary>How many addresses the last report had.</summary>
    public int Count { get; private set; }

    /// <summary>Asks once, and does what it is told.</summary>
    public async Task<VaultResult<Synced>> SyncAsync(int? limit = null)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var present = new List<string>();
        string? wrong = null;
        Count = 0;
        var items = new SortedDictionary<string, string>(Items, StringComparer.Ordinal);
        var result = await tree.SyncAsync(
            TestSteps.Segments(path),
            new SyncWish(Token, isDeep, limit),
            NodeDetails.None,
            (below, isCollection, vault, node, _) =>
            {
                Count++;
                var at = string.Join('/', below.ToArray());
                if (!seen.Add(at))
                    wrong ??= $"{at} came twice";
                if (node is null)
                {
                    // Done in their order, nothing that is there goes again.
                    if (present.Any(path => path.StartsWith(at + "/", StringComparison.Ordinal)))
                        wrong ??= $"{at} is gone behind what is there";
                    Remove(items, at);
                    return;
                }
                present.Add(at);
                var item = Of(vault, node);
                if (items.TryGetValue(at, out var former) && former[0] == 'd' && item[0] != 'd')
                    Remove(items, at);
                items[at] = item;
                if (isCollection != node.IsFolder)
                    wrong ??= $"{at} is said to be what it is not";
            },
            Stop
        );
        if (result.Refusal is null)
        {
            Assert.Null(wrong);
            Assert.True(limit is null || Count <= limit, $"{Count} of {limit}");
            (Items, Token) = (items, result.Value.Token);
        }
        return result;
    }

    /// <summary>Asks until there is no more. Begins anew when it must.</summary>
    /// <returns>Whether it had to.</returns>
    public async Task<bool> CatchUpAsync(int? limit = null)
    {
        for (var (turn, anew) = (0, false); ; turn++)
        {
            Assert.True(turn < 500, "There is always more.");
            var synced = await SyncAsync(limit);
            if (synced.Refusal?.Rule == RefusalRule.SyncLimitTooSmall)
            {
                limit *= 2;
                continue;
            }
            if (synced.Refusal?.Rule == RefusalRule.SyncTokenInvalid && !anew)
            {
                Forget();
                anew = true;
                continue;
            }
            if (synced.Refusal is not null)
                throw new InvalidOperationException(synced.Refusal.Rule.ToString());
            if (!synced.Value.IsTruncated)
                return anew;
        }
    }

    /// <summary>Begins anew.</summary>
    public void Forget()
    {
        Token = null;
        Items.Clear();
    }

    /// <summary>What a listing says it should have; null when its folder is not there.</summary>
    public async Task<SortedDictionary<string, string>?> ListAsync()
    {
        var items = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var listed = await tree.ListAsync(
            TestSteps.Segments(path),
            isDeep ? null : 1,
            NodeDetails.None,
            (below, vault, node, _) =>
            {
                if (below.Length > 0)
                    items[string.Join('/', below.ToArray())] = Of(vault, node);
            },
            Stop
        );
        return listed.IsSuccess ? items : null;
    }

    private static string Of(VaultState vault, NodeRow node) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(node.IsFolder ? 'd' : 'f')} {node.Id.Value} {node.Name} {EntityTag.Of(vault, node)}"
        );

    private static void Remove(SortedDictionary<string, string> items, string path)
    {
        foreach (
            var key in items
                .Keys.Where(key =>
                    key == path || key.StartsWith(path + "/", StringComparison.Ordinal)
                )
                .ToList()
        )
            items.Remove(key);
    }
}
