-- Addresses at which a TV set plays what lies in a folder. The token in an address is made of its row and a key of the key store, and is kept nowhere.
CREATE TABLE dbo.media_addresses (
  address_id bigint IDENTITY(1, 1) NOT NULL,
  account_id bigint NOT NULL,
  device_id bigint NOT NULL,
  -- The folder: in the account's vault, or in one of which something is shared with it.
  node_id bigint NOT NULL,
  created bigint NOT NULL,
  -- Moved on while the address is in use.
  expires bigint NOT NULL,
  CONSTRAINT pk_media_addresses PRIMARY KEY CLUSTERED (address_id)
);
CREATE UNIQUE INDEX media_addresses_node ON dbo.media_addresses (device_id, node_id);
CREATE INDEX media_addresses_account ON dbo.media_addresses (account_id);
CREATE INDEX media_addresses_expires ON dbo.media_addresses (expires);
GO
