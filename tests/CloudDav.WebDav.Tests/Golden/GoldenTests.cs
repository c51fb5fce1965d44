using System.Runtime.CompilerServices;
using CloudDav.WebDav.Tests.Support;

namespace CloudDav.WebDav.Tests.Golden;

/// <summary>Whole answers, byte for byte. <c>UPDATE_GOLDEN=1</c> writes them anew; read the difference before you commit it.</summary>
public sealed class GoldenTests : DavTest
{
    public static TheoryData<string, string> Clients =>
        new()
        {
            { "any", "curl/8.5" },
            { "explorer", "Microsoft-WebDAV-MiniRedir/10.0.19045" },
            { "finder", "WebDAVFS/3.0.0 (03008000) Darwin/23.6.0 (arm64)" },
        };

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_listing_of_everything(string name, string client)
    {
        await SeedAsync();
        var answer = await SendAsync("PROPFIND", "/f", null, "Depth: 1", "User-Agent: " + client);
        Compare($"allprop-{name}", answer);
        Assert.StartsWith(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><d:multistatus xmlns:d=\"DAV:\" xmlns:oc=",
            answer.Text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("xmlns=\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch(">\\s+<", answer.Text);
    }

    [Fact]
    public async Task A_listing_as_rclone_asks_for_it()
    {
        await SeedAsync();
        var answer = await PropfindAsync(
            "/f/",
            "<D:displayname/><D:getlastmodified/><D:getcontentlength/><D:resourcetype/><D:getcontenttype/><oc:checksums/><oc:permissions/>",
            "Depth: 1",
            "User-Agent: rclone/v1.66.0"
        );
        Compare("named-rclone", answer);
    }

    [Fact]
    public async Task A_listing_as_Finder_asks_for_it()
    {
        await SeedAsync();
        var answer = await PropfindAsync(
            "/f/",
            "<D:getlastmodified/><D:getcontentlength/><D:creationdate/><D:resourcetype/>",
            "Depth: 1",
            "User-Agent: WebDAVFS/3.0.0 (03008000) Darwin/24.4.0 (arm64)"
        );
        Compare("named-finder", answer);
    }

    [Fact]
    public async Task A_property_update_that_fails()
    {
        await SeedAsync();
        Compare(
            "proppatch-protected",
            await ProppatchAsync("/f/a.txt", "<x:color>red</x:color><D:getetag/>")
        );
    }

    [Fact]
    public async Task A_lock_and_the_refusal_it_causes()
    {
        await SeedAsync();
        Compare("lock", await SendAsync("LOCK", "/f/a.txt", ExclusiveLock, "Timeout: Second-600"));
        Compare("locked", await SendAsync("PUT", "/f/a.txt", "x", "X-User: bob"));
    }

    private async Task SeedAsync()
    {
        await MkcolAsync("/f");
        await PutAsync("/f/a.txt", "hello");
        await PutAsync("/f/b%20%26%20c%3F.jpg", "");
        await MkcolAsync("/f/gr%C3%BCn");
        await ProppatchAsync("/f/a.txt", "<x:color>red</x:color>");
    }

    /// <summary>What is random by nature gets the same name in every run.</summary>
    private static void Compare(string name, DavAnswer answer, [CallerFilePath] string here = "")
    {
        var text = answer.Text;
        text = System.Text.RegularExpressions.Regex.Replace(
            text,
            "\"[0-9a-f]{16}\"",
            "\"etag\"",
            System.Text.RegularExpressions.RegexOptions.None,
            TimeSpan.FromSeconds(1)
        );
        text = System.Text.RegularExpressions.Regex.Replace(
            text,
            "opaquelocktoken:[0-9a-f-]{36}",
            "opaquelocktoken:token",
            System.Text.RegularExpressions.RegexOptions.None,
            TimeSpan.FromSeconds(1)
        );
        // One element a line, to be read by people; the check for white space is the tests' own.
        text =
            text.Replace("><d:response>", ">\n<d:response>", StringComparison.Ordinal)
                .Replace("</d:multistatus>", "\n</d:multistatus>", StringComparison.Ordinal) + "\n";
        var file = Path.Combine(Path.GetDirectoryName(here)!, name + ".xml");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }
}
