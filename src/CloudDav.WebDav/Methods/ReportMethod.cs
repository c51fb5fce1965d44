using System.Collections.Frozen;
using System.Xml.Linq;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Methods;

/// <summary>REPORT (RFC 3253 §3.6): a question that the body's root element names. One that is not known is 403 with <c>supported-report</c>.</summary>
internal static class ReportMethod
{
    /// <summary>The reports, each with what answers it. A new one is one entry here, and one in <c>supported-report-set</c>.</summary>
    private static readonly FrozenDictionary<
        XName,
        Func<DavRequest, ReadOnlyMemory<byte>, ValueTask<DavProblem?>>
    > s_reports = new Dictionary<
        XName,
        Func<DavRequest, ReadOnlyMemory<byte>, ValueTask<DavProblem?>>
    >
    {
        [DavNames.SyncCollection] = SyncCollectionReport.AnswerAsync,
        [DavNames.FilterFiles] = FilterFilesReport.AnswerAsync,
    }.ToFrozenDictionary();

    public static async ValueTask<DavProblem?> HandleAsync(DavRequest request)
    {
        var body = await request.ReadBodyAsync(request.Options.MaxXmlBody);
        if (body.Problem is not null)
            return body.Problem;
        if (body.Value.IsEmpty)
            return new DavProblem(400, "The body must say which report is asked for.");
        var report = DavXmlReader.Parse<XName>(
            body.Value,
            request.Http.Request.ContentType,
            reader => reader.Name
        );
        if (report.Problem is not null)
            return report.Problem;
        return s_reports.TryGetValue(report.Value, out var answer)
            ? await answer(request, body.Value)
            : DavProblem.UnsupportedReport();
    }
}
