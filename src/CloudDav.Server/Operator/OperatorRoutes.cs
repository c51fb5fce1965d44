using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using CloudDav.Server.Api;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Operator;

/// <summary>
/// Where endpoints of the operator's door are declared. An area of them is a file with a <c>Map</c> of its own, called in <see cref="OperatorDoor"/>; an endpoint
/// is one call of <see cref="Query"/>, <see cref="List"/> or <see cref="Command{TRequest, TAnswer}"/>, which names its path, scope, operation id and summary and
/// says how a desk carries it out, followed by <see cref="ApiEndpoint{TSelf}.Refuses"/> with the rules that can say no. Bodies and answers are records in the same
/// file: a body's members are <c>required</c> or nullable and annotated with their bounds, an answer that has a version is <see cref="IVersioned"/>. Scope, id,
/// version, strict reading, paging, problems and documentation follow from that, and the tests of the door find the endpoint by themselves.
/// </summary>
/// <param name="routes">Where they go.</param>
/// <param name="tag">The area that they are documented under.</param>
internal sealed class OperatorRoutes(IEndpointRouteBuilder routes, string tag)
{
    /// <summary>The parameter that says where a page begins.</summary>
    public const string Cursor = "cursor";

    /// <summary>The parameter that says how long a page is.</summary>
    public const string Limit = "limit";

    /// <summary>The header that holds a command's id.</summary>
    public const string CommandId = "Idempotency-Key";

    // What the explorer of endpoints takes for a handler's signature: everything else is in the metadata.
    private static readonly MethodInfo s_signature = typeof(OperatorRoutes).GetMethod(
        nameof(Signature),
        BindingFlags.NonPublic | BindingFlags.Static
    )!;

    /// <summary>The same routes under another area's name.</summary>
    public OperatorRoutes Under(string area) => new(routes, area);

    /// <summary>Declares a question: GET.</summary>
    public OperatorEndpoint Query<TAnswer>(
        string path,
        OperatorScope scope,
        string operationId,
        string summary,
        Func<OperatorCall, ValueTask<VaultResult<TAnswer>>> answer
    ) =>
        Add(
            HttpMethods.Get,
            path,
            new OperatorEndpoint
            {
                Scope = scope,
                OperationId = operationId,
                Summary = summary,
                Answer = typeof(TAnswer),
            },
            async (context, endpoint) =>
                WrongQuery(context, endpoint)
                ?? Answered(
                    context,
                    endpoint,
                    await answer(new OperatorCall(context, instruction: null))
                )
        );

    /// <summary>Declares a question with a long answer: GET, page by page.</summary>
    public OperatorEndpoint List<TItem>(
        string path,
        OperatorScope scope,
        string operationId,
        string summary,
        Func<OperatorCall, PageRequest, ValueTask<VaultResult<Page<TItem>>>> answer
    ) =>
        Add(
            HttpMethods.Get,
            path,
            new OperatorEndpoint
            {
                Scope = scope,
                OperationId = operationId,
                Summary = summary,
                Answer = typeof(Page<TItem>),
                IsPaged = true,
            },
            async (context, endpoint) =>
            {
                if (WrongQuery(context, endpoint) is { } wrong)
                    return wrong;
                return PageOf(context.Request.Query) is ({ } page, _)
                    ? Answered(
                        context,
                        endpoint,
                        await answer(new OperatorCall(context, instruction: null), page)
                    )
                    : PageOf(context.Request.Query).Problem!;
            }
        );

    /// <summary>Declares a question whose answer is a file's bytes: GET.</summary>
    public OperatorEndpoint Download(
        string path,
        OperatorScope scope,
        string operationId,
        string summary,
        Func<OperatorCall, ValueTask<VaultResult<IResult>>> answer
    ) =>
        Add(
            HttpMethods.Get,
            path,
            new OperatorEndpoint
            {
                Scope = scope,
                OperationId = operationId,
                Summary = summary,
                Answer = typeof(Stream),
            },
            async (context, endpoint) =>
            {
                if (WrongQuery(context, endpoint) is { } wrong)
                    return wrong;
                var result = await answer(new OperatorCall(context, instruction: null));
                return result.Refusal is { } refusal ? new ProblemResult(refusal) : result.Value;
            }
        );

    /// <summary>Declares a command: POST with a body.</summary>
    public OperatorEndpoint Command<TRequest, TAnswer>(
        string path,
        OperatorScope scope,
        string operationId,
        string summary,
        Func<OperatorCall, TRequest, ValueTask<VaultResult<TAnswer>>> carryOut
    )
        where TRequest : class =>
        Add(
            HttpMethods.Post,
            path,
            new OperatorEndpoint
            {
                Scope = scope,
                OperationId = operationId,
                Summary = summary,
                Request = typeof(TRequest),
                Answer = typeof(TAnswer),
                IsCommand = true,
            },
            async (context, endpoint) =>
            {
                if (WrongQuery(context, endpoint) is { } wrongQuery)
                    return wrongQuery;
                var json = JsonOf(context);
                var (request, wrong) = await StrictJson.ReadAsync<TRequest>(
                    context,
                    json,
                    context.RequestAborted
                );
                if (request is null)
                    return wrong!;
                var (instruction, headers) = InstructionOf(
                    context,
                    JsonSerializer.SerializeToUtf8Bytes(request, json)
                );
                return instruction is null
                    ? headers!
                    : Answered(
                        context,
                        endpoint,
                        await carryOut(new OperatorCall(context, instruction), request)
                    );
            }
        );

