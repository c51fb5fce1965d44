using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class UnlockMethodTests : DavTest
{
    [Fact]
    public async Task Unlock_answers_204_400_and_409()
    {
        await PutAsync("/a");
        await PutAsync("/b");
        var token = await LockAsync("/a");
        Assert.Equal(400, (await SendAsync("UNLOCK", "/a")).Status);
        AssertRefused(
            await SendAsync("UNLOCK", "/b", null, $"Lock-Token: <{token}>"),
            409,
            "lock-token-matches-request-uri"
        );
        Assert.Equal(204, (await SendAsync("UNLOCK", "/a", null, $"Lock-Token: <{token}>")).Status);
        Assert.Equal(204, (await SendAsync("PUT", "/a", "x", "X-User: bob")).Status);
    }

    [Fact]
    public async Task A_token_without_brackets_is_taken()
    {
        var token = await LockAsync("/a");
        Assert.Equal(204, (await SendAsync("UNLOCK", "/a", null, $"Lock-Token: {token}")).Status);
    }

    [Fact]
    public async Task Explorer_may_unlock_what_has_expired()
    {
        var token = await LockAsync("/a", "Timeout: Second-300");
        Server.Clock.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal(409, (await SendAsync("UNLOCK", "/a", null, $"Lock-Token: <{token}>")).Status);
        Assert.Equal(
            204,
            (
                await SendAsync(
                    "UNLOCK",
                    "/a",
                    null,
                    $"Lock-Token: <{token}>",
                    "User-Agent: Microsoft-WebDAV-MiniRedir/10.0"
                )
            ).Status
        );
    }
}
