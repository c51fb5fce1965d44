using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>Adds pages for who is signed in; whoever is not is asked who they are, and comes to the page then.</summary>
internal static class PageRoutes
{
    /// <summary>Adds a page at an address.</summary>
    public static void MapPage(
        this IEndpointRouteBuilder routes,
        string address,
        Func<Visit, BrowserSession, Task> show
    ) => routes.MapPage(address, (_, visit, session) => show(visit, session));

    /// <summary>Adds a page at an address that wants to know how it was asked for.</summary>
    public static void MapPage(
        this IEndpointRouteBuilder routes,
        string address,
        Func<HttpContext, Visit, BrowserSession, Task> show
    ) =>
        routes.MapMethods(
            address,
            ["GET", "HEAD"],
            context =>
                Visit.OpenAsync(context, address, (visit, session) => show(context, visit, session))
        );

    /// <summary>Takes the forms of the page at an address.</summary>
    /// <param name="routes">The routes.</param>
    /// <param name="address">The page's address.</param>
    /// <param name="area">The address of the area it belongs to.</param>
    /// <param name="take">Does what a form asks for.</param>
    /// <param name="mostFields">How many fields it may have.</param>
    public static void MapForm(
        this IEndpointRouteBuilder routes,
        string address,
        string area,
        Func<Visit, BrowserSession, IReadOnlyDictionary<string, StringValues>, Task> take,
        int mostFields = SmallForm.MostFields
    ) =>
        routes.MapPost(
            address,
            context => Visit.TakeAsync(context, area, address, take, mostFields)
        );
}
