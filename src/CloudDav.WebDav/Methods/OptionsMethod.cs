namespace CloudDav.WebDav.Methods;

/// <summary>
/// OPTIONS (RFC 4918 §10.1, RFC 9110 §9.3.7): the classes this server complies with and the methods of the resource. The answer is the
/// same for existing and missing resources, because Explorer and Office ask for every ancestor of what they open.
/// </summary>
internal static class OptionsMethod
{
    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        var privileges = await request.Store.FindPrivilegesAsync(request.Aborted);
        if (privileges.Problem is { } problem)
            return problem;
        DavDiscovery.AnswerOptions(
            request.Response,
            DavMethods.AllowOf(MethodTargets.Any, privileges.Value),
            (privileges.Value & DavPrivileges.AnyWrite) != DavPrivileges.None
        );
        return null;
    }
}
