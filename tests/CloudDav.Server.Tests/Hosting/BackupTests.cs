using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Tests.Jobs;
using CloudDav.Server.Verbs;
using CloudDav.Storage;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>Backups that are made while others write, and what is restored from them.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clouddav-backup-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder, "backup");

    private string Restored => Path.Combine(_folder, "restored");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_backup_taken_under_load_restores_to_whole_vaults_without_a_torn_file()
    {
        string keys;
        BackupManifest manifest;
        IReadOnlyList<(string Folder, string Name)> places;
        await using (var host = await CloudDavHost.StartAsync())
        {
            using var writers = new Writers(host, writers: 4, files: 8, Stop);
            places = [.. writers.Files];
            var parts = host.Services.GetRequiredService<VaultParts>();
            // On the store's own file system first, then elsewhere, where the machine has another.
            for (var i = 0; i < 3; i++)
            {
                await writers.UntilMoreAsync(20);
                await BackupRun.WriteAsync(parts, Path.Combine(host.Folder, $"near-{i}"), Stop);
            }
            await writers.UntilMoreAsync(20);
            manifest = await BackupRun.WriteAsync(parts, Target, Stop);
            await writers.EndAsync();
            keys = Path.Combine(_folder, "keys");
            await parts.KeyStore.MirrorAsync(keys, CancellationToken.None);
            for (var i = 0; i < 3; i++)
                await RestoreAsync(
                    Path.Combine(host.Folder, $"near-{i}"),
                    Path.Combine(_folder, $"near-{i}"),
                    keys
                );
        }
        Assert.Equal(0, manifest.Missing);
        Assert.True(manifest.Blobs > 0);

        await RestoreAsync(Target, Restored, keys);

        await using var again = await CloudDavHost.StartAsync(
            new CloudDavHostOptions { Folder = Restored, HasDemoPeople = false }
        );
        using var client = again.Client();
        var files = 0;
        foreach (var (folder, name) in places)
        {
            var answer = await client.GetAsync($"/dav/{folder}/{name}");
            if (answer.Status == 404)
                continue;
            Assert.Equal(200, answer.Status);
            files++;
            Writers.AssertWhole(answer.Body);
        }
        Assert.True(files > 0);
    }

    [Fact]
    public async Task What_was_destroyed_since_is_destroyed_again_and_nothing_of_it_is_opened()
    {
        await using var host = await CloudDavHost.StartAsync();
        using var alice = host.Client();
        using var carol = host.Client("carol");
        Assert.Equal(201, (await alice.PutAsync("/dav/large", new byte[100_000])).Status);
        Assert.Equal(201, (await alice.PutAsync("/dav/small", "secret")).Status);
        Assert.Equal(201, (await carol.PutAsync("/dav/kept", "kept")).Status);
        var parts = host.Services.GetRequiredService<VaultParts>();
        var gone = (await parts.Accounts.FindAccountAsync("alice", Stop))!;
        await BackupRun.WriteAsync(parts, Target, Stop);
        await parts.Keys.DestroyAsync(gone.Vault, Stop);
        var keys = Path.Combine(_folder, "keys");
        await parts.KeyStore.MirrorAsync(keys, CancellationToken.None);

        var bare = new DirectoryInfo(Path.Combine(_folder, "bare"));
        CopyKeys(keys, bare.FullName);
        var folders = Settings.OfFolders(null, bare);
        await VaultParts.RestoreAsync(
            folders,
            await EmbeddedBackup.OpenAsync(Target, Stop),
            mayLink: true,
            new AuditEntry
            {
                Chain = AuditChainId.Operator,
                At = TimeProvider.System.GetUtcNow(),
                Actor = AuditActors.Console,
                Act = AuditActs.BackupRestored,
            },
            Assert.Fail,
            Stop
        );
        using (var raw = VaultParts.Open(folders))
        {
            var session = raw.Vaults.Open(
                new Actor(gone.Id, gone.Name, gone.Vault, null, null),
                new SessionOptions()
            );
            foreach (var name in (string[])["large", "small"])
                await Assert.ThrowsAnyAsync<Exception>(async () =>
                    await session.OpenAsync([name], Stop)
                );
        }

        await RestoreAsync(Target, Restored, keys);

        using var restored = VaultParts.Open(Settings.OfFolders(null, new DirectoryInfo(Restored)));
        Assert.Null(await restored.Accounts.FindAccountAsync("alice", Stop));
        var record = (await restored.Destructions.FindAsync(gone.Id, Stop))!;
        Assert.Equal((DestructionStep.Done, gone.Vault), (record.Step, record.Vault));
        var other = (await restored.Accounts.FindAccountAsync("carol", Stop))!;
        var opened = await restored
            .Vaults.Open(
                new Actor(other.Id, other.Name, other.Vault, null, null),
                new SessionOptions()
            )
            .OpenAsync(["kept"], Stop);
        await opened.Value.Content!.DisposeAsync();
        Assert.Equal(4, opened.Value.Content.Length);
    }

    [Fact]
    public async Task The_restored_future_gives_out_nothing_that_the_lost_one_can_have_given_out()
    {
        await using var host = await CloudDavHost.StartAsync();
        using var alice = host.Client();
        await alice.PutAsync("/dav/kept", "kept");
        var parts = host.Services.GetRequiredService<VaultParts>();
        var keys = Path.Combine(_folder, "keys");
        await BackupRun.WriteAsync(parts, Target, Stop);
        await parts.KeyStore.MirrorAsync(keys, CancellationToken.None);
        await RestoreAsync(Target, Restored, keys);
        using var restored = VaultParts.Open(Settings.OfFolders(null, new DirectoryInfo(Restored)));
        var account = (await restored.Accounts.FindAccountAsync("alice", Stop))!;
        var actor = new Actor(account.Id, account.Name, account.Vault, null, null);

        var (before, after) = (await RootAsync(parts, actor), await RootAsync(restored, actor));
        Assert.NotEqual(before.Vault.Epoch, after.Vault.Epoch);
        Assert.NotEqual(
            EntityTag.Of(before.Vault, before.Node),
            EntityTag.Of(after.Vault, after.Node)
        );
        await restored
            .Vaults.Open(actor, new SessionOptions())
            .CreateFolderAsync(["new"], null, ChangeGuard.None, Stop);
        var made = await restored
            .Vaults.Open(actor, new SessionOptions())
            .FindAsync(["new"], NodeDetails.None, Stop);
        Assert.InRange(made.Value.Node.Id.Value, 1L << 32, (1L << 53) - 1);
        var added = await restored.Accounts.AddAccountAsync(
            new NewAccount { Name = "new", CapacityBytes = 1 },
            TimeProvider.System.GetUtcNow(),
            Stop
        );
        Assert.True(added!.Id.Value > 1_000_000 && added.Vault.Value > 1_000_000);
        var chain = await restored.Audit.ReadAsync(AuditChainId.Operator, 0, 1_000, Stop);
        Assert.Contains(chain.Records, record => record.Entry.Act == AuditActs.BackupRestored);
        Assert.Equal(
            0,
            await AuditVerb.VerifyAsync(
                Settings.OfFolders(null, new DirectoryInfo(Restored)),
                null,
                Stop
            )
        );
    }

    [Fact]
    public async Task No_key_is_in_a_backup_and_the_copy_of_the_keys_must_lie_apart()
    {
        await using var host = await CloudDavHost.StartAsync();
        using var alice = host.Client();
        await alice.PutAsync("/dav/large", new byte[100_000]);
        var folders = Settings.OfFolders(null, new DirectoryInfo(host.Folder));
        foreach (
            var (to, keys) in ((string, string?)[])
                [
                    (Target, Path.Combine(Target, "keys")),
                    (Path.Combine(_folder, "both", "backup"), Path.Combine(_folder, "both")),
                    (Path.Combine(host.Folder, "content", "backup"), null),
                    (host.Folder, null),
                    (Target, Path.Combine(host.Folder, "keys")),
                ]
        )
            await Assert.ThrowsAsync<StartProblem>(() =>
                BackupVerb.RunAsync(
                    folders,
                    new DirectoryInfo(to),
                    keys is null ? null : new DirectoryInfo(keys),
                    Stop
                )
            );
        Assert.False(Directory.Exists(Target));

        var copy = new DirectoryInfo(Path.Combine(_folder, "keys"));
        Assert.Equal(0, await BackupVerb.RunAsync(folders, new DirectoryInfo(Target), copy, Stop));

        var secrets = copy.EnumerateFiles("*.key")
            .SelectMany(file =>
                File.ReadLines(file.FullName).Where(line => !line.StartsWith('#')).Take(1)
            )
            .Select(line => line.Split(' ')[^1])
            .SelectMany(text =>
                (byte[][])[Encoding.ASCII.GetBytes(text), Convert.FromBase64String(text)]
            )
            .ToList();
        Assert.True(secrets.Count >= 4);
        foreach (var file in Directory.EnumerateFiles(Target, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, Stop);
            Assert.All(secrets, secret => Assert.Equal(-1, bytes.AsSpan().IndexOf(secret)));
        }
    }

    [Fact]
    public async Task A_torn_or_changed_backup_is_never_taken_for_a_whole_one()
    {
        await using var host = await CloudDavHost.StartAsync();
        using var alice = host.Client();
        await alice.PutAsync("/dav/large", new byte[100_000]);
        var parts = host.Services.GetRequiredService<VaultParts>();
        var keys = Path.Combine(_folder, "keys");
        await BackupRun.WriteAsync(parts, Target, Stop);
        await parts.KeyStore.MirrorAsync(keys, CancellationToken.None);
        var manifest = Path.Combine(Target, "backup.json");
        var whole = await File.ReadAllTextAsync(manifest, Stop);

        await Assert.ThrowsAsync<BackupException>(() => BackupRun.WriteAsync(parts, Target, Stop));
        File.Delete(manifest);
        await RefusedAsync("no whole backup");
        await File.WriteAllTextAsync(manifest, whole[..^20], Stop);
        await RefusedAsync("damaged");
        await File.WriteAllTextAsync(manifest, whole, Stop);
        var list = Path.Combine(Target, "blobs.list");
        var lines = await File.ReadAllTextAsync(list, Stop);
        await File.WriteAllTextAsync(list, lines[..^10], Stop);
        await RefusedAsync("not what was written");
        await File.WriteAllTextAsync(list, lines, Stop);
        Assert.False(Directory.Exists(Path.Combine(Restored, "metadata")));

        // A blob that is lost costs that blob and not the backup, and is said.
        var blob = Directory
            .EnumerateFiles(Path.Combine(Target, "content"), "*", SearchOption.AllDirectories)
            .First();
        File.Delete(blob);
        CopyKeys(keys, Restored);
        var settings = Settings.Of(null, new DirectoryInfo(Restored));
        Assert.Equal(
            1,
            await RestoreVerb.RunAsync(settings, new DirectoryInfo(Target), isQuick: true, Stop)
        );
        Assert.Equal(
            1,
            await RestoreVerb.TestAsync(
                Settings.Of(null, new DirectoryInfo(host.Folder)),
                new DirectoryInfo(Target),
                Stop
            )
        );
        Assert.Null((await parts.Care.LoadAsync(Stop)).LastRestoreTest);

        async Task RefusedAsync(string why)
        {
            var failure = await Assert.ThrowsAsync<BackupException>(async () =>
                await EmbeddedBackup.OpenAsync(Target, Stop)
            );
            Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_restore_wants_empty_folders_and_the_keys_and_makes_neither()
    {
        await using var host = await CloudDavHost.StartAsync();
        using var alice = host.Client();
        await alice.PutAsync("/dav/large", new byte[100_000]);
        var parts = host.Services.GetRequiredService<VaultParts>();
        await BackupRun.WriteAsync(parts, Target, Stop);
        var from = new DirectoryInfo(Target);

        var full = await Assert.ThrowsAsync<StartProblem>(() =>
            RestoreVerb.RunAsync(
                Settings.Of(null, new DirectoryInfo(host.Folder)),
                from,
                isQuick: false,
                Stop
            )
        );
        Assert.Contains("has something in it", full.Message, StringComparison.Ordinal);
        var keyless = await Assert.ThrowsAsync<StartProblem>(() =>
            RestoreVerb.RunAsync(
                Settings.Of(null, new DirectoryInfo(Restored)),
                from,
                isQuick: false,
                Stop
            )
        );
        Assert.Contains("has no keys", keyless.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Restored));

        var keys = Path.Combine(_folder, "keys");
        await parts.KeyStore.MirrorAsync(keys, CancellationToken.None);
        File.Delete(Directory.EnumerateFiles(keys, "vault-*.key").First());
        CopyKeys(keys, Restored);
        await Assert.ThrowsAsync<KeyStoreException>(() =>
            RestoreVerb.RunAsync(
                Settings.Of(null, new DirectoryInfo(Restored)),
                from,
                isQuick: false,
                Stop
            )
        );
        Assert.False(Directory.Exists(Path.Combine(Restored, "metadata")));
    }

    [Fact]
    public async Task A_test_of_a_backup_leaves_nothing_but_its_record_in_the_evidence()
    {
        await using var host = await CloudDavHost.StartAsync();
        using var alice = host.Client();
        await alice.PutAsync("/dav/large", new byte[100_000]);
        var parts = host.Services.GetRequiredService<VaultParts>();
        await BackupRun.WriteAsync(parts, Target, Stop);
        var before = Hashes(Target);

        Assert.Equal(
            0,
            await RestoreVerb.TestAsync(
                Settings.Of(null, new DirectoryInfo(host.Folder)),
                new DirectoryInfo(Target),
                Stop
            )
        );

        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder));
        Assert.Equal(before, Hashes(Target));
        Assert.NotNull((await parts.Care.LoadAsync(Stop)).LastRestoreTest);
        var chain = await parts.Audit.ReadAsync(AuditChainId.Operator, 0, 1_000, Stop);
        var entry = Assert.Single(
            chain.Records,
            record => record.Entry.Act == AuditActs.RestoreTested
        );
        using var body = JsonDocument.Parse(entry.Entry.Body);
        Assert.True(body.RootElement.GetProperty("blobs").GetInt64() > 0);
    }

    [Fact]
    public async Task Nothing_is_swept_while_a_backup_is_made()
    {
        using var rounds = new JobRounds();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await CloudDavHost.StartAsync(
            new CloudDavHostOptions { Time = time }
        );
        await rounds.WatchAsync(host.Services, Housekeeping.JobName);
        var parts = host.Services.GetRequiredService<VaultParts>();
        var blob = BlobId.New();
        await using (var upload = await parts.Blobs.CreateAsync(blob, null, Stop))
            await upload.CompleteAsync(Stop);
        await using (
            var connection = new SqliteConnection(
                $"Data Source={Path.Combine(host.Folder, "metadata", "clouddav.db")};Pooling=False"
            )
        )
        {
            await connection.OpenAsync(Stop);
            await using var condemn = connection.CreateCommand();
            condemn.CommandText =
                "INSERT INTO blobs (blob_id, vault_id, state, due) VALUES ($blob, 1, 2, 0)";
            condemn.Parameters.AddWithValue("$blob", blob.Value.ToByteArray());
            await condemn.ExecuteNonQueryAsync(Stop);
        }
        var day = TimeSpan.FromDays(1);
        Assert.True(
            await parts.Leases.TryTakeAsync(BackupRun.JobName, "one", time.GetUtcNow(), day, Stop)
        );

        await rounds.AdvanceAsync(time, TimeSpan.FromMinutes(5));
        Assert.True(await IsThereAsync());
        await parts.Leases.ReleaseAsync(BackupRun.JobName, "one", time.GetUtcNow(), Stop);
        await rounds.AdvanceAsync(time, TimeSpan.FromMinutes(5));
        Assert.False(await IsThereAsync());

        async Task<bool> IsThereAsync()
        {
            await using var found = await parts.Blobs.OpenAsync(blob, Stop);
            return found is not null;
        }
    }

    private static async Task RestoreAsync(string from, string to, string keys)
    {
        CopyKeys(keys, to);
        Assert.Equal(
            0,
            await RestoreVerb.RunAsync(
                Settings.Of(null, new DirectoryInfo(to)),
                new DirectoryInfo(from),
                isQuick: false,
                Stop
            )
        );
    }

    private static void CopyKeys(string from, string to)
    {
        var keys = Directory.CreateDirectory(Path.Combine(to, "keys")).FullName;
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(keys, Path.GetFileName(file)));
    }

    private static async Task<Found> RootAsync(VaultParts parts, Actor actor) =>
        (
            await parts
                .Vaults.Open(actor, new SessionOptions())
                .FindAsync([], NodeDetails.None, Stop)
        ).Value;

    private static SortedDictionary<string, string> Hashes(string folder)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (
            var file in Directory.EnumerateFileSystemEntries(
                folder,
                "*",
                SearchOption.AllDirectories
            )
        )
            hashes[file] = File.Exists(file)
                ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))
                : "";
        return hashes;
    }
}
