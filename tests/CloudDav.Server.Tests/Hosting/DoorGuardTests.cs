using System.Buffers;
using System.Text;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace CloudDav.Server.Tests.Hosting;

/// <summary>What breaks behind a door of the server is logged, and never looks like a whole answer.</summary>
public sealed class DoorGuardTests : IDisposable
{
    private readonly Connection _connection = new();
    private readonly MemoryStream _sent = new();
    private readonly List<Exception> _logged = [];

    public void Dispose() => _sent.Dispose();

    [Fact]
    public async Task A_failure_before_the_answer_has_begun_is_a_500_that_says_nothing_of_it()
    {
        var response = await RunAsync(_ => throw new InvalidOperationException());

        Assert.Equal(500, response.StatusCode);
        Assert.Contains(
            "\"failed\"",
            Encoding.UTF8.GetString(_sent.ToArray()),
            StringComparison.Ordinal
        );
        Assert.Single(_logged);
        Assert.False(_connection.IsAborted);
    }

    [Fact]
    public async Task A_failure_after_something_was_written_closes_the_connection_though_nothing_was_sent()
    {
        var response = await RunAsync(context =>
        {
            context.Response.BodyWriter.Write("half"u8);
            throw new InvalidOperationException();
        });

        Assert.False(response.HasStarted);
        Assert.True(_connection.IsAborted);
        Assert.Single(_logged);
        Assert.Equal(0, _sent.Length);
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_has_the_status_of_what_is_wrong_with_it_and_is_not_logged()
    {
        var response = await RunAsync(_ => throw new BadHttpRequestException("Broken.", 408));

        Assert.Equal(408, response.StatusCode);
        Assert.Empty(_logged);
        // As Kestrel says that a chunk is longer than any number.
        response = await RunAsync(_ => throw new IOException("Bad.", new OverflowException()));
        Assert.Equal(400, response.StatusCode);
        Assert.Empty(_logged);
    }

    [Fact]
    public async Task An_outage_is_the_refusal_of_its_own_and_no_failure_of_ours()
    {
        var response = await RunAsync(_ => throw new StorageUnavailableException("It is away."));

        Assert.Equal(503, response.StatusCode);
        Assert.Equal("30", response.Headers.RetryAfter);
        Assert.Contains(
            "\"storage-unavailable\"",
            Encoding.UTF8.GetString(_sent.ToArray()),
            StringComparison.Ordinal
        );
        Assert.Empty(_logged);
    }

    [Fact]
    public async Task An_outage_after_something_was_written_closes_the_connection()
    {
        await RunAsync(context =>
        {
            context.Response.BodyWriter.Write("half"u8);
            throw new StorageUnavailableException("It is away.");
        });

        Assert.True(_connection.IsAborted);
        Assert.Empty(_logged);
        Assert.Equal(0, _sent.Length);
    }

    [Fact]
    public async Task A_client_that_went_away_is_no_failure()
    {
        _connection.Abort();

        await RunAsync(context => throw new OperationCanceledException(context.RequestAborted));

        Assert.Empty(_logged);
        Assert.Equal(0, _sent.Length);
    }

    private async Task<HttpResponse> RunAsync(RequestDelegate endpoints)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddMetrics()
            .AddOptions()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(new ContractOptions().ToWindow())
            .AddSingleton<DoorMetrics>()
            .AddSingleton<RefusalDesk>()
            .AddSingleton<OutageDesk>()
            .BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Features.Set<IHttpRequestLifetimeFeature>(_connection);
        context.Response.Body = _sent;
        await DoorGuard.RunAsync(context, endpoints, (failure, _, _) => _logged.Add(failure));
        return context.Response;
    }

    private sealed class Connection : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public bool IsAborted => RequestAborted.IsCancellationRequested;

        public void Abort() => RequestAborted = new CancellationToken(canceled: true);
    }
}
