using CloudDav.Server.Hosting;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>
/// Where a one-time link leads that the operator has sent: whoever has it sets a password of their own and is signed in with it. So people come to what is theirs in the take-back window, when the
/// operator's sign-in went with the main contract. What they may do then is their standing's to say.
/// </summary>
internal static class TakeBackPages
{
    /// <summary>How its address begins; the link's token follows.</summary>
    public const string Root = "/take-back";

    private const string Password = "password";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(
            Root + "/{token}",
            ["GET", "HEAD"],
            // Whether the link is good is not told before it is used: every try counts.
            async context =>
                await AskAsync(await Visit.OpenAsync(context), problem: null)
        );
        routes.MapPost(Root + "/{token}", SetAsync);
    }

    private static Task AskAsync(
        Visit visit,
        string? problem,
        int status = StatusCodes.Status200OK,
        TimeSpan? retryAfter = null
    )
    {
        var words = SignInWords.In(visit.Language);
        return visit.ShowAsync(
            status,
            words.TakeBack,
            Html.Of(
                $"""
                <p>{words.TakeBackWhy}</p>
                {(
                    problem is null
                        ? Html.None
                        : Html.Of($"""<p class="alert" role="alert" id="problem">{problem}</p>""")
                )}
                {visit.FormTo(visit.Path)}
                <label for="{Password}">{visit.Words.NewPassword}</label>
                <input id="{Password}" name="{Password}" type="password" autocomplete="new-password" minlength="{OwnPassword.MinLength}" required aria-describedby="{Password}-hint">
                <p class="quiet" id="{Password}-hint">{words.PasswordHint(OwnPassword.MinLength)}</p>
                <button>{words.TakeBackButton}</button>
                </form>
                """
            ),
            retryAfter
        );
    }

    private static async Task SetAsync(HttpContext context)
    {
        var visit = await Visit.OpenAsync(context);
        if (await visit.ReadFormAsync() is not { } form)
        {
            await AskAsync(visit, visit.TooOld, StatusCodes.Status403Forbidden);
            return;
        }
        var set = await visit
            .Get<TakeBackDesk>()
            .SetPasswordAsync(
                (string)context.Request.RouteValues["token"]!,
                form.One(Password),
                visit.Place.Address,
                visit.Stop
            );
        var told = set.Refusal is { } refusal ? visit.Tell(refusal) : null;
        switch (set.Refusal?.Rule)
        {
            case null:
                await SignInAsync(visit, set.Value);
                break;
            case RefusalRule.InvalidInput:
                await AskAsync(
                    visit,
                    SignInWords.In(visit.Language).PasswordHint(OwnPassword.MinLength),
                    told!.Row.Status
                );
                break;
            case RefusalRule.SignInBusy or RefusalRule.TooManyTries:
                await AskAsync(visit, told!.Text, told.Row.Status, told.Row.RetryAfter);
                break;
            default:
                await visit.ShowAsync(set.Refusal!);
                break;
        }
    }

    private static async Task SignInAsync(Visit visit, Actor actor)
    {
        var begun = await visit.BeginAsync(actor);
        if (begun.IsSuccess)
        {
            await visit.SignInAsync(begun.Value);
            visit.GoTo(AccountPages.Root);
        }
        else
            // The link stands for the password and for nothing besides.
            await SignInPages.AskAsync(
                visit,
                AccountPages.Root,
                name: actor.Name,
                why: SignInWords.In(visit.Language).PasswordIsSet
            );
    }
}
