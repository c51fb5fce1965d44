using System.Text;
using CloudDav.Storage;
using CloudDav.Vault.Tests.Media;
using CloudDav.Vault.Tests.Uploads;

namespace CloudDav.Vault.Tests.Lifecycle;

/// <summary>A vault whose window has closed is destroyed, wholly and provably, and nothing else ever is.</summary>
public sealed class DestructionTests : IAsyncDisposable
{
    private const string Marker = "Zwartberg7";
    private const int Window = 32;

    private readonly LifeOfCustomers _life = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TestVault Cloud => _life.Cloud;

    public ValueTask DisposeAsync() => _life.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_byte_of_a_destroyed_vault_is_left_anywhere(bool encrypts)
    {
        TestEngine.RequireFile();
        await using var life = new LifeOfCustomers(new VaultLimits { EncryptsContent = encrypts });
        var other = await life.AddCustomerAsync();
        var kept = life.Cloud.Session(other);
        await kept.PutAsync("/mine", "stays");
        var gone = await life.AddCustomerAsync($"{Marker}-name", $"{Marker}-password");
        // The other's rows lie between, in the same pages.
        await FillAsync(life.Cloud, gone, 600, i => kept.PutAsync($"/{i}", $"stays {i}"));
        await life.EndAsync(gone);
        await life.PassAsync(Window);
        Assert.NotEmpty(Find(life.Cloud.Folder));

        var round = await life.Destruction.RunAsync(Stop);

        Assert.Equal((1, DestructionAlarm.None), (round.Destroyed, round.Alarm));
        // Events that tell of it hold no name; they go once they were delivered.
        await life.DeliverAsync();
        await life.Destruction.RunAsync(Stop);
        Assert.Empty(Find(life.Cloud.Folder));
        Assert.Equal("stays", await kept.ReadTextAsync("/mine"));
        await life.Cloud.CheckAsync();
        var inspector = new ContentInspector(life.Cloud.Blobs, life.Cloud.Ledger, life.Cloud.Keys);
        await foreach (var problem in inspector.InspectAsync(true, Stop))
            Assert.Fail(problem.ToString());
    }

    [Fact]
    public async Task A_backup_taken_before_opens_no_content_afterwards()
    {
        TestEngine.RequireFile();
        var gone = await _life.AddCustomerAsync();
        await Cloud.Session(gone).PutAsync("/small", Marker);
        await Cloud.Session(gone).PutAsync("/large", new string('x', 100_000));
        var backup = Path.Combine(Cloud.Folder, "backup.db");
        var contents = Path.Combine(Cloud.Folder, "backup-content");
        await Cloud.ExecuteAsync($"VACUUM INTO '{backup}'");
        Copy(Path.Combine(Cloud.Folder, "content"), contents);
        await DestroyAsync(gone);

        using var restored = new SqliteDatabase(backup);
        var blobs = new DiskBlobStore(contents);
        var session = new Vaults(
            new SqliteMetadataStore(restored),
            Cloud.Keys,
            new ContentWriter(blobs, new ContentOptions()),
            new ContentReader(blobs),
            Cloud.Policy,
            Cloud.Limits,
            Cloud.Time
        ).Open(gone, new SessionOptions());

        Assert.Equal(2, (await session.TreeAsync()).Count - 1);
        await Assert.ThrowsAnyAsync<Exception>(() => session.ReadTextAsync("/small"));
        await Assert.ThrowsAnyAsync<Exception>(() => session.ReadTextAsync("/large"));
    }

