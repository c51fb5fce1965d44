using System.IO.Pipelines;
using System.Text;

namespace CloudDav.Vault.Tests;

/// <summary>Programs save through temporary names: what a name is known by stays with it.</summary>
public sealed class SafeSaveTests : IAsyncDisposable
{
    private readonly TestVault _cloud = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _cloud.CheckAsync();
        await _cloud.DisposeAsync();
    }

    [Theory]
    [InlineData("~WRL0002.tmp", "~WRD0001.tmp")]
    [InlineData("A1B2C3D4.TMP", "5D3A1B00")]
    [InlineData("letter.bak", "lu1234.tmp")]
    [InlineData("letter~", ".letter.swp")]
    [InlineData("letter.sb-1a2b3c4d-abcdef", "letter.new")]
    public async Task What_is_moved_to_the_place_of_a_file_put_aside_is_its_next_version(
        string aside,
        string temporary
    )
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/letter", "before");
        await alice.PutAsync($"/{temporary}", "after, and longer");
        var etag = await alice.ETagAsync($"/{temporary}");

        await MoveAsync(alice, "/letter", $"/{aside}");
        await MoveAsync(alice, $"/{temporary}", "/letter");

        var after = await FindAsync(alice, "/letter");
        Assert.Equal((before.Id, before.CreatedMs), (after.Id, after.CreatedMs));
        Assert.Equal("after, and longer", await alice.ReadTextAsync("/letter"));
        Assert.Equal(etag, await alice.ETagAsync("/letter"));
        Assert.Equal(["before"], await VersionsAsync(alice, after.Id));
        // What was put aside is still there, and another file.
        Assert.Equal("before", await alice.ReadTextAsync($"/{aside}"));
        Assert.NotEqual(before.Id, (await FindAsync(alice, $"/{aside}")).Id);
        Assert.Equal(RefusalRule.NotFound, (await alice.FindAsync($"/{temporary}")).Refusal?.Rule);
    }

    [Fact]
    public async Task A_new_temporary_file_that_is_moved_over_a_file_is_its_next_version()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/keys.kdbx", "before");
        var share = await alice.CreateShareAsync(
            new NewShare
            {
                Path = ["keys.kdbx"],
                Rights = ShareRights.View,
                RightsStatement = "1",
            },
            _ => null,
            Stop
        );
        var held = (await alice.LockAsync("/keys.kdbx")).Value.Lock;
        await alice.PutAsync("/keys.kdbx.tmp", "after, and longer");
        var etag = await alice.ETagAsync("/keys.kdbx.tmp");

        var moved = await alice.MoveAsync(
            "/keys.kdbx.tmp",
            "/keys.kdbx",
            guard: TestSteps.With(held.Token)
        );

        Assert.False(moved.Value.Created);
        var after = await FindAsync(alice, "/keys.kdbx");
        Assert.Equal((before.Id, before.CreatedMs), (after.Id, after.CreatedMs));
        Assert.Equal("after, and longer", await alice.ReadTextAsync("/keys.kdbx"));
        Assert.Equal(etag, await alice.ETagAsync("/keys.kdbx"));
        Assert.Equal(["before"], await VersionsAsync(alice, after.Id));
        Assert.Equal(["/", "/keys.kdbx"], (await alice.TreeAsync()).Keys);
        Assert.Equal(
            share.Value.Placed.Share.Id,
            Assert.Single((await alice.ListSharesAsync(null, Stop)).Value).Placed.Share.Id
        );
        Assert.Equal(17, await alice.UsedAsync());
    }

    [Fact]
    public async Task A_temporary_file_that_is_old_or_known_for_something_replaces_what_it_is_moved_over()
    {
        var alice = await SessionAsync();
        foreach (var name in (string[])["old", "shared", "noted"])
            await WriteAsync(alice, $"/{name}", "before");
        await alice.PutAsync("/old.tmp", "old");
        _cloud.Time.Advance(_cloud.Limits.SafeSaveAge + TimeSpan.FromSeconds(1));
        await alice.PutAsync("/shared.tmp", "shared");
        await alice.CreateShareAsync(
            new NewShare
            {
                Path = ["shared.tmp"],
                Rights = ShareRights.View,
                RightsStatement = "1",
            },
            _ => null,
            Stop
        );
        await alice.PutAsync("/noted.tmp", "noted");
        await alice.PatchAsync("/noted.tmp", new NodePatch { Properties = [("{a}b", "<b/>")] });

        foreach (var name in (string[])["old", "shared", "noted"])
        {
            var newcomer = (await FindAsync(alice, $"/{name}.tmp")).Id;
            await MoveAsync(alice, $"/{name}.tmp", $"/{name}");
            Assert.Equal(newcomer, (await FindAsync(alice, $"/{name}")).Id);
        }
        Assert.Single((await alice.ListSharesAsync(null, Stop)).Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_put_there_is_too(bool isLarge)
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/notes.txt", "before");
        var content = new byte[isLarge ? 100_000 : 100];
        new Random(1).NextBytes(content);

        await MoveAsync(alice, "/notes.txt", "/notes.txt~");
        var put = await alice.PutAsync("/notes.txt", content);

        Assert.True(put.Value.Created);
        Assert.Equal(before.Id, put.Value.Node.Id);
        Assert.Equal(content, await alice.ReadAsync("/notes.txt"));
        Assert.Equal("before", await alice.ReadTextAsync("/notes.txt~"));
        Assert.Equal(["before"], await VersionsAsync(alice, before.Id));
        Assert.Equal(content.Length + 6, await alice.UsedAsync());
    }

    [Fact]
    public async Task An_upload_that_takes_longer_than_the_window_counts_from_when_it_began()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/film", "before");
        await MoveAsync(alice, "/film", "/film.bak");
        var body = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await body.Writer.WriteAsync(new byte[50_000], Stop);
        var put = alice.WriteAsync(
            ["film"],
            new Upload { Body = body.Reader, DeclaredLength = 100_000 },
            ChangeGuard.None,
            Stop
        );
        for (var tries = 0; await _cloud.CountAsync("holds") == 0 && tries < 500; tries++)
            await Task.Delay(10, Stop);
        _cloud.Time.Advance(TimeSpan.FromMinutes(5));
        await body.Writer.WriteAsync(new byte[50_000], Stop);
        await body.Writer.CompleteAsync();

        Assert.Equal(before.Id, (await put).Value.Node.Id);
    }

    [Fact]
    public async Task What_is_locked_there_before_it_is_written_is_too()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/notes.txt", "before");

        await MoveAsync(alice, "/notes.txt", "/notes.txt~");
        var held = (await alice.LockAsync("/notes.txt")).Value;
        await alice.PutAsync("/notes.txt", "after", TestSteps.With(held.Lock.Token));

        Assert.True(held.Created);
        Assert.Equal(before.Id, (await FindAsync(alice, "/notes.txt")).Id);
        Assert.Equal(["before"], await VersionsAsync(alice, before.Id));
        Assert.Equal("before", await alice.ReadTextAsync("/notes.txt~"));
        Assert.True((await alice.UnlockAsync("/notes.txt", held.Lock.Token)).IsSuccess);
    }

    [Fact]
    public async Task A_save_that_begins_with_nothing_makes_one_version()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/notes.txt", "before");

        await MoveAsync(alice, "/notes.txt", "/notes.txt~");
        await alice.PutAsync("/notes.txt", "");
        await alice.PutAsync("/notes.txt", "after");

        Assert.Equal(before.Id, (await FindAsync(alice, "/notes.txt")).Id);
        Assert.Equal(["before"], await VersionsAsync(alice, before.Id));
    }

    [Fact]
    public async Task Properties_stay_with_the_name_and_with_what_was_put_aside()
    {
        var alice = await SessionAsync();
        await WriteAsync(alice, "/a/doc", "before");
        await alice.PatchAsync(
            "/a/doc",
            new NodePatch
            {
                Properties = [("{x}kept", "<kept/>"), ("{x}both", "<old/>")],
                Win32Attributes = 0x20,
            }
        );
        await alice.PutAsync("/a/new", "after");
        await alice.PatchAsync(
            "/a/new",
            new NodePatch { Properties = [("{x}both", "<newer/>"), ("{x}own", "<own/>")] }
        );

        await MoveAsync(alice, "/a/doc", "/doc.bak");
        await MoveAsync(alice, "/a/new", "/a/doc");

        Assert.Equal(
            ["{x}both <newer/>", "{x}kept <kept/>", "{x}own <own/>"],
            await PropertiesAsync(alice, "/a/doc")
        );
        Assert.Equal(
            ["{x}both <old/>", "{x}kept <kept/>"],
            await PropertiesAsync(alice, "/doc.bak")
        );
        Assert.Equal(0x20u, (await FindAsync(alice, "/a/doc")).Win32Attributes);
    }

    [Fact]
    public async Task Without_room_for_the_properties_twice_everything_is_what_it_is_called()
    {
        var alice = await SessionAsync(capacity: 2_000);
        var before = await WriteAsync(alice, "/doc", "before");
        await alice.PatchAsync(
            "/doc",
            new NodePatch { Properties = [("{x}note", $"<n>{new string('n', 900)}</n>")] }
        );

        await MoveAsync(alice, "/doc", "/doc.bak");
        var put = await alice.PutAsync("/doc", new byte[500]);

        Assert.True(put.IsSuccess);
        Assert.Equal(before.Id, (await FindAsync(alice, "/doc.bak")).Id);
        Assert.Empty(await PropertiesAsync(alice, "/doc"));
    }

    [Fact]
    public async Task A_full_vault_can_still_be_saved_in()
    {
        var alice = await SessionAsync(capacity: 11);
        var before = await WriteAsync(alice, "/doc", "before");
        await alice.PutAsync("/new", "after");

        await MoveAsync(alice, "/doc", "/doc.bak");
        await MoveAsync(alice, "/new", "/doc");

        Assert.Equal(before.Id, (await FindAsync(alice, "/doc")).Id);
        Assert.Equal(11, await alice.UsedAsync());
    }

    [Fact]
    public async Task A_link_stays_with_the_name_and_never_opens_what_was_put_aside()
    {
        var alice = await SessionAsync();
        await WriteAsync(alice, "/doc", "before");
        var friend = await ShareAsync(alice, "/doc");

        await SaveAsync(alice, "/doc", "/doc.bak", "after");

        Assert.Equal("after", await friend.ReadTextAsync("/"));
        Assert.Equal(
            "/doc",
            "/"
                + string.Join(
                    '/',
                    (await alice.ListSharesAsync(null, Stop)).Value.Single().Placed.Path
                )
        );
    }

    [Fact]
    public async Task The_mark_of_protected_content_stays_with_both()
    {
        var alice = await SessionAsync();
        await WriteAsync(alice, "/doc", "before");
        await alice.ProtectAsync(["doc"], true, Stop);

        await SaveAsync(alice, "/doc", "/doc.bak", "after");

        foreach (var path in (string[])["/doc", "/doc.bak"])
            Assert.Equal(
                RefusalRule.ProtectedContent,
                (await TryShareAsync(alice, path)).Refusal?.Rule
            );
    }

    [Fact]
    public async Task A_newcomer_that_was_protected_brings_its_mark()
    {
        var alice = await SessionAsync();
        await WriteAsync(alice, "/doc", "before");
        await alice.PutAsync("/new", "after");
        await alice.ProtectAsync(["new"], true, Stop);

        await MoveAsync(alice, "/doc", "/doc.bak");
        await MoveAsync(alice, "/new", "/doc");

        Assert.Equal(
            RefusalRule.ProtectedContent,
            (await TryShareAsync(alice, "/doc")).Refusal?.Rule
        );
        Assert.True((await TryShareAsync(alice, "/doc.bak")).IsSuccess);
    }

    [Fact]
    public async Task A_newcomer_that_is_shared_itself_stays_what_it_is()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");
        var newcomer = await WriteAsync(alice, "/new", "after");
        var friend = await ShareAsync(alice, "/new");

        await MoveAsync(alice, "/doc", "/doc.bak");
        await MoveAsync(alice, "/new", "/doc");

        Assert.Equal(newcomer.Id, (await FindAsync(alice, "/doc")).Id);
        Assert.Equal(before.Id, (await FindAsync(alice, "/doc.bak")).Id);
        Assert.Equal("after", await friend.ReadTextAsync("/"));
    }

    [Fact]
    public async Task Locks_are_on_addresses()
    {
        var alice = await SessionAsync();
        await WriteAsync(alice, "/doc", "before");
        var lost = (await alice.LockAsync("/doc")).Value.Lock.Token;
        await alice.PutAsync("/new", "after");

        await MoveAsync(alice, "/doc", "/doc.bak", TestSteps.With(lost));
        var aside = (await alice.LockAsync("/doc.bak")).Value.Lock.Token;
        await MoveAsync(alice, "/new", "/doc");

        // That of the name ended with the move away, as RFC 4918 §7.6 has it; that of what was put aside stays there.
        Assert.True((await alice.PutAsync("/doc", "free")).IsSuccess);
        Assert.Equal(RefusalRule.Locked, (await alice.PutAsync("/doc.bak", "held")).Refusal?.Rule);
        Assert.True((await alice.DeleteAsync("/doc.bak", TestSteps.With(aside))).IsSuccess);
    }

    [Fact]
    public async Task What_was_put_aside_and_is_an_earlier_version_is_dropped_without_the_trash()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");
        await SaveAsync(alice, "/doc", "/doc.bak", "after");

        await alice.DeleteAsync("/doc.bak");

        Assert.Equal(0, await TrashedAsync(alice));
        Assert.Equal(["before"], await VersionsAsync(alice, before.Id));
        Assert.Equal(5, await alice.UsedAsync());
    }

    [Fact]
    public async Task A_backup_that_was_written_to_goes_to_the_trash()
    {
        var alice = await SessionAsync();
        await WriteAsync(alice, "/doc", "before");
        await SaveAsync(alice, "/doc", "/doc.bak", "after");
        await alice.PutAsync("/doc.bak", "of my own");

        await alice.DeleteAsync("/doc.bak");

        Assert.Equal(1, await TrashedAsync(alice));
    }

    [Fact]
    public async Task Every_save_over_a_kept_backup_adds_a_version_and_nothing_to_the_trash()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "0");
        for (var i = 1; i <= 3; i++)
        {
            await MoveAsync(alice, "/doc", "/doc~");
            await alice.PutAsync("/doc", $"{i}");
            _cloud.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(before.Id, (await FindAsync(alice, "/doc")).Id);
        Assert.Equal("2", await alice.ReadTextAsync("/doc~"));
        Assert.Equal(["0", "1", "2"], await VersionsAsync(alice, before.Id));
        Assert.Equal(0, await TrashedAsync(alice));
    }

    [Fact]
    public async Task A_newcomer_that_shares_its_content_with_an_earlier_version_is_taken_once()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");
        await SaveAsync(alice, "/doc", "/doc.bak", "after");
        await alice.CopyAsync("/doc.bak", "/again");
        await MoveAsync(alice, "/doc", "/doc.tmp");
        await MoveAsync(alice, "/again", "/doc");

        Assert.Equal(before.Id, (await FindAsync(alice, "/doc")).Id);
        Assert.Equal("before", await alice.ReadTextAsync("/doc"));
        Assert.Equal(["before", "after"], await VersionsAsync(alice, before.Id));
        foreach (var path in (string[])["/doc.bak", "/doc.tmp", "/doc"])
            await alice.DeleteAsync(path);
    }

    [Fact]
    public async Task Letter_case_is_no_obstacle()
    {
        var alice = _cloud.Session(await _cloud.AddActorAsync("alice"), foldsNames: true);
        var before = await WriteAsync(alice, "/Report.docx", "before");

        await MoveAsync(alice, "/report.docx", "/~WRL0002.tmp");
        await alice.PutAsync("/report.docx", "after");

        Assert.Equal(before.Id, (await FindAsync(alice, "/report.docx")).Id);
    }

    [Fact]
    public async Task Never_after_a_deletion()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");
        var friend = await ShareAsync(alice, "/doc");
        await alice.PutAsync("/doc.tmp", "private");

        await alice.DeleteAsync("/doc");
        await MoveAsync(alice, "/doc.tmp", "/doc");
        Assert.NotEqual(before.Id, (await FindAsync(alice, "/doc")).Id);

        // Nor when what was put aside is deleted before something comes to its place.
        var second = await FindAsync(alice, "/doc");
        await MoveAsync(alice, "/doc", "/doc.bak");
        await alice.DeleteAsync("/doc.bak");
        await alice.PutAsync("/doc", "private, too");
        Assert.NotEqual(second.Id, (await FindAsync(alice, "/doc")).Id);
        Assert.Equal(RefusalRule.ShareNotFound, (await friend.FindAsync("/")).Refusal?.Rule);
    }

    [Fact]
    public async Task Never_by_another_device()
    {
        var alice = await _cloud.AddActorAsync("alice");
        var (laptop, phone) = (
            _cloud.Session(await _cloud.AddDeviceAsync(alice, "laptop")),
            _cloud.Session(await _cloud.AddDeviceAsync(alice, "phone"))
        );
        var before = await WriteAsync(laptop, "/doc", "before");

        await MoveAsync(laptop, "/doc", "/doc.bak");
        foreach (var other in (VaultSession[])[phone, _cloud.Session(alice)])
        {
            await other.PutAsync("/doc", "another's");
            Assert.NotEqual(before.Id, (await FindAsync(other, "/doc")).Id);
            await other.DeleteAsync("/doc");
        }

        await laptop.PutAsync("/doc", "after");
        Assert.Equal(before.Id, (await FindAsync(laptop, "/doc")).Id);
    }

    [Fact]
    public async Task Never_by_whoever_comes_by_a_link()
    {
        var alice = await SessionAsync();
        await alice.MakeFolderAsync("/in");
        var before = await WriteAsync(alice, "/in/doc", "before");
        var friend = await ShareAsync(alice, "/in", ShareRights.Drop);

        await MoveAsync(alice, "/in/doc", "/in/doc.bak");
        await friend.PutAsync("/doc", "a friend's");

        Assert.NotEqual(before.Id, (await FindAsync(alice, "/in/doc")).Id);
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public async Task Only_within_a_minute(int seconds, bool isSave)
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");

        await MoveAsync(alice, "/doc", "/doc.bak");
        _cloud.Time.Advance(TimeSpan.FromSeconds(seconds));
        await alice.PutAsync("/doc", "after");

        Assert.Equal(isSave, before.Id == (await FindAsync(alice, "/doc")).Id);
    }

    [Theory]
    [InlineData(599, true)]
    [InlineData(600, false)]
    public async Task Only_by_what_is_new_whatever_time_it_is_given(int seconds, bool isSave)
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");
        await alice.PutAsync("/new", "first");
        _cloud.Time.Advance(TimeSpan.FromSeconds(seconds));
        await alice.PutAsync("/new", "after");
        await alice.PatchAsync(
            "/new",
            new NodePatch { Created = isSave ? DateTimeOffset.UnixEpoch : _cloud.Time.GetUtcNow() }
        );

        await MoveAsync(alice, "/doc", "/doc.bak");
        await MoveAsync(alice, "/new", "/doc");

        Assert.Equal(isSave, before.Id == (await FindAsync(alice, "/doc")).Id);
    }

    [Fact]
    public async Task The_limits_are_settings()
    {
        await using var other = new TestVault(
            new VaultLimits
            {
                SafeSaveWindow = TimeSpan.FromSeconds(5),
                SafeSaveAge = TimeSpan.FromSeconds(20),
            }
        );
        var alice = other.Session(await other.AddActorAsync("alice"));
        var before = await WriteAsync(alice, "/doc", "before");
        await alice.PutAsync("/new", "after");
        await MoveAsync(alice, "/doc", "/doc.bak");
        other.Time.Advance(TimeSpan.FromSeconds(5));
        await alice.PutAsync("/doc", "too late");
        Assert.NotEqual(before.Id, (await FindAsync(alice, "/doc")).Id);

        other.Time.Advance(TimeSpan.FromSeconds(15));
        var late = await FindAsync(alice, "/doc");
        await MoveAsync(alice, "/doc", "/doc.tmp");
        await MoveAsync(alice, "/new", "/doc");
        Assert.NotEqual(late.Id, (await FindAsync(alice, "/doc")).Id);
        await other.CheckAsync();
    }

    [Fact]
    public async Task Never_after_a_move_to_an_ordinary_name()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");

        await MoveAsync(alice, "/doc", "/letter");
        await alice.PutAsync("/doc", "another");
        Assert.NotEqual(before.Id, (await FindAsync(alice, "/doc")).Id);

        await MoveAsync(alice, "/letter", "/letter.bak");
        await MoveAsync(alice, "/letter.bak", "/kept");
        await alice.PutAsync("/letter", "another");
        Assert.Equal(before.Id, (await FindAsync(alice, "/kept")).Id);
    }

    [Fact]
    public async Task Never_when_what_was_put_aside_was_written_to()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");

        await MoveAsync(alice, "/doc", "/doc.bak");
        await alice.PutAsync("/doc.bak", "more");
        await alice.PutAsync("/doc", "another");

        Assert.Equal(before.Id, (await FindAsync(alice, "/doc.bak")).Id);
    }

    [Fact]
    public async Task Never_where_something_is_already()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");
        await alice.PutAsync("/new", "after");
        await MoveAsync(alice, "/doc", "/doc.bak");
        await alice.CopyAsync("/doc.bak", "/doc");
        await MoveAsync(alice, "/new", "/doc");

        Assert.Equal(before.Id, (await FindAsync(alice, "/doc.bak")).Id);
        Assert.NotEqual(before.Id, (await FindAsync(alice, "/doc")).Id);
    }

    [Fact]
    public async Task Never_with_folders()
    {
        var alice = await SessionAsync();
        await alice.MakeFolderAsync("/f");
        var before = await FindAsync(alice, "/f");
        await alice.MakeFolderAsync("/new");
        await MoveAsync(alice, "/f", "/f.bak");
        await MoveAsync(alice, "/new", "/f");
        Assert.Equal(before.Id, (await FindAsync(alice, "/f.bak")).Id);

        await alice.PutAsync("/doc", "before");
        var doc = await FindAsync(alice, "/doc");
        await MoveAsync(alice, "/doc", "/doc.bak");
        await alice.MakeFolderAsync("/doc");
        Assert.Equal(doc.Id, (await FindAsync(alice, "/doc.bak")).Id);
    }

    [Fact]
    public async Task What_was_put_aside_can_be_put_back()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");

        await MoveAsync(alice, "/doc", "/doc.bak");
        await MoveAsync(alice, "/doc.bak", "/doc");

        Assert.Equal(before.Id, (await FindAsync(alice, "/doc")).Id);
        Assert.Empty(await VersionsAsync(alice, before.Id));
        Assert.Equal(["/", "/doc"], (await alice.TreeAsync()).Keys);
    }

    [Fact]
    public async Task Another_process_sees_what_was_put_aside()
    {
        var actor = await _cloud.AddActorAsync("alice");
        var alice = _cloud.Session(actor);
        var (store, engine) = _cloud.OpenOther();
        using var closed = engine;
        var elsewhere = _cloud.Open(store).Open(actor, new SessionOptions());
        var before = await WriteAsync(alice, "/doc", "before");

        await MoveAsync(alice, "/doc", "/doc.bak");
        var put = await elsewhere.PutAsync("/doc", "after");

        Assert.Equal(before.Id, put.Value.Node.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Under_a_legal_hold_nothing_is_dropped(bool isOnVault)
    {
        var alice = await SessionAsync();
        await alice.MakeFolderAsync("/f");
        var before = await WriteAsync(alice, "/f/doc", "before");
        await alice.PutAsync("/f/new", "first");
        await alice.PutAsync("/f/new", "after");
        var newcomer = await FindAsync(alice, "/f/new");
        await HoldAsync(alice, isOnVault ? null : (await FindAsync(alice, "/f")).Id);

        await MoveAsync(alice, "/f/doc", "/f/doc.bak");
        await MoveAsync(alice, "/f/new", "/f/doc");
        await alice.DeleteAsync("/f/doc.bak");

        Assert.Equal(before.Id, (await FindAsync(alice, "/f/doc")).Id);
        Assert.Equal("after", await alice.ReadTextAsync("/f/doc"));
        Assert.Equal(2, await TrashedAsync(alice));
        Assert.Equal(["first"], await VersionsAsync(alice, newcomer.Id));
        Assert.Equal(5, await alice.UsedAsync());
    }

    [Fact]
    public async Task What_was_blocked_meanwhile_gets_no_new_content()
    {
        var alice = await SessionAsync();
        var before = await WriteAsync(alice, "/doc", "before");

        await MoveAsync(alice, "/doc", "/doc.bak");
        await HoldAsync(alice, before.Id, MeasureKind.Block);
        await alice.PutAsync("/doc", "another");

        Assert.NotEqual(before.Id, (await FindAsync(alice, "/doc")).Id);
    }

    private async Task<VaultSession> SessionAsync(long capacity = 1 << 20) =>
        _cloud.Session(await _cloud.AddActorAsync("alice", capacity));

    private async Task HoldAsync(
        VaultSession session,
        NodeId? item,
        MeasureKind kind = MeasureKind.LegalHold
    ) =>
        await _cloud.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.AddMeasureAsync(
                    new Measure
                    {
                        Id = 0,
                        Account = session.Actor.Account,
                        Node = item,
                        Kind = kind,
                        ReasonCode = "court",
                        SetBy = "operator",
                        Since = _cloud.Time.GetUtcNow(),
                    }
                );
                return true;
            },
            Stop
        );

    private static async Task<NodeRow> FindAsync(VaultSession session, string path) =>
        (await session.FindAsync(path)).Value.Node;

    private static async Task<NodeRow> WriteAsync(VaultSession session, string path, string text)
    {
        if (TestSteps.Segments(path).Length > 1)
            await session.MakeFolderAsync(path[..path.LastIndexOf('/')]);
        Assert.True((await session.PutAsync(path, text)).IsSuccess);
        return await FindAsync(session, path);
    }

    private static async Task MoveAsync(
        VaultSession session,
        string from,
        string to,
        ChangeGuard? guard = null
    ) => Assert.Null((await session.MoveAsync(from, to, guard: guard)).Refusal);

    // As Word does.
    private static async Task SaveAsync(
        VaultSession session,
        string path,
        string aside,
        string text
    )
    {
        await session.PutAsync("/~WRD0001.tmp", text);
        await MoveAsync(session, path, aside);
        await MoveAsync(session, "/~WRD0001.tmp", path);
    }

    private static async Task<IEnumerable<string>> PropertiesAsync(
        VaultSession session,
        string path
    ) =>
        (await session.FindAsync(path, NodeDetails.Properties))
            .Value.Node.Properties.Select(property => $"{property.Name} {property.Xml}")
            .Order(StringComparer.Ordinal);

    private static async Task<VaultResult<OwnShare>> TryShareAsync(
        VaultSession session,
        string path,
        ShareRights rights = ShareRights.View
    ) =>
        await session.CreateShareAsync(
            new NewShare
            {
                Path = TestSteps.Segments(path),
                Rights = rights,
                RightsStatement = "1",
            },
            _ => null,
            Stop
        );

    private async Task<VaultSession> ShareAsync(
        VaultSession session,
        string path,
        ShareRights rights = ShareRights.View
    )
    {
        var made = (await TryShareAsync(session, path, rights)).Value;
        var found = await _cloud.Vaults.FindLinkAsync(made.Token!, Stop);
        return _cloud.Vaults.Open(found!, "friend", new SessionOptions());
    }

    private async Task<long> TrashedAsync(VaultSession session)
    {
        var vault = (await session.FindAsync("/")).Value.Vault;
        return await _cloud.CountAsync($"nodes WHERE parent_id = {vault.Trash.Value}");
    }

    // The earlier versions of a file, the oldest first, as texts.
    private async Task<IReadOnlyList<string>> VersionsAsync(VaultSession session, NodeId node)
    {
        var versions = new List<string>();
        for (var last = 0L; ; )
        {
            var next = await _cloud.ExecuteAsync(
                $"SELECT MIN(until_seq) FROM node_history WHERE node_id = {node.Value} AND is_version = 1 AND until_seq > {last}"
            );
            if (next is null or DBNull)
                return versions;
            last = (long)next;
            var id = new ContentId(
                (long)
                    (
                        await _cloud.ExecuteAsync(
                            $"SELECT content_id FROM node_history WHERE node_id = {node.Value} AND until_seq = {last}"
                        )
                    )!
            );
            var stored = await _cloud.Metadata.ReadAsync(
                snapshot => snapshot.FindContentAsync(session.Actor.Vault, id),
                Stop
            );
            await using var content = await session.OpenContentAsync(stored, Stop);
            versions.Add(Encoding.UTF8.GetString(await content.ReadAsync()));
        }
    }
}
