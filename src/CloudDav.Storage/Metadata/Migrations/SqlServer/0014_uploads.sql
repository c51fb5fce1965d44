-- Uploads over several requests, and contents that consist of their parts.

-- The contents, in their order, that a content without bytes of its own consists of. A part belongs to one content or one upload.
CREATE TABLE dbo.content_parts (
  vault_id bigint NOT NULL,
  content_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  part_id bigint NOT NULL,
  CONSTRAINT pk_content_parts PRIMARY KEY CLUSTERED (vault_id, content_id, ordinal)
);
GO
CREATE UNIQUE INDEX content_parts_part ON dbo.content_parts (vault_id, part_id);
GO

-- What an upload holds has a row in holds, too, under the upload's id; none when that is nothing.
CREATE TABLE dbo.uploads (
  vault_id bigint NOT NULL,
  upload_id uniqueidentifier NOT NULL,
  account_id bigint NOT NULL,
  device_id bigint NULL,
  -- 1 chunks, 2 tus.
  kind tinyint NOT NULL,
  name nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  total bigint NULL,
  credit bigint NOT NULL,
  is_outward bit NOT NULL,
  -- JSON: the segments.
  path nvarchar(max) NULL,
  media_type nvarchar(255) NULL,
  modified bigint NULL,
  note nvarchar(max) NULL,
  created bigint NOT NULL,
  expires bigint NOT NULL,
  held bigint NOT NULL,
  received bigint NOT NULL,
  parts int NOT NULL,
  stamp bigint NOT NULL,
  -- The file that it became, and the revision that was written.
  node_id bigint NULL,
  revision uniqueidentifier NULL,
  CONSTRAINT pk_uploads PRIMARY KEY CLUSTERED (vault_id, upload_id)
);
GO
CREATE UNIQUE INDEX uploads_name ON dbo.uploads (vault_id, account_id, kind, name);
CREATE INDEX uploads_expires ON dbo.uploads (expires);
GO

CREATE TABLE dbo.upload_parts (
  vault_id bigint NOT NULL,
  upload_id uniqueidentifier NOT NULL,
  number bigint NOT NULL,
  name nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  size bigint NOT NULL,
  content_id bigint NULL,
  written bigint NOT NULL,
  CONSTRAINT pk_upload_parts PRIMARY KEY CLUSTERED (vault_id, upload_id, number)
);
GO
