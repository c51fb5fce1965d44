-- Items that others can open by a link, and items that hold others' intellectual property.

CREATE TABLE dbo.shares (
  vault_id bigint NOT NULL,
  share_id bigint NOT NULL,
  node_id bigint NOT NULL,
  owner_id bigint NOT NULL,
  rights tinyint NOT NULL,
  label nvarchar(200) NULL,
  address nvarchar(320) NULL,
  -- SHA-256; the token itself is kept under a key that is not in here.
  token_hash binary(32) NOT NULL,
  sealed_token varbinary(200) NOT NULL,
  password varchar(400) NULL,
  expires bigint NULL,
  max_downloads bigint NULL,
  rights_statement nvarchar(64) NOT NULL,
  created bigint NOT NULL,
  version bigint NOT NULL,
  opened bigint NOT NULL,
  downloaded bigint NOT NULL,
  last_used bigint NULL,
  CONSTRAINT pk_shares PRIMARY KEY CLUSTERED (vault_id, share_id)
);
CREATE UNIQUE INDEX shares_token ON dbo.shares (token_hash);
CREATE INDEX shares_node ON dbo.shares (vault_id, node_id);
GO

-- Who has used a share within the hour, so that a use counts once. The client is a keyed hash: no address is kept.
CREATE TABLE dbo.share_uses (
  vault_id bigint NOT NULL,
  share_id bigint NOT NULL,
  client binary(16) NOT NULL,
  used tinyint NOT NULL,
  at bigint NOT NULL,
  CONSTRAINT pk_share_uses PRIMARY KEY CLUSTERED (vault_id, share_id, client, used)
);
GO

-- Few, and looked at from the mark upward.
CREATE TABLE dbo.protected_nodes (
  vault_id bigint NOT NULL,
  node_id bigint NOT NULL,
  CONSTRAINT pk_protected_nodes PRIMARY KEY CLUSTERED (vault_id, node_id)
);
GO
