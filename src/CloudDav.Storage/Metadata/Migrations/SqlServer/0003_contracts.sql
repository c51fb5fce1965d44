-- What the operator's contract with a customer says, and what was set on top of it. Nothing here is derived: where an account stands is decided from
-- these facts and the time, whenever it is asked.

-- One row for each customer, by the account that owns the household. Accounts without one are the administrator's own.
CREATE TABLE dbo.contracts (
  account_id bigint NOT NULL,
  customer_ref nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  main_ref nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  main_status tinyint NOT NULL,
  main_ends bigint NULL,
  main_end_recorded bigint NULL,
  main_known bigint NOT NULL,
  has_tv bit NOT NULL,
  option_code nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  option_version int NOT NULL,
  started bigint NOT NULL,
  ends bigint NULL,
  end_recorded bigint NULL,
  destruction_started bigint NULL,
  destroyed bigint NULL,
  row_version bigint NOT NULL,
  CONSTRAINT pk_contracts PRIMARY KEY CLUSTERED (account_id)
);
CREATE UNIQUE INDEX contracts_customer ON dbo.contracts (customer_ref);
CREATE INDEX contracts_main ON dbo.contracts (main_ref);
CREATE INDEX contracts_ends ON dbo.contracts (ends) WHERE ends IS NOT NULL;
CREATE INDEX contracts_main_ends ON dbo.contracts (main_ends) WHERE main_ends IS NOT NULL;
GO

-- The people of a household beside its owner. One who has left keeps the row and the own vault's take-back window.
CREATE TABLE dbo.household_members (
  account_id bigint NOT NULL,
  owner_id bigint NOT NULL,
  added bigint NOT NULL,
  -- When the customer said yes to a member whom the operator added; existing shares are shown from then on.
  confirmed bigint NULL,
  left_at bigint NULL,
  left_recorded bigint NULL,
  destruction_started bigint NULL,
  destroyed bigint NULL,
  CONSTRAINT pk_household_members PRIMARY KEY CLUSTERED (account_id)
);
CREATE INDEX household_members_owner ON dbo.household_members (owner_id);
CREATE INDEX household_members_left ON dbo.household_members (left_at) WHERE left_at IS NOT NULL;
GO

-- The catalogue. Versions are added and never changed; the newest is the one that can be chosen, unless it is withdrawn.
CREATE TABLE dbo.options (
  code nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  version int NOT NULL,
  offer nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
  capacity_bytes bigint NOT NULL,
  member_capacity_bytes bigint NOT NULL,
  -- Names with a space between.
  entitlements nvarchar(max) NOT NULL,
  texts nvarchar(max) NOT NULL,
  is_withdrawn bit NOT NULL,
  recorded bigint NOT NULL,
  CONSTRAINT pk_options PRIMARY KEY CLUSTERED (code, version)
);
GO

-- Suspensions, restrictions, blocks and legal holds: on everyone, or on those with an option, or on an account, or on an item of its vault.
CREATE TABLE dbo.measures (
  measure_id bigint IDENTITY(1, 1) NOT NULL,
  kind tinyint NOT NULL,
  switches int NOT NULL,
  account_id bigint NULL,
  option_code nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL,
  node_id bigint NULL,
  is_legal_order bit NOT NULL,
  reason_code nvarchar(400) NOT NULL,
  words nvarchar(max) NULL,
  set_by nvarchar(400) NOT NULL,
  since bigint NOT NULL,
  until bigint NULL,
  lifted bigint NULL,
  lifted_by nvarchar(400) NULL,
  CONSTRAINT pk_measures PRIMARY KEY CLUSTERED (measure_id)
);
CREATE INDEX measures_account ON dbo.measures (account_id, measure_id) WHERE account_id IS NOT NULL;
CREATE INDEX measures_common ON dbo.measures (measure_id) WHERE account_id IS NULL;
CREATE INDEX measures_standing ON dbo.measures (option_code) INCLUDE (account_id, lifted) WHERE lifted IS NULL AND account_id IS NULL;
CREATE INDEX measures_until ON dbo.measures (until) INCLUDE (lifted) WHERE lifted IS NULL AND until IS NOT NULL;
GO

CREATE TABLE dbo.platform (
  platform_id tinyint NOT NULL,
  mode tinyint NOT NULL,
  mode_ends bigint NULL,
  words nvarchar(max) NULL,
  service_ends bigint NULL,
  service_end_recorded bigint NULL,
  service_closes_not_before bigint NULL,
  -- What may be done through each door, as the operator has set it.
  doors nvarchar(max) NOT NULL,
  -- Moves with every change of this row, of a measure on everyone or on an option, of the catalogue and of the terms.
  version bigint NOT NULL,
  CONSTRAINT pk_platform PRIMARY KEY CLUSTERED (platform_id),
  CONSTRAINT ck_platform CHECK (platform_id = 1)
);
INSERT INTO dbo.platform (platform_id, mode, doors, version) VALUES (1, 0, N'{}', 1);
GO

-- What was commanded from outside, so that a command that comes again has no further effect and the same answer.
CREATE TABLE dbo.commands (
  command_id nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  request_hash varbinary(64) NOT NULL,
  answer nvarchar(max) NOT NULL,
  done bigint NOT NULL,
  CONSTRAINT pk_commands PRIMARY KEY CLUSTERED (command_id)
);
CREATE INDEX commands_done ON dbo.commands (done);
GO

-- Records the operator keeps and customers may ask for: staff access grants, breach notices, sub-processors, objections, legal orders, undertakings.
CREATE TABLE dbo.register_entries (
  register varchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  entry_id bigint NOT NULL,
  account_id bigint NULL,
  -- By what else entries are looked up: a person, a reference.
  entry_key nvarchar(400) COLLATE Latin1_General_100_BIN2 NULL,
  since bigint NOT NULL,
  until bigint NULL,
  closed bigint NULL,
  body nvarchar(max) NOT NULL,
  row_version bigint NOT NULL,
  CONSTRAINT pk_register_entries PRIMARY KEY CLUSTERED (register, entry_id)
);
CREATE INDEX register_entries_key ON dbo.register_entries (register, entry_key, entry_id) WHERE entry_key IS NOT NULL;
CREATE INDEX register_entries_account ON dbo.register_entries (account_id, register, entry_id) WHERE account_id IS NOT NULL;
CREATE INDEX register_entries_common ON dbo.register_entries (register, entry_id) INCLUDE (account_id) WHERE account_id IS NULL;
GO

CREATE TABLE dbo.terms (
  version nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  published bigint NOT NULL,
  -- From when on nothing goes on without its acceptance; null while no such day is set.
  required_from bigint NULL,
  texts nvarchar(max) NOT NULL,
  CONSTRAINT pk_terms PRIMARY KEY CLUSTERED (version)
);
GO

CREATE TABLE dbo.terms_acceptances (
  account_id bigint NOT NULL,
  version nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  language tinyint NOT NULL,
  door tinyint NOT NULL,
  accepted bigint NOT NULL,
  CONSTRAINT pk_terms_acceptances PRIMARY KEY CLUSTERED (account_id, version)
);
GO
