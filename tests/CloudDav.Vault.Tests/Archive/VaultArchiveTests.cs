using System.IO.Compression;
using System.IO.Hashing;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault.Tests.Archive;

/// <summary>Everything of a vault as one file: laid out from metadata alone, and the same bytes from whatever place it is read.</summary>
public sealed class VaultArchiveTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_has_every_folder_and_file_with_its_bytes_and_time()
    {
        await using var cloud = new TestVault();
        var session = cloud.Session(await cloud.AddActorAsync("alice"));
        await session.MakeFolderAsync("/photos");
        await session.MakeFolderAsync("/photos/empty");
        var large = new byte[200_003];
        new Random(1).NextBytes(large);
        await session.PutAsync("/photos/large.bin", large);
        await session.PutAsync("/small.txt", "hello");
        await session.PutAsync("/nothing", "");
        await session.PutAsync("/gone", "deleted");
        await session.DeleteAsync("/gone");
        var time = new DateTimeOffset(2003, 4, 5, 6, 7, 8, TimeSpan.Zero);
        await session.PatchAsync("/small.txt", new NodePatch { Modified = time });

        await using var zip = Open(await ReadAllAsync(session));

        Assert.Equal(
            ["nothing", "photos/", "photos/empty/", "photos/large.bin", "small.txt"],
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)
        );
        Assert.Equal(large, Content(zip, "photos/large.bin"));
        Assert.Equal("hello", Encoding.UTF8.GetString(Content(zip, "small.txt")));
        Assert.Empty(Content(zip, "nothing"));
        Assert.All(zip.Entries, entry => Assert.Equal(entry.CompressedLength, entry.Length));
        Assert.Equal(Crc32.HashToUInt32(large), zip.GetEntry("photos/large.bin")!.Crc32);
        Assert.Equal(time.DateTime, zip.GetEntry("small.txt")!.LastWriteTime.DateTime);
    }

    [Fact]
    public async Task An_empty_vault_is_an_archive_without_entries()
    {
        await using var cloud = new TestVault();
        var session = cloud.Session(await cloud.AddActorAsync("alice"));

        var bytes = await ReadAllAsync(session);

        Assert.Equal(22, bytes.Length);
        Assert.Empty(Open(bytes).Entries);
    }

    [Fact]
    public async Task Any_range_of_it_is_that_part_of_the_whole()
    {
        await using var cloud = new TestVault();
        var session = cloud.Session(await cloud.AddActorAsync("alice"));
        await FillAsync(session, folders: 3, files: 300);
        var whole = await ReadAllAsync(session);
        await using var archive = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop))
            .Value
            .Content;
        Assert.Equal(whole.Length, archive.Length);

        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var from = random.Next(whole.Length + 1);
            var count = random.Next(Math.Min(whole.Length - from, 50_000) + 1);
            Assert.Equal(whole.AsSpan(from, count).ToArray(), await archive.ReadAsync(from, count));
        }
        Assert.Equal(
            whole.AsSpan(whole.Length - 1).ToArray(),
            await archive.ReadAsync(whole.Length - 1, 1)
        );
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            archive.ReadAsync(whole.Length, 1)
        );
    }

    [Fact]
    public async Task The_same_tree_gives_the_same_bytes_and_every_change_another_tag()
    {
        await using var cloud = new TestVault();
        var session = cloud.Session(await cloud.AddActorAsync("alice"));
        await FillAsync(session, folders: 2, files: 5);
        var tags = new HashSet<string>(StringComparer.Ordinal);

        Assert.Equal(await ReadAllAsync(session), await ReadAllAsync(session));
        await TagIsNewAsync();
        await session.PutAsync("/f0/0", "other");
        await TagIsNewAsync();
        await session.PatchAsync(
            "/f1/1",
            new NodePatch { Modified = DateTimeOffset.UnixEpoch.AddYears(40) }
        );
        await TagIsNewAsync();
        await session.MoveAsync("/f1/2", "/f1/two");
        await TagIsNewAsync();
        await session.MakeFolderAsync("/f1/new");
        await TagIsNewAsync();
        await session.DeleteAsync("/f0/0");
        await TagIsNewAsync();

        async Task TagIsNewAsync()
        {
            var archive = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop)).Value;
            await archive.Content.DisposeAsync();
            Assert.Equal(
                (await session.FindArchiveTagAsync(ArchiveScope.Whole, Stop)).Value,
                archive.ETag
            );
            Assert.Matches("^\"[A-Za-z0-9_-]{22}\\.zip2\"$", archive.ETag);
            Assert.True(tags.Add(archive.ETag));
        }
    }

    [Fact]
    public async Task What_was_laid_out_can_be_read_whatever_changes_meanwhile()
    {
        await using var cloud = new TestVault();
        var session = cloud.Session(await cloud.AddActorAsync("alice"));
        await session.PutAsync("/a", new byte[100_000]);
        await session.PutAsync("/b", "before");
        var before = await ReadAllAsync(session);
        await using var archive = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop))
            .Value
            .Content;

        await session.PutAsync("/b", "after, and longer");
        await session.DeleteAsync("/a");

        Assert.Equal(before, await archive.ReadAsync());
    }

    [Fact]
    public async Task A_content_that_was_purged_meanwhile_ends_it_before_any_of_its_bytes()
    {
        await using var cloud = new TestVault();
        var session = cloud.Session(await cloud.AddActorAsync("alice"));
        await session.PutAsync("/a", "first");
        // A by-product, which has no history to stay in.
        await session.PutAsync("/~$b", "second");
        await using var archive = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop))
            .Value
            .Content;
        await session.DeleteAsync("/~$b");

        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await Assert.ThrowsAsync<ContentDamagedException>(async () =>
            await archive.CopyToAsync(pipe.Writer, 0, archive.Length, Stop)
        );
    }

    [Fact]
    public async Task A_device_that_is_revoked_gets_no_further()
    {
        await using var cloud = new TestVault();
        var person = await cloud.AddActorAsync("alice");
        var device = await cloud.AddDeviceAsync(person, "laptop");
        await cloud.Session(person).PutAsync("/a", "content");
        var session = cloud.Session(device);
        await using var archive = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop))
            .Value
            .Content;
        await cloud.RevokeAsync(device);

        var ended = await Assert.ThrowsAsync<ArchiveEndedException>(() => archive.ReadAsync());

        Assert.Equal(RefusalRule.SignedOut, ended.Refusal.Rule);
        Assert.Equal(
            RefusalRule.SignedOut,
            (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop)).Refusal!.Rule
        );
    }

    [Fact]
    public async Task A_suspension_of_downloads_refuses_it_and_ends_one_under_way()
    {
        await using var cloud = new TestVault();
        var actor = await cloud.AddActorAsync("alice");
        var session = cloud.Session(actor);
        await session.PutAsync("/a", "content");
        await using var archive = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop))
            .Value
            .Content;

        await MeasureAsync(cloud, actor, MeasureKind.Suspension, Switches.Download, null);

        var ended = await Assert.ThrowsAsync<ArchiveEndedException>(() => archive.ReadAsync());
        Assert.Equal(RefusalRule.Suspended, ended.Refusal.Rule);
        Assert.Equal(
            RefusalRule.Suspended,
            (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop)).Refusal!.Rule
        );
        Assert.Equal(
            RefusalRule.Suspended,
            (await session.FindArchiveTagAsync(ArchiveScope.Whole, Stop)).Refusal!.Rule
        );
    }

    [Fact]
    public async Task What_is_blocked_is_left_out_with_everything_below_it()
    {
        await using var cloud = new TestVault();
        var actor = await cloud.AddActorAsync("alice");
        var session = cloud.Session(actor);
        await session.MakeFolderAsync("/f");
        await session.PutAsync("/f/below", "content");
        await session.PutAsync("/g", "content");
        var before = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop)).Value;
        await using var under = before.Content;
        var folder = (await session.FindAsync("/f")).Value.Node.Id;

        await MeasureAsync(cloud, actor, MeasureKind.Block, Switches.None, folder);

        await using var zip = Open(await ReadAllAsync(session));
        Assert.Equal(["g"], zip.Entries.Select(entry => entry.FullName));
        Assert.NotEqual(
            before.ETag,
            (await session.FindArchiveTagAsync(ArchiveScope.Whole, Stop)).Value
        );
        var ended = await Assert.ThrowsAsync<ArchiveEndedException>(() => under.ReadAsync());
        Assert.Equal(RefusalRule.Blocked, ended.Refusal.Rule);
    }

    [Fact]
    public async Task Only_so_many_of_one_vault_are_under_way_at_once()
    {
        await using var cloud = new TestVault(new VaultLimits { ArchivesPerVault = 2 });
        var actor = await cloud.AddActorAsync("alice");
        var session = cloud.Session(actor);
        var first = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop)).Value.Content;
        await using var second = (
            await cloud.Session(actor).OpenArchiveAsync(ArchiveScope.Whole, Stop)
        )
            .Value
            .Content;

        Assert.Equal(
            RefusalRule.DeviceBusy,
            (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop)).Refusal!.Rule
        );
        var other = cloud.Session(await cloud.AddActorAsync("bob"));
        await (await other.OpenArchiveAsync(ArchiveScope.Whole, Stop)).Value.Content.DisposeAsync();

        await first.DisposeAsync();
        await first.DisposeAsync();
        await using var third = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop))
            .Value
            .Content;
        Assert.Equal(
            RefusalRule.DeviceBusy,
            (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop)).Refusal!.Rule
        );
    }

    [Fact]
    public async Task A_tree_has_the_same_bytes_in_every_release()
    {
        await using var cloud = new TestVault();
        var session = cloud.Session(await cloud.AddActorAsync("alice"));
        await FillAsync(session, folders: 3, files: 20);
        await session.MakeFolderAsync("/f1/empty");

        var hash = Convert.ToHexString(SHA256.HashData(await ReadAllAsync(session)).AsSpan(0, 8));

        // Another value wants another version in EntityTag.OfArchive: else two halves of two releases are joined.
        Assert.Equal("9AD659405FC4186C", hash);
    }

    [Fact]
    public async Task Difficult_names_become_safe_ones_and_stay_apart()
    {
        await using var cloud = new TestVault();
        var session = cloud.Session(await cloud.AddActorAsync("alice"));
        foreach (
            var name in (string[])
                [@"..\..\x", "C:x", "C%3Ax", "a:b", "a%3ab", "nul.txt", "%6Eul.txt", "x.", "x"]
        )
            Assert.Null((await session.WriteNamedAsync(name)).Refusal);

        await using var zip = Open(await ReadAllAsync(session));

        Assert.Equal(
            [
                "%256Eul.txt",
                "%6Eul.txt",
                "..%5C..%5Cx",
                "C%253Ax",
                "C%3Ax",
                "a%253ab",
                "a%3Ab",
                "x",
                "x%2E",
            ],
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)
        );
        Assert.Equal("a:b", Encoding.UTF8.GetString(Content(zip, "a%3Ab")));
    }

    [Fact]
    public async Task Where_names_may_differ_in_case_alone_the_archive_keeps_them_apart()
    {
        await using var cloud = new TestVault();
        var actor = await cloud.AddActorAsync("alice");
        var vault = await cloud.Metadata.CreateVaultAsync(
            "alice",
            null,
            caseInsensitive: false,
            cloud.Time.GetUtcNow(),
            Stop
        );
        var session = cloud.Session(actor with { Vault = vault });
        await session.MakeFolderAsync("/Photos");
        await session.PutAsync("/Photos/A.txt", "upper");
        await session.PutAsync("/Photos/a.txt", "lower");
        await session.MakeFolderAsync("/photos");
        await session.PutAsync("/photos/a.txt", "other");

        var bytes = await ReadAllAsync(session);
        await using var zip = Open(bytes);

        Assert.Equal(bytes, await ReadAllAsync(session));
        var names = zip.Entries.Select(entry => entry.FullName).ToList();
        Assert.Equal(5, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal("upper", Encoding.UTF8.GetString(Content(zip, "Photos/A.txt")));
        Assert.Contains(
            names,
            name =>
                name.StartsWith("Photos/a%~", StringComparison.Ordinal)
                && name.EndsWith(".txt", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_tree_whose_list_is_too_long_for_memory_is_read_from_disk()
    {
        await using var cloud = new TestVault();
        var session = cloud.Session(await cloud.AddActorAsync("alice"));
        await session.MakeFolderAsync("/f0");
        await session.PutAsync("/f0/" + new string('n', 250), "content");
        for (var i = 1; i < 100; i++)
            await session.PutAsync($"/f0/{i}{new string('n', 248)}", $"content {i}");
        for (var i = 1; i < 60; i++)
            await session.CopyAsync("/f0", $"/f{i}");

        var bytes = await ReadAllAsync(session);
        await using var archive = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop))
            .Value
            .Content;

        await using var zip = Open(bytes);
        Assert.Equal(60 * 101, zip.Entries.Count);
        Assert.Equal(
            "content 7",
            Encoding.UTF8.GetString(Content(zip, $"f59/7{new string('n', 248)}"))
        );
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            var from = random.Next(bytes.Length);
            var count = random.Next(Math.Min(bytes.Length - from, 5_000) + 1);
            Assert.Equal(bytes.AsSpan(from, count).ToArray(), await archive.ReadAsync(from, count));
        }
    }

    private static async Task MeasureAsync(
        TestVault cloud,
        Actor actor,
        MeasureKind kind,
        Switches switches,
        NodeId? node
    )
    {
        var added = await cloud.Contracts.WriteAsync<Measure>(
            async transaction =>
                await transaction.AddMeasureAsync(
                    new Measure
                    {
                        Id = 0,
                        Kind = kind,
                        Switches = switches,
                        Account = actor.Account,
                        Node = node,
                        ReasonCode = "test",
                        SetBy = "test",
                        Since = cloud.Time.GetUtcNow(),
                    }
                ),
            Stop
        );
        Assert.Null(added.Refusal);
    }

    private static async Task FillAsync(VaultSession session, int folders, int files)
    {
        var random = new Random(5);
        for (var folder = 0; folder < folders; folder++)
        {
            await session.MakeFolderAsync($"/f{folder}");
            for (var file = 0; file < files; file++)
            {
                var bytes = new byte[file % 50 == 7 ? 100_000 : random.Next(300)];
                random.NextBytes(bytes);
                await session.PutAsync($"/f{folder}/{file}", bytes);
            }
        }
    }

    private static async Task<byte[]> ReadAllAsync(VaultSession session)
    {
        await using var archive = (await session.OpenArchiveAsync(ArchiveScope.Whole, Stop))
            .Value
            .Content;
        return await archive.ReadAsync();
    }

    private static ZipArchive Open(byte[] bytes) => new(new MemoryStream(bytes));

    private static byte[] Content(ZipArchive zip, string name)
    {
        using var content = zip.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }
}

/// <summary>Names with separators of other systems in them, which a path as text cannot say.</summary>
internal static class NamedSteps
{
    public static async Task<VaultResult<Changed>> WriteNamedAsync(
        this VaultSession session,
        string name
    ) =>
        await session.WriteAsync(
            [name],
            new Upload { Body = PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(name))) },
            ChangeGuard.None,
            TestContext.Current.CancellationToken
        );
}
