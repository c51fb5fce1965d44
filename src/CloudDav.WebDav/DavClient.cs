using System.Buffers;
using System.Globalization;

namespace CloudDav.WebDav;

/// <summary>The clients whose own habits the protocol knows, by User-Agent.</summary>
public enum DavClientKind
{
    /// <summary>Any other.</summary>
    Other,

    /// <summary>The Windows WebClient service (Explorer's network drives).</summary>
    MiniRedir,

    /// <summary>Microsoft Office.</summary>
    Office,

    /// <summary>Office 2000 and 2003, which fail on <c>lockroot</c>.</summary>
    OldOffice,

    /// <summary>The mount dialog of macOS.</summary>
    WebDavLib,

    /// <summary>A mounted volume of macOS (Finder).</summary>
    WebDavFs,

    /// <summary>GNOME Files.</summary>
    Gvfs,

    /// <summary>KDE (Dolphin, Konqueror).</summary>
    Kio,

    /// <summary>davfs2.</summary>
    Davfs2,

    /// <summary>cadaver.</summary>
    Cadaver,

    /// <summary>rclone.</summary>
    Rclone,

    /// <summary>Cyberduck and Mountain Duck.</summary>
    Duck,

    /// <summary>Kodi.</summary>
    Kodi,

    /// <summary>LibreOffice.</summary>
    LibreOffice,

    /// <summary>A web browser.</summary>
    Browser,
}

/// <summary>Which client speaks. Switches on it are few, each a named setting in <see cref="DavClientOptions"/>.</summary>
/// <param name="Kind">Which program.</param>
/// <param name="Darwin">The Darwin kernel's version for clients of macOS; null elsewhere.</param>
public sealed record DavClient(DavClientKind Kind, Version? Darwin = null)
{
    private static readonly SearchValues<char> VersionChars = SearchValues.Create("0123456789.");

    private static readonly DavClient Unknown = new(DavClientKind.Other);

    /// <summary>
    /// Whether a missed look-up falls back to one that ignores case: Windows and macOS spell names as their users typed them. The
    /// store does the look-up; the host opens it with this.
    /// </summary>
    public bool FoldsCase => Kind is DavClientKind.MiniRedir or DavClientKind.WebDavFs;

    /// <summary>Whether this is a mount: its requests are delayed under load, never refused with 429.</summary>
    public bool IsMount =>
        Kind
            is DavClientKind.MiniRedir
                or DavClientKind.WebDavFs
                or DavClientKind.Gvfs
                or DavClientKind.Kio
                or DavClientKind.Davfs2
                or DavClientKind.Rclone
                or DavClientKind.Duck;

    /// <summary>Tells the client from its User-Agent header.</summary>
    public static DavClient Of(string? userAgent)
    {
        if (string.IsNullOrEmpty(userAgent))
            return Unknown;
        bool Has(string part) => userAgent.Contains(part, StringComparison.Ordinal);
        if (Has("Microsoft-WebDAV-MiniRedir/") || Has("DavClnt"))
            return new(DavClientKind.MiniRedir);
        if (Has("WebDAVFS/"))
            return new(DavClientKind.WebDavFs, DarwinOf(userAgent));
        if (Has("WebDAVLib/"))
            return new(DavClientKind.WebDavLib, DarwinOf(userAgent));
        if (Has("Microsoft Data Access Internet Publishing Provider"))
            return new(DavClientKind.OldOffice);
        if (Has("Microsoft Office") || Has("MSOffice") || Has("ms-office"))
            return new(DavClientKind.Office);
        if (Has("gvfs/"))
            return new(DavClientKind.Gvfs);
        if (Has("KIO/") || Has("Konqueror") || (Has("Mozilla/") && Has("KDE")))
            return new(DavClientKind.Kio);
        if (Has("davfs2/"))
            return new(DavClientKind.Davfs2);
        if (Has("cadaver/"))
            return new(DavClientKind.Cadaver);
        if (Has("rclone/"))
            return new(DavClientKind.Rclone);
        if (Has("Cyberduck/") || Has("Mountain Duck/"))
            return new(DavClientKind.Duck);
        if (Has("Kodi/") || Has("XBMC/"))
            return new(DavClientKind.Kodi);
        if (Has("LibreOffice"))
            return new(DavClientKind.LibreOffice);
        return userAgent.StartsWith("Mozilla/", StringComparison.Ordinal)
            ? new(DavClientKind.Browser)
            : Unknown;
    }

    private static Version? DarwinOf(string userAgent)
    {
        const string Mark = "Darwin/";
        var at = userAgent.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var digits = userAgent.AsSpan(at + Mark.Length);
        var end = digits.IndexOfAnyExcept(VersionChars);
        var text = (end < 0 ? digits : digits[..end]).TrimEnd('.');
        if (Version.TryParse(text, out var version))
            return version;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            ? new Version(major, 0)
            : null;
    }
}
