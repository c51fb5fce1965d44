using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using CloudDav.Storage;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Vault.Tests;

/// <summary>One account with its vault on real storage in a temporary folder, under a clock that stands still.</summary>
internal sealed class TestVault : IAsyncDisposable
{
    private readonly string _folder;
    private readonly TestEngine _engine;

    /// <param name="limits">The limits that hold; null for the usual ones.</param>
    /// <param name="isInMemory">Whether flushing costs nothing: for very many changes, none of which has to survive anything.</param>
    public TestVault(VaultLimits? limits = null, bool isInMemory = false)
    {
        _folder =
            isInMemory && Directory.Exists("/dev/shm")
                ? Directory.CreateDirectory($"/dev/shm/clouddav-vault-{Guid.NewGuid():N}").FullName
                : Directory.CreateTempSubdirectory("clouddav-vault-").FullName;
        _engine = TestEngine.Open(DatabaseFile, Time);
        Blobs = new DiskBlobStore(
            Directory.CreateDirectory(Path.Combine(_folder, "content")).FullName
        );
        Keys = KeyStore.OpenFolder(
            Directory.CreateDirectory(Path.Combine(_folder, "keys")).FullName
        );
        Closed = new ClosedNames(Keys.Derive(ClosedNames.Purpose));
        Limits = limits ?? new VaultLimits();
        Vaults = Open(Metadata);
    }

    public static TimeZoneInfo Zone { get; } =
        TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels");

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public string Folder => _folder;

    private string DatabaseFile => Path.Combine(_folder, "metadata.db");

    public FakeTimeProvider Time { get; } =
        new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public VaultLimits Limits { get; }

    public IAccountStore Accounts => _engine.Ports.Accounts;

    public IDestructionStore Destructions => _engine.Ports.Destructions;

    public ICareLog Care => _engine.Ports.Care;

    public ClosedNames Closed { get; }

    public AccountPolicy Policy { get; } = new(new TakeBackWindow(Zone));

    public IContractStore Contracts => _engine.Ports.Contracts;

    public IAuditLog Audit => _engine.Ports.Audit;

    public IOutbox Outbox => _engine.Ports.Outbox;

    public IMetadataStore Metadata => _engine.Ports.Metadata;

    public IBlobLedger Ledger => _engine.Ports.Ledger;

    public IBlobStore Blobs { get; }

    public IKeyStore Keys { get; }

    public Vaults Vaults { get; }

    /// <summary>The trees as another process has them.</summary>
    public (IMetadataStore Store, IDisposable Engine) OpenOther() => _engine.OpenOther();

    /// <summary>Changes or asks something behind the engine's back.</summary>
    public Task<object?> ExecuteAsync(string sql) => _engine.ExecuteAsync(sql);

    public async Task<long> CountAsync(string rows) =>
        Convert.ToInt64(
            await ExecuteAsync($"SELECT COUNT(*) FROM {rows}"),
            CultureInfo.InvariantCulture
        );

    public Vaults Open(IMetadataStore metadata) =>
        new(
            metadata,
            Keys,
            new ContentWriter(Blobs, new ContentOptions()),
            new ContentReader(Blobs),
            Policy,
            Limits,
            Time
        );

    public async Task<Actor> AddActorAsync(
        string name,
        long capacityBytes = 1 << 30,
        AccountId? householdOwner = null
    )
    {
        var account =
            await Accounts.AddAccountAsync(
                new NewAccount
                {
                    Name = name,
                    CapacityBytes = capacityBytes,
                    HouseholdOwner = householdOwner,
                },
                Time.GetUtcNow(),
                Stop
            ) ?? throw new InvalidOperationException("taken");
        return new Actor(account.Id, account.Name, account.Vault, null, null);
    }

    public async Task<Actor> AddDeviceAsync(Actor actor, string name)
    {
        var password = AppPassword.New();
        var device = await Accounts.AddDeviceAsync(
            actor.Account,
            name,
            password.Selector,
            password.SecretHash,
            Time.GetUtcNow(),
            Stop
        );
        return actor with { Device = device };
    }

    public async Task RevokeAsync(Actor actor) =>
        await Accounts.RevokeDeviceAsync(actor.Device!.Value, Time.GetUtcNow(), Stop);

    public VaultSession Session(Actor actor, bool foldsNames = false) =>
        Vaults.Open(actor, new SessionOptions { FoldsNames = foldsNames });

    /// <summary>The actor's tree, with what others of the household share.</summary>
    public VaultTree Tree(Actor actor) => Vaults.OpenTree(actor, new SessionOptions());

    /// <summary>Every invariant of the metadata holds.</summary>
    public async Task CheckAsync()
    {
        foreach (var vault in await Metadata.ListVaultsAsync(Stop))
            Assert.Empty(await Metadata.InspectAsync(vault, Time.GetUtcNow(), Stop));
    }

    public async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        (Keys as IDisposable)?.Dispose();
        Directory.Delete(_folder, recursive: true);
        await ValueTask.CompletedTask;
    }
}

