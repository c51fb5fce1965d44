using System.Globalization;
using CloudDav.Server.Auth;
using CloudDav.Server.Links;
using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>One request at the customer's door, as its endpoint sees it.</summary>
/// <param name="context">The request.</param>
internal sealed class CustomerCall(HttpContext context)
{
    /// <summary>Who asks; there is somebody at every endpoint that needs a sign-in.</summary>
    public Actor Actor => context.Features.Get<Actor>()!;

    /// <summary>What people do with their own accounts.</summary>
    public CustomerDesk Desk => context.RequestServices.GetRequiredService<CustomerDesk>();

    /// <summary>Stops what nobody waits for any more.</summary>
    public CancellationToken Stop => context.RequestAborted;

    /// <summary>Where the request came from, as wrong sign-ins are counted.</summary>
    public string Address => SignIn.AddressOf(context.Connection.RemoteIpAddress);

    /// <summary>Whether who asks has given the account's own password with the request.</summary>
    public bool GivesOwnPassword =>
        Actor.Device is null && Credentials.Of(context.Request) is Credentials.Basic;

    /// <summary>The address of a link, as whoever asks has come here.</summary>
    public string LinkAddress(string token) => LinkDoor.AddressOf(context.Request, token);

    /// <summary>A service of the server's.</summary>
    public T Get<T>()
        where T : notnull => context.RequestServices.GetRequiredService<T>();

    /// <summary>A part of the path.</summary>
    public string Text(string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>Whether the path has a part.</summary>
    public bool Has(string name) => context.Request.RouteValues.ContainsKey(name);

    /// <summary>How a refusal is told to whoever asks.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="account">The account's language.</param>
    public RefusalAnswer Answer(Refusal refusal, Language? account) =>
        Get<RefusalDesk>().Answer(context, refusal, account);

    /// <summary>A part of the path that is a number.</summary>
    public long Number(string name) => long.Parse(Text(name), CultureInfo.InvariantCulture);

    /// <summary>A number of the query; null when it is not given.</summary>
    public long? Asked(string name) =>
        context.Request.Query.TryGetValue(name, out var value)
            ? long.Parse(value.ToString(), CultureInfo.InvariantCulture)
            : null;

    /// <summary>The language to answer in.</summary>
    /// <param name="account">The account's.</param>
    public Language LanguageOf(Language? account) =>
        Reader.LanguageOf(context.Request.Headers.AcceptLanguage, account);
}
