using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using CloudDav.Vault;

namespace CloudDav.Server.Hosting;

/// <summary>
/// The people of the demo, password <c>demo</c> each: a household, a neighbour, and one customer for each way a contract can stand. They come to be by the commands
/// that the operator's systems give, and what the customer does then, so what is shown is what an operator gets. A seed that was interrupted goes on: every command is carried out once.
/// </summary>
internal sealed class DemoPeople
{
    private const string TermsVersion = "2026-1";
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;

    private readonly VaultParts _parts;
    private readonly ContractDesk _contracts;
    private readonly MeasureDesk _measures;
    private readonly PlatformDesk _platform;
    private readonly RegisterDesk _registers;
    private readonly CustomerDesk _customers;
    private readonly TimeProvider _time;
    private readonly string _passwordHash;
    private readonly CancellationToken _stop;

    private DemoPeople(
        VaultParts parts,
        TimeProvider time,
        int passwordIterations,
        CancellationToken stop
    )
    {
        var commands = new CommandDesk(parts.Contracts, parts.Vaults.Policy, time);
        _parts = parts;
        _contracts = new ContractDesk(commands, inventory: null);
        _measures = new MeasureDesk(commands);
        _platform = new PlatformDesk(commands);
        _registers = new RegisterDesk(commands, parts.Contracts, time);
        _customers = new CustomerDesk(
            parts.Contracts,
            parts.Audit,
            parts.Vaults.Policy,
            maxDevices: 0,
            time
        );
        _time = time;
        _passwordHash = PasswordHash.Create("demo", passwordIterations);
        _stop = stop;
    }

    /// <summary>Makes whoever is missing.</summary>
    /// <returns>True when anybody was made.</returns>
    public static async Task<bool> SeedAsync(
        VaultParts parts,
        TimeProvider time,
        int passwordIterations,
        CancellationToken cancellationToken
    )
    {
        // The last one to be made, with a password in the end.
        var last = await parts.Accounts.FindAccountAsync("nina", cancellationToken);
        if (last?.PasswordHash is not null)
            return false;
        await new DemoPeople(parts, time, passwordIterations, cancellationToken).SeedAsync();
        return true;
    }

    private async Task SeedAsync()
    {
        // Made by an earlier version, whose last one she was.
        if ((await _parts.Accounts.FindAccountAsync("mia", _stop))?.PasswordHash is null)
            await SeedFirstAsync();
        await PublishAsync();
        foreach (var name in (string[])["alice", "carol", "olivia", "tess", "sven", "mia"])
            await AcceptTermsAsync(name);
        // May add nothing for a while.
        if (await OrderAsync("paul", "comfort") is { } paul)
        {
            await PutAsync(paul, "Garden.txt", "Roses, beans, a pear tree.\n"u8.ToArray());
            await AcceptTermsAsync("paul");
            Must(
                await _measures.SetAsync(
                    Command("restrict-paul"),
                    new NewMeasure
                    {
                        Kind = MeasureKind.Suspension,
                        Switches = Switches.Upload | Switches.ShareWithFriends,
                        Account = paul.Account,
                        ReasonCode = "abuse",
                        Reference = "N-2041",
                        Until = _time.GetUtcNow().AddDays(14),
                        Words = new Texts
                        {
                            Nl =
                                "We kregen een klacht over wat u gedeeld hebt. Bel ons op 0800 12345.",
                            Fr =
                                "Nous avons reçu une plainte sur ce que vous avez partagé. Appelez-nous au 0800 12345.",
                            De =
                                "Uns liegt eine Beschwerde über das vor, was Sie geteilt haben. Rufen Sie uns an: 0800 12345.",
                            En =
                                "We received a complaint about what you shared. Call us on 0800 12345.",
                        },
                    },
                    _stop
                )
            );
        }
        // Has not accepted the terms yet.
        await OrderAsync("nina", "comfort");
        foreach (var name in (string[])["paul", "nina"])
            await GivePasswordAsync(name);
    }

