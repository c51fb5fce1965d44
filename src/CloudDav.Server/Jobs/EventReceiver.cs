using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CloudDav.Server.Options;
using CloudDav.Vault;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Jobs;

/// <summary>What came of posting an event.</summary>
internal enum PostResult
{
    /// <summary>The receiver has it.</summary>
    Taken,

    /// <summary>It may be taken another time.</summary>
    Failed,

    /// <summary>It will never be taken.</summary>
    Refused,

    /// <summary>The receiver wants nothing more.</summary>
    Gone,
}

/// <summary>The answer to one post.</summary>
/// <param name="Result">What came of it.</param>
/// <param name="Reason">Why not, without anything of the body; null when it was taken.</param>
/// <param name="RetryAfter">How long the receiver asks to be left alone; null when it does not say.</param>
internal readonly record struct PostAnswer(
    PostResult Result,
    string? Reason,
    TimeSpan? RetryAfter = null
);

/// <summary>The operator's system that is told: posts one event as a signed CloudEvent. <c>Jobs/README.md</c> has the message.</summary>
internal sealed class EventReceiver : IDisposable
{
    public const string SignatureHeader = "CloudDav-Signature";

    private static readonly CloudEventAttribute s_sequence = CloudEventAttribute.CreateExtension(
        "sequence",
        CloudEventAttributeType.String
    );

    private readonly EventsOptions _options;
    private readonly EventKeys _keys;
    private readonly TimeProvider _time;
    private readonly JsonEventFormatter _formatter = new();
    private readonly HttpClient _client;

    public EventReceiver(IOptions<EventsOptions> options, EventKeys keys, TimeProvider time)
    {
        _options = options.Value;
        _keys = keys;
        _time = time;
        _client = new HttpClient(
            new SocketsHttpHandler
            {
                // What is signed for one address must not be carried to another.
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            }
        )
        {
            Timeout = TimeSpan.FromSeconds(_options.TimeoutSeconds),
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("CloudDav", null));
    }

    /// <summary>Posts an event. What the receiver says beyond its status is not read.</summary>
    public async ValueTask<PostAnswer> PostAsync(QueuedEvent queued, CancellationToken stop)
    {
        var body = _formatter.EncodeStructuredModeMessage(ToCloudEvent(queued), out var type);
        using var message = new HttpRequestMessage(HttpMethod.Post, _options.Address)
        {
            Content = new ReadOnlyMemoryContent(body),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(
            type.MediaType,
            type.CharSet
        );
        message.Headers.Add(SignatureHeader, _keys.Sign(_time.GetUtcNow(), body.Span));
        try
        {
            using var response = await _client.SendAsync(
                message,
                HttpCompletionOption.ResponseHeadersRead,
                stop
            );
            return Judge(response);
        }
        catch (HttpRequestException failure)
        {
            return new(PostResult.Failed, failure.HttpRequestError.ToString());
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(
                PostResult.Failed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"no answer within {_options.TimeoutSeconds} s"
                )
            );
        }
    }

    public void Dispose() => _client.Dispose();

    private PostAnswer Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
            return new(PostResult.Taken, null);
        var result = response.StatusCode switch
        {
            // About this very message, and so the same next time.
            HttpStatusCode.BadRequest
            or HttpStatusCode.RequestEntityTooLarge
            or HttpStatusCode.UnsupportedMediaType
            or HttpStatusCode.UnprocessableEntity => PostResult.Refused,
            HttpStatusCode.Gone => PostResult.Gone,
            // Everything else somebody may repair: routes, keys, redirects, overload, faults.
            _ => PostResult.Failed,
        };
        return new(
            result,
            string.Create(CultureInfo.InvariantCulture, $"HTTP {status}"),
            response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - _time.GetUtcNow(),
                _ => null,
            }
        );
    }

    private CloudEvent ToCloudEvent(QueuedEvent queued)
    {
        var data = JsonNode.Parse(queued.Event.Data)!.AsObject();
        if (queued.Event.SealedSecret is { } secret)
            data["secret"] = secret;
        return new CloudEvent(CloudEventsSpecVersion.V1_0, [s_sequence])
        {
            Id = queued.Id.ToString(),
            Source = new Uri(_options.Source),
            Type = queued.Event.Type,
            Subject = string.Create(
                CultureInfo.InvariantCulture,
                $"accounts/{queued.Key.Account.Value}"
            ),
            Time = queued.Event.OccurredAt,
            DataContentType = "application/json",
            Data = data,
            ["sequence"] = queued.Key.Number.ToString("D19", CultureInfo.InvariantCulture),
        };
    }
}
