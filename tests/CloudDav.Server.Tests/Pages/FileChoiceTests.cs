using System.IO.Compression;
using System.Text.RegularExpressions;
using CloudDav.Server.Pages;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Pages;

/// <summary>What is done with several things at once on the page of a folder, and uploads of the page's module.</summary>
public sealed partial class FileChoiceTests : IAsyncLifetime
{
    private ApiHost _api = null!;
    private Browser _browser = null!;

    private DavClient Alice => _api.Alice;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        _browser = new Browser(_api.Host);
        await _browser.SignInAsync("alice", "demo");
        foreach (var folder in (string[])["f", "f/below", "g"])
            (await Alice.MkcolAsync("/dav/" + folder)).Expect(201);
        foreach (var file in (string[])["f/a", "f/b", "f/below/c"])
            (await Alice.PutAsync("/dav/" + file, file)).Expect(201);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_folder_and_what_is_chosen_in_it_are_downloaded_as_zip()
    {
        var whole = (await _browser.OpenAsync("/files/f?zip")).Expect(200);
        Assert.Equal("application/zip", whole.Header("Content-Type"));
        Assert.Contains("f.zip", whole.Header("Content-Disposition"), StringComparison.Ordinal);
        Assert.Equal(["a", "b", "below/", "below/c"], NamesIn(whole));

        var chosen = await ChooseAsync("zip", "b", "below");
        Assert.Equal(303, chosen.Status);
        var part = (await _browser.OpenAsync(chosen.Header("Location")!)).Expect(200);
        Assert.Equal(["b", "below/", "below/c"], NamesIn(part));
        // It goes on where it stopped, and is refused when what was chosen is no longer there.
        _browser.Headers.Add(("Range", "bytes=10-"));
        var rest = (await _browser.OpenAsync(chosen.Header("Location")!)).Expect(206);
        Assert.Equal(part.Body[10..], rest.Body);
        _browser.Headers.Clear();
        (await Alice.DeleteAsync("/dav/f/b")).Expect(204);
        (await _browser.OpenAsync(chosen.Header("Location")!)).Expect(404);
        foreach (var wrong in (string[])["x", "0", "-1", "1..2", "ffffffffffffffff", "1,2"])
            (await _browser.OpenAsync("/files/f?zip=" + wrong)).Expect(404);
    }

    [Fact]
    public async Task What_is_chosen_goes_into_the_trash_and_comes_back_together()
    {
        var removed = await ChooseAsync("remove", "a", "below");
        Assert.Equal(303, removed.Status);
        Assert.Equal(["b"], await Alice.ListAsync("/dav/f/"));

        await _browser.OpenAsync(removed.Header("Location")!);
        var undone = await _browser.SubmitAsync("/trash");
        // Every hidden field of the form goes with it.
        Assert.Equal((303, "/files/f"), (undone.Status, undone.Header("Location")));
        Assert.Equal(["a", "b", "below"], (await Alice.ListAsync("/dav/f/")).Order());
    }

    [Fact]
    public async Task What_is_chosen_is_moved_and_what_is_in_the_way_is_said()
    {
        var moved = await ChooseAsync("carry", [("to", "/g")], "a", "below");
        Assert.Equal((303, "/files/g"), (moved.Status, moved.Header("Location")));
        Assert.Equal(["a", "below"], (await Alice.ListAsync("/dav/g/")).Order());
        (await Alice.PutAsync("/dav/g/b", "another")).Expect(201);
        var refused = await ChooseAsync("carry", [("to", "/g")], "b");
        Assert.Equal(412, refused.Status);
        Assert.Contains("role=\"alert\"", refused.Text, StringComparison.Ordinal);
        Assert.Equal("another", (await Alice.GetAsync("/dav/g/b")).Text);
    }

    [Fact]
    public async Task Nothing_chosen_or_nothing_there_does_nothing()
    {
        Assert.Equal((303, "/files/f"), Led(await ChooseAsync("remove")));
        await _browser.OpenAsync("/files/f");
        var gone = await PostAsync("/files/f", ("act", "remove"), ("item", "4711"));
        Assert.Equal(404, gone.Status);
        Assert.Equal(["a", "b", "below"], (await Alice.ListAsync("/dav/f/")).Order());
    }

    [Fact]
    public async Task A_list_of_ids_is_read_as_it_was_written()
    {
        NodeId[] items = [new(1), new(500), new((1L << 53) - 1)];
        Assert.Equal(items, FileChoice.Split(FileChoice.Join(items.Reverse())));
        Assert.Null(FileChoice.Split(""));
        var most = Enumerable.Range(1, FilePages.PageItems + 1).Select(id => new NodeId(id));
        Assert.NotNull(FileChoice.Split(FileChoice.Join(most.Skip(1))));
        Assert.Null(FileChoice.Split(FileChoice.Join(most)));
    }

