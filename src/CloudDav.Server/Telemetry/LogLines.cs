using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudDav.Server.Options;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Telemetry;

/// <summary>
/// The lines on standard output, for people or as JSON. Scopes are left out, whoever opened them: the framework's own has the path of the request in it, and so the
/// customer's names.
/// </summary>
internal sealed class LogLines(IOptions<LoggingOptions> options, TimeProvider time)
    : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "clouddav";

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // It goes to a terminal or a collector, never into a page: names of placeholders and sentences need no escapes for HTML.
    private static readonly JsonWriterOptions s_json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly LogFormat _format = options.Value.Format;

    public override void Write<TState>(
        in LogEntry<TState> logEntry,
        IExternalScopeProvider? scopeProvider,
        TextWriter textWriter
    )
    {
        var message = logEntry.Formatter(logEntry.State, null);
        if (_format == LogFormat.Json)
            WriteJson(logEntry, message, textWriter);
        else
            WriteText(logEntry, message, textWriter);
    }

    private void WriteText<TState>(LogEntry<TState> entry, string message, TextWriter writer)
    {
        writer.Write(Now());
        writer.Write(' ');
        writer.Write(NameOf(entry.LogLevel));
        writer.Write(": ");
        writer.Write(entry.Category);
        writer.Write('[');
        writer.Write(entry.EventId.Id.ToString(CultureInfo.InvariantCulture));
        writer.Write("] ");
        writer.Write(OnOneLine(message));
        if (entry.Exception is { } exception)
        {
            writer.Write(' ');
            writer.Write(OnOneLine(ExceptionText.Of(exception)));
        }
        writer.Write('\n');
    }

    private void WriteJson<TState>(LogEntry<TState> entry, string message, TextWriter writer)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            json.WriteStartObject();
            json.WriteString("time", Now());
            json.WriteString("level", NameOf(entry.LogLevel));
            json.WriteString("category", entry.Category);
            json.WriteNumber("event", entry.EventId.Id);
            if (entry.EventId.Name is { } name)
                json.WriteString("name", name);
            json.WriteString("message", message);
            if (entry.State is IReadOnlyList<KeyValuePair<string, object?>> values)
                WriteValues(json, values);
            if (Activity.Current is { Recorded: true } span)
                json.WriteString("trace", span.TraceId.ToHexString());
            if (entry.Exception is { } exception)
                json.WriteString("exception", ExceptionText.Of(exception));
            json.WriteEndObject();
        }
        writer.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        writer.Write('\n');
    }

    private static void WriteValues(
        Utf8JsonWriter json,
        IReadOnlyList<KeyValuePair<string, object?>> values
    )
    {
        json.WriteStartObject("values");
        foreach (var (name, value) in values)
        {
            switch (value)
            {
                case var _ when name == "{OriginalFormat}":
                    break;
                case null:
                    json.WriteNull(name);
                    break;
                case bool flag:
                    json.WriteBoolean(name, flag);
                    break;
                case int number:
                    json.WriteNumber(name, number);
                    break;
                case long number:
                    json.WriteNumber(name, number);
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumber(name, number);
                    break;
                default:
                    json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }
        json.WriteEndObject();
    }

    private string Now() =>
        time.GetUtcNow().UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static string OnOneLine(string text) => text.ReplaceLineEndings(" ");

    private static string NameOf(LogLevel level) =>
        level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "fail",
            LogLevel.Critical => "crit",
            LogLevel.None => "none",
        };
}
