-- What was done to whom, what is to be told to the operator's systems, and which node runs which job.

-- One hash chain an account, and chain 0 for what the operator does. Append-only: rows are never changed, and go only when their account is destroyed.
CREATE TABLE dbo.audit (
  chain bigint NOT NULL,
  seq bigint NOT NULL,
  at bigint NOT NULL,
  actor nvarchar(400) NOT NULL,
  act nvarchar(400) NOT NULL,
  subject nvarchar(max) NULL,
  -- The command or order it was done under.
  instruction nvarchar(400) COLLATE Latin1_General_100_BIN2 NULL,
  -- A JSON object; in chain 0 without names of content.
  body nvarchar(max) NOT NULL,
  -- The customer does not see the row before this, unless a later row unseals it.
  sealed_until bigint NULL,
  -- The row of the same chain whose seal this one ends.
  unseals bigint NULL,
  prev_hash binary(32) NOT NULL,
  hash binary(32) NOT NULL,
  CONSTRAINT pk_audit PRIMARY KEY CLUSTERED (chain, seq)
);
CREATE INDEX audit_unseals ON dbo.audit (chain, unseals) WHERE unseals IS NOT NULL;
GO

-- The last link of each chain. A head outlives its chain, so that a destroyed chain can be told from one that somebody cut.
CREATE TABLE dbo.audit_heads (
  chain bigint NOT NULL,
  seq bigint NOT NULL,
  hash binary(32) NOT NULL,
  CONSTRAINT pk_audit_heads PRIMARY KEY CLUSTERED (chain)
);
GO

-- Events of an account are numbered by its queue and leave in that order. due is when its first waiting event may be tried; null when none waits.
CREATE TABLE dbo.event_queues (
  account_id bigint NOT NULL,
  last_number bigint NOT NULL,
  due bigint NULL,
  CONSTRAINT pk_event_queues PRIMARY KEY CLUSTERED (account_id)
);
CREATE INDEX event_queues_due ON dbo.event_queues (due) WHERE due IS NOT NULL;
GO

-- State 0 waiting, 1 delivered, 2 dead.
CREATE TABLE dbo.outbox (
  account_id bigint NOT NULL,
  number bigint NOT NULL,
  event_id uniqueidentifier NOT NULL,
  type nvarchar(200) NOT NULL,
  occurred bigint NOT NULL,
  -- A JSON object.
  data nvarchar(max) NOT NULL,
  -- Encrypted to the receiver. Null without one, and again as soon as it was delivered or its time is over.
  secret nvarchar(max) NULL,
  secret_until bigint NULL,
  state tinyint NOT NULL,
  attempts int NOT NULL,
  last_try bigint NULL,
  last_error nvarchar(400) NULL,
  settled bigint NULL,
  CONSTRAINT pk_outbox PRIMARY KEY CLUSTERED (account_id, number)
);
CREATE INDEX outbox_waiting ON dbo.outbox (account_id, number) INCLUDE (state, occurred) WHERE state = 0;
CREATE INDEX outbox_dead ON dbo.outbox (account_id, number) INCLUDE (state) WHERE state = 2;
CREATE INDEX outbox_occurred ON dbo.outbox (occurred);
-- Those without a secret have no such time any more either way; a filter cannot ask whether a text of any length is null.
CREATE INDEX outbox_secrets ON dbo.outbox (secret_until) WHERE secret_until IS NOT NULL;
GO

-- One node of many runs a job: the one whose name is here, until its time is over. Nobody runs it before next_run.
CREATE TABLE dbo.job_leases (
  job nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
  holder nvarchar(200) COLLATE Latin1_General_100_BIN2 NULL,
  until bigint NOT NULL,
  next_run bigint NOT NULL,
  CONSTRAINT pk_job_leases PRIMARY KEY CLUSTERED (job)
);
GO
