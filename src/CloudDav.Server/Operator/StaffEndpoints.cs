using System.ComponentModel.DataAnnotations;
using System.Globalization;
using CloudDav.Vault;
using Microsoft.Net.Http.Headers;

namespace CloudDav.Server.Operator;

/// <summary>
/// The operator's staff and content: undertakings of confidentiality, grants that two people make, and the one door through which granted staff read.
/// </summary>
internal static class StaffEndpoints
{
    public static void Map(OperatorRoutes routes)
    {
        RegisterEndpoints.List(
            routes,
            "/undertakings",
            OperatorScope.StaffGrant,
            "listUndertakings",
            "List staff's undertakings of confidentiality, ended ones too",
            Registers.Undertakings,
            UndertakingAnswer.Of
        );
        routes
            .Command<UndertakingRequest, UndertakingAnswer>(
                "/undertakings",
                OperatorScope.StaffGrant,
                "addUndertaking",
                "Record a person's undertaking of confidentiality",
                static (call, request) =>
                    call.Desk<RegisterDesk>()
                        .AddUndertakingAsync(
                            call.Instruction,
                            new Undertaking
                            {
                                Person = request.Person,
                                Document = request.Document,
                            },
                            request.SignedAt,
                            request.Until,
                            call.Stop
                        )
                        .As(UndertakingAnswer.Of)
            )
            .Creates();
        routes
            .Command(
                "/undertakings/{entry:long}/end",
                OperatorScope.StaffGrant,
                "endUndertaking",
                "End an undertaking",
                static call =>
                    call.Desk<RegisterDesk>()
                        .EndUndertakingAsync(call.Instruction, call.Number("entry"), call.Stop)
                        .As(UndertakingAnswer.Of)
            )
            .Describes(
                "The person can be granted nothing any more, and grants that run are of no use."
            )
            .Refuses(RefusalRule.NotFound, RefusalRule.AlreadyEnded);

        RegisterEndpoints.List(
            routes,
            "/staff-grants",
            OperatorScope.StaffGrant,
            "listStaffGrants",
            "List staff grants, ended ones too",
            Registers.StaffGrants,
            GrantAnswer.Of
        );
        routes
            .Command<GrantRequest, GrantAnswer>(
                "/accounts/{account:long}/staff-grants",
                OperatorScope.StaffGrant,
                "requestStaffGrant",
                "Ask for access to an account's content",
                static (call, request) =>
                    call.Desk<StaffDesk>()
                        .RequestAsync(
                            call.Instruction,
                            new(call.Number("account")),
                            request.Purpose,
                            request.Reference,
                            request.Minutes,
                            request.SealedBy,
                            call.Stop
                        )
                        .As(GrantAnswer.Of)
            )
            .Describes(
                "For the person of the token, once another person approves. The customer sees it, unless a legal order on record forbids to tell them."
            )
            .Creates()
            .Refuses(RefusalRule.NotFound, RefusalRule.UndertakingRequired);
        routes
            .Command(
                "/staff-grants/{entry:long}/approval",
                OperatorScope.StaffGrant,
                "approveStaffGrant",
                "Approve what another person has asked for",
                static call =>
                    call.Desk<StaffDesk>()
                        .ApproveAsync(call.Instruction, call.Number("entry"), call.Stop)
                        .As(GrantAnswer.Of)
            )
            .Describes("It runs from now on, for as long as was asked.")
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.AlreadyEnded,
                RefusalRule.OtherApproverRequired,
                RefusalRule.UndertakingRequired
            );
        routes
            .Command(
                "/staff-grants/{entry:long}/end",
                OperatorScope.StaffGrant,
                "endStaffGrant",
                "Refuse what was asked for, or end a grant",
                static call =>
                    call.Desk<StaffDesk>()
                        .EndAsync(call.Instruction, call.Number("entry"), call.Stop)
                        .As(GrantAnswer.Of)
            )
            .Refuses(RefusalRule.NotFound, RefusalRule.AlreadyEnded);

