using CloudDav.Server.Api;
using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>Where the module of the files' pages sends what was chosen or dropped, by <see cref="Tus"/>: what was stopped goes on. Without script a form sends it.</summary>
internal static class UploadPages
{
    /// <summary>Where uploads are.</summary>
    public const string Root = "/uploads";

    // What proves of a form that it is ours, of a request that is none.
    private const string GuardHeader = "X-Form-Guard";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Root, context => OpenAsync(context, static tus => tus.BeginAsync()));
        routes.MapMethods(
            Root + "/{id}",
            ["HEAD", "PATCH", "DELETE"],
            context => OpenAsync(context, static tus => tus.GoOnAsync())
        );
    }

    private static async Task OpenAsync(HttpContext context, Func<Tus, Task> act)
    {
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is not { } session)
            await new ProblemResult(new Refusal(RefusalRule.SignedOut)).ExecuteAsync(context);
        else if (
            !HttpMethods.IsHead(context.Request.Method)
            && !visit.IsOfOurs(context.Request.Headers[GuardHeader])
        )
            await new ProblemResult(new Refusal(RefusalRule.DoorNotAllowed)).ExecuteAsync(context);
        else
            await act(new Tus(context, visit.TreeOf(session), Root));
    }
}
