-- Synchronisation: what has changed since a moment, and where everything was then.

-- Of moments before this change not everything is known any more. What was before this migration may have been purged already.
ALTER TABLE vaults ADD COLUMN history_floor INTEGER NOT NULL DEFAULT 0;
UPDATE vaults SET history_floor = change_seq;

-- One change may have made very many rows, which are then told of in parts.
DROP INDEX nodes_changed;
CREATE INDEX nodes_changed ON nodes (vault_id, changed_seq, parent_id, name_key);
