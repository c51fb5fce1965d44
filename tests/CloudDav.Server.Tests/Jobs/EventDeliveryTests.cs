using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Testing;
using CloudDav.Vault;
using CloudNative.CloudEvents.SystemTextJson;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Settings;

namespace CloudDav.Server.Tests.Jobs;

/// <summary>Events on their way to a receiver that delays, fails, refuses, moves away or is not there.</summary>
public sealed class EventDeliveryTests : IAsyncDisposable
{
    private const string Secret = "a secret of the tests that has 32 bytes or more";
    private static readonly AccountId s_one = new(1);
    private static readonly AccountId s_two = new(2);

    private readonly FakeTimeProvider _time = new(new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero));
    private readonly List<CloudDavHost> _hosts = [];
    private readonly JobRounds _rounds = new();
    private readonly LogLines _log = new();
    private WireMockServer _receiver = WireMockServer.Start();

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts))
            await host.DisposeAsync();
        _rounds.Dispose();
        _receiver.Stop();
        _receiver.Dispose();
    }

    [Fact]
    public async Task An_event_arrives_as_a_signed_cloud_event()
    {
        Answer(200);
        var host = await StartAsync();
        await AddAsync(host, s_one, EventTypes.StandingChanged, """{"standing":"take-back"}""");

        var message = Assert.Single(await ReceivedAsync(1));

        Assert.Equal("POST", message.Method);
        Assert.Equal(
            "application/cloudevents+json; charset=utf-8",
            Assert.Single(message.Headers!["Content-Type"])
        );
        var sent = new JsonEventFormatter().DecodeStructuredModeMessage(
            message.BodyAsBytes,
            contentType: null,
            extensionAttributes: null
        );
        Assert.Equal(EventTypes.StandingChanged, sent.Type);
        Assert.Equal("urn:clouddav", sent.Source!.ToString());
        Assert.Equal("accounts/1", sent.Subject);
        Assert.Equal(_time.Start, sent.Time);
        Assert.Equal("0000000000000000001", sent["sequence"]);
        Assert.Equal(
            """{"standing":"take-back"}""",
            JsonSerializer.Serialize((JsonElement)sent.Data!)
        );
        Assert.Equal((await EventsAsync(host, s_one)).Single().Id.ToString(), sent.Id);

        var (stamp, keyId, signature) = Signature(message);
        Assert.Equal("key-7", keyId);
        Assert.InRange(
            long.Parse(stamp, CultureInfo.InvariantCulture),
            _time.Start.ToUnixTimeSeconds(),
            _time.GetUtcNow().ToUnixTimeSeconds()
        );
        Assert.Equal(
            HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(Secret),
                (byte[])[.. Encoding.ASCII.GetBytes(stamp + "."), .. message.BodyAsBytes!]
            ),
            Convert.FromHexString(signature)
        );
    }

    [Fact]
    public async Task A_secret_is_for_the_receiver_alone_and_blanked_once_it_has_it()
    {
        Answer(200);
        var host = await StartAsync();
        var keys = host.Services.GetRequiredService<EventKeys>();
        await AddAsync(
            host,
            s_one,
            EventTypes.TakeBackCredential,
            """{"customer":"c-1"}""",
            keys.Seal("one-time-secret-of-the-test")
        );

        var message = Assert.Single(await ReceivedAsync(1));

        using var sent = JsonDocument.Parse(message.BodyAsBytes!);
        var data = sent.RootElement.GetProperty("data");
        Assert.Equal("c-1", data.GetProperty("customer").GetString());
        Assert.Equal(
            "one-time-secret-of-the-test",
            Decrypt(data.GetProperty("secret").GetString()!)
        );
        await UntilAsync(async () =>
            (await EventsAsync(host, s_one)).Single()
                is { State: EventState.Delivered, IsSecretGone: true, Event.SealedSecret: null }
        );
        _rounds.Forget();
        await host.StopAsync();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(host.Folder, "metadata")))
            Assert.Equal(
                -1,
                (await File.ReadAllBytesAsync(file))
                    .AsSpan()
                    .IndexOf("one-time-secret-of-the-test"u8)
            );
    }

    [Fact]
    public async Task A_secret_whose_time_is_over_is_not_sent()
    {
        Answer(500);
        var host = await StartAsync();
        var sealedSecret = host.Services.GetRequiredService<EventKeys>().Seal("secret");
        await AddAsync(host, s_one, EventTypes.TakeBackCredential, secret: sealedSecret);
        await ReceivedAsync(1);
        _receiver.Reset();
        Answer(200);

        _time.Advance(ServiceEvent.SecretLife);

        await UntilAsync(async () =>
            (await EventsAsync(host, s_one)).Single()
                is { State: EventState.Dead, LastError: "its secret ran out", IsSecretGone: true }
        );
        Assert.Empty(_receiver.LogEntries);
    }

    [Fact]
    public async Task Faults_of_the_receiver_delay_an_account_but_neither_lose_nor_reorder_its_events()
    {
        _receiver
            .Given(
                Request
                    .Create()
                    .WithBody(body => body!.Contains("accounts/1\"", StringComparison.Ordinal))
            )
            .InScenario("faults")
            .WillSetStateTo("well", 3)
            .RespondWith(Response.Create().WithStatusCode(500).WithBody("body of the receiver"));
        _receiver
            .Given(
                Request
                    .Create()
                    .WithBody(body => body!.Contains("accounts/1\"", StringComparison.Ordinal))
            )
            .InScenario("faults")
            .WhenStateIs("well")
            .WillSetStateTo("well")
            .RespondWith(Response.Create().WithStatusCode(204));
        _receiver
            .Given(
                Request
                    .Create()
                    .WithBody(body => body!.Contains("accounts/2\"", StringComparison.Ordinal))
            )
            .RespondWith(Response.Create().WithStatusCode(200));
        var host = await StartAsync();
        foreach (var type in (string[])["first", "second", "third"])
            await AddAsync(host, s_one, type);
        foreach (var type in (string[])["other 1", "other 2"])
            await AddAsync(host, s_two, type);

        await ReceivedAsync(8);

        var sent = Sent().ToList();
        Assert.Equal(
            ["first", "first", "first", "first", "second", "third"],
            sent.Where(one => one.Subject == "accounts/1").Select(one => one.Type)
        );
        Assert.Equal(
            ["other 1", "other 2"],
            sent.Where(one => one.Subject == "accounts/2").Select(one => one.Type)
        );
        // The other account was done before the first one's second try.
        Assert.Equal(3, sent.Take(3).Select(one => one.Id).Distinct().Count());
        Assert.Equal(5, sent.Select(one => one.Id).Distinct().Count());
        var first = (await EventsAsync(host, s_one))[0];
        Assert.Equal((EventState.Delivered, 4), (first.State, first.Attempts));
        // 1 + 2 + 4 seconds, of which up to half is left to chance.
        Assert.InRange((first.SettledAt!.Value - first.Event.OccurredAt).TotalSeconds, 3.5, 30);
        Assert.DoesNotContain(_log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(
            _log.Lines,
            line => line.Contains("body of the receiver", StringComparison.Ordinal)
        );
        Assert.Contains(_log.Lines, line => line.Contains("HTTP 500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_gets_everything_when_it_comes()
    {
        var port = _receiver.Port;
        var host = await StartAsync();
        _receiver.Stop();
        await AddAsync(host, s_one, "first");
        await AddAsync(host, s_one, "second");
        await UntilAsync(async () => (await EventsAsync(host, s_one))[0].Attempts > 1);
        Assert.Equal("ConnectionError", (await EventsAsync(host, s_one))[0].LastError);

        _receiver = WireMockServer.Start(new WireMockServerSettings { Port = port });
        Answer(200);

        await ReceivedAsync(2);
        Assert.Equal(["first", "second"], Sent().Select(one => one.Type));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_in_time_is_tried_again()
    {
        _receiver
            .Given(Request.Create())
            .InScenario("slow")
            .WillSetStateTo("quick")
            .RespondWith(Response.Create().WithStatusCode(200).WithDelay(4_000));
        _receiver
            .Given(Request.Create())
            .InScenario("slow")
            .WhenStateIs("quick")
            .WillSetStateTo("quick")
            .RespondWith(Response.Create().WithStatusCode(200));
        var host = await StartAsync(new() { ["Events:TimeoutSeconds"] = "1" });
        await AddAsync(host, s_one, "first");
        _time.Advance(TimeSpan.FromSeconds(1));

        // By the real clock: the fake one would end the lease while the receiver thinks.
        for (var i = 0; i < 100 && (await EventsAsync(host, s_one))[0].Attempts == 0; i++)
            await Task.Delay(100);
        Assert.Equal("no answer within 1 s", (await EventsAsync(host, s_one))[0].LastError);

        await UntilAsync(async () =>
            (await EventsAsync(host, s_one))[0].State == EventState.Delivered
        );
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var elsewhere = WireMockServer.Start();
        elsewhere.Given(Request.Create()).RespondWith(Response.Create().WithStatusCode(200));
        _receiver
            .Given(Request.Create())
            .RespondWith(
                Response.Create().WithStatusCode(307).WithHeader("Location", elsewhere.Url!)
            );
        var host = await StartAsync();
        await AddAsync(host, s_one, "first");

        await ReceivedAsync(2);

        var only = (await EventsAsync(host, s_one)).Single();
        Assert.Equal((EventState.Waiting, "HTTP 307"), (only.State, only.LastError));
        Assert.Empty(elsewhere.LogEntries);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    [InlineData(415)]
    [InlineData(422)]
    public async Task An_event_that_is_refused_is_a_dead_letter_at_once_and_the_next_one_goes(
        int status
    )
    {
        _receiver
            .Given(
                Request
                    .Create()
                    .WithBody(body => body!.Contains("\"first\"", StringComparison.Ordinal))
            )
            .RespondWith(Response.Create().WithStatusCode(status));
        _receiver
            .Given(
                Request
                    .Create()
                    .WithBody(body => body!.Contains("\"second\"", StringComparison.Ordinal))
            )
            .RespondWith(Response.Create().WithStatusCode(200));
        var host = await StartAsync();
        await AddAsync(host, s_one, "first");
        await AddAsync(host, s_one, "second");

        await ReceivedAsync(2);

        await UntilAsync(async () =>
            (await EventsAsync(host, s_one)).Select(one => one.State).ToList()
                is [EventState.Dead, EventState.Delivered]
        );
        var dead = Assert.Single(await Outbox(host).ListDeadAsync(default, 10, default));
        Assert.Equal(($"HTTP {status}", 1), (dead.LastError, dead.Attempts));
        Assert.Equal(2, _receiver.LogEntries.Count);

        // Once the receiver is mended, the dead letter is sent like any other.
        _receiver.ResetMappings();
        Answer(200);
        Assert.True(await Outbox(host).ReviveAsync(dead.Key, _time.GetUtcNow(), default));
        await ReceivedAsync(3);
        Assert.Equal(dead.Id.ToString(), Sent().Last().Id);
    }

    [Fact]
    public async Task An_event_that_failed_too_often_is_given_up()
    {
        Answer(503);
        var host = await StartAsync(new() { ["Events:MaxAttempts"] = "3" });
        var measured = new ConcurrentQueue<string>();
        using var listener = Listen(host, measured);
        await AddAsync(host, s_one, "first");

        await UntilAsync(async () => (await EventsAsync(host, s_one))[0].State == EventState.Dead);

        Assert.Equal(3, _receiver.LogEntries.Count);
        Assert.Contains(
            _log.Lines,
            line => line.Contains("given up after 3 tries: HTTP 503", StringComparison.Ordinal)
        );
        await UntilAsync(() => Task.FromResult(measured.Count == 4));
        Assert.Equal(1, measured.Count(name => name == "clouddav.events.dead"));
    }

    [Fact]
    public async Task A_receiver_is_left_alone_for_as_long_as_it_asks()
    {
        _receiver
            .Given(Request.Create())
            .RespondWith(Response.Create().WithStatusCode(429).WithHeader("Retry-After", "30"));
        var host = await StartAsync();
        await AddAsync(host, s_one, "first");
        await ReceivedAsync(1);
        await UntilAsync(async () => (await EventsAsync(host, s_one))[0].Attempts == 1);
        var tried = (await EventsAsync(host, s_one))[0].LastTry!.Value;

        await ReceivedAsync(2);

        await UntilAsync(async () => (await EventsAsync(host, s_one))[0].Attempts == 2);
        Assert.InRange(
            ((await EventsAsync(host, s_one))[0].LastTry!.Value - tried).TotalSeconds,
            30,
            40
        );
    }

    [Fact]
    public async Task A_receiver_that_is_gone_gets_nothing_for_a_while_and_nothing_is_lost()
    {
        Answer(410);
        var host = await StartAsync();
        await AddAsync(host, s_one, "first");
        await ReceivedAsync(1);
        await AddAsync(host, s_two, "other");
        for (var i = 0; i < 30; i++)
            await StepAsync();
        Assert.Single(_receiver.LogEntries);
        Assert.Equal(0, (await EventsAsync(host, s_one))[0].Attempts);

        _receiver.Reset();
        Answer(200);

        await ReceivedAsync(2);
        Assert.Equal(["first", "other"], Sent().Select(one => one.Type).Order());
    }

    [Fact]
    public async Task A_restart_goes_on_where_it_was()
    {
        Answer(500);
        var host = await StartAsync();
        await AddAsync(host, s_one, "first");
        await AddAsync(host, s_one, "second");
        await ReceivedAsync(1);
        _rounds.Forget();
        await host.StopAsync();
        _receiver.Reset();
        Answer(200);

        await host.StartAsync();
        await _rounds.WatchAsync(host.Services, EventDelivery.JobName);

        await ReceivedAsync(2);
        Assert.Equal(["first", "second"], Sent().Select(one => one.Type));
    }

    [Fact]
    public async Task Two_nodes_deliver_every_event_once_and_in_order()
    {
        Answer(200);
        var one = await StartAsync();
        var two = await one.StartAnotherAsync();
        _hosts.Add(two);
        await _rounds.WatchAsync(two.Services, EventDelivery.JobName);
        const int Accounts = 10;
        const int Each = 5;
        for (var i = 0; i < Each; i++)
        for (var account = 1; account <= Accounts; account++)
            await AddAsync(i % 2 == 0 ? one : two, new(account), $"event {i}");

        await ReceivedAsync(Accounts * Each);
        for (var i = 0; i < 5; i++)
            await StepAsync();

        Assert.Equal(Accounts * Each, _receiver.LogEntries.Count);
        foreach (var account in Sent().GroupBy(sent => sent.Subject))
            Assert.Equal(
                Enumerable.Range(0, Each).Select(i => $"event {i}"),
                account.Select(sent => sent.Type)
            );
    }

    [Fact]
    public async Task Without_an_address_events_wait_and_are_dropped_when_they_are_old()
    {
        var host = await StartAsync(
            new() { ["Events:Address"] = null, ["Events:KeepDays"] = "60" }
        );
        await AddAsync(host, s_one, "first");
        for (var i = 0; i < 59; i++)
            await StepAsync(TimeSpan.FromDays(1));
        Assert.Equal(EventState.Waiting, (await EventsAsync(host, s_one)).Single().State);

        await UntilAsync(
            async () => (await EventsAsync(host, s_one)).Count == 0,
            TimeSpan.FromHours(6)
        );
    }

    [Fact]
    public void The_rest_doubles_up_to_the_longest()
    {
        var options = new EventsOptions();

        Assert.Equal(
            [5.0, 10.0, 20.0, 2_560.0, 3_600.0, 3_600.0],
            ((int[])[1, 2, 3, 10, 11, 10_000]).Select(failures =>
                EventDelivery.Backoff(options, failures).TotalSeconds
            )
        );
    }

    private async Task<CloudDavHost> StartAsync(Dictionary<string, string?>? settings = null)
    {
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Events:Address"] = _receiver.Url + "/events",
            ["Events:Secret"] = Secret,
            ["Events:KeyId"] = "key-7",
            ["Events:FirstRetrySeconds"] = "1",
            ["Events:LongestRetrySeconds"] = "60",
            ["Logging:LogLevel:Default"] = "Debug",
        };
        foreach (var (name, value) in settings ?? [])
            all[name] = value;
        if (all["Events:Address"] is null)
            all.Remove("Events:Address");
        var host = await CloudDavHost.StartAsync(
            new()
            {
                Settings = all,
                Time = _time,
                HasDemoPeople = false,
                Replace = services => services.AddSingleton<ILoggerProvider>(_log),
            }
        );
        _hosts.Add(host);
        await _rounds.WatchAsync(
            host.Services,
            all.ContainsKey("Events:Address") ? EventDelivery.JobName : Housekeeping.JobName
        );
        return host;
    }

    private static MeterListener Listen(CloudDavHost host, ConcurrentQueue<string> measured)
    {
        var meters = host.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, all) =>
            {
                if (
                    instrument.Name.StartsWith("clouddav.events.", StringComparison.Ordinal)
                    && ReferenceEquals(instrument.Meter.Scope, meters)
                )
                    all.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, _, _, _) => measured.Enqueue(instrument.Name)
        );
        listener.Start();
        return listener;
    }

    private void Answer(int status) =>
        _receiver.Given(Request.Create()).RespondWith(Response.Create().WithStatusCode(status));

    private static IOutbox Outbox(CloudDavHost host) =>
        host.Services.GetRequiredService<VaultParts>().Outbox;

    private async Task AddAsync(
        CloudDavHost host,
        AccountId account,
        string type,
        string data = "{}",
        string? secret = null
    ) =>
        await Outbox(host)
            .AddAsync(
                new ServiceEvent
                {
                    Account = account,
                    Type = type,
                    OccurredAt = _time.GetUtcNow(),
                    Data = data,
                    SealedSecret = secret,
                },
                CancellationToken.None
            );

    private static async Task<IReadOnlyList<QueuedEvent>> EventsAsync(
        CloudDavHost host,
        AccountId account
    ) => await Outbox(host).ListAsync(account, 0, 100, CancellationToken.None);

    private IEnumerable<(string Id, string Type, string Subject)> Sent() =>
        _receiver
            .LogEntries.Select(entry => JsonDocument.Parse(entry.RequestMessage!.BodyAsBytes!))
            .Select(sent =>
                (
                    sent.RootElement.GetProperty("id").GetString()!,
                    sent.RootElement.GetProperty("type").GetString()!,
                    sent.RootElement.GetProperty("subject").GetString()!
                )
            );

    // The clock goes on in steps, and the server does what each step brings.
    private Task StepAsync(TimeSpan? step = null) =>
        _rounds.AdvanceAsync(_time, step ?? TimeSpan.FromSeconds(1));

    private async Task UntilAsync(Func<Task<bool>> isDone, TimeSpan? step = null)
    {
        for (var i = 0; i < 500; i++)
        {
            if (await isDone())
                return;
            await StepAsync(step);
        }
        Assert.Fail("It did not happen: " + string.Join('\n', _log.Lines));
    }

    private async Task<List<IRequestMessage>> ReceivedAsync(int count)
    {
        await UntilAsync(() => Task.FromResult(_receiver.LogEntries.Count >= count));
        return [.. _receiver.LogEntries.Select(entry => entry.RequestMessage!)];
    }

    private static (string Stamp, string KeyId, string Signature) Signature(IRequestMessage message)
    {
        var parts = Assert
            .Single(message.Headers!["CloudDav-Signature"])
            .Split(", ")
            .Select(part => part.Split('=', 2))
            .ToDictionary(part => part[0], part => part[1]);
        return (parts["t"], parts["kid"], parts["v1"]);
    }

    // As a receiver does it, from Jobs/README.md.
    private static string Decrypt(string jwe)
    {
        var parts = jwe.Split('.');
        Assert.Equal(
            """{"alg":"dir","enc":"A256GCM","kid":"key-7"}""",
            Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0]))
        );
        Assert.Equal("", parts[1]);
        var key = HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            Encoding.UTF8.GetBytes(Secret),
            32,
            info: "CloudDav event secret"u8.ToArray()
        );
        var cipher = Base64Url.DecodeFromChars(parts[3]);
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(
            Base64Url.DecodeFromChars(parts[2]),
            cipher,
            Base64Url.DecodeFromChars(parts[4]),
            plain,
            Encoding.ASCII.GetBytes(parts[0])
        );
        return Encoding.UTF8.GetString(plain);
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

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
        )
        {
            lock (_lines)
                _lines.Add(formatter(state, exception) + exception);
        }

        public void Dispose() { }
    }
}
