-- How programs save: the file is put aside under a temporary name, and what comes to its place is its next version.

-- Who moved the file aside, and with which device; null in every other row.
ALTER TABLE node_history ADD COLUMN aside_account INTEGER;
ALTER TABLE node_history ADD COLUMN aside_device INTEGER;
CREATE INDEX node_history_aside ON node_history (vault_id, parent_id, until_time) WHERE aside_account IS NOT NULL;

-- When anything was put aside last, so that nobody looks for what was where nothing was.
ALTER TABLE vaults ADD COLUMN set_aside_at INTEGER;
