using System.Xml.Linq;
using CloudDav.WebDav.Conditions;
using CloudDav.WebDav.Properties;
using CloudDav.WebDav.Search;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Methods;

/// <summary>The <c>oc:filter-files</c> report of the ownCloud family: the principal's favourites in and below a folder. No other filter is known.</summary>
internal static class FilterFilesReport
{
    public static async ValueTask<DavProblem?> AnswerAsync(
        DavRequest request,
        ReadOnlyMemory<byte> body
    )
    {
        var select = DavXmlReader.Parse(body, request.Http.Request.ContentType, Read);
        if (select.Problem is not null)
            return select.Problem;
        if (await Guards.RefusesAsync(request) is { } failed)
            return failed;
        return await SearchMethod.AnswerAsync(
            request,
            request.Target,
            new SearchBody
            {
                Select = select.Value,
                Scope = "",
                Depth = Depth.Infinity,
                Where = new SearchCondition.Compare(
                    SearchProperty.Favorite,
                    Less: false,
                    Equal: true,
                    More: false,
                    "1",
                    IsCaseless: true
                ),
                OrderBy = [],
            }
        );
    }

    private static DavResult<PropfindBody> Read(DavXmlReader reader)
    {
        var names = new List<XName>();
        var rules = new List<(XName Name, string Value)>();
        reader.Children(() =>
        {
            if (reader.Name == DavNames.Prop)
                reader.Children(() => names.Add(reader.Name));
            else if (reader.Name == DavNames.Owncloud + "filter-rules")
                reader.Children(() =>
                {
                    var name = reader.Name;
                    rules.Add((name, reader.ReadText().Trim()));
                });
        });
        if (PropfindBody.HasTooMany(names))
            return new DavProblem(400, "The report asks for too many properties.");
        return rules is [(var rule, "1" or "true" or "yes")] && rule == SearchProperty.Favorite.Name
            ? new PropfindBody(PropfindKind.Named, [.. names.Distinct()])
            : new DavProblem(422, "The only filter known here is that of favourites.");
    }
}
