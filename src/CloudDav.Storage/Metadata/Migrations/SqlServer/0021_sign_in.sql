-- How people sign in: with what a session began, when its person last proved who they are, and the second factor of the own password.

-- 0 with the own password, 1 with the operator's provider.
ALTER TABLE dbo.sessions ADD way bigint NOT NULL CONSTRAINT df_sessions_way DEFAULT 0;
-- When its person last gave what only they know or have; null when that was not seen here.
ALTER TABLE dbo.sessions ADD proved bigint NULL;
GO

-- The second factor of an account's own password. Its secret is encrypted under the vault's key, and it counts from when a code of it was given.
CREATE TABLE dbo.second_factors (
  account_id bigint NOT NULL,
  secret varbinary(400) NOT NULL,
  created bigint NOT NULL,
  confirmed bigint NULL,
  -- The step of time of the newest code that was taken: neither it nor one before it is taken again.
  last_step bigint NOT NULL,
  CONSTRAINT pk_second_factors PRIMARY KEY CLUSTERED (account_id)
);
GO

-- Codes that stand in for it, each once. No row holds one: only what a key of the key store makes of it.
CREATE TABLE dbo.recovery_codes (
  account_id bigint NOT NULL,
  mac varbinary(64) NOT NULL,
  CONSTRAINT pk_recovery_codes PRIMARY KEY CLUSTERED (account_id, mac)
);
GO
