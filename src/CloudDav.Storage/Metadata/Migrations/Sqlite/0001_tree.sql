-- The tree, its contents, its history, and what guards them.
-- Times are milliseconds since 1970 in UTC. Ids come from sequences and are never reused.

CREATE TABLE sequences (
  name TEXT NOT NULL PRIMARY KEY,
  next INTEGER NOT NULL
) WITHOUT ROWID;

-- 'ids' gives nodes and contents their numbers, over all vaults.
INSERT INTO sequences (name, next) VALUES ('ids', 1), ('vaults', 1);

CREATE TABLE vaults (
  vault_id INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  -- Random; a restored backup gets a new one, so that no ETag or sync token of the lost future is taken for a present one.
  epoch INTEGER NOT NULL,
  change_seq INTEGER NOT NULL,
  used_bytes INTEGER NOT NULL,
  items INTEGER NOT NULL,
  capacity_bytes INTEGER,
  root_id INTEGER NOT NULL,
  trash_id INTEGER NOT NULL,
  case_insensitive INTEGER NOT NULL,
  created INTEGER NOT NULL
);

-- Clustered by place, so that a listing is one range scan. A folder's own counters and time are in dirs.
CREATE TABLE nodes (
  vault_id INTEGER NOT NULL,
  parent_id INTEGER NOT NULL,
  name_key TEXT NOT NULL,
  node_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind INTEGER NOT NULL,
  size INTEGER NOT NULL,
  revision BLOB,
  content_id INTEGER,
  media_type TEXT,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  win32_attributes INTEGER,
  last_access INTEGER,
  property_bytes INTEGER NOT NULL,
  changed_seq INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (vault_id, parent_id, name_key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX nodes_id ON nodes (vault_id, node_id);
CREATE INDEX nodes_changed ON nodes (vault_id, changed_seq);

-- Narrow, because every change below a folder rewrites its row.
CREATE TABLE dirs (
  vault_id INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  parent_id INTEGER NOT NULL,
  subtree_version INTEGER NOT NULL,
  subtree_bytes INTEGER NOT NULL,
  subtree_property_bytes INTEGER NOT NULL,
  subtree_items INTEGER NOT NULL,
  -- An upper bound of how many levels lie below; made exact when it would refuse something.
  height INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  PRIMARY KEY (vault_id, node_id)
) WITHOUT ROWID;
CREATE INDEX dirs_parent ON dirs (vault_id, parent_id);

-- Immutable. The id comes first in the key, alone, because new ones are then appended at one place; it is unique over all vaults.
CREATE TABLE contents (
  content_id INTEGER NOT NULL PRIMARY KEY,
  vault_id INTEGER NOT NULL,
  size INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  crc32 INTEGER NOT NULL,
  md5 BLOB,
  sha1 BLOB,
  sha512 BLOB,
  adler32 INTEGER,
  wrapped_key BLOB,
  -- Null: the bytes are in inline_contents.
  blob_id BLOB
);
CREATE INDEX contents_vault ON contents (vault_id);
CREATE UNIQUE INDEX contents_blob ON contents (blob_id) WHERE blob_id IS NOT NULL;

CREATE TABLE inline_contents (
  content_id INTEGER NOT NULL PRIMARY KEY,
  bytes BLOB NOT NULL
);

-- A content is owned by every node whose row or history names it. The first owner needs no row here, so that a content that was never copied costs nothing.
CREATE TABLE content_refs (
  vault_id INTEGER NOT NULL,
  content_id INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  PRIMARY KEY (vault_id, content_id, node_id)
) WITHOUT ROWID;

-- Former rows of nodes, each with the span of changes and times in which it was true: from_seq up to but without until_seq.
CREATE TABLE node_history (
  vault_id INTEGER NOT NULL,
  until_seq INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  from_seq INTEGER NOT NULL,
  from_time INTEGER NOT NULL,
  until_time INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  is_version INTEGER NOT NULL,
  parent_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind INTEGER NOT NULL,
  size INTEGER NOT NULL,
  revision BLOB,
  content_id INTEGER,
  media_type TEXT,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  PRIMARY KEY (vault_id, until_seq, node_id)
) WITHOUT ROWID;
CREATE INDEX node_history_node ON node_history (vault_id, node_id, until_seq);
CREATE INDEX node_history_parent ON node_history (vault_id, parent_id, until_seq);

-- The ledger: nothing may exist in the blob store that has no row here. State 0 staged, 1 live, 2 condemned.
CREATE TABLE blobs (
  blob_id BLOB NOT NULL PRIMARY KEY,
  vault_id INTEGER NOT NULL,
  state INTEGER NOT NULL,
  -- Staged: when its lease ends. Condemned: when it was condemned.
  due INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX blobs_due ON blobs (state, due) WHERE state <> 1;

-- Bytes promised to uploads under way. A hold past its lease does not count.
CREATE TABLE holds (
  vault_id INTEGER NOT NULL,
  blob_id BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  lease INTEGER NOT NULL,
  PRIMARY KEY (vault_id, blob_id)
) WITHOUT ROWID;

CREATE TABLE locks (
  vault_id INTEGER NOT NULL,
  token TEXT NOT NULL,
  node_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  device_id INTEGER,
  is_shared INTEGER NOT NULL,
  is_infinite INTEGER NOT NULL,
  owner_xml TEXT,
  holder_name TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (vault_id, token)
) WITHOUT ROWID;
CREATE INDEX locks_node ON locks (vault_id, node_id);

-- Dead properties. name is {namespace}local; xml is the whole element.
CREATE TABLE node_properties (
  vault_id INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  xml TEXT NOT NULL,
  PRIMARY KEY (vault_id, node_id, name)
) WITHOUT ROWID;
