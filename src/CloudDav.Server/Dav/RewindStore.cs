using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using CloudDav.WebDav;

namespace CloudDav.Server.Dav;

/// <summary>
/// The own vault as it was: a folder for each of the last days, as it was when the day began, and one for every other moment that is asked for by its name,
/// <c>2026-11-30T101500Z</c>. What was can be read and copied out.
/// </summary>
/// <param name="session">The actor in the own vault.</param>
/// <param name="principalHref">The address of the actor's principal resource.</param>
/// <param name="tell">How a refusal is told to the actor.</param>
/// <param name="zone">Where days begin when they do.</param>
internal sealed class RewindStore(
    VaultSession session,
    string principalHref,
    Func<Refusal, DavProblem> tell,
    TimeZoneInfo zone
) : UnwritableStore(session, principalHref, tell)
{
    private const string Day = "yyyy-MM-dd";

    // Colons are in no name that Windows takes.
    private static readonly string[] s_moments =
    [
        "yyyy-MM-dd'T'HHmmss'Z'",
        "yyyy-MM-dd'T'HHmmss.fff'Z'",
        "yyyy-MM-dd'T'HH:mm:ss'Z'",
        "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
    ];

    private static readonly XName s_exact = RefusalAnswer.Namespace + "exact";

    protected override string Hint =>
        "What was cannot be changed: it can be read and copied out, and be brought back in your account's pages.";

    /// <summary>The name of a moment.</summary>
    public static string NameOf(DateTimeOffset at) =>
        at.UtcDateTime.ToString(s_moments[1], CultureInfo.InvariantCulture);

    public override async ValueTask<DavResult<DavResource>> FindAsync(
        DavPath path,
        DavFacts facts,
        CancellationToken cancellationToken
    ) =>
        path.IsRoot
            ? await FindTopAsync(cancellationToken)
            : await LookAsync(path.Segments, visit: null, cancellationToken);

    public override async ValueTask<DavResult<Done>> ListAsync(
        DavPath path,
        Depth depth,
        DavFacts facts,
        DavVisitor visit,
        CancellationToken cancellationToken
    )
    {
        if (depth == Depth.Infinity)
            return DavProblem.FiniteDepth();
        if (!path.IsRoot)
        {
            var isTop = true;
            var looked = await LookAsync(
                path.Segments,
                depth == Depth.Zero
                    ? null
                    : item =>
                    {
                        visit(isTop ? [] : [item.Node.Name], ResourceOf(item));
                        isTop = false;
                    },
                cancellationToken
            );
            if (looked.Problem is { } unknown)
                return unknown;
            if (depth == Depth.Zero)
                visit([], looked.Value);
            return new Done();
        }
        var top = await FindTopAsync(cancellationToken);
        if (top.Problem is { } problem)
            return problem;
        visit([], top.Value);
        if (depth != Depth.Zero)
            await foreach (var day in DaysAsync(cancellationToken))
                visit([day], Folder(day, DavPrivileges.Read));
        return new Done();
    }

    public override async ValueTask<DavResult<DavReadable>> OpenAsync(
        DavPath path,
        CancellationToken cancellationToken
    )
    {
        var found = await FindAsync(path, DavFacts.None, cancellationToken);
        if (found.Problem is { } problem)
            return problem;
        if (found.Value.IsCollection)
            return new DavReadable(found.Value, null);
        var opened = await Session.OpenFormerAsync(
            MomentOf(path.Segments[0])!.Value,
            node: null,
            path.Segments[1..],
            cancellationToken
        );
        return opened.Refusal is { } refusal
            ? Refused(refusal)
            : new DavReadable(found.Value, new VaultDavStore.Content(opened.Value.Content!));
    }

    private async ValueTask<DavResult<DavResource>> FindTopAsync(CancellationToken stop)
    {
        var decided = await Session.DecideAsync(stop);
        return (decided.Refusal ?? decided.Value.Refuses(Capability.List)) is { } refusal
            ? Refused(refusal)
            : Folder("", DavPrivileges.Read);
    }

    private async ValueTask<DavResult<DavResource>> LookAsync(
        ImmutableArray<string> names,
        Action<FormerItem>? visit,
        CancellationToken stop
    )
    {
        if (MomentOf(names[0]) is not { } at)
            return Refused(new Refusal(RefusalRule.NotFound));
        var found = await Session.LookBackAsync(at, node: null, names[1..], visit, stop);
        if (found.Refusal is { } refusal)
            return Refused(refusal);
        return ResourceOf(found.Value);
    }

    private DavResource ResourceOf(FormerItem item)
    {
        var resource = ResourceOf(item.Vault, item.Node, DavPrivileges.Read);
        if (!item.Node.IsFolder)
            resource.DeadProperties =
            [
                new DeadProperty(
                    s_exact,
                    $"<c:exact xmlns:c=\"{RefusalAnswer.Namespace}\">{(item.IsExact && !item.Node.IsForgotten ? "true" : "false")}</c:exact>"
                ),
            ];
        return resource;
    }

    // The last first, back to when the vault began.
    private async IAsyncEnumerable<string> DaysAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop
    )
    {
        var found = await Session.FindAsync([], NodeDetails.None, stop);
        if (found.Refusal is not null)
            yield break;
        var began = DateTimeOffset.FromUnixTimeMilliseconds(found.Value.Node.CreatedMs);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Session.Now, zone).DateTime);
        for (var day = today; BeginningOf(day) is var at && at > began; day = day.AddDays(-1))
        {
            if (at < Session.Now - Session.Limits.RewindAge)
                yield break;
            yield return day.ToString(Day, CultureInfo.InvariantCulture);
        }
    }

    private DateTimeOffset? MomentOf(string name) =>
        DateOnly.TryParseExact(
            name,
            Day,
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var day
        )
            ? BeginningOf(day)
        : DateTimeOffset.TryParseExact(
            name,
            s_moments,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        )
            ? at
        : null;

    private DateTimeOffset BeginningOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new(midnight, zone.GetUtcOffset(midnight));
    }
}
