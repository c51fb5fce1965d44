-- What time alone does to accounts, and what is left of those that were destroyed.

-- One row for each account that a contract, a measure or the end of the service is about.
CREATE TABLE dbo.lifecycles (
  account_id bigint NOT NULL,
  -- Where the operator's systems were last told that it stands; null before the first look.
  standing tinyint NULL,
  -- When to look again: 0 after a change of facts, else when time alone may change something; null while it cannot.
  due bigint NULL,
  -- The opening of the take-back window that the reminders are of.
  opened bigint NULL,
  -- Which reminders of it are done: 1 the start, 2 seven days, 4 one day.
  reminders tinyint NOT NULL,
  -- The first reminder's number in the account's events, and when it was seen to be delivered or tried.
  first_reminder bigint NULL,
  reminded bigint NULL,
  -- When its window closed; null unless it is to be destroyed.
  closed bigint NULL,
  CONSTRAINT pk_lifecycles PRIMARY KEY CLUSTERED (account_id)
);
CREATE INDEX lifecycles_due ON dbo.lifecycles (due) WHERE due IS NOT NULL;
CREATE INDEX lifecycles_closed ON dbo.lifecycles (account_id) INCLUDE (closed) WHERE closed IS NOT NULL;
GO

CREATE TABLE dbo.lifecycle_state (
  state_id tinyint NOT NULL,
  -- The end of the whole service for which every account has been looked at; null for none.
  service_end nvarchar(400) COLLATE Latin1_General_100_BIN2 NULL,
  -- The database's clock at the last round of destruction, and since when destruction is stopped because it jumped.
  clock bigint NULL,
  stopped bigint NULL,
  -- Until when an operator lets destruction run in spite of a jump of the clock or of how many are due.
  allowed_until bigint NULL,
  CONSTRAINT pk_lifecycle_state PRIMARY KEY CLUSTERED (state_id),
  CONSTRAINT ck_lifecycle_state CHECK (state_id = 1)
);
INSERT INTO dbo.lifecycle_state (state_id) VALUES (1);
GO

-- The destruction of a vault: first the plan that a killed job resumes by, then the record that proves it. Never a name.
CREATE TABLE dbo.destructions (
  account_id bigint NOT NULL,
  vault_id bigint NOT NULL,
  cause tinyint NOT NULL,
  step tinyint NOT NULL,
  started bigint NOT NULL,
  key_destroyed bigint NULL,
  finished bigint NULL,
  items bigint NOT NULL,
  contents bigint NOT NULL,
  bytes bigint NOT NULL,
  -- Over id, size and hash of each content in the order of ids, every one hashed with the hash before it.
  list_hash varbinary(64) NOT NULL,
  audit_seq bigint NULL,
  audit_hash binary(32) NULL,
  -- When the last backup is gone that may still hold names.
  backups_expire bigint NULL,
  events_gone bit NOT NULL,
  keep_until bigint NULL,
  CONSTRAINT pk_destructions PRIMARY KEY CLUSTERED (account_id)
);
CREATE UNIQUE INDEX destructions_vault ON dbo.destructions (vault_id);
CREATE INDEX destructions_running ON dbo.destructions (account_id) INCLUDE (finished) WHERE finished IS NULL;
CREATE INDEX destructions_events ON dbo.destructions (account_id) INCLUDE (finished, events_gone) WHERE finished IS NOT NULL AND events_gone = 0;
CREATE INDEX destructions_keep ON dbo.destructions (keep_until) WHERE keep_until IS NOT NULL;
GO

-- What the law obliges to keep of a contract whose account is gone.
CREATE TABLE dbo.retained_contracts (
  account_id bigint NOT NULL,
  -- The account that owned the household; null for the customer's own.
  owner_id bigint NULL,
  customer_ref nvarchar(255) COLLATE Latin1_General_100_BIN2 NULL,
  main_ref nvarchar(255) COLLATE Latin1_General_100_BIN2 NULL,
  option_code nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL,
  option_version int NULL,
  started bigint NOT NULL,
  ends bigint NULL,
  end_recorded bigint NULL,
  main_ends bigint NULL,
  main_end_recorded bigint NULL,
  CONSTRAINT pk_retained_contracts PRIMARY KEY CLUSTERED (account_id)
);
CREATE INDEX retained_contracts_customer ON dbo.retained_contracts (customer_ref) WHERE customer_ref IS NOT NULL;
GO
