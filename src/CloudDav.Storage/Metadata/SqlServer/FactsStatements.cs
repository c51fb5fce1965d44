using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>The facts that decide what an account may do, with the versions under which they are remembered.</summary>
internal static class FactsStatements
{
    private const string MeasureColumns = """
        m.measure_id AS MeasureId, m.kind AS Kind, m.switches AS Switches, m.account_id AS AccountId, m.option_code AS OptionCode, m.node_id AS NodeId,
          m.is_legal_order AS IsLegalOrder, m.reason_code AS ReasonCode, m.words AS Words, m.set_by AS SetBy, m.since AS Since, m.until AS Until,
          m.lifted AS Lifted, m.share_id AS ShareId, m.reference AS Reference
        """;

    private const string Account = $"""
        DECLARE @owner bigint;
        DECLARE @option nvarchar(64);
        DECLARE @option_version int;
        SELECT @owner = h.owner_id FROM dbo.household_members AS h WHERE h.account_id = @account;
        SELECT @option = c.option_code, @option_version = c.option_version
        FROM dbo.contracts AS c WHERE c.account_id = ISNULL(@owner, @account);
        SELECT a.facts_version AS FactsVersion, (SELECT p.version FROM dbo.platform AS p WHERE p.platform_id = 1) AS PlatformVersion,
          a.language AS Language, a.window_reopened AS WindowReopened,
          CASE WHEN EXISTS (SELECT 1 FROM dbo.destructions AS d WHERE d.account_id = w.account_id) THEN 1 ELSE 0 END AS IsBeingDestroyed
        FROM (SELECT @account AS account_id) AS w LEFT JOIN dbo.accounts AS a ON a.account_id = w.account_id;
        SELECT h.account_id AS AccountId, h.owner_id AS OwnerId, h.added AS Added, h.confirmed AS Confirmed, h.left_at AS LeftAt,
          h.left_recorded AS LeftRecorded, h.destruction_started AS DestructionStarted, h.destroyed AS Destroyed
        FROM dbo.household_members AS h WHERE h.account_id = @account;
        SELECT c.account_id AS AccountId, c.customer_ref AS CustomerRef, c.main_ref AS MainRef, c.main_status AS MainStatus, c.main_ends AS MainEnds,
          c.main_end_recorded AS MainEndRecorded, c.main_known AS MainKnown, c.has_tv AS HasTv, c.option_code AS OptionCode,
          c.option_version AS OptionVersion, c.started AS Started, c.ends AS Ends, c.end_recorded AS EndRecorded,
          c.destruction_started AS DestructionStarted, c.destroyed AS Destroyed, c.row_version AS RowVersion
        FROM dbo.contracts AS c WHERE c.account_id = ISNULL(@owner, @account);
        SELECT o.code AS Code, o.version AS Version, o.offer AS Offer, o.capacity_bytes AS CapacityBytes, o.member_capacity_bytes AS MemberCapacityBytes,
          o.entitlements AS Entitlements, o.texts AS Texts, o.is_withdrawn AS IsWithdrawn
        FROM dbo.options AS o WHERE o.code = @option AND o.version = @option_version;
        SELECT {MeasureColumns} FROM dbo.measures AS m
        WHERE m.account_id = @account AND m.account_id IS NOT NULL AND m.lifted IS NULL ORDER BY m.measure_id DESC;
        SELECT {MeasureColumns} FROM dbo.measures AS m
        WHERE m.option_code = @option AND m.lifted IS NULL AND m.account_id IS NULL ORDER BY m.measure_id DESC;
        SELECT {MeasureColumns} FROM dbo.measures AS m
        WHERE m.account_id = @owner AND m.account_id IS NOT NULL AND m.lifted IS NULL ORDER BY m.measure_id DESC;
        SELECT TOP (1) t.version
        FROM dbo.terms_acceptances AS a JOIN dbo.terms AS t ON t.version = a.version
        WHERE a.account_id = ISNULL(@owner, @account) ORDER BY t.published DESC, t.version DESC;
        """;

    private const string Platform = $"""
        SELECT p.version AS Version, p.mode AS Mode, p.mode_ends AS ModeEnds, p.words AS Words, p.service_ends AS ServiceEnds,
          p.service_end_recorded AS ServiceEndRecorded, p.service_closes_not_before AS ServiceClosesNotBefore, p.doors AS Doors
        FROM dbo.platform AS p WHERE p.platform_id = 1;
        SELECT {MeasureColumns} FROM dbo.measures AS m
        WHERE m.option_code IS NULL AND m.lifted IS NULL AND m.account_id IS NULL ORDER BY m.measure_id DESC;
        SELECT t.version AS Version, t.published AS Published, t.required_from AS RequiredFrom, t.texts AS Texts
        FROM dbo.terms AS t ORDER BY t.published DESC, t.version DESC;
        """;

    public static readonly SqlServerStatement LoadAccount = new(
        $"{EngineStatements.BeginSnapshot}{Account}{EngineStatements.EndSnapshot}",
        BigInt("@account")
    );

    /// <summary>The same within a transaction of the caller's.</summary>
    public static readonly SqlServerStatement LoadAccountWithin = new(
        $"SET NOCOUNT ON;\n{Account}",
        BigInt("@account")
    );

    public static readonly SqlServerStatement LoadPlatform = new(
        $"{EngineStatements.BeginSnapshot}{Platform}{EngineStatements.EndSnapshot}"
    );

    /// <summary>The same within a transaction of the caller's.</summary>
    public static readonly SqlServerStatement LoadPlatformWithin = new(
        $"SET NOCOUNT ON;\n{Platform}"
    );
}
