using System.Net;
using System.Net.Sockets;
using System.Text;
using CloudDav.Server.Options;
using CloudDav.Server.Verbs;
using CloudDav.Testing;
using Microsoft.Extensions.Configuration;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>The program as a person starts it: its verbs, what it prints, and what it says when it cannot.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly string _folder = Directory
        .CreateDirectory(Path.Combine(Path.GetTempPath(), $"clouddav-program-{Guid.NewGuid():N}"))
        .FullName;

    private string Data => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_demo_says_where_it_is_and_who_is_there_and_keeps_everything_over_a_restart()
    {
        await using (var demo = await StartAsync("demo", "--port", "0", "--data", Data))
        {
            foreach (var name in (string[])["alice", "bob", "carol"])
            {
                Assert.Contains($"{name, -5}  demo", demo.Output, StringComparison.Ordinal);
                using var client = new DavClient(demo.Address, name, "demo");
                Assert.Equal(207, (await client.PropfindAsync("/dav/")).Status);
            }
            using var alice = new DavClient(demo.Address, "alice", "demo");
            Assert.Equal(201, (await alice.PutAsync("/dav/kept.txt", "kept")).Status);
            Assert.Equal(0, await demo.StopAsync());
        }

        await using (var demo = await StartAsync("demo", "--port", "0", "--data", Data))
        {
            using var alice = new DavClient(demo.Address, "alice", "demo");
            Assert.Equal("kept", (await alice.GetAsync("/dav/kept.txt")).Text);
        }
        foreach (var part in (string[])["metadata", "content", "keys"])
            Assert.True(Directory.Exists(Path.Combine(Data, part)));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    [InlineData("example.net")]
    public async Task The_demo_listens_on_loopback_only(string address)
    {
        var (code, _, error) = await RunAsync("demo", "--address", address, "--data", Data);

        AssertOneSentence(code, error, "loopback");
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task The_demo_does_not_answer_to_foreign_names()
    {
        await using var demo = await StartAsync("demo", "--port", "0", "--data", Data);
        using var client = new DavClient(demo.Address, "alice", "demo");

        Assert.Equal(
            403,
            (await client.PropfindAsync("/dav/", "0", null, ("Host", "rebound.example.net"))).Status
        );
        Assert.Equal(
            207,
            (await client.PropfindAsync("/dav/", "0", null, ("Host", "localhost"))).Status
        );
    }

    [Fact]
    public async Task A_port_in_use_is_one_sentence()
    {
        using var taken = new Socket(
            AddressFamily.InterNetwork,
            SocketType.Stream,
            ProtocolType.Tcp
        );
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port.ToString(
            System.Globalization.CultureInfo.InvariantCulture
        );

        var (code, _, error) = await RunAsync("demo", "--port", port, "--data", Data);

        AssertOneSentence(code, error, "port is in use");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_one_sentence()
    {
        var (code, _, error) = await RunAsync("demo", "--port", "0", "--data", "/proc/clouddav");

        AssertOneSentence(code, error, "cannot be written");
    }

    [Fact]
    public async Task A_lost_key_is_one_sentence_at_the_start()
    {
        await using (var demo = await StartAsync("demo", "--port", "0", "--data", Data))
        {
            using var alice = new DavClient(demo.Address, "alice", "demo");
            await alice.PutAsync("/dav/secret.txt", "secret");
        }
        foreach (var key in Directory.EnumerateFiles(Path.Combine(Data, "keys"), "vault-*.key"))
            File.Delete(key);

        var (code, _, error) = await RunAsync("demo", "--port", "0", "--data", Data);

        AssertOneSentence(code, error, "Restore the key folder");
    }

    [Fact]
    public async Task Devices_are_made_listed_and_revoked_while_the_server_runs()
    {
        await using var demo = await StartAsync("demo", "--port", "0", "--data", Data);

        var (added, output, _) = await RunAsync(
            "device",
            "add",
            "ALICE",
            "--name",
            "My laptop",
            "--data",
            Data
        );
        Assert.Equal(0, added);
        var password = output.Split("shown this once: ")[1].Trim();
        using var laptop = new DavClient(demo.Address, "alice", password);
        Assert.Equal(207, (await laptop.PropfindAsync("/dav/")).Status);

        var (listed, list, _) = await RunAsync("device", "list", "alice", "--data", Data);
        Assert.Equal(0, listed);
        Assert.Contains("My laptop", list, StringComparison.Ordinal);
        Assert.DoesNotContain(password, list, StringComparison.Ordinal);

        var (revoked, _, _) = await RunAsync("device", "revoke", "1", "--data", Data);
        Assert.Equal(0, revoked);
        Assert.Equal(401, (await laptop.PropfindAsync("/dav/")).Status);
        var (again, _, error) = await RunAsync("device", "revoke", "1", "--data", Data);
        AssertOneSentence(again, error, "revoked before");
    }

    [Fact]
    public async Task Check_finds_what_is_broken_while_the_server_runs()
    {
        await using var demo = await StartAsync("demo", "--port", "0", "--data", Data);
        using var alice = new DavClient(demo.Address, "alice", "demo");
        Assert.Equal(201, (await alice.PutAsync("/dav/big", new byte[200_000])).Status);
        var (code, output, _) = await RunAsync("check", "--deep", "--data", Data);
        Assert.Equal(0, code);
        Assert.Contains("Everything is in order", output, StringComparison.Ordinal);

        // The demo's people have larger files.
        var blob = Directory
            .EnumerateFiles(Path.Combine(Data, "content"), "*", SearchOption.AllDirectories)
            .Single(file => new FileInfo(file).Length is > 100_000 and < 300_000);
        var bytes = await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken);
        bytes[100_000] ^= 1;
        File.Delete(blob);
        await File.WriteAllBytesAsync(blob, bytes, TestContext.Current.CancellationToken);
        var (broken, list, _) = await RunAsync("check", "--deep", "--data", Data);
        Assert.Equal(1, broken);
        Assert.Contains("BROKEN", list, StringComparison.Ordinal);

        File.Delete(blob);
        var (missing, missingList, _) = await RunAsync("check", "--data", Data);
        Assert.Equal(1, missing);
        Assert.Contains("BROKEN", missingList, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrub_marks_what_is_damaged_and_leaves_it_as_it_is_while_the_server_runs()
    {
        await using var demo = await StartAsync("demo", "--port", "0", "--data", Data);
        using var alice = new DavClient(demo.Address, "alice", "demo");
        Assert.Equal(201, (await alice.PutAsync("/dav/big", new byte[200_000])).Status);
        var (code, output, _) = await RunAsync("scrub", "--data", Data);
        Assert.Equal(0, code);
        Assert.Contains("Everything is in order", output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("scrub", "--known", "--data", Data)).Code);

        // The demo's people have larger files.
        var blob = Directory
            .EnumerateFiles(Path.Combine(Data, "content"), "*", SearchOption.AllDirectories)
            .Single(file => new FileInfo(file).Length is > 100_000 and < 300_000);
        var bytes = await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken);
        bytes[100_000] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes, TestContext.Current.CancellationToken);
        var (damaged, list, _) = await RunAsync("scrub", "--data", Data);
        Assert.Equal(1, damaged);
        Assert.Contains($"blob {Path.GetFileName(blob)}", list, StringComparison.Ordinal);
        Assert.Contains("1 damaged, 0 could not be judged", list, StringComparison.Ordinal);
        Assert.Equal(
            bytes,
            await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken)
        );
        var (known, marks, _) = await RunAsync("scrub", "--known", "--data", Data);
        Assert.Equal(1, known);
        Assert.Contains("DAMAGED  account ", marks, StringComparison.Ordinal);

        bytes[100_000] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes, TestContext.Current.CancellationToken);
        var (good, again, _) = await RunAsync("scrub", "--data", Data);
        Assert.Equal(0, good);
        Assert.Contains("GOOD  vault ", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_of_a_running_server_is_tested_and_restored_with_the_copy_of_its_keys()
    {
        var backup = Path.Combine(_folder, "backup");
        var elsewhere = Path.Combine(_folder, "elsewhere");
        var keys = Path.Combine(elsewhere, "keys");
        await using (var demo = await StartAsync("demo", "--port", "0", "--data", Data))
        {
            using var alice = new DavClient(demo.Address, "alice", "demo");
            Assert.Equal(201, (await alice.PutAsync("/dav/kept.txt", "kept")).Status);
            var (code, output, _) = await RunAsync(
                "backup",
                backup,
                "--keys",
                keys,
                "--data",
                Data
            );
            Assert.Equal(0, code);
            Assert.Contains("is a backup of ", output, StringComparison.Ordinal);
            Assert.Equal(204, (await alice.DeleteAsync("/dav/kept.txt")).Status);
            var (again, _, error) = await RunAsync("backup", backup, "--data", Data);
            AssertOneSentence(again, error, "has something in it");
            var (tested, told, _) = await RunAsync("restore", backup, "--test", "--data", Data);
            Assert.Equal(0, tested);
            Assert.Contains("This is recorded.", told, StringComparison.Ordinal);
        }

        var (restored, list, _) = await RunAsync("restore", backup, "--data", elsewhere);

        Assert.Equal(0, restored);
        Assert.Contains("every content read and compared", list, StringComparison.Ordinal);
        await using var other = await StartAsync("demo", "--port", "0", "--data", elsewhere);
        using var client = new DavClient(other.Address, "alice", "demo");
        Assert.Equal("kept", (await client.GetAsync("/dav/kept.txt")).Text);
        var (full, _, refused) = await RunAsync("restore", backup, "--data", elsewhere);
        AssertOneSentence(full, refused, "has something in it");
    }

    [Fact]
    public async Task A_vault_is_exported_into_an_empty_folder_and_its_customer_sees_that()
    {
        var target = Path.Combine(_folder, "export");
        await using var demo = await StartAsync("demo", "--port", "0", "--data", Data);
        using var alice = new DavClient(demo.Address, "alice", "demo");
        Assert.Equal(201, (await alice.PutAsync("/dav/a%3Ab", "kept")).Status);

        var (code, output, _) = await RunAsync("export", "ALICE", target, "--data", Data);

        Assert.Equal(0, code);
        Assert.Contains("NAME  a%3Ab: a:b", output, StringComparison.Ordinal);
        Assert.Contains(
            "each compared with its hash; 1 name changed",
            output,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "kept",
            await File.ReadAllTextAsync(
                Path.Combine(target, "a%3Ab"),
                TestContext.Current.CancellationToken
            )
        );
        var log = await alice.GetAsync("/api/v1/access-log");
        Assert.Contains("vault.exported", log.Text, StringComparison.Ordinal);
        var (again, _, error) = await RunAsync("export", "alice", target, "--data", Data);
        AssertOneSentence(again, error, "has something in it");
        var (nobody, _, unknown) = await RunAsync("export", "nobody", target + "2", "--data", Data);
        AssertOneSentence(nobody, unknown, "no account nobody");
        var (refused, _, why) = await RunAsync("export", "sven", target + "3", "--data", Data);
        AssertOneSentence(refused, why, "Suspended");
    }

    [Fact]
    public async Task The_audit_is_verified_while_the_server_runs_and_its_first_broken_link_is_named()
    {
        await using var demo = await StartAsync("demo", "--port", "0", "--data", Data);
        var (code, output, _) = await RunAsync("audit", "verify", "--data", Data);
        Assert.Equal(0, code);
        // The operator's, and one for each of the demo's people; jobs may add entries at any time.
        Assert.Contains("Everything is in order: 10 chains, ", output, StringComparison.Ordinal);
        Assert.Contains("The operator's chain ends with entry ", output, StringComparison.Ordinal);
        var (one, alice, _) = await RunAsync(
            "audit",
            "verify",
            "--account",
            "ALICE",
            "--data",
            Data
        );
        Assert.Equal(0, one);
        Assert.Contains("Everything is in order: 1 chain, ", alice, StringComparison.Ordinal);

        var metadata = Path.Combine(Data, "metadata", "clouddav.db");
        // Its provider first: it says how SQLite is set up in this process.
        Storage.SqliteDatabase.Migrate(metadata);
        await using (
            var connection = new Microsoft.Data.Sqlite.SqliteConnection(
                $"Data Source={metadata};Pooling=False"
            )
        )
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var tamper = connection.CreateCommand();
            tamper.CommandText = "UPDATE audit SET actor = 'nobody' WHERE chain = 2 AND seq = 1";
            Assert.Equal(
                1,
                await tamper.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)
            );
        }

        var (broken, list, _) = await RunAsync("audit", "verify", "--data", Data);
        Assert.Equal(1, broken);
        Assert.Contains(
            "BROKEN  The chain of account 2: entry 1 was changed.",
            list,
            StringComparison.Ordinal
        );
        Assert.Contains("1 chain is broken.", list, StringComparison.Ordinal);
        var (other, _, error) = await RunAsync(
            "audit",
            "verify",
            "--account",
            "nobody",
            "--data",
            Data
        );
        AssertOneSentence(other, error, "nobody");
    }

    [Fact]
    public async Task Events_that_were_given_up_are_listed_and_sent_again()
    {
        var (code, output, _) = await RunAsync(["account", "add", "eve", "--data", Data], "\n");
        Assert.Equal(0, code);
        (code, output, _) = await RunAsync("event", "dead", "--data", Data);
        Assert.Equal(0, code);
        Assert.Contains("No event was given up.", output, StringComparison.Ordinal);
        using (
            var database = new Storage.SqliteDatabase(Path.Combine(Data, "metadata", "clouddav.db"))
        )
        {
            var outbox = new Storage.SqliteOutbox(database);
            var now = TimeProvider.System.GetUtcNow();
            await outbox.AddAsync(
                new Vault.ServiceEvent
                {
                    Account = new(1),
                    Type = Vault.EventTypes.ShareBlocked,
                    OccurredAt = now,
                },
                TestContext.Current.CancellationToken
            );
            await outbox.MarkDeadAsync(
                new(new(1), 1),
                "HTTP 422",
                now,
                TestContext.Current.CancellationToken
            );
        }

        (code, output, _) = await RunAsync("event", "dead", "--data", Data);
        Assert.Equal(0, code);
        Assert.Contains("org.clouddav.share.blocked: HTTP 422", output, StringComparison.Ordinal);
        (code, _, _) = await RunAsync("event", "retry", "1", "1", "--data", Data);
        Assert.Equal(0, code);
        (code, _, var error) = await RunAsync("event", "retry", "1", "1", "--data", Data);
        AssertOneSentence(code, error, "no event 1 that was given up");
        using (
            var database = new Storage.SqliteDatabase(Path.Combine(Data, "metadata", "clouddav.db"))
        )
        {
            var page = await new Storage.SqliteAuditLog(database).ReadAsync(
                Vault.AuditChainId.Of(new Vault.AccountId(1)),
                0,
                100,
                TestContext.Current.CancellationToken
            );
            var entry = Assert.Single(
                page.Records,
                record => record.Entry.Act == Vault.AuditActs.EventRetried
            );
            Assert.Equal("event:1", entry.Entry.Subject);
            Assert.Equal(Vault.AuditActors.Console, entry.Entry.Actor);
        }
    }

    [Fact]
    public async Task Check_does_not_make_an_empty_folder_a_data_folder()
    {
        var (code, _, error) = await RunAsync("check", "--data", Data);

        AssertOneSentence(code, error, "no metadata");
        Assert.False(Directory.Exists(Data));
    }

    [Theory]
    [InlineData(
        "{ \"Listen\": { \"KeepAliveSeconds\": 5 } }",
        "Listen:KeepAliveSeconds is 5; it takes 10 to 3600."
    )]
    [InlineData("{ \"Listen\": { \"HttpPort\": \"eighty\" } }", "'eighty' at 'Listen:HttpPort'")]
    [InlineData("{ \"Listen\": { \"HttpPrt\": 80 } }", "HttpPrt")]
    [InlineData("{ \"Lisen\": { \"HttpPort\": 80 } }", "Lisen")]
    [InlineData("{ \"Listen\": { \"TrustedProxies\": [\"proxy\"] } }", "'proxy'")]
    [InlineData("{ \"Dav\": { \"AllowedOrigins\": [\"example.net\"] } }", "'example.net'")]
    [InlineData("{ \"SignIn\": { \"Authority\": \"http://login.example.net\" } }", "https")]
    [InlineData(
        "{ \"SignIn\": { \"ClientId\": \"pages\" } }",
        "SignIn:Authority must be set when SignIn:ClientId is."
    )]
    [InlineData(
        "{ \"SignIn\": { \"Authority\": \"https://login.example.net\", \"Audience\": \"a\", \"ClientSecret\": \"x\" } }",
        "SignIn:ClientId must be set when SignIn:ClientSecret is."
    )]
    [InlineData(
        "{ \"SignIn\": { \"Authority\": \"https://login.example.net\", \"Audience\": \"a\", \"ClientId\": \"pages\", \"ClientSecret\": \"x\", \"ClientSecretFile\": \"y\" } }",
        "Only one of SignIn:ClientSecret and SignIn:ClientSecretFile may be set."
    )]
    [InlineData(
        "{ \"MainContract\": { \"Address\": \"http://inventory.example.net\" } }",
        "MainContract:Address 'http://inventory.example.net' must be an https address"
    )]
    [InlineData(
        "{ \"MainContract\": { \"Address\": \"https://inventory.example.net\" } }",
        "MainContract:TokenAddress"
    )]
    [InlineData("{ \"MainContract\": { \"DailyAt\": \"25:00\" } }", "MainContract:DailyAt")]
    [InlineData(
        "{ \"Events\": { \"Address\": \"http://example.net/\", \"Secret\": \"s\" } }",
        "Events:Address 'http://example.net/' must be an https address"
    )]
    [InlineData(
        "{ \"Events\": { \"Address\": \"https://user:word@example.net/\", \"Secret\": \"s\" } }",
        "Events:Address 'https://...@example.net/' must be an https address"
    )]
    [InlineData(
        "{ \"Events\": { \"Address\": \"https://example.net/#events\", \"Secret\": \"s\" } }",
        "Events:Address 'https://example.net/#events' must be an https address"
    )]
    [InlineData("{ \"Events\": { \"Address\": \"https://example.net/\" } }", "Events:SecretFile")]
    [InlineData("{ \"Events\": { \"Secret\": \"short\" } }", "has 5 bytes; it takes 32 or more")]
    [InlineData("{ \"Events\": { \"SecretFile\": \"nowhere\" } }", "nowhere")]
    [InlineData("{ \"Events\": { \"KeyId\": \"a,b\" } }", "Events:KeyId 'a,b'")]
    [InlineData(
        "{ \"Operator\": { \"Authority\": \"http://login.example.net\", \"Audience\": \"a\" } }",
        "Operator:Authority 'http://login.example.net' must be an https address"
    )]
    [InlineData(
        "{ \"Operator\": { \"Authority\": \"https://user:word@login.example.net\", \"Audience\": \"a\" } }",
        "Operator:Authority 'https://...@login.example.net' must be an https address"
    )]
    [InlineData(
        "{ \"Operator\": { \"Authority\": \"https://login.example.net#realm\", \"Audience\": \"a\" } }",
        "Operator:Authority 'https://login.example.net#realm' must be an https address"
    )]
    [InlineData(
        "{ \"Storage\": { \"Country\": \"US\" } }",
        "Storage:TransferBasis must say what allows personal data to be in US"
    )]
    [InlineData(
        "{ \"Storage\": { \"Azure\": { \"Address\": \"https://a.example.net\" } } }",
        "Storage:Country must name the country"
    )]
    [InlineData(
        "{ \"Storage\": { \"Country\": \"US\", \"Azure\": { \"Address\": \"https://a.example.net\" } } }",
        "Storage:TransferBasis must say what allows personal data to be in US"
    )]
    [InlineData(
        "{ \"Storage\": { \"Country\": \"IE\", \"Azure\": { \"Address\": \"http://a.example.net\" } } }",
        "Storage:Azure:Address 'http://a.example.net' must be an https address"
    )]
    [InlineData(
        "{ \"Storage\": { \"Country\": \"IE\", \"Azure\": { \"Address\": \"https://a.example.net\", \"ConnectionString\": \"x\" } } }",
        "Only one of Storage:Azure:Address"
    )]
    [InlineData(
        "{ \"Storage\": { \"Country\": \"IE\", \"Azure\": { \"ConnectionString\": \"x\", \"IdentityClientId\": \"y\" } } }",
        "Storage:Azure:IdentityClientId is for Storage:Azure:Address"
    )]
    [InlineData(
        "{ \"Storage\": { \"Country\": \"IE\", \"Azure\": { \"ConnectionString\": \"x\", \"Container\": \"Contents\" } } }",
        "Storage:Azure:Container 'Contents'"
    )]
    [InlineData(
        "{ \"Storage\": { \"PartsPerUpload\": 9 } }",
        "Storage:PartsPerUpload is 9; it takes 10 to 100000."
    )]
    [InlineData(
        "{ \"Storage\": { \"Azure\": { \"Retries\": 21 } } }",
        "Storage:Azure:Retries is 21; it takes 0 to 20."
    )]
    [InlineData(
        "{ \"Storage\": { \"Country\": \"IE\", \"Azure\": { \"ConnectionString\": \"nonsense\" } } }",
        "no connection string of a storage account"
    )]
    [InlineData(
        "{ \"Storage\": { \"Country\": \"IE\", \"Azure\": { \"ConnectionStringFile\": \"nowhere\" } } }",
        "(Storage:Azure:ConnectionStringFile) cannot be read"
    )]
    [InlineData(
        "{ \"Storage\": { \"Country\": \"IE\", \"Azure\": { \"Retries\": 0, \"ConnectionString\": \"AccountName=a;AccountKey=c2VjcmV0;BlobEndpoint=http://127.0.0.1:9/a\" } } }",
        "The container clouddav (Storage:Azure:Container) cannot be used: Azure Blob Storage failed"
    )]
    [InlineData(
        "{ \"Storage\": { \"SqlServer\": { \"Server\": \"s\", \"Database\": \"d\", \"ConnectionString\": \"x\" } } }",
        "Only one of Storage:SqlServer:Server"
    )]
    [InlineData(
        "{ \"Storage\": { \"SqlServer\": { \"Server\": \"s\" } } }",
        "Storage:SqlServer:Database must be set"
    )]
    [InlineData(
        "{ \"Storage\": { \"SqlServer\": { \"Database\": \"d\" } } }",
        "are for Storage:SqlServer:Server"
    )]
    [InlineData(
        "{ \"Storage\": { \"SqlServer\": { \"ConnectionString\": \"Server=s\" } } }",
        "Storage:SqlServer:ConnectionString must name a database"
    )]
    [InlineData(
        "{ \"Storage\": { \"SqlServer\": { \"ConnectionStringFile\": \"nowhere\" } } }",
        "(Storage:SqlServer:ConnectionStringFile) cannot be read"
    )]
    [InlineData(
        "{ \"Storage\": { \"SqlServer\": { \"Connections\": 1 } } }",
        "Storage:SqlServer:Connections is 1; it takes 4 to 1000."
    )]
    [InlineData(
        "{ \"Telemetry\": { \"Prometheus\": true } }",
        "Management:Port must be set when Telemetry:Prometheus is"
    )]
    [InlineData(
        "{ \"Telemetry\": { \"OtlpAddress\": \"http://collector.example.net:4317\" } }",
        "Telemetry:OtlpAddress 'http://collector.example.net:4317' must be an https address"
    )]
    [InlineData("{ \"Telemetry\": { \"OtlpProtocol\": \"Carrier\" } }", "'Carrier'")]
    [InlineData(
        "{ \"Telemetry\": { \"OtlpHeadersFile\": \"nowhere\" } }",
        "'nowhere' is not there"
    )]
    [InlineData(
        "{ \"Telemetry\": { \"SpansPerThousand\": 1001 } }",
        "Telemetry:SpansPerThousand is 1001; it takes 0 to 1000."
    )]
    [InlineData("{ \"Management\": { \"Address\": \"inside\" } }", "Management:Address 'inside'")]
    [InlineData("{ \"Logging\": { \"Format\": \"Xml\" } }", "'Xml' at 'Logging:Format'")]
    [InlineData(
        "{ \"Logging\": { \"LogLevel\": { \"Default\": \"Loud\" } } }",
        "Logging:LogLevel:Default is 'Loud'"
    )]
    [InlineData(
        "{ \"Logging\": { \"Console\": { \"FormatterOptions\": { \"IncludeScopes\": true } } } }",
        "Console"
    )]
    [InlineData("{ \"Listen\": ", "JSON")]
    public async Task A_wrong_setting_stops_the_start_and_is_named_with_its_value(
        string json,
        string expected
    )
    {
        var file = Path.Combine(_folder, "clouddav.json");
        await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);

        var (code, _, error) = await RunAsync("serve", "--config", file);

        AssertOneSentence(code, error, expected);
    }

    [Theory]
    [InlineData(
        "{ \"Storage\": { \"SqlServer\": { \"ConnectionString\": \"Server=s;Database=d;Password=x;topsecret\" } } }",
        "is no connection string of SQL Server"
    )]
    [InlineData(
        "{ \"Storage\": { \"SqlServer\": { \"ConnectionString\": \"Server=127.0.0.1,9;Database=d;User ID=u;Password=topsecret\", \"ConnectSeconds\": 1 } } }",
        "The metadata database d on 127.0.0.1,9 (Storage:SqlServer) cannot be used: SQL Server: "
    )]
    [InlineData(
        "{ \"Events\": { \"Address\": \"https://u:topsecret@events.example.net/x\" } }",
        "Events:Address 'https://...@events.example.net/x' must be an https address"
    )]
    [InlineData(
        "{ \"MainContract\": { \"Address\": \"https://a.example.net/x?key=topsecret\" } }",
        "MainContract:Address 'https://a.example.net/x?...'"
    )]
    public async Task A_secret_in_a_wrong_setting_is_not_shown(string json, string expected)
    {
        var file = Path.Combine(_folder, "clouddav.json");
        await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);

        var (code, _, error) = await RunAsync("serve", "--config", file);

        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup", "there")]
    [InlineData("restore", "there")]
    [InlineData("restore", "there", "--test")]
    public async Task Backups_are_refused_where_metadata_is_in_sql_server(params string[] verb)
    {
        var file = Path.Combine(_folder, "clouddav.json");
        await File.WriteAllTextAsync(
            file,
            """{ "Storage": { "SqlServer": { "Server": "s", "Database": "d" } } }""",
            TestContext.Current.CancellationToken
        );

        var (code, _, error) = await RunAsync([.. verb, "--config", file]);

        AssertOneSentence(code, error, "these are in SQL Server (Storage:SqlServer)");
    }

    [Fact]
    public void The_settings_of_an_operator_are_known_to_the_server()
    {
        var settings = Settings.Read(
            new FileInfo(Path.Combine(ArchitectureTests.Root, "config", "clouddav-operator.json"))
        );

        var storage = Settings.Folders(settings);

        Assert.True(storage.SqlServer.IsUsed && storage.Azure.IsUsed);
        Assert.Equal(
            "clouddav on name.database.windows.net",
            storage.SqlServer.ToConnection().ToString()
        );
        // Without the variables that other tests are told by.
        foreach (var section in settings.GetChildren().Where(section => section.Value is null))
            Bind(section);

        static void Bind(IConfigurationSection section)
        {
            Action<BinderOptions> strictly = binder => binder.ErrorOnUnknownConfiguration = true;
            object? options = section.Key switch
            {
                StorageOptions.Section => section.Get<StorageOptions>(strictly),
                ListenOptions.Section => section.Get<ListenOptions>(strictly),
                ManagementOptions.Section => section.Get<ManagementOptions>(strictly),
                TelemetryOptions.Section => section.Get<TelemetryOptions>(strictly),
                LoggingOptions.Section => section.Get<LoggingOptions>(strictly),
                _ => null,
            };
            Assert.True(options is not null, section.Key);
        }
    }

    [Fact]
    public async Task Serve_takes_its_settings_from_the_file_and_the_environment_and_refuses_plain_http()
    {
        var file = Path.Combine(_folder, "clouddav.json");
        await File.WriteAllTextAsync(
            file,
            $$"""
            {
              "Storage": {
                "MetadataFolder": "{{Data}}/m",
                "ContentFolder": "{{Data}}/c",
                "KeyFolder": "{{_folder}}/k"
              },
              "Listen": { "Address": "127.0.0.1", "HttpPort": 1 }
            }
            """,
            TestContext.Current.CancellationToken
        );
        await using var server = await StartAsync(
            ["serve", "--config", file],
            ("CLOUDDAV_Listen__HttpPort", "0")
        );
        using var client = new DavClient(server.Address, "alice", "demo");

        var answer = await client.PropfindAsync("/dav/");

        Assert.Equal(403, answer.Status);
        Assert.Null(answer.Header("WWW-Authenticate"));
        Assert.Equal(200, (await client.GetAsync("/health/live")).Status);
    }

    [Theory]
    [InlineData("clouddav.json")]
    [InlineData("kubernetes/clouddav.yaml")]
    public async Task The_settings_that_come_with_the_server_are_accepted_by_it(string name)
    {
        var text = await File.ReadAllTextAsync(
            Path.Combine(ArchitectureTests.Root, "config", name),
            TestContext.Current.CancellationToken
        );
        if (name.EndsWith(".yaml", StringComparison.Ordinal))
        {
            var begin = text.IndexOf("clouddav.json: |\n", StringComparison.Ordinal);
            text = text[(begin + "clouddav.json: |\n".Length)..];
            text = text[..text.IndexOf("\n---", StringComparison.Ordinal)];
        }
        var file = Path.Combine(_folder, "clouddav.json");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);

        await using var server = await StartAsync(
            ["serve", "--config", file],
            ("CLOUDDAV_Storage__MetadataFolder", Path.Combine(Data, "metadata")),
            ("CLOUDDAV_Storage__ContentFolder", Path.Combine(Data, "content")),
            ("CLOUDDAV_Storage__KeyFolder", Path.Combine(Data, "keys")),
            ("CLOUDDAV_Listen__Address", "127.0.0.1"),
            ("CLOUDDAV_Listen__HttpPort", "0"),
            ("CLOUDDAV_Listen__DrainSeconds", "0"),
            ("CLOUDDAV_Management__Port", "0")
        );
        using var client = new DavClient(server.Address, null, null);

        Assert.Equal(403, (await client.GetAsync("/dav/")).Status);
    }

    [Fact]
    public async Task An_account_is_made_by_hand_and_signs_in()
    {
        var (code, _, _) = await RunAsync(
            ["account", "add", "Émile", "--capacity", "5MiB", "--data", Data],
            "s3cret\n"
        );
        Assert.Equal(0, code);
        await using var demo = await StartAsync("demo", "--port", "0", "--data", Data);
        using var client = new DavClient(demo.Address, "émile", "s3cret");
        Assert.Equal(207, (await client.PropfindAsync("/dav/")).Status);

        var (changed, _, _) = await RunAsync(
            ["account", "password", "Émile", "--data", Data],
            "other\n"
        );

        Assert.Equal(0, changed);
        Assert.Equal(401, (await client.PropfindAsync("/dav/")).Status);
    }

    [Fact]
    public async Task A_stop_lets_running_requests_end()
    {
        var body = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
        await using var demo = await StartAsync("demo", "--port", "0", "--data", Data);
        using var upload = await RawHttp.ConnectAsync(demo.Address.Port);
        await upload.SendAsync(
            $"PUT /dav/last HTTP/1.1\r\nHost: localhost\r\n{RawHttp.Basic()}Content-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n"
        );
        Assert.Equal(100, (await upload.ReadHeadAsync())!.Status);
        await upload.SendAsync(body.AsMemory(0, 1000));

        var stop = demo.StopAsync();
        await Task.Delay(300, TestContext.Current.CancellationToken);
        await upload.SendAsync(body.AsMemory(1000));

        Assert.Equal(201, (await upload.ReadAnswerAsync())!.Status);
        Assert.Equal(0, await stop);
    }

    [Fact]
    public async Task A_signal_to_stop_is_told_to_probes_at_the_management_port_while_requests_are_still_taken()
    {
        var port = FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using var server = await StartAsync(
            ["serve"],
            ("CLOUDDAV_Listen__Address", "127.0.0.1"),
            ("CLOUDDAV_Listen__HttpPort", "0"),
            ("CLOUDDAV_Listen__DrainSeconds", "6"),
            ("CLOUDDAV_Management__Port", port),
            ("CLOUDDAV_Telemetry__Prometheus", "true"),
            ("CLOUDDAV_Logging__Format", "Json")
        );
        using var management = new DavClient(new Uri($"http://127.0.0.1:{port}/"), null, null);
        using var anybody = new DavClient(server.Address, null, null);
        Assert.Equal(200, (await management.GetAsync("/health/ready")).Status);
        Assert.Equal(200, (await management.GetAsync("/metrics")).Status);
        Assert.Equal(403, (await anybody.GetAsync("/metrics")).Status);

        var stop = server.StopAsync();
        DavAnswer answer;
        do answer = await management.GetAsync("/health/ready");
        while (answer.Status == 200);

        Assert.Equal("not ready: the server is stopping\n", answer.Text);
        Assert.Equal(200, (await management.GetAsync("/health/live")).Status);
        var refused = await anybody.GetAsync("/dav/");
        Assert.Equal((403, "close"), (refused.Status, refused.Header("Connection")));
        Assert.False(stop.IsCompleted);
        Assert.Equal(0, await stop);
    }

    [Fact]
    public async Task Help_and_version_answer()
    {
        var (help, text, _) = await RunAsync("--help");
        var (version, number, _) = await RunAsync("version");

        Assert.Equal(0, help);
        foreach (
            var verb in (string[])
                [
                    "demo",
                    "serve",
                    "migrate",
                    "account",
                    "device",
                    "check",
                    "scrub",
                    "backup",
                    "restore",
                    "export",
                    "audit",
                    "event",
                    "health",
                    "version",
                ]
        )
            Assert.Contains($"  {verb} ", text, StringComparison.Ordinal);
        Assert.Equal(0, version);
        Assert.StartsWith("CloudDav 0.", number, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void AssertOneSentence(int code, string error, string part)
    {
        Assert.Equal(1, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private Task<RunningServer> StartAsync(params string[] arguments) => StartAsync(arguments, []);

    private Task<RunningServer> StartAsync(
        string[] arguments,
        params (string Name, string Value)[] environment
    ) => RunningServer.StartAsync(_folder, arguments, environment);

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        RunAsync(arguments, "");

    private async Task<(int Code, string Output, string Error)> RunAsync(
        string[] arguments,
        string input
    )
    {
        using var process = RunningServer.Run(_folder, arguments, []);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
