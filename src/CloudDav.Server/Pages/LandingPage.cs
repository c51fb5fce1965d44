using CloudDav.Server.Hosting;
using CloudDav.WebDav;

namespace CloudDav.Server.Pages;

/// <summary>What a browser sees at the server's bare address: the way in, and how the cloud is mounted. Its icon and the like are not there, and ask for no password.</summary>
internal static class LandingPage
{
    public static bool Answers(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        || (
            HttpMethods.IsHead(context.Request.Method) && !DavDiscovery.AnswersAnonymously(context)
        );

    public static async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path != "/")
        {
            await PlainText.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "There is nothing at this address."
            );
            return;
        }
        DavDiscovery.SetHeaders(context.Response);
        var visit = await Visit.OpenAsync(context);
        if (visit.Session is not null)
        {
            visit.GoTo(FilePages.Root);
            return;
        }
        var words = LandingWords.In(visit.Language);
        var tree = $"{context.Request.Scheme}://{context.Request.Host}/dav/";
        await visit.ShowAsync(
            StatusCodes.Status200OK,
            visit.Get<Brand>().ServiceName,
            Html.Of(
                $"""
                <p>{words.What}</p>
                <p><a class="button" href="{SignInPages.SignInPath}">{visit.Words.SignIn}</a></p>
                <dl>
                <dt>{words.Drive}</dt><dd><code>{tree}</code></dd>
                <dt>{words.Television}</dt><dd><a href="{TvPages.Root}">{words.TelevisionHow}</a></dd>
                </dl>
                """
            )
        );
    }
}
