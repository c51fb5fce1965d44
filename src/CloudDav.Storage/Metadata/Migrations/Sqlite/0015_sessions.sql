-- People in browsers, programs that ask to be let in, and devices that are to forget what they hold.

-- Who is signed in on the pages. Only the hash of the cookie's token is kept; a session of an older credential version is one no longer.
CREATE TABLE sessions (
  session_id INTEGER NOT NULL PRIMARY KEY,
  account_id INTEGER NOT NULL,
  token_hash BLOB NOT NULL,
  credential_version INTEGER NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER NOT NULL,
  expires INTEGER NOT NULL
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_account ON sessions (account_id, session_id);
CREATE INDEX sessions_expires ON sessions (expires);

-- Programs that ask for an app password (login flow v2). No row holds a secret: the app password comes into being when the program fetches it.
CREATE TABLE login_flows (
  poll_hash BLOB NOT NULL PRIMARY KEY,
  login_hash BLOB NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  -- Who has granted it, by which credential version; null as long as nobody has.
  account_id INTEGER,
  credential_version INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX login_flows_login ON login_flows (login_hash);
CREATE INDEX login_flows_expires ON login_flows (expires);
CREATE INDEX login_flows_account ON login_flows (account_id) WHERE account_id IS NOT NULL;

-- When the person asked that a device forget what it holds, and when it said that it did. It comes with its app password and without a name.
ALTER TABLE devices ADD COLUMN wipe_asked INTEGER;
ALTER TABLE devices ADD COLUMN wiped INTEGER;
CREATE INDEX devices_wipe ON devices (secret_hash) WHERE wipe_asked IS NOT NULL;

-- The version of the statement that the customer holds the rights to whatever their programs share by links, which cannot ask for it.
ALTER TABLE accounts ADD COLUMN rights_statement TEXT;
