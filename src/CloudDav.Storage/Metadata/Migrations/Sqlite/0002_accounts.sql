-- Who may sign in, and with what. Every request's first query joins the revocation facts of both tables.

CREATE TABLE accounts (
  account_id INTEGER NOT NULL PRIMARY KEY,
  user_name TEXT NOT NULL,
  -- The name as it is looked up: NFC, case-folded.
  user_key TEXT NOT NULL,
  display_name TEXT NOT NULL,
  household_id INTEGER,
  vault_id INTEGER NOT NULL,
  password_hash TEXT,
  created INTEGER NOT NULL,
  -- Null while the account may sign in.
  revoked INTEGER
);
CREATE UNIQUE INDEX accounts_user ON accounts (user_key);

CREATE TABLE devices (
  device_id INTEGER NOT NULL PRIMARY KEY,
  account_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  secret_hash BLOB NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER,
  revoked INTEGER
);
CREATE INDEX devices_account ON devices (account_id);
