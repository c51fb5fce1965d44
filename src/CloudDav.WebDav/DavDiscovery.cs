using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav;

/// <summary>
/// What a DAV server says about itself, whoever asks: the headers of OPTIONS and of 401 answers, and the two generic answers that
/// Explorer and Office need before they send a password. Nothing here looks anything up, so it tells nothing about the tree.
/// </summary>
public static class DavDiscovery
{
    /// <summary>The compliance classes and extensions, for principals that may write somewhere.</summary>
    public const string Classes = "1, 2, 3, access-control, extended-mkcol, sabredav-partialupdate";

    /// <summary>The same for principals that can only read: Finder then mounts a true read-only volume and writes no junk.</summary>
    public const string ReadOnlyClasses = "1, 3, access-control";

    /// <summary>Sets DAV and MS-Author-Via; for 401 answers as well.</summary>
    /// <param name="response">Where to.</param>
    /// <param name="canWrite">False for a principal that can only read.</param>
    public static void SetHeaders(HttpResponse response, bool canWrite = true)
    {
        response.Headers["DAV"] = canWrite ? Classes : ReadOnlyClasses;
        response.Headers["MS-Author-Via"] = "DAV";
    }

    /// <summary>Answers OPTIONS in general, the same for existing and missing paths and for <c>*</c>.</summary>
    public static void AnswerOptions(HttpContext context, bool canWrite = true) =>
        AnswerOptions(context.Response, DavMethods.AllowAny, canWrite);

    /// <summary>Answers HEAD in general, the same for existing and missing names: Office asks before it has signed in.</summary>
    public static void AnswerHead(HttpContext context)
    {
        SetHeaders(context.Response);
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.Headers.CacheControl = "no-store";
    }

    /// <summary>
    /// Whether a request without credentials gets a generic answer instead of a 401: OPTIONS of everybody but those clients that tell a
    /// wrong password by it, HEAD of Office.
    /// </summary>
    public static bool AnswersAnonymously(HttpContext context)
    {
        var client = DavClient.Of(context.Request.Headers.UserAgent);
        if (HttpMethods.IsOptions(context.Request.Method))
            return client.Kind
                is not (
                    DavClientKind.WebDavLib
                    or DavClientKind.WebDavFs
                    or DavClientKind.Davfs2
                    or DavClientKind.Cadaver
                    or DavClientKind.Duck
                );
        return HttpMethods.IsHead(context.Request.Method)
            && client.Kind is DavClientKind.Office or DavClientKind.OldOffice;
    }

    /// <summary>Gives the generic answer when <see cref="AnswersAnonymously"/> says so; false when the host must challenge.</summary>
    public static bool TryAnswerAnonymously(HttpContext context)
    {
        if (!AnswersAnonymously(context))
            return false;
        if (HttpMethods.IsOptions(context.Request.Method))
            AnswerOptions(context);
        else
            AnswerHead(context);
        return true;
    }

    internal static void AnswerOptions(HttpResponse response, string allow, bool canWrite)
    {
        SetHeaders(response, canWrite);
        response.StatusCode = StatusCodes.Status200OK;
        response.Headers.Allow = allow;
        response.Headers["Public"] = allow;
        // RFC 5323 §3.2
        response.Headers["DASL"] = "<DAV:basicsearch>";
        response.Headers.AcceptRanges = "bytes";
        response.Headers["Accept-Patch"] = "application/x-sabredav-partialupdate";
        response.ContentLength = 0;
    }
}
