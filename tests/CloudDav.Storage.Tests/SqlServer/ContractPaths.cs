using System.Data;
using CloudDav.Vault;

namespace CloudDav.Storage.Tests.SqlServer;

/// <summary>Issues every statement of accounts and contracts.</summary>
internal static class ContractPaths
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly AccountId s_account = new(7);

    private static readonly DeviceId s_device = new(9);

    public static async Task IssueAsync(
        SqlServerDatabase database,
        Recorder recorder,
        CancellationToken stop
    )
    {
        await SignInAsync(new SqlServerAccountStore(database), recorder, stop);
        var store = new SqlServerContractStore(database);
        recorder.Answer(
            ContractStatements.FindRoot.Server,
            Row(("RootId", 1L), ("FoldsKeys", true))
        );
        recorder.Answer(
            TelevisionStatements.KeepAddresses.Server,
            Row(("AddressId", 1L), ("Created", Now.ToUnixTimeMilliseconds()))
        );
        await store.ReadAsync(
            async snapshot =>
            {
                await AskAsync(snapshot);
                return true;
            },
            stop
        );
        await store.WriteAsync<bool>(
            async transaction =>
            {
                await ChangeAsync(transaction);
                return true;
            },
            stop
        );
    }

    private static async Task SignInAsync(
        SqlServerAccountStore accounts,
        Recorder recorder,
        CancellationToken stop
    )
    {
        var key = new byte[32];
        recorder.Answer(AccountStatements.InsertDevice.Server, Recorder.Row(9L));
        recorder.Answer(AccountStatements.Revoke.Server, Recorder.Row(7L));
        recorder.Answer(
            AccountStatements.CountTry.Server,
            Row(("Failures", 3), ("WindowEnds", Now.ToUnixTimeMilliseconds()))
        );
        recorder.RoundTrips.Clear();
        await accounts.FindAccountAsync("a", stop);
        await accounts.FindBySubjectAsync("s", stop);
        await accounts.FindDeviceAsync("a", "selector", stop);
        await accounts.FindTvAsync(key, stop);
        await accounts.FindTriesAsync(key, Now, stop);
        await accounts.FindClosedAsync(key, Now, stop);
        await accounts.ListDevicesAsync(s_account, stop);
        // A question on the way in is one round trip, and one only.
        Assert.Equal(7, recorder.RoundTrips.Count);
        Assert.NotNull(await accounts.AddAccountAsync(NewAccount("b"), Now, stop));
        await accounts.SetPasswordAsync(s_account, "hash", Now, stop);
        Assert.Equal(
            s_device,
            await accounts.AddDeviceAsync(s_account, "d", "selector", key, Now, stop)
        );
        Assert.True(await accounts.RevokeDeviceAsync(s_device, Now, stop));
        await accounts.TouchDeviceAsync(s_device, Now, stop);
        await accounts.NoteSignInAsync(s_account, "sso", Now, TimeSpan.FromHours(1), stop);
        Assert.Equal(
            [new SignInTries(3, Now)],
            await accounts.CountTryAsync([new(key, 2)], Now, TimeSpan.FromHours(1), stop)
        );
        await accounts.TakeBackTryAsync(key, Now, stop);
        await accounts.ForgetTriesAsync(key, stop);
        await accounts.NoteWrongPasswordsAsync(s_account, Now, stop);
    }

    private static async Task AskAsync(IContractSnapshot snapshot)
    {
        var vault = new VaultId(3);
        await snapshot.FindCustomerAsync("c");
        await snapshot.FindCustomerAsync(s_account);
        await snapshot.ListCustomersAsync(s_account, 10);
        await snapshot.FindMemberAsync(s_account);
        await snapshot.ListMembersAsync(s_account);
        await snapshot.FindAccountAsync(s_account);
        await snapshot.FindOptionAsync("o");
        await snapshot.FindOptionAsync("o", 2);
        await snapshot.ListOptionsAsync();
        await snapshot.LoadFactsAsync(s_account);
        await snapshot.LoadPlatformAsync();
        await snapshot.FindUsageAsync(s_account);
        await snapshot.FindMeasureAsync(5);
        await snapshot.ListMeasuresAsync(s_account, withLifted: true);
        await snapshot.ListMeasuresAsync(null, withLifted: false);
        await snapshot.FindCommandAsync("id");
        await snapshot.FindEntryAsync("register", 5);
        await snapshot.ListEntriesAsync("register", s_account, 0, 10);
        await snapshot.ListEntriesAsync("register", null, 0, 10);
        await snapshot.ListEntriesAsync("register", "key");
        await snapshot.ListCommonEntriesAsync("register");
        await snapshot.FindNodeAsync(vault, ["a", "b"]);
        await snapshot.HasNodeAsync(vault, new(1));
        await snapshot.FindShareAsync(new byte[32]);
        await snapshot.HasShareAsync(vault, new(1));
        await snapshot.ListSealedAsync(s_account, "instruction");
        await snapshot.ListTermsAsync();
        await snapshot.ListAcceptancesAsync(s_account);
        await snapshot.IsSignedInAsync(new Actor(s_account, "a", vault, s_device, 1));
        await snapshot.MeasureVaultAsync(s_account, Now);
        await snapshot.ListDevicesAsync(s_account);
        await snapshot.FindDeviceAsync(s_account, s_device);
        await snapshot.CountDevicesAsync(s_account);
        await snapshot.FindTakeBackCredentialAsync(new byte[32], Now);
        await snapshot.FindSessionAsync(new byte[32], Now, TimeSpan.FromHours(1));
        await snapshot.ListSessionsAsync(s_account, Now, TimeSpan.FromHours(1));
        await snapshot.FindSecondFactorAsync(s_account);
        await snapshot.FindLoginFlowOfPageAsync(new byte[32], Now);
        await snapshot.FindLoginFlowOfProgramAsync(new byte[32], Now);
        await snapshot.FindPairingOfPageAsync(new byte[32], Now);
        await snapshot.FindPairingOfSetAsync(new byte[32]);
        await snapshot.FindMediaAddressAsync(1, Now);
        await snapshot.FindWipeAsync(AppPassword.New());
        await snapshot.FindRightsStatementAsync(s_account);
        await snapshot.FindLifecycleAsync(s_account);
        await snapshot.ListDueAsync(Now, 10);
        await snapshot.ListEndedMeasuresAsync(Now, 10);
        await snapshot.WasTriedAsync(new EventKey(s_account, 1));
        await snapshot.FindSweptAsync();
        await snapshot.ListDestructionsAsync(s_account, 10);
        await snapshot.ListRetainedAsync(s_account, 10);
    }

    private static async Task ChangeAsync(IContractTransaction transaction)
    {
        var end = new ContractEnd(EndCause.CloudContract, Now, Now);
        await transaction.AddAccountAsync(NewAccount("c"), Now);
        await transaction.SaveCustomerAsync(
            new Customer
            {
                Account = s_account,
                Reference = "c",
                Main = new MainContract("m", MainStatus.Active, Now) { End = end },
                HasTvContract = true,
                Option = "o",
                OptionVersion = 2,
                Started = Now,
                End = end,
                DestructionStarted = Now,
                Destroyed = Now,
            }
        );
        await transaction.SaveMemberAsync(
            new Member
            {
                Account = s_account,
                Owner = new(8),
                Added = Now,
                Confirmed = Now,
                Left = end,
            }
        );
        await transaction.SetCapacityAsync(s_account, 5);
        await transaction.SetLanguageAsync(s_account, Language.French);
        await transaction.AddOptionAsync(
            new ServiceOption
            {
                Code = "o",
                Version = 2,
                Offer = "f",
                CapacityBytes = 5,
                MemberCapacityBytes = 5,
                Entitlements = ["tv"],
                Texts = new Texts(),
            },
            Now
        );
        await transaction.AddMeasureAsync(
            new Measure
            {
                Id = 0,
                Kind = MeasureKind.LegalHold,
                Account = s_account,
                Node = new(1),
                ReasonCode = "r",
                Words = new Texts(),
                SetBy = "s",
                Since = Now,
                Until = Now,
            }
        );
        await transaction.AddMeasureAsync(
            new Measure
            {
                Id = 0,
                Kind = MeasureKind.Protection,
                Account = s_account,
                Node = new(1),
                ReasonCode = "r",
                SetBy = "s",
                Since = Now,
            }
        );
        await transaction.LiftMeasureAsync(5, "s", Now);
        await transaction.SavePlatformAsync(PlatformFacts.Normal with { ModeEnds = Now });
        await transaction.AddCommandAsync(new DoneCommand("id", new byte[32], "{}", Now));
        await transaction.ForgetCommandsAsync(Now, 10);
        var entry = new RegisterEntry
        {
            Register = "register",
            Account = s_account,
            Key = "key",
            Since = Now,
            Until = Now,
            Closed = Now,
            Body = "{}",
        };
        await transaction.SaveEntryAsync(entry);
        await transaction.SaveEntryAsync(entry with { Id = 5 });
        await transaction.SaveTermsAsync(new TermsVersion("v", Now, Now, new Texts()));
        await transaction.AddAcceptanceAsync(
            new TermsAcceptance(s_account, "v", Language.Dutch, Door.Browser, Now)
        );
        await transaction.RecordAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Operator,
                At = Now,
                Actor = "a",
                Act = "b",
            }
        );
        await transaction.EmitAsync(
            new ServiceEvent
            {
                Account = s_account,
                Type = "t",
                OccurredAt = Now,
            }
        );
        await transaction.ReopenWindowAsync(s_account, Now);
        await transaction.SaveLifecycleAsync(
            new AccountLifecycle
            {
                Account = s_account,
                Announced = Standing.Closed,
                Due = Now,
                Opened = Now,
                Reminders = Reminders.Started,
                FirstReminder = 1,
                Reminded = Now,
                Closed = Now,
            }
        );
        await transaction.MarkDueAsync(default, 10);
        await transaction.MarkSweptAsync("end");
        await transaction.BeginDestructionAsync(
            new DestructionRecord
            {
                Account = s_account,
                Vault = new(3),
                Cause = EndCause.Service,
                Started = Now,
            }
        );
        await transaction.AllowDestructionAsync(Now);
        await transaction.AddDeviceAsync(s_account, "d", "selector", new byte[32], Now);
        await transaction.RenameDeviceAsync(s_device, "e");
        await transaction.RevokeDeviceAsync(s_device, Now);
        await transaction.SetPasswordAsync(s_account, null);
        await transaction.SignOutEverywhereAsync(s_account, Now);
        await transaction.EndSharesAsync(s_account);
        await transaction.AddTakeBackCredentialAsync(s_account, new byte[32], Now, Now);
        await transaction.DropTakeBackCredentialsAsync(s_account);
        var actor = new Actor(s_account, "a", new(3), null, 1);
        await transaction.AddSessionAsync(
            new NewSession
            {
                Actor = actor,
                TokenHash = new byte[32],
                Agent = "browser",
                Address = "::1",
                Expires = Now,
                Way = SignInWay.Password,
                Proved = Now,
            },
            most: 10,
            Now
        );
        await transaction.TouchSessionAsync(new(1), Now);
        await transaction.ProveSessionAsync(new(1), Now);
        await transaction.RemoveSessionAsync(new byte[32]);
        await transaction.RemoveSessionAsync(s_account, new SessionId(1));
        await transaction.RemoveOtherSessionsAsync(s_account, new SessionId(1));
        await transaction.PrepareSecondFactorAsync(s_account, new byte[61], Now);
        await transaction.ConfirmSecondFactorAsync(s_account, 1, Now);
        await transaction.TakeStepAsync(s_account, 2);
        await transaction.SetRecoveryCodesAsync(s_account, [new byte[32]]);
        await transaction.TakeRecoveryCodeAsync(s_account, new byte[32]);
        await transaction.RemoveSecondFactorAsync(s_account);
        await transaction.EndSignInsAsync(s_account);
        await transaction.AddLoginFlowAsync(
            new LoginFlow
            {
                PollHash = new byte[32],
                Agent = "program",
                Address = "::1",
                Created = Now,
                Expires = Now,
            },
            new byte[32]
        );
        await transaction.GrantLoginFlowAsync(new byte[32], actor, Now);
        await transaction.RemoveLoginFlowAsync(new byte[32]);
        await transaction.AddPairingAsync(
            new TvPairing
            {
                DeviceHash = new byte[32],
                Client = "box",
                Name = "TV",
                Address = "::1",
                Created = Now,
                Expires = Now,
            },
            new byte[32]
        );
        await transaction.CountPairingLookAsync(new byte[32]);
        await transaction.NotePairingPollAsync(new byte[32], TimeSpan.FromSeconds(5), Now);
        await transaction.GrantPairingAsync(new byte[32], actor, Now);
        await transaction.RefusePairingAsync(new byte[32], Now);
        await transaction.RemovePairingAsync(new byte[32]);
        await transaction.AddTvAsync(s_account, "TV", TvToken.New(), Now);
        await transaction.KeepMediaAddressesAsync(
            actor with
            {
                Device = s_device,
            },
            [new(5)],
            10,
            Now,
            Now
        );
        await transaction.TouchMediaAddressAsync(1, Now);
        await transaction.SetRightsStatementAsync(s_account, "1");
        await transaction.AskWipeAsync(s_device, Now);
        await transaction.ConfirmWipeAsync(s_device, Now);
    }

    private static NewAccount NewAccount(string name) =>
        new()
        {
            Name = name,
            CapacityBytes = 5,
            HouseholdOwner = s_account,
            PasswordHash = "hash",
            ExternalSubject = "s",
        };

    private static DataTable Row(params (string Name, object Value)[] values)
    {
        var table = Recorder.Row([.. values.Select(value => value.Value)]);
        for (var i = 0; i < values.Length; i++)
            table.Columns[i].ColumnName = values[i].Name;
        return table;
    }
}
