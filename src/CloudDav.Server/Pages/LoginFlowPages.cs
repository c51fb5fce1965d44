using System.Globalization;
using CloudDav.Server.Auth;
using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>
/// Login flow v2, as the sync clients know it: a program begins it, opens the page in the person's browser, and asks until the person has said yes there, which a form says and no
/// address that is opened. Then it is given an app password of its own, once.
/// </summary>
internal static class LoginFlowPages
{
    private const string Begin = "/login/v2";
    private const string Poll = Begin + "/poll";
    private const string Flow = Begin + "/flow";
    private const string Answer = "answer";
    private const string Yes = "grant";

    public static void Map(IEndpointRouteBuilder routes)
    {
        // The same with and without: clients fall back from one to the other.
        foreach (var door in (string[])["", "/index.php"])
        {
            routes.MapPost(door + Begin, BeginAsync);
            routes.MapPost(door + Poll, PollAsync);
            routes.MapMethods(door + Flow + "/{token}", ["GET", "HEAD"], ShowAsync);
            routes.MapPost(door + Flow + "/{token}", AnswerAsync);
        }
    }

    private static async Task BeginAsync(HttpContext context)
    {
        var begun = await Desk(context)
            .BeginAsync(
                context.Request.Headers.UserAgent.ToString(),
                AddressOf(context),
                SignIn.ShownAddressOf(context.Connection.RemoteIpAddress),
                context.RequestAborted
            );
        if (begun.Refusal is { } refusal)
        {
            RefuseSilently(context, refusal);
            return;
        }
        var server = ServerOf(context.Request);
        await WriteAsync(
            context,
            new
            {
                poll = new { token = begun.Value.Poll.Reveal(), endpoint = server + Poll },
                login = $"{server}{Flow}/{begun.Value.Login.Reveal()}",
            }
        );
    }

    // Nothing but the answer has a body: Nextcloud's Android client takes whatever has one for it.
    private static async Task PollAsync(HttpContext context)
    {
        var form = await SmallForm.ReadAsync(context.Request);
        if (form is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        var token = form.One("token") ?? context.Request.Query["token"].ToString();
        var fetched = await Desk(context)
            .FetchAsync(token, AddressOf(context), context.RequestAborted);
        if (fetched.Refusal is { } refusal)
            RefuseSilently(context, refusal);
        else if (fetched.Value is { } grant)
            await WriteAsync(
                context,
                new
                {
                    server = ServerOf(context.Request),
                    loginName = grant.Name,
                    appPassword = grant.Device.Password.Reveal(),
                }
            );
        else
            context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private static async Task ShowAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (await Desk(context).FindAsync(TokenOf(context), visit.Stop) is not { } flow)
            await ShowOverAsync(visit);
        else if (visit.Session is { } session)
            await AskAsync(visit, flow, session.Actor, visit.Path);
        else
            await SignInPages.AskAsync(
                visit,
                visit.Path,
                // The desktop client says who was signed in there before.
                name: context.Request.Query["user"],
                why: visit.Words.ConnectSignInFirst
            );
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is not { } session || await visit.ReadFormAsync() is not { } form)
        {
            // Signed out meanwhile, or not from our page: it is asked again, and nothing was granted.
            await ShowAsync(context);
            return;
        }
        var (token, words) = (TokenOf(context), visit.Words);
        if (form.One(Answer) != Yes)
        {
            if (await Desk(context).RefuseAsync(token, visit.Stop))
                await visit.ShowAsync(
                    StatusCodes.Status200OK,
                    words.NotConnected,
                    Html.Of($"<p>{words.NotConnectedText}</p>")
                );
            else
                await ShowOverAsync(visit);
            return;
        }
        var granted = await Desk(context).GrantAsync(session.Actor, token, visit.Stop);
        if (granted.IsSuccess)
            await visit.ShowAsync(
                StatusCodes.Status200OK,
                words.Connected,
                Html.Of($"<p>{words.ConnectedText}</p>")
            );
        else if (granted.Refusal!.Rule == RefusalRule.LinkNotValid)
            await ShowOverAsync(visit);
        else
            await visit.ShowAsync(granted.Refusal);
    }

    private static Task AskAsync(Visit visit, LoginFlow flow, Actor actor, string path)
    {
        var words = visit.Words;
        return visit.ShowAsync(
            StatusCodes.Status200OK,
            words.Connect,
            Html.Of(
                $"""
                <p>{words.ConnectQuestion}</p>
                <dl>
                <dt>{words.Program}</dt><dd>{(
                    flow.Agent.Length > 0 ? flow.Agent : words.UnknownProgram
                )}</dd>
                <dt>{words.Address}</dt><dd>{flow.Address}</dd>
                <dt>{words.Time}</dt><dd>{visit.Reader.MomentOf(flow.Created)}</dd>
                <dt>{words.Account}</dt><dd>{actor.Name}</dd>
                </dl>
                <p class="quiet">{words.ConnectWarning}</p>
                {visit.FormTo(path)}
                <button name="{Answer}" value="{Yes}">{words.Grant}</button>
                <button name="{Answer}" value="refuse" class="second">{words.Refuse}</button>
                </form>
                {SignInPages.SignOutForm(visit, words.NotYou, path)}
                """
            )
        );
    }

    private static Task ShowOverAsync(Visit visit) =>
        visit.ShowAsync(
            StatusCodes.Status403Forbidden,
            visit.Words.RequestOver,
            Html.Of($"<p>{visit.Words.RequestOverText}</p>")
        );

    private static LoginFlowDesk Desk(HttpContext context) =>
        context.RequestServices.GetRequiredService<LoginFlowDesk>();

    private static string AddressOf(HttpContext context) =>
        SignIn.AddressOf(context.Connection.RemoteIpAddress);

    private static string TokenOf(HttpContext context) =>
        (string)context.Request.RouteValues["token"]!;

    private static string ServerOf(HttpRequest request) => $"{request.Scheme}://{request.Host}";

    private static void RefuseSilently(HttpContext context, Refusal refusal)
    {
        var row = context
            .RequestServices.GetRequiredService<RefusalDesk>()
            .Answer(context, refusal)
            .Row;
        context.Response.StatusCode = row.Status;
        if (row.RetryAfter is { } delay)
            context.Response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds)
                .ToString(CultureInfo.InvariantCulture);
    }

    private static Task WriteAsync<T>(HttpContext context, T answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsJsonAsync(answer, context.RequestAborted);
    }
}
