-- The tree, its contents, its history, and what guards them.
-- Times are milliseconds since 1970 in UTC, as the ports have them: nothing is rounded or converted on the way, and an ETag or a hash chain that covers a
-- time comes out the same on every engine. Ids come from sequences and are never reused.
-- Every key begins with the vault, so that one vault's rows lie together and no page has two vaults' newest rows. Names are compared by their code units:
-- what makes two names the same is folded in C# and stored.

CREATE TABLE dbo.sequences (
  name varchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL,
  next bigint NOT NULL,
  CONSTRAINT pk_sequences PRIMARY KEY CLUSTERED (name)
);
-- 'ids' gives nodes and contents their numbers, over all vaults, a range at a time and in a transaction of its own.
INSERT INTO dbo.sequences (name, next) VALUES ('ids', 1), ('vaults', 1), ('accounts', 1);
GO

CREATE TABLE dbo.vaults (
  vault_id bigint NOT NULL,
  name nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  -- Random; a restored backup gets a new one, so that no ETag or sync token of the lost future is taken for a present one.
  epoch bigint NOT NULL,
  change_seq bigint NOT NULL,
  -- Moves with everything that is written into the vault, also what takes no change number: a command that was decided without a lock is applied only
  -- while this still has the value that it was decided by.
  write_seq bigint NOT NULL,
  used_bytes bigint NOT NULL,
  items bigint NOT NULL,
  capacity_bytes bigint NULL,
  -- What earlier versions take, counted as they come and go, so that nobody has to add up the history.
  version_bytes bigint NOT NULL,
  root_id bigint NOT NULL,
  trash_id bigint NOT NULL,
  case_insensitive bit NOT NULL,
  created bigint NOT NULL,
  CONSTRAINT pk_vaults PRIMARY KEY CLUSTERED (vault_id)
);
GO

-- What was applied to a vault within the last hour, so that a command whose COMMIT was not answered is not applied twice. The ids begin with their time:
-- new ones come last in their vault, and old ones go from its beginning.
CREATE TABLE dbo.applied_commands (
  vault_id bigint NOT NULL,
  command_id binary(16) NOT NULL,
  CONSTRAINT pk_applied_commands PRIMARY KEY CLUSTERED (vault_id, command_id)
);
GO

-- Clustered by place, so that a listing is one range scan. A folder's own counters and time are in dirs.
CREATE TABLE dbo.nodes (
  vault_id bigint NOT NULL,
  parent_id bigint NOT NULL,
  name_key nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  node_id bigint NOT NULL,
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
  changed_seq bigint NOT NULL,
  changed_at bigint NOT NULL,
  CONSTRAINT pk_nodes PRIMARY KEY CLUSTERED (vault_id, parent_id, name_key)
);
CREATE UNIQUE INDEX nodes_id ON dbo.nodes (vault_id, node_id);
CREATE INDEX nodes_changed ON dbo.nodes (vault_id, changed_seq);
GO

-- Narrow, because every change below a folder rewrites its row.
CREATE TABLE dbo.dirs (
  vault_id bigint NOT NULL,
  node_id bigint NOT NULL,
  parent_id bigint NOT NULL,
  subtree_version bigint NOT NULL,
  subtree_bytes bigint NOT NULL,
  subtree_property_bytes bigint NOT NULL,
  subtree_items bigint NOT NULL,
  -- An upper bound of how many levels lie below; made exact when it would refuse something.
  height int NOT NULL,
  modified bigint NOT NULL,
  CONSTRAINT pk_dirs PRIMARY KEY CLUSTERED (vault_id, node_id)
);
CREATE INDEX dirs_parent ON dbo.dirs (vault_id, parent_id);
GO

