using System.Xml.Linq;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Checks;

/// <summary>Synchronisation by reports (RFC 6578), as a program over a socket has it.</summary>
public class SyncChecks(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    public async Task A_collection_says_that_it_reports_and_where_it_stands()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/folder")).Expect(201);
        (await tree.PutAsync("/file", "x")).Expect(201);
        var reports = DavWords.Name("supported-report-set");
        Assert.Single(
            (await tree.PropertyAsync("/folder", reports))!.Descendants(
                DavWords.Name("sync-collection")
            )
        );
        Assert.Empty((await tree.PropertyAsync("/file", reports))!.Elements());
        var token = await TokenAsync(tree, "/folder");
        Assert.StartsWith("http://", token, StringComparison.Ordinal);
        Assert.Equal(token, await TokenAsync(tree, "/folder"));
        Assert.Null(await tree.PropertyAsync("/file", DavWords.Name("sync-token")));
        (await tree.PutAsync("/folder/new", "x")).Expect(201);
        Assert.NotEqual(token, await TokenAsync(tree, "/folder"));
        // What a listing would say, it says as a report.
        Assert.Equal(["/folder/new"], Paths(tree, await SyncAsync(tree, "/folder", token)));
    }

    [Fact]
    public async Task A_report_tells_what_is_new_changed_and_gone_with_what_is_asked_of_it()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/a%20b")).Expect(201);
        (await tree.MkcolAsync("/a%20b/c")).Expect(201);
        (await tree.PutAsync("/a%20b/c/d%26e", "one")).Expect(201);
        (await tree.PutAsync("/f", "two")).Expect(201);

        var first = await SyncAsync(tree, "/", "");
        Assert.Equal(["/a b/", "/f", "/a b/c/", "/a b/c/d&e"], Paths(tree, first));
        Assert.Equal("two", (await tree.GetAsync("/f")).Text);
        var shown = Multistatus.Parse(first.Body)[tree.Prefix + "/f"];
        Assert.Equal((await tree.HeadAsync("/f")).ETag, shown.Value("getetag"));
        Assert.Equal("3", shown.Value("getcontentlength"));

        (await tree.MoveAsync("/a%20b/c", "/g")).Expect(201);
        (await tree.DeleteAsync("/f")).Expect(204);
        var second = await SyncAsync(tree, "/", TokenOf(first));
        Assert.Equal(["404 /a b/c/", "404 /f", "/g/", "/g/d&e", "/a b/"], Paths(tree, second));
        Assert.Empty(Paths(tree, await SyncAsync(tree, "/", TokenOf(second))));

        // Members alone: of what is below, that the member has changed.
        var members = TokenOf(await SyncAsync(tree, "/", "", level: "1"));
        (await tree.PutAsync("/g/new", "x")).Expect(201);
        Assert.Equal(["/g/"], Paths(tree, await SyncAsync(tree, "/", members, level: "1")));
    }

    [Fact]
    public async Task A_tree_that_was_moved_is_reported_in_parts()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/big")).Expect(201);
        foreach (var folder in (string[])["/big/x", "/big/y", "/big/z"])
        {
            (await tree.MkcolAsync(folder)).Expect(201);
            for (var i = 0; i < 10; i++)
                (await tree.PutAsync($"{folder}/{i}", "x")).Expect(201);
        }
        var token = await TokenAsync(tree, "/");
        (await tree.MoveAsync("/big", "/moved")).Expect(201);

        var seen = new HashSet<string>();
        for (var isCut = true; isCut; )
        {
            var answer = await SyncAsync(tree, "/", token, limit: 7);
            var entries = Multistatus.Parse(answer.Body).Entries;
            isCut = entries[^1].Element.Element(DavWords.Name("error")) is not null;
            if (isCut)
            {
                Assert.Equal(tree.Prefix + "/", entries[^1].Path);
                Assert.Contains(
                    "507",
                    entries[^1].Element.Element(DavWords.Name("status"))!.Value,
                    StringComparison.Ordinal
                );
                Assert.NotNull(
                    entries[^1]
                        .Element.Element(DavWords.Name("error"))!
                        .Element(DavWords.Name("number-of-matches-within-limits"))
                );
            }
            foreach (var entry in isCut ? entries.SkipLast(1) : entries)
                Assert.True(seen.Add(entry.Path), $"{entry.Path} came twice");
            token = TokenOf(answer);
        }
        Assert.Equal(1 + 34, seen.Count);
        Assert.Empty(Paths(tree, await SyncAsync(tree, "/", token)));
        AssertCondition(await SyncAsync(tree, "/", "", level: "infinite", limit: 0), 400, null);
    }

    [Fact]
    public async Task A_token_is_one_accounts_for_one_collection()
    {
        await using var tree = await NewTreeAsync();
        await using var other = await NewTreeAsync();
        (await tree.MkcolAsync("/a")).Expect(201);
        (await tree.PutAsync("/f", "x")).Expect(201);
        var token = await TokenAsync(tree, "/");
        var changed = token[..^1] + (token[^1] == 'A' ? 'B' : 'A');
        foreach (
            var wrong in (string[])
                [
                    changed,
                    token[..^20],
                    "http://clouddav.org/ns/sync/",
                    "http://clouddav.org/ns/sync/AAAA",
                    "17",
                    await TokenAsync(tree, "/a"),
                    await TokenAsync(other, "/"),
                ]
        )
            AssertCondition(await SyncAsync(tree, "/", wrong), 403, "valid-sync-token");
        AssertCondition(await SyncAsync(tree, "/f", ""), 403, "supported-report");
        (await SyncAsync(tree, "/missing", "")).Expect(404);
        Assert.Empty(Paths(tree, await SyncAsync(tree, "/", token)));
    }

    [Fact]
    public async Task A_token_is_a_condition_too()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/a")).Expect(201);
        var condition = ("If", $"<{tree.Prefix}/a/> (<{await TokenAsync(tree, "/a")}>)");
        (await tree.PutAsync("/a/one", "x", condition)).Expect(201);
        (await tree.PutAsync("/a/two", "x", condition)).Expect(412);
    }

    private static Task<WireResponse> SyncAsync(
        WireClient tree,
        string path,
        string token,
        string level = "infinite",
        int? limit = null
    ) =>
        tree.SendAsync(
            "REPORT",
            path,
            new XElement(
                DavWords.Name("sync-collection"),
                new XElement(DavWords.Name("sync-token"), token),
                new XElement(DavWords.Name("sync-level"), level),
                limit is null
                    ? null
                    : new XElement(
                        DavWords.Name("limit"),
                        new XElement(DavWords.Name("nresults"), limit)
                    ),
                new XElement(
                    DavWords.Name("prop"),
                    new XElement(DavWords.Name("getetag")),
                    new XElement(DavWords.Name("getcontentlength"))
                )
            ).ToString(SaveOptions.DisableFormatting)
        );

    private static async Task<string> TokenAsync(WireClient tree, string path) =>
        (await tree.PropertyAsync(path, DavWords.Name("sync-token")))!.Value;

    private static string TokenOf(WireResponse answer) =>
        XElement.Parse(answer.Expect(207).Text).Element(DavWords.Name("sync-token"))!.Value;

    // Below the tree, in order; what is gone with its status.
    private static List<string> Paths(WireClient tree, WireResponse answer) =>
        [
            .. Multistatus
                .Parse(answer.Expect(207).Body)
                .Entries.Select(entry =>
                    (entry.Element.Element(DavWords.Name("status")) is null ? "" : "404 ")
                    + entry.Path[tree.Prefix.Length..]
                ),
        ];

    private static void AssertCondition(WireResponse answer, int status, string? condition)
    {
        answer.Expect(status);
        if (condition is not null)
            Assert.NotNull(XElement.Parse(answer.Text).Element(DavWords.Name(condition)));
    }
}
