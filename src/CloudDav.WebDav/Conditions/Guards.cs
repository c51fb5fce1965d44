using CloudDav.WebDav.Headers;

namespace CloudDav.WebDav.Conditions;

/// <summary>Turns the conditional headers of a writing request into a <see cref="WriteGuard"/>, or into 412.</summary>
internal static class Guards
{
    /// <summary>
    /// Evaluates all of them. A request without any makes no look-up: the store finds the resource anyway when it writes.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="otherEnd">The destination of a MOVE whose client may keep one token of two; null otherwise.</param>
    public static async ValueTask<DavResult<WriteGuard>> EvaluateAsync(
        DavRequest request,
        DavPath? otherEnd = null
    )
    {
        var conditions = Preconditions.Read(request);
        if (conditions.Problem is not null)
            return conditions.Problem;
        var header = IfHeader.Parse(request.Header("If"));
        if (header.Problem is not null)
            return header.Problem;

        var expectations = new List<Expectation>();
        if (!conditions.Value.IsEmpty)
        {
            var found = await request.Store.FindAsync(request.Path, DavFacts.None, request.Aborted);
            if (found.Problem is { Status: not 404 })
                return found.Problem;
            var resource = found.IsSuccess ? found.Value : null;
            if (conditions.Value.Evaluate(resource, isRead: false) != PreconditionOutcome.Proceed)
                return Failed();
            expectations.Add(conditions.Value.ExpectationOf(request.Path, resource));
        }

        List<string> tokens = [];
        if (header.Value is { } conditional)
        {
            var evaluator = new IfEvaluator(request) { OtherEnd = otherEnd };
            var holds = await evaluator.EvaluateAsync(conditional);
            if (holds.Problem is not null)
                return holds.Problem;
            if (!holds.Value)
                return Failed();
            expectations.AddRange(evaluator.Expectations);
            tokens.AddRange(conditional.Tokens);
        }
        if (
            request.IsOn(request.Options.Clients.LenientLockTokenHeader)
            && request.Method.Name != "UNLOCK"
            && LockTokenHeader.Parse(request.Header("Lock-Token")) is { IsSuccess: true } extra
        )
            tokens.Add(extra.Value);
        return expectations.Count == 0 && tokens.Count == 0
            ? WriteGuard.None
            : new WriteGuard { Expectations = expectations, LockTokens = tokens };
    }

    /// <summary>Evaluates the If header alone, for what only reads: why not, or null to go on.</summary>
    public static async ValueTask<DavProblem?> RefusesAsync(DavRequest request)
    {
        var header = IfHeader.Parse(request.Header("If"));
        if (header.Problem is not null || header.Value is null)
            return header.Problem;
        var holds = await new IfEvaluator(request).EvaluateAsync(header.Value);
        return holds.Problem ?? (holds.Value ? null : Failed());
    }

    /// <summary>412 (RFC 9110 §15.5.13).</summary>
    public static DavProblem Failed() =>
        new(412, "The resource is not in the state that the request asked for.");
}
