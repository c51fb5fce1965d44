-- TV sets of customers, and those that ask to be paired (RFC 8628).

-- A TV set is a device that signs in with a token instead of a name and an app password, and is let in at the television's door alone.
ALTER TABLE dbo.devices ADD is_tv bit NOT NULL CONSTRAINT df_devices_is_tv DEFAULT 0;
GO
CREATE UNIQUE INDEX devices_tv ON dbo.devices (secret_hash) WHERE is_tv = 1;
GO

-- No row holds a secret: both codes are kept as keyed hashes, and the token comes into being when the set fetches it.
CREATE TABLE dbo.tv_pairings (
  device_hash varbinary(64) NOT NULL,
  user_hash varbinary(64) NOT NULL,
  client varchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  name nvarchar(400) NOT NULL,
  address varchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  created bigint NOT NULL,
  expires bigint NOT NULL,
  -- How long the set is to wait between two questions, in milliseconds, and before when it must not ask again.
  pause bigint NOT NULL,
  next_poll bigint NOT NULL,
  -- How often the page that asks about it was opened.
  looks int NOT NULL,
  is_refused bit NOT NULL,
  -- Who has granted it, by which credential version; null as long as nobody has.
  account_id bigint NULL,
  credential_version bigint NULL,
  CONSTRAINT pk_tv_pairings PRIMARY KEY CLUSTERED (device_hash)
);
CREATE UNIQUE INDEX tv_pairings_user ON dbo.tv_pairings (user_hash);
CREATE INDEX tv_pairings_expires ON dbo.tv_pairings (expires);
CREATE INDEX tv_pairings_account ON dbo.tv_pairings (account_id) WHERE account_id IS NOT NULL;
GO
