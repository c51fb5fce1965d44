using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Headers;
using CloudDav.WebDav.Responses;
using CloudDav.WebDav.Xml;
using Microsoft.AspNetCore.Http;

namespace CloudDav.WebDav.Methods;

/// <summary>
/// LOCK (RFC 4918 §9.10): takes a write lock, on an unmapped name together with an empty file (§9.10.4, 201), or without a body gives a
/// lock a new timeout (§9.10.2). A missing Depth means 0 on a file and infinity on a collection, which the store knows.
/// </summary>
internal static class LockMethod
{
    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        var body = await request.ReadBodyAsync(request.Options.MaxXmlBody);
        if (body.Problem is not null)
            return body.Problem;
        var depth = request.Depth;
        if (depth.Problem is not null)
            return depth.Problem;
        if (depth.Value.Depth == Depth.One)
            return new DavProblem(400, "Locks have Depth 0 or infinity.");
        var timeout = TimeoutHeader.Parse(request.Header("Timeout"));
        if (body.Value.IsEmpty)
            return await RefreshAsync(request, timeout);

        var asked = DavXmlReader.Parse(body.Value, request.Http.Request.ContentType, Read);
        if (asked.Problem is not null)
            return asked.Problem;
        var guard = await Guards.EvaluateAsync(request);
        if (guard.Problem is not null)
            return guard.Problem;
        var locked = await request.Store.LockAsync(
            request.Path,
            asked.Value with
            {
                Depth = depth.Value.Depth,
                Timeout = timeout,
            },
            guard.Value,
            request.Aborted
        );
        if (locked.Problem is not null)
            return locked.Problem;
        request.Response.Headers["Lock-Token"] = $"<{locked.Value.Lock.Token}>";
        await SendAsync(
            request,
            locked.Value.Lock,
            locked.Value.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK
        );
        return null;
    }

    private static async ValueTask<DavProblem?> RefreshAsync(DavRequest request, TimeSpan? timeout)
    {
        var guard = await Guards.EvaluateAsync(request);
        if (guard.Problem is not null)
            return guard.Problem;
        if (guard.Value.LockTokens.Count == 0)
            return new DavProblem(
                400,
                "LOCK needs a body, or an If header with the lock to refresh."
            );
        var refreshed = await request.Store.RefreshLockAsync(
            request.Path,
            guard.Value.LockTokens,
            timeout,
            request.Aborted
        );
        if (refreshed.Problem is not null)
            return refreshed.Problem;
        // RFC 4918 §9.10.2 wants no Lock-Token header here, but Office does not read the body for it.
        request.Response.Headers["Lock-Token"] = $"<{refreshed.Value.Token}>";
        await SendAsync(request, refreshed.Value, StatusCodes.Status200OK);
        return null;
    }

    private static DavResult<LockRequest> Read(DavXmlReader reader)
    {
        if (reader.Name != DavNames.LockInfo)
            return new DavProblem(400, "The body is not a lockinfo element.");
        var isWrite = false;
        bool? isShared = null;
        var isAmbiguous = false;
        string? owner = null;
        reader.Children(() =>
        {
            if (reader.Name == DavNames.LockType)
                reader.Children(() => isWrite |= reader.Name == DavNames.Write);
            else if (reader.Name == DavNames.LockScope)
                reader.Children(() =>
                {
                    var shared = reader.Name == DavNames.Shared;
                    if (!shared && reader.Name != DavNames.Exclusive)
                        return;
                    isAmbiguous |= isShared is not null;
                    isShared = shared;
                });
            else if (reader.Name == DavNames.Owner)
                owner = reader.ReadInnerXml();
        });
        if (!isWrite || isShared is null || isAmbiguous)
            return new DavProblem(400, "Only exclusive and shared write locks exist here.");
        return new LockRequest { IsShared = isShared.Value, OwnerXml = owner };
    }

    private static async ValueTask SendAsync(DavRequest request, DavLock entry, int status)
    {
        using var spool = new AnswerSpool(request.Budget);
        Write(spool, request, entry);
        request.Response.Headers.CacheControl = "no-store";
        await request.SendAsync(spool, status, "application/xml; charset=utf-8");
    }

    private static void Write(AnswerSpool spool, DavRequest request, DavLock entry)
    {
        var writer = new Utf8Writer(spool);
        MultiStatusWriter.Begin(ref writer, "d:prop"u8, []);
        writer.Raw("<d:lockdiscovery>"u8);
        request.Properties.WriteLocks(ref writer, [entry]);
        writer.Raw("</d:lockdiscovery></d:prop>"u8);
        writer.Complete();
    }
}
