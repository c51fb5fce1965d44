using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Refusals;

/// <summary>How sizes are told to people.</summary>
public sealed class ReaderTests
{
    [Theory]
    [InlineData(Language.English, 0, "0 bytes")]
    [InlineData(Language.English, 1, "1 byte")]
    [InlineData(Language.English, 1023, "1,023 bytes")]
    [InlineData(Language.English, 1024, "1 KiB")]
    [InlineData(Language.English, 1536, "1.5 KiB")]
    [InlineData(Language.English, 5L << 40, "5 TiB")]
    [InlineData(Language.Dutch, 1, "1 byte")]
    [InlineData(Language.Dutch, 1536, "1,5 KiB")]
    [InlineData(Language.French, 0, "0 octet")]
    [InlineData(Language.French, 1, "1 octet")]
    [InlineData(Language.French, 2, "2 octets")]
    [InlineData(Language.French, 1 << 20, "1 Mio")]
    [InlineData(Language.German, 1, "1 Byte")]
    [InlineData(Language.German, 2, "2 Byte")]
    public void A_size_is_told_in_the_unit_that_suits_it(Language language, long bytes, string told)
    {
        var reader = new Reader(language, TimeZoneInfo.Utc, DateTimeOffset.UnixEpoch);
        Assert.Equal(told, reader.SizeOf(bytes));
    }
}
