using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Checks;

/// <summary>Web pages of other origins: those listed may, the others may not.</summary>
public sealed class CorsChecks
{
    private const string Listed = "https://app.example";
    private const string Unlisted = "https://evil.example";

    [Fact]
    public async Task C76_A_preflight_from_a_listed_origin_is_answered_and_from_another_is_not()
    {
        await using var own = await OwnCloud.StartAsync(o =>
            o.Settings["Dav:AllowedOrigins:0"] = Listed
        );
        await using var tree = await own.NewTreeAsync();
        (await tree.PutAsync("/file", "x")).Expect(201);
        await using var anonymous = tree.WithAuthorization(null).As(Agents.Firefox);
        Task<WireResponse> Preflight(string origin) =>
            anonymous.SendAsync(
                "OPTIONS",
                "/file",
                ("Origin", origin),
                ("Access-Control-Request-Method", "PROPFIND"),
                ("Access-Control-Request-Headers", "authorization,depth")
            );
        var allowed = (await Preflight(Listed)).Expect(204);
        Assert.Equal(Listed, allowed["Access-Control-Allow-Origin"]);
        foreach (
            var method in "OPTIONS GET HEAD PUT DELETE MKCOL COPY MOVE PROPFIND PROPPATCH LOCK UNLOCK PATCH".Split(
                ' '
            )
        )
            Assert.Contains(
                method,
                allowed["Access-Control-Allow-Methods"]!.Split(',', StringSplitOptions.TrimEntries)
            );
        foreach (
            var header in "Authorization Depth Destination Overwrite If If-Match Lock-Token Timeout X-OC-Mtime".Split(
                ' '
            )
        )
            Assert.Contains(
                header,
                allowed["Access-Control-Allow-Headers"]!.Split(',', StringSplitOptions.TrimEntries),
                StringComparer.OrdinalIgnoreCase
            );
        Assert.StartsWith("1, 2, 3", allowed["DAV"], StringComparison.Ordinal);
        Assert.Contains("Origin", allowed["Vary"], StringComparison.Ordinal);

        var other = await Preflight(Unlisted);
        Assert.DoesNotContain(
            other.Headers,
            h => h.Name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)
        );

        // The requests themselves, refusals included.
        foreach (var (path, status) in new[] { ("/file", 200), ("/missing", 404) })
        {
            var answer = (await tree.GetAsync(path, ("Origin", Listed))).Expect(status);
            Assert.Equal(Listed, answer["Access-Control-Allow-Origin"]);
            Assert.Contains(
                "ETag",
                answer["Access-Control-Expose-Headers"],
                StringComparison.Ordinal
            );
        }
        var unauthorized = (
            await anonymous.GetAsync(
                "/file",
                ("Origin", Listed),
                ("X-Requested-With", "XMLHttpRequest")
            )
        ).Expect(401);
        Assert.Equal(Listed, unauthorized["Access-Control-Allow-Origin"]);
        Assert.Null(unauthorized["WWW-Authenticate"]);

        // A browser sends Basic by itself: a foreign page must not be able to use it.
        (await tree.DeleteAsync("/file", ("Origin", Unlisted))).Expect(403);
        (await tree.PutAsync("/file", "y", ("Origin", Unlisted))).Expect(403);
        (await tree.DeleteAsync("/file", ("Sec-Fetch-Site", "cross-site"))).Expect(403);
        Assert.Equal("x", (await tree.GetAsync("/file")).Expect(200).Text);
        (await tree.DeleteAsync("/file", ("Origin", Listed))).Expect(204);
    }

    [Fact]
    public async Task C76_Without_listed_origins_there_are_no_CORS_headers_at_all()
    {
        await using var own = await OwnCloud.StartAsync();
        await using var tree = await own.NewTreeAsync();
        var answer = await tree.GetAsync("/", ("Origin", Listed));
        Assert.DoesNotContain(
            answer.Headers,
            h => h.Name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)
        );
        (await tree.MkcolAsync("/x", ("Origin", Listed))).Expect(403);
        (await tree.MkcolAsync("/x", ("Origin", $"http://127.0.0.1:{tree.Port}"))).Expect(201);
    }
}
