using System.Globalization;
using CloudDav.Server.Api;
using CloudDav.Server.Jobs;
using CloudDav.Vault;

namespace CloudDav.Server.Previews;

/// <summary>
/// Answers with a preview: a JPEG of our own making, sealed off as every content is. What has none, or none yet, is answered by a tile; of the latter it is said when to ask again (202, <c>Retry-After</c>), and it is
/// looked into before everything else.
/// </summary>
internal static class PreviewAnswer
{
    /// <summary>Where they are for browsers.</summary>
    public const string Root = "/photos/preview";

    private const string Version = "v";

    // Many more wait when a page is opened than are made meanwhile.
    private const int MostWaiting = 4;

    private const int MostNoted = 20;

    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(1);

    // As small as no preview is, which tells the module that there is none.
    private static readonly byte[] s_tile =
        """<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><rect width="4" height="3" fill="#8790a6" fill-opacity=".25"/></svg>"""u8.ToArray();

    private static int s_waiting;

    /// <summary>Answers what was asked for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="size">The most pixels of its longer side.</param>
    /// <param name="open">Finds the medium and opens the preview of a size.</param>
    /// <param name="refuse">Answers a refusal.</param>
    public static async Task AnswerAsync(
        HttpContext context,
        int size,
        Func<int, ValueTask<VaultResult<OpenedPreview>>> open,
        Func<Refusal, Task> refuse
    )
    {
        var opened = await OpenAsync(context, size, open);
        if (opened.Refusal is { } refusal)
        {
            await refuse(refusal);
            return;
        }
        if (opened.Value.Content is not { } content)
        {
            await AnswerTileAsync(context, IsPending(opened.Value));
            return;
        }
        await using (content)
        {
            var (tag, kept) = (TagOf(opened.Value), KeptFor(context, opened.Value));
            if (await Download.EndsHereAsync(context, tag, refuse, kept))
                return;
            await new Download(opened.Value.Node.Name, "image/jpeg", tag, content)
            {
                IsShown = true,
                CacheControl = kept,
            }.SendAsync(context, refuse, begin: null);
        }
    }

    /// <summary>Opens a preview; what nobody has looked into yet is looked into before everything else, and for a moment it is waited for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="size">The most pixels of its longer side.</param>
    /// <param name="open">Finds the medium and opens the preview of a size.</param>
    public static async ValueTask<VaultResult<OpenedPreview>> OpenAsync(
        HttpContext context,
        int size,
        Func<int, ValueTask<VaultResult<OpenedPreview>>> open
    )
    {
        if (!PreviewDesk.Sizes.Contains(size))
            return new Refusal(RefusalRule.NotFound);
        var opened = await open(size);
        if (
            opened.IsSuccess
            && opened.Value is { Media: null, Medium: { } unknown, Node: var node }
            && MediaClasses.Of(node) is MediaClass.Image or MediaClass.Video
            && await NoteAsync(context, unknown)
        )
            opened = await open(size);
        if (
            opened.IsSuccess
            && opened.Value is { Content: null, Media.Looked: 0, Medium: { } medium }
            && await WaitAsync(context, medium)
        )
            opened = await open(size);
        return opened;
    }

    /// <summary>Whether there may be a preview later.</summary>
    public static bool IsPending(OpenedPreview opened) =>
        opened is { Content: null, Medium: not null, Media: not { Looked: > 0 } };

    /// <summary>The preview's strong tag.</summary>
    public static string TagOf(OpenedPreview opened) =>
        string.Create(CultureInfo.InvariantCulture, $"\"p{opened.Preview!.Value.Content.Value}\"");

    /// <summary>What the query of a preview's address says, so that it is another one when the content is.</summary>
    public static string VersionOf(ContentId? content) =>
        string.Create(CultureInfo.InvariantCulture, $"{Version}={content?.Value ?? 0}");

    /// <summary>How long a preview may be kept: for good where the address says of which content it is.</summary>
    public static string KeptFor(HttpContext context, OpenedPreview opened) =>
        opened.Node.Content is { Value: var number }
        && context.Request.Query[Version] == number.ToString(CultureInfo.InvariantCulture)
            ? "private, max-age=31536000, immutable"
            : "private, no-cache";

    // It came a moment ago. With a full disk there is a tile.
    private static async ValueTask<bool> NoteAsync(HttpContext context, PendingMedium medium)
    {
        try
        {
            return await context
                .RequestServices.GetRequiredService<PreviewDesk>()
                .NoteAsync(medium.Vault, MostNoted, context.RequestAborted);
        }
        catch (StorageFullException)
        {
            return false;
        }
    }

    // Whether it was looked into meanwhile, as far as is known.
    private static async ValueTask<bool> WaitAsync(HttpContext context, PendingMedium medium)
    {
        var done = context.RequestServices.GetRequiredService<PreviewJob>().Demand(medium);
        if (done.IsCompleted)
            return true;
        var waiting = Interlocked.Increment(ref s_waiting);
        try
        {
            if (waiting > MostWaiting)
                return false;
            await done.WaitAsync(
                s_wait,
                context.RequestServices.GetRequiredService<TimeProvider>(),
                context.RequestAborted
            );
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref s_waiting);
        }
    }

    private static async Task AnswerTileAsync(HttpContext context, bool isPending)
    {
        var response = context.Response;
        response.StatusCode = isPending ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        if (isPending)
            response.Headers.RetryAfter = "3";
        response.ContentType = "image/svg+xml";
        response.ContentLength = s_tile.Length;
        response.Headers.CacheControl = isPending ? "no-store" : "private, max-age=60";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        if (HttpMethods.IsGet(context.Request.Method))
            await response.Body.WriteAsync(s_tile, context.RequestAborted);
    }
}
