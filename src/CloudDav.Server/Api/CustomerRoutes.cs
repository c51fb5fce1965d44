using System.Globalization;
using System.Reflection;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Api;

/// <summary>
/// Where endpoints of the customer's door are declared. An area of them is a file with a <c>Map</c> of its own, called in <see cref="CustomerApi"/>; an endpoint is one
/// call here, followed by <see cref="ApiEndpoint{TSelf}.Refuses"/> with the rules that can say no. Bodies and answers are records in the same file, the members of a
/// body <c>required</c> or nullable. Strict reading, problems and documentation follow from that.
/// </summary>
/// <param name="routes">Where they go.</param>
/// <param name="tag">The area that they are documented under.</param>
internal sealed class CustomerRoutes(IEndpointRouteBuilder routes, string tag)
{
    // What the explorer of endpoints takes for a handler's signature: everything else is in the metadata.
    private static readonly MethodInfo s_signature = typeof(CustomerRoutes).GetMethod(
        nameof(Signature),
        BindingFlags.NonPublic | BindingFlags.Static
    )!;

    /// <summary>Declares an endpoint without a body.</summary>
    public CustomerEndpoint Add<TAnswer>(
        string method,
        string path,
        string operationId,
        string summary,
        Func<CustomerCall, ValueTask<VaultResult<TAnswer>>> answer
    ) =>
        Add(
            [method],
            path,
            new CustomerEndpoint
            {
                OperationId = operationId,
                Summary = summary,
                Answer = typeof(TAnswer) == typeof(Nothing) ? null : typeof(TAnswer),
            },
            async (context, endpoint) =>
                WrongQuery(context, endpoint)
                ?? await AnsweredAsync(context, endpoint, await answer(new CustomerCall(context)))
        );

    /// <summary>Declares an endpoint that takes a body.</summary>
    public CustomerEndpoint Add<TRequest, TAnswer>(
        string method,
        string path,
        string operationId,
        string summary,
        Func<CustomerCall, TRequest, ValueTask<VaultResult<TAnswer>>> answer
    )
        where TRequest : class =>
        Add(
            [method],
            path,
            new CustomerEndpoint
            {
                OperationId = operationId,
                Summary = summary,
                Request = typeof(TRequest),
                Answer = typeof(TAnswer) == typeof(Nothing) ? null : typeof(TAnswer),
            },
            async (context, endpoint) =>
            {
                if (WrongQuery(context, endpoint) is { } wrongQuery)
                    return wrongQuery;
                var json = context
                    .RequestServices.GetRequiredService<
                        IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>
                    >()
                    .Value.SerializerOptions;
                var (request, wrong) =
                    endpoint.IsBodyOptional && !HasBody(context)
                        ? StrictJson.Read<TRequest>("{}"u8.ToArray(), json)
                        : await StrictJson.ReadAsync<TRequest>(
                            context,
                            json,
                            context.RequestAborted
                        );
                return request is null
                    ? wrong!
                    : await AnsweredAsync(
                        context,
                        endpoint,
                        await answer(new CustomerCall(context), request)
                    );
            }
        );

    /// <summary>Declares an endpoint that answers with something else than JSON, all by itself.</summary>
    public CustomerEndpoint AddRaw(
        string[] methods,
        string path,
        string operationId,
        string summary,
        string answerType,
        RequestDelegate answer
    )
    {
        var endpoint = new CustomerEndpoint
        {
            OperationId = operationId,
            Summary = summary,
            AnswerType = answerType,
        };
        Declare(routes.MapMethods(path, methods, answer), endpoint);
        return endpoint;
    }

