using System.Text;
using CloudDav.Server.Hosting;
using CloudDav.Server.Pages;
using CloudDav.Server.Previews;
using CloudDav.Vault;
using static System.FormattableString;

namespace CloudDav.Server.Links;

/// <summary>
/// A link in a browser: its folder as a list, its one file to be downloaded, the password asked for in a form, and files handed in where nothing is shown. Contents come from the door as for everybody,
/// at the same addresses. What is told is the item's and not its owner's: no name, no sizes of folders, and of what stands in the way that it does.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="address">The link's path.</param>
internal sealed class LinkPage(HttpContext context, string address)
{
    private const string Password = "password";
    private const string Files = "file";
    private const string HasArrived = "arrived";
    private const string AsList = "list";

    /// <summary>The query that asks for a preview of a picture or video, with its size.</summary>
    public const string Preview = "preview";

    private readonly Visit _visit = Visit.OfAnybody(context);

    private LinkWords Words => LinkWords.In(_visit.Language);

    /// <summary>Whether somebody asks who looks at pages. A form can only come from one.</summary>
    public static bool IsAskedFor(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
            ? request.HasFormContentType
            : (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
                && request
                    .Headers.Accept.ToString()
                    .Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a link's pictures are seen before they are downloaded. Where downloads are counted they are not: whoever sees them has them.</summary>
    public static bool ShowsPreviews(Share share) =>
        share.Rights != ShareRights.Drop && share.MaxDownloads is null;

    /// <summary>Shows why the link cannot be opened.</summary>
    public Task RefuseAsync(Refusal refusal) => _visit.ShowAsync(refusal);

    /// <summary>The password in the form that was sent; null when there is none.</summary>
    public async ValueTask<byte[]?> ReadPasswordAsync() =>
        HttpMethods.IsPost(context.Request.Method)
        && await _visit.ReadFormAsync() is { } form
        && form.One(Password) is { } password
            ? Encoding.UTF8.GetBytes(password)
            : null;

    /// <summary>Asks for the password.</summary>
    /// <param name="answer">What came of the one that was given; null when none was.</param>
    public Task AskAsync(SignInAnswer? answer)
    {
        var problem = answer?.Outcome switch
        {
            null => null,
            SignInOutcome.TooMany => _visit.Words.TooManyTries(
                (long)Math.Ceiling(answer.Value.RetryAfter!.Value.TotalMinutes)
            ),
            SignInOutcome.Busy => _visit.Tell(new(RefusalRule.SignInBusy)).Text,
            _ => Words.PasswordWrong,
        };
        var described = problem is null
            ? Html.None
            : Html.Of($""" aria-describedby="problem" aria-invalid="true" """);
        return _visit.ShowAsync(
            answer?.Outcome switch
            {
                null => StatusCodes.Status200OK,
                SignInOutcome.TooMany => StatusCodes.Status429TooManyRequests,
                SignInOutcome.Busy => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status403Forbidden,
            },
            _visit.Words.Password,
            Html.Of(
                $"""
                <p>{Words.PasswordAsked}</p>
                {(
                    problem is null
                        ? Html.None
                        : Html.Of($"""<p class="alert" role="alert" id="problem">{problem}</p>""")
                )}
                {_visit.FormTo(Here)}
                <label for="{Password}">{_visit.Words.Password}</label>
                <input id="{Password}" name="{Password}" type="password" autocomplete="off" required{described}>
                <button>{_visit.Words.Open}</button>
                </form>
                """
            ),
            answer?.RetryAfter
        );
    }

    /// <summary>Shows the page again that a form was on.</summary>
    public void GoBack() => _visit.GoTo(Here);

    /// <summary>Shows what is at the address; false when it is a content, which the door sends.</summary>
    /// <param name="session">The visitor.</param>
    /// <param name="share">The link.</param>
    /// <param name="item">What it shares; null where things are only put in.</param>
    public async ValueTask<bool> TryShowAsync(VaultSession session, Share share, NodeRow? item)
    {
        var path = Path();
        if (item is null)
        {
            await (
                path.Length == 0
                    ? ShowHandInAsync(share, problem: null, status: StatusCodes.Status200OK)
                    : RefuseAsync(new(RefusalRule.ShareRightMissing))
            );
            return true;
        }
        if (!item.IsFolder)
        {
            if (path.Length > 0)
                return false;
            await ShowFileAsync(share, item);
            return true;
        }
        var found = await session.FindAsync(path, NodeDetails.None, _visit.Stop);
        if (found.Refusal is { } refusal)
            await RefuseAsync(refusal);
        else if (!found.Value.Node.IsFolder)
            return false;
        else
            await ShowFolderAsync(session, share, item, path);
        return true;
    }

    /// <summary>Stores what is handed in by the form for it.</summary>
    /// <param name="session">The visitor.</param>
    /// <param name="share">The link.</param>
    public async Task TakeAsync(VaultSession session, Share share)
    {
        if (
            UploadForm.BoundaryOf(context.Request) is not { } boundary
            || share.Rights != ShareRights.Drop
        )
        {
            GoBack();
            return;
        }
        var sent = await UploadForm.StoreAsync(
            context.Request,
            boundary,
            _visit,
            async (name, upload) =>
                (await session.WriteAsync([name], upload, ChangeGuard.None, _visit.Stop)).Refusal
        );
        if (sent.Refusal is not { } refusal)
        {
            _visit.GoTo(Invariant($"{address}?{HasArrived}={sent.Stored}"));
            return;
        }
        var told = _visit.Tell(refusal);
        await ShowHandInAsync(
            share,
            sent.Stored == 0 ? told.Text : $"{Words.Arrived(sent.Stored)} {told.Text}",
            told.Row.Status,
            told.Row.RetryAfter
        );
    }

    private Task ShowHandInAsync(
        Share share,
        string? problem,
        int status,
        TimeSpan? retryAfter = null
    ) =>
        _visit.ShowAsync(
            status,
            Words.HandIn,
            Html.Of(
                $"""
                {(
                    problem is not null
                        ? Html.Of($"""<p class="alert" role="alert">{problem}</p>""")
                    : FilePages.NumberOf(context, HasArrived) is > 0 and var arrived
                        ? Html.Of(
                            $"""<div role="status" class="done"><p>{Words.Arrived(arrived)}</p></div>"""
                        )
                    : Html.None
                )}
                <p>{Words.HandInHint}</p>
                {_visit.UploadTo(address)}
                <label for="{Files}">{_visit.Words.UploadFiles}</label>
                <input id="{Files}" name="{Files}" type="file" multiple required>
                <button>{Words.Send}</button>
                </form>
                {End(share)}
                """
            ),
            retryAfter
        );

    private Task ShowFileAsync(Share share, NodeRow file) =>
        _visit.ShowAsync(
            StatusCodes.Status200OK,
            file.Name,
            Html.Of(
                $"""
                <p class="quiet">{_visit.Reader.SizeOf(file.Size)}</p>
                <p><a class="button" href="{AddressOf([file.Name])}">{_visit.Words.Download}</a></p>
                {End(share)}
                """
            )
        );

    private async Task ShowFolderAsync(
        VaultSession session,
        Share share,
        NodeRow top,
        string[] path
    )
    {
        var page = FilePages.PageOf(context);
        var (seen, items) = (0L, new List<NodeRow>());
        var listed = await session.ListAsync(
            path,
            1,
            NodeDetails.None,
            (below, _, node, _) =>
            {
                if (
                    below.Length > 0
                    && seen++ >= (page - 1) * FilePages.PageItems
                    && items.Count < FilePages.PageItems
                )
                    items.Add(node.Copy());
            },
            _visit.Stop
        );
        if (listed.Refusal is { } refusal)
        {
            await RefuseAsync(refusal);
            return;
        }
        var pictures = ShowsPreviews(share) ? items.Where(HasPreview).ToList() : [];
        var isGallery = pictures.Count > 0 && !context.Request.Query.ContainsKey(AsList);
        var listing = isGallery ? items.Except(pictures).ToList() : items;
        await _visit.ShowAsync(
            StatusCodes.Status200OK,
            path.Length > 0 ? path[^1] : NameOf(top),
            Html.Of(
                $"""
                {Assets.Style("sharing.css")}
                {Crumbs(top, path)}
                {(
                    pictures.Count == 0
                        ? Html.None
                        : Html.Of(
                            $"""<p><a href="{AddressOf(path)}{(
                                isGallery ? "?" + AsList : ""
                            )}">{(isGallery ? Words.AsList : Words.AsPictures)}</a></p>"""
                        )
                )}
                {(
                    share.Rights == ShareRights.Download && seen > 0
                        ? Html.Of(
                            $"""<p><a class="button" href="{AddressOf(path)}?archive">{Words.DownloadAll}</a></p>"""
                        )
                        : Html.None
                )}
                {(
                    seen == 0
                        ? Html.Of($"""<p class="quiet">{Words.Empty}</p>""")
                        : Html.Of(
                            $"""
                            {(isGallery ? Gallery(path, pictures) : Html.None)}
                            {(
                                listing.Count == 0
                                    ? Html.None
                                    : Html.Of(
                                        $"""
                                        <ul class="list shared">
                                        {Html.Each(listing, node => Row(path, node))}
                                        </ul>
                                        """
                                    )
                            )}
                            """
                        )
                )}
                {FilePages.Pages(_visit, AddressOf(path), page, seen)}
                {End(share)}
                """
            ),
            navigation: Top
        );
    }

    private Html Top
    {
        get
        {
            var brand = _visit.Get<Brand>();
            return brand.Logo == Html.None
                ? Html.Of($"""<header><p class="brand">{brand.ServiceName}</p></header>""")
                : Html.Of($"<header>{brand.Logo}</header>");
        }
    }

    private static bool HasPreview(NodeRow node) =>
        !node.IsFolder && MediaClasses.Of(node) is MediaClass.Image or MediaClass.Video;

    private Html Gallery(string[] path, IEnumerable<NodeRow> pictures) =>
        Html.Of(
            $"""
            {Assets.Style("photos.css")}
            <ul class="photos">
            {Html.Each(
                pictures,
                node =>
                {
                    var picture = AddressOf([.. path, node.Name]);
                    var version = PreviewAnswer.VersionOf(node.Content);
                    // A video is downloaded, and a picture seen larger first.
                    var seen =
                        MediaClasses.Of(node) == MediaClass.Image
                            ? Invariant($"{picture}?{Preview}={PreviewDesk.Sizes[^1]}&{version}")
                            : picture;
                    return Html.Of(
                        $"""
                        <li><a href="{seen}"><img src="{Invariant(
                            $"{picture}?{Preview}={PreviewDesk.Sizes[0]}&{version}"
                        )}" alt="{node.Name}" loading="lazy"></a>
                        <a class="quiet" href="{picture}" aria-label="{Words.DownloadFile(node.Name)}">{_visit.Words.Download}</a></li>
                        """
                    );
                }
            )}
            </ul>
            {Assets.Script("photos.js")}
            """
        );

    private Html Row(string[] path, NodeRow node)
    {
        var (reader, changed) = (
            _visit.Reader,
            DateTimeOffset.FromUnixTimeMilliseconds(node.ModifiedMs)
        );
        return Html.Of(
            $"""
            <li><span><a href="{AddressOf([.. path, node.Name])}" class="{(
                node.IsFolder ? "folder" : "file"
            )}">{node.Name}</a> <span class="quiet">{(
                node.IsFolder ? "" : reader.SizeOf(node.Size) + ", "
            )}{reader.MomentOf(changed)}</span></span></li>
            """
        );
    }

    private Html Crumbs(NodeRow top, string[] path) =>
        path.Length == 0
            ? Html.None
            : Html.Of(
                $"""
                <nav aria-label="{_visit.Words.Place}" class="crumbs"><ol>
                <li><a href="{address}">{NameOf(top)}</a></li>
                {Html.Each(
                    Enumerable.Range(1, path.Length - 1),
                    depth =>
                        Html.Of(
                            $"""<li><a href="{AddressOf(path[..depth])}">{path[depth - 1]}</a></li>"""
                        )
                )}
                </ol></nav>
                """
            );

    private Html End(Share share) =>
        share.Expires is { } end
            ? Html.Of(
                $"""<p class="quiet">{Words.Until(SharePages.EndOf(_visit.Reader, end))}</p>"""
            )
            : Html.None;

    // A whole cloud has no name of its own.
    private string NameOf(NodeRow folder) =>
        folder.Name.Length > 0 ? folder.Name : Words.SharedFolder;

    private string AddressOf(IEnumerable<string> path) =>
        string.Join('/', path.Select(Uri.EscapeDataString).Prepend(address));

    // Where the form that is shown goes, and its answer leads back to.
    private string Here => AddressOf(Path());

    /// <summary>What is asked for, from what the link shares down.</summary>
    public string[] Path() =>
        [
            .. context
                .Request.Path.Value![address.Length..]
                .Split('/', StringSplitOptions.RemoveEmptyEntries)
                .Select(name => name.Normalize(NormalizationForm.FormC)),
        ];
}