    [Fact]
    public async Task A_job_that_is_killed_anywhere_goes_on_and_ends_the_same()
    {
        // While something is worked on, every second place is enough.
        var (calls, step) = (0, RandomPlay.IsWhole ? 1 : 2);
        while (true)
        {
            await using var life = new LifeOfCustomers();
            var gone = await life.AddCustomerAsync($"{Marker}-name");
            await FillAsync(life.Cloud, gone, files: 3);
            await life.EndAsync(gone);
            await life.PassAsync(Window);
            var left = new KilledBefore.Countdown(calls);
            calls += step;
            var killed = life.NewDestruction(
                KilledBefore.Make<IDestructionStore>(life.Cloud.Destructions, left),
                KilledBefore.Make(life.Cloud.Keys, left),
                KilledBefore.Make(life.Cloud.Blobs, left)
            );
            var wasKilled = false;
            try
            {
                await killed.RunAsync(Stop);
            }
            catch (KilledException)
            {
                wasKilled = true;
            }
            await life.Cloud.CheckAsync();

            var again = life.NewDestruction();
            await again.RunAsync(Stop);
            await life.DeliverAsync();
            await again.RunAsync(Stop);

            var record = (await life.Cloud.Destructions.FindAsync(gone.Account, Stop))!;
            // Three files of two versions, two further contents, a copy of one, their folder, what is in the trash, a file of two parts, two parts of an upload, and a picture with two previews.
            Assert.Equal(
                (DestructionStep.Done, 17L, 10L),
                (record.Step, record.Contents, record.Items)
            );
            Assert.Empty(Find(life.Cloud.Folder));
            Assert.Empty(await life.EventsOfAsync(gone));
            if (!wasKilled)
                return;
            Assert.True(calls < 100, "It never comes to its end.");
        }
    }

    [Fact]
    public async Task What_had_only_begun_in_a_backup_keeps_its_key_and_what_was_destroyed_since_is_destroyed_again()
    {
        var (begun, gone) = (await _life.AddCustomerAsync(), await _life.AddCustomerAsync());
        foreach (var actor in (Actor[])[begun, gone])
            await Cloud.Session(actor).PutAsync("/file", "content");
        await _life.EndAsync(begun);
        await _life.PassAsync(Window);
        var left = new KilledBefore.Countdown(0);
        await Assert.ThrowsAsync<KilledException>(async () =>
            await _life.NewDestruction(keys: KilledBefore.Make(Cloud.Keys, left)).RunAsync(Stop)
        );
        await Cloud.Keys.DestroyAsync(gone.Vault, Stop);

        Assert.Equal(1, await _life.NewDestruction().RepeatAsync(Stop));

        Assert.NotNull(await Cloud.Keys.FindAsync(begun.Vault, Stop));
        var records = (
            await Cloud.Destructions.FindAsync(begun.Account, Stop),
            await Cloud.Destructions.FindAsync(gone.Account, Stop)
        );
        Assert.Equal(
            (DestructionStep.Key, DestructionStep.Done),
            (records.Item1!.Step, records.Item2!.Step)
        );
        // With every guard, as any other.
        Assert.Equal(1, (await _life.Destruction.RunAsync(Stop)).Destroyed);
        Assert.Null(await Cloud.Keys.FindAsync(begun.Vault, Stop));
    }

    [Fact]
    public async Task The_record_says_what_was_destroyed_and_tells_no_name()
    {
        var gone = await _life.AddCustomerAsync($"{Marker}-name");
        await Cloud.Session(gone).PutAsync($"/{Marker}.txt", "12345");
        await DestroyAsync(gone);

        var record = (await Cloud.Destructions.FindAsync(gone.Account, Stop))!;

        Assert.Equal(
            (gone.Vault, EndCause.CloudContract, 1L, 5L),
            (record.Vault, record.Cause, record.Contents, record.Bytes)
        );
        Assert.Equal(record.Finished!.Value.AddDays(35), record.BackupsExpire);
        Assert.NotNull(record.KeyDestroyed);
        Assert.NotEqual(new byte[32], record.ListHash.ToArray());
        Assert.Equal(EventTypes.Destroyed, (await _life.EventsOfAsync(gone))[^1]);
        var told = await Cloud.Audit.ListAsync(AuditChainId.Operator, long.MaxValue, 2, Stop);
        Assert.Equal(
            [AuditActs.DestructionFinished, AuditActs.DestructionBegan],
            told.Select(entry => entry.Entry.Act)
        );
    }

