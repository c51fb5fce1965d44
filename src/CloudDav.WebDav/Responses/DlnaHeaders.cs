namespace CloudDav.WebDav.Responses;

/// <summary>The headers of DLNA renderers, answered when a request has them. Bytes can be sought, time cannot.</summary>
internal static class DlnaHeaders
{
    private const string StreamFeatures =
        "DLNA.ORG_OP=01;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=01700000000000000000000000000000";

    private const string ImageFeatures =
        "DLNA.ORG_OP=01;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=00D00000000000000000000000000000";

    /// <summary>Sets the answers; a problem when something is asked that cannot be.</summary>
    public static DavProblem? Answer(DavRequest request, string type)
    {
        var headers = request.Http.Request.Headers;
        var answer = request.Response.Headers;
        var streams =
            type.StartsWith("video/", StringComparison.Ordinal)
            || (type.StartsWith("audio/", StringComparison.Ordinal) && !IsList(type));
        if (
            headers.ContainsKey("TimeSeekRange.dlna.org")
            || headers.ContainsKey("PlaySpeed.dlna.org")
        )
            return new DavProblem(406, "Only bytes can be sought here, not times or speeds.");
        if (request.Header("getcontentFeatures.dlna.org") is { } features)
        {
            if (features.Trim() != "1")
                return new DavProblem(400, "getcontentFeatures.dlna.org must be 1.");
            answer["contentFeatures.dlna.org"] = type.StartsWith("image/", StringComparison.Ordinal)
                ? ImageFeatures
                : StreamFeatures;
        }
        if (request.Header("transferMode.dlna.org") is { } mode)
        {
            var suits = mode.Trim().ToUpperInvariant() switch
            {
                "STREAMING" => streams,
                "INTERACTIVE" => !streams,
                "BACKGROUND" => true,
                _ => false,
            };
            if (!suits)
                return new DavProblem(406, "This transfer mode does not suit the file.");
            answer["transferMode.dlna.org"] = mode.Trim();
        }
        else if (headers.ContainsKey("getcontentFeatures.dlna.org"))
        {
            answer["transferMode.dlna.org"] = streams ? "Streaming" : "Interactive";
        }
        if (request.Header("realTimeInfo.dlna.org") is { } realTime)
        {
            if (realTime.Trim() != "DLNA.ORG_TLAG=*")
                return new DavProblem(400, "realTimeInfo.dlna.org must be DLNA.ORG_TLAG=*.");
            answer["realTimeInfo.dlna.org"] = "DLNA.ORG_TLAG=*";
        }
        return null;
    }

    // A list of sounds is read as text is.
    private static bool IsList(string type) => type is "audio/x-mpegurl" or "audio/x-scpls";
}
