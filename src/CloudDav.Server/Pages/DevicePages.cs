using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>The devices in a browser: each with what it was last used for, new ones with their app password, and the way out when somebody else has one.</summary>
internal static class DevicePages
{
    /// <summary>Where they are.</summary>
    public const string Root = "/devices";

    private const string Act = "act";
    private const string Which = "device";
    private const string Name = "name";
    private const string Password = "password";
    private const string Stolen = "stolen";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPage(Root, ShowAsync);
        routes.MapPost(
            Root,
            context =>
                Visit.TakeAsync(
                    context,
                    Root,
                    Root,
                    (visit, session, form) => ChangeAsync(context, visit, session, form)
                )
        );
        HowToConnect.Map(routes);
    }

    private static async Task ShowAsync(Visit visit, BrowserSession session)
    {
        var found = await visit.Get<CustomerDesk>().ListDevicesAsync(session.Actor, visit.Stop);
        var own = await visit.Get<SecondFactorDesk>().FindAsync(session, visit.Stop);
        if ((found.Refusal ?? own.Refusal) is { } refusal)
        {
            await visit.ShowAsync(refusal, Root);
            return;
        }
        var words = visit.Words;
        var devices = found.Value.Where(device => device.Revoked is null).ToList();
        await visit.ShowAsync(
            words.Devices,
            Html.Of(
                $"""
                {(
                    devices.Count == 0
                        ? Html.Of($"""<p class="quiet">{words.NoDevices}</p>""")
                        : Html.Of(
                            $"""
                            <ul class="list">
                            {Html.Each(devices, device => Row(visit, device))}
                            </ul>
                            <p class="quiet">{words.WipeHint}</p>
                            """
                        )
                )}
                <h2>{words.AddDevice}</h2>
                <p>{words.AddDeviceHint}</p>
                {visit.FormTo(Root)}
                <input type="hidden" name="{Act}" value="add">
                <label for="{Name}">{words.DeviceName}</label>
                <input id="{Name}" name="{Name}" maxlength="200" autocomplete="off" required>
                <button>{words.MakeAppPassword}</button>
                </form>
                <p><a href="{HowToConnect.Path}">{DeviceWords.In(visit.Language).How}</a> · <a href="{PairingPages.Path}">{words.TvConnect}</a></p>
                {ReportForm(visit, session, own.Value)}
                """
            ),
            Root
        );
    }

    private static Html ReportForm(Visit visit, BrowserSession session, OwnSignIn own)
    {
        var (words, takesPassword) = (visit.Words, TakesPassword(visit, session, own));
        var about =
            takesPassword ? Html.Of($"{words.StolenPassword}")
            : own.HasPassword
                ? Html.Of(
                    $"""{words.StolenStale} <a href="{SecurityPages.AgainTo(Root + "#" + Stolen)}">{SignInWords.In(visit.Language).Again}</a>"""
                )
            : Html.Of($"{words.StolenAtProvider}");
        return Html.Of(
            $"""
            <h2 id="{Stolen}">{words.Stolen}</h2>
            <p>{words.StolenText}</p>
            <p>{about}</p>
            {visit.FormTo(Root)}
            <input type="hidden" name="{Act}" value="report">
            {(
                takesPassword
                    ? Html.Of(
                        $"""
                        <label for="{Password}">{words.NewPassword}</label>
                        <input id="{Password}" name="{Password}" type="password" autocomplete="new-password" minlength="{OwnPassword.MinLength}" required>
                        """
                    )
                    : Html.None
            )}
            <button class="second">{words.StolenButton}</button>
            </form>
            """
        );
    }

    // In place of one that is there, and from who has just shown that it is them: somebody else may sit at the browser.
    private static bool TakesPassword(Visit visit, BrowserSession session, OwnSignIn own) =>
        own.HasPassword && visit.Get<SessionDesk>().RefusesStale(session) is null;

    private static Html Row(Visit visit, Device device)
    {
        var (words, reader) = (visit.Words, visit.Reader);
        return Html.Of(
            $"""
            <li><span><b>{device.Name}</b> <span class="quiet">{(
                device.IsTv ? Html.Of($"{words.Tv}, ") : Html.None
            )}{words.Added(reader.MomentOf(device.Created))}, {(
                device.LastUsed is { } used
                    ? words.LastUsed(reader.MomentOf(used))
                    : words.NeverUsed
            )}</span></span>
            {Button(visit, "revoke", device, words.Revoke, words.RevokeDevice(device.Name))}
            {(
                device.IsTv
                    ? Html.None
                    : Button(visit, "wipe", device, words.Wipe, words.WipeDevice(device.Name))
            )}</li>
            """
        );
    }

    private static Html Button(Visit visit, string act, Device device, string text, string label) =>
        Html.Of(
            $"""
            {visit.FormTo(Root)}
            <input type="hidden" name="{Act}" value="{act}">
            <input type="hidden" name="{Which}" value="{device.Id.Value}">
            <button class="second" aria-label="{label}">{text}</button>
            </form>
            """
        );

    private static async Task ChangeAsync(
        HttpContext context,
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var desk = visit.Get<CustomerDesk>();
        DeviceId? device = form.Number(Which) is { } id ? new DeviceId(id) : null;
        Refusal? refused = null;
        switch (form.One(Act))
        {
            case "add":
                var added = await desk.AddDeviceAsync(
                    session.Actor,
                    form.One(Name)?.Trim(),
                    visit.Stop
                );
                if (added.IsSuccess)
                {
                    await ShowNewAsync(context, visit, session.Actor, added.Value);
                    return;
                }
                refused = added.Refusal;
                break;
            case "revoke" when device is { } gone:
                refused = (await desk.RevokeDeviceAsync(session.Actor, gone, visit.Stop)).Refusal;
                break;
            case "wipe" when device is { } lost:
                refused = (await desk.WipeDeviceAsync(session.Actor, lost, visit.Stop)).Refusal;
                break;
            case "report":
                var own = await visit.Get<SecondFactorDesk>().FindAsync(session, visit.Stop);
                var reported = await SecurityEndpoints.ReportAsync(
                    desk,
                    visit.Get<SignInDesk>(),
                    session.Actor,
                    form.One(Password) ?? "",
                    own.IsSuccess && TakesPassword(visit, session, own.Value),
                    visit.Stop
                );
                refused = reported.Refusal;
                if (refused is null)
                {
                    // This browser's own session has ended as well.
                    await visit.SignOutAsync();
                    await SignInPages.AskAsync(
                        visit,
                        Root,
                        why: visit.Words.StolenDone(reported.Value.Password)
                    );
                    return;
                }
                break;
        }
        if (refused is not null)
            await visit.ShowAsync(refused, Root);
        else
            visit.GoTo(Root);
    }

    // The only time that the password is seen.
    private static Task ShowNewAsync(HttpContext context, Visit visit, Actor actor, NewDevice made)
    {
        var (words, password) = (visit.Words, made.Password.Reveal());
        return visit.ShowAsync(
            words.DeviceAdded(made.Device.Name),
            Html.Of(
                $"""
                <dl>
                <dt>{words.Name}</dt><dd><code>{actor.Name}</code></dd>
                <dt>{words.AppPassword}</dt><dd><code>{password}</code></dd>
                <dt>{DeviceWords.In(
                    visit.Language
                ).AddressOf}</dt><dd><code>{HowToConnect.AddressOf(context.Request)}</code></dd>
                </dl>
                <p class="alert">{words.AppPasswordOnce}</p>
                {HowToConnect.Show(visit, context.Request, actor.Name, password)}
                <p><a class="button" href="{Root}">{words.Devices}</a></p>
                """
            ),
            Root
        );
    }
}