    /// <summary>Declares an address at which a file's content is downloaded, as a whole or from where it was cut.</summary>
    /// <param name="path">The address.</param>
    /// <param name="operationId">Its name in the document.</param>
    /// <param name="summary">What it is.</param>
    /// <param name="open">Opens it.</param>
    public CustomerEndpoint AddDownload(
        string path,
        string operationId,
        string summary,
        Func<CustomerCall, VaultSession, ValueTask<VaultResult<Opened>>> open
    ) =>
        AddRaw(
                ["GET", "HEAD"],
                path,
                operationId,
                summary,
                "application/octet-stream",
                async context =>
                {
                    var call = new CustomerCall(context);
                    var session = ShareEndpoints.Session(call);
                    await Download.AnswerAsync(
                        context,
                        await open(call, session),
                        refusal =>
                            new ProblemResult(refusal, session.Language).ExecuteAsync(context)
                    );
                }
            )
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.IsFolder,
                RefusalRule.ConditionFailed,
                RefusalRule.RangeNotSatisfiable,
                RefusalRule.Suspended,
                RefusalRule.Restricted,
                RefusalRule.Blocked
            );

    private static void Signature() { }

    private CustomerEndpoint Add(
        string[] methods,
        string path,
        CustomerEndpoint endpoint,
        Func<HttpContext, CustomerEndpoint, ValueTask<IResult>> handle
    )
    {
        Declare(
            routes.MapMethods(
                path,
                methods,
                async context =>
                {
                    context.Response.Headers.CacheControl = "no-store";
                    context.Response.Headers.XContentTypeOptions = "nosniff";
                    await (await handle(context, endpoint)).ExecuteAsync(context);
                }
            ),
            endpoint
        );
        return endpoint;
    }

    private void Declare(IEndpointConventionBuilder declared, CustomerEndpoint endpoint) =>
        declared.Add(builder =>
        {
            // Read when the routes are built, so that everything has been said about the endpoint.
            var metadata = builder.Metadata;
            metadata.Add(endpoint);
            metadata.Add(s_signature);
            metadata.Add(new TagsAttribute(tag));
            if (endpoint.Request is { } request)
                metadata.Add(
                    new AcceptsMetadata(["application/json"], request, endpoint.IsBodyOptional)
                );
            metadata.Add(
                endpoint.Answer is { } answer
                    ? new ProducesResponseTypeMetadata(
                        endpoint.Status,
                        answer,
                        ["application/json"]
                    )
                    : new ProducesResponseTypeMetadata(endpoint.Status, typeof(void))
            );
        });

    private static async ValueTask<IResult> AnsweredAsync<T>(
        HttpContext context,
        CustomerEndpoint endpoint,
        VaultResult<T> result
    )
    {
        if (result.Refusal is { } refusal)
            return await RefusedAsync(context, refusal);
        return endpoint.Answer is null
            ? TypedResults.StatusCode(endpoint.Status)
            : TypedResults.Json(result.Value, statusCode: endpoint.Status);
    }

    // What is refused is told in the account's language when the request asks for none of ours; it is looked up for those answers alone.
    private static async ValueTask<IResult> RefusedAsync(HttpContext context, Refusal refusal)
    {
        var call = new CustomerCall(context);
        var language = context.Features.Get<Actor>() is { } actor
            ? await call.Desk.FindLanguageAsync(actor, call.Stop)
            : null;
        return new ProblemResult(refusal, language);
    }

    private static ProblemResult? WrongQuery(HttpContext context, CustomerEndpoint endpoint)
    {
        foreach (var (name, values) in context.Request.Query)
        {
            if (!endpoint.Query.Any(known => known.Name == name))
                return Wrong(name.Length <= 200 ? name : name[..200], "Is not known.");
            if (
                values.Count != 1
                || !long.TryParse(
                    values.ToString(),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out _
                )
            )
                return Wrong(name, "Takes a whole number.");
        }
        return null;
    }

    private static ProblemResult Wrong(string field, string message) =>
        ProblemResult.Invalid(new FieldError(field, message));

    private static bool HasBody(HttpContext context) =>
        context.Request.ContentLength is > 0
        || context.Request.Headers.TransferEncoding.Count > 0
        || context.Request.ContentType is not null;
}

/// <summary>An answer that has no body.</summary>
internal readonly record struct Nothing
{
    /// <summary>What came of something that says no more than that it was done.</summary>
    public static async ValueTask<VaultResult<Nothing>> OfAsync<T>(
        ValueTask<VaultResult<T>> done
    ) => (await done).Refusal is { } refusal ? refusal : default(Nothing);
}
