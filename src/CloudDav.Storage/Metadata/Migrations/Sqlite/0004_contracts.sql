-- What the operator's contract with a customer says, and what was set on top of it. Nothing here is derived: where an account stands is decided from
-- these facts and the time, whenever it is asked.

-- Moves with every change of the account's facts, in the same transaction: whoever remembers facts compares it first.
ALTER TABLE accounts ADD COLUMN facts_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN language INTEGER;
-- When the take-back window was opened anew, because the one before had passed without a word to the customer. No end opens one before.
ALTER TABLE accounts ADD COLUMN window_reopened INTEGER;
CREATE INDEX accounts_household ON accounts (household_owner) WHERE household_owner IS NOT NULL;

-- When everything that was signed in was signed out: a bearer token that was issued before is good no longer.
ALTER TABLE accounts ADD COLUMN tokens_from INTEGER;

-- What earlier versions take, counted as they come and go, so that nobody has to add up the history.
ALTER TABLE vaults ADD COLUMN version_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE vaults SET version_bytes = (
  SELECT COALESCE(SUM(h.size), 0) FROM node_history h
  WHERE h.vault_id = vaults.vault_id AND h.is_version = 1 AND h.content_id IS NOT NULL
);

-- When somebody last signed in to the account with something else than a device, so that the access log has one line an hour and not one a request.
CREATE TABLE sign_ins (
  account_id INTEGER NOT NULL,
  way TEXT NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (account_id, way)
) WITHOUT ROWID;

-- One-time links to set a password with. The token itself is nowhere.
CREATE TABLE take_back_credentials (
  token_hash BLOB NOT NULL PRIMARY KEY,
  account_id INTEGER NOT NULL,
  expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX take_back_credentials_account ON take_back_credentials (account_id);
CREATE INDEX take_back_credentials_expires ON take_back_credentials (expires);

-- One row for each customer, by the account that owns the household. Accounts without one are the administrator's own.
CREATE TABLE contracts (
  account_id INTEGER NOT NULL PRIMARY KEY,
  customer_ref TEXT NOT NULL,
  main_ref TEXT NOT NULL,
  main_status INTEGER NOT NULL,
  main_ends INTEGER,
  main_end_recorded INTEGER,
  main_known INTEGER NOT NULL,
  has_tv INTEGER NOT NULL,
  option_code TEXT NOT NULL,
  option_version INTEGER NOT NULL,
  started INTEGER NOT NULL,
  ends INTEGER,
  end_recorded INTEGER,
  destruction_started INTEGER,
  destroyed INTEGER,
  row_version INTEGER NOT NULL
);
CREATE UNIQUE INDEX contracts_customer ON contracts (customer_ref);
CREATE INDEX contracts_main ON contracts (main_ref);
CREATE INDEX contracts_ends ON contracts (ends) WHERE ends IS NOT NULL;
CREATE INDEX contracts_main_ends ON contracts (main_ends) WHERE main_ends IS NOT NULL;

-- The people of a household beside its owner. One who has left keeps the row and the own vault's take-back window.
CREATE TABLE household_members (
  account_id INTEGER NOT NULL PRIMARY KEY,
  owner_id INTEGER NOT NULL,
  added INTEGER NOT NULL,
  -- When the customer said yes to a member whom the operator added; existing shares are shown from then on.
  confirmed INTEGER,
  left_at INTEGER,
  left_recorded INTEGER,
  destruction_started INTEGER,
  destroyed INTEGER
);
CREATE INDEX household_members_owner ON household_members (owner_id);
CREATE INDEX household_members_left ON household_members (left_at) WHERE left_at IS NOT NULL;

-- The catalogue. Versions are added and never changed; the newest is the one that can be chosen, unless it is withdrawn.
CREATE TABLE options (
  code TEXT NOT NULL,
  version INTEGER NOT NULL,
  offer TEXT NOT NULL,
  capacity_bytes INTEGER NOT NULL,
  member_capacity_bytes INTEGER NOT NULL,
  -- Names with a space between.
  entitlements TEXT NOT NULL,
  texts TEXT NOT NULL,
  is_withdrawn INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  PRIMARY KEY (code, version)
) WITHOUT ROWID;

-- Suspensions, restrictions, blocks and legal holds: on everyone, or on those with an option, or on an account, or on an item of its vault.
CREATE TABLE measures (
  measure_id INTEGER NOT NULL PRIMARY KEY,
  kind INTEGER NOT NULL,
  switches INTEGER NOT NULL,
  account_id INTEGER,
  option_code TEXT,
  node_id INTEGER,
  is_legal_order INTEGER NOT NULL,
  reason_code TEXT NOT NULL,
  words TEXT,
  set_by TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER,
  lifted INTEGER,
  lifted_by TEXT
);
CREATE INDEX measures_account ON measures (account_id, measure_id) WHERE account_id IS NOT NULL;
CREATE INDEX measures_common ON measures (account_id, measure_id) WHERE account_id IS NULL;
CREATE INDEX measures_standing ON measures (option_code) WHERE lifted IS NULL AND account_id IS NULL;
CREATE INDEX measures_until ON measures (until) WHERE lifted IS NULL AND until IS NOT NULL;

CREATE TABLE platform (
  platform_id INTEGER NOT NULL PRIMARY KEY CHECK (platform_id = 1),
  mode INTEGER NOT NULL,
  mode_ends INTEGER,
  words TEXT,
  service_ends INTEGER,
  service_end_recorded INTEGER,
  service_closes_not_before INTEGER,
  -- What may be done through each door, as the operator has set it.
  doors TEXT NOT NULL,
  -- Moves with every change of this row, of a measure on everyone or on an option, of the catalogue and of the terms.
  version INTEGER NOT NULL
);
INSERT INTO platform (platform_id, mode, doors, version) VALUES (1, 0, '{}', 1);

-- What was commanded from outside, so that a command that comes again has no further effect and the same answer.
CREATE TABLE commands (
  command_id TEXT NOT NULL PRIMARY KEY,
  request_hash BLOB NOT NULL,
  answer TEXT NOT NULL,
  done INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX commands_done ON commands (done);

-- Records the operator keeps and customers may ask for: staff access grants, breach notices, sub-processors, objections, legal orders, undertakings.
CREATE TABLE register_entries (
  register TEXT NOT NULL,
  entry_id INTEGER NOT NULL,
  account_id INTEGER,
  -- By what else entries are looked up: a person, a reference.
  entry_key TEXT,
  since INTEGER NOT NULL,
  until INTEGER,
  closed INTEGER,
  body TEXT NOT NULL,
  row_version INTEGER NOT NULL,
  PRIMARY KEY (register, entry_id)
) WITHOUT ROWID;
CREATE INDEX register_entries_key ON register_entries (register, entry_key, entry_id) WHERE entry_key IS NOT NULL;
CREATE INDEX register_entries_account ON register_entries (account_id, register, entry_id) WHERE account_id IS NOT NULL;
CREATE INDEX register_entries_common ON register_entries (register, entry_id) WHERE account_id IS NULL;

CREATE TABLE terms (
  version TEXT NOT NULL PRIMARY KEY,
  published INTEGER NOT NULL,
  -- From when on nothing goes on without its acceptance; null while no such day is set.
  required_from INTEGER,
  texts TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE terms_acceptances (
  account_id INTEGER NOT NULL,
  version TEXT NOT NULL,
  language INTEGER NOT NULL,
  door INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  PRIMARY KEY (account_id, version)
) WITHOUT ROWID;
