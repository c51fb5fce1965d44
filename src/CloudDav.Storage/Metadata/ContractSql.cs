namespace CloudDav.Storage;

/// <summary>Statements of <see cref="SqliteContractStore"/>.</summary>
internal static class ContractSql
{
    private const string CustomerColumns = """
        account_id AS AccountId, customer_ref AS CustomerRef, main_ref AS MainRef, main_status AS MainStatus, main_ends AS MainEnds,
        main_end_recorded AS MainEndRecorded, main_known AS MainKnown, has_tv AS HasTv, option_code AS OptionCode, option_version AS OptionVersion,
        started AS Started, ends AS Ends, end_recorded AS EndRecorded, destruction_started AS DestructionStarted, destroyed AS Destroyed,
        row_version AS RowVersion
        """;

    private const string MemberColumns = """
        account_id AS AccountId, owner_id AS OwnerId, added AS Added, confirmed AS Confirmed, left_at AS LeftAt, left_recorded AS LeftRecorded,
        destruction_started AS DestructionStarted, destroyed AS Destroyed
        """;

    private const string OptionColumns = """
        o.code AS Code, o.version AS Version, o.offer AS Offer, o.capacity_bytes AS CapacityBytes, o.member_capacity_bytes AS MemberCapacityBytes,
        o.entitlements AS Entitlements, o.texts AS Texts, o.is_withdrawn AS IsWithdrawn
        """;

    private const string MeasureColumns = """
        measure_id AS MeasureId, kind AS Kind, switches AS Switches, account_id AS AccountId, option_code AS OptionCode, node_id AS NodeId,
        is_legal_order AS IsLegalOrder, reason_code AS ReasonCode, words AS Words, set_by AS SetBy, since AS Since, until AS Until, lifted AS Lifted
        """;

    private const string EntryColumns = """
        register AS Register, entry_id AS EntryId, account_id AS AccountId, entry_key AS EntryKey, since AS Since, until AS Until, closed AS Closed, body AS Body,
        row_version AS RowVersion
        """;

    public const string FindCustomerByReference =
        $"SELECT {CustomerColumns} FROM contracts WHERE customer_ref = @reference";

    public const string FindCustomer =
        $"SELECT {CustomerColumns} FROM contracts WHERE account_id = @account";

    public const string ListCustomers =
        $"SELECT {CustomerColumns} FROM contracts WHERE account_id > @after ORDER BY account_id LIMIT @limit";

    public const string SaveCustomer = """
        INSERT INTO contracts (
          account_id, customer_ref, main_ref, main_status, main_ends, main_end_recorded, main_known, has_tv, option_code, option_version, started,
          ends, end_recorded, destruction_started, destroyed, row_version
        ) VALUES (
          @account, @reference, @mainRef, @mainStatus, @mainEnds, @mainEndRecorded, @mainKnown, @hasTv, @option, @optionVersion, @started,
          @ends, @endRecorded, @destructionStarted, @destroyed, @version
        )
        ON CONFLICT (account_id) DO UPDATE SET
          customer_ref = excluded.customer_ref, main_ref = excluded.main_ref, main_status = excluded.main_status, main_ends = excluded.main_ends,
          main_end_recorded = excluded.main_end_recorded, main_known = excluded.main_known, has_tv = excluded.has_tv,
          option_code = excluded.option_code, option_version = excluded.option_version, started = excluded.started, ends = excluded.ends,
          end_recorded = excluded.end_recorded, destruction_started = excluded.destruction_started, destroyed = excluded.destroyed,
          row_version = excluded.row_version
        """;

    public const string FindMember =
        $"SELECT {MemberColumns} FROM household_members WHERE account_id = @account";

    public const string ListMembers =
        $"SELECT {MemberColumns} FROM household_members WHERE owner_id = @owner ORDER BY account_id";

    public const string SaveMember = """
        INSERT INTO household_members (
          account_id, owner_id, added, confirmed, left_at, left_recorded, destruction_started, destroyed
        ) VALUES (@account, @owner, @added, @confirmed, @leftAt, @leftRecorded, @destructionStarted, @destroyed)
        ON CONFLICT (account_id) DO UPDATE SET
          owner_id = excluded.owner_id, added = excluded.added, confirmed = excluded.confirmed, left_at = excluded.left_at,
          left_recorded = excluded.left_recorded, destruction_started = excluded.destruction_started, destroyed = excluded.destroyed
        """;

