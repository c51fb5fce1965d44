using CloudDav.Server.Tests.Api;
using CloudDav.Server.Tests.Pages;
using CloudDav.Testing;

namespace CloudDav.Server.Tests.Television;

/// <summary>A TV set that a person has paired, and a player that is given nothing but an address.</summary>
internal sealed class TvSet
{
    private readonly CloudDavHost _host;

    private TvSet(CloudDavHost host, string token) => (_host, Token) = (host, token);

    public string Token { get; }

    public static async Task<TvSet> PairAsync(CloudDavHost host, string user)
    {
        var browser = new Browser(host);
        await browser.SignInAsync(user, "demo");
        var begun = (
            await PostAsync(host, "/oauth/device_authorization", ("client_id", "box"))
        ).Json();
        var page = "/pair/" + begun.GetProperty("user_code").GetString();
        await browser.OpenAsync(page);
        (await browser.SubmitAsync(page, ("answer", "grant"))).Expect(200);
        var given = await PostAsync(
            host,
            "/oauth/token",
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", "box"),
            ("device_code", begun.GetProperty("device_code").GetString()!)
        );
        return new(host, given.Json().GetProperty("access_token").GetString()!);
    }

    public Task<DavAnswer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        _host
            .Anonymous()
            .SendAsync(
                "GET",
                "/tv/v1" + path,
                null,
                [("Authorization", "Bearer " + Token), .. headers]
            );

    /// <summary>Opens an address as a player does that sends nothing of its own.</summary>
    public Task<DavAnswer> PlayAsync(
        string address,
        string method = "GET",
        params (string Name, string Value)[] headers
    ) => _host.Anonymous().SendAsync(method, new Uri(address).PathAndQuery, null, headers);

    private static async Task<DavAnswer> PostAsync(
        CloudDavHost host,
        string path,
        params (string Name, string Value)[] fields
    ) =>
        (
            await host.Anonymous()
                .SendAsync(
                    "POST",
                    path,
                    new FormUrlEncodedContent(
                        fields.Select(field => KeyValuePair.Create(field.Name, field.Value))
                    )
                )
        ).Expect(200);
}