    [Fact]
    public async Task The_page_s_module_uploads_with_the_proof_of_the_page_alone()
    {
        await _browser.OpenAsync("/files/f");
        var guard = Guard();
        (string, string)[] tus =
        [
            ("Tus-Resumable", "1.0.0"),
            ("Upload-Length", "5"),
            ("Upload-Metadata", "filename aGVsbG8=,path Zg=="),
        ];
        _browser.Headers.AddRange(tus);
        Assert.Equal(403, (await _browser.SendAsync("POST", "/uploads", null)).Status);
        _browser.Headers.Add(("X-Form-Guard", guard));
        var begun = await _browser.SendAsync("POST", "/uploads", null);
        Assert.Equal(201, begun.Status);
        var address = begun.Header("Location")!;
        Assert.StartsWith("/uploads/", address, StringComparison.Ordinal);
        Assert.Equal(
            "0",
            (await _browser.SendAsync("HEAD", address, null)).Header("Upload-Offset")
        );

        var stranger = new Browser(_api.Host);
        stranger.Headers.AddRange([.. tus, ("X-Form-Guard", guard)]);
        Assert.Equal(401, (await stranger.SendAsync("HEAD", address, null)).Status);
        Assert.Equal(401, (await stranger.SendAsync("POST", "/uploads", null)).Status);
        await _api.Host.AddPersonAsync("bob", 20_000);
        var other = new Browser(_api.Host);
        await other.SignInAsync("bob", "demo");
        other.Headers.AddRange([.. tus, ("X-Form-Guard", guard)]);
        Assert.Equal(403, (await other.SendAsync("DELETE", address, null)).Status);
        Assert.Equal(404, (await other.SendAsync("HEAD", address, null)).Status);
        Assert.Equal(204, (await _browser.SendAsync("DELETE", address, null)).Status);
        Assert.Equal(404, (await _browser.SendAsync("HEAD", address, null)).Status);
    }

    [Fact]
    public async Task Where_one_of_several_is_refused_it_is_named_and_what_went_before_can_be_undone()
    {
        (await Alice.LockAsync("/dav/f/b")).Expect(200);
        var refused = await ChooseAsync("remove", "a", "b", "below");
        Assert.Contains("<b>b</b>: ", refused.Expect(423).Text, StringComparison.Ordinal);
        Assert.Contains("1 of 3 were done before", refused.Text, StringComparison.Ordinal);
        Assert.Equal(["b", "below"], (await Alice.ListAsync("/dav/f/")).Order());
        (await _browser.OpenAsync(Back().Match(refused.Text).Groups["to"].Value)).Expect(200);
        Assert.Equal(303, (await _browser.SubmitAsync("/trash")).Status);
        Assert.Equal(["a", "b", "below"], (await Alice.ListAsync("/dav/f/")).Order());
    }

    [Fact]
    public async Task A_module_is_told_in_its_own_way_what_became_of_a_form()
    {
        await _browser.OpenAsync("/files/f");
        (string, string)[] form = [("guard", Guard()), ("act", "folder"), ("name", "new")];
        _browser.Headers.Add(("Accept", "application/json"));
        var made = await _browser.SendAsync("POST", "/files/f", form);
        Assert.Equal((204, "/files/f"), Led(made));
        var there = await _browser.SendAsync("POST", "/files/f", form);
        Assert.Equal(405, there.Status);
        Assert.Contains("\"code\":\"already-exists\"", there.Text, StringComparison.Ordinal);
        var stranger = new Browser(_api.Host);
        stranger.Headers.Add(("Accept", "application/json"));
        Assert.Equal(401, (await stranger.OpenAsync("/files/f")).Status);
    }

    private Task<DavAnswer> PostAsync(string action, params (string Name, string Value)[] fields) =>
        _browser.SendAsync("POST", action, [("guard", Guard()), .. fields]);

    private string Guard() =>
        _browser.HiddenOf("/sign-out").Single(field => field.Name == "guard").Value;

    private static (int, string?) Led(DavAnswer answer) =>
        (answer.Status, answer.Header("Location"));

    private Task<DavAnswer> ChooseAsync(string act, params string[] names) =>
        ChooseAsync(act, [], names);

    private async Task<DavAnswer> ChooseAsync(
        string act,
        (string, string)[] fields,
        params string[] names
    )
    {
        var page = (await _browser.OpenAsync("/files/f")).Expect(200);
        return await PostAsync(
            "/files/f",
            [
                ("act", act),
                .. fields,
                .. names.Select(name =>
                    (
                        "item",
                        Regex
                            .Match(
                                page.Text,
                                $"value=\"([0-9]+)\" form=\"chosen\" aria-label=\"Choose {name}\"",
                                RegexOptions.None,
                                TimeSpan.FromSeconds(1)
                            )
                            .Groups[1]
                            .Value
                    )
                ),
            ]
        );
    }

    private static IEnumerable<string> NamesIn(DavAnswer answer)
    {
        using var zip = new ZipArchive(new MemoryStream(answer.Body));
        return zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal);
    }

    [GeneratedRegex(
        "href=\"(?<to>/files/f\\?deleted=[^\"]+)\"",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Back();
}