    // The owner and everybody in the household, also those who left.
    public const string MoveFacts = """
        UPDATE accounts SET facts_version = facts_version + 1 WHERE account_id = @account OR household_owner = @account
        """;

    public const string MovePlatform =
        "UPDATE platform SET version = version + 1 WHERE platform_id = 1";

    public const string FindAccount = """
        SELECT account_id AS AccountId, name AS Name, vault_id AS VaultId, password_hash AS PasswordHash,
          credential_version AS CredentialVersion, is_disabled AS IsDisabled, tokens_from AS TokensFrom
        FROM accounts WHERE account_id = @account
        """;

    public const string FindPerson =
        "SELECT language AS Language, window_reopened AS WindowReopened FROM accounts WHERE account_id = @account";

    public const string SetLanguage =
        "UPDATE accounts SET language = @language, facts_version = facts_version + 1 WHERE account_id = @account";

    public const string ReopenWindow =
        "UPDATE accounts SET window_reopened = @now, facts_version = facts_version + 1 WHERE account_id = @account";

    public const string FindUsage = """
        SELECT v.vault_id AS VaultId, v.used_bytes AS UsedBytes, v.capacity_bytes AS CapacityBytes
        FROM accounts a CROSS JOIN vaults v WHERE a.account_id = @account AND v.vault_id = a.vault_id
        """;

    public const string SetCapacity = """
        UPDATE vaults SET capacity_bytes = @capacity WHERE vault_id = (SELECT a.vault_id FROM accounts a WHERE a.account_id = @account)
        """;

    public const string FindOption =
        $"SELECT {OptionColumns} FROM options o WHERE o.code = @code ORDER BY o.version DESC LIMIT 1";

    public const string FindOptionVersion =
        $"SELECT {OptionColumns} FROM options o WHERE o.code = @code AND o.version = @version";

    public const string ListOptions = $"""
        SELECT {OptionColumns} FROM options o
        WHERE o.version = (SELECT MAX(n.version) FROM options n WHERE n.code = o.code) ORDER BY o.offer, o.capacity_bytes, o.code
        """;

    public const string AddOption = """
        INSERT INTO options (code, version, offer, capacity_bytes, member_capacity_bytes, entitlements, texts, is_withdrawn, recorded)
        VALUES (@code, @version, @offer, @capacity, @memberCapacity, @entitlements, @texts, @isWithdrawn, @now)
        """;

    public const string FindMeasure =
        $"SELECT {MeasureColumns} FROM measures WHERE measure_id = @id";

    public const string ListEndedMeasures = $"""
        SELECT {MeasureColumns} FROM measures
        WHERE lifted IS NULL AND until IS NOT NULL AND until <= @now ORDER BY until LIMIT @limit
        """;

    public const string ListAccountMeasures = $"""
        SELECT {MeasureColumns} FROM measures
        WHERE account_id = @account AND (lifted IS NULL OR @withLifted) ORDER BY measure_id DESC
        """;

    public const string ListCommonMeasures = $"""
        SELECT {MeasureColumns} FROM measures
        WHERE account_id IS NULL AND measure_id > 0 AND (lifted IS NULL OR @withLifted) ORDER BY measure_id DESC
        """;

    public const string ListOptionMeasures = $"""
        SELECT {MeasureColumns} FROM measures
        WHERE option_code = @option AND lifted IS NULL AND account_id IS NULL ORDER BY measure_id DESC
        """;

    public const string ListGeneralMeasures = $"""
        SELECT {MeasureColumns} FROM measures
        WHERE option_code IS NULL AND lifted IS NULL AND account_id IS NULL ORDER BY measure_id DESC
        """;

    public const string AddMeasure = """
        INSERT INTO measures (
          kind, switches, account_id, option_code, node_id, is_legal_order, reason_code, words, set_by, since, until
        ) VALUES (@kind, @switches, @account, @option, @node, @isLegalOrder, @reasonCode, @words, @setBy, @since, @until)
        RETURNING measure_id
        """;

    public const string LiftMeasure =
        "UPDATE measures SET lifted = @now, lifted_by = @by WHERE measure_id = @id AND lifted IS NULL";

    public const string LoadPlatform = """
        SELECT mode AS Mode, mode_ends AS ModeEnds, words AS Words, service_ends AS ServiceEnds, service_end_recorded AS ServiceEndRecorded,
          service_closes_not_before AS ServiceClosesNotBefore, doors AS Doors
        FROM platform WHERE platform_id = 1
        """;

