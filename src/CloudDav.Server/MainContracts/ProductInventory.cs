using System.Net;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Options;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace CloudDav.Server.MainContracts;

/// <summary>
/// The operator's product inventory in the shape of TM Forum TMF637: <c>GET {base}/product/{id}</c>. Outside in, a call passes a limit for all its tries, the
/// retries, the circuit breaker, the limit for one try, the access token and the limit on its size (<see cref="MainContractServices"/>).
/// </summary>
internal sealed class ProductInventory(
    IHttpClientFactory clients,
    IOptions<MainContractOptions> options,
    MainContractMetrics metrics,
    TimeProvider time,
    ILogger<ProductInventory> log
) : IMainContracts
{
    /// <summary>The name of the client that asks the inventory.</summary>
    public const string Client = "MainContract:Address";

    private const int LongestReference = 200;

    private readonly ProductReader _reader = new(options.Value.TvRelationship);
    private readonly string _products = $"{options.Value.Address!.TrimEnd('/')}/product/";

    public async ValueTask<IReadOnlyList<MainContractAnswer>> AskAsync(
        IReadOnlyList<string> references,
        CancellationToken cancellationToken
    )
    {
        var answers = new MainContractAnswer[references.Count];
        await Parallel.ForAsync(
            0,
            references.Count,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = options.Value.Parallel,
                CancellationToken = cancellationToken,
            },
            async (index, token) => answers[index] = await AskAsync(references[index], token)
        );
        return answers;
    }

    public async ValueTask<MainContractAnswer> AskAsync(
        string reference,
        CancellationToken cancellationToken
    )
    {
        // Two dots would climb out of the address.
        if (reference is "" or "." or ".." || reference.Length > LongestReference)
            return None(reference, "reference", null);
        try
        {
            using var client = clients.CreateClient(Client);
            using var response = await client.GetAsync(
                new Uri($"{_products}{Uri.EscapeDataString(reference)}?fields={_reader.Fields}"),
                cancellationToken
            );
            if (response.StatusCode == HttpStatusCode.NotFound)
                return new UnknownMainContract();
            // Redirects are among the others: nobody sends the token elsewhere.
            if (response.StatusCode != HttpStatusCode.OK)
                return None(reference, $"status {(int)response.StatusCode}", null);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return _reader.Read(body, reference, time.GetUtcNow()) is { } known
                ? known
                : None(reference, "nonsense", null);
        }
        catch (TimeoutRejectedException failure)
        {
            return None(reference, "timeout", failure);
        }
        catch (BrokenCircuitException failure)
        {
            return None(reference, "left alone", failure);
        }
        catch (TokenProblem failure)
        {
            return None(reference, "token", failure);
        }
        catch (HttpRequestException failure)
        {
            return None(
                reference,
                failure.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded
                    ? "nonsense"
                    : "network",
                failure
            );
        }
    }

    private NoMainContractAnswer None(string reference, string reason, Exception? failure)
    {
        metrics.Failed(reason);
        log.NoMainContractAnswer(failure, reference, reason);
        return new NoMainContractAnswer();
    }
}
