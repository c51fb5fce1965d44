namespace CloudDav.Server.Telemetry;

/// <summary>Every message about main contracts and the product inventory.</summary>
internal static partial class MainContractLog
{
    [LoggerMessage(
        1201,
        LogLevel.Debug,
        "The product inventory gave no answer for main contract {Reference}: {Reason}."
    )]
    public static partial void NoMainContractAnswer(
        this ILogger log,
        Exception? failure,
        string reference,
        string reason
    );

    [LoggerMessage(
        1202,
        LogLevel.Information,
        "{Asked} main contracts compared with the product inventory: {Changed} changed, of these {Ends} ended; {Unanswered} without an answer, {Unknown} unknown there, {Postponed} left for the next time."
    )]
    public static partial void ReconciliationDone(
        this ILogger log,
        long asked,
        long changed,
        long ends,
        long unanswered,
        long unknown,
        long postponed
    );

    [LoggerMessage(
        1203,
        LogLevel.Warning,
        "The product inventory gave no answer for {Unanswered} of {Asked} main contracts. Nothing was changed; it will be asked again in {Minutes} minutes."
    )]
    public static partial void InventorySilent(
        this ILogger log,
        long unanswered,
        long asked,
        int minutes
    );

    [LoggerMessage(
        1204,
        LogLevel.Critical,
        "By the product inventory {Ends} of {Asked} contracts would end or lose the TV, and no more than {MostEnds} may at once. Nothing was changed: look whether the inventory is right."
    )]
    public static partial void ReconciliationAlarm(
        this ILogger log,
        long ends,
        long asked,
        long mostEnds
    );

    [LoggerMessage(
        1205,
        LogLevel.Warning,
        "The product inventory does not know main contract {Reference} of account {Account}. It stands as it is."
    )]
    public static partial void MainContractUnknown(
        this ILogger log,
        string reference,
        long account
    );

    [LoggerMessage(
        1206,
        LogLevel.Error,
        "Comparing the main contracts failed and will be tried again."
    )]
    public static partial void ReconciliationFailed(this ILogger log, Exception failure);
}
