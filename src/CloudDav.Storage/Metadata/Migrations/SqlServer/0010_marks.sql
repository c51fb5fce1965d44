-- What the operator sets on notice: on a share by itself, and marks that its owner cannot take away.

-- The share a measure is on, null when it is on none, and what the operator's systems call the notice it was set on.
ALTER TABLE dbo.measures ADD share_id bigint NULL;
ALTER TABLE dbo.measures ADD reference nvarchar(64) NULL;
GO

-- An item carries the owner's mark (0) and one for each measure.
ALTER TABLE dbo.protected_nodes DROP CONSTRAINT pk_protected_nodes;
ALTER TABLE dbo.protected_nodes ADD measure_id bigint NOT NULL CONSTRAINT df_protected_nodes_measure DEFAULT 0;
GO
ALTER TABLE dbo.protected_nodes ADD CONSTRAINT pk_protected_nodes PRIMARY KEY CLUSTERED (vault_id, node_id, measure_id);
GO
