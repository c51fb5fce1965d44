using System.Text;

namespace CloudDav.Vault.Tests.Accounts;

/// <summary>Codes of time, as RFC 6238 gives them in its appendix B, cut to six digits.</summary>
public sealed class TimeCodeTests
{
    private static readonly byte[] s_key = Encoding.ASCII.GetBytes("12345678901234567890");

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1_111_111_109, "081804")]
    [InlineData(1_111_111_111, "050471")]
    [InlineData(1_234_567_890, "005924")]
    [InlineData(2_000_000_000, "279037")]
    [InlineData(20_000_000_000, "353130")]
    public void A_code_is_the_one_of_the_standard(long seconds, string code)
    {
        Assert.Equal(code, TimeCode.Of(s_key, seconds / 30));
        var then = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(seconds / 30, TimeCode.FindStep(s_key, code, then));
    }

    [Fact]
    public void One_step_before_and_after_is_taken_and_no_more()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(30_000_000);
        for (var step = -2; step <= 2; step++)
        {
            var found = TimeCode.FindStep(s_key, TimeCode.Of(s_key, 1_000_000 + step), now);
            Assert.Equal(step is >= -1 and <= 1 ? 1_000_000 + step : null, found);
        }
        Assert.Null(TimeCode.FindStep(s_key, "", now));
        Assert.Null(TimeCode.FindStep(s_key, TimeCode.Of(s_key, 1_000_000)[..5], now));
    }

    [Fact]
    public void A_key_is_shown_as_programs_take_it() =>
        Assert.Equal("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", TimeCode.Show(s_key));
}
