-- Synchronisation: what has changed since a moment, and where everything was then. One change may have made very many rows, which are then told of in parts:
-- nodes_changed has the place behind the number, because every index has the clustered key there.

-- Of moments before this change not everything is known any more. What was before this migration may have been purged already.
ALTER TABLE dbo.vaults ADD history_floor bigint NOT NULL CONSTRAINT df_vaults_history_floor DEFAULT 0;
GO
UPDATE dbo.vaults SET history_floor = change_seq;
GO