    private async Task SeedFirstAsync()
    {
        await OfferAsync("trial", MiB, 0, "Proef", "Essai", "Probe", "Trial");
        await OfferAsync("comfort", 50 * GiB, 5 * GiB, "Comfort", "Confort", "Komfort", "Comfort");

        await OrderAsync("alice", "comfort");
        await AddMemberAsync("alice", "bob");
        await ConfirmAsync("alice", "bob");
        await OrderAsync("carol", "comfort");

        // Chose a smaller option than she needs.
        if (await OrderAsync("olivia", "comfort") is { } olivia)
        {
            await PutAsync(
                olivia,
                "Holiday.mp4",
                RandomNumberGenerator.GetBytes((int)(3 * MiB / 2))
            );
            await PutAsync(olivia, "Letter.txt", "What is here stays here.\n"u8.ToArray());
            Must(
                await _contracts.ChangeOptionAsync(
                    Command("smaller-olivia"),
                    "demo-olivia",
                    "trial",
                    _stop
                )
            );
        }
        // Has ended her contract.
        if (await OrderAsync("tess", "comfort") is { } tess)
        {
            await PutAsync(tess, "Photo album.txt", "Do not forget me.\n"u8.ToArray());
            Must(
                await _contracts.EndAsync(
                    Command("end-tess"),
                    "demo-tess",
                    _time.GetUtcNow(),
                    _stop
                )
            );
        }
        // Is suspended.
        if (await OrderAsync("sven", "comfort") is { } sven)
        {
            await PutAsync(sven, "Notes.txt", "Pay the bill.\n"u8.ToArray());
            Must(
                await _measures.SetAsync(
                    Command("suspend-sven"),
                    new NewMeasure
                    {
                        Kind = MeasureKind.Suspension,
                        Switches = Switches.Whole,
                        Account = sven.Account,
                        ReasonCode = "unpaid",
                        Words = new Texts
                        {
                            Nl = "Uw factuur is niet betaald. Bel ons op 0800 12345.",
                            Fr = "Votre facture n'est pas payée. Appelez-nous au 0800 12345.",
                            De = "Ihre Rechnung ist nicht bezahlt. Rufen Sie uns an: 0800 12345.",
                            En = "Your bill has not been paid. Call us on 0800 12345.",
                        },
                    },
                    _stop
                )
            );
        }
        // Has a vault in which nothing fits any more.
        if (await OrderAsync("mia", "trial") is { } mia)
            await PutAsync(mia, "Everything.bin", RandomNumberGenerator.GetBytes((int)MiB));
        foreach (var name in (string[])["alice", "bob", "carol", "olivia", "tess", "sven", "mia"])
            await GivePasswordAsync(name);
    }

    // What the law and the contract let customers see beside their own: terms, and who else processes their data.
    private async Task PublishAsync()
    {
        Must(
            await _platform.PublishTermsAsync(
                Command("terms"),
                TermsVersion,
                new Texts
                {
                    Nl =
                        "Uw cloud is van u. Wat u erin bewaart, blijft privé; wat u deelt, daarvoor hebt u de rechten.\nNa het einde van uw contract hebt u 30 dagen om alles terug te nemen.",
                    Fr =
                        "Votre cloud est à vous. Ce que vous y conservez reste privé ; ce que vous partagez, vous en détenez les droits.\nAprès la fin de votre contrat, vous avez 30 jours pour tout reprendre.",
                    De =
                        "Ihre Cloud gehört Ihnen. Was Sie darin aufbewahren, bleibt privat; an dem, was Sie teilen, haben Sie die Rechte.\nNach dem Ende Ihres Vertrags haben Sie 30 Tage, um alles zurückzunehmen.",
                    En =
                        "Your cloud is yours. What you keep in it stays private; to what you share you hold the rights.\nAfter the end of your contract you have 30 days to take everything back.",
                },
                requiredFrom: null,
                _stop
            )
        );
        Must(
            await _registers.AddSubProcessorAsync(
                Command("sub-processor"),
                new SubProcessor
                {
                    Name = "Demo Datacenters NV",
                    Task = new Texts
                    {
                        Nl = "Gebouwen, stroom en netwerk voor de servers.",
                        Fr = "Bâtiments, électricité et réseau pour les serveurs.",
                        De = "Gebäude, Strom und Netz für die Server.",
                        En = "Buildings, power and network for the servers.",
                    },
                    Country = "BE",
                    ObjectionsUntil = _time.GetUtcNow().AddDays(30),
                },
                _time.GetUtcNow().AddDays(45),
                _stop
            )
        );
    }