    [Fact]
    public async Task A_destroyed_chain_is_accepted_with_its_record_only()
    {
        var gone = await _life.AddCustomerAsync();
        await DestroyAsync(gone);
        var inspector = new AuditInspector(Cloud.Audit);

        var chain = AuditChainId.Of(gone.Account);
        Assert.Equal((null, true), await Verify());
        await Cloud.ExecuteAsync("UPDATE destructions SET audit_hash = list_hash");
        Assert.NotNull((await Verify()).Problem);

        async Task<(string? Problem, bool)> Verify()
        {
            var finding = await inspector.InspectAsync(chain, Stop);
            return (finding.Problem, finding.IsDestroyed);
        }
    }

    [Fact]
    public async Task Nothing_is_destroyed_before_the_window_has_closed()
    {
        var customer = await _life.AddCustomerAsync();
        await _life.EndAsync(customer);
        await _life.PassAsync(30);

        Assert.Equal(0, (await _life.Destruction.RunAsync(Stop)).Destroyed);
        Assert.Null(await Cloud.Destructions.FindAsync(customer.Account, Stop));
    }

    [Theory]
    [InlineData(MeasureKind.LegalHold, false, HeldReason.LegalHold)]
    [InlineData(MeasureKind.LegalHold, true, HeldReason.LegalHold)]
    [InlineData(MeasureKind.Block, true, HeldReason.BlockedItem)]
    public async Task What_is_held_stays_until_the_hold_is_lifted(
        MeasureKind kind,
        bool isOnItem,
        HeldReason reason
    )
    {
        var customer = await _life.AddCustomerAsync();
        var file = (await Cloud.Session(customer).PutAsync("/a", "evidence")).Value.Node;
        var hold = await _life.SetAsync(customer, kind, isOnItem ? file.Id : null);
        await _life.EndAsync(customer);
        await _life.PassAsync(Window);

        var round = await _life.Destruction.RunAsync(Stop);

        Assert.Equal((0, 1), (round.Destroyed, round.Held[reason]));
        Assert.NotNull(await Cloud.Keys.FindAsync(customer.Vault, Stop));
        await Cloud.Contracts.WriteAsync<bool>(
            async transaction => await transaction.LiftMeasureAsync(hold.Id, "court", _life.Now),
            Stop
        );
        await _life.Watch.RunAsync(Stop);
        Assert.Equal(1, (await _life.Destruction.RunAsync(Stop)).Destroyed);
    }

    [Fact]
    public async Task Who_was_never_reminded_is_not_destroyed()
    {
        var customer = await _life.AddCustomerAsync();
        await _life.EndAsync(customer);
        await _life.PassAsync(Window, delivers: false);

        Assert.Equal(1, (await _life.Destruction.RunAsync(Stop)).Held[HeldReason.NotReminded]);

        // Trying is enough, for that a receiver is away must not keep content for ever; but it was tried too late, and the days begin again.
        var first = (await Cloud.Outbox.ListAsync(customer.Account, 0, 10, Stop))[0];
        await Cloud.Outbox.MarkDeliveredAsync(first.Key, _life.Now, Stop);
        var reminder = (await Cloud.Outbox.ListAsync(customer.Account, 1, 1, Stop))[0];
        Assert.Equal(EventTypes.TakeBackStarted, reminder.Event.Type);
        await Cloud.Outbox.MarkFailedAsync(reminder.Key, "away", _life.Now, _life.Now, Stop);
        Assert.Equal(1, (await _life.Destruction.RunAsync(Stop)).Held[HeldReason.NotReminded]);
        await _life.PassAsync(1, delivers: false);
        Assert.Equal(EventTypes.TakeBackStarted, (await _life.EventsOfAsync(customer))[^1]);
        Assert.Equal(Standing.TakeBack, await _life.StandingOfAsync(customer));
        await _life.PassAsync(1);
        await _life.PassAsync(Window, delivers: false);
        Assert.Equal(1, (await _life.Destruction.RunAsync(Stop)).Destroyed);
    }

