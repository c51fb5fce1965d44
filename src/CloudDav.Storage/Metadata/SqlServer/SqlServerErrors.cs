using System.Globalization;
using CloudDav.Vault;
using Microsoft.Data.SqlClient;

namespace CloudDav.Storage;

/// <summary>What SQL Server's errors mean above it. The only place that knows its numbers.</summary>
internal static class SqlServerErrors
{
    /// <summary>Our own, thrown by a statement: what the command was decided by has changed since. It is decided again.</summary>
    public const int Conflict = 50001;

    /// <summary>Our own, thrown by a statement: something that the caller wants to change is not there, which is a bug or a condemned blob.</summary>
    public const int Missing = 50002;

    /// <summary>Whether doing it once more may help: it was undone as a whole, or nobody knows.</summary>
    public static bool IsTransient(Exception exception) =>
        exception is SqlServerConflictException
        || exception is SqlException error
            && (IsUndone(error) || IsLost(error) || error.Number is Conflict or 2601 or 2627);

    /// <summary>Whether what it was decided by has changed: the next attempt waits for its turn instead.</summary>
    public static bool IsConflict(Exception exception) =>
        exception is SqlException { Number: Conflict } or SqlServerConflictException;

    /// <summary>Whether nobody knows if it was applied: the connection is gone, or time ran out before the answer.</summary>
    public static bool IsLost(Exception exception) =>
        exception is SqlException error
        && (
            error.Class >= 20
            || error.Number
                is -2 // time-out
                    or -1
                    or 0
                    or 2
                    or 20
                    or 53
                    or 64
                    or 121
                    or 233
                    or 258
                    or 997
                    or 10053
                    or 10054
                    or 10060
                    or 10061
                    or 11001
                    or 4060 // a database that is being moved, and the other answers of Azure SQL while it is
                    or 4221
                    or 10928
                    or 10929
                    or 40143
                    or 40197
                    or 40501
                    or 40540
                    or 40613
                    or 42108
                    or 42109
                    or 49918
                    or 49919
                    or 49920
        );

    /// <summary>What an error means to those above; null when it means nothing to them.</summary>
    public static Exception? Meaning(Exception exception) =>
        exception switch
        {
            SqlException { Number: Missing } missing => new InvalidOperationException(
                missing.Message,
                missing
            ),
            SqlException { Number: 1101 or 1105 or 3257 or 5149 or 9002 or 40544 or 40549 } full =>
                new StorageFullException("The database is full.", full),
            SqlException refused when IsLost(refused) || IsSignInRefused(refused) =>
                new StorageUnavailableException(Sentence(refused), refused),
            SqlException busy when IsUndone(busy) || busy.Number == Conflict =>
                new StorageUnavailableException(Sentence(busy), busy),
            SqlServerConflictException => new StorageUnavailableException(
                "SQL Server: a vault was changed by others again and again.",
                exception
            ),
            _ => null,
        };

    /// <summary>What a failure says, without the advice that the driver adds to it.</summary>
    public static string Sentence(SqlException error)
    {
        var end = error.Message.AsSpan().IndexOfAny('\r', '\n');
        var line = end < 0 ? error.Message : error.Message[..end];
        end = line.IndexOf(". ", StringComparison.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SQL Server: {(end < 0 ? line.TrimEnd('.') : line[..end])} (error {error.Number})."
        );
    }

    // A wrong or expired password, a database that this user may not open, a firewall.
    private static bool IsSignInRefused(SqlException error) =>
        error.Number
            is 18452
                or 18456
                or 18470
                or 18486
                or 18487
                or 18488
                or 4064
                or 911
                or 916
                or 40615;

    // Deadlock, lock time-out, snapshot conflicts, and a schema that changed under a plan.
    private static bool IsUndone(SqlException error) =>
        error.Number is 1205 or 1222 or 3960 or 3961 or 3935;
}

/// <summary>What a command was decided by has changed before it got its turn.</summary>
internal sealed class SqlServerConflictException() : Exception("The vault was changed meanwhile.");
