using CloudDav.Server.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudDav.Server.Tests.Telemetry;

/// <summary>Keeps the lines that the console would have, written by the same hand.</summary>
internal sealed class CapturedLines(LogLines lines) : ILoggerProvider, ISupportExternalScope
{
    private readonly LogLines _lines = lines;
    private readonly StringWriter _text = new();
    private IExternalScopeProvider? _scopes;

    public string Text
    {
        get
        {
            lock (_text)
                return _text.ToString();
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() => _text.Dispose();

    private sealed class Logger(CapturedLines owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => owner._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            lock (owner._text)
                owner._lines.Write(
                    new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter),
                    owner._scopes,
                    owner._text
                );
        }
    }
}
