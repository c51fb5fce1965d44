using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections.Features;

namespace CloudDav.Server.Pages;

/// <summary>How each system is connected: steps, links and commands that are ready to be used; and, for Windows, what its network drive needs, tested from both sides.</summary>
internal static class HowToConnect
{
    /// <summary>Where it is, for whoever has an app password already.</summary>
    public const string Path = DevicePages.Root + "/how";

    private const string WindowsPath = DevicePages.Root + "/windows";
    private const string SettingsPath = DevicePages.Root + "/webclient.reg";
    private const string Tree = "/dav/";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPage(
            Path,
            (context, visit, session) =>
                visit.ShowAsync(
                    DeviceWords.In(visit.Language).How,
                    Show(visit, context.Request, session.Actor.Name, password: null),
                    DevicePages.Root
                )
        );
        routes.MapPage(WindowsPath, (context, visit, _) => ShowWindowsAsync(context, visit));
        routes.MapMethods(SettingsPath, ["GET", "HEAD"], SendSettingsAsync);
    }

    /// <summary>The ways of all systems; the one that the browser runs on is open.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="request">Where the server is, as the browser has come here.</param>
    /// <param name="name">The sign-in name.</param>
    /// <param name="password">The app password, the one time that it is shown; null at any other.</param>
    public static Html Show(Visit visit, HttpRequest request, string name, string? password)
    {
        var words = DeviceWords.In(visit.Language);
        var server = ServerOf(request);
        var address = AddressOf(request);
        var agent = visit.Agent;
        var isPhone = agent.Contains("Mobi", StringComparison.Ordinal);
        return Html.Of(
            $"""
            {Assets.Style("devices.css")}
            {(
                password is not null
                    ? Html.Of($"<h2>{words.How}</h2>")
                    : Html.Of(
                        $"""
                        <p>{words.HowText}</p>
                        <dl>
                        <dt>{words.AddressOf}</dt><dd><code>{address}</code></dd>
                        <dt>{visit.Words.Name}</dt><dd><code>{name}</code></dd>
                        </dl>
                        """
                    )
            )}
            {Section(words.Phone, isPhone, Phone(words, server, name, password))}
            {Section(
                words.Sync,
                isOpen: false,
                Html.Of(
                    $"""
                    <p>{words.SyncText}</p>
                    {CommandLine.Show(words.ServerAddress, server)}
                    """
                )
            )}
            {Section("Windows", agent.Contains("Windows", StringComparison.Ordinal), Windows(words, address, name, password))}
            {Section(
                "macOS",
                agent.Contains("Macintosh", StringComparison.Ordinal),
                Html.Of(
                    $"""
                    <ol><li>{words.MacStep1}</li><li>{words.MacStep2}</li><li>{words.MacStep3}</li></ol>
                    {CommandLine.Show(words.AddressOf, address)}
                    """
                )
            )}
            {Section(
                "Linux",
                !isPhone && agent.Contains("Linux", StringComparison.Ordinal),
                Linux(words, request, name)
            )}
            {Section(words.Rclone, isOpen: false, Rclone(words, address, name, password))}
            <p hidden data-copy="{words.Copy}" data-copied="{words.Copied}"></p>
            {Assets.Script("devices.js")}
            """
        );
    }

    private static Html Section(string title, bool isOpen, Html content) =>
        Html.Of(
            $"""
            <details class="way"{(isOpen ? Html.Of($" open") : Html.None)}>
            <summary>{title}</summary>
            {content}
            </details>
            """
        );

    // As the apps of the Nextcloud family read it, from a camera and from a link.
    private static Html Phone(DeviceWords words, string server, string name, string? password)
    {
        if (password is null)
            return Html.Of($"<p>{words.SyncText}</p><p>{words.PhoneOther}</p>");
        var login =
            $"nc://login/server:{server}&user:{Uri.EscapeDataString(name)}&password:{Uri.EscapeDataString(password)}";
        return Html.Of(
            $"""
            <p>{words.PhoneText}</p>
            {QrCode.Of(login, words.QrLabel)}
            <p><a href="{login}">{words.OpenInApp}</a></p>
            <p>{words.PhoneOther}</p>
            """
        );
    }

    private static Html Windows(DeviceWords words, string address, string name, string? password) =>
        Html.Of(
            $"""
            <ol><li>{words.WindowsStep1}</li><li>{words.WindowsStep2}</li><li>{words.WindowsStep3}</li></ol>
            {CommandLine.Show(words.AddressOf, address)}
            {CommandLine.Show(
                words.WindowsCommand,
                // An asterisk has it ask.
                $"net use Z: {address} /user:{CommandLine.Windows(name)} {password ?? "*"} /persistent:yes"
            )}
            <p>{words.WindowsLimits} <a href="{SettingsPath}" download>{words.RegFile}</a>. {words.RegHow}</p>
            <p><a href="{WindowsPath}">{words.TestLink}</a></p>
            """
        );

    private static Html Linux(DeviceWords words, HttpRequest request, string name)
    {
        var place = $"{Uri.EscapeDataString(name)}@{request.Host}{Tree}";
        var (gnome, kde) = request.IsHttps
            ? ("davs://" + place, "webdavs://" + place)
            : ("dav://" + place, "webdav://" + place);
        return Html.Of(
            $"""
            <p>{words.LinuxText}</p>
            <dl>
            <dt>GNOME, Xfce, Cinnamon, MATE</dt><dd><a href="{gnome}">{gnome}</a></dd>
            <dt>KDE</dt><dd><a href="{kde}">{kde}</a></dd>
            </dl>
            """
        );
    }

    private static Html Rclone(DeviceWords words, string address, string name, string? password)
    {
        // What is obscured by rclone itself is never taken for something that was obscured already.
        var pass = password ?? "APP-PASSWORD";
        return Html.Of(
            $"""
            {CommandLine.Show(
                words.RcloneText,
                $"rclone config create cloud webdav vendor=owncloud url={address} user={CommandLine.Unix(name)} pass={pass} --obscure"
            )}
            {CommandLine.Show(words.RcloneUse, "rclone copy --progress cloud: my-cloud")}
            {(
                password is null || name.Any(char.IsControl)
                    ? Html.None
                    : CommandLine.Show(
                        words.RcloneBlock,
                        $"""
                        [cloud]
                        type = webdav
                        vendor = owncloud
                        url = {address}
                        user = {name}
                        pass = {RclonePassword.Obscure(password)}
                        """
                    )
            )}
            """
        );
    }

    private static Task ShowWindowsAsync(HttpContext context, Visit visit)
    {
        var (words, request) = (DeviceWords.In(visit.Language), context.Request);
        // Behind a proxy the connection of the browser is not ours to see.
        var tls = context.Features.Get<ITlsHandshakeFeature>()?.Protocol;
        var isName = !IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out _);
        return visit.ShowAsync(
            words.TestTitle,
            Html.Of(
                $"""
                {Assets.Style("devices.css")}
                <p>{words.TestText}</p>
                <h2>{words.Needs}</h2>
                <noscript><p class="alert">{words.NeedsScript}</p></noscript>
                <ul class="tests">
                {(
                    request.IsHttps
                        ? Known(words, true, words.Https)
                        : Known(words, false, words.NoHttps)
                )}
                {(isName ? Known(words, true, words.HostName) : Known(words, false, words.HostNumber))}
                {(
                    tls is { } version && version != SslProtocols.None
                        ? Known(
                            words,
                            version is SslProtocols.Tls12 or SslProtocols.Tls13,
                            words.Tls(
                                version switch
                                {
                                    SslProtocols.Tls12 => "TLS 1.2",
                                    SslProtocols.Tls13 => "TLS 1.3",
                                    _ => version.ToString(),
                                }
                            )
                        )
                        : Html.None
                )}
                {(request.IsHttps ? Tested(words, "certificate", words.Certificate) : Html.None)}
                {Tested(words, "root", words.RootAnswers)}
                {Tested(words, "tree", words.TreeAnswers)}
                {Tested(words, "password", words.AsksPassword)}
                <li><span class="result">{words.Open}</span> {words.Service} {words.ServiceHow} <code>sc query webclient</code></li>
                </ul>
                <h2>{words.Limits}</h2>
                <ul>
                <li>{words.Limit50}</li>
                <li>{words.LimitFolder}</li>
                <li>{words.Limit4G}</li>
                <li>{words.LimitPath}</li>
                <li>{words.LimitSpace}</li>
                </ul>
                <p><a class="button" href="{SettingsPath}" download>{visit.Words.Download} webclient.reg</a></p>
                <p>{words.RegHow}</p>
                {CommandLine.Show(words.RegContent, WindowsDrive.Settings(!request.IsHttps).TrimEnd())}
                <p><a href="{Path}">{words.How}</a></p>
                {Assets.Script("windows.js")}
                """
            ),
            DevicePages.Root
        );
    }

    private static Html Known(DeviceWords words, bool isGood, string text) =>
        Html.Of(
            $"""<li class="{(isGood ? "good" : "bad")}"><span class="result">{(isGood ? words.Good : words.Bad)}</span> {text}</li>"""
        );

    // Said by script, with the words that stand here.
    private static Html Tested(DeviceWords words, string test, string text) =>
        Html.Of(
            $"""<li data-test="{test}" data-good="{words.Good}" data-bad="{words.Bad}"><span class="result">{words.Open}</span> {text}</li>"""
        );

    private static async Task SendSettingsAsync(HttpContext context)
    {
        var file = WindowsDrive.FileOf(WindowsDrive.Settings(!context.Request.IsHttps));
        var response = context.Response;
        response.ContentType = "application/octet-stream";
        response.ContentLength = file.Length;
        response.Headers.ContentDisposition = "attachment; filename=\"webclient.reg\"";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-cache";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        if (HttpMethods.IsGet(context.Request.Method))
            await response.Body.WriteAsync(file, context.RequestAborted);
    }

    /// <summary>The address of the tree, as the browser has come here.</summary>
    public static string AddressOf(HttpRequest request) => ServerOf(request) + Tree;

    private static string ServerOf(HttpRequest request) => $"{request.Scheme}://{request.Host}";
}
