using CloudDav.Server.Api;
using CloudDav.Vault;

namespace CloudDav.Server.Pages;

/// <summary>
/// A file's earlier versions, on its page: each is downloaded, brought back, and, by who has just shown that it is them, deleted for good. They are the owner's: of what others share there are none here.
/// </summary>
internal static class VersionPages
{
    /// <summary>The act that makes one the file's content again.</summary>
    public const string Restore = "restore";

    /// <summary>The act, and the query of the page that asks before, by which one goes for good.</summary>
    public const string Purge = "purge";

    /// <summary>The field, and the query of its content, that tells which one.</summary>
    public const string Version = "version";

    private const int MostVersions = 100;

    /// <summary>The list of them for a file's page; nothing when there are none.</summary>
    public static async Task<Html> SectionAsync(
        Visit visit,
        VaultTree tree,
        string[] path,
        Found found
    )
    {
        if (found.Node.IsFolder || found.Vault.Id != tree.Actor.Vault)
            return Html.None;
        var listed = await tree.Own.ListVersionsAsync(
            found.Node.Id,
            null,
            MostVersions,
            visit.Stop
        );
        if (!listed.IsSuccess || listed.Value.Versions.Count == 0)
            return Html.None;
        var (words, purge) = (visit.Words, SignInWords.In(visit.Language));
        var address = FilePages.AddressOf(path);
        return Html.Of(
            $"""
            <h2>{words.Versions}</h2>
            <ul class="list">
            {Html.Each(
                listed.Value.Versions,
                version =>
                {
                    var moment = visit.Reader.MomentOf(version.Modified);
                    return Html.Of(
                        $"""
                        <li><span><a href="{address}?{Version}={version.Number}" aria-label="{words.Download}: {moment}">{moment}</a>, {visit.Reader.SizeOf(version.Size)}</span>
                        {visit.FormTo(address)}
                        <input type="hidden" name="{FilePages.Act}" value="{Restore}">
                        <input type="hidden" name="{Version}" value="{version.Number}">
                        <button class="second" aria-label="{words.RestoreItem(moment)}">{words.Restore}</button>
                        </form>
                        <a href="{address}?{Purge}={version.Number}" aria-label="{purge.PurgeOf(moment)}">{purge.Purge}</a></li>
                        """
                    );
                }
            )}
            </ul>
            """
        );
    }

    /// <summary>Sends one's content.</summary>
    public static async Task SendAsync(
        HttpContext context,
        Visit visit,
        VaultTree tree,
        string[] path,
        long version
    )
    {
        var file = await FindAsync(visit, tree, path);
        await Download.AnswerAsync(
            context,
            file.Refusal is { } refusal
                ? refusal
                : await tree.Own.OpenVersionAsync(file.Value, version, visit.Stop),
            refused => visit.ShowAsync(refused, FilePages.Root)
        );
    }

    /// <summary>Asks whether one is to go for good.</summary>
    public static async Task AskPurgeAsync(
        Visit visit,
        BrowserSession session,
        VaultTree tree,
        string[] path,
        long version
    )
    {
        if (visit.Get<SessionDesk>().RefusesStale(session) is not null)
        {
            await SecurityPages.AskAgainAsync(visit, session, PurgeAddress(path, version));
            return;
        }
        var file = await FindAsync(visit, tree, path);
        // The one that is asked for is the newest of those before the next number.
        var listed = file.Refusal is { } missing
            ? missing
            : await tree.Own.ListVersionsAsync(file.Value, version + 1, 1, visit.Stop);
        if (listed.Refusal is null && listed.Value.Versions is [{ } one] && one.Number == version)
            await TrashPages.AskPurgeAsync(
                visit,
                $"{path[^1]}, {visit.Reader.MomentOf(one.Modified)}",
                SignInWords.In(visit.Language).PurgeVersionWhat,
                FilePages.AddressOf(path),
                Html.Of(
                    $"""
                    <input type="hidden" name="{FilePages.Act}" value="{Purge}">
                    <input type="hidden" name="{Version}" value="{version}">
                    """
                ),
                FilePages.AddressOf(path) + "?about"
            );
        else
            await visit.ShowAsync(
                listed.Refusal ?? new Refusal(RefusalRule.NotFound) { Path = path },
                FilePages.Root
            );
    }

    /// <summary>Makes one the file's content again, or removes it for good.</summary>
    /// <returns>Where to go on; null when somebody has to show first that it is them, which the answer then asks for.</returns>
    public static async ValueTask<VaultResult<string?>> ActAsync(
        Visit visit,
        BrowserSession session,
        VaultTree tree,
        string[] path,
        string act,
        long version
    )
    {
        if (act == Purge && visit.Get<SessionDesk>().RefusesStale(session) is not null)
        {
            await SecurityPages.AskAgainAsync(visit, session, PurgeAddress(path, version));
            return (string?)null;
        }
        var file = await FindAsync(visit, tree, path);
        if (file.Refusal is { } missing)
            return missing;
        var refusal =
            act == Purge
                ? (
                    await tree.Own.RemoveVersionAsync(
                        file.Value,
                        version,
                        purgesNow: true,
                        visit.Stop
                    )
                ).Refusal
                : (
                    await tree.Own.RestoreVersionAsync(
                        file.Value,
                        version,
                        ChangeGuard.None,
                        visit.Stop
                    )
                ).Refusal;
        return refusal is not null ? refusal : FilePages.AddressOf(path) + "?about";
    }

    private static string PurgeAddress(string[] path, long version) =>
        FormattableString.Invariant($"{FilePages.AddressOf(path)}?{Purge}={version}");

    // A file of the person's own.
    private static async ValueTask<VaultResult<NodeId>> FindAsync(
        Visit visit,
        VaultTree tree,
        string[] path
    )
    {
        var found = await tree.FindAsync(path, NodeDetails.None, visit.Stop);
        return found.Refusal is { } refusal ? refusal
            : found.Value.Vault.Id == tree.Actor.Vault ? found.Value.Node.Id
            : new Refusal(RefusalRule.NotFound) { Path = path };
    }
}