    [Fact]
    public async Task A_clock_that_jumps_stops_it_until_an_operator_allows_it()
    {
        var customer = await _life.AddCustomerAsync();
        await _life.EndAsync(customer);
        await _life.PassAsync(Window);
        var clock = new JumpingClock();
        var destruction = _life.NewDestruction(clock.Over(Cloud.Destructions));
        await _life.EndAsync(customer, _life.Now.AddDays(5));
        await _life.PassAsync(0);
        Assert.Equal(DestructionAlarm.None, (await destruction.RunAsync(Stop)).Alarm);
        Cloud.Time.Advance(TimeSpan.FromHours(1));
        clock.Offset = TimeSpan.FromHours(1);

        Assert.Equal(DestructionAlarm.ClockJumped, (await destruction.RunAsync(Stop)).Alarm);
        Assert.Equal(DestructionAlarm.ClockJumped, (await destruction.RunAsync(Stop)).Alarm);

        await destruction.AllowAsync("operator:test", Stop);
        Assert.Equal(DestructionAlarm.None, (await destruction.RunAsync(Stop)).Alarm);
    }

    [Fact]
    public async Task A_clock_set_back_or_a_long_silence_of_all_nodes_stops_it_too()
    {
        await _life.Destruction.RunAsync(Stop);
        Cloud.Time.Advance(TimeSpan.FromHours(73));
        // Another process, or this one after a start: it cannot know how much time passed.
        Assert.Equal(
            DestructionAlarm.ClockJumped,
            (await _life.NewDestruction().RunAsync(Stop)).Alarm
        );
        await _life.Destruction.AllowAsync("operator:test", Stop);
        var clock = new JumpingClock() { Offset = TimeSpan.FromHours(-1) };
        var behind = _life.NewDestruction(clock.Over(Cloud.Destructions));
        Assert.Equal(DestructionAlarm.ClockJumped, (await behind.RunAsync(Stop)).Alarm);
    }

    [Fact]
    public async Task More_than_a_share_of_all_accounts_at_once_stops_it()
    {
        var options = new DestructionOptions { MassMinimum = 2 };
        var many = new List<Actor>();
        for (var i = 0; i < 3; i++)
            many.Add(await _life.AddCustomerAsync());
        foreach (var customer in many)
            await _life.EndAsync(customer);
        await _life.PassAsync(Window);
        var destruction = _life.NewDestruction(options: options);

        var round = await destruction.RunAsync(Stop);

        Assert.Equal((0, 3, DestructionAlarm.TooMany), (round.Destroyed, round.Due, round.Alarm));
        await destruction.AllowAsync("operator:test", Stop);
        Assert.Equal(3, (await destruction.RunAsync(Stop)).Destroyed);
    }

    [Fact]
    public async Task Members_go_before_the_customer_and_each_in_their_own_right()
    {
        var owner = await _life.AddCustomerAsync();
        var member = await _life.AddMemberAsync(owner);
        await Cloud.Session(member).PutAsync("/a", "b");
        await _life.EndAsync(owner);
        await _life.PassAsync(Window);

        var first = await _life.Destruction.RunAsync(Stop);
        Assert.Equal((1, 1), (first.Destroyed, first.Held[HeldReason.Household]));
        Assert.NotNull(await Cloud.Destructions.FindAsync(member.Account, Stop));
        Assert.Equal(1, (await _life.Destruction.RunAsync(Stop)).Destroyed);
    }

