using System.Collections.Concurrent;
using System.Net;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Tests.Jobs;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using WireMock.ResponseBuilders;

namespace CloudDav.Server.Tests.MainContracts;

/// <summary>The daily reconciliation in whole servers, with an inventory over HTTP and a clock that is moved by hand.</summary>
public sealed class ReconciliationJobTests : IAsyncLifetime
{
    private const string Alarm = "clouddav.main_contracts.alarm";

    // 10:00 in Brussels; the job is due at 02:30 there, 00:30 UTC.
    private static readonly DateTimeOffset s_start = new(2026, 5, 12, 8, 0, 0, TimeSpan.Zero);

    private readonly FakeInventory _inventory = new();
    private readonly FakeTimeProvider _time = new(s_start);
    private readonly JobRounds _rounds = new();
    private readonly LogLines _log = new();
    private readonly string _folder = Directory
        .CreateTempSubdirectory("clouddav-reconciliation-")
        .FullName;

    public async ValueTask InitializeAsync()
    {
        // The customers are there before any server knows an inventory.
        await using var host = await StartAsync(new Dictionary<string, string?>());
        await AddCustomersAsync(host, 12);
        for (var i = 1; i <= 12; i++)
            _inventory.Knows($"m-{i}", "active");
    }

    public ValueTask DisposeAsync()
    {
        _rounds.Dispose();
        _inventory.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_runs_once_a_day_on_one_of_many_nodes()
    {
        await using var one = await StartAsync();
        await using var other = await one.StartAnotherAsync();
        await _rounds.WatchAsync(other.Services, ReconciliationJob.JobName);
        AssertAsked(1);

        // Not before half past two, and then on one of them.
        await PassAsync(TimeSpan.FromHours(16));
        AssertAsked(1);
        await PassAsync(TimeSpan.FromHours(1));
        AssertAsked(2);

        for (var day = 3; day <= 5; day++)
        {
            await PassAsync(TimeSpan.FromDays(1));
            AssertAsked(day);
        }
    }

    [Fact]
    public async Task A_main_contract_that_ended_opens_the_take_back_window_and_nobody_else_notices()
    {
        _inventory.Server.ResetMappings();
        _inventory.GivesTokens("token-1");
        for (var i = 4; i <= 12; i++)
            _inventory.Knows($"m-{i}", "active");
        _inventory.Knows("m-1", "terminated", "2026-05-10T22:00:00Z");
        _inventory.Says("m-2", "<h1>Not now</h1>", "text/html");

        await using var host = await StartAsync();

        Assert.NotNull((await FindAsync(host, "c-1")).Main.End);
        var upload = await host.Client("customer1").PutAsync("/dav/new", "x");
        Assert.Equal(403, upload.Status);
        Assert.Contains("take-back-window", upload.Text, StringComparison.Ordinal);
        Assert.Equal(207, (await host.Client("customer1").PropfindAsync("/dav/")).Status);
        foreach (var name in (string[])["customer2", "customer3", "customer4"])
            Assert.Equal(201, (await host.Client(name).PutAsync("/dav/new", "x")).Status);
        Assert.Contains("does not know main contract m-3", _log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("customer", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_would_end_too_many_alarms_every_day_and_changes_nothing()
    {
        for (var i = 1; i <= 4; i++)
            _inventory.Knows($"m-{i}", "terminated");

        await using var host = await StartAsync();
        using var measured = new Measurements(host.Services);

        Assert.True(_log.Has(LogLevel.Critical, 1204));
        Assert.Null((await FindAsync(host, "c-1")).Main.End);
        await PassAsync(TimeSpan.FromDays(1));
        Assert.True(measured.Of(Alarm) > 0);
        Assert.Null((await FindAsync(host, "c-1")).Main.End);
        Assert.Equal(201, (await host.Client("customer1").PutAsync("/dav/new", "x")).Status);
    }

    [Fact]
    public async Task A_silent_inventory_is_asked_again_in_an_hour_and_nobody_loses_access()
    {
        _inventory.Server.ResetMappings();
        _inventory.GivesTokens("token-1");
        _inventory
            .Server.Given(FakeInventory.Product("*"))
            .RespondWith(Response.Create().WithStatusCode(HttpStatusCode.ServiceUnavailable));

        await using var host = await StartAsync();
        using var measured = new Measurements(host.Services);
        Assert.True(_log.Has(LogLevel.Warning, 1203));
        Assert.Equal(201, (await host.Client("customer1").PutAsync("/dav/new", "x")).Status);

        _inventory.Server.ResetMappings();
        _inventory.GivesTokens("token-1");
        _inventory.Knows("m-1", "terminated");
        await PassAsync(TimeSpan.FromMinutes(59));
        Assert.Null((await FindAsync(host, "c-1")).Main.End);
        await PassAsync(TimeSpan.FromMinutes(1));
        Assert.NotNull((await FindAsync(host, "c-1")).Main.End);
        Assert.Equal(0, measured.Of(Alarm));
    }

    [Theory]
    [InlineData("2026-05-12T08:00:00Z", "2026-05-13T00:30:00Z")]
    [InlineData("2026-05-13T00:29:59Z", "2026-05-13T00:30:00Z")]
    [InlineData("2026-05-13T00:30:00Z", "2026-05-14T00:30:00Z")]
    // The clocks jump from two to three.
    [InlineData("2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
    // They go back from three to two: once is enough.
    [InlineData("2026-10-24T12:00:00Z", "2026-10-25T01:30:00Z")]
    [InlineData("2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z")]
    public void The_next_run_is_at_its_time_of_day_by_the_operators_clock(
        string now,
        string expected
    ) =>
        Assert.Equal(
            At(expected),
            ReconciliationJob.Next(
                At(now),
                new TimeOnly(2, 30),
                TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels")
            )
        );

    private static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    // The first run of the job is over when it returns.
    private async Task<CloudDavHost> StartAsync()
    {
        var host = await StartAsync(
            new Dictionary<string, string?>(_inventory.Settings(), StringComparer.Ordinal)
            {
                ["MainContract:Retries"] = "0",
                ["MainContract:PageSize"] = "5",
                ["Logging:LogLevel:Default"] = "Information",
            }
        );
        await _rounds.WatchAsync(host.Services, ReconciliationJob.JobName);
        return host;
    }

    private Task PassAsync(TimeSpan span) => _rounds.AdvanceAsync(_time, span);

    private Task<CloudDavHost> StartAsync(Dictionary<string, string?> settings) =>
        CloudDavHost.StartAsync(
            new()
            {
                Folder = _folder,
                HasDemoPeople = false,
                Time = _time,
                Settings = settings,
                Replace = services => services.AddSingleton<ILoggerProvider>(_log),
            }
        );

    private void AssertAsked(int times) =>
        Assert.All(
            Enumerable.Range(1, 12),
            number => Assert.Equal(times, _inventory.Asked($"m-{number}"))
        );

    private static async Task<Customer> FindAsync(CloudDavHost host, string reference) =>
        (
            await Contracts(host)
                .ReadAsync(
                    snapshot => snapshot.FindCustomerAsync(reference),
                    TestContext.Current.CancellationToken
                )
        )!;

    private static IContractStore Contracts(CloudDavHost host) =>
        host.Services.GetRequiredService<VaultParts>().Contracts;

    private static async Task AddCustomersAsync(CloudDavHost host, int count)
    {
        for (var i = 1; i <= count; i++)
            await host.AddPersonAsync($"customer{i}", 1 << 20);
        var accounts = host.Services.GetRequiredService<IAccountStore>();
        await Contracts(host)
            .WriteAsync<bool>(
                async transaction =>
                {
                    await transaction.AddOptionAsync(
                        new ServiceOption
                        {
                            Code = "basic",
                            Version = 1,
                            Offer = "cloud",
                            CapacityBytes = 1 << 20,
                            MemberCapacityBytes = 0,
                            Entitlements = [],
                            Texts = new Texts { En = "Basic" },
                        },
                        s_start
                    );
                    return true;
                },
                TestContext.Current.CancellationToken
            );
        for (var i = 1; i <= count; i++)
        {
            var account = (
                await accounts.FindAccountAsync(
                    SignInName.Key($"customer{i}"),
                    TestContext.Current.CancellationToken
                )
            )!;
            var customer = new Customer
            {
                Account = account.Id,
                Reference = $"c-{i}",
                Main = new MainContract($"m-{i}", MainStatus.Active, s_start),
                Option = "basic",
                OptionVersion = 1,
                Started = s_start,
            };
            await Contracts(host)
                .WriteAsync<bool>(
                    async transaction =>
                    {
                        await transaction.SaveCustomerAsync(customer);
                        return true;
                    },
                    TestContext.Current.CancellationToken
                );
        }
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<(LogLevel Level, int Id, string Text)> _lines = new();

        public string Text => string.Join('\n', _lines.Select(line => line.Text));

        public bool Has(LogLevel level, int id) =>
            _lines.Any(line => line.Level == level && line.Id == id);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _lines.Enqueue((logLevel, eventId.Id, formatter(state, exception)));

        public void Dispose() { }
    }
}
