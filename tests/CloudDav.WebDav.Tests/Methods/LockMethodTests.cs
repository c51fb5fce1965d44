using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Methods;

public sealed class LockMethodTests : DavTest
{
    [Fact]
    public async Task Lock_of_an_unmapped_name_creates_an_empty_file_and_answers_201()
    {
        var answer = await SendAsync(
            "LOCK",
            "/new.txt",
            ExclusiveLock,
            "Timeout: Second-600",
            "If-None-Match: *"
        );
        Assert.Equal(201, answer.Status);
        Assert.Matches("^<opaquelocktoken:[0-9a-f-]{36}>$", answer.Header("Lock-Token"));
        var active = answer.Xml.Element(D + "lockdiscovery")!.Element(D + "activelock")!;
        Assert.Equal("0", active.Element(D + "depth")!.Value);
        Assert.Equal("Second-600", active.Element(D + "timeout")!.Value);
        Assert.Equal("me", active.Element(D + "owner")!.Element(D + "href")!.Value);
        Assert.Equal("/new.txt", active.Element(D + "lockroot")!.Element(D + "href")!.Value);
        Assert.Equal(
            answer.Header("Lock-Token"),
            $"<{active.Element(D + "locktoken")!.Element(D + "href")!.Value}>"
        );
        Assert.Equal(
            "0",
            (await PropfindAsync("/new.txt", "<D:getcontentlength/>"))
                .Property(D + "getcontentlength")!
                .Value
        );
        Assert.Equal(409, (await SendAsync("LOCK", "/no/new", ExclusiveLock)).Status);
    }

    [Theory]
    [InlineData("Infinite, Second-4100000000", 3600)]
    [InlineData("Second-3600", 3600)]
    [InlineData("Extend, Second-200", 200)]
    [InlineData("Second-1", 180)]
    [InlineData("nonsense", 3600)]
    public async Task The_timeout_is_the_first_understood_between_floor_and_cap(
        string wish,
        int granted
    )
    {
        var answer = await SendAsync("LOCK", "/a", ExclusiveLock, "Timeout: " + wish);
        Assert.Equal($"Second-{granted}", answer.Xml.Descendants(D + "timeout").Single().Value);
    }

    [Fact]
    public async Task A_refresh_keeps_the_token_and_works_through_a_member()
    {
        await MkcolAsync("/f");
        await PutAsync("/f/a");
        var token = await LockAsync("/f", "Timeout: Second-300");
        Server.Clock.Advance(TimeSpan.FromSeconds(200));
        var answer = await SendAsync(
            "LOCK",
            "/f/a",
            null,
            $"If: (<{token}>)",
            "Timeout: Second-600"
        );
        Assert.Equal(200, answer.Status);
        Assert.Equal($"<{token}>", answer.Header("Lock-Token"));
        Assert.Equal("Second-600", answer.Xml.Descendants(D + "timeout").Single().Value);
        Assert.Equal("infinity", answer.Xml.Descendants(D + "depth").Single().Value);
        Assert.Equal(
            412,
            (await SendAsync("LOCK", "/f/a", null, "If: (<opaquelocktoken:other>)")).Status
        );
        Assert.Equal(400, (await SendAsync("LOCK", "/f/a")).Status);
    }

    [Fact]
    public async Task Locks_conflict_unless_both_are_shared()
    {
        await PutAsync("/a");
        Assert.Equal(200, (await SendAsync("LOCK", "/a", SharedLock)).Status);
        Assert.Equal(200, (await SendAsync("LOCK", "/a", SharedLock, "X-User: bob")).Status);
        AssertRefused(await SendAsync("LOCK", "/a", ExclusiveLock), 423, "no-conflicting-lock");
        var discovered = await PropfindAsync("/a", "<D:lockdiscovery/>");
        Assert.Equal(2, discovered.Property(D + "lockdiscovery")!.Elements().Count());
        // bob's token is bob's
        Assert.Single(discovered.Xml.Descendants(D + "locktoken"));
    }

    [Fact]
    public async Task Others_are_locked_out_of_writing_and_not_of_reading()
    {
        await PutAsync("/a", "mine");
        var token = await LockAsync("/a");
        const string Bob = "X-User: bob";
        foreach (
            var stolen in (string[][])
                [
                    [],
                    [$"If: (<{token}>)"],
                ]
        )
        {
            foreach (
                var answer in (DavAnswer[])
                    [
                        await SendAsync("PUT", "/a", "x", [Bob, .. stolen]),
                        await ProppatchAsync("/a", "<x:a/>", [Bob, .. stolen]),
                        await SendAsync("DELETE", "/a", null, [Bob, .. stolen]),
                        await SendAsync("MOVE", "/a", null, [Bob, "Destination: /b", .. stolen]),
                    ]
            )
            {
                AssertRefused(answer, 423, "lock-token-submitted");
                Assert.Equal("/a", answer.Xml.Descendants(D + "href").Single().Value);
                Assert.Equal("Locked by alice", answer.Reason);
            }
        }
        Assert.Equal("mine", (await SendAsync("GET", "/a", null, Bob)).Text);
        Assert.Equal(207, (await SendAsync("PROPFIND", "/a", null, Bob, "Depth: 0")).Status);
        Assert.Equal(204, (await SendAsync("PUT", "/a", "yours", $"If: (<{token}>)")).Status);
        Assert.Equal(423, (await SendAsync("PUT", "/a", "x", $"Lock-Token: <{token}>")).Status);
    }

    [Fact]
    public async Task A_new_member_under_an_infinite_lock_needs_its_token()
    {
        await MkcolAsync("/f");
        var token = await LockAsync("/f");
        Assert.Equal(423, (await SendAsync("PUT", "/f/a", "x")).Status);
        Assert.Equal(201, (await SendAsync("PUT", "/f/a", "x", $"If: </f> (<{token}>)")).Status);
        Assert.Equal(201, (await SendAsync("PUT", "/f/b", "x", $"If: (<{token}>)")).Status);
        Assert.Equal(412, (await SendAsync("PUT", "/c", "x", $"If: (<{token}>)")).Status);
    }

    [Fact]
    public async Task Locks_end_with_their_time()
    {
        await PutAsync("/a");
        await LockAsync("/a", "Timeout: Second-300");
        Server.Clock.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal(204, (await SendAsync("PUT", "/a", "x", "X-User: bob")).Status);
    }

    [Theory]
    [InlineData("<D:other xmlns:D=\"DAV:\"/>")]
    [InlineData("<D:lockinfo xmlns:D=\"DAV:\"/>")]
    [InlineData(
        "<D:lockinfo xmlns:D=\"DAV:\"><D:lockscope><D:exclusive/></D:lockscope></D:lockinfo>"
    )]
    [InlineData(
        "<D:lockinfo xmlns:D=\"DAV:\"><D:lockscope><D:exclusive/><D:shared/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>"
    )]
    public async Task A_bad_body_answers_400(string body) =>
        Assert.Equal(400, (await SendAsync("LOCK", "/a", body)).Status);

    [Fact]
    public async Task Depth_1_answers_400() =>
        Assert.Equal(400, (await SendAsync("LOCK", "/", ExclusiveLock, "Depth: 1")).Status);

    [Fact]
    public async Task Old_Office_sees_no_lockroot()
    {
        var answer = await SendAsync(
            "LOCK",
            "/a",
            ExclusiveLock,
            "User-Agent: Microsoft Data Access Internet Publishing Provider DAV 1.1"
        );
        Assert.Empty(answer.Xml.Descendants(D + "lockroot"));
    }
}
