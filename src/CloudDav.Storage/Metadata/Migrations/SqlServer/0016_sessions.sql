-- People in browsers, programs that ask to be let in, and devices that are to forget what they hold.

-- Who is signed in on the pages. Only the hash of the cookie's token is kept; a session of an older credential version is one no longer.
CREATE TABLE dbo.sessions (
  session_id bigint IDENTITY(1, 1) NOT NULL,
  account_id bigint NOT NULL,
  token_hash varbinary(64) NOT NULL,
  credential_version bigint NOT NULL,
  agent nvarchar(400) NOT NULL,
  address varchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  created bigint NOT NULL,
  last_used bigint NOT NULL,
  expires bigint NOT NULL,
  CONSTRAINT pk_sessions PRIMARY KEY CLUSTERED (session_id)
);
CREATE UNIQUE INDEX sessions_token ON dbo.sessions (token_hash);
CREATE INDEX sessions_account ON dbo.sessions (account_id, session_id);
CREATE INDEX sessions_expires ON dbo.sessions (expires);
GO

-- Programs that ask for an app password (login flow v2). No row holds a secret: the app password comes into being when the program fetches it.
CREATE TABLE dbo.login_flows (
  poll_hash varbinary(64) NOT NULL,
  login_hash varbinary(64) NOT NULL,
  agent nvarchar(400) NOT NULL,
  address varchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  created bigint NOT NULL,
  expires bigint NOT NULL,
  -- Who has granted it, by which credential version; null as long as nobody has.
  account_id bigint NULL,
  credential_version bigint NULL,
  CONSTRAINT pk_login_flows PRIMARY KEY CLUSTERED (poll_hash)
);
CREATE UNIQUE INDEX login_flows_login ON dbo.login_flows (login_hash);
CREATE INDEX login_flows_expires ON dbo.login_flows (expires);
CREATE INDEX login_flows_account ON dbo.login_flows (account_id) WHERE account_id IS NOT NULL;
GO

-- When the person asked that a device forget what it holds, and when it said that it did. It comes with its app password and without a name.
ALTER TABLE dbo.devices ADD wipe_asked bigint NULL;
ALTER TABLE dbo.devices ADD wiped bigint NULL;
GO
CREATE INDEX devices_wipe ON dbo.devices (secret_hash) WHERE wipe_asked IS NOT NULL;
GO

-- The version of the statement that the customer holds the rights to whatever their programs share by links, which cannot ask for it.
ALTER TABLE dbo.accounts ADD rights_statement nvarchar(64) NULL;
GO
