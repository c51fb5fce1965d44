using System.Xml.Linq;
using CloudDav.Server.Hosting;
using CloudDav.Testing;
using CloudDav.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Refusals;

/// <summary>Refusals over real sockets: who gets which body, in which language, with which headers.</summary>
public sealed class RefusalWireTests : IAsyncLifetime
{
    private const string Finder = "WebDAVFS/3.0.0 (03008000) Darwin/23.6.0 (arm64)";
    private const string Explorer = "Microsoft-WebDAV-MiniRedir/10.0.19045";
    private const string Browser =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0";
    private const string Page =
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

    private static readonly XNamespace s_own = "http://clouddav.org/ns";
    private static readonly XNamespace s_sabre = "http://sabredav.org/ns";

    private readonly FakeTimeProvider _clock = new(
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)
    );

    private CloudDavHost _host = null!;

    public async ValueTask InitializeAsync() =>
        _host = await CloudDavHost.StartAsync(new() { Time = _clock });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_suspended_customer_sees_a_page_in_a_browser_and_xml_on_a_mount()
    {
        await SuspendAsync("alice");

        var page = await _host
            .Client(userAgent: Browser)
            .SendAsync(
                "GET",
                "/dav/",
                null,
                ("Accept", Page),
                ("Accept-Language", "nl-BE,nl;q=0.9")
            );
        Assert.Equal(403, page.Status);
        Assert.Equal("text/html; charset=utf-8", page.Header("Content-Type"));
        Assert.Equal("nl", page.Header("Content-Language"));
        Assert.Contains("Accept-Language", page.Header("Vary"), StringComparison.Ordinal);
        Assert.Equal("no-store", page.Header("Cache-Control"));
        Assert.Contains(
            "default-src 'none'",
            page.Header("Content-Security-Policy"),
            StringComparison.Ordinal
        );
        Assert.Contains("<html lang=\"nl\">", page.Text, StringComparison.Ordinal);
        Assert.Contains("Betaal &lt;nu&gt;.", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page.Text, StringComparison.Ordinal);

        foreach (var agent in (string[])[Finder, Explorer, "gvfs/1.54.0"])
        {
            var xml = await _host
                .Client(userAgent: agent)
                .SendAsync("GET", "/dav/", null, ("Accept", Page), ("Accept-Language", "nl-be"));
            Assert.Equal(403, xml.Status);
            Assert.Equal("application/xml; charset=utf-8", xml.Header("Content-Type"));
            Assert.Null(xml.Header("WWW-Authenticate"));
            var suspended = xml.Xml().Root!.Element(s_own + "suspended")!;
            Assert.Equal("unpaid", suspended.Element(s_own + "reason-code")!.Value);
            Assert.Equal("Betaal <nu>.", suspended.Element(s_own + "reason")!.Value);
            Assert.EndsWith("Betaal <nu>.", SentenceOf(xml), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Kde_gets_the_sentence_as_text()
    {
        await SuspendAsync("alice");

        var answer = await _host
            .Client(userAgent: "Mozilla/5.0 (X11; Linux x86_64) KIO/5.116 Dolphin")
            .PropfindAsync("/dav/", headers: ("Accept-Language", "de"));

        Assert.Equal(403, answer.Status);
        Assert.Equal("text/plain; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal("de", answer.Header("Content-Language"));
        Assert.StartsWith("Ihr Zugang hierzu ist", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "fr", "Il n’y a rien")]
    [InlineData("ru-RU, *;q=0.5", "fr", "Il n’y a rien")]
    [InlineData("de-DE", "de", "Unter dieser Adresse")]
    [InlineData("en", "en", "There is nothing")]
    public async Task A_client_that_asks_for_no_language_gets_the_accounts(
        string? header,
        string language,
        string sentence
    )
    {
        await ChangeAsync(
            "alice",
            (transaction, account) => transaction.SetLanguageAsync(account, Language.French)
        );

        var answer = await _host
            .Client(userAgent: Finder)
            .PropfindAsync(
                "/dav/missing",
                headers: header is null ? [] : [("Accept-Language", header)]
            );

        Assert.Equal(404, answer.Status);
        Assert.Equal(language, answer.Header("Content-Language"));
        Assert.StartsWith(sentence, SentenceOf(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C60_While_the_platform_is_off_everybody_is_told_when_to_come_back()
    {
        await SetAsync(
            new PlatformFacts { Mode = PlatformMode.Off, ModeEnds = _clock.GetUtcNow().AddHours(1) }
        );

        foreach (var method in (string[])["OPTIONS", "PROPFIND", "GET", "PUT", "DELETE", "MKCOL"])
        {
            var answer = await _host.Client(userAgent: Explorer).SendAsync(method, "/dav/a");
            Assert.Equal(503, answer.Status);
            Assert.Equal("3600", answer.Header("Retry-After"));
            Assert.Equal("close", answer.Header("Connection"));
            Assert.Equal(
                "2026-03-01T13:00:00Z",
                answer.Xml().Root!.Element(s_own + "maintenance")!.Element(s_own + "until")!.Value
            );
        }
        Assert.Equal(503, (await _host.Client().SendAsync("PROPFIND", "/")).Status);
        // Nor does anybody who looks around before signing in find a server that works.
        Assert.Equal(
            503,
            (await _host.Anonymous(userAgent: Explorer).SendAsync("OPTIONS", "/dav/")).Status
        );
        Assert.Equal(
            503,
            (await _host.Client(userAgent: Finder).SendAsync("OPTIONS", "/dav/")).Status
        );
        foreach (var method in (string[])["PROPFIND", "GET", "PUT", "DELETE"])
        {
            using var connection = await _host.ConnectAsync();
            await connection.SendAsync(
                $"{method} /dav/a HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {Finder}\r\n{RawHttp.Basic()}Content-Length: 0\r\n\r\n"
            );
            Assert.Null(await connection.ReadHeadAsync());
        }
    }

    [Fact]
    public async Task C61_While_the_platform_is_read_only_reads_work_and_writes_are_told_to_wait()
    {
        Assert.Equal(201, (await _host.Client().PutAsync("/dav/a", "x")).Status);
        await SetAsync(new PlatformFacts { Mode = PlatformMode.ReadOnly });

        var explorer = _host.Client(userAgent: Explorer);
        Assert.Equal(207, (await explorer.PropfindAsync("/dav/")).Status);
        Assert.Equal(200, (await explorer.GetAsync("/dav/a")).Status);
        var refused = await explorer.PutAsync("/dav/b", "x");
        Assert.Equal(503, refused.Status);
        Assert.Equal("300", refused.Header("Retry-After"));
        Assert.NotNull(refused.Xml().Root!.Element(s_own + "maintenance"));

        var finder = _host.Client(userAgent: Finder);
        Assert.Equal(200, (await finder.GetAsync("/dav/a")).Status);
        foreach (var method in (string[])["PUT", "DELETE", "MKCOL"])
        {
            var answer = await finder.SendAsync(method, method == "MKCOL" ? "/dav/c" : "/dav/a");
            Assert.Equal(423, answer.Status);
        }
    }

    [Fact]
    public async Task Sign_in_refuses_with_an_element_and_in_the_readers_language()
    {
        for (var i = 0; i < 10; i++)
            await _host.Client("alice", $"wrong {i}").PropfindAsync("/dav/");

        var answer = await _host
            .Client()
            .PropfindAsync("/dav/", headers: ("Accept-Language", "nl"));

        Assert.Equal(429, answer.Status);
        Assert.Equal("900", answer.Header("Retry-After"));
        Assert.Null(answer.Header("WWW-Authenticate"));
        Assert.NotNull(answer.Xml().Root!.Element(s_own + "rate-limited"));
        Assert.StartsWith(
            "Er werd te vaak een verkeerd wachtwoord gegeven. Wacht tot 1 maart 2026 om 13:15",
            SentenceOf(answer),
            StringComparison.Ordinal
        );
    }

    private static string SentenceOf(DavAnswer answer) =>
        answer.Xml().Root!.Element(s_sabre + "message")!.Value;

    private Task SuspendAsync(string user) =>
        ChangeAsync(
            user,
            async (transaction, account) =>
                await transaction.AddMeasureAsync(
                    new Measure
                    {
                        Id = 0,
                        Kind = MeasureKind.Suspension,
                        Switches = Switches.Whole,
                        Account = account,
                        ReasonCode = "unpaid",
                        Words = new Texts { Nl = "Betaal <nu>.", De = "Zahlen Sie." },
                        SetBy = "operator",
                        Since = _clock.GetUtcNow(),
                    }
                )
        );

    private Task SetAsync(PlatformFacts platform) =>
        ChangeAsync("alice", (transaction, _) => transaction.SavePlatformAsync(platform));

    private async Task ChangeAsync(
        string user,
        Func<IContractTransaction, AccountId, ValueTask> change
    )
    {
        var parts = _host.Services.GetRequiredService<VaultParts>();
        var stop = TestContext.Current.CancellationToken;
        var account = (await parts.Accounts.FindAccountAsync(user, stop))!.Id;
        var changed = await parts.Contracts.WriteAsync<bool>(
            async transaction =>
            {
                await change(transaction, account);
                return true;
            },
            stop
        );
        Assert.Null(changed.Refusal);
    }
}
