namespace CloudDav.Vault;

/// <summary>Sizes slices of long work, so that each holds the writer for about 20 ms and nobody else waits for longer.</summary>
internal sealed class WriterSlices
{
    /// <summary>The rows of the first slice.</summary>
    public const int First = 200;

    private const int Smallest = 50;
    private const int Largest = 4_000;

    private static readonly TimeSpan s_time = TimeSpan.FromMilliseconds(20);

    private int _rows = First;

    /// <summary>Runs slices until one does nothing.</summary>
    /// <returns>Rows in all.</returns>
    public async ValueTask<long> RunAsync(Func<int, ValueTask<Slice>> work)
    {
        long total = 0;
        while (true)
        {
            var slice = await work(_rows);
            if (slice.Rows == 0)
                return total;
            total += slice.Rows;
            // The next slice is the size that would have filled its time.
            _rows = (int)Math.Clamp(_rows * (s_time / slice.Took), Smallest, Largest);
        }
    }
}
