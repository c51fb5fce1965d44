-- Shares with people of the household, and their mounts. They have no link: their token is one that nobody was told, and their statement is empty.

-- 0 link, 1 the household, 2 named members.
ALTER TABLE shares ADD COLUMN audience INTEGER NOT NULL DEFAULT 0;
-- The account that owns the household; null for a link.
ALTER TABLE shares ADD COLUMN household_id INTEGER;
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
