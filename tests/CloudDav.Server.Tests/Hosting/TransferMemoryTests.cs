using CloudDav.Server.Hosting;

namespace CloudDav.Server.Tests.Hosting;

public sealed class TransferMemoryTests
{
    [Fact]
    public void A_block_is_64_KiB_and_used_again_once_returned()
    {
        using var pool = new TransferMemory().Create();
        var first = pool.Rent(1);
        var memory = first.Memory;
        Assert.Equal(64 * 1024, memory.Length);
        Assert.Equal(pool.MaxBufferSize, memory.Length);

        using var meanwhile = pool.Rent();
        Assert.False(meanwhile.Memory.Equals(memory));
        first.Dispose();
        using var again = pool.Rent(pool.MaxBufferSize);
        Assert.True(again.Memory.Equals(memory));
    }

    [Fact]
    public void A_block_returned_twice_is_given_out_once()
    {
        using var pool = new TransferMemory().Create();
        var block = pool.Rent();
        block.Dispose();
        block.Dispose();
        Assert.Throws<ObjectDisposedException>(() => block.Memory);

        using var one = pool.Rent();
        using var other = pool.Rent();
        Assert.False(one.Memory.Equals(other.Memory));
    }

    [Fact]
    public void More_than_a_block_is_refused()
    {
        using var pool = new TransferMemory().Create();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(pool.MaxBufferSize + 1));
    }
}
