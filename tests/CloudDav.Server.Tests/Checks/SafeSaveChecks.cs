using System.Text.Json;
using System.Xml.Linq;
using CloudDav.Server.Tests.Wire;

namespace CloudDav.Server.Tests.Checks;

/// <summary>Programs that save through temporary names: what a document is known by stays with it, and nobody else sees how it is saved.</summary>
public sealed class SafeSaveChecks(SharedCloud cloud) : CloudTests(cloud)
{
    private const string Package = "/letters/letter.rtf.sb-1a2b3c4d-abcdef";
    private static readonly XName s_id = DavWords.OwnCloud + "fileid";
    private static readonly XName[] s_kept =
    [
        s_id,
        DavWords.Name("creationdate"),
        "{urn:example}note",
    ];

    [Fact]
    public async Task C41_A_document_that_Word_saves_stays_what_it_is()
    {
        await using var owner = await NewOwnerAsync();
        await using var word = await DeviceAsync(owner, Agents.MiniRedir);
        var (link, before) = (
            await ShareAsync(owner, "/letters/letter.rtf"),
            await KeptAsync(word)
        );

        (await word.PutAsync("/letters/~$letter.rtf", "who has it open")).Expect(201);
        (await word.PutAsync("/letters/~WRD0001.tmp", "after")).Expect(201);
        (await word.MoveAsync("/letters/letter.rtf", "/letters/~WRL0002.tmp")).Expect(201);
        var moved = await word.MoveAsync("/letters/~WRD0001.tmp", "/letters/letter.rtf");
        moved.Expect(201);
        (await word.DeleteAsync("/letters/~WRL0002.tmp")).Expect(204);
        (await word.DeleteAsync("/letters/~$letter.rtf")).Expect(204);

        Assert.StartsWith(before[0]!.PadLeft(8, '0'), moved["OC-FileId"], StringComparison.Ordinal);
        await CheckSavedAsync(owner, word, before, link, "~WRL0002.tmp");
    }

    [Fact]
    public async Task C42_A_text_that_TextEdit_saves_does_too_and_its_folder_is_shown_to_nobody_else()
    {
        await using var owner = await NewOwnerAsync();
        await using var edit = await DeviceAsync(owner, Agents.FinderSince154);
        await using var friend = new WireClient(Cloud.Port, "", null);
        var (link, before) = (
            await ShareAsync(owner, "/letters/letter.rtf"),
            await KeptAsync(edit)
        );
        var folder = await ShareAsync(owner, "/letters");

        (await edit.MkcolAsync(Package)).Expect(201);
        (await edit.PutAsync($"{Package}/letter.rtf", "")).Expect(201);
        (await edit.PutAsync($"{Package}/letter.rtf", "after")).Expect(204);
        Assert.Equal(["letter.rtf"], await friend.NamesAsync(folder + "/"));
        (await friend.GetAsync($"{folder}/letter.rtf.sb-1a2b3c4d-abcdef/letter.rtf")).Expect(404);
        (await edit.MoveAsync("/letters/letter.rtf", $"{Package}/former.rtf")).Expect(201);
        Assert.Empty(await friend.NamesAsync(folder + "/"));
        (await edit.MoveAsync($"{Package}/letter.rtf", "/letters/letter.rtf")).Expect(201);
        (await edit.DeleteAsync($"{Package}/former.rtf")).Expect(204);
        (await edit.DeleteAsync(Package)).Expect(204);

        Assert.Equal(["letter.rtf"], await friend.NamesAsync(folder + "/"));
        await CheckSavedAsync(owner, edit, before, link, "former.rtf");
    }

    private async Task CheckSavedAsync(
        WireClient owner,
        WireClient program,
        IReadOnlyList<string?> before,
        string link,
        string aside
    )
    {
        await using var friend = new WireClient(Cloud.Port, "", null);
        Assert.Equal(["letter.rtf"], await program.NamesAsync("/letters"));
        Assert.Equal(before, await KeptAsync(program));
        Assert.Equal("after", (await program.GetAsync("/letters/letter.rtf")).Expect(200).Text);
        // Whoever has the link opens what was saved, as long as it is not marked as somebody else's work, which the item still can be and then stays.
        Assert.Equal("after", (await friend.GetAsync(link)).Expect(200).Text);
        await ProtectAsync(owner, "/letters/letter.rtf");
        (await program.PutAsync("/letters/letter.rtf.tmp", "again")).Expect(201);
        (await program.MoveAsync("/letters/letter.rtf", "/letters/letter.rtf.bak")).Expect(201);
        (await program.MoveAsync("/letters/letter.rtf.tmp", "/letters/letter.rtf")).Expect(201);
        (await friend.GetAsync(link)).Expect(403);
        Assert.Equal(before, await KeptAsync(program));
        // What was put aside first is an earlier version, and in no trash.
        Assert.Equal(1, await Cloud.VersionsAndTrashAsync(owner, aside));
        Assert.Equal(1, await Cloud.VersionsAndTrashAsync(owner, "letter.rtf.bak"));
        Assert.Equal(0, await Cloud.VersionsAndTrashAsync(owner, "letter.rtf"));
    }

    // With a password of their own, which links are made with, and the document to be saved.
    private async Task<WireClient> NewOwnerAsync()
    {
        var owner = await Cloud.NewPersonAsync(Cloud.NewName(), "secret");
        (await owner.MkcolAsync("/letters")).Expect(201);
        (await owner.PutAsync("/letters/letter.rtf", "before")).Expect(201);
        (
            await owner.ProppatchAsync(
                "/letters/letter.rtf",
                DavWords.Proppatch(
                    (s_kept[2], "kept"),
                    (DavWords.Win32 + "Win32CreationTime", "Tue, 14 Nov 2023 22:13:20 GMT")
                )
            )
        ).Expect(207);
        return owner;
    }

    private async Task<WireClient> DeviceAsync(WireClient owner, string agent) =>
        Cloud
            .Client(TestCloud.UserOf(owner), (await Cloud.NewDeviceAsync(owner)).Password)
            .As(agent);

    private static async Task<IReadOnlyList<string?>> KeptAsync(WireClient program)
    {
        var document = (
            await program.PropfindAsync("/letters/letter.rtf", "0", DavWords.Propfind(s_kept))
        )
            .Multistatus
            .Single;
        return [.. s_kept.Select(name => document[name]?.Value)];
    }

    private async Task<string> ShareAsync(WireClient owner, string path)
    {
        var made = await ApiAsync(
            owner,
            "POST",
            "/api/v1/shares",
            new
            {
                path,
                rights = "view",
                rightsAttested = true,
                rightsStatement = "1",
            }
        );
        var link = JsonElement.Parse(made.Expect(201).Text).GetProperty("url").GetString()!;
        return new Uri(link).AbsolutePath;
    }

    private async Task ProtectAsync(WireClient owner, string path) =>
        (
            await ApiAsync(owner, "PUT", "/api/v1/protection", new { path, isProtected = true })
        ).Expect(200);

    private async Task<WireResponse> ApiAsync(
        WireClient owner,
        string method,
        string path,
        object body
    )
    {
        await using var api = new WireClient(Cloud.Port, "", owner.Authorization);
        return await api.SendAsync(
            method,
            path,
            JsonSerializer.Serialize(body),
            ("Content-Type", "application/json")
        );
    }
}
