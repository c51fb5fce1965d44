using System.Text.Json;
using System.Xml.Linq;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.SyncClients;

/// <summary>status.php and the calls below /ocs, as sync-clients.md 3 and 4 state them.</summary>
public sealed class OcsTests(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    public async Task R16_status_php_says_that_there_is_a_server_and_who_made_it()
    {
        await using var anybody = Anybody(await NewTreeAsync());
        var answer = (await anybody.GetAsync("/status.php")).Expect(200);
        Assert.Equal("application/json", answer["Content-Type"]);
        var status = JsonDocument.Parse(answer.Text).RootElement;
        Assert.True(status.GetProperty("installed").GetBoolean());
        Assert.False(status.GetProperty("maintenance").GetBoolean());
        Assert.Equal("31.0.9.1", status.GetProperty("version").GetString());
        Assert.Equal("CloudDav", status.GetProperty("productname").GetString());
    }

    [Fact]
    public async Task A_wrong_password_on_status_php_is_not_looked_at()
    {
        var wrong = Anybody(await NewTreeAsync()).WithAuthorization(DavWords.Basic("x", "y"));
        for (var i = 0; i < 20; i++)
            (await wrong.GetAsync("/status.php")).Expect(200);
    }

    [Fact]
    public async Task Whether_a_network_lets_through_is_answered_with_204() =>
        (await Anybody(await NewTreeAsync()).GetAsync("/index.php/204")).Expect(204);

    [Theory]
    [InlineData("/ocs/v1.php/cloud/capabilities?format=json", 100)]
    [InlineData("/ocs/v2.php/cloud/capabilities?format=json", 200)]
    public async Task R13_Capabilities_are_for_everybody_and_compact(string address, int code)
    {
        var answer = (await Anybody(await NewTreeAsync()).GetAsync(address)).Expect(200);
        Assert.StartsWith(
            $$$"""{"ocs":{"meta":{"status":"ok","statuscode":{{{code}}},"message":"OK"},"data":{"version":{"major":31,""",
            answer.Text,
            StringComparison.Ordinal
        );
        var capabilities = JsonDocument
            .Parse(answer.Text)
            .RootElement.GetProperty("ocs")
            .GetProperty("data")
            .GetProperty("capabilities");
        Assert.Equal(60, capabilities.GetProperty("core").GetProperty("pollinterval").GetInt32());
        Assert.True(capabilities.GetProperty("uploadConflictFiles").GetBoolean());
        // Either whole or not at all, or the Android app loses every capability.
        var theming = capabilities.GetProperty("theming");
        foreach (var name in (string[])["name", "url", "slogan", "color"])
            Assert.Equal(JsonValueKind.String, theming.GetProperty(name).ValueKind);
    }

    [Fact]
    public async Task The_person_is_named_as_they_signed_in_with_their_quota()
    {
        var tree = await NewTreeAsync(1000);
        (await tree.PutAsync("/a", new byte[250])).Expect(201);
        var caller = Caller(tree);
        var text = (await caller.GetAsync("/ocs/v1.php/cloud/user?format=json")).Expect(200).Text;
        var data = JsonDocument.Parse(text).RootElement.GetProperty("ocs").GetProperty("data");
        Assert.Equal(TestCloud.UserOf(tree), data.GetProperty("id").GetString());
        Assert.Equal(TestCloud.UserOf(tree), data.GetProperty("display-name").GetString());
        var quota = data.GetProperty("quota");
        Assert.Equal(250, quota.GetProperty("used").GetInt64());
        Assert.Equal(750, quota.GetProperty("free").GetInt64());
        Assert.Equal(1000, quota.GetProperty("total").GetInt64());
        Assert.Equal(25, quota.GetProperty("relative").GetDouble());
        Assert.Equal(1000, quota.GetProperty("quota").GetInt64());
        (await tree.PutAsync("/b", new byte[750])).Expect(201);
        text = (await caller.GetAsync("/ocs/v2.php/cloud/user?format=json")).Expect(200).Text;
        quota = JsonDocument
            .Parse(text)
            .RootElement.GetProperty("ocs")
            .GetProperty("data")
            .GetProperty("quota");
        Assert.Equal(0, quota.GetProperty("free").GetInt64());
        Assert.Equal(100, quota.GetProperty("relative").GetDouble());
    }

    [Fact]
    public async Task Only_the_own_profile_is_shown()
    {
        var tree = await NewTreeAsync();
        var caller = Caller(tree);
        var own = await caller.GetAsync($"/ocs/v2.php/cloud/users/{TestCloud.UserOf(tree)}");
        Assert.Contains(
            $"<id>{TestCloud.UserOf(tree)}</id>",
            own.Expect(200).Text,
            StringComparison.Ordinal
        );
        (await caller.GetAsync("/ocs/v2.php/cloud/users/somebody")).Expect(404);
    }

    [Fact]
    public async Task Without_a_wish_the_answer_is_XML()
    {
        var caller = Caller(await NewTreeAsync());
        var answer = (await caller.GetAsync("/ocs/v2.php/cloud/user")).Expect(200);
        var ocs = XDocument.Parse(answer.Text).Root!;
        Assert.Equal("ocs", ocs.Name);
        Assert.Equal("200", ocs.Element("meta")!.Element("statuscode")!.Value);
        Assert.Equal("1", ocs.Element("data")!.Element("enabled")!.Value);
        var json = await caller.GetAsync("/ocs/v2.php/cloud/user", ("Accept", "application/json"));
        Assert.StartsWith("{\"ocs\":", json.Expect(200).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/ocs/v1.php/apps/notifications/api/v2/notifications", 200, 998)]
    [InlineData("GET", "/ocs/v2.php/apps/user_status/api/v1/user_status", 404, 404)]
    [InlineData("PUT", "/ocs/v2.php/cloud/capabilities", 404, 404)]
    [InlineData("GET", "/ocs/v3.php/cloud/user", 404, 404)]
    [InlineData("GET", "/ocs", 404, 404)]
    public async Task A_call_that_there_is_not_is_no_page(
        string method,
        string path,
        int status,
        int code
    )
    {
        var caller = Caller(await NewTreeAsync());
        var answer = (await caller.SendAsync(method, path + "?format=json")).Expect(status);
        Assert.StartsWith(
            $$$"""{"ocs":{"meta":{"status":"failure","statuscode":{{{code}}},""",
            answer.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_stranger_is_told_997()
    {
        var answer = await Anybody(await NewTreeAsync())
            .GetAsync("/ocs/v1.php/cloud/user?format=json");
        Assert.Contains("\"statuscode\":997,", answer.Expect(401).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/graph/v1.0/me")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/webfinger?resource=x")]
    [InlineData("/kwdav/status.php")]
    [InlineData("/nextcloud/status.php")]
    [InlineData("/index.php/core/preview?fileId=1&x=32&y=32")]
    [InlineData("/index.php/avatar/alice/64")]
    [InlineData("/index.php/nothing")]
    [InlineData("/remote.php/nothing")]
    public async Task What_there_is_not_is_404_and_no_page(string address)
    {
        var answer = (await Anybody(await NewTreeAsync()).GetAsync(address)).Expect(404);
        Assert.DoesNotContain("html", answer["Content-Type"], StringComparison.Ordinal);
    }

    private static WireClient Anybody(WireClient tree) => new(tree.Port, "", null);

    private static WireClient Caller(WireClient tree) => new(tree.Port, "", tree.Authorization);
}
