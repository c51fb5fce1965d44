using System.Globalization;
using CloudDav.Server.Hosting;
using CloudDav.Server.Tests.Wire;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.Contracts;

/// <summary>What the operator does to a server's accounts, with a command id for each act.</summary>
internal sealed class OperatorActs
{
    public static readonly Texts Words = new()
    {
        Nl = "Betaal de open rekening.",
        Fr = "Payez la facture ouverte.",
        En = "Pay the open bill.",
    };

    private readonly TestCloud _cloud;
    private readonly MeasureDesk _measures;
    private readonly PlatformDesk _platform;
    private int _commands;

    public OperatorActs(TestCloud cloud)
    {
        _cloud = cloud;
        var commands = new CommandDesk(
            cloud.Services.GetRequiredService<VaultParts>().Contracts,
            cloud.Services.GetRequiredService<VaultParts>().Vaults.Policy,
            cloud.Clock
        );
        _measures = new MeasureDesk(commands);
        _platform = new PlatformDesk(commands);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async Task<AccountId> AccountOfAsync(WireClient tree) =>
        (
            await _cloud
                .Services.GetRequiredService<IAccountStore>()
                .FindAccountAsync(SignInName.Key(TestCloud.UserOf(tree)), Stop)
        )!.Id;

    public async Task<Measure> SuspendAsync(
        WireClient tree,
        Switches switches,
        DateTimeOffset? until = null
    ) =>
        await SetAsync(
            new NewMeasure
            {
                Kind = MeasureKind.Suspension,
                Switches = switches,
                Account = await AccountOfAsync(tree),
                ReasonCode = "unpaid",
                Words = Words,
                Until = until,
            }
        );

    public async Task<Measure> BlockAsync(
        WireClient tree,
        string path,
        bool isLegalOrder = false
    ) =>
        await SetAsync(
            new NewMeasure
            {
                Kind = MeasureKind.Block,
                Account = await AccountOfAsync(tree),
                Path = path.Split('/', StringSplitOptions.RemoveEmptyEntries),
                ReasonCode = "notice",
                Words = new Texts { En = "A notice says that it is not yours." },
                IsLegalOrder = isLegalOrder,
            }
        );

    public async Task<Measure> SetAsync(NewMeasure measure) =>
        (await _measures.SetAsync(NewInstruction(), measure, Stop)).Value;

    public async Task LiftAsync(Measure measure) =>
        Assert.True(
            (await _measures.LiftAsync(NewInstruction(), measure.Kind, measure.Id, Stop)).IsSuccess
        );

    public async Task SetModeAsync(PlatformMode mode, DateTimeOffset? ends = null) =>
        Assert.True(
            (await _platform.SetModeAsync(NewInstruction(), mode, ends, null, Stop)).IsSuccess
        );

    public async Task SetDoorAsync(Door door, Capability? capabilities) =>
        Assert.True(
            (await _platform.SetDoorAsync(NewInstruction(), door, capabilities, Stop)).IsSuccess
        );

    /// <summary>Makes somebody a customer with an option of this code, whose contract has ended when told so.</summary>
    public async Task MakeCustomerAsync(
        WireClient tree,
        string option,
        DateTimeOffset? ended = null
    )
    {
        var account = await AccountOfAsync(tree);
        var now = _cloud.Clock.GetUtcNow();
        var made = await _cloud
            .Services.GetRequiredService<IContractStore>()
            .WriteAsync<bool>(
                async transaction =>
                {
                    if (await transaction.FindOptionAsync(option) is null)
                        await transaction.AddOptionAsync(
                            new ServiceOption
                            {
                                Code = option,
                                Version = 1,
                                Offer = "cloud",
                                CapacityBytes = TestCloud.Plenty,
                                MemberCapacityBytes = 0,
                                Entitlements = [],
                                Texts = Words,
                            },
                            now
                        );
                    await transaction.SaveCustomerAsync(
                        new Customer
                        {
                            Account = account,
                            Reference = $"C{account.Value}",
                            Main = new MainContract($"M{account.Value}", MainStatus.Active, now),
                            Option = option,
                            OptionVersion = 1,
                            Started = now.AddYears(-1),
                            End = ended is { } end
                                ? new ContractEnd(EndCause.CloudContract, end, end)
                                : null,
                        }
                    );
                    return true;
                },
                Stop
            );
        Assert.True(made.IsSuccess);
    }

    private Instruction NewInstruction() =>
        new(
            Interlocked.Increment(ref _commands).ToString(CultureInfo.InvariantCulture),
            "tester",
            new byte[32]
        );
}
