using System.IO.Compression;
using System.Text;

namespace CloudDav.Vault.Tests.Sharing;

/// <summary>Items are opened by links: what is in reach, for how long, and what pauses it.</summary>
public sealed class LinkTests : IAsyncDisposable
{
    private readonly TestVault _cloud = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task A_link_shows_its_item_and_what_is_below_and_nothing_else()
    {
        var (alice, link) = await ShareAsync("/a/shared");
        await alice.PutAsync("/a/shared/in/deep.txt", "deep");
        await alice.PutAsync("/a/beside.txt", "beside");
        var friend = await FriendAsync(link);

        Assert.Equal(["", "in", "in/deep.txt", "one.txt"], await ListAsync(friend));
        Assert.Equal("one", await friend.ReadTextAsync("/one.txt"));
        Assert.Equal("deep", await friend.ReadTextAsync("/in/deep.txt"));
        foreach (var path in (string[])["/beside.txt", "/shared", "/a/shared/one.txt", "/a"])
            Assert.Equal(RefusalRule.NotFound, (await friend.FindAsync(path)).Refusal?.Rule);
    }

    [Fact]
    public async Task It_stays_with_its_item_wherever_that_goes_and_is_never_at_what_took_its_place()
    {
        var (alice, link) = await ShareAsync("/a/shared");
        var friend = await FriendAsync(link);
        Assert.True((await alice.MoveAsync("/a/shared", "/moved")).IsSuccess);
        await alice.MakeFolderAsync("/a/shared");
        await alice.PutAsync("/a/shared/other.txt", "other");

        Assert.Equal(["", "in", "one.txt"], await ListAsync(friend));

        await alice.DeleteAsync("/moved");
        Assert.Equal(RefusalRule.ShareNotFound, (await friend.FindAsync("/")).Refusal?.Rule);
        Assert.Empty((await alice.ListSharesAsync(null, Stop)).Value);
        await _cloud.CheckAsync();
    }

    [Theory]
    [InlineData(ShareRights.View)]
    [InlineData(ShareRights.Download)]
    [InlineData(ShareRights.Drop)]
    public async Task Whoever_comes_by_a_link_changes_nothing_that_is_there(ShareRights rights)
    {
        var (alice, link) = await ShareAsync("/a/shared", rights);
        var friend = await FriendAsync(link);
        var before = await alice.ETagAsync("/");

        RefusalRule?[] refused =
        [
            (await friend.DeleteAsync("/one.txt")).Refusal?.Rule,
            (await friend.DeleteAsync("/")).Refusal?.Rule,
            (await friend.MakeFolderAsync("/new")).Refusal?.Rule,
            (await friend.MoveAsync("/one.txt", "/two.txt")).Refusal?.Rule,
            (await friend.CopyAsync("/one.txt", "/two.txt")).Refusal?.Rule,
            (await friend.LockAsync("/one.txt")).Refusal?.Rule,
            (await friend.LockAsync("/new.txt")).Refusal?.Rule,
            (await friend.PatchAsync("/one.txt", new NodePatch { Properties = [("{a}b", "<b/>")] }))
                .Refusal
                ?.Rule,
            (await friend.PutAsync("/in/deep.txt", "x")).Refusal?.Rule,
        ];

        Assert.All(refused, rule => Assert.Equal(RefusalRule.ShareRightMissing, rule));
        Assert.Equal(before, await alice.ETagAsync("/"));
    }

