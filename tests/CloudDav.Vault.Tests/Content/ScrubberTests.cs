namespace CloudDav.Vault.Tests.Content;

/// <summary>What is stored is read and compared, and whatever is wrong with it is marked and left as it is.</summary>
public sealed class ScrubberTests : IAsyncDisposable
{
    private readonly TestVault _cloud = new(new VaultLimits { InlineBytes = 1_000 });
    private readonly List<ScrubFinding> _found = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task A_whole_pass_over_good_contents_finds_nothing_and_is_remembered()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/small", "small");
        await ann.PutAsync("/large", new byte[200_000]);
        _cloud.Time.Advance(TimeSpan.FromHours(5));

        var pass = await PassAsync();

        Assert.Empty(_found);
        Assert.Equal((2L, 200_005L, 0L), (pass.Contents, pass.Bytes, pass.Unread));
        var state = await _cloud.Care.LoadAsync(Stop);
        Assert.Equal(_cloud.Time.GetUtcNow(), state.LastScrub);
        Assert.Null(state.Pass);
    }

    [Fact]
    public async Task Damage_is_marked_once_left_as_it_is_and_cleared_when_it_is_good_again()
    {
        var actor = await _cloud.AddActorAsync("ann");
        await _cloud.Session(actor).PutAsync("/large", new byte[200_000]);
        await _cloud.Session(actor).PutAsync("/other", new byte[200_000]);
        var file = Files()[0];
        Flip(file, 100_000);
        var damaged = await File.ReadAllBytesAsync(file, Stop);
        var first = _cloud.Time.GetUtcNow();

        await PassAsync();
        Assert.Equal(ScrubFindingKind.Damaged, Assert.Single(_found).Kind);
        _cloud.Time.Advance(TimeSpan.FromDays(1));
        await PassAsync();
        Assert.Equal(ScrubFindingKind.StillDamaged, Assert.Single(_found).Kind);

        Assert.Equal(damaged, await File.ReadAllBytesAsync(file, Stop));
        var mark = Assert.Single(await _cloud.Care.ListDamagesAsync(default, 10, Stop));
        Assert.Equal(
            (actor.Account, actor.Vault, first, _cloud.Time.GetUtcNow()),
            (mark.Account!.Value, mark.Vault, mark.Found, mark.Seen)
        );
        Assert.Equal(Path.GetFileName(file), mark.Blob!.Value.Value.ToString("N"));
        Assert.Equal(1, await _cloud.Care.CountDamagesAsync(Stop));

        Flip(file, 100_000);
        await PassAsync();
        Assert.Equal(ScrubFindingKind.GoodAgain, Assert.Single(_found).Kind);
        Assert.Empty(await _cloud.Care.ListDamagesAsync(default, 10, Stop));
    }

    [Fact]
    public async Task Missing_cut_and_unreadable_blobs_and_changed_inline_bytes_are_damage()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/inline", "inline");
        for (var i = 0; i < 4; i++)
            await ann.PutAsync($"/{i}", new byte[50_000 + i]);
        var files = Files();
        File.Delete(files[0]);
        await using (var cut = File.OpenWrite(files[1]))
            cut.SetLength(cut.Length - 1);
        File.Delete(files[2]);
        Directory.CreateDirectory(files[2]);
        TestEngine.RequireFile();
        await _cloud.ExecuteAsync("UPDATE inline_contents SET bytes = zeroblob(LENGTH(bytes))");

        await PassAsync();

        Assert.All(_found, found => Assert.Equal(ScrubFindingKind.Damaged, found.Kind));
        Assert.Equal(4, _found.Count);
        Assert.Equal(4, await _cloud.Care.CountDamagesAsync(Stop));
    }

    [Fact]
    public async Task A_pass_that_was_killed_goes_on_where_it_was()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        for (var i = 0; i < 10; i++)
            await ann.PutAsync($"/{i}", new byte[50_000]);
        foreach (var file in Files())
            Flip(file, 1_000);
        var slice = new ScrubLimits { AtMost = TimeSpan.Zero, KeepsPlace = true };
        var begun = ScrubPass.New(_cloud.Time.GetUtcNow());
        for (var i = 1; i <= 3; i++)
        {
            var from = (await _cloud.Care.LoadAsync(Stop)).Pass ?? begun;
            var (pass, isOver) = await NewScrubber().RunAsync(from, slice, _found.Add, Stop);
            Assert.Equal((i, false), ((int)pass.Contents, isOver));
        }
        Assert.Equal(3, _found.Count);

        // Whoever comes next knows of the others' work only what they left in the metadata.
        var left = (await _cloud.Care.LoadAsync(Stop)).Pass!;
        var (whole, _) = await NewScrubber()
            .RunAsync(left, new ScrubLimits { KeepsPlace = true }, _found.Add, Stop);

        Assert.Equal((begun.Started, 10L), (whole.Started, whole.Contents));
        Assert.Equal(10, _found.Select(found => found.Problem.Content).Distinct().Count());
        Assert.Equal(10, _found.Count);
        var state = await _cloud.Care.LoadAsync(Stop);
        Assert.Null(state.Pass);
        Assert.Equal(begun.Started, state.LastStarted);
    }

    [Fact]
    public async Task The_end_of_a_pass_by_hand_leaves_the_one_in_the_background_alone()
    {
        var background = ScrubPass.New(_cloud.Time.GetUtcNow()) with
        {
            After = new(new(7), new(9)),
            Contents = 5,
        };
        await _cloud.Care.SavePassAsync(background, Stop);
        _cloud.Time.Advance(TimeSpan.FromSeconds(1));

        await PassAsync();

        Assert.Equal(background, (await _cloud.Care.LoadAsync(Stop)).Pass);
    }

    [Fact]
    public async Task A_vault_without_its_key_is_said_once_marked_nowhere_and_makes_no_whole_pass()
    {
        var ann = await _cloud.AddActorAsync("ann");
        var bob = await _cloud.AddActorAsync("bob");
        for (var i = 0; i < 3; i++)
        {
            await _cloud.Session(ann).PutAsync($"/{i}", new byte[5_000]);
            await _cloud.Session(bob).PutAsync($"/{i}", new byte[5_000]);
        }
        foreach (
            var key in Directory.EnumerateFiles(
                _cloud.Folder,
                $"vault-{ann.Vault.Value}.key",
                SearchOption.AllDirectories
            )
        )
            File.Delete(key);

        var pass = await PassAsync();

        Assert.Equal((6L, 3L), (pass.Contents, pass.Unread));
        var found = Assert.Single(_found);
        Assert.Equal((ScrubFindingKind.Unread, ann.Vault), (found.Kind, found.Vault!.Value));
        Assert.Equal(0, await _cloud.Care.CountDamagesAsync(Stop));
        var state = await _cloud.Care.LoadAsync(Stop);
        Assert.Null(state.LastScrub);
        Assert.NotNull(state.LastStarted);
    }

    [Fact]
    public async Task What_the_ledger_does_not_know_is_reported_and_left_unless_it_is_of_just_now()
    {
        var (stray, fresh) = (BlobId.New(), BlobId.New());
        foreach (var blob in (BlobId[])[stray, fresh])
        {
            await using var upload = await _cloud.Blobs.CreateAsync(blob, null, Stop);
            await upload.WriteAsync(new byte[10], Stop);
            await upload.CompleteAsync(Stop);
        }
        var file = Files().Single(path => Path.GetFileName(path) == stray.Value.ToString("N"));
        File.SetLastWriteTimeUtc(file, _cloud.Time.GetUtcNow().UtcDateTime.AddHours(-2));

        await PassAsync();

        var found = Assert.Single(_found);
        Assert.Equal((ScrubFindingKind.Stray, stray), (found.Kind, found.Problem.Blob!.Value));
        Assert.Equal(2, Files().Length);
    }

    [Fact]
    public async Task A_content_that_is_gone_by_then_is_not_marked_and_a_mark_goes_with_its_content()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/large", new byte[50_000]);
        var content = Assert.Single(await _cloud.Ledger.ListContentsAsync(default, 10, Stop));
        var now = _cloud.Time.GetUtcNow();
        Assert.Equal(
            MarkOutcome.Gone,
            await _cloud.Care.MarkAsync(
                content.Place with
                {
                    Content = new(content.Content.Value + 1),
                },
                "fault",
                now,
                Stop
            )
        );
        Assert.Equal(
            MarkOutcome.New,
            await _cloud.Care.MarkAsync(content.Place, "fault", now, Stop)
        );
        await _cloud.ExecuteAsync("DELETE FROM contents");

        Assert.Equal(0, await _cloud.Care.CountDamagesAsync(Stop));
        await PassAsync();

        Assert.Equal(0, await _cloud.CountAsync("damages"));
    }

    [Fact]
    public async Task A_pass_reads_no_faster_than_its_rate()
    {
        var ann = _cloud.Session(await _cloud.AddActorAsync("ann"));
        await ann.PutAsync("/large", new byte[1 << 20]);
        var begun = _cloud.Time.GetUtcNow();
        var running = NewScrubber()
            .RunAsync(
                ScrubPass.New(begun),
                new ScrubLimits { BytesPerSecond = 64 * 1024 },
                _found.Add,
                Stop
            )
            .AsTask();

        while (!running.IsCompleted)
        {
            await Task.Delay(1, Stop);
            _cloud.Time.Advance(TimeSpan.FromMilliseconds(100));
        }
        await running;

        Assert.Empty(_found);
        // The last piece is read before its time is waited for.
        Assert.InRange(
            _cloud.Time.GetUtcNow() - begun,
            TimeSpan.FromSeconds(16),
            TimeSpan.MaxValue
        );
    }

    private Scrubber NewScrubber() =>
        new(_cloud.Blobs, _cloud.Ledger, _cloud.Keys, _cloud.Care, _cloud.Time);

    private async Task<ScrubPass> PassAsync()
    {
        _found.Clear();
        var (pass, isOver) = await NewScrubber()
            .RunAsync(ScrubPass.New(_cloud.Time.GetUtcNow()), new ScrubLimits(), _found.Add, Stop);
        Assert.True(isOver);
        return pass;
    }

    private string[] Files() =>
        Directory.GetFiles(
            Path.Combine(_cloud.Folder, "content"),
            "*",
            SearchOption.AllDirectories
        );

    private static void Flip(string file, long offset)
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.Position = offset;
        var value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(value ^ 1));
    }
}
