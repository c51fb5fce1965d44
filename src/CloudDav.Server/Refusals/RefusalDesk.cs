using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using CloudDav.WebDav;
using CloudDav.WebDav.Responses;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Refusals;

/// <summary>Tells the person behind a request why something is refused.</summary>
/// <param name="window">Knows the operator's calendar.</param>
/// <param name="time">Knows the time.</param>
/// <param name="metrics">Counts what is refused.</param>
/// <param name="dav">What differs from client to client.</param>
internal sealed class RefusalDesk(
    TakeBackWindow window,
    TimeProvider time,
    DoorMetrics metrics,
    IOptions<DavOptions> dav
)
{
    private readonly DavEndpointOptions _options = dav.Value.AtEveryDoor();

    /// <summary>The operator's time zone.</summary>
    public TimeZoneInfo Zone => window.Zone;

    /// <summary>How it is told to whoever asked.</summary>
    /// <param name="context">The request.</param>
    /// <param name="refusal">What is refused.</param>
    /// <param name="account">The account's language, for requests that ask for none of ours; null when it is not known, or nobody has signed in.</param>
    public RefusalAnswer Answer(HttpContext context, Refusal refusal, Language? account = null)
    {
        var answer = ReaderOf(context, account).AnswerTo(refusal);
        metrics.Refused(answer.Row.Code);
        return answer;
    }

    /// <summary>Whom a request's answers are told to.</summary>
    /// <param name="context">The request.</param>
    /// <param name="account">The account's language; null when it is not known.</param>
    public Reader ReaderOf(HttpContext context, Language? account = null) =>
        new(
            Reader.LanguageOf(context.Request.Headers.AcceptLanguage, account),
            window.Zone,
            time.GetUtcNow()
        );

    /// <summary>Answers a request that never comes to the protocol as the protocol would.</summary>
    public Task WriteAsync(HttpContext context, Refusal refusal) =>
        ProblemWriter.WriteAsync(context, Answer(context, refusal).ToProblem(), _options);

    /// <summary>As <see cref="WriteAsync(HttpContext, Refusal)"/>, of what ends by itself after a time.</summary>
    public Task WriteAsync(HttpContext context, RefusalRule rule, TimeSpan? endsAfter = null) =>
        WriteAsync(context, EndsAfter(rule, endsAfter));

    /// <summary>A refusal of what ends by itself after a time.</summary>
    public Refusal EndsAfter(RefusalRule rule, TimeSpan? wait) =>
        new(rule) { Until = time.GetUtcNow() + wait };
}
