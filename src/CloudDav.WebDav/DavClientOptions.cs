namespace CloudDav.WebDav;

/// <summary>How a client-specific behaviour is switched.</summary>
public enum DavSwitch
{
    /// <summary>On for the clients that need it.</summary>
    Auto,

    /// <summary>On for every client.</summary>
    On,

    /// <summary>Off for every client.</summary>
    Off,
}

/// <summary>Every behaviour that depends on the client, so that an operator can correct one without a release.</summary>
public sealed record DavClientOptions
{
    /// <summary>
    /// Whether quota properties are shown (RFC 4331). Auto leaves them out for macOS 15.4 and later (Darwin 24.4), whose mount hangs for
    /// 90 seconds when it sees them.
    /// </summary>
    public DavSwitch FinderQuota { get; init; }

    /// <summary>Whether refused listings are plain text. Auto: for KDE, which shows an empty folder for any XML body.</summary>
    public DavSwitch KioTextErrors { get; init; }

    /// <summary>Whether names Windows cannot show are mapped on output. Auto: for Explorer.</summary>
    public DavSwitch WindowsNames { get; init; }

    /// <summary>Whether UNLOCK of an unknown or expired lock succeeds. Auto: for Explorer, whose cache else keeps the file busy.</summary>
    public DavSwitch LenientUnlock { get; init; }

    /// <summary>Whether a missing Depth means 0 in PROPFIND. Auto: for Kodi.</summary>
    public DavSwitch MissingDepthIsZero { get; init; }

    /// <summary>Whether the token of one end of a MOVE stands for the principal's own lock on the other. Auto: for macOS.</summary>
    public DavSwitch LenientMoveToken { get; init; }

    /// <summary>Whether a Lock-Token header on a write submits the token. Auto: for nobody.</summary>
    public DavSwitch LenientLockTokenHeader { get; init; }

    /// <summary>Whether <c>lockroot</c> is left out of lockdiscovery. Auto: for Office 2000 and 2003.</summary>
    public DavSwitch OmitLockRoot { get; init; }

    /// <summary>Whether allprop leaves out what Explorer does not read, so that large folders stay under its limit. Auto: for Explorer.</summary>
    public DavSwitch SmallEntries { get; init; }

    /// <summary>Whether PROPPATCH of Win32 properties needs no lock token from the lock's owner. Auto: for Explorer and Office.</summary>
    public DavSwitch LenientWin32Patch { get; init; }

    /// <summary>Whether a refused GET or HEAD is a page where one is asked for. Auto: for browsers.</summary>
    public DavSwitch BrowserPages { get; init; }

    /// <summary>
    /// Whether what an outage of a part refuses, such as a write, is 423 instead of 503. Auto: for a mounted volume of macOS, which takes 503 for a file that has
    /// vanished, and 423 for one in use.
    /// </summary>
    public DavSwitch FinderOutageIsLock { get; init; }

    /// <summary>
    /// Whether, while nothing works, the connection is closed without an answer to anything but OPTIONS. Auto: for a mounted volume of
    /// macOS, which then says that the server does not respond, and waits.
    /// </summary>
    public DavSwitch FinderOutageIsSilence { get; init; }

    internal static bool IsOn(DavSwitch value, bool auto) =>
        value == DavSwitch.On || (value == DavSwitch.Auto && auto);
}