-- Immutable.
CREATE TABLE dbo.contents (
  content_id bigint NOT NULL,
  vault_id bigint NOT NULL,
  size bigint NOT NULL,
  sha256 binary(32) NOT NULL,
  crc32 bigint NOT NULL,
  md5 binary(16) NULL,
  sha1 binary(20) NULL,
  sha512 binary(64) NULL,
  adler32 bigint NULL,
  wrapped_key varbinary(400) NULL,
  -- Null: the bytes are in inline_contents.
  blob_id uniqueidentifier NULL,
  CONSTRAINT pk_contents PRIMARY KEY CLUSTERED (vault_id, content_id)
);
CREATE UNIQUE INDEX contents_blob ON dbo.contents (blob_id) WHERE blob_id IS NOT NULL;
GO

CREATE TABLE dbo.inline_contents (
  vault_id bigint NOT NULL,
  content_id bigint NOT NULL,
  bytes varbinary(max) NOT NULL,
  CONSTRAINT pk_inline_contents PRIMARY KEY CLUSTERED (vault_id, content_id)
);
GO

-- A content is owned by every node whose row or history names it. The first owner needs no row here, so that a content that was never copied costs nothing.
CREATE TABLE dbo.content_refs (
  vault_id bigint NOT NULL,
  content_id bigint NOT NULL,
  node_id bigint NOT NULL,
  CONSTRAINT pk_content_refs PRIMARY KEY CLUSTERED (vault_id, content_id, node_id)
);
GO

-- Former rows of nodes, each with the span of changes and times in which it was true: from_seq up to but without until_seq.
CREATE TABLE dbo.node_history (
  vault_id bigint NOT NULL,
  until_seq bigint NOT NULL,
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
  CONSTRAINT pk_node_history PRIMARY KEY CLUSTERED (vault_id, until_seq, node_id)
);
CREATE INDEX node_history_node ON dbo.node_history (vault_id, node_id, until_seq);
CREATE INDEX node_history_parent ON dbo.node_history (vault_id, parent_id, until_seq);
GO

-- The ledger: nothing may exist in the blob store that has no row here. State 0 staged, 1 live, 2 condemned.
CREATE TABLE dbo.blobs (
  blob_id uniqueidentifier NOT NULL,
  vault_id bigint NOT NULL,
  state tinyint NOT NULL,
  -- Staged: when its lease ends. Condemned: when it was condemned.
  due bigint NOT NULL,
  CONSTRAINT pk_blobs PRIMARY KEY CLUSTERED (vault_id, blob_id)
);
CREATE UNIQUE INDEX blobs_id ON dbo.blobs (blob_id);
CREATE INDEX blobs_due ON dbo.blobs (state, due) INCLUDE (blob_id) WHERE state <> 1;
GO

-- Bytes promised to uploads under way. A hold past its lease does not count.
CREATE TABLE dbo.holds (
  vault_id bigint NOT NULL,
  blob_id uniqueidentifier NOT NULL,
  bytes bigint NOT NULL,
  lease bigint NOT NULL,
  CONSTRAINT pk_holds PRIMARY KEY CLUSTERED (vault_id, blob_id)
);
GO

CREATE TABLE dbo.locks (
  vault_id bigint NOT NULL,
  token varchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  node_id bigint NOT NULL,
  account_id bigint NOT NULL,
  device_id bigint NULL,
  is_shared bit NOT NULL,
  is_infinite bit NOT NULL,
  owner_xml nvarchar(max) NULL,
  holder_name nvarchar(255) NOT NULL,
  created bigint NOT NULL,
  expires bigint NOT NULL,
  CONSTRAINT pk_locks PRIMARY KEY CLUSTERED (vault_id, token)
);
CREATE INDEX locks_node ON dbo.locks (vault_id, node_id);
GO

-- Dead properties. name is {namespace}local, of any length, and therefore found by its SHA-256 (of UTF-8, made in C#); xml is the whole element.
CREATE TABLE dbo.node_properties (
  vault_id bigint NOT NULL,
  node_id bigint NOT NULL,
  name_hash binary(32) NOT NULL,
  name nvarchar(max) NOT NULL,
  xml nvarchar(max) NOT NULL,
  CONSTRAINT pk_node_properties PRIMARY KEY CLUSTERED (vault_id, node_id, name_hash)
);
GO
