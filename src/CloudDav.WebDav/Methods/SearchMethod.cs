using System.Collections.Immutable;
using System.Text;
using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Paths;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Responses;
using CloudDav.WebDav.Search;
using CloudDav.WebDav.Xml;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// SEARCH (RFC 5323) with the grammar <c>basicsearch</c>: the resources in and below one folder of which a condition is true, sorted, and no more than asked for. The store is told what it may go by; the
/// condition is judged here. When this server ends it early, because of its own limits, an answer with status 507 says so.
/// </summary>
internal static class SearchMethod
{
    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        var body = await request.ReadBodyAsync(request.Options.MaxXmlBody);
        if (body.Problem is not null)
            return body.Problem;
        if (body.Value.IsEmpty)
            return new DavProblem(400, "The body must say what to search for.");
        var search = SearchBody.Parse(body.Value, request.Http.Request.ContentType);
        if (search.Problem is not null)
            return search.Problem;
        if (await Guards.RefusesAsync(request) is { } failed)
            return failed;
        var wish = search.Value;
        return ScopeOf(request, wish.Scope) is { } scope
            ? await AnswerAsync(request, scope, wish)
            : InvalidScope();
    }

    /// <summary>Searches and answers.</summary>
    /// <param name="request">The request.</param>
    /// <param name="scope">The folder.</param>
    /// <param name="wish">What is looked for.</param>
    public static async ValueTask<DavProblem?> AnswerAsync(
        DavRequest request,
        DavTarget scope,
        SearchBody wish
    )
    {
        var plan = new PropertyPlan(wish.Select, request.Properties, minimal: false);
        var facts = wish.OrderBy.Aggregate(
            plan.Facts | (wish.Where?.Facts ?? DavFacts.None),
            (all, order) => all | order.Property.Facts
        );
        var most = request.Options.MaxSearchResults;
        var limit = Math.Min(wish.Limit ?? request.Options.DefaultSearchResults, most);
        var results = new SearchResults(wish.OrderBy, limit, request.Store.Principal);
        DavSearchNext Visit(ReadOnlySpan<string> below, DavResource resource) =>
            resource.Withheld is null
            && (
                wish.Where is null
                || wish.Where.Holds(new(resource, request.Store.Principal)) is true
            )
                ? results.Add(below, resource)
                : DavSearchNext.More;

        var found = await request.Store.FindAsync(scope.Path, facts, request.Aborted);
        if (found.Problem is { } problem)
            return problem.Status == StatusCodes.Status404NotFound ? InvalidScope() : problem;
        Visit([], found.Value);
        var isComplete = true;
        if (wish.Depth == Depth.One)
        {
            var listed = await request.Store.ListAsync(
                scope.Path,
                Depth.One,
                facts,
                (below, resource) =>
                {
                    if (!below.IsEmpty)
                        Visit(below, resource);
                },
                request.Aborted
            );
            if (listed.Problem is not null)
                return listed.Problem;
        }
        else if (wish.Depth == Depth.Infinity && found.Value.IsCollection)
        {
            var bounds = wish.Where?.Bounds ?? SearchBounds.None;
            var searched = await request.Store.SearchAsync(
                scope.Path,
                new DavSearch
                {
                    FileIds = bounds.FileIds,
                    OnlyFavorites = bounds.OnlyFavorites,
                    Kinds = bounds.Kinds,
                    OnlyFiles = bounds.OnlyFiles,
                    ModifiedFrom = bounds.From,
                    ModifiedUntil = bounds.Until,
                    NamePart = bounds.NamePart,
                    NewestFirst = results.IsNewestFirst,
                },
                facts,
                Visit,
                request.Aborted
            );
            if (searched.Problem is not null)
                return searched.Problem;
            isComplete = searched.Value.IsComplete;
        }

        using var spool = new AnswerSpool(request.Budget);
        var answer = new MultiStatus(request, plan, spool, scope.Href);
        foreach (var entry in results.Sorted())
            answer.Write(entry.Below, entry.Resource);
        // The client knows its own limit.
        if (!isComplete || (results.IsCut && limit != wish.Limit))
            answer.WriteStatus(
                [],
                isCollection: found.Value.IsCollection,
                StatusCodes.Status507InsufficientStorage
            );
        answer.End();
        request.Response.Headers.CacheControl = "no-store";
        await request.SendAsync(
            spool,
            StatusCodes.Status207MultiStatus,
            "application/xml; charset=utf-8"
        );
        return null;
    }

    // A full address of this server, a path below the mount, or, as the sync clients of the ownCloud family write it, the path within the tree.
    private static DavTarget? ScopeOf(DavRequest request, string href)
    {
        if (request.Resolve(href) is { IsSuccess: true } here)
            return here.Value;
        if (!href.StartsWith('/') || href.StartsWith("//", StringComparison.Ordinal))
            return null;
        var inTree = DavTarget.Parse(
            href,
            ImmutableArray<string>.Empty,
            mapNames: request.Properties.MapsNames
        );
        if (!inTree.IsSuccess)
            return null;
        var full = request.HrefOf(inTree.Value.Path, isCollection: false);
        return inTree.Value with { Href = Encoding.ASCII.GetBytes(full == "/" ? "" : full) };
    }

    // RFC 5323 §2.3.3
    private static DavProblem InvalidScope() =>
        new(409, "There is no such folder to search in.")
        {
            Condition = DavNames.Dav + "search-scope-valid",
        };
}