    /// <summary>Declares a command that its path says all of: POST without a body.</summary>
    public OperatorEndpoint Command<TAnswer>(
        string path,
        OperatorScope scope,
        string operationId,
        string summary,
        Func<OperatorCall, ValueTask<VaultResult<TAnswer>>> carryOut
    ) =>
        Add(
            HttpMethods.Post,
            path,
            new OperatorEndpoint
            {
                Scope = scope,
                OperationId = operationId,
                Summary = summary,
                Answer = typeof(TAnswer),
                IsCommand = true,
            },
            async (context, endpoint) =>
            {
                if (WrongQuery(context, endpoint) is { } wrongQuery)
                    return wrongQuery;
                if (await HasBodyAsync(context))
                    return Wrong("", "There is no body to this command.");
                var (instruction, headers) = InstructionOf(context, []);
                return instruction is null
                    ? headers!
                    : Answered(
                        context,
                        endpoint,
                        await carryOut(new OperatorCall(context, instruction))
                    );
            }
        );

    private static void Signature() { }

    private OperatorEndpoint Add(
        string method,
        string path,
        OperatorEndpoint endpoint,
        Func<HttpContext, OperatorEndpoint, ValueTask<IResult>> handle
    )
    {
        routes
            .MapMethods(
                path,
                [method],
                async context => await (await handle(context, endpoint)).ExecuteAsync(context)
            )
            .Add(builder =>
            {
                // Read when the routes are built, so that everything has been said about the endpoint.
                var metadata = builder.Metadata;
                metadata.Add(endpoint);
                metadata.Add(s_signature);
                metadata.Add(new EndpointNameMetadata(endpoint.OperationId));
                metadata.Add(new TagsAttribute(tag));
                if (endpoint.Request is { } request)
                    metadata.Add(new AcceptsMetadata(["application/json"], request));
                metadata.Add(
                    new ProducesResponseTypeMetadata(
                        endpoint.Status,
                        endpoint.Answer,
                        [
                            endpoint.Answer == typeof(Stream)
                                ? "application/octet-stream"
                                : "application/json",
                        ]
                    )
                );
            });
        return endpoint;
    }

    private static JsonSerializerOptions JsonOf(HttpContext context) =>
        context
            .RequestServices.GetRequiredService<
                IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>
            >()
            .Value.SerializerOptions;

    private static IResult Answered<T>(
        HttpContext context,
        OperatorEndpoint endpoint,
        VaultResult<T> result
    )
    {
        if (result.Refusal is { } refusal)
            return new ProblemResult(refusal);
        if (result.Value is IVersioned versioned)
            context.Response.Headers.ETag = string.Create(
                CultureInfo.InvariantCulture,
                $"\"{versioned.Version}\""
            );
        return TypedResults.Json(result.Value, statusCode: endpoint.Status);
    }

    private static ProblemResult Wrong(string field, string message) =>
        ProblemResult.Invalid(new FieldError(field, message));

    private static ProblemResult? WrongQuery(HttpContext context, OperatorEndpoint endpoint)
    {
        foreach (var (name, values) in context.Request.Query)
        {
            var isKnown =
                (endpoint.IsPaged && name is Cursor or Limit)
                || endpoint.Query.Any(known => known.Name == name);
            if (!isKnown)
                return Wrong(name.Length <= 200 ? name : name[..200], "Is not known.");
            if (values.Count != 1)
                return Wrong(name, "Is given twice.");
        }
        return null;
    }

    private static (PageRequest? Page, ProblemResult? Problem) PageOf(IQueryCollection query)
    {
        long after = 0;
        var limit = PageRequest.DefaultLimit;
        if (
            query.TryGetValue(Cursor, out var cursor)
            && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after)
        )
            return (null, Wrong(Cursor, "Takes what `next` of the page before says."));
        if (
            query.TryGetValue(Limit, out var asked)
            && !(
                int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                && limit is >= 1 and <= PageRequest.MostLimit
            )
        )
            return (
                null,
                Wrong(
                    Limit,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Takes 1 to {PageRequest.MostLimit}."
                    )
                )
            );
        return (new PageRequest(after, limit), null);
    }

    private static (Instruction? Instruction, ProblemResult? Problem) InstructionOf(
        HttpContext context,
        byte[] body
    )
    {
        // The draft of that header has quotes around it, many senders have none.
        var id = context.Request.Headers[CommandId].ToString();
        if (id.Length > 2 && id[0] == '"' && id[^1] == '"')
            id = id[1..^1];
        if (
            id.Length is 0 or > Instruction.MaxIdLength
            || id.AsSpan().ContainsAnyExceptInRange('!', '~')
        )
            return (
                null,
                Wrong(
                    CommandId,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Every command has an id of its own: 1 to {Instruction.MaxIdLength} visible ASCII characters, best a UUID."
                    )
                )
            );
        long? version = null;
        var match = context.Request.Headers.IfMatch;
        if (match.Count > 0 && match != "*")
        {
            var text = match.ToString();
            if (
                text.Length < 3
                || text[0] != '"'
                || text[^1] != '"'
                || !long.TryParse(
                    text.AsSpan(1, text.Length - 2),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var expected
                )
            )
                return (null, Wrong("If-Match", "Takes one ETag of an answer, such as \"3\"."));
            version = expected;
        }
        var author = OperatorDoor.AuthorOf(context)!;
        return (
            new Instruction(id, author, HashOf(context.Request, author, body))
            {
                ExpectedVersion = version,
            },
            null
        );
    }

    private static byte[] HashOf(HttpRequest request, string author, byte[] body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (
            var part in (ReadOnlySpan<string>)
                [author, request.Method, request.Path.Value ?? "", request.QueryString.Value ?? ""]
        )
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private static async ValueTask<bool> HasBodyAsync(HttpContext context) =>
        context.Request.ContentLength > 0
        || await context.Request.Body.ReadAsync(new byte[1], context.RequestAborted) > 0;
}
