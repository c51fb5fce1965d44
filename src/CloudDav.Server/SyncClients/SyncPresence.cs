using System.Text.Json.Nodes;
using CloudDav.Server.Hosting;
using CloudDav.Vault;

namespace CloudDav.Server.SyncClients;

/// <summary>
/// What the server says of itself to sync clients. Clients look at the version for what a server can do, so it is the one whose behaviour this server has; what is beyond that, they ask of the capabilities.
/// </summary>
internal static class SyncPresence
{
    private const string Version = "31.0.9";
    private const string Product = "CloudDav";
    private const string Color = "#0082c9";

    private static string FullVersion => Version + ".1";

    /// <summary><c>status.php</c>: whether there is a server, and whether it works. A password that comes along is not looked at.</summary>
    public static async Task TellStatusAsync(HttpContext context)
    {
        var body = OcsText.ToJson(
            await StatusAsync(context.RequestServices, context.RequestAborted)
        );
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The capabilities. What is not here, clients leave alone; what is half here makes some of them lose all.</summary>
    public static async ValueTask<OcsAnswer> DescribeAsync(OcsCall call)
    {
        var request = call.Http.Request;
        var address = $"{request.Scheme}://{request.Host}";
        return OcsAnswer.Of(
            new JsonObject
            {
                ["version"] = new JsonObject
                {
                    ["major"] = 31,
                    ["minor"] = 0,
                    ["micro"] = 9,
                    ["string"] = Version,
                    ["edition"] = "",
                    ["extendedSupport"] = false,
                },
                ["capabilities"] = new JsonObject
                {
                    ["core"] = new JsonObject
                    {
                        ["pollinterval"] = 60,
                        ["webdav-root"] = "remote.php/webdav",
                        ["status"] = await StatusAsync(call.Http.RequestServices, call.Stop),
                    },
                    // The second kind of chunks, of which this is the name (R17).
                    ["dav"] = new JsonObject { ["chunking"] = "1.0" },
                    ["files"] = new JsonObject
                    {
                        ["bigfilechunking"] = true,
                        ["undelete"] = true,
                        ["versioning"] = true,
                        ["blacklisted_files"] = new JsonArray(),
                    },
                    ["files_sharing"] = SharingOf(),
                    ["checksums"] = new JsonObject
                    {
                        ["supportedTypes"] = new JsonArray("SHA1", "MD5", "ADLER32"),
                        ["preferredUploadType"] = "SHA1",
                    },
                    // A conflict's copy reaches the other devices, instead of staying where it was made.
                    ["uploadConflictFiles"] = true,
                    ["theming"] = new JsonObject
                    {
                        ["name"] = Product,
                        ["url"] = address,
                        ["slogan"] = "",
                        ["color"] = Color,
                        ["color-text"] = "#ffffff",
                        ["color-element"] = Color,
                        ["logo"] = "",
                        ["background"] = Color,
                        ["background-plain"] = true,
                        ["background-default"] = true,
                    },
                },
            }
        );
    }

    /// <summary>The person: their name, which is a segment of the addresses of their trees, and how full their cloud is.</summary>
    public static async ValueTask<OcsAnswer> FindUserAsync(OcsCall call)
    {
        if (
            call.Value("id") is { } asked
            && SignInName.Key(asked) != SignInName.Key(call.Actor.Name)
        )
            return new OcsAnswer(404, "There is no such person.");
        var found = await call.Part<CustomerDesk>().FindOverviewAsync(call.Actor, call.Stop);
        if (found.Refusal is { } refusal)
            return call.Refuse(refusal);
        var seen = found.Value;
        return OcsAnswer.Of(
            new JsonObject
            {
                ["id"] = seen.Name,
                ["display-name"] = seen.Name,
                ["displayname"] = seen.Name,
                ["email"] = "",
                ["enabled"] = true,
                ["groups"] = new JsonArray(),
                ["quota"] = QuotaOf(seen),
            }
        );
    }

    // What a link may do besides reading is to put files in unseen; editing by a link would be offered with "upload".
    private static JsonObject SharingOf() =>
        new()
        {
            ["api_enabled"] = true,
            ["resharing"] = false,
            ["default_permissions"] = 31,
            ["search_min_length"] = 1,
            ["group_sharing"] = false,
            ["public"] = new JsonObject
            {
                ["enabled"] = true,
                ["upload"] = false,
                ["multiple"] = true,
                ["supports_upload_only"] = true,
                ["password"] = new JsonObject
                {
                    ["enforced"] = false,
                    ["askForOptionalPassword"] = false,
                    ["enforced_for"] = new JsonObject
                    {
                        ["read_only"] = false,
                        ["read_write"] = false,
                        ["upload_only"] = false,
                    },
                },
                ["expire_date"] = new JsonObject
                {
                    ["enabled"] = false,
                    ["days"] = 0,
                    ["enforced"] = false,
                },
                ["send_mail"] = false,
            },
            ["user"] = new JsonObject
            {
                ["send_mail"] = false,
                ["expire_date"] = new JsonObject { ["enabled"] = false },
                ["profile_picture"] = false,
            },
            ["federation"] = new JsonObject { ["outgoing"] = false, ["incoming"] = false },
        };

    // -3 stands for no limit.
    private static JsonObject QuotaOf(AccountOverview seen)
    {
        var used = seen.Usage.UsedBytes;
        var free = seen.AvailableBytes;
        var capacity = seen.Usage.CapacityBytes;
        // Nothing can be added, whatever room there is: then it is full.
        var full = free == 0 ? used : used + free;
        return new JsonObject
        {
            ["free"] = free ?? -3,
            ["used"] = used,
            ["total"] = full ?? -3,
            ["relative"] =
                free == 0 ? 100
                : full is null or 0 ? 0
                : Math.Round(used * 100.0 / full.Value, 2),
            ["quota"] = capacity ?? -3,
        };
    }

    private static async ValueTask<JsonObject> StatusAsync(
        IServiceProvider services,
        CancellationToken stop
    )
    {
        var platform = await services
            .GetRequiredService<VaultParts>()
            .Contracts.ReadAsync(facts => facts.LoadPlatformAsync(), stop);
        return new JsonObject
        {
            ["installed"] = true,
            // Clients that see it pause, with everything that they have as it is.
            ["maintenance"] = platform.Mode != PlatformMode.Normal,
            ["needsDbUpgrade"] = false,
            ["version"] = FullVersion,
            ["versionstring"] = Version,
            ["edition"] = "",
            ["productname"] = Product,
            ["extendedSupport"] = false,
        };
    }
}
