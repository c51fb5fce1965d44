-- Who may sign in, and with what. Every request's first query joins the revocation facts of both tables.

CREATE TABLE accounts (
  account_id INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  vault_id INTEGER NOT NULL,
  household_owner INTEGER,
  password_hash TEXT,
  external_subject TEXT,
  credential_version INTEGER NOT NULL,
  is_disabled INTEGER NOT NULL,
  created INTEGER NOT NULL
);
CREATE UNIQUE INDEX accounts_name ON accounts (name_key);
CREATE UNIQUE INDEX accounts_subject ON accounts (external_subject) WHERE external_subject IS NOT NULL;

CREATE TABLE devices (
  device_id INTEGER NOT NULL PRIMARY KEY,
  account_id INTEGER NOT NULL,
  selector TEXT NOT NULL,
  secret_hash BLOB NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER,
  revoked INTEGER
);
CREATE UNIQUE INDEX devices_selector ON devices (account_id, selector);
