using System.Text;

namespace CloudDav.Server.Pages;

/// <summary>What the network drive of Windows, the WebClient service, is told by a file that people open: how large files and folders may be, and how long it waits.</summary>
internal static class WindowsDrive
{
    // No more than this does it take in a file, whatever it is told.
    private const string MostFile = "ffffffff";

    // 16,000,000 bytes of a listing, of 1,000,000: some 35,000 entries instead of 2,200.
    private const string MostListing = "00f42400";

    // An hour instead of one minute for one request, five minutes instead of half of one for the server to answer.
    private const string Transfer = "00000e10";
    private const string Answer = "0000012c";

    /// <summary>The file, as the registry editor reads it.</summary>
    /// <param name="isPlainHttp">Whether passwords must go over http, which Windows refuses by itself; over https nothing is to be changed for them.</param>
    public static string Settings(bool isPlainHttp) =>
        $"""
            Windows Registry Editor Version 5.00

            [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WebClient\Parameters]
            "FileSizeLimitInBytes"=dword:{MostFile}
            "FileAttributesLimitInBytes"=dword:{MostListing}
            "SendReceiveTimeoutInSec"=dword:{Transfer}
            "InternetServerTimeoutInSec"=dword:{Answer}

            """.ReplaceLineEndings("\r\n")
        + (isPlainHttp ? "\"BasicAuthLevel\"=dword:00000002\r\n" : "")
        + "\r\n";

    /// <summary>Its bytes: UTF-16 with a byte order mark.</summary>
    public static byte[] FileOf(string settings) =>
        [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(settings)];
}
