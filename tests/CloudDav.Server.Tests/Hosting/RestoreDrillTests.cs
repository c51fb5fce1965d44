using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Verbs;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>
/// Restores of the metadata by the database's own means, with contents in Azure Blob Storage: as a drill beside a server that works, by <c>config/restore-drill</c>, and for good.
/// </summary>
public class RestoreDrillTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clouddav-drill-").FullName;
    private Azurite _azurite = null!;
    private FaultProxy _watched = null!;
    private CloudDavHost _host = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Root { get; } = FindRoot();

    private VaultParts Parts => _host.Services.GetRequiredService<VaultParts>();

    /// <summary>Where the metadata is, instead of a folder.</summary>
    private protected virtual string? SqlServer => null;

    public virtual async ValueTask InitializeAsync()
    {
        _azurite = await Azurite.StartAsync();
        _watched = new FaultProxy(_azurite.Address);
        _host = await CloudDavHost.StartAsync(
            new CloudDavHostOptions { Settings = StorageSettings(_azurite.ConnectionString) }
        );
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        if (_watched is not null)
            await _watched.DisposeAsync();
        if (_azurite is not null)
            await _azurite.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_backup_taken_under_load_is_restored_beside_the_server_and_opens_all_but_what_was_destroyed_since()
    {
        using var carol = _host.Client("carol");
        using var bob = _host.Client("bob");
        foreach (var client in (DavClient[])[carol, bob])
        foreach (var (name, size) in ((string, int)[])[("small", 100), ("large", 100_000)])
            Assert.Equal(201, (await client.PutAsync("/dav/" + name, new byte[size])).Status);
        var gone = await FindAsync(Parts, "carol");
        using var writers = new Writers(_host, writers: 3, files: 6, Stop);
        await writers.UntilMoreAsync(15);

        await using var copy = await CopyAsync();
        var taken = TimeProvider.System.GetUtcNow();
        await writers.UntilMoreAsync(15);
        await Parts.Keys.DestroyAsync(gone.Vault, Stop);
        using (var bare = VaultParts.OpenMetadata(copy.Settings(Settings.Folders(Read()))))
            foreach (var name in (string[])["small", "large"])
                await Assert.ThrowsAsync<ContentDamagedException>(() =>
                    ReadAsync(bare, gone, name)
                );
        var keys = Hashes(Path.Combine(_host.Folder, "keys"));
        var tag = await bob.GetAsync("/dav/large");

        var (code, said) = await DrillAsync(copy, taken, "--keep");

        Assert.True(code == 0, said);
        Assert.Contains("1 vault destroyed again", said, StringComparison.Ordinal);
        Assert.Contains("Everything is in order: ", said, StringComparison.Ordinal);
        Assert.Contains("read and compared.", said, StringComparison.Ordinal);
        // The server goes on, and all that was its own is as it was.
        writers.AssertAtWork();
        Assert.NotEmpty(_watched.Requests);
        Assert.DoesNotContain(
            _watched.Requests,
            request => request.Method is not ("GET" or "HEAD")
        );
        Assert.Equal(keys, Hashes(Path.Combine(_host.Folder, "keys")));
        Assert.Equal(tag.Header("ETag"), (await bob.GetAsync("/dav/large")).Header("ETag"));
        Assert.InRange((await Parts.Care.LoadAsync(Stop)).LastRestoreTest!.Value, taken, Now);
        var acts = await Parts.Audit.ListAsync(AuditChainId.Operator, long.MaxValue, 100, Stop);
        Assert.Single(acts, record => record.Entry.Act == AuditActs.RestoreTested);
        Assert.DoesNotContain(acts, record => record.Entry.Act == AuditActs.BackupRestored);
        await writers.EndAsync();

        using var restored = VaultParts.OpenMetadata(copy.Settings(Settings.Folders(Read())));
        Assert.Null(await restored.Accounts.FindAccountAsync("carol", Stop));
        Assert.Equal(
            DestructionStep.Done,
            (await restored.Destructions.FindAsync(gone.Id, Stop))!.Step
        );
        var other = await FindAsync(restored, "bob");
        Assert.Equal(100_000, (await ReadAsync(restored, other, "large")).Length);
        Assert.Equal(100, (await ReadAsync(restored, other, "small")).Length);
        var alice = await FindAsync(restored, "alice");
        var read = 0;
        foreach (var (folder, name) in writers.Files)
        {
            if (await FindAsync(restored, alice, folder, name) is null)
                continue;
            Writers.AssertWhole(await ReadAsync(restored, alice, folder, name));
            read++;
        }
        Assert.True(read > 0);
    }

    [Fact]
    public async Task A_drill_that_finds_a_content_missing_says_which_and_how_long_they_are_kept_and_records_nothing()
    {
        using var alice = _host.Client();
        var before = await ListAsync();
        Assert.Equal(201, (await alice.PutAsync("/dav/large", new byte[100_000])).Status);
        await using var copy = await CopyAsync();
        var taken = TimeProvider.System.GetUtcNow();
        var blob = Assert.Single((await ListAsync()).Except(before));
        await Parts.Blobs.DeleteAsync(blob.Blob, Stop);

        var (code, said) = await DrillAsync(copy, taken);

        Assert.Equal(1, code);
        Assert.Contains($"blob {blob.Blob.Value:N}", said, StringComparison.Ordinal);
        Assert.Contains("(Storage:KeepRemovedDays)", said, StringComparison.Ordinal);
        Assert.Contains("nothing is recorded", said, StringComparison.Ordinal);
        Assert.Null((await Parts.Care.LoadAsync(Stop)).LastRestoreTest);
        Assert.False(copy.IsThere);
    }

    [Fact]
    public async Task What_is_no_copy_of_that_moment_is_refused_before_anything_is_changed()
    {
        using var alice = _host.Client();
        Assert.Equal(201, (await alice.PutAsync("/dav/large", new byte[100_000])).Status);
        var clock = await Parts.Destructions.ReadClockAsync(Stop);
        await Parts.Destructions.SaveClockAsync(clock, hasJumped: false, Stop);
        await using var copy = await CopyAsync();

        await RefusedAsync("no copy of it", copy.Live, clock);
        await RefusedAsync("not restored to that moment", copy.Name, clock.AddHours(-1));
        await RefusedAsync("yet to come", copy.Name, clock.AddHours(1));
        using (var same = VaultParts.OpenMetadata(copy.Settings(Settings.Folders(Read()))))
            Assert.Equal(await EpochAsync(Parts), await EpochAsync(same));
        // It passes as what it is, and what was not read is not recorded.
        Assert.Equal(
            0,
            await AfterRestoreVerb.TestAsync(Read(), copy.Name, null, clock, isQuick: true, Stop)
        );
        Assert.Null((await Parts.Care.LoadAsync(Stop)).LastRestoreTest);
        using (var changed = VaultParts.OpenMetadata(copy.Settings(Settings.Folders(Read()))))
            Assert.NotEqual(await EpochAsync(Parts), await EpochAsync(changed));

        async Task RefusedAsync(string why, string name, DateTimeOffset moment)
        {
            var refused = await Assert.ThrowsAsync<StartProblem>(() =>
                AfterRestoreVerb.TestAsync(Read(), name, null, moment, isQuick: true, Stop)
            );
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_database_that_is_restored_for_good_serves_what_was_there_and_keeps_what_came_later_for_as_long_as_is_set()
    {
        using var alice = _host.Client();
        using var carol = _host.Client("carol");
        var others = (await ListAsync()).Count;
        Assert.Equal(201, (await alice.PutAsync("/dav/before", new byte[100_000])).Status);
        Assert.Equal(201, (await carol.PutAsync("/dav/secret", new byte[100_000])).Status);
        var gone = await FindAsync(Parts, "carol");
        await using var copy = await CopyAsync();
        var taken = TimeProvider.System.GetUtcNow();
        Assert.Equal(201, (await alice.PutAsync("/dav/after", new byte[100_000])).Status);
        await Parts.Keys.DestroyAsync(gone.Vault, Stop);
        await _host.StopAsync();
        await copy.PutInPlaceAsync();

        Assert.Equal(0, await AfterRestoreVerb.RunAsync(Read(), taken, isQuick: false, Stop));

        await _host.StartAsync();
        Assert.Equal(200, (await alice.GetAsync("/dav/before")).Status);
        Assert.Equal(404, (await alice.GetAsync("/dav/after")).Status);
        Assert.Null(await Parts.Accounts.FindAccountAsync("carol", Stop));
        // Of the contents in the store one is alice's and one is of the future that was lost; what was destroyed is gone from it.
        Assert.Equal(others + 2, (await ListAsync()).Count);
        Assert.Equal(1, (await Parts.Ledger.MeasureAsync(Stop)).Condemned);
        var folders = Settings.Folders(Read(days: 7));
        Assert.Equal(0, await CheckVerb.RunAsync(folders, isDeep: true, Stop));
        foreach (var (days, left) in ((int, int)[])[(6, 2), (8, 1)])
        {
            var later = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Now.AddDays(days));
            var sweeper = new BlobSweeper(Parts.Blobs, Parts.Ledger, later, folders.ToSweeper());
            await sweeper.SweepAsync(Stop);
            await sweeper.RemoveOrphansAsync(Stop);
            Assert.Equal(others + left, (await ListAsync()).Count);
        }
        Assert.Equal(200, (await alice.GetAsync("/dav/before")).Status);
    }

    /// <summary>Takes a backup by the database's own means and restores it under another name.</summary>
    private protected virtual async Task<MetadataCopy> CopyAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "copy")).FullName;
        var live = Path.Combine(_host.Folder, "metadata");
        await using var connection = new SqliteConnection(
            $"Data Source={Path.Combine(live, "clouddav.db")};Pooling=False"
        );
        await connection.OpenAsync(Stop);
        await using var backup = connection.CreateCommand();
        backup.CommandText = "VACUUM INTO $file";
        backup.Parameters.AddWithValue("$file", Path.Combine(folder, "clouddav.db"));
        await backup.ExecuteNonQueryAsync(Stop);
        return new FolderCopy(folder, live);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CloudDav.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private Dictionary<string, string?> StorageSettings(string azure, int days = 0) =>
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["Storage:Azure:ConnectionString"] = azure,
            ["Storage:Country"] = "BE",
            ["Storage:KeepRemovedDays"] = days.ToString(CultureInfo.InvariantCulture),
            ["Storage:SqlServer:ConnectionString"] = SqlServer,
            ["Storage:SqlServer:MigratesAtStart"] = SqlServer is null ? null : "true",
            // The server may share a small machine with the tests.
            ["Storage:SqlServer:Connections"] = "12",
            ["Storage:SqlServer:ConnectSeconds"] = "60",
            ["Storage:SqlServer:CommandSeconds"] = "60",
        };

    // The settings of the server as a verb reads them, with every request to the store looked at.
    private IConfiguration Read(int days = 0)
    {
        var settings = StorageSettings(_azurite.ConnectionStringAt(_watched.Address), days);
        settings["Storage:MetadataFolder"] = Path.Combine(_host.Folder, "metadata");
        settings["Storage:KeyFolder"] = Path.Combine(_host.Folder, "keys");
        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }

    private async Task<(int Code, string Said)> DrillAsync(
        MetadataCopy copy,
        DateTimeOffset taken,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo(
            Path.Combine(Root, "config", "restore-drill"),
            [.. arguments]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        var moment = taken.UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
            CultureInfo.InvariantCulture
        );
        start.Environment["CLOUDDAV"] = $"dotnet {typeof(ServerHost).Assembly.Location}";
        start.Environment["RESTORE_DRILL_DATABASE"] = copy.Live;
        start.Environment["RESTORE_DRILL_COPY"] = copy.Name;
        start.Environment["RESTORE_DRILL_RESTORE"] = $"echo restored; echo {moment}";
        start.Environment["RESTORE_DRILL_DROP"] = copy.Drop;
        foreach (var (name, value) in Read().AsEnumerable())
            if (value is not null)
                start.Environment[$"CLOUDDAV_{name.Replace(":", "__", StringComparison.Ordinal)}"] =
                    value;
        using var process = Process.Start(start)!;
        var (output, errors) = (
            process.StandardOutput.ReadToEndAsync(Stop),
            process.StandardError.ReadToEndAsync(Stop)
        );
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, await output + await errors);
    }

    private async Task<List<StoredBlob>> ListAsync()
    {
        var blobs = new List<StoredBlob>();
        await foreach (var blob in Parts.Blobs.ListAsync(Stop))
            blobs.Add(blob);
        return blobs;
    }

    private static async Task<Account> FindAsync(VaultParts parts, string name) =>
        (await parts.Accounts.FindAccountAsync(name, Stop))!;

    private static async Task<long> EpochAsync(VaultParts parts) =>
        (await FindAsync(parts, await FindAsync(parts, "alice")))!.Vault.Epoch;

    private static VaultSession Open(VaultParts parts, Account account) =>
        parts.Vaults.Open(
            new Actor(account.Id, account.Name, account.Vault, null, null),
            new SessionOptions()
        );

    private static async Task<Found?> FindAsync(
        VaultParts parts,
        Account account,
        params string[] path
    )
    {
        var found = await Open(parts, account).FindAsync(path, NodeDetails.None, Stop);
        return found.IsSuccess ? found.Value : null;
    }

    private static async Task<byte[]> ReadAsync(
        VaultParts parts,
        Account account,
        params string[] path
    )
    {
        var opened = await Open(parts, account).OpenAsync(path, Stop);
        await using var content = opened.Value.Content!;
        using var bytes = new MemoryStream();
        await content.CopyToAsync(PipeWriter.Create(bytes), 0, content.Length, Stop);
        return bytes.ToArray();
    }

    private static SortedDictionary<string, string> Hashes(string folder) =>
        new(
            Directory
                .EnumerateFiles(folder)
                .ToDictionary(
                    file => file,
                    file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))),
                    StringComparer.Ordinal
                ),
            StringComparer.Ordinal
        );

    /// <summary>A restored copy of the metadata.</summary>
    /// <param name="Name">What the verb knows it by.</param>
    /// <param name="Live">What it is a copy of.</param>
    private protected abstract record MetadataCopy(string Name, string Live) : IAsyncDisposable
    {
        /// <summary>The command that removes it.</summary>
        public abstract string Drop { get; }

        public abstract bool IsThere { get; }

        /// <summary>The settings by which it is looked at.</summary>
        public StorageOptions Settings(StorageOptions live) => live.ToRestored(Name, null);

        /// <summary>Makes it the metadata of the server, which is stopped.</summary>
        public abstract Task PutInPlaceAsync();

        public abstract ValueTask DisposeAsync();
    }

    private sealed record FolderCopy(string Name, string Live) : MetadataCopy(Name, Live)
    {
        public override string Drop => "rm -r \"$RESTORE_DRILL_COPY\"";

        public override bool IsThere => Directory.Exists(Name);

        public override Task PutInPlaceAsync()
        {
            Directory.Delete(Live, recursive: true);
            Directory.CreateDirectory(Live);
            File.Copy(Path.Combine(Name, "clouddav.db"), Path.Combine(Live, "clouddav.db"));
            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync() => default;
    }
}
