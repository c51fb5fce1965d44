-- Shares with people of the household, and their mounts. A link's columns are empty where there is none.

CREATE TABLE shares_all (
  share_id INTEGER NOT NULL PRIMARY KEY,
  vault_id INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  owner_id INTEGER NOT NULL,
  -- 0 link, 1 the household, 2 named members.
  audience INTEGER NOT NULL DEFAULT 0,
  -- The account that owns the household; null for a link.
  household_id INTEGER,
  rights INTEGER NOT NULL,
  label TEXT,
  address TEXT,
  -- SHA-256; the token itself is kept under a key that is not in here.
  token_hash BLOB,
  sealed_token BLOB,
  password TEXT,
  expires INTEGER,
  max_downloads INTEGER,
  rights_statement TEXT,
  created INTEGER NOT NULL,
  version INTEGER NOT NULL,
  opened INTEGER NOT NULL DEFAULT 0,
  downloaded INTEGER NOT NULL DEFAULT 0,
  last_used INTEGER
);
INSERT INTO shares_all (
  share_id, vault_id, node_id, owner_id, rights, label, address, token_hash, sealed_token, password, expires, max_downloads, rights_statement, created,
  version, opened, downloaded, last_used
)
SELECT share_id, vault_id, node_id, owner_id, rights, label, address, token_hash, sealed_token, password, expires, max_downloads, rights_statement, created,
  version, opened, downloaded, last_used
FROM shares;
DROP TABLE shares;
ALTER TABLE shares_all RENAME TO shares;
CREATE UNIQUE INDEX shares_token ON shares (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX shares_vault ON shares (vault_id, share_id);
CREATE INDEX shares_node ON shares (vault_id, node_id);
CREATE INDEX shares_household ON shares (household_id, owner_id) WHERE household_id IS NOT NULL;

-- Whom a share with named members is for.
CREATE TABLE share_members (
  vault_id INTEGER NOT NULL,
  share_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  PRIMARY KEY (vault_id, share_id, account_id)
) WITHOUT ROWID;

-- Where a received share hangs in its recipient's tree: a row of the recipient's, written by nobody else. Without a node the recipient has removed it.
CREATE TABLE mounts (
  vault_id INTEGER NOT NULL,
  share_id INTEGER NOT NULL,
  node_id INTEGER,
  PRIMARY KEY (vault_id, share_id)
) WITHOUT ROWID;
