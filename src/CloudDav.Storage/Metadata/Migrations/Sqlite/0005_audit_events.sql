-- What was done to whom, what is to be told to the operator's systems, and which node runs which job.

-- One hash chain an account, and chain 0 for what the operator does. Append-only: rows are never changed, and go only when their account is destroyed.
CREATE TABLE audit (
  chain INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  subject TEXT,
  -- The command or order it was done under.
  instruction TEXT,
  -- A JSON object; in chain 0 without names of content.
  body TEXT NOT NULL,
  -- The customer does not see the row before this, unless a later row unseals it.
  sealed_until INTEGER,
  -- The row of the same chain whose seal this one ends.
  unseals INTEGER,
  prev_hash BLOB NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (chain, seq)
) WITHOUT ROWID;
CREATE INDEX audit_unseals ON audit (chain, unseals) WHERE unseals IS NOT NULL;

-- The last link of each chain. A head outlives its chain, so that a destroyed chain can be told from one that somebody cut.
CREATE TABLE audit_heads (
  chain INTEGER NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL
);

-- Events of an account are numbered by its queue and leave in that order. due is when its first waiting event may be tried; null when none waits.
CREATE TABLE event_queues (
  account_id INTEGER NOT NULL PRIMARY KEY,
  last_number INTEGER NOT NULL,
  due INTEGER
);
CREATE INDEX event_queues_due ON event_queues (due) WHERE due IS NOT NULL;

-- State 0 waiting, 1 delivered, 2 dead.
CREATE TABLE outbox (
  account_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  event_id BLOB NOT NULL,
  type TEXT NOT NULL,
  occurred INTEGER NOT NULL,
  -- A JSON object.
  data TEXT NOT NULL,
  -- Encrypted to the receiver. Null without one, and again as soon as it was delivered or its time is over.
  secret TEXT,
  secret_until INTEGER,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  last_try INTEGER,
  last_error TEXT,
  settled INTEGER,
  PRIMARY KEY (account_id, number)
) WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (account_id, number) WHERE state = 0;
CREATE INDEX outbox_dead ON outbox (account_id, number) WHERE state = 2;
CREATE INDEX outbox_occurred ON outbox (occurred);
CREATE INDEX outbox_secrets ON outbox (secret_until) WHERE secret IS NOT NULL;

-- One node of many runs a job: the one whose name is here, until its time is over. Nobody runs it before next_run.
CREATE TABLE job_leases (
  job TEXT NOT NULL PRIMARY KEY,
  holder TEXT,
  until INTEGER NOT NULL,
  next_run INTEGER NOT NULL
) WITHOUT ROWID;