    [Fact]
    public async Task What_is_dropped_never_lists_reads_or_overwrites()
    {
        var (alice, link) = await ShareAsync("/a/shared", ShareRights.Drop);
        var friend = await FriendAsync(link);

        var first = await friend.PutAsync("/new.txt", "first");
        var second = await friend.PutAsync(
            "/one.txt",
            "mine",
            new ChangeGuard { Expectations = [new(["one.txt"], null)] }
        );
        var third = await friend.PutAsync("/ONE.txt", new byte[100_000], declared: false);

        Assert.All(
            (VaultResult<Changed>[])[first, second, third],
            put => Assert.True(put.Value.Created)
        );
        Assert.Equal(
            RefusalRule.ShareRightMissing,
            (await friend.FindAsync("/one.txt")).Refusal?.Rule
        );
        Assert.Equal(
            RefusalRule.ShareRightMissing,
            (await friend.OpenAsync(["new.txt"], Stop)).Refusal?.Rule
        );
        Assert.Equal("one", await alice.ReadTextAsync("/a/shared/one.txt"));
        Assert.Equal("first", await alice.ReadTextAsync("/a/shared/new.txt"));
        var names = await ListAsync(alice, "/a/shared");
        Assert.Equal(6, names.Count);
        Assert.Contains(
            names,
            name =>
                name.StartsWith("one (", StringComparison.Ordinal)
                && name.EndsWith(").txt", StringComparison.Ordinal)
        );
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_without_a_figure()
    {
        var (alice, link) = await ShareAsync("/a/shared", ShareRights.Drop, capacity: 5_000);
        await alice.PutAsync("/full", new byte[4_000]);
        var refusal = (await (await FriendAsync(link)).PutAsync("/big", new byte[2_000])).Refusal!;

        Assert.Equal(
            (RefusalRule.ShareFull, null, null),
            (refusal.Rule, refusal.Limit, refusal.Used)
        );
    }

    [Fact]
    public async Task Protected_items_are_not_shared_and_links_to_them_pause_until_the_mark_is_gone()
    {
        var (alice, link) = await ShareAsync("/a/shared");
        await alice.PutAsync("/a/shared/in/deep.txt", "deep");
        var friend = await FriendAsync(link);

        Assert.True((await alice.ProtectAsync(["a", "shared", "in"], true, Stop)).Value);
        Assert.Equal(["", "one.txt"], await ListAsync(friend));
        Assert.Equal(RefusalRule.NotFound, (await friend.FindAsync("/in/deep.txt")).Refusal?.Rule);
        Assert.Equal(
            RefusalRule.ProtectedContent,
            (await TryShareAsync(alice, "/a/shared/in/deep.txt")).Refusal?.Rule
        );

        await alice.ProtectAsync(["a"], true, Stop);
        Assert.Equal(RefusalRule.SharePaused, (await friend.FindAsync("/one.txt")).Refusal?.Rule);
        Assert.Equal(
            RefusalRule.SharePaused,
            (await alice.ListSharesAsync(null, Stop)).Value.Single().Standing?.Rule
        );

        await alice.ProtectAsync(["a"], false, Stop);
        Assert.Equal("one", await friend.ReadTextAsync("/one.txt"));
    }

    [Fact]
    public async Task By_products_of_the_owners_programs_are_not_shown_to_others()
    {
        var (alice, link) = await ShareAsync("/a/shared", ShareRights.Download);
        await alice.MakeFolderAsync("/a/shared/one.txt.sb-1a2b3c4d-abcdef");
        await alice.PutAsync("/a/shared/one.txt.sb-1a2b3c4d-abcdef/one.txt", "in between");
        await alice.PutAsync("/a/shared/._one.txt", "fork");
        await alice.PutAsync("/a/shared/in/Thumbs.db", "pictures");
        var friend = await FriendAsync(link);

        Assert.Equal(["", "in", "one.txt"], await ListAsync(friend));
        foreach (
            var path in (string[])
                [
                    "/._one.txt",
                    "/one.txt.sb-1a2b3c4d-abcdef",
                    "/one.txt.sb-1a2b3c4d-abcdef/one.txt",
                    "/in/Thumbs.db",
                ]
        )
            Assert.Equal(RefusalRule.NotFound, (await friend.FindAsync(path)).Refusal?.Rule);
        var archive = (await friend.OpenArchiveAsync(ArchiveScope.Whole, Stop)).Value.Content;
        await using (archive)
        await using (var zip = new ZipArchive(new MemoryStream(await archive.ReadAsync())))
            Assert.Equal(
                ["in/", "one.txt"],
                zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)
            );
        // To their owner they are what they were, and a file of such a name can be what is shared, or what is dropped.
        Assert.Equal(7, (await ListAsync(alice, "/a/shared")).Count);
        var own = (await TryShareAsync(alice, "/a/shared/in/Thumbs.db")).Value.Token!;
        Assert.Equal("pictures", await (await FriendAsync(own)).ReadTextAsync("/"));
        var drop = await alice.CreateShareAsync(
            Wanted("/a/shared/in") with
            {
                Rights = ShareRights.Drop,
            },
            _ => null,
            Stop
        );
        var dropping = await FriendAsync(drop.Value.Token!);
        Assert.True((await dropping.PutAsync("/Thumbs.db", "others")).Value.Created);
    }

