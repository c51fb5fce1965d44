-- What a picture or a video is, and its previews: of each content, which does not change, and not of each place it is at.

-- Its media as far as this change are in the table.
ALTER TABLE dbo.vaults ADD media_seq bigint NOT NULL CONSTRAINT df_vaults_media_seq DEFAULT 0;
GO

CREATE TABLE dbo.media (
  content_id bigint NOT NULL,
  vault_id bigint NOT NULL,
  -- 1 a picture, 2 a video, by its name.
  kind tinyint NOT NULL,
  -- When it was taken; until somebody has looked into it, and when it does not say, when the file was changed.
  taken bigint NOT NULL,
  -- Whether it says so itself, and with how many minutes from UTC.
  is_dated bit NOT NULL,
  taken_offset int NULL,
  -- As it is shown, and what has to be done to it for that (EXIF).
  width int NULL,
  height int NULL,
  orientation tinyint NULL,
  duration bigint NULL,
  -- The version of the worker that looked into it last; 0 for none.
  looked int NOT NULL,
  has_previews bit NOT NULL,
  CONSTRAINT pk_media PRIMARY KEY CLUSTERED (vault_id, content_id)
);
CREATE INDEX media_taken ON dbo.media (vault_id, taken, content_id);
CREATE INDEX media_pending ON dbo.media (kind, looked, content_id) WHERE has_previews = 0;
GO

-- A preview is a content too, and goes with the one it shows.
CREATE TABLE dbo.previews (
  vault_id bigint NOT NULL,
  content_id bigint NOT NULL,
  -- The most pixels of its longer side.
  size int NOT NULL,
  preview_id bigint NOT NULL,
  CONSTRAINT pk_previews PRIMARY KEY CLUSTERED (vault_id, content_id, size)
);
CREATE UNIQUE INDEX previews_preview ON dbo.previews (vault_id, preview_id);
GO

-- Where a content is shown. What a file shows is computed, so that the index cannot go by it.
CREATE INDEX nodes_content ON dbo.nodes (vault_id, content_id, node_id) WHERE content_id IS NOT NULL;
GO
