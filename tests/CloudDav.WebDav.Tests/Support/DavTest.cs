using System.Xml.Linq;

namespace CloudDav.WebDav.Tests.Support;

/// <summary>A test with a server of its own.</summary>
public abstract class DavTest : IAsyncLifetime
{
    private protected static readonly XNamespace D = "DAV:";
    private protected static readonly XNamespace Oc = "http://owncloud.org/ns";
    private protected static readonly XNamespace X = "http://example.org/x";
    private protected static readonly XNamespace Z = "urn:schemas-microsoft-com:";

    private protected DavServer Server { get; private set; } = null!;

    private protected MemoryTree Tree => Server.Tree;

    /// <summary>What the server runs with.</summary>
    private protected virtual DavEndpointOptions Options => new();

    public async ValueTask InitializeAsync() => Server = await DavServer.StartAsync(Options);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Task<DavAnswer> SendAsync(
        string method,
        string path,
        string? body = null,
        params string[] headers
    ) => Server.SendAsync(method, path, body, headers);

    /// <summary>Stores a file.</summary>
    private protected async Task<DavAnswer> PutAsync(
        string path,
        string body = "body",
        params string[] headers
    )
    {
        var answer = await SendAsync("PUT", path, body, headers);
        Assert.InRange(answer.Status, 201, 204);
        return answer;
    }

    /// <summary>Makes a folder.</summary>
    private protected async Task MkcolAsync(string path) =>
        Assert.Equal(201, (await SendAsync("MKCOL", path)).Status);

    /// <summary>Takes a lock and returns its token without brackets.</summary>
    private protected async Task<string> LockAsync(string path, params string[] headers)
    {
        var answer = await SendAsync("LOCK", path, ExclusiveLock, headers);
        Assert.InRange(answer.Status, 200, 201);
        return answer.Header("Lock-Token")!.Trim('<', '>');
    }

    /// <summary>Asks for named properties, as elements in the DAV: namespace unless they have a prefix.</summary>
    private protected Task<DavAnswer> PropfindAsync(
        string path,
        string names,
        params string[] headers
    ) =>
        SendAsync(
            "PROPFIND",
            path,
            "<?xml version=\"1.0\"?><D:propfind xmlns:D=\"DAV:\" xmlns:oc=\"http://owncloud.org/ns\" xmlns:Z=\"urn:schemas-microsoft-com:\" xmlns:x=\"http://example.org/x\"><D:prop>"
                + names
                + "</D:prop></D:propfind>",
            headers.Any(header => header.StartsWith("Depth", StringComparison.Ordinal))
                ? headers
                : [.. headers, "Depth: 0"]
        );

    /// <summary>Sets properties.</summary>
    private protected Task<DavAnswer> ProppatchAsync(
        string path,
        string set,
        params string[] headers
    ) =>
        SendAsync(
            "PROPPATCH",
            path,
            "<?xml version=\"1.0\"?><D:propertyupdate xmlns:D=\"DAV:\" xmlns:Z=\"urn:schemas-microsoft-com:\" xmlns:x=\"http://example.org/x\"><D:set><D:prop>"
                + set
                + "</D:prop></D:set></D:propertyupdate>",
            headers
        );

    private protected const string ExclusiveLock =
        "<?xml version=\"1.0\"?><D:lockinfo xmlns:D=\"DAV:\"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>me</D:href></D:owner></D:lockinfo>";

    private protected const string SharedLock =
        "<?xml version=\"1.0\"?><D:lockinfo xmlns:D=\"DAV:\"><D:lockscope><D:shared/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>";

    /// <summary>Checks the status and the condition of a refusal.</summary>
    private protected static void AssertRefused(DavAnswer answer, int status, string? condition)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal(D + "error", answer.Xml.Name);
        if (condition is not null)
            Assert.NotNull(answer.Xml.Element(D + condition));
    }
}