        routes
            .List(
                "/vaults/{account:long}/content/list",
                OperatorScope.StaffGrant,
                "listContent",
                "List a folder of a vault, under a grant that runs",
                static (call, page) => ListAsync(call, page)
            )
            .Takes("path", "The folder's path, such as `/photos`; the top when left out.")
            .Describes("It is recorded before anything is shown, and the customer sees that.")
            .Refuses(s_ofContent);
        routes
            .Download(
                "/vaults/{account:long}/content/file",
                OperatorScope.StaffGrant,
                "downloadContent",
                "Download a file of a vault, under a grant that runs",
                static call => OpenAsync(call)
            )
            .Takes("path", "The file's path, such as `/photos/one.jpg`.")
            .Describes("It is recorded before anything is shown, and the customer sees that.")
            .Refuses(s_ofContent)
            .Refuses(RefusalRule.IsFolder);
    }

    private static readonly RefusalRule[] s_ofContent =
    [
        RefusalRule.NotFound,
        RefusalRule.StaffGrantRequired,
        RefusalRule.UndertakingRequired,
        RefusalRule.AccountClosed,
        RefusalRule.PlatformOff,
    ];

    private static string[] PathOf(OperatorCall call) =>
        (call.Query("path") ?? "/").Normalize().Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static async ValueTask<
        VaultResult<(StaffAccess Access, VaultSession Session)>
    > EnterAsync(OperatorCall call, string act, IReadOnlyList<string> path)
    {
        var entered = await call.Desk<StaffDesk>()
            .EnterAsync(call.Author, new(call.Number("account")), act, path, call.Stop);
        return entered.Refusal is { } refusal
            ? refusal
            : (
                entered.Value,
                call.Desk<Vaults>()
                    .Open(entered.Value.Actor, new Vault.SessionOptions { Door = Door.Staff })
            );
    }

    private static async ValueTask<VaultResult<Page<ContentItem>>> ListAsync(
        OperatorCall call,
        PageRequest page
    )
    {
        var path = PathOf(call);
        var entered = await EnterAsync(call, StaffActs.Listed, path);
        if (entered.Refusal is { } refused)
            return refused;
        var items = new List<ContentItem>();
        var seen = 0L;
        var listed = await entered.Value.Session.ListAsync(
            path,
            levels: 1,
            NodeDetails.None,
            (below, _, node, _) =>
            {
                if (below.IsEmpty || ++seen <= page.After || items.Count > page.Limit)
                    return;
                items.Add(ContentItem.Of(node));
            },
            call.Stop
        );
        if (listed.Refusal is { } refusal)
            return refusal;
        var isLast = items.Count <= page.Limit;
        return new Page<ContentItem>
        {
            Items = isLast ? items : items[..page.Limit],
            Next = isLast ? null : (page.After + page.Limit).ToString(CultureInfo.InvariantCulture),
        };
    }

    private static async ValueTask<VaultResult<IResult>> OpenAsync(OperatorCall call)
    {
        var path = PathOf(call);
        var entered = await EnterAsync(call, StaffActs.Downloaded, path);
        if (entered.Refusal is { } refused)
            return refused;
        var opened = await entered.Value.Session.OpenAsync(path, call.Stop);
        if (opened.Refusal is { } refusal)
            return refusal;
        if (opened.Value.Content is not { } content)
            return new Refusal(RefusalRule.IsFolder);
        return new ContentFile(content, path[^1], entered.Value.Access.Grant);
    }
}

/// <summary>A file's bytes for granted staff, who get none after the grant has run out, and within seconds none after somebody has ended it.</summary>
/// <param name="content">The bytes.</param>
/// <param name="name">The file's name.</param>
/// <param name="grant">What they read under.</param>
internal sealed class ContentFile(IContentSource content, string name, Entry<StaffGrant> grant)
    : IResult
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);

    public async Task ExecuteAsync(HttpContext context)
    {
        await using (content)
        {
            var time = context.RequestServices.GetRequiredService<TimeProvider>();
            var left = grant.Until!.Value - time.GetUtcNow();
            using var ends = new CancellationTokenSource(
                left > TimeSpan.Zero ? left : TimeSpan.Zero,
                time
            );
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(
                ends.Token,
                context.RequestAborted
            );
            // Whatever it is, nothing of it is ever run here.
            context.Response.ContentType = "application/octet-stream";
            context.Response.ContentLength = content.Length;
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(name);
            context.Response.Headers.ContentDisposition = disposition.ToString();
            var watch = WatchAsync(
                context.RequestServices.GetRequiredService<StaffDesk>(),
                time,
                stop
            );
            try
            {
                await content.CopyToAsync(
                    context.Response.BodyWriter,
                    0,
                    content.Length,
                    stop.Token
                );
            }
            catch (OperationCanceledException)
            {
                // The grant has ended, or the download was stopped: what was sent must not look whole.
                context.Abort();
            }
            finally
            {
                await stop.CancelAsync();
                await watch;
            }
        }
    }

    private async Task WatchAsync(StaffDesk desk, TimeProvider time, CancellationTokenSource stop)
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            while (
                await timer.WaitForNextTickAsync(stop.Token)
                && await desk.RunsAsync(grant, stop.Token)
            ) { }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // It is over by itself, or the facts cannot be asked: staff read nothing that nobody can be seen to allow.
        }
        await stop.CancelAsync();
    }
}

