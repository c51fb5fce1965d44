-- Uploads over several requests, and contents that consist of their parts.

-- The contents, in their order, that a content without bytes of its own consists of. A part belongs to one content or one upload.
CREATE TABLE content_parts (
  vault_id INTEGER NOT NULL,
  content_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  part_id INTEGER NOT NULL,
  PRIMARY KEY (vault_id, content_id, ordinal)
) WITHOUT ROWID;
CREATE UNIQUE INDEX content_parts_part ON content_parts (vault_id, part_id);

-- What an upload holds has a row in holds, too, under the upload's id; none when that is nothing.
CREATE TABLE uploads (
  vault_id INTEGER NOT NULL,
  upload_id BLOB NOT NULL,
  account_id INTEGER NOT NULL,
  device_id INTEGER,
  -- 1 chunks, 2 tus.
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  total INTEGER,
  credit INTEGER NOT NULL,
  is_outward INTEGER NOT NULL,
  -- JSON: the segments.
  path TEXT,
  media_type TEXT,
  modified INTEGER,
  note TEXT,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  held INTEGER NOT NULL,
  received INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  stamp INTEGER NOT NULL,
  -- The file that it became, and the revision that was written.
  node_id INTEGER,
  revision BLOB,
  PRIMARY KEY (vault_id, upload_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX uploads_name ON uploads (vault_id, account_id, kind, name);
CREATE INDEX uploads_expires ON uploads (expires);

CREATE TABLE upload_parts (
  vault_id INTEGER NOT NULL,
  upload_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  content_id INTEGER,
  written INTEGER NOT NULL,
  PRIMARY KEY (vault_id, upload_id, number)
) WITHOUT ROWID;
