-- Items that others can open by a link, and items that hold others' intellectual property.

CREATE TABLE shares (
  share_id INTEGER NOT NULL PRIMARY KEY,
  vault_id INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  owner_id INTEGER NOT NULL,
  rights INTEGER NOT NULL,
  label TEXT,
  address TEXT,
  -- SHA-256; the token itself is kept under a key that is not in here.
  token_hash BLOB NOT NULL,
  sealed_token BLOB NOT NULL,
  password TEXT,
  expires INTEGER,
  max_downloads INTEGER,
  rights_statement TEXT NOT NULL,
  created INTEGER NOT NULL,
  version INTEGER NOT NULL,
  opened INTEGER NOT NULL DEFAULT 0,
  downloaded INTEGER NOT NULL DEFAULT 0,
  last_used INTEGER
);
CREATE UNIQUE INDEX shares_token ON shares (token_hash);
CREATE INDEX shares_vault ON shares (vault_id, share_id);
CREATE INDEX shares_node ON shares (vault_id, node_id);

-- Who has used a share within the hour, so that a use counts once. The client is a keyed hash: no address is kept.
CREATE TABLE share_uses (
  vault_id INTEGER NOT NULL,
  share_id INTEGER NOT NULL,
  client BLOB NOT NULL,
  used INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (vault_id, share_id, client, used)
) WITHOUT ROWID;

-- Few, and looked at from the mark upward.
CREATE TABLE protected_nodes (
  vault_id INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  PRIMARY KEY (vault_id, node_id)
) WITHOUT ROWID;
