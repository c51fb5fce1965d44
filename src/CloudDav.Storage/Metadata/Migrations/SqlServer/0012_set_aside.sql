-- How programs save: the file is put aside under a temporary name, and what comes to its place is its next version.

-- Who moved the file aside, and with which device; null in every other row.
ALTER TABLE dbo.node_history ADD aside_account bigint NULL;
ALTER TABLE dbo.node_history ADD aside_device bigint NULL;
GO
CREATE INDEX node_history_aside ON dbo.node_history (vault_id, parent_id, until_time) WHERE aside_account IS NOT NULL;
GO

-- When anything was put aside last, so that nobody looks for what was where nothing was.
ALTER TABLE dbo.vaults ADD set_aside_at bigint NULL;
GO
