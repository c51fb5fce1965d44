using CloudDav.Server.Auth;
using CloudDav.Server.Options;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Pages;

/// <summary>The way to the operator's OpenID provider and back, for who signs in with it (<see cref="ProviderSignIn"/>). Without one there are no such pages.</summary>
internal static class ProviderPages
{
    private const string Path = SignInPages.SignInPath + "/provider";
    private const string BackPath = Path + "/return";
    private const string LeftPath = Path + "/left";
    private const string To = "to";
    private const string Again = "again";

    private static readonly TimeSpan s_retryAfter = TimeSpan.FromMinutes(1);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Path, ["GET", "HEAD"], GoAsync);
        routes.MapGet(BackPath, ComeBackAsync);
        routes.MapMethods(LeftPath, ["GET", "HEAD"], LeftAsync);
    }

    /// <summary>The button that leads to the provider; null when there is none.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="to">Where to go on then.</param>
    /// <param name="isAgain">Whether it is for somebody who is signed in and has to show once more who they are.</param>
    public static Html? WayIn(Visit visit, string to, bool isAgain = false)
    {
        if (visit.Find<ProviderSignIn>() is null)
            return null;
        var words = SignInWords.In(visit.Language);
        var label = visit.Get<IOptions<SignInOptions>>().Value.ProviderName is { } name
            ? words.WithNamedProvider(name)
            : words.WithProvider;
        // A link: what a form leads to, the policy of the pages keeps within this site.
        return Html.Of(
            $"""<p><a class="button first" href="{Path}?{To}={Uri.EscapeDataString(to)}{(isAgain ? $"&{Again}" : "")}">{label}</a></p>"""
        );
    }

    /// <summary>Goes on to the provider, so that it forgets the person as well. False when that is not to be, and nothing was written.</summary>
    /// <param name="visit">The visit of somebody who has just been signed out here.</param>
    /// <param name="to">Where to go in the end.</param>
    public static async ValueTask<bool> LeaveAsync(Visit visit, string to)
    {
        if (
            visit.Find<ProviderSignIn>() is not { } provider
            || await provider.FindWayOutAsync(visit.FullAddressOf(LeftPath), to, visit.Stop)
                is not { } address
        )
            return false;
        var words = SignInWords.In(visit.Language);
        visit.GoOnTo(address);
        await visit.ShowAsync(
            StatusCodes.Status200OK,
            words.SignedOut,
            Html.Of(
                $"""
                <p>{words.SignedOutHere}</p>
                <p><a class="button" href="{address}">{words.GoOnToProvider}</a></p>
                """
            )
        );
        return true;
    }

    private static async Task GoAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        var to = SignInPages.LocalPath(context.Request.Query[To]);
        if (visit.Find<ProviderSignIn>() is not { } provider)
        {
            visit.GoTo(SignInPages.SignInPath);
            return;
        }
        var address = await provider.FindWayInAsync(
            visit.GiveSecret(),
            to,
            context.Request.Query.ContainsKey(Again),
            visit.FullAddressOf(BackPath),
            Refusals.Reader.TagOf(visit.Language),
            visit.Stop
        );
        if (address is null)
            await ShowAwayAsync(visit, to);
        else
            visit.GoTo(address);
    }

    private static async Task ComeBackAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Find<ProviderSignIn>() is not { } provider)
        {
            visit.GoTo(SignInPages.SignInPath);
            return;
        }
        var answer = await provider.FinishAsync(
            visit.Secret,
            context.Request.Query,
            visit.FullAddressOf(BackPath),
            visit.Stop
        );
        var to = SignInPages.LocalPath(answer.To);
        var words = SignInWords.In(visit.Language);
        switch (answer.Outcome)
        {
            case ProviderOutcome.SignedIn:
                await BeginAsync(visit, answer.Actor!, answer.Proved, to);
                break;
            case ProviderOutcome.Away:
                await ShowAwayAsync(visit, to);
                break;
            case ProviderOutcome.Refused:
                await visit.ShowAsync(answer.Refusal!);
                break;
            case ProviderOutcome.Declined:
                await SignInPages.AskAsync(visit, to, problem: words.Declined);
                break;
            case ProviderOutcome.BeginAgain:
                await AskAgainAsync(visit, to);
                break;
        }
    }

    private static async Task BeginAsync(
        Visit visit,
        Actor actor,
        DateTimeOffset? proved,
        string to
    )
    {
        var now = visit.Get<TimeProvider>().GetUtcNow();
        var begun = await visit
            .Get<SessionDesk>()
            .BeginAsync(
                actor,
                SignInWay.Provider,
                // The provider's clock may be ahead of ours.
                proved > now
                    ? now
                    : proved,
                visit.Place,
                visit.Stop
            );
        if (begun.Refusal is not null)
        {
            await AskAgainAsync(visit, to);
            return;
        }
        visit.Get<SignInDesk>().NoteSignIn(actor.Account, "provider");
        await visit.SignInAsync(begun.Value);
        visit.GoTo(to);
    }

    private static Task AskAgainAsync(Visit visit, string to) =>
        SignInPages.AskAsync(
            visit,
            to,
            problem: SignInWords.In(visit.Language).BeginAgain,
            status: StatusCodes.Status403Forbidden
        );

    private static Task ShowAwayAsync(Visit visit, string to) =>
        SignInPages.AskAsync(
            visit,
            to,
            problem: SignInWords.In(visit.Language).ProviderAway,
            status: StatusCodes.Status503ServiceUnavailable,
            retryAfter: s_retryAfter
        );

    // Where the provider leads after it has forgotten the person.
    private static async Task LeftAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        visit.GoTo(
            context.Request.Query["state"] is [{ } to]
                ? SignInPages.LocalPath(to)
                : SignInPages.SignInPath
        );
    }
}
