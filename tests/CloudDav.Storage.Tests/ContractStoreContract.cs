using CloudDav.Vault;

namespace CloudDav.Storage.Tests;

/// <summary>What every engine does with accounts and contracts when several want the same. What they say otherwise is tested with the vault.</summary>
public abstract class ContractStoreContract
{
    protected static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    protected abstract IAccountStore Accounts { get; }

    protected abstract IContractStore Contracts { get; }

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_at_the_same_time_lose_nothing_of_each_other()
    {
        var account = await AddAsync("a");
        await SaveAsync(customer => customer ?? NewCustomer(account));
        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(_ =>
                    SaveAsync(customer => customer! with { Started = customer.Started.AddDays(1) })
                )
        );
        var saved = await Contracts.ReadAsync(
            snapshot => snapshot.FindCustomerAsync(account.Id),
            Stop
        );
        Assert.Equal((17, Now.AddDays(16)), (saved!.Version, saved.Started));

        async Task SaveAsync(Func<Customer?, Customer> change) =>
            await Contracts.WriteAsync<bool>(
                async transaction =>
                {
                    await transaction.SaveCustomerAsync(
                        change(await transaction.FindCustomerAsync("K1"))
                    );
                    return true;
                },
                Stop
            );
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        var added = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async i =>
                    await Accounts.AddAccountAsync(
                        new NewAccount { Name = i % 2 == 0 ? "ann" : "ANN", CapacityBytes = 5 },
                        Now,
                        Stop
                    )
                )
        );
        var account = Assert.Single(added, account => account is not null);
        Assert.Equal(account, await Accounts.FindAccountAsync(SignInName.Key("Ann"), Stop));
    }

    [Fact]
    public async Task Tries_at_the_same_time_are_counted_up_to_the_most_of_each_key_and_under_none_beyond()
    {
        var (here, account, elsewhere) = (Key(1), Key(2), Key(3));
        var counted = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(async _ => await CountAsync(here))
        );
        Assert.Equal(
            Enumerable.Range(1, 5),
            counted.Select(tries => tries[0].Failures).Where(count => count <= 5).Order()
        );
        Assert.Equal((5, 5), (await FindAsync(here), await FindAsync(account)));

        await CountAsync(elsewhere);
        await CountAsync(elsewhere);
        // The account has its seven.
        Assert.Equal([3, 8], (await CountAsync(elsewhere)).Select(tries => tries.Failures));
        Assert.Equal((2, 7), (await FindAsync(elsewhere), await FindAsync(account)));
        Assert.Equal(
            default,
            await Accounts.FindTriesAsync(here, Now + TimeSpan.FromHours(1), Stop)
        );

        var ends = (await Accounts.FindTriesAsync(elsewhere, Now, Stop)).WindowEnds;
        // Of another window.
        await Accounts.TakeBackTryAsync(elsewhere, ends + TimeSpan.FromMinutes(1), Stop);
        Assert.Equal(2, await FindAsync(elsewhere));
        await Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(async _ => await Accounts.TakeBackTryAsync(elsewhere, ends, Stop))
        );
        // The next one begins a window of its own.
        Assert.Equal(default, await Accounts.FindTriesAsync(elsewhere, Now, Stop));
        await Accounts.ForgetTriesAsync(here, Stop);
        Assert.Equal((0, 7), (await FindAsync(here), await FindAsync(account)));

        ValueTask<IReadOnlyList<SignInTries>> CountAsync(byte[] place) =>
            Accounts.CountTryAsync(
                [new(place, 5), new(account, 7)],
                Now,
                TimeSpan.FromHours(1),
                Stop
            );

        static byte[] Key(byte first) => [first, .. new byte[31]];
        async Task<int> FindAsync(byte[] key) =>
            (await Accounts.FindTriesAsync(key, Now, Stop)).Failures;
    }

    [Fact]
    public async Task A_refusal_undoes_everything()
    {
        var account = await AddAsync("a");
        var refused = await Contracts.WriteAsync<bool>(
            async transaction =>
            {
                await transaction.SaveCustomerAsync(NewCustomer(account));
                await transaction.SetPasswordAsync(account.Id, "hash");
                return new Refusal(RefusalRule.ConditionFailed);
            },
            Stop
        );
        Assert.False(refused.IsSuccess);
        Assert.Null(await Contracts.ReadAsync(snapshot => snapshot.FindCustomerAsync("K1"), Stop));
        Assert.Equal(account, await Accounts.FindAccountAsync(SignInName.Key("a"), Stop));
    }

    [Fact]
    public async Task A_session_is_found_while_it_is_used_not_over_and_of_the_present_password()
    {
        var account = await AddAsync("a");
        var actor = new Actor(account.Id, account.Name, account.Vault, null, 1);
        await BeginAsync(1);

        var found = await FindAsync(1, Now);
        Assert.Equal(actor, found!.Actor);
        Assert.Equal((Now, Now, Now.AddDays(1)), (found.Created, found.LastUsed, found.Expires));
        Assert.Null(await FindAsync(2, Now));
        Assert.NotNull(await FindAsync(1, Now.AddHours(1).AddMilliseconds(-1)));
        Assert.Null(await FindAsync(1, Now.AddHours(1)));
        await ChangeAsync(transaction =>
            transaction.TouchSessionAsync(found.Id, Now.AddHours(23.5))
        );
        Assert.NotNull(await FindAsync(1, Now.AddDays(1).AddMilliseconds(-1)));
        Assert.Null(await FindAsync(1, Now.AddDays(1)));

        // The oldest go when there are more than there may be, and those that are over whosever they are.
        for (byte i = 2; i <= 4; i++)
            await BeginAsync(i);
        Assert.Null(await FindAsync(1, Now));
        Assert.Null(await FindAsync(2, Now));
        Assert.NotNull(await FindAsync(3, Now));
        Assert.NotNull(await FindAsync(4, Now));
        await ChangeAsync(transaction => transaction.RemoveSessionAsync(Hash(3)));
        Assert.Null(await FindAsync(3, Now));
        await ChangeAsync(transaction => transaction.SetPasswordAsync(account.Id, "hash"));
        Assert.Null(await FindAsync(4, Now));
        Assert.Empty(await ListAsync());

        // Each is seen with what is known of it, and ended alone or with all but one.
        actor = actor with
        {
            CredentialVersion = actor.CredentialVersion + 1,
        };
        await BeginAsync(5, SignInWay.Provider, Now.AddMinutes(-1));
        await BeginAsync(6);
        var both = await ListAsync();
        Assert.Equal([SignInWay.Password, SignInWay.Provider], both.Select(one => one.Way));
        Assert.Equal([null, Now.AddMinutes(-1)], both.Select(one => one.Proved));
        Assert.All(both, one => Assert.Equal(("browser", "::1"), (one.Agent, one.Address)));
        await ChangeAsync(transaction => transaction.ProveSessionAsync(both[0].Id, Now));
        Assert.Equal(Now, (await FindAsync(6, Now))!.Proved);
        var stranger = await AddAsync("stranger");
        await ChangeAsync(async transaction =>
        {
            Assert.False(await transaction.RemoveSessionAsync(stranger.Id, both[0].Id));
            Assert.Equal(0, await transaction.RemoveOtherSessionsAsync(stranger.Id, both[0].Id));
            Assert.Equal(1, await transaction.RemoveOtherSessionsAsync(account.Id, both[0].Id));
        });
        Assert.Equal([both[0].Id], (await ListAsync()).Select(one => one.Id));
        await ChangeAsync(async transaction =>
            Assert.True(await transaction.RemoveSessionAsync(account.Id, both[0].Id))
        );
        Assert.Empty(await ListAsync());

        Task<IReadOnlyList<BrowserSession>> ListAsync() =>
            Contracts
                .ReadAsync(
                    snapshot => snapshot.ListSessionsAsync(account.Id, Now, TimeSpan.FromHours(1)),
                    Stop
                )
                .AsTask();

        Task BeginAsync(
            byte token,
            SignInWay way = SignInWay.Password,
            DateTimeOffset? proved = null
        ) =>
            ChangeAsync(transaction =>
                transaction.AddSessionAsync(
                    new NewSession
                    {
                        Actor = actor,
                        TokenHash = Hash(token),
                        Agent = "browser",
                        Address = "::1",
                        Expires = Now.AddDays(1),
                        Way = way,
                        Proved = proved,
                    },
                    most: 2,
                    Now
                )
            );
    }

    [Fact]
    public async Task A_login_flow_is_granted_once_and_used_up_by_one()
    {
        var account = await AddAsync("a");
        var actor = new Actor(account.Id, account.Name, account.Vault, null, 1);
        var flow = new LoginFlow
        {
            PollHash = Hash(1),
            Agent = "program",
            Address = "::1",
            Created = Now,
            Expires = Now.AddMinutes(20),
        };
        await ChangeAsync(transaction => transaction.AddLoginFlowAsync(flow, Hash(2)));

        Assert.Null(await OfProgramAsync(Hash(2), Now));
        Assert.Null(await OfPageAsync(Hash(1), Now));
        Assert.Null(await OfPageAsync(Hash(2), flow.Expires));
        var waiting = (await OfPageAsync(Hash(2), Now))!;
        Assert.Equal(
            ("program", "::1", Now, false),
            (waiting.Agent, waiting.Address, waiting.Created, waiting.IsGranted)
        );
        Assert.False(await GrantAsync(flow.Expires));
        Assert.True(await GrantAsync(Now));
        Assert.False(await GrantAsync(Now));
        Assert.Equal(actor, (await OfProgramAsync(Hash(1), Now))!.GrantedBy);
        var used = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                    (
                        await Contracts.WriteAsync<bool>(
                            async transaction => await transaction.RemoveLoginFlowAsync(Hash(1)),
                            Stop
                        )
                    ).Value
                )
        );
        Assert.Single(used, isUsed => isUsed);
        Assert.Null(await OfProgramAsync(Hash(1), Now));

        Task<LoginFlow?> OfPageAsync(byte[] hash, DateTimeOffset now) =>
            Contracts
                .ReadAsync(snapshot => snapshot.FindLoginFlowOfPageAsync(hash, now), Stop)
                .AsTask();
        Task<LoginFlow?> OfProgramAsync(byte[] hash, DateTimeOffset now) =>
            Contracts
                .ReadAsync(snapshot => snapshot.FindLoginFlowOfProgramAsync(hash, now), Stop)
                .AsTask();
        async Task<bool> GrantAsync(DateTimeOffset now) =>
            (
                await Contracts.WriteAsync<bool>(
                    async transaction => await transaction.GrantLoginFlowAsync(Hash(2), actor, now),
                    Stop
                )
            ).Value;
    }

    [Fact]
    public async Task A_pairing_is_found_by_either_code_answered_once_and_used_up_by_one_alone()
    {
        var account = await AddAsync("a");
        var actor = new Actor(account.Id, account.Name, account.Vault, null, 1);
        var pairing = new TvPairing
        {
            DeviceHash = Hash(1),
            Client = "box",
            Name = "TV in the living room",
            Address = "::1",
            Created = Now,
            Expires = Now.AddMinutes(10),
        };
        await ChangeAsync(transaction => transaction.AddPairingAsync(pairing, Hash(2)));

        Assert.Null(await OfSetAsync(Hash(2)));
        Assert.Null(await OfPageAsync(Hash(1), Now));
        Assert.Null(await OfPageAsync(Hash(2), pairing.Expires));
        await ChangeAsync(transaction => transaction.CountPairingLookAsync(Hash(2)));
        await ChangeAsync(transaction =>
            transaction.NotePairingPollAsync(Hash(1), TimeSpan.FromSeconds(10), Now.AddSeconds(9))
        );
        var waiting = (await OfPageAsync(Hash(2), Now))!;
        Assert.Equal(
            pairing with
            {
                DeviceHash = waiting.DeviceHash,
                Looks = 1,
                Pause = TimeSpan.FromSeconds(10),
                NextPoll = Now.AddSeconds(9),
            },
            waiting
        );
        Assert.True(waiting.DeviceHash.Span.SequenceEqual(Hash(1)));
        Assert.False(await DoAsync(t => t.GrantPairingAsync(Hash(2), actor, pairing.Expires)));
        Assert.False(await DoAsync(t => t.RefusePairingAsync(Hash(2), pairing.Expires)));
        Assert.True(await DoAsync(t => t.GrantPairingAsync(Hash(2), actor, Now)));
        Assert.False(await DoAsync(t => t.GrantPairingAsync(Hash(2), actor, Now)));
        Assert.False(await DoAsync(t => t.RefusePairingAsync(Hash(2), Now)));
        Assert.Equal(actor, (await OfSetAsync(Hash(1)))!.GrantedBy);
        var used = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => DoAsync(t => t.RemovePairingAsync(Hash(1))))
        );
        Assert.Single(used, isUsed => isUsed);

        // One that is over is known for as long again, and goes with the next one after that.
        await ChangeAsync(transaction => transaction.AddPairingAsync(pairing, Hash(2)));
        Assert.True(await DoAsync(t => t.RefusePairingAsync(Hash(2), Now)));
        Assert.False(await DoAsync(t => t.GrantPairingAsync(Hash(2), actor, Now)));
        foreach (var (minutes, isKnown) in ((int, bool)[])[(19, true), (20, false)])
        {
            var later = Now.AddMinutes(minutes);
            await ChangeAsync(transaction =>
                transaction.AddPairingAsync(
                    pairing with
                    {
                        DeviceHash = Hash((byte)minutes),
                        Created = later,
                        Expires = later.AddMinutes(10),
                    },
                    Hash((byte)(100 + minutes))
                )
            );
            Assert.Equal(isKnown, await OfSetAsync(Hash(1)) is { IsRefused: true });
        }

        Task<TvPairing?> OfPageAsync(byte[] hash, DateTimeOffset now) =>
            Contracts
                .ReadAsync(snapshot => snapshot.FindPairingOfPageAsync(hash, now), Stop)
                .AsTask();
        Task<TvPairing?> OfSetAsync(byte[] hash) =>
            Contracts.ReadAsync(snapshot => snapshot.FindPairingOfSetAsync(hash), Stop).AsTask();
        async Task<bool> DoAsync(Func<IContractTransaction, ValueTask<bool>> change) =>
            (
                await Contracts.WriteAsync<bool>(
                    async transaction => await change(transaction),
                    Stop
                )
            ).Value;
    }

    [Fact]
    public async Task A_TV_set_is_a_device_that_is_found_by_its_token_and_by_no_app_password()
    {
        var account = await AddAsync("a");
        var token = TvToken.New();
        var set = (
            await Contracts.WriteAsync<DeviceId?>(
                async transaction => await transaction.AddTvAsync(account.Id, "TV", token, Now),
                Stop
            )
        )
            .Value!
            .Value;
        var app = AppPassword.New();
        await Accounts.AddDeviceAsync(account.Id, "d", app.Selector, app.SecretHash, Now, Stop);

        var found = (await Accounts.FindTvAsync(token.Hash, Stop))!;
        Assert.Equal((set, account.Id, false), (found.Device, found.Account.Id, found.IsRevoked));
        Assert.Null(await Accounts.FindTvAsync(app.SecretHash, Stop));
        Assert.Equal(
            [("d", false), ("TV", true)],
            (await Accounts.ListDevicesAsync(account.Id, Stop)).Select(device =>
                (device.Name, device.IsTv)
            )
        );
        Assert.True(await Accounts.RevokeDeviceAsync(set, Now, Stop));
        Assert.True((await Accounts.FindTvAsync(token.Hash, Stop))!.IsRevoked);
    }

    [Fact]
    public async Task A_set_has_one_address_for_each_folder_as_long_as_it_is_used_and_the_set_is_good()
    {
        var account = await AddAsync("a");
        var set = (
            await Contracts.WriteAsync<DeviceId?>(
                async transaction =>
                    await transaction.AddTvAsync(account.Id, "TV", TvToken.New(), Now),
                Stop
            )
        )
            .Value!
            .Value;
        var actor = new Actor(account.Id, account.Name, account.Vault, set, null);
        var first = await KeepAsync([5, 6], Now);
        Assert.Equal([5L, 6], first.Select(address => address.Folder.Value));
        Assert.Equal(first[0], await FindAsync(first[0].Id, Now.AddHours(23)));
        Assert.Null(await FindAsync(first[0].Id, Now.AddHours(24)));
        Assert.Null(await FindAsync(first[0].Id + 4711, Now));

        // The same one for longer; it stays what it was.
        var again = await KeepAsync([5], Now.AddHours(1));
        Assert.Equal((first[0].Id, Now), (again[0].Id, again[0].Created));
        await ChangeAsync(transaction =>
            transaction.TouchMediaAddressAsync(first[1].Id, Now.AddHours(30))
        );
        Assert.NotNull(await FindAsync(first[1].Id, Now.AddHours(29)));
        // Sooner than it was is no later.
        await ChangeAsync(transaction => transaction.TouchMediaAddressAsync(first[1].Id, Now));
        Assert.NotNull(await FindAsync(first[1].Id, Now.AddHours(29)));

        // What is over is another one from then on, and what was not used for longest gives way.
        var fresh = await KeepAsync([5], Now.AddHours(26));
        Assert.Equal(Now.AddHours(26), fresh[0].Created);
        await KeepAsync([7, 8], Now.AddHours(27), most: 2);
        Assert.Null(await FindAsync(fresh[0].Id, Now.AddHours(27)));
        var last = await KeepAsync([7], Now.AddHours(27));
        Assert.NotNull(await FindAsync(last[0].Id, Now.AddHours(27)));
        await Accounts.RevokeDeviceAsync(set, Now.AddHours(27), Stop);
        Assert.Null(await FindAsync(last[0].Id, Now.AddHours(27)));

        async Task<MediaAddress[]> KeepAsync(long[] folders, DateTimeOffset now, int most = 10) =>
            (
                await Contracts.WriteAsync<MediaAddress[]>(
                    async transaction =>
                        (MediaAddress[])
                            [
                                .. await transaction.KeepMediaAddressesAsync(
                                    actor,
                                    [.. folders.Select(folder => new NodeId(folder))],
                                    most,
                                    now,
                                    now.AddHours(24)
                                ),
                            ],
                    Stop
                )
            ).Value;
        Task<MediaAddress?> FindAsync(long address, DateTimeOffset now) =>
            Contracts
                .ReadAsync(snapshot => snapshot.FindMediaAddressAsync(address, now), Stop)
                .AsTask();
    }

    [Fact]
    public async Task A_device_is_told_to_forget_until_it_says_that_it_has()
    {
        var account = await AddAsync("a");
        var (right, other) = (AppPassword.New(), AppPassword.New());
        var device = (
            await Accounts.AddDeviceAsync(
                account.Id,
                "d",
                right.Selector,
                right.SecretHash,
                Now,
                Stop
            )
        )!.Value;
        await Accounts.AddDeviceAsync(account.Id, "e", other.Selector, other.SecretHash, Now, Stop);

        Assert.Null(await FindAsync(right));
        Assert.False(await DoAsync(transaction => transaction.ConfirmWipeAsync(device, Now)));
        Assert.True(await DoAsync(transaction => transaction.AskWipeAsync(device, Now)));
        Assert.False(await DoAsync(transaction => transaction.AskWipeAsync(device, Now)));
        Assert.Equal(new DeviceWipe(account.Id, device, "d"), await FindAsync(right));
        Assert.Null(await FindAsync(other));
        Assert.Null(await FindAsync(AppPassword.New()));
        Assert.True(await DoAsync(transaction => transaction.ConfirmWipeAsync(device, Now)));
        Assert.False(await DoAsync(transaction => transaction.ConfirmWipeAsync(device, Now)));
        Assert.Null(await FindAsync(right));

        Task<DeviceWipe?> FindAsync(AppPassword password) =>
            Contracts.ReadAsync(snapshot => snapshot.FindWipeAsync(password), Stop).AsTask();
        async Task<bool> DoAsync(Func<IContractTransaction, ValueTask<bool>> change) =>
            (
                await Contracts.WriteAsync<bool>(
                    async transaction => await change(transaction),
                    Stop
                )
            ).Value;
    }

    [Fact]
    public async Task The_statement_about_rights_is_kept_for_one_account_until_it_is_taken_back()
    {
        var (account, other) = (await AddAsync("a"), await AddAsync("b"));
        Assert.Null(await FindAsync(account));
        await ChangeAsync(transaction =>
            transaction.SetRightsStatementAsync(account.Id, "programs-é")
        );
        Assert.Equal("programs-é", await FindAsync(account));
        Assert.Null(await FindAsync(other));
        await ChangeAsync(transaction => transaction.SetRightsStatementAsync(account.Id, null));
        Assert.Null(await FindAsync(account));

        Task<string?> FindAsync(Account of) =>
            Contracts
                .ReadAsync(snapshot => snapshot.FindRightsStatementAsync(of.Id), Stop)
                .AsTask();
    }

    private static byte[] Hash(byte of) => [of, .. new byte[31]];

    [Fact]
    public async Task A_second_factor_counts_once_confirmed_and_no_code_of_it_twice()
    {
        var account = await AddAsync("a");
        var stranger = await AddAsync("stranger");
        await ChangeAsync(async transaction =>
        {
            Assert.True(await transaction.PrepareSecondFactorAsync(account.Id, Hash(1), Now));
            // Another attempt, until one of them counts.
            Assert.True(await transaction.PrepareSecondFactorAsync(account.Id, Hash(2), Now));
            Assert.False(await transaction.TakeStepAsync(account.Id, 5));
        });
        var (waiting, found) = await FindAsync();
        Assert.Equal((null, 0), (waiting!.Confirmed, waiting.RecoveryCodes));
        Assert.Equal(Hash(2), waiting.WrappedSecret.ToArray());
        Assert.False(found.HasSecondFactor);

        await ChangeAsync(async transaction =>
        {
            Assert.False(await transaction.ConfirmSecondFactorAsync(stranger.Id, 5, Now));
            Assert.True(await transaction.ConfirmSecondFactorAsync(account.Id, 5, Now));
            Assert.False(await transaction.ConfirmSecondFactorAsync(account.Id, 6, Now));
            await transaction.SetRecoveryCodesAsync(account.Id, [Hash(3), Hash(4)]);
            await transaction.EndSignInsAsync(account.Id);
        });
        (waiting, found) = await FindAsync();
        Assert.Equal((Now, 2), (waiting!.Confirmed, waiting.RecoveryCodes));
        Assert.Equal(
            (true, account.CredentialVersion + 1),
            (found.HasSecondFactor, found.CredentialVersion)
        );

        await ChangeAsync(async transaction =>
        {
            Assert.False(await transaction.PrepareSecondFactorAsync(account.Id, Hash(9), Now));
            Assert.False(await transaction.TakeStepAsync(account.Id, 5));
            Assert.False(await transaction.TakeStepAsync(account.Id, 4));
            Assert.True(await transaction.TakeStepAsync(account.Id, 6));
            Assert.False(await transaction.TakeStepAsync(account.Id, 6));
            Assert.False(await transaction.TakeRecoveryCodeAsync(stranger.Id, Hash(3)));
            Assert.True(await transaction.TakeRecoveryCodeAsync(account.Id, Hash(3)));
            Assert.False(await transaction.TakeRecoveryCodeAsync(account.Id, Hash(3)));
            await transaction.SetRecoveryCodesAsync(account.Id, [Hash(5)]);
            Assert.False(await transaction.TakeRecoveryCodeAsync(account.Id, Hash(4)));
            Assert.False(await transaction.RemoveSecondFactorAsync(stranger.Id));
            Assert.True(await transaction.RemoveSecondFactorAsync(account.Id));
            Assert.False(await transaction.RemoveSecondFactorAsync(account.Id));
            Assert.False(await transaction.TakeRecoveryCodeAsync(account.Id, Hash(5)));
        });
        (waiting, found) = await FindAsync();
        Assert.Null(waiting);
        Assert.Equal(
            (false, account.CredentialVersion + 1),
            (found.HasSecondFactor, found.CredentialVersion)
        );

        async Task<(SecondFactor?, Account)> FindAsync() =>
            await Contracts.ReadAsync(
                async snapshot =>
                    (
                        await snapshot.FindSecondFactorAsync(account.Id),
                        (await snapshot.FindAccountAsync(account.Id))!
                    ),
                Stop
            );
    }

    private Task<BrowserSession?> FindAsync(byte token, DateTimeOffset now) =>
        Contracts
            .ReadAsync(
                snapshot => snapshot.FindSessionAsync(Hash(token), now, TimeSpan.FromHours(1)),
                Stop
            )
            .AsTask();

    private async Task ChangeAsync(Func<IContractTransaction, ValueTask> change) =>
        Assert.True(
            (
                await Contracts.WriteAsync<bool>(
                    async transaction =>
                    {
                        await change(transaction);
                        return true;
                    },
                    Stop
                )
            ).Value
        );

    protected async Task<Account> AddAsync(string name) =>
        (
            await Accounts.AddAccountAsync(
                new NewAccount { Name = name, CapacityBytes = 1_000 },
                Now,
                Stop
            )
        )!;

    private static Customer NewCustomer(Account account) =>
        new()
        {
            Account = account.Id,
            Reference = "K1",
            Main = new MainContract("M1", MainStatus.Active, Now),
            Option = "o",
            OptionVersion = 1,
            Started = Now,
        };
}
