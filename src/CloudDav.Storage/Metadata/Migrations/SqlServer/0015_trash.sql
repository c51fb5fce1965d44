-- Trash and versions: who deletes and overwrites, which versions are hidden until they go, and how much of a vault goes at once.

-- Who ended the row, and with which device; null where nobody did, and where it was not kept yet.
ALTER TABLE dbo.node_history ADD by_account bigint NULL;
ALTER TABLE dbo.node_history ADD by_device bigint NULL;
-- Since when a version is hidden; null when it is not.
ALTER TABLE dbo.node_history ADD hidden_at bigint NULL;
GO
CREATE INDEX node_history_versions ON dbo.node_history (vault_id, until_seq) WHERE is_version = 1 AND content_id IS NOT NULL;
CREATE INDEX node_history_hidden ON dbo.node_history (vault_id, hidden_at) WHERE hidden_at IS NOT NULL;
CREATE INDEX node_history_deleted ON dbo.node_history (vault_id, by_account, by_device, until_seq, until_time) WHERE reason = 3 AND by_account IS NOT NULL;
GO

-- What was deleted or overwritten since when, of how many, and until when nothing goes from trash and history by itself.
ALTER TABLE dbo.vaults ADD loss_since bigint NULL;
ALTER TABLE dbo.vaults ADD loss_of bigint NULL;
ALTER TABLE dbo.vaults ADD loss_items bigint NULL;
ALTER TABLE dbo.vaults ADD guarded_until bigint NULL;
-- The last changes whose versions were thinned to one a day, and to one a week.
ALTER TABLE dbo.vaults ADD daily_seq bigint NOT NULL CONSTRAINT df_vaults_daily_seq DEFAULT 0;
ALTER TABLE dbo.vaults ADD weekly_seq bigint NOT NULL CONSTRAINT df_vaults_weekly_seq DEFAULT 0;
GO
