using System.Globalization;
using System.Net;
using CloudDav.Server.Tests.Sharing;
using CloudDav.Testing;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Pages;

/// <summary>Sharing in a browser without script, over real sockets: alice, whose contract it is, and bob of her household.</summary>
public sealed class SharePageTests : IAsyncLifetime
{
    private const string Photos = "/Album/Photos";

    private Household _household = null!;
    private Browser _alice = null!;
    private Browser _bob = null!;

    private DavClient Friend => _household.Api.Host.Anonymous();

    public async ValueTask InitializeAsync()
    {
        _household = await Household.StartAsync();
        _alice = new Browser(_household.Api.Host);
        await _alice.SignInAsync("alice", "demo");
        _bob = new Browser(_household.Api.Host);
        await _bob.SignInAsync("bob", "demo");
    }

    public ValueTask DisposeAsync() => _household.DisposeAsync();

    [Fact]
    public async Task A_link_is_made_with_all_its_settings_changed_and_ended()
    {
        var about = (await _alice.OpenAsync("/files/Album/Photos?about")).Expect(200);
        Assert.Contains("href=\"/shares/new?of=%2FAlbum%2FPhotos\"", about.Text);
        (await _alice.OpenAsync("/shares/new?of=%2FAlbum%2FPhotos")).Expect(200);
        var share = await MakeAsync(
            Photos,
            ("with", "link"),
            ("rights", "download"),
            ("password", "sésame"),
            ("last-day", "2026-03-31"),
            ("downloads", "5"),
            ("label", "For <grandma>"),
            ("statement", "links-1")
        );
        var page = (await _alice.OpenAsync(share + "?made")).Expect(200);
        Assert.Contains("The link is ready", page.Text, StringComparison.Ordinal);
        Assert.Contains("<h1>For &lt;grandma&gt;</h1>", page.Text, StringComparison.Ordinal);
        Assert.Contains("31 March 2026", page.Text, StringComparison.Ordinal);
        var link = LinkOn(page);
        (await Friend.GetAsync(link)).Expect(401);
        var friend = Friend;
        friend.Authorization = DavClient.BasicOf("x", "sésame");
        (await friend.GetAsync(link + "/one.txt")).Expect(200);
        Assert.Contains(
            "1× downloaded",
            (await _alice.OpenAsync(share)).Text,
            StringComparison.Ordinal
        );

        // What is left as it is stays as it is; the day is the same day.
        var changed = await ChangeAsync(
            share,
            ("rights", "view"),
            ("no-password", "yes"),
            ("last-day", "2026-03-31"),
            ("downloads", ""),
            ("label", "For <grandma>")
        );
        Assert.Equal((303, share + "?changed"), (changed.Status, changed.Header("Location")));
        (await Friend.GetAsync(link + "/one.txt")).Expect(200);
        (await Friend.GetAsync(link + "?archive")).Expect(403);
        Assert.Contains(
            "value=\"2026-03-31\"",
            (await _alice.OpenAsync(share)).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"href=\"{share}\"",
            (await _alice.OpenAsync("/files/Album/Photos?about")).Text,
            StringComparison.Ordinal
        );

        _household.Api.Time.Advance(TimeSpan.FromDays(29.5));
        (await Friend.GetAsync(link + "/one.txt")).Expect(200);
        _household.Api.Time.Advance(TimeSpan.FromDays(1));
        (await Friend.GetAsync(link + "/one.txt")).Expect(410);
        _alice = new Browser(_household.Api.Host);
        await _alice.SignInAsync("alice", "demo");
        Assert.Contains(
            "Its last day has passed",
            (await _alice.OpenAsync(share)).Text,
            StringComparison.Ordinal
        );
        Assert.Equal(
            (303, "/shares"),
            await SubmitAsync(_alice, share, ("act", "end")) is var ended
                ? (ended.Status, ended.Header("Location"))
                : default
        );
        (await Friend.GetAsync(link + "/one.txt")).Expect(404);
        (await _alice.OpenAsync(share)).Expect(404);
    }

