using System.Globalization;
using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.Wire;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Pages;

/// <summary>Files, trash and the past in a browser without script, over real sockets.</summary>
public sealed class FilePageTests : IAsyncLifetime
{
    private ApiHost _api = null!;
    private Browser _browser = null!;

    private DavClient Alice => _api.Alice;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        _browser = new Browser(_api.Host);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Who_is_not_signed_in_is_asked_to_and_comes_to_where_they_wanted()
    {
        (await Alice.MkcolAsync("/dav/%C3%89t%C3%A9%20%26%20co")).Expect(201);
        foreach (
            var path in (string[])["/files", "/files/%C3%89t%C3%A9%20%26%20co", "/trash", "/past"]
        )
        {
            var browser = new Browser(_api.Host);
            var asked = (await browser.OpenAsync(path)).Expect(200);
            Assert.Contains("type=\"password\"", asked.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("Été", asked.Text, StringComparison.Ordinal);
            var signedIn = await browser.SubmitAsync(
                "/sign-in",
                ("name", "alice"),
                ("password", "demo")
            );
            Assert.Equal((303, path), (signedIn.Status, signedIn.Header("Location")));
            (await browser.OpenAsync(path)).Expect(200);
        }
        // Of a form whose person was signed out meanwhile it is said, and it leads to its page.
        var late = new Browser(_api.Host);
        var told = await late.SendAsync("POST", "/files", [("act", "folder"), ("name", "late")]);
        Assert.Contains("was signed out", told.Expect(403).Text, StringComparison.Ordinal);
        var again = await late.SubmitAsync("/sign-in", ("name", "alice"), ("password", "demo"));
        Assert.Equal((303, "/files"), (again.Status, again.Header("Location")));
        (await Alice.GetAsync("/dav/late/")).Expect(404);
        // The content is nobody's without a session either, and the cookie opens no tree.
        (await Alice.PutAsync("/dav/a.txt", "secret")).Expect(201);
        var stranger = await new Browser(_api.Host).OpenAsync("/files/a.txt?content");
        Assert.DoesNotContain("secret", stranger.Text, StringComparison.Ordinal);
        await _browser.SignInAsync("alice", "demo");
        foreach (
            var tree in (string[])["/dav/a.txt", "/rewind/", "/remote.php/dav/files/alice/a.txt"]
        )
            Assert.Equal(401, (await _browser.OpenAsync(tree)).Status);
    }

    [Fact]
    public async Task A_form_of_another_page_or_of_another_browser_changes_nothing()
    {
        (await Alice.PutAsync("/dav/a.txt", "a")).Expect(201);
        await _browser.SignInAsync("alice", "demo");
        var other = new Browser(_api.Host);
        await other.SignInAsync("alice", "demo");
        await other.OpenAsync("/files/a.txt?about");
        var foreign = other.HiddenOf("/sign-out").Single(field => field.Name == "guard");
        foreach (var guard in (string[])["", "x", foreign.Value])
        {
            var answer = await _browser.SendAsync(
                "POST",
                "/files/a.txt",
                [("guard", guard), ("act", "delete")]
            );
            Assert.Contains(
                "This page was open for too long",
                answer.Expect(403).Text,
                StringComparison.Ordinal
            );
            Assert.Contains("href=\"/files/a.txt\"", answer.Text, StringComparison.Ordinal);
            var upload = await UploadAsync("/files", guard, ("b.txt", "b"));
            Assert.Contains(
                "This page was open for too long",
                upload.Expect(403).Text,
                StringComparison.Ordinal
            );
        }
        Assert.Equal("a", (await Alice.GetAsync("/dav/a.txt")).Expect(200).Text);
        (await Alice.GetAsync("/dav/b.txt")).Expect(404);
        // As a browser says that another site made it send this.
        await _browser.OpenAsync("/files/a.txt?about");
        _browser.Headers.Add(("Sec-Fetch-Site", "cross-site"));
        await _browser.SendAsync(
            "POST",
            "/files/a.txt",
            [
                .. _browser.HiddenOf("/sign-out").Where(field => field.Name == "guard"),
                ("act", "delete"),
            ]
        );
        Assert.Equal("a", (await Alice.GetAsync("/dav/a.txt")).Expect(200).Text);
    }

    [Fact]
    public async Task A_form_of_files_that_breaks_off_keeps_what_came_whole_and_says_so()
    {
        await _browser.SignInAsync("alice", "demo");
        await _browser.OpenAsync("/files");
        var whole = Browser.FormOf(Guard(), ("a.txt", "whole"), ("b.txt", "cut"));
        var answer = await _browser.SendFilesAsync(
            "/files",
            whole[..(whole.IndexOf("cut", StringComparison.Ordinal) + 2)]
        );
        Assert.Contains("try again", answer.Expect(400).Text, StringComparison.Ordinal);
        Assert.Equal("whole", (await Alice.GetAsync("/dav/a.txt")).Expect(200).Text);
        (await Alice.GetAsync("/dav/b.txt")).Expect(404);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=limit")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task A_body_that_claims_to_be_longer_than_any_number_is_refused(string type)
    {
        await _browser.SignInAsync("alice", "demo");
        await _browser.OpenAsync("/files");
        var begin = Browser.FormOf(Guard())[..^9];
        await using var connection = await WireConnection.OpenAsync(_api.Host.Port);
        await connection.SendAsync(
            $"POST /files HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {_browser.CookieHeader}\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n"
                + $"{begin.Length:x}\r\n{begin}\r\nFFFFFFFFFFFFFFFFF\r\n"
        );
        Assert.InRange((await connection.ReadAsync()).Status, 400, 499);
    }

    [Fact]
    public async Task What_does_not_fit_is_not_told_as_used()
    {
        await _browser.SignInAsync("alice", "demo");
        await _browser.OpenAsync("/files");
        var large = new string('x', 2_000_000);
        var answer = await UploadAsync("/files", Guard(), ("a.txt", large));
        Assert.Contains(
            "It does not fit: 0 bytes of 19.5 KiB are used.",
            answer.Expect(507).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_form_of_files_that_cannot_be_kept_says_so()
    {
        await _browser.SignInAsync("alice", "demo");
        await _browser.OpenAsync("/files");
        var guard = Guard();
        // As a disk that is gone.
        var contents = Path.Combine(_api.Host.Folder, "content");
        Directory.Move(contents, contents + "-gone");
        await File.WriteAllTextAsync(contents, "", TestContext.Current.CancellationToken);
        var large = new string('x', 18_000);
        var answer = await UploadAsync("/files", guard, ("a.txt", large));
        Assert.InRange(answer.Status, 500, 599);
        Assert.Contains("<h1>", answer.Text, StringComparison.Ordinal);
        File.Delete(contents);
        Directory.Move(contents + "-gone", contents);
        (await UploadAsync("/files", guard, ("a.txt", large))).Expect(303);
        Assert.Equal(large, (await Alice.GetAsync("/dav/a.txt")).Expect(200).Text);
    }

    [Fact]
    public async Task Names_of_every_kind_are_shown_opened_and_changed_as_they_are()
    {
        await _browser.SignInAsync("alice", "demo");
        foreach (
            var name in (string[])
                ["Été & co", "<b>'x'", "100%", "a?b#c", "..x", "😀", "a b+c", "'q'"]
        )
        {
            await DoAsync("/files", "/files", ("act", "folder"), ("name", name));
            var address = "/files/" + Uri.EscapeDataString(name);
            var folder = await UploadIntoAsync(address, (name + ".txt", "of " + name));
            Assert.Equal((303, address), (folder.Status, folder.Header("Location")));
            var page = (await _browser.OpenAsync(address)).Expect(200);
            Assert.DoesNotContain("<b>", page.Text, StringComparison.Ordinal);
            var file = $"{address}/{Uri.EscapeDataString(name)}.txt";
            Assert.Contains($"href=\"{file}?content\"", page.Text, StringComparison.Ordinal);
            var content = (await _browser.OpenAsync(file + "?content")).Expect(200);
            Assert.Equal("of " + name, content.Text);
            Assert.StartsWith(
                "attachment",
                content.Header("Content-Disposition"),
                StringComparison.Ordinal
            );
            Assert.Equal("sandbox; default-src 'none'", content.Header("Content-Security-Policy"));
            await DoAsync(file + "?about", file, ("act", "rename"), ("name", "r " + name));
            Assert.Equal(
                "of " + name,
                (
                    await Alice.GetAsync(
                        $"/dav/{Uri.EscapeDataString(name)}/{Uri.EscapeDataString("r " + name)}"
                    )
                )
                    .Expect(200)
                    .Text
            );
        }
    }

    [Fact]
    public async Task What_is_in_a_folder_is_moved_and_deleted_and_the_deletion_undone()
    {
        (await Alice.MkcolAsync("/dav/one")).Expect(201);
        (await Alice.MkcolAsync("/dav/two")).Expect(201);
        (await Alice.PutAsync("/dav/one/a.txt", "a")).Expect(201);
        await _browser.SignInAsync("alice", "demo");
        await DoAsync(
            "/files/one/a.txt?about",
            "/files/one/a.txt",
            ("act", "move"),
            ("to", "/two")
        );
        Assert.Equal("a", (await Alice.GetAsync("/dav/two/a.txt")).Expect(200).Text);

        var deleted = await DoAsync(
            "/files/two/a.txt?about",
            "/files/two/a.txt",
            ("act", "delete")
        );
        (await Alice.GetAsync("/dav/two/a.txt")).Expect(404);
        await _browser.OpenAsync(deleted);
        var undone = await _browser.SubmitAsync("/trash");
        Assert.Equal((303, "/files/two"), (undone.Status, undone.Header("Location")));
        Assert.Equal("a", (await Alice.GetAsync("/dav/two/a.txt")).Expect(200).Text);

        // A taken name is refused in words, and nothing is written over.
        (await Alice.PutAsync("/dav/two/b.txt", "b")).Expect(201);
        await _browser.OpenAsync("/files/two/a.txt?about");
        var refused = await SubmitAsync("/files/two/a.txt", ("act", "rename"), ("name", "b.txt"));
        Assert.Equal(412, refused.Status);
        Assert.Contains("role=\"alert\"", refused.Text, StringComparison.Ordinal);
        Assert.Equal("b", (await Alice.GetAsync("/dav/two/b.txt")).Expect(200).Text);
        (await _browser.OpenAsync("/files/nothing/here")).Expect(404);
    }

    [Fact]
    public async Task Uploads_go_over_what_is_there_as_a_version_which_is_restored_on_the_page()
    {
        await _browser.SignInAsync("alice", "demo");
        var large = new string('x', 17_000);
        var sent = await UploadIntoAsync(
            "/files",
            ("a.txt", "first"),
            ("large.bin", large),
            ("", "")
        );
        Assert.True(sent.Status == 303, $"{sent}");
        // What does not fit is refused in words; what came before it is there.
        var refused = await UploadIntoAsync(
            "/files",
            ("a.txt", "before"),
            ("larger.bin", new string('x', 3 << 20))
        );
        Assert.Contains("role=\"alert\"", refused.Expect(507).Text, StringComparison.Ordinal);
        await UploadIntoAsync("/files", ("C:/me/a.txt", "second"));
        Assert.Equal(["a.txt", "large.bin"], (await Alice.ListAsync("/dav/")).Order());
        Assert.Equal("second", (await Alice.GetAsync("/dav/a.txt")).Expect(200).Text);
        Assert.Equal(
            large.Length,
            (await Alice.GetAsync("/dav/large.bin")).Expect(200).Text.Length
        );
        Assert.Equal(["a.txt", "large.bin"], (await Alice.ListAsync("/dav/")).Order());

        var page = (await _browser.OpenAsync("/files/a.txt")).Expect(200);
        Assert.Contains("Earlier versions", page.Text, StringComparison.Ordinal);
        var number = page.Text.Split("name=\"version\" value=\"")[1].Split('"')[0];
        Assert.Equal(
            303,
            (await SubmitAsync("/files/a.txt", ("act", "restore"), ("version", number))).Status
        );
        Assert.Equal("before", (await Alice.GetAsync("/dav/a.txt")).Expect(200).Text);
    }

    [Fact]
    public async Task A_large_folder_comes_in_pages()
    {
        for (var i = 0; i < 505; i++)
            (await Alice.PutAsync($"/dav/f{i:000}", "")).Expect(201);
        await _browser.SignInAsync("alice", "demo");
        var first = (await _browser.OpenAsync("/files")).Expect(200).Text;
        Assert.Contains("f299?", first, StringComparison.Ordinal);
        Assert.DoesNotContain("f300?", first, StringComparison.Ordinal);
        Assert.Contains("/files?page=2", first, StringComparison.Ordinal);
        var second = (await _browser.OpenAsync("/files?page=2")).Expect(200).Text;
        Assert.Contains("f504?", second, StringComparison.Ordinal);
        Assert.Contains("Page 2 of 2", second, StringComparison.Ordinal);
        foreach (var page in (string[])["0", "x", "99999999999999999999"])
            Assert.Contains(
                "Page 1 of 2",
                (await _browser.OpenAsync("/files?page=" + page)).Expect(200).Text,
                StringComparison.Ordinal
            );
        foreach (var page in (string[])["3", "50000000000000000"])
            Assert.Equal(
                "/files?page=2",
                (await _browser.OpenAsync("/files?page=" + page)).Expect(303).Header("Location")
            );
        _api.Time.Advance(TimeSpan.FromMinutes(1));
        var past = $"/past?at={_api.Time.GetUtcNow().ToUnixTimeMilliseconds()}";
        Assert.Contains(
            past.Replace("&", "&amp;", StringComparison.Ordinal) + "&amp;page=2",
            (await _browser.OpenAsync(past)).Expect(200).Text,
            StringComparison.Ordinal
        );
        var rest = (await _browser.OpenAsync(past + "&page=2")).Expect(200).Text;
        Assert.Contains("Page 2 of 2", rest, StringComparison.Ordinal);
        Assert.Contains("f504", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("f299", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_found_below_a_folder_whatever_their_case()
    {
        (await Alice.MkcolAsync("/dav/docs")).Expect(201);
        (await Alice.MkcolAsync("/dav/docs/Taxes%20%26%20more")).Expect(201);
        (await Alice.PutAsync("/dav/docs/Taxes%20%26%20more/TAX%202025.pdf", "x")).Expect(201);
        (await Alice.PutAsync("/dav/tax.txt", "x")).Expect(201);
        await _browser.SignInAsync("alice", "demo");
        var found = (await _browser.OpenAsync("/files?find=tax")).Expect(200).Text;
        foreach (
            var link in (string[])
                [
                    "/files/docs/Taxes%20%26%20more\"",
                    "/TAX%202025.pdf?content\"",
                    "/files/tax.txt?content\"",
                ]
        )
            Assert.Contains(link, found, StringComparison.Ordinal);
        found = (await _browser.OpenAsync("/files/docs?find=tax")).Expect(200).Text;
        Assert.DoesNotContain("/files/tax.txt", found, StringComparison.Ordinal);
        found = (await _browser.OpenAsync("/files?find=%3Cb%3E")).Expect(200).Text;
        Assert.Contains("No name here contains this", found, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", found, StringComparison.Ordinal);
        (await _browser.OpenAsync("/files?find=" + new string('x', 2_000))).Expect(200);
    }

    [Fact]
    public async Task The_trash_is_shown_restored_and_emptied()
    {
        await _browser.SignInAsync("alice", "demo");
        foreach (var name in (string[])["a", "b", "c"])
        {
            (await Alice.PutAsync($"/dav/{name}", name)).Expect(201);
            (await Alice.DeleteAsync($"/dav/{name}")).Expect(204);
        }
        var page = (await _browser.OpenAsync("/trash")).Expect(200);
        var burst = page.Text.Split("name=\"burst\" value=\"")[1].Split('"')[0];
        Assert.Equal(303, (await SubmitAsync("/trash", ("act", "burst"), ("burst", burst))).Status);
        Assert.Equal(["a", "b", "c"], (await Alice.ListAsync("/dav/")).Order());
        (await Alice.DeleteAsync("/dav/a")).Expect(204);
        await _browser.OpenAsync("/trash");
        Assert.Equal(303, (await SubmitAsync("/trash", ("act", "empty"))).Status);
        page = (await _browser.OpenAsync("/trash")).Expect(200);
        Assert.Contains("trash is empty", page.Text, StringComparison.Ordinal);
        Assert.Equal(
            404,
            (await SubmitAsync("/trash", ("act", "restore"), ("item", "4711"))).Status
        );
    }

    [Fact]
    public async Task The_past_is_shown_opened_and_brought_back()
    {
        (await Alice.MkcolAsync("/dav/docs")).Expect(201);
        (await Alice.PutAsync("/dav/docs/a.txt", "then")).Expect(201);
        var then = _api.Time.GetUtcNow();
        _api.Time.Advance(TimeSpan.FromHours(2));
        (await Alice.PutAsync("/dav/docs/a.txt", "now")).Expect(204);
        (await Alice.PutAsync("/dav/docs/new.txt", "new")).Expect(201);
        await _browser.SignInAsync("alice", "demo");
        (await _browser.OpenAsync("/past")).Expect(200);

        // The minute after, on the operator's clock.
        var chosen = TimeZoneInfo
            .ConvertTime(then.AddMinutes(1), TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels"))
            .ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
        var top = (await _browser.OpenAsync("/past?moment=" + Uri.EscapeDataString(chosen))).Expect(
            200
        );
        var folder = top
            .Text.Split("href=\"/past?")[1]
            .Split('"')[0]
            .Replace("&amp;", "&", StringComparison.Ordinal);
        var inside = (await _browser.OpenAsync("/past?" + folder)).Expect(200);
        Assert.DoesNotContain("new.txt", inside.Text, StringComparison.Ordinal);
        var file = inside
            .Text.Split("&amp;content\"")[0]
            .Split("href=\"")[^1]
            .Replace("&amp;", "&", StringComparison.Ordinal);
        Assert.Equal("then", (await _browser.OpenAsync(file + "&content")).Expect(200).Text);

        await _browser.OpenAsync("/past?" + folder);
        var back = (await _browser.SubmitAsync("/past")).Expect(200);
        Assert.Contains(
            "1 brought back, 1 put into the trash",
            back.Text,
            StringComparison.Ordinal
        );
        Assert.Equal("then", (await Alice.GetAsync("/dav/docs/a.txt")).Expect(200).Text);
        (await Alice.GetAsync("/dav/docs/new.txt")).Expect(404);

        foreach (
            var (address, status) in (ValueTuple<string, int>[])
                [
                    ("at=0", 404),
                    ("at=99999999999999999999", 200),
                    ("at=x", 200),
                    ("moment=x", 200),
                    ($"at={then.ToUnixTimeMilliseconds()}&item=4711", 404),
                    ("at=9999999999999", 400),
                ]
        )
            Assert.Equal(
                (address, status),
                (address, (await _browser.OpenAsync("/past?" + address)).Status)
            );
    }

    private async Task<string> DoAsync(
        string page,
        string action,
        params (string Name, string Value)[] fields
    )
    {
        (await _browser.OpenAsync(page)).Expect(200);
        var done = await SubmitAsync(action, fields);
        Assert.True(done.Status == 303, $"{action}: {done}");
        return done.Header("Location")!;
    }

    // Of several forms to one address, any: their guard is the same.
    private Task<DavAnswer> SubmitAsync(
        string action,
        params (string Name, string Value)[] fields
    ) => _browser.SendAsync("POST", action, [("guard", Guard()), .. fields]);

    private string Guard() =>
        _browser.HiddenOf("/sign-out").Single(field => field.Name == "guard").Value;

    private async Task<DavAnswer> UploadIntoAsync(
        string folder,
        params (string Name, string Text)[] files
    )
    {
        (await _browser.OpenAsync(folder)).Expect(200);
        return await UploadAsync(folder, Guard(), files);
    }

    private Task<DavAnswer> UploadAsync(
        string folder,
        string guard,
        params (string Name, string Text)[] files
    ) => _browser.UploadAsync(folder, guard, files);
}