/// <summary>The use cases in a test's few words; paths as text.</summary>
internal static class TestSteps
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static string[] Segments(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    public static ChangeGuard With(params string[] tokens) => new() { LockTokens = tokens };

    public static ChangeGuard Expect(string path, string? etag) =>
        new() { Expectations = [new ExpectedState(Segments(path), etag)] };

    public static Task<VaultResult<Changed>> PutAsync(
        this VaultSession session,
        string path,
        string body,
        ChangeGuard? guard = null,
        bool declared = true
    ) => session.PutAsync(path, Encoding.UTF8.GetBytes(body), guard, declared);

    public static async Task<VaultResult<Changed>> PutAsync(
        this VaultSession session,
        string path,
        byte[] body,
        ChangeGuard? guard = null,
        bool declared = true
    ) =>
        await session.WriteAsync(
            Segments(path),
            new Upload
            {
                Body = PipeReader.Create(new MemoryStream(body)),
                DeclaredLength = declared ? body.Length : null,
            },
            guard ?? ChangeGuard.None,
            Stop
        );

    public static async Task<VaultResult<Changed>> MakeFolderAsync(
        this VaultSession session,
        string path,
        ChangeGuard? guard = null
    ) => await session.CreateFolderAsync(Segments(path), null, guard ?? ChangeGuard.None, Stop);

    public static async Task<VaultResult<bool>> DeleteAsync(
        this VaultSession session,
        string path,
        ChangeGuard? guard = null
    ) => await session.DeleteAsync(Segments(path), guard ?? ChangeGuard.None, Stop);

    public static async Task<VaultResult<Changed>> MoveAsync(
        this VaultSession session,
        string from,
        string to,
        bool overwrites = true,
        ChangeGuard? guard = null
    ) =>
        await session.MoveAsync(
            Segments(from),
            Segments(to),
            new Transfer { Overwrites = overwrites },
            guard ?? ChangeGuard.None,
            Stop
        );

    public static async Task<VaultResult<Changed>> CopyAsync(
        this VaultSession session,
        string from,
        string to,
        bool overwrites = true,
        bool isDeep = true,
        ChangeGuard? guard = null
    ) =>
        await session.CopyAsync(
            Segments(from),
            Segments(to),
            new Transfer { Overwrites = overwrites, IsDeep = isDeep },
            guard ?? ChangeGuard.None,
            Stop
        );

    public static async Task<VaultResult<Changed>> PatchAsync(
        this VaultSession session,
        string path,
        NodePatch patch,
        ChangeGuard? guard = null
    ) => await session.PatchAsync(Segments(path), patch, guard ?? ChangeGuard.None, Stop);

    public static async Task<VaultResult<Locked>> LockAsync(
        this VaultSession session,
        string path,
        bool isShared = false,
        bool? isInfinite = null,
        TimeSpan? timeout = null,
        ChangeGuard? guard = null
    ) =>
        await session.LockAsync(
            Segments(path),
            new LockWish(isShared, isInfinite, null, timeout),
            guard ?? ChangeGuard.None,
            Stop
        );

    public static async Task<VaultResult<bool>> UnlockAsync(
        this VaultSession session,
        string path,
        string token
    ) => await session.UnlockAsync(Segments(path), token, Stop);

    public static async Task<VaultResult<Found>> FindAsync(
        this VaultSession session,
        string path,
        NodeDetails details = NodeDetails.None
    ) => await session.FindAsync(Segments(path), details, Stop);

    public static async Task<string> ETagAsync(this VaultSession session, string path)
    {
        var found = (await session.FindAsync(path)).Value;
        return EntityTag.Of(found.Vault, found.Node);
    }

    public static async Task<long> UsedAsync(this VaultSession session) =>
        (await session.FindAsync("/")).Value.Vault.UsedBytes;

    public static async Task<byte[]> ReadAsync(this VaultSession session, string path)
    {
        var opened = await session.OpenAsync(Segments(path), Stop);
        await using var content = opened.Value.Content!;
        return await content.ReadAsync();
    }

    /// <summary>What a content has from a byte on.</summary>
    public static async Task<byte[]> ReadAsync(
        this IContentSource content,
        long from = 0,
        long? count = null
    )
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await content.CopyToAsync(pipe.Writer, from, count ?? content.Length - from, Stop);
        await pipe.Writer.CompleteAsync();
        using var bytes = new MemoryStream();
        await pipe.Reader.CopyToAsync(bytes, Stop);
        return bytes.ToArray();
    }

    public static async Task<string> ReadTextAsync(this VaultSession session, string path) =>
        Encoding.UTF8.GetString(await session.ReadAsync(path));

    /// <summary>Everything below a folder: path to length, -1 for folders.</summary>
    public static async Task<SortedDictionary<string, long>> TreeAsync(
        this VaultSession session,
        string path = "/",
        int? levels = null
    )
    {
        var tree = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var listed = await session.ListAsync(
            Segments(path),
            levels,
            NodeDetails.Locks | NodeDetails.Properties | NodeDetails.Checksums,
            (below, _, node, _) =>
                tree["/" + string.Join('/', below)] = node.IsFolder ? -1 : node.Size,
            Stop
        );
        Assert.Null(listed.Refusal);
        return tree;
    }
}
