namespace CloudDav.Storage;

/// <summary>The facts of contracts that SQLite reads one after the other, beside those of <see cref="ContractStatements"/>.</summary>
internal static class ContractSql
{
    public const string FindPerson =
        "SELECT language AS Language, window_reopened AS WindowReopened FROM accounts WHERE account_id = @account";

    public const string ListOptionMeasures = $"""
        SELECT {ContractStatements.MeasureColumns} FROM measures
        WHERE option_code = @option AND lifted IS NULL AND account_id IS NULL ORDER BY measure_id DESC
        """;

    public const string ListGeneralMeasures = $"""
        SELECT {ContractStatements.MeasureColumns} FROM measures
        WHERE option_code IS NULL AND lifted IS NULL AND account_id IS NULL ORDER BY measure_id DESC
        """;

    public const string LoadPlatform = """
        SELECT mode AS Mode, mode_ends AS ModeEnds, words AS Words, service_ends AS ServiceEnds, service_end_recorded AS ServiceEndRecorded,
          service_closes_not_before AS ServiceClosesNotBefore, doors AS Doors
        FROM platform WHERE platform_id = 1
        """;

    public const string FindNewestAccepted = """
        SELECT t.version FROM terms_acceptances a CROSS JOIN terms t
        WHERE a.account_id = @account AND t.version = a.version ORDER BY t.published DESC, t.version DESC LIMIT 1
        """;
}
