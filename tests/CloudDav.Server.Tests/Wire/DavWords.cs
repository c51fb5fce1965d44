using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace CloudDav.Server.Tests.Wire;

/// <summary>The words that requests are made of.</summary>
internal static class DavWords
{
    public static readonly XNamespace Win32 = "urn:schemas-microsoft-com:";
    public static readonly XNamespace OwnCloud = "http://owncloud.org/ns";

    public const string ExclusiveLock =
        """<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>test</D:href></D:owner></D:lockinfo>""";

    public const string SharedLock =
        """<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:shared/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>test</D:href></D:owner></D:lockinfo>""";

    public static XName Name(string localName) => XName.Get(localName, "DAV:");

    /// <summary>A PROPFIND body that names properties.</summary>
    public static string Propfind(params ReadOnlySpan<XName> names)
    {
        var prop = new XElement(Name("prop"));
        foreach (var name in names)
            prop.Add(new XElement(name));
        return new XElement(Name("propfind"), prop).ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>A PROPPATCH body that sets properties to texts, in this order.</summary>
    public static string Proppatch(params ReadOnlySpan<(XName Name, object Value)> properties)
    {
        var update = new XElement(Name("propertyupdate"));
        foreach (var (name, value) in properties)
            update.Add(
                new XElement(Name("set"), new XElement(Name("prop"), new XElement(name, value)))
            );
        return update.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>Escapes one decoded path for a request target the way a careful client does: everything but unreserved characters and slashes.</summary>
    public static string Escape(string path)
    {
        var escaped = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(path))
            if (
                char.IsAsciiLetterOrDigit((char)b)
                || "-._~/".Contains((char)b, StringComparison.Ordinal)
            )
                escaped.Append((char)b);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        return escaped.ToString();
    }

    public static string Basic(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
}

/// <summary>What clients call themselves; the server's switches look at nothing else.</summary>
internal static class Agents
{
    public const string MiniRedir = "Microsoft-WebDAV-MiniRedir/10.0.22631";
    public const string DavClnt = "DavClnt";
    public const string Word = "Microsoft Office Word 2016";
    public const string OfficeDiscovery = "Microsoft Office Protocol Discovery";
    public const string OfficeExistence = "Microsoft Office Existence Discovery";
    public const string WebDavLib = "WebDAVLib/1.3";
    public const string FinderBefore154 = "WebDAVFS/3.0.0 (03008000) Darwin/23.6.0 (arm64)";
    public const string FinderSince154 = "WebDAVFS/3.0.0 (03008000) Darwin/24.4.0 (arm64)";
    public const string Gvfs = "gvfs/1.57.2";
    public const string Kio =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) KIO/6.8 kioworker/6.8";
    public const string Davfs2 = "davfs2/1.7.1 neon/0.34.0";
    public const string Cadaver = "cadaver/0.26 neon/0.34.0";
    public const string Rclone = "rclone/v1.60.1-DEV";
    public const string Cyberduck = "Cyberduck/9.1.3.42945 (Mac OS X/14.5) (aarch64)";
    public const string Kodi = "Kodi/20.5 (X11; Linux x86_64) Version/20.5-(20.5.0)";
    public const string Firefox =
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
}
