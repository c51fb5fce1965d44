using CloudDav.Vault;

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
}
