using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Inert;

/// <summary>What people upload cannot act in a browser that is signed in here.</summary>
public sealed class InertContentTests(SharedCloud cloud) : CloudTests(cloud)
{
    [Theory]
    [InlineData("page.html", "text/html")]
    [InlineData("page.xhtml", "application/xhtml+xml")]
    [InlineData("drawing.svg", "image/svg+xml")]
    [InlineData("data.xml", "text/xml")]
    [InlineData("feed.rss", null)]
    [InlineData("sheet.xsl", null)]
    [InlineData("script.js", "text/javascript")]
    [InlineData("module.mjs", null)]
    [InlineData("style.css", "text/css")]
    [InlineData("paper.pdf", "application/pdf")]
    [InlineData("letter.txt", "text/plain")]
    [InlineData("mail.eml", null)]
    [InlineData("mail.mht", null)]
    [InlineData("program.swf", null)]
    [InlineData("unknown.zzz", "text/html")]
    [InlineData("without-extension", "text/html")]
    public async Task Active_and_unknown_content_is_sandboxed_and_an_attachment(
        string name,
        string? type
    )
    {
        await using var tree = await UploadedAsync(name, type);
        await using var browser = tree.As(Agents.Firefox);
        foreach (var answer in await EveryWayAsync(browser, "/" + name))
        {
            Sandboxed(answer);
            Assert.StartsWith(
                "attachment",
                answer["Content-Disposition"],
                StringComparison.Ordinal
            );
        }
    }

    [Theory]
    [InlineData("photo.jpg", "image/jpeg")]
    [InlineData("photo.png", null)]
    [InlineData("photo.webp", null)]
    [InlineData("photo.gif", null)]
    [InlineData("song.mp3", null)]
    [InlineData("song.flac", null)]
    [InlineData("film.mp4", "video/mp4")]
    [InlineData("film.mkv", null)]
    public async Task Pictures_sound_and_film_play_in_the_page_and_are_sandboxed_all_the_same(
        string name,
        string? type
    )
    {
        await using var tree = await UploadedAsync(name, type);
        await using var browser = tree.As(Agents.Firefox);
        foreach (var answer in await EveryWayAsync(browser, "/" + name))
        {
            Sandboxed(answer);
            Assert.False(
                answer["Content-Disposition"]?.StartsWith("attachment", StringComparison.Ordinal)
                    ?? false
            );
        }
        // A player is not a browser and gets no disposition at all.
        await using var player = tree.As(Agents.Kodi);
        Assert.Null((await player.GetAsync("/" + name)).Expect(200)["Content-Disposition"]);
    }

    [Theory]
    [InlineData("photo.jpg", "text/html")]
    [InlineData("film.mp4", "image/svg+xml")]
    [InlineData("song.mp3", "text/javascript")]
    public async Task A_type_claimed_on_upload_does_not_turn_a_picture_into_a_page(
        string name,
        string claimed
    )
    {
        await using var tree = await UploadedAsync(name, claimed);
        await using var browser = tree.As(Agents.Firefox);
        foreach (var answer in await EveryWayAsync(browser, "/" + name))
        {
            Sandboxed(answer);
            var isAttachment =
                answer["Content-Disposition"]?.StartsWith("attachment", StringComparison.Ordinal)
                ?? false;
            Assert.True(isAttachment || answer["Content-Type"] != claimed, answer.ToString());
        }
    }

    [Fact]
    public async Task The_index_of_a_folder_and_refusals_escape_what_people_named()
    {
        const string name = "<script>alert(1)<script>\"'&.html";
        await using var tree = await NewTreeAsync();
        (await tree.MkcolAsync("/folder")).Expect(201);
        (await tree.PutAsync("/folder/" + DavWords.Escape(name), "x")).Expect(201);
        await using var browser = tree.As(Agents.Firefox);
        var index = (await browser.GetAsync("/folder/")).Expect(200);
        Sandboxed(index);
        Assert.StartsWith("text/html", index["Content-Type"], StringComparison.Ordinal);
        Assert.DoesNotContain("<script", index.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", index.Text, StringComparison.Ordinal);
        foreach (
            var refused in new[]
            {
                await browser.GetAsync("/missing/" + DavWords.Escape(name)),
                await browser.SendAsync("POST", "/folder/" + DavWords.Escape(name)),
                await browser.GetAsync("/" + DavWords.Escape(name) + "%00"),
            }
        )
        {
            Assert.DoesNotContain("<script", refused.Text, StringComparison.OrdinalIgnoreCase);
            Assert.True(
                refused.Body.Length == 0 || refused["X-Content-Type-Options"] == "nosniff",
                refused.ToString()
            );
        }
    }

    [Fact]
    public async Task A_disposition_cannot_be_broken_out_of_by_a_name()
    {
        const string name = "a\"; filename=\"evil.exe\\ü😀.html";
        await using var tree = await NewTreeAsync();
        var path = "/" + DavWords.Escape(name);
        (await tree.PutAsync(path, "x")).Expect(201);
        await using var browser = tree.As(Agents.Firefox);
        var answer = (await browser.GetAsync(path)).Expect(200);
        var disposition = answer["Content-Disposition"]!;
        Assert.StartsWith("attachment", disposition, StringComparison.Ordinal);
        Assert.DoesNotContain("filename=\"evil.exe", disposition, StringComparison.Ordinal);
        Assert.All(disposition, c => Assert.InRange(c, ' ', '~'));
    }

    private async Task<WireClient> UploadedAsync(string name, string? type)
    {
        var tree = await NewTreeAsync();
        const string body =
            "<html xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></html>";
        (
            await (
                type is null
                    ? tree.PutAsync("/" + name, body)
                    : tree.PutAsync("/" + name, body, ("Content-Type", type))
            )
        ).Expect(201);
        return tree;
    }

    private static async Task<IReadOnlyList<WireResponse>> EveryWayAsync(
        WireClient browser,
        string path
    ) =>
        [
            (await browser.GetAsync(path)).Expect(200),
            (await browser.HeadAsync(path)).Expect(200),
            (await browser.GetAsync(path, ("Range", "bytes=0-9"))).Expect(206),
            (
                await browser.GetAsync(
                    path,
                    ("Sec-Fetch-Dest", "document"),
                    ("Accept", "text/html")
                )
            ).Expect(200),
        ];

    private static void Sandboxed(WireResponse answer)
    {
        var policy = answer["Content-Security-Policy"];
        Assert.NotNull(policy);
        Assert.Contains("sandbox", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("allow-scripts", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("allow-same-origin", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer["X-Content-Type-Options"]);
    }
}
