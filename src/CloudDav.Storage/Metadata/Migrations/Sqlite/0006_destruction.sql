-- What time alone does to accounts, and what is left of those that were destroyed.

-- An id of an account that is gone must never come again: its audit chain, its events and its record go by it.
INSERT INTO sequences (name, next) SELECT 'accounts', COALESCE(MAX(account_id), 0) + 1 FROM accounts;

-- Whose vault it is: for what the purge must pass over.
CREATE INDEX accounts_vault ON accounts (vault_id);

-- One row for each account that a contract, a measure or the end of the service is about.
CREATE TABLE lifecycles (
  account_id INTEGER NOT NULL PRIMARY KEY,
  -- Where the operator's systems were last told that it stands; null before the first look.
  standing INTEGER,
  -- When to look again: 0 after a change of facts, else when time alone may change something; null while it cannot.
  due INTEGER,
  -- The opening of the take-back window that the reminders are of.
  opened INTEGER,
  -- Which reminders of it are done: 1 the start, 2 seven days, 4 one day.
  reminders INTEGER NOT NULL,
  -- The first reminder's number in the account's events, and when it was seen to be delivered or tried.
  first_reminder INTEGER,
  reminded INTEGER,
  -- When its window closed; null unless it is to be destroyed.
  closed INTEGER
);
CREATE INDEX lifecycles_due ON lifecycles (due) WHERE due IS NOT NULL;
CREATE INDEX lifecycles_closed ON lifecycles (account_id) WHERE closed IS NOT NULL;
INSERT INTO lifecycles (account_id, due, reminders)
  SELECT account_id, 0, 0 FROM contracts UNION SELECT account_id, 0, 0 FROM household_members;

CREATE TABLE lifecycle_state (
  state_id INTEGER NOT NULL PRIMARY KEY CHECK (state_id = 1),
  -- The end of the whole service for which every account has been looked at; null for none.
  service_end TEXT,
  -- The database's clock at the last round of destruction, and since when destruction is stopped because it jumped.
  clock INTEGER,
  stopped INTEGER,
  -- Until when an operator lets destruction run in spite of a jump of the clock or of how many are due.
  allowed_until INTEGER
);
INSERT INTO lifecycle_state (state_id) VALUES (1);

-- The destruction of a vault: first the plan that a killed job resumes by, then the record that proves it. Never a name.
CREATE TABLE destructions (
  account_id INTEGER NOT NULL PRIMARY KEY,
  vault_id INTEGER NOT NULL,
  cause INTEGER NOT NULL,
  step INTEGER NOT NULL,
  started INTEGER NOT NULL,
  key_destroyed INTEGER,
  finished INTEGER,
  items INTEGER NOT NULL,
  contents INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  -- Over id, size and hash of each content in the order of ids, every one hashed with the hash before it.
  list_hash BLOB NOT NULL,
  audit_seq INTEGER,
  audit_hash BLOB,
  -- When the last backup is gone that may still hold names.
  backups_expire INTEGER,
  events_gone INTEGER NOT NULL,
  keep_until INTEGER
);
CREATE UNIQUE INDEX destructions_vault ON destructions (vault_id);
CREATE INDEX destructions_running ON destructions (account_id) WHERE finished IS NULL;
CREATE INDEX destructions_events ON destructions (account_id) WHERE finished IS NOT NULL AND events_gone = 0;
CREATE INDEX destructions_keep ON destructions (keep_until) WHERE keep_until IS NOT NULL;

-- What the law obliges to keep of a contract whose account is gone.
CREATE TABLE retained_contracts (
  account_id INTEGER NOT NULL PRIMARY KEY,
  -- The account that owned the household; null for the customer's own.
  owner_id INTEGER,
  customer_ref TEXT,
  main_ref TEXT,
  option_code TEXT,
  option_version INTEGER,
  started INTEGER NOT NULL,
  ends INTEGER,
  end_recorded INTEGER,
  main_ends INTEGER,
  main_end_recorded INTEGER
);
CREATE INDEX retained_contracts_customer ON retained_contracts (customer_ref) WHERE customer_ref IS NOT NULL;

-- Keyed hashes of names with device secrets, of names and of subjects whose account is gone, so that their devices learn that it is.
CREATE TABLE closed_names (
  mac BLOB NOT NULL PRIMARY KEY,
  -- With a name alone: the salt and keyed hash of its own password; null when it had none.
  password TEXT,
  until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX closed_names_until ON closed_names (until);