    [Fact]
    public async Task The_name_and_the_number_are_free_again_and_begin_afresh()
    {
        var gone = await _life.AddCustomerAsync("again");
        await DestroyAsync(gone);

        var fresh = await _life.AddCustomerAsync("again");

        Assert.NotEqual(gone.Account, fresh.Account);
        Assert.NotEqual(gone.Vault, fresh.Vault);
        Assert.Single(await Cloud.Session(fresh).TreeAsync());
        Assert.Equal((null, false), await Verify(fresh.Account));

        async Task<(string?, bool)> Verify(AccountId account)
        {
            var finding = await new AuditInspector(Cloud.Audit).InspectAsync(
                AuditChainId.Of(account),
                Stop
            );
            return (finding.Problem, finding.IsDestroyed);
        }
    }

    [Fact]
    public async Task Its_devices_and_passwords_learn_that_it_is_closed_and_nobody_else_does()
    {
        var gone = await _life.AddCustomerAsync("gone", "right password");
        var (_, password) = await Devices.AddAsync(
            Cloud.Accounts,
            gone.Account,
            "laptop",
            _life.Now,
            Stop
        );
        var (revoked, old) = await Devices.AddAsync(
            Cloud.Accounts,
            gone.Account,
            "old",
            _life.Now,
            Stop
        );
        await Cloud.Accounts.RevokeDeviceAsync(revoked, _life.Now, Stop);
        await DestroyAsync(gone);
        using var desk = new SignInDesk(
            Cloud.Accounts,
            Cloud.Closed,
            Cloud.Time,
            new SignInLimits { FailuresBeforeDelay = 100, PasswordIterations = 1000 }
        );

        Assert.Equal(SignInOutcome.Closed, await SignIn(password.Reveal()));
        Assert.Equal(SignInOutcome.Closed, await SignIn("right password"));
        Assert.Equal(SignInOutcome.Wrong, await SignIn("wrong password"));
        Assert.Equal(SignInOutcome.Wrong, await SignIn(old.Reveal()));
        Assert.Equal(SignInOutcome.Wrong, await SignIn(AppPassword.New().Reveal()));

        // A new customer of that name is not taken for the old one, whose devices still learn it.
        await _life.AddCustomerAsync("gone", "new password");
        Assert.Equal(SignInOutcome.SignedIn, await SignIn("new password"));
        Assert.Equal(SignInOutcome.Wrong, await SignIn("right password"));
        Assert.Equal(SignInOutcome.Closed, await SignIn(password.Reveal()));

        Cloud.Time.Advance(TimeSpan.FromDays(366));
        Assert.Equal(SignInOutcome.Wrong, await SignIn(password.Reveal()));

        async Task<SignInOutcome> SignIn(string tried) =>
            (
                await desk.SignInAsync(
                    Encoding.UTF8.GetBytes("gone"),
                    Encoding.UTF8.GetBytes(tried),
                    "::1",
                    Stop
                )
            ).Outcome;
    }

    [Fact]
    public async Task Records_and_retained_contracts_go_when_their_time_is_over()
    {
        var gone = await _life.AddCustomerAsync();
        await DestroyAsync(gone);
        Assert.Equal(1, await Cloud.CountAsync("retained_contracts WHERE customer_ref = 'K1'"));
        await _life.DeliverAsync();

        Cloud.Time.Advance(TimeSpan.FromDays(3_651));
        await _life.Destruction.RunAsync(Stop);

        Assert.Null(await Cloud.Destructions.FindAsync(gone.Account, Stop));
        foreach (
            var table in (string[])["retained_contracts", "closed_names", "outbox", "destructions"]
        )
            Assert.Equal(0, await Cloud.CountAsync(table));
        Assert.Equal(0, await Cloud.CountAsync($"audit_heads WHERE chain = {gone.Account.Value}"));
        // Its id never comes again all the same.
        Assert.True((await _life.AddCustomerAsync()).Account.Value > gone.Account.Value);
    }

