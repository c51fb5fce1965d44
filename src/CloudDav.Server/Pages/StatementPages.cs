using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>Where people state once for all that they hold the rights to what their programs share by links.</summary>
internal static class StatementPages
{
    /// <summary>Where it is; <see cref="RefusalRule.RightsNotStatedForPrograms"/> leads there.</summary>
    public const string Path = "/sharing-statement";

    // Of the sentence that is shown: another sentence needs another version.
    private const string Version = "programs-1";
    private const string Answer = "answer";
    private const string Yes = "confirm";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Path, ["GET", "HEAD"], ShowAsync);
        routes.MapForm(Path, SharePages.Root, ChangeAsync);
    }

    private static async Task ShowAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is not { } session)
        {
            await SignInPages.AskAsync(visit, Path);
            return;
        }
        var found = await visit
            .Get<CustomerDesk>()
            .FindRightsStatementAsync(session.Actor, visit.Stop);
        if (found.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal);
            return;
        }
        var (words, isMade) = (visit.Words, found.Value is not null);
        await visit.ShowAsync(
            StatusCodes.Status200OK,
            words.Statement,
            Html.Of(
                $"""
                <p>{words.StatementWhy}</p>
                <blockquote>{words.StatementText}</blockquote>
                {(isMade ? Html.Of($"""<p role="status">{words.StatementMade}</p>""") : Html.None)}
                {visit.FormTo(Path)}
                {(isMade
                    ? Html.Of($"""<button name="{Answer}" value="withdraw" class="second">{words.StatementWithdraw}</button>""")
                    : Html.Of($"""<button name="{Answer}" value="{Yes}">{words.StatementConfirm}</button>"""))}
                </form>
                """
            )
        );
    }

    private static async Task ChangeAsync(
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var set = await visit
            .Get<CustomerDesk>()
            .SetRightsStatementAsync(
                session.Actor,
                form.One(Answer) == Yes ? Version : null,
                visit.Stop
            );
        if (set.Refusal is { } refusal)
            await visit.ShowAsync(refusal);
        else
            visit.GoTo(Path);
    }
}
