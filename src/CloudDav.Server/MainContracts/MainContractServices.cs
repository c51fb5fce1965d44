using System.Net;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace CloudDav.Server.MainContracts;

/// <summary>Puts the client of the product inventory together.</summary>
internal static class MainContractServices
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(10);

    public static void Register(IServiceCollection services, MainContractOptions options)
    {
        services.AddMetrics();
        services.AddSingleton<MainContractMetrics>();
        services.AddSingleton<ClientCredentials>();
        services.AddTransient<ClientCredentialsHandler>();
        services.AddTransient<WholeAnswers>();
        services.AddSingleton<IMainContracts, ProductInventory>();

        AddClient(services, ClientCredentials.Client).AddHttpMessageHandler<WholeAnswers>();

        var inventory = AddClient(services, ProductInventory.Client);
        inventory.AddResilienceHandler(
            "inventory",
            (pipeline, context) =>
            {
                pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
                Protect(pipeline, options);
            }
        );
        inventory
            .AddHttpMessageHandler<ClientCredentialsHandler>()
            .AddHttpMessageHandler<WholeAnswers>();
    }

    private static IHttpClientBuilder AddClient(IServiceCollection services, string name) =>
        services
            .AddHttpClient(name)
            // It would write addresses with contract numbers in them; what went wrong is told once, by who asked.
            .RemoveAllLoggers()
            // The pipeline has its own limits, on the server's clock.
            .ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .UseSocketsHttpHandler(
                static (handler, _) =>
                {
                    handler.AllowAutoRedirect = false;
                    handler.UseCookies = false;
                    handler.AutomaticDecompression = DecompressionMethods.None;
                    // A host that moves is found again.
                    handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
                }
            );

    private static void Protect(
        ResiliencePipelineBuilder<HttpResponseMessage> pipeline,
        MainContractOptions options
    )
    {
        var oneTry = TimeSpan.FromSeconds(options.TimeoutSeconds);
        pipeline.AddTimeout((options.Retries + 1) * (oneTry + s_longestDelay));
        if (options.Retries > 0)
        {
            pipeline.AddRetry(
                new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = options.Retries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = s_firstDelay,
                    MaxDelay = s_longestDelay,
                    ShouldHandle = static arguments => new(IsTransient(arguments.Outcome)),
                }
            );
        }
        pipeline.AddCircuitBreaker(
            new HttpCircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(60),
                BreakDuration = TimeSpan.FromSeconds(options.BreakSeconds),
                ShouldHandle = static arguments => new(IsFailure(arguments.Outcome)),
            }
        );
        pipeline.AddTimeout(oneTry);
    }

    /// <summary>Whether the next try may go better.</summary>
    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) =>
        outcome switch
        {
            { Exception: TimeoutRejectedException } => true,
            { Exception: TokenProblem problem } => problem.IsTransient,
            { Exception: HttpRequestException failure } => failure.HttpRequestError
                != HttpRequestError.ConfigurationLimitExceeded,
            { Result: { } response } => (int)response.StatusCode is >= 500 or 408 or 429,
            _ => false,
        };

    /// <summary>Whether the other side does not work, or not for us: asking on would harm both.</summary>
    private static bool IsFailure(Outcome<HttpResponseMessage> outcome) =>
        IsTransient(outcome)
        || outcome.Exception is TokenProblem
        || outcome.Result?.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
}
