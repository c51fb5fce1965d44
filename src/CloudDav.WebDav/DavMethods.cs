using System.Collections.Frozen;
using CloudDav.WebDav.Methods;

namespace CloudDav.WebDav;

/// <summary>Which kinds of resource a method is for, as Allow says it.</summary>
[Flags]
internal enum MethodTargets
{
    /// <summary>Known, and never allowed.</summary>
    None = 0,

    /// <summary>Files.</summary>
    File = 1,

    /// <summary>Collections.</summary>
    Collection = 2,

    /// <summary>Names where nothing is mapped.</summary>
    Unmapped = 4,

    /// <summary>Files and collections.</summary>
    Mapped = File | Collection,

    /// <summary>Everything.</summary>
    Any = Mapped | Unmapped,
}

/// <summary>Answers a request, or says why not.</summary>
internal delegate ValueTask<DavProblem?> DavMethodHandler(DavRequest request);

/// <summary>A row of the table.</summary>
/// <param name="Name">The method.</param>
/// <param name="Targets">What it is for.</param>
/// <param name="Handle">Answers it; null for one that is known and never allowed.</param>
internal sealed record DavMethod(string Name, MethodTargets Targets, DavMethodHandler? Handle)
{
    /// <summary>
    /// Whether it changes the tree, and by which privileges: it is left out of Allow for whoever has none of them anywhere, and refused without a
    /// word to a foreign page (CSRF). None for what only reads.
    /// </summary>
    public DavPrivileges Needs { get; init; }

    /// <summary>Whether its body is an upload: no size limit, no minimum rate.</summary>
    public bool Uploads { get; init; }
}

/// <summary>The table of methods. Dispatch, Allow, Public and the DAV header all derive from it.</summary>
internal static class DavMethods
{
    /// <summary>All of them, in the order of Allow.</summary>
    public static IReadOnlyList<DavMethod> All { get; } =
    [
        new("OPTIONS", MethodTargets.Any, OptionsMethod.HandleAsync),
        new("GET", MethodTargets.Mapped, GetMethod.HandleAsync),
        new("HEAD", MethodTargets.Mapped, GetMethod.HandleAsync),
        new("PUT", MethodTargets.File | MethodTargets.Unmapped, PutMethod.HandleAsync)
        {
            Needs = DavPrivileges.WriteContent | DavPrivileges.Bind,
            Uploads = true,
        },
        new("PATCH", MethodTargets.File, PatchMethod.HandleAsync)
        {
            Needs = DavPrivileges.WriteContent,
            Uploads = true,
        },
        new("DELETE", MethodTargets.Mapped, DeleteMethod.HandleAsync)
        {
            Needs = DavPrivileges.Unbind,
        },
        new("MKCOL", MethodTargets.Unmapped, MkcolMethod.HandleAsync)
        {
            Needs = DavPrivileges.BindCollection,
        },
        new("COPY", MethodTargets.Mapped, CopyMoveMethod.CopyAsync) { Needs = DavPrivileges.Bind },
        new("MOVE", MethodTargets.Mapped, CopyMoveMethod.MoveAsync) { Needs = DavPrivileges.Move },
        new("PROPFIND", MethodTargets.Mapped, PropfindMethod.HandleAsync),
        new("PROPPATCH", MethodTargets.Mapped, ProppatchMethod.HandleAsync)
        {
            Needs = DavPrivileges.WriteProperties,
        },
        new("REPORT", MethodTargets.Mapped, ReportMethod.HandleAsync),
        new("SEARCH", MethodTargets.Mapped, SearchMethod.HandleAsync),
        new("LOCK", MethodTargets.Any, LockMethod.HandleAsync) { Needs = DavPrivileges.AnyWrite },
        new("UNLOCK", MethodTargets.Mapped, UnlockMethod.HandleAsync)
        {
            Needs = DavPrivileges.AnyWrite,
        },
        new("POST", MethodTargets.None, null) { Needs = DavPrivileges.AnyWrite },
        new("TRACE", MethodTargets.None, null),
        new("CONNECT", MethodTargets.None, null),
    ];

    private static readonly FrozenDictionary<string, DavMethod> ByName = All.ToFrozenDictionary(
        method => method.Name,
        StringComparer.Ordinal
    );

    /// <summary>The value of Allow and Public for a kind of resource, and for who may do so much with it.</summary>
    public static string AllowOf(
        MethodTargets targets,
        DavPrivileges privileges = DavPrivileges.All
    ) =>
        string.Join(
            ", ",
            All.Where(method =>
                    method.Handle is not null
                    && (method.Targets & targets) != MethodTargets.None
                    && (
                        method.Needs == DavPrivileges.None
                        || (method.Needs & privileges) != DavPrivileges.None
                    )
                )
                .Select(method => method.Name)
        );

    /// <summary>Allow for any resource.</summary>
    public static string AllowAny { get; } = AllowOf(MethodTargets.Any);

    /// <summary>The row of a method; null when it is unknown (501).</summary>
    public static DavMethod? Find(string name) => ByName.GetValueOrDefault(name);
}
