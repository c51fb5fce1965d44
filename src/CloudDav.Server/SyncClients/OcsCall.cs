using System.Text;
using System.Text.Json;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.AspNetCore.WebUtilities;

namespace CloudDav.Server.SyncClients;

/// <summary>A request to the clients' own API, taken apart.</summary>
internal sealed class OcsCall
{
    private const int MostBody = 64 * 1024;

    private readonly string[] _path;
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _parameters = new(StringComparer.Ordinal);

    public OcsCall(HttpContext context)
    {
        Http = context;
        // /ocs/vN.php/...
        var segments = context.Request.Path.Value!.Split(
            '/',
            StringSplitOptions.RemoveEmptyEntries
        );
        Version = segments.ElementAtOrDefault(1) switch
        {
            "v1.php" => 1,
            "v2.php" => 2,
            _ => 0,
        };
        _path = Version == 0 ? [] : segments[2..];
    }

    /// <summary>The request.</summary>
    public HttpContext Http { get; }

    /// <summary>Ends when the client goes away.</summary>
    public CancellationToken Stop => Http.RequestAborted;

    /// <summary>1 or 2; 0 for an address without a version.</summary>
    public int Version { get; }

    /// <summary>Who asks. Only of a call that somebody has to sign in for.</summary>
    public Actor Actor => Http.Features.Get<Actor>()!;

    /// <summary>Whether the answer is to be JSON; it is XML for whoever does not ask.</summary>
    public bool WantsJson =>
        Http.Request.Query["format"] is { Count: > 0 } format
            ? format[0]!.Equals("json", StringComparison.OrdinalIgnoreCase)
            : Http
                .Request.Headers.Accept.ToString()
                .Contains("json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it has the header that a page of another site cannot have a browser send.</summary>
    public bool HasApiHeader => Http.Request.Headers["OCS-APIRequest"].ToString() is "true" or "1";

    /// <summary>A part of the server.</summary>
    public T Part<T>()
        where T : notnull => Http.RequestServices.GetRequiredService<T>();

    /// <summary>The value that the path has for a <c>{name}</c> of the route; null when the route has none.</summary>
    public string? Value(string name) => _values.GetValueOrDefault(name);

    /// <summary>A parameter, whether it came in the query, a form or JSON; null when it did not. What JSON has as an object or array is its text.</summary>
    public string? Parameter(string name) =>
        _parameters.TryGetValue(name, out var values) ? values[^1] : null;

    /// <summary>All values of a parameter, also of one that is called <c>name[]</c>.</summary>
    public IReadOnlyList<string> Parameters(string name) =>
        [
            .. _parameters.GetValueOrDefault(name) ?? [],
            .. _parameters.GetValueOrDefault(name + "[]") ?? [],
        ];

    /// <summary>Whether the request is for that route; then its values are known.</summary>
    public bool Matches(OcsRoute route)
    {
        if (route.Method != Http.Request.Method || route.Segments.Length != _path.Length)
            return false;
        _values.Clear();
        for (var i = 0; i < _path.Length; i++)
        {
            if (route.Segments[i] is ['{', .. var name, '}'])
                _values[name] = _path[i];
            else if (route.Segments[i] != _path[i])
                return false;
        }
        return true;
    }

    /// <summary>A refusal in the words that the reader understands.</summary>
    public OcsAnswer Refuse(Refusal refusal)
    {
        var answer = Part<RefusalDesk>().Answer(Http, refusal);
        if (answer.Row.RetryAfter is { } delay)
            Http.Response.Headers.RetryAfter = delay.TotalSeconds.ToString(
                "0",
                System.Globalization.CultureInfo.InvariantCulture
            );
        return new OcsAnswer(answer.Row.Status, answer.Text);
    }

    /// <summary>Reads the parameters. False when they cannot be read, or are too many.</summary>
    public async ValueTask<bool> ReadAsync()
    {
        foreach (var (name, values) in Http.Request.Query)
            Add(name, values);
        var body = await ReadBodyAsync();
        if (body is null)
            return false;
        if (body.Length == 0)
            return true;
        var type = Http.Request.ContentType ?? "";
        if (type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
            return TryAddJson(body);
        if (
            type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        )
            foreach (var (name, values) in QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body)))
                Add(name, values);
        return true;
    }

    private async ValueTask<byte[]?> ReadBodyAsync()
    {
        using var body = new MemoryStream();
        var buffer = new byte[8 * 1024];
        int count;
        while ((count = await Http.Request.Body.ReadAsync(buffer, Stop)) > 0)
        {
            if (body.Length + count > MostBody)
                return null;
            await body.WriteAsync(buffer.AsMemory(0, count), Stop);
        }
        return body.ToArray();
    }

    private bool TryAddJson(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;
            foreach (var member in document.RootElement.EnumerateObject())
            {
                Add(
                    member.Name,
                    member.Value.ValueKind switch
                    {
                        JsonValueKind.String => member.Value.GetString(),
                        JsonValueKind.Null => "",
                        _ => member.Value.GetRawText(),
                    }
                );
            }
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is no Unicode.
            return false;
        }
    }

    private void Add(string name, Microsoft.Extensions.Primitives.StringValues values)
    {
        if (!_parameters.TryGetValue(name, out var known))
            _parameters.Add(name, known = []);
        foreach (var value in values)
            known.Add(value ?? "");
    }
}
