using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using CloudDav.Server.Pages;
using CloudDav.Server.Tests.Api;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Pages;

/// <summary>The account in a browser without script, over real sockets: what it says in each standing, and what leads from a refusal to its remedy.</summary>
public sealed class AccountPageTests : IAsyncLifetime
{
    private static readonly Texts s_why = new() { En = "We got a complaint.", Nl = "Een klacht." };

    private ApiHost _api = null!;
    private Browser _browser = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiHost.StartAsync();
        _browser = new Browser(_api.Host);
        (await _api.Alice.PutAsync("/dav/a.txt", new string('a', 12_000))).Expect(201);
        await _browser.SignInAsync("alice", "demo");
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("/files")]
    [InlineData("/files/a.txt?about")]
    [InlineData("/files/a.txt?content")]
    [InlineData("/trash")]
    [InlineData("/trash/purge")]
    [InlineData("/photos")]
    [InlineData("/photos/view/a.jpg")]
    [InlineData("/photos/preview/320/a.jpg")]
    [InlineData("/shares")]
    [InlineData("/shares/new?of=%2Fa.txt")]
    [InlineData("/devices")]
    [InlineData("/account")]
    [InlineData("/account/archive")]
    [InlineData("/account/archive.zip")]
    [InlineData("/account/access")]
    [InlineData("/security")]
    public async Task No_page_of_a_closed_account_shows_anything_but_that_it_is_closed(string page)
    {
        (await _api.Alice.PutAsync("/dav/a.jpg", "a")).Expect(201);
        Assert.True((await _browser.OpenAsync(page)).Status is 200 or 202 or 302 or 303);
        await _api.Contracts.CloseAsync("alice");

        var closed = await _browser.OpenAsync(page);
        Assert.Equal(410, closed.Status);
        Assert.Contains("This account is closed", closed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("a.txt", closed.Text, StringComparison.Ordinal);
        // Somebody who signs in then is told the same.
        var other = new Browser(_api.Host);
        await other.SignInAsync("alice", "demo");
        Assert.Equal(410, (await other.OpenAsync(page)).Status);
    }

    [Fact]
    public async Task Each_standing_says_what_it_means_and_until_when_on_its_page_and_above_every_other()
    {
        await ExpectAsync("Active", "Everything that your option includes works.");
        Assert.DoesNotContain(
            "class=\"standing\"",
            (await _browser.OpenAsync("/files")).Text,
            StringComparison.Ordinal
        );

        await _api.Contracts.ChangeCapacityAsync("alice", 10_000);
        await ExpectAsync("Over your capacity", "as soon as 2 KiB less is used", "add files");
        await ExpectStripAsync("You use more than your option holds: 11.7 KiB of 9.8 KiB.");

        await _api.Contracts.ChangeCapacityAsync("alice", 20_000);
        await _api.Contracts.EndAsync("alice", _api.Time.GetUtcNow().AddDays(3));
        await ExpectAsync(
            "Active",
            "Your contract ends on 5 March 2026. After that you have until 4 April 2026 inclusive"
        );
        await _api.Contracts.EndAsync("alice", _api.Time.GetUtcNow());
        await ExpectAsync(
            "Ended: time to take your files back",
            "30 days left.",
            "Up to and including 1 April 2026",
            "Ended</dt><dd>2 March 2026 at 10:00, the contract for this cloud",
            "/account/archive"
        );
        await ExpectStripAsync("Up to and including 1 April 2026", "30 days left.");
        _api.Time.Advance(TimeSpan.FromDays(29));
        await _browser.SignInAsync("alice", "demo");
        await ExpectAsync("1 day left.");
        _api.Time.Advance(TimeSpan.FromDays(1));
        await _browser.SignInAsync("alice", "demo");
        await ExpectStripAsync("Today is the last day.");
        await _api.Contracts.CloseAsync("alice");
        var closed = await _browser.OpenAsync("/account");
        Assert.Equal(410, closed.Status);
        Assert.Contains("This account is closed", closed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_operator_has_set_is_told_with_its_scope_its_reason_and_its_end()
    {
        var part = await _api.Contracts.SetAsync(
            "alice",
            MeasureKind.Suspension,
            Switches.Upload | Switches.Share,
            s_why
        );
        await ExpectAsync(
            "Partly suspended",
            "Suspended: adding files, sharing. Everything else works.",
            "We got a complaint.",
            "It holds until your provider lifts it.",
            "Your files stay where they are"
        );
        await ExpectStripAsync("Suspended: adding files, sharing.", "We got a complaint.");
        await _api.Contracts.SetAsync("alice", MeasureKind.Suspension, Switches.Whole);
        await ExpectAsync("Suspended", "Your account is suspended.");
        // Of several the one that takes most.
        await ExpectStripAsync("Your account is suspended.");
        Assert.True(part > 0);
        _browser.Headers.Add(("Accept-Language", "nl"));
        await ExpectAsync("Geschorst: bestanden toevoegen, delen.", "Een klacht.");
    }

    [Fact]
    public async Task Blocked_and_marked_items_are_told_of_and_a_law_is_named_as_the_reason()
    {
        var node = (
            await _api
                .Parts.Vaults.Open(
                    new Actor(
                        await _api.AccountAsync("alice"),
                        "alice",
                        (await _api.Parts.Accounts.FindAccountAsync("alice", Stop))!.Vault,
                        null,
                        null
                    ),
                    new SessionOptions()
                )
                .FindAsync(["a.txt"], NodeDetails.None, Stop)
        )
            .Value
            .Node
            .Id
            .Value;
        await _api.Contracts.SetAsync(
            "alice",
            MeasureKind.Block,
            Switches.None,
            s_why,
            node,
            isLegalOrder: true
        );
        await _api.Contracts.SetAsync("alice", MeasureKind.Protection, Switches.None, s_why, node);
        await ExpectAsync(
            "Active",
            "Blocked: one of your files or folders.",
            "<p><a href=\"/files/a.txt?about\">a.txt</a></p>",
            "A law or a court demands it.",
            "Marked as holding others’ rights"
        );
        // The way to it shows that it is there, and how it is deleted.
        var blocked = (await _browser.OpenAsync("/files/a.txt?about")).Expect(200);
        Assert.Contains("value=\"delete\"", blocked.Text, StringComparison.Ordinal);
        // A hold is the law's, and takes nothing from the customer.
        await _api.Contracts.SetAsync("alice", MeasureKind.LegalHold, Switches.None, s_why);
        Assert.Equal(3, (await PageAsync("/account")).Split("<div class=\"alert\">").Length);
    }

    [Fact]
    public async Task While_the_platform_is_read_only_or_off_the_account_says_so()
    {
        await _api.Contracts.SetAsync(
            new PlatformFacts
            {
                Mode = PlatformMode.ReadOnly,
                ModeEnds = _api.Time.GetUtcNow().AddHours(1),
            }
        );
        await ExpectStripAsync("Because of maintenance nothing can be changed");
        await ExpectAsync("What does not work now", "add files");
        await _api.Contracts.SetAsync(new PlatformFacts { Mode = PlatformMode.Off });
        var off = await _browser.OpenAsync("/account");
        Assert.Equal(503, off.Status);
        Assert.Contains("under maintenance", off.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_until_terms_are_accepted_leads_to_them_and_back()
    {
        await _api.PublishTermsAsync("2026-1", _api.Time.GetUtcNow().AddDays(10));
        await ExpectStripAsync("There are new terms.", "from 12 March 2026 on");
        await _browser.OpenAsync("/devices");
        var refused = await _browser.SendAsync(
            "POST",
            "/devices",
            GuardedBy("/sign-out", ("act", "add"), ("name", "x"))
        );
        Assert.Equal(403, refused.Status);
        Assert.Contains("/account/terms?to=%2Fdevices", refused.Text, StringComparison.Ordinal);

        var terms = await PageAsync("/account/terms?to=%2Fdevices");
        Assert.Contains("Version 2026-1", terms, StringComparison.Ordinal);
        Assert.Contains("<p>The terms</p>", terms, StringComparison.Ordinal);
        var accepted = await _browser.SubmitAsync("/account/terms");
        Assert.Equal((303, "/devices"), (accepted.Status, accepted.Header("Location")));
        Assert.Contains(
            "accepted on 2 March 2026 at 10:00",
            await PageAsync("/account/terms"),
            StringComparison.Ordinal
        );
        await _browser.OpenAsync("/devices");
        (
            await _browser.SendAsync(
                "POST",
                "/devices",
                GuardedBy("/sign-out", ("act", "add"), ("name", "x"))
            )
        ).Expect(200);

        // Back is within the site; a version that is not the current one is none.
        await _api.PublishTermsAsync("2026-2");
        await PageAsync("/account/terms?to=https%3A%2F%2Fevil.example");
        var late = await _browser.SubmitAsync("/account/terms");
        Assert.Equal("/account/terms", late.Header("Location"));
    }

    [Fact]
    public async Task Everything_is_downloaded_with_its_size_and_goes_on_where_it_stopped()
    {
        var page = await PageAsync("/account/archive");
        Assert.Contains("about 11.7 KiB, in 1 file or folder", page, StringComparison.Ordinal);
        var whole = (await _browser.OpenAsync("/account/archive.zip")).Expect(200);
        await using (var zip = new ZipArchive(new MemoryStream(whole.Body)))
            Assert.Equal("a.txt", Assert.Single(zip.Entries).Name);
        var tag = whole.Header("ETag")!;
        // As curl does it with the command on the page: the rest of the same state, or nothing.
        Assert.Contains(
            "curl -C - -u alice -H " + $"'If-Match: {tag}'",
            WebUtility.HtmlDecode(page),
            StringComparison.Ordinal
        );
        _browser.Headers.AddRange([("Range", "bytes=100-"), ("If-Match", tag)]);
        var rest = (await _browser.OpenAsync("/account/archive.zip")).Expect(206);
        Assert.Equal(whole.Body[100..], rest.Body);
        (await _api.Alice.PutAsync("/dav/b.txt", "b")).Expect(201);
        Assert.Equal(412, (await _browser.OpenAsync("/account/archive.zip")).Status);

        Assert.Contains(
            "type=\"password\"",
            (await new Browser(_api.Host).OpenAsync("/account/archive.zip")).Text,
            StringComparison.Ordinal
        );
        _browser.Headers.Clear();
        await _api.Contracts.SetAsync("alice", MeasureKind.Suspension, Switches.Download, s_why);
        foreach (var path in (string[])["/account/archive", "/account/archive.zip"])
        {
            var refused = await _browser.OpenAsync(path);
            Assert.Equal(403, refused.Status);
            Assert.Contains("We got a complaint.", refused.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_log_comes_in_pages_by_names_and_staff_access_has_one_of_its_own()
    {
        Assert.Contains(
            "Nobody at your provider has asked",
            await PageAsync("/account/staff"),
            StringComparison.Ordinal
        );
        var account = await _api.AccountAsync("alice");
        await _api.ChangeAsync(async transaction =>
        {
            for (var i = 0; i < 60; i++)
                await transaction.RecordAsync(
                    Entry(AuditActs.DeviceAdded, $$"""{"name":"<b>laptop {{i}}"}""")
                );
            await transaction.RecordAsync(
                Entry(
                    StaffActs.Listed,
                    """{"path":"/photos","purpose":"serviceDelivery","reference":"case 7"}"""
                ) with
                {
                    Actor = "operator:eve@operator.example",
                }
            );
            await transaction.RecordAsync(
                Entry(StaffActs.Downloaded, "{}") with
                {
                    SealedUntil = DateTimeOffset.MaxValue,
                }
            );
        });
        var newest = await PageAsync("/account/access");
        Assert.Contains("&lt;b&gt;laptop 59", newest, StringComparison.Ordinal);
        Assert.DoesNotContain("laptop 5<", newest, StringComparison.Ordinal);
        var older = newest.Split("href=\"/account/access?before=")[1].Split('"')[0];
        var oldest = await PageAsync("/account/access?before=" + older);
        Assert.Contains("laptop 5<", oldest, StringComparison.Ordinal);
        Assert.Contains("The account was made", oldest, StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"next\"", oldest, StringComparison.Ordinal);

        var staff = await PageAsync("/account/staff");
        Assert.Contains("An employee looked into a folder", staff, StringComparison.Ordinal);
        Assert.Contains("/photos, to help you, Reference: case 7", staff, StringComparison.Ordinal);
        foreach (var hidden in (string[])["eve@", "downloaded a file", "laptop"])
            Assert.DoesNotContain(hidden, staff, StringComparison.Ordinal);

        AuditEntry Entry(string act, string body) =>
            new()
            {
                Chain = AuditChainId.Of(account),
                At = _api.Time.GetUtcNow(),
                Actor = AuditActors.Owner,
                Act = act,
                Body = body,
            };
    }

    [Fact]
    public async Task Sub_processors_are_objected_to_while_there_is_time_and_notices_are_shown()
    {
        var account = await _api.AccountAsync("alice");
        await _api.ChangeAsync(async transaction =>
        {
            foreach (var (name, days) in ((string, int)[])[("Cloudy", 30), ("Stormy", -1)])
                await Registers.SubProcessors.SaveAsync(
                    transaction,
                    new Entry<SubProcessor>
                    {
                        Since = _api.Time.GetUtcNow(),
                        Body = new SubProcessor
                        {
                            Name = name,
                            Task = new Texts { En = "Keeps bytes." },
                            Country = "BE",
                            ObjectionsUntil = _api.Time.GetUtcNow().AddDays(days),
                        },
                    }
                );
            await Registers.Breaches.SaveAsync(
                transaction,
                new Entry<BreachNotice>
                {
                    Account = account,
                    Since = _api.Time.GetUtcNow(),
                    Body = new BreachNotice
                    {
                        Discovered = _api.Time.GetUtcNow().AddDays(-1),
                        Nature = new Texts { En = "A <disk> was lost." },
                        Contact = "dpo@operator.example",
                    },
                }
            );
        });
        var page = await PageAsync("/account/privacy");
        Assert.Contains("Object to Cloudy", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Object to Stormy", page, StringComparison.Ordinal);
        var objected = await _browser.SubmitAsync(
            "/account/privacy",
            ("reason", "I do not trust it")
        );
        Assert.Equal(303, objected.Status);
        page = await PageAsync("/account/privacy");
        Assert.Contains("You objected on 2 March 2026", page, StringComparison.Ordinal);
        Assert.Contains("has not answered yet", page, StringComparison.Ordinal);

        Assert.Contains(
            "A &lt;disk&gt; was lost.",
            await PageAsync("/account/notices"),
            StringComparison.Ordinal
        );
        var data = JsonElement.Parse(
            (await _browser.OpenAsync("/account/data.json")).Expect(200).Text
        );
        Assert.Equal("alice", data.GetProperty("account").GetProperty("name").GetString());
        Assert.Equal(
            "I do not trust it",
            data.GetProperty("subProcessors")[0]
                .GetProperty("objection")
                .GetProperty("reason")
                .GetString()
        );
        Assert.Equal(1, data.GetProperty("breachNotices").GetArrayLength());
        Assert.Equal(
            AuditActs.AccountCreated,
            data.GetProperty("accessLog").EnumerateArray().Last().GetProperty("act").GetString()
        );
    }

    [Fact]
    public async Task The_customer_confirms_a_member_and_chooses_a_language()
    {
        await _api.Host.AddPersonAsync("bob", 1_000);
        var account = await _api.AccountAsync("bob");
        var owner = await _api.AccountAsync("alice");
        await _api.ChangeAsync(transaction =>
            transaction.SaveMemberAsync(
                new Member
                {
                    Account = account,
                    Owner = owner,
                    Added = _api.Time.GetUtcNow(),
                }
            )
        );
        Assert.Contains("Confirm bob", await PageAsync("/account"), StringComparison.Ordinal);
        var bobId = account.Value.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(303, (await PostAsync(("act", "confirm"), ("member", bobId))).Status);
        Assert.Contains(
            "confirmed 2 March 2026",
            await PageAsync("/account"),
            StringComparison.Ordinal
        );
        await PostAsync(("act", "language"), ("language", "de"));
        Assert.Contains(
            "<option value=\"de\" selected>",
            await PageAsync("/account"),
            StringComparison.Ordinal
        );

        // A member sees whose household it is, and leaves to the customer what is theirs.
        await _api.PublishTermsAsync("2026-1");
        var member = new Browser(_api.Host);
        await member.SignInAsync("bob", "demo");
        Assert.Contains(
            "Household of</dt><dd>alice",
            (await member.OpenAsync("/account")).Expect(200).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "alice accepts them for the whole household.",
            (await member.OpenAsync("/account/terms")).Expect(200).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Every_act_of_the_log_has_its_words_in_every_language()
    {
        string[] acts =
        [
            .. typeof(AuditActs)
                .GetFields()
                .Select(field => (string)field.GetRawConstantValue()!)
                // These are of the operator's own chain.
                .Except([
                    AuditActs.AuditBegan,
                    AuditActs.BackupRestored,
                    AuditActs.RestoreTested,
                    AuditActs.DestructionFinished,
                ]),
        ];
        Assert.Empty(acts.Except(LogWords.Acts));
        foreach (var language in Enum.GetValues<Language>())
            Assert.All(LogWords.Acts, act => Assert.NotEqual(act, LogWords.Act(act, language)));
    }

    private async Task ExpectAsync(params string[] texts)
    {
        var page = await PageAsync("/account");
        foreach (var text in texts)
            Assert.Contains(text, page, StringComparison.Ordinal);
    }

    private async Task ExpectStripAsync(params string[] texts)
    {
        foreach (var path in (string[])["/devices", "/account/access"])
        {
            var page = await PageAsync(path);
            var strip = page.Split("<aside class=\"standing\"")[1].Split("</aside>")[0];
            foreach (var text in texts)
                Assert.Contains(text, strip, StringComparison.Ordinal);
            Assert.Contains("href=\"/account\"", strip, StringComparison.Ordinal);
        }
    }

    private async Task<string> PageAsync(string path) =>
        (await _browser.OpenAsync(path)).Expect(200).Text;

    private Task<DavAnswer> PostAsync(params (string Name, string Value)[] fields) =>
        _browser.SendAsync("POST", "/account", GuardedBy("/sign-out", fields));

    private (string Name, string Value)[] GuardedBy(
        string form,
        params (string Name, string Value)[] fields
    ) => [.. _browser.HiddenOf(form).Where(field => field.Name == "guard"), .. fields];
}
