using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Conditions;

/// <summary>RFC 4918 §10.4 through PUT and GET.</summary>
public sealed class IfEvaluatorTests : DavTest
{
    [Fact]
    public async Task Lists_are_joined_by_or_and_conditions_by_and()
    {
        await PutAsync("/a");
        await MkcolAsync("/f");
        var token = await LockAsync("/a");
        var other = await LockAsync("/f");
        async Task<int> Put(string condition) =>
            (
                await SendAsync(
                    "PUT",
                    "/a",
                    "x",
                    "If: "
                        + condition.Replace(
                            "TAG",
                            (await SendAsync("HEAD", "/a")).Header("ETag"),
                            StringComparison.Ordinal
                        )
                )
            ).Status;

        Assert.Equal(204, await Put($"(<{token}>)"));
        Assert.Equal(204, await Put($"(<{token}> [TAG])"));
        Assert.Equal(412, await Put($"(<{token}> [W/TAG])"));
        Assert.Equal(412, await Put($"(<{token}> [\"old\"])"));
        Assert.Equal(204, await Put($"(<{token}> [\"old\"]) (<{token}>)"));
        Assert.Equal(204, await Put($"(<{token}> Not [\"old\"])"));
        Assert.Equal(412, await Put($"(<{token}> Not [TAG])"));
        Assert.Equal(412, await Put("(<DAV:no-lock>)"));
        Assert.Equal(204, await Put($"(Not <DAV:no-lock> <{token}>)"));
        Assert.Equal(204, await Put($"(<urn:unknown>) (Not <DAV:no-lock>) (<{token}>)"));
        // The state holds, and no token of the lock is in it: 423 and not 412.
        Assert.Equal(423, await Put("(Not <DAV:no-lock>)"));
        Assert.Equal(423, await Put("([TAG])"));
        // Submitted anywhere is submitted.
        Assert.Equal(204, await Put($"(Not <{other}>) (<{token}>)"));
        Assert.Equal(204, await Put($"</f> (<{other}>) </a> (<{token}>)"));
        Assert.Equal(412, await Put($"</f> (<{token}>)"));
        Assert.Equal(204, await Put($"<http://127.0.0.1/a> (<{token}>)"));
        Assert.Equal(412, await Put($"<http://elsewhere/a> (<{token}>)"));
        Assert.Equal(400, await Put("(<x>"));
    }

    [Fact]
    public async Task Reading_is_conditional_too()
    {
        await PutAsync("/a");
        Assert.Equal(412, (await SendAsync("GET", "/a", null, "If: ([\"old\"])")).Status);
        Assert.Equal(200, (await SendAsync("GET", "/a", null, "If: (Not [\"old\"])")).Status);
        Assert.Equal(
            412,
            (await SendAsync("PROPFIND", "/a", null, "Depth: 0", "If: ([\"old\"])")).Status
        );
    }

    [Fact]
    public async Task A_tag_that_names_nothing_has_no_state()
    {
        Assert.Equal(
            201,
            (await SendAsync("PUT", "/a", "x", "If: </missing> (Not [\"x\"])")).Status
        );
        Assert.Equal(412, (await SendAsync("PUT", "/b", "x", "If: </missing> ([\"x\"])")).Status);
    }
}
