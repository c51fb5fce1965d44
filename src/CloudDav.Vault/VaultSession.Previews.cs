namespace CloudDav.Vault;

/// <summary>Previews of pictures and videos.</summary>
public sealed partial class VaultSession
{
    private const int MostMonths = 1_200;

    /// <summary>All vaults.</summary>
    internal Vaults Vaults => _vaults;

    /// <summary>The months of a calendar in which pictures and videos of the vault were taken, the last first; what others share is not looked at.</summary>
    /// <param name="zone">The calendar's zone.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<VaultResult<IReadOnlyList<DateOnly>>> ListTakenMonthsAsync(
        TimeZoneInfo zone,
        CancellationToken cancellationToken
    ) =>
        _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<IReadOnlyList<DateOnly>>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([new([])]));
                var found = FoundIn(facts, Capability.List);
                if (found.Refusal is { } refusal)
                    return refusal;
                var vault = found.Value.Vault.Id;
                var oldest = await snapshot.ListFirstTakenAsync(vault, [long.MinValue]);
                if (oldest.Count == 0)
                    return Array.Empty<DateOnly>();
                var first = MonthOf(oldest[long.MinValue], zone);
                var months = Enumerable
                    .Range(0, MostMonths)
                    .Select(back => MonthOf(Now.ToUnixTimeMilliseconds(), zone).AddMonths(1 - back))
                    .TakeWhile(month => month >= first)
                    .ToList();
                var begins = months.ToDictionary(month => month, month => BeginOf(month, zone));
                var taken = await snapshot.ListFirstTakenAsync(vault, [.. begins.Values]);
                return months
                    .Where(month =>
                        taken.TryGetValue(begins[month], out var at)
                        && at < BeginOf(month.AddMonths(1), zone)
                    )
                    .ToArray();
            },
            cancellationToken
        );

    /// <summary>When a month of a calendar begins, in milliseconds since 1970 UTC.</summary>
    public static long BeginOf(DateOnly month, TimeZoneInfo zone)
    {
        var begin = month.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(begin, zone.GetUtcOffset(begin)).ToUnixTimeMilliseconds();
    }

    private static DateOnly MonthOf(long moment, TimeZoneInfo zone)
    {
        var day = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(moment), zone);
        return new DateOnly(day.Year, day.Month, 1);
    }

    /// <summary>Finds a picture or a video and opens its preview, where there is one. Whoever may not download it sees none.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="size">The most pixels of the preview's longer side, one of <see cref="PreviewDesk.Sizes"/>; where there is none of that size, the next smaller one is opened, which is as large as the original.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<VaultResult<OpenedPreview>> OpenPreviewAsync(
        IReadOnlyList<string> path,
        int size,
        CancellationToken cancellationToken
    )
    {
        var found = await _vaults.Metadata.ReadAsync(
            async ValueTask<VaultResult<(OpenedPreview, StoredContent?)>> (snapshot) =>
            {
                var facts = await LoadAsync(snapshot, Request([new(path)]));
                var node = FoundIn(facts, Capability.Download);
                if (node.Refusal is { } refusal)
                    return refusal;
                var (vault, row) = (node.Value.Vault, node.Value.Node);
                if (row.Content is not { } content)
                    return (new OpenedPreview(vault, row, null, null, null), null);
                var known = await snapshot.DescribeMediaAsync(vault.Id, [content]);
                var previews = await snapshot.ListPreviewsAsync(vault.Id, content);
                var preview = previews.LastOrDefault(one => one.Size <= size);
                return (
                    new OpenedPreview(
                        vault,
                        row,
                        known.GetValueOrDefault(content),
                        preview.Size > 0 ? preview : null,
                        null
                    ),
                    preview.Size > 0
                        ? await snapshot.FindContentAsync(vault.Id, preview.Content)
                        : null
                );
            },
            cancellationToken
        );
        if (found.Refusal is { } refused)
            return refused;
        var (opened, stored) = found.Value;
        return stored is null
            ? opened
            : opened with
            {
                Content = await OpenContentAsync(stored, cancellationToken),
            };
    }
}

/// <summary>A picture or a video with its preview.</summary>
/// <param name="Vault">The vault it is in.</param>
/// <param name="Node">The file.</param>
/// <param name="Media">What is known of it; null when it is none, or not noted yet.</param>
/// <param name="Preview">The preview; null when there is none.</param>
/// <param name="Content">Its bytes, a JPEG; null when there is none. Whoever opened it disposes them.</param>
public sealed record OpenedPreview(
    VaultState Vault,
    NodeRow Node,
    MediaFacts? Media,
    Preview? Preview,
    IContentSource? Content
)
{
    /// <summary>The medium as one that can be looked into; null when the file has no content.</summary>
    public PendingMedium? Medium =>
        Node.Content is { } content ? new PendingMedium(Vault.Id, content) : null;
}
