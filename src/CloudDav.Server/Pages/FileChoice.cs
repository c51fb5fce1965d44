using System.Globalization;
using System.Text.Json;
using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>What is chosen on the page of a folder, and what is done with all of it: a download, a move, the trash. What is chosen is known by its id, so that what has taken its name since the page was shown is left alone.</summary>
internal static class FileChoice
{
    /// <summary>The query of an archive: of the whole folder, or with the ids of what is chosen.</summary>
    public const string Archive = "zip";

    private const string Form = "chosen";
    private const string Item = "item";
    private const string To = "to";
    private const string Zip = "zip";
    private const string Remove = "remove";
    private const string Carry = "carry";

    /// <summary>The box by which a member is chosen.</summary>
    public static Html Box(ChoiceWords words, NodeRow node) =>
        Html.Of(
            $"""<input type="checkbox" name="{Item}" value="{node.Id.Value}" form="{Form}" aria-label="{words.ChooseItem(node.Name)}">"""
        );

    /// <summary>What can be done with what is chosen, and what the page's module says.</summary>
    public static Html Tools(Visit visit, ChoiceWords words, string[] path) =>
        Html.Of(
            $"""
            <form method="post" action="{FilePages.AddressOf(path)}" id="{Form}" class="chosen">
            {visit.Guard()}
            <fieldset>
            <legend>{words.WithChosen}</legend>
            <button name="{FilePages.Act}" value="{Zip}" class="second">{words.Zip}</button>
            <button name="{FilePages.Act}" value="{Remove}" class="second">{visit.Words.Delete}</button>
            <span class="joined"><label for="carry" class="hidden">{visit.Words.MoveTo}</label>
            <input id="carry" name="{To}" value="{TrashEndpoints.Text(path)}" autocomplete="off">
            <button name="{FilePages.Act}" value="{Carry}" class="second">{visit.Words.Move}</button></span>
            </fieldset>
            </form>
            <details class="keys"><summary>{words.Keys}</summary><p>{words.KeysText}</p></details>
            <div id="transfers" data-at="{string.Join('/', path)}" data-to="{UploadPages.Root}" data-words="{JsonSerializer.Serialize(
                words.Script
            )}"></div>
            {Assets.Script("files.js")}
            """
        );

    /// <summary>Whether something is asked for that is done with what is chosen.</summary>
    public static bool Knows(string? act) => act is Zip or Remove or Carry;

    /// <summary>Does it, and leads on.</summary>
    public static async Task ActAsync(
        Visit visit,
        VaultTree tree,
        string[] path,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        var (address, wanted) = (FilePages.AddressOf(path), form.Numbers(Item).ToHashSet());
        if (wanted.Count == 0)
        {
            visit.GoTo(address);
            return;
        }
        var (chosen, folder, areShared) = (new List<NodeRow>(), default(VaultState), false);
        var listed = await tree.ListAsync(
            path,
            1,
            NodeDetails.None,
            (below, of, node, _) =>
            {
                if (below.Length == 0)
                    folder = of;
                else if (wanted.Contains(node.Id.Value))
                {
                    areShared |= of.Id != folder!.Id;
                    chosen.Add(node.Copy());
                }
            },
            visit.Stop
        );
        var refusal =
            listed.Refusal
            ?? (chosen.Count == 0 ? new Refusal(RefusalRule.NotFound) { Path = path } : null);
        if (refusal is not null)
        {
            await visit.ShowAsync(refusal, FilePages.Root);
            return;
        }
        switch (form.One(FilePages.Act))
        {
            case Zip when areShared:
                var words = ChoiceWords.In(visit.Language);
                await visit.ShowAsync(
                    words.Zip,
                    Html.Of(
                        $"""
                        <p class="alert" role="alert">{words.SharedAlone}</p>
                        <p><a href="{address}">{visit.Words.Back}</a></p>
                        """
                    ),
                    FilePages.Root
                );
                break;
            case Zip:
                visit.GoTo($"{address}?{Archive}={Join(chosen.Select(node => node.Id))}");
                break;
            case Remove:
                await RemoveAsync(visit, tree, path, folder!, chosen);
                break;
            case Carry:
                await CarryAsync(visit, tree, path, chosen, FilePages.SegmentsOf(form.One(To)));
                break;
        }
    }

