using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Properties;

public sealed class LivePropertiesTests : DavTest
{
    /// <summary>One row for each property: its value on a file and on a folder; null where it is 404.</summary>
    public static TheoryData<string, string?, string?> Rows =>
        new()
        {
            { "{DAV:}creationdate", "2024-05-01T12:34:56Z", "2024-05-01T12:34:56Z" },
            { "{DAV:}displayname", "a & b.txt", "f" },
            { "{DAV:}getcontentlength", "5", null },
            { "{DAV:}getcontenttype", "text/plain", "httpd/unix-directory" },
            { "{DAV:}getetag", "*", "*" },
            {
                "{DAV:}getlastmodified",
                "Wed, 01 May 2024 12:34:56 GMT",
                "Wed, 01 May 2024 12:34:56 GMT"
            },
            { "{DAV:}resourcetype", "", "" },
            { "{DAV:}supportedlock", "", "" },
            { "{DAV:}lockdiscovery", "", "" },
            { "{urn:schemas-microsoft-com:}Win32FileAttributes", "00000020", "00000010" },
            {
                "{urn:schemas-microsoft-com:}Win32CreationTime",
                "Wed, 01 May 2024 12:34:56 GMT",
                "Wed, 01 May 2024 12:34:56 GMT"
            },
            {
                "{urn:schemas-microsoft-com:}Win32LastModifiedTime",
                "Wed, 01 May 2024 12:34:56 GMT",
                "Wed, 01 May 2024 12:34:56 GMT"
            },
            { "{urn:schemas-microsoft-com:}Win32LastAccessTime", null, null },
            { "{DAV:}quota-available-bytes", null, "95" },
            { "{DAV:}quota-used-bytes", null, "5" },
            { "{DAV:}current-user-principal", "/principals/alice/", "/principals/alice/" },
            { "{DAV:}current-user-privilege-set", "", "" },
            { "{DAV:}supported-privilege-set", "*", "*" },
            { "{DAV:}supported-report-set", "", "" },
            { "{DAV:}supported-query-grammar-set", "", "" },
            { "{DAV:}sync-token", null, "*" },
            { "{http://owncloud.org/ns}id", "00001001clouddav", "00001002clouddav" },
            { "{http://owncloud.org/ns}fileid", "1001", "1002" },
            { "{http://owncloud.org/ns}permissions", "GDNVW", "GDNVCK" },
            { "{http://owncloud.org/ns}size", "5", "0" },
            {
                "{http://owncloud.org/ns}checksums",
                "SHA1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
                null
            },
            { "{http://owncloud.org/ns}favorite", "0", "0" },
            { "{http://owncloud.org/ns}owner-id", null, null },
            { "{http://owncloud.org/ns}owner-display-name", null, null },
            { "{http://owncloud.org/ns}share-types", null, null },
            { "{http://owncloud.org/ns}data-fingerprint", null, null },
            { "{http://nextcloud.org/ns}has-preview", "false", "false" },
            { "{http://clouddav.org/ns}blocked", null, null },
            { "{http://ucb.openoffice.org/dav/props/}IsReadOnly", "false", "false" },
        };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_live_property_has_its_value(string name, string? onFile, string? onFolder)
    {
        Tree.Capacity = 100;
        await PutAsync("/a%20%26%20b.txt", "hello");
        await MkcolAsync("/f");
        var at = name.LastIndexOf('}');
        var element = $"<q:{name[(at + 1)..]} xmlns:q=\"{name[1..at]}\"/>";
        foreach (
            var (path, expected) in ((string, string?)[])
                [("/a%20%26%20b.txt", onFile), ("/f", onFolder)]
        )
        {
            var found = (await PropfindAsync(path, element)).Property(name);
            if (expected == "*")
                Assert.NotEmpty(found!.Value);
            else
                Assert.Equal(expected, found?.Value);
        }
    }

    [Fact]
    public void Every_row_of_the_table_is_tested()
    {
        var tested = Rows.Select(row => row.Data.Item1).ToHashSet(StringComparer.Ordinal);
        Assert.All(
            LiveProperties.All,
            property => Assert.Contains(property.Name.ToString(), tested)
        );
        Assert.Equal(LiveProperties.All.Count, tested.Count);
    }

    [Theory]
    [InlineData("FILM.MKV", "video/x-matroska")]
    [InlineData("a.tar.gz", "application/gzip")]
    [InlineData("noext", "application/octet-stream")]
    [InlineData(".hidden", "application/octet-stream")]
    [InlineData("a.", "application/octet-stream")]
    [InlineData("x.nfo", "text/xml")]
    public void Types_come_from_the_extension(string name, string type) =>
        Assert.Equal(type, MediaTypes.Of(new DavResource { Name = name, ETag = "\"\"" }));

    [Theory]
    [InlineData("image/x-new", "image/x-new")]
    [InlineData("text/plain; charset=utf-8", "text/plain; charset=utf-8")]
    [InlineData("application/octet-stream", null)]
    [InlineData("multipart/form-data; boundary=x", null)]
    [InlineData("nonsense", null)]
    [InlineData(null, null)]
    public void An_uploads_type_is_kept_when_it_says_something(string? sent, string? kept) =>
        Assert.Equal(kept, MediaTypes.FromUpload(sent));

    [Theory]
    [InlineData("._x", true)]
    [InlineData(".DS_Store", true)]
    [InlineData("~$doc.docx", true)]
    [InlineData(".~lock.a.odt#", true)]
    [InlineData("thumbs.DB", true)]
    [InlineData("a.txt.sb-1a2B3c4D-xyzXYZ", true)]
    [InlineData(".bashrc", false)]
    [InlineData("a.sb-1-2", false)]
    [InlineData("document.txt", false)]
    public void What_programs_leave_behind_is_hidden(string name, bool hidden) =>
        Assert.Equal(hidden, TransientNames.IsHidden(name));
}