/// <summary>A person's undertaking to be recorded.</summary>
internal sealed record UndertakingRequest
{
    /// <summary>Who signed it: the subject of the person's tokens.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string Person { get; init; }

    /// <summary>Where the signed paper is.</summary>
    [StringLength(500, MinimumLength = 1)]
    public required string Document { get; init; }

    /// <summary>When it was signed.</summary>
    public required DateTimeOffset SignedAt { get; init; }

    /// <summary>Until when it holds; left out for no end.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>A person's undertaking of confidentiality.</summary>
internal sealed record UndertakingAnswer : EntryAnswer
{
    /// <summary>Who signed it.</summary>
    public required string Person { get; init; }

    /// <summary>Where the signed paper is.</summary>
    public required string Document { get; init; }

    public static UndertakingAnswer Of(Entry<Undertaking> entry) =>
        new()
        {
            Entry = entry.Id,
            Version = entry.Version,
            Account = entry.Account?.Value,
            Since = entry.Since,
            Until = entry.Until,
            ClosedAt = entry.Closed,
            Person = entry.Body.Person,
            Document = entry.Body.Document,
        };
}

/// <summary>Access to be asked for.</summary>
internal sealed record GrantRequest
{
    /// <summary>Why.</summary>
    public required GrantPurpose Purpose { get; init; }

    /// <summary>The case or order it belongs to.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string Reference { get; init; }

    /// <summary>For how many minutes from its approval; the longest time is a setting.</summary>
    [Range(1, 10_080)]
    public required int Minutes { get; init; }

    /// <summary>The number of the legal order on record that forbids to tell the customer; left out when they are told.</summary>
    public long? SealedBy { get; init; }
}

/// <summary>A grant, asked for, running or ended.</summary>
internal sealed record GrantAnswer : EntryAnswer
{
    /// <summary>Who reads, and asked for it.</summary>
    public required string Person { get; init; }

    /// <summary>Why.</summary>
    public required GrantPurpose Purpose { get; init; }

    /// <summary>The case or order it belongs to.</summary>
    public required string Reference { get; init; }

    /// <summary>For how many minutes from its approval.</summary>
    public required int Minutes { get; init; }

    /// <summary>The number of the legal order that forbids to tell the customer; null when they are told.</summary>
    public required long? SealedBy { get; init; }

    /// <summary>Who approved it; null while nobody has.</summary>
    public required string? ApprovedBy { get; init; }

    /// <summary>Who refused or ended it; null while nobody has.</summary>
    public required string? EndedBy { get; init; }

    public static GrantAnswer Of(Entry<StaffGrant> entry) =>
        new()
        {
            Entry = entry.Id,
            Version = entry.Version,
            Account = entry.Account?.Value,
            Since = entry.Since,
            Until = entry.Until,
            ClosedAt = entry.Closed,
            Person = entry.Body.Person,
            Purpose = entry.Body.Purpose,
            Reference = entry.Body.Reference,
            Minutes = entry.Body.Minutes,
            SealedBy = entry.Body.SealedBy,
            ApprovedBy = entry.Body.ApprovedBy,
            EndedBy = entry.Body.EndedBy,
        };
}

/// <summary>An item of a vault.</summary>
internal sealed record ContentItem
{
    /// <summary>Its number.</summary>
    public required long Node { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is a folder.</summary>
    public required bool IsFolder { get; init; }

    /// <summary>A file's length, or what everything in a folder takes, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    public static ContentItem Of(NodeRow node) =>
        new()
        {
            Node = node.Id.Value,
            Name = node.Name,
            IsFolder = node.IsFolder,
            Bytes = node.IsFolder ? node.SubtreeBytes : node.Size,
            ModifiedAt = DateTimeOffset.FromUnixTimeMilliseconds(node.ModifiedMs),
        };
}
