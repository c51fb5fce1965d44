using System.Globalization;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Checks;

/// <summary>LOCK, UNLOCK, If, and what a lock keeps others from doing.</summary>
public class LockChecks(SharedCloud cloud) : CloudTests(cloud)
{
    [Fact]
    public async Task C05_Lock_on_an_unmapped_name_creates_an_empty_file()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/folder")).Expect(201);
        var answer = (
            await tree.LockAsync(
                "/folder/new.txt",
                DavWords.ExclusiveLock,
                ("Timeout", "Second-600")
            )
        ).Expect(201);
        Assert.Matches(
            "^<opaquelocktoken:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>$",
            answer["Lock-Token"]
        );
        var body = System.Xml.Linq.XDocument.Parse(answer.Text).Root!;
        Assert.Equal(DavWords.Name("prop"), body.Name);
        var active = Assert.Single(
            body.Element(DavWords.Name("lockdiscovery"))!.Elements(DavWords.Name("activelock"))
        );
        Assert.NotNull(active.Element(DavWords.Name("locktype"))!.Element(DavWords.Name("write")));
        Assert.NotNull(
            active.Element(DavWords.Name("lockscope"))!.Element(DavWords.Name("exclusive"))
        );
        Assert.Equal("0", active.Element(DavWords.Name("depth"))!.Value);
        Assert.Equal("Second-600", active.Element(DavWords.Name("timeout"))!.Value);
        Assert.Equal(
            "test",
            active.Element(DavWords.Name("owner"))!.Element(DavWords.Name("href"))!.Value
        );
        Assert.Equal(
            answer["Lock-Token"]!.Trim('<', '>'),
            active.Element(DavWords.Name("locktoken"))!.Element(DavWords.Name("href"))!.Value
        );
        Assert.EndsWith(
            "/folder/new.txt",
            active.Element(DavWords.Name("lockroot"))!.Element(DavWords.Name("href"))!.Value,
            StringComparison.Ordinal
        );
        var listed = (await tree.PropfindAsync("/folder", "1")).Multistatus["/folder/new.txt"];
        Assert.Equal("0", listed.Value("getcontentlength"));
        Assert.Empty((await tree.GetAsync("/folder/new.txt")).Expect(200).Body);
        (await tree.LockAsync("/missing/new.txt")).Expect(409);
    }

    [Fact]
    public async Task C38_Office_gets_its_hour_and_a_refresh_keeps_the_token()
    {
        await using var owner = await NewTreeAsync();
        await using var tree = owner.As(Agents.Word);
        (await tree.PutAsync("/a.docx", "x")).Expect(201);
        static double Seconds(WireResponse answer) =>
            double.Parse(
                System
                    .Xml.Linq.XDocument.Parse(answer.Text)
                    .Descendants(DavWords.Name("timeout"))
                    .Single()
                    .Value["Second-".Length..],
                CultureInfo.InvariantCulture
            );
        var granted = (
            await tree.LockAsync("/a.docx", DavWords.ExclusiveLock, ("Timeout", "Second-3600"))
        ).Expect(200);
        Assert.InRange(Seconds(granted), 180, 3600);
        var token = granted["Lock-Token"]!;
        var refreshed = (
            await tree.SendAsync(
                "LOCK",
                "/a.docx",
                ("Timeout", "Second-1200"),
                ("If", $"({token})")
            )
        ).Expect(200);
        Assert.InRange(Seconds(refreshed), 180, 1200);
        Assert.Contains(token.Trim('<', '>'), refreshed.Text, StringComparison.Ordinal);
        // The floor, the cap and the list.
        foreach (
            var (asked, low, high) in new[]
            {
                ("Second-1", 180, 180),
                ("Infinite", 3600, 3600),
                ("Infinite, Second-4100000000", 3600, 3600),
                ("Extend, Second-600", 600, 600),
            }
        )
        {
            var answer = (
                await tree.SendAsync("LOCK", "/a.docx", ("Timeout", asked), ("If", $"({token})"))
            ).Expect(200);
            Assert.InRange(Seconds(answer), low, high);
        }
        (
            await tree.SendAsync(
                "LOCK",
                "/a.docx",
                ("If", "(<opaquelocktoken:00000000-0000-0000-0000-000000000000>)")
            )
        ).Expect(412);
    }

    [Fact]
    public async Task C39_What_one_locked_another_cannot_change_but_can_read()
    {
        await using var a = await NewTreeAsync();
        await using var b = await Cloud.OtherPrincipalAsync(a);
        (await a.PutAsync("/doc.txt", "A's")).Expect(201);
        var token = await a.TakeLockAsync("/doc.txt");
        (string, string)[][] submissions =
        [
            [],
            [("If", $"({token})")],
        ];
        foreach (var submitted in submissions)
        {
            foreach (
                var refused in new[]
                {
                    await b.PutAsync("/doc.txt", "B's", submitted),
                    await b.ProppatchAsync(
                        "/doc.txt",
                        DavWords.Proppatch(("{x:}p", "v")),
                        submitted
                    ),
                    await b.DeleteAsync("/doc.txt", submitted),
                    await b.MoveAsync("/doc.txt", "/moved.txt", submitted),
                }
            )
            {
                refused.Expect(423);
                var error = System.Xml.Linq.XDocument.Parse(refused.Text).Root!;
                Assert.Equal(DavWords.Name("error"), error.Name);
                Assert.EndsWith(
                    "/doc.txt",
                    error
                        .Element(DavWords.Name("lock-token-submitted"))!
                        .Element(DavWords.Name("href"))!
                        .Value,
                    StringComparison.Ordinal
                );
            }
        }
        (await b.LockAsync("/doc.txt")).Expect(423);
        Assert.Equal("A's", (await b.GetAsync("/doc.txt")).Expect(200).Text);
        var seen = (
            await b.PropfindAsync(
                "/doc.txt",
                "0",
                DavWords.Propfind(DavWords.Name("lockdiscovery"))
            )
        )
            .Multistatus
            .Single[DavWords.Name("lockdiscovery")]!;
        Assert.Single(seen.Elements(DavWords.Name("activelock")));
        Assert.DoesNotContain(token.Trim('<', '>'), seen.ToString(), StringComparison.Ordinal);
        (await b.CopyAsync("/doc.txt", "/copy.txt")).Expect(201);
        (await a.PutAsync("/doc.txt", "A's again", ("If", $"({token})"))).Expect(204);
        (await a.UnlockAsync("/doc.txt", token)).Expect(204);
        (await b.PutAsync("/doc.txt", "B's")).Expect(204);
    }

    [Fact]
    public async Task C39_A_lock_binds_its_own_holder_too_until_the_token_is_submitted()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/doc.txt", "1")).Expect(201);
        var token = await tree.TakeLockAsync("/doc.txt");
        (await tree.PutAsync("/doc.txt", "2")).Expect(423);
        (await tree.DeleteAsync("/doc.txt")).Expect(423);
        (await tree.PutAsync("/doc.txt", "2", ("Lock-Token", token))).Expect(423);
        (await tree.PutAsync("/doc.txt", "2", ("If", $"({token})"))).Expect(204);
        (await tree.LockAsync("/doc.txt", DavWords.ExclusiveLock, ("If", $"({token})"))).Expect(
            423
        );
    }

    [Fact]
    public async Task C40_A_lock_survives_a_restart_and_ends_at_its_time_without_a_sweep()
    {
        await using var own = await OwnCloud.StartAsync();
        await using var tree = await own.NewTreeAsync();
        (await tree.PutAsync("/doc.txt", "1")).Expect(201);
        var token = (
            await tree.LockAsync("/doc.txt", DavWords.ExclusiveLock, ("Timeout", "Second-600"))
        ).Expect(200)["Lock-Token"]!;
        await tree.CloseAsync();
        await own.RestartAsync();
        await using var after = tree.As(null);
        (await after.PutAsync("/doc.txt", "2")).Expect(423);
        own.Clock.Advance(TimeSpan.FromSeconds(590));
        (await after.PutAsync("/doc.txt", "2")).Expect(423);
        (await after.PutAsync("/doc.txt", "2", ("If", $"({token})"))).Expect(204);
        own.Clock.Advance(TimeSpan.FromSeconds(11));
        (await after.PutAsync("/doc.txt", "3")).Expect(204);
        Assert.Empty(
            (await after.PropertyAsync("/doc.txt", DavWords.Name("lockdiscovery")))!.Elements()
        );
        (await after.PutAsync("/doc.txt", "4", ("If", $"({token})"))).Expect(412);
    }

    [Fact]
    public async Task C45_A_new_file_of_davfs2_is_locked_into_being_and_then_written()
    {
        await using var owner = await NewTreeAsync();
        await using var tree = owner.As(Agents.Davfs2);
        foreach (var withMatch in new[] { false, true })
        {
            var path = "/new" + withMatch;
            var locked = (
                await tree.LockAsync(
                    path,
                    DavWords.ExclusiveLock,
                    ("If-None-Match", "*"),
                    ("Depth", "0"),
                    ("Timeout", "Second-1800")
                )
            ).Expect(201);
            var token = locked["Lock-Token"]!;
            var etag = (await tree.HeadAsync(path)).Expect(200).ETag;
            (string, string)[] headers = withMatch
                ? [("If", $"({token})"), ("If-Match", etag)]
                : [("If", $"({token})")];
            var put = (await tree.PutAsync(path, "body", headers)).Expect(204);
            Assert.NotEqual(etag, put.ETag);
            Assert.Equal(put.ETag, (await tree.HeadAsync(path)).ETag);
            (await tree.UnlockAsync(path, token)).Expect(204);
            (await tree.LockAsync(path, DavWords.ExclusiveLock, ("If-None-Match", "*"))).Expect(
                412
            );
        }
    }

    [Fact]
    public async Task C63_The_If_header_means_what_RFC_4918_says()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/locked", "1")).Expect(201);
        (await tree.PutAsync("/other", "1")).Expect(201);
        var token = await tree.TakeLockAsync("/locked");
        var unknown = "<opaquelocktoken:11111111-1111-1111-1111-111111111111>";
        async Task<string> Etag(string path) => (await tree.HeadAsync(path)).Expect(200).ETag;

        // Each row: the header, and what a PUT on /locked answers.
        async Task Check(string condition, int status)
        {
            var answer = await tree.PutAsync("/locked", "2", ("If", condition));
            if (answer.Status != status)
                Assert.Fail($"If: {condition} gave {answer.Status} instead of {status}");
        }
        await Check($"({token})", 204);
        await Check($"({token} [{await Etag("/locked")}])", 204);
        await Check($"({token} [\"old\"])", 412);
        await Check($"({token} [W/{await Etag("/locked")}])", 412);
        await Check($"(Not {unknown} {token})", 204);
        await Check($"(Not {token})", 412);
        await Check($"({unknown})", 412);
        await Check($"({unknown}) ({token})", 204);
        await Check($"({unknown}), ({token})", 204);
        await Check($"(<DAV:no-lock>)", 412);
        await Check($"(<DAV:no-lock>) ({token})", 204);
        await Check($"({token}) (Not <DAV:no-lock>)", 204);
        // True, but the lock was not submitted.
        await Check("(Not <DAV:no-lock>)", 423);
        await Check($"([{await Etag("/locked")}])", 423);
        await Check($"(Not {unknown})", 423);
        // Tagged lists, by URL and by path, about this and about other resources.
        await Check($"<{tree.Url("/locked")}> ({token})", 204);
        await Check($"<{tree.Prefix}/locked> ({token})", 204);
        await Check($"<{tree.Prefix}/locked> ({token} [{await Etag("/locked")}])", 204);
        await Check($"<{tree.Prefix}/other> ([{await Etag("/other")}])", 423);
        await Check($"<{tree.Prefix}/other> ([\"nope\"]) <{tree.Prefix}/locked> ({token})", 204);
        await Check($"<{tree.Prefix}/other> ({token})", 412);
        await Check($"<{tree.Prefix}/missing> ([\"x\"]) ({token})", 412);
        await Check($"<{tree.Prefix}/missing> (Not [\"x\"]) <{tree.Prefix}/locked> ({token})", 204);
        await Check($"(<urn:some:scheme>) ({token})", 204);
        foreach (
            var broken in new[] { "", "(", "()", "nonsense", $"{token}", "(Not)", "([\"x)", "<x>" }
        )
        {
            var answer = await tree.PutAsync("/locked", "2", ("If", broken));
            Assert.True(answer.Status is 400 or 412 or 423, $"If: {broken} gave {answer.Status}");
        }
        // Conditions hold for every method, reading included.
        (await tree.GetAsync("/other", ("If", "([\"nope\"])"))).Expect(412);
        (await tree.DeleteAsync("/other", ("If", "([\"nope\"])"))).Expect(412);
        (await tree.MkcolAsync("/folder", ("If", $"<{tree.Prefix}/other> ([\"nope\"])"))).Expect(
            412
        );
        (await tree.MkcolAsync("/folder", ("If", $"(Not <DAV:no-lock>)"))).Expect(201);
    }

    [Fact]
    public async Task C64_A_lock_of_infinite_depth_covers_members_present_and_new()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/folder")).Expect(201);
        (await tree.MkcolAsync("/folder/sub")).Expect(201);
        (await tree.PutAsync("/folder/sub/file", "1")).Expect(201);
        var token = await tree.TakeLockAsync("/folder", ("Depth", "infinity"));
        var refreshed = (
            await tree.SendAsync(
                "LOCK",
                "/folder/sub/file",
                ("If", $"({token})"),
                ("Timeout", "Second-900")
            )
        ).Expect(200);
        Assert.Contains("Second-900", refreshed.Text, StringComparison.Ordinal);
        (await tree.PutAsync("/folder/sub/new", "1")).Expect(423);
        (await tree.MkcolAsync("/folder/more")).Expect(423);
        (await tree.PutAsync("/folder/sub/file", "2")).Expect(423);
        (await tree.DeleteAsync("/folder/sub/file")).Expect(423);
        (await tree.LockAsync("/folder/sub/file")).Expect(423);
        (
            await tree.PutAsync("/folder/sub/new", "1", ("If", $"<{tree.Prefix}/folder> ({token})"))
        ).Expect(201);
        (await tree.PutAsync("/folder/sub/new2", "1", ("If", $"({token})"))).Expect(201);
        (await tree.PutAsync("/outside", "1")).Expect(201);
        (await tree.MoveAsync("/outside", "/folder/inside")).Expect(423);
        (await tree.CopyAsync("/outside", "/folder/inside")).Expect(423);
        Assert.Equal(
            token.Trim('<', '>'),
            (await tree.PropertyAsync("/folder/sub/new", DavWords.Name("lockdiscovery")))!
                .Descendants(DavWords.Name("locktoken"))
                .Single()
                .Value
        );
        (await tree.UnlockAsync("/folder", token)).Expect(204);
        (await tree.PutAsync("/folder/sub/new", "2")).Expect(204);
    }

    [Fact]
    public async Task C64_A_lock_of_depth_0_on_a_folder_guards_its_membership_only()
    {
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/folder")).Expect(201);
        (await tree.PutAsync("/folder/file", "1")).Expect(201);
        var token = await tree.TakeLockAsync("/folder", ("Depth", "0"));
        (await tree.PutAsync("/folder/file", "2")).Expect(204);
        (await tree.PutAsync("/folder/new", "1")).Expect(423);
        (await tree.DeleteAsync("/folder/file")).Expect(423);
        (await tree.MoveAsync("/folder/file", "/file")).Expect(423);
        (
            await tree.DeleteAsync("/folder/file", ("If", $"<{tree.Prefix}/folder> ({token})"))
        ).Expect(204);
    }

    [Fact]
    public async Task C65_Unlock_takes_the_right_token_only()
    {
        await using var tree = await NewTreeAsync();
        (await tree.PutAsync("/a", "1")).Expect(201);
        (await tree.PutAsync("/b", "1")).Expect(201);
        var a = await tree.TakeLockAsync("/a");
        var b = await tree.TakeLockAsync("/b");
        (await tree.SendAsync("UNLOCK", "/a")).Expect(400);
        var wrong = (await tree.UnlockAsync("/a", b)).Expect(409);
        Assert.Contains("lock-token-matches-request-uri", wrong.Text, StringComparison.Ordinal);
        (await tree.PutAsync("/a", "2")).Expect(423);
        (await tree.UnlockAsync("/a", a)).Expect(204);
        (await tree.PutAsync("/a", "2")).Expect(204);
        (await tree.UnlockAsync("/b", b.Trim('<', '>'))).Expect(204);
        (await tree.PutAsync("/b", "2")).Expect(204);
        // Explorer believes a file busy for ever unless an unknown token is taken.
        await using var explorer = tree.As(Agents.MiniRedir);
        (await explorer.UnlockAsync("/a", a)).Expect(204);
        (await tree.UnlockAsync("/a", a)).Expect(409);
    }

    [Fact]
    public async Task C66_A_tree_with_a_member_locked_by_somebody_else_is_not_deleted_at_all()
    {
        await using var a = await NewTreeAsync();
        await using var b = await Cloud.OtherPrincipalAsync(a);
        (await a.MkcolAsync("/tree")).Expect(201);
        (await a.MkcolAsync("/tree/sub")).Expect(201);
        (await a.PutAsync("/tree/one", "1")).Expect(201);
        (await a.PutAsync("/tree/sub/two", "2")).Expect(201);
        var token = await a.TakeLockAsync("/tree/sub/two");
        var refused = (await b.DeleteAsync("/tree/")).Expect(423);
        Assert.Contains("/tree/sub/two", refused.Text, StringComparison.Ordinal);
        (await b.MoveAsync("/tree/", "/elsewhere/")).Expect(423);
        Assert.Equal(["one", "sub"], await b.NamesAsync("/tree"));
        Assert.Equal(["two"], await b.NamesAsync("/tree/sub"));
        (await a.DeleteAsync("/tree/", ("If", $"<{a.Prefix}/tree/sub/two> ({token})"))).Expect(204);
        (await a.PropfindAsync("/tree")).Expect(404);
    }
}
