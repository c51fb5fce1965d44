using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace CloudDav.Server.Hosting;

/// <summary>
/// The memory connections receive into and send from: blocks of 64 KiB where Kestrel's own are 4 KiB. A body then takes a sixteenth of the system calls, and a chunk
/// of content is decrypted straight into the block it is sent from.
/// </summary>
internal sealed class TransferMemory : IMemoryPoolFactory<byte>
{
    /// <summary>Bytes that may wait in one connection, in each direction: enough that whoever reads the disk and whoever writes to the network seldom wait for each other.</summary>
    public const int MostBuffered = 1024 * 1024;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private const int BlockBytes = 64 * 1024;

        // 32 MiB. More than that in use at once is made when needed and left to the garbage collector afterwards.
        private const int MostKept = 512;

        private readonly ConcurrentQueue<byte[]> _kept = new();
        private int _keptCount;

        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
            if (_kept.TryDequeue(out var bytes))
                Interlocked.Decrement(ref _keptCount);
            // Pinned, because the network writes into them while the garbage collector runs.
            return new Block(
                this,
                bytes ?? GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true)
            );
        }

        protected override void Dispose(bool disposing) => _kept.Clear();

        private void Return(byte[] bytes)
        {
            if (Interlocked.Increment(ref _keptCount) <= MostKept)
                _kept.Enqueue(bytes);
            else
                Interlocked.Decrement(ref _keptCount);
        }

        private sealed class Block(Pool pool, byte[] bytes) : IMemoryOwner<byte>
        {
            private byte[]? _bytes = bytes;

            public Memory<byte> Memory =>
                _bytes ?? throw new ObjectDisposedException(nameof(Block));

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _bytes, null) is { } returned)
                    pool.Return(returned);
            }
        }
    }
}
