using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CloudDav.Vault;
using Microsoft.Data.Sqlite;

namespace CloudDav.Storage;

/// <summary>
/// The one thread that writes. It takes everything that waits, runs each command under its own savepoint, commits once and then answers
/// all: durability costs one flush a group. A refusal or an exception undoes only its own command; a COMMIT that fails fails the group.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int MaxGroup = 256;

    private readonly SqliteSession _session;
    private readonly Action<SqliteSession> _prepareGroup;
    private readonly Action _forgetGroup;
    private readonly WriterMeter? _meter;
    private readonly ConcurrentQueue<WriteCommand> _waiting = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="session">The connection that writes; owned.</param>
    /// <param name="prepareGroup">Runs first in each group's transaction, before any savepoint.</param>
    /// <param name="forgetGroup">Runs when a group was rolled back: what its preparation remembered is void.</param>
    /// <param name="meter">Measures the groups; null for nobody.</param>
    public SqliteWriter(
        SqliteSession session,
        Action<SqliteSession> prepareGroup,
        Action forgetGroup,
        Meter? meter = null
    )
    {
        _meter = meter is null ? null : new WriterMeter(meter, () => _waiting.Count);
        _session = session;
        _prepareGroup = prepareGroup;
        _forgetGroup = forgetGroup;
        _thread = new Thread(Run) { IsBackground = true, Name = "CloudDav metadata writer" };
        _thread.Start();
    }

    public Task<T> EnqueueAsync<T>(WriteCommand<T> command)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        var span = Instrumentation.Source.StartActivity("metadata write");
        _waiting.Enqueue(command);
        _signal.Release();
        return span is null ? command.Task : EndAsync(span, command.Task);
    }

    // From the queue to the answer: what whoever asked has waited.
    private static async Task<T> EndAsync<T>(Activity span, Task<T> written)
    {
        using (span)
            return await written;
    }

    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        _signal.Release();
        _thread.Join();
        while (_waiting.TryDequeue(out var command))
            command.Fail(new ObjectDisposedException(nameof(SqliteWriter)));
        _session.Dispose();
        _signal.Dispose();
    }

    private void Run()
    {
        var group = new List<WriteCommand>(MaxGroup);
        while (true)
        {
            _signal.Wait();
            while (group.Count < MaxGroup && _waiting.TryDequeue(out var command))
                group.Add(command);
            // Signals that belong to commands already taken only make an empty round later.
            if (group.Count > 0)
                RunGroup(group);
            group.Clear();
            if (_stopping && _waiting.IsEmpty)
                return;
        }
    }

    private void RunGroup(List<WriteCommand> group)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            _session[SqliteSql.BeginWrite].Run();
            _session.HasChangedFacts = false;
            _prepareGroup(_session);
            foreach (var command in group)
                RunOne(command);
            _session[SqliteSql.Commit].Run();
        }
        catch (Exception exception)
        {
            // Whatever the group saw or decided, refusals included, rests on changes that are gone.
            Undo();
            _forgetGroup();
            _meter?.Ended(group.Count, Stopwatch.GetElapsedTime(begun), hasFailed: true);
            var error = SqliteErrors.Translate(exception);
            foreach (var command in group)
                command.Fail(error);
            return;
        }
        // Before the answers, so that whoever was answered finds it counted.
        _meter?.Ended(group.Count, Stopwatch.GetElapsedTime(begun), hasFailed: false);
        foreach (var command in group)
            command.Complete();
    }

    private void RunOne(WriteCommand command)
    {
        if (command.IsCancelled)
            return;
        _session[SqliteSql.Savepoint].Run();
        try
        {
            if (!command.Execute(_session))
                _session[SqliteSql.RollbackTo].Run();
        }
        catch (Exception exception)
        {
            // Some errors (disk full, input/output) end the whole transaction by themselves: then the group is lost.
            if (SQLitePCL.raw.sqlite3_get_autocommit(_session.Connection.Handle!) != 0)
                throw;
            _session[SqliteSql.RollbackTo].Run();
            command.FailAtEnd(SqliteErrors.Translate(exception));
        }
        _session[SqliteSql.Release].Run();
    }

    private void Undo()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(_session.Connection.Handle!) == 0)
            _session[SqliteSql.Rollback].Run();
    }
}

/// <summary>What an operator watches of the writer: whether the disk is slow, and whether commands pile up.</summary>
internal sealed class WriterMeter
{
    private readonly Histogram<double> _durations;
    private readonly Histogram<int> _sizes;

    public WriterMeter(Meter meter, Func<int> waiting)
    {
        _durations = meter.CreateHistogram(
            "clouddav.metadata.commit.duration",
            "s",
            "How long a group of commands to the metadata took, its flush to the disk included, by outcome.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = Instrumentation.DurationBounds,
            }
        );
        _sizes = meter.CreateHistogram(
            "clouddav.metadata.commit.size",
            "{command}",
            "How many commands to the metadata were committed together.",
            tags: null,
            new InstrumentAdvice<int>
            {
                HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256],
            }
        );
        meter.CreateObservableGauge(
            "clouddav.metadata.queue",
            waiting,
            "{command}",
            "Commands that wait for the writer of the metadata."
        );
    }

    public void Ended(int commands, TimeSpan took, bool hasFailed)
    {
        _durations.Record(
            took.TotalSeconds,
            new KeyValuePair<string, object?>("outcome", hasFailed ? "failed" : "done")
        );
        _sizes.Record(commands);
    }
}

/// <summary>A command waiting for the writer. It is answered only after its group's COMMIT has returned.</summary>
internal abstract class WriteCommand
{
    protected Exception? Failure { get; private set; }

    public abstract bool IsCancelled { get; }

    /// <summary>Runs in the group's transaction; false undoes what it did and still answers with its result.</summary>
    public abstract bool Execute(SqliteSession session);

    public void FailAtEnd(Exception exception) => Failure = exception;

    public abstract void Complete();

    public abstract void Fail(Exception exception);
}

/// <inheritdoc/>
internal sealed class WriteCommand<T>(
    Func<SqliteSession, T> body,
    Func<T, bool> keeps,
    CancellationToken cancellationToken
) : WriteCommand
{
    private readonly TaskCompletionSource<T> _completion = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private T? _result;
    private bool _ran;

    public Task<T> Task => _completion.Task;

    public override bool IsCancelled => cancellationToken.IsCancellationRequested;

    public override bool Execute(SqliteSession session)
    {
        _ran = true;
        _result = body(session);
        return keeps(_result);
    }

    public override void Complete()
    {
        if (Failure is not null)
            _completion.SetException(Failure);
        else if (_ran)
            _completion.SetResult(_result!);
        else
            _completion.SetCanceled(cancellationToken);
    }

    public override void Fail(Exception exception) => _completion.TrySetException(exception);
}

/// <summary>What SQLite's errors mean above it. The only place that knows its error codes.</summary>
internal static class SqliteErrors
{
    public static Exception Translate(Exception exception) =>
        exception is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL } full
            ? new StorageFullException("The disk with the metadata is full.", full)
            : exception;
}