    public const string SavePlatform = """
        UPDATE platform SET mode = @mode, mode_ends = @modeEnds, words = @words, service_ends = @serviceEnds,
          service_end_recorded = @serviceEndRecorded, service_closes_not_before = @serviceClosesNotBefore, doors = @doors, version = version + 1
        WHERE platform_id = 1
        """;

    public const string FindCommand =
        "SELECT request_hash AS RequestHash, answer AS Answer, done AS Done FROM commands WHERE command_id = @id";

    public const string AddCommand =
        "INSERT INTO commands (command_id, request_hash, answer, done) VALUES (@id, @hash, @answer, @done)";

    public const string ForgetCommands = """
        DELETE FROM commands WHERE command_id IN (SELECT c.command_id FROM commands c WHERE c.done < @before ORDER BY c.done LIMIT @limit)
        """;

    public const string FindEntry =
        $"SELECT {EntryColumns} FROM register_entries WHERE register = @register AND entry_id = @id";

    public const string ListEntries = $"""
        SELECT {EntryColumns} FROM register_entries WHERE register = @register AND entry_id > @after ORDER BY entry_id LIMIT @limit
        """;

    public const string ListAccountEntries = $"""
        SELECT {EntryColumns} FROM register_entries
        WHERE account_id = @account AND register = @register AND entry_id > @after ORDER BY entry_id LIMIT @limit
        """;

    public const string ListKeyedEntries = $"""
        SELECT {EntryColumns} FROM register_entries
        WHERE register = @register AND entry_key = @key AND entry_key IS NOT NULL ORDER BY entry_id
        """;

    public const string FindRoot = "SELECT root_id FROM vaults WHERE vault_id = @vault";

    public const string FindMemberByName =
        "SELECT node_id FROM nodes WHERE vault_id = @vault AND parent_id = @parent AND name_key = @key";

    public const string FoldsKeys = "SELECT case_insensitive FROM vaults WHERE vault_id = @vault";

    public const string HasNode =
        "SELECT EXISTS (SELECT 1 FROM nodes WHERE vault_id = @vault AND node_id = @node)";

    public const string ListSealed =
        "SELECT seq FROM audit WHERE chain = @chain AND instruction = @instruction AND sealed_until IS NOT NULL ORDER BY seq";

    public const string ListCommonEntries = $"""
        SELECT {EntryColumns} FROM register_entries WHERE account_id IS NULL AND register = @register ORDER BY entry_id
        """;

    public const string AddEntry = """
        INSERT INTO register_entries (register, entry_id, account_id, entry_key, since, until, closed, body, row_version)
        VALUES (
          @register, COALESCE((SELECT MAX(e.entry_id) FROM register_entries e WHERE e.register = @register), 0) + 1,
          @account, @key, @since, @until, @closed, @body, 1
        )
        RETURNING entry_id
        """;

    public const string SaveEntry = """
        UPDATE register_entries SET account_id = @account, entry_key = @key, since = @since, until = @until, closed = @closed, body = @body, row_version = row_version + 1
        WHERE register = @register AND entry_id = @id
        RETURNING row_version
        """;

    public const string ListTerms = """
        SELECT version AS Version, published AS Published, required_from AS RequiredFrom, texts AS Texts FROM terms
        ORDER BY published DESC, version DESC
        """;

    public const string SaveTerms = """
        INSERT INTO terms (version, published, required_from, texts) VALUES (@version, @published, @requiredFrom, @texts)
        ON CONFLICT (version) DO UPDATE SET required_from = excluded.required_from, texts = excluded.texts
        """;

    public const string ListAcceptances = """
        SELECT version AS Version, language AS Language, door AS Door, accepted AS Accepted FROM terms_acceptances
        WHERE account_id = @account ORDER BY accepted DESC
        """;

    public const string FindNewestAccepted = """
        SELECT t.version FROM terms_acceptances a CROSS JOIN terms t
        WHERE a.account_id = @account AND t.version = a.version ORDER BY t.published DESC, t.version DESC LIMIT 1
        """;

    public const string AddAcceptance = """
        INSERT INTO terms_acceptances (account_id, version, language, door, accepted) VALUES (@account, @version, @language, @door, @accepted)
        ON CONFLICT (account_id, version) DO NOTHING
        """;
}
