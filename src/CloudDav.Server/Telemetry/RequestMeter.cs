using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CloudDav.Server.Api;
using CloudDav.Server.Operator;
using CloudDav.Server.SyncClients;
using CloudDav.Server.Television;
using CloudDav.Vault;

namespace CloudDav.Server.Telemetry;

/// <summary>
/// Measures every request, and begins its span. What the framework measures and traces by itself is not used: it knows no method of WebDAV and puts paths, which are
/// customers' names, and addresses into its spans. While nobody listens, a request is passed on after two looks.
/// </summary>
internal sealed class RequestMeter
{
    public const string DurationName = "clouddav.request.duration";
    public const string OtherMethod = "other";

    // What anybody may call a method is no name for a series.
    private static readonly FrozenSet<string> s_methods = FrozenSet.ToFrozenSet(
        [
            "OPTIONS",
            "GET",
            "HEAD",
            "PUT",
            "POST",
            "PATCH",
            "DELETE",
            "MKCOL",
            "COPY",
            "MOVE",
            "PROPFIND",
            "PROPPATCH",
            "LOCK",
            "UNLOCK",
            "REPORT",
            "SEARCH",
        ],
        StringComparer.Ordinal
    );

    private readonly Histogram<double> _durations;
    private readonly UpDownCounter<long> _running;

    public RequestMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Instrumentation.Name);
        _durations = meter.CreateHistogram(
            DurationName,
            "s",
            "How long requests took, to the end of their transfers, by method, status and door. The status is 499 when the client went away before an answer.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = Instrumentation.DurationBounds,
            }
        );
        _running = meter.CreateUpDownCounter<long>(
            "clouddav.request.running",
            "{request}",
            "Requests under way, by door."
        );
    }

    /// <summary>A method by its name, if it is one that there is.</summary>
    public static string NameOf(string method) => s_methods.Contains(method) ? method : OtherMethod;

    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        _durations.Enabled || Instrumentation.Source.HasListeners()
            ? MeasureAsync(context, next)
            : next(context);

    private async Task MeasureAsync(HttpContext context, RequestDelegate next)
    {
        var begun = Stopwatch.GetTimestamp();
        var method = NameOf(context.Request.Method);
        var door = DoorOf(context.Request.Path);
        var doorTag = new KeyValuePair<string, object?>("door", door);
        // A trace begins here: whom a stranger's traceparent names as its parent is nobody's business, and the framework's own span is none of ours.
        Activity.Current = null;
        using var span = Instrumentation.Source.StartActivity(method, ActivityKind.Server);
        _running.Add(1, doorTag);
        var hasFailed = true;
        try
        {
            await next(context);
            hasFailed = false;
        }
        finally
        {
            _running.Add(-1, doorTag);
            var status = StatusOf(context, hasFailed);
            _durations.Record(
                Stopwatch.GetElapsedTime(begun).TotalSeconds,
                new KeyValuePair<string, object?>("method", method),
                new KeyValuePair<string, object?>("status", status),
                doorTag
            );
            if (span is { IsAllDataRequested: true })
            {
                span.SetTag("http.request.method", method);
                span.SetTag("http.response.status_code", status);
                span.SetTag("clouddav.door", door);
                if (status >= StatusCodes.Status500InternalServerError)
                    span.SetStatus(ActivityStatusCode.Error);
            }
        }
    }

    private static int StatusOf(HttpContext context, bool hasFailed)
    {
        if (context.Response.HasStarted)
            return context.Response.StatusCode;
        if (context.RequestAborted.IsCancellationRequested)
            return StatusCodes.Status499ClientClosedRequest;
        return hasFailed ? StatusCodes.Status500InternalServerError : context.Response.StatusCode;
    }

    private static string DoorOf(PathString path)
    {
        if (path.StartsWithSegments(CustomerApi.Prefix, StringComparison.Ordinal))
            return "api";
        if (SyncDoor.Owns(path))
            return "sync";
        if (TvDoor.Owns(path) || MediaDoor.Owns(path))
            return "tv";
        return path.StartsWithSegments(OperatorDoor.Prefix, StringComparison.Ordinal)
            ? "operator"
            : "dav";
    }
}