    [Fact]
    public async Task The_mark_goes_with_what_is_moved_copied_deleted_or_lies_below()
    {
        var (alice, _) = await ShareAsync("/a/shared");
        await alice.PutAsync("/a/shared/in/deep.txt", "deep");
        await alice.ProtectAsync(["a", "shared", "in"], true, Stop);
        await alice.ProtectAsync(["a", "shared", "one.txt"], true, Stop);

        await alice.CopyAsync("/a/shared", "/copy");
        await alice.CopyAsync("/a/shared/in/deep.txt", "/copied.txt");
        await alice.MoveAsync("/a/shared/in/deep.txt", "/moved.txt");
        await alice.MakeFolderAsync("/free");

        string[] covered =
        [
            "/copy/in",
            "/copy/in/deep.txt",
            "/copy/one.txt",
            "/copied.txt",
            "/moved.txt",
        ];
        foreach (var path in covered)
            Assert.Equal(
                (path, RefusalRule.ProtectedContent),
                (path, (await TryShareAsync(alice, path)).Refusal?.Rule)
            );
        foreach (var path in (string[])["/copy", "/a/shared", "/free"])
            Assert.True((await TryShareAsync(alice, path)).IsSuccess, path);
        await _cloud.CheckAsync();
    }

    [Fact]
    public async Task Downloads_are_counted_once_for_each_client_and_hour_and_used_up()
    {
        var (alice, link) = await ShareAsync("/a/shared", maxDownloads: 2);
        foreach (var address in (string[])["one", "one", "two"])
            Assert.True(
                (
                    await (await FriendAsync(link, address)).CountUseAsync(
                        ShareUse.Downloaded,
                        Stop
                    )
                ).IsSuccess
            );

        var third = await FriendAsync(link, "three");
        Assert.Equal(
            RefusalRule.ShareExpired,
            (await third.CountUseAsync(ShareUse.Downloaded, Stop)).Refusal?.Rule
        );
        Assert.Equal(RefusalRule.ShareExpired, (await third.FindAsync("/")).Refusal?.Rule);
        // Whoever was counted can go on where the download was cut.
        Assert.Equal("one", await (await FriendAsync(link, "one")).ReadTextAsync("/one.txt"));
        _cloud.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(
            RefusalRule.ShareExpired,
            (await (await FriendAsync(link, "one")).FindAsync("/")).Refusal?.Rule
        );
        var share = (await alice.ListSharesAsync(null, Stop)).Value.Single();
        Assert.Equal(
            (2, RefusalRule.ShareExpired),
            (share.Placed.Share.Downloaded, share.Standing?.Rule)
        );

        await alice.ChangeShareAsync(
            share.Placed.Share.Id,
            new ShareChange { MaxDownloads = new Setting<long?>(3) },
            Stop
        );
        Assert.True((await (await FriendAsync(link, "three")).FindAsync("/")).IsSuccess);
    }

    [Fact]
    public async Task It_ends_with_its_date_and_when_it_is_removed()
    {
        var end = _cloud.Time.GetUtcNow().AddDays(1);
        var (alice, link) = await ShareAsync("/a/shared", expires: end);
        var friend = await FriendAsync(link);
        _cloud.Time.SetUtcNow(end.AddSeconds(-1));
        Assert.True((await friend.FindAsync("/")).IsSuccess);
        _cloud.Time.SetUtcNow(end);
        Assert.Equal(RefusalRule.ShareExpired, (await friend.FindAsync("/")).Refusal?.Rule);

        var share = (await alice.ListSharesAsync(null, Stop)).Value.Single().Placed.Share;
        Assert.True((await alice.RemoveShareAsync(share.Id, Stop)).IsSuccess);
        Assert.Equal(RefusalRule.ShareNotFound, (await friend.FindAsync("/")).Refusal?.Rule);
        Assert.Null(await _cloud.Vaults.FindLinkAsync(link, Stop));
    }

    [Fact]
    public async Task It_pauses_while_its_owner_uses_too_much_and_comes_back_by_itself()
    {
        var (alice, link) = await ShareAsync("/a/shared");
        var friend = await FriendAsync(link);
        await alice.PutAsync("/large", new byte[3_000]);
        await SetCapacityAsync(alice, 1_000);

        Assert.Equal(RefusalRule.SharePaused, (await friend.FindAsync("/one.txt")).Refusal?.Rule);
        Assert.Equal(RefusalRule.OverCapacity, (await TryShareAsync(alice, "/a")).Refusal?.Rule);
        await alice.DeleteAsync("/large");
        Assert.Equal("one", await friend.ReadTextAsync("/one.txt"));
    }

