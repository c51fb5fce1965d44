-- Shares with people of the household, and their mounts. They have no link: their token is one that nobody was told, and their statement is empty.

-- The account that owns the household; null for a link.
ALTER TABLE dbo.shares ADD household_id bigint NULL;
-- 0 link, 1 the household, 2 named members.
ALTER TABLE dbo.shares ADD audience int NOT NULL CONSTRAINT df_shares_audience DEFAULT 0;
GO

CREATE INDEX shares_household ON dbo.shares (household_id, owner_id) WHERE household_id IS NOT NULL;
GO

-- Whom a share with named members is for.
CREATE TABLE dbo.share_members (
  vault_id bigint NOT NULL,
  share_id bigint NOT NULL,
  account_id bigint NOT NULL,
  CONSTRAINT pk_share_members PRIMARY KEY CLUSTERED (vault_id, share_id, account_id)
);
GO

-- Where a received share hangs in its recipient's tree: a row of the recipient's, written by nobody else. Without a node the recipient has removed it.
CREATE TABLE dbo.mounts (
  vault_id bigint NOT NULL,
  share_id bigint NOT NULL,
  node_id bigint NULL,
  CONSTRAINT pk_mounts PRIMARY KEY CLUSTERED (vault_id, share_id)
);
GO

-- What goes over the border of a share: a content of one vault that becomes one of another, with its key wrapped anew; nodes whose properties follow them.
CREATE TYPE dbo.taken_contents AS TABLE (
  content_id bigint NOT NULL,
  source_id bigint NOT NULL,
  wrapped_key varbinary(400) NULL,
  blob_id uniqueidentifier NULL,
  PRIMARY KEY CLUSTERED (content_id)
);
GO

CREATE TYPE dbo.node_pairs AS TABLE (
  source_id bigint NOT NULL,
  target_id bigint NOT NULL,
  PRIMARY KEY CLUSTERED (target_id)
);
GO
