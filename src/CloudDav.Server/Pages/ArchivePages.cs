using CloudDav.Server.Api;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>Taking everything back: the archive of everything as a download, how much it is, and how to go on with one that was cut.</summary>
internal static class ArchivePages
{
    /// <summary>Where it is.</summary>
    public const string Path = AccountPages.Root + "/archive";

    private const string Content = AccountPages.Root + "/archive.zip";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPage(Path, ShowAsync);
        routes.MapPage(
            Content,
            (context, visit, session) =>
                ArchiveEndpoint.HandleAsync(
                    context,
                    new VaultTree(visit.Own(session)),
                    ArchiveScope.Whole,
                    refusal => visit.ShowAsync(refusal, Path)
                )
        );
    }

    private static async Task ShowAsync(HttpContext context, Visit visit, BrowserSession session)
    {
        var words = AccountWords.In(visit.Language);
        var found = await visit.Get<CustomerDesk>().FindOverviewAsync(session.Actor, visit.Stop);
        var tag = found.IsSuccess
            ? await visit.Own(session).FindArchiveTagAsync(ArchiveScope.Whole, visit.Stop)
            : found.Refusal!;
        if (tag.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, AccountPages.Root);
            return;
        }
        var usage = found.Value.Usage;
        await AccountPages.ShowAsync(
            visit,
            Path,
            words.Everything,
            usage.Items == 0
                ? Html.Of($"""<p class="quiet">{words.NothingThere}</p>""")
                : Html.Of(
                    $"""
                    <p>{words.EverythingText}</p>
                    <dl>
                    {AccountPages.Fact(
                        words.HowMuch,
                        words.AboutSize(
                            visit.Reader.SizeOf(usage.UsedBytes),
                            AccountPages.ItemsOf(visit, usage.Items)
                        )
                    )}
                    </dl>
                    <p class="quiet">{words.Free}</p>
                    <p><a class="button main" href="{Content}" download>{words.DownloadAll}</a></p>
                    <h2>{words.Resume}</h2>
                    <p>{words.ResumeBrowser}</p>
                    <p>{words.ResumeCurl}</p>
                    {Commands(visit, context.Request, session.Actor.Name, tag.Value)}
                    <h2>{words.Big}</h2>
                    <p>{words.BigText} <a href="{DevicePages.Root}">{words.BigLink}</a></p>
                    """
                )
        );
    }

    // Of another state of the tree nothing is sent that would be put behind what was saved of this one.
    private static Html Commands(Visit visit, HttpRequest request, string name, string tag)
    {
        var words = AccountWords.In(visit.Language);
        var address = $"{request.Scheme}://{request.Host}{CustomerApi.Prefix}/archive";
        return Html.Of(
            $"""
            {CommandLine.Show(words.CurlUnix, Command(CommandLine.Unix))}
            {CommandLine.Show(words.CurlWindows, Command(CommandLine.Windows))}
            """
        );

        string Command(Func<string, string> quote) =>
            $"curl -C - -u {quote(name)} -H {quote("If-Match: " + tag)} -o everything.zip {address}";
    }
}
