-- Trash and versions: who deletes and overwrites, which versions are hidden until they go, and how much of a vault goes at once.

-- Who ended the row, and with which device; null where nobody did, and where it was not kept yet.
ALTER TABLE node_history ADD COLUMN by_account INTEGER;
ALTER TABLE node_history ADD COLUMN by_device INTEGER;
-- Since when a version is hidden; null when it is not.
ALTER TABLE node_history ADD COLUMN hidden_at INTEGER;
CREATE INDEX node_history_versions ON node_history (vault_id, until_seq) WHERE is_version = 1 AND content_id IS NOT NULL;
CREATE INDEX node_history_hidden ON node_history (vault_id, hidden_at) WHERE hidden_at IS NOT NULL;
CREATE INDEX node_history_deleted ON node_history (vault_id, by_account, by_device, until_seq, until_time) WHERE reason = 3 AND by_account IS NOT NULL;

-- What was deleted or overwritten since when, of how many, and until when nothing goes from trash and history by itself.
ALTER TABLE vaults ADD COLUMN loss_since INTEGER;
ALTER TABLE vaults ADD COLUMN loss_of INTEGER;
ALTER TABLE vaults ADD COLUMN loss_items INTEGER;
ALTER TABLE vaults ADD COLUMN guarded_until INTEGER;
-- The last changes whose versions were thinned to one a day, and to one a week.
ALTER TABLE vaults ADD COLUMN daily_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vaults ADD COLUMN weekly_seq INTEGER NOT NULL DEFAULT 0;
