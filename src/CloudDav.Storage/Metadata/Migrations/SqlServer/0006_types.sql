-- What a statement is given many of. One of a statement's rows is one of the caller's things; nothing is sent a row at a time.

-- Paths, from the root (level 0) down. details is set on the last step of a path only.
CREATE TYPE dbo.path_steps AS TABLE (
  path_no int NOT NULL,
  level int NOT NULL,
  details int NOT NULL,
  name nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  folded nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  PRIMARY KEY CLUSTERED (path_no, level)
);
GO

CREATE TYPE dbo.id_list AS TABLE (
  id bigint NOT NULL,
  PRIMARY KEY CLUSTERED (id)
);
GO

CREATE TYPE dbo.blob_list AS TABLE (
  blob_id uniqueidentifier NOT NULL,
  PRIMARY KEY CLUSTERED (blob_id)
);
GO

-- op: 1 stage, 2 grow, 3 abandon, 4 make live.
CREATE TYPE dbo.blob_changes AS TABLE (
  op tinyint NOT NULL,
  blob_id uniqueidentifier NOT NULL,
  bytes bigint NOT NULL,
  lease bigint NOT NULL,
  PRIMARY KEY CLUSTERED (blob_id)
);
GO

CREATE TYPE dbo.new_contents AS TABLE (
  content_id bigint NOT NULL,
  size bigint NOT NULL,
  sha256 binary(32) NOT NULL,
  crc32 bigint NOT NULL,
  md5 binary(16) NULL,
  sha1 binary(20) NULL,
  sha512 binary(64) NULL,
  adler32 bigint NULL,
  wrapped_key varbinary(400) NULL,
  blob_id uniqueidentifier NULL,
  bytes varbinary(max) NULL,
  PRIMARY KEY CLUSTERED (content_id)
);
GO

-- op: 1 insert, 2 replace at another place, 3 remove, 4 replace in place, 5 replace at another place before what comes to the former one.
CREATE TYPE dbo.node_changes AS TABLE (
  op tinyint NOT NULL,
  node_id bigint NOT NULL,
  parent_id bigint NOT NULL,
  name_key nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  former_parent bigint NOT NULL,
  former_key nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  name nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  kind tinyint NOT NULL,
  size bigint NOT NULL,
  revision uniqueidentifier NULL,
  content_id bigint NULL,
  media_type nvarchar(255) NULL,
  created bigint NOT NULL,
  modified bigint NOT NULL,
  win32_attributes bigint NULL,
  last_access bigint NULL,
  property_bytes bigint NOT NULL,
  PRIMARY KEY CLUSTERED (node_id)
);
GO

CREATE TYPE dbo.former_nodes AS TABLE (
  node_id bigint NOT NULL,
  from_seq bigint NOT NULL,
  from_time bigint NOT NULL,
  until_time bigint NOT NULL,
  reason tinyint NOT NULL,
  is_version bit NOT NULL,
  parent_id bigint NOT NULL,
  name nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  kind tinyint NOT NULL,
  size bigint NOT NULL,
  revision uniqueidentifier NULL,
  content_id bigint NULL,
  media_type nvarchar(255) NULL,
  created bigint NOT NULL,
  modified bigint NOT NULL,
  PRIMARY KEY CLUSTERED (node_id)
);
GO

-- What is added to a folder's counters, the least height it has now, and what is set whatever it was; null leaves it alone.
CREATE TYPE dbo.folder_changes AS TABLE (
  node_id bigint NOT NULL,
  is_counted bit NOT NULL,
  bytes bigint NOT NULL,
  property_bytes bigint NOT NULL,
  items bigint NOT NULL,
  least_height int NOT NULL,
  measured_height int NULL,
  modified bigint NULL,
  PRIMARY KEY CLUSTERED (node_id)
);
GO

-- op: 1 becomes an owner, 2 is one no more.
CREATE TYPE dbo.owner_changes AS TABLE (
  op tinyint NOT NULL,
  content_id bigint NOT NULL,
  node_id bigint NOT NULL,
  PRIMARY KEY CLUSTERED (op, content_id, node_id)
);
GO

-- A property without xml is removed.
CREATE TYPE dbo.property_changes AS TABLE (
  node_id bigint NOT NULL,
  name_hash binary(32) NOT NULL,
  name nvarchar(max) NOT NULL,
  xml nvarchar(max) NULL,
  PRIMARY KEY CLUSTERED (node_id, name_hash)
);
GO

-- op: 1 remove, 2 extend, 3 add.
CREATE TYPE dbo.lock_changes AS TABLE (
  op tinyint NOT NULL,
  token varchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  node_id bigint NULL,
  account_id bigint NULL,
  device_id bigint NULL,
  is_shared bit NULL,
  is_infinite bit NULL,
  owner_xml nvarchar(max) NULL,
  holder_name nvarchar(255) NULL,
  expires bigint NULL,
  PRIMARY KEY CLUSTERED (token)
);
GO

CREATE TYPE dbo.new_events AS TABLE (
  ordinal int NOT NULL,
  account_id bigint NOT NULL,
  event_id uniqueidentifier NOT NULL,
  type nvarchar(200) NOT NULL,
  occurred bigint NOT NULL,
  data nvarchar(max) NOT NULL,
  secret nvarchar(max) NULL,
  secret_until bigint NULL,
  PRIMARY KEY CLUSTERED (account_id, ordinal)
);
GO

CREATE TYPE dbo.new_audit AS TABLE (
  chain bigint NOT NULL,
  seq bigint NOT NULL,
  at bigint NOT NULL,
  actor nvarchar(400) NOT NULL,
  act nvarchar(400) NOT NULL,
  subject nvarchar(max) NULL,
  instruction nvarchar(400) NULL,
  body nvarchar(max) NOT NULL,
  sealed_until bigint NULL,
  unseals bigint NULL,
  prev_hash binary(32) NOT NULL,
  hash binary(32) NOT NULL,
  PRIMARY KEY CLUSTERED (chain, seq)
);
GO

CREATE TYPE dbo.history_keys AS TABLE (
  until_seq bigint NOT NULL,
  node_id bigint NOT NULL,
  PRIMARY KEY CLUSTERED (until_seq, node_id)
);
GO
