using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav;

/// <summary>What the host decides about a DAV endpoint. All values have defaults that suit a server on one host name.</summary>
public sealed record DavEndpointOptions
{
    /// <summary>
    /// Further host names (no port) by which this server may be named in Destination and If, beside the request's own Host; a trusted
    /// proxy's forwarded host belongs here or into the request by the host's forwarding middleware.
    /// </summary>
    public IReadOnlyCollection<string> HostNames { get; init; } = [];

    /// <summary>Client-specific switches.</summary>
    public DavClientOptions Clients { get; init; } = new();

    /// <summary>Bytes of one answer kept in memory before it spills to a temporary file.</summary>
    public int SpoolMemoryPerAnswer { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes of all answers together kept in memory; beyond it they spill at once.</summary>
    public long SpoolMemoryTotal { get; init; } = 64 * 1024 * 1024;

    /// <summary>Where answers spill to; null for the system's temporary folder.</summary>
    public string? SpoolFolder { get; init; }

    /// <summary>Largest body of PROPFIND, LOCK and MKCOL in bytes.</summary>
    public int MaxXmlBody { get; init; } = 64 * 1024;

    /// <summary>Largest body of PROPPATCH in bytes.</summary>
    public int MaxPropertyBody { get; init; } = 1024 * 1024;

    /// <summary>How many results a search gives that does not say how many it wants.</summary>
    public int DefaultSearchResults { get; init; } = 1_000;

    /// <summary>How many results a search gives at the most; they are held in memory to be sorted.</summary>
    public int MaxSearchResults { get; init; } = 5_000;

    /// <summary>How many bytes of an upload are read and thrown away after a refusal, so that the client reads the reason instead of a reset.</summary>
    public long DrainBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long that may take.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is appended to the padded file id to make <c>oc:id</c> unique over servers; letters and digits.</summary>
    public string InstanceId { get; init; } = "clouddav";

    // How the digits of a file id are written before it.
    internal const string FileIdDigits = "D8";

    /// <summary>A file's id as clients know it: what <c>oc:id</c> and <c>OC-FileId</c> say, and what a host that answers by other means than the protocol's has to say as well.</summary>
    /// <param name="fileId">Its number (<see cref="DavResource.FileId"/>).</param>
    public string FileIdOf(long fileId) =>
        fileId.ToString(FileIdDigits, CultureInfo.InvariantCulture) + InstanceId;

    /// <summary>
    /// Whether the sync clients of the ownCloud family come here: errors then have the names and the header they know, files the headers they ask for, times stay within
    /// what they take, and nothing is listed without end.
    /// </summary>
    public bool ServesSyncClients { get; init; }

    /// <summary>
    /// Says what to answer to a failure that the host expects, such as a store that cannot be reached, and logs it; null for anything else, which is one log line and a 500. It is
    /// asked as well when the answer has begun: then the connection is closed.
    /// </summary>
    public Func<HttpContext, Exception, DavProblem?>? Explain { get; init; }

    /// <summary>Whether a refusal is a line of text, for players, which know nothing of WebDAV; else it is an element with its conditions.</summary>
    public bool RefusesPlainly { get; init; }

    /// <summary>The clock; it stamps nothing but the drain's deadline.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