    [Fact]
    public async Task What_cannot_be_shared_is_said_on_the_form_with_what_was_filled_in()
    {
        (string, string)[] fine =
        [
            ("with", "link"),
            ("rights", "view"),
            ("label", "My words"),
            ("statement", "links-1"),
        ];
        foreach (
            var (wrong, status, sentence) in (((string, string), int, string)[])
                [
                    (("statement", ""), 403, "Confirm that you hold the rights"),
                    (("statement", "links-0"), 403, "Confirm that you hold the rights"),
                    (("rights", "edit"), 400, "What they may do"),
                    (("rights", "x"), 400, "What they may do"),
                    (("last-day", "2026-03-01"), 400, "Last day"),
                    (("last-day", "tomorrow"), 400, "Last day"),
                    (("downloads", "0"), 400, "Number of downloads"),
                    (("downloads", "many"), 400, "Number of downloads"),
                    (("password", new string('x', 1025)), 400, "Password"),
                    (("with", "household"), 400, "With whom"),
                ]
        )
        {
            var refused = await SubmitNewAsync(
                Photos,
                [.. fine.Where(field => field.Item1 != wrong.Item1), wrong]
            );
            Assert.Equal((wrong, status), (wrong, refused.Status));
            Assert.Contains("role=\"alert\"", refused.Text, StringComparison.Ordinal);
            Assert.Contains(sentence, refused.Text, StringComparison.Ordinal);
            Assert.Contains("value=\"My words\"", refused.Text, StringComparison.Ordinal);
        }
        Assert.Equal(404, (await SubmitNewAsync("/nothing", fine)).Status);
        Assert.Equal(404, (await _alice.OpenAsync("/shares/new?of=%2F..")).Status);
        Assert.Contains(
            "You share nothing yet",
            (await _alice.OpenAsync("/shares")).Expect(200).Text,
            StringComparison.Ordinal
        );
        // A form of another browser.
        var before = (await _bob.OpenAsync("/shares")).Expect(200);
        var guard = _bob.HiddenOf("/sign-out").Single(field => field.Name == "guard");
        var foreign = await _alice.SendAsync(
            "POST",
            "/shares/new",
            [("guard", guard.Value), ("of", Photos), .. fine]
        );
        foreign.Expect(403);
        Assert.Contains("You share nothing yet", before.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_household_receives_leaves_and_takes_back_and_members_are_chosen()
    {
        var carol = await _household.AddAsync("carol");
        var share = await MakeAsync(
            Photos,
            ("with", "household"),
            ("rights", "view"),
            ("everybody", "yes"),
            ("label", "Our photos")
        );
        Assert.Contains(
            "Everybody of your household",
            (await _alice.OpenAsync(share)).Text,
            StringComparison.Ordinal
        );
        Assert.Contains("Our photos", string.Join(',', await carol.ListAsync("/dav/")));

        var received = (await _bob.OpenAsync("/shares")).Expect(200);
        Assert.Contains("from alice", received.Text, StringComparison.Ordinal);
        Assert.Contains("href=\"/files/Our%20photos\"", received.Text, StringComparison.Ordinal);
        var number = share.Split('/')[^1];
        Assert.Equal(
            303,
            (await SubmitAsync(_bob, "/shares", ("act", "leave"), ("share", number))).Status
        );
        Assert.Equal(["own.txt"], await _household.Bob.ListAsync("/dav/"));
        Assert.Contains(
            "not among your files",
            (await _bob.OpenAsync("/shares")).Text,
            StringComparison.Ordinal
        );
        await SubmitAsync(_bob, "/shares", ("act", "bring"), ("share", number));
        Assert.Contains("Our photos", await _household.Bob.ListAsync("/dav/"));
        Assert.Contains(
            "alice shares this with you",
            (await _bob.OpenAsync("/files/Our%20photos?about")).Expect(200).Text,
            StringComparison.Ordinal
        );
        (await _bob.OpenAsync("/shares/new?of=%2FOur%20photos")).Expect(403);
        (await _bob.OpenAsync(share)).Expect(404);
        Assert.Equal(404, (await SubmitAsync(_bob, share, ("act", "end"))).Status);

        // What is over for everybody begins anew for one.
        await SubmitAsync(_alice, share, ("act", "end"));
        var bob = await _household.Api.AccountAsync("bob");
        var named = await MakeAsync(
            Photos,
            ("with", "household"),
            ("rights", "edit"),
            ("member", $"{bob.Value}")
        );
        Assert.Contains(
            "Of your household: bob",
            (await _alice.OpenAsync(named)).Text,
            StringComparison.Ordinal
        );
        Assert.Equal(["own.txt", "Photos"], (await _household.Bob.ListAsync("/dav/")).Order());
        Assert.Empty(await carol.ListAsync("/dav/"));
        var both = await ChangeAsync(
            named,
            ("rights", "edit"),
            ("label", ""),
            ("member", $"{bob.Value}"),
            ("member", $"{(await _household.Api.AccountAsync("carol")).Value}")
        );
        Assert.Equal(303, both.Status);
        Assert.Equal(["Photos"], await carol.ListAsync("/dav/"));
    }

    [Fact]
    public async Task A_paused_share_says_so_to_its_owner_with_the_reason_and_to_others_without()
    {
        var share = await MakeAsync(
            Photos,
            ("with", "household"),
            ("rights", "view"),
            ("everybody", "yes")
        );
        var link = await MakeAsync(
            Photos,
            ("with", "link"),
            ("rights", "view"),
            ("statement", "links-1")
        );
        await _bob.OpenAsync("/shares");
        var suspension = await _household.SuspendAsync("alice", Switches.Share);
        foreach (var one in (string[])[share, link])
        {
            var page = (await _alice.OpenAsync(one)).Expect(200).Text;
            Assert.Contains("cannot be opened at the moment", page, StringComparison.Ordinal);
            Assert.Contains("Your bill is open.", page, StringComparison.Ordinal);
        }
        Assert.Contains(
            ">paused<",
            (await _alice.OpenAsync("/shares")).Text,
            StringComparison.Ordinal
        );
        var seen = (await _bob.OpenAsync("/shares")).Expect(200).Text;
        Assert.Contains(">paused<", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("bill", seen, StringComparison.Ordinal);
        var form = (await _alice.OpenAsync("/shares/new?of=%2FAlbum")).Expect(200).Text;
        Assert.Contains("Your bill is open.", form, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"statement\"", form, StringComparison.Ordinal);
        await _household.LiftAsync(suspension);
        Assert.DoesNotContain(
            ">paused<",
            (await _alice.OpenAsync("/shares")).Text,
            StringComparison.Ordinal
        );

        // The owner can end what is blocked, and not change it.
        var number = long.Parse(link.Split('/')[^1], CultureInfo.InvariantCulture);
        await _household.Contracts.SetAsync(
            "alice",
            MeasureKind.ShareBlock,
            Switches.None,
            new Texts { En = "A court asked for it." },
            share: number
        );
        var blocked = (await _alice.OpenAsync(link)).Expect(200).Text;
        Assert.Contains("A court asked for it.", blocked, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"last-day\"", blocked, StringComparison.Ordinal);
        Assert.Equal(303, (await SubmitAsync(_alice, link, ("act", "end"))).Status);
    }

    [Fact]
    public async Task What_is_marked_as_other_peoples_work_is_for_the_household_alone()
    {
        var link = await MakeAsync(
            Photos,
            ("with", "link"),
            ("rights", "view"),
            ("statement", "links-1")
        );
        var address = LinkOn(await _alice.OpenAsync(link));
        var marked = await SubmitAsync(_alice, "/shares", ("act", "protect"), ("of", "/Album"));
        Assert.Equal((303, "/files/Album?about"), (marked.Status, marked.Header("Location")));
        Assert.Contains(
            "This is marked as other people’s work",
            WebUtility.HtmlDecode((await _alice.OpenAsync("/files/Album/Photos?about")).Text),
            StringComparison.Ordinal
        );
        (await Friend.GetAsync(address)).Expect(403);
        Assert.Contains(
            "This is marked as other people’s work",
            WebUtility.HtmlDecode((await _alice.OpenAsync(link)).Text),
            StringComparison.Ordinal
        );
        var form = (await _alice.OpenAsync("/shares/new?of=%2FAlbum%2FPhotos")).Expect(200).Text;
        Assert.DoesNotContain("name=\"statement\"", form, StringComparison.Ordinal);
        Assert.Contains("name=\"everybody\"", form, StringComparison.Ordinal);
        Assert.Contains(
            "href=\"/files/Album?about\"",
            (await _alice.OpenAsync("/shares")).Text,
            StringComparison.Ordinal
        );
        await SubmitAsync(_alice, "/shares", ("act", "unprotect"), ("of", "/Album"));
        (await Friend.GetAsync(address)).Expect(200);
    }

    [Fact]
    public async Task In_the_take_back_window_shares_are_looked_at_and_ended_and_not_made()
    {
        var link = await MakeAsync(
            Photos,
            ("with", "link"),
            ("rights", "view"),
            ("statement", "links-1")
        );
        await _household.Contracts.EndAsync("alice", _household.Api.Time.GetUtcNow());
        Assert.Contains(
            "Your contract has ended",
            (await _alice.OpenAsync(link)).Expect(200).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Your contract has ended",
            (await _alice.OpenAsync("/shares/new?of=%2FAlbum")).Expect(200).Text,
            StringComparison.Ordinal
        );
        var refused = await SubmitNewAsync(
            Photos,
            ("with", "link"),
            ("rights", "view"),
            ("statement", "links-1")
        );
        Assert.Equal(403, refused.Status);
        Assert.Equal(303, (await SubmitAsync(_alice, link, ("act", "end"))).Status);
    }

    private async Task<string> MakeAsync(string of, params (string, string)[] fields)
    {
        var made = await SubmitNewAsync(of, fields);
        Assert.True(made.Status == 303, $"{made}");
        return made.Header("Location")!.Split('?')[0];
    }

    private Task<DavAnswer> SubmitNewAsync(string of, params (string, string)[] fields) =>
        SubmitAsync(_alice, "/shares/new", [("of", of), .. fields]);

    private Task<DavAnswer> ChangeAsync(string share, params (string, string)[] fields) =>
        SubmitAsync(_alice, share, [("act", "change"), .. fields]);

    // Of several forms on a page, any: their guard is the same.
    private static async Task<DavAnswer> SubmitAsync(
        Browser browser,
        string action,
        params (string, string)[] fields
    )
    {
        (await browser.OpenAsync("/shares")).Expect(200);
        var guard = browser.HiddenOf("/sign-out").Single(field => field.Name == "guard");
        return await browser.SendAsync("POST", action, [guard, .. fields]);
    }

    private static string LinkOn(DavAnswer page) =>
        new Uri(page.Expect(200).Text.Split("readonly value=\"")[1].Split('"')[0]).AbsolutePath;
}