    private async Task AcceptTermsAsync(string name) =>
        Must(
            await _customers.AcceptTermsAsync(
                await ActorAsync(name),
                TermsVersion,
                Language.English,
                _stop
            )
        );

    private async Task OfferAsync(
        string code,
        long capacity,
        long memberCapacity,
        string nl,
        string fr,
        string de,
        string en
    ) =>
        Must(
            await _contracts.AddOptionAsync(
                Command("offer-" + code),
                new ServiceOption
                {
                    Code = code,
                    Version = 0,
                    Offer = "demo",
                    CapacityBytes = capacity,
                    MemberCapacityBytes = memberCapacity,
                    Entitlements = [ServiceOption.TvEntitlement],
                    Texts = new Texts
                    {
                        Nl = nl,
                        Fr = fr,
                        De = de,
                        En = en,
                    },
                },
                _stop
            )
        );

    /// <returns>Who has ordered; null for somebody who was there before, without a contract, and is left as they were.</returns>
    private async Task<Actor?> OrderAsync(string name, string option)
    {
        var ordered = await _contracts.AcceptOrderAsync(
            Command("order-" + name),
            new Order
            {
                Customer = "demo-" + name,
                MainContract = "demo-line-" + name,
                Main = new MainReport(MainStatus.Active, null),
                HasTvContract = true,
                Option = option,
                Language = Language.English,
                SignInName = name,
            },
            _stop
        );
        if (ordered.Refusal is { Rule: RefusalRule.NameTaken })
            return null;
        Must(ordered);
        return await ActorAsync(name);
    }

    private async Task AddMemberAsync(string customer, string name)
    {
        var added = await _contracts.AddMemberAsync(
            Command("member-" + name),
            "demo-" + customer,
            new NewMember { SignInName = name },
            _stop
        );
        if (added.Refusal is not { Rule: RefusalRule.NameTaken or RefusalRule.NotFound })
            Must(added);
    }

    // As the customer does it, who has then seen who is in the household.
    private async Task ConfirmAsync(string customer, string name)
    {
        var (owner, member) = (await ActorAsync(customer), await ActorAsync(name));
        var confirmed = await _customers.ConfirmMemberAsync(owner, member.Account, _stop);
        if (confirmed.Refusal is not { Rule: RefusalRule.NotFound })
            Must(confirmed);
    }

    private async Task<Actor> ActorAsync(string name)
    {
        var account = (await _parts.Accounts.FindAccountAsync(name, _stop))!;
        return new Actor(account.Id, account.Name, account.Vault, null, null);
    }

    private async Task GivePasswordAsync(string name)
    {
        var account = (await _parts.Accounts.FindAccountAsync(name, _stop))!;
        if (account.PasswordHash is null)
            await _parts.Accounts.SetPasswordAsync(
                account.Id,
                _passwordHash,
                _time.GetUtcNow(),
                _stop
            );
    }

    private async Task PutAsync(Actor actor, string name, byte[] content)
    {
        var session = _parts.Vaults.Open(actor, new Vault.SessionOptions());
        var put = await session.WriteAsync(
            [name],
            new Upload
            {
                Body = PipeReader.Create(new MemoryStream(content)),
                DeclaredLength = content.Length,
            },
            // Whoever seeds again leaves what is there.
            new ChangeGuard { Expectations = [new ExpectedState([name], null)] },
            _stop
        );
        if (put.Refusal is not { Rule: RefusalRule.ConditionFailed })
            Must(put);
    }

    private static Instruction Command(string id) =>
        new("demo-" + id, "demo", SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static void Must<T>(VaultResult<T> result)
    {
        if (result.Refusal is { } refusal)
            throw new InvalidOperationException($"The demo's people were refused: {refusal.Rule}");
    }
}