    /// <summary>What an archive is asked of; null when the query cannot be read.</summary>
    public static ArchiveScope? ScopeOf(HttpContext context, string[] path) =>
        context.Request.Query[Archive].ToString() is not { Length: > 0 } list ? new(path)
        : Split(list) is { } items ? new(path, items.ToHashSet())
        : null;

    /// <summary>Several ids, as an address has them: in hexadecimal, the smallest and then each one's distance from the one before.</summary>
    public static string Join(IEnumerable<NodeId> items)
    {
        var last = 0L;
        return string.Join(
            '.',
            items
                .Select(item => item.Value)
                .Order()
                .Select(value =>
                {
                    var distance = value - last;
                    last = value;
                    return distance.ToString("x", CultureInfo.InvariantCulture);
                })
        );
    }

    /// <summary>The ids of such a list; null when it is none, or of more than one page.</summary>
    public static IReadOnlyList<NodeId>? Split(string list)
    {
        var (items, last) = (new List<NodeId>(), 0L);
        foreach (var part in list.Split('.', FilePages.PageItems + 1))
        {
            if (
                items.Count == FilePages.PageItems
                || !long.TryParse(
                    part,
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var distance
                )
                || distance <= 0
                || distance > (1L << 53) - last
            )
                return null;
            last += distance;
            items.Add(new NodeId(last));
        }
        return items;
    }

    private static async Task RemoveAsync(
        Visit visit,
        VaultTree tree,
        string[] path,
        VaultState folder,
        List<NodeRow> chosen
    )
    {
        foreach (var (done, node) in chosen.Index())
        {
            var deleted = await tree.DeleteAsync(
                [.. path, node.Name],
                ChangeGuard.None,
                visit.Stop
            );
            if (deleted.Refusal is { } refusal)
            {
                await RefuseAsync(visit, refusal, chosen, done, Back(done));
                return;
            }
        }
        visit.GoTo(Back(chosen.Count));

        // What lay in somebody else's cloud lies in their trash.
        string Back(int deleted)
        {
            var address = FilePages.AddressOf(path);
            return deleted > 0 && folder.Id == tree.Actor.Vault
                ? $"{address}?{FilePages.Deleted}={Join(chosen.Take(deleted).Select(node => node.Id))}"
                : address;
        }
    }

    private static async Task CarryAsync(
        Visit visit,
        VaultTree tree,
        string[] path,
        List<NodeRow> chosen,
        string[] to
    )
    {
        foreach (var (done, node) in chosen.Index())
        {
            if (path.AsSpan().SequenceEqual(to))
                break;
            var moved = await tree.MoveAsync(
                [.. path, node.Name],
                [.. to, node.Name],
                new Transfer { Overwrites = false },
                ChangeGuard.None,
                visit.Stop
            );
            if (moved.Refusal is { } refusal)
            {
                await RefuseAsync(visit, refusal, chosen, done, FilePages.AddressOf(path));
                return;
            }
        }
        visit.GoTo(FilePages.AddressOf(to));
    }

    // Which one it was, and what became of those before it.
    private static Task RefuseAsync(
        Visit visit,
        Refusal refusal,
        List<NodeRow> chosen,
        int done,
        string back
    )
    {
        var told = visit.Tell(refusal);
        return visit.ShowAsync(
            told.Row.Status,
            told.Title,
            Html.Of(
                $"""
                <p class="alert" role="alert"><b>{chosen[done].Name}</b>: {told.Text}</p>
                {(
                    done > 0
                        ? Html.Of(
                            $"<p>{ChoiceWords.In(visit.Language).DoneBefore(done, chosen.Count)}</p>"
                        )
                        : Html.None
                )}
                <p><a href="{back}">{visit.Words.Back}</a></p>
                """
            ),
            FilePages.Root,
            told.Row.RetryAfter
        );
    }
}
