using System.Text.Json;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Telemetry;

public sealed class LogLinesTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    [Fact]
    public void A_line_of_text_says_when_how_grave_where_and_what()
    {
        var text = Written(LogFormat.Text, log => log.HousekeepingDone(purged: 3, swept: 4));

        Assert.Equal(
            "2026-03-04T05:06:07.089Z debug: Test[1003] Housekeeping: 3 rows purged, 4 blobs swept.\n",
            text
        );
    }

    [Fact]
    public void A_line_of_json_has_the_same_and_the_values_by_their_names()
    {
        var text = Written(LogFormat.Json, log => log.HousekeepingDone(purged: 3, swept: 4));

        Assert.Single(text.TrimEnd('\n').Split('\n'));
        var line = JsonDocument.Parse(text).RootElement;
        Assert.Equal("2026-03-04T05:06:07.089Z", line.GetProperty("time").GetString());
        Assert.Equal("debug", line.GetProperty("level").GetString());
        Assert.Equal("Test", line.GetProperty("category").GetString());
        Assert.Equal(1003, line.GetProperty("event").GetInt32());
        Assert.Equal("HousekeepingDone", line.GetProperty("name").GetString());
        Assert.Equal(
            "Housekeeping: 3 rows purged, 4 blobs swept.",
            line.GetProperty("message").GetString()
        );
        Assert.Equal(3, line.GetProperty("values").GetProperty("Purged").GetInt64());
        Assert.False(line.TryGetProperty("exception", out _));
    }

    [Theory]
    [InlineData(LogFormat.Text)]
    [InlineData(LogFormat.Json)]
    internal void Scopes_are_left_out_and_a_line_is_one_line(LogFormat format)
    {
        var text = Written(
            format,
            log =>
            {
                using (log.BeginScope("scope-of-a-path"))
                    log.HousekeepingFailed(Thrown(new IOException("No space left")));
            }
        );

        Assert.DoesNotContain("scope-of-a-path", text, StringComparison.Ordinal);
        Assert.Single(text.TrimEnd('\n').Split('\n'));
        Assert.Contains("System.IO.IOException: No space left", text, StringComparison.Ordinal);
        Assert.Contains(nameof(Thrown), text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogFormat.Text)]
    [InlineData(LogFormat.Json)]
    internal void An_exception_whose_message_may_quote_a_customer_is_told_without_it(
        LogFormat format
    )
    {
        var failure = Thrown(
            new InvalidOperationException(
                "outer Letter.txt",
                new AggregateException(
                    new FormatException(
                        "The input string 'Letter.txt' was not in a correct format."
                    ),
                    new TimeoutException("too slow")
                )
            )
        );

        var text = Written(format, log => log.HousekeepingFailed(failure));

        Assert.DoesNotContain("Letter.txt", text, StringComparison.Ordinal);
        foreach (
            var part in (string[])
                [
                    "System.InvalidOperationException",
                    "System.FormatException",
                    "System.TimeoutException: too slow",
                    nameof(Thrown),
                ]
        )
            Assert.Contains(part, text, StringComparison.Ordinal);
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception thrown)
        {
            return thrown;
        }
    }

    private static string Written(LogFormat format, Action<ILogger> write)
    {
        using var provider = new CapturedLines(
            new LogLines(
                Microsoft.Extensions.Options.Options.Create(new LoggingOptions { Format = format }),
                new FakeTimeProvider(s_now)
            )
        );
        using var factory = LoggerFactory.Create(logging =>
            logging.SetMinimumLevel(LogLevel.Trace).AddProvider(provider)
        );
        write(factory.CreateLogger("Test"));
        return provider.Text;
    }
}
