-- TV sets of customers, and those that ask to be paired (RFC 8628).

-- A TV set is a device that signs in with a token instead of a name and an app password, and is let in at the television's door alone.
ALTER TABLE devices ADD COLUMN is_tv INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX devices_tv ON devices (secret_hash) WHERE is_tv = 1;

-- No row holds a secret: both codes are kept as keyed hashes, and the token comes into being when the set fetches it.
CREATE TABLE tv_pairings (
  device_hash BLOB NOT NULL PRIMARY KEY,
  user_hash BLOB NOT NULL,
  client TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  -- How long the set is to wait between two questions, in milliseconds, and before when it must not ask again.
  pause INTEGER NOT NULL,
  next_poll INTEGER NOT NULL,
  -- How often the page that asks about it was opened.
  looks INTEGER NOT NULL,
  is_refused INTEGER NOT NULL,
  -- Who has granted it, by which credential version; null as long as nobody has.
  account_id INTEGER,
  credential_version INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX tv_pairings_user ON tv_pairings (user_hash);
CREATE INDEX tv_pairings_expires ON tv_pairings (expires);
CREATE INDEX tv_pairings_account ON tv_pairings (account_id) WHERE account_id IS NOT NULL;
