-- Who may sign in, and with what. Every request's first query joins the revocation facts of both tables.

CREATE TABLE dbo.accounts (
  account_id bigint NOT NULL,
  name nvarchar(255) NOT NULL,
  name_key nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
  vault_id bigint NOT NULL,
  household_owner bigint NULL,
  password_hash varchar(400) NULL,
  external_subject nvarchar(400) COLLATE Latin1_General_100_BIN2 NULL,
  credential_version bigint NOT NULL,
  is_disabled bit NOT NULL,
  created bigint NOT NULL,
  -- Moves with every change of the account's facts, in the same transaction: whoever remembers facts compares it first.
  facts_version bigint NOT NULL,
  language tinyint NULL,
  -- When the take-back window was opened anew, because the one before had passed without a word to the customer. No end opens one before.
  window_reopened bigint NULL,
  -- When everything that was signed in was signed out: a bearer token that was issued before is good no longer.
  tokens_from bigint NULL,
  CONSTRAINT pk_accounts PRIMARY KEY CLUSTERED (account_id)
);
CREATE UNIQUE INDEX accounts_name ON dbo.accounts (name_key);
CREATE UNIQUE INDEX accounts_subject ON dbo.accounts (external_subject) WHERE external_subject IS NOT NULL;
CREATE INDEX accounts_household ON dbo.accounts (household_owner) WHERE household_owner IS NOT NULL;
-- Whose vault it is: for what the purge must pass over.
CREATE INDEX accounts_vault ON dbo.accounts (vault_id);
GO

CREATE TABLE dbo.devices (
  device_id bigint IDENTITY(1, 1) NOT NULL,
  account_id bigint NOT NULL,
  selector varchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  secret_hash varbinary(64) NOT NULL,
  name nvarchar(400) NOT NULL,
  created bigint NOT NULL,
  last_used bigint NULL,
  revoked bigint NULL,
  CONSTRAINT pk_devices PRIMARY KEY CLUSTERED (account_id, device_id)
);
CREATE UNIQUE INDEX devices_id ON dbo.devices (device_id);
CREATE UNIQUE INDEX devices_selector ON dbo.devices (account_id, selector);
GO

-- Wrong passwords, counted per account and address by all processes together. The key is a hash: no address is kept.
CREATE TABLE dbo.sign_in_tries (
  tries_key varbinary(64) NOT NULL,
  failures int NOT NULL,
  window_ends bigint NOT NULL,
  CONSTRAINT pk_sign_in_tries PRIMARY KEY CLUSTERED (tries_key)
);
CREATE INDEX sign_in_tries_window ON dbo.sign_in_tries (window_ends);
GO

-- When somebody last signed in to the account with something else than a device, so that the access log has one line an hour and not one a request.
CREATE TABLE dbo.sign_ins (
  account_id bigint NOT NULL,
  way varchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  last bigint NOT NULL,
  CONSTRAINT pk_sign_ins PRIMARY KEY CLUSTERED (account_id, way)
);
GO

-- One-time links to set a password with. The token itself is nowhere.
CREATE TABLE dbo.take_back_credentials (
  token_hash varbinary(64) NOT NULL,
  account_id bigint NOT NULL,
  expires bigint NOT NULL,
  CONSTRAINT pk_take_back_credentials PRIMARY KEY CLUSTERED (token_hash)
);
CREATE INDEX take_back_credentials_account ON dbo.take_back_credentials (account_id);
CREATE INDEX take_back_credentials_expires ON dbo.take_back_credentials (expires);
GO

-- Keyed hashes of names with device secrets, of names and of subjects whose account is gone, so that their devices learn that it is.
CREATE TABLE dbo.closed_names (
  mac varbinary(64) NOT NULL,
  -- With a name alone: the salt and keyed hash of its own password; null when it had none.
  password varchar(400) NULL,
  until bigint NOT NULL,
  CONSTRAINT pk_closed_names PRIMARY KEY CLUSTERED (mac)
);
CREATE INDEX closed_names_until ON dbo.closed_names (until);
GO
