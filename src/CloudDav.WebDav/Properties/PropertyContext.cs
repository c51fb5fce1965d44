using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using CloudDav.WebDav.Paths;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Properties;

/// <summary>What the values of live properties depend on beside the resource: the client, the principal, the mount.</summary>
internal sealed class PropertyContext
{
    private readonly byte[] _modified = new byte[29];
    private readonly byte[] _created = new byte[20];
    private readonly bool _servesSyncClients;
    private long _modifiedSecond = long.MinValue;
    private long _createdSecond = long.MinValue;

    public PropertyContext(
        DavEndpointOptions options,
        ImmutableArray<string> mount,
        DavClient client,
        DavPrincipal principal
    )
    {
        var clients = options.Clients;
        Mount = mount;
        Client = client;
        Principal = principal;
        InstanceId = options.InstanceId;
        _servesSyncClients = options.ServesSyncClients;
        ShowsQuota = clients.FinderQuota switch
        {
            DavSwitch.On => true,
            DavSwitch.Off => false,
            DavSwitch.Auto => client.Kind is not DavClientKind.WebDavFs
                || client.Darwin is null
                || client.Darwin < new Version(24, 4),
        };
        MapsNames = DavClientOptions.IsOn(
            clients.WindowsNames,
            client.Kind == DavClientKind.MiniRedir
        );
        SmallEntries = DavClientOptions.IsOn(
            clients.SmallEntries,
            client.Kind == DavClientKind.MiniRedir
        );
        OmitsLockRoot = DavClientOptions.IsOn(
            clients.OmitLockRoot,
            client.Kind == DavClientKind.OldOffice
        );
    }

    public ImmutableArray<string> Mount { get; }

    public DavClient Client { get; }

    public DavPrincipal Principal { get; }

    public string InstanceId { get; }

    public bool ShowsQuota { get; }

    public bool MapsNames { get; }

    public bool SmallEntries { get; }

    public bool OmitsLockRoot { get; }

    /// <summary>The privileges that <c>oc:permissions</c> shows.</summary>
    public DavPrivileges LettersOf(DavResource resource) =>
        _servesSyncClients ? resource.Rights : resource.Privileges;

    /// <summary>The name as this client can show it.</summary>
    public string NameOf(string name) => MapsNames ? WindowsNames.ToPrivateUse(name) : name;

    /// <summary>The date in the form of RFC 9110. A folder's files often share a second, so the last one is kept.</summary>
    public ReadOnlySpan<byte> HttpDate(DateTimeOffset value)
    {
        // Desktops take no file whose time is not between 1 and 32 bits of seconds since 1970.
        if (_servesSyncClients)
            value = DateTimeOffset.FromUnixTimeSeconds(
                Math.Clamp(value.ToUnixTimeSeconds(), 1, uint.MaxValue - 1)
            );
        var second = value.UtcTicks / TimeSpan.TicksPerSecond;
        if (second != _modifiedSecond)
        {
            Utf8Formatter.TryFormat(value.ToUniversalTime(), _modified, out _, 'R');
            _modifiedSecond = second;
        }
        return _modified;
    }

    /// <summary>The date in the form of ISO 8601, without a fraction.</summary>
    public ReadOnlySpan<byte> IsoDate(DateTimeOffset value)
    {
        var second = value.UtcTicks / TimeSpan.TicksPerSecond;
        if (second != _createdSecond)
        {
            // yyyy-MM-ddTHH:mm:ss.fffffffZ, cut before the fraction.
            Span<byte> text = stackalloc byte[32];
            Utf8Formatter.TryFormat(value.UtcDateTime, text, out _, 'O');
            text[..19].CopyTo(_created);
            _created[19] = (byte)'Z';
            _createdSecond = second;
        }
        return _created;
    }

    /// <summary>Writes the active locks (RFC 4918 §15.8).</summary>
    public void WriteLocks(ref Utf8Writer writer, IReadOnlyList<DavLock> locks)
    {
        foreach (var entry in locks)
        {
            writer.Raw("<d:activelock><d:locktype><d:write/></d:locktype><d:lockscope>"u8);
            writer.Raw(entry.IsShared ? "<d:shared/>"u8 : "<d:exclusive/>"u8);
            writer.Raw("</d:lockscope><d:depth>"u8);
            writer.Raw(entry.Depth == Depth.Infinity ? "infinity"u8 : "0"u8);
            writer.Raw("</d:depth>"u8);
            if (entry.OwnerXml is not null)
            {
                writer.Raw("<d:owner>"u8);
                writer.RawText(entry.OwnerXml);
                writer.Raw("</d:owner>"u8);
            }
            writer.Raw("<d:timeout>Second-"u8);
            writer.Number(Math.Max(0, (long)Math.Ceiling(entry.Timeout.TotalSeconds)));
            writer.Raw("</d:timeout>"u8);
            if (entry.Token is not null)
            {
                writer.Raw("<d:locktoken><d:href>"u8);
                writer.Text(entry.Token);
                writer.Raw("</d:href></d:locktoken>"u8);
            }
            if (!OmitsLockRoot)
            {
                writer.Raw("<d:lockroot><d:href>"u8);
                var href = Href.Of(Mount, entry.Root, isCollection: entry.Root.IsRoot);
                writer.Raw(Encoding.ASCII.GetBytes(href));
                writer.Raw("</d:href></d:lockroot>"u8);
            }
            writer.Raw("</d:activelock>"u8);
        }
    }
}
