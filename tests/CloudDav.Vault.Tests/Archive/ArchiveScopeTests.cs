using System.IO.Compression;
using System.Text;

namespace CloudDav.Vault.Tests.Archive;

/// <summary>Archives of a folder, or of what is chosen in it.</summary>
public sealed class ArchiveScopeTests : IAsyncLifetime
{
    private readonly TestVault _cloud = new();
    private VaultSession _session = null!;

    private static CancellationToken Stop => TestVault.Stop;

    public async ValueTask InitializeAsync()
    {
        _session = _cloud.Session(await _cloud.AddActorAsync("alice"));
        foreach (var folder in (string[])["/f", "/f/below", "/g"])
            await _session.MakeFolderAsync(folder);
        foreach (var file in (string[])["/a", "/f/b", "/f/below/c", "/f/d", "/g/e"])
            await _session.PutAsync(file, "content of " + file);
    }

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task A_folder_is_an_archive_of_what_is_below_it_under_its_own_name()
    {
        var archive = (await _session.OpenArchiveAsync(new(["f"]), Stop)).Value;
        await using var content = archive.Content;

        Assert.Equal("f", archive.Name);
        Assert.Equal((await _session.FindArchiveTagAsync(new(["f"]), Stop)).Value, archive.ETag);
        Assert.Equal(["b", "below/", "below/c", "d"], await NamesAsync(content));
    }

    [Fact]
    public async Task What_is_chosen_is_there_whole_and_nothing_else()
    {
        var scope = await ChoiceAsync("below", "d");
        var archive = (await _session.OpenArchiveAsync(scope, Stop)).Value;
        await using var content = archive.Content;

        Assert.Equal(["below/", "below/c", "d"], await NamesAsync(content));
        Assert.Equal((await _session.FindArchiveTagAsync(scope, Stop)).Value, archive.ETag);
        // Another choice is other bytes, and so has another tag.
        string[] tags =
        [
            archive.ETag,
            (await _session.FindArchiveTagAsync(new(["f"]), Stop)).Value,
            (await _session.FindArchiveTagAsync(await ChoiceAsync("d"), Stop)).Value,
            (await _session.FindArchiveTagAsync(await ChoiceAsync("b", "below", "d"), Stop)).Value,
            (await _session.FindArchiveTagAsync(ArchiveScope.Whole, Stop)).Value,
        ];
        Assert.Equal(tags.Length, tags.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task What_is_chosen_and_not_there_is_refused_whole()
    {
        var scope = await ChoiceAsync("b", "d");
        await _session.DeleteAsync("/f/d");

        var refused = (await _session.OpenArchiveAsync(scope, Stop)).Refusal;

        Assert.Equal(RefusalRule.NotFound, refused?.Rule);
        Assert.Equal(
            RefusalRule.IsFile,
            (await _session.OpenArchiveAsync(new(["a"]), Stop)).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.NotFound,
            (await _session.OpenArchiveAsync(new(["none"]), Stop)).Refusal?.Rule
        );
    }

    [Fact]
    public async Task A_folder_that_is_moved_meanwhile_goes_on_and_one_that_is_deleted_ends()
    {
        await using var moved = (await _session.OpenArchiveAsync(new(["f"]), Stop)).Value.Content;
        await _session.MoveAsync("/f", "/g/f2");
        // What has its name now is something else.
        await _session.MakeFolderAsync("/f");
        Assert.Equal(["b", "below/", "below/c", "d"], await NamesAsync(moved));

        await using var gone = (await _session.OpenArchiveAsync(new(["g", "f2"]), Stop))
            .Value
            .Content;
        await _session.DeleteAsync("/g");
        var ended = await Assert.ThrowsAsync<ArchiveEndedException>(() => gone.ReadAsync());
        Assert.Equal(RefusalRule.NotFound, ended.Refusal.Rule);
    }

    private async Task<ArchiveScope> ChoiceAsync(params string[] names)
    {
        var members = new HashSet<NodeId>();
        foreach (var name in names)
            members.Add((await _session.FindAsync("/f/" + name)).Value.Node.Id);
        return new ArchiveScope(["f"], members);
    }

    private static async Task<string[]> NamesAsync(IContentSource content)
    {
        await using var zip = new ZipArchive(new MemoryStream(await content.ReadAsync()));
        foreach (var entry in zip.Entries.Where(entry => !entry.FullName.EndsWith('/')))
        {
            using var text = new StreamReader(await entry.OpenAsync(Stop), Encoding.UTF8);
            Assert.EndsWith(
                "/" + entry.Name,
                await text.ReadToEndAsync(Stop),
                StringComparison.Ordinal
            );
        }
        return [.. zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)];
    }
}
