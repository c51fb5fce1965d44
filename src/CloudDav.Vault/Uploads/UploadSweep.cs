using System.Diagnostics;

namespace CloudDav.Vault;

/// <summary>Removes uploads that nobody goes on with, slice by slice, so that writers wait for none of it. Any number of processes may do so at once.</summary>
/// <param name="metadata">Where they are.</param>
/// <param name="time">The clock.</param>
public sealed class UploadSweep(IMetadataStore metadata, TimeProvider time)
{
    private const int Page = 100;

    private readonly WriterSlices _slices = new();

    /// <summary>Removes everything that has expired by now.</summary>
    /// <returns>How many parts and uploads were removed.</returns>
    public async ValueTask<long> RunAsync(CancellationToken cancellationToken)
    {
        long removed = 0;
        while (true)
        {
            var now = time.GetUtcNow();
            var expired = await metadata.ListExpiredUploadsAsync(now, Page, cancellationToken);
            foreach (var upload in expired)
                removed += await _slices.RunAsync(async slice =>
                {
                    var begun = Stopwatch.GetTimestamp();
                    var rows = await PurgeSliceAsync(
                        metadata,
                        upload,
                        slice,
                        now,
                        cancellationToken
                    );
                    return new Slice(rows, Stopwatch.GetElapsedTime(begun));
                });
            if (expired.Count < Page)
                return removed;
        }
    }

    internal static async ValueTask<int> PurgeSliceAsync(
        IMetadataStore metadata,
        UploadSession upload,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        (
            await metadata.WriteAsync<int>(
                async transaction =>
                    await transaction.PurgeUploadAsync(upload.Vault, upload.Id, limit, now),
                cancellationToken
            )
        ).Value;
}
