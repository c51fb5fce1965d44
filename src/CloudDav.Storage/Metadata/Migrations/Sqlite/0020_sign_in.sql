-- How people sign in: with what a session began, when its person last proved who they are, and the second factor of the own password.

-- 0 with the own password, 1 with the operator's provider.
ALTER TABLE sessions ADD COLUMN way INTEGER NOT NULL DEFAULT 0;
-- When its person last gave what only they know or have; null when that was not seen here.
ALTER TABLE sessions ADD COLUMN proved INTEGER;

-- The second factor of an account's own password. Its secret is encrypted under the vault's key, and it counts from when a code of it was given.
CREATE TABLE second_factors (
  account_id INTEGER NOT NULL PRIMARY KEY,
  secret BLOB NOT NULL,
  created INTEGER NOT NULL,
  confirmed INTEGER,
  -- The step of time of the newest code that was taken: neither it nor one before it is taken again.
  last_step INTEGER NOT NULL
);

-- Codes that stand in for it, each once. No row holds one: only what a key of the key store makes of it.
CREATE TABLE recovery_codes (
  account_id INTEGER NOT NULL,
  mac BLOB NOT NULL,
  PRIMARY KEY (account_id, mac)
) WITHOUT ROWID;
