using System.Text;

namespace CloudDav.Vault.Tests.Archive;

/// <summary>Everything of a vault in a plain folder.</summary>
public sealed class VaultExportTests : IAsyncDisposable
{
    private readonly TestVault _cloud = new();
    private readonly List<ExportNote> _notes = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_cloud.Folder, "export");

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task It_has_every_folder_and_file_with_its_bytes_and_time()
    {
        var alice = await _cloud.AddActorAsync("alice");
        var session = _cloud.Session(alice);
        await session.MakeFolderAsync("/photos");
        await session.MakeFolderAsync("/photos/empty");
        var large = new byte[3_000_003];
        new Random(1).NextBytes(large);
        await session.PutAsync("/photos/large.bin", large);
        await session.PutAsync("/photos/small.txt", "hello");
        await session.PutAsync("/nothing", "");
        await session.PutAsync("/gone", "deleted");
        await session.DeleteAsync("/gone");
        var time = new DateTimeOffset(2003, 4, 5, 6, 7, 8, TimeSpan.Zero);
        foreach (var path in (string[])["/photos/small.txt", "/photos", "/nothing"])
            await session.PatchAsync(path, new NodePatch { Modified = time });

        var sum = await ExportAsync(alice);

        Assert.Equal(new ExportSum(3, 2, 3_000_008, 0, 0, 0), sum);
        Assert.Empty(_notes);
        Assert.Equal(
            ["nothing", "photos", "photos/empty", "photos/large.bin", "photos/small.txt"],
            Directory
                .EnumerateFileSystemEntries(Target, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Target, path))
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(large, await File.ReadAllBytesAsync(In("photos/large.bin"), Stop));
        Assert.Equal("hello", await File.ReadAllTextAsync(In("photos/small.txt"), Stop));
        Assert.Equal(0, new FileInfo(In("nothing")).Length);
        Assert.Equal(time.UtcDateTime, File.GetLastWriteTimeUtc(In("photos/small.txt")));
        Assert.Equal(time.UtcDateTime, File.GetLastWriteTimeUtc(In("nothing")));
        Assert.Equal(time.UtcDateTime, Directory.GetLastWriteTimeUtc(In("photos")));
    }

    [Fact]
    public async Task It_stays_in_its_folder_and_says_each_name_that_it_changed()
    {
        var alice = await _cloud.AddActorAsync("alice");
        var session = _cloud.Session(alice);
        string[] names = [@"..\..\x", "a:b", "nul.txt", "100%41", "plain", "x."];
        await session.MakeFolderAsync("/C:");
        foreach (var name in names)
            await session.PutAsync("/C:/" + name, name);

        var sum = await ExportAsync(alice);

        Assert.Equal((6L, 6L), (sum.Files, sum.Renamed));
        Assert.Equal(
            [@"..\..\x", "100%41", "C:", "a:b", "nul.txt", "x."],
            _notes.Select(note => note.Detail!).Order(StringComparer.Ordinal)
        );
        Assert.All(_notes, note => Assert.Equal(ExportNoteKind.Renamed, note.Kind));
        Assert.All(_notes, note => Assert.True(Path.Exists(In(note.Path))));
        foreach (var name in names)
            Assert.Contains(
                name,
                Directory.EnumerateFiles(In("C%3A")).Select(file => File.ReadAllText(file))
            );
        Assert.Equal([In("C%3A")], Directory.GetFileSystemEntries(Target));
    }

    [Fact]
    public async Task A_name_in_the_archive_tells_the_name_it_stands_for_unless_an_id_is_in_it()
    {
        foreach (
            var name in (string[])
                ["a:b", "..", "nul", "100%41", "a%~b", "\u0001 ü\u0085?", "%:%25%", "日本?.txt"]
        )
        {
            Assert.True(EntryName.IsChanged(EntryName.Of(name, new NodeId(7)), out var original));
            Assert.Equal(name, original);
        }
        foreach (var name in (string[])["plain", "50%", "100% sure", "日本"])
            Assert.False(EntryName.IsChanged(EntryName.Of(name, new NodeId(7)), out _));
        Assert.True(EntryName.IsChanged(EntryName.WithId("a", new NodeId(7)), out var lost));
        Assert.Null(lost);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_damaged_file_is_said_and_left_out_and_the_others_are_there()
    {
        var alice = await _cloud.AddActorAsync("alice");
        await _cloud.Session(alice).PutAsync("/bad", new byte[100_000]);
        var blob = Directory
            .EnumerateFiles(
                Path.Combine(_cloud.Folder, "content"),
                "*",
                SearchOption.AllDirectories
            )
            .Single();
        await using (var file = File.OpenWrite(blob))
        {
            file.Position = 90_000;
            file.Write("damage"u8);
        }
        await _cloud.Session(alice).PutAsync("/good", new byte[100_000]);

        var sum = await ExportAsync(alice);

        Assert.Equal((1L, 1L), (sum.Files, sum.Failed));
        var note = Assert.Single(_notes);
        Assert.Equal((ExportNoteKind.Damaged, "bad"), (note.Kind, note.Path));
        Assert.Equal([In("good")], Directory.GetFileSystemEntries(Target));
    }

    [Fact]
    public async Task A_path_that_is_too_long_for_this_system_costs_itself_and_nothing_else()
    {
        var alice = await _cloud.AddActorAsync("alice");
        var session = _cloud.Session(alice);
        var path = new StringBuilder();
        for (var level = 0; level < 20; level++)
        {
            path.Append('/').Append('d', 250);
            await session.MakeFolderAsync(path.ToString());
        }
        await session.PutAsync(path + "/file", "deep");
        await session.PutAsync("/near", "near");

        var sum = await ExportAsync(alice);

        Assert.Equal(1, sum.Files);
        Assert.Equal(21, sum.Folders + sum.Failed);
        Assert.Equal(sum.Failed, _notes.Count);
        Assert.All(_notes, note => Assert.Equal(ExportNoteKind.TooLong, note.Kind));
        Assert.Equal("near", await File.ReadAllTextAsync(In("near"), Stop));
    }

    [Fact]
    public async Task Who_may_not_download_exports_nothing_and_what_is_blocked_stays_out()
    {
        var alice = await _cloud.AddActorAsync("alice");
        var session = _cloud.Session(alice);
        await session.PutAsync("/kept", "kept");
        await session.PutAsync("/blocked", "blocked");
        await AddMeasureAsync(
            alice,
            MeasureKind.Block,
            (await session.FindAsync("/blocked")).Value.Node.Id
        );

        var sum = await ExportAsync(alice);
        Assert.Equal((1L, 1L), (sum.Files, sum.Withheld));
        Assert.False(File.Exists(In("blocked")));

        await AddMeasureAsync(alice, MeasureKind.Suspension, null);
        var refused = await new VaultExport(_cloud.Vaults, _cloud.Ledger, _cloud.Audit).RunAsync(
            alice,
            AuditActors.Console,
            Target,
            _notes.Add,
            Stop
        );
        Assert.Equal(RefusalRule.Suspended, refused.Refusal!.Rule);
        // What was refused was not done.
        var chain = await _cloud.Audit.ReadAsync(AuditChainId.Of(alice.Account), 0, 100, Stop);
        Assert.Single(chain.Records, record => record.Entry.Act == AuditActs.VaultExported);
    }

    private string In(string path) => Path.Combine(Target, path);

    private async Task<ExportSum> ExportAsync(Actor actor)
    {
        var done = await new VaultExport(_cloud.Vaults, _cloud.Ledger, _cloud.Audit).RunAsync(
            actor,
            AuditActors.Console,
            Target,
            _notes.Add,
            Stop
        );
        Assert.Null(done.Refusal);
        return done.Value;
    }

    private async Task AddMeasureAsync(Actor actor, MeasureKind kind, NodeId? item) =>
        await _cloud.Contracts.WriteAsync<Measure>(
            async transaction =>
                await transaction.AddMeasureAsync(
                    new Measure
                    {
                        Id = 0,
                        Kind = kind,
                        Switches = kind == MeasureKind.Suspension ? Switches.Whole : default,
                        Account = actor.Account,
                        Node = item,
                        ReasonCode = "test",
                        SetBy = "operator",
                        Since = _cloud.Time.GetUtcNow(),
                    }
                ),
            Stop
        );
}