    [Fact]
    public async Task Answers_to_commands_are_forgotten_after_a_while()
    {
        foreach (var (id, age) in (IEnumerable<(string, int)>)[("old", 31), ("young", 29)])
            await Cloud.Contracts.WriteAsync<bool>(
                async transaction =>
                {
                    await transaction.AddCommandAsync(
                        new DoneCommand(id, new byte[32], "{}", _life.Now.AddDays(-age))
                    );
                    return true;
                },
                Stop
            );

        await _life.Destruction.RunAsync(Stop);

        Assert.Equal(0, await Cloud.CountAsync("commands WHERE command_id = 'old'"));
        Assert.Equal(1, await Cloud.CountAsync("commands WHERE command_id = 'young'"));
    }

    private async Task DestroyAsync(Actor customer)
    {
        await _life.EndAsync(customer);
        await _life.PassAsync(Window);
        Assert.Equal(1, (await _life.Destruction.RunAsync(Stop)).Destroyed);
    }

    // Names, properties, contents small, large and in parts, uploads, versions, trash, locks, devices and marks of damage, each with the marker.
    private static async Task FillAsync(
        TestVault cloud,
        Actor actor,
        int files,
        Func<int, Task>? between = null
    )
    {
        var device = await cloud.AddDeviceAsync(actor, $"{Marker}-device");
        var session = cloud.Session(device);
        await session.MakeFolderAsync($"/{Marker}-folder");
        for (var i = 0; i < files; i++)
        {
            // In no order, so that pages are split in their middle.
            var name = $"{Marker}-{i * 7919L % 10_007}-{new string('n', i % 90)}";
            await session.PutAsync($"/{Marker}-folder/{name}", $"{Marker} first {i}");
            await session.PutAsync($"/{Marker}-folder/{name}", $"{Marker} second {i}");
            if (between is not null)
                await between(i);
            if (i % 5 == 4)
                await session.MoveAsync(
                    $"/{Marker}-folder/{name}",
                    $"/{Marker}-folder/moved-{name}"
                );
        }
        await session.CreateShareAsync(
            new NewShare
            {
                Path = [$"{Marker}-folder"],
                Rights = ShareRights.View,
                Label = Marker,
                Password = Marker,
                RightsStatement = Marker,
            },
            _ => null,
            TestVault.Stop
        );
        await session.ProtectAsync([$"{Marker}-folder"], true, TestVault.Stop);
        await cloud.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                var now = cloud.Time.GetUtcNow();
                var person = actor with { CredentialVersion = 1 };
                await transaction.AddSessionAsync(
                    new NewSession
                    {
                        Actor = person,
                        TokenHash = Guid.NewGuid().ToByteArray(),
                        Agent = Marker,
                        Address = Marker,
                        Expires = now.AddDays(365),
                        Way = SignInWay.Password,
                        Proved = now,
                    },
                    most: 10,
                    now
                );
                var flow = new LoginFlow
                {
                    PollHash = Guid.NewGuid().ToByteArray(),
                    Agent = Marker,
                    Address = Marker,
                    Created = now,
                    Expires = now.AddDays(365),
                };
                var login = Guid.NewGuid().ToByteArray();
                await transaction.AddLoginFlowAsync(flow, login);
                var pairing = new TvPairing
                {
                    DeviceHash = Guid.NewGuid().ToByteArray(),
                    Client = "box",
                    Name = Marker,
                    Address = Marker,
                    Created = now,
                    Expires = now.AddDays(365),
                };
                var code = Guid.NewGuid().ToByteArray();
                await transaction.AddPairingAsync(pairing, code);
                await transaction.GrantPairingAsync(code, person, now);
                var set = await transaction.AddTvAsync(person.Account, Marker, TvToken.New(), now);
                await transaction.KeepMediaAddressesAsync(
                    person with
                    {
                        Device = set,
                    },
                    [new NodeId(1)],
                    10,
                    now,
                    now.AddDays(365)
                );
                var secret = Encoding.UTF8.GetBytes(Marker);
                await transaction.PrepareSecondFactorAsync(person.Account, secret, now);
                await transaction.ConfirmSecondFactorAsync(person.Account, 1, now);
                await transaction.SetRecoveryCodesAsync(person.Account, [secret]);
                return await transaction.GrantLoginFlowAsync(login, person, now);
            },
            TestVault.Stop
        );
        var large = string.Concat(Enumerable.Repeat(Marker, 5_000));
        await session.PutAsync($"/{Marker}-large", large);
        await session.PutAsync($"/{Marker}-deleted", $"{Marker} deleted");
        await session.DeleteAsync($"/{Marker}-deleted");
        await session.CopyAsync($"/{Marker}-large", $"/{Marker}-copy");
        await session.PutAsync($"/{Marker}-copy2", Marker);
        await session.PatchAsync(
            $"/{Marker}-large",
            new NodePatch
            {
                Properties = [($"{{urn:x}}{Marker}", $"<p xmlns=\"urn:x\">{Marker}</p>")],
            }
        );
        await session.LockAsync($"/{Marker}-large");
        foreach (var name in (string[])[$"{Marker}-1", $"{Marker}-2"])
        {
            var upload = new UploadName(UploadKind.Chunks, name);
            await cloud.Tree(device).BeginAsync(upload, null, $"/{Marker}-goal");
            await cloud.Tree(device).PartAsync(upload, 1, Encoding.UTF8.GetBytes(Marker));
            await cloud.Tree(device).PartAsync(upload, 2, Encoding.UTF8.GetBytes(large));
        }
        Assert.True(
            (
                await cloud
                    .Tree(device)
                    .FinishAsync(
                        new(UploadKind.Chunks, $"{Marker}-1"),
                        $"/{Marker}-assembled",
                        [.. Encoding.UTF8.GetBytes(Marker), .. Encoding.UTF8.GetBytes(large)],
                        total: null
                    )
            ).IsSuccess
        );
        await session.PutAsync($"/{Marker}.jpg", $"{Marker} picture");
        var previews = new PreviewDesk(
            cloud.Vaults,
            new KnownWorker
            {
                Sees = new()
                {
                    Previews =
                    [
                        (320, KnownWorker.Jpeg(900, Marker)),
                        (1280, KnownWorker.Jpeg(30_000, Marker)),
                    ],
                },
            },
            TestVault.Zone,
            cloud.Time
        );
        await previews.NoteAllAsync(Stop);
        Assert.Equal(1, await previews.RunAsync((_, failure) => throw failure, Stop));
        var contents = await cloud.Ledger.ListContentsAsync(default, 10_000, Stop);
        var damaged = contents.First(content => content.Vault == actor.Vault).Place;
        Assert.Equal(
            MarkOutcome.New,
            await cloud.Care.MarkAsync(damaged, $"{Marker} fault", cloud.Time.GetUtcNow(), Stop)
        );
    }

    private static List<string> Find(string folder)
    {
        var marker = Encoding.UTF8.GetBytes(Marker);
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file).Contains(Marker, StringComparison.OrdinalIgnoreCase))
                found.Add(file);
            using var stream = new FileStream(
                file,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            for (
                var at = bytes.AsSpan().IndexOf(marker);
                at >= 0 && found.Count < 20;
                at = Next(bytes, marker, at)
            )
                found.Add(
                    $"{Path.GetFileName(file)} at {at}: {Encoding.ASCII.GetString(bytes.AsSpan(Math.Max(0, at - 40), Math.Min(100, bytes.Length - Math.Max(0, at - 40))))}"
                );
        }
        return found;

        static int Next(byte[] bytes, byte[] marker, int at)
        {
            var next = bytes.AsSpan(at + 1).IndexOf(marker);
            return next < 0 ? -1 : at + 1 + next;
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
