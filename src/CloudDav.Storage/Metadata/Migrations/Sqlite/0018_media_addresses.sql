-- Addresses at which a TV set plays what lies in a folder. The token in an address is made of its row and a key of the key store, and is kept nowhere.
CREATE TABLE media_addresses (
  address_id INTEGER NOT NULL PRIMARY KEY,
  account_id INTEGER NOT NULL,
  device_id INTEGER NOT NULL,
  -- The folder: in the account's vault, or in one of which something is shared with it.
  node_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  -- Moved on while the address is in use.
  expires INTEGER NOT NULL
);
CREATE UNIQUE INDEX media_addresses_node ON media_addresses (device_id, node_id);
CREATE INDEX media_addresses_account ON media_addresses (account_id);
CREATE INDEX media_addresses_expires ON media_addresses (expires);
