-- What a picture or a video is, and its previews: of each content, which does not change, and not of each place it is at.

-- Its media as far as this change are in the table.
ALTER TABLE vaults ADD COLUMN media_seq INTEGER NOT NULL DEFAULT 0;

CREATE TABLE media (
  content_id INTEGER NOT NULL PRIMARY KEY,
  vault_id INTEGER NOT NULL,
  -- 1 a picture, 2 a video, by its name.
  kind INTEGER NOT NULL,
  -- When it was taken; until somebody has looked into it, and when it does not say, when the file was changed.
  taken INTEGER NOT NULL,
  -- Whether it says so itself, and with how many minutes from UTC.
  is_dated INTEGER NOT NULL,
  taken_offset INTEGER,
  -- As it is shown, and what has to be done to it for that (EXIF).
  width INTEGER,
  height INTEGER,
  orientation INTEGER,
  duration INTEGER,
  -- The version of the worker that looked into it last; 0 for none.
  looked INTEGER NOT NULL,
  has_previews INTEGER NOT NULL
);
CREATE INDEX media_taken ON media (vault_id, taken, content_id);
CREATE INDEX media_pending ON media (kind, looked, content_id) WHERE has_previews = 0;

-- A preview is a content too, and goes with the one it shows.
CREATE TABLE previews (
  vault_id INTEGER NOT NULL,
  content_id INTEGER NOT NULL,
  -- The most pixels of its longer side.
  size INTEGER NOT NULL,
  preview_id INTEGER NOT NULL,
  PRIMARY KEY (vault_id, content_id, size)
) WITHOUT ROWID;
CREATE UNIQUE INDEX previews_preview ON previews (vault_id, preview_id);

-- Where a content is shown.
CREATE INDEX nodes_content ON nodes (vault_id, content_id, node_id) WHERE media_class IS NOT NULL;
