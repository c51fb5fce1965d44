-- What the operator sets on notice: on a share by itself, and marks that its owner cannot take away.

-- The share a measure is on; null when it is on none.
ALTER TABLE measures ADD COLUMN share_id INTEGER;
-- What the operator's systems call the notice it was set on.
ALTER TABLE measures ADD COLUMN reference TEXT;

-- An item carries the owner's mark (0) and one for each measure.
CREATE TABLE marked_nodes (
  vault_id INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  measure_id INTEGER NOT NULL,
  PRIMARY KEY (vault_id, node_id, measure_id)
) WITHOUT ROWID;
INSERT INTO marked_nodes (vault_id, node_id, measure_id) SELECT vault_id, node_id, 0 FROM protected_nodes;
DROP TABLE protected_nodes;
ALTER TABLE marked_nodes RENAME TO protected_nodes;
