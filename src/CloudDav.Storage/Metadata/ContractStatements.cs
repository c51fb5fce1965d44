using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Statements of contracts, households, options, measures, commands, registers and terms.</summary>
internal static class ContractStatements
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

    internal const string MeasureColumns = """
        measure_id AS MeasureId, kind AS Kind, switches AS Switches, account_id AS AccountId, option_code AS OptionCode, node_id AS NodeId,
        is_legal_order AS IsLegalOrder, reason_code AS ReasonCode, words AS Words, set_by AS SetBy, since AS Since, until AS Until, lifted AS Lifted,
        share_id AS ShareId, reference AS Reference
        """;

    private const string EntryColumns = """
        register AS Register, entry_id AS EntryId, account_id AS AccountId, entry_key AS EntryKey, since AS Since, until AS Until, closed AS Closed, body AS Body,
        row_version AS RowVersion
        """;

    // The account and everybody in its household, also those who left.
    private const string Household = """
        SELECT @account UNION ALL SELECT h.account_id FROM dbo.accounts AS h WHERE h.household_owner = @account AND h.household_owner IS NOT NULL
        """;

    // Their facts have changed: what is remembered of them counts no more, and where they stand is looked at again.
    private const string Move = $"""
        UPDATE dbo.accounts SET facts_version = facts_version + 1 WHERE account_id IN ({Household});
        UPDATE dbo.lifecycles SET due = 0 WHERE account_id IN ({Household});
        INSERT INTO dbo.lifecycles (account_id, due, reminders)
        SELECT a.account_id, 0, 0 FROM dbo.accounts AS a
        WHERE a.account_id IN ({Household}) AND NOT EXISTS (SELECT 1 FROM dbo.lifecycles AS l WHERE l.account_id = a.account_id);
        """;

    // A command on one of their vaults that was decided by facts of before is decided again. With one writer there is none.
    private const string MoveVaults = $"""
        UPDATE dbo.vaults SET write_seq = write_seq + 1
        WHERE vault_id IN (SELECT v.vault_id FROM dbo.accounts AS v WHERE v.account_id IN ({Household}));
        """;

    private const string ChangeCapacity = """
        UPDATE dbo.vaults SET capacity_bytes = @capacity WHERE vault_id = (SELECT a.vault_id FROM dbo.accounts AS a WHERE a.account_id = @account);
        """;

    private const string MeasureInsert = """
        INSERT INTO dbo.measures (
          kind, switches, account_id, option_code, node_id, is_legal_order, reason_code, words, set_by, since, until, share_id,
          reference
        )
        """;

    private const string MeasureValues = """
        VALUES (@kind, @switches, @account, @option, @node, @is_legal_order, @reason_code, @words, @set_by, @since, @until, @share, @reference)
        """;

    private const string EntryInsert = """
        INSERT INTO dbo.register_entries (register, entry_id, account_id, entry_key, since, until, closed, body, row_version)
        """;

    // The next number of the register. Who takes the same one fails on the key and asks again.
    private const string EntryValues = """
        SELECT @register, COALESCE(MAX(e.entry_id), 0) + 1, @account, @key, @since, @until, @closed, @body, 1
        FROM dbo.register_entries AS e WHERE e.register = @register
        """;

    public static readonly SharedStatement FindCustomerByReference = new(
        $"SELECT {CustomerColumns} FROM dbo.contracts WHERE customer_ref = @reference;",
        Text("@reference", 255)
    );

    public static readonly SharedStatement FindCustomer = new(
        $"SELECT {CustomerColumns} FROM dbo.contracts WHERE account_id = @account;",
        BigInt("@account")
    );

    public static readonly SharedStatement ListCustomers = SharedStatement.Page(
        $"SELECT {CustomerColumns} FROM dbo.contracts WHERE account_id > @after ORDER BY account_id",
        BigInt("@after")
    );

    public static readonly SharedStatement SaveCustomer = new(
        """
        UPDATE dbo.contracts SET
          customer_ref = @reference, main_ref = @main_ref, main_status = @main_status, main_ends = @main_ends, main_end_recorded = @main_end_recorded,
          main_known = @main_known, has_tv = @has_tv, option_code = @option, option_version = @option_version, started = @started, ends = @ends,
          end_recorded = @end_recorded, destruction_started = @destruction_started, destroyed = @destroyed, row_version = @version
        WHERE account_id = @account;
        INSERT INTO dbo.contracts (
          account_id, customer_ref, main_ref, main_status, main_ends, main_end_recorded, main_known, has_tv, option_code, option_version, started,
          ends, end_recorded, destruction_started, destroyed, row_version
        )
        SELECT @account, @reference, @main_ref, @main_status, @main_ends, @main_end_recorded, @main_known, @has_tv, @option, @option_version, @started,
          @ends, @end_recorded, @destruction_started, @destroyed, @version
        WHERE NOT EXISTS (SELECT 1 FROM dbo.contracts WHERE account_id = @account);
        """,
        BigInt("@account"),
        Text("@reference", 255),
        Text("@main_ref", 255),
        TinyInt("@main_status"),
        BigInt("@main_ends"),
        BigInt("@main_end_recorded"),
        BigInt("@main_known"),
        Bit("@has_tv"),
        Text("@option", 64),
        Int("@option_version"),
        BigInt("@started"),
        BigInt("@ends"),
        BigInt("@end_recorded"),
        BigInt("@destruction_started"),
        BigInt("@destroyed"),
        BigInt("@version")
    );

    public static readonly SharedStatement FindMember = new(
        $"SELECT {MemberColumns} FROM dbo.household_members WHERE account_id = @account;",
        BigInt("@account")
    );

    public static readonly SharedStatement ListMembers = new(
        $"SELECT {MemberColumns} FROM dbo.household_members WHERE owner_id = @owner ORDER BY account_id;",
        BigInt("@owner")
    );

    public static readonly SharedStatement SaveMember = new(
        """
        UPDATE dbo.household_members SET
          owner_id = @owner, added = @added, confirmed = @confirmed, left_at = @left_at, left_recorded = @left_recorded,
          destruction_started = @destruction_started, destroyed = @destroyed
        WHERE account_id = @account;
        INSERT INTO dbo.household_members (account_id, owner_id, added, confirmed, left_at, left_recorded, destruction_started, destroyed)
        SELECT @account, @owner, @added, @confirmed, @left_at, @left_recorded, @destruction_started, @destroyed
        WHERE NOT EXISTS (SELECT 1 FROM dbo.household_members WHERE account_id = @account);
        """,
        BigInt("@account"),
        BigInt("@owner"),
        BigInt("@added"),
        BigInt("@confirmed"),
        BigInt("@left_at"),
        BigInt("@left_recorded"),
        BigInt("@destruction_started"),
        BigInt("@destroyed")
    );

    public static readonly SharedStatement MoveFacts = new(
        SharedStatement.Plain(Move),
        $"{MoveVaults}\n{Move}",
        BigInt("@account")
    );

    public static readonly SharedStatement MovePlatform = new(
        "UPDATE dbo.platform SET version = version + 1 WHERE platform_id = 1;"
    );

    public static readonly SharedStatement FindAccount = new(
        $"SELECT {AccountStatements.AccountColumns} FROM dbo.accounts WHERE account_id = @account;",
        BigInt("@account")
    );

    public static readonly SharedStatement SetLanguage = new(
        "UPDATE dbo.accounts SET language = @language, facts_version = facts_version + 1 WHERE account_id = @account;",
        BigInt("@account"),
        TinyInt("@language")
    );

    public static readonly SharedStatement FindUsage = new(
        """
        SELECT v.vault_id AS VaultId, v.used_bytes AS UsedBytes, v.capacity_bytes AS CapacityBytes
        FROM dbo.accounts AS a JOIN dbo.vaults AS v ON v.vault_id = a.vault_id WHERE a.account_id = @account;
        """,
        BigInt("@account")
    );

    public static readonly SharedStatement SetCapacity = new(
        SharedStatement.Plain($"{ChangeCapacity}\n{Move}"),
        $"{ChangeCapacity}\n{MoveVaults}\n{Move}",
        BigInt("@account"),
        BigInt("@capacity")
    );

    public static readonly SharedStatement FindOption = SharedStatement.Page(
        $"SELECT {OptionColumns} FROM dbo.options AS o WHERE o.code = @code ORDER BY o.version DESC",
        Text("@code", 64)
    );

    public static readonly SharedStatement FindOptionVersion = new(
        $"SELECT {OptionColumns} FROM dbo.options AS o WHERE o.code = @code AND o.version = @version;",
        Text("@code", 64),
        Int("@version")
    );

    public static readonly SharedStatement ListOptions = new(
        $"""
        SELECT {OptionColumns} FROM dbo.options AS o
        WHERE o.version = (SELECT MAX(n.version) FROM dbo.options AS n WHERE n.code = o.code) ORDER BY o.offer, o.capacity_bytes, o.code;
        """
    );

    public static readonly SharedStatement AddOption = new(
        """
        INSERT INTO dbo.options (code, version, offer, capacity_bytes, member_capacity_bytes, entitlements, texts, is_withdrawn, recorded)
        VALUES (@code, @version, @offer, @capacity, @member_capacity, @entitlements, @texts, @is_withdrawn, @now);
        """,
        Text("@code", 64),
        Int("@version"),
        Text("@offer", 400),
        BigInt("@capacity"),
        BigInt("@member_capacity"),
        Text("@entitlements", -1),
        Text("@texts", -1),
        Bit("@is_withdrawn"),
        BigInt("@now")
    );

    public static readonly SharedStatement FindMeasure = new(
        $"SELECT {MeasureColumns} FROM dbo.measures WHERE measure_id = @id;",
        BigInt("@id")
    );

    public static readonly SharedStatement ListEndedMeasures = SharedStatement.Page(
        $"SELECT {MeasureColumns} FROM dbo.measures WHERE lifted IS NULL AND until IS NOT NULL AND until <= @now ORDER BY until",
        BigInt("@now")
    );

    public static readonly SharedStatement ListAccountMeasures = new(
        $"""
        SELECT {MeasureColumns} FROM dbo.measures
        WHERE account_id = @account AND account_id IS NOT NULL AND (lifted IS NULL OR @with_lifted = 1) ORDER BY measure_id DESC;
        """,
        BigInt("@account"),
        Bit("@with_lifted")
    );

    public static readonly SharedStatement ListCommonMeasures = new(
        $"""
        SELECT {MeasureColumns} FROM dbo.measures
        WHERE account_id IS NULL AND measure_id > 0 AND (lifted IS NULL OR @with_lifted = 1) ORDER BY measure_id DESC;
        """,
        Bit("@with_lifted")
    );

    public static readonly SharedStatement AddMeasure = new(
        SharedStatement.Plain($"{MeasureInsert} {MeasureValues} RETURNING measure_id"),
        $"{MeasureInsert} OUTPUT inserted.measure_id {MeasureValues};",
        TinyInt("@kind"),
        Int("@switches"),
        BigInt("@account"),
        Text("@option", 64),
        BigInt("@node"),
        Bit("@is_legal_order"),
        Text("@reason_code", 400),
        Text("@words", -1),
        Text("@set_by", 400),
        BigInt("@since"),
        BigInt("@until"),
        BigInt("@share"),
        Text("@reference", 64)
    );

    public static readonly SharedStatement MarkNode = new(
        """
        INSERT INTO dbo.protected_nodes (vault_id, node_id, measure_id)
        SELECT a.vault_id, @node, @id FROM dbo.accounts AS a WHERE a.account_id = @account;
        """,
        BigInt("@id"),
        BigInt("@account"),
        BigInt("@node")
    );

    public static readonly SharedStatement UnmarkNodes = new(
        """
        DELETE FROM dbo.protected_nodes
        WHERE measure_id = @id AND vault_id = (
          SELECT a.vault_id FROM dbo.measures AS m JOIN dbo.accounts AS a ON a.account_id = m.account_id WHERE m.measure_id = @id);
        """,
        BigInt("@id")
    );

    public static readonly SharedStatement LiftMeasure = SharedStatement.Counted(
        "UPDATE dbo.measures SET lifted = @now, lifted_by = @by WHERE measure_id = @id AND lifted IS NULL;",
        BigInt("@id"),
        Text("@by", 400),
        BigInt("@now")
    );

    public static readonly SharedStatement SavePlatform = new(
        """
        UPDATE dbo.platform SET mode = @mode, mode_ends = @mode_ends, words = @words, service_ends = @service_ends,
          service_end_recorded = @service_end_recorded, service_closes_not_before = @service_closes_not_before, doors = @doors, version = version + 1
        WHERE platform_id = 1;
        """,
        TinyInt("@mode"),
        BigInt("@mode_ends"),
        Text("@words", -1),
        BigInt("@service_ends"),
        BigInt("@service_end_recorded"),
        BigInt("@service_closes_not_before"),
        Text("@doors", -1)
    );

    public static readonly SharedStatement FindCommand = new(
        "SELECT request_hash AS RequestHash, answer AS Answer, done AS Done FROM dbo.commands WHERE command_id = @id;",
        Text("@id", 255)
    );

    public static readonly SharedStatement AddCommand = new(
        "INSERT INTO dbo.commands (command_id, request_hash, answer, done) VALUES (@id, @hash, @answer, @done);",
        Text("@id", 255),
        Bytes("@hash", 64),
        Text("@answer", -1),
        BigInt("@done")
    );

    private const string OldCommands =
        "SELECT c.command_id FROM dbo.commands AS c WHERE c.done < @before ORDER BY c.done";

    public static readonly SharedStatement ForgetCommands = SharedStatement.Counted(
        SharedStatement.Plain(
            $"DELETE FROM dbo.commands WHERE command_id IN ({OldCommands} LIMIT @limit)"
        ),
        $"DELETE FROM dbo.commands WHERE command_id IN ({OldCommands} OFFSET 0 ROWS FETCH NEXT @limit ROWS ONLY);",
        BigInt("@before"),
        Int("@limit")
    );

    public static readonly SharedStatement FindEntry = new(
        $"SELECT {EntryColumns} FROM dbo.register_entries WHERE register = @register AND entry_id = @id;",
        Ascii("@register", 64),
        BigInt("@id")
    );

    public static readonly SharedStatement ListEntries = SharedStatement.Page(
        $"SELECT {EntryColumns} FROM dbo.register_entries WHERE register = @register AND entry_id > @after ORDER BY entry_id",
        Ascii("@register", 64),
        BigInt("@after")
    );

    public static readonly SharedStatement ListAccountEntries = SharedStatement.Page(
        $"""
        SELECT {EntryColumns} FROM dbo.register_entries
        WHERE account_id = @account AND account_id IS NOT NULL AND register = @register AND entry_id > @after ORDER BY entry_id
        """,
        BigInt("@account"),
        Ascii("@register", 64),
        BigInt("@after")
    );

    public static readonly SharedStatement ListCommonEntries = new(
        $"SELECT {EntryColumns} FROM dbo.register_entries WHERE account_id IS NULL AND register = @register ORDER BY entry_id;",
        Ascii("@register", 64)
    );

    public static readonly SharedStatement ListKeyedEntries = new(
        $"""
        SELECT {EntryColumns} FROM dbo.register_entries
        WHERE register = @register AND entry_key = @key AND entry_key IS NOT NULL ORDER BY entry_id;
        """,
        Ascii("@register", 64),
        Text("@key", 400)
    );

    public static readonly SharedStatement AddEntry = new(
        SharedStatement.Plain($"{EntryInsert} {EntryValues} RETURNING entry_id"),
        $"{EntryInsert} OUTPUT inserted.entry_id {EntryValues};",
        Ascii("@register", 64),
        BigInt("@account"),
        Text("@key", 400),
        BigInt("@since"),
        BigInt("@until"),
        BigInt("@closed"),
        Text("@body", -1)
    );

    public static readonly SharedStatement SaveEntry = new(
        """
        UPDATE dbo.register_entries
        SET account_id = @account, entry_key = @key, since = @since, until = @until, closed = @closed, body = @body, row_version = row_version + 1
        WHERE register = @register AND entry_id = @id;
        SELECT row_version FROM dbo.register_entries WHERE register = @register AND entry_id = @id;
        """,
        Ascii("@register", 64),
        BigInt("@id"),
        BigInt("@account"),
        Text("@key", 400),
        BigInt("@since"),
        BigInt("@until"),
        BigInt("@closed"),
        Text("@body", -1)
    );

    public static readonly SharedStatement FindRoot = new(
        "SELECT root_id AS RootId, case_insensitive AS FoldsKeys FROM dbo.vaults WHERE vault_id = @vault;",
        BigInt("@vault")
    );

    public static readonly SharedStatement FindMemberByName = new(
        "SELECT node_id FROM dbo.nodes WHERE vault_id = @vault AND parent_id = @parent AND name_key = @key;",
        BigInt("@vault"),
        BigInt("@parent"),
        Text("@key", 255)
    );

    public static readonly SharedStatement HasNode = new(
        "SELECT COUNT(*) FROM dbo.nodes WHERE vault_id = @vault AND node_id = @node;",
        BigInt("@vault"),
        BigInt("@node")
    );

    public static readonly SharedStatement FindShare = new(
        "SELECT share_id AS ShareId, owner_id AS OwnerId FROM dbo.shares WHERE token_hash = @token_hash;",
        FixedBytes("@token_hash", 32)
    );

    public static readonly SharedStatement HasShare = new(
        "SELECT COUNT(*) FROM dbo.shares WHERE vault_id = @vault AND share_id = @share;",
        BigInt("@vault"),
        BigInt("@share")
    );

    public static readonly SharedStatement ListSealed = new(
        "SELECT seq FROM dbo.audit WHERE chain = @chain AND instruction = @instruction AND sealed_until IS NOT NULL ORDER BY seq;",
        BigInt("@chain"),
        Text("@instruction", 400)
    );

    public static readonly SharedStatement ListTerms = new(
        """
        SELECT version AS Version, published AS Published, required_from AS RequiredFrom, texts AS Texts FROM dbo.terms
        ORDER BY published DESC, version DESC;
        """
    );

    public static readonly SharedStatement SaveTerms = new(
        """
        UPDATE dbo.terms SET required_from = @required_from, texts = @texts WHERE version = @version;
        INSERT INTO dbo.terms (version, published, required_from, texts) SELECT @version, @published, @required_from, @texts
        WHERE NOT EXISTS (SELECT 1 FROM dbo.terms WHERE version = @version);
        UPDATE dbo.platform SET version = version + 1 WHERE platform_id = 1;
        """,
        Text("@version", 64),
        BigInt("@published"),
        BigInt("@required_from"),
        Text("@texts", -1)
    );

    public static readonly SharedStatement ListAcceptances = new(
        """
        SELECT version AS Version, language AS Language, door AS Door, accepted AS Accepted FROM dbo.terms_acceptances
        WHERE account_id = @account ORDER BY accepted DESC, version DESC;
        """,
        BigInt("@account")
    );

    public static readonly SharedStatement AddAcceptance = new(
        """
        INSERT INTO dbo.terms_acceptances (account_id, version, language, door, accepted) SELECT @account, @version, @language, @door, @accepted
        WHERE NOT EXISTS (SELECT 1 FROM dbo.terms_acceptances WHERE account_id = @account AND version = @version);
        """,
        BigInt("@account"),
        Text("@version", 64),
        TinyInt("@language"),
        TinyInt("@door"),
        BigInt("@accepted")
    );
}