    [Fact]
    public async Task Sharing_takes_the_statement_about_rights_and_an_item_that_is_there()
    {
        var (alice, _) = await ShareAsync("/a/shared");

        Assert.Equal(
            RefusalRule.RightsNotAttested,
            (
                await alice.CreateShareAsync(
                    Wanted("/a") with
                    {
                        RightsStatement = null,
                    },
                    _ => null,
                    Stop
                )
            )
                .Refusal
                ?.Rule
        );
        Assert.Equal(RefusalRule.NotFound, (await TryShareAsync(alice, "/nowhere")).Refusal?.Rule);
        Assert.Equal(
            RefusalRule.IsFile,
            (
                await alice.CreateShareAsync(
                    Wanted("/a/shared/one.txt") with
                    {
                        Rights = ShareRights.Drop,
                    },
                    _ => null,
                    Stop
                )
            )
                .Refusal
                ?.Rule
        );
        Assert.Equal(
            RefusalRule.NoSharedSecret,
            (
                await alice.CreateShareAsync(
                    Wanted("/a") with
                    {
                        Address = "bob@example.org",
                    },
                    _ => null,
                    Stop
                )
            )
                .Refusal
                ?.Rule
        );
        Assert.Single((await alice.ListSharesAsync(null, Stop)).Value);
    }

