using System.Text.Json.Nodes;
using CloudDav.Server.Hosting;
using CloudDav.Vault;

namespace CloudDav.Server.SyncClients;

/// <summary>Answers a call.</summary>
internal delegate ValueTask<OcsAnswer> OcsHandler(OcsCall call);

/// <summary>A call of the clients' own API.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Its path below the version, with <c>{names}</c> for segments that are values.</param>
/// <param name="Handle">Answers it.</param>
internal sealed record OcsRoute(string Method, string Path, OcsHandler Handle)
{
    /// <summary>Whether nobody has to sign in for it.</summary>
    public bool IsAnonymous { get; init; }

    public string[] Segments { get; } = Path.Split('/');
}

/// <summary>
/// The calls below <c>/ocs/v1.php/</c> and <c>/ocs/v2.php/</c>, which the clients make beside DAV: each has one line, and what is common to all, the sign-in and the two forms and
/// two versions of the answer, is here. Calls that there are not are answered so that clients go on without them, and never with a page.
/// </summary>
internal static class OcsRoutes
{
    private const string Prefix = "/ocs";
    private const string Sharing = "apps/files_sharing/api/v1/";

    private static readonly OcsRoute[] s_all =
    [
        new("GET", "cloud/capabilities", SyncPresence.DescribeAsync) { IsAnonymous = true },
        new("GET", "cloud/user", SyncPresence.FindUserAsync),
        new("GET", "cloud/users/{id}", SyncPresence.FindUserAsync),
        new("GET", "core/getapppassword", SyncDevices.AddAsync),
        new("DELETE", "core/apppassword", SyncDevices.RevokeAsync),
        new("GET", Sharing + "shares", SyncShares.ListAsync),
        new("POST", Sharing + "shares", SyncShares.CreateAsync),
        new("GET", Sharing + "shares/{id}", SyncShares.FindAsync),
        new("PUT", Sharing + "shares/{id}", SyncShares.ChangeAsync),
        new("DELETE", Sharing + "shares/{id}", SyncShares.RemoveAsync),
        new("GET", Sharing + "sharees", SyncShares.FindRecipientsAsync),
    ];

    /// <summary>Whether an address is one of these, whatever it leads to.</summary>
    public static bool Owns(PathString path) =>
        path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Answers a call.</summary>
    /// <param name="context">The request.</param>
    /// <param name="signIn">Says who it is, and gives them a place among the running requests.</param>
    public static async Task AnswerAsync(
        HttpContext context,
        Func<HttpContext, ValueTask<VaultResult<DeviceQueue.Place>>> signIn
    )
    {
        var call = new OcsCall(context);
        var answer = await FindAnswerAsync(call, signIn);
        await answer.WriteAsync(call);
    }

    private static async ValueTask<OcsAnswer> FindAnswerAsync(
        OcsCall call,
        Func<HttpContext, ValueTask<VaultResult<DeviceQueue.Place>>> signIn
    )
    {
        var route = call.Version == 0 ? null : Array.Find(s_all, call.Matches);
        if (route is { IsAnonymous: true })
            return await route.Handle(call);
        var signedIn = await signIn(call.Http);
        if (signedIn.Refusal is { } refusal)
            return call.Refuse(refusal);
        using var place = signedIn.Value;
        if (route is null)
            return OcsAnswer.Unknown;
        // A page of another site makes a browser send what it remembers to sign in with, but not this header.
        if (!HttpMethods.IsGet(call.Http.Request.Method) && !call.HasApiHeader)
            return OcsAnswer.NoApiHeader;
        return await call.ReadAsync()
            ? await route.Handle(call)
            : new OcsAnswer(400, "The parameters cannot be read.");
    }
}

/// <summary>What a call answers.</summary>
/// <param name="Code">Its code, which in the second version is the HTTP status too.</param>
/// <param name="Message">What there is to say of it.</param>
/// <param name="Data">The answer itself; null for none. Elements of arrays have no names in XML.</param>
internal sealed record OcsAnswer(int Code, string Message, JsonNode? Data = null)
{
    private const int SignedOut = 997;

    /// <summary>There is no such call.</summary>
    public static OcsAnswer Unknown { get; } =
        new(404, "Invalid query, please check the syntax.") { IsUnknown = true };

    /// <summary>The header is missing that every client sends.</summary>
    public static OcsAnswer NoApiHeader { get; } = new(412, "OCS-APIRequest: true is missing.");

    private bool IsUnknown { get; init; }

    /// <summary>A success.</summary>
    public static OcsAnswer Of(JsonNode data) => new(200, "OK", data);

    /// <summary>Sends it in the form and the version that were asked for.</summary>
    public async Task WriteAsync(OcsCall call)
    {
        var response = call.Http.Response;
        var isSignedOut = Code == StatusCodes.Status401Unauthorized;
        response.StatusCode =
            isSignedOut || call.Version != 1 || (IsUnknown && call.Version == 0) ? Code : 200;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        var code =
            isSignedOut ? SignedOut
            : IsUnknown && call.Version == 1 ? 998
            : Code == 200 && call.Version == 1 ? 100
            : Code;
        // Not last in its object, without blanks: desktops find "statuscode":NNN, in the text.
        var envelope = new JsonObject
        {
            ["meta"] = new JsonObject
            {
                ["status"] = Code == 200 ? "ok" : "failure",
                ["statuscode"] = code,
                ["message"] = Message,
            },
            ["data"] = Data?.DeepClone() ?? new JsonArray(),
        };
        var body = call.WantsJson
            ? OcsText.ToJson(new JsonObject { ["ocs"] = envelope })
            : OcsText.ToXml(envelope);
        response.ContentType = call.WantsJson
            ? "application/json; charset=utf-8"
            : "text/xml; charset=UTF-8";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(call.Http.Request.Method))
            await response.Body.WriteAsync(body, call.Http.RequestAborted);
    }
}
