using System.Globalization;
using CloudDav.Vault;
using Microsoft.AspNetCore.Mvc;

namespace CloudDav.Server.Refusals;

/// <summary>One wrong field of a command.</summary>
/// <param name="Field">Its name as it was sent, with those above it: <c>texts.nl</c>.</param>
/// <param name="Message">What it takes.</param>
internal sealed record FieldError(string Field, string Message);

/// <summary>
/// A refusal as <c>application/problem+json</c> (RFC 9457), for every JSON door: <c>type</c> and <c>code</c> name the rule and never change,
/// <c>detail</c> is the sentence in the reader's language, and the facts stand beside them.
/// </summary>
/// <param name="refusal">What is refused.</param>
/// <param name="account">The account's language; null when it is not known.</param>
internal sealed class ProblemResult(Refusal refusal, Language? account = null) : IResult
{
    private IReadOnlyList<FieldError> _errors = [];

    /// <summary>A command that cannot be understood; names each field that is wrong.</summary>
    public static ProblemResult Invalid(params IReadOnlyList<FieldError> errors) =>
        new(
            new Refusal(RefusalRule.InvalidInput)
            {
                Field = errors.Count == 1 ? errors[0].Field : null,
            }
        )
        {
            _errors = errors,
        };

    public Task ExecuteAsync(HttpContext context)
    {
        var answer = context
            .RequestServices.GetRequiredService<RefusalDesk>()
            .Answer(context, refusal, account);
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentLanguage = answer.Reader.Tag;
        headers.Append("Vary", "Accept-Language");
        if (answer.Row.RetryAfter is { } delay)
            headers.RetryAfter = delay.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        return TypedResults.Problem(ToDetails(answer)).ExecuteAsync(context);
    }

    /// <summary>The body alone.</summary>
    internal ProblemDetails ToDetails(RefusalAnswer answer)
    {
        var details = new ProblemDetails
        {
            Type = $"{RefusalAnswer.Namespace}#{answer.Row.Code}",
            Title = answer.Title,
            Status = answer.Row.Status,
            Detail = answer.Text,
            Extensions = { ["code"] = answer.Row.Code },
        };
        foreach (var (_, name, value) in answer.Facts)
            details.Extensions[name] = value;
        if (_errors.Count > 0)
            details.Extensions["errors"] = _errors;
        return details;
    }
}