    [Fact]
    public async Task A_link_that_is_sent_is_an_event_with_the_token_as_its_secret()
    {
        var (alice, _) = await ShareAsync("/a/shared");
        string? sealedToken = null;
        var made = await alice.CreateShareAsync(
            Wanted("/a") with
            {
                Address = "bob@example.org",
            },
            token =>
            {
                sealedToken = token;
                return "sealed";
            },
            Stop
        );

        Assert.Equal(made.Value.Token, sealedToken);
        var told = Assert.Single(
            await _cloud.Outbox.ListDueAsync(_cloud.Time.GetUtcNow(), 10, Stop),
            queued => queued.Event.Type == EventTypes.ShareSent
        );
        Assert.Equal("sealed", told.Event.SealedSecret);
        Assert.Contains("bob@example.org", told.Event.Data, StringComparison.Ordinal);
        Assert.DoesNotContain(sealedToken!, told.Event.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happens_to_a_link_is_in_its_owners_log()
    {
        var (alice, link) = await ShareAsync("/a/shared", ShareRights.Download);
        var friend = await FriendAsync(link);
        await friend.CountUseAsync(ShareUse.Opened, Stop);
        await friend.CountUseAsync(ShareUse.Opened, Stop);
        await friend.CountUseAsync(ShareUse.Downloaded, Stop);
        var share = (await alice.ListSharesAsync(null, Stop)).Value.Single().Placed.Share;
        await alice.RemoveShareAsync(share.Id, Stop);

        var log = await _cloud.Audit.ReadAsync(AuditChainId.Of(alice.Actor.Account), 0, 100, Stop);
        Assert.Equal(
            [
                AuditActs.ShareCreated,
                AuditActs.ShareOpened,
                AuditActs.ShareDownloaded,
                AuditActs.ShareRemoved,
            ],
            log.Records.Select(record => record.Entry.Act)
                .Where(act => act.StartsWith("share.", StringComparison.Ordinal))
        );
        Assert.All(
            log.Records.Where(record => record.Entry.Act == AuditActs.ShareOpened),
            record => Assert.Equal($"link:{share.Id.Value}", record.Entry.Actor)
        );
        Assert.Equal((1, 1), (share.Opened, share.Downloaded));
    }

    [Fact]
    public async Task Everything_in_one_archive_takes_the_right_to_download_and_leaves_out_what_is_protected()
    {
        var (alice, link) = await ShareAsync("/a/shared", ShareRights.Download);
        await alice.PutAsync("/a/shared/in/deep.txt", "deep");
        await alice.ProtectAsync(["a", "shared", "in"], true, Stop);
        var opened = await (await FriendAsync(link)).OpenArchiveAsync(ArchiveScope.Whole, Stop);
        await using (opened.Value.Content)
        {
            await using var zip = new ZipArchive(
                new MemoryStream(await opened.Value.Content.ReadAsync())
            );
            Assert.Equal(["one.txt"], zip.Entries.Select(entry => entry.FullName));
            Assert.Equal("shared", opened.Value.Name);
        }

        var (_, view) = await ShareAsync("/b/shared", ShareRights.View, owner: alice);
        Assert.Equal(
            RefusalRule.ShareRightMissing,
            (await (await FriendAsync(view)).OpenArchiveAsync(ArchiveScope.Whole, Stop))
                .Refusal
                ?.Rule
        );
    }

    [Fact]
    public async Task A_token_is_kept_so_that_its_owner_sees_it_again_and_a_copy_of_the_metadata_opens_nothing()
    {
        var (alice, link) = await ShareAsync("/a/shared");
        Assert.Equal(link, (await alice.ListSharesAsync(null, Stop)).Value.Single().Token);
        Assert.Equal(ShareTokens.Length, link.Length);

        // Where the metadata are files.
        foreach (var file in Directory.EnumerateFiles(_cloud.Folder, "metadata.db*"))
            Assert.Equal(
                -1,
                (await File.ReadAllBytesAsync(file, Stop))
                    .AsSpan()
                    .IndexOf(Encoding.UTF8.GetBytes(link))
            );
    }

    [Fact]
    public async Task Narrowing_is_always_possible_and_widening_is_not()
    {
        var (alice, _) = await ShareAsync("/a/shared", ShareRights.Download, maxDownloads: 5);
        await alice.PutAsync("/large", new byte[3_000]);
        await SetCapacityAsync(alice, 1_000);
        var id = (await alice.ListSharesAsync(null, Stop)).Value.Single().Placed.Share.Id;
        ShareChange[] narrower =
        [
            new() { Rights = ShareRights.View },
            new() { MaxDownloads = new Setting<long?>(4) },
            new() { Password = new Setting<string?>("hash") },
            new() { Expires = new Setting<DateTimeOffset?>(_cloud.Time.GetUtcNow().AddDays(1)) },
            new() { Label = new Setting<string?>("name") },
        ];
        ShareChange[] wider =
        [
            new() { Rights = ShareRights.Download },
            new() { Rights = ShareRights.Drop },
            new() { MaxDownloads = new Setting<long?>(null) },
            new() { Password = new Setting<string?>(null) },
            new() { Expires = new Setting<DateTimeOffset?>(_cloud.Time.GetUtcNow().AddDays(2)) },
        ];

        foreach (var change in narrower)
            Assert.True(
                (await alice.ChangeShareAsync(id, change, Stop)).IsSuccess,
                change.ToString()
            );
        foreach (var change in wider)
            Assert.Equal(
                RefusalRule.OverCapacity,
                (await alice.ChangeShareAsync(id, change, Stop)).Refusal?.Rule
            );
    }

    private async Task<(VaultSession Owner, string Link)> ShareAsync(
        string path,
        ShareRights rights = ShareRights.View,
        long? maxDownloads = null,
        DateTimeOffset? expires = null,
        long capacity = 1 << 30,
        VaultSession? owner = null
    )
    {
        var session = owner ?? _cloud.Session(await _cloud.AddActorAsync("alice", capacity));
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 1; i <= segments.Length; i++)
            await session.MakeFolderAsync("/" + string.Join('/', segments.Take(i)));
        await session.MakeFolderAsync(path + "/in");
        await session.PutAsync(path + "/one.txt", "one");
        var made = await session.CreateShareAsync(
            Wanted(path) with
            {
                Rights = rights,
                MaxDownloads = maxDownloads,
                Expires = expires,
            },
            _ => null,
            Stop
        );
        return (session, made.Value.Token!);
    }

    private static NewShare Wanted(string path) =>
        new()
        {
            Path = path.Split('/', StringSplitOptions.RemoveEmptyEntries),
            Rights = ShareRights.View,
            RightsStatement = "2026-01",
        };

    private static ValueTask<VaultResult<OwnShare>> TryShareAsync(
        VaultSession session,
        string path
    ) => session.CreateShareAsync(Wanted(path), _ => null, Stop);

    private async Task<VaultSession> FriendAsync(string link, string address = "somewhere") =>
        _cloud.Vaults.Open(
            (await _cloud.Vaults.FindLinkAsync(link, Stop))!,
            address,
            new SessionOptions()
        );

    private static async Task<List<string>> ListAsync(VaultSession session, string path = "/")
    {
        var names = new List<string>();
        var listed = await session.ListAsync(
            path.Split('/', StringSplitOptions.RemoveEmptyEntries),
            levels: null,
            NodeDetails.Locks | NodeDetails.Properties,
            (below, _, _, _) => names.Add(string.Join('/', below.ToArray())),
            Stop
        );
        Assert.True(listed.IsSuccess, listed.Refusal?.ToString());
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private async Task SetCapacityAsync(VaultSession session, long bytes) =>
        await _cloud.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.SetCapacityAsync(session.Actor.Account, bytes);
                return true;
            },
            Stop
        );
}
