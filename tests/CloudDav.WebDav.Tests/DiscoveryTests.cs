using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Tests;

public sealed class DiscoveryTests
{
    [Theory]
    [InlineData("OPTIONS", "Microsoft-WebDAV-MiniRedir/10.0.19045", 200)]
    [InlineData("OPTIONS", "DavClnt", 200)]
    [InlineData("OPTIONS", "Microsoft Office Protocol Discovery", 200)]
    [InlineData("OPTIONS", "unknown", 200)]
    [InlineData("OPTIONS", "WebDAVLib/1.3", null)]
    [InlineData("OPTIONS", "WebDAVFS/3.0 Darwin/24.4.0", null)]
    [InlineData("OPTIONS", "davfs2/1.7 neon/0.32", null)]
    [InlineData("OPTIONS", "cadaver/0.24 neon/0.32", null)]
    [InlineData("OPTIONS", "Cyberduck/9.0", null)]
    [InlineData("HEAD", "Microsoft Office Existence Discovery", 200)]
    [InlineData("HEAD", "curl/8", null)]
    [InlineData("PROPFIND", "Microsoft Office", null)]
    [InlineData("PROPFIND", "Microsoft Data Access Internet Publishing Provider", null)]
    public void Before_a_password_some_clients_get_a_generic_answer(
        string method,
        string client,
        int? status
    )
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Headers.UserAgent = client;
        Assert.Equal(status is not null, DavDiscovery.TryAnswerAnonymously(context));
        if (status is null)
            return;
        Assert.Equal(status, context.Response.StatusCode);
        Assert.StartsWith(
            "1, 2, 3",
            context.Response.Headers["DAV"].ToString(),
            StringComparison.Ordinal
        );
        Assert.Equal("DAV", context.Response.Headers["MS-Author-Via"].ToString());
        Assert.Equal(0, context.Response.Headers.ETag.Count);
    }

    [Theory]
    [InlineData("Microsoft-WebDAV-MiniRedir/10.0.19045", DavClientKind.MiniRedir)]
    [InlineData("Microsoft Office Word 2014", DavClientKind.Office)]
    [InlineData("Mozilla/4.0 (compatible; ms-office; MSOffice 16)", DavClientKind.Office)]
    [InlineData("WebDAVFS/3.0.0 (03008000) Darwin/23.6.0 (arm64)", DavClientKind.WebDavFs)]
    [InlineData("WebDAVLib/1.3", DavClientKind.WebDavLib)]
    [InlineData("gvfs/1.54.0", DavClientKind.Gvfs)]
    [InlineData("Mozilla/5.0 (X11; Linux) Konqueror/5.0 KIO/6.0", DavClientKind.Kio)]
    [InlineData("rclone/v1.66.0", DavClientKind.Rclone)]
    [InlineData("Mountain Duck/4.0", DavClientKind.Duck)]
    [InlineData("Mozilla/5.0 (X11; Linux) Firefox/130", DavClientKind.Browser)]
    [InlineData("", DavClientKind.Other)]
    [InlineData(null, DavClientKind.Other)]
    public void Clients_are_told_apart(string? userAgent, DavClientKind kind) =>
        Assert.Equal(kind, DavClient.Of(userAgent).Kind);

    [Fact]
    public void The_version_of_Darwin_is_read()
    {
        Assert.Equal(
            new Version(24, 4, 0),
            DavClient.Of("WebDAVFS/3.0 Darwin/24.4.0 (arm64)").Darwin
        );
        Assert.Equal(new Version(25, 0), DavClient.Of("WebDAVFS/3.0 Darwin/25").Darwin);
        Assert.Null(DavClient.Of("WebDAVFS/3.0 Darwin/").Darwin);
    }
}
