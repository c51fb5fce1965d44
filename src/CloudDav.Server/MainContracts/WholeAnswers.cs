namespace CloudDav.Server.MainContracts;

/// <summary>
/// Reads each answer whole before it is handed on, up to a size. It stands below the timeouts and retries, so that a body that trickles or breaks off is
/// theirs as well.
/// </summary>
internal sealed class WholeAnswers : DelegatingHandler
{
    /// <summary>The largest answer that is read. A product's asked-for fields are a few hundred bytes.</summary>
    public const int MostBytes = 256 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(MostBytes, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
